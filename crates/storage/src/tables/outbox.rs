//! Messages on their way: queued by a decision, leased by a dispatcher, recorded try by try. Recipients and
//! bodies are sealed, and a body goes when its message is delivered or dead. When to try again is the core's
//! rule; this keeps the rows.

use super::rows::{Rows, first_id_at};
use super::write::Write;
use super::{parts, write};
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::{Row, Value};
use crate::wake::Topic;
use countersign_core::id::{AccountId, AttemptId, MessageId, ServiceId, VerificationId};
use countersign_core::model::{Channel, Message, MessageStatus};
use countersign_core::outbox::{Leased, Receipt, Submission, Verdict};
use countersign_core::reach::Sample;
use countersign_core::time::{Timestamp, minutes};
use std::time::Duration;

const INSERT: &str = "INSERT INTO messages
    (id, service_id, verification_id, channel, recipient_sealed, body_sealed, locale, expires_at, created_at,
        region, account_id, status, tries, next_try_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'queued', 0, $9)";
const CANCEL: &str = "UPDATE messages SET status = 'canceled', body_sealed = NULL, lease_node = NULL
    WHERE verification_id = $1 AND status = 'queued'";
// The common table makes PostgreSQL choose and lock the rows once, whatever plan the rest gets.
const CLAIM: &str = "WITH due AS (
        SELECT id FROM messages WHERE channel = $1 AND status = 'queued' AND next_try_at <= $2
        ORDER BY next_try_at, id LIMIT $3 {SKIP_LOCKED})
    UPDATE messages SET tries = tries + 1, lease_node = $4, next_try_at = $5 WHERE id IN (SELECT id FROM due)
    RETURNING id, service_id, verification_id, channel, recipient_sealed, body_sealed, locale, expires_at,
        created_at, tries, account_id";
const START_ATTEMPT: &str =
    "INSERT INTO attempts (id, message_id, route, status, error, started_at, updated_at)
    VALUES ($1, $2, $3, 'submitting', '', $4, $4)";
const END_ATTEMPT: &str =
    "UPDATE attempts SET status = $2, error = $3, updated_at = $4 WHERE id = $1 RETURNING route";
// Whoever handed it over says so, even if its lease had run out; every other word is the last leaseholder's.
const SUBMITTED: &str = "UPDATE messages SET status = 'submitted', lease_node = NULL
    WHERE id = $1 AND status IN ('queued', 'expired')";
const AGAIN: &str = "UPDATE messages SET next_try_at = $3, lease_node = NULL
    WHERE id = $1 AND tries = $2 AND status = 'queued'";
const GIVE_UP: &str = "UPDATE messages SET status = $3, lease_node = NULL, body_sealed = NULL
    WHERE id = $1 AND tries = $2 AND status = 'queued'";
const RELEASE_NODE: &str = "UPDATE messages SET lease_node = NULL, next_try_at = created_at
    WHERE status = 'queued' AND lease_node = $1";
const RELEASE_ALL: &str = "UPDATE messages SET lease_node = NULL, next_try_at = created_at
    WHERE status = 'queued' AND lease_node IS NOT NULL";
const NEXT_DUE: &str = "SELECT MIN(next_try_at) FROM messages WHERE status = 'queued' AND channel = $1";
// One that is being tried is left to whoever tries it.
const EXPIRE: &str =
    "UPDATE messages SET status = 'expired', body_sealed = NULL, lease_node = NULL WHERE id IN
    (SELECT id FROM messages WHERE body_sealed IS NOT NULL AND status = 'queued' AND expires_at <= $1
        AND (lease_node IS NULL OR next_try_at <= $1)
     ORDER BY expires_at LIMIT $2 {SKIP_LOCKED})";
const DROP_BODIES: &str = "UPDATE messages SET body_sealed = NULL WHERE id IN
    (SELECT id FROM messages WHERE body_sealed IS NOT NULL AND status = 'submitted' AND expires_at <= $1
     ORDER BY expires_at LIMIT $2 {SKIP_LOCKED})";
const NEWEST_STATUS: &str = "SELECT status FROM messages WHERE verification_id = $1 ORDER BY id DESC LIMIT 1";

// Identifiers begin with their time, so that the primary key finds what is recent.
const SAMPLES: &str = "SELECT region, status, created_at, delivered_at FROM messages
    WHERE id >= $2 AND service_id = $1 AND region IS NOT NULL AND channel = 'sms' ORDER BY id DESC LIMIT $3";

