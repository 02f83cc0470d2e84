//! What guards an account as a whole: freezing (signed in, and from the link of a message), the anti-phishing
//! phrase, the password.

use super::form::Form;
use super::settings::{begin, hold_hours};
use super::views::{self, Field, Freeze, FreezePage, PasswordNew, Phrase, PhraseNew, Problem};
use super::visit::{Holder, Visit};
use crate::http::cookies::{self, Name};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::model::Setting;
use countersign_flows::{FreezeLink, PHRASE_LENGTH_MAX, SecretSet};

/// `GET /security/freeze`
pub(crate) async fn freeze_page(holder: Holder) -> Response {
    let visit = &holder.visit;
    visit.page(StatusCode::OK, &Freeze { layout: visit.layout("/security/freeze") })
}

/// `POST /security/freeze`
pub(crate) async fn freeze(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    let visit = &holder.visit;
    match visit.server.flows().freeze(&holder.signed_in, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(_) => {
            let mut response = visit.redirect("/signin?notice=frozen");
            cookies::clear(response.headers_mut(), &visit.server, Name::Session);
            response
        }
    }
}

/// `POST /security/unfreeze`
pub(crate) async fn unfreeze(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    match begin(&holder, Setting::Unfreeze, None).await {
        Ok(response) => response,
        Err(_) => holder.visit.redirect("/security"),
    }
}

fn show_link(visit: &Visit, token: &str, link: FreezeLink) -> Response {
    let (status, link) = match link {
        FreezeLink::Open => (StatusCode::OK, views::FreezeLink::Ready { path: format!("/freeze/{token}") }),
        FreezeLink::Frozen => (StatusCode::OK, views::FreezeLink::Frozen),
        FreezeLink::Unknown => (StatusCode::NOT_FOUND, views::FreezeLink::Unknown),
    };
    visit.page(status, &FreezePage { layout: visit.layout("/security"), link })
}

/// A link's token is letters and digits; anything else leads nowhere.
fn is_token(token: &str) -> bool {
    token.len() == 16 && token.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// `GET /freeze/{token}`: looks, and does nothing (R67)
pub(crate) async fn link(visit: Visit, Path(token): Path<String>) -> Response {
    if !is_token(&token) {
        return show_link(&visit, "", FreezeLink::Unknown);
    }
    match visit.server.flows().freeze_link(visit.server.service_id(), &token).await {
        Ok(link) => show_link(&visit, &token, link),
        Err(error) => visit.broke(error),
    }
}

/// `POST /freeze/{token}`: takes the form from anywhere, with or without cookies. Whoever knows the link's token may
/// use it, and a strange page does not know it; the link must always work (R24, R67).
pub(crate) async fn freeze_by_link(visit: Visit, Path(token): Path<String>) -> Response {
    let service_id = visit.server.service_id();
    match visit.server.flows().freeze_by_link(service_id, &token, visit.caller()).await {
        Ok(link) => show_link(&visit, &token, link),
        Err(error) => visit.broke(error),
    }
}

/// `GET /security/phrase`
pub(crate) async fn phrase(holder: Holder) -> Response {
    show_phrase(&holder, None)
}

fn show_phrase(holder: &Holder, problem: Option<Problem>) -> Response {
    let visit = &holder.visit;
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let phrase = holder.signed_in.account.phrase.clone();
    visit.page(status, &Phrase { layout: visit.layout("/security/phrase"), phrase, problem })
}

/// `POST /security/phrase/set`
pub(crate) async fn change_phrase(holder: Holder, form: Form) -> Response {
    begin_phrase(holder, form, Setting::Phrase).await
}

/// `POST /security/phrase/remove`
pub(crate) async fn remove_phrase(holder: Holder, form: Form) -> Response {
    begin_phrase(holder, form, Setting::PhraseRemove).await
}

async fn begin_phrase(holder: Holder, form: Form, setting: Setting) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    match begin(&holder, setting, None).await {
        Ok(response) => response,
        Err(problem) => show_phrase(&holder, Some(problem)),
    }
}

/// `GET /security/phrase/new`
pub(crate) async fn new_phrase(holder: Holder) -> Response {
    let value = holder.signed_in.account.phrase.clone().unwrap_or_default();
    show_new_phrase(&holder, Field { value, problem: None })
}

fn show_new_phrase(holder: &Holder, phrase: Field) -> Response {
    let visit = &holder.visit;
    let status = if phrase.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let characters_max = u32::try_from(PHRASE_LENGTH_MAX).unwrap_or(u32::MAX);
    visit.page(status, &PhraseNew { layout: visit.layout("/security/phrase/new"), phrase, characters_max })
}

/// `POST /security/phrase/new`
pub(crate) async fn enter_phrase(holder: Holder, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let visit = &holder.visit;
    let token = visit.cookie(Name::Binding).unwrap_or_default();
    let typed = sent.get("phrase");
    let flows = visit.server.flows();
    match flows.set_phrase(&holder.signed_in, &token, typed, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(SecretSet::Set) => {
            let mut response = visit.redirect("/security/phrase?notice=phrase-set");
            cookies::clear(response.headers_mut(), &visit.server, Name::Binding);
            response
        }
        Ok(SecretSet::Phrase) => {
            let characters_max = u32::try_from(PHRASE_LENGTH_MAX).unwrap_or(u32::MAX);
            let is_missing = typed.trim().is_empty();
            let long = Problem::PhraseLong { characters_max };
            let problem = Some(if is_missing { Problem::PhraseMissing } else { long });
            show_new_phrase(&holder, Field { value: sent.shown("phrase"), problem })
        }
        Ok(_) => visit.redirect("/security/phrase"),
    }
}

/// `POST /security/password/change`
pub(crate) async fn change_password(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    match begin(&holder, Setting::Password, None).await {
        Ok(response) => response,
        Err(_) => holder.visit.redirect("/security"),
    }
}

/// `GET /security/password/new`
pub(crate) async fn new_password(holder: Holder) -> Response {
    show_new_password(&holder, None)
}

fn show_new_password(holder: &Holder, password_problem: Option<Problem>) -> Response {
    let visit = &holder.visit;
    let status = if password_problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let least = visit.server.flows().policy().password_length_min;
    let page = PasswordNew {
        layout: visit.layout("/security/password/new"),
        password_characters_min: u32::try_from(least).unwrap_or(u32::MAX),
        hold_hours: hold_hours(visit),
        password_problem,
    };
    visit.page(status, &page)
}

/// `POST /security/password/new`
pub(crate) async fn enter_password(holder: Holder, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let visit = &holder.visit;
    let token = visit.cookie(Name::Binding).unwrap_or_default();
    let brand = &visit.server.inner.brand;
    let flows = visit.server.flows();
    let outcome =
        flows.change_password(&holder.signed_in, &token, sent.get("password"), brand, visit.caller()).await;
    let problem = match outcome {
        Err(error) => return visit.broke(error),
        Ok(SecretSet::Set) => {
            let mut response = visit.redirect("/security?notice=password-changed");
            cookies::clear(response.headers_mut(), &visit.server, Name::Binding);
            return response;
        }
        Ok(SecretSet::Password(problem)) => super::sign_up::password_problem(problem),
        Ok(_) => return visit.redirect("/security"),
    };
    show_new_password(&holder, Some(problem))
}
