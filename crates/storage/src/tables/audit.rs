//! The chain over what happened: which entries wait for a place in it, its links, its signed checkpoints; and the reads
//! that check it. Rows are read as they stand, whatever they hold: judging them is the core's affair.

mod list;

pub use list::{AuditRow, Span, ascending, find, has_read, kinds, newest};

use super::rows::Rows;
use super::write::{self, Write};
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::{Row, Value};
use countersign_core::audit::{Link, LinkedEntry, RawEntry, Seen, SeenCheckpoint, StoredCheckpoint};
use countersign_core::id::ServiceId;
use countersign_core::model::EventEntry;
use countersign_core::time::Timestamp;

/// The columns of an entry, in the order that [`entry`] reads them.
macro_rules! entry_columns {
    () => {
        "e.id, e.service_id, e.account_id, e.at, e.kind, e.event, e.device, e.actor, e.actor_id"
    };
}
use entry_columns;

const WAIT: &str = "INSERT INTO audit_waiting (service_id, event_id) VALUES ($1, $2)";
const LOCK: &str = "SELECT id FROM services WHERE id = $1 {FOR_UPDATE}";
const HAS_WAITING: &str = "SELECT event_id FROM audit_waiting WHERE service_id = $1 LIMIT 1";
const WAITING: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM audit_waiting w JOIN events e ON e.id = w.event_id
      WHERE w.service_id = $1 ORDER BY w.event_id LIMIT $2"
);
const HEAD: &str =
    "SELECT sequence, link FROM audit_links WHERE service_id = $1 ORDER BY sequence DESC LIMIT 1";
const LINK_AT: &str = "SELECT link FROM audit_links WHERE service_id = $1 AND sequence = $2";
const LINK: &str = "INSERT INTO audit_links (service_id, sequence, event_id, link) VALUES ($1, $2, $3, $4)";
const DONE: &str = "DELETE FROM audit_waiting WHERE service_id = $1 AND event_id = $2";
const NEWEST_CHECKPOINT: &str = "SELECT number, sequence, at, statement FROM audit_checkpoints
    WHERE service_id = $1 ORDER BY number DESC LIMIT 1";
const CHECKPOINT: &str = "INSERT INTO audit_checkpoints (service_id, number, sequence, at, statement)
    VALUES ($1, $2, $3, $4, $5)";
const MARK: &str = "SELECT statement FROM audit_marks WHERE service_id = $1";
const PUT_MARK: &str = "INSERT INTO audit_marks (service_id, statement) VALUES ($1, $2)
    ON CONFLICT (service_id) DO UPDATE SET statement = excluded.statement";
const NEXT_CHAIN: &str =
    "SELECT service_id FROM audit_links WHERE service_id > $1 ORDER BY service_id LIMIT 1";
const NEXT_SIGNED: &str =
    "SELECT service_id FROM audit_checkpoints WHERE service_id > $1 ORDER BY service_id LIMIT 1";
const NEXT_MARKED: &str =
    "SELECT service_id FROM audit_marks WHERE service_id > $1 ORDER BY service_id LIMIT 1";
const HAS_OPERATOR: &str = "SELECT id FROM operators WHERE service_id = $1 LIMIT 1";
const HAS_ACCOUNT: &str = "SELECT id FROM accounts WHERE service_id = $1 LIMIT 1";
const CHAIN: &str = concat!(
    "SELECT l.sequence, l.event_id, l.link, ",
    entry_columns!(),
    " FROM audit_links l LEFT JOIN events e ON e.id = l.event_id
      WHERE l.service_id = $1 AND l.sequence > $2 ORDER BY l.sequence LIMIT $3"
);
const LINKS: &str = "SELECT sequence, event_id, link FROM audit_links
    WHERE service_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";
const CHECKPOINTS: &str = "SELECT number, sequence, at, statement FROM audit_checkpoints
    WHERE service_id = $1 AND sequence > $2 AND sequence <= $3 ORDER BY sequence, number";
