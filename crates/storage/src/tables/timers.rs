//! Which node does the clock's work. A lease saves the others the effort; it proves nothing, timers are safe
//! to run twice.

use super::rows::Rows;
use crate::error::StorageError;
use crate::tx::Tx;
use countersign_core::time::Timestamp;

const TAKE: &str = "INSERT INTO timer_leases (name, node, until) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET node = excluded.node, until = excluded.until
        WHERE timer_leases.until <= $4 OR timer_leases.node = excluded.node";

pub(crate) const STATEMENTS: &[&str] = &[TAKE];

/// Takes or prolongs the lease of a timer; false while another node holds it.
pub async fn take(
    tx: &mut Tx,
    _rows: &Rows,
    name: &str,
    node: [u8; 16],
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StorageError> {
    Ok(tx.execute(TAKE, &[name.into(), (&node).into(), until.into(), now.into()]).await? == 1)
}
