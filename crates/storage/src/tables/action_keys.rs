//! Keys against opening the same action twice (R74): which request a key was used for, and which action it opened.
//! Saved with the action.

use super::rows::Rows;
use crate::error::StorageError;
use crate::tx::Tx;
use countersign_core::id::{ActionId, ServiceId};
use countersign_core::time::Timestamp;

const FIND: &str = "SELECT request_digest, action_id FROM action_keys WHERE service_id = $1 AND key = $2";
const INSERT: &str = "INSERT INTO action_keys (service_id, key, request_digest, action_id, created_at)
    VALUES ($1, $2, $3, $4, $5)";

pub(crate) const STATEMENTS: &[&str] = &[FIND, INSERT];

/// What the key was used for: the digest of the request, and the action it opened.
pub async fn find(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    key: &[u8; 32],
) -> Result<Option<([u8; 32], ActionId)>, StorageError> {
    match tx.row_optional(FIND, &[(&service_id).into(), key.into()]).await? {
        Some(row) => Ok(Some((row.array(0)?, ActionId::from_bytes(row.array(1)?)))),
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
    action_id: ActionId,
    now: Timestamp,
) -> Result<(), StorageError> {
    let params = [(&service_id).into(), key.into(), request_digest.into(), (&action_id).into(), now.into()];
    tx.execute(INSERT, &params).await.map(|_| ())
}
