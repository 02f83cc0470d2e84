//! Bearer keys of relying parties, kept as hashes.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::Row;
use countersign_core::id::{ApiKeyId, ServiceId};
use countersign_core::model::{ApiKey, TokenHash};
use countersign_core::time::Timestamp;

const INSERT: &str = "INSERT INTO api_keys (id, service_id, name, token, created_at, revoked_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const REVOKE: &str =
    "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND service_id = $3 AND revoked_at IS NULL";
const BY_TOKEN: &str = "SELECT id, service_id, name, token, created_at, revoked_at FROM api_keys
    WHERE token = $1 AND revoked_at IS NULL";
const OF_SERVICE: &str = "SELECT id, service_id, name, token, created_at, revoked_at FROM api_keys
    WHERE service_id = $1 ORDER BY id";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, REVOKE, BY_TOKEN, OF_SERVICE];

pub(super) fn insert(key: &ApiKey) -> Write<'_> {
    Write::one("new API key", INSERT)
        .bind(&key.id)
        .bind(&key.service_id)
        .bind(&key.name)
        .bind(&key.token)
        .bind(key.created_at)
        .bind(key.revoked_at)
}

pub(super) fn revoke<'a>(service_id: &'a ServiceId, id: &'a ApiKeyId, at: Timestamp) -> Write<'a> {
    Write::one("API key to revoke", REVOKE).bind(id).bind(at).bind(service_id)
}

/// The key with this hash, unless it was revoked.
pub async fn by_token(tx: &mut Tx, _rows: &Rows, token: TokenHash) -> Result<Option<ApiKey>, StorageError> {
    tx.row_optional(BY_TOKEN, &[(&token).into()]).await?.as_ref().map(read).transpose()
}

/// The keys of a service, revoked ones included, oldest first.
pub async fn of_service(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
) -> Result<Vec<ApiKey>, StorageError> {
    tx.rows(OF_SERVICE, &[(&service_id).into()]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<ApiKey, StorageError> {
    Ok(ApiKey {
        id: ApiKeyId::from_bytes(row.array(0)?),
        service_id: ServiceId::from_bytes(row.array(1)?),
        name: row.text(2)?.to_owned(),
        token: row.token(3)?,
        created_at: row.timestamp(4)?,
        revoked_at: row.optional_timestamp(5)?,
    })
}
