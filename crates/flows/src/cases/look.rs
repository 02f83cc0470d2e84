//! Following a case: coming back with its link and access code, what its page shows, withdrawing it.

use super::{CaseKey, load_by_key, lock_by_key, lock_with_account};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::sessions::SignedIn;
use countersign_core::case::{self, Access, WithdrawnBy};
use countersign_core::id::{AccountId, CaseId, ServiceId};
use countersign_core::model::*;
use countersign_core::recovery::RecoveryCode;
use countersign_core::session::{Here, hash_token};
use countersign_core::time::Timestamp;
use countersign_storage::tables::{accounts, bindings, cases, operators};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of a link and an access code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseEntry {
    /// In: the browser keeps the code, without dashes.
    In(CaseId, Redacted),
    /// No such case, or not its code: the two look alike (R46).
    Wrong,
    /// Too many wrong codes.
    Locked(Timestamp),
}

/// What a case's page shows.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// The case.
    pub case: Case,
    /// Operators who have decided in this round.
    pub voices: usize,
    /// Its account is frozen: nothing goes on.
    pub frozen: bool,
    /// Until when it cannot be finished, though it were approved.
    pub waits_until: Option<Timestamp>,
}

impl Flows {
    /// Judges a link and an access code as somebody typed them.
    pub async fn enter_case(
        &self,
        service_id: ServiceId,
        id: &str,
        typed: &str,
        caller: Caller,
    ) -> Result<CaseEntry, FlowError> {
        // The whole link may be pasted: what stands behind its last slash is the case.
        let id = id.trim().trim_end_matches('/').rsplit('/').next().and_then(|text| text.parse().ok());
        let (Some(id), Ok(code)) = (id, RecoveryCode::lenient(typed)) else { return Ok(CaseEntry::Wrong) };
        let step = Enter { kit: self.kit.clone(), service_id, id, hash: hash_token(code.normal()), caller };
        Ok(match self.write(step).await? {
            Some(Access::Right) => CaseEntry::In(id, Redacted(code.normal().to_owned())),
            Some(Access::Locked(until)) => CaseEntry::Locked(until),
            Some(Access::Wrong) | None => CaseEntry::Wrong,
        })
    }

    /// What the page of a case shows.
    pub async fn case(&self, key: &CaseKey) -> Result<Option<CaseView>, FlowError> {
        self.read(Look { kit: self.kit.clone(), key: key.clone() }).await
    }

    /// The cases of the signed-in account that are not over.
    pub async fn open_cases(&self, signed_in: &SignedIn) -> Result<Vec<Case>, FlowError> {
        let (service_id, account_id) = (signed_in.account.service_id, signed_in.account.id);
        let mut found = self.cases_of_account(service_id, account_id).await?;
        found.retain(|case| !case.stage.is_over());
        Ok(found)
    }

    /// The cases of an account, newest first.
    pub async fn cases_of_account(
        &self,
        service_id: ServiceId,
        account_id: AccountId,
    ) -> Result<Vec<Case>, FlowError> {
        self.read(List { kit: self.kit.clone(), service_id, account_id }).await
    }

    /// Withdraws a case by its key; false if it was over or there is none.
    pub async fn cancel_case(&self, key: &CaseKey, caller: Caller) -> Result<bool, FlowError> {
        let whose = Whose::Key(key.clone());
        self.write(Cancel { kit: self.kit.clone(), whose, caller }).await
    }

    /// Withdraws a case of the signed-in account: "that was not me".
    pub async fn cancel_own_case(
        &self,
        signed_in: &SignedIn,
        id: CaseId,
        caller: Caller,
    ) -> Result<bool, FlowError> {
        let (account, here) = (&signed_in.account, Here::of(&signed_in.session));
        let whose = Whose::Account(account.service_id, account.id, id, here);
        self.write(Cancel { kit: self.kit.clone(), whose, caller }).await
    }
}

struct Enter {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: CaseId,
    hash: TokenHash,
    caller: Caller,
}

impl Step for Enter {
    type Output = Option<Access>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let kit = &self.kit;
        let Some(case) = cases::lock(tx, &kit.rows, self.service_id, self.id).await? else {
            return Ok(None);
        };
        let scene = self.caller.scene();
        let world = kit.world(&scene, kit.clock.now());
        kit.save(tx, case::judge_access(case, self.hash, world)).await.map(Some)
    }
}

struct Look {
    kit: Arc<Kit>,
    key: CaseKey,
}

impl Step for Look {
    type Output = Option<CaseView>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let rows = &self.kit.rows;
        let Some(case) = load_by_key(tx, &self.kit, &self.key).await? else { return Ok(None) };
        let account = accounts::load(tx, rows, case.service_id, case.account_id).await?;
        let decisions = cases::decisions(tx, rows, case.service_id, case.id).await?;
        let staff = operators::of_service(tx, rows, case.service_id).await?;
        let counts = |one: &&CaseDecision| one.round == case.round && case::counts(one.voice, &staff);
        let voices = decisions.iter().filter(counts).count();
        let frozen = account.is_none_or(|account| account.status == AccountStatus::Frozen);
        let waits_until = case::waits_until(&case, self.kit.clock.earliest());
        Ok(Some(CaseView { case, voices, frozen, waits_until }))
    }
}

struct List {
    kit: Arc<Kit>,
    service_id: ServiceId,
    account_id: AccountId,
}

impl Step for List {
    type Output = Vec<Case>;

    async fn run(&self, tx: &mut Tx) -> Result<Vec<Case>, StorageError> {
        cases::of_account(tx, &self.kit.rows, self.service_id, self.account_id, 30).await
    }
}

enum Whose {
    Key(CaseKey),
    Account(ServiceId, AccountId, CaseId, Here),
}

struct Cancel {
    kit: Arc<Kit>,
    whose: Whose,
    caller: Caller,
}

impl Step for Cancel {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let kit = &self.kit;
        let (found, by) = match &self.whose {
            Whose::Key(key) => (lock_by_key(tx, kit, key).await?, WithdrawnBy::Key),
            Whose::Account(service_id, account_id, id, here) => {
                let found = lock_with_account(tx, kit, *service_id, *id).await?;
                (found.filter(|(case, _)| case.account_id == *account_id), WithdrawnBy::Holder(*here))
            }
        };
        let Some((case, account)) = found else { return Ok(false) };
        let binding = bindings::live_of_account(tx, &kit.rows, account.service_id, account.id).await?;
        let scene = self.caller.scene();
        let world = kit.world(&scene, kit.clock.now());
        kit.save(tx, case::cancel(case, &account, binding.as_ref(), by, world)).await
    }
}
