//! Signing in to the console: email and password, then a code of an authenticator app or a passkey, every time.
//! Somebody unknown, somebody whose access has ended and a wrong password take the same steps: one slow comparison,
//! one count on the identifier, one answer (R46). Nothing can be guessed at the second step before the password is
//! right (R24), and strangers' failures with the password do not shut out a browser that somebody has come in from.

use super::enrolling::SecondAnswer;
use super::proof::{Brought, lane_at_door, subject_of};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::journeys;
use countersign_core::account::PasswordOutcome;
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::code::CodeProblem;
use countersign_core::id::{OperatorId, ServiceId};
use countersign_core::limit;
use countersign_core::lock::{self, Refusal};
use countersign_core::model::*;
use countersign_core::operator::{self, LetIn};
use countersign_core::proof::Answer;
use countersign_core::session::{Scene, Token};
use countersign_core::time::Timestamp;
use countersign_storage::tables::{self, counters, factors, operator_authenticators, operators};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of an operator's password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsoleStart {
    /// The second step is due; the token belongs in the browser.
    SecondStep(Token),
    /// No such operator, or not their password.
    Wrong,
    /// Too many failures; nothing was compared.
    Locked(Refusal),
    /// Too many have tried from this network address; nothing was compared.
    Capped {
        /// When it may be tried again.
        until: Timestamp,
    },
    /// The password was right, and there is no second factor: only a link from another admin helps.
    NoFactor,
}

/// What the second step may be taken with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondStep {
    /// Whose sign-in it is, masked.
    pub who: String,
    /// Whether there is an authenticator app.
    pub has_app: bool,
    /// Why its codes are not taken at the moment, if so.
    pub app_refusal: Option<Refusal>,
    /// The options for the browser's `navigator.credentials.get`, JSON; none without a passkey.
    pub passkey_options: Option<String>,
}