const WINDOW_END: &str = "SELECT id FROM events WHERE id > $1 ORDER BY id LIMIT 1 OFFSET $2";
const UNSEALED: &str = "SELECT e.id, e.service_id, e.at,
        EXISTS (SELECT 1 FROM audit_waiting w WHERE w.service_id = e.service_id AND w.event_id = e.id)
    FROM events e
    WHERE e.id > $1 AND e.id <= $2 AND NOT EXISTS (SELECT 1 FROM audit_links l WHERE l.event_id = e.id)
    ORDER BY e.id";
const VANISHED: &str = "SELECT w.service_id, w.event_id FROM audit_waiting w
    WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.id = w.event_id)
    ORDER BY w.service_id, w.event_id LIMIT $1";

pub(crate) const STATEMENTS: &[&[&str]] = &[
    &[
        WAIT,
        LOCK,
        HAS_WAITING,
        WAITING,
        HEAD,
        LINK_AT,
        LINK,
        DONE,
        NEWEST_CHECKPOINT,
        CHECKPOINT,
        MARK,
        PUT_MARK,
        NEXT_CHAIN,
        NEXT_SIGNED,
        NEXT_MARKED,
        HAS_OPERATOR,
        HAS_ACCOUNT,
        CHAIN,
        LINKS,
        CHECKPOINTS,
        WINDOW_END,
        UNSEALED,
        VANISHED,
    ],
    list::STATEMENTS,
];

/// The entry waits for its place; goes with its insertion.
pub(super) fn wait(entry: &EventEntry) -> Write<'_> {
    Write::one("entry that waits", WAIT).bind(&entry.service_id).bind(&entry.id)
}

/// Keeps other sealers of this chain waiting until the transaction ends; false for a service that there is not.
pub async fn lock(tx: &mut Tx, _rows: &Rows, service_id: ServiceId) -> Result<bool, StorageError> {
    Ok(tx.row_optional(LOCK, &[(&service_id).into()]).await?.is_some())
}

/// Whether an entry waits for its place.
pub async fn has_waiting(tx: &mut Tx, _rows: &Rows, service_id: ServiceId) -> Result<bool, StorageError> {
    Ok(tx.row_optional(HAS_WAITING, &[(&service_id).into()]).await?.is_some())
}

/// The entries that wait, the oldest first, at most `limit`.
pub async fn waiting(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    limit: u32,
) -> Result<Vec<RawEntry>, StorageError> {
    let found = tx.rows(WAITING, &[(&service_id).into(), limit.into()]).await?;
    found.iter().map(|row| entry(row, 0)).collect()
}

/// The newest place of a chain and its link.
pub async fn head(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
) -> Result<Option<(u64, Link)>, StorageError> {
    let row = tx.row_optional(HEAD, &[(&service_id).into()]).await?;
    row.map(|row| Ok((place(&row, 0)?, row.array(1)?))).transpose()
}

/// The link at a place, as it stands; none if it cannot be read either.
pub async fn link_at(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    sequence: u64,
) -> Result<Option<Vec<u8>>, StorageError> {
    let row = tx.row_optional(LINK_AT, &[(&service_id).into(), column(sequence)?.into()]).await?;
    Ok(row.and_then(|row| row.bytes(0).map(<[u8]>::to_vec).ok()))
}

/// Puts entries in line: their places and links, in order; they wait no longer.
///
/// # Errors
/// [`StorageError::Conflict`] when a place is taken or an entry has one already.
pub async fn seal(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    sealed: &[(u64, Vec<u8>, Link)],
) -> Result<(), StorageError> {
    let mut writes = Vec::with_capacity(sealed.len() * 2);
    for (sequence, event_id, link) in sealed {
        writes.push(
            Write::one("link of the audit", LINK)
                .bind(&service_id)
                .bind(column(*sequence)?)
                .bind(event_id)
                .bind(link),
        );
        writes.push(Write::one("entry that waits", DONE).bind(&service_id).bind(event_id));
    }
    write::run(tx, &writes).await
}

