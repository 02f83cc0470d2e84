//! Documents and photos (R63): begun, sent piece by piece, cleaned, kept sealed, looked at, deleted. What is sent lies
//! sealed until it is whole; then a clean picture takes its place, or nothing does. Callers have checked that whoever
//! asks may see the owner; here an identifier of another owner or service is not found (R77).

pub(crate) mod cleaner;
mod owner;
mod settle;
mod view;

use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::id::{EvidenceId, ServiceId};
use countersign_core::model::{
    Evidence, EvidenceOwner, EvidenceRefusal, EvidenceSlot, EvidenceUpload, Redacted,
};
use countersign_core::time::{Timestamp, days};
use countersign_evidence::Limits;
use countersign_storage::tables::evidence::{self, SealedPart, Stage, Stored, seal_parts};
use countersign_storage::{Step, StorageError, Tx};
use owner::Open;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// Longest upload, in bytes.
pub const UPLOAD_BYTES_MAX: u64 = 15_000_000;

/// Pictures that an owner may have, those on the way included.
const LIVE_MAX: usize = 20;
/// Bytes that an owner may have on the way, as said when they were begun.
const UNFINISHED_BYTES_MAX: u64 = 60_000_000;
/// Bytes of all tickets, or of all cases, of a service that lie unfinished, and how many uploads: strangers cannot
/// fill the disk, and whatever comes with tickets leaves cases their room.
const SERVICE_BYTES_MAX: u64 = 2_000_000_000;
const SERVICE_UPLOADS_MAX: u64 = 10_000;
/// Pieces that one upload may come in.
const PIECES_MAX: u32 = 1_024;
/// When a picture is deleted whose owner never ends.
const UNDECIDED_LIFE: Duration = days(180);

/// A picture that somebody is about to send.
#[derive(Clone, Debug)]
pub struct NewEvidence {
    /// The service.
    pub service_id: ServiceId,
    /// What it belongs to.
    pub owner: EvidenceOwner,
    /// What it is of.
    pub slot: EvidenceSlot,
    /// What the slot's owner wants remembered.
    pub note: Redacted,
}

/// What became of beginning an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvidenceStart {
    /// It may be sent.
    Started(EvidenceId),
    /// It would not be taken.
    Refused(EvidenceRefusal),
    /// What it belongs to takes no pictures, or none any more.
    Gone,
}

/// What became of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvidenceAppend {
    /// So much has come. Where the piece began elsewhere, nothing was taken: go on from here.
    At(u64),
    /// That was the last of it, and the picture was taken.
    Complete(Evidence),
    /// That was the last of it, and the picture was not taken: nothing of it was kept.
    Refused(EvidenceRefusal),
    /// There is no such upload, or there is no more.
    Gone,
}

/// What became of a picture sent in one go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvidencePut {
    /// It was taken.
    Taken(Evidence),
    /// It was not, and nothing of it was kept.
    Refused(EvidenceRefusal),
    /// What it belongs to takes no pictures, or none any more: nothing was kept.
    Gone,
}

impl Flows {
    /// Begins an upload of so many bytes. In a slot of a case, another one on the way is given up.
    pub async fn evidence_start(
        &self,
        new: NewEvidence,
        length_bytes: u64,
    ) -> Result<EvidenceStart, FlowError> {
        if length_bytes == 0 {
            return Ok(EvidenceStart::Refused(EvidenceRefusal::Empty));
        }
        let Some(length_bytes) =
            u32::try_from(length_bytes).ok().filter(|n| u64::from(*n) <= UPLOAD_BYTES_MAX)
        else {
            return Ok(EvidenceStart::Refused(EvidenceRefusal::TooManyBytes));
        };
        match self.write(Begin { kit: self.kit.clone(), new, length_bytes }).await? {
            Begun::Started(id) => Ok(EvidenceStart::Started(id)),
            Begun::Refused(refusal) => Ok(EvidenceStart::Refused(refusal)),
            Begun::Gone => Ok(EvidenceStart::Gone),
            Begun::Full => Err(BUSY),
        }
    }

