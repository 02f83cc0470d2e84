//! Members of staff who are, or were, signed in to the console. Cookies are kept as hashes, network addresses
//! sealed; what has ended stays ended.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use countersign_core::id::{OperatorId, OperatorSessionId, ServiceId};
use countersign_core::model::{OperatorSession, TokenHash};

const INSERT: &str = "INSERT INTO operator_sessions
    (id, service_id, operator_id, token, device, ip_sealed, created_at, last_seen_at, ended_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const SAVE: &str = "UPDATE operator_sessions SET last_seen_at = $3, ended_at = $4
    WHERE id = $1 AND service_id = $2 AND ended_at IS NULL";
const BY_TOKEN: &str =
    "SELECT id, service_id, operator_id, token, device, ip_sealed, created_at, last_seen_at, ended_at
    FROM operator_sessions WHERE service_id = $1 AND token = $2";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, SAVE, BY_TOKEN];

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
        .bind(session.ended_at))
}

pub(super) fn save(session: &OperatorSession) -> Write<'_> {
    Write::one("open operator session to save", SAVE)
        .bind(&session.id)
        .bind(&session.service_id)
        .bind(session.last_seen_at)
        .bind(session.ended_at)
}

/// The session whose cookie this is the hash of, ended or not.
pub async fn by_token(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    token: TokenHash,
) -> Result<Option<OperatorSession>, StorageError> {
    let Some(row) = tx.row_optional(BY_TOKEN, &[(&service_id).into(), (&token).into()]).await? else {
        return Ok(None);
    };
    let id = OperatorSessionId::from_bytes(row.array(0)?);
    Ok(Some(OperatorSession {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        operator_id: OperatorId::from_bytes(row.array(2)?),
        token: row.token(3)?,
        device: row.text(4)?.to_owned(),
        ip: rows.open(ip_place(&id), row.bytes(5)?)?,
        created_at: row.timestamp(6)?,
        last_seen_at: row.timestamp(7)?,
        ended_at: row.optional_timestamp(8)?,
    }))
}
