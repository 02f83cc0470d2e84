//! What happened as staff read it: newest first or in order of time, narrowed, with each entry's place in the chain.
//! Rows come unread, so that one of a newer version, or one that somebody edited, does not hide the others.

use super::{entry, entry_columns};
use crate::error::StorageError;
use crate::tables::rows::first_id_at;
use crate::tables::{Rows, events};
use crate::tx::Tx;
use crate::value::{Row, Value};
use countersign_core::audit::RawEntry;
use countersign_core::event::Event;
use countersign_core::id::{AccountId, EventId, OperatorId, ServiceId};
use countersign_core::time::Timestamp;

/// The narrowing that all lists share; what is not asked for is empty or 0 and lets everything through.
macro_rules! select {
    ($lead:literal, $order:literal) => {
        concat!(
            "SELECT ",
            entry_columns!(),
            ", l.sequence, l.link FROM events e LEFT JOIN audit_links l ON l.event_id = e.id WHERE ",
            $lead,
            "e.service_id = $1 AND e.id > $2 AND e.id < $3
             AND (e.kind = $4 OR $4 = '') AND (e.actor = $5 OR $5 = '')
             AND (CAST($6 AS {INT}) = 0 OR e.account_id = $7)
             AND (CAST($8 AS {INT}) = 0 OR e.actor_id = $9)
             ORDER BY e.id ",
            $order,
            " LIMIT $10"
        )
    };
}

const NEWEST: &str = select!("", "DESC");
const NEWEST_OF_ACCOUNT: &str = select!("e.account_id = $7 AND ", "DESC");
const NEWEST_OF_OPERATOR: &str = select!("e.actor_id = $9 AND ", "DESC");
const NEWEST_OF_KIND: &str = select!("e.kind = $4 AND ", "DESC");
const ASCENDING: &str = select!("", "ASC");
const ASCENDING_OF_ACCOUNT: &str = select!("e.account_id = $7 AND ", "ASC");
const FIND: &str = concat!(
    "SELECT ",
    entry_columns!(),
    ", l.sequence, l.link FROM events e LEFT JOIN audit_links l ON l.event_id = e.id
      WHERE e.id = $1 AND e.service_id = $2"
);
const HAS_READ: &str = "SELECT id FROM events
    WHERE actor_id = $1 AND id >= $2 AND service_id = $3 AND kind = $4 AND event = $5 LIMIT 1";
const NEXT_KIND: &str = "SELECT kind FROM events WHERE service_id = $1 AND kind > $2 ORDER BY kind LIMIT 1";

pub(crate) const STATEMENTS: &[&str] = &[
    NEWEST,
    NEWEST_OF_ACCOUNT,
    NEWEST_OF_OPERATOR,
    NEWEST_OF_KIND,
    ASCENDING,
    ASCENDING_OF_ACCOUNT,
    FIND,
    HAS_READ,
    NEXT_KIND,
];

/// Kinds that are listed at most: several times what there are.
const KINDS_MAX: usize = 500;

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Of this account.
    pub account_id: Option<AccountId>,
    /// Of this kind; empty for any.
    pub kind: String,
    /// By this kind of actor; empty for any.
    pub actor: String,
    /// By this member of staff.
    pub operator_id: Option<OperatorId>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

/// An entry as it stands, with its place in the chain if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// The entry.
    pub entry: RawEntry,
    /// Its place.
    pub sequence: Option<u64>,
    /// Its link.
    pub link: Option<Vec<u8>>,
}

/// The entries of a service, newest first: older than `before` if given, at most `limit`.
pub async fn newest(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    span: &Span,
    before: Option<EventId>,
    limit: u32,
) -> Result<Vec<AuditRow>, StorageError> {
    let sql = match span {
        Span { account_id: Some(_), .. } => NEWEST_OF_ACCOUNT,
        Span { operator_id: Some(_), .. } => NEWEST_OF_OPERATOR,
        Span { kind, .. } if !kind.is_empty() => NEWEST_OF_KIND,
        _ => NEWEST,
    };
    let (low, mut high) = bounds(span);
    if let Some(before) = before {
        high = high.min(*before.as_bytes());
    }
    list(tx, sql, service_id, span, (&low, &high), limit).await
}

/// The entries of a service in the order in which they happened: later than `after` if given, at most `limit`.
pub async fn ascending(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    span: &Span,
    after: Option<EventId>,
    limit: u32,
) -> Result<Vec<AuditRow>, StorageError> {
    let sql = if span.account_id.is_some() { ASCENDING_OF_ACCOUNT } else { ASCENDING };
    let (mut low, high) = bounds(span);
    if let Some(after) = after {
        low = low.max(*after.as_bytes());
    }
    list(tx, sql, service_id, span, (&low, &high), limit).await
}

/// Identifiers are in order of time. The lower bound is left out of the answer, and no identifier of ours is the
/// smallest of its millisecond (its version and variant are not zero), so nothing is lost.
fn bounds(span: &Span) -> ([u8; 16], [u8; 16]) {
    (span.since.map_or([0; 16], first_id_at), span.until.map_or([0xFF; 16], first_id_at))
}

async fn list(
    tx: &mut Tx,
    sql: &'static str,
    service_id: ServiceId,
    span: &Span,
    (low, high): (&[u8; 16], &[u8; 16]),
    limit: u32,
) -> Result<Vec<AuditRow>, StorageError> {
    let account: Value<'_> = span.account_id.as_ref().map_or(Value::Bytes(&[]), Into::into);
    let operator: Value<'_> = span.operator_id.as_ref().map_or(Value::Bytes(&[]), Into::into);
    let params = [
        (&service_id).into(),
        low.into(),
        high.into(),
        Value::Text(&span.kind),
        Value::Text(&span.actor),
        span.account_id.is_some().into(),
        account,
        span.operator_id.is_some().into(),
        operator,
        limit.into(),
    ];
    tx.rows(sql, &params).await?.iter().map(read).collect()
}

/// One entry of a service.
pub async fn find(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    id: EventId,
) -> Result<Option<AuditRow>, StorageError> {
    let row = tx.row_optional(FIND, &[(&id).into(), (&service_id).into()]).await?;
    row.as_ref().map(read).transpose()
}

/// Whether an operator's reading of this kind was written down since a moment: the same event, word for word.
pub async fn has_read(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    operator_id: OperatorId,
    event: &Event,
    since: Timestamp,
) -> Result<bool, StorageError> {
    let text = events::text(event)?;
    let low = first_id_at(since);
    let params =
        [(&operator_id).into(), (&low).into(), (&service_id).into(), event.kind().into(), (&text).into()];
    Ok(tx.row_optional(HAS_READ, &params).await?.is_some())
}

/// The kinds of entries that a service has, in alphabetical order.
pub async fn kinds(tx: &mut Tx, _rows: &Rows, service_id: ServiceId) -> Result<Vec<String>, StorageError> {
    let mut kinds: Vec<String> = Vec::new();
    while kinds.len() < KINDS_MAX {
        let last = kinds.last().map_or("", String::as_str);
        let next = tx.row_optional(NEXT_KIND, &[(&service_id).into(), last.into()]).await?;
        match next {
            Some(row) => kinds.push(row.text(0)?.to_owned()),
            None => break,
        }
    }
    Ok(kinds)
}

fn read(row: &Row) -> Result<AuditRow, StorageError> {
    let sequence = row.optional_int(9)?.and_then(|place| u64::try_from(place).ok());
    Ok(AuditRow { entry: entry(row, 0)?, sequence, link: row.optional_bytes(10)?.map(<[u8]>::to_vec) })
}
