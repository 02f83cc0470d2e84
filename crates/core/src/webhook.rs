//! What relying parties are told (R75): the payload of each event, and when a telling is tried again. Built here, from
//! fields chosen one by one, so that no code, assertion, number or detail of a payment can slip into one (R10).

use crate::change::Change;
use crate::entropy;
use crate::id::EventId;
use crate::model::*;
use crate::time::{Timestamp, hours, seconds};
use crate::verification::World;
use serde_json::json;
use std::time::Duration;

/// Tells what became of an action. The Security Center's own are nobody else's business.
pub fn action_changed(action: &Action, world: World<'_>) -> Option<Change> {
    if action.origin != ActionOrigin::RelyingParty {
        return None;
    }
    let kind = match action.status {
        ActionStatus::Pending => return None,
        ActionStatus::Authorised => WebhookKind::ActionAuthorised,
        ActionStatus::Redeemed => WebhookKind::ActionRedeemed,
        ActionStatus::Canceled => WebhookKind::ActionCanceled,
        ActionStatus::Lapsed => WebhookKind::ActionLapsed,
    };
    let data = json!({
        "action": action.id.to_string(),
        "account": action.account_id.to_string(),
        "kind": action.kind.as_str(),
        "status": action.status.as_str(),
        "reason": action.reason.map(CancelReason::as_str),
        "digest": action.digest.to_text(),
    });
    Some(tell(action.service_id, action.account_id, kind, data.to_string(), world))
}

/// Tells that exits are held.
pub fn hold_started(hold: &Hold, world: World<'_>) -> Change {
    let data = json!({
        "account": hold.account_id.to_string(),
        "cause": hold.cause.as_str(),
        "ends_at": hold.ends_at.to_rfc3339(),
    });
    tell(hold.service_id, hold.account_id, WebhookKind::HoldStarted, data.to_string(), world)
}

/// Tells that an account was frozen or opened again.
pub fn account_changed(account: &Account, kind: WebhookKind, world: World<'_>) -> Change {
    let data = json!({ "account": account.id.to_string() });
    tell(account.service_id, account.id, kind, data.to_string(), world)
}

/// Tells that a factor was added or removed.
pub fn factor_changed(account: &Account, kind: WebhookKind, factor: Factor, world: World<'_>) -> Change {
    let data = json!({ "account": account.id.to_string(), "factor": factor.as_str() });
    tell(account.service_id, account.id, kind, data.to_string(), world)
}

fn tell(
    service_id: crate::id::ServiceId,
    account_id: crate::id::AccountId,
    kind: WebhookKind,
    data: String,
    world: World<'_>,
) -> Change {
    let id = EventId::draw(world.now, world.entropy);
    Change::InsertWebhookEvent(WebhookEvent { id, service_id, account_id, kind, data, at: world.now })
}

/// What a listener answered, as far as trying again cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// 2xx.
    Yes,
    /// 410: it does not want to hear any more.
    Gone,
    /// Anything else, or nothing.
    No,
}

/// What becomes of a telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextTry {
    /// It was heard.
    Delivered,
    /// It is tried again then.
    At(Timestamp),
    /// A day has passed.
    GivenUp,
    /// The listener is gone: nothing is told to it any more.
    EndpointGone,
}

/// Waits before the second, third, … try: with their jitter they add up to a day (Standard Webhooks).
const WAITS: [Duration; 8] =
    [seconds(5), seconds(60), seconds(300), seconds(1_800), hours(1), hours(3), hours(6), hours(9)];

/// Judges an answer to try number `tries` (from one). Waits carry jitter of up to a fifth, so that a listener that was
/// down is not run over by everything at once.
pub fn after_try(heard: Heard, tries: u32, world: World<'_>) -> NextTry {
    match heard {
        Heard::Yes => NextTry::Delivered,
        Heard::Gone => NextTry::EndpointGone,
        Heard::No => {
            let place = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
            let Some(wait) = WAITS.get(place) else { return NextTry::GivenUp };
            let share = u64::from(u16::from_le_bytes(entropy::bytes::<2>(world.entropy)));
            let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            let jitter_ms = wait_ms / 5 * share / u64::from(u16::MAX);
            NextTry::At(world.now.after(*wait + Duration::from_millis(jitter_ms)))
        }
    }
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
