//! Holds (section F, R64, R65): when one begins, how long it lasts, and whether value may leave now. A hold is only ever
//! added; of several the latest end counts, and there is no way to shorten one. Which actions are ways out is said by
//! [`ActionKind::is_exit`](crate::model::ActionKind::is_exit).

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
mod tests {
    use super::*;
    use crate::id::{AccountId, ServiceId};
    use crate::time::hours;
    use std::time::Duration;

    const CHANGE: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

    fn hold(cause: HoldCause, starts_at: Timestamp, length_h: u64) -> Hold {
        Hold {
            id: HoldId::from_bytes([1; 16]),
            service_id: ServiceId::from_bytes([2; 16]),
            account_id: AccountId::from_bytes([3; 16]),
            cause,
            starts_at,
            ends_at: starts_at.after(hours(length_h)),
        }
    }

    #[test]
    fn the_last_second_is_held_and_the_end_is_not() {
        let holds = [hold(HoldCause::PhoneChanged, CHANGE, 24)];
        let last = CHANGE.after(hours(24)).before(Duration::from_secs(1));
        assert!(in_force(&holds, CHANGE).is_some());
        assert!(in_force(&holds, last).is_some());
        assert!(in_force(&holds, CHANGE.after(hours(24)).before(Duration::from_millis(1))).is_some());
        assert_eq!(in_force(&holds, CHANGE.after(hours(24))), None);
    }

    #[test]
    fn overlaps_take_the_later_end_whichever_began_first() {
        let recovery = hold(HoldCause::Recovered, CHANGE, 48);
        let change = hold(HoldCause::PhoneChanged, CHANGE.after(hours(1)), 24);
        for holds in [[recovery.clone(), change.clone()], [change, recovery.clone()]] {
            assert_eq!(in_force(&holds, CHANGE.after(hours(2))), Some(&recovery));
            assert_eq!(in_force(&holds, CHANGE.after(hours(30))), Some(&recovery));
        }
    }

    #[test]
    fn a_clock_set_back_only_makes_a_hold_longer() {
        let holds = [hold(HoldCause::PhoneChanged, CHANGE, 24)];
        assert!(in_force(&holds, CHANGE.before(hours(1000))).is_some());
    }
}
