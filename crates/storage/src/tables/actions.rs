//! Actions. What is to be authorised is sealed and written once; where it stands moves one way only, and its page
//! belongs to the browser that came first: both guards are in the statement that saves (R4, R52, R53).

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::{Row, Value};
use countersign_core::id::{AccountId, ActionId, ServiceId, VerificationId};
use countersign_core::model::*;
use countersign_core::time::Timestamp;
use serde::Serialize;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, service_id, account_id, kind, origin, details_sealed, digest, audience, any_of, chosen,
                 proofs, verification_id, passkey_challenge_sealed, policy_version, link, page, return_url, locale,
                 status, reason, deadline, extensions, created_at, authorised_at, assertion_id,
                 assertion_expires_at, redeemed_at, redeem_key, misses
             FROM actions WHERE ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO actions
    (id, service_id, status, reason, chosen, proofs, misses, verification_id, passkey_challenge_sealed, page,
        deadline, extensions, authorised_at, assertion_id, assertion_expires_at, redeemed_at, redeem_key,
        account_id, kind, origin, details_sealed, digest, audience, any_of, policy_version, link, return_url,
        locale, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
        $23, $24, $25, $26, $27, $28, $29)";
const SAVE: &str =
    "UPDATE actions SET status = $3, reason = $4, chosen = $5, proofs = $6, misses = $7, verification_id = $8,
        passkey_challenge_sealed = $9, page = $10, deadline = $11, extensions = $12, authorised_at = $13,
        assertion_id = $14, assertion_expires_at = $15, redeemed_at = $16, redeem_key = $17,
        link = CASE WHEN page IS NULL THEN $18 ELSE link END
    WHERE id = $1 AND service_id = $2 AND (page IS NULL OR page = $10)
        AND (status = 'pending' OR status = 'authorised' AND $3 IN ('redeemed', 'lapsed', 'canceled'))";
const LOAD: &str = select!("id = $1 AND service_id = $2");
const LOCK: &str = select!("id = $1 AND service_id = $2 {FOR_UPDATE}");
const LOCK_BY_LINK: &str = select!("link = $1 {FOR_UPDATE}");
const LOCK_OPEN: &str = select!(
    "service_id = $1 AND account_id = $2 AND status IN ('pending', 'authorised') ORDER BY id {FOR_UPDATE}"
);
const OF_ACCOUNT: &str = select!("service_id = $1 AND account_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4");
const OVERDUE: &str = "SELECT service_id, id FROM actions WHERE status = 'pending' AND deadline <= $1
    ORDER BY deadline LIMIT $2";
const LAPSING: &str = "SELECT service_id, id FROM actions
    WHERE status = 'authorised' AND assertion_expires_at <= $1 ORDER BY assertion_expires_at LIMIT $2";
const LAST_AUTHORISED: &str = "SELECT MAX(authorised_at) FROM actions
    WHERE service_id = $1 AND account_id = $2 AND authorised_at IS NOT NULL";

pub(crate) const STATEMENTS: &[&str] =
    &[INSERT, SAVE, LOAD, LOCK, LOCK_BY_LINK, LOCK_OPEN, OF_ACCOUNT, OVERDUE, LAPSING, LAST_AUTHORISED];

fn details_place(id: &ActionId) -> Place<'_> {
    Place { table: "actions", column: "details", row: id.as_bytes() }
}

fn challenge_place(id: &ActionId) -> Place<'_> {
    Place { table: "actions", column: "passkey_challenge", row: id.as_bytes() }
}

fn json(value: &impl Serialize) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|_| StorageError::misuse("an action that JSON cannot hold"))
}

pub(super) fn insert<'a>(rows: &Rows, action: &'a Action) -> Result<Write<'a>, StorageError> {
    Ok(bind_mutable(rows, action, Write::one("new action", INSERT))?
        .bind(&action.account_id)
        .bind(action.kind.as_str())
        .bind(action.origin.as_str())
        .bind_made(rows.seal_record(details_place(&action.id), &action.details)?)
        .bind(&action.digest.0)
        .bind(&action.audience)
        .bind_made_text(json(&action.any_of)?)
        .bind(action.policy_version)
        .bind(action.link.as_ref())
        .bind(action.return_url.as_ref())
        .bind(&action.locale)
        .bind(action.created_at))
}

pub(super) fn save<'a>(rows: &Rows, action: &'a Action) -> Result<Write<'a>, StorageError> {
    // A page that nobody has opened may be given another link; the one before leads nowhere then.
    Ok(bind_mutable(rows, action, Write::one("open action to save", SAVE))?.bind(action.link.as_ref()))
}

/// In the order of [`SAVE`], which [`INSERT`] begins with.
fn bind_mutable<'a>(rows: &Rows, action: &'a Action, write: Write<'a>) -> Result<Write<'a>, StorageError> {
    let challenge = action.passkey_challenge.as_ref();
    let challenge = challenge.map(|text| rows.seal(challenge_place(&action.id), &text.0)).transpose()?;
    Ok(write
        .bind(&action.id)
        .bind(&action.service_id)
        .bind(action.status.as_str())
        .bind(action.reason.map(CancelReason::as_str))
        .bind(action.chosen)
        .bind_made_text(json(&action.proofs)?)
        .bind_made_text(json(&action.misses)?)
        .bind(action.verification.as_ref())
        .bind_made_optional(challenge)
        .bind(action.page.as_ref())
        .bind(action.deadline)
        .bind(action.extensions)
        .bind(action.authorised_at)
        .bind(action.assertion_id.as_ref())
        .bind(action.assertion_expires_at)
        .bind(action.redeemed_at)
        .bind(action.redeem_key.as_ref()))
}