    /// Takes the piece that begins at `offset`. With the last one the picture is cleaned and kept, or refused; a last
    /// piece of no bytes asks for that again after the first try was lost.
    pub async fn evidence_append(
        &self,
        service_id: ServiceId,
        owner: EvidenceOwner,
        id: EvidenceId,
        offset: u64,
        bytes: &[u8],
        caller: Caller,
    ) -> Result<EvidenceAppend, FlowError> {
        let past_end =
            u64::try_from(bytes.len()).unwrap_or(u64::MAX).saturating_add(offset) > UPLOAD_BYTES_MAX;
        let from = u32::try_from(offset).ok().filter(|_| !past_end);
        let Some(from) = from else { return self.evidence_offset(service_id, owner, id).await };
        let kit = self.kit.clone();
        let parts = seal_parts(&kit.rows, id, Stage::Sent, from, bytes)?;
        let length_bytes = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        match self.write(Append { kit, service_id, owner, id, from, length_bytes, parts }).await? {
            Appended::At(at) => Ok(EvidenceAppend::At(u64::from(at))),
            Appended::Sent(upload) => self.settle(*upload, caller).await,
            Appended::Whole(picture) => Ok(EvidenceAppend::Complete(*picture)),
            Appended::Gone => Ok(EvidenceAppend::Gone),
            Appended::TooManyPieces => {
                self.withdraw_evidence(service_id, owner, id, caller).await?;
                Ok(EvidenceAppend::Refused(EvidenceRefusal::TooManyPieces))
            }
            Appended::Full => Err(BUSY),
        }
    }

    /// Takes a picture that was sent in one go.
    pub async fn evidence_put_whole(
        &self,
        new: NewEvidence,
        bytes: Vec<u8>,
        caller: Caller,
    ) -> Result<EvidencePut, FlowError> {
        let place = self.cleaner.place()?;
        let cleaned = self.cleaner.clean(place, Zeroizing::new(bytes)).await?;
        self.keep_whole(new, cleaned, caller).await
    }
}

const BUSY: FlowError = FlowError::Busy { retry_after_ms: 60_000 };

/// Why an owner takes no further upload of so many bytes, or what is given up for it.
fn room_for(
    new: &NewEvidence,
    stored: &[Stored],
    length_bytes: u64,
) -> Result<Vec<EvidenceId>, EvidenceRefusal> {
    let replaced = |slot| new.owner.replaces() && slot == new.slot;
    let (mut live, mut unfinished_bytes, mut given_up) = (0, length_bytes, Vec::new());
    for one in stored {
        match one {
            Stored::Whole(picture) if replaced(picture.slot) => {}
            Stored::Whole(_) => live += 1,
            Stored::Coming(upload) if replaced(upload.slot) => given_up.push(upload.id),
            Stored::Coming(upload) => {
                live += 1;
                unfinished_bytes += u64::from(upload.length_bytes);
            }
        }
    }
    if live >= LIVE_MAX {
        return Err(EvidenceRefusal::TooMany);
    }
    if unfinished_bytes > UNFINISHED_BYTES_MAX {
        return Err(EvidenceRefusal::TooMuchUnfinished);
    }
    Ok(given_up)
}

fn upload(
    id: EvidenceId,
    new: &NewEvidence,
    length_bytes: u32,
    open: &Open,
    now: Timestamp,
) -> EvidenceUpload {
    EvidenceUpload {
        id,
        service_id: new.service_id,
        account_id: Some(open.account_id()),
        owner: new.owner,
        slot: new.slot,
        note: new.note.0.clone(),
        length_bytes,
        received_bytes: 0,
        pieces: 0,
        started_at: now,
        expires_at: open.upload_until(new.slot, now),
    }
}

struct Begin {
    kit: Arc<Kit>,
    new: NewEvidence,
    length_bytes: u32,
}

enum Begun {
    Started(EvidenceId),
    Refused(EvidenceRefusal),
    Gone,
    Full,
}

