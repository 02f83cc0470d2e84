//! What is known of routes, as rows that all nodes share: counts by minute, breakers, and what operators want. Counts
//! only ever add up; a breaker's row is locked before it hears anything, so that no node undoes what another heard.
//! Knows no rule: how a breaker judges, and what follows from counts, is the core's.

use super::rows::Rows;
use crate::error::StorageError;
use crate::tx::{Statement, Tx};
use crate::value::{Row, Value};
use crate::wake::Topic;
use countersign_core::id::OperatorId;
use countersign_core::route::{
    Board, Breaker, Counts, RECENT, RouteWish, SETTLED, Standing, Sums, Tally, UNSETTLED,
};
use countersign_core::time::Timestamp;

/// Every column of counts, in the order of [`counted`] and [`counts`].
macro_rules! each_count {
    ($form:ident) => {
        $form!(
            "sent" "codes" "accepted" "refused" "lost" "delivered" "failed" "overdue" "converted"
            "l0" "l1" "l2" "l3" "l4" "l5" "l6" "l7" "l8" "l9" "l10" "l11" "l12" "l13"
        )
    };
}

macro_rules! names {
    ($($name:literal)*) => { concat!($(", ", $name),*) };
}

macro_rules! additions {
    ($first:literal $($name:literal)*) => {
        concat!(
            $first, " = route_minutes.", $first, " + excluded.", $first
            $(, ", ", $name, " = route_minutes.", $name, " + excluded.", $name)*
        )
    };
}

macro_rules! sums {
    ($($name:literal)*) => { concat!($(", CAST(SUM(", $name, ") AS BIGINT)"),*) };
}

const ADD: &str = concat!(
    "INSERT INTO route_minutes (route, region, minute, shard",
    each_count!(names),
    ") VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
        $22, $23, $24, $25, $26)
    ON CONFLICT (route, region, minute, shard) DO UPDATE SET ",
    each_count!(additions)
);
const SUMS: &str = concat!(
    "SELECT route, region",
    each_count!(sums),
    " FROM route_minutes WHERE minute >= $1 AND minute < $2 GROUP BY route, region"
);
const HOURS: &str = concat!(
    "SELECT minute / 60, minute / 60",
    each_count!(sums),
    " FROM route_minutes WHERE minute >= $1 AND minute < $2 GROUP BY minute / 60 ORDER BY minute / 60"
);
const STANDINGS: &str = "SELECT failures_in_a_row, openings, open_until, probing_until, route, region
    FROM route_standings ORDER BY route, region";
const LOCK: &str = "SELECT failures_in_a_row, openings, open_until, probing_until FROM route_standings
    WHERE route = $1 AND region = $2 {FOR_UPDATE}";
// Whoever made the row first, both find it locked.
const MAKE: &str = "INSERT INTO route_standings (route, region, failures_in_a_row, openings, updated_at)
    VALUES ($1, $2, 0, 0, $3)
    ON CONFLICT (route, region) DO UPDATE SET updated_at = excluded.updated_at
    RETURNING failures_in_a_row, openings, open_until, probing_until";
const SAVE: &str = "UPDATE route_standings SET failures_in_a_row = $3, openings = $4, open_until = $5,
        probing_until = $6, updated_at = $7
    WHERE route = $1 AND region = $2";
const FORGET: &str = "DELETE FROM route_standings WHERE route = $1 AND region = $2";
const PROBE: &str = "UPDATE route_standings SET probing_until = $4, updated_at = $5
    WHERE route = $1 AND region = $2 AND open_until = $3 AND (probing_until IS NULL OR probing_until <= $5)";
const CONTROLS: &str =
    "SELECT route, wish, reason, operator_id, changed_at FROM route_controls ORDER BY route";
const SET_CONTROL: &str = "INSERT INTO route_controls (route, wish, reason, operator_id, changed_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (route) DO UPDATE SET wish = excluded.wish, reason = excluded.reason,
        operator_id = excluded.operator_id, changed_at = excluded.changed_at";

pub(crate) const STATEMENTS: &[&str] =
    &[ADD, SUMS, HOURS, STANDINGS, LOCK, MAKE, SAVE, FORGET, PROBE, CONTROLS, SET_CONTROL];

