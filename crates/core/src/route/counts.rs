//! What is counted of a route: one cell per route, region and minute, added up as things happen. Latency is a
//! histogram, so that minutes add up to hours and any quantile can be read from them.

use crate::time::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// Upper bounds of the latency buckets in milliseconds; one more bucket takes the rest.
pub const LATENCY_BOUNDS_MS: [u64; 13] =
    [500, 1_000, 2_000, 3_000, 5_000, 8_000, 13_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000];

/// What happened to one try over one route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was handed to the route; whether it carries a code.
    Sent {
        /// It carries a code, so that its conversion can be measured.
        is_code: bool,
    },
    /// The other side took it.
    Accepted,
    /// The other side said no, about itself or about us.
    Refused,
    /// The other side asked for patience: no fault of the route.
    Throttled,
    /// The other side said no about this number.
    NumberRefused,
    /// It never left.
    NotSent,
    /// Nobody knows whether it left.
    Lost,
    /// A receipt said that it arrived, so long after it was handed over.
    Delivered {
        /// From the hand-over to the receipt.
        after: Duration,
    },
    /// A receipt said that it will not arrive.
    Failed,
    /// No receipt came in time.
    Overdue,
    /// Its code was entered.
    Converted,
}

/// Counts of one cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Handed to the route.
    pub sent: u64,
    /// Of those, with a code.
    pub codes: u64,
    /// Taken by the other side.
    pub accepted: u64,
    /// Refused by it.
    pub refused: u64,
    /// Not sent, or lost between question and answer.
    pub lost: u64,
    /// Delivered, by receipt.
    pub delivered: u64,
    /// Failed, by receipt.
    pub failed: u64,
    /// Without a receipt in time; a late one does not take this back.
    pub overdue: u64,
    /// Codes that were entered.
    pub converted: u64,
    /// Receipts by their delay, see [`LATENCY_BOUNDS_MS`].
    pub latency: [u64; LATENCY_BOUNDS_MS.len() + 1],
}

impl Counts {
    /// Counts one outcome.
    pub fn note(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Sent { is_code } => {
                self.sent += 1;
                self.codes += u64::from(is_code);
            }
            Outcome::Accepted => self.accepted += 1,
            Outcome::Refused | Outcome::NumberRefused | Outcome::Throttled => self.refused += 1,
            Outcome::NotSent | Outcome::Lost => self.lost += 1,
            Outcome::Delivered { after } => {
                self.delivered += 1;
                let after_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
                let bucket = LATENCY_BOUNDS_MS.iter().position(|bound| after_ms <= *bound);
                if let Some(count) = self.latency.get_mut(bucket.unwrap_or(LATENCY_BOUNDS_MS.len())) {
                    *count += 1;
                }
            }
            Outcome::Failed => self.failed += 1,
            Outcome::Overdue => self.overdue += 1,
            Outcome::Converted => self.converted += 1,
        }
    }

    /// Adds another cell's counts.
    pub fn add(&mut self, other: &Counts) {
        let pairs = [
            (&mut self.sent, other.sent),
            (&mut self.codes, other.codes),
            (&mut self.accepted, other.accepted),
            (&mut self.refused, other.refused),
            (&mut self.lost, other.lost),
            (&mut self.delivered, other.delivered),
            (&mut self.failed, other.failed),
            (&mut self.overdue, other.overdue),
            (&mut self.converted, other.converted),
        ];
        for (count, more) in pairs {
            *count += more;
        }
        for (count, more) in self.latency.iter_mut().zip(other.latency) {
            *count += more;
        }
    }

    /// The delay that this share of receipts stayed under, in thousandths (950 for p95), read from the histogram: a
    /// straight line within its bucket. `None` without receipts; the last bucket has no end and gives its start.
    pub fn latency_quantile(&self, per_mille: u64) -> Option<Duration> {
        let total: u64 = self.latency.iter().sum();
        let rank = (total * per_mille).div_ceil(1_000).max(1);
        let mut before = 0;
        for (index, count) in self.latency.iter().enumerate() {
            if before + count >= rank && *count > 0 {
                let from = index.checked_sub(1).map_or(0, |index| LATENCY_BOUNDS_MS[index]);
                let to = LATENCY_BOUNDS_MS.get(index).copied().unwrap_or(from);
                let within = (to - from) * (rank - before) / count;
                return Some(Duration::from_millis(from + within));
            }
            before += count;
        }
        None
    }
}

/// What is counted since it was last written down: by route, region and minute (Unix minutes of the hand-over).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The counts to add.
    pub cells: BTreeMap<(String, String, i64), Counts>,
    /// What breakers have to hear, by route and region; the whole route has the empty region.
    pub runs: BTreeMap<(String, String), super::Run>,
}

