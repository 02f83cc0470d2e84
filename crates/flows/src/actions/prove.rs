//! Answers to what an action asks for. Slow comparisons are made first, outside any transaction, and count only if what
//! they were made against is still there; then every answer is judged and noted, and whatever that leads to (a code
//! sent, an assertion, a setting changed) happens in the same transaction (R4, R22).

use super::code::{self, ActionSend, AskForCode};
use super::settle::{self, Effect};
use super::{Actor, Standing, lock_with_account};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::guess::CodeAnswer;
use crate::passkeys::{Verified, moved_on};
use countersign_core::action::{self, Proved, Refusal};
use countersign_core::change::Change;
use countersign_core::code::{CodeProblem, TypedCode};
use countersign_core::event::Event;
use countersign_core::id::{ActionId, ServiceId};
use countersign_core::lock;
use countersign_core::model::*;
use countersign_core::notice::notice_everywhere;
use countersign_core::proof;
use countersign_core::recovery::{self, RecoveryCode};
use countersign_core::verification::{CheckOutcome, World};
use countersign_core::{totp, trading_password};
use countersign_storage::tables::{accounts, actions, authenticators, factors};
use countersign_storage::{Step, StorageError, Tx};
use std::fmt;
use std::sync::Arc;

/// What a person or a relying party answered; absent is not answered.
#[derive(Clone, Default)]
pub struct Answers {
    /// The account's password.
    pub password: Option<String>,
    /// The trading password.
    pub trading_password: Option<String>,
    /// A recovery code.
    pub recovery_code: Option<String>,
    /// A code of the authenticator app.
    pub totp: Option<String>,
    /// The code that was sent.
    pub code: Option<String>,
    /// A passkey's answer, JSON.
    pub passkey: Option<String>,
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answers(…)")
    }
}

/// What one answer came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// It was counted.
    Proof(proof::Answer),
    /// It was a code that had been sent.
    Code(CodeAnswer),
    /// It could not be an answer; nothing was compared or counted.
    Unreadable(CodeProblem),
}

/// What answering came to.
#[derive(Clone, Debug)]
pub enum ProveOutcome {
    /// More is asked for, or something was wrong.
    Open {
        /// Each answer, in the order they were judged.
        answers: Vec<(Factor, Judged)>,
        /// What came of sending the next code, if one was due.
        sent: Option<ActionSend>,
    },
    /// Everything was proved.
    Done {
        /// The action as it stands now.
        action: Box<Action>,
        /// What it led to, for our own.
        effect: Option<Box<Effect>>,
    },
    /// Everything was proved, and it may not happen.
    Refused(Refusal),
    /// There is no such action, it is over, or it belongs to somebody else.
    Gone,
}

/// Slow comparisons, with what they were made against.
#[derive(Default)]
struct Compared {
    password: Option<(bool, String)>,
    trading_password: Option<(bool, Redacted)>,
    recovery: Option<[u8; 32]>,
    passkey: Option<Option<Verified>>,
}

impl Flows {
    /// Brings answers to an action's page. `page` is the token of the browser's confirm pages.
    pub async fn prove_on_page(
        &self,
        service_id: ServiceId,
        id: ActionId,
        page: &str,
        answers: Answers,
        caller: Caller,
    ) -> Result<ProveOutcome, FlowError> {
        let actor = Actor::Page(countersign_core::session::hash_token(page));
        self.prove(service_id, id, actor, answers, caller).await
    }

    pub(crate) async fn prove(
        &self,
        service_id: ServiceId,
        id: ActionId,
        actor: Actor,
        answers: Answers,
        caller: Caller,
    ) -> Result<ProveOutcome, FlowError> {
        let look = Look { kit: self.kit.clone(), service_id, id, actor };
        let Some((action, standing)) = self.read(look).await? else { return Ok(ProveOutcome::Gone) };
        let compared = self.compare(&action, &standing, &answers).await?;
        self.write(Prove { kit: self.kit.clone(), service_id, id, actor, answers, compared, caller }).await
    }

