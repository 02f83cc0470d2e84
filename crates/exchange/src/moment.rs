//! Moments as Unix milliseconds, and how they are read and written: RFC 3339 for the API, plain words for
//! people, in UTC; the pages' script turns those into the reader's own time.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Gives Unix time in milliseconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Reads RFC 3339.
pub(crate) fn read(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// RFC 3339 in UTC with milliseconds.
pub(crate) fn rfc_3339(unix_ms: i64) -> String {
    let moment = Timestamp::from_millisecond(unix_ms).unwrap_or(Timestamp::MAX);
    format!("{moment:.3}")
}

/// `22 Nov 2026, 14:05 UTC`.
pub(crate) fn in_words(unix_ms: i64) -> String {
    let moment = Timestamp::from_millisecond(unix_ms).unwrap_or(Timestamp::MAX);
    moment.to_zoned(TimeZone::UTC).strftime("%-d %b %Y, %H:%M UTC").to_string()
}

/// `23 h 12 min`, `12 min`, `under a minute`; a moment that is past counts as the last.
pub(crate) fn span_in_words(from_ms: i64, to_ms: i64) -> String {
    let minutes = to_ms.saturating_sub(from_ms).max(0) / 60_000;
    match (minutes / 60, minutes % 60) {
        (0, 0) => "under a minute".to_owned(),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// `1:59` until a moment, as a timer shows it: part of a second counts as one.
pub(crate) fn timer(from_ms: i64, to_ms: i64) -> String {
    let seconds = to_ms.saturating_sub(from_ms).max(0).saturating_add(999) / 1_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from `date -u -d @1763789340` (GNU coreutils).
    #[test]
    fn moments_are_read_and_written() {
        assert_eq!(read("2025-11-22T05:29:00.042Z"), Some(1_763_789_340_042));
        assert_eq!(read("2025-11-22T06:29:00+01:00"), Some(1_763_789_340_000));
        assert_eq!(read("yesterday"), None);
        assert_eq!(rfc_3339(1_763_789_340_042), "2025-11-22T05:29:00.042Z");
        assert_eq!(in_words(1_763_789_340_042), "22 Nov 2025, 05:29 UTC");
    }

    #[test]
    fn spans_are_said_as_people_say_them() {
        for (minutes, words) in [(0, "under a minute"), (12, "12 min"), (120, "2 h"), (1392, "23 h 12 min")] {
            assert_eq!(span_in_words(0, minutes * 60_000), words);
        }
        assert_eq!(
            (timer(0, 118_500), timer(0, 60_000), timer(5, 0)),
            ("1:59".into(), "1:00".into(), "0:00".into())
        );
    }
}
