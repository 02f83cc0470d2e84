//! Finishing an approved case: the password once more, then a session, the hold, and the page where the new value is
//! entered. Whoever stops half-way does it again until the case ends.

use super::{CaseKey, lock_by_key};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::journeys;
use crate::sms_switch::judge_own_password;
use countersign_core::account::PasswordOutcome;
use countersign_core::case;
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::CaseId;
use countersign_core::lock::Refusal;
use countersign_core::model::*;
use countersign_core::notice::notice;
use countersign_core::session::{self, Opened, Token};
use countersign_core::verification::World;
use countersign_storage::tables::{self, accounts, bindings, cases};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of finishing.
#[derive(Clone, Debug)]
pub enum CaseFinish {
    /// Signed in; the token of the journey in which the new value is entered belongs in the browser.
    In(Box<Opened>, CaseKind, Token),
    /// The password was not right.
    PasswordWrong,
    /// The password is locked.
    PasswordLocked(Refusal),
    /// The case is not approved, or not any more.
    Gone,
}

impl Flows {
    /// Lets the holder of an approved case in, with the account's password.
    pub async fn finish_case(
        &self,
        key: &CaseKey,
        password: &str,
        caller: Caller,
    ) -> Result<CaseFinish, FlowError> {
        let hash = self.read(Find { kit: self.kit.clone(), key: key.clone() }).await?;
        let Some(hash) = hash else { return Ok(CaseFinish::Gone) };
        let right = self.passwords.matches(password, Some(&hash)).await?;
        self.write(Finish { kit: self.kit.clone(), key: key.clone(), right, hash, caller }).await
    }
}

/// The hash that the password of an approved case is compared with.
struct Find {
    kit: Arc<Kit>,
    key: CaseKey,
}

impl Step for Find {
    type Output = Option<String>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let found = super::load_by_key(tx, &self.kit, &self.key).await?;
        let Some(case) = found.filter(|case| case.stage == CaseStage::Approved) else { return Ok(None) };
        let account = accounts::load(tx, &self.kit.rows, case.service_id, case.account_id).await?;
        Ok(account.map(|account| account.password_hash))
    }
}

struct Finish {
    kit: Arc<Kit>,
    key: CaseKey,
    right: bool,
    hash: String,
    caller: Caller,
}

impl Step for Finish {
    type Output = CaseFinish;

    async fn run(&self, tx: &mut Tx) -> Result<CaseFinish, StorageError> {
        let kit = &self.kit;
        let Some((case, account)) = lock_by_key(tx, kit, &self.key).await? else {
            return Ok(CaseFinish::Gone);
        };
        if case.stage != CaseStage::Approved || account.status == AccountStatus::Frozen {
            return Ok(CaseFinish::Gone);
        }
        let right = self.right && account.password_hash == self.hash;
        match judge_own_password(tx, kit, &account, None, right, &self.caller).await? {
            PasswordOutcome::Right => {}
            PasswordOutcome::Wrong => return Ok(CaseFinish::PasswordWrong),
            PasswordOutcome::Refused(refusal) => return Ok(CaseFinish::PasswordLocked(refusal)),
            PasswordOutcome::LockedNow { until } => {
                return Ok(CaseFinish::PasswordLocked(Refusal::Locked { until }));
            }
        }
        let scene = self.caller.scene();
        let world = kit.world(&scene, kit.clock.now());
        if !kit.save(tx, case::begin_finish(&case, &account, world)).await? {
            return Ok(CaseFinish::Gone);
        }
        self.let_in(tx, &case, &account, world).await
    }
}

impl Finish {
    async fn let_in(
        &self,
        tx: &mut Tx,
        case: &Case,
        account: &Account,
        world: World<'_>,
    ) -> Result<CaseFinish, StorageError> {
        let kit = &self.kit;
        let binding = bindings::live_of_account(tx, &kit.rows, account.service_id, account.id).await?;
        let (opened, mut changes) = session::open(account, None, None, &self.caller.ip_text(), world);
        let stored = |id: &[u8; 16]| StoredId(*id);
        let (holder, session) = (stored(account.id.as_bytes()), stored(opened.session.id.as_bytes()));
        let own = Some(stored(case.id.as_bytes()));
        let stage = if case.kind == CaseKind::TradingPassword {
            JourneyStage::Setting {
                account: holder,
                session,
                setting: Setting::TradingPasswordChange,
                secret: Redacted(String::new()),
                case: own,
            }
        } else {
            JourneyStage::BindNumber {
                account: holder,
                session,
                number: None,
                replaces: binding.is_some(),
                case: own,
            }
        };
        let (journey, token) = journeys::open(kit, account.service_id, stage, world.now);
        let event = Event::SignedIn { new_device: true, second_factor: None };
        changes.push(world.scene.event(account.service_id, Some(account.id), event, world));
        changes.extend(notice(account, Notice::NewSignIn, world.scene.device().to_owned(), world));
        changes.push(Change::InsertJourney(journey));
        tables::apply(tx, &kit.rows, &changes).await?;
        Ok(CaseFinish::In(Box::new(opened), case.kind, token))
    }
}

/// Ends the case that a journey was for, its new value being in place. `old` is the number before.
pub(crate) async fn conclude(
    tx: &mut Tx,
    kit: &Kit,
    account: &Account,
    case: Option<StoredId>,
    old: Option<&Binding>,
    world: World<'_>,
) -> Result<(), StorageError> {
    let Some(id) = case.map(|id| CaseId::from_bytes(id.0)) else { return Ok(()) };
    let found = cases::lock(tx, &kit.rows, account.service_id, id).await?;
    if let Some(case) = found.filter(|case| case.account_id == account.id) {
        kit.save(tx, case::finish(case, account, old, world)).await?;
    }
    Ok(())
}
