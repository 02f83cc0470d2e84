//! What every use case stands on: the store, the keys, the policy, the clock, randomness. Holds nothing that decides
//! and could be lost: limits, locks and leases are rows.

use crate::audit::AuditKeys;
use crate::clock::Clock;
use crate::console::templates::TemplateCopies;
use crate::error::FlowError;
use crate::evidence::cleaner::Cleaner;
use crate::identity::IdentityProvider;
use crate::passkeys::Passkeys;
use crate::passwords::PasswordHasher;
use crate::roads::Roads;
use crate::signer::Signer;
use countersign_core::Decision;
use countersign_core::code::CodeKey;
use countersign_core::entropy::Entropy;
use countersign_core::model::{Actor, Channel};
use countersign_core::numbers::PhoneNumber;
use countersign_core::policy::Policy;
use countersign_core::session::Scene;
use countersign_core::template::AppHash;
use countersign_core::time::Timestamp;
use countersign_core::verification::World;
use countersign_storage::tables::{self, Rows};
use countersign_storage::{Step, StorageError, Store, Tx};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

/// What the binary hands in.
pub struct FlowsConfig {
    /// The open and migrated store.
    pub store: Store,
    /// Keys and nonces of its rows.
    pub rows: Rows,
    /// The checked policy.
    pub policy: Policy,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The operating system's generator.
    pub entropy: Arc<dyn Entropy>,
    /// Passwords hashed at once, and pictures cleaned at once (two of those at most); about one per core.
    pub password_hashers: usize,
    /// Who signs assertions, as they say it: where people reach the pages, without a trailing slash.
    pub issuer: String,
    /// Origins that a confirm page may lead back to.
    pub return_origins: Vec<String>,
    /// Channels that have a route.
    pub channels: Vec<Channel>,
    /// Numbers that people can text to (E.164), for proof by their own message.
    pub inbound_numbers: Vec<String>,
    /// What tells the service's Android app that a text message is for it (R14).
    pub app_hash: Option<AppHash>,
    /// Who looks at the pictures of cases beside the operators, if anybody.
    pub identity: Option<IdentityProvider>,
}

/// The use cases. Cheap to clone.
#[derive(Clone)]
pub struct Flows {
    pub(crate) store: Store,
    pub(crate) kit: Arc<Kit>,
    pub(crate) passwords: PasswordHasher,
    pub(crate) signer: Arc<Signer>,
    pub(crate) passkeys: Arc<Passkeys>,
    pub(crate) cleaner: Cleaner,
}

/// What steps carry into their transaction.
pub(crate) struct Kit {
    pub(crate) rows: Rows,
    pub(crate) policy: Policy,
    pub(crate) key: CodeKey,
    pub(crate) audit_keys: AuditKeys,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) inbound_numbers: Vec<PhoneNumber>,
    /// This node's routes, with a copy of what all nodes know of them.
    pub(crate) roads: Roads,
    /// What this node last read of the services' own texts.
    pub(crate) templates: TemplateCopies,
    pub(crate) app_hash: Option<AppHash>,
    pub(crate) identity: Option<IdentityProvider>,
    pub(crate) return_origins: Vec<String>,
    /// Version of the policy in force, by service, as recorded when the program started.
    pub(crate) policy_version: AtomicI64,
}

impl Kit {
    /// The world a decision is taken in.
    pub(crate) fn world<'a>(&'a self, scene: &'a Scene, now: Timestamp) -> World<'a> {
        World { policy: &self.policy, key: &self.key, now, entropy: self.entropy.as_ref(), scene }
    }

    /// Saves what was decided and gives the outcome on.
    pub(crate) async fn save<O>(&self, tx: &mut Tx, decision: Decision<O>) -> Result<O, StorageError> {
        tables::apply(tx, &self.rows, &decision.changes).await?;
        Ok(decision.outcome)
    }
}

fn numbers_of(texts: &[String]) -> Vec<PhoneNumber> {
    let read = |text: &String| match PhoneNumber::from_e164(text) {
        Ok(number) => Some(number),
        Err(problem) => {
            tracing::warn!(%problem, "a number that people could text to is not one in E.164; it is not shown");
            None
        }
    };
    texts.iter().filter_map(read).collect()
}

/// Who is asking, as far as the edge can tell.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// Network address of the person, if known.
    pub ip: Option<IpAddr>,
    /// Browser and system in words; empty for programs.
    pub device_label: String,
    /// The cookie of a known device, if one was sent.
    pub device_token: Option<String>,
    /// Language (BCP 47).
    pub locale: String,
    /// Who, as the audit says it.
    pub actor: Actor,
}

impl Caller {
    pub(crate) fn scene(&self) -> Scene {
        Scene::by(self.actor, &self.device_label)
    }

    pub(crate) fn ip_text(&self) -> String {
        self.ip.map(|ip| ip.to_canonical().to_string()).unwrap_or_default()
    }
}

impl Flows {
    /// Puts the parts together.
    pub fn new(config: FlowsConfig) -> Self {
        let key = config.rows.code_key();
        let passwords = PasswordHasher::new(config.password_hashers, config.entropy.clone());
        let cleaner = Cleaner::new(config.password_hashers);
        let signer = Arc::new(Signer::new(&config.rows, &config.issuer));
        let passkeys = Arc::new(Passkeys::new(&config.issuer));
        let kit = Kit {
            channels: config.channels,
            inbound_numbers: numbers_of(&config.inbound_numbers),
            roads: Roads::default(),
            templates: TemplateCopies::default(),
            app_hash: config.app_hash,
            identity: config.identity,
            return_origins: config.return_origins,
            policy_version: AtomicI64::new(0),
            audit_keys: AuditKeys::new(&config.rows),
            rows: config.rows,
            policy: config.policy,
            key,
            clock: config.clock,
            entropy: config.entropy,
        };
        Self { store: config.store, kit: Arc::new(kit), passwords, signer, passkeys, cleaner }
    }

    /// The policy in force.
    pub fn policy(&self) -> &Policy {
        &self.kit.policy
    }

    /// The present moment, for pages that count down.
    pub fn now(&self) -> Timestamp {
        self.kit.clock.now()
    }

    pub(crate) async fn write<S: Step>(&self, step: S) -> Result<S::Output, FlowError> {
        Ok(self.store.write(step).await?)
    }

    pub(crate) async fn read<S: Step>(&self, step: S) -> Result<S::Output, FlowError> {
        Ok(self.store.read(step).await?)
    }
}
