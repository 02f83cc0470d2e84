//! What answers cost: the budget and the lock of each factor, what a success gives back and to whom, and what
//! becomes of the action (T6, R7, R17 to R24).

use super::*;
use crate::id::ActionId;
use crate::policy::Policy;
use crate::stage::*;
use crate::time::{days, minutes, seconds};
use std::collections::HashMap;

use Factor::{Email, Passkey, Password, RecoveryCode, Sms, Totp, TradingPassword};

/// The factors that a person could guess at blind, each alone in its set.
const GUESSED: [Factor; 4] = [Totp, TradingPassword, RecoveryCode, Password];

/// An account's factors as storage keeps them, under any number of actions.
struct Play {
    stage: Stage,
    states: HashMap<Factor, FactorState>,
    buckets: HashMap<(Factor, i64), i64>,
}

impl Play {
    fn new() -> Self {
        Self { stage: Stage::new(), states: HashMap::new(), buckets: HashMap::new() }
    }

    fn state(&self, factor: Factor) -> FactorState {
        let state = self.states.get(&factor).cloned().unwrap_or_else(|| fresh(factor));
        let oldest = self.stage.now.day() - 365;
        let buckets = self.buckets.iter().filter(|((of, day), _)| *of == factor && *day > oldest);
        let failures: i64 = buckets.map(|(_, count)| count).sum();
        FactorState { failures_this_year: u32::try_from(failures).unwrap(), ..state }
    }

    fn answer(&mut self, action: &mut Action, factor: Factor, right: bool) -> (Answer, Vec<Change>) {
        let decision = judge(action.clone(), right, self.state(factor), self.stage.world());
        for change in &decision.changes {
            match change {
                Change::SaveFactor(state) => drop(self.states.insert(factor, state.clone())),
                Change::CountFailures { factor, day, by, .. } => {
                    let bucket = self.buckets.entry((*factor, *day)).or_default();
                    *bucket += by;
                    assert!(*bucket >= 0, "more was refunded than had been counted");
                }
                _ => {}
            }
        }
        let (answer, after) = decision.outcome;
        *action = after;
        (answer, decision.changes)
    }

    fn wrong(&mut self, action: &mut Action, factor: Factor, times: usize) -> Answer {
        (0..times).map(|_| self.answer(action, factor, false).0).last().unwrap()
    }

    fn until_it_opens(&mut self, factor: Factor) {
        let until = self.state(factor).locked_until.unwrap();
        self.stage.now = self.stage.now.max(until);
    }
}

/// An action of its own that one factor alone confirms.
fn of(factor: Factor, number: u8) -> Action {
    let id = ActionId::from_bytes([number; 16]);
    Action { id, ..pending(ActionKind::SignIn, &[&[factor]]) }
}

#[test]
fn the_fifth_wrong_answer_locks_the_factor_for_a_quarter_of_an_hour_and_ends_the_action() {
    for factor in GUESSED {
        let (mut play, mut action) = (Play::new(), of(factor, 1));
        for left in (1..=4).rev() {
            let (answer, changes) = play.answer(&mut action, factor, false);
            assert_eq!(answer, Answer::Wrong { left }, "{factor:?}");
            assert_eq!(event_kinds(&changes), ["factor_wrong"]);
            assert!(changes.contains(&Change::SaveAction(action.clone())), "what was missed is kept");
            assert_eq!(action.status, ActionStatus::Pending);
        }
        let until = START.after(minutes(15));
        let (answer, changes) = play.answer(&mut action, factor, false);
        assert_eq!(answer, Answer::LockedNow { until }, "{factor:?}");
        assert_eq!(event_kinds(&changes), ["factor_wrong", "factor_locked", "action_canceled"]);
        assert_eq!(
            (action.status, action.reason),
            (ActionStatus::Canceled, Some(CancelReason::TooManyFailures))
        );
        assert_eq!(told_kinds(&changes), [WebhookKind::ActionCanceled]);
        // A new action gives no guess back; even the right answer is not looked at.
        let mut next = of(factor, 2);
        let refused = Answer::Refused(Refusal::Locked { until });
        for right in [true, false] {
            play.stage.now = until.before(MOMENT);
            assert_eq!(play.answer(&mut next, factor, right), (refused, vec![]), "{factor:?}");
        }
        assert_eq!(play.state(factor).failures_this_year, 5);
        play.stage.now = until;
        assert_eq!(play.answer(&mut next, factor, true).0, Answer::Right);
    }
}

