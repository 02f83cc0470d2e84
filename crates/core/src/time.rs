//! Time as the rules see it: an instant given by the caller, in whole milliseconds of Unix time. Nothing here reads
//! a clock; a clock that steps backwards therefore shows up as a smaller `now`, and the rules are written to stay
//! safe then.

use std::time::Duration;

/// An instant in UTC, milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The start of Unix time.
    pub const EPOCH: Timestamp = Timestamp(0);

    /// From milliseconds since 1970.
    pub const fn from_unix_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970.
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// This instant later by `span`; the last representable instant if that overflows.
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This instant earlier by `span`.
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long from `earlier` to this instant; zero when `earlier` is in fact later.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// As RFC 3339 in UTC, to the millisecond: `2026-11-22T09:05:07.123Z`.
    pub fn to_rfc3339(self) -> String {
        let (day, rest) = (self.day(), self.0.rem_euclid(86_400_000));
        // Days to a date, years beginning in March (H. Hinnant, "chrono-compatible low-level date algorithms").
        let shifted = day + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let day_of_month = of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
        format!(
            "{year:04}-{month:02}-{day_of_month:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z",
            rest % 1_000
        )
    }

    /// Whole days since 1970, in UTC: the buckets of the yearly budget.
    pub fn day(self) -> i64 {
        self.0.div_euclid(86_400_000)
    }

    /// The start of the window of `length` that holds this instant; windows are aligned to Unix time.
    pub fn window_start(self, length: Duration) -> Timestamp {
        let length_ms = i64::try_from(length.as_millis()).unwrap_or(i64::MAX).max(1);
        Timestamp(self.0.div_euclid(length_ms).saturating_mul(length_ms))
    }
}

/// Shorthand for spans written in policy.
pub const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Shorthand for spans written in policy.
pub const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

/// Shorthand for spans written in policy.
pub const fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3_600)
}

/// Shorthand for spans written in policy.
pub const fn days(count: u64) -> Duration {
    Duration::from_secs(count * 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from `date -u -d @N +%FT%TZ` (GNU coreutils).
    #[test]
    fn moments_are_written_as_rfc_3339() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_123, "2000-02-29T00:00:00.123Z"),
            (1_763_789_340_042, "2025-11-22T05:29:00.042Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp::from_unix_ms(ms).to_rfc3339(), text);
        }
    }
}
