//! Signed-in periods. Cookies are kept as hashes, network addresses sealed; what has ended stays ended.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::{Row, Value};
use countersign_core::id::{AccountId, DeviceId, ServiceId, SessionId};
use countersign_core::model::{Factor, Session, TokenHash};
use countersign_core::time::Timestamp;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, service_id, account_id, device_id, token, second_factor, ip_sealed, created_at,
                 last_seen_at, ended_at
             FROM sessions WHERE service_id = $1 AND ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO sessions
    (id, service_id, account_id, device_id, token, second_factor, ip_sealed, created_at, last_seen_at,
        ended_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const SAVE: &str = "UPDATE sessions SET last_seen_at = $3, ended_at = $4
    WHERE id = $1 AND service_id = $2 AND ended_at IS NULL";
const END_ALL: &str = "UPDATE sessions SET ended_at = $2 WHERE account_id = $1 AND ended_at IS NULL";
const END_OTHERS: &str =
    "UPDATE sessions SET ended_at = $2 WHERE account_id = $1 AND ended_at IS NULL AND id <> $3";
const BY_TOKEN: &str = select!("token = $2");
const LOAD: &str = select!("id = $2");
const OPEN_OF_ACCOUNT: &str = select!("account_id = $2 AND ended_at IS NULL ORDER BY id DESC LIMIT 100");

pub(crate) const STATEMENTS: &[&str] = &[INSERT, SAVE, END_ALL, END_OTHERS, BY_TOKEN, LOAD, OPEN_OF_ACCOUNT];

fn ip_place(id: &SessionId) -> Place<'_> {
    Place { table: "sessions", column: "ip", row: id.as_bytes() }
}

pub(super) fn insert<'a>(rows: &Rows, session: &'a Session) -> Result<Write<'a>, StorageError> {
    Ok(Write::one("new session", INSERT)
        .bind(&session.id)
        .bind(&session.service_id)
        .bind(&session.account_id)
        .bind(&session.device_id)
        .bind(&session.token)
        .bind(session.second_factor.map(Factor::as_str))
        .bind_made(rows.seal(ip_place(&session.id), &session.ip)?)
        .bind(session.created_at)
        .bind(session.last_seen_at)
        .bind(session.ended_at))
}

pub(super) fn save(session: &Session) -> Write<'_> {
    Write::one("open session to save", SAVE)
        .bind(&session.id)
        .bind(&session.service_id)
        .bind(session.last_seen_at)
        .bind(session.ended_at)
}

pub(super) fn end_all<'a>(
    account_id: &'a AccountId,
    except: Option<&'a SessionId>,
    at: Timestamp,
) -> Write<'a> {
    match except {
        None => Write::any(END_ALL).bind(account_id).bind(at),
        Some(kept) => Write::any(END_OTHERS).bind(account_id).bind(at).bind(kept),
    }
}

/// The session whose cookie this is the hash of, ended or not.
pub async fn by_token(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    token: TokenHash,
) -> Result<Option<Session>, StorageError> {
    find(tx, rows, BY_TOKEN, &[(&service_id).into(), (&token).into()]).await
}

/// A session of this service, ended or not.
pub async fn load(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: SessionId,
) -> Result<Option<Session>, StorageError> {
    find(tx, rows, LOAD, &[(&service_id).into(), (&id).into()]).await
}

/// The sessions of an account that nobody ended, newest first, at most 100. Some may have run out.
pub async fn open_of_account(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
) -> Result<Vec<Session>, StorageError> {
    let found = tx.rows(OPEN_OF_ACCOUNT, &[(&service_id).into(), (&account_id).into()]).await?;
    found.iter().map(|row| read(rows, row)).collect()
}

async fn find(
    tx: &mut Tx,
    rows: &Rows,
    sql: &'static str,
    params: &[Value<'_>],
) -> Result<Option<Session>, StorageError> {
    tx.row_optional(sql, params).await?.map(|row| read(rows, &row)).transpose()
}

fn read(rows: &Rows, row: &Row) -> Result<Session, StorageError> {
    let id = SessionId::from_bytes(row.array(0)?);
    Ok(Session {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        account_id: AccountId::from_bytes(row.array(2)?),
        device_id: DeviceId::from_bytes(row.array(3)?),
        token: row.token(4)?,
        second_factor: row.optional_named(5, Factor::from_text)?,
        ip: rows.open(ip_place(&id), row.bytes(6)?)?,
        created_at: row.timestamp(7)?,
        last_seen_at: row.timestamp(8)?,
        ended_at: row.optional_timestamp(9)?,
    })
}
