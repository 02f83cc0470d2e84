//! A forgotten password, by whoever still has what the policy asks besides it (R59). That is no recovery: an account
//! whose factors are all lost is brought back by a case. The identifier is proved first, whether it has an account or
//! not, so that a stranger learns nothing (R46); then the other factors, on a confirm page; then the new password.

use crate::actions::Standing;
use crate::actions::open::{self as actions_open, Context};
use crate::actions::settle::{self, Effect};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::guess::{self, CodeAnswer, Guess};
use crate::identify::account_by_identifier;
use crate::journeys;
use crate::sending::{self, Asker, Send};
use countersign_core::account;
use countersign_core::action::{self, Proved, Refusal, Wanted};
use countersign_core::address::Address;
use countersign_core::binding::{NumberRefusal, judge_number};
use countersign_core::change::Change;
use countersign_core::id::{AccountId, ServiceId, VerificationId};
use countersign_core::lock;
use countersign_core::model::*;
use countersign_core::password::{self, PasswordProblem};
use countersign_core::session::Token;
use countersign_core::verification::{CheckOutcome, SendRefusal, World};
use countersign_storage::tables::{self, accounts, bindings, factors};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of naming the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForgottenStart {
    /// A code is on its way, to whoever it is; the token belongs in the browser.
    Started(Token),
    /// The number cannot be texted.
    Number(NumberRefusal),
    /// No code was sent.
    Refused(SendRefusal),
}

/// What came of the identifier's code.
#[derive(Clone, Debug)]
pub enum ForgottenCheck {
    /// More is asked for, on the confirm page of this action; the token belongs in the browser.
    Confirm(Box<Action>, Token),
    /// The new password may be chosen; the token belongs in the browser.
    Choose(Token),
    /// Nobody has an account with this identifier: safe to say to whoever has proved that it is theirs.
    NoAccount,
    /// The account's password is not reset like this.
    NotLikeThis(Refusal),
    /// The code was not right.
    Code(CodeAnswer),
    /// There is no such journey any more.
    Gone,
}

/// What came of choosing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordChosen {
    /// It is set.
    Set,
    /// It cannot be a password.
    Password(PasswordProblem),
    /// There is no such journey any more.
    Gone,
}

impl Flows {
    /// Sends a code to the identifier of an account whose password was forgotten.
    pub async fn start_forgotten(
        &self,
        service_id: ServiceId,
        address: Address,
        caller: Caller,
    ) -> Result<ForgottenStart, FlowError> {
        if let Address::Phone(number) = &address
            && let Err(refusal) = judge_number(number, self.policy())
        {
            return Ok(ForgottenStart::Number(refusal));
        }
        self.write(Start { kit: self.kit.clone(), service_id, address, caller }).await
    }

    /// Judges the identifier's code and asks for whatever else a reset takes.
    pub async fn check_forgotten(
        &self,
        service_id: ServiceId,
        token: &str,
        typed: &str,
        caller: Caller,
    ) -> Result<ForgottenCheck, FlowError> {
        let (token, typed) = (token.to_owned(), typed.to_owned());
        self.write(Check { kit: self.kit.clone(), service_id, token, typed, caller }).await
    }

    /// Whether a new password may be chosen in this browser.
    pub async fn may_choose_password(&self, service_id: ServiceId, token: &str) -> Result<bool, FlowError> {
        self.read(Look { kit: self.kit.clone(), service_id, token: token.to_owned() }).await
    }

    /// Sets the new password: every session ends and value is held.
    pub async fn choose_password(
        &self,
        service_id: ServiceId,
        token: &str,
        typed: &str,
        caller: Caller,
    ) -> Result<PasswordChosen, FlowError> {
        let owner = Owner { kit: self.kit.clone(), service_id, token: token.to_owned() };
        let Some(account) = self.read(owner).await? else { return Ok(PasswordChosen::Gone) };
        let own = account.email.as_ref().map(|email| email.expose().to_owned()).unwrap_or_default();
        let brand = self.brand(service_id).await?;
        if let Err(problem) = password::judge(typed, &own, &brand, self.policy()) {
            return Ok(PasswordChosen::Password(problem));
        }
        let hash = self.passwords.hash(typed).await?;
        let token = token.to_owned();
        self.write(Choose { kit: self.kit.clone(), service_id, token, hash, caller }).await
    }
}

