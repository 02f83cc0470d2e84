//! Messages on their way: queued by a decision, leased by a dispatcher, recorded try by try. Recipients and
//! bodies are sealed, and a body goes when its message is delivered or dead. When to try again, and over which
//! route, are the core's rules; this keeps the rows. Whoever changes attempts and messages in one transaction does
//! it in that order, each sorted, so that no two wait for each other in a circle.

pub use super::fallbacks::{Heard, fall_back};
pub use super::parts::receipts;
pub use super::timelines::{
    AttemptLine, ErrorCount, MessageLine, Timeline, errors, messages_of, messages_to, recent, timeline,
};

use super::parts::{self, Part};
use super::rows::{Rows, first_id_at};
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::{Statement, Tx};
use crate::value::{Row, Value};
use crate::wake::Topic;
use countersign_core::id::{AccountId, AttemptId, MessageId, ServiceId, VerificationId};
use countersign_core::model::{AttemptStatus, Channel, Message, MessageStatus};
use countersign_core::outbox::{Leased, Submission, Verdict};
use countersign_core::reach::Sample;
use countersign_core::route::{Tried, Why};
use countersign_core::time::{Timestamp, minutes};
use std::time::Duration;

const INSERT: &str = "INSERT INTO messages
    (id, service_id, verification_id, channel, recipient_sealed, body_sealed, locale, expires_at, created_at,
        region, account_id, send, status, tries, next_try_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'queued', 0, $9)";
// A code that is dead takes no other road, wherever its message stands: without a body none can. Its receipt is still
// waited for, or a road that loses codes would be thought well of by those who ask again.
const CANCEL: &str = "UPDATE messages SET lease_node = NULL, body_sealed = NULL,
        status = CASE WHEN status = 'queued' THEN 'canceled' ELSE status END
    WHERE verification_id = $1 AND status IN ('queued', 'submitted')";
// The common table makes PostgreSQL choose and lock the rows once, whatever plan the rest gets.
const CLAIM: &str = "WITH due AS (
        SELECT id FROM messages WHERE channel = $1 AND status = 'queued' AND next_try_at <= $2
        ORDER BY next_try_at, id LIMIT $3 {SKIP_LOCKED})
    UPDATE messages SET tries = tries + 1, lease_node = $4, next_try_at = $5 WHERE id IN (SELECT id FROM due)
    RETURNING id, service_id, verification_id, channel, recipient_sealed, body_sealed, locale, expires_at,
        created_at, tries, account_id, send";
const TRIED_BY_MESSAGE: &str = "SELECT message_id, route, status, receipt_at FROM attempts
    WHERE message_id = $1 ORDER BY number, started_at, id";
const TRIED_BY_VERIFICATION: &str =
    "SELECT attempts.message_id, attempts.route, attempts.status, attempts.receipt_at
    FROM messages JOIN attempts ON attempts.message_id = messages.id
    WHERE messages.verification_id = $1 AND messages.id <= $2 
    ORDER BY messages.id, attempts.number, attempts.started_at, attempts.id";
const START_ATTEMPT: &str =
    "INSERT INTO attempts (id, message_id, route, why, price_micros, region, is_code, status, error, started_at,
        updated_at, number)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'submitting', '', $8, $8, (SELECT tries FROM messages WHERE id = $2))";
// Recorded once: a receipt may have been heard since.
const END_ATTEMPT: &str = "UPDATE attempts SET status = $2, error = $3, updated_at = $4
    WHERE id = $1 AND status = 'submitting'";
// Whoever handed it over says so, even if its lease had run out; every other word is the last leaseholder's.
const SUBMITTED: &str = "UPDATE messages SET status = 'submitted', lease_node = NULL, fallback_at = $2
    WHERE id = $1 AND status IN ('queued', 'expired')";
const AGAIN: &str = "UPDATE messages SET next_try_at = $3, lease_node = NULL
    WHERE id = $1 AND tries = $2 AND status = 'queued'";
const POSTPONE: &str = "UPDATE messages SET tries = tries - 1, next_try_at = $3, lease_node = NULL
    WHERE id = $1 AND tries = $2 AND status = 'queued'";
const GIVE_UP: &str = "UPDATE messages SET status = $3, lease_node = NULL, body_sealed = NULL
    WHERE id = $1 AND tries = $2 AND status = 'queued'";
const RELEASE_NODE: &str = "UPDATE messages SET lease_node = NULL, next_try_at = created_at
    WHERE status = 'queued' AND lease_node = $1";
