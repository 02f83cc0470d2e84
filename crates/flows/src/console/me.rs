//! What members of staff change about themselves: name, password, second factors, sessions. Their password is asked
//! again before anything that lets somebody in is changed, and counted as at the door. The last second factor stays.

use super::enrolling::{Read, SecondAnswer, SecondEnrol, SecondOffer, draw_key, made, shown};
use super::proof::{lane_inside, subject_of};
use super::session::SignedInOperator;
use super::staff::tidy;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::journeys;
use countersign_core::account::PasswordOutcome;
use countersign_core::change::Change;
use countersign_core::event::{Event, StaffEvent};
use countersign_core::id::{AuthenticatorId, OperatorSessionId, ServiceId};
use countersign_core::lock::Refusal;
use countersign_core::model::*;
use countersign_core::operator::{self, FactorRefusal};
use countersign_core::password::{self, PasswordProblem};
use countersign_core::session::Token;
use countersign_core::time::Timestamp;
use countersign_storage::tables::{self, factors, operator_authenticators, operator_sessions, operators};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What a member of staff sees of themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnAccess {
    /// Their second factors, oldest first.
    pub standing: Vec<OperatorAuthenticator>,
    /// Their open sessions, newest first.
    pub sessions: Vec<OperatorSession>,
}

/// What they want changed; the password is proved first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnWish {
    /// A second factor is added: an app (instead of the one before) or a passkey.
    AddFactor(Factor),
    /// A second factor goes.
    RemoveFactor(AuthenticatorId),
    /// Another password. Every other session ends.
    Password(Redacted),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnChange {
    /// It is so.
    Done,
    /// The new factor is to be enrolled; the token belongs in the browser.
    Enrol(Token),
    /// The password is not right.
    WrongPassword,
    /// Too many failures; nothing was compared.
    Locked(Refusal),
    /// The new password does not do.
    Password(PasswordProblem),
    /// The factor stays as it was.
    Refused(FactorRefusal),
    /// There is no such factor.
    Gone,
}

impl Flows {
    /// The signed-in operator's second factors and sessions.
    pub async fn own_access(&self, signed_in: &SignedInOperator) -> Result<OwnAccess, FlowError> {
        self.read(List { kit: self.kit.clone(), operator: signed_in.operator.clone() }).await
    }

    /// Sets what colleagues call the signed-in operator.
    pub async fn rename_operator(
        &self,
        signed_in: &SignedInOperator,
        name: &str,
        caller: Caller,
    ) -> Result<(), FlowError> {
        let operator = signed_in.operator.clone();
        self.write(Rename { kit: self.kit.clone(), operator, name: tidy(name), caller }).await
    }

    /// Changes what the signed-in operator signs in with.
    pub async fn change_own_access(
        &self,
        signed_in: &SignedInOperator,
        wish: OwnWish,
        password: &str,
        brand: &str,
        caller: Caller,
    ) -> Result<OwnChange, FlowError> {
        let (kit, signed_in) = (self.kit.clone(), signed_in.clone());
        let operator = &signed_in.operator;
        let mut new_hash = None;
        if let OwnWish::Password(new) = &wish {
            if let Err(problem) = password::judge(&new.0, operator.email.expose(), brand, &kit.policy) {
                return Ok(OwnChange::Password(problem));
            }
            new_hash = Some(self.passwords.hash(&new.0).await?);
        }
        let right = self.operator_password_is(password, Some(&operator.password_hash)).await?;
        self.write(ChangeOwn { kit, signed_in, wish, new_hash, right, caller }).await
    }