struct Start {
    kit: Arc<Kit>,
    service_id: ServiceId,
    address: Address,
    caller: Caller,
}

impl Step for Start {
    type Output = ForgottenStart;

    async fn run(&self, tx: &mut Tx) -> Result<ForgottenStart, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let (mut journey, token) = journeys::open(kit, self.service_id, JourneyStage::Done, now);
        let send = Send {
            service_id: self.service_id,
            // The address and never the account behind it: whether there is one must not be seen in locks either.
            subject: Subject::Address(kit.rows.index(&self.address)),
            address: &self.address,
            channel: self.address.channel(),
            purpose: Purpose::PasswordReset,
            details: None,
            page: Some(journey.token),
            locale: &self.caller.locale,
            asker: Asker::of(&self.caller),
        };
        let verification = match sending::start(tx, kit, &send, &self.caller.scene(), now).await? {
            Ok(verification) => verification,
            Err(refusal) => return Ok(ForgottenStart::Refused(refusal)),
        };
        journey.stage = JourneyStage::PasswordForgotten {
            address: self.address.clone(),
            verification: StoredId(*verification.id.as_bytes()),
        };
        tables::apply(tx, &kit.rows, &[Change::InsertJourney(journey)]).await?;
        Ok(ForgottenStart::Started(token))
    }
}

struct Check {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
    typed: String,
    caller: Caller,
}

impl Step for Check {
    type Output = ForgottenCheck;

    async fn run(&self, tx: &mut Tx) -> Result<ForgottenCheck, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(mut journey) = journeys::lock(tx, kit, self.service_id, &self.token, now).await? else {
            return Ok(ForgottenCheck::Gone);
        };
        let JourneyStage::PasswordForgotten { address, verification } = journey.stage.clone() else {
            return Ok(ForgottenCheck::Gone);
        };
        let found = account_by_identifier(tx, kit, self.service_id, &address).await?;
        let account = match found {
            Some(found) => accounts::lock(tx, &kit.rows, self.service_id, found.id).await?,
            None => None,
        };
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let guess = Guess { typed: &self.typed, by_person: true, page: Some(journey.token), details: None };
        let id = VerificationId::from_bytes(verification.0);
        let (answer, _) = guess::check(tx, kit, self.service_id, id, &guess, &scene, now).await?;
        if answer != CodeAnswer::Judged(CheckOutcome::Approved) {
            return Ok(ForgottenCheck::Code(answer));
        }
        journey.stage = JourneyStage::Done;
        tables::apply(tx, &kit.rows, &[Change::SaveJourney(journey)]).await?;
        match account {
            Some(account) => self.open(tx, account, address.channel().factor(), world).await,
            None => Ok(ForgottenCheck::NoAccount),
        }
    }
}

impl Check {
    /// Opens the reset with the identifier proved already, and asks for the rest.
    async fn open(
        &self,
        tx: &mut Tx,
        account: Account,
        proved: Factor,
        world: World<'_>,
    ) -> Result<ForgottenCheck, StorageError> {
        let kit = &self.kit;
        let page = Token::draw(kit.entropy.as_ref());
        let wanted = Wanted {
            kind: ActionKind::PasswordReset,
            origin: ActionOrigin::SecurityCenter,
            details: ActionDetails::default(),
            audience: self.service_id.to_string(),
            return_url: None,
            locale: account.locale.clone(),
            link: None,
            page: Some(page.hash()),
        };
        let standing = Standing::load(tx, kit, account.clone(), world.now).await?;
        let opened = actions_open::open(tx, kit, account, wanted, &Context::default(), world).await?;
        let action = match opened {
            Ok(action) => action,
            Err(refusal) => return Ok(ForgottenCheck::NotLikeThis(refusal)),
        };
        let gate = standing.gate(action.kind, action.origin, kit);
        match kit.save(tx, action::note_proof(action, proved, gate, world)).await? {
            Proved::More(action) => Ok(ForgottenCheck::Confirm(Box::new(action), page)),
            Proved::Refused(_, refusal) => Ok(ForgottenCheck::NotLikeThis(refusal)),
            Proved::Authorised(action) => {
                match settle::settle(tx, kit, &action, &standing, &self.caller, world).await? {
                    Some(Effect::ChoosePassword(token)) => Ok(ForgottenCheck::Choose(token)),
                    _ => Ok(ForgottenCheck::Gone),
                }
            }
        }
    }
}

