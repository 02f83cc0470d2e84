//! Holders' accounts. Emails, password hashes and phrases are sealed; one email opens one account per service.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::{Row, Value};
use countersign_core::address::AddressIndex;
use countersign_core::id::{AccountId, ServiceId};
use countersign_core::model::{Account, AccountStatus};
use countersign_core::time::Timestamp;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, service_id, status, email_sealed, password_hash_sealed, sms_enabled_at, locale,
                 created_at, password_set_at, phrase_sealed, frozen_from, frozen_by_staff_from, status_set_at
             FROM accounts WHERE ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO accounts
    (id, service_id, status, email_sealed, email_index, password_hash_sealed, sms_enabled_at, locale,
        password_set_at, phrase_sealed, frozen_from, frozen_by_staff_from, status_set_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const SAVE: &str =
    "UPDATE accounts SET status = $3, email_sealed = $4, email_index = $5, password_hash_sealed = $6,
        sms_enabled_at = $7, locale = $8, password_set_at = $9, phrase_sealed = $10, frozen_from = $11,
        frozen_by_staff_from = $12, status_set_at = $13
    WHERE id = $1 AND service_id = $2";
const LOAD: &str = select!("id = $1 AND service_id = $2");
const LOCK: &str = select!("id = $1 AND service_id = $2 {FOR_UPDATE}");
const BY_EMAIL: &str = select!("service_id = $1 AND email_index = $2");

pub(crate) const STATEMENTS: &[&str] = &[INSERT, SAVE, LOAD, LOCK, BY_EMAIL];

fn email_place(id: &AccountId) -> Place<'_> {
    Place { table: "accounts", column: "email", row: id.as_bytes() }
}

fn password_place(id: &AccountId) -> Place<'_> {
    Place { table: "accounts", column: "password_hash", row: id.as_bytes() }
}

fn phrase_place(id: &AccountId) -> Place<'_> {
    Place { table: "accounts", column: "phrase", row: id.as_bytes() }
}

pub(super) fn insert<'a>(rows: &Rows, account: &'a Account) -> Result<Write<'a>, StorageError> {
    Ok(bind_mutable(rows, account, Write::one("new account", INSERT))?.bind(account.created_at))
}

pub(super) fn save<'a>(rows: &Rows, account: &'a Account) -> Result<Write<'a>, StorageError> {
    bind_mutable(rows, account, Write::one("account to save", SAVE))
}

fn bind_mutable<'a>(rows: &Rows, account: &'a Account, write: Write<'a>) -> Result<Write<'a>, StorageError> {
    let email = account.email.as_ref();
    let phrase = account.phrase.as_ref();
    Ok(write
        .bind(&account.id)
        .bind(&account.service_id)
        .bind(account.status.as_str())
        .bind_made_optional(
            email.map(|email| rows.seal(email_place(&account.id), email.expose())).transpose()?,
        )
        .bind_made_optional(email.map(|email| rows.index(email).0.to_vec()))
        .bind_made(rows.seal(password_place(&account.id), &account.password_hash)?)
        .bind(account.sms_enabled_at)
        .bind(&account.locale)
        .bind(account.password_set_at)
        .bind_made_optional(phrase.map(|text| rows.seal(phrase_place(&account.id), text)).transpose()?)
        .bind(account.frozen_from.map(AccountStatus::as_str))
        .bind(account.frozen_by_staff_from.map(AccountStatus::as_str))
        .bind(account.status_set_at))
}

/// An account of this service.
pub async fn load(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: AccountId,
) -> Result<Option<Account>, StorageError> {
    find(tx, rows, LOAD, &[(&id).into(), (&service_id).into()]).await
}

/// As [`load`]; nobody else decides about this account until the transaction ends.
pub async fn lock(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: AccountId,
) -> Result<Option<Account>, StorageError> {
    find(tx, rows, LOCK, &[(&id).into(), (&service_id).into()]).await
}

/// The account with this email.
pub async fn by_email(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    email: AddressIndex,
) -> Result<Option<Account>, StorageError> {
    find(tx, rows, BY_EMAIL, &[(&service_id).into(), (&email).into()]).await
}

async fn find(
    tx: &mut Tx,
    rows: &Rows,
    sql: &'static str,
    params: &[Value<'_>],
) -> Result<Option<Account>, StorageError> {
    tx.row_optional(sql, params).await?.map(|row| read(rows, &row)).transpose()
}

fn read(rows: &Rows, row: &Row) -> Result<Account, StorageError> {
    let id = AccountId::from_bytes(row.array(0)?);
    let (email, phrase) = (row.optional_bytes(3)?, row.optional_bytes(9)?);
    let (created_at, password_set_at) = (row.timestamp(7)?, row.timestamp(8)?);
    Ok(Account {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        status: row.named(2, AccountStatus::from_text)?,
        email: email.map(|sealed| rows.open_address(email_place(&id), sealed)).transpose()?,
        password_hash: rows.open(password_place(&id), row.bytes(4)?)?,
        sms_enabled_at: row.optional_timestamp(5)?,
        phrase: phrase.map(|sealed| rows.open(phrase_place(&id), sealed)).transpose()?,
        // Rows of the first version do not say, and could not change it.
        password_set_at: if password_set_at == Timestamp::EPOCH { created_at } else { password_set_at },
        frozen_from: row.optional_named(10, AccountStatus::from_text)?,
        frozen_by_staff_from: row.optional_named(11, AccountStatus::from_text)?,
        status_set_at: row.optional_timestamp(12)?,
        locale: row.text(6)?.to_owned(),
        created_at,
    })
}
