//! What there is, looking at it, withdrawing it, and deleting it on time. A member of staff who looks leaves an entry
//! before the first byte is shown (R63).

use super::EvidenceAppend;
use super::settle::deleted;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::event::Event;
use countersign_core::id::{EvidenceId, ServiceId};
use countersign_core::model::{Evidence, EvidenceOwner};
use countersign_core::session::Scene;
use countersign_storage::tables::apply;
use countersign_storage::tables::evidence::{self, SealedPart, Stage, Stored, open_parts};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Pictures deleted in one transaction, and how often one run of the timer begins another.
const BITE: u32 = 8;
const BITES_MAX: u32 = 32;

impl Flows {
    /// How far an upload has come: where to go on, that it was taken, or that there is none.
    pub async fn evidence_offset(
        &self,
        service_id: ServiceId,
        owner: EvidenceOwner,
        id: EvidenceId,
    ) -> Result<EvidenceAppend, FlowError> {
        let now = self.now();
        Ok(match self.read(Find { kit: self.kit.clone(), service_id, owner, id }).await? {
            Some(Stored::Whole(picture)) => EvidenceAppend::Complete(picture),
            Some(Stored::Coming(upload)) if now < upload.expires_at => {
                EvidenceAppend::At(u64::from(upload.received_bytes))
            }
            _ => EvidenceAppend::Gone,
        })
    }

    /// The pictures of an owner, begun first first.
    pub async fn evidence_of(
        &self,
        service_id: ServiceId,
        owner: EvidenceOwner,
    ) -> Result<Vec<Evidence>, FlowError> {
        self.read(OfOwner { kit: self.kit.clone(), service_id, owner }).await
    }

    /// The JPEG of a picture; none when the owner has no such picture, or it was deleted.
    pub async fn evidence_image(
        &self,
        service_id: ServiceId,
        owner: EvidenceOwner,
        id: EvidenceId,
        caller: Caller,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, FlowError> {
        let kit = self.kit.clone();
        let look = Look { kit: kit.clone(), service_id, owner, id, caller };
        // Who only looks at what is theirs leaves no entry, and needs no writer.
        let found = match look.caller.actor.is_staff() {
            true => self.write(look).await?,
            false => self.read(look).await?,
        };
        let Some((picture, parts)) = found else { return Ok(None) };
        Ok(Some(open_parts(&kit.rows, id, Stage::Made, picture.size_bytes, &parts)?))
    }

    /// Takes a picture or an upload back; false when the owner has none of that identifier.
    pub async fn withdraw_evidence(
        &self,
        service_id: ServiceId,
        owner: EvidenceOwner,
        id: EvidenceId,
        caller: Caller,
    ) -> Result<bool, FlowError> {
        self.write(Withdraw { kit: self.kit.clone(), service_id, owner, id, caller }).await
    }

    /// Deletes what is due and gives up uploads that took too long; answers how many those were.
    pub(crate) async fn purge_evidence(&self) -> Result<u64, FlowError> {
        let mut purged = 0;
        for _ in 0..BITES_MAX {
            let bite = self.write(Purge { kit: self.kit.clone() }).await?;
            purged += bite;
            if bite < u64::from(BITE) {
                break;
            }
        }
        Ok(purged)
    }
}

fn belongs(stored: &Stored, owner: EvidenceOwner) -> bool {
    match stored {
        Stored::Whole(picture) => picture.owner == owner,
        Stored::Coming(upload) => upload.owner == owner,
    }
}

struct Find {
    kit: Arc<Kit>,
    service_id: ServiceId,
    owner: EvidenceOwner,
    id: EvidenceId,
}

impl Step for Find {
    type Output = Option<Stored>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let found = evidence::load(tx, &self.kit.rows, self.service_id, self.id).await?;
        Ok(found.filter(|stored| belongs(stored, self.owner)))
    }
}

struct OfOwner {
    kit: Arc<Kit>,
    service_id: ServiceId,
    owner: EvidenceOwner,
}

impl Step for OfOwner {
    type Output = Vec<Evidence>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        evidence::of_owner(tx, &self.kit.rows, self.service_id, self.owner).await
    }
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    owner: EvidenceOwner,
    id: EvidenceId,
    caller: Caller,
}

impl Step for Look {
    type Output = Option<(Evidence, Vec<SealedPart>)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (rows, now) = (&self.kit.rows, self.kit.clock.now());
        let found = evidence::load(tx, rows, self.service_id, self.id).await?;
        let Some(Stored::Whole(picture)) = found.filter(|stored| belongs(stored, self.owner)) else {
            return Ok(None);
        };
        // Late timers do not prolong anybody's life on file.
        if picture.delete_after <= now {
            return Ok(None);
        }
        let parts = evidence::parts(tx, rows, self.id, Stage::Made).await?;
        if self.caller.actor.is_staff() {
            let scene = self.caller.scene();
            let event = Event::EvidenceSeen { evidence: self.id.to_string(), slot: picture.slot };
            let world = self.kit.world(&scene, now);
            let entry = scene.event(self.service_id, picture.account_id, event, world);
            apply(tx, rows, &[entry]).await?;
        }
        Ok(Some((picture, parts)))
    }
}

struct Withdraw {
    kit: Arc<Kit>,
    service_id: ServiceId,
    owner: EvidenceOwner,
    id: EvidenceId,
    caller: Caller,
}

impl Step for Withdraw {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let found = evidence::lock(tx, &self.kit.rows, self.service_id, self.id).await?;
        let Some(stored) = found.filter(|stored| belongs(stored, self.owner)) else { return Ok(false) };
        forget(tx, &self.kit, &self.caller.scene(), stored).await?;
        Ok(true)
    }
}

struct Purge {
    kit: Arc<Kit>,
}

impl Step for Purge {
    type Output = u64;

    async fn run(&self, tx: &mut Tx) -> Result<u64, StorageError> {
        let due = evidence::due(tx, &self.kit.rows, self.kit.clock.now(), BITE).await?;
        let count = u64::try_from(due.len()).unwrap_or(u64::MAX);
        let scene = Scene::default();
        for stored in due {
            forget(tx, &self.kit, &scene, stored).await?;
        }
        Ok(count)
    }
}

async fn forget(tx: &mut Tx, kit: &Kit, scene: &Scene, stored: Stored) -> Result<(), StorageError> {
    let now = kit.clock.now();
    match stored {
        Stored::Coming(upload) => evidence::give_up(tx, &kit.rows, upload.id).await,
        Stored::Whole(picture) => {
            evidence::delete(tx, &kit.rows, picture.id, now).await?;
            apply(tx, &kit.rows, &[deleted(&picture, kit, scene, now)]).await
        }
    }
}
