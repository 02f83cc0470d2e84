//! What identity providers are asked. Their answers are sealed; one that was given is never overwritten, and each round
//! of a case is asked about once: both guards are in the statements.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::{Row, Value};
use countersign_core::id::{AccountId, CaseId, IdentityCheckId, ServiceId};
use countersign_core::model::*;
use countersign_core::time::Timestamp;

macro_rules! columns {
    () => {
        "id, service_id, case_id, account_id, round, provider, state, tries, next_step_at, asked_at, answered_at,
            answer_sealed"
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM identity_checks WHERE ", $rest)
    };
}

const INSERT: &str = "INSERT INTO identity_checks
    (id, service_id, state, tries, next_step_at, asked_at, answered_at, answer_sealed, case_id, account_id, round,
        provider)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const SAVE: &str = "UPDATE identity_checks SET state = $3, tries = $4, next_step_at = $5, asked_at = $6,
        answered_at = $7, answer_sealed = $8
    WHERE id = $1 AND service_id = $2 AND state <> 'answered'";
const LOCK: &str = select!("id = $1 AND service_id = $2 {FOR_UPDATE}");
const OF_CASE: &str = select!("case_id = $1 AND service_id = $2 ORDER BY round");
// The common table makes PostgreSQL choose and lock the rows once, whatever plan the rest gets.
const CLAIM: &str = concat!(
    "WITH due AS (
        SELECT id FROM identity_checks WHERE state = 'due' AND next_step_at <= $1
        ORDER BY next_step_at, id LIMIT $2 {SKIP_LOCKED})
    UPDATE identity_checks SET tries = tries + 1, next_step_at = $3
    WHERE id IN (SELECT id FROM due)
    RETURNING ",
    columns!()
);
const OVERDUE: &str = "SELECT service_id, id FROM identity_checks
    WHERE state = 'asked' AND next_step_at <= $1 ORDER BY next_step_at LIMIT $2";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, SAVE, LOCK, OF_CASE, CLAIM, OVERDUE];

fn answer_place(id: &IdentityCheckId) -> Place<'_> {
    Place { table: "identity_checks", column: "answer", row: id.as_bytes() }
}

pub(super) fn insert<'a>(rows: &Rows, check: &'a IdentityCheck) -> Result<Write<'a>, StorageError> {
    Ok(bind_mutable(rows, check, Write::one("new identity check", INSERT))?
        .bind(&check.case_id)
        .bind(&check.account_id)
        .bind(check.round)
        .bind(&check.provider))
}

pub(super) fn save<'a>(rows: &Rows, check: &'a IdentityCheck) -> Result<Write<'a>, StorageError> {
    bind_mutable(rows, check, Write::one("identity check to save", SAVE))
}

/// In the order of [`SAVE`], which [`INSERT`] begins with.
fn bind_mutable<'a>(
    rows: &Rows,
    check: &'a IdentityCheck,
    write: Write<'a>,
) -> Result<Write<'a>, StorageError> {
    let answer = check.answer.as_ref().map(|answer| rows.seal_record(answer_place(&check.id), answer));
    Ok(write
        .bind(&check.id)
        .bind(&check.service_id)
        .bind(check.state.as_str())
        .bind(check.tries)
        .bind(check.next_step_at)
        .bind(check.asked_at)
        .bind(check.answered_at)
        .bind_made_optional(answer.transpose()?))
}

/// A check of this service; nobody else answers it until the transaction ends.
pub async fn lock(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: IdentityCheckId,
) -> Result<Option<IdentityCheck>, StorageError> {
    let found = tx.row_optional(LOCK, &[(&id).into(), (&service_id).into()]).await?;
    found.map(|row| read(rows, &row)).transpose()
}

/// The checks of a case, by round.
pub async fn of_case(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    case_id: CaseId,
) -> Result<Vec<IdentityCheck>, StorageError> {
    let params: [Value<'_>; 2] = [(&case_id).into(), (&service_id).into()];
    tx.rows(OF_CASE, &params).await?.iter().map(|row| read(rows, row)).collect()
}

/// Takes what is to be asked now, counts the try, and keeps others off it until `lease_until`.
pub async fn claim(
    tx: &mut Tx,
    rows: &Rows,
    now: Timestamp,
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<IdentityCheck>, StorageError> {
    let params = [now.into(), limit.into(), lease_until.into()];
    tx.rows(CLAIM, &params).await?.iter().map(|row| read(rows, row)).collect()
}

/// Checks whose answer was waited for too long, longest first.
pub async fn overdue(
    tx: &mut Tx,
    _rows: &Rows,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ServiceId, IdentityCheckId)>, StorageError> {
    let found = tx.rows(OVERDUE, &[now.into(), limit.into()]).await?;
    let pair =
        |row: &Row| Ok((ServiceId::from_bytes(row.array(0)?), IdentityCheckId::from_bytes(row.array(1)?)));
    found.iter().map(pair).collect()
}

fn read(rows: &Rows, row: &Row) -> Result<IdentityCheck, StorageError> {
    let id = IdentityCheckId::from_bytes(row.array(0)?);
    let answer = row.optional_bytes(11)?.map(|sealed| rows.open_record(answer_place(&id), sealed));
    Ok(IdentityCheck {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        case_id: CaseId::from_bytes(row.array(2)?),
        account_id: AccountId::from_bytes(row.array(3)?),
        round: row.count(4)?,
        provider: row.text(5)?.to_owned(),
        state: row.named(6, IdentityState::from_text)?,
        tries: row.count(7)?,
        next_step_at: row.timestamp(8)?,
        asked_at: row.optional_timestamp(9)?,
        answered_at: row.optional_timestamp(10)?,
        answer: answer.transpose()?,
    })
}
