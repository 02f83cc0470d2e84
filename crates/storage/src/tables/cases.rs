//! Recovery cases and the decisions about them. What a holder says is sealed; a case that is over is saved no more,
//! and a voice speaks once in a round: both guards are in the statements (R57).

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::{Row, Value};
use countersign_core::id::{AccountId, CaseId, OperatorId, ServiceId};
use countersign_core::model::*;
use countersign_core::time::Timestamp;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, service_id, account_id, kind, stage, round, access, access_failures, access_locked_until,
                 file_sealed, opened_at, submitted_at, promised_by, decided_at, expires_at, ended_at
             FROM cases WHERE ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO cases
    (id, service_id, stage, round, access_failures, access_locked_until, file_sealed, submitted_at, promised_by,
        decided_at, expires_at, ended_at, access, account_id, kind, opened_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
const SAVE: &str = "UPDATE cases SET stage = $3, round = $4, access_failures = $5, access_locked_until = $6,
        file_sealed = $7, submitted_at = $8, promised_by = $9, decided_at = $10, expires_at = $11, ended_at = $12,
        access = $13
    WHERE id = $1 AND service_id = $2 AND ended_at IS NULL AND round <= $4";
const LOAD: &str = select!("id = $1 AND service_id = $2");
const LOCK: &str = select!("id = $1 AND service_id = $2 {FOR_UPDATE}");
const LOCK_OPEN: &str =
    select!("service_id = $1 AND account_id = $2 AND ended_at IS NULL ORDER BY id {FOR_UPDATE}");
const OPEN_OF_ACCOUNT: &str = select!("service_id = $1 AND account_id = $2 AND ended_at IS NULL ORDER BY id");
const OF_ACCOUNT: &str = select!("service_id = $1 AND account_id = $2 ORDER BY id DESC LIMIT $3");
const WAITING: &str = select!("service_id = $1 AND stage = 'review' ORDER BY promised_by LIMIT $2");
const OPEN: &str =
    select!("service_id = $1 AND ended_at IS NULL AND stage <> 'review' ORDER BY id DESC LIMIT $2");
const CLOSED: &str = select!("service_id = $1 AND ended_at IS NOT NULL ORDER BY id DESC LIMIT $2");
const COUNT_WAITING: &str = "SELECT COUNT(*) FROM cases WHERE service_id = $1 AND stage = 'review'";
const DUE: &str = "SELECT service_id, id FROM cases
    WHERE stage IN ('verify', 'documents', 'approved') AND expires_at <= $1 ORDER BY expires_at LIMIT $2";

const INSERT_DECISION: &str = "INSERT INTO case_decisions
    (case_id, round, voice, service_id, verdict, note_sealed, checks, pictures, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const DECISIONS: &str =
    "SELECT case_id, round, voice, verdict, note_sealed, checks, at, service_id, pictures FROM case_decisions
    WHERE case_id = $1 AND service_id = $2 ORDER BY round, at, voice";

pub(crate) const STATEMENTS: &[&str] = &[
    INSERT,
    SAVE,
    LOAD,
    LOCK,
    LOCK_OPEN,
    OPEN_OF_ACCOUNT,
    OF_ACCOUNT,
    WAITING,
    OPEN,
    CLOSED,
    COUNT_WAITING,
    DUE,
    INSERT_DECISION,
    DECISIONS,
];

fn file_place(id: &CaseId) -> Place<'_> {
    Place { table: "cases", column: "file", row: id.as_bytes() }
}

fn note_place(id: &CaseId) -> Place<'_> {
    Place { table: "case_decisions", column: "note", row: id.as_bytes() }
}

pub(super) fn insert<'a>(rows: &Rows, case: &'a Case) -> Result<Write<'a>, StorageError> {
    Ok(bind_mutable(rows, case, Write::one("new case", INSERT))?
        .bind(&case.account_id)
        .bind(case.kind.as_str())
        .bind(case.opened_at))
}

pub(super) fn save<'a>(rows: &Rows, case: &'a Case) -> Result<Write<'a>, StorageError> {
    bind_mutable(rows, case, Write::one("open case to save", SAVE))
}

/// In the order of [`SAVE`], which [`INSERT`] begins with.
fn bind_mutable<'a>(rows: &Rows, case: &'a Case, write: Write<'a>) -> Result<Write<'a>, StorageError> {
    Ok(write
        .bind(&case.id)
        .bind(&case.service_id)
        .bind(case.stage.as_str())
        .bind(case.round)
        .bind(case.access_failures)
        .bind(case.access_locked_until)
        .bind_made(rows.seal_record(file_place(&case.id), &case.file)?)
        .bind(case.submitted_at)
        .bind(case.promised_by)
        .bind(case.decided_at)
        .bind(case.expires_at)
        .bind(case.ended_at)
        .bind(&case.access))
}

pub(super) fn insert_decision<'a>(
    rows: &Rows,
    decision: &'a CaseDecision,
) -> Result<Write<'a>, StorageError> {
    let voice = match decision.voice {
        Voice::Operator(id) => id.as_bytes().to_vec(),
        Voice::CommandLine => Vec::new(),
    };
    let verdict = serde_json::to_string(&decision.verdict)
        .map_err(|_| StorageError::misuse("a verdict that JSON cannot hold"))?;
    let checks: Vec<&str> = decision.checks.iter().map(|check| check.as_str()).collect();
    Ok(Write::one("new decision", INSERT_DECISION)
        .bind(&decision.case_id)
        .bind(decision.round)
        .bind_made(voice)
        .bind(&decision.service_id)
        .bind_made_text(verdict)
        .bind_made(rows.seal(note_place(&decision.case_id), &decision.note.0)?)
        .bind_made_text(checks.join(","))
        .bind(&decision.pictures.0)
        .bind(decision.at))
}

