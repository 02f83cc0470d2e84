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
use countersign_core::session::{self, Here, Opened, Token};
use countersign_core::time::Timestamp;
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
        // Before the password is judged, so that a case that is not open for it is no place to guess at one.
        let earliest = kit.clock.earliest();
        let may_finish = case::may_finish(&case, earliest, kit.clock.now());
        if !may_finish || account.status == AccountStatus::Frozen {
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
        let begun = case::begin_finish(&case, &account, earliest, world);
        if !kit.save(tx, begun).await? {
            return Ok(CaseFinish::Gone);
        }
        self.let_in(tx, case, &account, world).await
    }
}

impl Finish {
    async fn let_in(
        &self,
        tx: &mut Tx,
        case: Case,
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
        let kind = case.kind;
        changes.push(case::let_in(case, opened.session.device_id));
        tables::apply(tx, &kit.rows, &changes).await?;
        Ok(CaseFinish::In(Box::new(opened), kind, token))
    }
}

/// What a journey finishes besides itself.
pub(crate) enum Finishes {
    /// Nothing: its holder proved what it asks for.
    Nothing,
    /// This case, which is locked and may be finished.
    Case(Box<Case>),
}

/// The case that a journey was opened by; none when it may not be finished any more, and then nothing is set by it. The
/// account is locked.
pub(crate) async fn lock_for(
    tx: &mut Tx,
    kit: &Kit,
    account: &Account,
    case: Option<StoredId>,
    now: Timestamp,
) -> Result<Option<Finishes>, StorageError> {
    let Some(id) = case.map(|id| CaseId::from_bytes(id.0)) else { return Ok(Some(Finishes::Nothing)) };
    let found = cases::lock(tx, &kit.rows, account.service_id, id).await?;
    let own = found
        .filter(|case| case.account_id == account.id && case::may_finish(case, kit.clock.earliest(), now));
    Ok(own.map(|case| Finishes::Case(Box::new(case))))
}

/// Ends that case, its new value being in place. `old` is the number before.
pub(crate) async fn conclude(
    tx: &mut Tx,
    kit: &Kit,
    account: &Account,
    finishes: Finishes,
    old: Option<&Binding>,
    here: Here,
    world: World<'_>,
) -> Result<(), StorageError> {
    if let Finishes::Case(case) = finishes {
        kit.save(tx, case::finish(*case, account, old, here, world)).await?;
    }
    Ok(())
}
