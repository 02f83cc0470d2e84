//! Conversations with support and what was said in them. Titles and texts are sealed for their row; what is over for
//! long loses its texts. Whose turn it is was decided by the core.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::{Row, Value};
use countersign_core::id::{AccountId, OperatorId, ServiceId, TicketId, TicketMessageId};
use countersign_core::model::*;
use countersign_core::ticket;
use countersign_core::time::Timestamp;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, service_id, account_id, topic, title_sealed, locale, status, assignee, access_hash,
                 created_at, updated_at, due_at, status_at, holder_wrote_at, staff_wrote_at, holder_read_at,
                 staff_read_at, told_at, access_failures, access_locked_until
             FROM tickets WHERE ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO tickets
    (id, service_id, status, assignee, updated_at, due_at, status_at, rests_at, holder_wrote_at, staff_wrote_at,
        holder_read_at, staff_read_at, told_at, account_id, topic, title_sealed, locale, access_hash, created_at,
        access_failures, access_locked_until)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
const SAVE: &str =
    "UPDATE tickets SET status = $3, assignee = $4, updated_at = $5, due_at = $6, status_at = $7,
        rests_at = $8, holder_wrote_at = $9, staff_wrote_at = $10, holder_read_at = $11, staff_read_at = $12,
        told_at = $13
    WHERE id = $1 AND service_id = $2 AND status <> 'closed'";
const SAVE_ACCESS: &str = "UPDATE tickets SET access_failures = $3, access_locked_until = $4
    WHERE id = $1 AND service_id = $2";
const LOAD: &str = select!("id = $1 AND service_id = $2");
const LOCK: &str = select!("id = $1 AND service_id = $2 {FOR_UPDATE}");
const OF_ACCOUNT: &str = select!("service_id = $1 AND account_id = $2 ORDER BY id DESC LIMIT $3");
// Whoever was promised an answer comes in the order of the promises, everybody else by the last change.
const LIST: &str = select!(
    "service_id = $1 AND status IN ($2, $3) AND ($4 = '' OR topic = $4)
        AND ($5 = 'all' OR ($5 = 'nobody' AND assignee IS NULL) OR ($5 = 'one' AND assignee = $6))
     ORDER BY CASE WHEN due_at IS NULL THEN 1 ELSE 0 END, due_at, updated_at DESC, id LIMIT $7"
);
const COUNT: &str = "SELECT COUNT(*) FROM tickets WHERE service_id = $1 AND status = $2";
const OPEN_OF_ACCOUNT: &str = "SELECT COUNT(*) FROM tickets
    WHERE service_id = $1 AND account_id = $2 AND status IN ('open', 'answered')";
const OPENED_OF_ACCOUNT: &str = "SELECT COUNT(*) FROM tickets
    WHERE service_id = $1 AND account_id = $2 AND created_at > $3";
const READ_BY_HOLDER: &str = "UPDATE tickets SET holder_read_at = $3
    WHERE id = $1 AND service_id = $2 AND holder_read_at < $3";
const READ_BY_STAFF: &str = "UPDATE tickets SET staff_read_at = $3
    WHERE id = $1 AND service_id = $2 AND (staff_read_at IS NULL OR staff_read_at < $3)";
const RESTING: &str = "SELECT service_id, id FROM tickets WHERE rests_at <= $1 ORDER BY rests_at LIMIT $2";

const INSERT_MESSAGE: &str = "INSERT INTO ticket_messages
    (id, service_id, ticket_id, author, author_id, is_note, text_sealed, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const MESSAGES: &str = "SELECT id, service_id, ticket_id, author, author_id, is_note, text_sealed, at
    FROM ticket_messages WHERE ticket_id = $1 AND service_id = $2 ORDER BY id LIMIT $3";
const WRITTEN: &str = "SELECT COUNT(*) FROM ticket_messages
    WHERE ticket_id = $1 AND service_id = $2 AND author = 'holder' AND at > $3";
const PURGE: &str = "DELETE FROM ticket_messages WHERE id IN
    (SELECT m.id FROM tickets t JOIN ticket_messages m ON m.ticket_id = t.id
     WHERE t.status = 'closed' AND t.status_at < $1 LIMIT $2)";

pub(crate) const STATEMENTS: &[&str] = &[
    INSERT,
    SAVE,
    SAVE_ACCESS,
    LOAD,
    LOCK,
    OF_ACCOUNT,
    LIST,
    COUNT,
    OPEN_OF_ACCOUNT,
    OPENED_OF_ACCOUNT,
    READ_BY_HOLDER,
    READ_BY_STAFF,
    RESTING,
    INSERT_MESSAGE,
    MESSAGES,
    WRITTEN,
    PURGE,
];

/// Most messages of one ticket that are read; nobody scrolls further.
const MESSAGES_MAX: u32 = 1_000;

/// Whose tickets are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Assigned {
    /// Everybody's.
    #[default]
    All,
    /// Those that nobody looks after.
    Nobody,
    /// One member of staff's.
    One(OperatorId),
}

