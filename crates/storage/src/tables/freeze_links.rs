//! Links that freeze an account (R67), kept as hashes of their tokens. One works until it ends, however often.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::tx::Tx;
use countersign_core::id::{AccountId, ServiceId};
use countersign_core::model::TokenHash;
use countersign_core::time::Timestamp;

const INSERT: &str =
    "INSERT INTO freeze_links (token, service_id, account_id, expires_at) VALUES ($1, $2, $3, $4)";
const FIND: &str = "SELECT service_id, account_id FROM freeze_links WHERE token = $1 AND expires_at > $2";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, FIND];

pub(super) fn insert<'a>(
    token: &'a TokenHash,
    service_id: &'a ServiceId,
    account_id: &'a AccountId,
    expires_at: Timestamp,
) -> Write<'a> {
    Write::one("new freeze link", INSERT).bind(token).bind(service_id).bind(account_id).bind(expires_at)
}

/// Which account the link freezes, while it works.
pub async fn find(
    tx: &mut Tx,
    _rows: &Rows,
    token: TokenHash,
    now: Timestamp,
) -> Result<Option<(ServiceId, AccountId)>, StorageError> {
    match tx.row_optional(FIND, &[(&token).into(), now.into()]).await? {
        Some(row) => Ok(Some((ServiceId::from_bytes(row.array(0)?), AccountId::from_bytes(row.array(1)?)))),
        None => Ok(None),
    }
}
