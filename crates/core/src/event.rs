//! What happened, as one typed list (R76): the holder's activity page, the audit and the notices are all read from
//! it. An event never holds a code, a token or a full address; whoever builds one passes masked forms.

use crate::model::{
    ActionKind, CancelReason, CaseKind, Channel, EvidenceRefusal, EvidenceSlot, Factor, HoldCause, Purpose,
    RejectReason,
};
use crate::route::RouteWish;
use serde::{Deserialize, Serialize};

/// What a holder narrows the list of events to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Signing in and out, devices.
    SignIn,
    /// Codes sent and entered, and the locks they led to.
    Codes,
    /// Changes of settings.
    Changes,
    /// Withdrawals, sales and whatever else was to be authorised.
    Actions,
}

/// One thing that happened to an account or an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The account was opened.
    AccountOpened,
    /// A sign-in succeeded.
    SignedIn {
        /// From a browser not seen before.
        new_device: bool,
        /// The second factor that was proved, if one was asked.
        second_factor: Option<Factor>,
    },
    /// The password was wrong.
    PasswordWrong,
    /// A code was sent.
    CodeSent {
        /// Over which channel.
        channel: Channel,
        /// What for.
        purpose: Purpose,
        /// Masked address.
        to: String,
        /// Which send of its verification, from 1.
        send: u32,
    },
    /// A wrong code was entered.
    CodeWrong {
        /// Over which channel it had been sent.
        channel: Channel,
        /// What for.
        purpose: Purpose,
    },
    /// Too many failures: the factor is refused until the time given.
    FactorLocked {
        /// Which.
        factor: Factor,
        /// Unix milliseconds.
        until_ms: i64,
    },
    /// The yearly budget or the run of failures is used up: the factor must be bound again (R17, R20).
    FactorDisabled {
        /// Which.
        factor: Factor,
    },
    /// Too many codes asked for without one being entered: suspicious (section E).
    SendingLocked {
        /// Over which channel.
        channel: Channel,
        /// Unix milliseconds.
        until_ms: i64,
    },
    /// A send was refused by a cap.
    SendLimited {
        /// Which cap.
        limit: String,
        /// Over which channel.
        channel: Channel,
    },
    /// A number was refused before anything was sent.
    NumberRefused {
        /// Stable reason code.
        reason: String,
        /// Masked number.
        number: String,
    },
    /// A number was bound.
    NumberBound {
        /// Masked number.
        number: String,
    },
    /// Someone else proved control of a number that this account had bound (B6).
    NumberLost {
        /// Masked number.
        number: String,
    },
    /// SMS authentication was switched on.
    SmsSwitchedOn,
    /// SMS authentication was switched off.
    SmsSwitchedOff,
    /// Signed out.
    SignedOut,
    /// Sessions were ended from the list; an empty name means all others.
    SessionEnded {
        /// Browser and system in words.
        device: String,
        /// How many sessions ended.
        count: u32,
    },
    /// A known device was forgotten.
    DeviceForgotten {
        /// Browser and system in words.
        device: String,
    },
    /// The relying party or an operator changed the account's status.
    StatusChanged {
        /// Stable text of the new status.
        status: String,
    },
    /// A factor was enrolled.
    FactorAdded {
        /// Which.
        factor: Factor,
        /// What its owner calls it.
        name: String,
    },
    /// A factor was given another name.
    FactorRenamed {
        /// Which.
        factor: Factor,
        /// What its owner calls it now.
        name: String,
    },
    /// A factor was removed or replaced.
    FactorRemoved {
        /// Which.
        factor: Factor,
        /// What its owner called it.
        name: String,
    },
    /// A factor was answered wrongly.
    FactorWrong {
        /// Which.
        factor: Factor,
    },
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// Codes that remain.
        left: u32,
    },
    /// Something was asked to be authorised.
    ActionOpened {
        /// What.
        action: ActionKind,
    },
    /// Every factor of an action was proved.
    ActionAuthorised {
        /// What.
        action: ActionKind,
        /// The factors.
        factors: Vec<Factor>,
    },
    /// An action was cancelled.
    ActionCanceled {
        /// What.
        action: ActionKind,
        /// Why.
        reason: CancelReason,
    },
    /// The relying party carried an action out.
    ActionRedeemed {
        /// What.
        action: ActionKind,
    },
    /// An action was refused before anything was asked.
    ActionRefused {
        /// What.
        action: ActionKind,
        /// Stable text of the reason.
        reason: String,
    },
    /// Ways for value to leave are held.
    HoldStarted {
        /// What it began with.
        cause: HoldCause,
        /// Unix milliseconds.
        until_ms: i64,
    },
    /// The account was frozen by its holder.
    AccountFrozen {
        /// By the link in a message, without signing in.
        by_link: bool,
    },
    /// It was opened again by its holder.
    AccountUnfrozen,
    /// The number was replaced.
    NumberChanged {
        /// Masked number before.
        from: String,
        /// Masked number now.
        to: String,
    },
    /// The anti-phishing phrase was set, changed or removed.
    PhraseChanged,
    /// The password was changed.
    PasswordChanged,
    /// Operators said what they want of a route.
    RouteWishSet {
        /// Name of the route.
        route: String,
        /// What they want.
        wish: RouteWish,
        /// Why, in their words.
        reason: String,
        /// Who (`op_…`); empty for the command line.
        operator: String,
    },
    /// An operator sent a message over one route to see whether it arrives.
    TestMessageSent {
        /// Name of the route.
        route: String,
        /// Masked address.
        to: String,
        /// Who (`op_…`); empty for the command line.
        operator: String,
    },
    /// An operator wrote the service's own text for a code, or took it away.
    TemplateChanged {
        /// Which codes it is for.
        name: String,
        /// Its language.
        locale: String,
        /// Who: an identifier.
        operator: String,
        /// It was taken away: our words speak again.
        removed: bool,
    },
    /// A recovery case was opened.
    CaseOpened {
        /// Which.
        case: String,
        /// What for.
        of: CaseKind,
    },
    /// Its holder proved what is still held.
    CaseVerified {
        /// Which case.
        case: String,
        /// Which factors.
        factors: Vec<Factor>,
    },
    /// Its documents were handed in.
    CaseSubmitted {
        /// Which.
        case: String,
    },
    /// An operator looked at it for the first time.
    CaseSeen {
        /// Which.
        case: String,
    },
    /// One of the voices spoke.
    CaseDecided {
        /// Which.
        case: String,
        /// `approve` or `reject`.
        verdict: String,
        /// Why not, if not.
        reason: Option<RejectReason>,
    },
    /// Two agreed.
    CaseApproved {
        /// Which.
        case: String,
    },
    /// Two refused the documents; better ones may be sent.
    CaseReturned {
        /// Which.
        case: String,
        /// Why.
        reason: RejectReason,
    },
    /// Two refused.
    CaseRejected {
        /// Which.
        case: String,
        /// Why.
        reason: RejectReason,
    },
    /// It was withdrawn.
    CaseCanceled {
        /// Which.
        case: String,
        /// Because the account was frozen.
        frozen: bool,
    },
    /// Its time ran out.
    CaseExpired {
        /// Which.
        case: String,
    },
    /// What it was for has begun: its holder was let in.
    CaseUsed {
        /// Which.
        case: String,
    },
    /// What it was for has been done.
    CaseFinished {
        /// Which.
        case: String,
    },
    /// A document or photo was taken.
    EvidenceReceived {
        /// What it is of.
        slot: EvidenceSlot,
    },
    /// One was sent and not taken; nothing of it was kept.
    EvidenceRefused {
        /// What it was to be of.
        slot: EvidenceSlot,
        /// Why.
        reason: EvidenceRefusal,
    },
    /// A member of staff looked at one.
    EvidenceSeen {
        /// Which (`evd_…`).
        evidence: String,
        /// What it is of.
        slot: EvidenceSlot,
    },
    /// One was deleted: on schedule, withdrawn, or another took its place.
    EvidenceDeleted {
        /// Which (`evd_…`).
        evidence: String,
        /// What it was of.
        slot: EvidenceSlot,
    },
}

