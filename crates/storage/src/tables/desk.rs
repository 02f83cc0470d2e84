//! What operators ask of the outbox, and do to it: how many messages wait, and a message that only whoever made it
//! sends.

use super::rows::Rows;
use crate::error::StorageError;
use crate::tx::Tx;
use countersign_core::id::MessageId;
use countersign_core::model::Channel;

const WAITING: &str = "SELECT COUNT(*) FROM messages WHERE channel = $1 AND status = 'queued'";
// Due when it is of no more use: no dispatcher finds it before, and one that finds it then gives it up.
const KEEP: &str = "UPDATE messages SET tries = 1, next_try_at = expires_at
    WHERE id = $1 AND tries = 0 AND status = 'queued'";

pub(crate) const STATEMENTS: &[&str] = &[WAITING, KEEP];

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
