//! One service in memory: use cases, a clock that only the test moves, holders with the factors that a test
//! asks for, and the messages that would have been sent.

use crate::app::App;
use argon2::password_hash::PasswordHasher as _;
use argon2::{Algorithm, Argon2, Params, Version};
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::entropy::Entropy;
use countersign_core::entropy::testing::Counting;
use countersign_core::id::{AccountId, AuthenticatorId, BindingId, ServiceId};
use countersign_core::model::*;
use countersign_core::outbox::Submission;
use countersign_core::policy::Policy;
use countersign_core::route::Carries;
use countersign_core::session::{self, Scene};
use countersign_core::time::{Timestamp, days};
use countersign_core::verification::World;
use countersign_delivery::{Letter, Submitting};
use countersign_flows::{Caller, Clock, Flows, FlowsConfig, IdentityProvider, RouteChannel, SignedIn};
use countersign_storage::tables::{self, Rows, outbox};
use countersign_storage::{Location, MasterKeys, Step, StorageError, Store, StoreConfig, Tx};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// The number that people can text to.
pub(crate) const INBOUND: &str = "+447400999999";

/// Where the confirm pages may lead back to.
pub(crate) const EXCHANGE: &str = "https://exchange.example";

/// True time, and a wall clock that somebody sets: `now` goes as far ahead and `earliest` as far back as the
/// wall clock ever was.
pub(crate) struct TestClock {
    steady_ms: AtomicI64,
    wall_off_ms: AtomicI64,
    ahead_ms: AtomicI64,
    behind_ms: AtomicI64,
}

impl TestClock {
    fn new() -> Self {
        let zero = || AtomicI64::new(0);
        Self {
            steady_ms: AtomicI64::new(1_800_000_000_000),
            wall_off_ms: zero(),
            ahead_ms: zero(),
            behind_ms: zero(),
        }
    }

    /// Time passes.
    pub(crate) fn pass(&self, ms: i64) {
        self.steady_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Somebody sets the wall clock, so many milliseconds ahead of the truth or, if negative, behind it.
    pub(crate) fn set_wall(&self, off_ms: i64) {
        self.wall_off_ms.store(off_ms, Ordering::SeqCst);
        self.ahead_ms.fetch_max(off_ms, Ordering::SeqCst);
        self.behind_ms.fetch_min(off_ms, Ordering::SeqCst);
    }

    /// The time that has truly passed.
    pub(crate) fn truth_ms(&self) -> i64 {
        self.steady_ms.load(Ordering::SeqCst)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.truth_ms() + self.ahead_ms.load(Ordering::SeqCst))
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.truth_ms() + self.wall_off_ms.load(Ordering::SeqCst))
    }

    fn earliest(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.truth_ms() + self.behind_ms.load(Ordering::SeqCst))
    }
}

struct Nowhere;

impl countersign_delivery::Channel for Nowhere {
    fn submit(&self, _letter: Letter) -> Submitting<'_> {
        Box::pin(async { Submission::NotSent })
    }
}

/// What the tests build on.
pub(crate) struct House {
    pub(crate) flows: Flows,
    pub(crate) store: Store,
    pub(crate) rows: Arc<Rows>,
    pub(crate) service_id: ServiceId,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    people: AtomicU64,
}

