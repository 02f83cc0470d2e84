//! What is remembered of failures and sends with a factor, and the yearly budget as one count per day (R20,
//! R21). The row is locked before anything is compared, so that guesses at one subject are judged one after
//! another.

use super::rows::{Rows, SubjectBytes};
use super::write::Write;
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::{Row, Value};
use countersign_core::id::{DeviceId, ServiceId};
use countersign_core::model::{Factor, FactorState, Subject};
use countersign_core::time::Timestamp;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT run, in_a_row, ladder_step, locked_until, disabled_at, last_failure_at, sends_unconverted,
                 sends_locked_until, rebound_at
             FROM factor_states WHERE service_id = $1 AND subject = $2 AND factor = $3 AND lane = $4 ",
            $rest
        )
    };
}

const LOAD: &str = select!("");
const LOCK: &str = select!("{FOR_UPDATE}");
macro_rules! select_all {
    ($rest:literal) => {
        concat!(
            "SELECT run, in_a_row, ladder_step, locked_until, disabled_at, last_failure_at, sends_unconverted,
                 sends_locked_until, rebound_at, subject, factor, lane
             FROM factor_states WHERE service_id = $1 AND ",
            $rest
        )
    };
}

const OF_SUBJECT: &str = select_all!("subject = $2 ORDER BY factor, lane");
const LOCK_SUBJECT: &str = select_all!("subject = $2 ORDER BY factor, lane {FOR_UPDATE}");
const LOCKED: &str = select_all!("locked_until > $2 ORDER BY locked_until DESC LIMIT $3");
const DISABLED: &str = select_all!("disabled_at IS NOT NULL ORDER BY disabled_at DESC LIMIT $2");
const UNSENT: &str = select_all!("sends_locked_until > $2 ORDER BY sends_locked_until DESC LIMIT $3");
const COUNT_LOCKED: &str = "SELECT COUNT(*) FROM factor_states WHERE service_id = $1 AND locked_until > $2";
const CREATE_BLANK: &str = "INSERT INTO factor_states
    (service_id, subject, factor, lane, run, in_a_row, ladder_step, sends_unconverted, created_at)
    VALUES ($1, $2, $3, $4, 0, 0, 0, 0, $5) ON CONFLICT (service_id, subject, factor, lane) DO NOTHING";
const SAVE: &str = "INSERT INTO factor_states
    (service_id, subject, factor, lane, run, in_a_row, ladder_step, locked_until, disabled_at,
        last_failure_at, sends_unconverted, sends_locked_until, rebound_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    ON CONFLICT (service_id, subject, factor, lane) DO UPDATE SET run = excluded.run,
        in_a_row = excluded.in_a_row, ladder_step = excluded.ladder_step, locked_until = excluded.locked_until,
        disabled_at = excluded.disabled_at, last_failure_at = excluded.last_failure_at,
        sends_unconverted = excluded.sends_unconverted, sends_locked_until = excluded.sends_locked_until,
        rebound_at = excluded.rebound_at";
const COUNT_FAILURES: &str = "INSERT INTO failure_days (service_id, subject, factor, day, failures)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (service_id, subject, factor, day) DO UPDATE SET failures =
        CASE WHEN failure_days.failures + $6 > 0 THEN failure_days.failures + $6 ELSE 0 END";
const THIS_YEAR: &str = "SELECT CAST(COALESCE(SUM(failures), 0) AS BIGINT) FROM failure_days
    WHERE service_id = $1 AND subject = $2 AND factor = $3 AND day >= $4";

pub(crate) const STATEMENTS: &[&str] = &[
    LOAD,
    LOCK,
    OF_SUBJECT,
    LOCK_SUBJECT,
    LOCKED,
    DISABLED,
    UNSENT,
    COUNT_LOCKED,
    CREATE_BLANK,
    SAVE,
    COUNT_FAILURES,
    THIS_YEAR,
];

/// The budget's year, this day included (R20).
const YEAR_DAYS: i64 = 365;

fn lane_bytes(lane: Option<&DeviceId>) -> &[u8] {
    lane.map_or(&[], |device| device.as_bytes())
}

pub(super) fn save(state: &FactorState) -> Write<'_> {
    Write::one("factor state", SAVE)
        .bind(&state.service_id)
        .bind_made(SubjectBytes::new(state.subject).to_vec())
        .bind(state.factor.as_str())
        .bind(lane_bytes(state.lane.as_ref()))
        .bind(state.run)
        .bind(state.in_a_row)
        .bind(state.ladder_step)
        .bind(state.locked_until)
        .bind(state.disabled_at)
        .bind(state.last_failure_at)
        .bind(state.sends_unconverted)
        .bind(state.sends_locked_until)
        .bind(state.rebound_at)
        // The row was made by whoever locked it; its age matters to blank rows only.
        .bind(Timestamp::EPOCH)
}

pub(super) fn count_failures(
    service_id: &ServiceId,
    subject: Subject,
    factor: Factor,
    day: i64,
    by: i64,
) -> Write<'_> {
    Write::one("failures of a day", COUNT_FAILURES)
        .bind(service_id)
        .bind_made(SubjectBytes::new(subject).to_vec())
        .bind(factor.as_str())
        .bind(day)
        .bind(by.max(0))
        .bind(by)
}

