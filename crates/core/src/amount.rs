//! Amounts and what they are worth. An amount is a decimal number in text, read exactly; its worth in bitcoin
//! is found by a rate that the relying party keeps fresh. What is not known for certain is unknown, never
//! small: whoever asks treats unknown as above every threshold. No floating point; what has to be rounded is
//! rounded up.

use crate::time::{Timestamp, seconds};
use std::fmt;
use std::time::Duration;

/// Units of an [`Amount`] to one whole: 10^18.
const UNITS: u128 = 1_000_000_000_000_000_000;

/// Most digits before the point, and most after it.
const DIGITS_MAX: usize = 18;

/// How far ahead of our clock a rate may be dated.
const RATE_AHEAD_SECONDS_MAX: u64 = 60;

/// The asset that everything is valued in.
const BITCOIN: &str = "BTC";

/// A decimal number, exact, in units of 10^-18; never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(u128);

impl Amount {
    /// Reads `12`, `0.5`, `000.10`: one to 18 ASCII digits, then at most one point followed by one to 18
    /// more. `None` for anything else; signs, exponents, spaces and separators have no reading that everyone
    /// shares.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) => {
                (digits(whole)?, digits(fraction).map(|value| (value, fraction.len()))?)
            }
            None => (digits(text)?, (0, 0)),
        };
        let (value, length) = fraction;
        let scale = 10u128.pow(u32::try_from(DIGITS_MAX - length).ok()?);
        Some(Self(whole * UNITS + value * scale))
    }

    /// From units of 10^-18.
    pub const fn from_units(units: u128) -> Self {
        Self(units)
    }

    /// Units of 10^-18.
    pub const fn units(self) -> u128 {
        self.0
    }

    /// The product, exact but for the last unit, which is rounded up: a worth is never understated. `None`
    /// when it is too large to hold.
    fn times(self, other: Self) -> Option<Self> {
        let (a, b) = ((self.0 / UNITS, self.0 % UNITS), (other.0 / UNITS, other.0 % UNITS));
        let whole = a.0.checked_mul(b.0)?.checked_mul(UNITS)?;
        let mixed = a.0.checked_mul(b.1)?.checked_add(a.1.checked_mul(b.0)?)?;
        whole.checked_add(mixed)?.checked_add((a.1 * b.1).div_ceil(UNITS)).map(Self)
    }
}

impl serde::Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("wants a decimal amount in quotes, such as \"0.1\""))
    }
}

/// The value of one to [`DIGITS_MAX`] ASCII digits.
fn digits(text: &str) -> Option<u128> {
    let fits = (1..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.bytes().fold(0, |value, b| value * 10 + u128::from(b - b'0')))
}

impl fmt::Display for Amount {
    /// The shortest text that reads back as the same amount, for amounts that can be read at all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / UNITS, self.0 % UNITS);
        if fraction == 0 {
            return write!(f, "{whole}");
        }
        let fraction = format!("{fraction:018}");
        write!(f, "{whole}.{}", fraction.trim_end_matches('0'))
    }
}

/// What one unit of an asset was worth at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The asset, spelled as actions spell it.
    pub asset: String,
    /// Bitcoin for one of it.
    pub btc_per_unit: Amount,
    /// When this was so, says the relying party.
    pub as_of: Timestamp,
}

