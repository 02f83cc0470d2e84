//! How shares, delays and prices are written and how they are drawn: positions in the pictures that the server makes.
//!
//! Decides rounding, scale and the words for how good a share is; refuses to know what was counted.

use countersign_flows::core::route::{Counts, LATENCY_BOUNDS_MS};
use std::time::Duration;

use crate::web::words::Words;

/// What stands where there is nothing to say.
pub(super) const NOTHING: &str = "–";

/// Fewer than this say little about a share.
pub(super) const ENOUGH: u64 = 30;

/// A count inside a sentence.
pub(super) fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Hundredths of the whole, to the nearest; none of nothing.
pub(super) fn share(part: u64, whole: u64) -> Option<u64> {
    (whole > 0).then(|| (part.saturating_mul(200) / whole).div_ceil(2))
}

/// `74 %`
pub(super) fn percent(part: u64, whole: u64) -> String {
    share(part, whole).map_or_else(|| NOTHING.to_owned(), |share| format!("{share} %"))
}

/// Messages that were handed over and did not arrive.
pub(super) fn lost(counts: &Counts) -> u64 {
    counts.refused + counts.lost + counts.failed + counts.overdue
}

/// `4.1 s`, `42 s`, `5.3 min`
pub(super) fn delay(delay: Option<Duration>) -> String {
    let Some(delay) = delay else { return NOTHING.to_owned() };
    match delay.as_secs_f64() {
        seconds if seconds < 9.95 => format!("{seconds:.1} s"),
        seconds if seconds < 99.5 => format!("{seconds:.0} s"),
        seconds => format!("{:.1} min", seconds / 60.0),
    }
}

/// What half of all receipts, or 95 % of them, stayed under.
pub(super) fn quantile(counts: &Counts, per_mille: u64) -> String {
    delay(counts.latency_quantile(per_mille))
}

/// Millionths as a decimal number, without zeros at its end: `0.0075`.
pub(super) fn price(micros: u64) -> String {
    let whole = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    whole.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How good a share of codes entered is, in words beside its bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Grade {
    Few,
    Poor,
    Fair,
    Good,
}

impl Grade {
    pub(super) fn of(counts: &Counts) -> Grade {
        match share(counts.converted, counts.codes) {
            Some(share) if counts.codes >= ENOUGH => match share {
                70.. => Grade::Good,
                40..70 => Grade::Fair,
                _ => Grade::Poor,
            },
            _ => Grade::Few,
        }
    }

    pub(super) fn key(self) -> &'static str {
        match self {
            Grade::Few => "console-grade-few",
            Grade::Poor => "console-grade-poor",
            Grade::Fair => "console-grade-fair",
            Grade::Good => "console-grade-good",
        }
    }
}

/// One column of a histogram, in the picture's own units.
pub(super) struct Column {
    /// Where it begins.
    pub(super) x: usize,
    /// Where its top is.
    pub(super) y: u64,
    /// How tall it is.
    pub(super) height: u64,
    /// What it counts.
    pub(super) count: u64,
    /// Its upper bound, as a delay; none for the last one.
    pub(super) below: Option<String>,
}

impl Column {
    /// What it says, for who points at it or cannot see it.
    pub(super) fn title(&self, words: &Words) -> String {
        let sentence = match &self.below {
            Some(below) => words.say("console-histogram-below").set("delay", below),
            None => words.say("console-histogram-above"),
        };
        sentence.set("count", count(self.count)).plain()
    }
}

/// How tall the tallest column is.
pub(super) const COLUMN_MAX: u64 = 100;

/// How wide each column is, with its gap.
pub(super) const COLUMN_WIDTH: usize = 40;

/// The receipts of one route by their delay.
pub(super) fn histogram(counts: &Counts) -> Vec<Column> {
    let most = counts.latency.iter().copied().max().unwrap_or(0).max(1);
    let column = |(index, count): (usize, &u64)| {
        // What was seen at all is seen in the picture.
        let height = (count.saturating_mul(COLUMN_MAX) / most).max(u64::from(*count > 0));
        let below = LATENCY_BOUNDS_MS.get(index).map(|bound| bound_in_words(*bound));
        Column { x: index * COLUMN_WIDTH, y: COLUMN_MAX - height, height, count: *count, below }
    };
    counts.latency.iter().enumerate().map(column).collect()
}

fn bound_in_words(bound_ms: u64) -> String {
    match bound_ms {
        0..1_000 => format!("0.{} s", bound_ms / 100),
        1_000..60_000 => format!("{} s", bound_ms / 1_000),
        _ => format!("{} min", bound_ms / 60_000),
    }
}

/// What goes into the path of an address: everything but letters, digits and `-._~` by its octets (RFC 3986, 2.1).
pub(super) fn in_path(text: &str) -> String {
    let mut path = String::with_capacity(text.len());
    for octet in text.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) {
            path.push(char::from(octet));
        } else {
            path.push_str(&format!("%{octet:02X}"));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_flows::core::route::Outcome;

    #[test]
    fn shares_are_rounded_to_the_nearest_and_nothing_of_nothing() {
        assert_eq!([share(1, 3), share(2, 3), share(1, 200), share(0, 9)], [33, 67, 1, 0].map(Some));
        assert_eq!((share(0, 0), percent(0, 0).as_str(), percent(3, 4).as_str()), (None, "–", "75 %"));
    }

    #[test]
    fn delays_and_prices_are_short() {
        let said = |ms| delay(Some(Duration::from_millis(ms)));
        assert_eq!(
            [said(412), said(9_949), said(42_000), said(320_000)],
            ["0.4 s", "9.9 s", "42 s", "5.3 min"]
        );
        assert_eq!(
            [price(0), price(7_500), price(1_000_000), price(12_345_678)],
            ["0", "0.0075", "1", "12.345678"]
        );
    }

    #[test]
    fn a_single_receipt_is_seen_beside_a_thousand() {
        let mut counts = Counts::default();
        for _ in 0..1_000 {
            counts.note(Outcome::Delivered { after: Duration::from_secs(4) });
        }
        counts.note(Outcome::Delivered { after: Duration::from_secs(900) });
        let columns = histogram(&counts);
        assert_eq!((columns.len(), columns[4].height, columns[4].y), (14, 100, 0));
        assert_eq!((columns[13].height, columns[13].x, columns[13].below.clone()), (1, 520, None));
        assert_eq!(columns[0].below.as_deref(), Some("0.5 s"));
        assert_eq!(columns[12].below.as_deref(), Some("10 min"));
    }

    #[test]
    fn few_codes_have_no_grade() {
        let counts = |codes, converted| Counts { codes, converted, ..Counts::default() };
        let grades = [counts(29, 29), counts(30, 21), counts(30, 12), counts(30, 11)].map(|c| Grade::of(&c));
        assert_eq!(grades, [Grade::Few, Grade::Good, Grade::Fair, Grade::Poor]);
    }

    #[test]
    fn a_name_stays_one_part_of_a_path() {
        assert_eq!(in_path("simulated-2"), "simulated-2");
        assert_eq!(in_path("a/b ü?"), "a%2Fb%20%C3%BC%3F");
    }
}
