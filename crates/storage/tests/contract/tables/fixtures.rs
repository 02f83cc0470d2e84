//! Records to save, with every field filled, and short ways to save and ask.

use crate::engines::{Database, step};
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::code::{self, CodeContext, CodeKey};
use countersign_core::entropy::testing::Counting;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::time::{Timestamp, days, minutes};
use countersign_storage::tables::{self, Rows};
use countersign_storage::{MasterKeys, StorageError, Store, Tx};
use futures_util::future::BoxFuture;
use std::sync::Arc;

/// 2027-01-15, in the afternoon.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_ms(1_800_020_000_000);
pub(crate) const EMAIL: &str = "ada.lovelace@example.com";
pub(crate) const NUMBER: &str = "+447400123456";
pub(crate) const OTHER_NUMBER: &str = "+447400654321";
pub(crate) const PAYEE: &str = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq";
pub(crate) const CHALLENGE: &str = r#"{"challenge":"Y2FuYXJ5LWNoYWxsZW5nZQ"}"#;
pub(crate) const TOTP_KEY: &[u8; 20] = b"12345678901234567890";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_bmV3ZXN0LXNlY3JldA==";
pub(crate) const EARLIER_SECRET: &str = "whsec_ZWFybGllci1zZWNyZXQ=";

/// A store with the product's tables and one service.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) rows: Rows,
    pub(crate) entropy: Arc<Counting>,
    pub(crate) service_id: ServiceId,
}

impl World {
    pub(crate) async fn new(database: &Database) -> Self {
        let store = database.open();
        store.migrate().await.unwrap();
        let entropy = Arc::new(Counting::new());
        let rows = Rows::new(MasterKeys::new(vec![(1, [0x5A; 32])]).unwrap(), entropy.clone());
        let service_id = ServiceId::draw(NOW, entropy.as_ref());
        let world = Self { store, rows, entropy, service_id };
        world.save([Change::InsertService(world.service(service_id))]).await.unwrap();
        world
    }

    pub(crate) fn service(&self, id: ServiceId) -> Service {
        Service { id, name: "Brand & Söhne".into(), demo: true, created_at: NOW }
    }

    /// A second tenant.
    pub(crate) async fn other_service(&self) -> ServiceId {
        let id = ServiceId::draw(NOW, self.entropy.as_ref());
        self.save([Change::InsertService(self.service(id))]).await.unwrap();
        id
    }

    pub(crate) async fn save<const N: usize>(&self, changes: [Change; N]) -> Result<(), StorageError> {
        let rows = self.rows.clone();
        let write = step(move |tx| {
            let (rows, changes) = (rows.clone(), changes.clone());
            Box::pin(async move { tables::apply(tx, &rows, &changes).await })
        });
        self.store.write(write).await
    }

    /// Runs a reading closure as a step.
    pub(crate) async fn read<T, F>(&self, ask: F) -> T
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Tx, &'a Rows) -> BoxFuture<'a, Result<T, StorageError>> + Send + Sync + 'static,
    {
        let rows = self.rows.clone();
        let ask = Arc::new(ask);
        let read = step(move |tx| {
            let (rows, ask) = (rows.clone(), ask.clone());
            Box::pin(async move { ask(tx, &rows).await })
        });
        self.store.read(read).await.unwrap()
    }

