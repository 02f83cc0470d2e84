//! What the command line and the demo set up: services, API keys, accounts. Secrets are drawn here and shown once.

use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::identify::account_by_identifier;
use countersign_core::account;
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::{ApiKeyId, ServiceId};
use countersign_core::model::{Actor, ApiKey, Service};
use countersign_core::session::{Scene, Token, hash_token};
use countersign_core::ticket::mask;
use countersign_core::time::Timestamp;
use countersign_storage::tables::{self, api_keys, services};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// A key that was just made.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// Its record.
    pub key: ApiKey,
    /// The key itself, shown this once.
    pub secret: Token,
}

impl Flows {
    /// Every service, oldest first.
    pub async fn services(&self) -> Result<Vec<Service>, FlowError> {
        self.read(Services { kit: self.kit.clone() }).await
    }

    /// Makes a service; that is the first entry of its audit.
    pub async fn create_service(
        &self,
        name: &str,
        demo: bool,
        caller: &Caller,
    ) -> Result<Service, FlowError> {
        let now = self.now();
        let id = ServiceId::draw(now, self.kit.entropy.as_ref());
        let service = Service { id, name: name.to_owned(), demo, created_at: now };
        let entry = self.entry(id, Event::ServiceAdded, caller, now);
        self.save(vec![Change::InsertService(service.clone()), entry]).await?;
        Ok(service)
    }

    /// Makes an API key for a service.
    pub async fn create_api_key(
        &self,
        service_id: ServiceId,
        name: &str,
        caller: &Caller,
    ) -> Result<NewApiKey, FlowError> {
        let now = self.now();
        let secret = Token::draw(self.kit.entropy.as_ref());
        let key = ApiKey {
            id: ApiKeyId::draw(now, self.kit.entropy.as_ref()),
            service_id,
            name: name.to_owned(),
            token: secret.hash(),
            created_at: now,
            revoked_at: None,
        };
        let added = Event::ApiKeyAdded { key: key.id.to_string(), name: mask::reason(name) };
        let entry = self.entry(service_id, added, caller, now);
        self.save(vec![Change::InsertApiKey(key.clone()), entry]).await?;
        Ok(NewApiKey { key, secret })
    }

    /// The keys of a service.
    pub async fn api_keys(&self, service_id: ServiceId) -> Result<Vec<ApiKey>, FlowError> {
        self.read(Keys { kit: self.kit.clone(), service_id }).await
    }

    /// Stops a key of a service from working; a conflict if it has no such key that works.
    pub async fn revoke_api_key(
        &self,
        service_id: ServiceId,
        id: ApiKeyId,
        caller: &Caller,
    ) -> Result<(), FlowError> {
        let at = self.now();
        let entry = self.entry(service_id, Event::ApiKeyRevoked { key: id.to_string() }, caller, at);
        self.save(vec![Change::RevokeApiKey { service_id, id, at }, entry]).await
    }

    fn entry(&self, service_id: ServiceId, event: Event, caller: &Caller, now: Timestamp) -> Change {
        let scene = caller.scene();
        scene.event(service_id, None, event, self.kit.world(&scene, now))
    }

    /// The service that a bearer key speaks for.
    pub async fn service_of_key(&self, secret: &str) -> Result<Option<ServiceId>, FlowError> {
        self.read(WhoseKey { kit: self.kit.clone(), secret: secret.to_owned() }).await
    }

    /// Brings over an account whose email address was proved elsewhere; false if the address has one already.
    pub async fn import_account(
        &self,
        service_id: ServiceId,
        email: Address,
        password: &str,
        locale: &str,
    ) -> Result<bool, FlowError> {
        let password_hash = self.passwords.hash(password).await?;
        let locale = locale.to_owned();
        self.write(Import { kit: self.kit.clone(), service_id, email, password_hash, locale }).await
    }

    pub(crate) async fn save(&self, changes: Vec<Change>) -> Result<(), FlowError> {
        self.write(Save { kit: self.kit.clone(), changes }).await
    }
}

struct Save {
    kit: Arc<Kit>,
    changes: Vec<Change>,
}

impl Step for Save {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tables::apply(tx, &self.kit.rows, &self.changes).await
    }
}

struct Services {
    kit: Arc<Kit>,
}

impl Step for Services {
    type Output = Vec<Service>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        services::all(tx, &self.kit.rows).await
    }
}

struct Keys {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for Keys {
    type Output = Vec<ApiKey>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        api_keys::of_service(tx, &self.kit.rows, self.service_id).await
    }
}

struct WhoseKey {
    kit: Arc<Kit>,
    secret: String,
}

impl Step for WhoseKey {
    type Output = Option<ServiceId>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let key = api_keys::by_token(tx, &self.kit.rows, hash_token(&self.secret)).await?;
        Ok(key.map(|key| key.service_id))
    }
}

struct Import {
    kit: Arc<Kit>,
    service_id: ServiceId,
    email: Address,
    password_hash: String,
    locale: String,
}

impl Step for Import {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let kit = &self.kit;
        if account_by_identifier(tx, kit, self.service_id, &self.email).await?.is_some() {
            return Ok(false);
        }
        let scene = Scene::by(Actor::CommandLine, "");
        let world = kit.world(&scene, kit.clock.now());
        let account = account::open(self.service_id, &self.email, &self.password_hash, &self.locale, world);
        let entry = scene.event(self.service_id, Some(account.id), Event::AccountOpened, world);
        tables::apply(tx, &kit.rows, &[Change::InsertAccount(account), entry]).await?;
        Ok(true)
    }
}
