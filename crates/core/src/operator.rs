//! Members of a service's staff: how they sign in, how long a session lives, and who may change whose access.
//! Sessions are shorter than a holder's (R45), and both steps are asked each time: a browser that is known only has its
//! failures counted apart from strangers' (R24). What an operator may do once they are in is not decided here
//! (`staff.rs`), nor who is told (`staff_notice.rs`).

use crate::Decision;
use crate::account::PasswordOutcome;
use crate::change::Change;
use crate::event::{Event, StaffEvent};
use crate::id::{AuthenticatorId, DeviceId, MessageId, OperatorId, OperatorSessionId};
use crate::lock::{self, Effect, Refusal};
use crate::model::*;
use crate::policy::Policy;
use crate::proof::Answer;
use crate::session::Token;
use crate::staff::{wait_after_roles, wait_anew};
use crate::staff_notice::tell_admins;
use crate::ticket::mask;
use crate::time::{Timestamp, days, hours, minutes};
use crate::verification::World;
use std::time::Duration;

/// How long a session may rest.
pub const SESSION_IDLE: Duration = hours(1);

/// How long a session may last: one working day.
pub const SESSION_LIFE: Duration = hours(12);

/// How long a link to the console's door works.
pub const INVITATION_LIFE: Duration = hours(24);

/// Longest name of a person, in characters.
pub const NAME_LENGTH_MAX: usize = 60;

/// Longest reason of an act, in characters.
pub const REASON_LENGTH_MAX: usize = 300;

/// Most passkeys of one operator.
const PASSKEYS_MAX: usize = 10;

/// Whether an operator's session may be used at `now`.
pub fn is_live(session: &OperatorSession, operator: &Operator, now: Timestamp) -> bool {
    session.ended_at.is_none()
        && operator.disabled_at.is_none()
        && session.operator_id == operator.id
        && now.since(session.created_at) < SESSION_LIFE
        && now.since(session.last_seen_at) < SESSION_IDLE
}

/// Last use is written once a minute, not at every page.
pub fn worth_touching(session: &OperatorSession, now: Timestamp) -> bool {
    now.since(session.last_seen_at) >= minutes(1)
}

/// The lane in which the failures of one browser are counted, apart from strangers' (R24).
pub fn lane(browser: TokenHash) -> DeviceId {
    let mut id = [0; 16];
    id.copy_from_slice(&browser.0[..16]);
    DeviceId::from_bytes(id)
}

/// Since when somebody must have signed in from a browser for it to be known.
pub fn known_since(policy: &Policy, now: Timestamp) -> Timestamp {
    now.before(days(policy.device_idle_days))
}

/// Whether somebody has set what they sign in with.
pub fn has_joined(operator: &Operator) -> bool {
    !operator.password_hash.is_empty()
}

/// Roles as entries name them.
pub fn roles_text(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(",")
}

/// Counts an operator's password attempt on their identifier, under the same locks as a holder's. `right` is the
/// result of the slow comparison, made against the hash of an operator who has access; `who` is the identifier, masked:
/// what is written down is the same whether it names somebody or not (R46).
pub fn judge_password(
    right: bool,
    who: &str,
    mut state: FactorState,
    world: World<'_>,
) -> Decision<PasswordOutcome> {
    if let Some(refusal) = lock::refusal(&state, world.policy, world.now) {
        return Decision::only(PasswordOutcome::Refused(refusal));
    }
    if right {
        lock::record_success(&mut state, 0);
        return Decision { outcome: PasswordOutcome::Right, changes: vec![Change::SaveFactor(state)] };
    }
    let (effect, changes) = fail(who, state, world);
    let outcome = match effect {
        Effect::Counted { .. } => PasswordOutcome::Wrong,
        Effect::Locked { until } => PasswordOutcome::LockedNow { until },
        Effect::Disabled => PasswordOutcome::Refused(Refusal::Disabled),
    };
    Decision { outcome, changes }
}