    /// The comparisons that take long: argon2id, and signatures of passkeys. None is made for a factor that is locked.
    async fn compare(
        &self,
        action: &Action,
        standing: &Standing,
        answers: &Answers,
    ) -> Result<Compared, FlowError> {
        let locks = code::locks(standing, &self.kit, self.now());
        let is_asked = |factor: Factor| {
            action.any_of.iter().any(|set| set.contains(&factor))
                && !locks.iter().any(|(locked, _)| *locked == factor)
        };
        let mut compared = Compared::default();
        if let Some(typed) = answers.password.as_ref().filter(|_| is_asked(Factor::Password)) {
            let phc = &standing.account.password_hash;
            compared.password = Some((self.passwords.matches(typed, Some(phc)).await?, phc.clone()));
        }
        if let Some(typed) = answers.trading_password.as_ref().filter(|_| is_asked(Factor::TradingPassword))
            && let Ok(read) = trading_password::read(typed)
            && let Some(AuthenticatorSecret::TradingPassword { password_hash }) =
                standing.authenticator(Factor::TradingPassword).map(|a| &a.secret)
        {
            let right = self.passwords.matches(read.expose(), Some(&password_hash.0)).await?;
            compared.trading_password = Some((right, password_hash.clone()));
        }
        if let Some(typed) = answers.recovery_code.as_ref().filter(|_| is_asked(Factor::RecoveryCode))
            && let Ok(read) = RecoveryCode::lenient(typed)
            && let Some(AuthenticatorSecret::RecoveryCodes { salt, .. }) =
                standing.authenticator(Factor::RecoveryCode).map(|a| &a.secret)
        {
            compared.recovery = Some(self.passwords.derive(read.normal(), *salt).await?);
        }
        if let Some(answer) = answers.passkey.as_ref().filter(|_| is_asked(Factor::Passkey))
            && let Some(state) = &action.passkey_challenge
        {
            compared.passkey = Some(self.passkeys.verify(answer, state, &standing.authenticators));
        }
        Ok(compared)
    }
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ActionId,
    actor: Actor,
}

impl Step for Look {
    type Output = Option<(Action, Standing)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(action) = actions::load(tx, &kit.rows, self.service_id, self.id).await? else {
            return Ok(None);
        };
        if !action::is_open(&action, now) || !self.actor.may_act_on(&action) {
            return Ok(None);
        }
        let account = accounts::load(tx, &kit.rows, self.service_id, action.account_id).await?;
        let Some(account) = account else { return Ok(None) };
        Ok(Some((action, Standing::load(tx, kit, account, now).await?)))
    }
}

struct Prove {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ActionId,
    actor: Actor,
    answers: Answers,
    compared: Compared,
    caller: Caller,
}

/// Where the answers have led so far.
enum Way {
    On(Action),
    Done(Action),
    Refused(Refusal),
}

impl Step for Prove {
    type Output = ProveOutcome;

    async fn run(&self, tx: &mut Tx) -> Result<ProveOutcome, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some((action, account)) = lock_with_account(tx, kit, self.service_id, self.id).await? else {
            return Ok(ProveOutcome::Gone);
        };
        if !action::is_open(&action, now) || !self.actor.may_act_on(&action) {
            return Ok(ProveOutcome::Gone);
        }
        let standing = Standing::load(tx, kit, account, now).await?;
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let mut way = Way::On(action);
        let mut answers = Vec::new();
        for factor in self.answered() {
            let Way::On(action) = way else { break };
            if action.status != ActionStatus::Pending {
                return Ok(ProveOutcome::Open { answers, sent: None });
            }
            way = self.answer(tx, action, factor, &standing, &mut answers, world).await?;
        }
        match way {
            Way::Refused(refusal) => Ok(ProveOutcome::Refused(refusal)),
            Way::Done(action) => {
                let effect = settle::settle(tx, kit, &action, &standing, &self.caller, world).await?;
                Ok(ProveOutcome::Done { action: Box::new(action), effect: effect.map(Box::new) })
            }
            Way::On(action) => {
                let sent = self.send_next(tx, action, &standing, &answers).await?;
                Ok(ProveOutcome::Open { answers, sent })
            }
        }
    }
}

impl Prove {
    /// The factors that were answered, in the order they are judged. The code that was sent stands for its own factor.
    fn answered(&self) -> Vec<Factor> {
        let given = &self.answers;
        [
            (Factor::Passkey, given.passkey.is_some()),
            (Factor::Password, given.password.is_some()),
            (Factor::TradingPassword, given.trading_password.is_some()),
            (Factor::RecoveryCode, given.recovery_code.is_some()),
            (Factor::Totp, given.totp.is_some()),
            (Factor::Sms, given.code.is_some()),
        ]
        .into_iter()
        .filter_map(|(factor, is_given)| is_given.then_some(factor))
        .collect()
    }

