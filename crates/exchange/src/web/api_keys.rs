//! API keys: created after a confirmation that names label and scopes, shown once, stored as a hash, deleted
//! at once.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::browser::{Member, Posted, Visit, page as draw, see_other};
use super::views::{Alert, ApiKeys, KeyRow, Moment, Problems};
use super::words;
use crate::errand::KEYS_MAX;
use crate::sessions::Purpose;

/// What a key may do: name, label, and what to know of it.
pub(crate) const SCOPES: [(&str, &str, &str); 3] = [
    ("read", "Read", "See balances and history."),
    ("trade", "Trade", "Place and cancel orders."),
    ("withdraw", "Withdraw", "Ask for withdrawals; each still needs your confirmation."),
];
const LABEL_CHARS_MAX: usize = 40;

#[derive(Default)]
struct Typed {
    label: String,
    ticked: Vec<&'static str>,
    problems: Problems,
    alert: Option<Alert>,
}

async fn show(visit: &Visit, user: &str, status: StatusCode, typed: Typed) -> Response {
    let layout = visit.layout("/api-keys").await;
    let row = |key: &crate::book::ApiKey| KeyRow {
        id: key.id.clone(),
        label: key.label.clone(),
        scopes: key.scopes.replace(',', ", "),
        created: Moment(key.created_ms),
    };
    let keys = visit.house.ledger.read(|book| {
        book.users.get(user).map(|user| user.api_keys.iter().map(row).collect()).unwrap_or_default()
    });
    let new_key = visit.house.sessions.change(&visit.cookie, |session| session.new_key.take()).flatten();
    let Typed { label, ticked, problems, alert } = typed;
    let new_key = new_key.map(|secret| secret.expose().to_owned());
    draw(status, &ApiKeys { layout, keys, new_key, label, ticked, problems, alert })
}

pub(crate) async fn page(member: Member) -> Response {
    let typed = Typed { ticked: vec!["read"], ..Typed::default() };
    show(&member.visit, &member.customer.id, StatusCode::OK, typed).await
}

pub(crate) async fn begin(form: Posted) -> Response {
    let visit = &form.visit;
    let Some(customer) = visit.customer.clone() else { return see_other("/signin") };
    let mut typed = Typed { label: form.text("label"), ..Typed::default() };
    let is_ticked = |name: &&str| form.is_ticked(&format!("scope_{name}"));
    typed.ticked = SCOPES.map(|(name, ..)| name).into_iter().filter(is_ticked).collect();
    let count =
        visit.house.ledger.read(|book| book.users.get(&customer.id).map_or(0, |user| user.api_keys.len()));
    judge(&mut typed, count);
    if !typed.problems.is_empty() {
        return show(visit, &customer.id, StatusCode::UNPROCESSABLE_ENTITY, typed).await;
    }
    let scopes = typed.ticked.join(",");
    let details = BTreeMap::from([("label", typed.label.clone()), ("scopes", scopes.clone())]);
    let purpose = Purpose::CreateKey { user: customer.id.clone(), label: typed.label.clone(), scopes };
    let begun = visit
        .house
        .begin_errand(&visit.cookie, purpose, customer.account, details, visit.client_ip.clone())
        .await;
    match begun {
        Ok(confirm_url) => see_other(confirm_url.expose()),
        Err(fault) => {
            typed.alert = Some(words::refused(&visit.house, &fault));
            show(visit, &customer.id, StatusCode::CONFLICT, typed).await
        }
    }
}

fn judge(typed: &mut Typed, count: usize) {
    let length = typed.label.chars().count();
    if length == 0 || length > LABEL_CHARS_MAX || typed.label.chars().any(char::is_control) {
        typed.problems.add("label", format!("Give it a name of at most {LABEL_CHARS_MAX} characters."));
    }
    if typed.ticked.is_empty() {
        typed.problems.add("scopes", "Choose what the key may do.");
    } else if count >= KEYS_MAX {
        typed.problems.add("scopes", format!("There are {KEYS_MAX} keys already. Delete one first."));
    }
}

pub(crate) async fn delete(Path(id): Path<String>, form: Posted) -> Response {
    let Some(customer) = &form.visit.customer else { return see_other("/signin") };
    let deleted = form.visit.house.ledger.change(|book| {
        if let Some(user) = book.users.get_mut(&customer.id) {
            user.api_keys.retain(|key| key.id != id);
        }
        Ok(())
    });
    match deleted {
        Ok(()) => see_other("/api-keys?notice=deleted"),
        Err(error) => {
            tracing::error!(?error, "an API key was not deleted");
            let text = "The key was not deleted. Try again.";
            form.visit.fault(StatusCode::INTERNAL_SERVER_ERROR, "Something broke", text).await
        }
    }
}
