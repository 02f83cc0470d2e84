//! The audit in the console: what is listed and how it is narrowed, that looking for somebody is an entry itself, and
//! that copies leave nothing for a spreadsheet to run.

use crate::console::{Browser, house, let_in};
use crate::house::House;
use axum::http::StatusCode;
use countersign_core::change::Change;
use countersign_core::entropy::testing::Counting;
use countersign_core::event::Event;
use countersign_core::id::{AccountId, EventId, ServiceId};
use countersign_core::model::{Actor, EventEntry};
use countersign_core::time::Timestamp;
use countersign_flows::{AuditSpan, Caller};

const ACCOUNT: [u8; 16] = [0xAC; 16];

/// An entry of this number; those of even numbers are of one account.
fn entry(service_id: ServiceId, number: u16, at: Timestamp) -> EventEntry {
    let event = match number % 3 {
        0 => Event::FactorAdded { factor: countersign_core::model::Factor::Totp, name: "=1+1".into() },
        _ => Event::NumberBound { number: format!("+44 •••• {number:03}") },
    };
    EventEntry {
        id: EventId::draw_in_order(at, number, &Counting::new()),
        service_id,
        account_id: (number.is_multiple_of(2)).then(|| AccountId::from_bytes(ACCOUNT)),
        at,
        actor: Actor::Holder,
        event,
        device: format!("Browser {number:03}"),
    }
}

/// A house where 120 things happened before its operator came in.
async fn eventful() -> (House, Browser, EventId) {
    let mut house = house().await;
    let (browser, _) = let_in(&mut house).await;
    let now = house.flows.now();
    let entries: Vec<EventEntry> = (1..=120).map(|number| entry(house.service_id, number, now)).collect();
    let sixth = entries[5].id;
    house.keep(entries.into_iter().map(Change::InsertEvent).collect()).await;
    house.flows.seal_audit().await.unwrap();
    (house, browser, sixth)
}

async fn notes(house: &House, kind: &str) -> Vec<Vec<(String, String)>> {
    let span = AuditSpan { kind: kind.into(), ..AuditSpan::default() };
    let found = house.flows.audit_newest(house.service_id, &span, None, 99).await.unwrap();
    found.into_iter().map(|entry| entry.fields).collect()
}

#[tokio::test]
async fn staff_read_in_pages_and_the_filter_stays() {
    let (house, mut browser, _) = eventful().await;
    let first = browser.get(&house, "/console/audit").await;
    assert_eq!(first.status, StatusCode::OK);
    assert!(
        first.text.contains("+44 •••• 119") && first.text.contains("Signed up to entry"),
        "{}",
        first.text
    );
    assert_eq!(first.text.matches("<th scope=\"row\">").count(), 50);
    assert_eq!(notes(&house, "audit_read").await.len(), 0, "to read on is not to look for somebody");
    let account = AccountId::from_bytes(ACCOUNT).to_string();
    let narrowed = format!("/console/audit?account={account}&kind=number_bound");
    let page = browser.get(&house, &narrowed).await;
    assert!(page.text.contains("+44 •••• 118") && !page.text.contains("+44 •••• 119"));
    assert_eq!(page.text.matches("<th scope=\"row\">").count(), 40);
    assert!(!page.text.contains("rel=\"next\""));
    let said = format!("account={account}&kind=number_bound");
    assert_eq!(notes(&house, "audit_read").await, [[("filter".to_owned(), said)]]);
    let all = browser.get(&house, &format!("/console/audit?account={account}")).await;
    let next = all.text.split(" rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
    let next = next.trim_end_matches('"').replace("&#38;", "&").replace("&amp;", "&");
    assert!(next.starts_with(&format!("/console/audit?account={account}&before=evt_")), "{next}");
    let older = browser.get(&house, &next).await;
    assert!(older.text.contains("+44 •••• 002") && !older.text.contains("+44 •••• 118"));
    assert_eq!(notes(&house, "audit_read").await.len(), 2, "once per search, not per page");
}

#[tokio::test]
async fn one_entry_has_an_address_of_its_own() {
    let (house, mut browser, sixth) = eventful().await;
    let page = browser.get(&house, &format!("/console/audit/{sixth}")).await;
    assert_eq!(page.status, StatusCode::OK);
    for part in ["Browser 006", "=1+1", "Factor set up", "factor_added", &sixth.to_string()] {
        assert!(page.text.contains(part), "{part}");
    }
    assert!(page.text.contains(&format!("/console/audit?account={}", AccountId::from_bytes(ACCOUNT))));
    let other = house.flows.create_service("Other", false, &Caller::default()).await.unwrap();
    let foreign = entry(other.id, 7, house.flows.now().after(std::time::Duration::from_secs(1)));
    house.keep(vec![Change::InsertEvent(foreign.clone())]).await;
    for id in [foreign.id.to_string(), "evt_1".to_owned(), "csvx".to_owned()] {
        let missing = browser.get(&house, &format!("/console/audit/{id}")).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{id}");
    }
    assert!(!browser.get(&house, "/console/audit").await.text.contains(&foreign.id.to_string()), "R77");
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_named_and_finds_nothing() {
    let (house, mut browser, _) = eventful().await;
    for wrong in ["account=ada", "operator=opr_1", "kind=Code+Sent", "actor=eve", "from=soon", "to=1"] {
        let page = browser.get(&house, &format!("/console/audit?{wrong}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(!page.text.contains("+44 ••••"), "{wrong}");
        let copy = browser.get(&house, &format!("/console/audit/csv?{wrong}")).await;
        assert_eq!(copy.status, StatusCode::SEE_OTHER, "{wrong}");
    }
    assert_eq!(notes(&house, "audit_exported").await.len(), 0);
}

#[tokio::test]
async fn copies_are_whole_and_run_nothing() {
    let (house, mut browser, _) = eventful().await;
    let account = AccountId::from_bytes(ACCOUNT).to_string();
    let csv = browser.get(&house, &format!("/console/audit/csv?account={account}&kind=factor_added")).await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"audit.csv\""));
    let lines: Vec<&str> = csv.text.split("\r\n").collect();
    assert!(lines[0].starts_with("sequence,id,at,account,"));
    assert_eq!(lines.len(), 1 + 20 + 1, "a header, and every sixth of 120");
    assert!(lines[1].contains(",factor=totp; name==1+1,"), "{}", lines[1]);
    let jsonl = browser.get(&house, "/console/audit/jsonl?kind=number_bound").await;
    let read = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    let lines: Vec<_> = jsonl.text.lines().map(read).collect();
    assert_eq!((lines.len(), &lines[0]["fields"]["number"]), (80, &"+44 •••• 119".into()));
    let noted = notes(&house, "audit_exported").await;
    assert_eq!(noted.len(), 2);
    assert_eq!(noted[0][1], ("format".to_owned(), "jsonl".to_owned()).clone());
}
