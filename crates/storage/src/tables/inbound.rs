//! Wrong texts that a number has sent us: counted, so that nobody guesses by text what is to be texted. The number is
//! known by its index only.

use super::rows::Rows;
use crate::error::StorageError;
use crate::tx::Tx;
use countersign_core::address::AddressIndex;
use countersign_core::time::{Timestamp, minutes};
use std::time::Duration;

const COUNT: &str = "INSERT INTO inbound_failures (number_index, failures, since) VALUES ($1, 1, $2)
    ON CONFLICT (number_index) DO UPDATE SET
        failures = CASE WHEN inbound_failures.since <= $3 THEN 1 ELSE inbound_failures.failures + 1 END,
        since = CASE WHEN inbound_failures.since <= $3 THEN excluded.since ELSE inbound_failures.since END
    RETURNING failures";
const RESET: &str = "DELETE FROM inbound_failures WHERE number_index = $1";

pub(crate) const STATEMENTS: &[&str] = &[COUNT, RESET];

/// How long wrong texts are counted together, from the first of them.
const WINDOW: Duration = minutes(15);

/// Counts a wrong text; answers how many there have been in fifteen minutes, this one included. Texts from one number
/// are judged one after another from here to the end of the transaction.
pub async fn count(
    tx: &mut Tx,
    _rows: &Rows,
    number: &AddressIndex,
    now: Timestamp,
) -> Result<u32, StorageError> {
    let params = [number.into(), now.into(), now.before(WINDOW).into()];
    let row = tx.row_optional(COUNT, &params).await?;
    row.ok_or_else(|| StorageError::conflict("wrong texts"))?.count(0)
}

/// Forgets the wrong texts of a number: the right one came.
pub async fn reset(tx: &mut Tx, _rows: &Rows, number: &AddressIndex) -> Result<(), StorageError> {
    tx.execute(RESET, &[number.into()]).await.map(|_| ())
}