/// The account whose new password is being chosen with this token.
async fn chooser(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    journey: Option<Journey>,
) -> Result<Option<(Journey, Account)>, StorageError> {
    let Some(journey) = journey else { return Ok(None) };
    let JourneyStage::PasswordReset { account } = journey.stage else { return Ok(None) };
    let id = AccountId::from_bytes(account.0);
    let account = accounts::lock(tx, &kit.rows, service_id, id).await?;
    Ok(account.map(|account| (journey, account)))
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
}

impl Step for Look {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let found = journeys::load(tx, kit, self.service_id, &self.token, now).await?;
        Ok(found.is_some_and(|journey| matches!(journey.stage, JourneyStage::PasswordReset { .. })))
    }
}

struct Owner {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
}

impl Step for Owner {
    type Output = Option<Account>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(journey) = journeys::load(tx, kit, self.service_id, &self.token, now).await? else {
            return Ok(None);
        };
        let JourneyStage::PasswordReset { account } = journey.stage else { return Ok(None) };
        accounts::load(tx, &kit.rows, self.service_id, AccountId::from_bytes(account.0)).await
    }
}

struct Choose {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
    hash: String,
    caller: Caller,
}

impl Step for Choose {
    type Output = PasswordChosen;

    async fn run(&self, tx: &mut Tx) -> Result<PasswordChosen, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let journey = journeys::lock(tx, kit, self.service_id, &self.token, now).await?;
        let Some((mut journey, account)) = chooser(tx, kit, self.service_id, journey).await? else {
            return Ok(PasswordChosen::Gone);
        };
        journey.stage = JourneyStage::Done;
        tables::apply(tx, &kit.rows, &[Change::SaveJourney(journey)]).await?;
        // Frozen in between: its holder, or staff, wanted nothing to happen (R67).
        if account.status == AccountStatus::Frozen {
            return Ok(PasswordChosen::Gone);
        }
        let binding = bindings::live_of_account(tx, &kit.rows, self.service_id, account.id).await?;
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let set = account::set_password(&account, binding.as_ref(), self.hash.clone(), None, world);
        kit.save(tx, set).await?;
        self.open_locks(tx, &account, binding.as_ref(), world).await?;
        Ok(PasswordChosen::Set)
    }
}

impl Choose {
    /// Failures were of the password that is gone: whoever just proved more than it is not kept waiting for its lock.
    async fn open_locks(
        &self,
        tx: &mut Tx,
        account: &Account,
        binding: Option<&Binding>,
        world: World<'_>,
    ) -> Result<(), StorageError> {
        let rows = &self.kit.rows;
        let number = binding.filter(|binding| binding.ended_at.is_none()).map(|binding| &binding.number);
        let identifiers =
            account.email.iter().chain(number).map(|address| Subject::Address(rows.index(address)));
        let subjects: Vec<Subject> = identifiers.chain([Subject::Account(account.id)]).collect();
        for subject in subjects {
            let mut state =
                factors::lock(tx, rows, self.service_id, subject, Factor::Password, None, world.now).await?;
            lock::rebind(&mut state, world.now);
            tables::apply(tx, rows, &[Change::SaveFactor(state)]).await?;
        }
        Ok(())
    }
}
