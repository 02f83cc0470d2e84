//! What relying parties are told: listeners, events, and one delivery per event and listener, leased like messages.
//! Signing secrets are sealed; payloads hold neither code nor assertion and are readable (R75). When to try again is
//! decided elsewhere; this keeps the rows.

use super::rows::Rows;
use super::write::{self, Write};
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::{Row, Value};
use crate::wake::Topic;
use countersign_core::id::{AccountId, EventId, ServiceId, WebhookId};
use countersign_core::model::*;
use countersign_core::time::Timestamp;

macro_rules! select_endpoint {
    ($rest:literal) => {
        concat!(
            "SELECT id, service_id, url, secret_sealed, earlier_secret_sealed, earlier_until, created_at,
                 disabled_at, disabled_reason
             FROM webhook_endpoints WHERE ",
            $rest
        )
    };
}

const INSERT_ENDPOINT: &str = "INSERT INTO webhook_endpoints
    (id, service_id, secret_sealed, earlier_secret_sealed, earlier_until, disabled_at, disabled_reason, url,
        created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
// One that was disabled is never told again; one that was found gone can still be deleted.
const SAVE_ENDPOINT: &str = "UPDATE webhook_endpoints SET secret_sealed = $3, earlier_secret_sealed = $4,
        earlier_until = $5, disabled_at = $6, disabled_reason = $7
    WHERE id = $1 AND service_id = $2 AND disabled_reason <> 'deleted'
        AND (disabled_at IS NULL OR CAST($6 AS BIGINT) IS NOT NULL)";
const ENDPOINTS_OF_SERVICE: &str =
    select_endpoint!("service_id = $1 AND disabled_reason <> 'deleted' ORDER BY id");
const LOAD_ENDPOINT: &str = select_endpoint!("id = $1 AND service_id = $2");
const LOCK_ENDPOINT: &str = select_endpoint!("id = $1 AND service_id = $2 {FOR_UPDATE}");
const ENDPOINT: &str = select_endpoint!("id = $1");

// Where nobody listens, nothing is kept.
const INSERT_EVENT: &str = "INSERT INTO webhook_events (id, service_id, account_id, kind, data, at)
    SELECT $1, $2, $3, $4, $5, $6
    WHERE EXISTS (SELECT id FROM webhook_endpoints WHERE service_id = $2 AND disabled_at IS NULL)";
const FAN_OUT: &str = "INSERT INTO webhook_deliveries
    (event_id, endpoint_id, status, tries, next_try_at, last_error)
    SELECT $1, id, 'due', 0, $3, '' FROM webhook_endpoints WHERE service_id = $2 AND disabled_at IS NULL";
const EVENT: &str = "SELECT id, service_id, account_id, kind, data, at FROM webhook_events WHERE id = $1";
// The common table makes PostgreSQL choose and lock the rows once, whatever plan the rest gets.
const CLAIM: &str = "WITH due AS (
        SELECT event_id, endpoint_id FROM webhook_deliveries WHERE status = 'due' AND next_try_at <= $1
        ORDER BY next_try_at, event_id LIMIT $2 {SKIP_LOCKED})
    UPDATE webhook_deliveries SET tries = tries + 1, lease_node = $3, next_try_at = $4
    WHERE (event_id, endpoint_id) IN (SELECT event_id, endpoint_id FROM due)
    RETURNING event_id, endpoint_id, status, tries, next_try_at, last_status, last_error, last_took_ms";
const GIVE_UP: &str = "UPDATE webhook_deliveries SET status = 'given_up', lease_node = NULL, last_error = $3
    WHERE event_id = $1 AND endpoint_id = $2";
// A listener that took it has taken it, even if the lease had run out; every other word is the leaseholder's.
const RECORD: &str = "UPDATE webhook_deliveries SET status = $5, lease_node = NULL, next_try_at = $6,
        last_status = $7, last_error = $8, last_took_ms = $9
    WHERE event_id = $1 AND endpoint_id = $2 AND status = 'due'
        AND (lease_node = $3 AND tries = $4 OR $5 = 'delivered')";
