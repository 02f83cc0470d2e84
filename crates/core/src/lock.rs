//! Failures and the locks they earn (section E, R17-R21): one function counts a failure, one counts a success, one says
//! whether a factor may be used. Knows nothing of codes or passwords; whoever compares them reports what came of it.
//!
//! ```text
//!            failure (run < limit)
//!              ┌────────┐
//!              ▼        │
//!  ┌──────────────────────┐  run reaches the limit   ┌──────────────────┐
//!  │ open                 │ ───────────────────────► │ locked until t   │
//!  │ (run, ladder step)   │ ◄─────────────────────── │ step + 1         │
//!  └──────────────────────┘  now reaches t           └──────────────────┘
//!      │ success: run and in-a-row to zero, own failures refunded
//!      │
//!      │ in-a-row or the yearly budget used up
//!      ▼
//!  ┌──────────┐
//!  │ disabled │  only binding the factor again opens it
//!  └──────────┘
//! ```

use crate::model::{Factor, FactorState, Subject};
use crate::policy::Policy;
use crate::time::{Timestamp, days};

/// Why a factor may not be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Locked after failures, until then.
    Locked {
        /// When it opens.
        until: Timestamp,
    },
    /// Its budget is used up; it must be bound again (R17, R20).
    Disabled,
}

/// What a failure led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Counted; so many more and it locks.
    Counted {
        /// Failures left before a lock.
        left: u32,
    },
    /// It is locked now.
    Locked {
        /// When it opens.
        until: Timestamp,
    },
    /// It is disabled now.
    Disabled,
}

/// Whether the factor may be used at `now`.
pub fn refusal(state: &FactorState, policy: &Policy, now: Timestamp) -> Option<Refusal> {
    if state.disabled_at.is_some() || budget_is_spent(state, policy) {
        return Some(Refusal::Disabled);
    }
    state.locked_until.filter(|until| now < *until).map(|until| Refusal::Locked { until })
}

/// The yearly budget guards what can be guessed blind: codes and six digits. A password's guard is the ladder and the
/// count in a row, since a stranger can fail it without holding anything (R24). A passkey cannot be guessed.
pub fn yearly_budget(factor: Factor, policy: &Policy) -> Option<u64> {
    match factor {
        Factor::Sms => Some(policy.failures_per_year_max),
        Factor::Email => Some(policy.email_failures_per_year_max),
        Factor::Totp => Some(policy.totp_failures_per_year_max),
        Factor::TradingPassword => Some(policy.trading_password_failures_per_year_max),
        Factor::RecoveryCode => Some(policy.recovery_code_failures_per_year_max),
        Factor::Password | Factor::Passkey => None,
    }
}

/// Whether the yearly budget of failures is used up.
pub fn budget_is_spent(state: &FactorState, policy: &Policy) -> bool {
    yearly_budget(state.factor, policy).is_some_and(|budget| u64::from(state.failures_this_year) >= budget)
}

/// Counts a failure. The caller saves the state, and the failure in its day's bucket, before it tells anyone.
pub fn record_failure(state: &mut FactorState, policy: &Policy, now: Timestamp) -> Effect {
    if let Some(last) = state.last_failure_at
        && now.since(last) >= days(policy.lock_ladder_reset_days)
    {
        state.ladder_step = 0;
    }
    state.run += 1;
    state.in_a_row += 1;
    state.failures_this_year += 1;
    state.last_failure_at = Some(now);
    // An address without an account has nothing to bind again: its guards are the ladder and the rolling budget, which
    // `refusal` reads, and it opens as the year moves on.
    let binds_again = match state.factor {
        // Passwords tried on an identifier are tried by strangers: shutting it for good would be their weapon (R24),
        // so there the ladder alone holds.
        Factor::Sms
        | Factor::Password
        | Factor::Totp
        | Factor::TradingPassword
        | Factor::RecoveryCode
        | Factor::Passkey => matches!(state.subject, Subject::Account(_)),
        // An email address is not bound again on these pages: its rolling budget alone shuts it, for as long as it
        // must.
        Factor::Email => false,
    };
    let row_is_full = binds_again && u64::from(state.in_a_row) >= policy.failures_in_a_row_max;
    let is_disabled = row_is_full || budget_is_spent(state, policy);
    if is_disabled && binds_again {
        state.disabled_at = Some(now);
    }
    let limit = u32::try_from(policy.failures_before_lock).unwrap_or(1);
    if state.run < limit && !is_disabled {
        return Effect::Counted { left: (limit - state.run).min(left_this_year(state, policy)) };
    }
    // A disabled factor climbs the ladder too: binding it again is the one thing still open, and must not be guessed
    // at.
    let until = now.after(policy.lock_span(state.ladder_step));
    state.run = 0;
    state.ladder_step += 1;
    state.locked_until = Some(until);
    if is_disabled { Effect::Disabled } else { Effect::Locked { until } }
}

