//! What happened, one row per entry, never changed. Entries hold masked addresses only, so they are kept
//! readable.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::{Row, Value};
use countersign_core::event::Event;
use countersign_core::id::{AccountId, EventId, OperatorId, ServiceId};
use countersign_core::model::{Actor, EventEntry};

macro_rules! select {
    ($kind:literal) => {
        concat!(
            "SELECT id, service_id, account_id, at, event, device, actor, actor_id FROM events
             WHERE account_id = $1 AND service_id = $2 AND id < $3 ",
            $kind,
            " ORDER BY id DESC LIMIT $4"
        )
    };
}

const INSERT: &str =
    "INSERT INTO events (id, service_id, account_id, at, kind, event, device, actor, actor_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const OF_ACCOUNT: &str = select!("");
const OF_ACCOUNT_AND_KIND: &str = select!("AND kind = $5");

pub(crate) const STATEMENTS: &[&str] = &[INSERT, OF_ACCOUNT, OF_ACCOUNT_AND_KIND];

/// An event as its column holds it.
pub(super) fn text(event: &Event) -> Result<String, StorageError> {
    serde_json::to_string(event).map_err(|_| StorageError::misuse("an event that JSON cannot hold"))
}

pub(super) fn insert(entry: &EventEntry) -> Result<Write<'_>, StorageError> {
    let event = text(&entry.event)?;
    Ok(Write::one("new event", INSERT)
        .bind(&entry.id)
        .bind(&entry.service_id)
        .bind(entry.account_id.as_ref())
        .bind(entry.at)
        .bind(entry.event.kind())
        .bind_made_text(event)
        .bind(&entry.device)
        .bind(entry.actor.kind())
        .bind_made_optional(entry.actor.operator().map(|id| id.as_bytes().to_vec())))
}

/// The entries of an account, newest first: of one kind if given, older than `before` if given, at most
/// `limit`.
pub async fn of_account(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
    kind: Option<&str>,
    before: Option<EventId>,
    limit: u32,
) -> Result<Vec<EventEntry>, StorageError> {
    // No time-ordered identifier is as late as this one.
    let before = before.unwrap_or(EventId::from_bytes([0xFF; 16]));
    let mut params = vec![(&account_id).into(), (&service_id).into(), (&before).into(), limit.into()];
    let found = match kind {
        None => tx.rows(OF_ACCOUNT, &params).await?,
        Some(kind) => {
            params.push(Value::Text(kind));
            tx.rows(OF_ACCOUNT_AND_KIND, &params).await?
        }
    };
    found.iter().map(read).collect()
}

fn read(row: &Row) -> Result<EventEntry, StorageError> {
    let not_an_event = StorageError::Corrupt { column: 4, expected: "an event" };
    let operator = row.optional_array(7)?.map(OperatorId::from_bytes);
    let actor = Actor::from_parts(row.text(6)?, operator);
    Ok(EventEntry {
        id: EventId::from_bytes(row.array(0)?),
        service_id: ServiceId::from_bytes(row.array(1)?),
        account_id: row.optional_array(2)?.map(AccountId::from_bytes),
        at: row.timestamp(3)?,
        actor: actor.ok_or(StorageError::Corrupt { column: 6, expected: "an actor" })?,
        event: serde_json::from_str(row.text(4)?).map_err(|_| not_an_event)?,
        device: row.text(5)?.to_owned(),
    })
}
