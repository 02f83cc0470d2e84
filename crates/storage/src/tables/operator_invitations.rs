//! Links by which staff set what they sign in with, kept as hashes of their tokens. One is used once.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::tx::Tx;
use countersign_core::id::{OperatorId, ServiceId};
use countersign_core::model::{InvitationPurpose, OperatorInvitation, TokenHash};
use countersign_core::time::Timestamp;

const INSERT: &str = "INSERT INTO operator_invitations
    (token, service_id, operator_id, purpose, created_at, expires_at, used_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const USE: &str = "UPDATE operator_invitations SET used_at = $3
    WHERE token = $1 AND service_id = $2 AND used_at IS NULL AND expires_at > $4";
const END: &str = "UPDATE operator_invitations SET used_at = $3
    WHERE service_id = $1 AND operator_id = $2 AND used_at IS NULL";
const FIND: &str = "SELECT service_id, operator_id, purpose, created_at, expires_at, used_at
    FROM operator_invitations WHERE service_id = $1 AND token = $2";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, USE, END, FIND];

pub(super) fn insert(invitation: &OperatorInvitation) -> Write<'_> {
    Write::one("new link for staff", INSERT)
        .bind(&invitation.token)
        .bind(&invitation.service_id)
        .bind(&invitation.operator_id)
        .bind(invitation.purpose.as_str())
        .bind(invitation.created_at)
        .bind(invitation.expires_at)
        .bind(invitation.used_at)
}

/// Of two that use one link, the second finds it used: a conflict.
pub(super) fn spend<'a>(token: &'a TokenHash, service_id: &'a ServiceId, at: Timestamp) -> Write<'a> {
    Write::one("open link for staff", USE).bind(token).bind(service_id).bind(at).bind(at)
}

pub(super) fn end_all<'a>(
    service_id: &'a ServiceId,
    operator_id: &'a OperatorId,
    at: Timestamp,
) -> Write<'a> {
    Write::any(END).bind(service_id).bind(operator_id).bind(at)
}

/// The link with this token, used or not.
pub async fn find(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    token: TokenHash,
) -> Result<Option<OperatorInvitation>, StorageError> {
    let Some(row) = tx.row_optional(FIND, &[(&service_id).into(), (&token).into()]).await? else {
        return Ok(None);
    };
    Ok(Some(OperatorInvitation {
        token,
        service_id: ServiceId::from_bytes(row.array(0)?),
        operator_id: OperatorId::from_bytes(row.array(1)?),
        purpose: row.named(2, InvitationPurpose::from_text)?,
        created_at: row.timestamp(3)?,
        expires_at: row.timestamp(4)?,
        used_at: row.optional_timestamp(5)?,
    }))
}
