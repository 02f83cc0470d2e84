//! A moment as a page shows it: in UTC from the server, in local time once the script has run.
//!
//! Decides how much of the date is shown; refuses to know what time it is now unless it is told.

use std::fmt;

use askama::filters::HtmlSafe;
use jiff::Timestamp;

use super::{Say, Value};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shown {
    Clock,
    Exact,
    Day,
    Full,
    Precise,
}

/// A point in time, Unix milliseconds. The digits are the same in every language (year first), so that nobody
/// reads a month for a day; the script rewrites them in the reader's own zone and habit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Moment {
    at_ms: i64,
    shown: Shown,
}

impl Moment {
    /// `14:32 UTC`
    pub(crate) fn clock(at_ms: i64) -> Moment {
        Moment { at_ms, shown: Shown::Clock }
    }

    /// `14:32:05 UTC`, for a time that is waited for
    pub(crate) fn exact(at_ms: i64) -> Moment {
        Moment { at_ms, shown: Shown::Exact }
    }

    /// `2025-11-21`
    pub(crate) fn day(at_ms: i64) -> Moment {
        Moment { at_ms, shown: Shown::Day }
    }

    /// `2025-11-21 14:32 UTC`
    pub(crate) fn full(at_ms: i64) -> Moment {
        Moment { at_ms, shown: Shown::Full }
    }

    /// `2025-11-21 14:32:05.123 UTC`, for moments that are compared; stays in UTC
    pub(crate) fn precise(at_ms: i64) -> Moment {
        Moment { at_ms, shown: Shown::Precise }
    }

    /// The clock alone when it falls on the same UTC day as now, else with its date: for the end of a lock.
    pub(crate) fn near(at_ms: i64, now_ms: i64) -> Moment {
        const DAY_MS: i64 = 86_400_000;
        let same_day = at_ms.div_euclid(DAY_MS) == now_ms.div_euclid(DAY_MS);
        if same_day { Moment::clock(at_ms) } else { Moment::full(at_ms) }
    }

    fn utc(&self) -> String {
        let pattern = match self.shown {
            Shown::Clock => "%H:%M UTC",
            Shown::Exact => "%H:%M:%S UTC",
            Shown::Day => "%Y-%m-%d",
            Shown::Full => "%Y-%m-%d %H:%M UTC",
            Shown::Precise => "%Y-%m-%d %H:%M:%S%.3f UTC",
        };
        self.format(pattern)
    }

    /// Empty for a number no calendar reaches; a page with a gap is better than a page that fails.
    fn format(&self, pattern: &str) -> String {
        Timestamp::from_millisecond(self.at_ms).map(|at| at.strftime(pattern).to_string()).unwrap_or_default()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let style = match self.shown {
            Shown::Clock => "clock",
            Shown::Exact => "exact",
            Shown::Day => "day",
            Shown::Full => "full",
            Shown::Precise => {
                let machine = self.format("%Y-%m-%dT%H:%M:%S%.3fZ");
                return write!(f, "<time datetime=\"{machine}\">{}</time>", self.utc());
            }
        };
        let machine = self.format("%Y-%m-%dT%H:%M:%SZ");
        write!(f, "<time datetime=\"{machine}\" data-local=\"{style}\">{}</time>", self.utc())
    }
}

impl HtmlSafe for Moment {}

impl Say for Moment {
    fn value(&self) -> Value {
        Value::Words { html: self.to_string(), plain: self.utc() }
    }
}
