//! Amounts of money, exact: whole numbers of 10^-18, written as decimal text. No floating point comes near.
//! Knows no asset and no rounding rule but the one of [`Amount::cents_at`].

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Units in 1.
const ONE: u128 = 1_000_000_000_000_000_000;
/// Digits on either side of the point.
const DIGITS_MAX: usize = 18;

/// An amount of zero or more, in units of 10^-18.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Amount(u128);

impl Amount {
    pub(crate) const ZERO: Amount = Amount(0);

    /// Reads `12`, `0.05`: no sign, no exponent, no spaces, a digit before the point, at most 18 on either
    /// side.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (text, ""),
        };
        let digits = |part: &str| part.len() <= DIGITS_MAX && part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return None;
        }
        let whole: u128 = whole.parse().ok()?;
        let fraction: u128 = format!("{fraction:0<DIGITS_MAX$}").parse().ok()?;
        Some(Self(whole * ONE + fraction))
    }

    /// So many hundredths.
    pub(crate) fn of_cents(cents: u128) -> Option<Self> {
        cents.checked_mul(ONE / 100).map(Self)
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Digits that stand after the point when written.
    pub(crate) fn decimals(self) -> usize {
        self.to_string().split_once('.').map_or(0, |(_, fraction)| fraction.len())
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// `None` if there is not as much.
    pub(crate) fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// What it fetches at a price in hundredths a piece, in whole hundredths; what is less than one is
    /// dropped.
    pub(crate) fn cents_at(self, price_cents: u64) -> Option<u128> {
        self.0.checked_mul(u128::from(price_cents)).map(|units| units / ONE)
    }

    /// What it is worth at a rate; digits beyond the 18th are dropped. `None` beyond what the type can hold.
    pub(crate) fn at_rate(self, rate: Self) -> Option<Self> {
        self.0.checked_mul(rate.0).map(|units| Self(units / ONE))
    }
}

/// The shortest text: no zeros at the end, no point without digits after it.
impl fmt::Display for Amount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:018}", self.0 % ONE);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        write!(out, "{}{point}{fraction}", self.0 / ONE)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| serde::de::Error::custom("no decimal amount"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::read(text).expect("an amount")
    }

    #[test]
    fn texts_are_read_exactly_or_not_at_all() {
        assert_eq!(amount("0.05"), Amount(50_000_000_000_000_000));
        assert_eq!(amount("0.000000000000000001"), Amount(1));
        assert_eq!(amount("999999999999999999"), Amount(999_999_999_999_999_999 * ONE));
        for wrong in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e3",
            " 1",
            "1 ",
            "1,5",
            "0x1",
            "1.2.3",
            "NaN",
            "１",
            "0.0000000000000000001",
            "1000000000000000000",
        ] {
            assert_eq!(Amount::read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn what_is_written_is_the_shortest_text_and_reads_back() {
        for (text, written) in
            [("0.050", "0.05"), ("007", "7"), ("1.0", "1"), ("0", "0"), ("2500.10", "2500.1")]
        {
            assert_eq!(amount(text).to_string(), written);
            assert_eq!(Amount::read(written), Some(amount(text)));
        }
        assert_eq!(amount("0.00000001").decimals(), 8);
        assert_eq!(amount("1.50").decimals(), 1);
    }

    #[test]
    fn sums_neither_wrap_nor_round() {
        assert_eq!(amount("0.1").plus(amount("0.2")), Some(amount("0.3")));
        assert_eq!(amount("0.1").minus(amount("0.100000000000000001")), None);
        assert_eq!(Amount(u128::MAX).plus(Amount(1)), None);
        // 0.12345678 x 58 123.45 = 7 175.7340..., by hand with bc.
        assert_eq!(amount("0.12345678").cents_at(5_812_345), Some(717_573));
        assert_eq!(amount("5").at_rate(amount("0.031")), Some(amount("0.155")));
        assert_eq!(Amount(u128::MAX).at_rate(amount("2")), None);
        assert_eq!(Amount::of_cents(717_573), Some(amount("7175.73")));
    }
}
