//! Getting back in, from the outside: no refusal is a dead end, a lost access code is replaced by a proof, and whoever
//! has nothing left to prove goes on with documents alone.

use crate::console::{Browser, csrf, leads_to};
use crate::house::{House, Reply};
use axum::http::StatusCode;
use countersign_core::address::Address;
use countersign_core::model::Body as Words;
use countersign_core::policy::Policy;

const EMAIL: &str = "ada@holder.example";
const PASSWORD: &str = "quiet harbour lamp";
const JOURNEY: &str = "__Host-cs_journey";

async fn house_with(policy: Policy) -> House {
    let house = House::with(policy).await;
    let address = Address::from_exposed(EMAIL).unwrap();
    assert!(house.flows.import_account(house.service_id, address, PASSWORD, "en").await.unwrap());
    house
}

/// A fresh browser that has given a password; the token of its forms, and the answer.
async fn gives(house: &House, password: &str) -> (Browser, String, Reply) {
    let mut browser = Browser::default();
    let token = csrf(&browser.get(house, "/signin").await);
    let fields = format!("identifier={EMAIL}&password={password}").replace(' ', "+");
    let answer = browser.post(house, "/signin", &token, &fields).await;
    (browser, token, answer)
}

/// The next code, past notices of what happened before.
async fn next_code(house: &mut House) -> String {
    loop {
        if let Words::Code { code, .. } = house.letter().await.body {
            return code;
        }
    }
}

/// A browser on the code page of its sign-in.
async fn at_the_code(house: &mut House) -> (Browser, String) {
    let (browser, token, answer) = gives(house, PASSWORD).await;
    leads_to(&answer, "/signin/code");
    next_code(house).await;
    (browser, token)
}

/// Path and access code, as the page shows them once.
fn kept(page: &Reply) -> (String, String) {
    let shown = page.text.split("id=\"recover-access\">").nth(1).unwrap().split("</pre>").next().unwrap();
    let (link, access) = shown.split_once('\n').unwrap();
    (link.trim_start_matches("https://accounts.example").to_owned(), access.to_owned())
}

fn said(reply: &Reply, problem: u16) {
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", reply.text);
    assert!(reply.text.contains(&format!("data-problem=\"{problem}\"")), "{problem}: {}", reply.text);
}

#[tokio::test]
async fn who_can_be_sent_no_code_finds_support_and_recovery_behind_the_right_password_alone() {
    let house = house_with(Policy { sends_per_address_per_day: 0, ..Policy::default() }).await;
    let way = "href=\"/signin/phone-unavailable\"";
    let (mut stranger, _, wrong) = gives(&house, "not the password").await;
    said(&wrong, 1008);
    assert!(!wrong.text.contains(way) && !stranger.has(JOURNEY));
    leads_to(&stranger.get(&house, "/signin/phone-unavailable").await, "/signin");
    let (mut browser, token, stuck) = gives(&house, PASSWORD).await;
    assert_eq!(stuck.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stuck.text.contains(way) && browser.has(JOURNEY), "{}", stuck.text);
    leads_to(&browser.get(&house, "/signin/code").await, "/signin");
    let page = browser.get(&house, "/signin/phone-unavailable").await.succeeded();
    assert!(page.text.contains("/recover/start") && page.text.contains("/signin/support"));
    let asked = browser.get(&house, "/signin/support").await.succeeded();
    assert!(asked.text.contains("phone_lost"));
    let opened = browser.post(&house, "/recover/start", &token, "").await.succeeded();
    assert!(kept(&opened).0.starts_with("/recover/cas_"));
    assert!(!browser.has(JOURNEY), "used up");
}

#[tokio::test]
async fn a_refusal_leaves_the_sign_in_and_a_proof_gives_a_new_access_code() {
    let mut house = house_with(Policy::default()).await;
    let (mut first, token) = at_the_code(&mut house).await;
    let opened = first.post(&house, "/recover/start", &token, "").await.succeeded();
    let (path, old) = kept(&opened);
    first.get(&house, &path).await.succeeded();
    house.later(130);
    let (mut second, token) = at_the_code(&mut house).await;
    let refused = second.post(&house, "/recover/start", &token, "").await;
    said(&refused, 3403);
    for offered in ["action=\"/recover/access\"", "href=\"/signin/support\"", &*format!("href=\"{path}\"")] {
        assert!(refused.text.contains(offered), "{offered}: {}", refused.text);
    }
    assert!(second.has(JOURNEY), "whoever is refused still stands at the sign-in");
    second.get(&house, "/signin/support").await.succeeded();
    let enter = second.get(&house, "/recover").await.succeeded();
    assert!(enter.text.contains("href=\"/signin/support\""));
    house.later(130);
    let asked = second.post(&house, "/recover/access", &token, "").await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    let confirm = asked.header("location").unwrap().to_owned();
    assert!(confirm.starts_with("/confirm/act_"), "{confirm}");
    let sent = second.post(&house, &format!("{confirm}/resend"), &token, "").await;
    leads_to(&sent, &format!("{confirm}?notice=code-sent"));
    let code = next_code(&mut house).await;
    let replaced = second.post(&house, &confirm, &token, &format!("code={code}")).await.succeeded();
    let (same, new) = kept(&replaced);
    assert_eq!(same, path);
    assert_ne!(new, old);
    let page = second.get(&house, &path).await.succeeded();
    assert!(page.text.contains("/documents"), "what a case asks for first was proved by this");
    let case = path.trim_start_matches("/recover/");
    leads_to(&first.get(&house, &path).await, &format!("/recover?case={case}"));
    let own = csrf(&first.get(&house, "/recover").await);
    let dead = first.post(&house, "/recover", &own, &format!("case={case}&access={old}")).await;
    said(&dead, 3401);
}

#[tokio::test]
async fn who_has_nothing_left_to_prove_goes_on_with_documents_alone() {
    let mut house = house_with(Policy::default()).await;
    let (mut browser, token) = at_the_code(&mut house).await;
    let (path, _) = kept(&browser.post(&house, "/recover/start", &token, "").await.succeeded());
    let page = browser.get(&house, &path).await.succeeded();
    let door = format!("{path}/unproved");
    assert!(page.text.contains(&format!("action=\"{door}\"")) && page.text.contains("24"), "{}", page.text);
    let mut stranger = Browser::default();
    let strangers = csrf(&stranger.get(&house, "/recover").await);
    let case = path.trim_start_matches("/recover/");
    let refused = stranger.post(&house, &door, &strangers, "").await;
    leads_to(&refused, &format!("/recover?case={case}"));
    leads_to(&browser.post(&house, &door, &token, "").await, &path);
    let page = browser.get(&house, &path).await.succeeded();
    assert!(page.text.contains(&format!("href=\"{path}/documents\"")) && !page.text.contains(&door));
}
