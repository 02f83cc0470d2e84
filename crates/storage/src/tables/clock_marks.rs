//! The latest time that any server of this database knew, in one row. It only ever rises, so that a server whose clock
//! was set back can tell when it starts. What follows from that is not decided here.

use super::rows::Rows;
use crate::error::StorageError;
use crate::tx::Tx;
use countersign_core::time::Timestamp;

const LOAD: &str = "SELECT latest_ms FROM clock_marks WHERE name = 'all'";
const RAISE: &str = "INSERT INTO clock_marks (name, latest_ms) VALUES ('all', $1)
    ON CONFLICT (name) DO UPDATE SET latest_ms = excluded.latest_ms
        WHERE clock_marks.latest_ms < excluded.latest_ms";

pub(crate) const STATEMENTS: &[&str] = &[LOAD, RAISE];

/// The latest time on record.
pub async fn load(tx: &mut Tx, _rows: &Rows) -> Result<Option<Timestamp>, StorageError> {
    tx.row_optional(LOAD, &[]).await?.map(|row| row.timestamp(0)).transpose()
}

/// Puts a time on record, unless a later one is.
pub async fn raise(tx: &mut Tx, _rows: &Rows, now: Timestamp) -> Result<(), StorageError> {
    tx.execute(RAISE, &[now.into()]).await.map(|_| ())
}
