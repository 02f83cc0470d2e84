//! What is made of an upload once it is whole: a clean picture in its place, or nothing at all. A crash on the way leaves
//! what was sent, sealed, until the upload expires; the same question can be asked again.

use super::{EvidenceAppend, EvidencePut, NewEvidence, UNDECIDED_LIFE, room_for, upload};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::model::{Evidence, EvidenceRefusal, EvidenceUpload};
use countersign_core::session::Scene;
use countersign_core::time::Timestamp;
use countersign_evidence::Clean;
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
            Ok(clean) => Ok(Made::of(&kit, upload, &clean)?),
            Err(refusal) => Err((Box::new(upload), refusal)),
        };
        self.write(Settle { kit, cleaned, caller }).await
    }

    pub(super) async fn keep_whole(
        &self,
        new: NewEvidence,
        cleaned: Result<Clean, EvidenceRefusal>,
        caller: Caller,
    ) -> Result<EvidencePut, FlowError> {
        let kit = self.kit.clone();
        // No bytes of what was sent are kept on the way, so none are counted against its owner.
        let upload = upload(&new, 0, &kit, kit.clock.now());
        let cleaned = match cleaned {
            Ok(clean) => Ok(Made::of(&kit, upload, &clean)?),
            Err(refusal) => Err(refusal),
        };
        self.write(Keep { kit, new, cleaned, caller }).await
    }
}

/// A picture ready to be kept.
struct Made {
    upload: EvidenceUpload,
    picture: Evidence,
    parts: Vec<SealedPart>,
}

impl Made {
    fn of(kit: &Kit, upload: EvidenceUpload, clean: &Clean) -> Result<Made, StorageError> {
        let parts = seal_parts(&kit.rows, upload.id, Stage::Made, 0, &clean.jpeg)?;
        let now = kit.clock.now();
        let picture = Evidence {
            id: upload.id,
            service_id: upload.service_id,
            account_id: upload.account_id,
            owner: upload.owner,
            slot: upload.slot,
            width: clean.width,
            height: clean.height,
            size_bytes: u32::try_from(clean.jpeg.len()).unwrap_or(u32::MAX),
            uploaded_at: now,
            delete_after: now.after(UNDECIDED_LIFE),
            note: upload.note.clone(),
        };
        Ok(Made { upload, picture, parts })
    }

    /// Puts it where the upload was; in a case, in the place of the picture that was in its slot.
    async fn keep(
        &self,
        tx: &mut Tx,
        kit: &Kit,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let (rows, picture) = (&kit.rows, &self.picture);
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
        evidence::finish(tx, rows, picture, &self.parts).await?;
        let event = Event::EvidenceReceived { slot: picture.slot };
        changes.push(scene.event(picture.service_id, picture.account_id, event, kit.world(&scene, now)));
        countersign_storage::tables::apply(tx, rows, &changes).await
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
    cleaned: Result<Made, (Box<EvidenceUpload>, EvidenceRefusal)>,
    caller: Caller,
}

impl Step for Settle {
    type Output = EvidenceAppend;

    async fn run(&self, tx: &mut Tx) -> Result<EvidenceAppend, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let upload = match &self.cleaned {
            Ok(made) => &made.upload,
            Err((upload, _)) => upload,
        };
        match evidence::lock(tx, &kit.rows, upload.service_id, upload.id).await? {
            Some(Stored::Whole(picture)) => return Ok(EvidenceAppend::Complete(picture)),
            Some(Stored::Coming(_)) => {}
            // Given up while it was being cleaned.
            None => return Ok(EvidenceAppend::Gone),
        }
        match &self.cleaned {
            Ok(made) => {
                made.keep(tx, kit, &self.caller, now).await?;
                Ok(EvidenceAppend::Complete(made.picture.clone()))
            }
            Err((upload, refusal)) => {
                evidence::give_up(tx, &kit.rows, upload.id).await?;
                let (scene, event) =
                    (self.caller.scene(), Event::EvidenceRefused { slot: upload.slot, reason: *refusal });
                let entry = scene.event(upload.service_id, upload.account_id, event, kit.world(&scene, now));
                countersign_storage::tables::apply(tx, &kit.rows, &[entry]).await?;
                Ok(EvidenceAppend::Refused(*refusal))
            }
        }
    }
}

struct Keep {
    kit: Arc<Kit>,
    new: NewEvidence,
    cleaned: Result<Made, EvidenceRefusal>,
    caller: Caller,
}

impl Step for Keep {
    type Output = EvidencePut;

    async fn run(&self, tx: &mut Tx) -> Result<EvidencePut, StorageError> {
        let (kit, now, new) = (&self.kit, self.kit.clock.now(), &self.new);
        let stored = evidence::all_of_owner(tx, &kit.rows, new.service_id, new.owner).await?;
        let room = room_for(new, &stored, 0);
        let refusal = match (&self.cleaned, room) {
            (Ok(made), Ok(given_up)) => {
                for id in given_up {
                    evidence::give_up(tx, &kit.rows, id).await?;
                }
                evidence::begin(tx, &kit.rows, &made.upload).await?;
                made.keep(tx, kit, &self.caller, now).await?;
                return Ok(EvidencePut::Taken(made.picture.clone()));
            }
            (Err(refusal), _) => *refusal,
            (_, Err(refusal)) => refusal,
        };
        let (scene, event) =
            (self.caller.scene(), Event::EvidenceRefused { slot: new.slot, reason: refusal });
        let entry = scene.event(new.service_id, new.account_id, event, kit.world(&scene, now));
        countersign_storage::tables::apply(tx, &kit.rows, &[entry]).await?;
        Ok(EvidencePut::Refused(refusal))
    }
}