/// A failure at the door: counted, and written down with the lock it earned.
fn fail(who: &str, mut state: FactorState, world: World<'_>) -> (Effect, Vec<Change>) {
    let (service_id, factor) = (state.service_id, state.factor);
    let entry = |event| world.scene.event(service_id, None, event, world);
    let mut changes =
        vec![entry(Event::Staff(StaffEvent::OperatorSignInFailed { who: who.to_owned(), factor }))];
    let effect = lock::record_failure(&mut state, world.policy, world.now);
    let until_ms = match effect {
        Effect::Counted { .. } => None,
        Effect::Locked { until } => Some(Some(until.unix_ms())),
        Effect::Disabled => Some(None),
    };
    let locked =
        |until_ms| entry(Event::Staff(StaffEvent::OperatorLocked { who: who.to_owned(), factor, until_ms }));
    changes.extend(until_ms.map(locked));
    changes.push(Change::SaveFactor(state));
    (effect, changes)
}

/// Counts an answer to the second step. `misses` are the wrong codes of this very sign-in, which a success refunds, in
/// the bucket of the `day` it began on (R20).
pub fn judge_second_step(
    right: bool,
    operator: &Operator,
    misses: u32,
    day: i64,
    mut state: FactorState,
    world: World<'_>,
) -> Decision<Answer> {
    let (service_id, subject, factor) = (state.service_id, state.subject, state.factor);
    let who = operator.email.masked();
    if factor == Factor::Passkey {
        // A signature cannot be guessed: a broken one is a fault or a fake page, and locks nobody out (R24).
        let event = Event::Staff(StaffEvent::OperatorSignInFailed { who, factor });
        return if right {
            Decision::only(Answer::Right)
        } else {
            let changes = vec![world.scene.event(service_id, None, event, world)];
            Decision { outcome: Answer::Wrong { left: u32::MAX }, changes }
        };
    }
    if let Some(refusal) = lock::refusal(&state, world.policy, world.now) {
        return Decision::only(Answer::Refused(refusal));
    }
    let count = |by| Change::CountFailures { service_id, subject, factor, day, by };
    if right {
        lock::record_success(&mut state, misses);
        let mut changes = vec![Change::SaveFactor(state)];
        if misses > 0 {
            changes.push(count(-i64::from(misses)));
        }
        return Decision { outcome: Answer::Right, changes };
    }
    let (effect, mut changes) = fail(&who, state, world);
    changes.push(count(1));
    let outcome = match effect {
        Effect::Counted { left } => Answer::Wrong { left },
        Effect::Locked { until } => Answer::LockedNow { until },
        Effect::Disabled => Answer::DisabledNow,
    };
    Decision { outcome, changes }
}

/// The cookies of whoever came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetIn {
    /// Of the session.
    pub session: Token,
    /// Of the browser, which has a lane of its own at the door from now on. Another with each sign-in.
    pub browser: Token,
}

/// Opens a session after both steps.
pub fn open(operator: &Operator, factor: Factor, ip: &str, world: World<'_>) -> (LetIn, Vec<Change>) {
    let let_in = LetIn { session: Token::draw(world.entropy), browser: Token::draw(world.entropy) };
    let session = OperatorSession {
        id: OperatorSessionId::draw(world.now, world.entropy),
        service_id: operator.service_id,
        operator_id: operator.id,
        token: let_in.session.hash(),
        browser: Some(let_in.browser.hash()),
        device: world.scene.device().to_owned(),
        ip: ip.to_owned(),
        created_at: world.now,
        last_seen_at: world.now,
        ended_at: None,
    };
    let entry = world.scene.event(
        operator.service_id,
        None,
        Event::Staff(StaffEvent::OperatorSignedIn { factor }),
        world,
    );
    (let_in, vec![Change::InsertOperatorSession(session), entry])
}

/// Makes the link by which somebody sets what they sign in with; every earlier one of theirs is dead. The message that
/// brings it goes to their address.
pub fn invite(
    operator: &Operator,
    purpose: InvitationPurpose,
    locale: &str,
    world: World<'_>,
) -> (Token, Vec<Change>) {
    let token = Token::draw(world.entropy);
    let (service_id, operator_id) = (operator.service_id, operator.id);
    let invitation = OperatorInvitation {
        token: token.hash(),
        service_id,
        operator_id,
        purpose,
        created_at: world.now,
        expires_at: world.now.after(INVITATION_LIFE),
        used_at: None,
    };
    let notice = match purpose {
        InvitationPurpose::Invite => Notice::OperatorInvited,
        InvitationPurpose::Reset => Notice::OperatorReset,
    };
    let message = Message {
        id: MessageId::draw(world.now, world.entropy),
        service_id,
        account_id: None,
        verification_id: None,
        send: 0,
        channel: Channel::Email,
        to: operator.email.clone(),
        body: Body::Notice {
            notice,
            at_ms: world.now.unix_ms(),
            detail: String::new(),
            freeze_path: format!("/console/join/{}", token.expose()),
        },
        locale: locale.to_owned(),
        expires_at: invitation.expires_at,
        created_at: world.now,
    };
    let changes = vec![
        Change::EndOperatorInvitations { service_id, operator_id, at: world.now },
        Change::InsertOperatorInvitation(invitation),
        Change::InsertMessage(message),
    ];
    (token, changes)
}