/// What came of the second step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsoleCheck {
    /// Signed in.
    SignedIn(LetIn),
    /// It was judged, and was not right.
    Not(Answer),
    /// It could not be a code; nothing was compared or counted.
    Unreadable(CodeProblem),
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
        let arrive = Arrive { kit: kit.clone(), service_id, email: email.clone(), caller: caller.clone() };
        let compared_hash = match self.write(arrive).await? {
            Arrived::Compare(hash) => hash,
            Arrived::Capped { until } => return Ok(ConsoleStart::Capped { until }),
        };
        let right = self.operator_password_is(password, compared_hash.as_deref()).await?;
        self.write(Start { kit, service_id, email, right, compared_hash, caller }).await
    }

    /// The slow comparison. Who has not joined yet costs the same as who has (R46).
    pub(super) async fn operator_password_is(
        &self,
        password: &str,
        hash: Option<&str>,
    ) -> Result<bool, FlowError> {
        self.passwords.matches(password, hash.filter(|hash| !hash.is_empty())).await
    }

    /// The second step of an operator's sign-in, with a fresh challenge for their passkeys.
    pub async fn console_second_step(
        &self,
        service_id: ServiceId,
        token: &str,
    ) -> Result<Option<SecondStep>, FlowError> {
        let kit = self.kit.clone();
        let look = Look { kit: kit.clone(), service_id, token: token.to_owned() };
        let Some(found) = self.read(look).await? else { return Ok(None) };
        let keys: Vec<_> =
            found.standing.iter().filter(|one| one.factor == Factor::Passkey).cloned().collect();
        let mut passkey_options = None;
        if !keys.is_empty()
            && let Some(challenge) = self.passkeys.ask(&keys)
        {
            let token = token.to_owned();
            if self.write(Keep { kit, service_id, token, state: challenge.state }).await? {
                passkey_options = Some(challenge.options);
            }
        }
        let has_app = found.standing.iter().any(|one| one.factor == Factor::Totp);
        let app_refusal = found.app_refusal;
        Ok(Some(SecondStep { who: found.operator.email.masked(), has_app, app_refusal, passkey_options }))
    }

    /// Judges the second step of an operator's sign-in.
    pub async fn check_console_step(
        &self,
        service_id: ServiceId,
        token: &str,
        answer: SecondAnswer,
        caller: Caller,
    ) -> Result<ConsoleCheck, FlowError> {
        let (kit, token) = (self.kit.clone(), token.to_owned());
        let look = Look { kit: kit.clone(), service_id, token: token.clone() };
        let Some(found) = self.read(look).await? else { return Ok(ConsoleCheck::Gone) };
        let brought = match self.bring(&answer, found.challenge, &found.standing) {
            Ok(brought) => brought,
            Err(problem) => return Ok(ConsoleCheck::Unreadable(problem)),
        };
        self.write(Check { kit, service_id, token, brought, caller }).await
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

/// Whether a password is compared, and with what.
enum Arrived {
    /// The hash of an operator who has access; none of anybody else.
    Compare(Option<String>),
    Capped {
        until: Timestamp,
    },
}

struct Arrive {
    kit: Arc<Kit>,
    service_id: ServiceId,
    email: Address,
    caller: Caller,
}

impl Step for Arrive {
    type Output = Arrived;

    async fn run(&self, tx: &mut Tx) -> Result<Arrived, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let operator = find(tx, kit, self.service_id, &self.email).await?;
        let lane = lane_at_door(tx, kit, operator.as_ref(), &self.caller, now).await?;
        // A browser that is known is not kept out by what strangers of its network do (R24).
        if let Some(ip) = self.caller.ip.filter(|_| lane.is_none()) {
            let planned = [limit::plan_door(self.service_id, ip, &kit.policy, now)];
            let totals = counters::add(tx, &kit.rows, &planned).await?;
            if let Some(hit) = limit::first_hit(&planned, &totals) {
                return Ok(Arrived::Capped { until: hit.until });
            }
        }
        Ok(Arrived::Compare(operator.map(|operator| operator.password_hash)))
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
        let subject = subject_of(kit, &self.email);
        let lane = lane_at_door(tx, kit, operator.as_ref(), &self.caller, now).await?;
        let state =
            factors::lock(tx, &kit.rows, self.service_id, subject, Factor::Password, lane, now).await?;
        // The slow comparison was made against the hash of a moment ago; it counts only for that same hash.
        let same = operator.as_ref().map(|operator| &operator.password_hash) == self.compared_hash.as_ref();
        let right = self.right && same && operator.is_some();
        // Nobody has proved yet to be anybody.
        let scene = Scene::by(Actor::System, &self.caller.device_label);
        let judged = operator::judge_password(right, &self.email.masked(), state, kit.world(&scene, now));
        match (kit.save(tx, judged).await?, operator) {
            (PasswordOutcome::Right, Some(operator)) => self.go_on(tx, &operator, now).await,
            (PasswordOutcome::Right | PasswordOutcome::Wrong, _) => Ok(ConsoleStart::Wrong),
            (PasswordOutcome::Refused(refusal), _) => Ok(ConsoleStart::Locked(refusal)),
            (PasswordOutcome::LockedNow { until }, _) => Ok(ConsoleStart::Locked(Refusal::Locked { until })),
        }
    }
}

impl Start {
    async fn go_on(
        &self,
        tx: &mut Tx,
        operator: &Operator,
        now: Timestamp,
    ) -> Result<ConsoleStart, StorageError> {
        let kit = &self.kit;
        let standing = operator_authenticators::live(tx, &kit.rows, self.service_id, operator.id).await?;
        if standing.is_empty() {
            return Ok(ConsoleStart::NoFactor);
        }
        let stage = JourneyStage::ConsoleSignIn {
            operator: StoredId(*operator.id.as_bytes()),
            misses: 0,
            challenge: Redacted::default(),
        };
        let (journey, token) = journeys::open(kit, self.service_id, stage, now);
        tables::apply(tx, &kit.rows, &[Change::InsertJourney(journey)]).await?;
        Ok(ConsoleStart::SecondStep(token))
    }
}

/// Whose sign-in a journey is, with the wrong codes and the challenge so far; none of a journey that is another one.
fn parts_of(journey: &Journey) -> Option<(OperatorId, u32, Redacted)> {
    match &journey.stage {
        JourneyStage::ConsoleSignIn { operator, misses, challenge } => {
            Some((OperatorId::from_bytes(operator.0), *misses, challenge.clone()))
        }
        _ => None,
    }
}

