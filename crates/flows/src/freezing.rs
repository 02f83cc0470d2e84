//! Freezing: from a page, or from the link of a message without signing in (R67). Looking at the link changes
//! nothing; the form on its page does.

use crate::cases::cancel_for_freeze;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::sessions::SignedIn;
use countersign_core::freeze;
use countersign_core::id::{AccountId, ServiceId};
use countersign_core::model::AccountStatus;
use countersign_core::session::hash_token;
use countersign_storage::tables::{accounts, actions, bindings, freeze_links};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// Where a freeze link leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreezeLink {
    /// To an account that can be frozen.
    Open,
    /// To one that is frozen already.
    Frozen,
    /// Nowhere: it never was, or its time is over.
    Unknown,
}

impl Flows {
    /// Where a link leads.
    pub async fn freeze_link(&self, service_id: ServiceId, token: &str) -> Result<FreezeLink, FlowError> {
        self.read(Look { kit: self.kit.clone(), service_id, token: token.to_owned() }).await
    }

    /// Freezes the account that a link leads to.
    pub async fn freeze_by_link(
        &self,
        service_id: ServiceId,
        token: &str,
        caller: Caller,
    ) -> Result<FreezeLink, FlowError> {
        let whose = Whose::Link(token.to_owned());
        self.write(Freeze { kit: self.kit.clone(), service_id, whose, caller }).await
    }

    /// Freezes the signed-in account; its session ends with the rest.
    pub async fn freeze(&self, signed_in: &SignedIn, caller: Caller) -> Result<FreezeLink, FlowError> {
        let whose = Whose::Account(signed_in.account.id);
        let service_id = signed_in.account.service_id;
        self.write(Freeze { kit: self.kit.clone(), service_id, whose, caller }).await
    }
}

enum Whose {
    Link(String),
    Account(AccountId),
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
}

impl Step for Look {
    type Output = FreezeLink;

    async fn run(&self, tx: &mut Tx) -> Result<FreezeLink, StorageError> {
        let (rows, now) = (&self.kit.rows, self.kit.clock.now());
        let found = freeze_links::find(tx, rows, hash_token(&self.token), now).await?;
        let Some((_, account_id)) = found.filter(|(service_id, _)| *service_id == self.service_id) else {
            return Ok(FreezeLink::Unknown);
        };
        let account = accounts::load(tx, rows, self.service_id, account_id).await?;
        Ok(match account.map(|account| account.status) {
            None => FreezeLink::Unknown,
            Some(AccountStatus::Frozen) => FreezeLink::Frozen,
            Some(_) => FreezeLink::Open,
        })
    }
}

struct Freeze {
    kit: Arc<Kit>,
    service_id: ServiceId,
    whose: Whose,
    caller: Caller,
}

impl Step for Freeze {
    type Output = FreezeLink;

    async fn run(&self, tx: &mut Tx) -> Result<FreezeLink, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let (rows, service_id) = (&kit.rows, self.service_id);
        let (account_id, by_link) = match &self.whose {
            Whose::Account(id) => (*id, false),
            Whose::Link(token) => {
                let found = freeze_links::find(tx, rows, hash_token(token), now).await?;
                match found.filter(|(of, _)| *of == service_id) {
                    Some((_, id)) => (id, true),
                    None => return Ok(FreezeLink::Unknown),
                }
            }
        };
        let Some(account) = accounts::lock(tx, rows, service_id, account_id).await? else {
            return Ok(FreezeLink::Unknown);
        };
        let binding = bindings::live_of_account(tx, rows, service_id, account_id).await?;
        let pending = actions::lock_open_of_account(tx, rows, service_id, account_id).await?;
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        cancel_for_freeze(tx, kit, service_id, account_id, world).await?;
        let frozen = freeze::freeze(&account, binding.as_ref(), pending, by_link, world);
        kit.save(tx, frozen).await?;
        Ok(FreezeLink::Frozen)
    }
}
