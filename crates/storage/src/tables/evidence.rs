//! Documents and photos: what is known of each, and its bytes in sealed parts small enough that no write keeps the
//! others waiting. A part opens under its own picture, stage and first byte only, so parts can be neither swapped nor
//! moved. Sealing and opening happen outside of transactions. Knows no picture: what bytes mean was decided elsewhere
//! (R63).

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::Row;
use countersign_core::id::{AccountId, EvidenceId, ServiceId};
use countersign_core::model::{Evidence, EvidenceOwner, EvidenceSlot, EvidenceUpload};
use countersign_core::time::Timestamp;
use std::fmt;
use zeroize::Zeroizing;

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT id, service_id, account_id, owner_kind, owner_id, slot, note_sealed, uploaded_at, delete_after,
                width, height, size_bytes, length_bytes, received_bytes, pieces, started_at FROM evidence ",
            $which
        )
    };
}

const BEGIN: &str = "INSERT INTO evidence (id, service_id, account_id, owner_kind, owner_id, slot, note_sealed,
        length_bytes, received_bytes, pieces, width, height, size_bytes, started_at, uploaded_at, delete_after,
        deleted_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, 0, $9, NULL, $10, NULL)";
const LOCK: &str = select!("WHERE id = $1 AND service_id = $2 AND deleted_at IS NULL {FOR_UPDATE}");
const LOAD: &str = select!("WHERE id = $1 AND service_id = $2 AND deleted_at IS NULL");
const OF_OWNER: &str = select!(
    "WHERE owner_id = $1 AND owner_kind = $2 AND service_id = $3 AND deleted_at IS NULL ORDER BY started_at, id"
);
const DUE: &str = select!("WHERE delete_after <= $1 AND deleted_at IS NULL ORDER BY delete_after LIMIT $2");
const UNFINISHED_BYTES: &str =
    "SELECT CAST(COALESCE(SUM(received_bytes), 0) AS BIGINT), COUNT(*) FROM evidence
    WHERE service_id = $1 AND owner_kind = $2 AND uploaded_at IS NULL AND deleted_at IS NULL";
const OF_ACCOUNT: &str = "SELECT
        CAST(COALESCE(SUM(CASE WHEN uploaded_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT),
        CAST(COALESCE(SUM(CASE WHEN uploaded_at IS NULL THEN length_bytes ELSE 0 END), 0) AS BIGINT),
        CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT)
    FROM evidence WHERE account_id = $1 AND owner_kind = $2 AND service_id = $3 AND deleted_at IS NULL";
const INSERT_PART: &str =
    "INSERT INTO evidence_parts (evidence_id, stage, first_byte, part_sealed) VALUES ($1, $2, $3, $4)";
const RECEIVE: &str = "UPDATE evidence SET received_bytes = $2, pieces = $3
    WHERE id = $1 AND received_bytes = $4 AND uploaded_at IS NULL AND deleted_at IS NULL";
const FINISH: &str =
    "UPDATE evidence SET width = $2, height = $3, size_bytes = $4, uploaded_at = $5, delete_after = $6
    WHERE id = $1 AND uploaded_at IS NULL AND deleted_at IS NULL";
const PARTS: &str = "SELECT first_byte, part_sealed FROM evidence_parts WHERE evidence_id = $1 AND stage = $2
    ORDER BY first_byte";
const DELETE_PARTS_OF_STAGE: &str = "DELETE FROM evidence_parts WHERE evidence_id = $1 AND stage = $2";
const DELETE_PARTS: &str = "DELETE FROM evidence_parts WHERE evidence_id = $1";
const DELETE_UNFINISHED: &str = "DELETE FROM evidence WHERE id = $1 AND uploaded_at IS NULL";
const MARK_DELETED: &str =
    "UPDATE evidence SET deleted_at = $2 WHERE id = $1 AND uploaded_at IS NOT NULL AND deleted_at IS NULL";
const GIVE_UP_PARTS_OF_OWNER: &str = "DELETE FROM evidence_parts WHERE evidence_id IN
    (SELECT id FROM evidence WHERE owner_id = $1 AND owner_kind = $2 AND uploaded_at IS NULL AND deleted_at IS NULL)";
const GIVE_UP_OF_OWNER: &str = "DELETE FROM evidence
    WHERE owner_id = $1 AND owner_kind = $2 AND uploaded_at IS NULL AND deleted_at IS NULL";
const RETAIN_OF_OWNER: &str = "UPDATE evidence SET delete_after = $3
    WHERE owner_id = $1 AND owner_kind = $2 AND deleted_at IS NULL";

pub(crate) const STATEMENTS: &[&str] = &[
    BEGIN,
    LOCK,
    LOAD,
    OF_OWNER,
    DUE,
    UNFINISHED_BYTES,
    OF_ACCOUNT,
    INSERT_PART,
    RECEIVE,
    FINISH,
    PARTS,
    DELETE_PARTS_OF_STAGE,
    DELETE_PARTS,
    DELETE_UNFINISHED,
    MARK_DELETED,
    GIVE_UP_PARTS_OF_OWNER,
    GIVE_UP_OF_OWNER,
    RETAIN_OF_OWNER,
];

/// Largest part, in bytes before sealing.
pub const PART_BYTES_MAX: usize = 256 * 1024;

/// Which bytes a part is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// As they were sent.
    Sent,
    /// The picture that was made of them.
    Made,
}