/// What `amount` of an asset is worth in bitcoin. `None` is unknown: no rate, a rate older than `age_max`,
/// dated more than a minute ahead, or zero, or a worth too large to hold. Bitcoin needs no rate, and none can
/// change its worth.
pub fn in_btc(
    asset: &str,
    amount: Amount,
    rates: &[Rate],
    age_max: Duration,
    now: Timestamp,
) -> Option<Amount> {
    if asset == BITCOIN {
        return Some(amount);
    }
    let rate = rates.iter().find(|rate| rate.asset == asset)?;
    let stale = now.since(rate.as_of) > age_max;
    let ahead = rate.as_of > now.after(seconds(RATE_AHEAD_SECONDS_MAX));
    if stale || ahead || rate.btc_per_unit == Amount::default() {
        return None;
    }
    amount.times(rate.btc_per_unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);
    const HOUR: Duration = Duration::from_secs(3600);

    fn amount(text: &str) -> Amount {
        Amount::parse(text).unwrap()
    }

    #[test]
    fn amounts_are_read_exactly() {
        for (text, units) in [
            ("0", 0),
            ("1", 1_000_000_000_000_000_000),
            ("0.5", 500_000_000_000_000_000),
            ("0.000000000000000001", 1),
            ("007.10", 7_100_000_000_000_000_000),
            ("999999999999999999.999999999999999999", 999_999_999_999_999_999_999_999_999_999_999_999),
        ] {
            assert_eq!(Amount::parse(text), Some(Amount::from_units(units)), "{text}");
        }
        // A binary fraction would make these equal.
        assert_ne!(amount("0.1").units() + amount("0.2").units(), amount("0.300000000000000001").units());
        assert_eq!(amount("0.1").units() + amount("0.2").units(), amount("0.3").units());
    }

    #[test]
    fn nothing_else_is_an_amount() {
        for text in [
            "",
            ".",
            ".5",
            "5.",
            "-1",
            "+1",
            "1e3",
            "1E3",
            "0x10",
            "1,5",
            "1 000",
            " 1",
            "1 ",
            "1.2.3",
            "1_000",
            "١٢",
            "NaN",
            "inf",
            "1.-5",
            "1234567890123456789",
            "0.1234567890123456789",
            "1\n",
            "１",
        ] {
            assert_eq!(Amount::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_amount_is_written_in_its_shortest_form() {
        for (text, shortest) in [("0", "0"), ("00.50", "0.5"), ("10.0", "10"), ("1.000000000000000001", "")] {
            assert_eq!(amount(text).to_string(), if shortest.is_empty() { text } else { shortest });
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(units in 0..UNITS * UNITS) {
            let amount = Amount::from_units(units);
            prop_assert_eq!(Amount::parse(&amount.to_string()), Some(amount));
        }

        /// Against one multiplication, where 128 bits hold it.
        #[test]
        fn products_are_exact_and_rounded_up(a in 0..1u128 << 63, b in 0..1u128 << 64) {
            let wanted = Amount::from_units((a * b).div_ceil(UNITS));
            prop_assert_eq!(Amount(a).times(Amount(b)), Some(wanted));
        }
    }

    fn rates(btc_per_unit: &str, as_of: Timestamp) -> Vec<Rate> {
        let other = Rate { asset: "USDT".into(), btc_per_unit: amount("0.00001"), as_of: NOW };
        vec![other, Rate { asset: "ETH".into(), btc_per_unit: amount(btc_per_unit), as_of }]
    }

    #[test]
    fn worth_is_amount_times_rate() {
        let rates = rates("0.031", NOW);
        let worth = |asset, text| in_btc(asset, amount(text), &rates, HOUR, NOW).map(|btc| btc.to_string());
        assert_eq!(worth("ETH", "2.5").as_deref(), Some("0.0775"));
        assert_eq!(worth("USDT", "100000").as_deref(), Some("1"));
        assert_eq!(worth("ETH", "0.000000000000000001").as_deref(), Some("0.000000000000000001"));
        // 20,000 ETH: the product of the units needs more than 128 bits.
        assert_eq!(worth("ETH", "20000").as_deref(), Some("620"));
        assert_eq!(worth("ETH", "0").as_deref(), Some("0"));
    }

    #[test]
    fn bitcoin_needs_no_rate_and_takes_none() {
        let lie = [Rate { asset: "BTC".into(), btc_per_unit: amount("0.000001"), as_of: NOW }];
        for rates in [&[][..], &lie] {
            assert_eq!(in_btc("BTC", amount("1.5"), rates, HOUR, NOW), Some(amount("1.5")));
        }
    }

    #[test]
    fn what_is_not_certain_is_unknown() {
        let worth = |rates: &[Rate]| in_btc("ETH", amount("1"), rates, HOUR, NOW);
        let before = |ms| Timestamp::from_unix_ms(NOW.unix_ms() - ms);
        assert_eq!(worth(&rates("0.031", before(3_600_000))), Some(amount("0.031")));
        assert_eq!(worth(&rates("0.031", before(3_600_001))), None, "stale");
        assert_eq!(worth(&rates("0.031", before(-60_000))), Some(amount("0.031")));
        assert_eq!(worth(&rates("0.031", before(-60_001))), None, "from the future");
        assert_eq!(worth(&rates("0", NOW)), None, "worthless");
        assert_eq!(worth(&[]), None, "no rate");
        assert_eq!(in_btc("eth", amount("1"), &rates("1", NOW), HOUR, NOW), None, "another spelling");
        let huge = rates("999999999999999999", NOW);
        assert_eq!(in_btc("ETH", amount("999999999999999999"), &huge, HOUR, NOW), None, "too large");
    }
}