/// Which tickets are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketFilter {
    /// With one of these statuses.
    pub statuses: [TicketStatus; 2],
    /// About this; none: about anything.
    pub topic: Option<TicketTopic>,
    /// Whose.
    pub assigned: Assigned,
}

fn title_place(id: &TicketId) -> Place<'_> {
    Place { table: "tickets", column: "title", row: id.as_bytes() }
}

fn text_place(id: &TicketMessageId) -> Place<'_> {
    Place { table: "ticket_messages", column: "text", row: id.as_bytes() }
}

pub(super) fn insert<'a>(rows: &Rows, ticket: &'a Ticket) -> Result<Write<'a>, StorageError> {
    Ok(bind_mutable(ticket, Write::one("new ticket", INSERT))
        .bind(&ticket.account_id)
        .bind(ticket.topic.as_str())
        .bind_made(rows.seal(title_place(&ticket.id), &ticket.title.0)?)
        .bind(&ticket.locale)
        .bind(ticket.access.as_ref())
        .bind(ticket.created_at)
        .bind(ticket.access_failures)
        .bind(ticket.access_locked_until))
}

pub(super) fn save(ticket: &Ticket) -> Write<'_> {
    bind_mutable(ticket, Write::one("ticket to save", SAVE))
}

pub(super) fn save_access(ticket: &Ticket) -> Write<'_> {
    Write::one("ticket to count a code of", SAVE_ACCESS)
        .bind(&ticket.id)
        .bind(&ticket.service_id)
        .bind(ticket.access_failures)
        .bind(ticket.access_locked_until)
}

fn bind_mutable<'a>(ticket: &'a Ticket, write: Write<'a>) -> Write<'a> {
    write
        .bind(&ticket.id)
        .bind(&ticket.service_id)
        .bind(ticket.status.as_str())
        .bind(ticket.assignee.as_ref())
        .bind(ticket.updated_at)
        .bind(ticket.due_at)
        .bind(ticket.status_at)
        .bind(ticket::rests_at(ticket))
        .bind(ticket.holder_wrote_at)
        .bind(ticket.staff_wrote_at)
        .bind(ticket.holder_read_at)
        .bind(ticket.staff_read_at)
        .bind(ticket.told_at)
}

pub(super) fn insert_message<'a>(rows: &Rows, message: &'a TicketMessage) -> Result<Write<'a>, StorageError> {
    Ok(Write::one("new ticket message", INSERT_MESSAGE)
        .bind(&message.id)
        .bind(&message.service_id)
        .bind(&message.ticket_id)
        .bind(message.author.kind())
        .bind_made_optional(message.author.operator().map(|id| id.as_bytes().to_vec()))
        .bind(message.is_note)
        .bind_made(rows.seal(text_place(&message.id), &message.text.0)?)
        .bind(message.at))
}

/// A ticket of this service.
pub async fn load(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: TicketId,
) -> Result<Option<Ticket>, StorageError> {
    let found = tx.row_optional(LOAD, &[(&id).into(), (&service_id).into()]).await?;
    found.map(|row| read(rows, &row)).transpose()
}

/// As [`load`]; nobody else changes it until the transaction ends.
pub async fn lock(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: TicketId,
) -> Result<Option<Ticket>, StorageError> {
    let found = tx.row_optional(LOCK, &[(&id).into(), (&service_id).into()]).await?;
    found.map(|row| read(rows, &row)).transpose()
}

/// The tickets of an account, newest first, at most `limit`.
pub async fn of_account(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
    limit: u32,
) -> Result<Vec<Ticket>, StorageError> {
    let params = [(&service_id).into(), (&account_id).into(), limit.into()];
    tx.rows(OF_ACCOUNT, &params).await?.iter().map(|row| read(rows, row)).collect()
}

/// The tickets of a service, those first whose promised answer is due first, at most `limit`.
pub async fn list(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    filter: &TicketFilter,
    limit: u32,
) -> Result<Vec<Ticket>, StorageError> {
    let (assigned, one) = match &filter.assigned {
        Assigned::All => ("all", None),
        Assigned::Nobody => ("nobody", None),
        Assigned::One(id) => ("one", Some(id)),
    };
    let params = [
        (&service_id).into(),
        filter.statuses[0].as_str().into(),
        filter.statuses[1].as_str().into(),
        filter.topic.map_or("", TicketTopic::as_str).into(),
        assigned.into(),
        one.into(),
        limit.into(),
    ];
    tx.rows(LIST, &params).await?.iter().map(|row| read(rows, row)).collect()
}

