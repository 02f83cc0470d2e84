//! What an identity provider is asked about a case's pictures, and what it found. Plain data; `identity.rs` of the
//! core decides.

use super::CaseCheck;
use crate::id::{AccountId, CaseId, IdentityCheckId, ServiceId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

named! {
    /// What a provider found.
    IdentityFinding {
        /// The pictures show who they are said to show.
        Match = "match",
        /// They do not.
        Mismatch = "mismatch",
        /// It could not tell.
        Unclear = "unclear",
    }
}

named! {
    /// Where a check stands.
    IdentityState {
        /// The provider is to be asked.
        Due = "due",
        /// It was, and its answer is awaited.
        Asked = "asked",
        /// It answered.
        Answered = "answered",
        /// It could not be asked, or did not answer in time.
        GivenUp = "given_up",
    }
}

/// What a provider said. Sealed at rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityAnswer {
    /// All in all.
    pub finding: IdentityFinding,
    /// The points that do not hold.
    pub failed: Vec<CaseCheck>,
    /// The provider's own name for its work, to ask it about.
    pub reference: String,
}

/// One round of a case before a provider. It is a signal for the two operators, never a voice (R57).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityCheck {
    /// Its identifier, which the provider answers to.
    pub id: IdentityCheckId,
    /// The service.
    pub service_id: ServiceId,
    /// The case.
    pub case_id: CaseId,
    /// Whose.
    pub account_id: AccountId,
    /// Which round of documents.
    pub round: u32,
    /// The provider's name, as it was then.
    pub provider: String,
    /// Where it stands.
    pub state: IdentityState,
    /// How often it was asked for, the try under way included.
    pub tries: u32,
    /// When it is asked again, or given up.
    pub next_step_at: Timestamp,
    /// When the provider took the pictures.
    pub asked_at: Option<Timestamp>,
    /// When it answered.
    pub answered_at: Option<Timestamp>,
    /// What.
    pub answer: Option<IdentityAnswer>,
}
