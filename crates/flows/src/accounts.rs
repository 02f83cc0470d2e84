//! Accounts as the relying party sees them: what is bound and switched on, and the status it may set.

use crate::cases::cancel_for_freeze;
use crate::context::{Flows, Kit};
use crate::error::FlowError;
use crate::identify::account_by_identifier;
use countersign_core::account::with_status;
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::freeze;
use countersign_core::id::{AccountId, ServiceId};
use countersign_core::level::{self, Level};
use countersign_core::lock::{self, Refusal};
use countersign_core::model::*;
use countersign_core::session::Scene;
use countersign_core::time::Timestamp;
use countersign_storage::tables::{self, accounts, actions, authenticators, bindings, factors};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// An account with its number and locks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// Its number, if it has one.
    pub binding: Option<Binding>,
    /// Why its code factors may not be used now, if so.
    pub refusals: Vec<(Factor, Refusal)>,
    /// Authenticators that it has, by factor.
    pub enrolled: Vec<Factor>,
    /// How well it is protected.
    pub level: Level,
}

impl Flows {
    /// An account of the service.
    pub async fn account(
        &self,
        service_id: ServiceId,
        id: AccountId,
    ) -> Result<Option<AccountView>, FlowError> {
        self.read(Look { kit: self.kit.clone(), service_id, wanted: Wanted::Id(id) }).await
    }

    /// The account that an identifier names.
    pub async fn find_account(
        &self,
        service_id: ServiceId,
        identifier: Address,
    ) -> Result<Option<AccountView>, FlowError> {
        let wanted = Wanted::Identifier(identifier);
        self.read(Look { kit: self.kit.clone(), service_id, wanted }).await
    }

    /// Sets an account's status; none if the service has no such account.
    pub async fn set_account_status(
        &self,
        service_id: ServiceId,
        id: AccountId,
        status: AccountStatus,
    ) -> Result<Option<AccountView>, FlowError> {
        self.write(SetStatus { kit: self.kit.clone(), service_id, id, status }).await
    }
}

enum Wanted {
    Id(AccountId),
    Identifier(Address),
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    wanted: Wanted,
}

impl Step for Look {
    type Output = Option<AccountView>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let found = match &self.wanted {
            Wanted::Id(id) => accounts::load(tx, &self.kit.rows, self.service_id, *id).await?,
            Wanted::Identifier(address) => {
                account_by_identifier(tx, &self.kit, self.service_id, address).await?
            }
        };
        match found {
            Some(account) => Ok(Some(view(tx, &self.kit, account, self.kit.clock.now()).await?)),
            None => Ok(None),
        }
    }
}

async fn view(tx: &mut Tx, kit: &Kit, account: Account, now: Timestamp) -> Result<AccountView, StorageError> {
    let (service_id, subject) = (account.service_id, Subject::Account(account.id));
    let binding = bindings::live_of_account(tx, &kit.rows, service_id, account.id).await?;
    let mut refusals = Vec::new();
    for factor in [Factor::Sms, Factor::Email, Factor::Totp, Factor::TradingPassword, Factor::RecoveryCode] {
        let state = factors::load(tx, &kit.rows, service_id, subject, factor, None, now).await?;
        refusals.extend(lock::refusal(&state, &kit.policy, now).map(|refusal| (factor, refusal)));
    }
    let live = authenticators::live_of_account(tx, &kit.rows, service_id, account.id).await?;
    let sms_disabled = refusals.contains(&(Factor::Sms, Refusal::Disabled));
    let (level, _) = level::of(&account, binding.as_ref(), &live, sms_disabled);
    let mut enrolled: Vec<Factor> = live.iter().map(|authenticator| authenticator.factor).collect();
    enrolled.sort();
    enrolled.dedup();
    Ok(AccountView { account, binding, refusals, enrolled, level })
}

struct SetStatus {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: AccountId,
    status: AccountStatus,
}

impl Step for SetStatus {
    type Output = Option<AccountView>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(found) = accounts::lock(tx, &kit.rows, self.service_id, self.id).await? else {
            return Ok(None);
        };
        if found.status == self.status && found.frozen_from.is_none() {
            return Ok(Some(view(tx, kit, found, now).await?));
        }
        let scene = Scene::by(Actor::RelyingParty, "");
        let world = kit.world(&scene, now);
        let binding = bindings::live_of_account(tx, &kit.rows, self.service_id, self.id).await?;
        if found.status == AccountStatus::Frozen && self.status != AccountStatus::Frozen {
            let opened = freeze::open_by_relying_party(&found, binding.as_ref(), self.status, world);
            let account = kit.save(tx, opened).await?;
            return Ok(Some(view(tx, kit, account, now).await?));
        }
        if self.status == AccountStatus::Frozen && found.status != AccountStatus::Frozen {
            let pending = actions::lock_open_of_account(tx, &kit.rows, self.service_id, self.id).await?;
            cancel_for_freeze(tx, kit, self.service_id, self.id, world).await?;
            let frozen = freeze::freeze_by_staff(&found, binding.as_ref(), pending, "", world);
            let account = kit.save(tx, frozen).await?;
            return Ok(Some(view(tx, kit, account, now).await?));
        }
        // What staff set, staff take back: the holder's own way of opening it again ends with this.
        let account = match self.status {
            AccountStatus::Frozen => freeze::keep_shut(&found, now),
            status => with_status(&found, status, now),
        };
        let event = Event::StatusChanged { status: self.status.as_str().to_owned(), reason: String::new() };
        let entry = scene.event(self.service_id, Some(self.id), event, world);
        tables::apply(tx, &kit.rows, &[Change::SaveAccount(account.clone()), entry]).await?;
        Ok(Some(view(tx, kit, account, now).await?))
    }
}
