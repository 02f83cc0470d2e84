//! A lost access code: whoever is at a sign-in of the account and proves what a case asks for first gets a new one, and
//! the one before is dead. Without anything to prove there is only staff (R57).

use super::open::provable;
use super::verify::{CaseProof, ask};
use crate::actions::Standing;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::sign_in::door::{self, SignInDoor};
use countersign_core::action::Refusal;
use countersign_core::case;
use countersign_core::id::{CaseId, ServiceId};
use countersign_core::model::*;
use countersign_core::recovery::RecoveryCode;
use countersign_core::session::hash_token;
use countersign_core::verification::World;
use countersign_storage::tables::{accounts, cases};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// The detail of a recovery's proof that says what it is for.
const DETAIL: (&str, &str) = ("access", "new");

impl Flows {
    /// Asks for the proof that gives the open case of a lost phone a new access code. `page` is the token of the
    /// browser's confirm pages.
    pub async fn ask_case_access(
        &self,
        service_id: ServiceId,
        door: SignInDoor,
        page: &str,
        caller: Caller,
    ) -> Result<CaseProof, FlowError> {
        let page = hash_token(page);
        self.write(Ask { kit: self.kit.clone(), service_id, door, page, caller }).await
    }
}

struct Ask {
    kit: Arc<Kit>,
    service_id: ServiceId,
    door: SignInDoor,
    page: TokenHash,
    caller: Caller,
}

impl Step for Ask {
    type Output = CaseProof;

    async fn run(&self, tx: &mut Tx) -> Result<CaseProof, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(id) = door::account_behind(tx, kit, self.service_id, &self.door, now).await? else {
            return Ok(CaseProof::Gone);
        };
        let Some(account) = accounts::lock(tx, &kit.rows, self.service_id, id).await? else {
            return Ok(CaseProof::Gone);
        };
        let open = cases::open_of_account(tx, &kit.rows, self.service_id, id).await?;
        let Some(case) = open.into_iter().find(|case| case.kind == CaseKind::PhoneLost) else {
            return Ok(CaseProof::Gone);
        };
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let standing = Standing::load(tx, kit, account, now).await?;
        if provable(&standing, kit, world).is_empty() {
            return Ok(CaseProof::Refused(Refusal::Policy));
        }
        ask(tx, kit, standing.account, &case, &[DETAIL], self.page, world).await
    }
}

/// Whether this is what a proof was given for.
pub(crate) fn is_asked_by(action: &Action) -> bool {
    action.details.get(DETAIL.0) == Some(DETAIL.1)
}

/// Gives the case of an action its new access code; none if it is over by now. The account is locked.
pub(crate) async fn replace(
    tx: &mut Tx,
    kit: &Kit,
    action: &Action,
    standing: &Standing,
    world: World<'_>,
) -> Result<Option<(Case, RecoveryCode)>, StorageError> {
    let id = action.details.get("case").and_then(|text| text.parse::<CaseId>().ok());
    let Some(id) = id else { return Ok(None) };
    let found = cases::lock(tx, &kit.rows, action.service_id, id).await?;
    let Some(case) = found.filter(|case| case.account_id == action.account_id) else { return Ok(None) };
    let proved: Vec<Factor> = action.proofs.iter().map(|proof| proof.factor).collect();
    let held = provable(standing, kit, world);
    let (account, binding) = (&standing.account, standing.binding.as_ref());
    kit.save(tx, case::replace_access(case, &proved, &held, account, binding, world)).await
}
