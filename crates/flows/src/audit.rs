//! The audit (R76): sealing what happened, checking that nobody changed it, and reading it. Sealing follows the commit
//! by about a second, so that no request waits for its place in a chain.

pub(crate) mod memory;
pub(crate) mod read;
pub(crate) mod seal;
pub(crate) mod verify;

use countersign_core::audit::Checkpoint;
use countersign_core::jws::{self, SigningKey, VerifyingKey};
use countersign_storage::tables::Rows;
use serde::{Deserialize, Serialize};

/// Signs and verifies checkpoints. Every master key has a key of its own for it; the newest signs, the others still
/// verify.
pub(crate) struct AuditKeys {
    pub(crate) active: SigningKey,
    pub(crate) all: Vec<VerifyingKey>,
}

impl AuditKeys {
    pub(crate) fn new(rows: &Rows) -> Self {
        let seeds = rows.audit_seeds();
        let all = seeds.iter().map(|seed| SigningKey::new(seed).verifying_key()).collect();
        // There is at least one master key, or there were no rows.
        let active = SigningKey::new(seeds.first().map_or(&[0; 32], |seed| seed));
        Self { active, all }
    }
}

/// A checkpoint to be kept away from the database, with the key that verifies it: one line of JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCheckpoint {
    /// Whose chain (`svc_…`).
    pub service: String,
    /// Which of its checkpoints.
    pub number: u64,
    /// The newest entry it covers.
    pub sequence: u64,
    /// That entry's link, in hexadecimal digits.
    pub link: String,
    /// When it was signed, RFC 3339.
    pub at: String,
    /// The signed statement, compact JWS (RFC 7515): what counts.
    pub statement: String,
    /// The public keys that may have signed it (RFC 7517), the newest first.
    pub keys: Vec<serde_json::Value>,
}

impl KeptCheckpoint {
    fn new(one: &Checkpoint, statement: &str, keys: &[VerifyingKey]) -> Self {
        Self {
            service: one.service_id.to_string(),
            number: one.number,
            sequence: one.sequence,
            link: countersign_core::audit::hex(&one.link),
            at: one.at.to_rfc3339(),
            statement: statement.to_owned(),
            keys: keys.iter().filter_map(|key| serde_json::from_str(&jws::jwk(key)).ok()).collect(),
        }
    }
}
