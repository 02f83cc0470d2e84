//! Counters of the send limits. Counted up and read back in one transaction, in the order of their keys, so
//! that two sends never wait for each other in a circle (R21). A counter that strangers share is spread over
//! shards: its total then leaves out what others have counted and not committed, which a country's hourly cap
//! can bear.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::Value;
use countersign_core::limit::{CounterKey, Planned};

macro_rules! add {
    ($returning:literal) => {
        concat!(
            "INSERT INTO counters (service_id, kind, key, window_start, shard, total)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (service_id, kind, key, window_start, shard)
             DO UPDATE SET total = counters.total + excluded.total",
            $returning
        )
    };
}

const COUNT: &str = add!("");
const ADD: &str = add!(" RETURNING total");
const TOTAL: &str = "SELECT CAST(SUM(total) AS BIGINT) FROM counters
    WHERE service_id = $1 AND kind = $2 AND key = $3 AND window_start = $4";

pub(crate) const STATEMENTS: &[&str] = &[COUNT, ADD, TOTAL];

fn shard_of(key: &CounterKey, shard: i64) -> i64 {
    if key.kind.is_shared_by_strangers() { shard } else { 0 }
}

pub(super) fn count(key: &CounterKey, by: i64, shard: i64) -> Write<'_> {
    Write::one("counter", COUNT)
        .bind(&key.service_id)
        .bind(key.kind.as_str())
        .bind(&key.key)
        .bind(key.window_start)
        .bind(shard_of(key, shard))
        .bind(by)
}

fn params(key: &CounterKey) -> [Value<'_>; 4] {
    [(&key.service_id).into(), key.kind.as_str().into(), (&key.key).into(), key.window_start.into()]
}

/// What counters hold now, in the order given; nothing is counted.
pub async fn totals(tx: &mut Tx, _rows: &Rows, keys: &[CounterKey]) -> Result<Vec<i64>, StorageError> {
    let statements: Vec<_> = keys.iter().map(|key| (TOTAL, params(key).to_vec())).collect();
    let answers = tx.rows_each(&statements).await?;
    answers
        .iter()
        .map(|rows| rows.first().map_or(Ok(0), |row| Ok(row.optional_int(0)?.unwrap_or(0))))
        .collect()
}

/// Adds what is planned; answers each counter's total afterwards, in the order given.
pub async fn add(tx: &mut Tx, _rows: &Rows, planned: &[Planned]) -> Result<Vec<i64>, StorageError> {
    let shard = tx.shard();
    let mut order: Vec<usize> = (0..planned.len()).collect();
    order.sort_by(|left, right| planned[*left].key.cmp(&planned[*right].key));
    let mut statements = Vec::with_capacity(planned.len());
    for index in &order {
        let plan = &planned[*index];
        let [service, kind, key, window] = params(&plan.key);
        let shard = shard_of(&plan.key, shard).into();
        statements.push((ADD, vec![service, kind, key, window, shard, plan.by.into()]));
    }
    // Sums come after every row of this transaction is counted, and see its own.
    let shared = order.iter().filter(|index| planned[**index].key.kind.is_shared_by_strangers());
    let shared: Vec<usize> = shared.copied().collect();
    statements.extend(shared.iter().map(|index| (TOTAL, params(&planned[*index].key).to_vec())));
    let answers = tx.rows_each(&statements).await?;
    let mut totals = vec![0; planned.len()];
    for (index, rows) in order.iter().chain(&shared).zip(&answers) {
        let row = rows.first().ok_or_else(|| StorageError::conflict("counter"))?;
        totals[*index] = row.int(0)?;
    }
    Ok(totals)
}
