//! One SMPP session as a state machine, for the client (ESME) and for the SMSC. Bytes go in, bytes and
//! events come out; time is a number that the owner passes in. No socket, no clock, no task.
//!
//! ```text
//! client   Binding --bind_resp ok--> Bound --unbind--> Unbinding --unbind_resp--> Closed
//!             |                        |                    |
//!             +--refused, no answer----+--dead, unbound,----+--no answer-----------> Closed
//!                                         stream lost
//! server   Awaiting bind --bind--> owner decides --accept--> Bound ... as above
//! ```
//!
//! The owner's loop: `handle_bytes` after a read, `handle_timeout` at `next_timeout`, then take every
//! `poll_event` and write every `poll_transmit`. Writing before reading more is what bounds the memory of a
//! session. After `Closed` comes out, write what `poll_transmit` still gives and drop the connection.

mod client;
mod link;
mod server;
mod window;

use std::fmt;

use crate::pdu::EncodeError;
use crate::status::Status;

pub use client::{ClientConfig, ClientEvent, ClientSession};
pub use server::{ServerConfig, ServerEvent, ServerSession};

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// We asked to unbind, and it was answered or its time ran out.
    Unbound,
    /// The peer asked to unbind.
    PeerUnbound,
    /// The bind was refused with this status.
    BindRefused(Status),
    /// No bind, or no answer to it, came in time.
    BindTimeout,
    /// Nothing was heard for a whole idle time and a whole response time after the enquire_link that
    /// followed.
    DeadPeer,
    /// The stream cannot be read any further: `command_length` out of bounds.
    BadLength,
    /// The transport went away.
    Disconnected,
}

/// Why a message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The session is not bound, or bound in a mode that does not carry messages this way.
    NotBound,
    /// As many requests as the window allows are unanswered.
    WindowFull,
    /// The message has a field that SMPP does not allow.
    Encode(EncodeError),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBound => f.write_str("the session is not bound"),
            Self::WindowFull => f.write_str("the window is full"),
            Self::Encode(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SendError {}

impl From<EncodeError> for SendError {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}