const RELEASE_ALL: &str = "UPDATE messages SET lease_node = NULL, next_try_at = created_at
    WHERE status = 'queued' AND lease_node IS NOT NULL";
const NEXT_DUE: &str = "SELECT MIN(next_try_at) FROM messages WHERE status = 'queued' AND channel = $1";
const NEXT_FALLBACK: &str = "SELECT MIN(fallback_at) FROM messages
    WHERE status = 'submitted' AND fallback_at IS NOT NULL AND channel = $1";
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
// No more than the time that is measured is looked at, by the primary key.
const SAMPLES_OF_REGION: &str = "SELECT region, status, created_at, delivered_at FROM messages
    WHERE id >= $2 AND service_id = $1 AND region = $4 AND channel = 'sms' ORDER BY id DESC LIMIT $3";

pub(crate) const STATEMENTS: &[&str] = &[
    INSERT,
    CANCEL,
    CLAIM,
    TRIED_BY_MESSAGE,
    TRIED_BY_VERIFICATION,
    START_ATTEMPT,
    END_ATTEMPT,
    SUBMITTED,
    AGAIN,
    POSTPONE,
    GIVE_UP,
    RELEASE_NODE,
    RELEASE_ALL,
    NEXT_DUE,
    NEXT_FALLBACK,
    EXPIRE,
    DROP_BODIES,
    NEWEST_STATUS,
    SAMPLES,
    SAMPLES_OF_REGION,
];

/// How long after its use the body of a message without a receipt is kept.
const BODY_KEPT: Duration = minutes(10);

pub(super) fn recipient_place(id: &MessageId) -> Place<'_> {
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
        .bind(message.account_id.as_ref())
        .bind(message.send))
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
pub struct Claim {
    /// The channel it serves.
    pub channel: Channel,
    /// Its process.
    pub node: [u8; 16],
    /// Now.
    pub now: Timestamp,
    /// When the messages are anyone's again.
    pub lease_until: Timestamp,
    /// As many messages are leased at most.
    pub limit: u32,
}

/// A message that is leased for one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The message.
    pub message: Message,
    /// Which try this is, from one.
    pub tries: u32,
    /// Roads taken before for it and for earlier messages of its verification, oldest first.
    pub tried: Vec<Tried>,
}

/// Leases messages that are due, oldest first. What is too late to be of use is expired instead.
pub async fn claim(tx: &mut Tx, rows: &Rows, claim: &Claim) -> Result<Vec<Due>, StorageError> {
    let params = [
        claim.channel.as_str().into(),
        claim.now.into(),
        claim.limit.into(),
        (&claim.node).into(),
        claim.lease_until.into(),
    ];
    let mut found = tx.rows(CLAIM, &params).await?;
    found.sort_by(|left, right| left.bytes(0).ok().cmp(&right.bytes(0).ok()));
    let mut due = Vec::with_capacity(found.len());
    let mut given_up = Vec::new();
    for row in &found {
        let id = MessageId::from_bytes(row.array(0)?);
        let tries = row.count(9)?;
        match read(rows, row) {
            Ok(message) if message.expires_at <= claim.now => {
                given_up.push((id, tries, MessageStatus::Expired));
            }
            Ok(message) => due.push(Due { message, tries, tried: Vec::new() }),
            // One message that does not open must not keep all others from being sent.
            Err(error) => {
                tracing::error!(message = %id, %error, "message given up: it cannot be read");
                given_up.push((id, tries, MessageStatus::Failed));
            }
        }
    }
    give_up(tx, rows, &given_up).await?;
    look_back(tx, &mut due).await?;
    Ok(due)
}

/// Fills in the roads taken before, for those that can have any.
async fn look_back(tx: &mut Tx, due: &mut [Due]) -> Result<(), StorageError> {
    let again = |one: &&mut Due| one.tries > 1 || one.message.send > 1;
    let mut later: Vec<&mut Due> = due.iter_mut().filter(again).collect();
    let statements: Vec<_> = later.iter().map(|one| roads_before(&one.message)).collect();
    let found = tx.rows_each(&statements).await?;
    for (one, rows) in later.iter_mut().zip(found) {
        let id = one.message.id;
        one.tried = rows.iter().map(|row| tried(row, id)).collect::<Result<_, _>>()?;
    }
    Ok(())
}