/// Whether a link works at `now`.
pub fn is_open(invitation: &OperatorInvitation, now: Timestamp) -> bool {
    invitation.used_at.is_none() && now < invitation.expires_at
}

/// Why somebody's access stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffRefusal {
    /// Nobody changes their own roles or access.
    Oneself,
    /// Without them nobody could let anybody in.
    LastAdmin,
    /// A member of staff is there for something.
    NoRoles,
    /// It is so already.
    Unchanged,
    /// They have not used their link yet, or have no access.
    NotThere,
}

/// An act on a member of staff: by whom, on whom, among whom, and why.
#[derive(Clone, Copy)]
pub struct StaffAct<'a> {
    /// Who acts; none at the command line, which stands outside.
    pub by: Option<OperatorId>,
    /// Whose access.
    pub meant: &'a Operator,
    /// Everybody, as they stand.
    pub everyone: &'a [Operator],
    /// Why.
    pub reason: &'a str,
    /// Language of whoever acts (BCP 47): messages about it are in it.
    pub locale: &'a str,
}

impl StaffAct<'_> {
    /// Why it stays as it is, if it does.
    pub fn refusal(&self, wish: &StaffWish) -> Option<StaffRefusal> {
        if self.by == Some(self.meant.id) {
            return Some(StaffRefusal::Oneself);
        }
        let has_ended = self.meant.disabled_at.is_some();
        match wish {
            StaffWish::Roles(roles) if roles.is_empty() => Some(StaffRefusal::NoRoles),
            StaffWish::Roles(roles) if sorted(roles) == sorted(&self.meant.roles) => {
                Some(StaffRefusal::Unchanged)
            }
            StaffWish::Roles(roles) if roles.contains(&Role::Admin) => None,
            StaffWish::Disable if has_ended => Some(StaffRefusal::Unchanged),
            StaffWish::Roles(_) | StaffWish::Disable => {
                self.is_last_admin().then_some(StaffRefusal::LastAdmin)
            }
            StaffWish::Enable => (!has_ended).then_some(StaffRefusal::Unchanged),
            StaffWish::Reset => has_ended.then_some(StaffRefusal::NotThere),
        }
    }

    /// Whether nobody else could run the console.
    fn is_last_admin(&self) -> bool {
        runs_console(self.meant)
            && !self.everyone.iter().any(|other| other.id != self.meant.id && runs_console(other))
    }

    /// Why, as entries keep it: without the numbers, codes and addresses in it (R10).
    fn said(&self) -> String {
        mask::reason(self.reason)
    }

    fn entry(&self, event: Event, world: World<'_>) -> Change {
        world.scene.event(self.meant.service_id, None, event, world)
    }

    /// Their sessions end, and no browser of theirs is known any more.
    fn end_sessions(&self, world: World<'_>) -> Change {
        let (service_id, operator_id) = (self.meant.service_id, self.meant.id);
        Change::EndOperatorSessions { service_id, operator_id, except: None, at: world.now }
    }

    fn end_links(&self, world: World<'_>) -> Change {
        Change::EndOperatorInvitations {
            service_id: self.meant.service_id,
            operator_id: self.meant.id,
            at: world.now,
        }
    }

    /// The wait that a new link begins; the command line vouches for whom it gives one.
    fn wait(&self, world: World<'_>) -> Option<Timestamp> {
        let before = self.meant.decides_from;
        if self.by.is_some() { wait_anew(before, world) } else { before }
    }
}