impl Tally {
    /// Counts one outcome of a try that was handed over at `handed_over`. `has_receipts`: an answer alone says nothing
    /// about this route.
    pub fn note(
        &mut self,
        route: &str,
        region: &str,
        handed_over: Timestamp,
        outcome: Outcome,
        has_receipts: bool,
    ) {
        let minute = handed_over.unix_ms().div_euclid(60_000);
        self.cells.entry((route.to_owned(), region.to_owned(), minute)).or_default().note(outcome);
        let Some(is_good) = outcome.speaks(has_receipts) else { return };
        let mut places = vec![String::new()];
        if !region.is_empty() {
            places.push(region.to_owned());
        }
        for place in places {
            self.runs.entry((route.to_owned(), place)).or_default().note(is_good);
        }
    }

    /// Whether there is nothing to write down.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.runs.is_empty()
    }

    /// Adds what was taken and could not be written down. What happened since is newer: a run begins with the older
    /// one.
    pub fn add(&mut self, older: Tally) {
        for (place, counts) in older.cells {
            self.cells.entry(place).or_default().add(&counts);
        }
        for (place, mut run) in older.runs {
            let newer = self.runs.remove(&place).unwrap_or_default();
            run.append(newer);
            self.runs.insert(place, run);
        }
    }

    /// Takes what is there and starts anew.
    pub fn take(&mut self) -> Tally {
        std::mem::take(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivered(seconds: u64) -> Outcome {
        Outcome::Delivered { after: Duration::from_secs(seconds) }
    }

    #[test]
    fn quantiles_come_from_the_bucket_that_holds_the_rank() {
        let mut counts = Counts::default();
        assert_eq!(counts.latency_quantile(950), None);
        for _ in 0..95 {
            counts.note(delivered(4));
        }
        for _ in 0..5 {
            counts.note(delivered(700));
        }
        assert_eq!(
            counts.latency_quantile(500).map(|at| at.as_millis()),
            Some(4_052),
            "the 50th of 95 in 3 to 5 s"
        );
        assert_eq!(counts.latency_quantile(950), Some(Duration::from_secs(5)));
        assert_eq!(
            counts.latency_quantile(990),
            Some(Duration::from_secs(600)),
            "the last bucket has no end"
        );
    }

    #[test]
    fn minutes_add_up() {
        let (mut one, mut other) = (Counts::default(), Counts::default());
        for outcome in [Outcome::Sent { is_code: true }, Outcome::Accepted, delivered(1), Outcome::Converted]
        {
            one.note(outcome);
        }
        for outcome in [Outcome::Sent { is_code: false }, Outcome::Lost, Outcome::Refused, Outcome::Failed] {
            other.note(outcome);
        }
        one.add(&other);
        assert_eq!((one.sent, one.codes, one.accepted, one.refused), (2, 1, 1, 1));
        assert_eq!((one.lost, one.delivered, one.failed, one.converted), (1, 1, 1, 1));
        assert_eq!(one.latency.iter().sum::<u64>(), 1);
    }

    #[test]
    fn what_could_not_be_written_down_comes_before_what_followed() {
        let at = Timestamp::from_unix_ms(1_800_000_000_000);
        let tally = |outcomes: &[Outcome]| {
            let mut tally = Tally::default();
            outcomes.iter().for_each(|outcome| tally.note("a", "", at, *outcome, true));
            tally
        };
        let place = ("a".to_owned(), String::new());
        let mut newer = tally(&[Outcome::Failed]);
        newer.add(tally(&[delivered(1), Outcome::Failed]));
        assert_eq!(newer.runs[&place], super::super::Run { succeeded: true, failures: 2 });
        let mut newer = tally(&[delivered(1)]);
        newer.add(tally(&[Outcome::Failed]));
        assert_eq!(newer.runs[&place], super::super::Run { succeeded: true, failures: 0 });
        assert_eq!(newer.cells.values().map(|counts| (counts.delivered, counts.failed)).next(), Some((1, 1)));
    }

    #[test]
    fn a_tally_is_by_the_minute_of_the_hand_over_and_empties_when_taken() {
        let mut tally = Tally::default();
        let at = Timestamp::from_unix_ms(1_800_000_000_000);
        tally.note("a", "DE", at, Outcome::Sent { is_code: true }, true);
        tally.note("a", "DE", at.after(Duration::from_secs(59)), Outcome::Accepted, true);
        tally.note("a", "DE", at.after(Duration::from_secs(60)), Outcome::Failed, true);
        assert_eq!(tally.cells.len(), 2);
        assert_eq!(tally.runs.len(), 2, "the country's breaker and the route's");
        assert!(!tally.take().is_empty() && tally.is_empty());
    }
}
