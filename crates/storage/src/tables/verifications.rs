//! Verifications. Addresses are sealed, codes are kept as keyed hashes only. A verification is changed while
//! it is pending and never after, whatever a caller believes: that guard is in the statement (R4).

use super::rows::{Rows, SubjectBytes};
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::{Row, Value};
use countersign_core::address::AddressIndex;
use countersign_core::id::{ServiceId, VerificationId};
use countersign_core::model::*;
use countersign_core::time::Timestamp;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, service_id, subject, channel, address_sealed, address_index, purpose, details, page,
                 locale, status, code_length, code_hash, earlier_code_hashes, failures, sends, last_sent_at,
                 code_expires_at, deadline, created_at, finished_at, reverse_hash, reverse_heard_at
             FROM verifications WHERE ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO verifications
    (id, service_id, subject, channel, address_sealed, address_index, purpose, details, page, locale,
        code_length, created_at, deadline, status, code_hash, earlier_code_hashes, failures, sends, last_sent_at,
        code_expires_at, finished_at, reverse_hash, reverse_heard_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
        $22, $23)";
const SAVE: &str =
    "UPDATE verifications SET status = $3, code_hash = $4, earlier_code_hashes = $5, failures = $6,
        sends = $7, last_sent_at = $8, code_expires_at = $9, finished_at = $10, reverse_hash = $11,
        reverse_heard_at = $12, channel = $13
    WHERE id = $1 AND service_id = $2 AND status = 'pending'";
const SUPERSEDE: &str = "UPDATE verifications SET status = 'superseded', finished_at = $6
    WHERE service_id = $1 AND subject = $2 AND channel = $3 AND purpose = $4 AND id <> $5
        AND status = 'pending'";
const LOAD: &str = select!("id = $1 AND service_id = $2");
const LOCK: &str = select!("id = $1 AND service_id = $2 {FOR_UPDATE}");
const DUE: &str = "SELECT service_id, id FROM verifications WHERE status = 'pending' AND deadline <= $1
    ORDER BY deadline LIMIT $2";
const REVERSED: &str = select!(
    "address_index = $1 AND status = 'pending' AND reverse_hash IS NOT NULL ORDER BY id {FOR_UPDATE}"
);

pub(crate) const STATEMENTS: &[&str] = &[INSERT, SAVE, SUPERSEDE, LOAD, LOCK, DUE, REVERSED];

fn address_place(id: &VerificationId) -> Place<'_> {
    Place { table: "verifications", column: "address", row: id.as_bytes() }
}

pub(super) fn insert<'a>(rows: &Rows, verification: &'a Verification) -> Result<Write<'a>, StorageError> {
    let fixed = Write::one("new verification", INSERT)
        .bind(&verification.id)
        .bind(&verification.service_id)
        .bind_made(SubjectBytes::new(verification.subject).to_vec())
        .bind(verification.channel.as_str())
        .bind_made(rows.seal(address_place(&verification.id), verification.address.expose())?)
        .bind(&verification.address_index)
        .bind(verification.purpose.as_str())
        .bind(&verification.details.0)
        .bind(verification.page.as_ref())
        .bind(&verification.locale)
        .bind(verification.code_length)
        .bind(verification.created_at)
        .bind(verification.deadline);
    Ok(bind_mutable(verification, fixed))
}

pub(super) fn save(verification: &Verification) -> Write<'_> {
    let key = Write::one("pending verification to save", SAVE)
        .bind(&verification.id)
        .bind(&verification.service_id);
    // A code may be called out that was texted before: the same verification over another channel.
    bind_mutable(verification, key).bind(verification.channel.as_str())
}

/// In the order of [`SAVE`], which [`INSERT`] ends with.
fn bind_mutable<'a>(verification: &'a Verification, write: Write<'a>) -> Write<'a> {
    let earlier: Vec<u8> = verification.earlier_code_hashes.iter().flat_map(|hash| hash.0).collect();
    write
        .bind(verification.status.as_str())
        .bind(&verification.code_hash.0)
        .bind_made(earlier)
        .bind(verification.failures)
        .bind(verification.sends)
        .bind(verification.last_sent_at)
        .bind(verification.code_expires_at)
        .bind(verification.finished_at)
        .bind(verification.reverse_hash.as_ref().map(|hash| &hash.0))
        .bind(verification.reverse_heard_at)
}