/// Adds what a node has counted, and lets the breakers hear it. Wakes [`Topic::Routes`] when one opens or closes.
pub async fn add(tx: &mut Tx, _rows: &Rows, tally: &Tally, now: Timestamp) -> Result<(), StorageError> {
    let mut statements = Vec::with_capacity(tally.cells.len());
    for ((route, region, minute), counts) in &tally.cells {
        let mut params = vec![route.into(), region.into(), (*minute).into()];
        params.extend(counted(counts).map(|count| Value::Int(i64::try_from(count).unwrap_or(i64::MAX))));
        statements.push((ADD, params));
    }
    tx.execute_each(&statements).await?;
    let locks: Vec<Statement<'_>> = tally.runs.keys().map(|place| (LOCK, key(place))).collect();
    let mut locked = tx.rows_each(&locks).await?;
    // A route that is well and has no row needs none.
    let mut missing = Vec::new();
    for ((place, run), rows) in tally.runs.iter().zip(&mut locked) {
        let mut breaker = Breaker::default();
        breaker.hear(*run, now);
        if rows.is_empty() && !breaker.is_blank() {
            missing.push((place, rows));
        }
    }
    let makes: Vec<Statement<'_>> =
        missing.iter().map(|(place, _)| (MAKE, [key(place), vec![now.into()]].concat())).collect();
    for ((_, rows), made) in missing.iter_mut().zip(tx.rows_each(&makes).await?) {
        **rows = made;
    }
    let mut statements = Vec::with_capacity(tally.runs.len());
    let mut has_turned = false;
    for ((place, run), rows) in tally.runs.iter().zip(&locked) {
        let Some(before) = rows.first().map(breaker).transpose()? else { continue };
        let mut after = before;
        after.hear(*run, now);
        has_turned |= before.open_until != after.open_until;
        if after.is_blank() {
            statements.push((FORGET, key(place)));
        } else if after != before {
            statements.push((SAVE, [key(place), said(&after).to_vec(), vec![now.into()]].concat()));
        }
    }
    tx.execute_each(&statements).await?;
    if has_turned {
        tx.wake(Topic::Routes);
    }
    Ok(())
}

fn key((route, region): &(String, String)) -> Vec<Value<'_>> {
    vec![route.into(), region.into()]
}

fn said(breaker: &Breaker) -> [Value<'static>; 4] {
    [
        breaker.failures_in_a_row.into(),
        breaker.openings.into(),
        breaker.open_until.into(),
        breaker.probing_until.into(),
    ]
}

fn breaker(row: &Row) -> Result<Breaker, StorageError> {
    Ok(Breaker {
        failures_in_a_row: row.count(0)?,
        openings: row.count(1)?,
        open_until: row.optional_timestamp(2)?,
        probing_until: row.optional_timestamp(3)?,
    })
}

/// Writes down which probes leave, as [`Board::probe`] gave them; wakes [`Topic::Routes`]. Answers for each whether the
/// probe is this node's: it is not where another node sent one first, or where the breaker has turned since.
pub async fn save_standings(
    tx: &mut Tx,
    _rows: &Rows,
    standings: &[Standing],
    now: Timestamp,
) -> Result<Vec<bool>, StorageError> {
    let mut order: Vec<usize> = (0..standings.len()).collect();
    order.sort_by_key(|index| (&standings[*index].route, &standings[*index].region));
    let mut statements = Vec::with_capacity(standings.len());
    for index in &order {
        let Standing { route, region, breaker } = &standings[*index];
        let params = vec![
            route.into(),
            region.into(),
            breaker.open_until.into(),
            breaker.probing_until.into(),
            now.into(),
        ];
        statements.push((PROBE, params));
    }
    let changed = tx.execute_each(&statements).await?;
    let mut is_ours = vec![false; standings.len()];
    for (index, changed) in order.into_iter().zip(changed) {
        is_ours[index] = changed == 1;
    }
    if is_ours.contains(&true) {
        tx.wake(Topic::Routes);
    }
    Ok(is_ours)
}