impl Stage {
    const fn number(self) -> u8 {
        match self {
            Stage::Sent => 0,
            Stage::Made => 1,
        }
    }
}

/// A part as it lies in its row.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedPart {
    first_byte: u32,
    sealed: Vec<u8>,
}

impl fmt::Debug for SealedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedPart(from {}, {} bytes)", self.first_byte, self.sealed.len())
    }
}

/// A picture, or one that is still coming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is there.
    Whole(Evidence),
    /// It is on the way.
    Coming(EvidenceUpload),
}

fn place_of(row: &[u8]) -> Place<'_> {
    Place { table: "evidence_parts", column: "part_sealed", row }
}

/// The place of a part: picture, stage, first byte.
fn part_row(id: EvidenceId, stage: Stage, first_byte: u32) -> [u8; 21] {
    let mut row = [0; 21];
    row[..16].copy_from_slice(id.as_bytes());
    row[16] = stage.number();
    row[17..].copy_from_slice(&first_byte.to_be_bytes());
    row
}

fn note_place(id: &EvidenceId) -> Place<'_> {
    Place { table: "evidence", column: "note_sealed", row: id.as_bytes() }
}

/// Cuts bytes that begin at `from` into parts and seals each. Needs no transaction.
///
/// # Errors
/// [`StorageError::Sealed`] when they reach past 4 GiB.
pub fn seal_parts(
    rows: &Rows,
    id: EvidenceId,
    stage: Stage,
    from: u32,
    bytes: &[u8],
) -> Result<Vec<SealedPart>, StorageError> {
    let mut parts = Vec::with_capacity(bytes.len().div_ceil(PART_BYTES_MAX));
    let mut first_byte = from;
    for piece in bytes.chunks(PART_BYTES_MAX) {
        let row = part_row(id, stage, first_byte);
        parts.push(SealedPart { first_byte, sealed: rows.seal_bytes(place_of(&row), piece)? });
        let next = u32::try_from(piece.len()).ok().and_then(|length| first_byte.checked_add(length));
        first_byte = next.ok_or_else(|| place_of(&row).refused("too long"))?;
    }
    Ok(parts)
}

/// Opens the parts of a picture and puts them together. Needs no transaction.
///
/// # Errors
/// [`StorageError::Sealed`] when one was changed, moved or is missing.
pub fn open_parts(
    rows: &Rows,
    id: EvidenceId,
    stage: Stage,
    length_bytes: u32,
    parts: &[SealedPart],
) -> Result<Zeroizing<Vec<u8>>, StorageError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(length_bytes).unwrap_or_default()));
    for part in parts {
        let row = part_row(id, stage, part.first_byte);
        if usize::try_from(part.first_byte) != Ok(bytes.len()) {
            return Err(place_of(&row).refused("the part before it is missing"));
        }
        bytes.extend_from_slice(&rows.open_bytes(place_of(&row), &part.sealed)?);
    }
    if usize::try_from(length_bytes) != Ok(bytes.len()) {
        return Err(place_of(id.as_bytes()).refused("a part is missing"));
    }
    Ok(bytes)
}

/// Writes down that a picture is coming.
///
/// # Errors
/// [`StorageError::Conflict`] when there is one of this identifier.
pub async fn begin(tx: &mut Tx, rows: &Rows, upload: &EvidenceUpload) -> Result<(), StorageError> {
    let (kind, owner) = upload.owner.as_parts();
    let note = rows.seal(note_place(&upload.id), &upload.note)?;
    let params = [
        (&upload.id).into(),
        (&upload.service_id).into(),
        upload.account_id.as_ref().into(),
        kind.into(),
        (&owner).into(),
        upload.slot.as_str().into(),
        (&note).into(),
        upload.length_bytes.into(),
        upload.started_at.into(),
        upload.expires_at.into(),
    ];
    tx.execute(BEGIN, &params).await.map(|_| ())
}

