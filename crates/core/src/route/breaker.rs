//! The breaker of a route, as a whole and towards one country: after so many failures without a success between them
//! it carries nothing for a while, then one message as a probe.
//!
//! ```text
//! closed ── 6 failures in a row ──► open (30 s, 1, 2, 4, 8, 10 min …) ──► half open ── probe ──► closed
//!    ▲                                  ▲                                              │ fails
//!    └────────────── success ───────────┴──────────────────────────────────────────────┘
//! ```

use super::Outcome;
use crate::time::Timestamp;
use std::time::Duration;

/// Failures in a row that open it. A route that loses a fifth of everything gets here once in 15,000 messages.
const FAILURES_IN_A_ROW: u32 = 6;
const OPEN_FIRST: Duration = Duration::from_secs(30);
const OPEN_MAX: Duration = Duration::from_secs(600);
/// How long a probe's outcome is waited for before another may go.
const PROBE: Duration = Duration::from_secs(30);

/// One breaker, as kept in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    /// Failures since the last success.
    pub failures_in_a_row: u32,
    /// How often it has opened since the last success.
    pub openings: u32,
    /// Until when nothing goes; in the past: a probe may.
    pub open_until: Option<Timestamp>,
    /// Until when a probe is waited for.
    pub probing_until: Option<Timestamp>,
}

/// How a breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Messages may go.
    Closed,
    /// None may.
    Open {
        /// Until then.
        until: Timestamp,
    },
    /// One may, as a probe.
    HalfOpen,
    /// A probe is out; nothing else goes.
    Probing,
}

/// What happened since a breaker last heard: whether anything went well, and the failures after that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Something went well.
    pub succeeded: bool,
    /// Failures after the last success, or all if there was none.
    pub failures: u32,
}

impl Run {
    /// Adds one outcome.
    pub fn note(&mut self, is_good: bool) {
        if is_good {
            *self = Run { succeeded: true, failures: 0 };
        } else {
            self.failures = self.failures.saturating_add(1);
        }
    }

    /// Adds what happened after it.
    pub fn append(&mut self, later: Run) {
        let failures = if later.succeeded { 0 } else { self.failures };
        self.failures = failures.saturating_add(later.failures);
        self.succeeded |= later.succeeded;
    }
}

impl Outcome {
    /// Whether it speaks for its route or against it; `None` for neither. Where receipts come, only they speak for
    /// it: a route that takes everything and delivers nothing is the worst of all.
    pub fn speaks(self, has_receipts: bool) -> Option<bool> {
        match self {
            Outcome::Delivered { .. } | Outcome::Converted => Some(true),
            Outcome::Accepted => (!has_receipts).then_some(true),
            Outcome::Refused | Outcome::NotSent | Outcome::Lost | Outcome::Failed | Outcome::Overdue => {
                Some(false)
            }
            Outcome::Sent { .. } | Outcome::Throttled | Outcome::NumberRefused => None,
        }
    }
}

impl Breaker {
    /// How it stands.
    pub fn state(&self, now: Timestamp) -> BreakerState {
        match (self.open_until, self.probing_until) {
            (None, _) => BreakerState::Closed,
            (Some(until), _) if now < until => BreakerState::Open { until },
            (Some(_), Some(until)) if now < until => BreakerState::Probing,
            (Some(_), _) => BreakerState::HalfOpen,
        }
    }

    /// Hears what happened.
    pub fn hear(&mut self, run: Run, now: Timestamp) {
        let state = self.state(now);
        if run.succeeded {
            *self = Breaker { failures_in_a_row: run.failures, ..Breaker::default() };
        } else {
            self.failures_in_a_row = self.failures_in_a_row.saturating_add(run.failures);
        }
        let trips = match state {
            // What was on its way when it opened changes nothing more.
            BreakerState::Open { .. } if !run.succeeded => false,
            BreakerState::HalfOpen | BreakerState::Probing if !run.succeeded => run.failures > 0,
            _ => self.failures_in_a_row >= FAILURES_IN_A_ROW,
        };
        if trips {
            let open = OPEN_FIRST * 2u32.pow(self.openings.min(5));
            self.openings = self.openings.saturating_add(1);
            self.open_until = Some(now.after(open.min(OPEN_MAX)));
            self.probing_until = None;
        }
    }

    /// A probe leaves.
    pub fn probe(&mut self, now: Timestamp) {
        self.probing_until = Some(now.after(PROBE));
    }

    /// Whether a row that says this says no more than no row.
    pub fn is_blank(&self) -> bool {
        *self == Breaker::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::seconds;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

    fn failures(failures: u32) -> Run {
        Run { succeeded: false, failures }
    }

    #[test]
    fn it_opens_at_the_sixth_failure_in_a_row_and_a_success_starts_the_count_anew() {
        let mut breaker = Breaker::default();
        breaker.hear(failures(5), NOW);
        assert_eq!(breaker.state(NOW), BreakerState::Closed);
        breaker.hear(Run { succeeded: true, failures: 5 }, NOW);
        assert_eq!(breaker.state(NOW), BreakerState::Closed);
        breaker.hear(failures(1), NOW);
        assert_eq!(breaker.state(NOW), BreakerState::Open { until: NOW.after(seconds(30)) });
    }

    #[test]
    fn one_probe_goes_after_the_time_and_its_failure_opens_it_for_longer() {
        let mut breaker = Breaker::default();
        breaker.hear(failures(6), NOW);
        let mut at = NOW.after(seconds(30));
        for open_s in [60, 120, 240, 480, 600, 600] {
            assert_eq!(breaker.state(at), BreakerState::HalfOpen);
            breaker.probe(at);
            assert_eq!(breaker.state(at), BreakerState::Probing);
            assert_eq!(
                breaker.state(at.after(seconds(30))),
                BreakerState::HalfOpen,
                "a probe nobody heard of"
            );
            breaker.hear(failures(1), at);
            assert_eq!(breaker.state(at), BreakerState::Open { until: at.after(seconds(open_s)) });
            at = at.after(seconds(open_s));
        }
        breaker.probe(at);
        breaker.hear(Run { succeeded: true, failures: 0 }, at);
        assert!(breaker.is_blank());
    }

    #[test]
    fn what_was_on_its_way_when_it_opened_does_not_keep_it_open() {
        let mut breaker = Breaker::default();
        breaker.hear(failures(6), NOW);
        breaker.hear(failures(50), NOW.after(seconds(29)));
        assert_eq!(breaker.state(NOW.after(seconds(30))), BreakerState::HalfOpen);
    }

    #[test]
    fn taking_a_message_speaks_for_a_route_only_where_no_receipts_come() {
        assert_eq!(Outcome::Accepted.speaks(true), None);
        assert_eq!(Outcome::Accepted.speaks(false), Some(true));
        assert_eq!(Outcome::Overdue.speaks(true), Some(false));
        for neutral in [Outcome::Throttled, Outcome::NumberRefused, Outcome::Sent { is_code: true }] {
            assert_eq!(neutral.speaks(true), None, "{neutral:?}");
        }
    }
}
