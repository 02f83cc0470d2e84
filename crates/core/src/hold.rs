//! Holds (section F, R64, R65): when one begins, how long it lasts, and whether value may leave now. A hold is only
//! ever added; of several the latest end counts, and there is no way to shorten one. Which actions are ways out is
//! said by [`ActionKind::is_exit`](crate::model::ActionKind::is_exit).

use crate::change::Change;
use crate::event::Event;
use crate::id::HoldId;
use crate::model::*;
use crate::time::{Timestamp, seconds};
use crate::verification::World;
use crate::webhook;

/// Begins a hold at the moment a change takes effect.
pub fn begin(account: &Account, cause: HoldCause, world: World<'_>) -> Vec<Change> {
    let span = match cause {
        HoldCause::Recovered => world.policy.hold_recovery_s,
        HoldCause::PhoneAdded | HoldCause::FactorAdded => world.policy.hold_addition_s,
        _ => world.policy.hold_change_s,
    };
    if span == 0 {
        return Vec::new();
    }
    let hold = Hold {
        id: HoldId::draw(world.now, world.entropy),
        service_id: account.service_id,
        account_id: account.id,
        cause,
        starts_at: world.now,
        ends_at: world.now.after(seconds(span)),
    };
    let event = Event::HoldStarted { cause, until_ms: hold.ends_at.unix_ms() };
    vec![
        world.scene.event(account.service_id, Some(account.id), event, world),
        webhook::hold_started(&hold, world),
        Change::InsertHold(hold),
    ]
}

/// The hold that ends last among those not over, if any. `earliest` is the earliest moment that it can truly be: a
/// clock that was set forward must not end a hold (see `flows::Clock::earliest`).
pub fn in_force(holds: &[Hold], earliest: Timestamp) -> Option<&Hold> {
    holds.iter().filter(|hold| earliest < hold.ends_at).max_by_key(|hold| hold.ends_at)
}

#[cfg(test)]
#[path = "hold_tests.rs"]
mod tests;