/// The newest checkpoint, unread.
pub async fn newest_checkpoint(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
) -> Result<Option<SeenCheckpoint>, StorageError> {
    let row = tx.row_optional(NEWEST_CHECKPOINT, &[(&service_id).into()]).await?;
    Ok(row.as_ref().map(checkpoint))
}

/// The note of which checkpoint is the newest, unread; one that is no text is empty.
pub async fn mark(tx: &mut Tx, _rows: &Rows, service_id: ServiceId) -> Result<Option<String>, StorageError> {
    let row = tx.row_optional(MARK, &[(&service_id).into()]).await?;
    Ok(row.map(|row| row.text(0).unwrap_or_default().to_owned()))
}

/// Keeps a signed checkpoint and the note that it is the newest.
pub async fn insert_checkpoint(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    one: &StoredCheckpoint,
    mark: &str,
) -> Result<(), StorageError> {
    let params = [
        (&service_id).into(),
        one.number.into(),
        one.sequence.into(),
        one.at.into(),
        Value::Text(&one.statement),
    ];
    tx.execute(CHECKPOINT, &params).await?;
    tx.execute(PUT_MARK, &[(&service_id).into(), mark.into()]).await.map(|_| ())
}

/// Whether there are operators or accounts of a service: neither comes without an entry. For checking alone; where
/// there are none, the whole table is read for it.
pub async fn has_people(tx: &mut Tx, _rows: &Rows, service_id: ServiceId) -> Result<bool, StorageError> {
    for sql in [HAS_OPERATOR, HAS_ACCOUNT] {
        if tx.row_optional(sql, &[(&service_id).into()]).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The next chain after one, in order of identifiers, whether its service is known or not.
pub async fn next_chain(
    tx: &mut Tx,
    _rows: &Rows,
    after: Option<ServiceId>,
) -> Result<Option<ServiceId>, StorageError> {
    let after: Value<'_> = after.as_ref().map_or(Value::Bytes(&[]), Into::into);
    let mut next: Option<ServiceId> = None;
    for sql in [NEXT_CHAIN, NEXT_SIGNED, NEXT_MARKED] {
        if let Some(row) = tx.row_optional(sql, &[after]).await? {
            let found = ServiceId::from_bytes(row.array(0)?);
            next = Some(next.map_or(found, |known| known.min(found)));
        }
    }
    Ok(next)
}

/// A page of a chain with its entries, and the checkpoints that cover up to its end; after the last link, those that
/// cover more than there is.
pub async fn page(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    after: i64,
    limit: u32,
) -> Result<(Vec<LinkedEntry>, Vec<SeenCheckpoint>), StorageError> {
    let found = tx.rows(CHAIN, &[(&service_id).into(), after.into(), limit.into()]).await?;
    let mut links = Vec::with_capacity(found.len());
    for row in &found {
        let seen = match row.optional_bytes(3)? {
            Some(_) => Seen::Entry(entry(row, 3)?),
            None => Seen::Missing,
        };
        links.push(link(row, seen)?);
    }
    let signed = covering(tx, service_id, after, &links).await?;
    Ok((links, signed))
}

/// As [`page`], for one link whose entry cannot be read.
pub async fn unreadable(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    after: i64,
) -> Result<(Vec<LinkedEntry>, Vec<SeenCheckpoint>), StorageError> {
    let found = tx.rows(LINKS, &[(&service_id).into(), after.into(), 1_u32.into()]).await?;
    let links = found.iter().map(|row| link(row, Seen::Unreadable)).collect::<Result<Vec<_>, _>>()?;
    let signed = covering(tx, service_id, after, &links).await?;
    Ok((links, signed))
}

async fn covering(
    tx: &mut Tx,
    service_id: ServiceId,
    after: i64,
    links: &[LinkedEntry],
) -> Result<Vec<SeenCheckpoint>, StorageError> {
    let to = links.last().map_or(i64::MAX, |last| last.sequence);
    let signed = tx.rows(CHECKPOINTS, &[(&service_id).into(), after.into(), to.into()]).await?;
    Ok(signed.iter().map(checkpoint).collect())
}

/// An entry that has no place in a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsealed {
    /// Which.
    pub event_id: Vec<u8>,
    /// Of which service, as its row says.
    pub service_id: Vec<u8>,
    /// When it happened.
    pub at: Timestamp,
    /// It waits for its place.
    pub is_waiting: bool,
}

/// The entries without a place among the `width` after one, and where the next window starts, if there is one.
pub async fn unsealed(
    tx: &mut Tx,
    _rows: &Rows,
    after: &[u8],
    width: u32,
) -> Result<(Vec<Unsealed>, Option<Vec<u8>>), StorageError> {
    let end = tx.row_optional(WINDOW_END, &[after.into(), width.into()]).await?;
    let end = end.map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()?;
    // No identifier is as late as this one, and none that was made longer to hide behind it.
    let to = end.clone().unwrap_or(vec![0xFF; 64]);
    let found = tx.rows(UNSEALED, &[after.into(), (&to).into()]).await?;
    let read = |row: &Row| {
        Ok(Unsealed {
            event_id: row.bytes(0)?.to_vec(),
            service_id: row.bytes(1)?.to_vec(),
            at: row.timestamp(2)?,
            is_waiting: row.flag(3)?,
        })
    };
    Ok((found.iter().map(read).collect::<Result<_, StorageError>>()?, end))
}

/// Service and identifier of entries that waited for their place and are gone, at most `limit`.
pub async fn vanished(
    tx: &mut Tx,
    _rows: &Rows,
    limit: u32,
) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StorageError> {
    let found = tx.rows(VANISHED, &[limit.into()]).await?;
    found.iter().map(|row| Ok((row.bytes(0)?.to_vec(), row.bytes(1)?.to_vec()))).collect()
}

fn entry(row: &Row, from: usize) -> Result<RawEntry, StorageError> {
    Ok(RawEntry {
        id: row.bytes(from)?.to_vec(),
        service_id: row.bytes(from + 1)?.to_vec(),
        account_id: row.optional_bytes(from + 2)?.map(<[u8]>::to_vec),
        at: row.int(from + 3)?,
        kind: row.text(from + 4)?.to_owned(),
        event: row.text(from + 5)?.to_owned(),
        device: row.text(from + 6)?.to_owned(),
        actor: row.text(from + 7)?.to_owned(),
        actor_id: row.optional_bytes(from + 8)?.map(<[u8]>::to_vec),
    })
}

fn link(row: &Row, seen: Seen) -> Result<LinkedEntry, StorageError> {
    // Empty for what is no bytes: it fits nowhere, and the place is told.
    let bytes = |column| row.bytes(column).map(<[u8]>::to_vec).unwrap_or_default();
    let (event_id, link) = (bytes(1), bytes(2));
    Ok(LinkedEntry { sequence: row.int(0)?, event_id, link, seen })
}

/// One that cannot be read keeps nobody from the others.
fn checkpoint(row: &Row) -> SeenCheckpoint {
    let read = || -> Result<StoredCheckpoint, StorageError> {
        Ok(StoredCheckpoint {
            number: row.int(0)?,
            sequence: row.int(1)?,
            at: row.int(2)?,
            statement: row.text(3)?.to_owned(),
        })
    };
    read().map_or_else(
        |_| SeenCheckpoint::Unreadable { number: row.int(0).ok(), sequence: row.int(1).ok() },
        SeenCheckpoint::Row,
    )
}

fn place(row: &Row, column: usize) -> Result<u64, StorageError> {
    let negative = StorageError::Corrupt { column, expected: "a place from 1" };
    u64::try_from(row.int(column)?).map_err(|_| negative)
}

fn column(sequence: u64) -> Result<i64, StorageError> {
    i64::try_from(sequence).map_err(|_| StorageError::misuse("a chain longer than a column counts"))
}