    /// What the page shows for the second factor that is being added.
    pub async fn own_factor_offer(
        &self,
        signed_in: &SignedInOperator,
        token: &str,
        brand: &str,
    ) -> Result<Option<SecondOffer>, FlowError> {
        let (kit, token) = (self.kit.clone(), token.to_owned());
        let look = Look { kit: kit.clone(), signed_in: signed_in.clone(), token: token.clone() };
        let Some((factor, secret, standing)) = self.read(look).await? else { return Ok(None) };
        let operator = &signed_in.operator;
        let who = operator.email.masked();
        if factor == Factor::Totp {
            let key = shown(&secret, brand, operator);
            return Ok(Some(SecondOffer { who, key, passkey_options: None }));
        }
        let label = operator.email.expose();
        let Some(challenge) = self.passkeys.make(*operator.id.as_bytes(), label, &standing) else {
            return Ok(None);
        };
        let keep = Keep { kit, signed_in: signed_in.clone(), token, state: challenge.state };
        let kept = self.write(keep).await?;
        let passkey_options = kept.then_some(challenge.options);
        Ok(kept.then_some(SecondOffer { who, key: None, passkey_options }))
    }

    /// Judges the first code or the new passkey, and enrols it.
    pub async fn enrol_own_factor(
        &self,
        signed_in: &SignedInOperator,
        token: &str,
        answer: SecondAnswer,
        name: &str,
        caller: Caller,
    ) -> Result<SecondEnrol, FlowError> {
        let (kit, signed_in, token) = (self.kit.clone(), signed_in.clone(), token.to_owned());
        let look = Look { kit: kit.clone(), signed_in: signed_in.clone(), token: token.clone() };
        let Some((_, secret, _)) = self.read(look).await? else { return Ok(SecondEnrol::Gone) };
        let read = match self.read_second(&answer, &secret) {
            Ok(read) => read,
            Err(outcome) => return Ok(outcome),
        };
        self.write(Enrol { kit, signed_in, token, read, name: name.to_owned(), caller }).await
    }

    /// Ends one other session of the signed-in operator, or all others; false if there is no such open one.
    pub async fn end_own_sessions(
        &self,
        signed_in: &SignedInOperator,
        one: Option<OperatorSessionId>,
        caller: Caller,
    ) -> Result<bool, FlowError> {
        self.write(EndSessions { kit: self.kit.clone(), signed_in: signed_in.clone(), one, caller }).await
    }
}

struct List {
    kit: Arc<Kit>,
    operator: Operator,
}

impl Step for List {
    type Output = OwnAccess;

    async fn run(&self, tx: &mut Tx) -> Result<OwnAccess, StorageError> {
        let (rows, now) = (&self.kit.rows, self.kit.clock.now());
        let (service_id, id) = (self.operator.service_id, self.operator.id);
        let standing = operator_authenticators::live(tx, rows, service_id, id).await?;
        let mut sessions = operator_sessions::open_of(tx, rows, service_id, id).await?;
        sessions.retain(|session| operator::is_live(session, &self.operator, now));
        Ok(OwnAccess { standing, sessions })
    }
}

struct Rename {
    kit: Arc<Kit>,
    operator: Operator,
    name: String,
    caller: Caller,
}

impl Step for Rename {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let (kit, now, service_id) = (&self.kit, self.kit.clock.now(), self.operator.service_id);
        let found = operators::lock(tx, &kit.rows, service_id, self.operator.id).await?;
        let Some(operator) = found.filter(|operator| operator.name != self.name) else { return Ok(()) };
        let scene = self.caller.scene();
        let entry =
            scene.event(service_id, None, Event::Staff(StaffEvent::OperatorRenamed), kit.world(&scene, now));
        let renamed = Operator { name: self.name.clone(), ..operator };
        tables::apply(tx, &kit.rows, &[Change::SaveOperator(renamed), entry]).await
    }
}

struct ChangeOwn {
    kit: Arc<Kit>,
    signed_in: SignedInOperator,
    wish: OwnWish,
    new_hash: Option<String>,
    right: bool,
    caller: Caller,
}

impl Step for ChangeOwn {
    type Output = OwnChange;