/// A holder, as the test knows them.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: AccountId,
    pub(crate) email: Option<Address>,
    pub(crate) number: Option<Address>,
    pub(crate) password: String,
    pub(crate) app: Option<App>,
    pub(crate) trading: Option<String>,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(Policy::default(), 0).await
    }

    pub(crate) async fn with(policy: Policy, seed: u64) -> Self {
        let store = Store::open(StoreConfig::new(Location::SqliteMemory)).unwrap();
        store.migrate().await.unwrap();
        let entropy: Arc<dyn Entropy> = Arc::new(Counting::from(seed));
        let clock = Arc::new(TestClock::new());
        let rows = || Rows::new(MasterKeys::new(vec![(1, [7; 32])]).unwrap(), entropy.clone());
        let flows = Flows::new(config(&store, rows(), policy, &clock, &entropy));
        let service_id = flows.create_service("Acme", false, &caller()).await.unwrap().id;
        flows.record_policy(service_id).await.unwrap();
        // Nothing leaves: it is where texts come in.
        flows.open_routes(vec![RouteChannel {
            name: "test".to_owned(),
            kind: "test",
            channel: Channel::Sms,
            out: Arc::new(Nowhere),
            in_flight_max: 1,
            carries: Carries { inbound_number: Some(INBOUND.to_owned()), ..Carries::default() },
            sender: "Acme".to_owned(),
            has_receipts: false,
            door: None,
        }]);
        let (rows, people) = (Arc::new(rows()), AtomicU64::new(0));
        Self { flows, store, rows, service_id, clock, entropy, people }
    }

    /// The use cases of another process on the same rows.
    pub(crate) async fn beside(house: &House) -> Flows {
        let rows = Rows::new(MasterKeys::new(vec![(1, [7; 32])]).unwrap(), house.entropy.clone());
        let policy = house.flows.policy().clone();
        let flows = Flows::new(config(&house.store, rows, policy, &house.clock, &house.entropy));
        flows.record_policy(house.service_id).await.unwrap();
        flows
    }

    /// The use cases of a process that asks an identity provider.
    pub(crate) async fn asking(house: &House, provider: IdentityProvider) -> Flows {
        let rows = Rows::new(MasterKeys::new(vec![(1, [7; 32])]).unwrap(), house.entropy.clone());
        let policy = house.flows.policy().clone();
        let config = config(&house.store, rows, policy, &house.clock, &house.entropy);
        let flows = Flows::new(FlowsConfig { identity: Some(provider), ..config });
        flows.record_policy(house.service_id).await.unwrap();
        flows
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Seconds pass.
    pub(crate) fn later(&self, seconds: i64) {
        self.clock.pass(seconds * 1_000);
    }

    pub(crate) async fn apply(&self, changes: Vec<Change>) {
        self.store.write(Apply { rows: self.rows.clone(), changes }).await.unwrap();
    }

    /// An account that has these factors and no others; its password always.
    pub(crate) async fn person(&self, factors: &[Factor]) -> Person {
        let (now, entropy) = (self.now(), self.entropy.as_ref());
        let number = self.people.fetch_add(1, Ordering::SeqCst);
        let has = |factor| factors.contains(&factor);
        let person = Person {
            id: AccountId::draw(now, entropy),
            email: has(Factor::Email).then(|| address(&format!("p{number}@holder.example"))),
            number: has(Factor::Sms).then(|| address(&format!("+4474001{number:05}"))),
            password: format!("quiet harbour lamp {number}"),
            app: has(Factor::Totp)
                .then(|| App::new(countersign_core::entropy::bytes::<20>(entropy).to_vec())),
            trading: has(Factor::TradingPassword).then(|| "370529".to_owned()),
        };
        let mut changes = vec![Change::InsertAccount(Account {
            id: person.id,
            service_id: self.service_id,
            status: AccountStatus::Active,
            email: person.email.clone(),
            password_hash: cheap_hash(&person.password),
            sms_enabled_at: has(Factor::Sms).then_some(now),
            phrase: None,
            password_set_at: now,
            frozen_from: None,
            frozen_by_staff_from: None,
            status_set_at: None,
            locale: "en".to_owned(),
            created_at: now,
        })];
        changes.extend(person.number.clone().map(|number| {
            Change::InsertBinding(Binding {
                id: BindingId::draw(now, entropy),
                service_id: self.service_id,
                account_id: person.id,
                number,
                bound_at: now,
                suspended_at: None,
                ended_at: None,
            })
        }));
        if let Some(app) = &person.app {
            let secret = AuthenticatorSecret::Totp { key: app.key.clone(), drift_steps: 0 };
            changes.push(Change::InsertAuthenticator(self.authenticator(person.id, Factor::Totp, secret)));
        }
        if let Some(trading) = &person.trading {
            let secret =
                AuthenticatorSecret::TradingPassword { password_hash: Redacted(cheap_hash(trading)) };
            let authenticator = self.authenticator(person.id, Factor::TradingPassword, secret);
            changes.push(Change::InsertAuthenticator(authenticator));
        }
        self.apply(changes).await;
        person
    }

    fn authenticator(
        &self,
        account_id: AccountId,
        factor: Factor,
        secret: AuthenticatorSecret,
    ) -> Authenticator {
        Authenticator {
            id: AuthenticatorId::draw(self.now(), self.entropy.as_ref()),
            service_id: self.service_id,
            account_id,
            factor,
            name: String::new(),
            secret,
            last_step: None,
            created_at: self.now(),
            last_used_at: None,
            ended_at: None,
        }
    }

    /// Signs somebody in without asking; answers the session's cookie.
    pub(crate) async fn session(&self, person: &Person) -> String {
        let account = self.flows.account(self.service_id, person.id).await.unwrap().unwrap().account;
        let (key, scene) = (self.rows.code_key(), Scene::default());
        let world = World {
            policy: self.flows.policy(),
            key: &key,
            now: self.now(),
            entropy: self.entropy.as_ref(),
            scene: &scene,
        };
        let (opened, changes) = session::open(&account, None, None, "", world);
        self.apply(changes).await;
        opened.session_token.expose().to_owned()
    }

    pub(crate) async fn signed_in(&self, cookie: &str) -> Option<SignedIn> {
        self.flows.peek_session(self.service_id, cookie).await.unwrap()
    }

    /// Every message that was not taken yet, oldest first, as a carrier would take it.
    pub(crate) async fn post(&self) -> Vec<Message> {
        let take = Take { rows: self.rows.clone(), now: self.now() };
        let mut messages = self.store.write(take).await.unwrap();
        messages.sort_by_key(|message| (message.created_at, message.id));
        messages
    }

    /// The one code among the messages that were not taken yet.
    pub(crate) async fn code(&self) -> String {
        let codes: Vec<String> = self.post().await.iter().filter_map(code_in).collect();
        assert_eq!(codes.len(), 1, "one code was sent");
        codes.into_iter().next().unwrap()
    }
}