/// Whether somebody can let others in now.
pub(crate) fn runs_console(operator: &Operator) -> bool {
    operator.disabled_at.is_none() && has_joined(operator) && operator.roles.contains(&Role::Admin)
}

fn sorted(roles: &[Role]) -> Vec<Role> {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// Makes `act.meant`, who is not among the others yet, a member of staff. What they sign in with they set by the link,
/// or have already (`link`: whether they need one).
pub fn add(act: StaffAct<'_>, link: bool, world: World<'_>) -> Decision<Option<Token>> {
    let decides_from = act.wait(world);
    let operator = Operator { roles: sorted(&act.meant.roles), decides_from, ..act.meant.clone() };
    let event = Event::Staff(StaffEvent::OperatorAdded {
        operator: operator.id.to_string(),
        email: operator.email.masked(),
        roles: roles_text(&operator.roles),
    });
    let mut changes = vec![Change::InsertOperator(operator.clone()), act.entry(event, world)];
    if !link {
        return Decision { outcome: None, changes };
    }
    let (token, more) = invite(&operator, InvitationPurpose::Invite, act.locale, world);
    changes.extend(more);
    changes.extend(tell_admins(&act, Notice::StaffAdded, world));
    Decision { outcome: Some(token), changes }
}

/// Changes what somebody is there for.
pub fn change_roles(
    act: StaffAct<'_>,
    roles: Vec<Role>,
    world: World<'_>,
) -> Decision<Result<(), StaffRefusal>> {
    let roles = sorted(&roles);
    if let Some(refusal) = act.refusal(&StaffWish::Roles(roles.clone())) {
        return Decision::only(Err(refusal));
    }
    let (before, wait) = (sorted(&act.meant.roles), act.meant.decides_from);
    let event = Event::Staff(StaffEvent::OperatorRolesChanged {
        operator: act.meant.id.to_string(),
        before: roles_text(&before),
        after: roles_text(&roles),
        reason: act.said(),
    });
    let decides_from = if act.by.is_some() { wait_after_roles(wait, &before, &roles, world) } else { wait };
    let changed = Operator { roles, decides_from, ..act.meant.clone() };
    let mut changes = vec![Change::SaveOperator(changed), act.entry(event, world)];
    changes.extend(tell_admins(&act, Notice::StaffRolesChanged, world));
    Decision { outcome: Ok(()), changes }
}

/// Ends somebody's access, with their sessions and links.
pub fn disable(act: StaffAct<'_>, world: World<'_>) -> Decision<Result<(), StaffRefusal>> {
    if let Some(refusal) = act.refusal(&StaffWish::Disable) {
        return Decision::only(Err(refusal));
    }
    let event =
        Event::Staff(StaffEvent::OperatorDisabled { operator: act.meant.id.to_string(), reason: act.said() });
    let changed = Operator { disabled_at: Some(world.now), ..act.meant.clone() };
    let changes = vec![
        Change::SaveOperator(changed),
        act.end_sessions(world),
        act.end_links(world),
        act.entry(event, world),
    ];
    Decision { outcome: Ok(()), changes }
}

/// Gives access back. What they signed in with before works again.
pub fn enable(act: StaffAct<'_>, world: World<'_>) -> Decision<Result<(), StaffRefusal>> {
    if let Some(refusal) = act.refusal(&StaffWish::Enable) {
        return Decision::only(Err(refusal));
    }
    let event =
        Event::Staff(StaffEvent::OperatorEnabled { operator: act.meant.id.to_string(), reason: act.said() });
    let changed = Operator { disabled_at: None, ..act.meant.clone() };
    let mut changes = vec![Change::SaveOperator(changed), act.entry(event, world)];
    changes.extend(tell_admins(&act, Notice::StaffEnabled, world));
    Decision { outcome: Ok(()), changes }
}

/// Takes back what somebody signs in with: password, second factors, sessions. Who never used their link gets another.
/// The link is mailed; the command line prints it as well.
pub fn reset(
    act: StaffAct<'_>,
    enrolled: &[OperatorAuthenticator],
    world: World<'_>,
) -> Decision<Result<Token, StaffRefusal>> {
    if let Some(refusal) = act.refusal(&StaffWish::Reset) {
        return Decision::only(Err(refusal));
    }
    let operator = act.meant.id.to_string();
    let decides_from = act.wait(world);
    let changed = Operator { password_hash: String::new(), decides_from, ..act.meant.clone() };
    let mut changes = vec![Change::SaveOperator(changed.clone())];
    let is_new = !has_joined(act.meant) && enrolled.iter().all(|one| !one.is_live());
    let (purpose, event) = if is_new {
        (InvitationPurpose::Invite, Event::Staff(StaffEvent::OperatorInvitedAgain { operator }))
    } else {
        changes.push(act.end_sessions(world));
        changes.extend(enrolled.iter().filter(|one| one.is_live()).map(|one| ended(one, world)));
        (InvitationPurpose::Reset, Event::Staff(StaffEvent::OperatorReset { operator, reason: act.said() }))
    };
    let (token, links) = invite(&changed, purpose, act.locale, world);
    changes.extend(links);
    changes.push(act.entry(event, world));
    changes.extend(tell_admins(&act, Notice::StaffReset, world));
    Decision { outcome: Ok(token), changes }
}

fn ended(authenticator: &OperatorAuthenticator, world: World<'_>) -> Change {
    let ended = OperatorAuthenticator { ended_at: Some(world.now), ..authenticator.clone() };
    Change::SaveOperatorAuthenticator(ended)
}

/// Why a second factor is not added or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorRefusal {
    /// It is the last one: at least one must stand.
    Last,
    /// There are as many as may be.
    TooMany,
    /// It is enrolled already.
    Twice,
}

