//! The people of the console from the outside: joining by a link that only a mailbox gets, what admins do about others
//! once they have proved that it is they, and what somebody changes about themselves.

use crate::console::{Browser, EMAIL, KEY, PASSWORD, csrf, leads_to, let_in, let_in_as, seed, staffed};
use crate::house::{House, Reply};
use axum::http::StatusCode;
use countersign_core::model::{Body, Notice, Role};
use countersign_core::totp;

const NEW: &str = "nina@acme.example";

fn said(reply: &Reply, problem: u16) {
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", reply.text);
    assert!(reply.text.contains(&format!("data-problem=\"{problem}\"")), "{problem}: {}", reply.text);
}

const CONFIRM: &str = "/console/staff/confirm";

/// The path of the link in the next letter, which is for this address.
async fn link_for(house: &mut House, email: &str) -> String {
    let letter = house.letter().await;
    assert_eq!(letter.to.expose(), email);
    match letter.body {
        Body::Notice { notice, freeze_path, .. } if notice.is_for_staff() => freeze_path,
        other => panic!("no link: {other:?}"),
    }
}

/// Password and code of whoever asked for something, half a minute later.
fn proof(house: &House) -> String {
    house.later(30);
    format!("password={PASSWORD}&totp={}", shows(house, KEY)).replace(' ', "+")
}

/// Asks for an act, proves that it is they, and lands where it is seen to be done.
async fn done(admin: &mut Browser, house: &House, form: &str, path: &str, fields: &str, at: &str) {
    leads_to(&admin.post(house, path, form, fields).await, CONFIRM);
    let page = admin.get(house, CONFIRM).await.succeeded();
    assert!(!page.text.contains("/console/join/"));
    let proved = admin.post(house, CONFIRM, form, &proof(house)).await;
    assert!(!proved.text.contains("/console/join/"));
    leads_to(&proved, at);
    let landed = admin.get(house, at).await.succeeded();
    assert!(!landed.text.contains("/console/join/"), "no page has the link");
    assert!(!admin.has("__Host-cs_operator_journey"));
}

/// The key that a page offers, from its link to an app (base32, RFC 4648 section 6).
fn key_on(page: &Reply) -> Vec<u8> {
    let secret = page.text.split("secret=").nth(1).unwrap().split('&').next().unwrap();
    let value =
        |letter| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
    let bits: String = secret.bytes().map(|letter| format!("{:05b}", value(letter))).collect();
    bits.as_bytes()
        .chunks_exact(8)
        .map(|octet| u8::from_str_radix(std::str::from_utf8(octet).unwrap(), 2).unwrap())
        .collect()
}

fn shows(house: &House, key: &[u8]) -> String {
    totp::code_at(key, totp::step_of(house.flows.now()))
}

