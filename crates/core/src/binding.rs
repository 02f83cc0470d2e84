//! Binding a number to an account (section B): which numbers may be bound at all, and what happens when the number's
//! code was right but the number has a past. Judged before anything is sent; judged again, in the transaction,
//! before it is bound.

use crate::Decision;
use crate::address::Address;
use crate::change::Change;
use crate::event::Event;
use crate::hold;
use crate::id::BindingId;
use crate::lock;
use crate::model::*;
use crate::notice::{notice, tell};
use crate::policy::{Policy, TakenNumber};
use crate::session::Here;
use crate::verification::World;
use countersign_numbers::{LineKind, PhoneNumber};

/// Why a number cannot be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberRefusal {
    /// Its line cannot receive texts, or anyone may hold it (VoIP, fixed line, premium rate, pager, toll-free, …).
    Line(LineKind),
    /// It belongs to no country: satellite and international services (R31).
    NoCountry,
    /// The service does not send to its country.
    CountryNotAllowed,
    /// It is on the deny list.
    Denied,
    /// It is this account's number already.
    AlreadyYours,
    /// It is another account's number.
    Taken,
    /// The account has a number; changing it is another journey.
    HasNumber,
    /// Nothing is changed on a frozen account.
    Frozen,
}

impl NumberRefusal {
    /// Stable text for the API, events and catalogues.
    pub const fn as_str(self) -> &'static str {
        match self {
            NumberRefusal::Line(kind) => match kind {
                LineKind::FixedLine => "line_fixed",
                LineKind::Voip => "line_voip",
                LineKind::TollFree => "line_toll_free",
                LineKind::PremiumRate => "line_premium_rate",
                LineKind::Pager => "line_pager",
                _ => "line_other",
            },
            NumberRefusal::NoCountry => "no_country",
            NumberRefusal::CountryNotAllowed => "country_not_allowed",
            NumberRefusal::Denied => "denied",
            NumberRefusal::AlreadyYours => "already_yours",
            NumberRefusal::Taken => "taken",
            NumberRefusal::HasNumber => "has_number",
            NumberRefusal::Frozen => "frozen",
        }
    }
}

/// Whether a number could be texted at all under the policy: line, country, deny list.
pub fn judge_number(number: &PhoneNumber, policy: &Policy) -> Result<(), NumberRefusal> {
    judge_line(number)?;
    judge_country(number, policy)?;
    judge_lists(number, policy)
}

/// Whether its line takes texts, and only its holder's.
pub fn judge_line(number: &PhoneNumber) -> Result<(), NumberRefusal> {
    match number.line() {
        // Where the plan cannot tell fixed from mobile, nobody is refused; nor where it says nothing.
        LineKind::Mobile | LineKind::FixedLineOrMobile | LineKind::Unknown => Ok(()),
        other => Err(NumberRefusal::Line(other)),
    }
}

/// Whether the service sends to its country.
pub fn judge_country(number: &PhoneNumber, policy: &Policy) -> Result<(), NumberRefusal> {
    let country = number.region().ok_or(NumberRefusal::NoCountry)?.to_string();
    let allowed = policy.countries_allowed.is_empty() || policy.countries_allowed.contains(&country);
    if !allowed || policy.countries_denied.contains(&country) {
        return Err(NumberRefusal::CountryNotAllowed);
    }
    Ok(())
}

/// Whether no deny list holds it.
pub fn judge_lists(number: &PhoneNumber, policy: &Policy) -> Result<(), NumberRefusal> {
    if policy.prefixes_denied.iter().any(|prefix| number.e164().starts_with(prefix.as_str())) {
        return Err(NumberRefusal::Denied);
    }
    Ok(())
}

/// What is known of a number's owners in the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ownership {
    /// The live binding of the number, if it has one.
    pub live: Option<Binding>,
    /// The account's own live binding, if it has one.
    pub mine: Option<Binding>,
    /// Another account had it bound once.
    pub had_other_owner: bool,
}

/// What the carrier says about a number having been given to someone else since it was last bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recycled {
    /// It was.
    Yes,
    /// It was not.
    No,
    /// Nobody could say.
    Unknown,
}

/// Judges a number for an account before its code is sent. `replaces`: it is to take the place of the account's own.
pub fn judge_for_account(
    number: &PhoneNumber,
    account: &Account,
    owners: &Ownership,
    recycled: Recycled,
    replaces: bool,
    policy: &Policy,
) -> Result<(), NumberRefusal> {
    may_bind(account, number, owners, replaces, policy)?;
    let taken = owners.live.as_ref().is_some_and(|live| live.account_id != account.id);
    if taken && recycled != Recycled::Yes && policy.taken_number == TakenNumber::Immediate {
        return Err(NumberRefusal::Taken);
    }
    Ok(())
}

