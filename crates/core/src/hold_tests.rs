//! When value may leave (T23): every kind of action at the last second of a hold and at its end, overlaps,
//! clocks that step either way, and which change holds for how long.

use super::*;
use crate::action::{Refusal, gate};
use crate::policy::Policy;
use crate::stage::*;
use crate::time::hours;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// R65: everything by which value can leave, named here one by one.
const EXITS: [ActionKind; 10] = [
    ActionKind::Withdrawal,
    ActionKind::P2pSell,
    ActionKind::ApiKeyCreate,
    ActionKind::InternalTransfer,
    ActionKind::SubAccountTransfer,
    ActionKind::Gift,
    ActionKind::Voucher,
    ActionKind::CardPayment,
    ActionKind::P2pAd,
    ActionKind::WhitelistEdit,
];

fn passes(kind: ActionKind, holds: &[Hold], earliest: Timestamp) -> Result<(), Refusal> {
    gate(kind, ActionOrigin::RelyingParty, &account(), holds, earliest)
}

#[test]
fn t23_every_way_out_is_held_at_23_59_59_and_open_at_24_00_00_and_nothing_else_is_held() {
    let end = START.after(hours(24));
    let holds = [hold(HoldCause::PhoneChanged, START, 24)];
    let held = Err(Refusal::Held { cause: HoldCause::PhoneChanged, until: end });
    for kind in ActionKind::ALL.iter().copied() {
        let expected = if EXITS.contains(&kind) { held.clone() } else { Ok(()) };
        for inside in [START, START.after(hours(12)), end.before(SECOND), end.before(MOMENT)] {
            assert_eq!(passes(kind, &holds, inside), expected, "{kind:?} at {inside:?}");
        }
        for outside in [end, end.after(MOMENT), end.after(hours(10_000))] {
            assert_eq!(passes(kind, &holds, outside), Ok(()), "{kind:?} at {outside:?}");
        }
        assert_eq!(passes(kind, &[], START), Ok(()), "{kind:?}");
    }
}

#[test]
fn who_asks_makes_no_difference_to_a_hold() {
    let holds = [hold(HoldCause::TotpChanged, START, 24)];
    for kind in EXITS {
        for origin in [ActionOrigin::RelyingParty, ActionOrigin::SecurityCenter] {
            assert!(gate(kind, origin, &account(), &holds, START).is_err(), "{kind:?} {origin:?}");
        }
    }
}

/// R67: a frozen account is opened again by its holder, on our own pages, and nothing else happens on it.
#[test]
fn a_frozen_account_can_do_nothing_but_sign_in_to_us_and_be_opened() {
    let frozen = Account { status: AccountStatus::Frozen, ..account() };
    let holds = [hold(HoldCause::TotpChanged, START, 24)];
    for kind in ActionKind::ALL.iter().copied() {
        for origin in [ActionOrigin::RelyingParty, ActionOrigin::SecurityCenter] {
            let ours = origin == ActionOrigin::SecurityCenter;
            let opens = ours && (kind == ActionKind::SignIn || kind == ActionKind::Unfreeze);
            let expected = if opens { Ok(()) } else { Err(Refusal::Frozen) };
            assert_eq!(gate(kind, origin, &frozen, &[], START), expected, "{kind:?} {origin:?}");
            assert_eq!(gate(kind, origin, &frozen, &holds, START), expected, "{kind:?} {origin:?} and held");
        }
    }
}