/// Failures that the yearly budget still allows (R18: whoever is about to be shut out is told).
fn left_this_year(state: &FactorState, policy: &Policy) -> u32 {
    let Some(budget) = yearly_budget(state.factor, policy) else { return u32::MAX };
    u32::try_from(budget.saturating_sub(u64::from(state.failures_this_year))).unwrap_or(u32::MAX)
}

/// Counts a success. `own_failures` are those of the very challenge that succeeded: only they are refunded (R20);
/// the ladder keeps its step, so that a stranger's failures between an owner's successes still add up.
pub fn record_success(state: &mut FactorState, own_failures: u32) {
    state.run = 0;
    state.in_a_row = 0;
    state.failures_this_year = state.failures_this_year.saturating_sub(own_failures);
    state.sends_unconverted = 0;
    state.sends_locked_until = None;
}

/// Counts a code sent; after too many without a success, sending stops for a while (section E). Answers until when,
/// if so.
pub fn record_send(state: &mut FactorState, policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    state.sends_unconverted += 1;
    if u64::from(state.sends_unconverted) < policy.sends_before_lock {
        return None;
    }
    let until = now.after(crate::time::seconds(policy.sends_lock_s));
    state.sends_unconverted = 0;
    state.sends_locked_until = Some(until);
    Some(until)
}

/// Until when sending is locked, if it is at `now`.
pub fn sending_locked_until(state: &FactorState, now: Timestamp) -> Option<Timestamp> {
    state.sends_locked_until.filter(|until| now < *until)
}

/// Binding a factor anew opens what failures had shut, and begins its year again (section E): another factor and the
/// code of the number itself were proved for it. Failures of this very day still count.
pub fn rebind(state: &mut FactorState, now: Timestamp) {
    state.run = 0;
    state.in_a_row = 0;
    state.locked_until = None;
    state.disabled_at = None;
    state.rebound_at = Some(now);
    state.failures_this_year = 0;
}

/// Whether failures or sends have shut the factor, in any way that [`lift`] opens.
pub fn is_shut(state: &FactorState, policy: &Policy, now: Timestamp) -> bool {
    refusal(state, policy, now).is_some() || sending_locked_until(state, now).is_some()
}

/// What tells one lock of a factor from a later one: a new one ends later, or disables. None: there was none.
pub fn latest(state: &FactorState) -> Option<Timestamp> {
    [state.locked_until, state.disabled_at, state.sends_locked_until].into_iter().flatten().max()
}

/// Opens what failures and sends had shut, when two of staff agree. The yearly budget is not refilled (R20) and the
/// ladder keeps its step: nobody talks support into a year of guesses.
pub fn lift(state: &mut FactorState) {
    state.run = 0;
    state.in_a_row = 0;
    state.locked_until = None;
    state.disabled_at = None;
    state.sends_unconverted = 0;
    state.sends_locked_until = None;
}

