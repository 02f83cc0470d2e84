//! What one of staff proposed and another decides. A proposal ends once; the same one waits once for its account.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::Row;
use countersign_core::id::{AccountId, OperatorId, ProposalId, ServiceId};
use countersign_core::model::{Actor, Proposal, ProposalKind, ProposalStatus, ProposalTarget};
use countersign_core::time::Timestamp;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, service_id, account_id, kind, target, reason, proposed_by, proposed_by_id, proposed_at,
                 expires_at, status, decided_by, decided_by_id, decided_at, decision_note
             FROM proposals WHERE ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO proposals
    (id, service_id, account_id, kind, target, reason, proposed_by, proposed_by_id, proposed_at, expires_at, status,
        decided_by, decided_by_id, decided_at, decision_note)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const SAVE: &str = "UPDATE proposals SET status = $3, decided_by = $4, decided_by_id = $5, decided_at = $6,
        decision_note = $7
    WHERE id = $1 AND service_id = $2 AND status = 'waiting'";
const LOAD: &str = select!("id = $1 AND service_id = $2");
const LOCK: &str = select!("id = $1 AND service_id = $2 {FOR_UPDATE}");
const LOCK_WAITING: &str =
    select!("service_id = $1 AND account_id = $2 AND status = 'waiting' ORDER BY id {FOR_UPDATE}");
const OF_ACCOUNT: &str = select!("service_id = $1 AND account_id = $2 ORDER BY id DESC LIMIT $3");
const OF_SERVICE: &str = select!("service_id = $1 ORDER BY id DESC LIMIT $2");
const WAITING: &str =
    select!("service_id = $1 AND status = 'waiting' AND expires_at > $2 ORDER BY expires_at, id LIMIT $3");
const COUNT_WAITING: &str =
    "SELECT COUNT(*) FROM proposals WHERE service_id = $1 AND status = 'waiting' AND expires_at > $2";
const OVERDUE: &str = "SELECT service_id, id, account_id FROM proposals
    WHERE status = 'waiting' AND expires_at <= $1 ORDER BY expires_at LIMIT $2";
// Time-ordered identifiers: who was proposed long before the window has long run out.
const SPANS: &str = "SELECT proposed_at, COALESCE(decided_at, expires_at) FROM proposals
    WHERE service_id = $1 AND id >= $2 ORDER BY id LIMIT $3";

pub(crate) const STATEMENTS: &[&str] =
    &[INSERT, SAVE, LOAD, LOCK, LOCK_WAITING, OF_ACCOUNT, OF_SERVICE, WAITING, COUNT_WAITING, OVERDUE, SPANS];

fn operator_of(actor: Option<Actor>) -> Option<Vec<u8>> {
    actor.and_then(Actor::operator).map(|id| id.as_bytes().to_vec())
}

pub(super) fn insert(proposal: &Proposal) -> Write<'_> {
    Write::one("new proposal", INSERT)
        .bind(&proposal.id)
        .bind(&proposal.service_id)
        .bind(&proposal.account_id)
        .bind(proposal.kind.as_str())
        .bind_made_text(proposal.target.to_text())
        .bind(&proposal.reason)
        .bind(proposal.proposed_by.kind())
        .bind_made_optional(operator_of(Some(proposal.proposed_by)))
        .bind(proposal.proposed_at)
        .bind(proposal.expires_at)
        .bind(proposal.status.as_str())
        .bind(proposal.decided_by.map(Actor::kind))
        .bind_made_optional(operator_of(proposal.decided_by))
        .bind(proposal.decided_at)
        .bind(&proposal.decision_note)
}

/// What has ended stays ended.
pub(super) fn save(proposal: &Proposal) -> Write<'_> {
    Write::one("waiting proposal to save", SAVE)
        .bind(&proposal.id)
        .bind(&proposal.service_id)
        .bind(proposal.status.as_str())
        .bind(proposal.decided_by.map(Actor::kind))
        .bind_made_optional(operator_of(proposal.decided_by))
        .bind(proposal.decided_at)
        .bind(&proposal.decision_note)
}

