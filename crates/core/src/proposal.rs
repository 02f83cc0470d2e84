//! Four eyes (R57): who may propose and who may decide, what a proposal still means when it is decided, and what
//! follows from it. An act is carried out in the moment it is approved, on exactly what was proposed, or not at all.
//! There is no act that shortens or lifts a hold (R65) and none that sets a number (A 6.4.6). Refuses to know roles:
//! `staff.rs` does.
//!
//! ```text
//!                    another says yes ──► approved (and done)
//!  waiting ──┬────── another says no ───► declined
//!            ├────── whoever made it ───► withdrawn
//!            └────── 72 hours ──────────► expired
//! ```

use crate::Decision;
use crate::account::with_status;
use crate::address::Address;
use crate::case::{self, WithdrawnBy};
use crate::change::Change;
use crate::event::Event;
use crate::freeze;
use crate::hold;
use crate::id::ProposalId;
use crate::lock;
use crate::model::*;
use crate::notice::notice_everywhere;
use crate::policy::Policy;
use crate::ticket::mask;
use crate::time::{Timestamp, hours};
use crate::verification::World;
use crate::webhook;
use std::time::Duration;

/// How long a proposal waits.
pub const WAITS: Duration = hours(72);

/// The most characters of a reason or a note: a longer one is not read by anybody.
pub const REASON_MAX: usize = 300;

/// An account as it stands, as far as proposals care.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// The account.
    pub account: &'a Account,
    /// Its live binding.
    pub binding: Option<&'a Binding>,
    /// Its factors, every lane of each, that are locked or disabled or were.
    pub factors: &'a [FactorState],
    /// Its recovery cases that are not over.
    pub cases: &'a [Case],
}

/// Why there is nothing to propose, or nothing left to carry out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// The account has no number.
    NoNumber,
    /// The factor is neither locked nor disabled.
    NoLock,
    /// Its yearly budget of failures is used up, and nobody refills that: it must be bound again (R20).
    BudgetSpent,
    /// The account is neither restricted nor flagged, nor frozen by anybody but its holder.
    NoStatus,
    /// The account has no such case, or it is over.
    NoCase,
}

/// Whose word it is.
#[derive(Clone, Copy, Debug)]
pub struct Speaker<'a> {
    /// Who.
    pub actor: Actor,
    /// An operator's own address, to keep them from an account of their own; none at the command line.
    pub email: Option<&'a Address>,
}

impl Speaker<'_> {
    fn holds(self, account: &Account) -> bool {
        self.email.is_some() && self.email == account.email.as_ref()
    }
}

/// Why a proposal is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposeRefusal {
    /// Only staff propose.
    NotStaff,
    /// It is the operator's own account.
    OwnAccount,
    /// No reason, or a longer one than is read.
    Reason,
    /// There is nothing to propose.
    Nothing(Nothing),
    /// The same waits already.
    Waits(ProposalId),
}

/// Why a proposal is not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecideRefusal {
    /// Only staff decide.
    NotStaff,
    /// It is the operator's own account.
    OwnAccount,
    /// Whoever proposes never decides.
    OwnProposal,
    /// Only whoever proposed takes it back.
    NotYours,
    /// No note, or a longer one than is read.
    Note,
    /// It has been decided already.
    Ended(ProposalStatus),
    /// What was proposed is not there any more: the account has moved on.
    Stale,
    /// There is nothing left to do.
    Nothing(Nothing),
}

/// What the second one says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Do it.
    Approve,
    /// Do not.
    Decline,
    /// Whoever made it takes it back.
    Withdraw,
}

/// What a proposal of this kind would be about now.
///
/// # Errors
/// [`Nothing`] where there is nothing to propose.
pub fn target(
    kind: ProposalKind,
    about: ProposalAbout,
    standing: Standing<'_>,
    policy: &Policy,
    now: Timestamp,
) -> Result<ProposalTarget, Nothing> {
    match kind {
        ProposalKind::RemoveNumber => {
            standing.binding.map(|binding| ProposalTarget::Binding(binding.id)).ok_or(Nothing::NoNumber)
        }
        ProposalKind::LiftLock => {
            let ProposalAbout::Factor(factor) = about else { return Err(Nothing::NoLock) };
            let of_factor = || standing.factors.iter().filter(|state| state.factor == factor);
            if of_factor().any(|state| lock::budget_is_spent(state, policy)) {
                return Err(Nothing::BudgetSpent);
            }
            if !of_factor().any(|state| lock::is_shut(state, policy, now)) {
                return Err(Nothing::NoLock);
            }
            let since = of_factor().filter_map(lock::latest).max().unwrap_or(Timestamp::EPOCH);
            Ok(ProposalTarget::Factor { factor, since })
        }
        ProposalKind::ClearStatus => match standing.account.status {
            AccountStatus::Active => Err(Nothing::NoStatus),
            // What its holder froze its holder opens, with strong proof (R67).
            AccountStatus::Frozen if standing.account.frozen_from.is_some() => Err(Nothing::NoStatus),
            status => {
                let since = standing.account.status_set_at.unwrap_or(Timestamp::EPOCH);
                Ok(ProposalTarget::Status { status, since })
            }
        },
        ProposalKind::EndCase => {
            let open = |case: &&Case| about == ProposalAbout::Case(case.id) && !case.stage.is_over();
            let found = standing.cases.iter().find(open);
            found.map(|case| ProposalTarget::Case(case.id)).ok_or(Nothing::NoCase)
        }
    }
}

