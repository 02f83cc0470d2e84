//! The overview: `/security`.

use super::code::in_full;
use super::phone::bound_phone;
use super::views::{Level, NextStep, Security, SmsState};
use super::visit::Holder;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::Overview;

/// `GET /security`
pub(crate) async fn overview(Holder { visit, signed_in }: Holder) -> Response {
    let flows = visit.server.flows();
    let overview = match flows.overview(&signed_in).await {
        Ok(overview) => overview,
        Err(error) => return visit.broke(error),
    };
    let devices = match flows.devices(&signed_in).await {
        Ok(devices) => devices,
        Err(error) => return visit.broke(error),
    };
    let sessions: usize = devices.iter().map(|device| device.sessions.len()).sum();
    let sms = sms_state(&overview);
    let page = Security {
        layout: visit.layout("/security"),
        level: if sms == SmsState::On { Level::Fair } else { Level::Basic },
        next: match sms {
            SmsState::On => None,
            SmsState::Off => Some(NextStep::SwitchSmsOn),
            SmsState::NoPhone => Some(NextStep::BindPhone),
            SmsState::Suspended | SmsState::Disabled => Some(NextStep::BindPhoneAgain),
        },
        phone: overview.binding.as_ref().map(bound_phone),
        sms,
        email: overview.account.email.as_ref().map(in_full),
        password_since_ms: overview.account.created_at.unix_ms(),
        sessions: u32::try_from(sessions).unwrap_or(u32::MAX),
        last_activity_ms: overview.recent.first().map(|entry| entry.at.unix_ms()),
    };
    visit.page(StatusCode::OK, &page)
}

/// How SMS authentication stands, in the pages' words.
pub(crate) fn sms_state(overview: &Overview) -> SmsState {
    match &overview.binding {
        None => SmsState::NoPhone,
        Some(binding) if binding.suspended_at.is_some() => SmsState::Suspended,
        Some(_) if overview.sms_disabled => SmsState::Disabled,
        Some(_) if overview.account.sms_enabled_at.is_some() => SmsState::On,
        Some(_) => SmsState::Off,
    }
}
