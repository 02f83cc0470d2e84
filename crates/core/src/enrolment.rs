//! Adding and removing authenticators (R42): what is recorded, who is told, and what must not be taken away. The proof
//! that either asks for was given before.

use crate::Decision;
use crate::change::Change;
use crate::event::Event;
use crate::hold;
use crate::id::AuthenticatorId;
use crate::lock;
use crate::model::*;
use crate::notice::notice_everywhere;
use crate::verification::World;
use crate::webhook;

/// Longest name of an authenticator, in characters.
pub const NAME_LENGTH_MAX: usize = 40;

/// Why an authenticator is not added or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is the last second factor (R43); another must stand first.
    LastSecondFactor,
    /// There are as many as the policy allows.
    TooMany,
    /// The account has it already.
    Twice,
    /// Nothing is added to a frozen account.
    Frozen,
}

/// A name as it is kept: one line of at most [`NAME_LENGTH_MAX`] characters.
pub fn tidy_name(name: &str) -> String {
    let line: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(NAME_LENGTH_MAX).collect()
}

/// An authenticator to be added.
#[derive(Clone, Debug)]
pub struct New {
    /// What it proves.
    pub factor: Factor,
    /// What its owner calls it.
    pub name: String,
    /// What it is checked against.
    pub secret: AuthenticatorSecret,
    /// The time-step of the code that proved it, which may not be used again (R35).
    pub last_step: Option<i64>,
}

/// Adds an authenticator. One of a kind that there can be one of takes the place of the one before; that is a
/// change, and value is held. `state` is what is remembered of the factor: a new secret opens what failures had shut
/// (R17).
pub fn add(
    account: &Account,
    new: New,
    standing: &[Authenticator],
    binding: Option<&Binding>,
    state: FactorState,
    world: World<'_>,
) -> Decision<Result<Authenticator, Refusal>> {
    let New { factor, name, secret, last_step } = new;
    if account.status == AccountStatus::Frozen {
        return Decision::only(Err(Refusal::Frozen));
    }
    let live: Vec<&Authenticator> = standing.iter().filter(|a| a.is_live() && a.factor == factor).collect();
    let mut changes = Vec::new();
    if factor == Factor::Passkey {
        if live.len() as u64 >= world.policy.passkeys_max {
            return Decision::only(Err(Refusal::TooMany));
        }
        if live.iter().any(|other| credential_id(&other.secret) == credential_id(&secret)) {
            return Decision::only(Err(Refusal::Twice));
        }
    } else {
        changes.extend(live.iter().map(|before| {
            Change::SaveAuthenticator(Authenticator { ended_at: Some(world.now), ..(*before).clone() })
        }));
    }
    let replaces = !changes.is_empty();
    let added = Authenticator {
        id: AuthenticatorId::draw(world.now, world.entropy),
        service_id: account.service_id,
        account_id: account.id,
        factor,
        name: tidy_name(&name),
        secret,
        last_step,
        created_at: world.now,
        last_used_at: None,
        ended_at: None,
    };
    let mut state = state;
    lock::rebind(&mut state, world.now);
    changes.push(Change::SaveFactor(state));
    changes.push(Change::InsertAuthenticator(added.clone()));
    let event = Event::FactorAdded { factor, name: added.name.clone() };
    changes.push(world.scene.event(account.service_id, Some(account.id), event, world));
    changes.push(webhook::factor_changed(account, WebhookKind::FactorAdded, factor, world));
    let cause = if replaces { change_of(factor) } else { HoldCause::FactorAdded };
    changes.append(&mut hold::begin(account, cause, world));
    let told = match factor {
        Factor::Totp => Notice::TotpAdded,
        Factor::Passkey => Notice::PasskeyAdded,
        Factor::RecoveryCode => Notice::RecoveryCodesMade,
        _ => Notice::TradingPasswordSet,
    };
    changes.extend(notice_everywhere(account, binding, told, "", world));
    Decision { outcome: Ok(added), changes }
}

fn credential_id(secret: &AuthenticatorSecret) -> Option<&str> {
    match secret {
        AuthenticatorSecret::Passkey { credential_id, .. } => Some(credential_id),
        _ => None,
    }
}

const fn change_of(factor: Factor) -> HoldCause {
    match factor {
        Factor::Totp => HoldCause::TotpChanged,
        Factor::Passkey => HoldCause::PasskeyChanged,
        Factor::RecoveryCode => HoldCause::RecoveryCodesChanged,
        _ => HoldCause::TradingPasswordChanged,
    }
}

/// Whether an authenticator may go: without SMS beside it, the last app or passkey may not.
pub fn may_remove(
    account: &Account,
    meant: &Authenticator,
    standing: &[Authenticator],
    binding: Option<&Binding>,
) -> Result<(), Refusal> {
    let sms = account.sms_enabled_at.is_some()
        && binding.is_some_and(|binding| binding.ended_at.is_none() && binding.suspended_at.is_none());
    let other = standing.iter().any(|a| a.is_live() && a.id != meant.id && a.factor.replaces_sms());
    if meant.factor.replaces_sms() && !sms && !other { Err(Refusal::LastSecondFactor) } else { Ok(()) }
}

/// Removes an authenticator; value is held.
pub fn remove(
    account: &Account,
    meant: &Authenticator,
    standing: &[Authenticator],
    binding: Option<&Binding>,
    world: World<'_>,
) -> Decision<Result<(), Refusal>> {
    if let Err(refusal) = may_remove(account, meant, standing, binding) {
        return Decision::only(Err(refusal));
    }
    let factor = meant.factor;
    let event = Event::FactorRemoved { factor, name: meant.name.clone() };
    let mut changes = vec![
        Change::SaveAuthenticator(Authenticator { ended_at: Some(world.now), ..meant.clone() }),
        world.scene.event(account.service_id, Some(account.id), event, world),
        webhook::factor_changed(account, WebhookKind::FactorRemoved, factor, world),
    ];
    changes.append(&mut hold::begin(account, change_of(factor), world));
    let told = match factor {
        Factor::Totp => Notice::TotpRemoved,
        Factor::Passkey => Notice::PasskeyRemoved,
        Factor::RecoveryCode => Notice::RecoveryCodesRemoved,
        _ => Notice::TradingPasswordRemoved,
    };
    changes.extend(notice_everywhere(account, binding, told, "", world));
    Decision { outcome: Ok(()), changes }
}

#[cfg(test)]
#[path = "enrolment_tests.rs"]
mod tests;