    /// Runs a writing closure as a step.
    pub(crate) async fn write<T, F>(&self, run: F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Tx, &'a Rows) -> BoxFuture<'a, Result<T, StorageError>> + Send + Sync + 'static,
    {
        let rows = self.rows.clone();
        let run = Arc::new(run);
        let write = step(move |tx| {
            let (rows, run) = (rows.clone(), run.clone());
            Box::pin(async move { run(tx, &rows).await })
        });
        self.store.write(write).await
    }

    pub(crate) fn account(&self, email: Option<&str>) -> Account {
        Account {
            id: AccountId::draw(NOW, self.entropy.as_ref()),
            service_id: self.service_id,
            status: AccountStatus::Restricted,
            email: email.map(address),
            password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".into(),
            sms_enabled_at: Some(NOW),
            phrase: Some("blue heron at dusk".into()),
            password_set_at: NOW.before(days(2)),
            frozen_from: Some(AccountStatus::Active),
            frozen_by_staff_from: None,
            status_set_at: None,
            locale: "de-CH".into(),
            created_at: NOW.before(days(3)),
        }
    }

    /// A saved account without an email.
    pub(crate) fn operator(&self) -> Operator {
        Operator {
            id: OperatorId::draw(NOW, self.entropy.as_ref()),
            service_id: self.service_id,
            email: address(EMAIL),
            name: "Ada Quiet-Canary".into(),
            password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".into(),
            roles: vec![Role::Support, Role::Fraud],
            created_at: NOW,
            disabled_at: None,
        }
    }

    /// An app of a member of staff.
    pub(crate) fn operator_totp(&self, operator: &Operator) -> OperatorAuthenticator {
        let key = b"12345678901234567890".to_vec();
        OperatorAuthenticator {
            id: AuthenticatorId::draw(NOW, self.entropy.as_ref()),
            service_id: operator.service_id,
            operator_id: operator.id,
            factor: Factor::Totp,
            name: "phone".into(),
            secret: AuthenticatorSecret::Totp { key, drift_steps: 0 },
            last_step: None,
            created_at: NOW,
            last_used_at: None,
            ended_at: None,
        }
    }

    pub(crate) async fn saved_account(&self) -> Account {
        let account = self.account(None);
        self.save([Change::InsertAccount(account.clone())]).await.unwrap();
        account
    }

    /// A pending withdrawal with every field filled that a pending one can have.
    pub(crate) fn action(&self, account: &Account) -> Action {
        let id = ActionId::draw(NOW, self.entropy.as_ref());
        let details = [("amount", "0.5"), ("asset", "BTC"), ("network", "bitcoin"), ("address", PAYEE)];
        Action {
            id,
            service_id: account.service_id,
            account_id: account.id,
            kind: ActionKind::Withdrawal,
            origin: ActionOrigin::RelyingParty,
            details: ActionDetails(details.map(|(name, text)| (name.into(), text.into())).into()),
            digest: DetailsDigest([0xD1; 32]),
            audience: "https://exchange.example".into(),
            any_of: vec![vec![Factor::Totp, Factor::TradingPassword], vec![Factor::Passkey]],
            chosen: 1,
            proofs: vec![Proof { factor: Factor::Totp, at_ms: NOW.unix_ms() }],
            misses: vec![Miss { factor: Factor::TradingPassword, count: 2 }],
            verification: Some(VerificationId::from_bytes([0x1E; 16])),
            passkey_challenge: Some(Redacted(CHALLENGE.into())),
            policy_version: 7,
            link: Some(TokenHash(std::array::from_fn(|at| id.as_bytes()[at % 16]))),
            page: None,
            return_url: Some("https://exchange.example/back".into()),
            locale: "fr".into(),
            status: ActionStatus::Pending,
            reason: None,
            deadline: NOW.after(minutes(2)),
            extensions: 1,
            created_at: NOW,
            authorised_at: None,
            assertion_id: None,
            assertion_expires_at: None,
            redeemed_at: None,
            redeem_key: None,
        }
    }

    pub(crate) fn authenticator(
        &self,
        account: &Account,
        factor: Factor,
        secret: AuthenticatorSecret,
    ) -> Authenticator {
        Authenticator {
            id: AuthenticatorId::draw(NOW, self.entropy.as_ref()),
            service_id: account.service_id,
            account_id: account.id,
            factor,
            name: "Phone in the drawer".into(),
            secret,
            last_step: None,
            created_at: NOW,
            last_used_at: None,
            ended_at: None,
        }
    }

    /// An authenticator app whose enrolment took a step.
    pub(crate) fn totp(&self, account: &Account) -> Authenticator {
        let secret = AuthenticatorSecret::Totp { key: TOTP_KEY.to_vec(), drift_steps: -1 };
        Authenticator { last_step: Some(60_000_000), ..self.authenticator(account, Factor::Totp, secret) }
    }

    pub(crate) fn recovery_codes(&self, account: &Account, codes: u8) -> Authenticator {
        let hashes = (0..codes).map(|byte| [byte; 32]).collect();
        let secret = AuthenticatorSecret::RecoveryCodes { salt: [0x5A; 16], hashes };
        self.authenticator(account, Factor::RecoveryCode, secret)
    }

    pub(crate) fn endpoint(&self, service_id: ServiceId) -> WebhookEndpoint {
        WebhookEndpoint {
            id: WebhookId::draw(NOW, self.entropy.as_ref()),
            service_id,
            url: "https://exchange.example/hooks".into(),
            secret: Redacted(WEBHOOK_SECRET.into()),
            earlier_secret: Some(Redacted(EARLIER_SECRET.into())),
            earlier_until: Some(NOW.after(days(1))),
            created_at: NOW,
            disabled_at: None,
            disabled_reason: String::new(),
        }
    }

    /// Something to tell that happened at an instant.
    pub(crate) fn told(&self, at: Timestamp) -> WebhookEvent {
        WebhookEvent {
            id: EventId::draw(at, self.entropy.as_ref()),
            service_id: self.service_id,
            account_id: AccountId::from_bytes([0xAC; 16]),
            kind: WebhookKind::ActionAuthorised,
            data: r#"{"action":"act_1"}"#.into(),
            at,
        }
    }

    pub(crate) fn binding(&self, account: &Account, number: &str) -> Binding {
        Binding {
            id: BindingId::draw(NOW, self.entropy.as_ref()),
            service_id: account.service_id,
            account_id: account.id,
            number: address(number),
            bound_at: NOW,
            suspended_at: None,
            ended_at: None,
        }
    }

    pub(crate) fn verification(&self, subject: Subject) -> Verification {
        let address = address(NUMBER);
        Verification {
            id: VerificationId::draw(NOW, self.entropy.as_ref()),
            service_id: self.service_id,
            subject,
            channel: Channel::Sms,
            address_index: self.rows.index(&address),
            address,
            purpose: Purpose::Withdrawal,
            details: DetailsDigest([3; 32]),
            page: Some(TokenHash([4; 32])),
            locale: "pt-BR".into(),
            status: VerificationStatus::Pending,
            code_length: 6,
            code_hash: CodeHash([5; 32]),
            earlier_code_hashes: vec![CodeHash([6; 32]), CodeHash([7; 32])],
            reverse_hash: Some(CodeHash([8; 32])),
            reverse_heard_at: Some(NOW),
            failures: 2,
            sends: 3,
            last_sent_at: NOW,
            code_expires_at: NOW.after(minutes(5)),
            deadline: NOW.after(minutes(10)),
            created_at: NOW.before(minutes(1)),
            finished_at: None,
        }
    }

    /// A pending verification without page or details, whose live code is the one given.
    pub(crate) fn verification_of_code(&self, subject: Subject, key: &CodeKey, digits: &str) -> Verification {
        let mut verification = Verification {
            details: DetailsDigest::default(),
            page: None,
            purpose: Purpose::Bind,
            earlier_code_hashes: vec![],
            failures: 0,
            sends: 1,
            ..self.verification(subject)
        };
        let context = CodeContext {
            service_id: verification.service_id,
            verification_id: verification.id,
            subject,
            address: &verification.address,
            purpose: verification.purpose,
            details: verification.details,
        };
        verification.code_hash = code::hash(key, &context, 1, digits);
        verification
    }

    pub(crate) fn message(&self, verification_id: Option<VerificationId>, at: Timestamp) -> Message {
        Message {
            id: MessageId::draw(at, self.entropy.as_ref()),
            service_id: self.service_id,
            account_id: Some(AccountId::from_bytes([0xAC; 16])),
            verification_id,
            send: u32::from(verification_id.is_some()),
            channel: Channel::Sms,
            to: address(NUMBER),
            body: Body::Code {
                code: "918273".into(),
                purpose: Purpose::Withdrawal,
                valid_s: 300,
                amount: Some("0.5 BTC".into()),
                payee: Some("bc1q-payee".into()),
                network: Some("bitcoin".into()),
                fingerprint: Some("ocean tiger".into()),
            },
            locale: "en".into(),
            expires_at: at.after(minutes(5)),
            created_at: at,
        }
    }
}

pub(crate) fn address(text: &str) -> Address {
    Address::from_exposed(text).unwrap()
}
