//! How a case ends: withdrawn, out of time, or carried out. Who was let in by one that comes to nothing leaves.

use super::{everybody_hears, forget_later, happened};
use crate::Decision;
use crate::change::Change;
use crate::event::Event;
use crate::hold;
use crate::id::DeviceId;
use crate::model::*;
use crate::notice::notice;
use crate::session::Here;
use crate::time::Timestamp;
use crate::verification::World;

/// By whom a case is withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithdrawnBy {
    /// Whoever has its access code.
    Key,
    /// Whoever is signed in to its account: they stay so, unless it was the case that let them in.
    Holder(Here),
    /// Two of staff (R57).
    Staff,
    /// Whoever froze the account.
    Freeze,
}

/// Withdraws a case that is not over.
pub fn cancel(
    mut case: Case,
    account: &Account,
    binding: Option<&Binding>,
    by: WithdrawnBy,
    world: World<'_>,
) -> Decision<bool> {
    if case.stage.is_over() {
        return Decision::only(false);
    }
    let (frozen, stays) = match by {
        WithdrawnBy::Key | WithdrawnBy::Staff => (false, None),
        WithdrawnBy::Holder(here) => (false, Some(here)),
        WithdrawnBy::Freeze => (true, None),
    };
    let mut changes = turn_out(&case, stays, world);
    (case.stage, case.ended_at) = (CaseStage::Canceled, Some(world.now));
    let event = Event::CaseCanceled { case: case.id.to_string(), frozen };
    changes.extend([happened(&case, event, world), forget_later(&case, world)]);
    // Whoever froze the account hears of that; two messages at once would hide the graver one.
    if !frozen {
        changes.extend(everybody_hears(account, binding, Notice::RecoveryCanceled, &case, world));
    }
    changes.push(Change::SaveCase(case));
    Decision { outcome: true, changes }
}

/// Ends a case that waited for its holder too long.
pub fn expire(mut case: Case, account: &Account, world: World<'_>) -> Decision<bool> {
    let waits = matches!(case.stage, CaseStage::Verify | CaseStage::Documents | CaseStage::Approved);
    if !waits || world.now < case.expires_at {
        return Decision::only(false);
    }
    let mut changes = turn_out(&case, None, world);
    (case.stage, case.ended_at) = (CaseStage::Expired, Some(world.now));
    let event = Event::CaseExpired { case: case.id.to_string() };
    changes.extend([happened(&case, event, world), forget_later(&case, world)]);
    changes.extend(notice(account, Notice::RecoveryExpired, case.id.to_string(), world));
    changes.push(Change::SaveCase(case));
    Decision { outcome: true, changes }
}

/// Signs out whoever was let in by an approved case, and forgets their browser. All others were signed out when they
/// were let in; whoever came since proved a second factor and can do so again.
pub(super) fn turn_out(case: &Case, stays: Option<Here>, world: World<'_>) -> Vec<Change> {
    let Some(let_in) = case.file.let_in else { return Vec::new() };
    let stays = stays.filter(|here| *here.device.as_bytes() != let_in.0);
    let (account_id, at) = (case.account_id, world.now);
    vec![
        Change::EndSessions { account_id, except: stays.map(|here| here.session), at },
        Change::ForgetDevices { account_id, except: stays.map(|here| here.device), at },
    ]
}

/// Until when an approved case is not finished yet, if it must wait. `earliest` is the earliest moment that it can
/// truly be: a clock that was set forward shortens no wait (see `flows::Clock::earliest`).
pub fn waits_until(case: &Case, earliest: Timestamp) -> Option<Timestamp> {
    let from = Timestamp::from_unix_ms(case.file.finish_from_ms);
    (earliest < from).then_some(from)
}

/// Whether the new value may be set by this case now.
pub fn may_finish(case: &Case, earliest: Timestamp, now: Timestamp) -> bool {
    case.stage == CaseStage::Approved && now < case.expires_at && waits_until(case, earliest).is_none()
}

/// Lets the holder of an approved case in: the hold begins now, whatever they do next (R64, R66), nobody else stays
/// signed in and no browser stays known. False when it may not be finished. A case is used as often as its holder
/// needs until it ends.
pub fn begin_finish(case: &Case, account: &Account, earliest: Timestamp, world: World<'_>) -> Decision<bool> {
    if !may_finish(case, earliest, world.now) || account.status == AccountStatus::Frozen {
        return Decision::only(false);
    }
    let (account_id, at) = (account.id, world.now);
    let mut changes = vec![
        happened(case, Event::CaseUsed { case: case.id.to_string() }, world),
        Change::EndSessions { account_id, except: None, at },
        Change::ForgetDevices { account_id, except: None, at },
    ];
    changes.extend(hold::begin(account, HoldCause::Recovered, world));
    Decision { outcome: true, changes }
}

/// Notes which browser was let in.
pub fn let_in(mut case: Case, device: DeviceId) -> Change {
    case.file.let_in = Some(StoredId(*device.as_bytes()));
    Change::SaveCase(case)
}

/// Whether a browser was let in by a case whose new value does not stand yet: it is not known until it does.
pub fn holds_back(open: &[Case], device: DeviceId) -> bool {
    open.iter().any(|case| case.file.let_in.is_some_and(|let_in| let_in.0 == *device.as_bytes()))
}

/// Ends an approved case whose new value stands. `old` is the number that was lost; only the browser that finished it
/// stays signed in and is known from now on.
pub fn finish(
    mut case: Case,
    account: &Account,
    old: Option<&Binding>,
    here: Here,
    world: World<'_>,
) -> Decision<bool> {
    if case.stage != CaseStage::Approved {
        return Decision::only(false);
    }
    (case.stage, case.ended_at) = (CaseStage::Done, Some(world.now));
    let (account_id, at) = (account.id, world.now);
    let event = Event::CaseFinished { case: case.id.to_string() };
    let mut changes = vec![
        happened(&case, event, world),
        forget_later(&case, world),
        Change::EndSessions { account_id, except: Some(here.session), at },
        Change::ForgetDevices { account_id, except: Some(here.device), at },
    ];
    changes.extend(everybody_hears(account, old, Notice::RecoveryFinished, &case, world));
    changes.push(Change::SaveCase(case));
    Decision { outcome: true, changes }
}