fn roads_before(message: &Message) -> Statement<'_> {
    let id = (&message.id).into();
    match &message.verification_id {
        Some(verification_id) => (TRIED_BY_VERIFICATION, vec![verification_id.into(), id]),
        None => (TRIED_BY_MESSAGE, vec![id]),
    }
}

fn tried(row: &Row, id: MessageId) -> Result<Tried, StorageError> {
    let status = row.named(2, AttemptStatus::from_text)?;
    let is_dead = status == AttemptStatus::Failed && row.optional_timestamp(3)?.is_some();
    let was_accepted = match status {
        AttemptStatus::Accepted | AttemptStatus::Delivered | AttemptStatus::Overdue => true,
        AttemptStatus::Failed => is_dead,
        AttemptStatus::Submitting | AttemptStatus::Unknown => false,
    };
    let is_this_message = MessageId::from_bytes(row.array(0)?) == id;
    Ok(Tried { route: row.text(1)?.to_owned(), is_this_message, was_accepted, is_dead })
}

fn read(rows: &Rows, row: &Row) -> Result<Message, StorageError> {
    let id = MessageId::from_bytes(row.array(0)?);
    Ok(Message {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        account_id: row.optional_array(10)?.map(AccountId::from_bytes),
        verification_id: row.optional_array(2)?.map(VerificationId::from_bytes),
        send: row.count(11)?,
        channel: row.named(3, Channel::from_text)?,
        to: rows.open_address(recipient_place(&id), row.bytes(4)?)?,
        body: rows.open_record(body_place(&id), row.bytes(5)?)?,
        locale: row.text(6)?.to_owned(),
        expires_at: row.timestamp(7)?,
        created_at: row.timestamp(8)?,
    })
}

/// A try that is about to be made.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// Its identifier.
    pub attempt_id: AttemptId,
    /// The message.
    pub message: &'a Message,
    /// Name of the route.
    pub route: &'a str,
    /// Why that one.
    pub why: Why,
    /// What it costs, in millionths of the currency unit.
    pub price_micros: u64,
    /// Where it goes (ISO 3166), or empty.
    pub region: &'a str,
}

/// Records that these tries are being made; to be committed before anything leaves.
pub async fn start_attempts(
    tx: &mut Tx,
    _rows: &Rows,
    starts: &[Start<'_>],
    now: Timestamp,
) -> Result<(), StorageError> {
    let statements: Vec<_> = starts.iter().map(|start| start_one(start, now)).collect();
    tx.execute_each(&statements).await.map(|_| ())
}

fn start_one<'a>(start: &'a Start<'_>, now: Timestamp) -> Statement<'a> {
    let params = vec![
        (&start.attempt_id).into(),
        (&start.message.id).into(),
        start.route.into(),
        start.why.as_str().into(),
        i64::try_from(start.price_micros).unwrap_or(i64::MAX).into(),
        start.region.into(),
        is_code(start.message).into(),
        now.into(),
    ];
    (START_ATTEMPT, params)
}

/// Whether it can be measured if what it carries was of use: a verification waits for its code.
fn is_code(message: &Message) -> bool {
    message.verification_id.is_some()
}

/// Gives leased messages back untried, each with its count of tries, to be due at an instant. One whose lease has gone
/// to another is left alone.
pub async fn postpone(
    tx: &mut Tx,
    _rows: &Rows,
    messages: &[(MessageId, u32, Timestamp)],
) -> Result<(), StorageError> {
    let mut statements = Vec::with_capacity(messages.len());
    for (id, tries, at) in sorted(messages) {
        statements.push((POSTPONE, vec![id.into(), (*tries).into(), (*at).into()]));
    }
    tx.execute_each(&statements).await.map(|_| ())
}

/// Ends leased messages, each with its count of tries, in a final status; their bodies go. One whose lease has gone to
/// another is left alone.
pub async fn give_up(
    tx: &mut Tx,
    _rows: &Rows,
    messages: &[(MessageId, u32, MessageStatus)],
) -> Result<(), StorageError> {
    let mut statements = Vec::with_capacity(messages.len());
    for (id, tries, status) in sorted(messages) {
        statements.push((GIVE_UP, vec![id.into(), (*tries).into(), status.as_str().into()]));
    }
    tx.execute_each(&statements).await.map(|_| ())
}

fn sorted<T: Ord>(messages: &[T]) -> Vec<&T> {
    let mut sorted: Vec<&T> = messages.iter().collect();
    sorted.sort();
    sorted
}

/// What came of one try.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// The try.
    pub leased: &'a Leased,
    /// What the route said.
    pub submission: &'a Submission,
    /// What follows.
    pub verdict: Verdict,
    /// When it takes another road if no receipt comes; for a message that was taken.
    pub fallback_at: Option<Timestamp>,
}

