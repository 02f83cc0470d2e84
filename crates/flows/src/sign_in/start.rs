//! The first page of a sign-in. An unknown account and a wrong password take the same steps: one slow comparison,
//! one count on the identifier, one answer (R46). No code is sent before the password is right (T15, R24).

use crate::actions::open::Context;
use crate::cases;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::identify::{account_at_sign_in, second_factor_facts};
use crate::journeys;
use crate::sending::{self, Asker, Send};
use countersign_core::account::{self, Method, PasswordOutcome};
use countersign_core::action::Wanted;
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::{ServiceId, VerificationId};
use countersign_core::lock::Refusal;
use countersign_core::model::*;
use countersign_core::session::{self, Opened, Token, hash_token};
use countersign_core::time::Timestamp;
use countersign_core::verification::{SendRefusal, World};
use countersign_storage::tables::{self, accounts, authenticators, devices, factors};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInStart {
    /// Signed in: the browser is known.
    SignedIn(Box<Opened>),
    /// A second factor is asked for; the token belongs in the browser.
    SecondFactor(Token),
    /// The account has an authenticator app or a passkey: its second factor is asked for on the confirm page of this
    /// action. The token belongs in the browser.
    Confirm(Box<Action>, Token),
    /// No such account, or not its password.
    Wrong,
    /// Too many failures; nothing was compared.
    Locked(Refusal),
    /// The password was right; no second factor can be asked for now. The token belongs in the browser: from here a
    /// recovery case is opened and support is asked.
    NoMethod(Option<SendRefusal>, Token),
}

impl Flows {
    /// Starts a sign-in.
    pub async fn start_sign_in(
        &self,
        service_id: ServiceId,
        address: Address,
        password: &str,
        caller: Caller,
    ) -> Result<SignInStart, FlowError> {
        let known = self.read(Find { kit: self.kit.clone(), service_id, address: address.clone() }).await?;
        let phc = known.as_ref().map(|account| account.password_hash.as_str());
        let right = self.passwords.matches(password, phc).await?;
        let compared_hash = known.map(|account| account.password_hash);
        self.write(Start { kit: self.kit.clone(), service_id, address, right, compared_hash, caller }).await
    }
}

struct Find {
    kit: Arc<Kit>,
    service_id: ServiceId,
    address: Address,
}

impl Step for Find {
    type Output = Option<Account>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        account_at_sign_in(tx, &self.kit, self.service_id, &self.address).await
    }
}

struct Start {
    kit: Arc<Kit>,
    service_id: ServiceId,
    address: Address,
    right: bool,
    compared_hash: Option<String>,
    caller: Caller,
}

impl Step for Start {
    type Output = SignInStart;

    async fn run(&self, tx: &mut Tx) -> Result<SignInStart, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let account = account_at_sign_in(tx, kit, self.service_id, &self.address).await?;
        let device = self.known_device(tx, account.as_ref(), now).await?;
        let subject = Subject::Address(kit.rows.index(&self.address));
        let lane = device.as_ref().map(|device| device.id);
        let rows = &kit.rows;
        let state = factors::lock(tx, rows, self.service_id, subject, Factor::Password, lane, now).await?;
        // The slow comparison was made against the hash of a moment ago; it counts only for that same hash.
        let same = account.as_ref().map(|a| &a.password_hash) == self.compared_hash.as_ref();
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let account_id = account.as_ref().map(|account| account.id);
        let judged = account::judge_password(self.right && same, account_id, state, world);
        match (kit.save(tx, judged).await?, account) {
            (PasswordOutcome::Right, Some(account)) => self.go_on(tx, account, device, world).await,
            (PasswordOutcome::Right | PasswordOutcome::Wrong, _) => Ok(SignInStart::Wrong),
            (PasswordOutcome::Refused(refusal), _) => Ok(SignInStart::Locked(refusal)),
            (PasswordOutcome::LockedNow { until }, _) => Ok(SignInStart::Locked(Refusal::Locked { until })),
        }
    }
}

impl Start {
    async fn known_device(
        &self,
        tx: &mut Tx,
        account: Option<&Account>,
        now: Timestamp,
    ) -> Result<Option<Device>, StorageError> {
        let (Some(account), Some(token)) = (account, &self.caller.device_token) else { return Ok(None) };
        let kit = &self.kit;
        let found = devices::by_token(tx, &kit.rows, self.service_id, hash_token(token)).await?;
        let Some(device) = found else { return Ok(None) };
        Ok(cases::knows(tx, kit, &device, account.id, now).await?.then_some(device))
    }

