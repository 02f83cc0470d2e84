//! What became of messages, for people who ask: one message with its tries, lists of messages, and what routes gave as
//! reasons. Reads only, and never what a message says.

use super::outbox::recipient_place;
use super::rows::{Rows, first_id_at};
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::Row;
use countersign_core::address::{Address, AddressIndex};
use countersign_core::id::{AttemptId, MessageId, ServiceId, VerificationId};
use countersign_core::model::{AttemptStatus, Channel, MessageStatus};
use countersign_core::time::Timestamp;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT messages.id, verification_id, channel, recipient_sealed, region, status, send, tries, created_at,
                 expires_at, delivered_at, converted_at,
                 (SELECT route FROM attempts WHERE attempts.message_id = messages.id ORDER BY id DESC LIMIT 1)
             FROM messages WHERE ",
            $rest
        )
    };
}

const MESSAGE: &str = select!("id = $1 AND service_id = $2");
const ATTEMPTS: &str =
    "SELECT id, route, why, price_micros, status, error, started_at, updated_at, receipt_at,
        converted_at
    FROM attempts WHERE message_id = $1 ORDER BY number, started_at, id";
const OF_VERIFICATION: &str = select!("verification_id = $1 AND service_id = $2 ORDER BY id");
// However rare a route is, only the newest messages are looked through.
const RECENT: &str = select!(
    "service_id = $1 AND id IN (SELECT id FROM messages WHERE id < $2 ORDER BY id DESC LIMIT 10000)
     ORDER BY id DESC LIMIT $3"
);
const RECENT_OF_ROUTE: &str = select!(
    "service_id = $1 AND id IN (SELECT id FROM messages WHERE id < $2 ORDER BY id DESC LIMIT 10000)
        AND EXISTS (SELECT 1 FROM attempts WHERE attempts.message_id = messages.id AND attempts.route = $4)
     ORDER BY id DESC LIMIT $3"
);
// Numbers are sealed; their verifications know them by their index.
const TO: &str = select!(
    "service_id = $1 AND verification_id IN
        (SELECT verifications.id FROM verifications
         WHERE verifications.service_id = $1 AND verifications.address_index = $2)
     ORDER BY id DESC LIMIT $3"
);
const ERRORS: &str = "SELECT route, error, count(*) FROM attempts
    WHERE id >= $1 AND status = 'failed' AND error <> ''
    GROUP BY route, error ORDER BY count(*) DESC, route, error LIMIT $2";

pub(crate) const STATEMENTS: &[&str] =
    &[MESSAGE, ATTEMPTS, OF_VERIFICATION, RECENT, RECENT_OF_ROUTE, TO, ERRORS];

/// What is known of a message, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageLine {
    /// Its identifier.
    pub id: MessageId,
    /// The verification whose code it carries, if any.
    pub verification_id: Option<VerificationId>,
    /// How it travels.
    pub channel: Channel,
    /// Where it goes.
    pub to: Address,
    /// Which country that is (ISO 3166), of a phone number.
    pub region: Option<String>,
    /// Where it stands.
    pub status: MessageStatus,
    /// Which send of its verification it is, from one; 0 without one.
    pub send: u32,
    /// Tries so far.
    pub tries: u32,
    /// When it was decided.
    pub created_at: Timestamp,
    /// Not worth sending after this.
    pub expires_at: Timestamp,
    /// When a receipt said that it arrived.
    pub delivered_at: Option<Timestamp>,
    /// When its code was entered.
    pub converted_at: Option<Timestamp>,
    /// The route of its newest try.
    pub route: Option<String>,
}

/// What is known of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptLine {
    /// Its identifier.
    pub id: AttemptId,
    /// Name of the route.
    pub route: String,
    /// Why that one, see [`countersign_core::route::Why`]; empty for tries of earlier versions.
    pub why: String,
    /// What it cost, in millionths of the currency unit.
    pub price_micros: u64,
    /// Where it stands.
    pub status: AttemptStatus,
    /// The other side's reason, if it gave one.
    pub error: String,
    /// When it was handed over.
    pub started_at: Timestamp,
    /// When the last thing about it was heard.
    pub updated_at: Timestamp,
    /// When its final receipt came.
    pub receipt_at: Option<Timestamp>,
    /// When the code it brought was entered.
    pub converted_at: Option<Timestamp>,
}

/// A message and its tries, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The message.
    pub message: MessageLine,
    /// Its tries.
    pub attempts: Vec<AttemptLine>,
}

