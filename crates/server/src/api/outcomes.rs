//! From what the rules answered to the error that says so. Every refusal of the core has one line here; an
//! outcome that is not an error (a wrong code, an approval) is answered by its handler.

use super::problem::Problem;
use super::problem::table::Kind;
use countersign_flows::core::action;
use countersign_flows::core::address::{EmailError, IdentifierProblem};
use countersign_flows::core::binding::NumberRefusal;
use countersign_flows::core::lock::Refusal;
use countersign_flows::core::model::VerificationStatus;
use countersign_flows::core::time::Timestamp;
use countersign_flows::core::verification::SendRefusal;

/// Why no code was sent.
pub(crate) fn send_refused(refusal: SendRefusal, now: Timestamp) -> Problem {
    match refusal {
        SendRefusal::Factor(refusal) => factor_refused(refusal, now),
        SendRefusal::SendingLocked { until } => Problem::new(Kind::SendingLocked).until(until, now),
        SendRefusal::Limited(hit) => {
            Problem::new(Kind::SendLimited).reason(hit.kind.as_str()).until(hit.until, now)
        }
        SendRefusal::TooSoon { at } => Problem::new(Kind::ResendTooSoon).until(at, now),
        SendRefusal::SendsSpent => Problem::new(Kind::SendsSpent),
        SendRefusal::Closed(status) => closed(status),
        SendRefusal::NotThisPage => Problem::new(Kind::VerificationOfPage),
        SendRefusal::DetailsMismatch => Problem::new(Kind::DetailsMismatch).param("details"),
    }
}

/// Why a factor cannot be used.
pub(crate) fn factor_refused(refusal: Refusal, now: Timestamp) -> Problem {
    match refusal {
        Refusal::Locked { until } => Problem::new(Kind::FactorLocked).until(until, now),
        Refusal::Disabled => Problem::new(Kind::FactorDisabled),
    }
}

/// Why a verification takes no code any more.
pub(crate) fn closed(status: VerificationStatus) -> Problem {
    Problem::new(match status {
        // Nothing is closed while it is pending: whoever says so saw another moment.
        VerificationStatus::Pending => Kind::Conflict,
        VerificationStatus::Approved => Kind::VerificationApproved,
        VerificationStatus::Expired => Kind::VerificationExpired,
        VerificationStatus::Canceled => Kind::VerificationCanceled,
        VerificationStatus::Failed => Kind::VerificationFailed,
        VerificationStatus::Superseded => Kind::VerificationSuperseded,
    })
}

/// Why a number gets no code.
pub(crate) fn number_refused(refusal: NumberRefusal, param: &'static str) -> Problem {
    Problem::new(Kind::NumberRefused).reason(refusal.as_str()).param(param)
}

/// Why a text is no address.
pub(crate) fn unreadable(problem: IdentifierProblem, param: &'static str) -> Problem {
    let reason = match problem {
        IdentifierProblem::Empty | IdentifierProblem::Email(EmailError::Empty) => "empty",
        IdentifierProblem::Email(EmailError::TooLong) => "email_too_long",
        IdentifierProblem::Email(EmailError::Malformed) => "email_malformed",
        IdentifierProblem::Number(error) => error.as_str(),
    };
    Problem::new(Kind::AddressUnreadable).reason(reason).param(param)
}

/// Why an action is not opened, authorised or redeemed.
pub(crate) fn action_refused(refusal: &action::Refusal, now: Timestamp) -> Problem {
    match refusal {
        action::Refusal::Held { cause, until } => {
            Problem::new(Kind::ActionHeld).reason(cause.as_str()).until(*until, now)
        }
        action::Refusal::Frozen | action::Refusal::Restricted | action::Refusal::Policy => {
            Problem::new(Kind::ActionRefused).reason(refusal.as_str())
        }
        action::Refusal::Settling { until } => {
            Problem::new(Kind::ActionRefused).reason(refusal.as_str()).until(*until, now)
        }
        action::Refusal::FactorsMissing(factors) => {
            let names: Vec<&str> = factors.iter().map(|factor| factor.as_str()).collect();
            Problem::new(Kind::FactorsMissing).reason(names.join(","))
        }
    }
}