pub(super) fn supersede<'a>(
    service_id: &'a ServiceId,
    subject: Subject,
    channel: Channel,
    purpose: Purpose,
    except: &'a VerificationId,
    at: Timestamp,
) -> Write<'a> {
    Write::any(SUPERSEDE)
        .bind(service_id)
        .bind_made(SubjectBytes::new(subject).to_vec())
        .bind(channel.as_str())
        .bind(purpose.as_str())
        .bind(except)
        .bind(at)
}

/// A verification of this service.
pub async fn load(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: VerificationId,
) -> Result<Option<Verification>, StorageError> {
    find(tx, rows, LOAD, &[(&id).into(), (&service_id).into()]).await
}

/// As [`load`]; nobody else judges this verification until the transaction ends.
pub async fn lock(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: VerificationId,
) -> Result<Option<Verification>, StorageError> {
    find(tx, rows, LOCK, &[(&id).into(), (&service_id).into()]).await
}

/// Pending verifications whose deadline has passed, longest overdue first.
pub async fn due(
    tx: &mut Tx,
    _rows: &Rows,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(ServiceId, VerificationId)>, StorageError> {
    let found = tx.rows(DUE, &[now.into(), limit.into()]).await?;
    found
        .iter()
        .map(|row| Ok((ServiceId::from_bytes(row.array(0)?), VerificationId::from_bytes(row.array(1)?))))
        .collect()
}

/// Pending verifications of an address, of every service, that wait for a text from it: oldest first, locked as by
/// [`lock`].
pub async fn pending_by_address(
    tx: &mut Tx,
    rows: &Rows,
    address: AddressIndex,
) -> Result<Vec<Verification>, StorageError> {
    tx.rows(REVERSED, &[(&address).into()]).await?.iter().map(|row| read(rows, row)).collect()
}

async fn find(
    tx: &mut Tx,
    rows: &Rows,
    sql: &'static str,
    params: &[Value<'_>],
) -> Result<Option<Verification>, StorageError> {
    tx.row_optional(sql, params).await?.map(|row| read(rows, &row)).transpose()
}

fn read(rows: &Rows, row: &Row) -> Result<Verification, StorageError> {
    let id = VerificationId::from_bytes(row.array(0)?);
    let code_length = u8::try_from(row.count(11)?);
    Ok(Verification {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        subject: row.subject(2)?,
        channel: row.named(3, Channel::from_text)?,
        address: rows.open_address(address_place(&id), row.bytes(4)?)?,
        address_index: AddressIndex(row.array(5)?),
        purpose: row.named(6, Purpose::from_text)?,
        details: DetailsDigest(row.array(7)?),
        page: row.optional_array(8)?.map(TokenHash),
        locale: row.text(9)?.to_owned(),
        status: row.named(10, VerificationStatus::from_text)?,
        code_length: code_length.map_err(|_| StorageError::Corrupt { column: 11, expected: "a length" })?,
        // Forgotten a day after the end (R79), when nothing is compared with it any more.
        code_hash: CodeHash(row.optional_array(12)?.unwrap_or_default()),
        earlier_code_hashes: hashes(row.optional_bytes(13)?.unwrap_or_default())?,
        failures: row.count(14)?,
        sends: row.count(15)?,
        last_sent_at: row.timestamp(16)?,
        code_expires_at: row.timestamp(17)?,
        deadline: row.timestamp(18)?,
        created_at: row.timestamp(19)?,
        finished_at: row.optional_timestamp(20)?,
        reverse_hash: row.optional_array(21)?.map(CodeHash),
        reverse_heard_at: row.optional_timestamp(22)?,
    })
}

fn hashes(bytes: &[u8]) -> Result<Vec<CodeHash>, StorageError> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(StorageError::Corrupt { column: 13, expected: "hashes of 32 bytes" });
    }
    Ok(hashes.iter().copied().map(CodeHash).collect())
}