/// An action of this service.
pub async fn load(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: ActionId,
) -> Result<Option<Action>, StorageError> {
    find(tx, rows, LOAD, &[(&id).into(), (&service_id).into()]).await
}

/// As [`load`]; nobody else decides about this action until the transaction ends.
pub async fn lock(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: ActionId,
) -> Result<Option<Action>, StorageError> {
    find(tx, rows, LOCK, &[(&id).into(), (&service_id).into()]).await
}

/// The action that a link opens, of whatever service; locked as by [`lock`].
pub async fn lock_by_link(tx: &mut Tx, rows: &Rows, link: TokenHash) -> Result<Option<Action>, StorageError> {
    find(tx, rows, LOCK_BY_LINK, &[(&link).into()]).await
}

/// The actions of an account that are pending, or authorised and not redeemed, oldest first; locked as by [`lock`].
pub async fn lock_open_of_account(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
) -> Result<Vec<Action>, StorageError> {
    let found = tx.rows(LOCK_OPEN, &[(&service_id).into(), (&account_id).into()]).await?;
    found.iter().map(|row| read(rows, row)).collect()
}

/// The actions of an account, newest first: older than `before` if given, at most `limit`.
pub async fn of_account(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
    before: Option<ActionId>,
    limit: u32,
) -> Result<Vec<Action>, StorageError> {
    // No time-ordered identifier is as late as this one.
    let before = before.unwrap_or(ActionId::from_bytes([0xFF; 16]));
    let params = [(&service_id).into(), (&account_id).into(), (&before).into(), limit.into()];
    tx.rows(OF_ACCOUNT, &params).await?.iter().map(|row| read(rows, row)).collect()
}

/// Pending actions past their deadline and authorised ones whose assertion has run out, longest overdue first; at most
/// `limit` of each.
pub async fn overdue(
    tx: &mut Tx,
    _rows: &Rows,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ServiceId, ActionId)>, StorageError> {
    let params = vec![now.into(), limit.into()];
    let found = tx.rows_each(&[(OVERDUE, params.clone()), (LAPSING, params)]).await?;
    let ids = |row: &Row| Ok((ServiceId::from_bytes(row.array(0)?), ActionId::from_bytes(row.array(1)?)));
    found.iter().flatten().map(ids).collect()
}

/// When an action of the account was last authorised, its own settings included.
pub async fn last_authorised_at(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
) -> Result<Option<Timestamp>, StorageError> {
    let row = tx.row_optional(LAST_AUTHORISED, &[(&service_id).into(), (&account_id).into()]).await?;
    row.map_or(Ok(None), |row| row.optional_timestamp(0))
}

async fn find(
    tx: &mut Tx,
    rows: &Rows,
    sql: &'static str,
    params: &[Value<'_>],
) -> Result<Option<Action>, StorageError> {
    tx.row_optional(sql, params).await?.map(|row| read(rows, &row)).transpose()
}

fn read(rows: &Rows, row: &Row) -> Result<Action, StorageError> {
    let id = ActionId::from_bytes(row.array(0)?);
    let challenge = row.optional_bytes(12)?;
    Ok(Action {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        account_id: AccountId::from_bytes(row.array(2)?),
        kind: row.named(3, ActionKind::from_text)?,
        origin: row.named(4, ActionOrigin::from_text)?,
        details: rows.open_record(details_place(&id), row.bytes(5)?)?,
        digest: DetailsDigest(row.array(6)?),
        audience: row.text(7)?.to_owned(),
        any_of: row.record(8)?,
        chosen: row.count(9)?,
        proofs: row.record(10)?,
        misses: row.record(28)?,
        verification: row.optional_array(11)?.map(VerificationId::from_bytes),
        passkey_challenge: challenge
            .map(|sealed| rows.open(challenge_place(&id), sealed).map(Redacted))
            .transpose()?,
        policy_version: row.int(13)?,
        link: row.optional_array(14)?.map(TokenHash),
        page: row.optional_array(15)?.map(TokenHash),
        return_url: row.optional_text(16)?.map(str::to_owned),
        locale: row.text(17)?.to_owned(),
        status: row.named(18, ActionStatus::from_text)?,
        reason: row.optional_named(19, CancelReason::from_text)?,
        deadline: row.timestamp(20)?,
        extensions: row.count(21)?,
        created_at: row.timestamp(22)?,
        authorised_at: row.optional_timestamp(23)?,
        assertion_id: row.optional_array(24)?,
        assertion_expires_at: row.optional_timestamp(25)?,
        redeemed_at: row.optional_timestamp(26)?,
        redeem_key: row.optional_array(27)?,
    })
}
