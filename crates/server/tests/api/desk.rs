//! The desk at the console, from the outside: who has no right sees no page of it, everything is masked, an address in
//! full takes a reason and is an entry, and nobody decides what they proposed.

use crate::console::{Browser, csrf, leads_to};
use crate::house::{House, NUMBER, Reply};
use axum::http::StatusCode;
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::policy::Policy;
use countersign_core::session::Token;
use countersign_core::time::{Timestamp, minutes};
use countersign_flows::{AuditSpan, Caller};

const HOLDER: &str = "holder@acme.example";

/// Entropy of the test: each call another.
fn bytes(which: u8) -> [u8; 16] {
    [which; 16]
}

/// A browser of a member of staff with these roles, signed in.
async fn staff(house: &House, which: u8, roles: &[Role]) -> Browser {
    let now = house.flows.now();
    let operator = Operator {
        id: OperatorId::from_bytes(bytes(which)),
        service_id: house.service_id,
        name: String::new(),
        email: Address::from_exposed(&format!("staff{which}@acme.example")).unwrap(),
        password_hash: "$argon2id$none".to_owned(),
        roles: roles.to_vec(),
        created_at: now,
        disabled_at: None,
    };
    let token = Token::draw(&countersign_core::entropy::testing::Counting::from(u64::from(which)));
    let session = OperatorSession {
        id: OperatorSessionId::from_bytes(bytes(which)),
        service_id: house.service_id,
        operator_id: operator.id,
        token: token.hash(),
        device: String::new(),
        ip: String::new(),
        created_at: now,
        last_seen_at: now,
        ended_at: None,
    };
    house.keep(vec![Change::InsertOperator(operator), Change::InsertOperatorSession(session)]).await;
    Browser(vec![("__Host-cs_operator".to_owned(), token.expose().to_owned())])
}

/// A holder with an email address and a number.
async fn holder(house: &House) -> AccountId {
    let now = house.flows.now();
    let id = AccountId::from_bytes(bytes(0xAC));
    let account = Account {
        id,
        service_id: house.service_id,
        status: AccountStatus::Flagged,
        email: Address::from_exposed(HOLDER),
        password_hash: "$argon2id$none".to_owned(),
        sms_enabled_at: Some(now),
        phrase: None,
        password_set_at: now,
        frozen_from: None,
        frozen_by_staff_from: None,
        status_set_at: None,
        locale: "en".to_owned(),
        created_at: now,
    };
    let binding = Binding {
        id: BindingId::from_bytes(bytes(0xB1)),
        service_id: house.service_id,
        account_id: id,
        number: Address::from_exposed(NUMBER).unwrap(),
        bound_at: now,
        suspended_at: None,
        ended_at: None,
    };
    house.keep(vec![Change::InsertAccount(account), Change::InsertBinding(binding)]).await;
    id
}

async fn lock_sms(house: &House, id: AccountId, until: Timestamp) {
    let fresh = FactorState::fresh(house.service_id, Subject::Account(id), Factor::Sms, None);
    let locked = FactorState { in_a_row: 6, locked_until: Some(until), ..fresh };
    house.keep(vec![Change::SaveFactor(locked)]).await;
}

fn said(reply: &Reply, problem: u16) {
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", reply.text);
    assert!(reply.text.contains(&format!("data-problem=\"{problem}\"")), "{problem}: {}", reply.text);
}

async fn kinds(house: &House, id: AccountId) -> Vec<&'static str> {
    let caller = Caller { actor: Actor::Operator(OperatorId::from_bytes(bytes(0xFE))), ..Caller::default() };
    let file = house.flows.account_file(house.service_id, id, &caller).await.unwrap().unwrap();
    file.entries.iter().map(|one| one.entry.event.kind()).collect()
}

