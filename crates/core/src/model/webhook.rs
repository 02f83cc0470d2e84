//! What relying parties are told, where, and how each telling went. Plain data; no payload holds a code or an
//! assertion (R75).

use super::Redacted;
use crate::id::{AccountId, EventId, ServiceId, WebhookId};
use crate::time::Timestamp;

named! {
    /// What happened.
    WebhookKind {
        /// Every factor of an action was proved.
        ActionAuthorised = "action.authorised",
        /// An action was cancelled.
        ActionCanceled = "action.canceled",
        /// An assertion was not redeemed in time.
        ActionLapsed = "action.lapsed",
        /// An assertion was redeemed.
        ActionRedeemed = "action.redeemed",
        /// Exits are held.
        HoldStarted = "hold.started",
        /// An account was frozen.
        AccountFrozen = "account.frozen",
        /// It was opened again.
        AccountUnfrozen = "account.unfrozen",
        /// A factor was added.
        FactorAdded = "factor.added",
        /// A factor was removed.
        FactorRemoved = "factor.removed",
    }
}

/// Where a relying party listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Its identifier.
    pub id: WebhookId,
    /// The service.
    pub service_id: ServiceId,
    /// Address of the listener.
    pub url: String,
    /// The secret that signs. Sealed at rest.
    pub secret: Redacted,
    /// The secret before it, which signs along until `earlier_until`. Sealed at rest.
    pub earlier_secret: Option<Redacted>,
    /// Until when the earlier secret signs along.
    pub earlier_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When telling it stopped.
    pub disabled_at: Option<Timestamp>,
    /// Why: `deleted` or `gone` (the listener answered 410).
    pub disabled_reason: String,
}

/// One thing that relying parties are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookEvent {
    /// Its identifier: the listener's protection against hearing it twice.
    pub id: EventId,
    /// The service.
    pub service_id: ServiceId,
    /// The account it is about.
    pub account_id: AccountId,
    /// What.
    pub kind: WebhookKind,
    /// The `data` of the payload, JSON.
    pub data: String,
    /// When it happened.
    pub at: Timestamp,
}

named! {
    /// Where one telling stands.
    DeliveryStatus {
        /// To be told, or to be told again.
        Due = "due",
        /// The listener answered 2xx.
        Delivered = "delivered",
        /// It was tried for a day, or the listener is gone.
        GivenUp = "given_up",
    }
}

/// One event told to one listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookDelivery {
    /// What.
    pub event: WebhookEvent,
    /// To whom.
    pub endpoint_id: WebhookId,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Tries so far.
    pub tries: u32,
    /// When it is tried next.
    pub next_try_at: Timestamp,
    /// HTTP status of the last answer, if there was one.
    pub last_status: Option<u16>,
    /// Why there was none, or the head of an answer that was not 2xx.
    pub last_error: String,
    /// How long the last try took, in milliseconds.
    pub last_took_ms: Option<u64>,
}