/// Records what came of tries, and applies receipts that were faster than this. A try that was never started, or is
/// recorded already, is passed over: one of them must not undo what all others say.
pub async fn record(
    tx: &mut Tx,
    _rows: &Rows,
    records: &[Record<'_>],
    now: Timestamp,
) -> Result<Vec<Heard>, StorageError> {
    let mut records: Vec<&Record<'_>> = records.iter().collect();
    records.sort_by_key(|record| record.leased.attempt_id);
    let ends: Vec<_> = records.iter().map(|record| end(record, now)).collect();
    let ended = tx.execute_each(&ends).await?;
    let mut fresh = Vec::with_capacity(records.len());
    for (record, changed) in records.into_iter().zip(ended) {
        if changed == 1 {
            fresh.push(record);
        } else {
            tracing::error!(attempt = %record.leased.attempt_id, "no such try is waiting to be recorded");
        }
    }
    let mut taken: Vec<Part<'_>> = Vec::with_capacity(fresh.len());
    for record in &fresh {
        if let Submission::Accepted { provider_ids } = record.submission {
            let (route, attempt_id) = (record.leased.route.as_str(), record.leased.attempt_id);
            let is_only = provider_ids.len() == 1;
            taken.extend(provider_ids.iter().map(|id| Part { route, id, attempt_id, is_only }));
        }
    }
    let words = parts::attach(tx, &mut taken, now).await?;
    fresh.sort_by_key(|record| record.leased.message.id);
    let follows: Vec<_> = fresh.iter().map(|record| follow(record, now)).collect();
    tx.execute_each(&follows).await?;
    parts::settle(tx, words, now).await
}

fn end<'a>(record: &Record<'a>, now: Timestamp) -> Statement<'a> {
    let code = match record.submission {
        Submission::Refused { code, .. } => code.as_str(),
        Submission::Accepted { .. } | Submission::Lost | Submission::NotSent => "",
    };
    let status = record.verdict.attempt.as_str();
    (END_ATTEMPT, vec![(&record.leased.attempt_id).into(), status.into(), code.into(), now.into()])
}

/// Where its message stands from here on, unless it was delivered, canceled or converted meanwhile.
fn follow<'a>(record: &Record<'a>, now: Timestamp) -> Statement<'a> {
    let (id, tries) = (Value::from(&record.leased.message.id), record.leased.tries.into());
    match record.verdict.message {
        MessageStatus::Submitted | MessageStatus::Delivered => {
            (SUBMITTED, vec![id, record.fallback_at.into()])
        }
        MessageStatus::Queued => (AGAIN, vec![id, tries, record.verdict.try_at.unwrap_or(now).into()]),
        status @ (MessageStatus::Failed | MessageStatus::Expired | MessageStatus::Canceled) => {
            (GIVE_UP, vec![id, tries, status.as_str().into()])
        }
    }
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

/// When the next message of a channel is due, a lease ends, or a receipt has been waited for long enough.
pub async fn next_due(
    tx: &mut Tx,
    _rows: &Rows,
    channel: Channel,
) -> Result<Option<Timestamp>, StorageError> {
    let channel = Value::from(channel.as_str());
    let found = tx.rows_each(&[(NEXT_DUE, vec![channel]), (NEXT_FALLBACK, vec![channel])]).await?;
    let mut next = None;
    for row in found.iter().flatten() {
        next = [next, row.optional_timestamp(0)?].into_iter().flatten().min();
    }
    Ok(next)
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
    found.iter().map(sample).collect()
}

/// Those of them that went to one region.
pub async fn samples_of_region(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    region: &str,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<Sample>, StorageError> {
    let first = first_id_at(since);
    let params = [(&service_id).into(), (&first).into(), limit.into(), region.into()];
    tx.rows(SAMPLES_OF_REGION, &params).await?.iter().map(sample).collect()
}

fn sample(row: &Row) -> Result<Sample, StorageError> {
    Ok(Sample {
        region: row.text(0)?.to_owned(),
        status: row.named(1, MessageStatus::from_text)?,
        created_at: row.timestamp(2)?,
        receipt_at: row.optional_timestamp(3)?,
    })
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
