//! What pictures belong to, locked before they are: pictures come and go only while their owner takes any, and no
//! account has more of them than it needs. Whoever only looks is no matter of this file.

use crate::context::Kit;
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::{AccountId, ServiceId};
use countersign_core::model::{Case, EvidenceOwner, EvidenceRefusal, EvidenceSlot, Ticket, TicketStatus};
use countersign_core::session::Scene;
use countersign_core::ticket;
use countersign_core::time::{Timestamp, hours};
use countersign_core::verification::World;
use countersign_storage::tables::evidence::{self, AccountLoad, Stored};
use countersign_storage::tables::{accounts, cases, tickets};
use countersign_storage::{StorageError, Tx};
use std::time::Duration;

/// Uploads that an account may have on the way in all its tickets, or in all its cases, and their bytes as said when
/// they were begun.
const ACCOUNT_UPLOADS_MAX: u64 = 40;
const ACCOUNT_UNFINISHED_BYTES_MAX: u64 = 120_000_000;
/// Bytes of pictures that an account may have there, those on the way included.
const ACCOUNT_BYTES_MAX: u64 = 250_000_000;
/// How long an upload may take, lines that were cut included.
const UPLOAD_LIFE: Duration = hours(24);

/// An owner whose pictures may change, locked until the end of the transaction.
pub(super) enum Open {
    Case(Box<Case>),
    Ticket(Box<Ticket>),
}

impl Open {
    /// None when there is no such owner, or what it has stays as it is: a case that is not at its documents, a ticket
    /// that is over.
    pub(super) async fn lock(
        tx: &mut Tx,
        kit: &Kit,
        service_id: ServiceId,
        owner: EvidenceOwner,
    ) -> Result<Option<Self>, StorageError> {
        Ok(match owner {
            EvidenceOwner::Case(id) => {
                let found = cases::lock(tx, &kit.rows, service_id, id).await?;
                found.filter(Case::takes_pictures).map(|case| Open::Case(Box::new(case)))
            }
            EvidenceOwner::Ticket(id) => {
                let found = tickets::lock(tx, &kit.rows, service_id, id).await?;
                let open = found.filter(|ticket| ticket.status != TicketStatus::Closed);
                open.map(|ticket| Open::Ticket(Box::new(ticket)))
            }
        })
    }

    /// The same with its account locked first, so that two uploads at once are counted one after the other.
    pub(super) async fn lock_with_account(
        tx: &mut Tx,
        kit: &Kit,
        service_id: ServiceId,
        owner: EvidenceOwner,
    ) -> Result<Option<Self>, StorageError> {
        let rows = &kit.rows;
        let account_id = match owner {
            EvidenceOwner::Case(id) => {
                cases::load(tx, rows, service_id, id).await?.map(|case| case.account_id)
            }
            EvidenceOwner::Ticket(id) => {
                tickets::load(tx, rows, service_id, id).await?.map(|ticket| ticket.account_id)
            }
        };
        let Some(account_id) = account_id else { return Ok(None) };
        if accounts::lock(tx, rows, service_id, account_id).await?.is_none() {
            return Ok(None);
        }
        Self::lock(tx, kit, service_id, owner).await
    }

    /// Whose.
    pub(super) fn account_id(&self) -> AccountId {
        match self {
            Open::Case(case) => case.account_id,
            Open::Ticket(ticket) => ticket.account_id,
        }
    }

    fn service_id(&self) -> ServiceId {
        match self {
            Open::Case(case) => case.service_id,
            Open::Ticket(ticket) => ticket.service_id,
        }
    }

    fn owner(&self) -> EvidenceOwner {
        match self {
            Open::Case(case) => EvidenceOwner::Case(case.id),
            Open::Ticket(ticket) => EvidenceOwner::Ticket(ticket.id),
        }
    }

    /// An entry of the account about one of its pictures.
    pub(super) fn entry(&self, event: Event, scene: &Scene, world: World<'_>) -> Change {
        scene.event(self.service_id(), Some(self.account_id()), event, world)
    }

    /// When an upload that begins now is given up. A photo with a note comes while its code is worth something (R63).
    pub(super) fn upload_until(&self, slot: EvidenceSlot, now: Timestamp) -> Timestamp {
        let until = now.after(UPLOAD_LIFE);
        match self {
            Open::Case(case) if slot == EvidenceSlot::NotePhoto => until.min(case.note_photo_until()),
            _ => until,
        }
    }

    /// Why no upload of so many bytes is begun beside what there is, if none is. Cases and tickets of an account are
    /// counted apart, so that what somebody sends to support never stands in the way of a recovery.
    pub(super) async fn refuses_upload(
        &self,
        tx: &mut Tx,
        kit: &Kit,
        stored: &[Stored],
        length_bytes: u32,
    ) -> Result<Option<EvidenceRefusal>, StorageError> {
        if !self.takes_one_more(stored) {
            return Ok(Some(EvidenceRefusal::TooMany));
        }
        let load = self.load_of_account(tx, kit).await?;
        let unfinished_bytes = load.unfinished_bytes.saturating_add(u64::from(length_bytes));
        if load.uploads >= ACCOUNT_UPLOADS_MAX || unfinished_bytes > ACCOUNT_UNFINISHED_BYTES_MAX {
            return Ok(Some(EvidenceRefusal::TooMuchUnfinished));
        }
        let full = load.kept_bytes.saturating_add(unfinished_bytes) > ACCOUNT_BYTES_MAX;
        Ok(full.then_some(EvidenceRefusal::AccountFull))
    }

    /// Why a picture of so many bytes is not put beside what there is, if it is not. What is made of an upload may be
    /// larger than the upload, and others may have been finished since it began.
    pub(super) async fn refuses_picture(
        &self,
        tx: &mut Tx,
        kit: &Kit,
        stored: &[Stored],
        size_bytes: u32,
    ) -> Result<Option<EvidenceRefusal>, StorageError> {
        if !self.takes_one_more(stored) {
            return Ok(Some(EvidenceRefusal::TooMany));
        }
        let load = self.load_of_account(tx, kit).await?;
        let full = load.kept_bytes.saturating_add(u64::from(size_bytes)) > ACCOUNT_BYTES_MAX;
        Ok(full.then_some(EvidenceRefusal::AccountFull))
    }

    fn takes_one_more(&self, stored: &[Stored]) -> bool {
        let Open::Ticket(ticket) = self else { return true };
        let uploaded = stored.iter().filter_map(|one| match one {
            Stored::Whole(picture) => Some(picture.uploaded_at),
            Stored::Coming(_) => None,
        });
        ticket::takes_pictures(ticket, uploaded)
    }

    async fn load_of_account(&self, tx: &mut Tx, kit: &Kit) -> Result<AccountLoad, StorageError> {
        evidence::of_account(tx, &kit.rows, self.service_id(), self.account_id(), self.owner()).await
    }
}