const NEXT_DUE: &str = "SELECT MIN(next_try_at) FROM webhook_deliveries WHERE status = 'due'";
const DELIVERIES_OF: &str = "SELECT e.id, e.service_id, e.account_id, e.kind, e.data, e.at,
        d.endpoint_id, d.status, d.tries, d.next_try_at, d.last_status, d.last_error, d.last_took_ms
    FROM webhook_deliveries d JOIN webhook_events e ON e.id = d.event_id
    WHERE d.endpoint_id = $1 AND e.service_id = $2 ORDER BY d.event_id DESC LIMIT $3";
const RESEND: &str =
    "UPDATE webhook_deliveries SET status = 'due', tries = 0, next_try_at = $4, lease_node = NULL
    WHERE event_id = $1 AND endpoint_id = $2 AND EXISTS
        (SELECT id FROM webhook_endpoints WHERE id = $2 AND service_id = $3 AND disabled_at IS NULL)";

pub(crate) const STATEMENTS: &[&str] = &[
    INSERT_ENDPOINT,
    SAVE_ENDPOINT,
    ENDPOINTS_OF_SERVICE,
    LOAD_ENDPOINT,
    LOCK_ENDPOINT,
    ENDPOINT,
    INSERT_EVENT,
    FAN_OUT,
    EVENT,
    CLAIM,
    GIVE_UP,
    RECORD,
    NEXT_DUE,
    DELIVERIES_OF,
    RESEND,
];

fn secret_place(id: &WebhookId) -> Place<'_> {
    Place { table: "webhook_endpoints", column: "secret", row: id.as_bytes() }
}

fn earlier_secret_place(id: &WebhookId) -> Place<'_> {
    Place { table: "webhook_endpoints", column: "earlier_secret", row: id.as_bytes() }
}

pub(super) fn insert_endpoint<'a>(
    rows: &Rows,
    endpoint: &'a WebhookEndpoint,
) -> Result<Write<'a>, StorageError> {
    Ok(bind_mutable(rows, endpoint, Write::one("new webhook", INSERT_ENDPOINT))?
        .bind(&endpoint.url)
        .bind(endpoint.created_at))
}

pub(super) fn save_endpoint<'a>(
    rows: &Rows,
    endpoint: &'a WebhookEndpoint,
) -> Result<Write<'a>, StorageError> {
    bind_mutable(rows, endpoint, Write::one("webhook to save", SAVE_ENDPOINT))
}

fn bind_mutable<'a>(
    rows: &Rows,
    endpoint: &'a WebhookEndpoint,
    write: Write<'a>,
) -> Result<Write<'a>, StorageError> {
    let earlier = endpoint.earlier_secret.as_ref();
    let earlier = earlier.map(|secret| rows.seal(earlier_secret_place(&endpoint.id), &secret.0));
    Ok(write
        .bind(&endpoint.id)
        .bind(&endpoint.service_id)
        .bind_made(rows.seal(secret_place(&endpoint.id), &endpoint.secret.0)?)
        .bind_made_optional(earlier.transpose()?)
        .bind(endpoint.earlier_until)
        .bind(endpoint.disabled_at)
        .bind(&endpoint.disabled_reason))
}

pub(super) fn insert_event(event: &WebhookEvent) -> Write<'_> {
    Write::any(INSERT_EVENT)
        .bind(&event.id)
        .bind(&event.service_id)
        .bind(&event.account_id)
        .bind(event.kind.as_str())
        .bind(&event.data)
        .bind(event.at)
}

/// One delivery per live listener; belongs after [`insert_event`].
pub(super) fn fan_out(event: &WebhookEvent) -> Write<'_> {
    Write::any(FAN_OUT).bind(&event.id).bind(&event.service_id).bind(event.at)
}

/// The listeners of a service, oldest first: those found gone included, those deleted not.
pub async fn endpoints_of_service(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
) -> Result<Vec<WebhookEndpoint>, StorageError> {
    let found = tx.rows(ENDPOINTS_OF_SERVICE, &[(&service_id).into()]).await?;
    found.iter().map(|row| read_endpoint(rows, row)).collect()
}

