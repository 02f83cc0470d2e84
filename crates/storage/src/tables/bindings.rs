//! Numbers bound to accounts. Numbers are sealed; a number has one live binding per service, and so has an
//! account.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::{Row, Value};
use countersign_core::address::AddressIndex;
use countersign_core::id::{AccountId, BindingId, ServiceId};
use countersign_core::model::Binding;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, service_id, account_id, number_sealed, bound_at, suspended_at, ended_at
             FROM bindings WHERE ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO bindings
    (id, service_id, account_id, number_sealed, number_index, bound_at, suspended_at, ended_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const SAVE: &str = "UPDATE bindings SET suspended_at = $3, ended_at = $4
    WHERE id = $1 AND service_id = $2 AND ended_at IS NULL";
const LIVE_BY_NUMBER: &str = select!("service_id = $1 AND number_index = $2 AND ended_at IS NULL");
const NEWEST_BY_NUMBER: &str =
    select!("service_id = $1 AND number_index = $2 ORDER BY bound_at DESC, id DESC LIMIT 1");
const LIVE_OF_ACCOUNT: &str = select!("service_id = $1 AND account_id = $2 AND ended_at IS NULL");
const HAD_OTHER_OWNER: &str = "SELECT EXISTS (SELECT id FROM bindings
    WHERE service_id = $1 AND number_index = $2 AND account_id <> $3
        AND (ended_at IS NOT NULL OR suspended_at IS NOT NULL))";

pub(crate) const STATEMENTS: &[&str] =
    &[INSERT, SAVE, LIVE_BY_NUMBER, NEWEST_BY_NUMBER, LIVE_OF_ACCOUNT, HAD_OTHER_OWNER];

fn number_place(id: &BindingId) -> Place<'_> {
    Place { table: "bindings", column: "number", row: id.as_bytes() }
}

pub(super) fn insert<'a>(rows: &Rows, binding: &'a Binding) -> Result<Write<'a>, StorageError> {
    Ok(Write::one("new binding", INSERT)
        .bind(&binding.id)
        .bind(&binding.service_id)
        .bind(&binding.account_id)
        .bind_made(rows.seal(number_place(&binding.id), binding.number.expose())?)
        .bind_made(rows.index(&binding.number).0.to_vec())
        .bind(binding.bound_at)
        .bind(binding.suspended_at)
        .bind(binding.ended_at))
}

/// What has ended stays ended.
pub(super) fn save(binding: &Binding) -> Write<'_> {
    Write::one("live binding to save", SAVE)
        .bind(&binding.id)
        .bind(&binding.service_id)
        .bind(binding.suspended_at)
        .bind(binding.ended_at)
}

/// The live binding of a number.
pub async fn live_by_number(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    number: AddressIndex,
) -> Result<Option<Binding>, StorageError> {
    find(tx, rows, LIVE_BY_NUMBER, &[(&service_id).into(), (&number).into()]).await
}

/// The last binding of a number, live or ended.
pub async fn newest_by_number(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    number: AddressIndex,
) -> Result<Option<Binding>, StorageError> {
    find(tx, rows, NEWEST_BY_NUMBER, &[(&service_id).into(), (&number).into()]).await
}

/// The live binding of an account.
pub async fn live_of_account(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
) -> Result<Option<Binding>, StorageError> {
    find(tx, rows, LIVE_OF_ACCOUNT, &[(&service_id).into(), (&account_id).into()]).await
}

/// Whether another account once had this number, or has it suspended: its code alone then proves too little
/// (B6).
pub async fn had_other_owner(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    number: AddressIndex,
    account_id: AccountId,
) -> Result<bool, StorageError> {
    let params = [(&service_id).into(), (&number).into(), (&account_id).into()];
    tx.row_optional(HAD_OTHER_OWNER, &params).await?.map_or(Ok(false), |row| row.flag(0))
}

async fn find(
    tx: &mut Tx,
    rows: &Rows,
    sql: &'static str,
    params: &[Value<'_>],
) -> Result<Option<Binding>, StorageError> {
    tx.row_optional(sql, params).await?.map(|row| read(rows, &row)).transpose()
}

fn read(rows: &Rows, row: &Row) -> Result<Binding, StorageError> {
    let id = BindingId::from_bytes(row.array(0)?);
    Ok(Binding {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        account_id: AccountId::from_bytes(row.array(2)?),
        number: rows.open_address(number_place(&id), row.bytes(3)?)?,
        bound_at: row.timestamp(4)?,
        suspended_at: row.optional_timestamp(5)?,
        ended_at: row.optional_timestamp(6)?,
    })
}