/// Acceptance point 23: without the right there is neither number nor lock, nor that there could be.
#[tokio::test]
async fn a_role_without_the_right_is_told_what_a_wrong_address_is_told() {
    let house = House::new().await;
    let id = holder(&house).await;
    let mut admin = staff(&house, 1, &[Role::Admin, Role::Auditor, Role::Delivery]).await;
    let form = csrf(&admin.get(&house, "/console").await.succeeded());
    let nowhere = admin.get(&house, "/console/nothing-here").await;
    let account = format!("/console/accounts/{id}");
    let pages = [
        "/console/accounts",
        &account,
        "/console/numbers",
        "/console/holds",
        "/console/lockouts",
        "/console/proposals",
    ];
    for path in pages {
        let refused = admin.get(&house, path).await;
        assert_eq!((refused.status, &refused.text), (StatusCode::NOT_FOUND, &nowhere.text), "{path}");
    }
    let forms = [
        ("/console/accounts", format!("what={id}")),
        ("/console/numbers", format!("number={}", NUMBER.replace('+', "%2B"))),
        (&format!("{account}/reveal"), "what=number&reason=x".to_owned()),
        (&format!("{account}/protect"), "act=freeze&reason=x".to_owned()),
        (&format!("{account}/propose"), "what=remove_number&reason=x".to_owned()),
    ];
    for (path, fields) in &forms {
        let refused = admin.post(&house, path, &form, fields).await;
        assert_eq!((refused.status, &refused.text), (StatusCode::NOT_FOUND, &nowhere.text), "{path}");
    }
    let today = admin.get(&house, "/console").await.succeeded();
    for word in ["/console/accounts", "/console/lockouts", "/console/proposals"] {
        assert!(!today.text.contains(word), "{word}: {}", today.text);
    }
    // Who may see may not do: a reviewer neither protects nor proposes, support approves nothing.
    let mut reviewer = staff(&house, 2, &[Role::Reviewer]).await;
    let page = reviewer.get(&house, &account).await.succeeded();
    assert!(!page.text.contains("/protect\"") && !page.text.contains("/propose\""));
    let form = csrf(&page);
    for (path, fields) in &forms[3..] {
        assert_eq!(reviewer.post(&house, path, &form, fields).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!kinds(&house, id).await.contains(&"status_changed"));
}

#[tokio::test]
async fn everything_is_masked_until_it_is_shown_once_for_a_reason() {
    let house = House::new().await;
    let id = holder(&house).await;
    let mut support = staff(&house, 1, &[Role::Support]).await;
    let form = csrf(&support.get(&house, "/console/accounts").await.succeeded());
    said(&support.post(&house, "/console/accounts", &form, "what=ada").await, 6380);
    said(&support.post(&house, "/console/accounts", &form, "what=nobody%40acme.example").await, 6381);
    let account = format!("/console/accounts/{id}");
    let number = NUMBER.replace('+', "%2B");
    for what in [HOLDER.replace('@', "%40"), number, id.to_string()] {
        leads_to(&support.post(&house, "/console/accounts", &form, &format!("what={what}")).await, &account);
    }
    let page = support.get(&house, &account).await.succeeded();
    assert!(!page.text.contains(HOLDER) && !page.text.contains(NUMBER), "{}", page.text);
    assert!(page.text.contains("Flagged") && page.text.contains("••••56<"), "{}", page.text);
    let reveal = format!("{account}/reveal");
    assert_eq!(support.post(&house, &reveal, "", "what=number&reason=x").await.status, StatusCode::FORBIDDEN);
    let unsaid = support.post(&house, &reveal, &form, "what=number&reason=+").await;
    said(&unsaid, 6003);
    assert!(!unsaid.text.contains(NUMBER));
    assert!(!kinds(&house, id).await.contains(&"address_revealed"));
    let shown = support.post(&house, &reveal, &form, "what=number&reason=calls+back").await.succeeded();
    assert!(shown.text.contains(NUMBER) && !shown.text.contains(HOLDER), "only what was asked for");
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    assert!(shown.text.contains("Because: <bdi>calls back</bdi>"), "the entry stands below already");
    let after = support.get(&house, &account).await.succeeded();
    assert!(!after.text.contains(NUMBER), "once");
    assert_eq!(kinds(&house, id).await.iter().filter(|kind| **kind == "address_revealed").count(), 1);
    let unknown = "/console/accounts/acc_00000000000000000000000000000000";
    assert_eq!(support.get(&house, unknown).await.status, StatusCode::NOT_FOUND);
}

/// Acceptance point 23: from a pasted number to why it is blocked in one step.
#[tokio::test]
async fn a_number_says_in_one_sentence_why_it_gets_no_codes() {
    let house = House::new().await;
    let id = holder(&house).await;
    let mut support = staff(&house, 1, &[Role::Support]).await;
    let form = csrf(&support.get(&house, "/console/numbers").await.succeeded());
    let ask = format!("number={}", NUMBER.replace('+', "%2B"));
    let open = support.post(&house, "/console/numbers", &form, &ask).await.succeeded();
    assert!(open.text.contains("Can receive codes: YES"), "{}", open.text);
    lock_sms(&house, id, house.flows.now().after(minutes(15))).await;
    let locked = support.post(&house, "/console/numbers", &form, &ask).await.succeeded();
    assert!(locked.text.contains("Can receive codes: NO – 6 wrong codes, locked until "), "{}", locked.text);
    assert!(locked.text.contains(&format!("href=\"/console/accounts/{id}\"")));
    assert!(!locked.text.contains(NUMBER), "not even in the field");
    said(&support.post(&house, "/console/numbers", &form, "number=12").await, 3002);
    assert_eq!(kinds(&house, id).await.iter().filter(|kind| **kind == "number_looked_up").count(), 2);
    let list = support.get(&house, "/console/lockouts").await.succeeded();
    assert!(list.text.contains("value=\"lift_lock:sms\""), "{}", list.text);
}

#[tokio::test]
async fn one_proposes_and_another_decides() {
    let house = House::new().await;
    let id = holder(&house).await;
    let mut ann = staff(&house, 1, &[Role::Fraud]).await;
    let mut ben = staff(&house, 2, &[Role::Reviewer]).await;
    let account = format!("/console/accounts/{id}");
    let form = csrf(&ann.get(&house, &account).await.succeeded());
    let propose = format!("{account}/propose");
    said(&ann.post(&house, &propose, &form, "what=lift_lock:sms&reason=x").await, 6384);
    let made = ann.post(&house, &propose, &form, "what=remove_number&reason=phone+stolen").await;
    let page = made.header("location").unwrap().split('?').next().unwrap().to_owned();
    said(&ann.post(&house, &propose, &form, "what=remove_number&reason=again").await, 6386);
    let own = ann.get(&house, &page).await.succeeded();
    assert!(own.text.contains("You proposed this") && !own.text.contains("/decide\""), "{}", own.text);
    let decide = format!("{page}/decide");
    said(&ann.post(&house, &decide, &form, "verdict=approve&reason=quick").await, 6387);
    let bens = ben.get(&house, &page).await.succeeded();
    assert!(
        bens.text.contains("Affects 1 account.") && bens.text.contains("codes come by email"),
        "{}",
        bens.text
    );
    let form = csrf(&bens);
    said(&ben.post(&house, &decide, &form, "verdict=approve&reason=").await, 6003);
    assert_eq!(
        ben.post(&house, &format!("{page}/withdraw"), &form, "reason=x").await.status,
        StatusCode::NOT_FOUND
    );
    let done = ben.post(&house, &decide, &form, "verdict=approve&reason=called+back").await;
    leads_to(&done, &format!("{page}?notice=proposal-approved"));
    said(&ben.post(&house, &decide, &form, "verdict=decline&reason=late").await, 6389);
    let holds = ben.get(&house, "/console/holds").await.succeeded();
    assert!(holds.text.contains(&id.to_string()) && holds.text.contains("Nobody can lift or shorten a hold"));
    let kinds = kinds(&house, id).await;
    for kind in ["proposal_made", "proposal_ended", "number_removed", "hold_started"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
}

#[tokio::test]
async fn one_freezes_at_once_with_a_reason() {
    let house = House::new().await;
    let id = holder(&house).await;
    let mut support = staff(&house, 1, &[Role::Support]).await;
    let account = format!("/console/accounts/{id}");
    let form = csrf(&support.get(&house, &account).await.succeeded());
    let protect = format!("{account}/protect");
    said(&support.post(&house, &protect, &form, "act=freeze&reason=").await, 6003);
    said(&support.post(&house, &protect, &form, "act=restrict&reason=x").await, 6383);
    let done = support.post(&house, &protect, &form, "act=freeze&reason=the+holder+called").await;
    leads_to(&done, &format!("{account}?notice=account-protected"));
    let page = support.get(&house, &account).await.succeeded();
    assert!(page.text.contains("Frozen") && page.text.contains("the holder called"), "{}", page.text);
    let odd = support.post(&house, &protect, &form, "act=unfreeze&reason=x").await;
    assert_eq!(odd.status, StatusCode::NOT_FOUND, "there is no such act");
}

/// Fields of the entries of a kind, the newest first.
async fn entries(house: &House, kind: &str) -> Vec<Vec<(String, String)>> {
    let span = AuditSpan { kind: kind.into(), ..AuditSpan::default() };
    let found = house.flows.audit_newest(house.service_id, &span, None, 99).await.unwrap();
    found.into_iter().map(|entry| entry.fields).collect()
}

fn looked_up(address: &str, found: bool) -> Vec<(String, String)> {
    vec![("address".to_owned(), address.to_owned()), ("found".to_owned(), found.to_string())]
}

/// R46, R76: who is a customer is not read off one address at a time.
#[tokio::test]
async fn a_look_up_by_an_address_is_an_entry_and_an_hour_has_so_many() {
    let house = House::with(Policy { staff_look_ups_per_hour: 5, ..Policy::default() }).await;
    let id = holder(&house).await;
    let mut support = staff(&house, 1, &[Role::Support]).await;
    let form = csrf(&support.get(&house, "/console/accounts").await.succeeded());
    let known = format!("what={}", HOLDER.replace('@', "%40"));
    let unknown = "what=nobody%40acme.example";
    let number = format!("what={}", NUMBER.replace('+', "%2B"));
    let account = format!("/console/accounts/{id}");
    // Entries of one millisecond have no order of their own.
    leads_to(&support.post(&house, "/console/accounts", &form, &known).await, &account);
    house.later(1);
    said(&support.post(&house, "/console/accounts", &form, unknown).await, 6381);
    house.later(1);
    leads_to(&support.post(&house, "/console/find", &form, &known).await, &account);
    house.later(1);
    support.post(&house, "/console/delivery/messages", &form, &known).await.succeeded();
    support.post(&house, "/console/numbers", &form, &number).await.succeeded();
    let found = [
        looked_up("h•••@acme.example", false),
        looked_up("h•••@acme.example", true),
        looked_up("n•••@acme.example", false),
        looked_up("h•••@acme.example", true),
    ];
    assert_eq!(entries(&house, "address_looked_up").await, found, "the messages had nothing to it");
    assert_eq!(entries(&house, "number_looked_up").await.len(), 1);
    let doors = ["/console/accounts", "/console/find", "/console/delivery/messages", "/console/numbers"];
    // The house opened on the hour.
    house.later(3_596);
    for path in doors {
        let asked = if path == "/console/numbers" { &number } else { &known };
        let refused = support.post(&house, path, &form, asked).await;
        said(&refused, 6391);
        assert!(refused.text.contains("09:00"), "when to go on: {}", refused.text);
        assert!(!refused.text.contains(HOLDER) && !refused.text.contains(NUMBER), "not said again");
    }
    assert_eq!(entries(&house, "address_looked_up").await.len(), 4, "nobody looked");
    // By an identifier nothing is found out, and others have look-ups of their own.
    leads_to(&support.post(&house, "/console/accounts", &form, &format!("what={id}")).await, &account);
    let mut other = staff(&house, 2, &[Role::Support]).await;
    let form_of_other = csrf(&other.get(&house, "/console/accounts").await.succeeded());
    leads_to(&other.post(&house, "/console/accounts", &form_of_other, &known).await, &account);
    house.later(1);
    leads_to(&support.post(&house, "/console/accounts", &form, &known).await, &account);
}

#[tokio::test]
async fn deliverys_search_of_messages_counts_as_well() {
    let house = House::with(Policy { staff_look_ups_per_hour: 5, ..Policy::default() }).await;
    holder(&house).await;
    let mut delivery = staff(&house, 1, &[Role::Delivery]).await;
    let path = "/console/delivery/messages";
    let form = csrf(&delivery.get(&house, path).await.succeeded());
    for last in 0..5 {
        delivery.post(&house, path, &form, &format!("what=%2B44740012345{last}")).await.succeeded();
    }
    said(&delivery.post(&house, path, &form, "what=%2B447400123456").await, 6391);
    assert_eq!(entries(&house, "address_looked_up").await.len(), 5);
    delivery.get(&house, path).await.succeeded();
}

/// Acceptance point 23, from the bar: the form is handed on, and its field is read under the bar's name.
#[tokio::test]
async fn the_command_bar_leads_from_a_number_to_its_report() {
    let house = House::new().await;
    let id = holder(&house).await;
    let mut support = staff(&house, 1, &[Role::Support]).await;
    let form = csrf(&support.get(&house, "/console/find").await.succeeded());
    let ask = format!("what={}", NUMBER.replace('+', "%2B"));
    let handed = support.post(&house, "/console/find", &form, &ask).await;
    assert_eq!(handed.status, StatusCode::TEMPORARY_REDIRECT);
    let to = handed.header("location").unwrap().to_owned();
    assert_eq!(to, "/console/numbers");
    // As a browser does: the same form to where it leads (RFC 9110 section 15.4.8).
    let report = support.post(&house, &to, &form, &ask).await.succeeded();
    assert!(report.text.contains("Can receive codes: YES"), "{}", report.text);
    assert!(report.text.contains(&format!("href=\"/console/accounts/{id}\"")));
    assert!(!report.text.contains(NUMBER), "not even in the field");
    said(&support.post(&house, &to, &form, "what=12").await, 3002);
    said(&support.post(&house, &to, &form, "what=").await, 3001);
}

#[tokio::test]
async fn two_open_what_one_froze_and_it_stays_flagged() {
    let house = House::new().await;
    let id = holder(&house).await;
    let mut ann = staff(&house, 1, &[Role::Support]).await;
    let mut ben = staff(&house, 2, &[Role::Reviewer]).await;
    let account = format!("/console/accounts/{id}");
    let form = csrf(&ann.get(&house, &account).await.succeeded());
    let froze = ann.post(&house, &format!("{account}/protect"), &form, "act=freeze&reason=thief").await;
    leads_to(&froze, &format!("{account}?notice=account-protected"));
    let page = ann.get(&house, &account).await.succeeded();
    assert!(page.text.contains("Open the frozen account"), "{}", page.text);
    let made =
        ann.post(&house, &format!("{account}/propose"), &form, "what=clear_status&reason=no+thief").await;
    let page = made.header("location").unwrap().split('?').next().unwrap().to_owned();
    let bens = ben.get(&house, &page).await.succeeded();
    assert!(bens.text.contains("a flagged one stays flagged"), "{}", bens.text);
    let form = csrf(&bens);
    let done = ben.post(&house, &format!("{page}/decide"), &form, "verdict=approve&reason=called+back").await;
    leads_to(&done, &format!("{page}?notice=proposal-approved"));
    let after = house.flows.account(house.service_id, id).await.unwrap().unwrap().account;
    assert_eq!((after.status, after.frozen_by_staff_from), (AccountStatus::Flagged, None));
    assert!(kinds(&house, id).await.contains(&"hold_started"));
}

#[tokio::test]
async fn nobody_has_a_say_about_their_own_account() {
    let house = House::new().await;
    let id = holder(&house).await;
    let found = house.flows.account(house.service_id, id).await.unwrap().unwrap().account;
    let anns = Account { email: Address::from_exposed("staff1@acme.example"), ..found };
    house.keep(vec![Change::SaveAccount(anns)]).await;
    let mut ann = staff(&house, 1, &[Role::Fraud]).await;
    let mut ben = staff(&house, 2, &[Role::Fraud]).await;
    let propose = format!("/console/accounts/{id}/propose");
    let form = csrf(&ann.get(&house, "/console/accounts").await.succeeded());
    said(&ann.post(&house, &propose, &form, "what=clear_status&reason=mine").await, 3414);
    let bens = csrf(&ben.get(&house, "/console/accounts").await.succeeded());
    let made = ben.post(&house, &propose, &bens, "what=clear_status&reason=asked+me").await;
    let page = made.header("location").unwrap().split('?').next().unwrap().to_owned();
    for verdict in ["approve", "decline"] {
        let fields = format!("verdict={verdict}&reason=mine");
        said(&ann.post(&house, &format!("{page}/decide"), &form, &fields).await, 3414);
    }
    assert!(!kinds(&house, id).await.contains(&"status_changed"));
}

/// R10: what is typed as a reason is read on pages and in the audit for years.
#[tokio::test]
async fn a_reason_is_kept_without_numbers_codes_and_addresses() {
    let house = House::new().await;
    let id = holder(&house).await;
    let mut support = staff(&house, 1, &[Role::Support]).await;
    let account = format!("/console/accounts/{id}");
    let form = csrf(&support.get(&house, &account).await.succeeded());
    let reason = "reason=called+from+%2B44+7400+123456,+code+482913,+ada%40mail.example";
    for (act, what) in
        [("reveal", "what=email"), ("protect", "act=freeze"), ("propose", "what=remove_number")]
    {
        support.post(&house, &format!("{account}/{act}"), &form, &format!("{what}&{reason}")).await;
    }
    let mut told = Vec::new();
    for kind in ["address_revealed", "status_changed", "proposal_made"] {
        let found = entries(&house, kind).await;
        assert_eq!(found.len(), 1, "{kind}");
        told.extend(found);
    }
    let page = support.get(&house, &account).await.succeeded();
    let told = format!("{told:?}{}", page.text);
    assert!(told.contains("called from +44 •••• ••••56, code •••, a•••@mail.example"), "{told}");
    for typed in ["123456", "482913", "ada@mail.example"] {
        assert!(!told.contains(typed), "{typed}: {told}");
    }
}
