//! What is made of an upload once it is whole: a clean picture in its place, or nothing at all. A crash on the way
//! leaves what was sent, sealed, until the upload expires; the same question can be asked again. Cleaning takes its
//! time: whether the owner takes the picture is asked again, with the owner locked, when it is put there.

use super::owner::Open;
use super::{EvidenceAppend, EvidencePut, NewEvidence, UNDECIDED_LIFE, room_for, upload};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::EvidenceId;
use countersign_core::model::{Evidence, EvidenceRefusal, EvidenceSlot, EvidenceUpload};
use countersign_core::session::Scene;
use countersign_core::time::Timestamp;
use countersign_evidence::Clean;
use countersign_storage::tables::apply;
use countersign_storage::tables::evidence::{self, SealedPart, Stage, Stored, open_parts, seal_parts};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

impl Flows {
    pub(super) async fn settle(
        &self,
        upload: EvidenceUpload,
        caller: Caller,
    ) -> Result<EvidenceAppend, FlowError> {
        let place = self.cleaner.place()?;
        let (kit, id) = (self.kit.clone(), upload.id);
        let parts = self.read(Parts { kit: kit.clone(), upload: upload.clone() }).await?;
        if parts.is_empty() {
            // Somebody else asked the same and was first.
            return self.evidence_offset(upload.service_id, upload.owner, id).await;
        }
        let bytes = open_parts(&kit.rows, id, Stage::Sent, upload.length_bytes, &parts)?;
        drop(parts);
        let cleaned = match self.cleaner.clean(place, bytes).await? {
            Ok(clean) => Ok(Made::of(&kit, id, &clean)?),
            Err(refusal) => Err(refusal),
        };
        self.write(Settle { kit, upload, cleaned, caller }).await
    }

    pub(super) async fn keep_whole(
        &self,
        new: NewEvidence,
        cleaned: Result<Clean, EvidenceRefusal>,
        caller: Caller,
    ) -> Result<EvidencePut, FlowError> {
        let kit = self.kit.clone();
        let id = EvidenceId::draw(kit.clock.now(), kit.entropy.as_ref());
        let cleaned = match cleaned {
            Ok(clean) => Ok(Made::of(&kit, id, &clean)?),
            Err(refusal) => Err(refusal),
        };
        self.write(Keep { kit, new, id, cleaned, caller }).await
    }
}

/// A picture ready to be kept: sealed under the identifier that it will have.
struct Made {
    width: u32,
    height: u32,
    size_bytes: u32,
    parts: Vec<SealedPart>,
}

impl Made {
    fn of(kit: &Kit, id: EvidenceId, clean: &Clean) -> Result<Made, StorageError> {
        Ok(Made {
            width: clean.width,
            height: clean.height,
            size_bytes: u32::try_from(clean.jpeg.len()).unwrap_or(u32::MAX),
            parts: seal_parts(&kit.rows, id, Stage::Made, 0, &clean.jpeg)?,
        })
    }

    fn picture(&self, upload: &EvidenceUpload, now: Timestamp) -> Evidence {
        Evidence {
            id: upload.id,
            service_id: upload.service_id,
            account_id: upload.account_id,
            owner: upload.owner,
            slot: upload.slot,
            width: self.width,
            height: self.height,
            size_bytes: self.size_bytes,
            uploaded_at: now,
            delete_after: now.after(UNDECIDED_LIFE),
            note: upload.note.clone(),
        }
    }

    /// Puts it where the upload was; in a case, in the place of the picture that was in its slot.
    async fn keep(
        &self,
        tx: &mut Tx,
        kit: &Kit,
        upload: &EvidenceUpload,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Evidence, StorageError> {
        let (rows, picture) = (&kit.rows, self.picture(upload, now));
        let scene = caller.scene();
        let mut changes = Vec::new();
        if picture.owner.replaces() {
            for earlier in evidence::of_owner(tx, rows, picture.service_id, picture.owner).await? {
                if earlier.slot == picture.slot {
                    evidence::delete(tx, rows, earlier.id, now).await?;
                    changes.push(deleted(&earlier, kit, &scene, now));
                }
            }
        }
        evidence::finish(tx, rows, &picture, &self.parts).await?;
        let event = Event::EvidenceReceived { slot: picture.slot };
        changes.push(scene.event(picture.service_id, picture.account_id, event, kit.world(&scene, now)));
        apply(tx, rows, &changes).await?;
        Ok(picture)
    }
}

/// The entry of a deletion.
pub(super) fn deleted(picture: &Evidence, kit: &Kit, scene: &Scene, now: Timestamp) -> Change {
    let event = Event::EvidenceDeleted { evidence: picture.id.to_string(), slot: picture.slot };
    scene.event(picture.service_id, picture.account_id, event, kit.world(scene, now))
}

struct Parts {
    kit: Arc<Kit>,
    upload: EvidenceUpload,
}

impl Step for Parts {
    type Output = Vec<SealedPart>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        evidence::parts(tx, &self.kit.rows, self.upload.id, Stage::Sent).await
    }
}

