//! The second factors of staff. Secrets are sealed; an operator has one live app, and passkeys. A time-step is spent
//! once: the statement that saves it compares with what is stored (R4, R35), whatever the caller read before.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::Row;
use countersign_core::id::{AuthenticatorId, OperatorId, ServiceId};
use countersign_core::model::{Factor, OperatorAuthenticator};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, service_id, operator_id, factor, name, secret_sealed, last_step, created_at, last_used_at,
                 ended_at
             FROM operator_authenticators WHERE service_id = $1 AND operator_id = $2 AND ended_at IS NULL
             ORDER BY id ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO operator_authenticators
    (id, service_id, name, secret_sealed, last_step, last_used_at, ended_at, operator_id, factor, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
// Either it moves on, or nothing was spent and it ends. Of two that spend the same step, the second one finds it
// stored, with nothing else to change.
const SAVE: &str = "UPDATE operator_authenticators SET name = $3, secret_sealed = $4, last_step = $5,
        last_used_at = $6, ended_at = $7
    WHERE id = $1 AND service_id = $2 AND ended_at IS NULL AND (
        last_step IS NULL OR last_step < $5
        OR last_step IS NOT DISTINCT FROM $5 AND CAST($7 AS BIGINT) IS NOT NULL)";
const LIVE: &str = select!("");
const LOCK_LIVE: &str = select!("{FOR_UPDATE}");

pub(crate) const STATEMENTS: &[&str] = &[INSERT, SAVE, LIVE, LOCK_LIVE];

fn secret_place(id: &AuthenticatorId) -> Place<'_> {
    Place { table: "operator_authenticators", column: "secret", row: id.as_bytes() }
}

pub(super) fn insert<'a>(
    rows: &Rows,
    authenticator: &'a OperatorAuthenticator,
) -> Result<Write<'a>, StorageError> {
    Ok(bind_mutable(rows, authenticator, Write::one("new second factor of staff", INSERT))?
        .bind(&authenticator.operator_id)
        .bind(authenticator.factor.as_str())
        .bind(authenticator.created_at))
}

pub(super) fn save<'a>(
    rows: &Rows,
    authenticator: &'a OperatorAuthenticator,
) -> Result<Write<'a>, StorageError> {
    bind_mutable(rows, authenticator, Write::one("live second factor of staff to save", SAVE))
}

fn bind_mutable<'a>(
    rows: &Rows,
    authenticator: &'a OperatorAuthenticator,
    write: Write<'a>,
) -> Result<Write<'a>, StorageError> {
    Ok(write
        .bind(&authenticator.id)
        .bind(&authenticator.service_id)
        .bind(&authenticator.name)
        .bind_made(rows.seal_record(secret_place(&authenticator.id), &authenticator.secret)?)
        .bind(authenticator.last_step)
        .bind(authenticator.last_used_at)
        .bind(authenticator.ended_at))
}

/// The second factors of an operator that can still prove something, oldest first.
pub async fn live(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    operator_id: OperatorId,
) -> Result<Vec<OperatorAuthenticator>, StorageError> {
    all(tx, rows, LIVE, service_id, operator_id).await
}

/// As [`live`]; nobody else judges them until the transaction ends.
pub async fn lock_live(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    operator_id: OperatorId,
) -> Result<Vec<OperatorAuthenticator>, StorageError> {
    all(tx, rows, LOCK_LIVE, service_id, operator_id).await
}

async fn all(
    tx: &mut Tx,
    rows: &Rows,
    sql: &'static str,
    service_id: ServiceId,
    operator_id: OperatorId,
) -> Result<Vec<OperatorAuthenticator>, StorageError> {
    let found = tx.rows(sql, &[(&service_id).into(), (&operator_id).into()]).await?;
    found.iter().map(|row| read(rows, row)).collect()
}

fn read(rows: &Rows, row: &Row) -> Result<OperatorAuthenticator, StorageError> {
    let id = AuthenticatorId::from_bytes(row.array(0)?);
    Ok(OperatorAuthenticator {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        operator_id: OperatorId::from_bytes(row.array(2)?),
        factor: row.named(3, Factor::from_text)?,
        name: row.text(4)?.to_owned(),
        secret: rows.open_record(secret_place(&id), row.bytes(5)?)?,
        last_step: row.optional_int(6)?,
        created_at: row.timestamp(7)?,
        last_used_at: row.optional_timestamp(8)?,
        ended_at: row.optional_timestamp(9)?,
    })
}
