//! Browsers that an account has signed in from. Cookies are kept as hashes.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::Row;
use countersign_core::id::{AccountId, DeviceId, ServiceId};
use countersign_core::model::{Device, TokenHash};
use countersign_core::time::Timestamp;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, service_id, account_id, token, label, created_at, last_seen_at, forgotten_at
             FROM devices WHERE service_id = $1 AND ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO devices
    (id, service_id, account_id, token, label, created_at, last_seen_at, forgotten_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const SAVE: &str = "UPDATE devices SET label = $3, last_seen_at = $4, forgotten_at = $5
    WHERE id = $1 AND service_id = $2 AND forgotten_at IS NULL";
const FORGET_ALL: &str = "UPDATE devices SET forgotten_at = $2
    WHERE account_id = $1 AND service_id = (SELECT service_id FROM accounts WHERE id = $1)
        AND forgotten_at IS NULL";
const FORGET_OTHERS: &str = "UPDATE devices SET forgotten_at = $2
    WHERE account_id = $1 AND service_id = (SELECT service_id FROM accounts WHERE id = $1)
        AND forgotten_at IS NULL AND id <> $3";
const BY_TOKEN: &str = select!("token = $2");
const LOAD: &str = select!("id = $2");
const OF_ACCOUNT: &str =
    select!("account_id = $2 AND forgotten_at IS NULL ORDER BY last_seen_at DESC, id DESC");

pub(crate) const STATEMENTS: &[&str] = &[INSERT, SAVE, FORGET_ALL, FORGET_OTHERS, BY_TOKEN, LOAD, OF_ACCOUNT];

pub(super) fn insert(device: &Device) -> Write<'_> {
    Write::one("new device", INSERT)
        .bind(&device.id)
        .bind(&device.service_id)
        .bind(&device.account_id)
        .bind(&device.token)
        .bind(&device.label)
        .bind(device.created_at)
        .bind(device.last_seen_at)
        .bind(device.forgotten_at)
}

/// What was forgotten stays forgotten.
pub(super) fn save(device: &Device) -> Write<'_> {
    Write::one("known device to save", SAVE)
        .bind(&device.id)
        .bind(&device.service_id)
        .bind(&device.label)
        .bind(device.last_seen_at)
        .bind(device.forgotten_at)
}

pub(super) fn forget<'a>(
    account_id: &'a AccountId,
    except: Option<&'a DeviceId>,
    at: Timestamp,
) -> Write<'a> {
    match except {
        None => Write::any(FORGET_ALL).bind(account_id).bind(at),
        Some(kept) => Write::any(FORGET_OTHERS).bind(account_id).bind(at).bind(kept),
    }
}

/// The device whose cookie this is the hash of, forgotten or not.
pub async fn by_token(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    token: TokenHash,
) -> Result<Option<Device>, StorageError> {
    tx.row_optional(BY_TOKEN, &[(&service_id).into(), (&token).into()]).await?.as_ref().map(read).transpose()
}

/// A device of this service, forgotten or not.
pub async fn load(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    id: DeviceId,
) -> Result<Option<Device>, StorageError> {
    tx.row_optional(LOAD, &[(&service_id).into(), (&id).into()]).await?.as_ref().map(read).transpose()
}

/// The devices of an account that were not forgotten, last used first.
pub async fn of_account(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
) -> Result<Vec<Device>, StorageError> {
    tx.rows(OF_ACCOUNT, &[(&service_id).into(), (&account_id).into()]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Device, StorageError> {
    Ok(Device {
        id: DeviceId::from_bytes(row.array(0)?),
        service_id: ServiceId::from_bytes(row.array(1)?),
        account_id: AccountId::from_bytes(row.array(2)?),
        token: row.token(3)?,
        label: row.text(4)?.to_owned(),
        created_at: row.timestamp(5)?,
        last_seen_at: row.timestamp(6)?,
        forgotten_at: row.optional_timestamp(7)?,
    })
}
