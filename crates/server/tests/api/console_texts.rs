//! The console's texts from the outside: written with a preview, refused with a reason, kept, spoken by, taken away.

use crate::console::{Browser, house, leads_to, let_in};
use crate::house::{House, Reply};
use axum::http::StatusCode;
use countersign_delivery::words::render_sms;
use serde_json::json;

const EDIT: &str = "/console/delivery/templates/edit";
const SAVED: &str = "/console/delivery/templates?notice=text-saved";

struct Staff {
    house: House,
    browser: Browser,
    form: String,
}

impl Staff {
    async fn come_in() -> Self {
        let mut house = house().await;
        let (browser, form) = let_in(&mut house).await;
        Self { house, browser, form }
    }

    async fn send(&mut self, act: &str, body: &str, more: &str) -> Reply {
        let body: String = body.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let fields = format!("name=sign_in&locale=en&body={body}&act={act}{more}");
        self.browser.post(&self.house, EDIT, &self.form, &fields).await
    }

    /// What the next code for signing in says, by API.
    async fn text(&mut self, locale: &str) -> String {
        let body = json!({ "to": "+447400123456", "purpose": "sign_in", "locale": locale });
        let id = self.house.started(body).await;
        let text = render_sms(&self.house.letter().await);
        self.house.post(&format!("/v1/verifications/{id}/cancel"), json!({})).await;
        text
    }
}

#[tokio::test]
async fn an_operators_text_is_previewed_kept_spoken_and_taken_away() {
    let mut staff = Staff::come_in().await;
    let page = staff.browser.get(&staff.house, "/console/delivery/templates").await.succeeded();
    assert!(page.text.contains("Our words") && !page.text.contains("Your text<"));
    let body = "{code} opens {brand} ({words}). {warning}";
    let shown = staff.send("preview", body, "").await.succeeded();
    // Six digits, the longest words, and the host of the public address.
    let arrives = "048291 opens Acme (absolute accident). We never ask for it by phone or chat.\n@";
    assert!(shown.text.contains(arrives), "{}", shown.text);
    let count = arrives.len() - 1 + "@accounts.example #048291".len();
    assert!(shown.text.contains(&format!("{count} / 160")), "{count} in {}", shown.text);
    assert!(staff.text("en").await.contains("is your Acme code"), "a preview keeps nothing");

    leads_to(&staff.send("save", body, "").await, SAVED);
    let page = staff.browser.get(&staff.house, SAVED).await.succeeded();
    assert!(page.text.contains("Your text was saved.") && page.text.contains("Your text<span"));
    let text = staff.text("en-GB").await;
    assert!(
        text.contains(" opens Acme. We never ask for it by phone or chat.\n@accounts.example #"),
        "{text}"
    );
    assert!(staff.text("de").await.contains("ist Ihr Code"), "no other language is spoken to by it");

    let fields = "name=sign_in&locale=en";
    let deleted =
        staff.browser.post(&staff.house, "/console/delivery/templates/delete", &staff.form, fields).await;
    leads_to(&deleted, "/console/delivery/templates?notice=text-deleted");
    assert!(staff.text("en").await.contains("is your Acme code"));
}

#[tokio::test]
async fn a_refused_text_says_why_and_is_not_kept() {
    let mut staff = Staff::come_in().await;
    let long = format!("{{code}} {}", "a".repeat(120));
    for (body, problem) in [
        ("", 6102),
        ("{code}\nfor you", 6104),
        ("{code", 6105),
        ("{kode}", 6106),
        ("for you", 6107),
        ("{code} {amount}", 6108),
        ("{code}1", 6109),
        ("{code} acme.example", 6110),
        (&long, 6111),
    ] {
        let reply = staff.send("save", body, "").await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert!(reply.text.contains(&format!("data-problem=\"{problem}\"")), "{body}: {}", reply.text);
    }
    let page = staff.browser.get(&staff.house, "/console/delivery/templates").await.succeeded();
    assert!(!page.text.contains("Your text<span"));
    leads_to(&staff.send("save", &long, "&may_split=yes").await, SAVED);
    let odd = staff.browser.get(&staff.house, &format!("{EDIT}?name=default&locale=fr!")).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(odd.text.contains("data-problem=\"6101\""));
    let unknown = staff.browser.get(&staff.house, &format!("{EDIT}?name=nonsense&locale=fr")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_but_staff_reads_or_writes_texts() {
    let house = house().await;
    let mut stranger = Browser::default();
    for path in ["/console/delivery/templates", "/console/delivery/templates/edit?name=default&locale=en"] {
        leads_to(&stranger.get(&house, path).await, "/console/signin");
    }
    for path in [EDIT, "/console/delivery/templates/delete"] {
        let reply = stranger.post(&house, path, "", "name=sign_in&locale=en&body=x&act=save").await;
        leads_to(&reply, "/console/signin");
    }
    let mut staff = Staff::come_in().await;
    staff.form = "forged".to_owned();
    assert_eq!(staff.send("save", "{code}", "").await.status, StatusCode::FORBIDDEN);
}
