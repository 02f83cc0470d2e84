//! How fast a bind may submit: the contract's rate, and less after the SMSC complained. Half the rate at
//! once, five per cent more each second after. Knows no clock; the caller says what time it is.

use countersign_smpp::Millis;

/// No slower than this, or a bind would never learn that the trouble is over.
const RATE_MIN: f64 = 1.0;
/// Without a contract's rate, this is as good as none.
const RATE_FREE: f64 = 10_000.0;
/// One window's worth of complaints is one complaint.
const COMPLAINT_MS: Millis = 1_000;
const RECOVERY_PER_S: f64 = 1.05;

/// A token bucket whose rate gives way.
#[derive(Debug)]
pub(super) struct Pace {
    ceiling: Option<f64>,
    /// Submits a second; `None` for as many as the window lets.
    rate: Option<f64>,
    tokens: f64,
    refilled_at: Millis,
    complained_at: Option<Millis>,
    /// Submits of this second and of the one before: what was being sent when the SMSC complained.
    second: Millis,
    sent_now: u32,
    sent_before: u32,
}

impl Pace {
    pub(super) fn new(throughput_per_s: Option<u32>, now: Millis) -> Self {
        let ceiling = throughput_per_s.map(f64::from);
        Self {
            ceiling,
            rate: ceiling,
            tokens: 1.0,
            refilled_at: now,
            complained_at: None,
            second: now / 1_000,
            sent_now: 0,
            sent_before: 0,
        }
    }

    /// Takes leave for one submit.
    pub(super) fn take(&mut self, now: Millis) -> bool {
        self.refill(now);
        if self.rate.is_some() {
            if self.tokens < 1.0 {
                return false;
            }
            self.tokens -= 1.0;
        }
        self.turn(now);
        self.sent_now = self.sent_now.saturating_add(1);
        true
    }

    /// When the next submit may go; `None` when it may now.
    pub(super) fn next_at(&self, now: Millis) -> Option<Millis> {
        let rate = self.rate.filter(|_| self.tokens < 1.0)?;
        let wait_ms = ((1.0 - self.tokens) / rate * 1_000.0).ceil();
        // At most a second away, for no rate is below one a second.
        Some(self.refilled_at.max(now).saturating_add((wait_ms as Millis).clamp(1, 1_000)))
    }

    /// The SMSC said that it is too much.
    pub(super) fn complained(&mut self, now: Millis) {
        if self.complained_at.is_some_and(|at| now < at.saturating_add(COMPLAINT_MS)) {
            return;
        }
        self.refill(now);
        self.turn(now);
        let seen = f64::from(self.sent_now.max(self.sent_before));
        let rate = self.rate.unwrap_or(RATE_FREE).min(seen.max(RATE_MIN));
        self.rate = Some((rate / 2.0).max(RATE_MIN));
        self.tokens = 0.0;
        self.complained_at = Some(now);
    }

    fn turn(&mut self, now: Millis) {
        let second = now / 1_000;
        if second != self.second {
            self.sent_before = if second == self.second + 1 { self.sent_now } else { 0 };
            self.sent_now = 0;
            self.second = second;
        }
    }

    fn refill(&mut self, now: Millis) {
        let elapsed_s = now.saturating_sub(self.refilled_at) as f64 / 1_000.0;
        self.refilled_at = self.refilled_at.max(now);
        let Some(rate) = self.rate else { return };
        let grown = if self.complained_at.is_some() { rate * RECOVERY_PER_S.powf(elapsed_s) } else { rate };
        // A tenth of a second's worth may go in one burst: carriers count by the second.
        self.tokens = (self.tokens + grown * elapsed_s).min((grown / 10.0).max(1.0));
        self.rate = match self.ceiling {
            Some(ceiling) => Some(grown.min(ceiling)),
            None if grown >= RATE_FREE => None,
            None => Some(grown),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Submits that get leave in the second that starts at `from`, asking every millisecond.
    fn sent_in_second(pace: &mut Pace, from: Millis) -> u32 {
        (from..from + 1_000).map(|now| (0..100).filter(|_| pace.take(now)).count() as u32).sum()
    }

    #[test]
    fn a_contracts_rate_is_kept_and_filled() {
        let mut pace = Pace::new(Some(30), 0);
        let sent: Vec<u32> = (0..5).map(|second| sent_in_second(&mut pace, second * 1_000)).collect();
        assert!(sent.iter().all(|count| (29..=31).contains(count)), "{sent:?}");
    }

    #[test]
    fn a_complaint_halves_the_rate_and_it_recovers_by_a_twentieth_a_second() {
        let mut pace = Pace::new(Some(100), 0);
        sent_in_second(&mut pace, 0);
        for at in [1_000, 1_010, 1_999] {
            pace.complained(at); // one window's worth of complaints
        }
        let first = sent_in_second(&mut pace, 2_000);
        assert!((50..=60).contains(&first), "{first}");
        // 50 x 1.05^n reaches 100 after 15 seconds.
        sent_in_second(&mut pace, 20_000);
        let later = sent_in_second(&mut pace, 21_000);
        assert!((99..=101).contains(&later), "{later}");
    }

    #[test]
    fn without_a_contract_the_rate_falls_to_half_of_what_was_sent() {
        let mut pace = Pace::new(None, 0);
        assert!((0..400).all(|now| pace.take(now)));
        pace.complained(900);
        let after = sent_in_second(&mut pace, 900);
        assert!((195..=215).contains(&after), "{after}");
    }

    #[test]
    fn complaint_after_complaint_never_stops_the_bind() {
        let mut pace = Pace::new(Some(10), 0);
        for second in 0..20 {
            pace.complained(second * 1_000);
        }
        assert!(!pace.take(19_000));
        let next = pace.next_at(19_000);
        assert!(next.is_some_and(|at| at <= 20_000), "{next:?}");
        assert!(pace.take(20_000));
    }
}
