//! What admins do about somebody's access: asked for in one form, and done once they have proved in the next that it is
//! they, with their password and a second factor, as at the door and counted as there. A cookie alone lets nobody in.

use super::enrolling::SecondAnswer;
use super::proof::{Brought, lane_inside, subject_of};
use super::session::SignedInOperator;
use super::staff::{NewOperator, OperatorAdd, StaffActed, act, add};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::journeys;
use countersign_core::account::PasswordOutcome;
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::code::CodeProblem;
use countersign_core::id::{OperatorId, ServiceId};
use countersign_core::lock::{self, Refusal};
use countersign_core::model::*;
use countersign_core::operator::{self, StaffAct, StaffRefusal};
use countersign_core::proof::Answer;
use countersign_core::session::Token;
use countersign_core::staff;
use countersign_core::time::Timestamp;
use countersign_storage::tables::{self, factors, operator_authenticators, operators};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of asking for an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaffAsk {
    /// It waits for the proof that it is they; the token belongs in the browser.
    Confirm(Token),
    /// It would not be done.
    Refused(StaffRefusal),
    /// The address has a member of staff already.
    Taken,
    /// There is no such member of staff.
    Gone,
}

/// An act that waits, as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffConfirmation {
    /// What is asked for.
    pub plan: StaffPlan,
    /// Whose access; none of somebody who is new.
    pub whose: Option<Operator>,
    /// Whether whoever asks has an authenticator app.
    pub has_app: bool,
    /// Why its codes are not taken at the moment, if so.
    pub app_refusal: Option<Refusal>,
    /// The options for the browser's `navigator.credentials.get`, JSON; none without a passkey.
    pub passkey_options: Option<String>,
}

/// What came of the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaffConfirmed {
    /// It is done, to this member of staff.
    Done(OperatorId, StaffPlan),
    /// The password is not right.
    WrongPassword,
    /// Too many wrong passwords; nothing was compared.
    Locked(Refusal),
    /// The second factor was judged, and was not right.
    Not(Answer),
    /// It could not be a code; nothing was compared or counted.
    Unreadable(CodeProblem),
    /// It is they, and the act is refused: something has changed since it was asked for.
    Refused(StaffRefusal, StaffPlan),
    /// The same: the address has a member of staff by now.
    Taken(Address),
    /// There is no such act any more.
    Gone,
}

impl Flows {
    /// Asks for an act, to be proved next; what would be refused is refused now.
    pub async fn ask_staff_act(
        &self,
        signed_in: &SignedInOperator,
        plan: StaffPlan,
        locale: &str,
    ) -> Result<StaffAsk, FlowError> {
        let (kit, signed_in, locale) = (self.kit.clone(), signed_in.clone(), locale.to_owned());
        self.write(Ask { kit, signed_in, plan, locale }).await
    }

    /// The act that waits for its proof in this session, with a fresh challenge for passkeys.
    pub async fn staff_act_waiting(
        &self,
        signed_in: &SignedInOperator,
        token: &str,
    ) -> Result<Option<StaffConfirmation>, FlowError> {
        let (kit, signed_in, token) = (self.kit.clone(), signed_in.clone(), token.to_owned());
        let look = Look { kit: kit.clone(), signed_in: signed_in.clone(), token: token.clone() };
        let Some(found) = self.read(look).await? else { return Ok(None) };
        let keys: Vec<_> =
            found.standing.iter().filter(|one| one.factor == Factor::Passkey).cloned().collect();
        let mut passkey_options = None;
        if !keys.is_empty()
            && let Some(challenge) = self.passkeys.ask(&keys)
            && self.write(Keep { kit, signed_in, token, state: challenge.state }).await?
        {
            passkey_options = Some(challenge.options);
        }
        Ok(Some(StaffConfirmation {
            has_app: found.standing.iter().any(|one| one.factor == Factor::Totp),
            app_refusal: found.app_refusal,
            plan: found.plan,
            whose: found.whose,
            passkey_options,
        }))
    }

    /// Judges the proof; if it holds, the act is done.
    pub async fn confirm_staff_act(
        &self,
        signed_in: &SignedInOperator,
        token: &str,
        password: &str,
        answer: SecondAnswer,
        caller: Caller,
    ) -> Result<StaffConfirmed, FlowError> {
        let (kit, signed_in, token) = (self.kit.clone(), signed_in.clone(), token.to_owned());
        let look = Look { kit: kit.clone(), signed_in: signed_in.clone(), token: token.clone() };
        let Some(found) = self.read(look).await? else { return Ok(StaffConfirmed::Gone) };
        let brought = match self.bring(&answer, found.challenge, &found.standing) {
            Ok(brought) => brought,
            Err(problem) => return Ok(StaffConfirmed::Unreadable(problem)),
        };
        let right = self.operator_password_is(password, Some(&signed_in.operator.password_hash)).await?;
        self.write(Confirm { kit, signed_in, token, right, brought, caller }).await
    }
}

struct Ask {
    kit: Arc<Kit>,
    signed_in: SignedInOperator,
    plan: StaffPlan,
    locale: String,
}