/// A proposal of this service.
pub async fn load(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    id: ProposalId,
) -> Result<Option<Proposal>, StorageError> {
    tx.row_optional(LOAD, &[(&id).into(), (&service_id).into()]).await?.map(|row| read(&row)).transpose()
}

/// As [`load`]; nobody else decides it until the transaction ends.
pub async fn lock(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    id: ProposalId,
) -> Result<Option<Proposal>, StorageError> {
    tx.row_optional(LOCK, &[(&id).into(), (&service_id).into()]).await?.map(|row| read(&row)).transpose()
}

/// Those of an account that nobody has decided, run out of time or not; locked.
pub async fn lock_waiting(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
) -> Result<Vec<Proposal>, StorageError> {
    let params = [(&service_id).into(), (&account_id).into()];
    tx.rows(LOCK_WAITING, &params).await?.iter().map(read).collect()
}

/// The newest proposals about an account, at most `limit`.
pub async fn of_account(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
    limit: u32,
) -> Result<Vec<Proposal>, StorageError> {
    let params = [(&service_id).into(), (&account_id).into(), limit.into()];
    tx.rows(OF_ACCOUNT, &params).await?.iter().map(read).collect()
}

/// The newest proposals of a service, at most `limit`.
pub async fn of_service(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    limit: u32,
) -> Result<Vec<Proposal>, StorageError> {
    tx.rows(OF_SERVICE, &[(&service_id).into(), limit.into()]).await?.iter().map(read).collect()
}

/// Those that wait for a decision, the next to run out first, at most `limit`.
pub async fn waiting(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Proposal>, StorageError> {
    tx.rows(WAITING, &[(&service_id).into(), now.into(), limit.into()]).await?.iter().map(read).collect()
}

/// How many wait for a decision.
pub async fn count_waiting(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let row = tx.row_optional(COUNT_WAITING, &[(&service_id).into(), now.into()]).await?;
    row.map_or(Ok(0), |row| Ok(u64::from(row.count(0)?)))
}

/// Those of all services whose time ran out and that nobody has said so of, the longest first, at most `limit`: whose,
/// which, and about which account.
pub async fn overdue(
    tx: &mut Tx,
    _rows: &Rows,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ServiceId, ProposalId, AccountId)>, StorageError> {
    let read = |row: &Row| {
        Ok((
            ServiceId::from_bytes(row.array(0)?),
            ProposalId::from_bytes(row.array(1)?),
            AccountId::from_bytes(row.array(2)?),
        ))
    };
    tx.rows(OVERDUE, &[now.into(), limit.into()]).await?.iter().map(read).collect()
}

/// From when to when each proposal made since an instant waited, or will at the longest; at most `limit`.
pub async fn spans(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<(Timestamp, Timestamp)>, StorageError> {
    let first = super::rows::first_id_at(since);
    let read = |row: &Row| Ok((row.timestamp(0)?, row.timestamp(1)?));
    tx.rows(SPANS, &[(&service_id).into(), (&first).into(), limit.into()]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Proposal, StorageError> {
    let actor = |kind: usize, id: usize| -> Result<Option<Actor>, StorageError> {
        let Some(text) = row.optional_text(kind)? else { return Ok(None) };
        let found = Actor::from_parts(text, row.optional_array(id)?.map(OperatorId::from_bytes));
        found.map(Some).ok_or(StorageError::Corrupt { column: kind, expected: "an actor" })
    };
    let kind = row.named(3, ProposalKind::from_text)?;
    Ok(Proposal {
        id: ProposalId::from_bytes(row.array(0)?),
        service_id: ServiceId::from_bytes(row.array(1)?),
        account_id: AccountId::from_bytes(row.array(2)?),
        kind,
        target: row.named(4, |text| ProposalTarget::from_text(kind, text))?,
        reason: row.text(5)?.to_owned(),
        proposed_by: actor(6, 7)?.ok_or(StorageError::Corrupt { column: 6, expected: "an actor" })?,
        proposed_at: row.timestamp(8)?,
        expires_at: row.timestamp(9)?,
        status: row.named(10, ProposalStatus::from_text)?,
        decided_by: actor(11, 12)?,
        decided_at: row.optional_timestamp(13)?,
        decision_note: row.text(14)?.to_owned(),
    })
}
