//! SMPP 3.4 without sockets or clock: a tolerant decoder, a strict encoder, a session for both roles,
//! alphabets, segments and receipts. Bytes and the time come in as parameters; bytes and events come out.
//!
//! It refuses to know what a message is for, which route is good, and how bytes travel. Every type that
//! holds an address or a message body prints it as a length only (R10).
//!
//! Sources: SMPP Protocol Specification v3.4 issue 1.2 ("SMPP 3.4" below), SMPP v5.0 for what carriers mix
//! in, 3GPP TS 23.038 (alphabets) and 3GPP TS 23.040 (user data header).

pub mod gsm7;
pub mod pdu;
pub mod receipt;
pub mod session;
pub mod status;
pub mod text;
pub mod time;

/// Milliseconds on the caller's clock, whichever epoch it has; the session only compares and adds.
pub type Millis = u64;