#[tokio::test]
async fn an_invited_person_sets_password_and_app_and_is_in() {
    let mut house = staffed(House::new().await).await;
    let (mut admin, form) = let_in(&mut house).await;
    said(&admin.post(&house, "/console/staff", &form, "email=nobody&role=support").await, 1011);
    said(&admin.post(&house, "/console/staff", &form, "email=nina%40acme.example").await, 6202);
    said(&admin.post(&house, "/console/staff", &form, "email=staff%40acme.example&role=support").await, 6201);
    let fields = "email=nina%40acme.example&name=Nina&role=support&role=reviewer";
    done(&mut admin, &house, &form, "/console/staff", fields, "/console/staff?notice=staff-invited").await;
    let link = link_for(&mut house, NEW).await;
    let list = admin.get(&house, "/console/staff").await.succeeded();
    assert!(list.text.contains("Has not used the link yet") && !list.text.contains("/console/join/"));

    let mut nina = Browser::default();
    let page = nina.get(&house, &link).await.succeeded();
    let own = csrf(&page);
    said(&nina.post(&house, &link, &own, "password=password").await, 1007);
    leads_to(&nina.post(&house, &link, &own, "password=seven+quiet+harbours").await, "/console/join");
    let page = nina.get(&house, "/console/join").await.succeeded();
    let key = key_on(&page);
    said(&nina.post(&house, "/console/join", &own, "totp=").await, 5001);
    let code = shows(&house, &key);
    leads_to(&nina.post(&house, "/console/join", &own, &format!("totp={code}")).await, "/console");
    let me = nina.get(&house, "/console/me").await.succeeded();
    assert!(me.text.contains("Support, Reviewer"), "{}", me.text);
    let again = Browser::default().get(&house, &link).await;
    assert_eq!(again.status, StatusCode::GONE, "used");
    assert_eq!(nina.get(&house, "/console/staff").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn admins_change_others_with_a_reason_and_never_themselves() {
    let mut house = staffed(House::new().await).await;
    seed(&house, "ben@acme.example", &[Role::Support]).await;
    let everybody = house.flows.staff(house.service_id).await.unwrap();
    let path_of = |email: &str| {
        let of = everybody.iter().find(|entry| entry.operator.email.expose() == email).unwrap();
        format!("/console/staff/{}", of.operator.id)
    };
    let (own, ben) = (path_of(EMAIL), path_of("ben@acme.example"));
    let (mut admin, form) = let_in(&mut house).await;
    let (mut theirs, their_form) = let_in_as(&house, "ben@acme.example").await;
    said(&admin.post(&house, &format!("{ben}/roles"), &form, "role=auditor&reason=+").await, 6003);
    said(&admin.post(&house, &format!("{ben}/roles"), &form, "reason=x").await, 6202);
    said(&admin.post(&house, &format!("{own}/roles"), &form, "role=auditor&reason=x").await, 6203);
    let at = |act: &str, notice: &str| (format!("{ben}/{act}"), format!("{ben}?notice={notice}"));
    let (path, to) = at("roles", "staff-roles");
    done(&mut admin, &house, &form, &path, "role=auditor&reason=he+moved", &to).await;
    assert_eq!(theirs.get(&house, "/console/delivery").await.status, StatusCode::NOT_FOUND, "at once");
    theirs.get(&house, "/console/policy").await.succeeded();

    let (path, to) = at("reset", "staff-reset");
    done(&mut admin, &house, &form, &path, "reason=lost+phone", &to).await;
    let link = link_for(&mut house, "ben@acme.example").await;
    leads_to(&theirs.get(&house, "/console/me").await, "/console/signin?notice=ended");
    assert_eq!(theirs.post(&house, "/console/signin", &their_form, "").await.status, StatusCode::FORBIDDEN);
    let (path, to) = at("disable", "staff-disabled");
    done(&mut admin, &house, &form, &path, "reason=left", &to).await;
    assert_eq!(Browser::default().get(&house, &link).await.status, StatusCode::GONE);
    said(&admin.post(&house, &format!("{ben}/disable"), &form, "reason=left").await, 6205);
    let unknown = "/console/staff/opr_00000000000070008000000000000000/disable";
    assert_eq!(admin.post(&house, unknown, &form, "reason=x").await.status, StatusCode::NOT_FOUND);
}

/// A cookie alone adds nobody and changes nobody: password and code are asked for, and what is wrong says so.
#[tokio::test]
async fn nothing_happens_to_anybody_without_the_admins_own_factors() {
    let mut house = staffed(House::new().await).await;
    let (mut admin, form) = let_in(&mut house).await;
    leads_to(&admin.get(&house, CONFIRM).await, "/console/staff");
    leads_to(&admin.post(&house, CONFIRM, &form, "password=x&totp=000000").await, "/console/staff");
    let fields = "email=nina%40acme.example&name=Nina&role=reviewer";
    leads_to(&admin.post(&house, "/console/staff", &form, fields).await, CONFIRM);
    let page = admin.get(&house, CONFIRM).await.succeeded();
    assert!(page.text.contains("nina@acme.example") && page.text.contains("Reviewer"), "{}", page.text);
    let right = PASSWORD.replace(' ', "+");
    house.later(30);
    let code = shows(&house, KEY);
    said(&admin.post(&house, CONFIRM, &form, &format!("password=&totp={code}")).await, 1004);
    said(&admin.post(&house, CONFIRM, &form, &format!("password=wrong&totp={code}")).await, 1009);
    said(&admin.post(&house, CONFIRM, &form, &format!("password={right}&totp=")).await, 5001);
    said(&admin.post(&house, CONFIRM, &form, &format!("password={right}&totp=000000")).await, 5002);
    let list = admin.get(&house, "/console/staff").await.succeeded();
    assert!(!list.text.contains(NEW), "nothing yet");
    // Another session of the same person has nothing to confirm.
    let (mut other, their_form) = let_in(&mut house).await;
    let journey = admin.0.iter().find(|(name, _)| name == "__Host-cs_operator_journey").unwrap().clone();
    other.0.push(journey);
    leads_to(&other.post(&house, CONFIRM, &their_form, &proof(&house)).await, "/console/staff");
    let done = admin.post(&house, CONFIRM, &form, &proof(&house)).await;
    leads_to(&done, "/console/staff?notice=staff-invited");
    let list = admin.get(&house, "/console/staff").await.succeeded();
    assert!(list.text.contains(NEW));
}

/// Every other admin hears of it, by a letter without a link.
#[tokio::test]
async fn the_other_admins_are_told() {
    let mut house = staffed(House::new().await).await;
    seed(&house, "other@acme.example", &[Role::Admin]).await;
    let (mut admin, form) = let_in(&mut house).await;
    let fields = "email=nina%40acme.example&role=reviewer";
    done(&mut admin, &house, &form, "/console/staff", fields, "/console/staff?notice=staff-invited").await;
    let letters = [house.letter().await, house.letter().await];
    let to = |email: &str| letters.iter().find(|letter| letter.to.expose() == email).unwrap().body.clone();
    let Body::Notice { notice, freeze_path, .. } = to(NEW) else { panic!() };
    assert_eq!(notice, Notice::OperatorInvited);
    assert!(freeze_path.starts_with("/console/join/"));
    let Body::Notice { notice, freeze_path, detail, .. } = to("other@acme.example") else { panic!() };
    assert_eq!((notice, freeze_path.as_str()), (Notice::StaffAdded, ""));
    assert_eq!(detail, "n•••@acme.example / s•••@acme.example");
}

#[tokio::test]
async fn five_wrong_codes_lock_and_say_until_when() {
    let house = staffed(House::new().await).await;
    let mut browser = Browser::default();
    let form = csrf(&browser.get(&house, "/console/signin").await);
    let fields = format!("email={EMAIL}&password={PASSWORD}").replace(' ', "+");
    let step = "/console/signin/step";
    leads_to(&browser.post(&house, "/console/signin", &form, &fields).await, step);
    said(&browser.post(&house, step, &form, "totp=12345").await, 2003);
    for _ in 0..4 {
        said(&browser.post(&house, step, &form, "totp=000000").await, 5002);
    }
    let locked = browser.post(&house, step, &form, "totp=000000").await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(locked.text.contains("data-problem=\"2011\"") && !locked.text.contains("name=\"totp\""));
    house.later(15 * 60);
    assert!(browser.get(&house, step).await.succeeded().text.contains("name=\"totp\""));
}

#[tokio::test]
async fn ones_own_access_changes_with_the_password() {
    let mut house = staffed(House::new().await).await;
    let (mut other, _) = let_in(&mut house).await;
    let (mut staff, form) = let_in(&mut house).await;
    leads_to(
        &staff.post(&house, "/console/me/name", &form, "name=Ada").await,
        "/console/me?notice=staff-named",
    );
    said(&staff.post(&house, "/console/me/app", &form, "password=").await, 1004);
    said(&staff.post(&house, "/console/me/app", &form, "password=wrong").await, 1009);
    let right = format!("password={}", PASSWORD.replace(' ', "+"));
    leads_to(&staff.post(&house, "/console/me/app", &form, &right).await, "/console/me/enrol");
    let key = key_on(&staff.get(&house, "/console/me/enrol").await.succeeded());
    let code = format!("totp={}", shows(&house, &key));
    let enrolled = staff.post(&house, "/console/me/enrol", &form, &code).await;
    leads_to(&enrolled, "/console/me?notice=totp-added");
    let ended = staff.post(&house, "/console/me/sessions/end", &form, "session=others").await;
    leads_to(&ended, "/console/me?notice=others-ended");
    leads_to(&other.get(&house, "/console/me").await, "/console/signin?notice=ended");
    staff.get(&house, "/console/me").await.succeeded();
}