/// All that is known of every route.
pub async fn board(tx: &mut Tx, _rows: &Rows, now: Timestamp) -> Result<Board, StorageError> {
    let recent = vec![minute_of(now.before(RECENT)).into(), i64::MAX.into()];
    let settled = vec![minute_of(now.before(SETTLED)).into(), minute_of(now.before(UNSETTLED)).into()];
    let asked = [(STANDINGS, vec![]), (SUMS, recent), (SUMS, settled)];
    let mut found = tx.rows_each(&asked).await?.into_iter();
    let mut next = || found.next().unwrap_or_default();
    let standings = next().iter().map(standing).collect::<Result<_, _>>()?;
    let (recent, settled) = (sums(&next())?, sums(&next())?);
    Ok(Board::new(standings, recent, settled))
}

fn standing(row: &Row) -> Result<Standing, StorageError> {
    Ok(Standing { breaker: breaker(row)?, route: row.text(4)?.to_owned(), region: row.text(5)?.to_owned() })
}

/// What was counted since the minute of an instant, by route and region.
pub async fn minutes(tx: &mut Tx, _rows: &Rows, since: Timestamp) -> Result<Sums, StorageError> {
    sums(&tx.rows(SUMS, &[minute_of(since).into(), i64::MAX.into()]).await?)
}

/// What was counted of all routes from the minute of one instant up to that of another, by Unix hour, the earliest
/// first; hours without any are left out.
pub async fn hours(
    tx: &mut Tx,
    _rows: &Rows,
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<(i64, Counts)>, StorageError> {
    let found = tx.rows(HOURS, &[minute_of(since).into(), minute_of(until).into()]).await?;
    found.iter().map(|row| Ok((row.int(0)?, counts(row)?))).collect()
}

/// The Unix minute of an instant.
pub(super) fn minute_of(instant: Timestamp) -> i64 {
    instant.unix_ms().div_euclid(60_000)
}

fn sums(rows: &[Row]) -> Result<Sums, StorageError> {
    let read = |row: &Row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned(), counts(row)?));
    rows.iter().map(read).collect()
}

fn counted(counts: &Counts) -> impl Iterator<Item = u64> {
    let plain = [
        counts.sent,
        counts.codes,
        counts.accepted,
        counts.refused,
        counts.lost,
        counts.delivered,
        counts.failed,
        counts.overdue,
        counts.converted,
    ];
    plain.into_iter().chain(counts.latency)
}

fn counts(row: &Row) -> Result<Counts, StorageError> {
    let count = |column: usize| -> Result<u64, StorageError> {
        let negative = StorageError::Corrupt { column, expected: "a count" };
        u64::try_from(row.int(column)?).map_err(|_| negative)
    };
    let mut counts = Counts {
        sent: count(2)?,
        codes: count(3)?,
        accepted: count(4)?,
        refused: count(5)?,
        lost: count(6)?,
        delivered: count(7)?,
        failed: count(8)?,
        overdue: count(9)?,
        converted: count(10)?,
        ..Counts::default()
    };
    for (bucket, column) in counts.latency.iter_mut().zip(11..) {
        *bucket = count(column)?;
    }
    Ok(counts)
}

/// What operators want of one route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteControl {
    /// Name of the route.
    pub route: String,
    /// What they want.
    pub wish: RouteWish,
    /// Why, in their words; may be empty.
    pub reason: String,
    /// Who said so; `None` for the command line.
    pub operator_id: Option<OperatorId>,
    /// When.
    pub changed_at: Timestamp,
}

/// What operators want of the routes that they spoke of, by name.
pub async fn controls(tx: &mut Tx, _rows: &Rows) -> Result<Vec<RouteControl>, StorageError> {
    tx.rows(CONTROLS, &[]).await?.iter().map(control).collect()
}

fn control(row: &Row) -> Result<RouteControl, StorageError> {
    Ok(RouteControl {
        route: row.text(0)?.to_owned(),
        wish: row.named(1, RouteWish::from_text)?,
        reason: row.text(2)?.to_owned(),
        operator_id: row.optional_array(3)?.map(OperatorId::from_bytes),
        changed_at: row.timestamp(4)?,
    })
}

/// Sets what operators want of a route; wakes [`Topic::Routes`].
pub async fn set_control(tx: &mut Tx, _rows: &Rows, control: &RouteControl) -> Result<(), StorageError> {
    let params = [
        (&control.route).into(),
        control.wish.as_str().into(),
        (&control.reason).into(),
        control.operator_id.as_ref().into(),
        control.changed_at.into(),
    ];
    tx.execute(SET_CONTROL, &params).await?;
    tx.wake(Topic::Routes);
    Ok(())
}
