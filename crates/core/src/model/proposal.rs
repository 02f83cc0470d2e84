//! What two members of staff must agree on (R57), and what one alone may do because it only ever protects. Plain data;
//! `proposal.rs` and `protect.rs` decide.

use super::{AccountStatus, Actor, Factor};
use crate::id::{AccountId, BindingId, CaseId, ProposalId, ServiceId};
use crate::time::Timestamp;

named! {
    /// What is proposed.
    ProposalKind {
        /// End the live binding of a number. Nobody but its holder ever sets one.
        RemoveNumber = "remove_number",
        /// Open a factor that failures have locked or disabled.
        LiftLock = "lift_lock",
        /// Make a restricted or flagged account active; open one that staff or the relying party froze.
        ClearStatus = "clear_status",
        /// End a recovery case that is not over.
        EndCase = "end_case",
    }
}

named! {
    /// Where a proposal stands. Only `Waiting` can still be decided.
    ProposalStatus {
        /// Somebody else is to decide.
        Waiting = "waiting",
        /// Agreed to, and carried out in the same moment.
        Approved = "approved",
        /// Not agreed to.
        Declined = "declined",
        /// Taken back by whoever made it.
        Withdrawn = "withdrawn",
        /// Nobody decided in time.
        Expired = "expired",
    }
}

named! {
    /// What one member of staff may do at once.
    Protection {
        /// Nothing but opening it again is possible, and its holder alone cannot do that.
        Freeze = "freeze",
        /// Watched: identity must be verified, until a person has looked.
        Flag = "flag",
        /// Identity must be verified before security settings change.
        Restrict = "restrict",
        /// Every session is signed out.
        EndSessions = "end_sessions",
    }
}

named! {
    /// What of an account is shown in full, with a reason.
    Revealed {
        /// The email address.
        Email = "email",
        /// The bound number.
        Number = "number",
    }
}

/// What of an account a proposal is about, where the account may have several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProposalAbout {
    /// It has one at most.
    #[default]
    One,
    /// This locked factor, for `LiftLock`.
    Factor(Factor),
    /// This case, for `EndCase`.
    Case(CaseId),
}

/// What exactly a proposal is about: as it was when it was made, so that it cannot be carried out on anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalTarget {
    /// The live binding.
    Binding(BindingId),
    /// The locked factor.
    Factor {
        /// Which.
        factor: Factor,
        /// What tells this lock from a later one (`lock::latest`).
        since: Timestamp,
    },
    /// The status to be cleared.
    Status {
        /// Which.
        status: AccountStatus,
        /// When it was set; the epoch where that was not kept.
        since: Timestamp,
    },
    /// The case that is to end.
    Case(CaseId),
}

impl ProposalTarget {
    /// Stable text, as stored and as compared: `flagged@1800000000000`.
    pub fn to_text(self) -> String {
        match self {
            ProposalTarget::Binding(_) | ProposalTarget::Case(_) => self.name(),
            ProposalTarget::Factor { since, .. } | ProposalTarget::Status { since, .. } => {
                format!("{}@{}", self.name(), since.unix_ms())
            }
        }
    }

    /// What it is about, as people read it: an identifier, a factor or a status.
    pub fn name(self) -> String {
        match self {
            ProposalTarget::Binding(id) => id.to_string(),
            ProposalTarget::Factor { factor, .. } => factor.as_str().to_owned(),
            ProposalTarget::Status { status, .. } => status.as_str().to_owned(),
            ProposalTarget::Case(id) => id.to_string(),
        }
    }

    /// The target of this kind and text.
    pub fn from_text(kind: ProposalKind, text: &str) -> Option<Self> {
        match kind {
            ProposalKind::RemoveNumber => return text.parse().ok().map(ProposalTarget::Binding),
            ProposalKind::EndCase => return text.parse().ok().map(ProposalTarget::Case),
            ProposalKind::LiftLock | ProposalKind::ClearStatus => {}
        }
        let (name, since) = text.split_once('@')?;
        let since = Timestamp::from_unix_ms(since.parse().ok()?);
        match kind {
            ProposalKind::LiftLock => {
                Factor::from_text(name).map(|factor| ProposalTarget::Factor { factor, since })
            }
            _ => AccountStatus::from_text(name).map(|status| ProposalTarget::Status { status, since }),
        }
    }
}

/// What one proposed and another is to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its identifier.
    pub id: ProposalId,
    /// The service.
    pub service_id: ServiceId,
    /// The account it is about.
    pub account_id: AccountId,
    /// What.
    pub kind: ProposalKind,
    /// Exactly what.
    pub target: ProposalTarget,
    /// Why, in the proposer's words.
    pub reason: String,
    /// Who.
    pub proposed_by: Actor,
    /// When.
    pub proposed_at: Timestamp,
    /// Not decided after this.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub status: ProposalStatus,
    /// Who ended it: nobody where its time ran out.
    pub decided_by: Option<Actor>,
    /// When it left `Waiting`.
    pub decided_at: Option<Timestamp>,
    /// Why, in the words of whoever decided.
    pub decision_note: String,
}
