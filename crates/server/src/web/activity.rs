//! What happened: `/security/activity`.

use super::views::{self, ActivityKind, ActivityRow, RecoveryEvent};
use super::visit::Holder;
use super::words::Address as Shown;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::event::{CaseTurn, Event, Group};
use countersign_flows::core::model::{EventEntry, Factor};

/// `GET /security/activity`
pub(crate) async fn list(Holder { visit, signed_in }: Holder) -> Response {
    let kind = visit.query("kind").and_then(|name| ActivityKind::named(&name));
    let after = visit.query("after").and_then(|cursor| cursor.parse().ok());
    let group = kind.map(|kind| match kind {
        ActivityKind::SignIn => Group::SignIn,
        ActivityKind::Codes => Group::Codes,
        ActivityKind::Changes => Group::Changes,
        ActivityKind::Actions => Group::Actions,
    });
    match visit.server.flows().activity(&signed_in, group, after).await {
        Err(error) => visit.broke(error),
        Ok(activity) => {
            let page = views::Activity {
                layout: visit.layout("/security/activity"),
                kind,
                rows: activity
                    .entries
                    .iter()
                    .filter_map(row)
                    .filter(|row| row.event.is_for_holder())
                    .collect(),
                next: activity.next.map(|id| id.to_string()),
            };
            visit.page(StatusCode::OK, &page)
        }
    }
}

pub(crate) fn row(entry: &EventEntry) -> Option<ActivityRow> {
    Some(ActivityRow {
        at_ms: entry.at.unix_ms(),
        event: shown(&entry.event)?,
        browser: Some(entry.device.clone()).filter(|device| !device.is_empty()),
        place: None,
    })
}

/// None: it happened to no account.
fn shown(event: &Event) -> Option<views::Event> {
    use views::Event as Row;
    Some(match event {
        Event::AccountOpened => Row::SignedUp,
        Event::SignedIn { new_device: true, .. } => Row::SignedInNewDevice,
        Event::SignedIn { .. } => Row::SignedIn,
        Event::PasswordWrong => Row::SignInFailed,
        Event::CodeSent { to, .. } => Row::CodeSent { to: Shown::new(to.clone()) },
        Event::CodeWrong { .. } => Row::CodeWrong,
        Event::SignedOut => Row::SignedOut,
        Event::FactorLocked { factor: Factor::Password, until_ms } => {
            Row::PasswordLocked { until_ms: *until_ms }
        }
        Event::FactorLocked { factor: Factor::Sms | Factor::Email, until_ms } => {
            Row::CodesLocked { until_ms: *until_ms }
        }
        Event::FactorLocked { factor, until_ms } => {
            Row::FactorLocked { factor: *factor, until_ms: *until_ms }
        }
        Event::FactorDisabled { factor: Factor::Sms } => Row::SmsDisabled,
        Event::FactorDisabled { factor } => Row::FactorDisabled { factor: *factor },
        Event::SendingLocked { until_ms, .. } => Row::SendingLocked { until_ms: *until_ms },
        Event::SendLimited { .. } => Row::SendLimited,
        Event::NumberRefused { number, .. } => Row::NumberRefused { number: Shown::new(number.clone()) },
        Event::NumberBound { number } => Row::PhoneBound { number: Shown::new(number.clone()) },
        Event::NumberLost { number } => Row::PhoneSuspended { number: Shown::new(number.clone()) },
        Event::SmsSwitchedOn => Row::SmsOn,
        Event::SmsSwitchedOff => Row::SmsOff,
        Event::SessionEnded { device, .. } if device.is_empty() => Row::OthersEnded,
        Event::SessionEnded { .. } => Row::SessionEnded,
        Event::DeviceForgotten { .. } => Row::DeviceForgotten,
        Event::StatusChanged { .. } => Row::StatusChanged,
        Event::FactorAdded { factor, name } => Row::FactorAdded { factor: *factor, name: name.clone() },
        Event::FactorRenamed { factor, name } => Row::FactorRenamed { factor: *factor, name: name.clone() },
        Event::FactorRemoved { factor, name } => Row::FactorRemoved { factor: *factor, name: name.clone() },
        Event::FactorWrong { factor } => Row::FactorWrong { factor: *factor },
        Event::RecoveryCodeUsed { left } => Row::RecoveryCodeUsed { left: *left },
        Event::ActionOpened { action } => Row::ActionOpened { action: *action },
        Event::ActionAuthorised { action, factors } => {
            Row::ActionAuthorised { action: *action, factors: factors.clone() }
        }
        Event::ActionCanceled { action, reason } => Row::ActionCanceled { action: *action, reason: *reason },
        Event::ActionRedeemed { action } => Row::ActionRedeemed { action: *action },
        Event::ActionRefused { action, .. } => Row::ActionRefused { action: *action },
        Event::HoldStarted { cause, until_ms } => Row::HoldStarted { cause: *cause, until_ms: *until_ms },
        Event::AccountFrozen { by_link } => Row::AccountFrozen { by_link: *by_link },
        Event::AccountUnfrozen => Row::AccountUnfrozen,
        Event::NumberChanged { from, to } => {
            Row::PhoneChanged { from: Shown::new(from.clone()), to: Shown::new(to.clone()) }
        }
        Event::PhraseChanged => Row::PhraseChanged,
        Event::PasswordChanged => Row::PasswordChanged,
        Event::RouteWishSet { route, wish, .. } => Row::RouteWishSet { route: route.clone(), wish: *wish },
        Event::TestMessageSent { route, to, .. } => {
            Row::TestMessageSent { route: route.clone(), to: Shown::new(to.clone()) }
        }
        // Pictures are shown by the page of what they belong to.
        Event::EvidenceReceived { .. }
        | Event::EvidenceRefused { .. }
        | Event::EvidenceSeen { .. }
        | Event::EvidenceDeleted { .. }
        | Event::TemplateChanged { .. } => return None,
        other => return conversation(other),
    })
}

