//! Which part of which try a carrier's identifier stands for, and receipts that came before the carrier's own
//! answer. One row per identifier and route, whichever comes first, so that an answer and a receipt that
//! cross always meet there.

use crate::error::StorageError;
use crate::tx::Tx;
use countersign_core::id::{AttemptId, MessageId};
use countersign_core::model::{AttemptStatus, MessageStatus};
use countersign_core::outbox::{Receipt, ReceiptState, after_receipt};
use countersign_core::time::{Timestamp, days, seconds};
use std::time::Duration;

// A receipt parked a moment ago is for this part; anything older on the same identifier is about another
// message.
const ATTACH: &str = "INSERT INTO provider_parts
    (route, provider_id, attempt_id, parked_as, state, error, updated_at)
    VALUES ($1, $2, $3, NULL, NULL, '', $4)
    ON CONFLICT (route, provider_id) DO UPDATE SET attempt_id = excluded.attempt_id,
        updated_at = excluded.updated_at,
        state = CASE WHEN provider_parts.attempt_id IS NULL AND provider_parts.updated_at >= $5
            THEN provider_parts.state ELSE NULL END,
        error = CASE WHEN provider_parts.attempt_id IS NULL AND provider_parts.updated_at >= $5
            THEN provider_parts.error ELSE '' END
    RETURNING state, error, parked_as";
const UNPARK: &str = "DELETE FROM provider_parts WHERE route = $1 AND parked_as = $2 AND attempt_id IS NULL";
const FIND: &str = "SELECT attempt_id FROM provider_parts
    WHERE route = $1 AND provider_id = $2 AND attempt_id IS NOT NULL AND updated_at >= $3";
const HEAR: &str = "UPDATE provider_parts SET state = $4, error = $5
    WHERE route = $1 AND provider_id = $2 AND attempt_id = $3 AND state IS NULL";
const PARK: &str = "INSERT INTO provider_parts
    (route, provider_id, attempt_id, parked_as, state, error, updated_at)
    VALUES ($1, $2, NULL, $3, $4, $5, $6)
    ON CONFLICT (route, provider_id) DO UPDATE SET attempt_id = NULL, parked_as = excluded.parked_as,
        state = excluded.state, error = excluded.error, updated_at = excluded.updated_at
        WHERE provider_parts.updated_at <
            CASE WHEN provider_parts.attempt_id IS NULL THEN CAST($7 AS BIGINT) ELSE CAST($8 AS BIGINT) END";
const PURGE_PARKED: &str = "DELETE FROM provider_parts WHERE attempt_id IS NULL AND updated_at < $1";
const LOCK_ATTEMPT: &str = "SELECT status, message_id FROM attempts WHERE id = $1 {FOR_UPDATE}";
const COUNT_PARTS: &str = "SELECT count(*),
        CAST(COALESCE(SUM(CASE WHEN state = 'delivered' THEN 1 ELSE 0 END), 0) AS BIGINT),
        CAST(COALESCE(SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0) AS BIGINT)
    FROM provider_parts WHERE attempt_id = $1";
const FINISH_ATTEMPT: &str = "UPDATE attempts SET status = $2, error = $3, updated_at = $4 WHERE id = $1";
// Only what was handed over can be delivered or lost on the way; a message that was canceled since stays
// canceled.
const FINISH_MESSAGE: &str = "UPDATE messages SET status = $2, body_sealed = NULL, delivered_at = $3
    WHERE id = $1 AND status = 'submitted'";

pub(crate) const STATEMENTS: &[&str] = &[
    ATTACH,
    UNPARK,
    FIND,
    HEAR,
    PARK,
    PURGE_PARKED,
    LOCK_ATTEMPT,
    COUNT_PARTS,
    FINISH_ATTEMPT,
    FINISH_MESSAGE,
];

/// How long a receipt waits for the answer that it overtook.
const PARKED: Duration = seconds(60);
/// Carriers use identifiers again; a receipt later than this is about something else.
const MATCHED: Duration = days(7);

/// Remembers the identifiers that a carrier gave to the parts of a try, and takes in receipts that came
/// before them.
pub(super) async fn attach(
    tx: &mut Tx,
    route: &str,
    attempt_id: AttemptId,
    provider_ids: &[String],
    now: Timestamp,
) -> Result<(), StorageError> {
    let mut ordered: Vec<&String> = provider_ids.iter().collect();
    ordered.sort();
    let mut heard = None;
    for id in ordered {
        let parked_since = now.before(PARKED);
        let params = [route.into(), id.into(), (&attempt_id).into(), now.into(), parked_since.into()];
        let Some(row) = tx.row_optional(ATTACH, &params).await? else { continue };
        if row.optional_text(0)?.is_some() {
            // The receipt's other spellings are other messages' identifiers; it must not be taken for theirs.
            tx.execute(UNPARK, &[route.into(), row.optional_text(2)?.into()]).await?;
            heard = Some(row.text(1)?.to_owned());
        }
    }
    match heard {
        Some(error) => settle(tx, attempt_id, &error, now).await,
        None => Ok(()),
    }
}

