//! An account's authenticators, as its owner sees them, and the names they bear.

use crate::actions::Standing;
use crate::bind::Owner;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::sessions::SignedIn;
use countersign_core::change::Change;
use countersign_core::enrolment::{self, tidy_name};
use countersign_core::event::Event;
use countersign_core::id::AuthenticatorId;
use countersign_core::lock::Refusal;
use countersign_core::model::*;
use countersign_storage::tables::{self, authenticators};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// One authenticator, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactorEntry {
    /// Its identifier.
    pub id: AuthenticatorId,
    /// What it proves.
    pub factor: Factor,
    /// What its owner calls it.
    pub name: String,
    /// When it was enrolled.
    pub created_at: countersign_core::time::Timestamp,
    /// When it last proved something.
    pub last_used_at: Option<countersign_core::time::Timestamp>,
    /// Recovery codes that remain.
    pub codes_left: Option<usize>,
    /// Of a passkey: identifier of the credential, base64url, for the browser's signal.
    pub credential_id: Option<String>,
    /// Of a passkey: which product made it, as a UUID, if it says.
    pub model: Option<String>,
    /// Of a passkey: whether it is synchronised to other devices.
    pub is_synced: bool,
    /// Why it cannot be used now, if so.
    pub refusal: Option<Refusal>,
    /// Whether it may be removed: the last second factor may not (R43).
    pub is_removable: bool,
}

impl Flows {
    /// The signed-in account's authenticators, oldest first.
    pub async fn factors(&self, signed_in: &SignedIn) -> Result<Vec<FactorEntry>, FlowError> {
        self.read(List { kit: self.kit.clone(), account: signed_in.account.clone() }).await
    }

    /// Gives an authenticator another name; false if the account has no such.
    pub async fn rename_factor(
        &self,
        signed_in: &SignedIn,
        id: AuthenticatorId,
        name: &str,
        caller: Caller,
    ) -> Result<bool, FlowError> {
        let owner = Owner::of(signed_in);
        self.write(Rename { kit: self.kit.clone(), owner, id, name: tidy_name(name), caller }).await
    }
}

struct List {
    kit: Arc<Kit>,
    account: Account,
}

impl Step for List {
    type Output = Vec<FactorEntry>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let standing = Standing::load(tx, kit, self.account.clone(), now).await?;
        let locks = crate::actions::code::locks(&standing, kit, now);
        let entries = standing.authenticators.iter().map(|a| {
            let (credential_id, model, is_synced) = match &a.secret {
                AuthenticatorSecret::Passkey { credential_id, model, backed_up, .. } => {
                    let model = Some(model.clone()).filter(|model| !model.is_empty());
                    (Some(credential_id.clone()), model, *backed_up)
                }
                _ => (None, None, false),
            };
            let binding = standing.binding.as_ref();
            FactorEntry {
                id: a.id,
                factor: a.factor,
                name: a.name.clone(),
                created_at: a.created_at,
                last_used_at: a.last_used_at,
                codes_left: a.codes_left(),
                credential_id,
                model,
                is_synced,
                refusal: locks.iter().find(|(factor, _)| *factor == a.factor).map(|(_, refusal)| *refusal),
                is_removable: enrolment::may_remove(&standing.account, a, &standing.authenticators, binding)
                    .is_ok(),
            }
        });
        Ok(entries.collect())
    }
}

struct Rename {
    kit: Arc<Kit>,
    owner: Owner,
    id: AuthenticatorId,
    name: String,
    caller: Caller,
}

impl Step for Rename {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let (service_id, account_id) = (self.owner.account.service_id, self.owner.account.id);
        let found = authenticators::lock(tx, &kit.rows, service_id, self.id).await?;
        let own = found.filter(|found| found.account_id == account_id && found.is_live());
        let Some(own) = own else { return Ok(false) };
        if own.name == self.name {
            return Ok(true);
        }
        let scene = self.caller.scene();
        let event = Event::FactorRenamed { factor: own.factor, name: self.name.clone() };
        let entry = scene.event(service_id, Some(account_id), event, kit.world(&scene, now));
        let renamed = Authenticator { name: self.name.clone(), ..own };
        tables::apply(tx, &kit.rows, &[Change::SaveAuthenticator(renamed), entry]).await?;
        Ok(true)
    }
}