/// A case of this service.
pub async fn load(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: CaseId,
) -> Result<Option<Case>, StorageError> {
    find(tx, rows, LOAD, &[(&id).into(), (&service_id).into()]).await
}

/// As [`load`]; nobody else decides about this case until the transaction ends.
pub async fn lock(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: CaseId,
) -> Result<Option<Case>, StorageError> {
    find(tx, rows, LOCK, &[(&id).into(), (&service_id).into()]).await
}

/// The cases of an account that are not over, oldest first; locked as by [`lock`].
pub async fn lock_open_of_account(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
) -> Result<Vec<Case>, StorageError> {
    list(tx, rows, LOCK_OPEN, &[(&service_id).into(), (&account_id).into()]).await
}

/// The same, to look at.
pub async fn open_of_account(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
) -> Result<Vec<Case>, StorageError> {
    list(tx, rows, OPEN_OF_ACCOUNT, &[(&service_id).into(), (&account_id).into()]).await
}

/// The cases of an account, newest first.
pub async fn of_account(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
    limit: u32,
) -> Result<Vec<Case>, StorageError> {
    list(tx, rows, OF_ACCOUNT, &[(&service_id).into(), (&account_id).into(), limit.into()]).await
}

/// The cases of a service: those before the operators first, by the time of their promise, then the others that are
/// open, newest first; or those that are over, newest first. At most `limit` of each.
pub async fn of_service(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    closed: bool,
    limit: u32,
) -> Result<Vec<Case>, StorageError> {
    let params = [(&service_id).into(), limit.into()];
    if closed {
        return list(tx, rows, CLOSED, &params).await;
    }
    let mut found = list(tx, rows, WAITING, &params).await?;
    found.extend(list(tx, rows, OPEN, &params).await?);
    Ok(found)
}

/// How many cases are before the operators.
pub async fn count_waiting(tx: &mut Tx, _rows: &Rows, service_id: ServiceId) -> Result<u64, StorageError> {
    let row = tx.row_optional(COUNT_WAITING, &[(&service_id).into()]).await?;
    row.map_or(Ok(0), |row| row.int(0)).map(|count| u64::try_from(count).unwrap_or(0))
}

/// Cases that have waited for their holder too long, longest first.
pub async fn due(
    tx: &mut Tx,
    _rows: &Rows,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ServiceId, CaseId)>, StorageError> {
    let found = tx.rows(DUE, &[now.into(), limit.into()]).await?;
    found
        .iter()
        .map(|row| Ok((ServiceId::from_bytes(row.array(0)?), CaseId::from_bytes(row.array(1)?))))
        .collect()
}

/// What was said about a case, in order.
pub async fn decisions(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: CaseId,
) -> Result<Vec<CaseDecision>, StorageError> {
    let found = tx.rows(DECISIONS, &[(&id).into(), (&service_id).into()]).await?;
    found.iter().map(|row| read_decision(rows, row)).collect()
}

async fn find(
    tx: &mut Tx,
    rows: &Rows,
    sql: &'static str,
    params: &[Value<'_>],
) -> Result<Option<Case>, StorageError> {
    tx.row_optional(sql, params).await?.map(|row| read(rows, &row)).transpose()
}

async fn list(
    tx: &mut Tx,
    rows: &Rows,
    sql: &'static str,
    params: &[Value<'_>],
) -> Result<Vec<Case>, StorageError> {
    tx.rows(sql, params).await?.iter().map(|row| read(rows, row)).collect()
}

fn read(rows: &Rows, row: &Row) -> Result<Case, StorageError> {
    let id = CaseId::from_bytes(row.array(0)?);
    Ok(Case {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        account_id: AccountId::from_bytes(row.array(2)?),
        kind: row.named(3, CaseKind::from_text)?,
        stage: row.named(4, CaseStage::from_text)?,
        round: row.count(5)?,
        access: row.token(6)?,
        access_failures: row.count(7)?,
        access_locked_until: row.optional_timestamp(8)?,
        file: rows.open_record(file_place(&id), row.bytes(9)?)?,
        opened_at: row.timestamp(10)?,
        submitted_at: row.optional_timestamp(11)?,
        promised_by: row.optional_timestamp(12)?,
        decided_at: row.optional_timestamp(13)?,
        expires_at: row.timestamp(14)?,
        ended_at: row.optional_timestamp(15)?,
    })
}

fn read_decision(rows: &Rows, row: &Row) -> Result<CaseDecision, StorageError> {
    let case_id = CaseId::from_bytes(row.array(0)?);
    let voice = if row.bytes(2)?.is_empty() {
        Voice::CommandLine
    } else {
        Voice::Operator(OperatorId::from_bytes(row.array(2)?))
    };
    let names = row.text(5)?.split(',').filter(|name| !name.is_empty());
    let checks: Option<Vec<CaseCheck>> = names.map(CaseCheck::from_text).collect();
    Ok(CaseDecision {
        service_id: ServiceId::from_bytes(row.array(7)?),
        case_id,
        round: row.count(1)?,
        voice,
        verdict: row.record(3)?,
        note: Redacted(rows.open(note_place(&case_id), row.bytes(4)?)?),
        checks: checks.ok_or(StorageError::Corrupt { column: 5, expected: "checks" })?,
        pictures: PictureSet(row.text(8)?.to_owned()),
        at: row.timestamp(6)?,
    })
}