struct Found {
    operator: Operator,
    standing: Vec<OperatorAuthenticator>,
    app_refusal: Option<Refusal>,
    challenge: Redacted,
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
}

impl Step for Look {
    type Output = Option<Found>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let journey = journeys::load(tx, kit, self.service_id, &self.token, now).await?;
        let Some((id, _, challenge)) = journey.as_ref().and_then(parts_of) else { return Ok(None) };
        let operator = operators::load(tx, &kit.rows, self.service_id, id).await?;
        let operator = operator.filter(|operator| operator.disabled_at.is_none());
        let Some(operator) = operator else { return Ok(None) };
        let standing = operator_authenticators::live(tx, &kit.rows, self.service_id, id).await?;
        let subject = subject_of(kit, &operator.email);
        let state = factors::load(tx, &kit.rows, self.service_id, subject, Factor::Totp, None, now).await?;
        let app_refusal = lock::refusal(&state, &kit.policy, now);
        Ok(Some(Found { operator, standing, app_refusal, challenge }))
    }
}

/// The sign-in behind a token, locked, if its operator still has access.
async fn lock_journey(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    token: &str,
    now: Timestamp,
) -> Result<Option<(Journey, Operator, u32, Redacted)>, StorageError> {
    let Some(journey) = journeys::lock(tx, kit, service_id, token, now).await? else { return Ok(None) };
    let Some((id, misses, challenge)) = parts_of(&journey) else { return Ok(None) };
    let operator = operators::load(tx, &kit.rows, service_id, id).await?;
    let operator = operator.filter(|operator| operator.disabled_at.is_none());
    Ok(operator.map(|operator| (journey, operator, misses, challenge)))
}

struct Keep {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
    state: Redacted,
}

impl Step for Keep {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let found = lock_journey(tx, kit, self.service_id, &self.token, now).await?;
        let Some((mut journey, ..)) = found else { return Ok(false) };
        if let JourneyStage::ConsoleSignIn { challenge, .. } = &mut journey.stage {
            *challenge = self.state.clone();
        }
        tables::apply(tx, &kit.rows, &[Change::SaveJourney(journey)]).await?;
        Ok(true)
    }
}

struct Check {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
    brought: Brought,
    caller: Caller,
}

impl Step for Check {
    type Output = ConsoleCheck;

    async fn run(&self, tx: &mut Tx) -> Result<ConsoleCheck, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let found = lock_journey(tx, kit, self.service_id, &self.token, now).await?;
        let Some((mut journey, operator, misses, challenge)) = found else { return Ok(ConsoleCheck::Gone) };
        let standing =
            operator_authenticators::lock_live(tx, &kit.rows, self.service_id, operator.id).await?;
        let factor = self.brought.factor();
        let used = self.brought.used(kit, &standing, &challenge, now);
        let scene = Scene::by(Actor::Operator(operator.id), &self.caller.device_label);
        let world = kit.world(&scene, now);
        let subject = subject_of(kit, &operator.email);
        let state = factors::lock(tx, &kit.rows, self.service_id, subject, factor, None, now).await?;
        let day = journey.created_at.day();
        let judged = operator::judge_second_step(used.is_some(), &operator, misses, day, state, world);
        match (kit.save(tx, judged).await?, used) {
            (Answer::Right, Some(used)) => {
                journey.stage = JourneyStage::Done;
                let mut changes = vec![Change::SaveJourney(journey), Change::SaveOperatorAuthenticator(used)];
                let (let_in, opened) = operator::open(&operator, factor, &self.caller.ip_text(), world);
                changes.extend(opened);
                tables::apply(tx, &kit.rows, &changes).await?;
                Ok(ConsoleCheck::SignedIn(let_in))
            }
            (answer, _) => {
                let counted = factor == Factor::Totp && !matches!(answer, Answer::Refused(_));
                journey.stage = JourneyStage::ConsoleSignIn {
                    operator: StoredId(*operator.id.as_bytes()),
                    misses: misses + u32::from(counted),
                    challenge: Redacted::default(),
                };
                tables::apply(tx, &kit.rows, &[Change::SaveJourney(journey)]).await?;
                Ok(ConsoleCheck::Not(answer))
            }
        }
    }
}
