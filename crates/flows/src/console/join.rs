//! Joining the console by a link: a password, then a second factor, then signed in. The link is spent with the second
//! factor, not before: whoever turns back halfway can begin again until it ends.

use super::enrolling::{Read, SecondAnswer, SecondEnrol, SecondOffer, draw_key, made, shown};
use super::proof::subject_of;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::journeys;
use countersign_core::change::Change;
use countersign_core::event::{Event, StaffEvent};
use countersign_core::id::{OperatorId, ServiceId};
use countersign_core::lock;
use countersign_core::model::*;
use countersign_core::operator;
use countersign_core::password::{self, PasswordProblem};
use countersign_core::session::{Scene, Token, hash_token};
use countersign_core::staff::wait_after_joining;
use countersign_core::time::Timestamp;
use countersign_storage::tables::{self, factors, operator_authenticators, operator_invitations, operators};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// Whom a link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// Who.
    pub operator: Operator,
    /// What for.
    pub purpose: InvitationPurpose,
    /// When the link was made.
    pub made_at: Timestamp,
}

/// What came of choosing a password by a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JoinStart {
    /// The second factor is due; the token belongs in the browser.
    SecondFactor(Token),
    /// The password does not do.
    Password(PasswordProblem),
    /// The link does not work, or not any more.
    Gone,
}

impl Flows {
    /// Whom a link is for, while it works.
    pub async fn invited(&self, service_id: ServiceId, token: &str) -> Result<Option<Invited>, FlowError> {
        self.read(FindLink { kit: self.kit.clone(), service_id, link: hash_token(token) }).await
    }

    /// Takes the password that somebody chose by their link.
    pub async fn join_with_password(
        &self,
        service_id: ServiceId,
        token: &str,
        password: &str,
        brand: &str,
    ) -> Result<JoinStart, FlowError> {
        let kit = self.kit.clone();
        let Some(invited) = self.invited(service_id, token).await? else { return Ok(JoinStart::Gone) };
        let email = invited.operator.email.expose();
        if let Err(problem) = password::judge(password, email, brand, &kit.policy) {
            return Ok(JoinStart::Password(problem));
        }
        let password_hash = Redacted(self.passwords.hash(password).await?);
        let start = Start { kit, service_id, link: hash_token(token), password_hash };
        Ok(self.write(start).await?.map_or(JoinStart::Gone, JoinStart::SecondFactor))
    }

    /// What the page offers to whoever is joining.
    pub async fn join_offer(
        &self,
        service_id: ServiceId,
        token: &str,
        brand: &str,
    ) -> Result<Option<SecondOffer>, FlowError> {
        let kit = self.kit.clone();
        let look = Look { kit: kit.clone(), service_id, token: token.to_owned() };
        let Some(found) = self.read(look).await? else { return Ok(None) };
        let (id, label) = (*found.operator.id.as_bytes(), found.operator.email.expose());
        let none: [OperatorAuthenticator; 0] = [];
        let mut passkey_options = None;
        if let Some(challenge) = self.passkeys.make(id, label, &none) {
            let token = token.to_owned();
            if self.write(Keep { kit, service_id, token, state: challenge.state }).await? {
                passkey_options = Some(challenge.options);
            }
        }
        let key = shown(&found.key, brand, &found.operator);
        Ok(Some(SecondOffer { who: found.operator.email.masked(), key, passkey_options }))
    }

    /// Judges the first code or the new passkey of whoever is joining; with it they are in.
    pub async fn join_with_factor(
        &self,
        service_id: ServiceId,
        token: &str,
        answer: SecondAnswer,
        name: &str,
        caller: Caller,
    ) -> Result<SecondEnrol, FlowError> {
        let (kit, token) = (self.kit.clone(), token.to_owned());
        let found = self.read(Look { kit: kit.clone(), service_id, token: token.clone() }).await?;
        let Some(found) = found else { return Ok(SecondEnrol::Gone) };
        let read = match self.read_second(&answer, &found.passkey) {
            Ok(read) => read,
            Err(outcome) => return Ok(outcome),
        };
        self.write(Finish { kit, service_id, token, read, name: name.to_owned(), caller }).await
    }
}

/// The operator of an open link.
async fn behind(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    link: TokenHash,
    now: Timestamp,
) -> Result<Option<Invited>, StorageError> {
    let found = operator_invitations::find(tx, &kit.rows, service_id, link).await?;
    let Some(found) = found.filter(|found| operator::is_open(found, now)) else { return Ok(None) };
    let operator = operators::load(tx, &kit.rows, service_id, found.operator_id).await?;
    let operator = operator.filter(|operator| operator.disabled_at.is_none());
    Ok(operator.map(|operator| Invited { operator, purpose: found.purpose, made_at: found.created_at }))
}

struct FindLink {
    kit: Arc<Kit>,
    service_id: ServiceId,
    link: TokenHash,
}

impl Step for FindLink {
    type Output = Option<Invited>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        behind(tx, &self.kit, self.service_id, self.link, self.kit.clock.now()).await
    }
}

struct Start {
    kit: Arc<Kit>,
    service_id: ServiceId,
    link: TokenHash,
    password_hash: Redacted,
}