    async fn answer(
        &self,
        tx: &mut Tx,
        action: Action,
        factor: Factor,
        standing: &Standing,
        answers: &mut Vec<(Factor, Judged)>,
        world: World<'_>,
    ) -> Result<Way, StorageError> {
        let kit = &self.kit;
        if factor == Factor::Sms {
            let typed = self.answers.code.as_deref().unwrap_or_default();
            let (answer, of, action) = code::check(tx, kit, action, typed, self.actor, world).await?;
            let factor = of.unwrap_or(Factor::Sms);
            let approved = answer == CodeAnswer::Judged(CheckOutcome::Approved);
            answers.push((factor, Judged::Code(answer)));
            return if approved {
                self.note(tx, action, factor, standing, world).await
            } else {
                Ok(Way::On(action))
            };
        }
        let asked = action.any_of.iter().any(|set| set.contains(&factor));
        if !asked || action::has_proved(&action, factor) || waits_for_code(&action, factor) {
            return Ok(Way::On(action));
        }
        let right = match self.is_right(tx, factor, action.kind, standing).await? {
            Ok(right) => right,
            Err(problem) => {
                answers.push((factor, Judged::Unreadable(problem)));
                return Ok(Way::On(action));
            }
        };
        let subject = Subject::Account(standing.account.id);
        let state = factors::lock(tx, &kit.rows, self.service_id, subject, factor, None, world.now).await?;
        // A factor that is locked is not used, however right the answer: what was compared above is dropped with it.
        if let Some(refusal) = lock::refusal(&state, &kit.policy, world.now) {
            answers.push((factor, Judged::Proof(proof::Answer::Refused(refusal))));
            return Ok(Way::On(action));
        }
        let used = right.is_some();
        let (answer, action) = kit.save(tx, proof::judge(action, used, state, world)).await?;
        answers.push((factor, Judged::Proof(answer)));
        match right {
            Some(authenticator) if answer == proof::Answer::Right => {
                if let Some(used) = authenticator {
                    self.note_use(tx, used, standing, world).await?;
                }
                self.note(tx, action, factor, standing, world).await
            }
            _ => Ok(Way::On(action)),
        }
    }

    /// Whether an answer is right: with the authenticator as it is after its use, if it keeps count of that. One that
    /// does not count yet for this kind of action is none.
    async fn is_right(
        &self,
        tx: &mut Tx,
        factor: Factor,
        kind: ActionKind,
        standing: &Standing,
    ) -> Result<Result<Option<Option<Authenticator>>, CodeProblem>, StorageError> {
        let rows = &self.kit.rows;
        let account_id = standing.account.id;
        let unreadable = || Ok(Err(CodeProblem::NotDigits));
        if factor == Factor::Password {
            let hash = &standing.account.password_hash;
            let right =
                self.compared.password.as_ref().is_some_and(|(right, against)| *right && against == hash);
            return Ok(Ok(right.then_some(None)));
        }
        if factor == Factor::Passkey {
            let verified = self.compared.passkey.as_ref().and_then(Option::as_ref);
            let used = verified.and_then(|verified| used_passkey(standing, verified));
            return Ok(Ok(used.filter(|one| standing.counts(kind, one, &self.kit)).map(Some)));
        }
        let found = authenticators::lock_live(tx, rows, self.service_id, account_id, factor).await?;
        let found = found.filter(|one| standing.counts(kind, one, &self.kit));
        let Some(mut found) = found else { return Ok(Ok(None)) };
        match (&mut found.secret, factor) {
            (AuthenticatorSecret::Totp { key, drift_steps }, _) => {
                let typed = self.answers.totp.as_deref().unwrap_or_default();
                let typed = match TypedCode::lenient(typed, 6) {
                    Ok(typed) => typed,
                    Err(problem) => return Ok(Err(problem)),
                };
                let step = totp::judge(key, *drift_steps, found.last_step, &typed, self.kit.clock.wall());
                found.last_step = step.or(found.last_step);
                Ok(Ok(step.map(|_| Some(found))))
            }
            (AuthenticatorSecret::TradingPassword { password_hash }, _) => {
                let typed = self.answers.trading_password.as_deref().unwrap_or_default();
                if trading_password::read(typed).is_err() {
                    return unreadable();
                }
                let compared = self.compared.trading_password.as_ref();
                let right = compared.is_some_and(|(right, against)| *right && against == password_hash);
                Ok(Ok(right.then_some(Some(found))))
            }
            (AuthenticatorSecret::RecoveryCodes { hashes, .. }, _) => {
                let typed = self.answers.recovery_code.as_deref().unwrap_or_default();
                if RecoveryCode::lenient(typed).is_err() {
                    return unreadable();
                }
                let place = self.compared.recovery.and_then(|hash| recovery::find(hashes, &hash));
                let Some(place) = place else { return Ok(Ok(None)) };
                hashes.remove(place);
                Ok(Ok(Some(Some(found))))
            }
            (AuthenticatorSecret::Passkey { .. }, _) => Ok(Ok(None)),
        }
    }