/// Enrols a second factor. An app takes the place of the one before. `state` is what is remembered of failures with the
/// factor: a new secret opens what they had shut (R17).
pub fn add_factor(
    operator: &Operator,
    new: crate::enrolment::New,
    standing: &[OperatorAuthenticator],
    mut state: FactorState,
    world: World<'_>,
) -> Decision<Result<(), FactorRefusal>> {
    let crate::enrolment::New { factor, name, secret, last_step } = new;
    let live: Vec<_> = standing.iter().filter(|one| one.is_live() && one.factor == factor).collect();
    let mut changes = Vec::new();
    if factor == Factor::Passkey {
        let is_known = |one: &&OperatorAuthenticator| credential_id(&one.secret) == credential_id(&secret);
        if live.iter().any(is_known) {
            return Decision::only(Err(FactorRefusal::Twice));
        }
        if live.len() >= PASSKEYS_MAX {
            return Decision::only(Err(FactorRefusal::TooMany));
        }
    } else {
        changes.extend(live.iter().map(|one| ended(one, world)));
    }
    let name = crate::enrolment::tidy_name(&name);
    lock::rebind(&mut state, world.now);
    changes.push(Change::SaveFactor(state));
    changes.push(Change::InsertOperatorAuthenticator(OperatorAuthenticator {
        id: AuthenticatorId::draw(world.now, world.entropy),
        service_id: operator.service_id,
        operator_id: operator.id,
        factor,
        name: name.clone(),
        secret,
        last_step,
        created_at: world.now,
        last_used_at: None,
        ended_at: None,
    }));
    let event =
        Event::Staff(StaffEvent::OperatorFactorAdded { operator: operator.id.to_string(), factor, name });
    changes.push(world.scene.event(operator.service_id, None, event, world));
    Decision { outcome: Ok(()), changes }
}

fn credential_id(secret: &AuthenticatorSecret) -> Option<&str> {
    match secret {
        AuthenticatorSecret::Passkey { credential_id, .. } => Some(credential_id),
        _ => None,
    }
}

/// Removes a second factor; never the last.
pub fn remove_factor(
    operator: &Operator,
    meant: &OperatorAuthenticator,
    standing: &[OperatorAuthenticator],
    world: World<'_>,
) -> Decision<Result<(), FactorRefusal>> {
    if !standing.iter().any(|one| one.is_live() && one.id != meant.id) {
        return Decision::only(Err(FactorRefusal::Last));
    }
    let event = Event::Staff(StaffEvent::OperatorFactorRemoved {
        operator: operator.id.to_string(),
        factor: meant.factor,
        name: meant.name.clone(),
    });
    let entry = world.scene.event(operator.service_id, None, event, world);
    Decision { outcome: Ok(()), changes: vec![ended(meant, world), entry] }
}

#[cfg(test)]
#[path = "operator_tests.rs"]
mod tests;