/// How often a route gave one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorCount {
    /// Name of the route.
    pub route: String,
    /// The other side's code.
    pub error: String,
    /// Tries that ended with it.
    pub count: u64,
}

/// A message of this service, with its tries.
pub async fn timeline(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: MessageId,
) -> Result<Option<Timeline>, StorageError> {
    let Some(row) = tx.row_optional(MESSAGE, &[(&id).into(), (&service_id).into()]).await? else {
        return Ok(None);
    };
    let message = read(rows, &row)?;
    let attempts = tx.rows(ATTEMPTS, &[(&id).into()]).await?;
    let attempts = attempts.iter().map(attempt).collect::<Result<_, _>>()?;
    Ok(Some(Timeline { message, attempts }))
}

/// The messages of a verification of this service, oldest first.
pub async fn messages_of(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    verification_id: VerificationId,
) -> Result<Vec<MessageLine>, StorageError> {
    let params = [(&verification_id).into(), (&service_id).into()];
    tx.rows(OF_VERIFICATION, &params).await?.iter().map(|row| read(rows, row)).collect()
}

/// The newest messages of a service, at most `limit`, older than `before` where that is given, of those that tried a
/// route where one is named. Looks through the newest ten thousand of all services.
pub async fn recent(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    limit: u32,
    before: Option<MessageId>,
    route: Option<&str>,
) -> Result<Vec<MessageLine>, StorageError> {
    let before = before.map_or([0xFF; 16], |id| *id.as_bytes());
    let mut params = vec![(&service_id).into(), (&before).into(), limit.into()];
    let found = match route {
        None => tx.rows(RECENT, &params).await?,
        Some(route) => {
            params.push(route.into());
            tx.rows(RECENT_OF_ROUTE, &params).await?
        }
    };
    found.iter().map(|row| read(rows, row)).collect()
}

/// The newest messages with codes of a service to one address, at most `limit`. Looks through the newest hundred
/// thousand verifications of all services.
pub async fn messages_to(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    address: AddressIndex,
    limit: u32,
) -> Result<Vec<MessageLine>, StorageError> {
    let params = [(&service_id).into(), (&address.0).into(), limit.into()];
    tx.rows(TO, &params).await?.iter().map(|row| read(rows, row)).collect()
}

/// What routes gave as reasons for tries that failed since an instant: most frequent first, at most `limit`.
pub async fn errors(
    tx: &mut Tx,
    _rows: &Rows,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<ErrorCount>, StorageError> {
    let first = first_id_at(since);
    let read = |row: &Row| {
        let count = u64::from(row.count(2)?);
        Ok(ErrorCount { route: row.text(0)?.to_owned(), error: row.text(1)?.to_owned(), count })
    };
    tx.rows(ERRORS, &[(&first).into(), limit.into()]).await?.iter().map(read).collect()
}

fn read(rows: &Rows, row: &Row) -> Result<MessageLine, StorageError> {
    let id = MessageId::from_bytes(row.array(0)?);
    Ok(MessageLine {
        id,
        verification_id: row.optional_array(1)?.map(VerificationId::from_bytes),
        channel: row.named(2, Channel::from_text)?,
        to: rows.open_address(recipient_place(&id), row.bytes(3)?)?,
        region: row.optional_text(4)?.map(str::to_owned),
        status: row.named(5, MessageStatus::from_text)?,
        send: row.count(6)?,
        tries: row.count(7)?,
        created_at: row.timestamp(8)?,
        expires_at: row.timestamp(9)?,
        delivered_at: row.optional_timestamp(10)?,
        converted_at: row.optional_timestamp(11)?,
        route: row.optional_text(12)?.map(str::to_owned),
    })
}

fn attempt(row: &Row) -> Result<AttemptLine, StorageError> {
    let negative = StorageError::Corrupt { column: 3, expected: "a price" };
    Ok(AttemptLine {
        id: AttemptId::from_bytes(row.array(0)?),
        route: row.text(1)?.to_owned(),
        why: row.text(2)?.to_owned(),
        price_micros: u64::try_from(row.int(3)?).map_err(|_| negative)?,
        status: row.named(4, AttemptStatus::from_text)?,
        error: row.text(5)?.to_owned(),
        started_at: row.timestamp(6)?,
        updated_at: row.timestamp(7)?,
        receipt_at: row.optional_timestamp(8)?,
        converted_at: row.optional_timestamp(9)?,
    })
}
