//! Conversations with support, from both sides: the holder's (signed in, or with the access code of a ticket that
//! was opened without signing in) and staff's. A ticket of another account or service is not there (R77).

pub(crate) mod canned;
pub(crate) mod holder;
pub(crate) mod staff;
pub(crate) mod timers;

use countersign_core::id::AccountId;
use countersign_core::model::{Ticket, TicketMessage};
use countersign_core::ticket::{self, TicketRefusal};
use std::fmt;

/// Tickets that one list shows.
const LIST_MAX: u32 = 200;

/// By what somebody may see a ticket of theirs.
#[derive(Clone)]
pub enum TicketKey {
    /// Signed in to this account: every ticket of it.
    Account(AccountId),
    /// The access code, as typed or as kept by the browser: the one ticket that it belongs to.
    Code(String),
}

impl TicketKey {
    /// Whether it opens this ticket. A code that does not read as one opens none.
    fn opens(&self, ticket: &Ticket) -> bool {
        match self {
            TicketKey::Account(id) => ticket.account_id == *id,
            TicketKey::Code(typed) => ticket::opens(ticket, typed),
        }
    }
}

impl fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TicketKey::Account(id) => write!(f, "TicketKey({id})"),
            TicketKey::Code(_) => f.write_str("TicketKey(code)"),
        }
    }
}

/// A ticket with what was said in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketView {
    /// The ticket.
    pub ticket: Ticket,
    /// What was said, oldest first; for a holder without the notes among staff.
    pub messages: Vec<TicketMessage>,
    /// Whether the account has an email address, to which answers are announced.
    pub is_told: bool,
}

/// What came of saying something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketSaid {
    /// It was kept.
    Done,
    /// It was not.
    Refused(TicketRefusal),
    /// There is no such ticket for whoever asks.
    Gone,
}