impl Event {
    /// Stable text of the kind, as stored and filtered by.
    pub const fn kind(&self) -> &'static str {
        match self {
            Event::AccountOpened => "account_opened",
            Event::SignedIn { .. } => "signed_in",
            Event::PasswordWrong => "password_wrong",
            Event::CodeSent { .. } => "code_sent",
            Event::CodeWrong { .. } => "code_wrong",
            Event::FactorLocked { .. } => "factor_locked",
            Event::FactorDisabled { .. } => "factor_disabled",
            Event::SendingLocked { .. } => "sending_locked",
            Event::SendLimited { .. } => "send_limited",
            Event::NumberRefused { .. } => "number_refused",
            Event::NumberBound { .. } => "number_bound",
            Event::NumberLost { .. } => "number_lost",
            Event::SmsSwitchedOn => "sms_switched_on",
            Event::SmsSwitchedOff => "sms_switched_off",
            Event::SignedOut => "signed_out",
            Event::SessionEnded { .. } => "session_ended",
            Event::DeviceForgotten { .. } => "device_forgotten",
            Event::StatusChanged { .. } => "status_changed",
            Event::FactorAdded { .. } => "factor_added",
            Event::FactorRenamed { .. } => "factor_renamed",
            Event::FactorRemoved { .. } => "factor_removed",
            Event::FactorWrong { .. } => "factor_wrong",
            Event::RecoveryCodeUsed { .. } => "recovery_code_used",
            Event::ActionOpened { .. } => "action_opened",
            Event::ActionAuthorised { .. } => "action_authorised",
            Event::ActionCanceled { .. } => "action_canceled",
            Event::ActionRedeemed { .. } => "action_redeemed",
            Event::ActionRefused { .. } => "action_refused",
            Event::HoldStarted { .. } => "hold_started",
            Event::AccountFrozen { .. } => "account_frozen",
            Event::AccountUnfrozen => "account_unfrozen",
            Event::NumberChanged { .. } => "number_changed",
            Event::PhraseChanged => "phrase_changed",
            Event::PasswordChanged => "password_changed",
            Event::RouteWishSet { .. } => "route_wish_set",
            Event::TestMessageSent { .. } => "test_message_sent",
            Event::TemplateChanged { .. } => "template_changed",
            Event::CaseOpened { .. } => "case_opened",
            Event::CaseVerified { .. } => "case_verified",
            Event::CaseSubmitted { .. } => "case_submitted",
            Event::CaseSeen { .. } => "case_seen",
            Event::CaseDecided { .. } => "case_decided",
            Event::CaseApproved { .. } => "case_approved",
            Event::CaseReturned { .. } => "case_returned",
            Event::CaseRejected { .. } => "case_rejected",
            Event::CaseCanceled { .. } => "case_canceled",
            Event::CaseExpired { .. } => "case_expired",
            Event::CaseUsed { .. } => "case_used",
            Event::CaseFinished { .. } => "case_finished",
            Event::EvidenceReceived { .. } => "evidence_received",
            Event::EvidenceRefused { .. } => "evidence_refused",
            Event::EvidenceSeen { .. } => "evidence_seen",
            Event::EvidenceDeleted { .. } => "evidence_deleted",
        }
    }

    /// Where a holder looks for it.
    pub const fn group(&self) -> Group {
        match self {
            Event::SignedIn { .. }
            | Event::PasswordWrong
            | Event::SignedOut
            | Event::SessionEnded { .. }
            | Event::DeviceForgotten { .. } => Group::SignIn,
            Event::CodeSent { .. }
            | Event::CodeWrong { .. }
            | Event::FactorLocked { .. }
            | Event::FactorDisabled { .. }
            | Event::SendingLocked { .. }
            | Event::SendLimited { .. }
            | Event::FactorWrong { .. } => Group::Codes,
            Event::ActionOpened { .. }
            | Event::ActionAuthorised { .. }
            | Event::ActionCanceled { .. }
            | Event::ActionRedeemed { .. }
            | Event::ActionRefused { .. } => Group::Actions,
            Event::AccountOpened
            | Event::NumberRefused { .. }
            | Event::NumberBound { .. }
            | Event::NumberLost { .. }
            | Event::SmsSwitchedOn
            | Event::SmsSwitchedOff
            | Event::StatusChanged { .. }
            | Event::FactorAdded { .. }
            | Event::FactorRenamed { .. }
            | Event::FactorRemoved { .. }
            | Event::RecoveryCodeUsed { .. }
            | Event::HoldStarted { .. }
            | Event::AccountFrozen { .. }
            | Event::AccountUnfrozen
            | Event::NumberChanged { .. }
            | Event::PhraseChanged
            | Event::PasswordChanged
            | Event::RouteWishSet { .. }
            | Event::TestMessageSent { .. }
            | Event::TemplateChanged { .. }
            | Event::CaseOpened { .. }
            | Event::CaseVerified { .. }
            | Event::CaseSubmitted { .. }
            | Event::CaseSeen { .. }
            | Event::CaseDecided { .. }
            | Event::CaseApproved { .. }
            | Event::CaseReturned { .. }
            | Event::CaseRejected { .. }
            | Event::CaseCanceled { .. }
            | Event::CaseExpired { .. }
            | Event::CaseUsed { .. }
            | Event::CaseFinished { .. }
            | Event::EvidenceReceived { .. }
            | Event::EvidenceRefused { .. }
            | Event::EvidenceSeen { .. }
            | Event::EvidenceDeleted { .. } => Group::Changes,
        }
    }
}