/// A picture, locked until the end of the transaction; none once it was deleted.
pub async fn lock(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: EvidenceId,
) -> Result<Option<Stored>, StorageError> {
    let found = tx.row_optional(LOCK, &[(&id).into(), (&service_id).into()]).await?;
    found.as_ref().map(|row| read(rows, row)).transpose()
}

/// A picture; none once it was deleted.
pub async fn load(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: EvidenceId,
) -> Result<Option<Stored>, StorageError> {
    let found = tx.row_optional(LOAD, &[(&id).into(), (&service_id).into()]).await?;
    found.as_ref().map(|row| read(rows, row)).transpose()
}

/// The pictures of an owner, begun first first.
pub async fn of_owner(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    owner: EvidenceOwner,
) -> Result<Vec<Evidence>, StorageError> {
    let stored = all_of_owner(tx, rows, service_id, owner).await?;
    let whole = |stored| match stored {
        Stored::Whole(picture) => Some(picture),
        Stored::Coming(_) => None,
    };
    Ok(stored.into_iter().filter_map(whole).collect())
}

/// What belongs to an owner, begun first first: pictures, and what is still on the way.
pub async fn all_of_owner(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    owner: EvidenceOwner,
) -> Result<Vec<Stored>, StorageError> {
    let (kind, id) = owner.as_parts();
    let found = tx.rows(OF_OWNER, &[(&id).into(), kind.into(), (&service_id).into()]).await?;
    found.iter().map(|row| read(rows, row)).collect()
}

/// What is to be deleted or given up by `now`, longest due first.
pub async fn due(tx: &mut Tx, rows: &Rows, now: Timestamp, limit: u32) -> Result<Vec<Stored>, StorageError> {
    tx.rows(DUE, &[now.into(), limit.into()]).await?.iter().map(|row| read(rows, row)).collect()
}

/// How many bytes of a service's pictures that are on the way have come, and of how many pictures: those of cases, or
/// those of tickets, as `owner` is one or the other.
pub async fn unfinished(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    owner: EvidenceOwner,
) -> Result<(u64, u64), StorageError> {
    let (kind, _) = owner.as_parts();
    let row = tx.row_optional(UNFINISHED_BYTES, &[(&service_id).into(), kind.into()]).await?;
    let Some(row) = row else { return Ok((0, 0)) };
    Ok((size(&row, 0)?, u64::from(row.count(1)?)))
}

/// What an account has in all its cases, or in all its tickets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountLoad {
    /// Uploads on the way.
    pub uploads: u64,
    /// Their bytes, as said when they were begun.
    pub unfinished_bytes: u64,
    /// Bytes of pictures.
    pub kept_bytes: u64,
}

/// How much an account has, in its cases or in its tickets, as `owner` is one or the other.
pub async fn of_account(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    account_id: AccountId,
    owner: EvidenceOwner,
) -> Result<AccountLoad, StorageError> {
    let (kind, _) = owner.as_parts();
    let params = [(&account_id).into(), kind.into(), (&service_id).into()];
    let Some(row) = tx.row_optional(OF_ACCOUNT, &params).await? else { return Ok(AccountLoad::default()) };
    Ok(AccountLoad { uploads: size(&row, 0)?, unfinished_bytes: size(&row, 1)?, kept_bytes: size(&row, 2)? })
}

/// A sum; a negative one would be too large, not too small.
fn size(row: &Row, column: usize) -> Result<u64, StorageError> {
    Ok(u64::try_from(row.int(column)?).unwrap_or(u64::MAX))
}

/// Adds parts to a picture that is coming, of which `upload.received_bytes` are there and then `received_bytes`.
///
/// # Errors
/// [`StorageError::Conflict`] when another piece came in between.
pub async fn receive(
    tx: &mut Tx,
    _rows: &Rows,
    upload: &EvidenceUpload,
    received_bytes: u32,
    parts: &[SealedPart],
) -> Result<(), StorageError> {
    insert_parts(tx, upload.id, Stage::Sent, parts).await?;
    let pieces = upload.pieces.saturating_add(1);
    let params = [(&upload.id).into(), received_bytes.into(), pieces.into(), upload.received_bytes.into()];
    guarded(tx.execute(RECEIVE, &params).await?, "upload to go on with")
}