    async fn run(&self, tx: &mut Tx) -> Result<OwnChange, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let SignedInOperator { operator: known, session } = &self.signed_in;
        let (rows, service_id) = (&kit.rows, known.service_id);
        let Some(operator) = operators::lock(tx, rows, service_id, known.id).await? else {
            return Ok(OwnChange::Gone);
        };
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let subject = subject_of(kit, &operator.email);
        let lane = lane_inside(session);
        let state = factors::lock(tx, rows, service_id, subject, Factor::Password, lane, now).await?;
        // The slow comparison was made against the hash of a moment ago; it counts only for that same hash.
        let right = self.right && operator.password_hash == known.password_hash;
        let judged = operator::judge_password(right, &operator.email.masked(), state, world);
        match kit.save(tx, judged).await? {
            PasswordOutcome::Right => {}
            PasswordOutcome::Wrong => return Ok(OwnChange::WrongPassword),
            PasswordOutcome::Refused(refusal) => return Ok(OwnChange::Locked(refusal)),
            PasswordOutcome::LockedNow { until } => {
                return Ok(OwnChange::Locked(Refusal::Locked { until }));
            }
        }
        match &self.wish {
            OwnWish::AddFactor(factor) => self.open(tx, *factor, now).await,
            OwnWish::RemoveFactor(id) => {
                let standing = operator_authenticators::lock_live(tx, rows, service_id, operator.id).await?;
                let Some(meant) = standing.iter().find(|one| one.id == *id) else {
                    return Ok(OwnChange::Gone);
                };
                let removed = operator::remove_factor(&operator, meant, &standing, world);
                Ok(kit.save(tx, removed).await?.map_or_else(OwnChange::Refused, |()| OwnChange::Done))
            }
            OwnWish::Password(_) => {
                let password_hash = self.new_hash.clone().unwrap_or_default();
                let changed = Operator { password_hash, ..operator };
                let (operator_id, except) = (changed.id, Some(session.id));
                let changes = [
                    Change::SaveOperator(changed),
                    Change::EndOperatorSessions { service_id, operator_id, except, at: now },
                    scene.event(service_id, None, Event::Staff(StaffEvent::OperatorPasswordChanged), world),
                ];
                tables::apply(tx, rows, &changes).await?;
                Ok(OwnChange::Done)
            }
        }
    }
}

impl ChangeOwn {
    async fn open(&self, tx: &mut Tx, factor: Factor, now: Timestamp) -> Result<OwnChange, StorageError> {
        let kit = &self.kit;
        let SignedInOperator { operator, session } = &self.signed_in;
        let secret = if factor == Factor::Totp { draw_key(kit) } else { Redacted::default() };
        let stage = JourneyStage::ConsoleFactor {
            operator: StoredId(*operator.id.as_bytes()),
            session: StoredId(*session.id.as_bytes()),
            factor,
            secret,
        };
        let (journey, token) = journeys::open(kit, operator.service_id, stage, now);
        tables::apply(tx, &kit.rows, &[Change::InsertJourney(journey)]).await?;
        Ok(OwnChange::Enrol(token))
    }
}

/// What is being enrolled, if it is by this very session.
fn parts_of(journey: &Journey, signed_in: &SignedInOperator) -> Option<(Factor, Redacted)> {
    match &journey.stage {
        JourneyStage::ConsoleFactor { operator, session, factor, secret }
            if operator.0 == *signed_in.operator.id.as_bytes()
                && session.0 == *signed_in.session.id.as_bytes() =>
        {
            Some((*factor, secret.clone()))
        }
        _ => None,
    }
}

struct Look {
    kit: Arc<Kit>,
    signed_in: SignedInOperator,
    token: String,
}

impl Step for Look {
    type Output = Option<(Factor, Redacted, Vec<OperatorAuthenticator>)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let operator = &self.signed_in.operator;
        let journey = journeys::load(tx, kit, operator.service_id, &self.token, now).await?;
        let parts = journey.as_ref().and_then(|journey| parts_of(journey, &self.signed_in));
        let Some((factor, secret)) = parts else { return Ok(None) };
        let rows = &kit.rows;
        let mut standing = operator_authenticators::live(tx, rows, operator.service_id, operator.id).await?;
        standing.retain(|one| one.factor == Factor::Passkey);
        Ok(Some((factor, secret, standing)))
    }
}