/// As [`refusal`], for a code that binds the factor: that is what a disabled one waits for, so only locks count.
pub fn refusal_to_bind(state: &FactorState, now: Timestamp) -> Option<Refusal> {
    state.locked_until.filter(|until| now < *until).map(|until| Refusal::Locked { until })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AccountId, ServiceId};
    use crate::time::{hours, minutes};
    use std::time::Duration;

    const START: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

    fn state(factor: Factor) -> FactorState {
        let subject = Subject::Account(AccountId::from_bytes([2; 16]));
        FactorState::fresh(ServiceId::from_bytes([1; 16]), subject, factor, None)
    }

    fn fail(state: &mut FactorState, times: u32, now: Timestamp) -> Effect {
        let mut effect = Effect::Disabled;
        for _ in 0..times {
            effect = record_failure(state, &Policy::default(), now);
        }
        effect
    }

    #[test]
    fn open_counts_down_and_the_fifth_failure_locks_for_fifteen_minutes() {
        let policy = Policy::default();
        let mut sms = state(Factor::Sms);
        for left in (1..=4).rev() {
            assert_eq!(record_failure(&mut sms, &policy, START), Effect::Counted { left });
            assert_eq!(refusal(&sms, &policy, START), None);
        }
        let until = START.after(minutes(15));
        assert_eq!(record_failure(&mut sms, &policy, START), Effect::Locked { until });
        assert_eq!(
            refusal(&sms, &policy, until.before(Duration::from_millis(1))),
            Some(Refusal::Locked { until })
        );
        assert_eq!(refusal(&sms, &policy, until), None);
    }

    #[test]
    fn each_further_run_climbs_the_ladder() {
        let policy = Policy::default();
        let mut sms = state(Factor::Sms);
        let mut now = START;
        for span in [minutes(15), hours(1), hours(4), hours(24), hours(72), hours(168), hours(168)] {
            assert_eq!(fail(&mut sms, 5, now), Effect::Locked { until: now.after(span) });
            now = now.after(span);
            assert_eq!(refusal(&sms, &policy, now), None);
        }
    }

    #[test]
    fn a_success_ends_the_run_but_not_the_ladder() {
        let mut sms = state(Factor::Sms);
        fail(&mut sms, 5, START);
        let later = START.after(hours(1));
        fail(&mut sms, 4, later);
        record_success(&mut sms, 0);
        assert_eq!(sms.run, 0);
        assert_eq!(fail(&mut sms, 5, later), Effect::Locked { until: later.after(hours(1)) });
    }

    #[test]
    fn a_quiet_month_starts_the_ladder_again() {
        let mut sms = state(Factor::Sms);
        fail(&mut sms, 5, START);
        let almost = START.after(days(30)).before(Duration::from_millis(1));
        let mut early = sms.clone();
        assert_eq!(fail(&mut early, 5, almost), Effect::Locked { until: almost.after(hours(1)) });
        let later = START.after(days(30));
        assert_eq!(fail(&mut sms, 5, later), Effect::Locked { until: later.after(minutes(15)) });
    }

    #[test]
    fn sixty_failures_in_a_year_disable_a_code_factor_and_only_own_failures_are_refunded() {
        let policy = Policy::default();
        let mut sms = state(Factor::Sms);
        sms.failures_this_year = 58;
        record_failure(&mut sms, &policy, START);
        record_success(&mut sms, 1);
        assert_eq!(sms.failures_this_year, 58, "the challenge's own failure came back, no other");
        assert_eq!(fail(&mut sms, 2, START), Effect::Disabled);
        assert_eq!(refusal(&sms, &policy, START.after(days(3650))), Some(Refusal::Disabled));
        assert!(
            matches!(refusal_to_bind(&sms, START), Some(Refusal::Locked { .. })),
            "guessed at, it stays locked"
        );
        rebind(&mut sms, START);
        assert_eq!(refusal(&sms, &policy, START), None, "bound again, it opens (section E)");
    }

    #[test]
    fn a_hundred_in_a_row_disable_a_password_lane_and_a_success_between_does_not_count_them_together() {
        let policy = Policy::default();
        let mut password = state(Factor::Password);
        password.in_a_row = 98;
        assert!(!matches!(record_failure(&mut password, &policy, START), Effect::Disabled));
        record_success(&mut password, 0);
        assert_eq!(password.in_a_row, 0);
        password.in_a_row = 99;
        assert_eq!(record_failure(&mut password, &policy, START), Effect::Disabled);
    }

    #[test]
    fn an_address_without_account_opens_again_as_the_year_moves_on() {
        let policy = Policy::default();
        let mut bare = state(Factor::Sms);
        bare.subject = Subject::Address(crate::address::AddressIndex([5; 32]));
        bare.failures_this_year = 59;
        assert_eq!(record_failure(&mut bare, &policy, START), Effect::Disabled);
        assert_eq!(refusal(&bare, &policy, START), Some(Refusal::Disabled));
        bare.failures_this_year = 59;
        assert!(
            matches!(refusal(&bare, &policy, START), Some(Refusal::Locked { .. })),
            "the ladder still holds"
        );
        assert_eq!(refusal(&bare, &policy, START.after(minutes(15))), None);
    }

    #[test]
    fn the_fifth_send_without_success_locks_sending_for_half_an_hour() {
        let policy = Policy::default();
        let mut sms = state(Factor::Sms);
        for _ in 0..4 {
            assert_eq!(record_send(&mut sms, &policy, START), None);
        }
        let until = START.after(minutes(30));
        assert_eq!(record_send(&mut sms, &policy, START), Some(until));
        assert_eq!(sending_locked_until(&sms, until.before(Duration::from_millis(1))), Some(until));
        assert_eq!(sending_locked_until(&sms, until), None);
        record_send(&mut sms, &policy, until);
        record_success(&mut sms, 0);
        assert_eq!(sms.sends_unconverted, 0);
    }

    /// The table of security.md section 3: "ladder + rolling 365-day budget 60" lets 60 guesses through a year, and the
    /// ladder alone 285 without resets; both found here by playing the attacker who guesses whenever the door is open.
    #[test]
    fn worst_case_guesses_a_year_match_the_published_table() {
        let guesses = |policy: &Policy| {
            let mut sms = state(Factor::Sms);
            let (mut now, mut count) = (START, 0u64);
            while now < START.after(days(365)) {
                match refusal(&sms, policy, now) {
                    None => {
                        count += 1;
                        record_failure(&mut sms, policy, now);
                    }
                    Some(Refusal::Locked { until }) => now = until,
                    Some(Refusal::Disabled) => break,
                }
            }
            count
        };
        assert_eq!(guesses(&Policy::default()), 60);
        // Without budget or disabling, out of bounds on purpose: the row "our ladder, never reset".
        let ladder_only =
            Policy { failures_per_year_max: 10_000, failures_in_a_row_max: 10_000, ..Policy::default() };
        assert_eq!(guesses(&ladder_only), 285);
        let in_a_row = Policy { failures_per_year_max: 10_000, ..Policy::default() };
        assert_eq!(guesses(&in_a_row), 100);
    }
}
