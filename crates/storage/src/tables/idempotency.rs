//! Keys against doing the same twice (R74): which request a key was used for, and what came of it. Saved with
//! the work.

use super::rows::Rows;
use crate::error::StorageError;
use crate::tx::Tx;
use countersign_core::id::{ServiceId, VerificationId};
use countersign_core::time::Timestamp;

const FIND: &str =
    "SELECT request_digest, verification_id FROM idempotency_keys WHERE service_id = $1 AND key = $2";
const INSERT: &str =
    "INSERT INTO idempotency_keys (service_id, key, request_digest, verification_id, created_at)
    VALUES ($1, $2, $3, $4, $5)";

pub(crate) const STATEMENTS: &[&str] = &[FIND, INSERT];

/// What the key was used for: the digest of the request, and the verification it started.
pub async fn find(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    key: &[u8; 32],
) -> Result<Option<([u8; 32], VerificationId)>, StorageError> {
    match tx.row_optional(FIND, &[(&service_id).into(), key.into()]).await? {
        Some(row) => Ok(Some((row.array(0)?, VerificationId::from_bytes(row.array(1)?)))),
        None => Ok(None),
    }
}

/// Remembers a key.
///
/// # Errors
/// [`StorageError::Conflict`] when another request was first with the same key.
pub async fn insert(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    key: &[u8; 32],
    request_digest: &[u8; 32],
    verification_id: VerificationId,
    now: Timestamp,
) -> Result<(), StorageError> {
    let params =
        [(&service_id).into(), key.into(), request_digest.into(), (&verification_id).into(), now.into()];
    tx.execute(INSERT, &params).await.map(|_| ())
}
