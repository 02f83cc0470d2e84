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
