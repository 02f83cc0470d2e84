//! The chain over what happened (R76): what of an entry is hashed, how one link leads to the next, and what a signed
//! checkpoint says. Each service has a chain of its own. `audit/walk.rs` follows one and names what does not fit;
//! `audit/standing.rs` says whether one may be gone on with. Refuses to know where rows lie and when they are read.

mod lateness;
mod standing;
mod walk;

pub use standing::{ChainBreak, ChainBreakKind, Known, Standing, next_number};
pub use walk::{
    Finding, FindingKind, LinkedEntry, Seen, SeenCheckpoint, StoredCheckpoint, Walk, WalkSummary,
};

use crate::id::ServiceId;
use crate::jws::{self, JwsProblem, SigningKey, VerifyingKey};
use crate::time::{Timestamp, hours, seconds};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// A SHA-256 that stands for everything before it.
pub type Link = [u8; 32];

/// An entry as its row holds it, column by column and unread: whatever is changed there changes the hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEntry {
    /// `id`; 16 bytes if nobody touched it, as are the other identifiers.
    pub id: Vec<u8>,
    /// `service_id`
    pub service_id: Vec<u8>,
    /// `account_id`
    pub account_id: Option<Vec<u8>>,
    /// `at`, Unix milliseconds.
    pub at: i64,
    /// `kind`
    pub kind: String,
    /// `event`: JSON, byte for byte.
    pub event: String,
    /// `device`
    pub device: String,
    /// `actor`
    pub actor: String,
    /// `actor_id`
    pub actor_id: Option<Vec<u8>>,
}

/// The hash of an entry, version 1: SHA-256 over the words `countersign audit entry 1`, a NUL, then each column in the
/// order of [`RawEntry`] as its length in bytes (64 bits, most significant first) and its bytes. `at` is 64 bits, most
/// significant first; a column without a value has the length 2^64 - 1 and no bytes.
pub fn entry_hash(entry: &RawEntry) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"countersign audit entry 1\0");
    let at = entry.at.to_be_bytes();
    let fields = [
        Some(entry.id.as_slice()),
        Some(entry.service_id.as_slice()),
        entry.account_id.as_deref(),
        Some(at.as_slice()),
        Some(entry.kind.as_bytes()),
        Some(entry.event.as_bytes()),
        Some(entry.device.as_bytes()),
        Some(entry.actor.as_bytes()),
        entry.actor_id.as_deref(),
    ];
    for field in fields {
        match field {
            Some(bytes) => {
                hash.update((bytes.len() as u64).to_be_bytes());
                hash.update(bytes);
            }
            None => hash.update(u64::MAX.to_be_bytes()),
        }
    }
    hash.finalize().into()
}

/// What stands before the first link of a service: SHA-256 over `countersign audit chain 1`, a NUL and its identifier.
pub fn chain_start(service_id: ServiceId) -> Link {
    let mut hash = Sha256::new();
    hash.update(b"countersign audit chain 1\0");
    hash.update(service_id.as_bytes());
    hash.finalize().into()
}

/// The link of the entry with this hash at this place (from 1): SHA-256 over `countersign audit link 1`, a NUL, the
/// previous link, the entry's hash, and the place (64 bits, most significant first).
pub fn next_link(previous: &Link, entry_hash: &[u8; 32], sequence: u64) -> Link {
    let mut hash = Sha256::new();
    hash.update(b"countersign audit link 1\0");
    hash.update(previous);
    hash.update(entry_hash);
    hash.update(sequence.to_be_bytes());
    hash.finalize().into()
}

/// Entries that may follow a checkpoint before the next one.
pub const CHECKPOINT_ENTRIES_MAX: u64 = 1_000;

/// How long sealed entries may wait to be signed.
pub const CHECKPOINT_SPAN: Duration = seconds(60);

/// How much later than its checkpoint an unsigned entry may be: the span above, and clocks that differ.
const UNSIGNED_MAX: Duration = seconds(180);

/// How much older than the newest sealed entry one may be that still waits for its turn.
const WAITING_MAX: Duration = seconds(60);

