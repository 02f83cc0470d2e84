//! Signing in to the console: email and password, then a code to that email, every time. Somebody unknown, somebody
//! whose access has ended and a wrong password take the same steps: one slow comparison, one count on the
//! identifier, one answer (R46). No code is sent before the password is right (T15, R24), and the code works on the
//! page that asked for it only.

use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::guess::{self, CodeAnswer, Guess};
use crate::journeys::{self, CodePage, JourneyResend};
use crate::sending::{self, Asker, Resend, Send};
use countersign_core::account::PasswordOutcome;
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::id::{OperatorId, ServiceId, VerificationId};
use countersign_core::lock::Refusal;
use countersign_core::model::*;
use countersign_core::operator;
use countersign_core::session::Token;
use countersign_core::time::Timestamp;
use countersign_core::verification::{CheckOutcome, SendRefusal, World};
use countersign_storage::tables::{self, factors, operators, verifications};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of an operator's password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsoleStart {
    /// The code is on its way; the token belongs in the browser.
    CodeSent(Token),
    /// No such operator, or not their password.
    Wrong,
    /// Too many failures; nothing was compared.
    Locked(Refusal),
    /// The password was right; no code was sent.
    NotSent(SendRefusal),
}

/// What came of the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsoleCheck {
    /// Signed in; the token is the cookie.
    SignedIn(Token),
    /// The code was not right.
    Code(CodeAnswer),
    /// There is no such sign-in any more.
    Gone,
}

impl Flows {
    /// Starts an operator's sign-in.
    pub async fn start_console_sign_in(
        &self,
        service_id: ServiceId,
        email: Address,
        password: &str,
        caller: Caller,
    ) -> Result<ConsoleStart, FlowError> {
        let kit = self.kit.clone();
        let known = self.read(Find { kit: kit.clone(), service_id, email: email.clone() }).await?;
        let phc = known.as_ref().map(|operator| operator.password_hash.as_str());
        let right = self.passwords.matches(password, phc).await?;
        let compared_hash = known.map(|operator| operator.password_hash);
        self.write(Start { kit, service_id, email, right, compared_hash, caller }).await
    }

    /// The code page of an operator's sign-in.
    pub async fn console_code_page(
        &self,
        service_id: ServiceId,
        token: &str,
    ) -> Result<Option<CodePage>, FlowError> {
        self.read(Look { kit: self.kit.clone(), service_id, token: token.to_owned() }).await
    }

    /// Sends another code for an operator's sign-in.
    pub async fn resend_console_code(
        &self,
        service_id: ServiceId,
        token: &str,
        caller: Caller,
    ) -> Result<JourneyResend, FlowError> {
        self.write(SendAgain { kit: self.kit.clone(), service_id, token: token.to_owned(), caller }).await
    }

    /// Judges the code of an operator's sign-in.
    pub async fn check_console_code(
        &self,
        service_id: ServiceId,
        token: &str,
        typed: &str,
        caller: Caller,
    ) -> Result<ConsoleCheck, FlowError> {
        let (token, typed) = (token.to_owned(), typed.to_owned());
        self.write(Check { kit: self.kit.clone(), service_id, token, typed, caller }).await
    }
}

/// The operator with this address, if they still have access.
async fn find(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    email: &Address,
) -> Result<Option<Operator>, StorageError> {
    let found = operators::by_email(tx, &kit.rows, service_id, kit.rows.index(email)).await?;
    Ok(found.filter(|operator| operator.disabled_at.is_none()))
}

struct Find {
    kit: Arc<Kit>,
    service_id: ServiceId,
    email: Address,
}

impl Step for Find {
    type Output = Option<Operator>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        find(tx, &self.kit, self.service_id, &self.email).await
    }
}

struct Start {
    kit: Arc<Kit>,
    service_id: ServiceId,
    email: Address,
    right: bool,
    compared_hash: Option<String>,
    caller: Caller,
}

impl Step for Start {
    type Output = ConsoleStart;

    async fn run(&self, tx: &mut Tx) -> Result<ConsoleStart, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let operator = find(tx, kit, self.service_id, &self.email).await?;
        let subject = Subject::Address(kit.rows.index(&self.email));
        let state =
            factors::lock(tx, &kit.rows, self.service_id, subject, Factor::Password, None, now).await?;
        // The slow comparison was made against the hash of a moment ago; it counts only for that same hash.
        let same = operator.as_ref().map(|operator| &operator.password_hash) == self.compared_hash.as_ref();
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let right = self.right && same && operator.is_some();
        let judged = operator::judge_password(right, state, world);
        match (kit.save(tx, judged).await?, operator) {
            (PasswordOutcome::Right, Some(operator)) => self.send(tx, &operator, world).await,
            (PasswordOutcome::Right | PasswordOutcome::Wrong, _) => Ok(ConsoleStart::Wrong),
            (PasswordOutcome::Refused(refusal), _) => Ok(ConsoleStart::Locked(refusal)),
            (PasswordOutcome::LockedNow { until }, _) => Ok(ConsoleStart::Locked(Refusal::Locked { until })),
        }
    }
}

