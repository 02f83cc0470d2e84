//! What an answer to a factor that needs no message comes to: a time code, the trading password, the password, a
//! recovery code, a passkey. Whether it was right was found before; here it is counted, on the account's factor and
//! not on the action, so that no new action ever gives a guess back (R7), and refunded only by the action that
//! succeeds (R20).

use crate::Decision;
use crate::action;
use crate::change::Change;
use crate::event::Event;
use crate::lock::{self, Effect, Refusal};
use crate::model::*;
use crate::time::Timestamp;
use crate::verification::World;

/// What an answer came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was right.
    Right,
    /// It was wrong.
    Wrong {
        /// Wrong answers left before the factor locks.
        left: u32,
    },
    /// It was not looked at: the factor is locked or disabled.
    Refused(Refusal),
    /// It was wrong once too often.
    LockedNow {
        /// When the factor opens.
        until: Timestamp,
    },
    /// It was wrong, and the factor's budget is used up.
    DisabledNow,
}

/// Counts an answer to a factor of an open action. A right one still has to be noted by [`action::note_proof`]; after a
/// wrong one everything is in the changes.
pub fn judge(
    mut action: Action,
    right: bool,
    mut state: FactorState,
    world: World<'_>,
) -> Decision<(Answer, Action)> {
    let factor = state.factor;
    if let Some(refusal) = lock::refusal(&state, world.policy, world.now) {
        return Decision::only((Answer::Refused(refusal), action));
    }
    if right {
        let own = action.misses.iter().find(|miss| miss.factor == factor).map_or(0, |miss| miss.count);
        lock::record_success(&mut state, own);
        let mut changes = vec![Change::SaveFactor(state)];
        if own > 0 {
            changes.push(count(&action, factor, -i64::from(own)));
        }
        return Decision { outcome: (Answer::Right, action), changes };
    }
    if factor == Factor::Passkey {
        // A signature cannot be guessed: a broken one is a fault or a fake page, and locks nobody out (R24).
        let event = world.scene.event(
            action.service_id,
            Some(action.account_id),
            Event::FactorWrong { factor },
            world,
        );
        return Decision { outcome: (Answer::Wrong { left: u32::MAX }, action), changes: vec![event] };
    }
    match action.misses.iter_mut().find(|miss| miss.factor == factor) {
        Some(miss) => miss.count += 1,
        None => action.misses.push(Miss { factor, count: 1 }),
    }
    let (service_id, account_id) = (action.service_id, Some(action.account_id));
    let mut changes = vec![count(&action, factor, 1)];
    changes.push(world.scene.event(service_id, account_id, Event::FactorWrong { factor }, world));
    let answer = match lock::record_failure(&mut state, world.policy, world.now) {
        Effect::Counted { left } => Answer::Wrong { left },
        Effect::Locked { until } => {
            let event = Event::FactorLocked { factor, until_ms: until.unix_ms() };
            changes.push(world.scene.event(service_id, account_id, event, world));
            Answer::LockedNow { until }
        }
        Effect::Disabled => {
            changes.push(world.scene.event(service_id, account_id, Event::FactorDisabled { factor }, world));
            Answer::DisabledNow
        }
    };
    changes.push(Change::SaveFactor(state));
    if matches!(answer, Answer::Wrong { .. }) {
        changes.push(Change::SaveAction(action.clone()));
        return Decision { outcome: (answer, action), changes };
    }
    let mut lost = without_factor(action, factor, world);
    changes.append(&mut lost.changes);
    Decision { outcome: (answer, lost.outcome), changes }
}

/// After a factor has locked: an action that can be confirmed another way stays open (R24), any other is over.
pub fn without_factor(mut action: Action, factor: Factor, world: World<'_>) -> Decision<Action> {
    match action.any_of.iter().position(|set| !set.contains(&factor)) {
        None => action::cancel(action, CancelReason::TooManyFailures, world),
        Some(way) => {
            action.chosen = u32::try_from(way).unwrap_or(0);
            action.verification = None;
            Decision { outcome: action.clone(), changes: vec![Change::SaveAction(action)] }
        }
    }
}

/// Failures go into the bucket of the day the action was opened, so that a success after midnight refunds the right
/// one.
fn count(action: &Action, factor: Factor, by: i64) -> Change {
    Change::CountFailures {
        service_id: action.service_id,
        subject: Subject::Account(action.account_id),
        factor,
        day: action.created_at.day(),
        by,
    }
}

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