/// A listener of this service, disabled or not.
pub async fn load_endpoint(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: WebhookId,
) -> Result<Option<WebhookEndpoint>, StorageError> {
    find_endpoint(tx, rows, LOAD_ENDPOINT, &[(&id).into(), (&service_id).into()]).await
}

/// As [`load_endpoint`]; nobody else changes this listener until the transaction ends.
pub async fn lock_endpoint(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: WebhookId,
) -> Result<Option<WebhookEndpoint>, StorageError> {
    find_endpoint(tx, rows, LOCK_ENDPOINT, &[(&id).into(), (&service_id).into()]).await
}

async fn find_endpoint(
    tx: &mut Tx,
    rows: &Rows,
    sql: &'static str,
    params: &[Value<'_>],
) -> Result<Option<WebhookEndpoint>, StorageError> {
    tx.row_optional(sql, params).await?.map(|row| read_endpoint(rows, &row)).transpose()
}

fn read_endpoint(rows: &Rows, row: &Row) -> Result<WebhookEndpoint, StorageError> {
    let id = WebhookId::from_bytes(row.array(0)?);
    let earlier = row.optional_bytes(4)?;
    Ok(WebhookEndpoint {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        url: row.text(2)?.to_owned(),
        secret: Redacted(rows.open(secret_place(&id), row.bytes(3)?)?),
        earlier_secret: earlier
            .map(|sealed| rows.open(earlier_secret_place(&id), sealed).map(Redacted))
            .transpose()?,
        earlier_until: row.optional_timestamp(5)?,
        created_at: row.timestamp(6)?,
        disabled_at: row.optional_timestamp(7)?,
        disabled_reason: row.text(8)?.to_owned(),
    })
}

/// Leases deliveries that are due, longest due first, each with its listener. The next try of what is answered is the
/// end of its lease. A delivery whose listener was disabled, or cannot be read, is given up instead.
pub async fn claim(
    tx: &mut Tx,
    rows: &Rows,
    node: [u8; 16],
    now: Timestamp,
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<(WebhookDelivery, WebhookEndpoint)>, StorageError> {
    let params = [now.into(), limit.into(), (&node).into(), lease_until.into()];
    let mut found = tx.rows(CLAIM, &params).await?;
    found.sort_by(|left, right| left.bytes(0).ok().cmp(&right.bytes(0).ok()));
    let mut lookups = Vec::with_capacity(found.len() * 2);
    for row in &found {
        lookups.push((EVENT, vec![Value::Bytes(row.bytes(0)?)]));
        lookups.push((ENDPOINT, vec![Value::Bytes(row.bytes(1)?)]));
    }
    let answers = tx.rows_each(&lookups).await?;
    let mut leased = Vec::with_capacity(found.len());
    let mut given_up = Vec::new();
    for (row, pair) in found.iter().zip(answers.chunks(2)) {
        match read_leased(rows, row, pair) {
            Ok(one) => leased.push(one),
            // One that cannot be told must not keep all others from being told.
            Err(why) => given_up.push((row, why)),
        }
    }
    let mut writes = Vec::with_capacity(given_up.len());
    for (row, why) in given_up {
        writes.push(Write::one("leased delivery", GIVE_UP).bind(row.bytes(0)?).bind(row.bytes(1)?).bind(why));
    }
    write::run(tx, &writes).await?;
    Ok(leased)
}

/// The delivery with its event and its listener, or why it cannot be told.
fn read_leased(
    rows: &Rows,
    row: &Row,
    found: &[Vec<Row>],
) -> Result<(WebhookDelivery, WebhookEndpoint), &'static str> {
    let [event, endpoint] = found else { return Err("not found") };
    let (Some(event), Some(endpoint)) = (event.first(), endpoint.first()) else { return Err("not found") };
    let read = || -> Result<_, StorageError> {
        let endpoint = read_endpoint(rows, endpoint)?;
        Ok((read_delivery(read_event(event)?, row, 1)?, endpoint))
    };
    let (delivery, endpoint) = read().map_err(|error| {
        tracing::error!(%error, "webhook delivery given up: it cannot be read");
        "cannot be read"
    })?;
    if endpoint.disabled_at.is_some() {
        return Err("the listener was disabled");
    }
    Ok((delivery, endpoint))
}

fn read_event(row: &Row) -> Result<WebhookEvent, StorageError> {
    Ok(WebhookEvent {
        id: EventId::from_bytes(row.array(0)?),
        service_id: ServiceId::from_bytes(row.array(1)?),
        account_id: AccountId::from_bytes(row.array(2)?),
        kind: row.named(3, WebhookKind::from_text)?,
        data: row.text(4)?.to_owned(),
        at: row.timestamp(5)?,
    })
}

/// From the columns that begin with the listener's identifier at `first`.
fn read_delivery(event: WebhookEvent, row: &Row, first: usize) -> Result<WebhookDelivery, StorageError> {
    let wrong = |column| StorageError::Corrupt { column, expected: "a number of the right size" };
    let last_status = row.optional_int(first + 4)?.map(u16::try_from).transpose();
    let last_took_ms = row.optional_int(first + 6)?.map(u64::try_from).transpose();
    Ok(WebhookDelivery {
        event,
        endpoint_id: WebhookId::from_bytes(row.array(first)?),
        status: row.named(first + 1, DeliveryStatus::from_text)?,
        tries: row.count(first + 2)?,
        next_try_at: row.timestamp(first + 3)?,
        last_status: last_status.map_err(|_| wrong(first + 4))?,
        last_error: row.text(first + 5)?.to_owned(),
        last_took_ms: last_took_ms.map_err(|_| wrong(first + 6))?,
    })
}

/// Records what came of a try, as `delivery` now stands; `tries` is what [`claim`] answered. False when the word came
/// too late to count: the lease had run out, or someone else has finished the delivery.
pub async fn record(
    tx: &mut Tx,
    _rows: &Rows,
    node: [u8; 16],
    delivery: &WebhookDelivery,
) -> Result<bool, StorageError> {
    // Words of a listener we know nothing about; PostgreSQL keeps no NUL.
    let last_error = delivery.last_error.replace('\0', " ");
    let params = [
        (&delivery.event.id).into(),
        (&delivery.endpoint_id).into(),
        (&node).into(),
        delivery.tries.into(),
        delivery.status.as_str().into(),
        delivery.next_try_at.into(),
        delivery.last_status.map(i64::from).into(),
        (&last_error).into(),
        delivery.last_took_ms.map(|took_ms| i64::try_from(took_ms).unwrap_or(i64::MAX)).into(),
    ];
    Ok(tx.execute(RECORD, &params).await? == 1)
}

/// When the next delivery is due, or a lease ends.
pub async fn next_due(tx: &mut Tx, _rows: &Rows) -> Result<Option<Timestamp>, StorageError> {
    tx.row_optional(NEXT_DUE, &[]).await?.map_or(Ok(None), |row| row.optional_timestamp(0))
}

/// The deliveries of a listener of this service, newest event first, at most `limit`.
pub async fn deliveries_of(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    endpoint_id: WebhookId,
    limit: u32,
) -> Result<Vec<WebhookDelivery>, StorageError> {
    let params = [(&endpoint_id).into(), (&service_id).into(), limit.into()];
    let found = tx.rows(DELIVERIES_OF, &params).await?;
    found.iter().map(|row| read_delivery(read_event(row)?, row, 6)).collect()
}

/// Makes a delivery due again from its first try on, whatever came of it; wakes the teller once committed. False when
/// this service has no such delivery, or its listener is disabled.
pub async fn resend(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    endpoint_id: WebhookId,
    event_id: EventId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let params = [(&event_id).into(), (&endpoint_id).into(), (&service_id).into(), now.into()];
    let resent = tx.execute(RESEND, &params).await? == 1;
    tx.wake(Topic::Webhooks);
    Ok(resent)
}
