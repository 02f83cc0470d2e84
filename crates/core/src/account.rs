//! Accounts: opening one, the password step of a sign-in, which second factors may follow, and the SMS switch
//! (sections A and C). The password itself was compared before, outside any transaction; its result comes in as an
//! input.

use crate::Decision;
use crate::change::Change;
use crate::event::Event;
use crate::hold;
use crate::id::{AccountId, SessionId};
use crate::lock::{self, Effect, Refusal};
use crate::model::*;
use crate::notice::{notice, notice_everywhere};
use crate::policy::Policy;
use crate::time::{Timestamp, seconds};
use crate::verification::World;

/// Opens an account for a proved identifier. One opened with a phone number has SMS on from the start.
pub fn open(
    service_id: crate::id::ServiceId,
    address: &crate::address::Address,
    password_hash: &str,
    locale: &str,
    world: World<'_>,
) -> Account {
    let by_phone = address.phone().is_some();
    Account {
        id: AccountId::draw(world.now, world.entropy),
        service_id,
        status: AccountStatus::Active,
        email: (!by_phone).then(|| address.clone()),
        password_hash: password_hash.to_owned(),
        sms_enabled_at: by_phone.then_some(world.now),
        phrase: None,
        password_set_at: world.now,
        frozen_from: None,
        frozen_by_staff_from: None,
        status_set_at: None,
        locale: locale.to_owned(),
        created_at: world.now,
    }
}

/// The account with a status from this moment on. Of an earlier freeze nothing remains; whoever freezes says the rest.
pub fn with_status(account: &Account, status: AccountStatus, now: Timestamp) -> Account {
    Account {
        status,
        frozen_from: None,
        frozen_by_staff_from: None,
        status_set_at: Some(now),
        ..account.clone()
    }
}

/// What a password attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordOutcome {
    /// Right.
    Right,
    /// Wrong, or no such account: the two look alike (R46).
    Wrong,
    /// Not looked at: too many failures.
    Refused(Refusal),
    /// Wrong, and now locked.
    LockedNow {
        /// When it opens.
        until: Timestamp,
    },
}

/// Counts a password attempt. `right` is the result of the slow comparison, made against the hash that is still the
/// account's; `account_id` is none when the identifier names nobody, which changes nothing that can be seen.
pub fn judge_password(
    right: bool,
    account_id: Option<AccountId>,
    factor: FactorState,
    world: World<'_>,
) -> Decision<PasswordOutcome> {
    count_password(right && account_id.is_some(), account_id, factor, world)
}

/// The same for whoever the identifier names, holder or staff; entries name the account, if there is one.
pub(crate) fn count_password(
    right: bool,
    account_id: Option<AccountId>,
    mut factor: FactorState,
    world: World<'_>,
) -> Decision<PasswordOutcome> {
    if let Some(refusal) = lock::refusal(&factor, world.policy, world.now) {
        return Decision::only(PasswordOutcome::Refused(refusal));
    }
    if right {
        if factor.run == 0 && factor.in_a_row == 0 {
            return Decision::only(PasswordOutcome::Right);
        }
        lock::record_success(&mut factor, 0);
        return Decision { outcome: PasswordOutcome::Right, changes: vec![Change::SaveFactor(factor)] };
    }
    let service_id = factor.service_id;
    let mut changes = vec![world.scene.event(service_id, account_id, Event::PasswordWrong, world)];
    let outcome = match lock::record_failure(&mut factor, world.policy, world.now) {
        Effect::Counted { .. } => PasswordOutcome::Wrong,
        Effect::Locked { until } => {
            let event = Event::FactorLocked { factor: Factor::Password, until_ms: until.unix_ms() };
            changes.push(world.scene.event(service_id, account_id, event, world));
            PasswordOutcome::LockedNow { until }
        }
        Effect::Disabled => {
            let event = Event::FactorDisabled { factor: Factor::Password };
            changes.push(world.scene.event(service_id, account_id, event, world));
            PasswordOutcome::Refused(Refusal::Disabled)
        }
    };
    changes.push(Change::SaveFactor(factor));
    Decision { outcome, changes }
}

/// One way to prove a second factor now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// The factor.
    pub factor: Factor,
    /// Where its code would go.
    pub address: crate::address::Address,
    /// Why it cannot be used at the moment, if so.
    pub refusal: Option<Refusal>,
}