/// How many tickets of a service have this status.
pub async fn count(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    status: TicketStatus,
) -> Result<u64, StorageError> {
    counted(tx, COUNT, &[(&service_id).into(), status.as_str().into()]).await
}

/// How many tickets of an account are neither solved nor closed.
pub async fn open_of_account(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
) -> Result<u64, StorageError> {
    counted(tx, OPEN_OF_ACCOUNT, &[(&service_id).into(), (&account_id).into()]).await
}

/// How many tickets were opened for an account after `since`, whatever became of them.
pub async fn opened_of_account(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
    since: Timestamp,
) -> Result<u64, StorageError> {
    counted(tx, OPENED_OF_ACCOUNT, &[(&service_id).into(), (&account_id).into(), since.into()]).await
}

async fn counted(tx: &mut Tx, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StorageError> {
    let found = tx.row_optional(sql, params).await?;
    let count = found.map(|row| row.int(0)).transpose()?.unwrap_or_default();
    Ok(u64::try_from(count).unwrap_or_default())
}

/// The holder has read it up to now, closed or not.
pub async fn read_by_holder(
    tx: &mut Tx,
    _rows: &Rows,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<(), StorageError> {
    let params = [(&ticket.id).into(), (&ticket.service_id).into(), now.into()];
    tx.execute(READ_BY_HOLDER, &params).await.map(|_| ())
}

/// Staff have read it up to now, closed or not.
pub async fn read_by_staff(
    tx: &mut Tx,
    _rows: &Rows,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<(), StorageError> {
    let params = [(&ticket.id).into(), (&ticket.service_id).into(), now.into()];
    tx.execute(READ_BY_STAFF, &params).await.map(|_| ())
}

/// Tickets whose status time alone has to change, longest due first.
pub async fn resting(
    tx: &mut Tx,
    _rows: &Rows,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ServiceId, TicketId)>, StorageError> {
    let found = tx.rows(RESTING, &[now.into(), limit.into()]).await?;
    let pair = |row: &Row| Ok((ServiceId::from_bytes(row.array(0)?), TicketId::from_bytes(row.array(1)?)));
    found.iter().map(pair).collect()
}

/// What was said in a ticket, oldest first, notes among staff included.
pub async fn messages(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    ticket_id: TicketId,
) -> Result<Vec<TicketMessage>, StorageError> {
    let params = [(&ticket_id).into(), (&service_id).into(), MESSAGES_MAX.into()];
    tx.rows(MESSAGES, &params).await?.iter().map(|row| read_message(rows, row)).collect()
}

/// How many messages the holder wrote in a ticket after `since`.
pub async fn written(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    ticket_id: TicketId,
    since: Timestamp,
) -> Result<u64, StorageError> {
    counted(tx, WRITTEN, &[(&ticket_id).into(), (&service_id).into(), since.into()]).await
}

/// Forgets what was said in tickets that were closed before `before`, at most `limit` messages; answers how many.
pub async fn purge(tx: &mut Tx, _rows: &Rows, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    tx.execute(PURGE, &[before.into(), limit.into()]).await
}

fn read(rows: &Rows, row: &Row) -> Result<Ticket, StorageError> {
    let id = TicketId::from_bytes(row.array(0)?);
    Ok(Ticket {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        account_id: AccountId::from_bytes(row.array(2)?),
        topic: row.named(3, TicketTopic::from_text)?,
        title: Redacted(rows.open(title_place(&id), row.bytes(4)?)?),
        locale: row.text(5)?.to_owned(),
        status: row.named(6, TicketStatus::from_text)?,
        assignee: row.optional_array(7)?.map(OperatorId::from_bytes),
        access: row.optional_array(8)?.map(TokenHash),
        created_at: row.timestamp(9)?,
        updated_at: row.timestamp(10)?,
        due_at: row.optional_timestamp(11)?,
        status_at: row.timestamp(12)?,
        holder_wrote_at: row.timestamp(13)?,
        staff_wrote_at: row.optional_timestamp(14)?,
        holder_read_at: row.timestamp(15)?,
        staff_read_at: row.optional_timestamp(16)?,
        told_at: row.optional_timestamp(17)?,
        access_failures: row.count(18)?,
        access_locked_until: row.optional_timestamp(19)?,
    })
}

fn read_message(rows: &Rows, row: &Row) -> Result<TicketMessage, StorageError> {
    let id = TicketMessageId::from_bytes(row.array(0)?);
    let author = Actor::from_parts(row.text(3)?, row.optional_array(4)?.map(OperatorId::from_bytes));
    Ok(TicketMessage {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        ticket_id: TicketId::from_bytes(row.array(2)?),
        author: author.ok_or(StorageError::Corrupt { column: 3, expected: "an author" })?,
        is_note: row.flag(5)?,
        text: Redacted(rows.open(text_place(&id), row.bytes(6)?)?),
        at: row.timestamp(7)?,
    })
}
