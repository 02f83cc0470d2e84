//! Members of staff who are, or were, signed in to the console. Cookies are kept as hashes, network addresses
//! sealed; what has ended stays ended.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::{Row, Value};
use countersign_core::id::{OperatorId, OperatorSessionId, ServiceId};
use countersign_core::model::{OperatorSession, TokenHash};
use countersign_core::time::Timestamp;

const INSERT: &str = "INSERT INTO operator_sessions
    (id, service_id, operator_id, token, device, ip_sealed, created_at, last_seen_at, ended_at, browser)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const SAVE: &str = "UPDATE operator_sessions SET last_seen_at = $3, ended_at = $4
    WHERE id = $1 AND service_id = $2 AND ended_at IS NULL";
// Those that ended before keep their end.
const END_ALL: &str = "UPDATE operator_sessions SET ended_at = COALESCE(ended_at, $3), browser = NULL
    WHERE service_id = $1 AND operator_id = $2 AND (ended_at IS NULL OR browser IS NOT NULL) AND id <> $4";

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, service_id, operator_id, token, device, ip_sealed, created_at, last_seen_at, ended_at,
                 browser
             FROM operator_sessions WHERE service_id = $1 AND ",
            $rest
        )
    };
}

const BY_TOKEN: &str = select!("token = $2");
const OPEN: &str = select!("operator_id = $2 AND ended_at IS NULL ORDER BY id DESC");
const LAST_SEEN: &str = "SELECT operator_id, MAX(last_seen_at) FROM operator_sessions
    WHERE service_id = $1 GROUP BY operator_id";
const IS_KNOWN: &str = "SELECT COUNT(*) FROM operator_sessions
    WHERE service_id = $1 AND operator_id = $2 AND browser = $3 AND created_at > $4";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, SAVE, END_ALL, BY_TOKEN, OPEN, LAST_SEEN, IS_KNOWN];

fn ip_place(id: &OperatorSessionId) -> Place<'_> {
    Place { table: "operator_sessions", column: "ip", row: id.as_bytes() }
}

pub(super) fn insert<'a>(rows: &Rows, session: &'a OperatorSession) -> Result<Write<'a>, StorageError> {
    Ok(Write::one("new operator session", INSERT)
        .bind(&session.id)
        .bind(&session.service_id)
        .bind(&session.operator_id)
        .bind(&session.token)
        .bind(&session.device)
        .bind_made(rows.seal(ip_place(&session.id), &session.ip)?)
        .bind(session.created_at)
        .bind(session.last_seen_at)
        .bind(session.ended_at)
        .bind(session.browser.as_ref()))
}

pub(super) fn save(session: &OperatorSession) -> Write<'_> {
    Write::one("open operator session to save", SAVE)
        .bind(&session.id)
        .bind(&session.service_id)
        .bind(session.last_seen_at)
        .bind(session.ended_at)
}

pub(super) fn end_all<'a>(
    service_id: &'a ServiceId,
    operator_id: &'a OperatorId,
    except: Option<&'a OperatorSessionId>,
    at: Timestamp,
) -> Write<'a> {
    // No session has the empty identifier.
    let except: &[u8] = except.map_or(&[], |id| id.as_bytes());
    Write::any(END_ALL).bind(service_id).bind(operator_id).bind(at).bind(except)
}

/// Whether an operator has signed in since then from the browser whose cookie this is the hash of.
pub async fn is_known(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    operator_id: OperatorId,
    browser: TokenHash,
    since: Timestamp,
) -> Result<bool, StorageError> {
    let key: [Value<'_>; 4] = [(&service_id).into(), (&operator_id).into(), (&browser).into(), since.into()];
    let row = tx.row_optional(IS_KNOWN, &key).await?;
    row.map_or(Ok(false), |row| Ok(row.count(0)? > 0))
}

/// The session whose cookie this is the hash of, ended or not.
pub async fn by_token(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    token: TokenHash,
) -> Result<Option<OperatorSession>, StorageError> {
    let found = tx.row_optional(BY_TOKEN, &[(&service_id).into(), (&token).into()]).await?;
    found.map(|row| read(rows, &row)).transpose()
}

/// The sessions of an operator that were not ended, newest first; some may have run out.
pub async fn open_of(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    operator_id: OperatorId,
) -> Result<Vec<OperatorSession>, StorageError> {
    let found = tx.rows(OPEN, &[(&service_id).into(), (&operator_id).into()]).await?;
    found.iter().map(|row| read(rows, row)).collect()
}

/// When each operator of a service was last in the console, as far as sessions are remembered.
pub async fn last_seen(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
) -> Result<Vec<(OperatorId, Timestamp)>, StorageError> {
    let found = tx.rows(LAST_SEEN, &[(&service_id).into()]).await?;
    found.iter().map(|row| Ok((OperatorId::from_bytes(row.array(0)?), row.timestamp(1)?))).collect()
}

fn read(rows: &Rows, row: &Row) -> Result<OperatorSession, StorageError> {
    let id = OperatorSessionId::from_bytes(row.array(0)?);
    Ok(OperatorSession {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        operator_id: OperatorId::from_bytes(row.array(2)?),
        token: row.token(3)?,
        device: row.text(4)?.to_owned(),
        ip: rows.open(ip_place(&id), row.bytes(5)?)?,
        created_at: row.timestamp(6)?,
        last_seen_at: row.timestamp(7)?,
        ended_at: row.optional_timestamp(8)?,
        browser: row.optional_array(9)?.map(TokenHash),
    })
}