/// What is to be proposed.
#[derive(Clone, Copy, Debug)]
pub struct NewProposal<'a> {
    /// What.
    pub kind: ProposalKind,
    /// Which of several.
    pub about: ProposalAbout,
    /// Why.
    pub reason: &'a str,
    /// Who.
    pub by: Speaker<'a>,
}

/// Makes a proposal. `waiting` are those of the account that nobody has decided.
///
/// # Errors
/// [`ProposeRefusal`]; nothing is changed then.
pub fn propose(
    new: NewProposal<'_>,
    waiting: &[Proposal],
    standing: Standing<'_>,
    world: World<'_>,
) -> Result<Decision<Proposal>, ProposeRefusal> {
    if !new.by.actor.is_staff() {
        return Err(ProposeRefusal::NotStaff);
    }
    if new.by.holds(standing.account) {
        return Err(ProposeRefusal::OwnAccount);
    }
    let reason = said(new.reason).ok_or(ProposeRefusal::Reason)?;
    let target =
        target(new.kind, new.about, standing, world.policy, world.now).map_err(ProposeRefusal::Nothing)?;
    let is_same = |one: &&Proposal| {
        (one.kind, one.target) == (new.kind, target) && status_at(one, world.now) == ProposalStatus::Waiting
    };
    if let Some(same) = waiting.iter().find(is_same) {
        return Err(ProposeRefusal::Waits(same.id));
    }
    let proposal = Proposal {
        id: ProposalId::draw(world.now, world.entropy),
        service_id: standing.account.service_id,
        account_id: standing.account.id,
        kind: new.kind,
        target,
        reason,
        proposed_by: new.by.actor,
        proposed_at: world.now,
        expires_at: world.now.after(WAITS),
        status: ProposalStatus::Waiting,
        decided_by: None,
        decided_at: None,
        decision_note: String::new(),
    };
    let made = Event::ProposalMade {
        proposal: proposal.id.to_string(),
        proposed: proposal.kind,
        target: target.name(),
        reason: proposal.reason.clone(),
    };
    let changes = vec![Change::InsertProposal(proposal.clone()), entry(&proposal, made, world)];
    Ok(Decision { outcome: proposal, changes })
}

/// Decides a proposal, judged against the account as it stands now, and carries out what is approved.
///
/// # Errors
/// [`DecideRefusal`]; nothing is changed then.
pub fn decide(
    proposal: &Proposal,
    verdict: Verdict,
    note: &str,
    by: Speaker<'_>,
    standing: Standing<'_>,
    world: World<'_>,
) -> Result<Decision<Proposal>, DecideRefusal> {
    if !by.actor.is_staff() {
        return Err(DecideRefusal::NotStaff);
    }
    if by.holds(standing.account) && verdict != Verdict::Withdraw {
        return Err(DecideRefusal::OwnAccount);
    }
    // The command line is one voice, whoever types: it never decides what it proposed.
    match (verdict, by.actor == proposal.proposed_by) {
        (Verdict::Withdraw, false) => return Err(DecideRefusal::NotYours),
        (Verdict::Approve | Verdict::Decline, true) => return Err(DecideRefusal::OwnProposal),
        _ => {}
    }
    match status_at(proposal, world.now) {
        ProposalStatus::Waiting => {}
        ended => return Err(DecideRefusal::Ended(ended)),
    }
    let note = said(note).ok_or(DecideRefusal::Note)?;
    let (status, mut done) = match verdict {
        Verdict::Approve => (ProposalStatus::Approved, carry_out(proposal, standing, world)?),
        Verdict::Decline => (ProposalStatus::Declined, Vec::new()),
        Verdict::Withdraw => (ProposalStatus::Withdrawn, Vec::new()),
    };
    let mut decision = end(proposal, status, Some(by.actor), note, world);
    decision.changes.append(&mut done);
    Ok(decision)
}

/// Ends a proposal whose time ran out; none while it has time, or has ended already.
pub fn expire(proposal: &Proposal, world: World<'_>) -> Option<Decision<Proposal>> {
    let overdue =
        proposal.status == ProposalStatus::Waiting && status_at(proposal, world.now) != proposal.status;
    overdue.then(|| end(proposal, ProposalStatus::Expired, None, String::new(), world))
}

/// Where a proposal stands at `now`, whether a timer has written it down or not.
pub fn status_at(proposal: &Proposal, now: Timestamp) -> ProposalStatus {
    match proposal.status {
        ProposalStatus::Waiting if now >= proposal.expires_at => ProposalStatus::Expired,
        status => status,
    }
}

