//! Recovery cases, for holders: opened signed out after the password, or signed in after a proof; followed with a
//! link and an access code; finished by a session that begins with a hold. Operators' side is `console::cases`.

pub(crate) mod access;
pub(crate) mod documents;
pub(crate) mod finish;
pub(crate) mod look;
pub(crate) mod open;
pub(crate) mod verify;

use crate::context::Kit;
use countersign_core::case::{self, WithdrawnBy};
use countersign_core::id::{AccountId, CaseId, ServiceId};
use countersign_core::model::*;
use countersign_core::session::{self, hash_token};
use countersign_core::time::Timestamp;
use countersign_core::verification::World;
use countersign_storage::tables::{accounts, bindings, cases};
use countersign_storage::{StorageError, Tx};
use std::fmt;

/// What lets somebody in to a case: its identifier and its access code.
#[derive(Clone)]
pub struct CaseKey {
    pub(crate) service_id: ServiceId,
    pub(crate) id: CaseId,
    access: TokenHash,
}

impl CaseKey {
    /// `access` is the code without dashes, as its owner's browser keeps it.
    pub fn new(service_id: ServiceId, id: CaseId, access: &str) -> Self {
        Self { service_id, id, access: hash_token(access) }
    }

    fn opens(&self, case: &Case) -> bool {
        case::opens(case, self.access)
    }
}

impl fmt::Debug for CaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaseKey({})", self.id)
    }
}

/// Whose case somebody follows, once they are let in: what uploads are received for.
#[derive(Clone, Debug)]
pub struct CaseHolder {
    /// The service.
    pub service_id: ServiceId,
    /// The account.
    pub account_id: AccountId,
    /// The case.
    pub id: CaseId,
    /// The code for the note that is in force, if one is.
    pub note_code: Option<Redacted>,
}

/// A case and its account, both locked: the account first, as everywhere.
pub(crate) async fn lock_with_account(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    id: CaseId,
) -> Result<Option<(Case, Account)>, StorageError> {
    let Some(found) = cases::load(tx, &kit.rows, service_id, id).await? else { return Ok(None) };
    let Some(account) = accounts::lock(tx, &kit.rows, service_id, found.account_id).await? else {
        return Ok(None);
    };
    let case = cases::lock(tx, &kit.rows, service_id, id).await?;
    Ok(case.map(|case| (case, account)))
}

/// The same, for whoever has its key.
async fn lock_by_key(tx: &mut Tx, kit: &Kit, key: &CaseKey) -> Result<Option<(Case, Account)>, StorageError> {
    let found = lock_with_account(tx, kit, key.service_id, key.id).await?;
    Ok(found.filter(|(case, _)| key.opens(case)))
}

/// To look at.
async fn load_by_key(tx: &mut Tx, kit: &Kit, key: &CaseKey) -> Result<Option<Case>, StorageError> {
    let found = cases::load(tx, &kit.rows, key.service_id, key.id).await?;
    Ok(found.filter(|case| key.opens(case)))
}

/// Ends every open case of an account that is being frozen: a thief's ends with it (R67).
pub(crate) async fn cancel_for_freeze(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    account_id: AccountId,
    world: World<'_>,
) -> Result<(), StorageError> {
    let Some(account) = accounts::lock(tx, &kit.rows, service_id, account_id).await? else { return Ok(()) };
    let binding = bindings::live_of_account(tx, &kit.rows, service_id, account_id).await?;
    for case in cases::lock_open_of_account(tx, &kit.rows, service_id, account_id).await? {
        kit.save(tx, case::cancel(case, &account, binding.as_ref(), WithdrawnBy::Freeze, world)).await?;
    }
    Ok(())
}

/// Whether an account knows a browser, so that its password is enough there (R24). One that a case let in is not known
/// before the case's new value stands.
pub(crate) async fn knows(
    tx: &mut Tx,
    kit: &Kit,
    device: &Device,
    account_id: AccountId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    if !session::is_known(device, account_id, &kit.policy, now) {
        return Ok(false);
    }
    let open = cases::open_of_account(tx, &kit.rows, device.service_id, account_id).await?;
    Ok(!case::holds_back(&open, device.id))
}