/// R20, T6: guesses that a year lets through, whatever actions they are spread over.
#[test]
fn t6_twenty_guesses_a_year_at_a_time_code_a_trading_password_or_recovery_codes() {
    for factor in [Totp, TradingPassword, RecoveryCode] {
        let mut play = Play::new();
        let mut compared = 0;
        for number in 0..u8::MAX {
            let mut action = of(factor, number);
            match play.answer(&mut action, factor, false).0 {
                Answer::Wrong { .. } => compared += 1,
                Answer::LockedNow { .. } => {
                    compared += 1;
                    play.until_it_opens(factor);
                }
                Answer::DisabledNow => {
                    compared += 1;
                    assert_eq!(action.status, ActionStatus::Canceled);
                }
                Answer::Refused(Refusal::Disabled) => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(compared, 20, "{factor:?}");
        assert!(play.stage.now < START.after(days(30)), "the attacker did not have to wait for the year");
        play.stage.wait(days(3_650));
        let (answer, changes) = play.answer(&mut of(factor, 255), factor, true);
        assert_eq!(
            (answer, changes),
            (Answer::Refused(Refusal::Disabled), vec![]),
            "until it is set up again"
        );
        let mut state = play.state(factor);
        lock::rebind(&mut state, play.stage.now);
        assert_eq!(lock::refusal(&state, &play.stage.policy, play.stage.now), None);
    }
}

#[test]
fn the_last_guess_of_the_year_says_so_before_and_when_it_happens() {
    let mut play = Play::new();
    play.buckets.insert((Totp, START.day()), 18);
    let mut action = of(Totp, 1);
    assert_eq!(play.answer(&mut action, Totp, false).0, Answer::Wrong { left: 1 }, "R18: warned");
    let (answer, changes) = play.answer(&mut action, Totp, false);
    assert_eq!(answer, Answer::DisabledNow);
    assert_eq!(event_kinds(&changes), ["factor_wrong", "factor_disabled", "action_canceled"]);
}

/// R20: what one action got wrong it gives back when it is right, and nothing of anybody else's.
#[test]
fn a_success_refunds_the_misses_of_its_own_action_alone() {
    for factor in [Totp, TradingPassword, RecoveryCode] {
        let (mut play, mut strangers, mut mine) = (Play::new(), of(factor, 1), of(factor, 2));
        play.wrong(&mut strangers, factor, 2);
        play.wrong(&mut mine, factor, 1);
        let one_more_other = Factor::ALL.iter().copied().find(|other| *other != factor).unwrap();
        mine.misses.push(Miss { factor: one_more_other, count: 4 });
        assert_eq!(play.state(factor).failures_this_year, 3);
        let (answer, changes) = play.answer(&mut mine, factor, true);
        assert_eq!(answer, Answer::Right);
        let state = play.state(factor);
        assert_eq!(state.failures_this_year, 2, "{factor:?}: the stranger's two still count");
        assert_eq!((state.run, state.in_a_row), (0, 0));
        assert_eq!(saved_factor(&changes).unwrap().failures_this_year, 2, "the row and the buckets agree");
        let untouched = play.answer(&mut of(factor, 3), factor, true).1;
        assert!(
            untouched.iter().all(|change| !matches!(change, Change::CountFailures { .. })),
            "nothing to give back"
        );
        assert_eq!(play.state(factor).failures_this_year, 2);
    }
}

#[test]
fn a_success_after_midnight_refunds_the_day_that_was_charged() {
    let mut play = Play::new();
    let evening = Timestamp::from_unix_ms((START.day() + 1) * 86_400_000).before(seconds(60));
    play.stage.now = evening;
    let mut action = Action { created_at: evening, ..of(Totp, 1) };
    play.wrong(&mut action, Totp, 2);
    play.stage.wait(seconds(120));
    play.wrong(&mut action, Totp, 1);
    assert_eq!(play.answer(&mut action, Totp, true).0, Answer::Right);
    assert!(play.buckets.values().all(|count| *count == 0), "{:?}", play.buckets);
}

/// The ladder keeps its step: an owner's successes between do not make a stranger's guesses cheap.
#[test]
fn the_lock_climbs_the_ladder_over_successes() {
    let mut play = Play::new();
    for (number, span) in (1..).zip([minutes(15), minutes(60), minutes(240)]) {
        let until = play.stage.now.after(span);
        assert_eq!(play.wrong(&mut of(Totp, number), Totp, 5), Answer::LockedNow { until });
        play.stage.now = until;
        assert_eq!(play.answer(&mut of(Totp, number + 100), Totp, true).0, Answer::Right);
    }
}

/// R24: a lock shuts one factor, not the account; the action goes on another way if there is one.
#[test]
fn after_a_lock_the_ways_that_do_not_need_the_factor_stay_open() {
    let sets: &[&[Factor]] =
        &[&[Totp, TradingPassword], &[Passkey, TradingPassword], &[TradingPassword, Sms]];
    let mut play = Play::new();
    let mut action = Action {
        verification: Some(crate::id::VerificationId::from_bytes([1; 16])),
        ..pending(ActionKind::Withdrawal, sets)
    };
    play.answer(&mut action, TradingPassword, true);
    let noted = action::note_proof(action, TradingPassword, Ok(()), play.stage.world());
    let action::Proved::More(mut action) = noted.outcome else { panic!("one of two") };
    assert!(matches!(play.wrong(&mut action, Totp, 5), Answer::LockedNow { .. }));
    assert_eq!((action.status, action.chosen), (ActionStatus::Pending, 1));
    assert_eq!(action::remaining(&action), [Passkey], "what was proved stays proved");
    assert!(action.verification.is_none(), "no code is waited for that the new way does not ask for");
    assert!(matches!(play.answer(&mut action, Passkey, true).0, Answer::Right));
    let done = action::note_proof(action, Passkey, Ok(()), play.stage.world()).outcome;
    assert!(matches!(done, action::Proved::Authorised(_)));
}

#[test]
fn without_a_factor_that_every_way_needs_it_is_over() {
    let stage = Stage::new();
    let sets: &[&[Factor]] =
        &[&[Totp, TradingPassword], &[Passkey, TradingPassword], &[TradingPassword, Sms]];
    for (lost, way) in
        [(Totp, Some(1)), (Passkey, Some(0)), (Sms, Some(0)), (TradingPassword, None), (Email, Some(0))]
    {
        let decision = without_factor(pending(ActionKind::Withdrawal, sets), lost, stage.world());
        let after = decision.outcome;
        assert_eq!(after.status == ActionStatus::Pending, way.is_some(), "{lost:?}");
        assert!(decision.changes.contains(&Change::SaveAction(after.clone())));
        match way {
            Some(way) => assert_eq!((after.chosen, told_kinds(&decision.changes)), (way, vec![]), "{lost:?}"),
            None => {
                assert_eq!(after.reason, Some(CancelReason::TooManyFailures));
                assert_eq!(told_kinds(&decision.changes), [WebhookKind::ActionCanceled]);
            }
        }
    }
}

/// R24: a broken signature is a fault or a fake page, never a guess.
#[test]
fn a_passkey_that_fails_locks_nobody_and_costs_nothing() {
    let (mut play, mut action) = (Play::new(), of(Passkey, 1));
    for _ in 0..200 {
        let (answer, changes) = play.answer(&mut action, Passkey, false);
        assert_eq!(answer, Answer::Wrong { left: u32::MAX });
        assert_eq!(event_kinds(&changes), ["factor_wrong"], "it is recorded all the same");
        assert_eq!(changes.len(), 1);
    }
    assert_eq!((action.status, action.misses.len()), (ActionStatus::Pending, 0));
    assert_eq!(play.answer(&mut action, Passkey, true).0, Answer::Right);
}

/// A password alone has no yearly budget, since a stranger can fail it without holding anything; a hundred in
/// a row end it.
#[test]
fn a_password_is_shut_by_a_hundred_in_a_row_and_not_by_the_year() {
    let mut play = Play::new();
    let mut compared = 0;
    loop {
        match play.answer(&mut of(Password, 1), Password, false).0 {
            Answer::Wrong { .. } => compared += 1,
            Answer::LockedNow { .. } => {
                compared += 1;
                play.until_it_opens(Password);
            }
            Answer::DisabledNow => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(compared, 99, "and the hundredth disabled it");
}

#[test]
fn the_budget_is_the_policys() {
    let stage = Stage::with(Policy { totp_failures_per_year_max: 5, ..Policy::default() });
    let spent = FactorState { failures_this_year: 4, ..fresh(Totp) };
    assert_eq!(judge(of(Totp, 1), false, spent, stage.world()).outcome.0, Answer::DisabledNow);
}

/// Two factors with no word on which of them was wrong multiply; so a right one is not told before the whole
/// is (RTS Article 4(3)(a)).
#[test]
fn a_right_answer_is_counted_and_nothing_is_told() {
    let stage = Stage::new();
    let right = judge(of(Totp, 1), true, fresh(Totp), stage.world());
    assert_eq!(right.changes, [Change::SaveFactor(fresh(Totp))]);
}
