//! What its owner chooses: the trading password, the password, the anti-phishing phrase.

use super::{done, enrol, lock_own};
use crate::bind::Owner;
use crate::cases;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::sessions::SignedIn;
use countersign_core::account;
use countersign_core::enrolment::{New, Refusal};
use countersign_core::model::*;
use countersign_core::password::{self, PasswordProblem};
use countersign_core::session::Here;
use countersign_core::trading_password::{self, TradingPasswordProblem};
use countersign_storage::tables::{self, accounts, bindings};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// Longest phrase, in characters; shortest is four.
pub const PHRASE_LENGTH_MAX: usize = 40;

/// What came of a chosen secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSet {
    /// It is set.
    Set,
    /// It cannot be a trading password.
    TradingPassword(TradingPasswordProblem),
    /// It is the account's password: two of one kind must at least differ (R37).
    SameAsPassword,
    /// It cannot be a password.
    Password(PasswordProblem),
    /// It cannot be a phrase.
    Phrase,
    /// It is not possible.
    Refused(Refusal),
    /// There is no such journey any more.
    Gone,
}

impl Flows {
    /// Sets the trading password.
    pub async fn set_trading_password(
        &self,
        signed_in: &SignedIn,
        token: &str,
        typed: &str,
        caller: Caller,
    ) -> Result<SecretSet, FlowError> {
        let owner = Owner::of(signed_in);
        let number = self.read(Number { kit: self.kit.clone(), account: owner.account.clone() }).await?;
        let read = match trading_password::judge(typed, &number) {
            Ok(read) => read,
            Err(problem) => return Ok(SecretSet::TradingPassword(problem)),
        };
        if self.passwords.matches(read.expose(), Some(&owner.account.password_hash)).await? {
            return Ok(SecretSet::SameAsPassword);
        }
        let hash = Redacted(self.passwords.hash(read.expose()).await?);
        let token = token.to_owned();
        self.write(SetTradingPassword { kit: self.kit.clone(), owner, token, hash, caller }).await
    }

    /// Changes the password: every other session ends and value is held.
    pub async fn change_password(
        &self,
        signed_in: &SignedIn,
        token: &str,
        typed: &str,
        brand: &str,
        caller: Caller,
    ) -> Result<SecretSet, FlowError> {
        let owner = Owner::of(signed_in);
        let own = owner.account.email.as_ref().map(|email| email.expose().to_owned()).unwrap_or_default();
        if let Err(problem) = password::judge(typed, &own, brand, self.policy()) {
            return Ok(SecretSet::Password(problem));
        }
        let hash = self.passwords.hash(typed).await?;
        let token = token.to_owned();
        self.write(SetPassword { kit: self.kit.clone(), owner, token, hash, caller }).await
    }

    /// Sets the anti-phishing phrase.
    pub async fn set_phrase(
        &self,
        signed_in: &SignedIn,
        token: &str,
        typed: &str,
        caller: Caller,
    ) -> Result<SecretSet, FlowError> {
        let phrase = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        let length = phrase.chars().count();
        if !(4..=PHRASE_LENGTH_MAX).contains(&length)
            || phrase.chars().any(|c| c.is_control() || "<>@:/\\".contains(c))
        {
            return Ok(SecretSet::Phrase);
        }
        let owner = Owner::of(signed_in);
        let token = token.to_owned();
        self.write(SetPhrase { kit: self.kit.clone(), owner, token, phrase, caller }).await
    }
}

/// The bound number's digits, which must not be the trading password's: with the calling code, and as written at home.
struct Number {
    kit: Arc<Kit>,
    account: Account,
}

impl Step for Number {
    type Output = String;

    async fn run(&self, tx: &mut Tx) -> Result<String, StorageError> {
        let account = &self.account;
        let bound = bindings::live_of_account(tx, &self.kit.rows, account.service_id, account.id).await?;
        let Some(phone) = bound.as_ref().and_then(|binding| binding.number.phone()) else {
            return Ok(String::new());
        };
        let national = phone
            .e164()
            .trim_start_matches('+')
            .trim_start_matches(&phone.calling_code().to_string())
            .to_owned();
        Ok(format!("{} 0{national}", phone.e164()))
    }
}