#[test]
fn overlaps_take_the_later_end_whichever_began_first_and_never_add_up() {
    let recovery = hold(HoldCause::Recovered, START, 48);
    let change = hold(HoldCause::PhoneChanged, START.after(hours(1)), 24);
    let over = hold(HoldCause::PasswordChanged, START.before(hours(30)), 24);
    for holds in [
        [recovery.clone(), change.clone(), over.clone()],
        [over.clone(), change.clone(), recovery.clone()],
        [change.clone(), over.clone(), recovery.clone()],
    ] {
        for inside in
            [START, START.after(hours(2)), START.after(hours(30)), START.after(hours(48)).before(MOMENT)]
        {
            assert_eq!(in_force(&holds, inside), Some(&recovery));
        }
        assert_eq!(in_force(&holds, START.after(hours(48))), None, "the later end, not the sum");
    }
    // A second change the next day holds from its own moment on.
    let again = hold(HoldCause::PhoneChanged, START.after(hours(23)), 24);
    let holds = [hold(HoldCause::PhoneChanged, START, 24), again.clone()];
    assert_eq!(in_force(&holds, START.after(hours(24))), Some(&again));
    assert_eq!(in_force(&holds, START.after(hours(47))), None);
}

/// What may be read of `earliest`: it is the earliest moment that it can truly be. A clock set back makes it
/// earlier; one set forward does not make it later, and a hold that began in that future is still a hold.
#[test]
fn a_clock_that_steps_only_makes_a_hold_longer() {
    let holds = [hold(HoldCause::PhoneChanged, START, 24)];
    for back in [SECOND, hours(1), hours(1_000), hours(400_000)] {
        assert!(passes(ActionKind::Withdrawal, &holds, START.before(back)).is_err(), "{back:?}");
    }
    // The wall clock says that a year has passed; what is known for certain is one hour.
    let (wall, earliest) = (START.after(hours(8_760)), START.after(hours(1)));
    assert!(passes(ActionKind::Withdrawal, &holds, earliest).is_err());
    assert_eq!(
        passes(ActionKind::Withdrawal, &holds, wall),
        Ok(()),
        "which is why it is not the one that is asked"
    );
    let from_the_future = [hold(HoldCause::PhoneChanged, wall, 24)];
    assert!(passes(ActionKind::Withdrawal, &from_the_future, earliest).is_err());
}

#[test]
fn every_change_holds_for_a_day_a_recovery_for_two_and_an_addition_not_at_all_by_default() {
    let stage = Stage::new();
    for cause in HoldCause::ALL.iter().copied() {
        let changes = begin(&account(), cause, stage.world());
        let length_h = match cause {
            HoldCause::Recovered => 48,
            HoldCause::PhoneAdded | HoldCause::FactorAdded => {
                assert_eq!(changes, [], "{cause:?}");
                continue;
            }
            _ => 24,
        };
        let [begun] = holds(&changes)[..] else { panic!("{cause:?}: one hold") };
        assert_eq!((begun.cause, begun.starts_at), (cause, START), "from the moment the change takes effect");
        assert_eq!(begun.ends_at, START.after(hours(length_h)), "{cause:?}");
        assert_eq!((begun.service_id, begun.account_id), (service_id(1), account_id(1)));
        let event = Event::HoldStarted { cause, until_ms: begun.ends_at.unix_ms() };
        assert_eq!(events(&changes), [&event]);
        let [(WebhookKind::HoldStarted, data)] = &told(&changes)[..] else { panic!("told once") };
        assert_eq!(
            (&data["account"], &data["cause"]),
            (&account_id(1).to_string().into(), &cause.as_str().into())
        );
    }
}

#[test]
fn the_policy_sets_each_length_and_may_hold_after_an_addition_too() {
    let policy = Policy {
        hold_change_s: 43_200,
        hold_recovery_s: 259_200,
        hold_addition_s: 3_600,
        ..Policy::default()
    };
    let stage = Stage::with(policy);
    for (cause, length_h) in [
        (HoldCause::TotpChanged, 12),
        (HoldCause::Unfrozen, 12),
        (HoldCause::Recovered, 72),
        (HoldCause::PhoneAdded, 1),
        (HoldCause::FactorAdded, 1),
    ] {
        let changes = begin(&account(), cause, stage.world());
        assert_eq!(holds(&changes)[0].ends_at, START.after(hours(length_h)), "{cause:?}");
    }
}