impl Start {
    async fn send(
        &self,
        tx: &mut Tx,
        operator: &Operator,
        world: World<'_>,
    ) -> Result<ConsoleStart, StorageError> {
        let kit = &self.kit;
        let (mut journey, token) = journeys::open(kit, self.service_id, JourneyStage::Done, world.now);
        let send = Send {
            service_id: self.service_id,
            subject: Subject::Address(kit.rows.index(&operator.email)),
            address: &operator.email,
            channel: Channel::Email,
            purpose: Purpose::SignIn,
            details: None,
            page: Some(journey.token),
            locale: &self.caller.locale,
            asker: Asker::of(&self.caller),
        };
        let sent = match sending::start(tx, kit, &send, world.scene, world.now).await? {
            Ok(sent) => sent,
            Err(refusal) => return Ok(ConsoleStart::NotSent(refusal)),
        };
        journey.stage = JourneyStage::ConsoleSignIn {
            operator: StoredId(*operator.id.as_bytes()),
            verification: StoredId(*sent.id.as_bytes()),
        };
        tables::apply(tx, &kit.rows, &[Change::InsertJourney(journey)]).await?;
        Ok(ConsoleStart::CodeSent(token))
    }
}

/// Whose sign-in a journey is, and its code; none of a journey that is another one.
fn parts_of(journey: &Journey) -> Option<(OperatorId, VerificationId)> {
    match journey.stage {
        JourneyStage::ConsoleSignIn { operator, verification } => {
            Some((OperatorId::from_bytes(operator.0), VerificationId::from_bytes(verification.0)))
        }
        _ => None,
    }
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
}

impl Step for Look {
    type Output = Option<CodePage>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let journey = journeys::load(tx, kit, self.service_id, &self.token, now).await?;
        let Some((_, id)) = journey.as_ref().and_then(parts_of) else { return Ok(None) };
        match verifications::load(tx, &kit.rows, self.service_id, id).await? {
            Some(found) => Ok(Some(journeys::code_page(tx, kit, found, now).await?)),
            None => Ok(None),
        }
    }
}

struct SendAgain {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
    caller: Caller,
}

impl Step for SendAgain {
    type Output = JourneyResend;

    async fn run(&self, tx: &mut Tx) -> Result<JourneyResend, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some((journey, _, id)) = lock(tx, kit, self.service_id, &self.token, now).await? else {
            return Ok(JourneyResend::Gone);
        };
        let Some(pending) = verifications::lock(tx, &kit.rows, self.service_id, id).await? else {
            return Ok(JourneyResend::Gone);
        };
        let asker = Asker::of(&self.caller);
        let ask = Resend { channel: None, page: Some(journey.token), details: None, asker };
        Ok(match sending::resend(tx, kit, pending, &ask, &self.caller.scene(), now).await? {
            Ok(_) => JourneyResend::Sent,
            Err(refusal) => JourneyResend::Refused(refusal),
        })
    }
}

/// The sign-in behind a token, locked, if its operator still has access.
async fn lock(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    token: &str,
    now: Timestamp,
) -> Result<Option<(Journey, Operator, VerificationId)>, StorageError> {
    let Some(journey) = journeys::lock(tx, kit, service_id, token, now).await? else { return Ok(None) };
    let Some((operator, id)) = parts_of(&journey) else { return Ok(None) };
    let operator = operators::load(tx, &kit.rows, service_id, operator).await?;
    let operator = operator.filter(|operator| operator.disabled_at.is_none());
    Ok(operator.map(|operator| (journey, operator, id)))
}

struct Check {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
    typed: String,
    caller: Caller,
}

impl Step for Check {
    type Output = ConsoleCheck;

    async fn run(&self, tx: &mut Tx) -> Result<ConsoleCheck, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some((mut journey, operator, id)) = lock(tx, kit, self.service_id, &self.token, now).await?
        else {
            return Ok(ConsoleCheck::Gone);
        };
        let scene = self.caller.scene();
        let guess = Guess { typed: &self.typed, by_person: true, page: Some(journey.token), details: None };
        let (answer, _) = guess::check(tx, kit, self.service_id, id, &guess, &scene, now).await?;
        if answer != CodeAnswer::Judged(CheckOutcome::Approved) {
            return Ok(ConsoleCheck::Code(answer));
        }
        journey.stage = JourneyStage::Done;
        let (_, token, opened) = operator::open(&operator, &self.caller.ip_text(), kit.world(&scene, now));
        tables::apply(tx, &kit.rows, &[Change::SaveJourney(journey), opened]).await?;
        Ok(ConsoleCheck::SignedIn(token))
    }
}
