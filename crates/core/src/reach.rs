//! Which countries' messages are slow or not getting through at the moment, from what was measured in the last
//! quarter of an hour (sections C and H). Says it only when enough messages were seen to mean something.

use crate::model::MessageStatus;
use crate::time::{Timestamp, minutes, seconds};
use std::collections::BTreeMap;
use std::time::Duration;

/// How far back it looks.
pub const WINDOW: Duration = minutes(15);

/// Fewest messages to one country that say anything about it.
const ENOUGH: usize = 5;

/// A message without a receipt counts against its country after this long.
const OVERDUE: Duration = minutes(2);

/// Usual delivery takes 10 to 30 seconds (section H); slower than this is worth saying.
const SLOW: Duration = seconds(30);

/// One message as it was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Two-letter code of its country.
    pub region: String,
    /// Where it stands.
    pub status: MessageStatus,
    /// When it was decided.
    pub created_at: Timestamp,
    /// When its receipt came, if it did.
    pub receipt_at: Option<Timestamp>,
}

/// A country with trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Its two-letter code.
    pub region: String,
    /// The delay that nineteen of twenty messages stay under; none when nothing gets through.
    pub delay: Option<Duration>,
}

/// The countries with trouble among the samples, in order of their codes.
pub fn troubles(samples: &[Sample], now: Timestamp) -> Vec<Trouble> {
    let mut by_region: BTreeMap<&str, (Vec<Duration>, usize)> = BTreeMap::new();
    for sample in samples {
        let (delays, lost) = by_region.entry(&sample.region).or_default();
        match (sample.status, sample.receipt_at) {
            (MessageStatus::Delivered, Some(at)) => delays.push(at.since(sample.created_at)),
            (MessageStatus::Failed | MessageStatus::Expired, _) => *lost += 1,
            (MessageStatus::Submitted | MessageStatus::Queued, _)
                if now.since(sample.created_at) >= OVERDUE =>
            {
                *lost += 1;
            }
            _ => {}
        }
    }
    by_region.into_iter().filter_map(|(region, (delays, lost))| trouble(region, delays, lost)).collect()
}

fn trouble(region: &str, mut delays: Vec<Duration>, lost: usize) -> Option<Trouble> {
    if delays.len() + lost < ENOUGH {
        return None;
    }
    delays.sort_unstable();
    // Nearest rank: the smallest delay that at least 95 % stay under.
    let rank = (delays.len() * 95).div_ceil(100);
    let delay = rank.checked_sub(1).and_then(|index| delays.get(index)).copied();
    match delay {
        Some(delay) if delay <= SLOW => None,
        delay => Some(Trouble { region: region.to_owned(), delay }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

    fn samples(region: &str, delays_s: &[u64]) -> Vec<Sample> {
        let created_at = NOW.before(minutes(10));
        let one = |delay: &u64| Sample {
            region: region.to_owned(),
            status: MessageStatus::Delivered,
            created_at,
            receipt_at: Some(created_at.after(seconds(*delay))),
        };
        delays_s.iter().map(one).collect()
    }

    #[test]
    fn usual_delivery_and_too_few_messages_say_nothing() {
        assert_eq!(troubles(&samples("DE", &[10, 20, 30, 30, 30]), NOW), []);
        assert_eq!(troubles(&samples("DE", &[300, 300, 300, 300]), NOW), []);
    }

    #[test]
    fn the_delay_is_what_nineteen_of_twenty_stay_under() {
        let mut delays: Vec<u64> = (1..=19).collect();
        delays.push(500);
        assert_eq!(troubles(&samples("DE", &delays), NOW), [], "one straggler in twenty is no trouble");
        delays[18] = 90;
        let slow = Trouble { region: "DE".to_owned(), delay: Some(seconds(90)) };
        assert_eq!(troubles(&samples("DE", &delays), NOW), [slow]);
    }

    #[test]
    fn nothing_getting_through_is_said_once_it_is_overdue() {
        let waiting = |age: Duration| Sample {
            region: "TH".to_owned(),
            status: MessageStatus::Submitted,
            created_at: NOW.before(age),
            receipt_at: None,
        };
        let blocked = Trouble { region: "TH".to_owned(), delay: None };
        assert_eq!(troubles(&vec![waiting(minutes(2)); 5], NOW), [blocked]);
        assert_eq!(troubles(&vec![waiting(seconds(119)); 5], NOW), []);
    }
}