fn config(
    store: &Store,
    rows: Rows,
    policy: Policy,
    clock: &Arc<TestClock>,
    entropy: &Arc<dyn Entropy>,
) -> FlowsConfig {
    FlowsConfig {
        store: store.clone(),
        rows,
        policy,
        clock: clock.clone(),
        entropy: entropy.clone(),
        password_hashers: 1,
        issuer: "http://localhost:8080".to_owned(),
        return_origins: vec![EXCHANGE.to_owned()],
        channels: vec![Channel::Sms, Channel::Email, Channel::Voice],
        inbound_numbers: vec![INBOUND.to_owned()],
        app_hash: None,
        identity: None,
    }
}

pub(crate) fn address(text: &str) -> Address {
    Address::from_exposed(text).unwrap()
}

pub(crate) fn caller() -> Caller {
    Caller { locale: "en".to_owned(), ..Caller::default() }
}

/// The code that a message carries.
pub(crate) fn code_in(message: &Message) -> Option<String> {
    match &message.body {
        Body::Code { code, .. } => Some(code.clone()),
        Body::Notice { .. } => None,
    }
}

/// What a message tells and the token of its freeze link.
pub(crate) fn notice_in(message: &Message) -> Option<(Notice, String)> {
    match &message.body {
        Body::Code { .. } => None,
        Body::Notice { notice, freeze_path, .. } => {
            Some((*notice, freeze_path.trim_start_matches("/freeze/").to_owned()))
        }
    }
}

/// A hash of the same kind as the product's, with the least work: its parameters stand in it and are
/// followed.
pub(crate) fn cheap_hash(password: &str) -> String {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
    argon2.hash_password_with_salt(password.as_bytes(), b"sixteen bytes ok").unwrap().to_string()
}

struct Apply {
    rows: Arc<Rows>,
    changes: Vec<Change>,
}

impl Step for Apply {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tables::apply(tx, &self.rows, &self.changes).await
    }
}

struct Take {
    rows: Arc<Rows>,
    now: Timestamp,
}

impl Step for Take {
    type Output = Vec<Message>;

    async fn run(&self, tx: &mut Tx) -> Result<Vec<Message>, StorageError> {
        let mut taken = Vec::new();
        for channel in [Channel::Sms, Channel::Email, Channel::Voice] {
            let claim = outbox::Claim {
                channel,
                node: [1; 16],
                now: self.now,
                lease_until: self.now.after(days(3_650)),
                limit: 16,
            };
            taken.extend(outbox::claim(tx, &self.rows, &claim).await?.into_iter().map(|due| due.message));
        }
        Ok(taken)
    }
}