fn end(
    proposal: &Proposal,
    status: ProposalStatus,
    by: Option<Actor>,
    note: String,
    world: World<'_>,
) -> Decision<Proposal> {
    let ended = Proposal {
        status,
        decided_by: by,
        decided_at: Some(world.now),
        decision_note: note,
        ..proposal.clone()
    };
    let told = Event::ProposalEnded {
        proposal: ended.id.to_string(),
        proposed: ended.kind,
        outcome: status,
        reason: ended.decision_note.clone(),
    };
    let changes = vec![Change::SaveProposal(ended.clone()), entry(&ended, told, world)];
    Decision { outcome: ended, changes }
}

/// Whether what was proposed is still there to be done.
///
/// # Errors
/// [`DecideRefusal::Nothing`] or [`DecideRefusal::Stale`] where the account has moved on.
pub fn still_stands(
    proposal: &Proposal,
    standing: Standing<'_>,
    policy: &Policy,
    now: Timestamp,
) -> Result<(), DecideRefusal> {
    let about = match proposal.target {
        ProposalTarget::Factor { factor, .. } => ProposalAbout::Factor(factor),
        ProposalTarget::Case(id) => ProposalAbout::Case(id),
        ProposalTarget::Binding(_) | ProposalTarget::Status { .. } => ProposalAbout::One,
    };
    match target(proposal.kind, about, standing, policy, now).map_err(DecideRefusal::Nothing)?
        == proposal.target
    {
        true => Ok(()),
        false => Err(DecideRefusal::Stale),
    }
}

/// What an approved proposal changes, if it still means what it meant.
fn carry_out(
    proposal: &Proposal,
    standing: Standing<'_>,
    world: World<'_>,
) -> Result<Vec<Change>, DecideRefusal> {
    still_stands(proposal, standing, world.policy, world.now)?;
    Ok(match (proposal.target, standing.binding) {
        (ProposalTarget::Binding(_), Some(binding)) => {
            remove_number(proposal, standing.account, binding, world)
        }
        (ProposalTarget::Binding(_), None) => return Err(DecideRefusal::Stale),
        (ProposalTarget::Factor { factor, .. }, _) => lift(proposal, factor, standing, world),
        (ProposalTarget::Status { .. }, _) => clear(proposal, standing, world),
        (ProposalTarget::Case(id), binding) => {
            let case = standing.cases.iter().find(|case| case.id == id).ok_or(DecideRefusal::Stale)?;
            case::cancel(case.clone(), standing.account, binding, WithdrawnBy::Staff, world).changes
        }
    })
}

/// As after a recovery: old number and email address are told, every session ends, no browser stays known, value is
/// held for 48 hours.
fn remove_number(proposal: &Proposal, account: &Account, binding: &Binding, world: World<'_>) -> Vec<Change> {
    let number = binding.number.masked();
    let without = Account { sms_enabled_at: None, ..account.clone() };
    let removed = Event::NumberRemoved { number: number.clone(), proposal: proposal.id.to_string() };
    let mut changes = vec![
        Change::SaveBinding(Binding { ended_at: Some(world.now), ..binding.clone() }),
        Change::SaveAccount(without.clone()),
        entry(proposal, removed, world),
        Change::EndSessions { account_id: account.id, except: None, at: world.now },
        Change::ForgetDevices { account_id: account.id, except: None, at: world.now },
        webhook::factor_changed(&without, WebhookKind::FactorRemoved, Factor::Sms, world),
    ];
    changes.append(&mut hold::begin(&without, HoldCause::Recovered, world));
    changes.extend(notice_everywhere(&without, Some(binding), Notice::NumberRemoved, &number, world));
    changes
}

fn lift(proposal: &Proposal, factor: Factor, standing: Standing<'_>, world: World<'_>) -> Vec<Change> {
    let shut = standing
        .factors
        .iter()
        .filter(|state| state.factor == factor && lock::is_shut(state, world.policy, world.now));
    let opened = shut.map(|state| {
        let mut state = state.clone();
        lock::lift(&mut state);
        Change::SaveFactor(state)
    });
    let mut changes: Vec<Change> = opened.collect();
    let lifted = Event::LockLifted { factor, proposal: proposal.id.to_string() };
    changes.push(entry(proposal, lifted, world));
    changes
}

/// Active again; a frozen account is what it was before it was frozen, with all that follows its opening.
fn clear(proposal: &Proposal, standing: Standing<'_>, world: World<'_>) -> Vec<Change> {
    let account = standing.account;
    if account.status == AccountStatus::Frozen {
        return freeze::unfreeze_by_staff(account, standing.binding, &proposal.reason, world).changes;
    }
    let active = with_status(account, AccountStatus::Active, world.now);
    let changed =
        Event::StatusChanged { status: active.status.as_str().to_owned(), reason: proposal.reason.clone() };
    vec![Change::SaveAccount(active), entry(proposal, changed, world)]
}

fn entry(proposal: &Proposal, event: Event, world: World<'_>) -> Change {
    world.scene.event(proposal.service_id, Some(proposal.account_id), event, world)
}

/// A reason as it is kept, without the numbers, codes and addresses in it (R10); none where nobody could, or would,
/// read it.
pub fn said(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.chars().count() <= REASON_MAX).then(|| mask::reason(text))
}

#[cfg(test)]
#[path = "proposal_tests.rs"]
mod tests;