/// Puts the picture in the place of what was sent.
///
/// # Errors
/// [`StorageError::Conflict`] when it was finished or given up in between.
pub async fn finish(
    tx: &mut Tx,
    _rows: &Rows,
    picture: &Evidence,
    parts: &[SealedPart],
) -> Result<(), StorageError> {
    let params = [
        (&picture.id).into(),
        picture.width.into(),
        picture.height.into(),
        picture.size_bytes.into(),
        picture.uploaded_at.into(),
        picture.delete_after.into(),
    ];
    guarded(tx.execute(FINISH, &params).await?, "upload to finish")?;
    tx.execute(DELETE_PARTS_OF_STAGE, &[(&picture.id).into(), Stage::Sent.number().into()]).await?;
    insert_parts(tx, picture.id, Stage::Made, parts).await
}

/// The parts of a picture, in their order.
pub async fn parts(
    tx: &mut Tx,
    _rows: &Rows,
    id: EvidenceId,
    stage: Stage,
) -> Result<Vec<SealedPart>, StorageError> {
    let found = tx.rows(PARTS, &[(&id).into(), stage.number().into()]).await?;
    let read = |row: &Row| Ok(SealedPart { first_byte: row.count(0)?, sealed: row.bytes(1)?.to_vec() });
    found.iter().map(read).collect()
}

/// Forgets a picture that was on the way, without a trace.
pub async fn give_up(tx: &mut Tx, _rows: &Rows, id: EvidenceId) -> Result<(), StorageError> {
    tx.execute(DELETE_PARTS, &[(&id).into()]).await?;
    tx.execute(DELETE_UNFINISHED, &[(&id).into()]).await.map(|_| ())
}

/// Deletes a picture; that there was one stays known.
///
/// # Errors
/// [`StorageError::Conflict`] when it was deleted already.
pub async fn delete(tx: &mut Tx, _rows: &Rows, id: EvidenceId, at: Timestamp) -> Result<(), StorageError> {
    tx.execute(DELETE_PARTS, &[(&id).into()]).await?;
    guarded(tx.execute(MARK_DELETED, &[(&id).into(), at.into()]).await?, "picture to delete")
}

/// What an owner has is deleted at `until`.
pub(super) fn retain(owner: &EvidenceOwner, until: Timestamp) -> Write<'static> {
    of(owner, RETAIN_OF_OWNER).bind(until)
}

/// What is still on the way to an owner is forgotten.
pub(super) fn give_up_of_owner(owner: &EvidenceOwner) -> [Write<'static>; 2] {
    [of(owner, GIVE_UP_PARTS_OF_OWNER), of(owner, GIVE_UP_OF_OWNER)]
}

fn of(owner: &EvidenceOwner, sql: &'static str) -> Write<'static> {
    let (kind, id) = owner.as_parts();
    Write::any(sql).bind_made(id.to_vec()).bind(kind)
}

async fn insert_parts(
    tx: &mut Tx,
    id: EvidenceId,
    stage: Stage,
    parts: &[SealedPart],
) -> Result<(), StorageError> {
    for part in parts {
        let params = [(&id).into(), stage.number().into(), part.first_byte.into(), (&part.sealed).into()];
        tx.execute(INSERT_PART, &params).await?;
    }
    Ok(())
}

fn guarded(changed: u64, what: &'static str) -> Result<(), StorageError> {
    if changed == 1 { Ok(()) } else { Err(StorageError::conflict(what)) }
}

fn read(rows: &Rows, row: &Row) -> Result<Stored, StorageError> {
    let id = EvidenceId::from_bytes(row.array(0)?);
    let service_id = ServiceId::from_bytes(row.array(1)?);
    let account_id = row.optional_array(2)?.map(AccountId::from_bytes);
    let owner = EvidenceOwner::from_parts(row.text(3)?, row.array(4)?);
    let owner = owner.ok_or(StorageError::Corrupt { column: 3, expected: "an owner" })?;
    let slot = row.named(5, EvidenceSlot::from_text)?;
    let note = rows.open(note_place(&id), row.bytes(6)?)?;
    let delete_after = row.timestamp(8)?;
    Ok(match row.optional_timestamp(7)? {
        Some(uploaded_at) => Stored::Whole(Evidence {
            id,
            service_id,
            account_id,
            owner,
            slot,
            width: row.count(9)?,
            height: row.count(10)?,
            size_bytes: row.count(11)?,
            uploaded_at,
            delete_after,
            note,
        }),
        None => Stored::Coming(EvidenceUpload {
            id,
            service_id,
            account_id,
            owner,
            slot,
            note,
            length_bytes: row.count(12)?,
            received_bytes: row.count(13)?,
            pieces: row.count(14)?,
            started_at: row.timestamp(15)?,
            expires_at: delete_after,
        }),
    })
}