/// What is remembered; the state of a subject that never failed when there is nothing.
pub async fn load(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    subject: Subject,
    factor: Factor,
    lane: Option<DeviceId>,
    now: Timestamp,
) -> Result<FactorState, StorageError> {
    let state = FactorState::fresh(service_id, subject, factor, lane);
    let bytes = SubjectBytes::new(subject);
    let found = tx.row_optional(LOAD, &key(&state, &bytes)).await?;
    let state = found.map_or(Ok(state.clone()), |row| read(state, &row))?;
    with_this_year(tx, state, &bytes, now).await
}

/// As [`load`], making the row if need be; nobody else judges this subject's factor until the transaction
/// ends.
pub async fn lock(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    subject: Subject,
    factor: Factor,
    lane: Option<DeviceId>,
    now: Timestamp,
) -> Result<FactorState, StorageError> {
    let state = FactorState::fresh(service_id, subject, factor, lane);
    let bytes = SubjectBytes::new(subject);
    let mut found = tx.row_optional(LOCK, &key(&state, &bytes)).await?;
    if found.is_none() {
        let [service, subject, factor, lane] = key(&state, &bytes);
        tx.execute(CREATE_BLANK, &[service, subject, factor, lane, now.into()]).await?;
        found = tx.row_optional(LOCK, &key(&state, &bytes)).await?;
    }
    let row = found.ok_or_else(|| StorageError::conflict("factor state to lock"))?;
    let state = read(state, &row)?;
    // Its own statement, after the lock: one that waited for the lock would still sum what it saw before
    // waiting.
    with_this_year(tx, state, &bytes, now).await
}

/// Everything remembered of a subject, by factor and lane.
pub async fn of_subject(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    subject: Subject,
    now: Timestamp,
) -> Result<Vec<FactorState>, StorageError> {
    all(tx, OF_SUBJECT, service_id, subject, now).await
}

/// As [`of_subject`]; nobody else judges this subject until the transaction ends.
pub async fn lock_subject(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    subject: Subject,
    now: Timestamp,
) -> Result<Vec<FactorState>, StorageError> {
    all(tx, LOCK_SUBJECT, service_id, subject, now).await
}

async fn all(
    tx: &mut Tx,
    sql: &'static str,
    service_id: ServiceId,
    subject: Subject,
    now: Timestamp,
) -> Result<Vec<FactorState>, StorageError> {
    let bytes = SubjectBytes::new(subject);
    let found = tx.rows(sql, &[(&service_id).into(), bytes.as_slice().into()]).await?;
    let mut states = Vec::with_capacity(found.len());
    for row in &found {
        states.push(with_this_year(tx, read_whole(service_id, row)?, &bytes, now).await?);
    }
    Ok(states)
}

/// What is shut now in a service: locked factors, the last to open first, then disabled ones, then sends that are
/// locked; at most `limit` of each. Without what the yearly budget holds.
pub async fn shut(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<FactorState>, StorageError> {
    let timed = || vec![(&service_id).into(), now.into(), limit.into()];
    let disabled = vec![(&service_id).into(), limit.into()];
    let found = tx.rows_each(&[(LOCKED, timed()), (DISABLED, disabled), (UNSENT, timed())]).await?;
    let mut states: Vec<FactorState> = Vec::new();
    for row in found.iter().flatten() {
        let state = read_whole(service_id, row)?;
        let is_same = |one: &FactorState| {
            (one.subject, one.factor, one.lane) == (state.subject, state.factor, state.lane)
        };
        if !states.iter().any(is_same) {
            states.push(state);
        }
    }
    Ok(states)
}

/// How many factors of a service are locked now.
pub async fn count_locked(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let row = tx.row_optional(COUNT_LOCKED, &[(&service_id).into(), now.into()]).await?;
    row.map_or(Ok(0), |row| Ok(u64::from(row.count(0)?)))
}

fn read_whole(service_id: ServiceId, row: &Row) -> Result<FactorState, StorageError> {
    let lane = match row.bytes(11)? {
        [] => None,
        _ => Some(DeviceId::from_bytes(row.array(11)?)),
    };
    read(FactorState::fresh(service_id, row.subject(9)?, row.named(10, Factor::from_text)?, lane), row)
}

fn key<'a>(state: &'a FactorState, subject: &'a SubjectBytes) -> [Value<'a>; 4] {
    [
        (&state.service_id).into(),
        subject.as_slice().into(),
        state.factor.as_str().into(),
        lane_bytes(state.lane.as_ref()).into(),
    ]
}

async fn with_this_year(
    tx: &mut Tx,
    state: FactorState,
    subject: &SubjectBytes,
    now: Timestamp,
) -> Result<FactorState, StorageError> {
    // No upper end: a clock that was set back must not hide what was counted before.
    let year = now.day() - (YEAR_DAYS - 1);
    let first = state.rebound_at.map_or(year, |rebound| year.max(rebound.day()));
    let [service, subject, factor, _] = key(&state, subject);
    let sum = tx.row_optional(THIS_YEAR, &[service, subject, factor, first.into()]).await?;
    let failures_this_year = sum.map_or(Ok(0), |row| row.count(0))?;
    Ok(FactorState { failures_this_year, ..state })
}

fn read(fresh: FactorState, row: &Row) -> Result<FactorState, StorageError> {
    Ok(FactorState {
        run: row.count(0)?,
        in_a_row: row.count(1)?,
        ladder_step: row.count(2)?,
        locked_until: row.optional_timestamp(3)?,
        disabled_at: row.optional_timestamp(4)?,
        last_failure_at: row.optional_timestamp(5)?,
        sends_unconverted: row.count(6)?,
        sends_locked_until: row.optional_timestamp(7)?,
        rebound_at: row.optional_timestamp(8)?,
        ..fresh
    })
}