/// Whether binding the number asks for a second proof: it once was, or still is, somebody else's (B6).
pub fn needs_second_proof(account: &Account, owners: &Ownership, recycled: Recycled) -> bool {
    let others = owners.live.as_ref().is_some_and(|live| live.account_id != account.id);
    owners.had_other_owner || (others && recycled == Recycled::Yes)
}

/// Whether the last binding of a number, though it has ended, still says whose sign-in it is: nobody else has had the
/// number since, and the account has neither an email address nor another number. It passed to no other owner (B6).
pub fn still_names(newest: &Binding, account: &Account, live: Option<&Binding>) -> bool {
    let removed = newest.ended_at.is_some() && newest.suspended_at.is_none();
    removed && newest.account_id == account.id && account.email.is_none() && live.is_none()
}

/// What binding came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindOutcome {
    /// The number is bound.
    Bound(Binding),
    /// It is not.
    Refused(NumberRefusal),
}

/// Binds a number whose code was right. Takes it from an account that lost it to recycling; never from one that
/// still has it. With `replaces`, it takes the place of the account's own number: the old number is told, every session
/// but this one ends, no other browser stays known, and value is held (section F).
pub fn bind(
    account: &Account,
    number: &PhoneNumber,
    owners: &Ownership,
    recycled: Recycled,
    replaces: Option<Here>,
    sms: FactorState,
    world: World<'_>,
) -> Decision<BindOutcome> {
    if let Err(refusal) = may_bind(account, number, owners, replaces.is_some(), world.policy) {
        return Decision::only(BindOutcome::Refused(refusal));
    }
    let mut changes = Vec::new();
    if let Some(live) = owners.live.as_ref().filter(|live| live.account_id != account.id) {
        if recycled != Recycled::Yes {
            return Decision::only(BindOutcome::Refused(NumberRefusal::Taken));
        }
        let ended = Binding { suspended_at: Some(world.now), ended_at: Some(world.now), ..live.clone() };
        let lost = Event::NumberLost { number: number.masked() };
        changes.push(world.scene.event(account.service_id, Some(live.account_id), lost, world));
        changes.push(Change::SaveBinding(ended));
    }
    let binding = Binding {
        id: BindingId::draw(world.now, world.entropy),
        service_id: account.service_id,
        account_id: account.id,
        number: Address::Phone(number.clone()),
        bound_at: world.now,
        suspended_at: None,
        ended_at: None,
    };
    match (&owners.mine, replaces) {
        (Some(old), Some(here)) => {
            changes.push(Change::SaveBinding(Binding { ended_at: Some(world.now), ..old.clone() }));
            changes.append(&mut replaced(account, old, &binding, here, world));
        }
        _ => {
            let bound = Event::NumberBound { number: number.masked() };
            changes.push(world.scene.event(account.service_id, Some(account.id), bound, world));
            changes.extend(notice(account, Notice::NumberBound, number.masked(), world));
            changes.append(&mut hold::begin(account, HoldCause::PhoneAdded, world));
        }
    }
    changes.push(Change::InsertBinding(binding.clone()));
    changes.push(Change::SaveFactor(rebound(sms, world)));
    Decision { outcome: BindOutcome::Bound(binding), changes }
}

fn rebound(mut sms: FactorState, world: World<'_>) -> FactorState {
    lock::rebind(&mut sms, world.now);
    sms
}

/// Whether this account may bind this number at all.
fn may_bind(
    account: &Account,
    number: &PhoneNumber,
    owners: &Ownership,
    replaces: bool,
    policy: &Policy,
) -> Result<(), NumberRefusal> {
    judge_number(number, policy)?;
    if account.status == AccountStatus::Frozen {
        return Err(NumberRefusal::Frozen);
    }
    match &owners.mine {
        Some(mine) if mine.number.expose() == number.e164() => Err(NumberRefusal::AlreadyYours),
        Some(_) if !replaces => Err(NumberRefusal::HasNumber),
        _ => Ok(()),
    }
}

/// What follows when one number takes the place of another: both are told, and the email address (R62).
fn replaced(account: &Account, old: &Binding, new: &Binding, here: Here, world: World<'_>) -> Vec<Change> {
    let (from, to) = (old.number.masked(), new.number.masked());
    let event = Event::NumberChanged { from, to: to.clone() };
    let mut changes = vec![
        world.scene.event(account.service_id, Some(account.id), event, world),
        Change::EndSessions { account_id: account.id, except: Some(here.session), at: world.now },
        Change::ForgetDevices { account_id: account.id, except: Some(here.device), at: world.now },
    ];
    changes.append(&mut hold::begin(account, HoldCause::PhoneChanged, world));
    changes.extend(notice(account, Notice::NumberChanged, to.clone(), world));
    for number in [&old.number, &new.number] {
        changes.extend(tell(account, number, Notice::NumberChanged, to.clone(), world));
    }
    changes
}

#[cfg(test)]
#[path = "binding_tests.rs"]
mod tests;