/// The second factors an account has, the one to ask for first in front: SMS where it is on, email otherwise. A
/// factor that is locked stays in the list, behind those that work, so that the page can say until when.
pub fn second_factors(
    account: &Account,
    binding: Option<&Binding>,
    states: &[FactorState],
    policy: &Policy,
    now: Timestamp,
) -> Vec<Method> {
    let refusal_of = |factor: Factor| {
        states.iter().find(|state| state.factor == factor).and_then(|state| lock::refusal(state, policy, now))
    };
    let mut methods = Vec::new();
    if account.sms_enabled_at.is_some()
        && let Some(binding) = binding.filter(|b| b.ended_at.is_none() && b.suspended_at.is_none())
    {
        let address = binding.number.clone();
        methods.push(Method { factor: Factor::Sms, address, refusal: refusal_of(Factor::Sms) });
    }
    if let Some(email) = &account.email {
        let refusal = refusal_of(Factor::Email);
        methods.push(Method { factor: Factor::Email, address: email.clone(), refusal });
    }
    methods.sort_by_key(|method| method.refusal.is_some());
    methods
}

/// The factors of an account, for an action of this kind: those that it could prove if none of them were locked, and
/// those that are disabled and must be set up again first. SMS that is switched off is not asked for at sign-in; for
/// value it still is (section D).
pub fn held_and_disabled(
    kind: ActionKind,
    account: &Account,
    binding: Option<&Binding>,
    authenticators: &[Authenticator],
    states: &[FactorState],
    policy: &Policy,
    now: Timestamp,
) -> (Vec<Factor>, Vec<Factor>) {
    let is_disabled = |factor: Factor| {
        let state = states.iter().find(|state| state.factor == factor);
        state.and_then(|state| lock::refusal(state, policy, now)) == Some(Refusal::Disabled)
    };
    let has_number = binding.is_some_and(|b| b.ended_at.is_none() && b.suspended_at.is_none());
    let is_enrolled = |factor| authenticators.iter().any(|a| a.is_live() && a.factor == factor);
    let has = |factor: &Factor| match factor {
        Factor::Password => true,
        Factor::Sms => has_number && (kind != ActionKind::SignIn || account.sms_enabled_at.is_some()),
        Factor::Email => account.email.is_some(),
        Factor::RecoveryCode => authenticators
            .iter()
            .any(|a| a.is_live() && a.factor == *factor && a.codes_left().unwrap_or(0) > 0),
        Factor::Totp | Factor::TradingPassword | Factor::Passkey => is_enrolled(*factor),
    };
    Factor::ALL.iter().copied().filter(has).partition(|factor| !is_disabled(*factor))
}

/// From when an authenticator counts as proof for an action of this kind; none: it does now. What was set up a moment
/// ago by whoever reads the mailbox must not be the second proof of what the mailbox alone may not do. On an account
/// that is itself no older, nothing has stood longer than anything else.
pub fn counts_from(
    kind: ActionKind,
    account: &Account,
    authenticator: &Authenticator,
    policy: &Policy,
    earliest: Timestamp,
) -> Option<Timestamp> {
    let guards = matches!(
        kind,
        ActionKind::PhoneChange | ActionKind::FactorRemove | ActionKind::PasswordReset | ActionKind::Unfreeze
    );
    // A clock that was set back makes a wait longer, and none where none is asked.
    if !guards || policy.factor_settle_s == 0 {
        return None;
    }
    let span = seconds(policy.factor_settle_s);
    let from = authenticator.created_at.after(span);
    let is_new = earliest < account.created_at.after(span);
    (!is_new && earliest < from).then_some(from)
}

/// The factors of which an account has nothing that counts yet for an action of this kind, each with when it does.
pub fn settling(
    kind: ActionKind,
    account: &Account,
    authenticators: &[Authenticator],
    policy: &Policy,
    earliest: Timestamp,
) -> Vec<(Factor, Timestamp)> {
    let first = |factor: Factor| {
        let of = authenticators.iter().filter(|one| one.is_live() && one.factor == factor);
        // Of several the first that counts decides: one that counts now is earlier than any that does not.
        let from: Option<Vec<Timestamp>> =
            of.map(|one| counts_from(kind, account, one, policy, earliest)).collect();
        from.and_then(|from| from.into_iter().min())
    };
    Factor::ALL.iter().filter_map(|factor| Some((*factor, first(*factor)?))).collect()
}

/// What is held and what is not to be had now, once what does not count yet is put with the latter: rules see it, so
/// that it asks for no less, and nobody proves anything with it.
pub fn set_apart(
    (held, mut disabled): (Vec<Factor>, Vec<Factor>),
    settling: &[(Factor, Timestamp)],
) -> (Vec<Factor>, Vec<Factor>) {
    let (apart, held) =
        held.into_iter().partition::<Vec<_>, _>(|factor| settling.iter().any(|(other, _)| other == factor));
    disabled.extend(apart);
    (held, disabled)
}