/// The enrolment behind a token, locked.
async fn lock(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    token: &str,
    signed_in: &SignedInOperator,
) -> Result<Option<(Journey, Factor, Redacted)>, StorageError> {
    let journey = journeys::lock(tx, kit, service_id, token, kit.clock.now()).await?;
    Ok(journey.and_then(|journey| {
        let (factor, secret) = parts_of(&journey, signed_in)?;
        Some((journey, factor, secret))
    }))
}

struct Keep {
    kit: Arc<Kit>,
    signed_in: SignedInOperator,
    token: String,
    state: Redacted,
}

impl Step for Keep {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let service_id = self.signed_in.operator.service_id;
        let found = lock(tx, &self.kit, service_id, &self.token, &self.signed_in).await?;
        let Some((mut journey, ..)) = found else { return Ok(false) };
        if let JourneyStage::ConsoleFactor { secret, .. } = &mut journey.stage {
            *secret = self.state.clone();
        }
        tables::apply(tx, &self.kit.rows, &[Change::SaveJourney(journey)]).await?;
        Ok(true)
    }
}

struct Enrol {
    kit: Arc<Kit>,
    signed_in: SignedInOperator,
    token: String,
    read: Read,
    name: String,
    caller: Caller,
}

impl Step for Enrol {
    type Output = SecondEnrol;

    async fn run(&self, tx: &mut Tx) -> Result<SecondEnrol, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let operator = &self.signed_in.operator;
        let (rows, service_id) = (&kit.rows, operator.service_id);
        let found = lock(tx, kit, service_id, &self.token, &self.signed_in).await?;
        let Some((mut journey, factor, secret)) = found else { return Ok(SecondEnrol::Gone) };
        let new = match made(&self.read, &secret, &secret, &self.name, kit) {
            Ok(new) if new.factor == factor => new,
            Ok(_) => return Ok(SecondEnrol::Gone),
            Err(outcome) => return Ok(outcome),
        };
        let scene = self.caller.scene();
        let subject = subject_of(kit, &operator.email);
        let standing = operator_authenticators::lock_live(tx, rows, service_id, operator.id).await?;
        let state = factors::lock(tx, rows, service_id, subject, factor, None, now).await?;
        let added = operator::add_factor(operator, new, &standing, state, kit.world(&scene, now));
        if let Err(refusal) = kit.save(tx, added).await? {
            return Ok(SecondEnrol::Refused(refusal));
        }
        journey.stage = JourneyStage::Done;
        tables::apply(tx, rows, &[Change::SaveJourney(journey)]).await?;
        Ok(SecondEnrol::Done(None))
    }
}

struct EndSessions {
    kit: Arc<Kit>,
    signed_in: SignedInOperator,
    one: Option<OperatorSessionId>,
    caller: Caller,
}

impl Step for EndSessions {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let SignedInOperator { operator, session } = &self.signed_in;
        let service_id = operator.service_id;
        let open = operator_sessions::open_of(tx, &kit.rows, service_id, operator.id).await?;
        let mut changes = match self.one {
            Some(id) => {
                let meant = open.into_iter().find(|one| one.id == id && one.id != session.id);
                let Some(meant) = meant else { return Ok(false) };
                vec![Change::SaveOperatorSession(OperatorSession { ended_at: Some(now), ..meant })]
            }
            None => vec![Change::EndOperatorSessions {
                service_id,
                operator_id: operator.id,
                except: Some(session.id),
                at: now,
            }],
        };
        let scene = self.caller.scene();
        let event = Event::Staff(StaffEvent::OperatorSessionsEnded { operator: operator.id.to_string() });
        changes.push(scene.event(service_id, None, event, kit.world(&scene, now)));
        tables::apply(tx, &kit.rows, &changes).await?;
        Ok(true)
    }
}
