//! Cuts a byte stream into frames by `command_length` and by nothing else: whatever stands inside a frame,
//! the next one starts where the length says. A length out of bounds means that the stream is lost, for
//! there is no way to find the next header.

use std::fmt;

use crate::status::Status;

/// The header alone (SMPP 3.4, 3.2).
pub const PDU_OCTETS_MIN: usize = 16;
/// The longest unit read or sent: 64 KiB, enough for a full `message_payload` that any SMSC takes.
pub const PDU_OCTETS_MAX: usize = 64 * 1024;

/// `command_length` was below 16 or above 64 KiB: the stream cannot be read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadLength {
    /// What the peer sent.
    pub length: u32,
}

impl fmt::Display for BadLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "command_length {} is outside {PDU_OCTETS_MIN} to {PDU_OCTETS_MAX}", self.length)
    }
}

impl std::error::Error for BadLength {}

/// One unit, header read, body untouched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// See [`super::command`].
    pub command_id: u32,
    /// `command_status`.
    pub status: Status,
    /// `sequence_number` as sent, even when out of range.
    pub sequence: u32,
    /// Everything after the header.
    pub body: &'a [u8],
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Frame(command {:#010x}, {:?}, sequence {}, <{} octets>)",
            self.command_id,
            self.status,
            self.sequence,
            self.body.len()
        )
    }
}

impl<'a> Frame<'a> {
    /// Reads one whole frame; `None` when `bytes` is shorter than a header.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (header, body) = bytes.split_first_chunk::<PDU_OCTETS_MIN>()?;
        let word =
            |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        Some(Self { command_id: word(4), status: Status(word(8)), sequence: word(12), body })
    }
}

/// Holds the bytes that do not make a whole frame yet. At most one frame and one read stay in memory when
/// the owner takes all frames after each push.
#[derive(Default)]
pub struct FrameReader {
    buffer: Vec<u8>,
    start: usize,
    failure: Option<BadLength>,
}

impl fmt::Debug for FrameReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrameReader(<{} octets waiting>)", self.buffer.len() - self.start)
    }
}

impl FrameReader {
    /// An empty stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what a read gave. After a failure the bytes are dropped.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failure.is_some() {
            return;
        }
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole frame; `None` when more bytes are needed. After an error every call gives the same
    /// error.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, BadLength> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let waiting = &self.buffer[self.start..];
        let Some(head) = waiting.first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*head);
        let octets = usize::try_from(length).unwrap_or(usize::MAX);
        if !(PDU_OCTETS_MIN..=PDU_OCTETS_MAX).contains(&octets) {
            let failure = BadLength { length };
            self.failure = Some(failure);
            self.buffer = Vec::new();
            self.start = 0;
            return Err(failure);
        }
        if waiting.len() < octets {
            return Ok(None);
        }
        let from = self.start;
        self.start += octets;
        Ok(Frame::parse(&self.buffer[from..self.start]))
    }
}