impl Step for Ask {
    type Output = StaffAsk;

    async fn run(&self, tx: &mut Tx) -> Result<StaffAsk, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let SignedInOperator { operator: admin, session } = &self.signed_in;
        let (rows, service_id) = (&kit.rows, admin.service_id);
        let everyone = operators::of_service(tx, rows, service_id).await?;
        match &self.plan {
            StaffPlan::Add { roles, .. } if roles.is_empty() => {
                return Ok(StaffAsk::Refused(StaffRefusal::NoRoles));
            }
            StaffPlan::Add { email, .. } if everyone.iter().any(|one| one.email == *email) => {
                return Ok(StaffAsk::Taken);
            }
            StaffPlan::Add { .. } => {}
            StaffPlan::Act { operator, wish, reason } => {
                let meant = OperatorId::from_bytes(operator.0);
                let Some(meant) = everyone.iter().find(|one| one.id == meant) else {
                    return Ok(StaffAsk::Gone);
                };
                let by = Some(admin.id);
                let act = StaffAct { by, meant, everyone: &everyone, reason, locale: &self.locale };
                if let Some(refusal) = act.refusal(wish) {
                    return Ok(StaffAsk::Refused(refusal));
                }
            }
        }
        let stage = JourneyStage::ConsoleStaff {
            operator: StoredId(*admin.id.as_bytes()),
            session: StoredId(*session.id.as_bytes()),
            plan: self.plan.clone(),
            misses: 0,
            challenge: Redacted::default(),
        };
        let (journey, token) = journeys::open(kit, service_id, stage, now);
        tables::apply(tx, rows, &[Change::InsertJourney(journey)]).await?;
        Ok(StaffAsk::Confirm(token))
    }
}

/// What waits, if it was asked for in this very session: the plan, the wrong codes and the challenge so far.
fn parts_of(journey: &Journey, signed_in: &SignedInOperator) -> Option<(StaffPlan, u32, Redacted)> {
    match &journey.stage {
        JourneyStage::ConsoleStaff { operator, session, plan, misses, challenge }
            if operator.0 == *signed_in.operator.id.as_bytes()
                && session.0 == *signed_in.session.id.as_bytes() =>
        {
            Some((plan.clone(), *misses, challenge.clone()))
        }
        _ => None,
    }
}

struct Found {
    plan: StaffPlan,
    whose: Option<Operator>,
    standing: Vec<OperatorAuthenticator>,
    app_refusal: Option<Refusal>,
    challenge: Redacted,
}

struct Look {
    kit: Arc<Kit>,
    signed_in: SignedInOperator,
    token: String,
}

impl Step for Look {
    type Output = Option<Found>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now, admin) = (&self.kit, self.kit.clock.now(), &self.signed_in.operator);
        let (rows, service_id) = (&kit.rows, admin.service_id);
        let journey = journeys::load(tx, kit, service_id, &self.token, now).await?;
        let parts = journey.as_ref().and_then(|journey| parts_of(journey, &self.signed_in));
        let Some((plan, _, challenge)) = parts else { return Ok(None) };
        let whose = match &plan {
            StaffPlan::Add { .. } => None,
            StaffPlan::Act { operator, .. } => {
                operators::load(tx, rows, service_id, OperatorId::from_bytes(operator.0)).await?
            }
        };
        let standing = operator_authenticators::live(tx, rows, service_id, admin.id).await?;
        let subject = subject_of(kit, &admin.email);
        let state = factors::load(tx, rows, service_id, subject, Factor::Totp, None, now).await?;
        let app_refusal = lock::refusal(&state, &kit.policy, now);
        Ok(Some(Found { plan, whose, standing, app_refusal, challenge }))
    }
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
        let (kit, service_id) = (&self.kit, self.signed_in.operator.service_id);
        let journey = journeys::lock(tx, kit, service_id, &self.token, kit.clock.now()).await?;
        let Some(mut journey) = journey.filter(|one| parts_of(one, &self.signed_in).is_some()) else {
            return Ok(false);
        };
        if let JourneyStage::ConsoleStaff { challenge, .. } = &mut journey.stage {
            *challenge = self.state.clone();
        }
        tables::apply(tx, &kit.rows, &[Change::SaveJourney(journey)]).await?;
        Ok(true)
    }
}

struct Confirm {
    kit: Arc<Kit>,
    signed_in: SignedInOperator,
    token: String,
    right: bool,
    brought: Brought,
    caller: Caller,
}

impl Step for Confirm {
    type Output = StaffConfirmed;

