//! What accounts have enrolled besides their addresses. Secrets are sealed; an account has one live authenticator of
//! a kind, passkeys excepted. A time-step, or a recovery code, is spent once: the statement that saves it compares
//! with what is stored (R4, R35, R40), whatever the caller read before.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::{Row, Value};
use countersign_core::id::{AccountId, AuthenticatorId, ServiceId};
use countersign_core::model::{Authenticator, Factor};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, service_id, account_id, factor, name, secret_sealed, last_step, created_at, last_used_at,
                 ended_at
             FROM authenticators WHERE service_id = $1 AND ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO authenticators
    (id, service_id, name, secret_sealed, last_step, codes_left, last_used_at, ended_at, account_id, factor,
        created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
// Either it moves on, or nothing was spent and it is renamed or ended. Of two that spend the same step, the second one
// finds it stored, with nothing else to change.
const SAVE: &str = "UPDATE authenticators SET name = $3, secret_sealed = $4, last_step = $5, codes_left = $6,
        last_used_at = $7, ended_at = $8
    WHERE id = $1 AND service_id = $2 AND ended_at IS NULL AND (
        (last_step IS NULL OR last_step < $5) AND (codes_left IS NULL OR codes_left > $6)
        OR last_step IS NOT DISTINCT FROM $5 AND codes_left IS NOT DISTINCT FROM $6
            AND last_used_at IS NOT DISTINCT FROM $7 AND (name <> $3 OR CAST($8 AS BIGINT) IS NOT NULL))";
const LIVE_OF_ACCOUNT: &str = select!("account_id = $2 AND ended_at IS NULL ORDER BY id");
const LOCK_LIVE: &str =
    select!("account_id = $2 AND factor = $3 AND factor <> 'passkey' AND ended_at IS NULL {FOR_UPDATE}");
const LOCK: &str = select!("id = $2 {FOR_UPDATE}");
const ALL_OF_ACCOUNT: &str = select!("account_id = $2 ORDER BY id");

pub(crate) const STATEMENTS: &[&str] = &[INSERT, SAVE, LIVE_OF_ACCOUNT, LOCK_LIVE, LOCK, ALL_OF_ACCOUNT];

fn secret_place(id: &AuthenticatorId) -> Place<'_> {
    Place { table: "authenticators", column: "secret", row: id.as_bytes() }
}

pub(super) fn insert<'a>(rows: &Rows, authenticator: &'a Authenticator) -> Result<Write<'a>, StorageError> {
    Ok(bind_mutable(rows, authenticator, Write::one("new authenticator", INSERT))?
        .bind(&authenticator.account_id)
        .bind(authenticator.factor.as_str())
        .bind(authenticator.created_at))
}

/// What has ended stays ended. A save that would change nothing of one that has spent a step or a code is a conflict:
/// it cannot be told from spending the same twice.
pub(super) fn save<'a>(rows: &Rows, authenticator: &'a Authenticator) -> Result<Write<'a>, StorageError> {
    bind_mutable(rows, authenticator, Write::one("live authenticator to save", SAVE))
}

fn bind_mutable<'a>(
    rows: &Rows,
    authenticator: &'a Authenticator,
    write: Write<'a>,
) -> Result<Write<'a>, StorageError> {
    let codes_left = authenticator.codes_left().and_then(|count| i64::try_from(count).ok());
    Ok(write
        .bind(&authenticator.id)
        .bind(&authenticator.service_id)
        .bind(&authenticator.name)
        .bind_made(rows.seal_record(secret_place(&authenticator.id), &authenticator.secret)?)
        .bind(authenticator.last_step)
        .bind(codes_left)
        .bind(authenticator.last_used_at)
        .bind(authenticator.ended_at))
}

/// The authenticators of an account that can still prove something, oldest first.
pub async fn live_of_account(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
) -> Result<Vec<Authenticator>, StorageError> {
    all(tx, rows, LIVE_OF_ACCOUNT, service_id, account_id).await
}

/// Every authenticator that the account ever had, oldest first (R42).
pub async fn all_of_account(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
) -> Result<Vec<Authenticator>, StorageError> {
    all(tx, rows, ALL_OF_ACCOUNT, service_id, account_id).await
}

/// The live authenticator of a kind that an account has one of; nobody else judges it until the transaction ends.
///
/// # Errors
/// [`StorageError::Misuse`] for passkeys: which one is meant takes [`lock`].
pub async fn lock_live(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
    factor: Factor,
) -> Result<Option<Authenticator>, StorageError> {
    if factor == Factor::Passkey {
        return Err(StorageError::misuse("an account may have several passkeys"));
    }
    let params = [(&service_id).into(), (&account_id).into(), factor.as_str().into()];
    find(tx, rows, LOCK_LIVE, &params).await
}

/// An authenticator of this service, ended or not; nobody else judges it until the transaction ends.
pub async fn lock(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: AuthenticatorId,
) -> Result<Option<Authenticator>, StorageError> {
    find(tx, rows, LOCK, &[(&service_id).into(), (&id).into()]).await
}

async fn all(
    tx: &mut Tx,
    rows: &Rows,
    sql: &'static str,
    service_id: ServiceId,
    account_id: AccountId,
) -> Result<Vec<Authenticator>, StorageError> {
    let found = tx.rows(sql, &[(&service_id).into(), (&account_id).into()]).await?;
    found.iter().map(|row| read(rows, row)).collect()
}

async fn find(
    tx: &mut Tx,
    rows: &Rows,
    sql: &'static str,
    params: &[Value<'_>],
) -> Result<Option<Authenticator>, StorageError> {
    tx.row_optional(sql, params).await?.map(|row| read(rows, &row)).transpose()
}

fn read(rows: &Rows, row: &Row) -> Result<Authenticator, StorageError> {
    let id = AuthenticatorId::from_bytes(row.array(0)?);
    Ok(Authenticator {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        account_id: AccountId::from_bytes(row.array(2)?),
        factor: row.named(3, Factor::from_text)?,
        name: row.text(4)?.to_owned(),
        secret: rows.open_record(secret_place(&id), row.bytes(5)?)?,
        last_step: row.optional_int(6)?,
        created_at: row.timestamp(7)?,
        last_used_at: row.optional_timestamp(8)?,
        ended_at: row.optional_timestamp(9)?,
    })
}
