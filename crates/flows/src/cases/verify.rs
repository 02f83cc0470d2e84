//! What is still held is proved on the confirm page, like everything else that is proved: one door for all factors,
//! with their locks and budgets (R22). Here the way there is opened, and what came of it is noted on the case.

use super::{CaseKey, lock_by_key, open::provable};
use crate::actions::Standing;
use crate::actions::open::Context;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::action::{Refusal, Wanted};
use countersign_core::case;
use countersign_core::id::CaseId;
use countersign_core::model::*;
use countersign_core::session::hash_token;
use countersign_core::verification::World;
use countersign_storage::tables::cases;
use countersign_storage::{Step, StorageError, Tx};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What came of asking for the proof.
#[derive(Clone, Debug)]
pub enum CaseProof {
    /// Factors are asked for on the confirm page of this action.
    Confirm(Box<Action>),
    /// It is not possible now.
    Refused(Refusal),
    /// The case does not wait for it.
    Gone,
}

impl Flows {
    /// Asks for the proof that a case waits for. `page` is the token of the browser's confirm pages.
    pub async fn prove_for_case(
        &self,
        key: &CaseKey,
        page: &str,
        caller: Caller,
    ) -> Result<CaseProof, FlowError> {
        let (key, page) = (key.clone(), hash_token(page));
        self.write(AskProof { kit: self.kit.clone(), key, page, caller }).await
    }
}

struct AskProof {
    kit: Arc<Kit>,
    key: CaseKey,
    page: TokenHash,
    caller: Caller,
}

impl Step for AskProof {
    type Output = CaseProof;

    async fn run(&self, tx: &mut Tx) -> Result<CaseProof, StorageError> {
        let kit = &self.kit;
        let found = lock_by_key(tx, kit, &self.key).await?;
        let Some((case, account)) = found.filter(|(case, _)| case.stage == CaseStage::Verify) else {
            return Ok(CaseProof::Gone);
        };
        let wanted = Wanted {
            kind: ActionKind::Recovery,
            origin: ActionOrigin::SecurityCenter,
            details: ActionDetails(BTreeMap::from([("case".to_owned(), case.id.to_string())])),
            audience: case.service_id.to_string(),
            return_url: None,
            locale: account.locale.clone(),
            link: None,
            page: Some(self.page),
        };
        let scene = self.caller.scene();
        let context = Context { new_device: Some(true), ..Context::default() };
        let world = kit.world(&scene, kit.clock.now());
        Ok(match crate::actions::open::open(tx, kit, account, wanted, &context, world).await? {
            Ok(action) => CaseProof::Confirm(Box::new(action)),
            Err(refusal) => CaseProof::Refused(refusal),
        })
    }
}

/// Notes on its case what an action has proved; none if the case does not wait for it any more. The account is locked.
pub(crate) async fn note(
    tx: &mut Tx,
    kit: &Kit,
    action: &Action,
    standing: &Standing,
    world: World<'_>,
) -> Result<Option<CaseId>, StorageError> {
    let id = action.details.get("case").and_then(|text| text.parse::<CaseId>().ok());
    let Some(id) = id else { return Ok(None) };
    let found = cases::lock(tx, &kit.rows, action.service_id, id).await?;
    let Some(case) = found.filter(|case| case.account_id == action.account_id) else { return Ok(None) };
    let proved: Vec<Factor> = action.proofs.iter().map(|proof| proof.factor).collect();
    let held = provable(standing, kit, world);
    let noted = kit.save(tx, case::verified(case, &proved, &held, world)).await?;
    Ok(noted.then_some(id))
}