pub(crate) const STATEMENTS: &[&str] = &[
    INSERT,
    CANCEL,
    CLAIM,
    START_ATTEMPT,
    END_ATTEMPT,
    SUBMITTED,
    AGAIN,
    GIVE_UP,
    RELEASE_NODE,
    RELEASE_ALL,
    NEXT_DUE,
    EXPIRE,
    DROP_BODIES,
    NEWEST_STATUS,
    SAMPLES,
];

/// How long after its use the body of a message without a receipt is kept.
const BODY_KEPT: Duration = minutes(10);

fn recipient_place(id: &MessageId) -> Place<'_> {
    Place { table: "messages", column: "recipient", row: id.as_bytes() }
}

fn body_place(id: &MessageId) -> Place<'_> {
    Place { table: "messages", column: "body", row: id.as_bytes() }
}

pub(super) fn insert<'a>(rows: &Rows, message: &'a Message) -> Result<Write<'a>, StorageError> {
    Ok(Write::one("new message", INSERT)
        .bind(&message.id)
        .bind(&message.service_id)
        .bind(message.verification_id.as_ref())
        .bind(message.channel.as_str())
        .bind_made(rows.seal(recipient_place(&message.id), message.to.expose())?)
        .bind_made(rows.seal_record(body_place(&message.id), &message.body)?)
        .bind(&message.locale)
        .bind(message.expires_at)
        .bind(message.created_at)
        .bind_made_text_optional(region_of(message))
        .bind(message.account_id.as_ref()))
}

/// Kept beside the sealed number, so that delivery can be measured by country.
fn region_of(message: &Message) -> Option<String> {
    message.to.phone().and_then(|number| number.region()).map(|region| region.to_string())
}

pub(super) fn cancel(verification_id: &VerificationId) -> Write<'_> {
    Write::any(CANCEL).bind(verification_id)
}

/// What a dispatcher asks for.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The channel it serves.
    pub channel: Channel,
    /// Name of its route, recorded with every try.
    pub route: &'a str,
    /// Its process.
    pub node: [u8; 16],
    /// Now.
    pub now: Timestamp,
    /// When the messages are anyone's again.
    pub lease_until: Timestamp,
    /// Identifiers for the tries; as many messages are leased at most.
    pub attempt_ids: &'a [AttemptId],
}

/// Leases messages that are due, oldest first, and records a try for each. What is too late to be of use is
/// expired instead.
pub async fn claim(tx: &mut Tx, rows: &Rows, claim: &Claim<'_>) -> Result<Vec<Leased>, StorageError> {
    let limit = i64::try_from(claim.attempt_ids.len()).unwrap_or(i64::MAX);
    let params = [
        claim.channel.as_str().into(),
        claim.now.into(),
        limit.into(),
        (&claim.node).into(),
        claim.lease_until.into(),
    ];
    let mut found = tx.rows(CLAIM, &params).await?;
    found.sort_by(|left, right| left.bytes(0).ok().cmp(&right.bytes(0).ok()));
    let mut leased = Vec::with_capacity(found.len());
    let mut given_up = Vec::new();
    for (row, attempt_id) in found.iter().zip(claim.attempt_ids) {
        let id = MessageId::from_bytes(row.array(0)?);
        let tries = row.count(9)?;
        match read(rows, row) {
            Ok(message) if message.expires_at <= claim.now => {
                given_up.push((id, tries, MessageStatus::Expired));
            }
            Ok(message) => leased.push(Leased { message, attempt_id: *attempt_id, tries }),
            // One message that does not open must not keep all others from being sent.
            Err(error) => {
                tracing::error!(message = %id, %error, "message given up: it cannot be read");
                given_up.push((id, tries, MessageStatus::Failed));
            }
        }
    }
    let mut writes: Vec<Write<'_>> = Vec::with_capacity(found.len());
    for (id, tries, status) in &given_up {
        writes.push(Write::one("leased message", GIVE_UP).bind(id).bind(*tries).bind(status.as_str()));
    }
    for one in &leased {
        let start = Write::one("new attempt", START_ATTEMPT);
        writes.push(start.bind(&one.attempt_id).bind(&one.message.id).bind(claim.route).bind(claim.now));
    }
    write::run(tx, &writes).await?;
    Ok(leased)
}

fn read(rows: &Rows, row: &Row) -> Result<Message, StorageError> {
    let id = MessageId::from_bytes(row.array(0)?);
    Ok(Message {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        account_id: row.optional_array(10)?.map(AccountId::from_bytes),
        verification_id: row.optional_array(2)?.map(VerificationId::from_bytes),
        channel: row.named(3, Channel::from_text)?,
        to: rows.open_address(recipient_place(&id), row.bytes(4)?)?,
        body: rows.open_record(body_place(&id), row.bytes(5)?)?,
        locale: row.text(6)?.to_owned(),
        expires_at: row.timestamp(7)?,
        created_at: row.timestamp(8)?,
    })
}