struct SetTradingPassword {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
    hash: Redacted,
    caller: Caller,
}

impl Step for SetTradingPassword {
    type Output = SecretSet;

    async fn run(&self, tx: &mut Tx) -> Result<SecretSet, StorageError> {
        let now = self.kit.clock.now();
        let settings = [Setting::TradingPasswordSet, Setting::TradingPasswordChange];
        let found = lock_own(tx, &self.kit, &self.owner, &self.token, &settings, now).await?;
        let Some((journey, _, _)) = found else { return Ok(SecretSet::Gone) };
        let new = New {
            factor: Factor::TradingPassword,
            name: String::new(),
            secret: AuthenticatorSecret::TradingPassword { password_hash: self.hash.clone() },
            last_step: None,
        };
        let case = match &journey.stage {
            JourneyStage::Setting { case, .. } => *case,
            _ => None,
        };
        let (service_id, id) = (self.owner.account.service_id, self.owner.account.id);
        let Some(account) = accounts::lock(tx, &self.kit.rows, service_id, id).await? else {
            return Ok(SecretSet::Gone);
        };
        // First of all: a case that was withdrawn, or ran out of time, since it let its holder in sets nothing.
        let finishes = cases::finish::lock_for(tx, &self.kit, &account, case, now).await?;
        let Some(finishes) = finishes else {
            tables::apply(tx, &self.kit.rows, &[done(journey)]).await?;
            return Ok(SecretSet::Gone);
        };
        Ok(match enrol(tx, &self.kit, &self.owner, journey, new, &self.caller).await? {
            Ok(_) => {
                let (scene, here) = (self.caller.scene(), Here::of(&self.owner.session));
                let world = self.kit.world(&scene, now);
                cases::finish::conclude(tx, &self.kit, &account, finishes, None, here, world).await?;
                SecretSet::Set
            }
            Err(refusal) => SecretSet::Refused(refusal),
        })
    }
}

struct SetPassword {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
    hash: String,
    caller: Caller,
}

impl Step for SetPassword {
    type Output = SecretSet;

    async fn run(&self, tx: &mut Tx) -> Result<SecretSet, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let found = lock_own(tx, kit, &self.owner, &self.token, &[Setting::Password], now).await?;
        let Some((journey, _, _)) = found else { return Ok(SecretSet::Gone) };
        let (service_id, id) = (self.owner.account.service_id, self.owner.account.id);
        let Some(account) = accounts::lock(tx, &kit.rows, service_id, id).await? else {
            return Ok(SecretSet::Gone);
        };
        let binding = bindings::live_of_account(tx, &kit.rows, service_id, id).await?;
        let scene = self.caller.scene();
        let except = Some(self.owner.session.id);
        let world = kit.world(&scene, now);
        let set = account::set_password(&account, binding.as_ref(), self.hash.clone(), except, world);
        kit.save(tx, set).await?;
        tables::apply(tx, &kit.rows, &[done(journey)]).await?;
        Ok(SecretSet::Set)
    }
}

struct SetPhrase {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
    phrase: String,
    caller: Caller,
}

impl Step for SetPhrase {
    type Output = SecretSet;

    async fn run(&self, tx: &mut Tx) -> Result<SecretSet, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let found = lock_own(tx, kit, &self.owner, &self.token, &[Setting::Phrase], now).await?;
        let Some((journey, _, _)) = found else { return Ok(SecretSet::Gone) };
        let (service_id, id) = (self.owner.account.service_id, self.owner.account.id);
        let Some(account) = accounts::lock(tx, &kit.rows, service_id, id).await? else {
            return Ok(SecretSet::Gone);
        };
        let binding = bindings::live_of_account(tx, &kit.rows, service_id, id).await?;
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let set = account::set_phrase(&account, binding.as_ref(), Some(self.phrase.clone()), world);
        kit.save(tx, set).await?;
        tables::apply(tx, &kit.rows, &[done(journey)]).await?;
        Ok(SecretSet::Set)
    }
}
