//! What operators ask, and do, that is nobody else's: how many messages wait, a message that only whoever made it
//! sends, how often locks began, and whether an operator has seen an account.

use super::rows::Rows;
use crate::error::StorageError;
use crate::tx::Tx;
use countersign_core::id::{AccountId, MessageId, OperatorId, ServiceId};
use countersign_core::model::Channel;
use countersign_core::time::Timestamp;

const WAITING: &str = "SELECT COUNT(*) FROM messages WHERE channel = $1 AND status = 'queued'";
// Due when it is of no more use: no dispatcher finds it before, and one that finds it then gives it up.
const KEEP: &str = "UPDATE messages SET tries = 1, next_try_at = expires_at
    WHERE id = $1 AND tries = 0 AND status = 'queued'";
const LOCKS_BY_HOUR: &str = "SELECT at / 3600000, COUNT(*) FROM events
    WHERE service_id = $1 AND at >= $2 AND kind = 'factor_locked' GROUP BY at / 3600000 ORDER BY at / 3600000";
const SEEN: &str = "SELECT EXISTS (SELECT 1 FROM events
    WHERE account_id = $1 AND actor_id = $2 AND at >= $3 AND kind = 'account_seen')";

pub(crate) const STATEMENTS: &[&str] = &[WAITING, KEEP, LOCKS_BY_HOUR, SEEN];

/// How many messages of a channel wait to be sent or are being handed over.
pub async fn waiting(tx: &mut Tx, _rows: &Rows, channel: Channel) -> Result<u64, StorageError> {
    let row = tx.row_optional(WAITING, &[channel.as_str().into()]).await?;
    row.map_or(Ok(0), |row| Ok(u64::from(row.count(0)?)))
}

/// Takes a message that this transaction inserted as its first try, so that no dispatcher ever sends it.
///
/// # Errors
/// [`StorageError::Conflict`] when there is no such message, or somebody tried it already.
pub async fn keep(tx: &mut Tx, _rows: &Rows, id: MessageId) -> Result<(), StorageError> {
    match tx.execute(KEEP, &[(&id).into()]).await? {
        1 => Ok(()),
        _ => Err(StorageError::conflict("message to keep")),
    }
}

/// How many locks of factors began in a service since an instant, by Unix hour, the earliest first; hours without any
/// are left out.
pub async fn locks_by_hour(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    since: Timestamp,
) -> Result<Vec<(i64, u64)>, StorageError> {
    let found = tx.rows(LOCKS_BY_HOUR, &[(&service_id).into(), since.into()]).await?;
    found.iter().map(|row| Ok((row.int(0)?, u64::from(row.count(1)?)))).collect()
}

/// Whether an operator has looked at an account since an instant.
pub async fn has_seen(
    tx: &mut Tx,
    _rows: &Rows,
    account_id: AccountId,
    operator_id: OperatorId,
    since: Timestamp,
) -> Result<bool, StorageError> {
    let params = [(&account_id).into(), (&operator_id).into(), since.into()];
    tx.row_optional(SEEN, &params).await?.map_or(Ok(false), |row| row.flag(0))
}
