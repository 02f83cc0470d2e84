//! The cast that tests of several modules share: one account with everything it may have, a world to decide
//! in, and short ways to read what a decision asks to be saved. Decides nothing and expects nothing.

use crate::address::Address;
use crate::change::Change;
use crate::code::CodeKey;
use crate::entropy::testing::Counting;
use crate::event::Event;
use crate::id::{AccountId, ActionId, AuthenticatorId, BindingId, HoldId, ServiceId};
use crate::model::*;
use crate::policy::Policy;
use crate::session::Scene;
use crate::time::{Timestamp, hours};
use crate::verification::World;
use std::time::Duration;

pub(crate) const START: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);
pub(crate) const MOMENT: Duration = Duration::from_millis(1);
pub(crate) const PHONE: &str = "+447400123456";
pub(crate) const EMAIL: &str = "ada@example.com";

/// A policy, a clock that tests move, and entropy that never repeats within one stage.
pub(crate) struct Stage {
    pub(crate) policy: Policy,
    pub(crate) now: Timestamp,
    key: CodeKey,
    entropy: Counting,
    scene: Scene,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(Policy::default())
    }

    pub(crate) fn with(policy: Policy) -> Self {
        let (key, scene) = (CodeKey::new([9; 32]), Scene::of("Firefox on Linux"));
        Self { policy, now: START, key, entropy: Counting::new(), scene }
    }

    pub(crate) fn at(now: Timestamp) -> Self {
        Self { now, ..Self::new() }
    }

    pub(crate) fn world(&self) -> World<'_> {
        let Self { policy, now, key, entropy, scene } = self;
        World { policy, key, now: *now, entropy, scene }
    }

    pub(crate) fn wait(&mut self, span: Duration) {
        self.now = self.now.after(span);
    }
}

pub(crate) fn service_id(number: u8) -> ServiceId {
    ServiceId::from_bytes([number; 16])
}

pub(crate) fn account_id(number: u8) -> AccountId {
    AccountId::from_bytes([number; 16])
}

/// Account 1 of service 1: active, with an email address.
pub(crate) fn account() -> Account {
    Account {
        id: account_id(1),
        service_id: service_id(1),
        status: AccountStatus::Active,
        email: Address::from_exposed(EMAIL),
        password_hash: "$argon2id$secret".to_owned(),
        sms_enabled_at: Some(START),
        phrase: None,
        password_set_at: START,
        frozen_from: None,
        frozen_by_staff_from: None,
        status_set_at: None,
        locale: "en".to_owned(),
        created_at: START,
    }
}

/// Its number.
pub(crate) fn binding() -> Binding {
    Binding {
        id: BindingId::from_bytes([4; 16]),
        service_id: service_id(1),
        account_id: account_id(1),
        number: Address::from_exposed(PHONE).unwrap(),
        bound_at: START,
        suspended_at: None,
        ended_at: None,
    }
}

/// A secret of the kind that a factor is checked against; `which` makes two passkeys two.
pub(crate) fn secret(factor: Factor, which: u8) -> AuthenticatorSecret {
    match factor {
        Factor::Totp => AuthenticatorSecret::Totp { key: vec![which; 20], drift_steps: 0 },
        Factor::Passkey => AuthenticatorSecret::Passkey {
            credential: Redacted("{}".to_owned()),
            credential_id: format!("credential-{which}"),
            model: String::new(),
            backed_up: false,
        },
        Factor::RecoveryCode => {
            AuthenticatorSecret::RecoveryCodes { salt: [which; 16], hashes: vec![[which; 32]] }
        }
        _ => AuthenticatorSecret::TradingPassword { password_hash: Redacted(format!("$argon2id${which}")) },
    }
}

/// An authenticator of account 1 that stands.
pub(crate) fn authenticator(factor: Factor, which: u8) -> Authenticator {
    Authenticator {
        id: AuthenticatorId::from_bytes([which; 16]),
        service_id: service_id(1),
        account_id: account_id(1),
        factor,
        name: "mine".to_owned(),
        secret: secret(factor, which),
        last_step: None,
        created_at: START,
        last_used_at: None,
        ended_at: None,
    }
}

/// What is remembered of a factor of account 1 that never failed.
pub(crate) fn fresh(factor: Factor) -> FactorState {
    FactorState::fresh(service_id(1), Subject::Account(account_id(1)), factor, None)
}