    async fn run(&self, tx: &mut Tx) -> Result<StaffConfirmed, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let known = &self.signed_in.operator;
        let (rows, service_id) = (&kit.rows, known.service_id);
        let Some(mut journey) = journeys::lock(tx, kit, service_id, &self.token, now).await? else {
            return Ok(StaffConfirmed::Gone);
        };
        let Some((plan, misses, challenge)) = parts_of(&journey, &self.signed_in) else {
            return Ok(StaffConfirmed::Gone);
        };
        // Everybody at once, as the act itself locks them: whoever lost access, or the right, in between does nothing.
        let everyone = operators::lock_all(tx, rows, service_id).await?;
        let admin = everyone.into_iter().find(|one| one.id == known.id && one.disabled_at.is_none());
        let may = |admin: &Operator| staff::may_now(admin, Right::StaffManage, now);
        let Some(admin) = admin.filter(may) else { return Ok(StaffConfirmed::Gone) };
        if let Some(refused) = self.password(tx, &admin, now).await? {
            return Ok(refused);
        }
        let day = journey.created_at.day();
        let answer = self.second(tx, &admin, (misses, day), &challenge, now).await?;
        if answer != Answer::Right {
            let counted = self.brought.factor() == Factor::Totp && !matches!(answer, Answer::Refused(_));
            if let JourneyStage::ConsoleStaff { misses, challenge, .. } = &mut journey.stage {
                *misses += u32::from(counted);
                *challenge = Redacted::default();
            }
            tables::apply(tx, rows, &[Change::SaveJourney(journey)]).await?;
            return Ok(StaffConfirmed::Not(answer));
        }
        journey.stage = JourneyStage::Done;
        tables::apply(tx, rows, &[Change::SaveJourney(journey)]).await?;
        self.perform(tx, service_id, &plan).await
    }
}

impl Confirm {
    /// Counts the password; why it does not go on, if it does not.
    async fn password(
        &self,
        tx: &mut Tx,
        admin: &Operator,
        now: Timestamp,
    ) -> Result<Option<StaffConfirmed>, StorageError> {
        let (kit, lane) = (&self.kit, lane_inside(&self.signed_in.session));
        let (subject, service_id) = (subject_of(kit, &admin.email), admin.service_id);
        let state = factors::lock(tx, &kit.rows, service_id, subject, Factor::Password, lane, now).await?;
        // The slow comparison was made against the hash of a moment ago; it counts only for that same hash.
        let right = self.right && admin.password_hash == self.signed_in.operator.password_hash;
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let judged = operator::judge_password(right, &admin.email.masked(), state, world);
        Ok(match kit.save(tx, judged).await? {
            PasswordOutcome::Right => None,
            PasswordOutcome::Wrong => Some(StaffConfirmed::WrongPassword),
            PasswordOutcome::Refused(refusal) => Some(StaffConfirmed::Locked(refusal)),
            PasswordOutcome::LockedNow { until } => Some(StaffConfirmed::Locked(Refusal::Locked { until })),
        })
    }

    /// Counts the second factor, and uses it up if it is right.
    async fn second(
        &self,
        tx: &mut Tx,
        admin: &Operator,
        (misses, day): (u32, i64),
        challenge: &Redacted,
        now: Timestamp,
    ) -> Result<Answer, StorageError> {
        let (kit, factor, service_id) = (&self.kit, self.brought.factor(), admin.service_id);
        let standing = operator_authenticators::lock_live(tx, &kit.rows, service_id, admin.id).await?;
        let used = self.brought.used(kit, &standing, challenge, now);
        let subject = subject_of(kit, &admin.email);
        let state = factors::lock(tx, &kit.rows, service_id, subject, factor, None, now).await?;
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let judged = operator::judge_second_step(used.is_some(), admin, misses, day, state, world);
        let answer = kit.save(tx, judged).await?;
        if let (Answer::Right, Some(used)) = (&answer, used) {
            tables::apply(tx, &kit.rows, &[Change::SaveOperatorAuthenticator(used)]).await?;
        }
        Ok(answer)
    }

    async fn perform(
        &self,
        tx: &mut Tx,
        service_id: ServiceId,
        plan: &StaffPlan,
    ) -> Result<StaffConfirmed, StorageError> {
        let (kit, caller) = (&self.kit, &self.caller);
        match plan {
            StaffPlan::Add { email, name, roles } => {
                let (email, name, roles) = (email.clone(), name.0.clone(), roles.clone());
                let new = NewOperator { service_id, email, name, roles };
                let added = add(tx, kit, &new, None, caller).await?;
                Ok(match added {
                    OperatorAdd::Added { id, .. } => StaffConfirmed::Done(id, plan.clone()),
                    OperatorAdd::Taken => StaffConfirmed::Taken(new.email),
                    OperatorAdd::NoRoles => StaffConfirmed::Refused(StaffRefusal::NoRoles, plan.clone()),
                })
            }
            StaffPlan::Act { operator, wish, reason } => {
                let id = OperatorId::from_bytes(operator.0);
                let acted = act(tx, kit, (service_id, id), wish, reason, caller).await?;
                Ok(match acted {
                    // The link goes to their address, and to nobody else.
                    StaffActed::Done | StaffActed::Link(_) => StaffConfirmed::Done(id, plan.clone()),
                    StaffActed::Refused(refusal) => StaffConfirmed::Refused(refusal, plan.clone()),
                    StaffActed::Gone => StaffConfirmed::Gone,
                })
            }
        }
    }
}
