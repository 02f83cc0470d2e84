//! What each kind of event is called, and where a holder looks for it: two tables, complete by the compiler's word.

use super::{Event, StaffEvent};
use crate::model::Factor;
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

/// What a recovery case may come to besides its stages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum CaseTurn {
    /// Its holder says that nothing is left to prove.
    #[serde(rename = "case_unproved")]
    Unproved {
        /// Which.
        case: String,
        /// Which factors the account has.
        factors: Vec<Factor>,
    },
    /// It has a new access code; the one before is dead.
    #[serde(rename = "case_access_replaced")]
    AccessReplaced {
        /// Which.
        case: String,
    },
    /// Its holder showed who they are; the account stays what it was made since they asked.
    #[serde(rename = "case_status_kept")]
    StatusKept {
        /// Which.
        case: String,
    },
}

/// One function from a table of patterns.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident -> $answer:ty { $($pattern:pat => $value:expr,)* }) => {
        impl Event {
            $(#[$doc])*
            pub const fn $name(&self) -> $answer {
                match self { $($pattern => $value,)* }
            }
        }
    };
}

table! {
    /// Stable text of the kind, as stored and filtered by.
    kind -> &'static str {
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
        Event::AuditRead { .. } => "audit_read",
        Event::AuditExported { .. } => "audit_exported",
        Event::TicketOpened { .. } => "ticket_opened",
        Event::TicketReplied { .. } => "ticket_replied",
        Event::TicketAnswered { .. } => "ticket_answered",
        Event::TicketNoted { .. } => "ticket_noted",
        Event::TicketAssigned { .. } => "ticket_assigned",
        Event::TicketSolved { .. } => "ticket_solved",
        Event::TicketClosed { .. } => "ticket_closed",
        Event::TicketCodeWrong { .. } => "ticket_code_wrong",
        Event::CannedAnswerChanged { .. } => "canned_answer_changed",
        Event::CaseOpened { .. } => "case_opened",
        Event::CaseVerified { .. } => "case_verified",
        Event::CaseTurn(CaseTurn::Unproved { .. }) => "case_unproved",
        Event::CaseTurn(CaseTurn::AccessReplaced { .. }) => "case_access_replaced",
        Event::CaseTurn(CaseTurn::StatusKept { .. }) => "case_status_kept",
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
        Event::IdentityAsked { .. } => "identity_asked",
        Event::IdentityAnswered { .. } => "identity_answered",
        Event::IdentityUnanswered { .. } => "identity_unanswered",
        Event::EvidenceReceived { .. } => "evidence_received",
        Event::EvidenceRefused { .. } => "evidence_refused",
        Event::EvidenceSeen { .. } => "evidence_seen",
        Event::EvidenceDeleted { .. } => "evidence_deleted",
        Event::ProposalMade { .. } => "proposal_made",
        Event::ProposalEnded { .. } => "proposal_ended",
        Event::NumberRemoved { .. } => "number_removed",
        Event::LockLifted { .. } => "lock_lifted",
        Event::SessionsEndedByStaff { .. } => "sessions_ended_by_staff",
        Event::AddressRevealed { .. } => "address_revealed",
        Event::AccountSeen => "account_seen",
        Event::NumberLookedUp { .. } => "number_looked_up",
        Event::AddressLookedUp { .. } => "address_looked_up",
        Event::ServiceAdded => "service_added",
        Event::ApiKeyAdded { .. } => "api_key_added",
        Event::ApiKeyRevoked { .. } => "api_key_revoked",
        Event::Staff(StaffEvent::OperatorSignedIn { .. }) => "operator_signed_in",
        Event::Staff(StaffEvent::OperatorSignInFailed { .. }) => "operator_sign_in_failed",
        Event::Staff(StaffEvent::OperatorLocked { .. }) => "operator_locked",
        Event::Staff(StaffEvent::OperatorSignedOut) => "operator_signed_out",
        Event::Staff(StaffEvent::OperatorSessionsEnded { .. }) => "operator_sessions_ended",
        Event::Staff(StaffEvent::OperatorAdded { .. }) => "operator_added",
        Event::Staff(StaffEvent::OperatorJoined { .. }) => "operator_joined",
        Event::Staff(StaffEvent::OperatorInvitedAgain { .. }) => "operator_invited_again",
        Event::Staff(StaffEvent::OperatorRolesChanged { .. }) => "operator_roles_changed",
        Event::Staff(StaffEvent::OperatorDisabled { .. }) => "operator_disabled",
        Event::Staff(StaffEvent::OperatorEnabled { .. }) => "operator_enabled",
        Event::Staff(StaffEvent::OperatorReset { .. }) => "operator_reset",
        Event::Staff(StaffEvent::OperatorFactorAdded { .. }) => "operator_factor_added",
        Event::Staff(StaffEvent::OperatorFactorRemoved { .. }) => "operator_factor_removed",
        Event::Staff(StaffEvent::OperatorPasswordChanged) => "operator_password_changed",
        Event::Staff(StaffEvent::OperatorRenamed) => "operator_renamed",
    }
}

table! {
    /// Where a holder looks for it.
    group -> Group {
        Event::SignedIn { .. }
        | Event::PasswordWrong
        | Event::SignedOut
        | Event::SessionEnded { .. }
        | Event::DeviceForgotten { .. }
        | Event::Staff(StaffEvent::OperatorSignedIn { .. })
        | Event::Staff(StaffEvent::OperatorSignInFailed { .. })
        | Event::Staff(StaffEvent::OperatorLocked { .. })
        | Event::Staff(StaffEvent::OperatorSignedOut)
        | Event::Staff(StaffEvent::OperatorSessionsEnded { .. }) => Group::SignIn,
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
        | Event::AuditRead { .. }
        | Event::AuditExported { .. } => Group::Changes,
        Event::EvidenceReceived { .. }
        | Event::TicketOpened { .. }
        | Event::TicketReplied { .. }
        | Event::TicketAnswered { .. }
        | Event::TicketNoted { .. }
        | Event::TicketAssigned { .. }
        | Event::TicketSolved { .. }
        | Event::TicketClosed { .. }
        | Event::TicketCodeWrong { .. }
        | Event::CannedAnswerChanged { .. }
        | Event::CaseOpened { .. }
        | Event::CaseVerified { .. }
        | Event::CaseTurn(_)
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
        | Event::IdentityAsked { .. }
        | Event::IdentityAnswered { .. }
        | Event::IdentityUnanswered { .. }
        | Event::EvidenceRefused { .. }
        | Event::EvidenceSeen { .. }
        | Event::EvidenceDeleted { .. } => Group::Changes,
        Event::ProposalMade { .. }
        | Event::ProposalEnded { .. }
        | Event::NumberRemoved { .. }
        | Event::LockLifted { .. }
        | Event::SessionsEndedByStaff { .. }
        | Event::AddressRevealed { .. }
        | Event::AccountSeen
        | Event::NumberLookedUp { .. }
        | Event::AddressLookedUp { .. }
        | Event::ServiceAdded
        | Event::ApiKeyAdded { .. }
        | Event::ApiKeyRevoked { .. } => Group::Changes,
        Event::Staff(_) => Group::Changes,
    }
}
