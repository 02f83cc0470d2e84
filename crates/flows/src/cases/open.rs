//! Opening a case: signed out, from a sign-in whose password was right; signed in, for an account that must show who
//! its holder is; or by the proof that a forgotten trading password asks for.

use crate::actions::Standing;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::sessions::SignedIn;
use crate::sign_in::door::{self, SignInDoor};
use countersign_core::case::{self, Ground, OpenRefusal};
use countersign_core::id::{AccountId, ServiceId};
use countersign_core::model::*;
use countersign_core::recovery::RecoveryCode;
use countersign_core::verification::World;
use countersign_storage::tables::{self, accounts, cases};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// Cases of an account that are looked at before another is opened: more than can be opened in thirty days.
const EARLIER_MAX: u32 = 400;

/// What came of asking for a case.
#[derive(Clone, Debug)]
pub enum CaseOpen {
    /// It is open. Its access code is shown once.
    Opened(Box<Case>, RecoveryCode),
    /// It is not.
    Refused(OpenRefusal),
    /// There is no such sign-in any more.
    Gone,
}

impl Flows {
    /// Opens a case for a lost phone from a sign-in in progress, which ends with it.
    pub async fn open_phone_case(
        &self,
        service_id: ServiceId,
        door: SignInDoor,
        caller: Caller,
    ) -> Result<CaseOpen, FlowError> {
        self.write(OpenAtSignIn { kit: self.kit.clone(), service_id, door, caller }).await
    }

    /// Opens a case for a restricted or flagged account that is signed in.
    pub async fn open_identity_case(
        &self,
        signed_in: &SignedIn,
        caller: Caller,
    ) -> Result<CaseOpen, FlowError> {
        let (service_id, account_id) = (signed_in.account.service_id, signed_in.account.id);
        self.write(OpenIdentity { kit: self.kit.clone(), service_id, account_id, caller }).await
    }
}

struct OpenAtSignIn {
    kit: Arc<Kit>,
    service_id: ServiceId,
    door: SignInDoor,
    caller: Caller,
}

impl Step for OpenAtSignIn {
    type Output = CaseOpen;

    async fn run(&self, tx: &mut Tx) -> Result<CaseOpen, StorageError> {
        let scene = self.caller.scene();
        let world = self.kit.world(&scene, self.kit.clock.now());
        let found = door::lock(tx, &self.kit, self.service_id, &self.door, world).await?;
        let Some((account_id, used)) = found else { return Ok(CaseOpen::Gone) };
        let opened = open(tx, &self.kit, self.service_id, account_id, CaseKind::PhoneLost, world).await?;
        if matches!(opened, CaseOpen::Opened(..)) {
            tables::apply(tx, &self.kit.rows, &used).await?;
        }
        Ok(opened)
    }
}

struct OpenIdentity {
    kit: Arc<Kit>,
    service_id: ServiceId,
    account_id: AccountId,
    caller: Caller,
}

impl Step for OpenIdentity {
    type Output = CaseOpen;

    async fn run(&self, tx: &mut Tx) -> Result<CaseOpen, StorageError> {
        let scene = self.caller.scene();
        let world = self.kit.world(&scene, self.kit.clock.now());
        open(tx, &self.kit, self.service_id, self.account_id, CaseKind::Identity, world).await
    }
}

/// Opens a case of an account, in the caller's transaction.
pub(crate) async fn open(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    account_id: AccountId,
    kind: CaseKind,
    world: World<'_>,
) -> Result<CaseOpen, StorageError> {
    let rows = &kit.rows;
    let Some(account) = accounts::lock(tx, rows, service_id, account_id).await? else {
        return Ok(CaseOpen::Gone);
    };
    let earlier = cases::of_account(tx, rows, service_id, account_id, EARLIER_MAX).await?;
    let standing = Standing::load(tx, kit, account, world.now).await?;
    let ground = Ground {
        account: &standing.account,
        binding: standing.binding.as_ref(),
        cases: &earlier,
        held: &provable(&standing, kit, world),
    };
    Ok(match kit.save(tx, case::open(kind, &ground, world)).await? {
        Ok((case, access)) => CaseOpen::Opened(Box::new(case), access),
        Err(refusal) => CaseOpen::Refused(refusal),
    })
}

/// Factors besides the password and the phone that the account has, shut ones included: shutting one by failures is
/// no way to be asked for less (R54).
pub(crate) fn provable(standing: &Standing, kit: &Kit, world: World<'_>) -> Vec<Factor> {
    let (held, disabled) = standing.held_and_disabled(ActionKind::Recovery, kit, world.now);
    let counts = |factor: &Factor| !matches!(factor, Factor::Password | Factor::Sms);
    let all: Vec<Factor> = held.into_iter().chain(disabled).filter(counts).collect();
    // A trading password alone proves nothing (R37): without another factor the documents speak.
    if all == [Factor::TradingPassword] { Vec::new() } else { all }
}