fn turned(turn: &CaseTurn) -> RecoveryEvent {
    match turn {
        CaseTurn::Unproved { .. } => RecoveryEvent::Unproved,
        CaseTurn::AccessReplaced { .. } => RecoveryEvent::AccessReplaced,
        CaseTurn::StatusKept { .. } => RecoveryEvent::StatusKept,
    }
}

/// Conversations with support; what staff arrange among themselves is none of it.
fn conversation(event: &Event) -> Option<views::Event> {
    use views::Event as Row;
    Some(match event {
        Event::TicketOpened { signed_out: false, .. } => Row::TicketOpened,
        Event::TicketOpened { signed_out: true, .. } => Row::TicketOpenedSignedOut,
        Event::TicketReplied { .. } => Row::TicketReplied,
        Event::TicketAnswered { .. } => Row::TicketAnswered,
        Event::TicketSolved { .. } => Row::TicketSolved,
        Event::TicketClosed { .. } => Row::TicketClosed,
        Event::TicketCodeWrong { .. } => Row::TicketCodeWrong,
        // What staff arrange among themselves.
        Event::TicketNoted { .. } | Event::TicketAssigned { .. } | Event::CannedAnswerChanged { .. } => {
            return None;
        }
        Event::CaseOpened { .. } => Row::Recovery(RecoveryEvent::Opened),
        Event::CaseVerified { .. } => Row::Recovery(RecoveryEvent::Verified),
        Event::CaseTurn(turn) => Row::Recovery(turned(turn)),
        Event::CaseSubmitted { .. } => Row::Recovery(RecoveryEvent::Submitted),
        Event::CaseApproved { .. } => Row::Recovery(RecoveryEvent::Approved),
        Event::CaseReturned { .. } => Row::Recovery(RecoveryEvent::Returned),
        Event::CaseRejected { .. } => Row::Recovery(RecoveryEvent::Rejected),
        Event::CaseCanceled { .. } => Row::Recovery(RecoveryEvent::Canceled),
        Event::CaseExpired { .. } => Row::Recovery(RecoveryEvent::Expired),
        Event::CaseUsed { .. } => Row::Recovery(RecoveryEvent::Used),
        Event::CaseFinished { .. } => Row::Recovery(RecoveryEvent::Finished),
        // Who looks, and how each of them decides, is between the operators.
        Event::CaseSeen { .. } | Event::CaseDecided { .. } => return None,
        // A signal among theirs; the page of the documents says who sees the pictures.
        Event::IdentityAsked { .. } | Event::IdentityAnswered { .. } | Event::IdentityUnanswered { .. } => {
            return None;
        }
        Event::NumberRemoved { number, .. } => Row::NumberRemoved { number: Shown::new(number.clone()) },
        Event::LockLifted { factor, .. } => Row::LockLifted { factor: *factor },
        Event::SessionsEndedByStaff { .. } => Row::SignedOutByStaff,
        Event::ProposalMade { .. } => Row::ProposalMade,
        Event::ProposalEnded { .. } => Row::ProposalEnded,
        Event::AddressRevealed { .. } => Row::AddressRevealed,
        Event::AccountSeen => Row::AccountSeen,
        Event::NumberLookedUp { .. } => Row::NumberLookedUp,
        Event::AddressLookedUp { .. } => Row::AddressLookedUp,
        // What happens to texts, keys and staff, and who reads the audit.
        _ => return None,
    })
}