/// How long after it happened an entry may be signed. An entry is sealed within about a second and signed within
/// [`CHECKPOINT_SPAN`]: an hour leaves room for a slow transaction, a paused machine and a restart, and is little
/// time for whoever means to have a server sign a history of their own.
pub const SEALED_LATE: Duration = hours(1);

/// Between the first and the last entry that a server which stopped at once leaves unsigned: what happened in
/// [`CHECKPOINT_SPAN`], and clocks that differ.
const STOPPED_MAX: Duration = UNSIGNED_MAX;

/// The `typ` of a checkpoint's statement.
const KIND: &str = "countersign-audit-checkpoint";

/// The `typ` of the note of which checkpoint is the newest. Not the checkpoint's own: its row must not serve as one.
const MARK_KIND: &str = "countersign-audit-mark";

/// How far a chain had come at a moment. Signed, it holds everything before it in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose chain.
    pub service_id: ServiceId,
    /// Which of its checkpoints, from 1 without gaps.
    pub number: u64,
    /// The newest entry it covers.
    pub sequence: u64,
    /// That entry's link.
    pub link: Link,
    /// When it was signed.
    pub at: Timestamp,
}

/// The claims as they are signed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    service: String,
    number: u64,
    sequence: u64,
    link: String,
    at_ms: i64,
}

impl Checkpoint {
    /// The signed statement: compact JWS (RFC 7515), which the public key alone verifies, anywhere.
    pub fn sign(&self, key: &SigningKey) -> String {
        self.state(key, KIND)
    }

    /// The note that this is the newest checkpoint of its chain. One row holds it, and the next one takes its place:
    /// whoever deletes the newest checkpoint has no older note to put there.
    pub fn mark(&self, key: &SigningKey) -> String {
        self.state(key, MARK_KIND)
    }

    fn state(&self, key: &SigningKey, kind: &str) -> String {
        let claims = Claims {
            service: self.service_id.to_string(),
            number: self.number,
            sequence: self.sequence,
            link: hex(&self.link),
            at_ms: self.at.unix_ms(),
        };
        // Texts and numbers: there is nothing that JSON could refuse.
        jws::sign(key, kind, &serde_json::to_vec(&claims).unwrap_or_default())
    }

    /// What a statement that one of `keys` signed says.
    pub fn verify(keys: &[VerifyingKey], statement: &str) -> Result<Checkpoint, JwsProblem> {
        Self::read(keys, KIND, statement)
    }

    /// The newest checkpoint, as a note that one of `keys` signed says.
    pub fn verify_mark(keys: &[VerifyingKey], statement: &str) -> Result<Checkpoint, JwsProblem> {
        Self::read(keys, MARK_KIND, statement)
    }

    fn read(keys: &[VerifyingKey], kind: &str, statement: &str) -> Result<Checkpoint, JwsProblem> {
        let claims = jws::verify(keys, kind, statement)?;
        let claims: Claims = serde_json::from_slice(&claims).map_err(|_| JwsProblem::Malformed)?;
        Ok(Checkpoint {
            service_id: claims.service.parse().map_err(|_| JwsProblem::Malformed)?,
            number: claims.number,
            sequence: claims.sequence,
            link: unhex(&claims.link).ok_or(JwsProblem::Malformed)?,
            at: Timestamp::from_unix_ms(claims.at_ms),
        })
    }
}

/// Whether what was sealed up to `head` should be signed now.
pub fn is_checkpoint_due(newest: Option<&Checkpoint>, head: u64, now: Timestamp) -> bool {
    match newest {
        None => head > 0,
        Some(newest) => {
            let unsigned = head.saturating_sub(newest.sequence);
            unsigned >= CHECKPOINT_ENTRIES_MAX || (unsigned > 0 && now.since(newest.at) >= CHECKPOINT_SPAN)
        }
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 0x0F)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

fn unhex(text: &str) -> Option<Link> {
    let mut link = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
        return None;
    }
    for (byte, pair) in link.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(link)
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