impl Step for Begin {
    type Output = Begun;

    async fn run(&self, tx: &mut Tx) -> Result<Begun, StorageError> {
        let (kit, rows, new) = (&self.kit, &self.kit.rows, &self.new);
        let (service_id, owner) = (new.service_id, new.owner);
        let found = Open::lock_with_account(tx, kit, service_id, owner).await?;
        let Some(open) = found else { return Ok(Begun::Gone) };
        let stored = evidence::all_of_owner(tx, rows, service_id, owner).await?;
        let given_up = match room_for(new, &stored, u64::from(self.length_bytes)) {
            Ok(given_up) => given_up,
            Err(refusal) => return Ok(Begun::Refused(refusal)),
        };
        for id in given_up {
            evidence::give_up(tx, rows, id).await?;
        }
        if let Some(refusal) = open.refuses_upload(tx, kit, &stored, self.length_bytes).await? {
            return Ok(Begun::Refused(refusal));
        }
        let (bytes, uploads) = evidence::unfinished(tx, rows, service_id, owner).await?;
        if bytes >= SERVICE_BYTES_MAX || uploads >= SERVICE_UPLOADS_MAX {
            return Ok(Begun::Full);
        }
        let now = kit.clock.now();
        let id = EvidenceId::draw(now, kit.entropy.as_ref());
        let upload = upload(id, new, self.length_bytes, &open, now);
        evidence::begin(tx, rows, &upload).await?;
        Ok(Begun::Started(upload.id))
    }
}

struct Append {
    kit: Arc<Kit>,
    service_id: ServiceId,
    owner: EvidenceOwner,
    id: EvidenceId,
    from: u32,
    length_bytes: u32,
    parts: Vec<SealedPart>,
}

enum Appended {
    At(u32),
    Sent(Box<EvidenceUpload>),
    Whole(Box<Evidence>),
    Gone,
    TooManyPieces,
    Full,
}

impl Step for Append {
    type Output = Appended;

    async fn run(&self, tx: &mut Tx) -> Result<Appended, StorageError> {
        let (rows, now) = (&self.kit.rows, self.kit.clock.now());
        let open = Open::lock(tx, &self.kit, self.service_id, self.owner).await?;
        let found = evidence::lock(tx, rows, self.service_id, self.id).await?;
        let upload = match found {
            Some(Stored::Whole(picture)) if picture.owner == self.owner => {
                return Ok(Appended::Whole(Box::new(picture)));
            }
            Some(Stored::Coming(upload)) if upload.owner == self.owner && now < upload.expires_at => upload,
            _ => return Ok(Appended::Gone),
        };
        if open.is_none() {
            evidence::give_up(tx, rows, upload.id).await?;
            return Ok(Appended::Gone);
        }
        let received = upload.received_bytes.saturating_add(self.length_bytes);
        if self.from != upload.received_bytes || received > upload.length_bytes {
            return Ok(Appended::At(upload.received_bytes));
        }
        if self.parts.is_empty() {
            let sent = received == upload.length_bytes;
            return Ok(if sent { Appended::Sent(Box::new(upload)) } else { Appended::At(received) });
        }
        if upload.pieces >= PIECES_MAX {
            return Ok(Appended::TooManyPieces);
        }
        let (bytes, _) = evidence::unfinished(tx, rows, self.service_id, self.owner).await?;
        if bytes.saturating_add(u64::from(self.length_bytes)) > SERVICE_BYTES_MAX {
            return Ok(Appended::Full);
        }
        evidence::receive(tx, rows, &upload, received, &self.parts).await?;
        if received < upload.length_bytes {
            return Ok(Appended::At(received));
        }
        Ok(Appended::Sent(Box::new(EvidenceUpload { received_bytes: received, ..upload })))
    }
}

/// The limits of the cleaner and of the door are one.
const _: () = assert!(UPLOAD_BYTES_MAX == Limits::PRODUCT.bytes_max);