/// Takes in a receipt; false if nothing is known of its identifiers yet, and then it is parked.
pub(super) async fn receive(tx: &mut Tx, receipt: &Receipt, now: Timestamp) -> Result<bool, StorageError> {
    if hear(tx, receipt, now).await? {
        return Ok(true);
    }
    if receipt.state == ReceiptState::Pending || park(tx, receipt, now).await? {
        return Ok(false);
    }
    // The carrier's answer was written down between the look and the parking.
    hear(tx, receipt, now).await
}

fn state_text(state: ReceiptState) -> Option<&'static str> {
    match state {
        ReceiptState::Delivered => Some(AttemptStatus::Delivered.as_str()),
        ReceiptState::Failed => Some(AttemptStatus::Failed.as_str()),
        ReceiptState::Pending => None,
    }
}

/// Tells the newest try among those that the identifiers may mean; false if there is none.
async fn hear(tx: &mut Tx, receipt: &Receipt, now: Timestamp) -> Result<bool, StorageError> {
    let route = receipt.route.as_str();
    let mut newest: Option<([u8; 16], &String)> = None;
    for id in &receipt.provider_ids {
        let params = [route.into(), id.into(), now.before(MATCHED).into()];
        if let Some(row) = tx.row_optional(FIND, &params).await? {
            let attempt = row.array(0)?;
            // Of two spellings of the same try the likelier one is kept.
            if newest.is_none_or(|(known, _)| attempt > known) {
                newest = Some((attempt, id));
            }
        }
    }
    let Some((attempt, id)) = newest else { return Ok(false) };
    if let Some(state) = state_text(receipt.state) {
        let params =
            [route.into(), id.into(), (&attempt).into(), state.into(), receipt.error.as_str().into()];
        if tx.execute(HEAR, &params).await? == 1 {
            settle(tx, AttemptId::from_bytes(attempt), &receipt.error, now).await?;
        }
    }
    Ok(true)
}

/// Keeps a receipt for a while under each of its spellings; false if one of them is known by now.
async fn park(tx: &mut Tx, receipt: &Receipt, now: Timestamp) -> Result<bool, StorageError> {
    let Some(first) = receipt.provider_ids.first() else { return Ok(true) };
    let mut ordered: Vec<&String> = receipt.provider_ids.iter().collect();
    ordered.sort();
    ordered.dedup();
    for id in ordered {
        let params = [
            receipt.route.as_str().into(),
            id.into(),
            first.into(),
            state_text(receipt.state).into(),
            receipt.error.as_str().into(),
            now.into(),
            now.before(PARKED).into(),
            now.before(MATCHED).into(),
        ];
        tx.execute(PARK, &params).await?;
    }
    let mut known = false;
    for id in &receipt.provider_ids {
        let params = [receipt.route.as_str().into(), id.into(), now.before(MATCHED).into()];
        known |= tx.row_optional(FIND, &params).await?.is_some();
    }
    if known {
        tx.execute(UNPARK, &[receipt.route.as_str().into(), first.into()]).await?;
    }
    Ok(!known)
}

/// Draws the conclusion from what is known of a try's parts: delivered when all are, failed when one is.
async fn settle(tx: &mut Tx, attempt: AttemptId, error: &str, now: Timestamp) -> Result<(), StorageError> {
    let id = || (&attempt).into();
    let Some(row) = tx.row_optional(LOCK_ATTEMPT, &[id()]).await? else { return Ok(()) };
    let status = row.named(0, AttemptStatus::from_text)?;
    let message_id = MessageId::from_bytes(row.array(1)?);
    let Some(parts) = tx.row_optional(COUNT_PARTS, &[id()]).await? else { return Ok(()) };
    let (total, delivered, failed) = (parts.int(0)?, parts.int(1)?, parts.int(2)?);
    let state = match (delivered, failed) {
        (_, 1..) => ReceiptState::Failed,
        (delivered, 0) if delivered == total => ReceiptState::Delivered,
        _ => ReceiptState::Pending,
    };
    if let Some((attempt_status, message_status)) = after_receipt(status, state) {
        let finished = [id(), attempt_status.as_str().into(), error.into(), now.into()];
        tx.execute(FINISH_ATTEMPT, &finished).await?;
        let delivered_at = (message_status == MessageStatus::Delivered).then_some(now);
        let finished = [(&message_id).into(), message_status.as_str().into(), delivered_at.into()];
        tx.execute(FINISH_MESSAGE, &finished).await?;
    }
    Ok(())
}

/// Forgets receipts whose answer never came.
pub(super) async fn purge_parked(tx: &mut Tx, now: Timestamp) -> Result<u64, StorageError> {
    tx.execute(PURGE_PARKED, &[now.before(PARKED).into()]).await
}