/// Sets the anti-phishing phrase, or takes it away (R56). The proof that it asks for was given.
pub fn set_phrase(
    account: &Account,
    binding: Option<&Binding>,
    phrase: Option<String>,
    world: World<'_>,
) -> Decision<Account> {
    let changed = Account { phrase, ..account.clone() };
    let mut changes = vec![
        Change::SaveAccount(changed.clone()),
        world.scene.event(account.service_id, Some(account.id), Event::PhraseChanged, world),
    ];
    changes.extend(notice_everywhere(&changed, binding, Notice::PhraseChanged, "", world));
    Decision { outcome: changed, changes }
}

/// Sets the password; what it asks for was proved. Every session but `except` ends, value is held, and every address
/// is told (R47, R48, R64). Where nobody stays signed in it was forgotten: then no browser stays known either.
pub fn set_password(
    account: &Account,
    binding: Option<&Binding>,
    password_hash: String,
    except: Option<SessionId>,
    world: World<'_>,
) -> Decision<Account> {
    let changed = Account { password_hash, password_set_at: world.now, ..account.clone() };
    let mut changes = vec![
        Change::SaveAccount(changed.clone()),
        Change::EndSessions { account_id: account.id, except, at: world.now },
        world.scene.event(account.service_id, Some(account.id), Event::PasswordChanged, world),
    ];
    if except.is_none() {
        changes.push(Change::ForgetDevices { account_id: account.id, except: None, at: world.now });
    }
    changes.append(&mut hold::begin(&changed, HoldCause::PasswordChanged, world));
    changes.extend(notice_everywhere(&changed, binding, Notice::PasswordChanged, "", world));
    Decision { outcome: changed, changes }
}

/// Why the SMS switch stays where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwitchRefusal {
    /// There is no number to send to.
    NoNumber,
    /// The number seems to have changed hands (B6).
    Suspended,
    /// Identity must be verified first.
    NeedsIdentity,
    /// Nothing is changed on a frozen account.
    Frozen,
    /// It is the only second factor; TOTP or a passkey must stand first.
    OnlySecondFactor,
}

/// Sets the SMS switch, the password having been proved. Setting it to where it stands is no change and no refusal.
pub fn switch_sms(
    account: &Account,
    binding: Option<&Binding>,
    other_factors: &[Factor],
    on: bool,
    world: World<'_>,
) -> Decision<Result<Account, SwitchRefusal>> {
    if account.sms_enabled_at.is_some() == on {
        return Decision::only(Ok(account.clone()));
    }
    if let Err(refusal) = may_switch(account, binding, other_factors, on) {
        return Decision::only(Err(refusal));
    }
    let changed = Account { sms_enabled_at: on.then_some(world.now), ..account.clone() };
    let (event, told) = if on {
        (Event::SmsSwitchedOn, Notice::SmsSwitchedOn)
    } else {
        (Event::SmsSwitchedOff, Notice::SmsSwitchedOff)
    };
    let mut changes = vec![Change::SaveAccount(changed.clone())];
    changes.push(world.scene.event(account.service_id, Some(account.id), event, world));
    if !on {
        changes.append(&mut hold::begin(account, HoldCause::SmsSwitchedOff, world));
    }
    changes.extend(notice(&changed, told, String::new(), world));
    Decision { outcome: Ok(changed), changes }
}

/// Whether the switch could be set, the password aside: the page says why not before it asks for anything.
pub fn may_switch(
    account: &Account,
    binding: Option<&Binding>,
    other_factors: &[Factor],
    on: bool,
) -> Result<(), SwitchRefusal> {
    match account.status {
        AccountStatus::Active => {}
        AccountStatus::Restricted | AccountStatus::Flagged => return Err(SwitchRefusal::NeedsIdentity),
        AccountStatus::Frozen => return Err(SwitchRefusal::Frozen),
    }
    if !on {
        let stands = other_factors.iter().any(|factor| factor.replaces_sms());
        return if stands { Ok(()) } else { Err(SwitchRefusal::OnlySecondFactor) };
    }
    let live = binding.filter(|b| b.ended_at.is_none()).ok_or(SwitchRefusal::NoNumber)?;
    if live.suspended_at.is_some() { Err(SwitchRefusal::Suspended) } else { Ok(()) }
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