    async fn go_on(
        &self,
        tx: &mut Tx,
        found: Account,
        device: Option<Device>,
        world: World<'_>,
    ) -> Result<SignInStart, StorageError> {
        let kit = &self.kit;
        let Some(account) = accounts::lock(tx, &kit.rows, self.service_id, found.id).await? else {
            return Ok(SignInStart::Wrong);
        };
        if device.is_some() {
            let (opened, mut changes) = session::open(&account, device, None, &self.caller.ip_text(), world);
            let event = Event::SignedIn { new_device: false, second_factor: None };
            changes.push(world.scene.event(self.service_id, Some(account.id), event, world));
            tables::apply(tx, &kit.rows, &changes).await?;
            return Ok(SignInStart::SignedIn(Box::new(opened)));
        }
        let enrolled = authenticators::live_of_account(tx, &kit.rows, self.service_id, account.id).await?;
        if enrolled.iter().any(|authenticator| authenticator.factor.replaces_sms()) {
            return self.confirm(tx, account, world).await;
        }
        let (binding, states) = second_factor_facts(tx, kit, &account, world.now).await?;
        let methods = account::second_factors(&account, binding.as_ref(), &states, &kit.policy, world.now);
        let stage = JourneyStage::Done;
        let (mut journey, token) = journeys::open(kit, self.service_id, stage, world.now);
        let mut first_refusal = None;
        // The first method that can send now; a capped or locked one gives way to the next (R24).
        for method in methods {
            match send_to(tx, kit, &account, &method, journey.token, &self.caller, world).await? {
                Ok(verification) => {
                    journey.stage = waiting(&account, method.factor, Some(verification));
                    tables::apply(tx, &kit.rows, &[Change::InsertJourney(journey)]).await?;
                    return Ok(SignInStart::SecondFactor(token));
                }
                Err(refusal) => first_refusal = first_refusal.or(Some(refusal)),
            }
        }
        journey.stage = waiting(&account, Factor::Sms, None);
        tables::apply(tx, &kit.rows, &[Change::InsertJourney(journey)]).await?;
        Ok(SignInStart::NoMethod(first_refusal, token))
    }
}

impl Start {
    /// An account with more than codes proves its second factor where every factor is proved.
    async fn confirm(
        &self,
        tx: &mut Tx,
        account: Account,
        world: World<'_>,
    ) -> Result<SignInStart, StorageError> {
        let kit = &self.kit;
        let page = Token::draw(kit.entropy.as_ref());
        let wanted = Wanted {
            kind: ActionKind::SignIn,
            origin: ActionOrigin::SecurityCenter,
            details: ActionDetails::default(),
            audience: self.service_id.to_string(),
            return_url: None,
            locale: account.locale.clone(),
            link: None,
            page: Some(page.hash()),
        };
        let context = Context { new_device: Some(true), ..Context::default() };
        let stuck = waiting(&account, Factor::Sms, None);
        match crate::actions::open::open(tx, kit, account, wanted, &context, world).await? {
            Ok(action) => Ok(SignInStart::Confirm(Box::new(action), page)),
            Err(_) => {
                let (journey, token) = journeys::open(kit, self.service_id, stuck, world.now);
                tables::apply(tx, &kit.rows, &[Change::InsertJourney(journey)]).await?;
                Ok(SignInStart::NoMethod(None, token))
            }
        }
    }
}

/// Second factors that a sign-in in progress may send a code for. An account with an app or a passkey has none: it is
/// asked on the confirm page, and failures there are no way to be asked for less here (R54).
pub(super) async fn methods_of(
    tx: &mut Tx,
    kit: &Kit,
    account: &Account,
    now: Timestamp,
) -> Result<Vec<Method>, StorageError> {
    let enrolled = authenticators::live_of_account(tx, &kit.rows, account.service_id, account.id).await?;
    if enrolled.iter().any(|authenticator| authenticator.factor.replaces_sms()) {
        return Ok(Vec::new());
    }
    let (binding, states) = second_factor_facts(tx, kit, account, now).await?;
    Ok(account::second_factors(account, binding.as_ref(), &states, &kit.policy, now))
}

/// The stage of a sign-in that waits for a code; without one it waits for its holder to find another way.
pub(super) fn waiting(
    account: &Account,
    factor: Factor,
    verification: Option<VerificationId>,
) -> JourneyStage {
    JourneyStage::SignIn {
        account: StoredId(*account.id.as_bytes()),
        factor,
        verification: verification.map(|id| StoredId(*id.as_bytes())),
    }
}

/// Sends the code of one method.
pub(super) async fn send_to(
    tx: &mut Tx,
    kit: &Kit,
    account: &Account,
    method: &Method,
    page: TokenHash,
    caller: &Caller,
    world: World<'_>,
) -> Result<Result<VerificationId, SendRefusal>, StorageError> {
    let send = Send {
        service_id: account.service_id,
        subject: Subject::Account(account.id),
        address: &method.address,
        channel: method.address.channel(),
        purpose: Purpose::SignIn,
        details: None,
        page: Some(page),
        locale: &account.locale,
        asker: Asker::of(caller),
    };
    let started = sending::start(tx, kit, &send, world.scene, world.now).await?;
    Ok(started.map(|verification| verification.id))
}
