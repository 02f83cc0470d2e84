//! The documents of a case: the code for the note, what was sent so far, handing everything in.

use super::{CaseHolder, CaseKey, load_by_key, lock_by_key, lock_with_account};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::case::{self, Claims, Pictures, SubmitRefusal};
use countersign_core::id::{CaseId, ServiceId};
use countersign_core::identity;
use countersign_core::model::*;
use countersign_core::session::Scene;
use countersign_storage::tables::{self, cases, evidence};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of handing a case in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseSubmit {
    /// Operators look at it now.
    Submitted,
    /// Something is missing.
    Refused(SubmitRefusal),
    /// There is no such case.
    Gone,
}

impl Flows {
    /// The case whose documents are awaited, with a note code that is in force; none in any other stage.
    pub async fn case_for_documents(&self, key: &CaseKey) -> Result<Option<Case>, FlowError> {
        self.write(GiveCode { kit: self.kit.clone(), key: key.clone() }).await
    }

    /// Who may send pictures for a case now: its holder, while documents are awaited.
    pub async fn case_holder(&self, key: &CaseKey) -> Result<Option<CaseHolder>, FlowError> {
        self.read(Who { kit: self.kit.clone(), key: key.clone() }).await
    }

    /// The pictures of a case that count: those sent in this round.
    pub async fn case_pictures(&self, key: &CaseKey) -> Result<Vec<Evidence>, FlowError> {
        self.read(Sent { kit: self.kit.clone(), key: key.clone() }).await
    }

    /// Hands a case in.
    pub async fn submit_case(
        &self,
        key: &CaseKey,
        claims: Claims,
        caller: Caller,
    ) -> Result<CaseSubmit, FlowError> {
        self.write(Submit { kit: self.kit.clone(), key: key.clone(), claims, caller }).await
    }

    /// Ends cases that waited for their holders too long; answers how many.
    pub(crate) async fn expire_cases(&self, limit: u32) -> Result<u64, FlowError> {
        let mut expired = 0;
        for (service_id, id) in self.read(Due { kit: self.kit.clone(), limit }).await? {
            expired += u64::from(self.write(Expire { kit: self.kit.clone(), service_id, id }).await?);
        }
        Ok(expired)
    }
}

struct GiveCode {
    kit: Arc<Kit>,
    key: CaseKey,
}

impl Step for GiveCode {
    type Output = Option<Case>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let kit = &self.kit;
        let Some((case, _)) = lock_by_key(tx, kit, &self.key).await? else { return Ok(None) };
        let scene = Scene::default();
        kit.save(tx, case::note_code(case, kit.world(&scene, kit.clock.now()))).await
    }
}

struct Who {
    kit: Arc<Kit>,
    key: CaseKey,
}

impl Step for Who {
    type Output = Option<CaseHolder>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let found = load_by_key(tx, &self.kit, &self.key).await?;
        Ok(found.filter(|case| case.stage == CaseStage::Documents).map(|case| CaseHolder {
            service_id: case.service_id,
            account_id: case.account_id,
            id: case.id,
            note_code: case.note_code(self.kit.clock.now()).map(|code| Redacted(code.to_owned())),
        }))
    }
}

struct Sent {
    kit: Arc<Kit>,
    key: CaseKey,
}

impl Step for Sent {
    type Output = Vec<Evidence>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let Some(case) = load_by_key(tx, &self.kit, &self.key).await? else { return Ok(Vec::new()) };
        of_this_round(tx, &self.kit, &case).await
    }
}

/// What was sent since the case's present round began.
pub(crate) async fn of_this_round(
    tx: &mut Tx,
    kit: &Kit,
    case: &Case,
) -> Result<Vec<Evidence>, StorageError> {
    let owner = EvidenceOwner::Case(case.id);
    let mut found = evidence::of_owner(tx, &kit.rows, case.service_id, owner).await?;
    found.retain(|picture| picture.uploaded_at.unix_ms() >= case.file.round_since_ms);
    Ok(found)
}

struct Submit {
    kit: Arc<Kit>,
    key: CaseKey,
    claims: Claims,
    caller: Caller,
}

impl Step for Submit {
    type Output = CaseSubmit;

    async fn run(&self, tx: &mut Tx) -> Result<CaseSubmit, StorageError> {
        let kit = &self.kit;
        let Some((case, _)) = lock_by_key(tx, kit, &self.key).await? else { return Ok(CaseSubmit::Gone) };
        let sent = of_this_round(tx, kit, &case).await?;
        let of = |slot| sent.iter().find(|picture| picture.slot == slot);
        let pictures = Pictures {
            front: of(EvidenceSlot::DocumentFront).is_some(),
            back: of(EvidenceSlot::DocumentBack).is_some(),
            note: of(EvidenceSlot::NotePhoto).map(|picture| Redacted(picture.note.clone())),
        };
        let scene = self.caller.scene();
        let world = kit.world(&scene, kit.clock.now());
        let submitted = case::submit(case, self.claims.clone(), &pictures, world);
        let case = match kit.save(tx, submitted).await? {
            Ok(case) => case,
            Err(refusal) => return Ok(CaseSubmit::Refused(refusal)),
        };
        if let Some(provider) = &kit.identity {
            tables::apply(tx, &kit.rows, &[identity::ask(&case, &provider.name, world)]).await?;
        }
        Ok(CaseSubmit::Submitted)
    }
}

struct Due {
    kit: Arc<Kit>,
    limit: u32,
}

impl Step for Due {
    type Output = Vec<(ServiceId, CaseId)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        cases::due(tx, &self.kit.rows, self.kit.clock.now(), self.limit).await
    }
}

struct Expire {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: CaseId,
}

impl Step for Expire {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let kit = &self.kit;
        let found = lock_with_account(tx, kit, self.service_id, self.id).await?;
        let Some((case, account)) = found else { return Ok(false) };
        let scene = Scene::default();
        kit.save(tx, case::expire(case, &account, kit.world(&scene, kit.clock.now()))).await
    }
}
