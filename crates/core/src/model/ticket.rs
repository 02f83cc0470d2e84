//! Conversations with support: what was asked, whose turn it is, and every word that was said. Plain data; `ticket.rs`
//! decides how they change, and its `mask` what of the words is kept at all.

use super::{Actor, Redacted, TokenHash};
use crate::id::{AccountId, OperatorId, ServiceId, TicketId, TicketMessageId};
use crate::time::Timestamp;

named! {
    /// What a conversation is about.
    TicketTopic {
        /// The phone is lost, stolen or broken.
        PhoneLost = "phone_lost",
        /// The bound number is to be removed, and there is no other.
        NumberRemoval = "number_removal",
        /// Codes do not arrive.
        CodeNotArriving = "code_not_arriving",
        /// Something is locked.
        Locked = "locked",
        /// A withdrawal or another way for value to leave.
        Withdrawal = "withdrawal",
        /// Anything else.
        Other = "other",
    }
}

impl TicketTopic {
    /// What can be asked by somebody who proved the password and cannot sign in for want of the phone.
    pub const SIGNED_OUT: [TicketTopic; 2] = [TicketTopic::PhoneLost, TicketTopic::NumberRemoval];
}

named! {
    /// Where a conversation stands.
    TicketStatus {
        /// The holder spoke last: staff are to answer.
        Open = "open",
        /// Staff answered: the holder may reply.
        Answered = "answered",
        /// Done, as far as anybody can tell; a reply opens it again.
        Solved = "solved",
        /// Over for good.
        Closed = "closed",
    }
}

/// A conversation of one holder with support.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its identifier.
    pub id: TicketId,
    /// The service.
    pub service_id: ServiceId,
    /// Whose. Somebody who cannot sign in has proved this account's password.
    pub account_id: AccountId,
    /// What about.
    pub topic: TicketTopic,
    /// In a few words, masked. Sealed at rest.
    pub title: Redacted,
    /// Language in which it was opened (BCP 47).
    pub locale: String,
    /// Where it stands.
    pub status: TicketStatus,
    /// Who looks after it.
    pub assignee: Option<OperatorId>,
    /// Hash of the access code, where it was opened without signing in.
    pub access: Option<TokenHash>,
    /// Wrong access codes since the last pause.
    pub access_failures: u32,
    /// No access code is looked at before this.
    pub access_locked_until: Option<Timestamp>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed in a way that its holder can see.
    pub updated_at: Timestamp,
    /// Until when an answer is promised; none while none is owed.
    pub due_at: Option<Timestamp>,
    /// When its status was reached.
    pub status_at: Timestamp,
    /// When the holder last wrote.
    pub holder_wrote_at: Timestamp,
    /// When staff last wrote something that the holder can see.
    pub staff_wrote_at: Option<Timestamp>,
    /// When the holder last read it.
    pub holder_read_at: Timestamp,
    /// When any member of staff last read it.
    pub staff_read_at: Option<Timestamp>,
    /// When the holder was last told of an answer by email.
    pub told_at: Option<Timestamp>,
}

impl Ticket {
    /// Whether staff said something that the holder has not read.
    pub fn is_unread_by_holder(&self) -> bool {
        self.staff_wrote_at.is_some_and(|at| at > self.holder_read_at)
    }

    /// Whether the holder said something that no member of staff has read.
    pub fn is_unread_by_staff(&self) -> bool {
        self.staff_read_at.is_none_or(|read| self.holder_wrote_at > read)
    }

    /// Whether the promised answer is late.
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.due_at.is_some_and(|due| now >= due)
    }
}

/// One thing that was said in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketMessage {
    /// Its identifier.
    pub id: TicketMessageId,
    /// The service.
    pub service_id: ServiceId,
    /// The conversation.
    pub ticket_id: TicketId,
    /// Who said it.
    pub author: Actor,
    /// Among staff only: no holder ever sees it.
    pub is_note: bool,
    /// What, masked. Sealed at rest.
    pub text: Redacted,
    /// When.
    pub at: Timestamp,
}

/// An answer that staff keep ready, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CannedAnswer {
    /// What staff call it.
    pub name: String,
    /// Language (BCP 47).
    pub locale: String,
    /// The answer.
    pub text: String,
    /// Who wrote it; none for the command line.
    pub operator_id: Option<OperatorId>,
    /// When.
    pub changed_at: Timestamp,
}