struct Settle {
    kit: Arc<Kit>,
    upload: EvidenceUpload,
    cleaned: Result<Made, EvidenceRefusal>,
    caller: Caller,
}

impl Step for Settle {
    type Output = EvidenceAppend;

    async fn run(&self, tx: &mut Tx) -> Result<EvidenceAppend, StorageError> {
        let (kit, now, upload) = (&self.kit, self.kit.clock.now(), &self.upload);
        let (service_id, owner) = (upload.service_id, upload.owner);
        let open = Open::lock(tx, kit, service_id, owner).await?;
        match evidence::lock(tx, &kit.rows, service_id, upload.id).await? {
            Some(Stored::Whole(picture)) => return Ok(EvidenceAppend::Complete(picture)),
            Some(Stored::Coming(_)) => {}
            // Given up while it was being cleaned.
            None => return Ok(EvidenceAppend::Gone),
        }
        // Handed in, or over, while it was being cleaned: nothing of it stays.
        let Some(open) = open else {
            evidence::give_up(tx, &kit.rows, upload.id).await?;
            return Ok(EvidenceAppend::Gone);
        };
        let stored = evidence::all_of_owner(tx, &kit.rows, service_id, owner).await?;
        match fitting(tx, kit, &open, &stored, &self.cleaned).await? {
            Ok(made) => made.keep(tx, kit, upload, &self.caller, now).await.map(EvidenceAppend::Complete),
            Err(refusal) => {
                evidence::give_up(tx, &kit.rows, upload.id).await?;
                note_refusal(tx, kit, &open, upload.slot, refusal, &self.caller).await?;
                Ok(EvidenceAppend::Refused(refusal))
            }
        }
    }
}

/// The picture, if its owner takes it.
async fn fitting<'a>(
    tx: &mut Tx,
    kit: &Kit,
    open: &Open,
    stored: &[Stored],
    cleaned: &'a Result<Made, EvidenceRefusal>,
) -> Result<Result<&'a Made, EvidenceRefusal>, StorageError> {
    let made = match cleaned {
        Ok(made) => made,
        Err(refusal) => return Ok(Err(*refusal)),
    };
    Ok(match open.refuses_picture(tx, kit, stored, made.size_bytes).await? {
        Some(refusal) => Err(refusal),
        None => Ok(made),
    })
}

async fn note_refusal(
    tx: &mut Tx,
    kit: &Kit,
    open: &Open,
    slot: EvidenceSlot,
    refusal: EvidenceRefusal,
    caller: &Caller,
) -> Result<(), StorageError> {
    let (scene, event) = (caller.scene(), Event::EvidenceRefused { slot, reason: refusal });
    let entry = open.entry(event, &scene, kit.world(&scene, kit.clock.now()));
    apply(tx, &kit.rows, &[entry]).await
}

struct Keep {
    kit: Arc<Kit>,
    new: NewEvidence,
    id: EvidenceId,
    cleaned: Result<Made, EvidenceRefusal>,
    caller: Caller,
}

impl Step for Keep {
    type Output = EvidencePut;

    async fn run(&self, tx: &mut Tx) -> Result<EvidencePut, StorageError> {
        let (kit, now, new) = (&self.kit, self.kit.clock.now(), &self.new);
        let found = Open::lock_with_account(tx, kit, new.service_id, new.owner).await?;
        let Some(open) = found else { return Ok(EvidencePut::Gone) };
        let stored = evidence::all_of_owner(tx, &kit.rows, new.service_id, new.owner).await?;
        let made = fitting(tx, kit, &open, &stored, &self.cleaned).await?;
        let refusal = match (made, room_for(new, &stored, 0)) {
            (Ok(made), Ok(given_up)) => {
                for id in given_up {
                    evidence::give_up(tx, &kit.rows, id).await?;
                }
                // No bytes of what was sent were kept on the way, so none are counted against its owner.
                let upload = upload(self.id, new, 0, &open, now);
                evidence::begin(tx, &kit.rows, &upload).await?;
                return made.keep(tx, kit, &upload, &self.caller, now).await.map(EvidencePut::Taken);
            }
            (Err(refusal), _) | (_, Err(refusal)) => refusal,
        };
        note_refusal(tx, kit, &open, new.slot, refusal, &self.caller).await?;
        Ok(EvidencePut::Refused(refusal))
    }
}
