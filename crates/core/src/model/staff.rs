//! Staff of a service: what they are there for, what that lets them do, and who is behind an entry of the audit. Plain
//! data; `staff.rs` decides which role has which right.

use super::{AuthenticatorSecret, Factor, TokenHash};
use crate::id::{AuthenticatorId, OperatorId, ServiceId};
use crate::time::Timestamp;
use std::fmt;

named! {
    /// What a member of staff is there for. One may have several.
    Role {
        /// Answers holders: accounts, tickets, proposals.
        Support = "support",
        /// Decides recovery cases and proposals.
        Reviewer = "reviewer",
        /// Watches accounts: flags and freezes them.
        Fraud = "fraud",
        /// Keeps messages flowing: routes, texts.
        Delivery = "delivery",
        /// Runs the console: staff and policy. Sees no holder.
        Admin = "admin",
        /// Reads the audit. Changes nothing.
        Auditor = "auditor",
    }
}

named! {
    /// One thing that a role may do in the console.
    Right {
        /// Come in at all: the first page, one's own settings.
        Enter = "enter",
        /// Accounts, numbers, holds and locks, masked.
        AccountsSee = "accounts_see",
        /// A whole number or address, with a reason that is kept.
        AddressesReveal = "addresses_reveal",
        /// Freeze, flag or restrict an account at once: it only ever protects.
        AccountsProtect = "accounts_protect",
        /// Propose what two must agree on: remove a number, lift a lock, clear a status (R57).
        Propose = "propose",
        /// Be the second who agrees to a proposal.
        Approve = "approve",
        /// Recovery cases and their documents.
        CasesSee = "cases_see",
        /// Decide a case as one of two.
        CasesDecide = "cases_decide",
        /// Conversations with holders.
        TicketsSee = "tickets_see",
        /// Answer, assign and close them.
        TicketsAnswer = "tickets_answer",
        /// Routes, countries, error codes.
        DeliverySee = "delivery_see",
        /// The way of one message, found by its number.
        MessagesSee = "messages_see",
        /// Pause, drain, resume and test routes; write texts.
        DeliveryAct = "delivery_act",
        /// The policy in force and what it asks.
        PolicySee = "policy_see",
        /// Who works here, and as what.
        StaffManage = "staff_manage",
        /// The audit.
        AuditSee = "audit_see",
    }
}

/// Who is behind an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Actor {
    /// Nobody: a timer, a receipt, a text that came in.
    #[default]
    System,
    /// Whoever was at the holder's browser.
    Holder,
    /// The relying party, by its key.
    RelyingParty,
    /// A member of staff.
    Operator(OperatorId),
    /// Whoever had the server's command line.
    CommandLine,
}

impl Actor {
    /// Stable text of the kind, as stored and filtered by.
    pub const fn kind(self) -> &'static str {
        match self {
            Actor::System => "system",
            Actor::Holder => "holder",
            Actor::RelyingParty => "relying_party",
            Actor::Operator(_) => "operator",
            Actor::CommandLine => "command_line",
        }
    }

    /// Which member of staff, if one.
    pub const fn operator(self) -> Option<OperatorId> {
        match self {
            Actor::Operator(id) => Some(id),
            _ => None,
        }
    }

    /// Whether it is one of staff: a member of it, or whoever had the command line.
    pub const fn is_staff(self) -> bool {
        matches!(self, Actor::Operator(_) | Actor::CommandLine)
    }

    /// The actor with this kind; none of a text that names none, or of an operator without an identifier.
    pub fn from_parts(kind: &str, operator: Option<OperatorId>) -> Option<Self> {
        match (kind, operator) {
            ("system", None) => Some(Actor::System),
            ("holder", None) => Some(Actor::Holder),
            ("relying_party", None) => Some(Actor::RelyingParty),
            ("operator", Some(id)) => Some(Actor::Operator(id)),
            ("command_line", None) => Some(Actor::CommandLine),
            _ => None,
        }
    }
}

/// A second factor of a member of staff: an authenticator app or a passkey. One that was removed is kept with its end.
#[derive(Clone, PartialEq, Eq)]
pub struct OperatorAuthenticator {
    /// Its identifier.
    pub id: AuthenticatorId,
    /// The service.
    pub service_id: ServiceId,
    /// Whose.
    pub operator_id: OperatorId,
    /// What it proves.
    pub factor: Factor,
    /// What its owner calls it; never read by a rule.
    pub name: String,
    /// What it is checked against. Sealed at rest.
    pub secret: AuthenticatorSecret,
    /// The last time-step accepted: only later ones are (R35).
    pub last_step: Option<i64>,
    /// When it was enrolled.
    pub created_at: Timestamp,
    /// When it last proved something.
    pub last_used_at: Option<Timestamp>,
    /// When it was removed or replaced.
    pub ended_at: Option<Timestamp>,
}

impl OperatorAuthenticator {
    /// Whether it can still prove something.
    pub fn is_live(&self) -> bool {
        self.ended_at.is_none()
    }
}

impl fmt::Debug for OperatorAuthenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperatorAuthenticator")
            .field("id", &self.id)
            .field("factor", &self.factor)
            .finish_non_exhaustive()
    }
}

named! {
    /// What a link to the console's door is for.
    InvitationPurpose {
        /// Somebody new sets a password and a second factor.
        Invite = "invite",
        /// Somebody known sets both anew.
        Reset = "reset",
    }
}

/// A link by which one member of staff sets what they sign in with, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorInvitation {
    /// Hash of the link's token.
    pub token: TokenHash,
    /// The service.
    pub service_id: ServiceId,
    /// For whom.
    pub operator_id: OperatorId,
    /// What for.
    pub purpose: InvitationPurpose,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// When it was used, or another link took its place.
    pub used_at: Option<Timestamp>,
}