/// A hold of account 1 over so many hours.
pub(crate) fn hold(cause: HoldCause, starts_at: Timestamp, length_h: u64) -> Hold {
    Hold {
        id: HoldId::from_bytes([1; 16]),
        service_id: service_id(1),
        account_id: account_id(1),
        cause,
        starts_at,
        ends_at: starts_at.after(hours(length_h)),
    }
}

pub(crate) fn details(members: &[(&str, &str)]) -> ActionDetails {
    ActionDetails(members.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
}

/// Details with which an action of a kind can be opened.
pub(crate) fn details_of(kind: ActionKind) -> ActionDetails {
    let texts = kind.details_required().iter().map(|name| match *name {
        "amount" => ("amount", "0.05"),
        "asset" => ("asset", "BTC"),
        "address" => ("address", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
        name => (name, "something"),
    });
    details(&texts.collect::<Vec<_>>())
}

/// A pending action of account 1, as if opened at [`START`] with the sets given.
pub(crate) fn pending(kind: ActionKind, any_of: &[&[Factor]]) -> Action {
    let (id, audience) = (ActionId::from_bytes([7; 16]), "https://exchange.example".to_owned());
    let details = details_of(kind);
    Action {
        id,
        service_id: service_id(1),
        account_id: account_id(1),
        kind,
        origin: if kind.is_own() { ActionOrigin::SecurityCenter } else { ActionOrigin::RelyingParty },
        digest: crate::action::digest(service_id(1), account_id(1), id, kind, &audience, &details),
        details,
        audience,
        any_of: any_of.iter().map(|set| set.to_vec()).collect(),
        chosen: 0,
        proofs: Vec::new(),
        misses: Vec::new(),
        verification: None,
        passkey_challenge: None,
        policy_version: 1,
        link: None,
        page: None,
        return_url: None,
        locale: "en".to_owned(),
        status: ActionStatus::Pending,
        reason: None,
        deadline: START.after(Duration::from_secs(if kind.is_exit() { 120 } else { 600 })),
        extensions: 0,
        created_at: START,
        authorised_at: None,
        assertion_id: None,
        assertion_expires_at: None,
        redeemed_at: None,
        redeem_key: None,
    }
}

pub(crate) fn events(changes: &[Change]) -> Vec<&Event> {
    let event = |change| match change {
        &Change::InsertEvent(EventEntry { ref event, .. }) => Some(event),
        _ => None,
    };
    changes.iter().filter_map(event).collect()
}

pub(crate) fn event_kinds(changes: &[Change]) -> Vec<&'static str> {
    events(changes).into_iter().map(Event::kind).collect()
}

/// What relying parties are told, with the payloads.
pub(crate) fn told(changes: &[Change]) -> Vec<(WebhookKind, serde_json::Value)> {
    let event = |change: &Change| match change {
        Change::InsertWebhookEvent(event) => Some((event.kind, serde_json::from_str(&event.data).unwrap())),
        _ => None,
    };
    changes.iter().filter_map(event).collect()
}

pub(crate) fn told_kinds(changes: &[Change]) -> Vec<WebhookKind> {
    told(changes).into_iter().map(|(kind, _)| kind).collect()
}

pub(crate) fn holds(changes: &[Change]) -> Vec<&Hold> {
    changes
        .iter()
        .filter_map(|change| match change {
            Change::InsertHold(hold) => Some(hold),
            _ => None,
        })
        .collect()
}

/// Every notice: where it goes, what it says, and its detail. Each must bring its own link that freezes its
/// account.
pub(crate) fn notices(changes: &[Change]) -> Vec<(&str, Notice, &str)> {
    let mut links: Vec<TokenHash> = Vec::new();
    let mut found = Vec::new();
    for change in changes {
        match change {
            Change::InsertFreezeLink { token, .. } => links.push(*token),
            Change::InsertMessage(Message { to, body, .. }) => {
                let Body::Notice { notice, detail, freeze_path, .. } = body else { panic!("a notice") };
                let own = crate::session::hash_token(freeze_path.strip_prefix("/freeze/").unwrap());
                let place = links.iter().position(|link| *link == own).expect("its link is saved with it");
                links.remove(place);
                found.push((to.expose(), *notice, detail.as_str()));
            }
            _ => {}
        }
    }
    assert!(links.is_empty(), "a link without a message");
    found
}

/// The factor state that a decision saves.
pub(crate) fn saved_factor(changes: &[Change]) -> Option<FactorState> {
    changes.iter().find_map(|change| match change {
        Change::SaveFactor(state) => Some(state.clone()),
        _ => None,
    })
}
