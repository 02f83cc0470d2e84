//! A service's own texts: who is spoken to by which, what is never kept, and how soon every node knows.

use crate::console::EMAIL;
use crate::house::House;
use countersign_core::id::ServiceId;
use countersign_core::model::Purpose;
use countersign_core::template::{TemplateName, TemplateProblem};
use countersign_flows::*;
use countersign_storage::tables::{Rows, templates};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

fn head() -> Letterhead {
    Letterhead { brand: "Acme".to_owned(), host: "acme.example".to_owned() }
}

fn draft(name: TemplateName, locale: &str, body: &str) -> TemplateDraft {
    TemplateDraft { name, locale: locale.to_owned(), body: body.to_owned(), may_split: false }
}

const SIGN_IN: TemplateName = TemplateName::For(Purpose::SignIn);

async fn staff(house: &House) -> SignedInOperator {
    house.operator(EMAIL, false).await;
    let cookie = house.let_in().await;
    house.flows.operator(house.service_id, &cookie).await.unwrap().unwrap()
}

/// What a node would send: the text with nothing but the code; empty where our words speak.
async fn speaks(flows: &Flows, house: &House, purpose: Purpose, locale: &str) -> String {
    let found = flows.template_for(house.service_id, purpose, locale).await;
    let values = countersign_core::template::TemplateValues {
        code: "482913",
        brand: "Acme",
        purpose: "for it",
        minutes: "2",
        amount: if purpose.moves_value() { "1 BTC" } else { "" },
        payee: if purpose.moves_value() { "Ada" } else { "" },
        ..Default::default()
    };
    found.and_then(|template| template.render(&values)).unwrap_or_default()
}

/// What was written down about the console, without an account.
struct Entries;

impl Step for Entries {
    type Output = Vec<String>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let found = tx.rows("SELECT event FROM events WHERE account_id IS NULL ORDER BY id", &[]).await?;
        found.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }
}

#[tokio::test]
async fn a_text_speaks_to_holders_of_its_language_until_it_is_taken_away() {
    let house = House::new().await;
    let staff = staff(&house).await;
    let flows = &house.flows;
    assert_eq!(speaks(flows, &house, Purpose::SignIn, "de").await, "");
    for draft in [
        draft(SIGN_IN, "DE", "{code} hier\r\n"),
        draft(SIGN_IN, "de_AT", "{code} da"),
        draft(TemplateName::Default, "de", "{code} {purpose}"),
        draft(TemplateName::For(Purpose::Withdrawal), "de", "{code} {amount} {payee}"),
    ] {
        assert_eq!(flows.save_template(&staff, &head(), &draft).await.unwrap().refusal, None);
    }
    for (purpose, locale, text) in [
        (Purpose::SignIn, "de", "482913 hier"),
        (Purpose::SignIn, "de-CH", "482913 hier"),
        (Purpose::SignIn, "de-AT", "482913 da"),
        (Purpose::SignUp, "de-AT", "482913 for it"),
        (Purpose::Withdrawal, "de-AT", "482913 1 BTC Ada"),
        (Purpose::P2pSell, "de", ""),
        (Purpose::SignIn, "en", ""),
        (Purpose::SignIn, "", ""),
    ] {
        assert_eq!(speaks(flows, &house, purpose, locale).await, text, "{purpose:?} {locale}");
    }
    let kept = flows.templates(house.service_id).await.unwrap();
    assert_eq!(kept.len(), 4);
    assert!(kept.iter().all(|entry| entry.operator_id == Some(staff.operator.id)));
    assert_eq!(kept[1].draft, draft(SIGN_IN, "de", "{code} hier"));
    assert!(flows.delete_template(&staff, SIGN_IN, "de").await.unwrap());
    assert!(!flows.delete_template(&staff, SIGN_IN, "de").await.unwrap(), "gone already");
    assert_eq!(speaks(flows, &house, Purpose::SignIn, "de").await, "482913 for it");

    let entries = house.store.read(Entries).await.unwrap();
    let entries: Vec<_> = entries.iter().filter(|entry| entry.contains("\"template_changed\"")).collect();
    assert_eq!(entries.len(), 5, "what was gone already is no change: {entries:?}");
    let operator = format!("\"operator\":\"{}\"", staff.operator.id);
    assert!(entries.iter().all(|entry| entry.contains(&operator)));
    let named = entries.iter().filter(|entry| entry.contains("\"name\":\"sign_in\",\"locale\":\"de\""));
    assert_eq!(named.filter(|entry| entry.contains("\"removed\":true")).count(), 1);
}

#[tokio::test]
async fn what_may_not_be_sent_is_not_kept() {
    let house = House::new().await;
    let staff = staff(&house).await;
    let long = format!("{{code}} {}", "a".repeat(130));
    let agreed = TemplateDraft { may_split: true, ..draft(SIGN_IN, "en", &long) };
    let russian = TemplateDraft { may_split: true, ..draft(SIGN_IN, "ru", &format!("я {long}")) };
    for (draft, refusal) in [
        (draft(SIGN_IN, "en", "{code} acme.example"), {
            TemplateRefusal::Text(TemplateProblem::Link("acme.example".to_owned()))
        }),
        (draft(SIGN_IN, "e", "{code}"), TemplateRefusal::Locale),
        (draft(SIGN_IN, "en", &long), TemplateRefusal::Split),
        (russian, TemplateRefusal::Segments { segments: 4 }),
    ] {
        let judged = house.flows.save_template(&staff, &head(), &draft).await.unwrap();
        assert_eq!(judged.refusal, Some(refusal));
    }
    assert_eq!(house.flows.templates(house.service_id).await.unwrap(), []);
    let judged = house.flows.save_template(&staff, &head(), &agreed).await.unwrap();
    assert_eq!((judged.refusal, judged.preview.map(|preview| preview.segments)), (None, Some(2)));
    assert!(house.flows.template_for(house.service_id, Purpose::SignIn, "en").await.unwrap().may_split());
}

struct Write {
    rows: Arc<Rows>,
    service_id: ServiceId,
    row: templates::Template,
}

impl Step for Write {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        templates::save(tx, &self.rows, self.service_id, &self.row).await
    }
}

#[tokio::test]
async fn another_node_speaks_by_it_within_five_seconds_and_never_by_what_the_rules_refuse() {
    let house = House::new().await;
    let staff = staff(&house).await;
    let other = House::beside(&house).await;
    assert_eq!(speaks(&other, &house, Purpose::SignIn, "en").await, "");
    house.flows.save_template(&staff, &head(), &draft(SIGN_IN, "en", "{code} now")).await.unwrap();
    house.later(4);
    assert_eq!(speaks(&other, &house, Purpose::SignIn, "en").await, "");
    house.later(1);
    assert_eq!(speaks(&other, &house, Purpose::SignIn, "en").await, "482913 now");

    let row = templates::Template {
        name: "sign_in".to_owned(),
        locale: "en".to_owned(),
        body: "{code} at acme.example".to_owned(),
        may_split: false,
        operator_id: None,
        changed_at: house.now(),
    };
    let (rows, service_id) = (house.rows.clone(), house.service_id);
    house.store.write(Write { rows, service_id, row }).await.unwrap();
    house.later(5);
    assert_eq!(speaks(&other, &house, Purpose::SignIn, "en").await, "");
}
