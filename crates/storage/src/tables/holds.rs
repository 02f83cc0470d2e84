//! Holds: written once, never changed or shortened, read until they end (R65).

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::Row;
use countersign_core::id::{AccountId, HoldId, ServiceId};
use countersign_core::model::{Hold, HoldCause};
use countersign_core::time::Timestamp;

const INSERT: &str = "INSERT INTO holds (id, service_id, account_id, cause, starts_at, ends_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const OF_ACCOUNT: &str = "SELECT id, service_id, account_id, cause, starts_at, ends_at FROM holds
    WHERE service_id = $1 AND account_id = $2 AND ends_at > $3 ORDER BY ends_at, id";
const OF_SERVICE: &str = "SELECT id, service_id, account_id, cause, starts_at, ends_at FROM holds
    WHERE service_id = $1 AND ends_at > $2 ORDER BY ends_at DESC, id LIMIT $3";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, OF_ACCOUNT, OF_SERVICE];

pub(super) fn insert(hold: &Hold) -> Write<'_> {
    Write::one("new hold", INSERT)
        .bind(&hold.id)
        .bind(&hold.service_id)
        .bind(&hold.account_id)
        .bind(hold.cause.as_str())
        .bind(hold.starts_at)
        .bind(hold.ends_at)
}

/// The holds of an account that end after `now`, the last to end last.
pub async fn of_account(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
    now: Timestamp,
) -> Result<Vec<Hold>, StorageError> {
    let found = tx.rows(OF_ACCOUNT, &[(&service_id).into(), (&account_id).into(), now.into()]).await?;
    found.iter().map(read).collect()
}

/// The holds of a service that end after `now`, the last to end first, at most `limit`.
pub async fn of_service(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Hold>, StorageError> {
    let found = tx.rows(OF_SERVICE, &[(&service_id).into(), now.into(), limit.into()]).await?;
    found.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Hold, StorageError> {
    Ok(Hold {
        id: HoldId::from_bytes(row.array(0)?),
        service_id: ServiceId::from_bytes(row.array(1)?),
        account_id: AccountId::from_bytes(row.array(2)?),
        cause: row.named(3, HoldCause::from_text)?,
        starts_at: row.timestamp(4)?,
        ends_at: row.timestamp(5)?,
    })
}