    /// Writes down that an authenticator was used; its owner hears of a recovery code (R40).
    async fn note_use(
        &self,
        tx: &mut Tx,
        used: Authenticator,
        standing: &Standing,
        world: World<'_>,
    ) -> Result<(), StorageError> {
        let account = &standing.account;
        let mut changes = Vec::new();
        if let Some(left) = used.codes_left() {
            let left = u32::try_from(left).unwrap_or(u32::MAX);
            let event = Event::RecoveryCodeUsed { left };
            changes.push(world.scene.event(account.service_id, Some(account.id), event, world));
            let told =
                notice_everywhere(account, standing.binding.as_ref(), Notice::RecoveryCodeUsed, "", world);
            changes.extend(told);
        }
        changes.push(Change::SaveAuthenticator(Authenticator { last_used_at: Some(world.now), ..used }));
        countersign_storage::tables::apply(tx, &self.kit.rows, &changes).await
    }

    async fn note(
        &self,
        tx: &mut Tx,
        action: Action,
        factor: Factor,
        standing: &Standing,
        world: World<'_>,
    ) -> Result<Way, StorageError> {
        let gate = standing.gate(action.kind, action.origin, &self.kit);
        let noted = action::note_proof(action, factor, gate, world);
        Ok(match self.kit.save(tx, noted).await? {
            Proved::More(action) => Way::On(action),
            Proved::Authorised(action) => Way::Done(action),
            Proved::Refused(_, refusal) => Way::Refused(refusal),
        })
    }

    /// Once all that is at hand was right, the next code leaves by itself; no phone rings before (R70).
    async fn send_next(
        &self,
        tx: &mut Tx,
        action: Action,
        standing: &Standing,
        answers: &[(Factor, Judged)],
    ) -> Result<Option<ActionSend>, StorageError> {
        let next = action::remaining(&action).first().copied();
        let Some(factor @ (Factor::Sms | Factor::Email)) = next else { return Ok(None) };
        let was_code = answers.iter().any(|(of, judged)| *of == factor && matches!(judged, Judged::Code(_)));
        let is_page = matches!(self.actor, Actor::Page(_));
        if action.verification.is_some() || was_code || !is_page || action.status != ActionStatus::Pending {
            return Ok(None);
        }
        let ask = AskForCode { factor, channel: None, actor: self.actor, caller: &self.caller };
        let now = self.kit.clock.now();
        code::send_for(tx, &self.kit, action, standing, &ask, now).await.map(Some)
    }
}

/// Whether this factor is not judged before a code that was sent: who has forgotten the password has proved nothing
/// yet, and must not be able to lock what its owner signs in with (R24). A set that asks for no code stands by itself.
fn waits_for_code(action: &Action, factor: Factor) -> bool {
    let is_code = |factor: &Factor| matches!(factor, Factor::Sms | Factor::Email);
    let stands_alone = |set: &Vec<Factor>| set.contains(&factor) && !set.iter().any(is_code);
    action.kind == ActionKind::PasswordReset
        && !action.proofs.iter().any(|proof| is_code(&proof.factor))
        && !action.any_of.iter().any(stands_alone)
}

/// The passkey that answered, with its counter moved on; none if it was removed in the meantime.
fn used_passkey(standing: &Standing, verified: &Verified) -> Option<Authenticator> {
    standing.authenticators.iter().find_map(|authenticator| {
        let secret = moved_on(&authenticator.secret, verified)?;
        Some(Authenticator { secret, ..authenticator.clone() })
    })
}
