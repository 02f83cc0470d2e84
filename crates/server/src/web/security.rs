//! The overview: `/security`.

use super::code::in_full;
use super::phone::bound_phone;
use super::recover::path_of;
use super::settings::state_of;
use super::views::{Factors, Level, NextStep, OwnCase, Security, SmsState};
use super::visit::Holder;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::level;
use countersign_flows::core::model::Factor;
use countersign_flows::{FactorEntry, Overview};

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
    let entries = match flows.factors(&signed_in).await {
        Ok(entries) => entries,
        Err(error) => return visit.broke(error),
    };
    let tickets = match flows.tickets_of_account(signed_in.account.service_id, signed_in.account.id).await {
        Ok(tickets) => tickets,
        Err(error) => return visit.broke(error),
    };
    let cases = match flows.open_cases(&signed_in).await {
        Ok(cases) => cases,
        Err(error) => return visit.broke(error),
    };
    let sessions: usize = devices.iter().map(|device| device.sessions.len()).sum();
    let sms = sms_state(&overview);
    let page = Security {
        layout: visit.layout("/security"),
        level: level_of(overview.level),
        next: overview.next.map(step_of),
        phone: overview.binding.as_ref().map(bound_phone),
        sms,
        factors: Factors {
            totp: state_of(one(&entries, Factor::Totp)),
            trading_password: state_of(one(&entries, Factor::TradingPassword)),
            passkeys: count(entries.iter().filter(|entry| entry.factor == Factor::Passkey).count()),
            recovery_codes_left: one(&entries, Factor::RecoveryCode)
                .and_then(|set| set.codes_left)
                .map(count),
            phrase: overview.account.phrase.is_some(),
        },
        email: overview.account.email.as_ref().map(in_full),
        password_since_ms: overview.account.password_set_at.unix_ms(),
        sessions: count(sessions),
        cases: cases
            .iter()
            .map(|case| OwnCase {
                id: case.id.to_string(),
                path: path_of(case.id),
                opened_ms: case.opened_at.unix_ms(),
            })
            .collect(),
        last_activity_ms: overview.recent.first().map(|entry| entry.at.unix_ms()),
        tickets_unread: count(tickets.iter().filter(|ticket| ticket.is_unread_by_holder()).count()),
    };
    visit.page(StatusCode::OK, &page)
}

fn one(entries: &[FactorEntry], factor: Factor) -> Option<&FactorEntry> {
    entries.iter().find(|entry| entry.factor == factor)
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

fn level_of(level: level::Level) -> Level {
    match level {
        level::Level::Basic => Level::Basic,
        level::Level::Fair => Level::Fair,
        level::Level::Strong => Level::Strong,
        level::Level::Strongest => Level::Strongest,
    }
}

fn step_of(next: level::NextStep) -> NextStep {
    match next {
        level::NextStep::BindPhone => NextStep::BindPhone,
        level::NextStep::BindPhoneAgain => NextStep::BindPhoneAgain,
        level::NextStep::SwitchSmsOn => NextStep::SwitchSmsOn,
        level::NextStep::AddTotp => NextStep::AddTotp,
        level::NextStep::SetTradingPassword => NextStep::SetTradingPassword,
        level::NextStep::AddPasskey => NextStep::AddPasskey,
        level::NextStep::MakeRecoveryCodes => NextStep::MakeRecoveryCodes,
    }
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
