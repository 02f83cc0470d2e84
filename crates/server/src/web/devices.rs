//! Devices and sessions: `/security/devices` (R47).

use super::form::Form;
use super::views::{DeviceRow, Devices, Problem, SessionRow, SignedInWith};
use super::visit::Holder;
use crate::http::cookies::{self, Name};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::model::Factor;
use countersign_flows::core::time::days;

/// `GET /security/devices`
pub(crate) async fn list(holder: Holder) -> Response {
    show(&holder, None).await
}

async fn show(Holder { visit, signed_in }: &Holder, problem: Option<Problem>) -> Response {
    let entries = match visit.server.flows().devices(signed_in).await {
        Ok(entries) => entries,
        Err(error) => return visit.broke(error),
    };
    let policy = visit.server.flows().policy();
    let mut sessions = Vec::new();
    let mut devices = Vec::new();
    for entry in entries {
        let browser = entry.device.label.clone();
        for open in &entry.sessions {
            sessions.push(SessionRow {
                id: open.session.id.to_string(),
                this: open.is_this,
                browser: browser.clone(),
                place: None,
                signed_in_ms: open.session.created_at.unix_ms(),
                seen_ms: open.session.last_seen_at.unix_ms(),
                with: match open.session.second_factor {
                    Some(Factor::Sms) => SignedInWith::PasswordAndSms,
                    Some(Factor::Email) => SignedInWith::PasswordAndEmail,
                    Some(Factor::Totp) => SignedInWith::PasswordAndTotp,
                    Some(Factor::Passkey) => SignedInWith::PasswordAndPasskey,
                    Some(Factor::RecoveryCode) => SignedInWith::PasswordAndRecoveryCode,
                    Some(Factor::Password | Factor::TradingPassword) | None => SignedInWith::Password,
                },
            });
        }
        if entry.is_known {
            let idle = entry.device.last_seen_at.after(days(policy.device_idle_days));
            let life = entry.device.created_at.after(days(policy.device_life_days));
            devices.push(DeviceRow {
                id: entry.device.id.to_string(),
                this: entry.is_this,
                browser,
                seen_ms: entry.device.last_seen_at.unix_ms(),
                known_until_ms: idle.min(life).unix_ms(),
            });
        }
    }
    sessions.sort_by_key(|session| (!session.this, std::cmp::Reverse(session.seen_ms)));
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    visit.page(status, &Devices { layout: visit.layout("/security/devices"), sessions, devices, problem })
}

/// `POST /security/devices/end`
pub(crate) async fn end(holder: Holder, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let Ok(id) = sent.get("session").parse() else { return show(&holder, Some(Problem::SessionGone)).await };
    let (visit, signed_in) = (&holder.visit, &holder.signed_in);
    match visit.server.flows().end_session(signed_in, id).await {
        Err(error) => visit.broke(error),
        Ok(false) => show(&holder, Some(Problem::SessionGone)).await,
        Ok(true) if id == signed_in.session.id => {
            let mut response = visit.redirect("/signin?notice=signed-out");
            cookies::clear(response.headers_mut(), &visit.server, Name::Session);
            response
        }
        Ok(true) => visit.redirect("/security/devices?notice=session-ended"),
    }
}

/// `POST /security/devices/end-others`
pub(crate) async fn end_others(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    match holder.visit.server.flows().end_other_sessions(&holder.signed_in).await {
        Err(error) => holder.visit.broke(error),
        Ok(_) => holder.visit.redirect("/security/devices?notice=others-ended"),
    }
}

/// `POST /security/devices/forget`
pub(crate) async fn forget(holder: Holder, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let Ok(id) = sent.get("device").parse() else { return show(&holder, Some(Problem::SessionGone)).await };
    let (visit, signed_in) = (&holder.visit, &holder.signed_in);
    match visit.server.flows().forget_device(signed_in, id).await {
        Err(error) => visit.broke(error),
        Ok(false) => show(&holder, Some(Problem::SessionGone)).await,
        Ok(true) if id == signed_in.device.id => {
            let mut response = visit.redirect("/signin?notice=device-forgotten");
            cookies::clear(response.headers_mut(), &visit.server, Name::Session);
            cookies::clear(response.headers_mut(), &visit.server, Name::Device);
            response
        }
        Ok(true) => visit.redirect("/security/devices?notice=device-forgotten"),
    }
}
