//! The SMS switch: `/security/sms` (section C).

use super::code::{in_full, region_state};
use super::form::Form;
use super::phone::password_locked;
use super::security::sms_state;
use super::settings::begin;
use super::views::{Problem, Sms, SmsState};
use super::visit::Holder;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::account::SwitchRefusal;
use countersign_flows::core::model::Setting;
use countersign_flows::{Overview, SwitchOutcome};

/// `GET /security/sms`
pub(crate) async fn state(holder: Holder) -> Response {
    show(&holder, None, None).await
}

async fn show(holder: &Holder, refused: Option<Problem>, password: Option<Problem>) -> Response {
    let visit = &holder.visit;
    let overview = match visit.server.flows().overview(&holder.signed_in).await {
        Ok(overview) => overview,
        Err(error) => return visit.broke(error),
    };
    let troubles = match visit.server.flows().delivery_troubles(visit.server.service_id()).await {
        Ok(troubles) => troubles,
        Err(error) => return visit.broke(error),
    };
    let state = sms_state(&overview);
    let wrong = refused.is_some() || password.is_some();
    let page = Sms {
        layout: visit.layout("/security/sms"),
        state,
        number: overview.binding.as_ref().map(|binding| in_full(&binding.number)),
        refusal: refused.or_else(|| standing_refusal(&overview, state)),
        password_problem: password,
        regions: troubles.iter().map(region_state).collect(),
    };
    visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// Why the switch cannot be set at all, said before anything is asked for.
fn standing_refusal(overview: &Overview, state: SmsState) -> Option<Problem> {
    let refusal =
        if state == SmsState::On { overview.switch_off_refusal } else { overview.switch_on_refusal };
    match refusal? {
        // The page's own state says these.
        SwitchRefusal::NoNumber | SwitchRefusal::Suspended => None,
        other => Some(problem(other)),
    }
}

fn problem(refusal: SwitchRefusal) -> Problem {
    match refusal {
        SwitchRefusal::NoNumber | SwitchRefusal::Suspended => Problem::PhoneNeeded,
        SwitchRefusal::NeedsIdentity | SwitchRefusal::Frozen => Problem::IdentityNeeded,
        SwitchRefusal::OnlySecondFactor => Problem::SmsOnlyFactor,
    }
}

/// Off lowers what guards the account: more than the password is asked for (R42).
async fn switch_off(holder: &Holder) -> Response {
    let visit = &holder.visit;
    let refusal = match visit.server.flows().overview(&holder.signed_in).await {
        Ok(overview) => overview.switch_off_refusal,
        Err(error) => return visit.broke(error),
    };
    if let Some(refusal) = refusal {
        return show(holder, Some(problem(refusal)), None).await;
    }
    match begin(holder, Setting::SmsOff, None).await {
        Ok(response) => response,
        Err(problem) => show(holder, Some(problem), None).await,
    }
}

/// `POST /security/sms`
pub(crate) async fn switch(holder: Holder, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let visit = &holder.visit;
    let on = match sent.get("state") {
        "on" => true,
        "off" => false,
        _ => return visit.redirect("/security/sms"),
    };
    if !on {
        return switch_off(&holder).await;
    }
    let password = sent.get("password");
    if password.is_empty() {
        return show(&holder, None, Some(Problem::PasswordMissing)).await;
    }
    match visit.server.flows().switch_sms(&holder.signed_in, on, password, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(SwitchOutcome::Set { .. }) => visit.redirect("/security/sms?notice=sms-on"),
        Ok(SwitchOutcome::NeedsProof) => visit.redirect("/security/sms"),
        Ok(SwitchOutcome::Refused(refusal)) => show(&holder, Some(problem(refusal)), None).await,
        Ok(SwitchOutcome::PasswordWrong) => show(&holder, None, Some(Problem::PasswordWrong)).await,
        Ok(SwitchOutcome::PasswordLocked(refusal)) => {
            let problem = password_locked(refusal, visit);
            show(&holder, None, Some(problem)).await
        }
    }
}
