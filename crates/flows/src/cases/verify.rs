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

    /// Goes on without a proof, all that the account has being lost; false if the case does not wait for one.
    pub async fn go_on_unproved(&self, key: &CaseKey, caller: Caller) -> Result<bool, FlowError> {
        self.write(GoOn { kit: self.kit.clone(), key: key.clone(), caller }).await
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
        let scene = self.caller.scene();
        let world = kit.world(&scene, kit.clock.now());
        ask(tx, kit, account, &case, &[], self.page, world).await
    }
}

/// Opens the confirm page on which something that a case asks for is proved. `more` says what for, if not for itself.
pub(super) async fn ask(
    tx: &mut Tx,
    kit: &Kit,
    account: Account,
    case: &Case,
    more: &[(&str, &str)],
    page: TokenHash,
    world: World<'_>,
) -> Result<CaseProof, StorageError> {
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    let mut details: BTreeMap<String, String> = more.iter().map(owned).collect();
    details.insert("case".to_owned(), case.id.to_string());
    let wanted = Wanted {
        kind: ActionKind::Recovery,
        origin: ActionOrigin::SecurityCenter,
        details: ActionDetails(details),
        audience: case.service_id.to_string(),
        return_url: None,
        locale: account.locale.clone(),
        link: None,
        page: Some(page),
    };
    let context = Context { new_device: Some(true), ..Context::default() };
    Ok(match crate::actions::open::open(tx, kit, account, wanted, &context, world).await? {
        Ok(action) => CaseProof::Confirm(Box::new(action)),
        Err(refusal) => CaseProof::Refused(refusal),
    })
}

struct GoOn {
    kit: Arc<Kit>,
    key: CaseKey,
    caller: Caller,
}

impl Step for GoOn {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some((case, account)) = lock_by_key(tx, kit, &self.key).await? else { return Ok(false) };
        // Frozen in between: its holder, or staff, wanted nothing to happen (R67).
        if account.status == AccountStatus::Frozen {
            return Ok(false);
        }
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let standing = Standing::load(tx, kit, account, now).await?;
        let held = provable(&standing, kit, world);
        let (account, binding) = (&standing.account, standing.binding.as_ref());
        kit.save(tx, case::unproved(case, &held, account, binding, world)).await
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