/// Records what came of a try, and applies receipts that were faster than this record.
///
/// # Errors
/// [`StorageError::Conflict`] when the try was never started.
pub async fn record(
    tx: &mut Tx,
    _rows: &Rows,
    leased: &Leased,
    submission: &Submission,
    verdict: Verdict,
    now: Timestamp,
) -> Result<(), StorageError> {
    let code = match submission {
        Submission::Refused { code, .. } => code.as_str(),
        Submission::Accepted { .. } | Submission::Lost | Submission::NotSent => "",
    };
    let ended = [(&leased.attempt_id).into(), verdict.attempt.as_str().into(), code.into(), now.into()];
    let attempt = tx.row_optional(END_ATTEMPT, &ended).await?;
    let attempt = attempt.ok_or_else(|| StorageError::conflict("attempt to end"))?;
    let id: Value<'_> = (&leased.message.id).into();
    match verdict.message {
        MessageStatus::Submitted | MessageStatus::Delivered => tx.execute(SUBMITTED, &[id]).await?,
        MessageStatus::Queued => {
            let at = verdict.try_at.unwrap_or(now);
            tx.execute(AGAIN, &[id, leased.tries.into(), at.into()]).await?
        }
        MessageStatus::Failed | MessageStatus::Expired | MessageStatus::Canceled => {
            tx.execute(GIVE_UP, &[id, leased.tries.into(), verdict.message.as_str().into()]).await?
        }
    };
    if let Submission::Accepted { provider_ids } = submission {
        parts::attach(tx, attempt.text(0)?, leased.attempt_id, provider_ids, now).await?;
    }
    Ok(())
}

/// Takes in a receipt; false when nothing is known of its identifiers yet, and then it waits for the try's
/// own record.
pub async fn receipt(
    tx: &mut Tx,
    _rows: &Rows,
    receipt: &Receipt,
    now: Timestamp,
) -> Result<bool, StorageError> {
    parts::receive(tx, receipt, now).await
}

/// Gives back the leases of a node that is no more; all leases when there is only one node.
pub async fn release(tx: &mut Tx, _rows: &Rows, node: Option<[u8; 16]>) -> Result<u64, StorageError> {
    let released = match &node {
        Some(node) => tx.execute(RELEASE_NODE, &[node.into()]).await?,
        None => tx.execute(RELEASE_ALL, &[]).await?,
    };
    tx.wake(Topic::Outbox);
    Ok(released)
}

/// When the next message of a channel is due, or a lease ends.
pub async fn next_due(
    tx: &mut Tx,
    _rows: &Rows,
    channel: Channel,
) -> Result<Option<Timestamp>, StorageError> {
    let row = tx.row_optional(NEXT_DUE, &[channel.as_str().into()]).await?;
    row.map_or(Ok(None), |row| row.optional_timestamp(0))
}

/// Expires queued messages that are of no more use, at most `limit`, and drops bodies nobody will ask for
/// again.
pub async fn expire(tx: &mut Tx, _rows: &Rows, now: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let statements = [
        (EXPIRE, vec![now.into(), limit.into()]),
        (DROP_BODIES, vec![now.before(BODY_KEPT).into(), limit.into()]),
    ];
    Ok(tx.execute_each(&statements).await?.first().copied().unwrap_or(0))
}

/// The newest text messages of a service since `since`, at most `limit`, as they were measured.
pub async fn samples(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<Sample>, StorageError> {
    let first = first_id_at(since);
    let found = tx.rows(SAMPLES, &[(&service_id).into(), (&first).into(), limit.into()]).await?;
    let read = |row: &Row| {
        Ok(Sample {
            region: row.text(0)?.to_owned(),
            status: row.named(1, MessageStatus::from_text)?,
            created_at: row.timestamp(2)?,
            receipt_at: row.optional_timestamp(3)?,
        })
    };
    found.iter().map(read).collect()
}

/// Forgets receipts that waited in vain.
pub async fn purge_parked(tx: &mut Tx, _rows: &Rows, now: Timestamp) -> Result<u64, StorageError> {
    parts::purge_parked(tx, now).await
}

/// Where the newest message of a verification stands.
pub async fn status_for_verification(
    tx: &mut Tx,
    _rows: &Rows,
    verification_id: VerificationId,
) -> Result<Option<MessageStatus>, StorageError> {
    let row = tx.row_optional(NEWEST_STATUS, &[(&verification_id).into()]).await?;
    row.map(|row| row.named(0, MessageStatus::from_text)).transpose()
}