impl Step for Start {
    type Output = Option<Token>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(invited) = behind(tx, kit, self.service_id, self.link, now).await? else {
            return Ok(None);
        };
        let stage = JourneyStage::ConsoleJoin {
            operator: StoredId(*invited.operator.id.as_bytes()),
            invitation: StoredHash(self.link.0),
            password_hash: self.password_hash.clone(),
            key: draw_key(kit),
            passkey: Redacted::default(),
        };
        let (journey, token) = journeys::open(kit, self.service_id, stage, now);
        tables::apply(tx, &kit.rows, &[Change::InsertJourney(journey)]).await?;
        Ok(Some(token))
    }
}

/// A joining in progress, while its link is open.
struct Joining {
    operator: Operator,
    link: TokenHash,
    made_at: Timestamp,
    password_hash: Redacted,
    key: Redacted,
    passkey: Redacted,
}

async fn joining(
    tx: &mut Tx,
    kit: &Kit,
    journey: &Journey,
    now: Timestamp,
) -> Result<Option<Joining>, StorageError> {
    let JourneyStage::ConsoleJoin { operator, invitation, password_hash, key, passkey } = &journey.stage
    else {
        return Ok(None);
    };
    let link = TokenHash(invitation.0);
    let invited = behind(tx, kit, journey.service_id, link, now).await?;
    let meant = invited.filter(|invited| invited.operator.id == OperatorId::from_bytes(operator.0));
    Ok(meant.map(|invited| Joining {
        operator: invited.operator,
        link,
        made_at: invited.made_at,
        password_hash: password_hash.clone(),
        key: key.clone(),
        passkey: passkey.clone(),
    }))
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
}

impl Step for Look {
    type Output = Option<Joining>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        match journeys::load(tx, kit, self.service_id, &self.token, now).await? {
            Some(journey) => joining(tx, kit, &journey, now).await,
            None => Ok(None),
        }
    }
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
        let Some(mut journey) = journeys::lock(tx, kit, self.service_id, &self.token, now).await? else {
            return Ok(false);
        };
        let JourneyStage::ConsoleJoin { passkey, .. } = &mut journey.stage else { return Ok(false) };
        *passkey = self.state.clone();
        tables::apply(tx, &kit.rows, &[Change::SaveJourney(journey)]).await?;
        Ok(true)
    }
}

struct Finish {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
    read: Read,
    name: String,
    caller: Caller,
}

impl Step for Finish {
    type Output = SecondEnrol;

    async fn run(&self, tx: &mut Tx) -> Result<SecondEnrol, StorageError> {
        let (kit, now, service_id) = (&self.kit, self.kit.clock.now(), self.service_id);
        let Some(mut journey) = journeys::lock(tx, kit, service_id, &self.token, now).await? else {
            return Ok(SecondEnrol::Gone);
        };
        let Some(joining) = joining(tx, kit, &journey, now).await? else { return Ok(SecondEnrol::Gone) };
        let new = match made(&self.read, &joining.key, &joining.passkey, &self.name, kit) {
            Ok(new) => new,
            Err(outcome) => return Ok(outcome),
        };
        let (factor, id) = (new.factor, joining.operator.id);
        // Changes of their access that run at the same moment are saved before or after, never over.
        let Some(operator) = operators::lock(tx, &kit.rows, service_id, id).await? else {
            return Ok(SecondEnrol::Gone);
        };
        let scene = Scene::by(Actor::Operator(id), &self.caller.device_label);
        let world = kit.world(&scene, now);
        let operator = Operator {
            password_hash: joining.password_hash.0.clone(),
            decides_from: wait_after_joining(operator.decides_from, joining.made_at, world),
            ..operator
        };
        let mut changes = vec![
            Change::UseOperatorInvitation { token: joining.link, service_id, at: now },
            Change::SaveOperator(operator.clone()),
        ];
        for one in operator_authenticators::lock_live(tx, &kit.rows, service_id, id).await? {
            changes.push(Change::SaveOperatorAuthenticator(OperatorAuthenticator {
                ended_at: Some(now),
                ..one
            }));
        }
        let subject = subject_of(kit, &operator.email);
        // A new password opens what strangers had shut with guesses at the one before (R24).
        let mut password =
            factors::lock(tx, &kit.rows, service_id, subject, Factor::Password, None, now).await?;
        lock::rebind(&mut password, now);
        changes.push(Change::SaveFactor(password));
        let state = factors::lock(tx, &kit.rows, service_id, subject, factor, None, now).await?;
        let added = operator::add_factor(&operator, new, &[], state, world);
        if let Err(refusal) = added.outcome {
            return Ok(SecondEnrol::Refused(refusal));
        }
        changes.extend(added.changes);
        changes.push(scene.event(
            service_id,
            None,
            Event::Staff(StaffEvent::OperatorJoined { operator: id.to_string() }),
            world,
        ));
        let (let_in, opened) = operator::open(&operator, factor, &self.caller.ip_text(), world);
        changes.extend(opened);
        journey.stage = JourneyStage::Done;
        changes.push(Change::SaveJourney(journey));
        tables::apply(tx, &kit.rows, &changes).await?;
        Ok(SecondEnrol::Done(Some(let_in)))
    }
}
