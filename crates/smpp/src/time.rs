//! The calendar as SMPP writes it: dates in receipts and relative times in `validity_period` (SMPP 3.4,
//! 7.1.1). UTC only; reading a clock is the caller's.

use crate::Millis;

const SECONDS_PER_DAY: u64 = 86_400;
/// A relative time is written with days at most, and never more than this many.
const DAYS_MAX: u64 = 30;

/// A moment in the Gregorian calendar, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Utc {
    /// From 1970.
    pub year: u64,
    /// 1 to 12.
    pub month: u64,
    /// 1 to 31.
    pub day: u64,
    /// 0 to 23.
    pub hour: u64,
    /// 0 to 59.
    pub minute: u64,
    /// 0 to 59.
    pub second: u64,
    /// 0 to 999.
    pub millisecond: u64,
}

impl Utc {
    /// From Unix time in milliseconds. Days become a date as in Howard Hinnant's "chrono-compatible
    /// low-level date algorithms": years start in March, so that the leap day is the last of its year.
    pub fn from_unix_ms(unix_ms: u64) -> Self {
        let seconds = unix_ms / 1000;
        let of_day = seconds % SECONDS_PER_DAY;
        let shifted = seconds / SECONDS_PER_DAY + 719_468;
        let era = shifted / 146_097;
        let day_of_era = shifted % 146_097;
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        Self {
            year: year_of_era + era * 400 + u64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: of_day / 3600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
            millisecond: unix_ms % 1000,
        }
    }
}

/// A lifetime as a relative `validity_period`, `YYMMDDhhmmss000R`: five minutes are `000000000500000R`. At
/// most 30 days.
pub fn relative(lifetime_ms: Millis) -> String {
    let seconds = (lifetime_ms / 1000).min(DAYS_MAX * SECONDS_PER_DAY);
    format!(
        "0000{:02}{:02}{:02}{:02}000R",
        seconds / SECONDS_PER_DAY,
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// A moment as an absolute `validity_period`, `YYMMDDhhmmsstnn+` in UTC: tenths of a second, no quarters of an hour.
pub fn absolute(unix_ms: u64) -> String {
    let Utc { year, month, day, hour, minute, second, millisecond } = Utc::from_unix_ms(unix_ms);
    let (year, tenth) = (year % 100, millisecond / 100);
    format!("{year:02}{month:02}{day:02}{hour:02}{minute:02}{second:02}{tenth}00+")
}

/// The lifetime in a relative `validity_period`, with months of 30 days and years of 365; `None` for any
/// other form.
pub fn relative_ms(validity_period: &str) -> Option<Millis> {
    let digits = validity_period.strip_suffix('R')?;
    if digits.len() != 15 || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let pair = |at: usize| digits.get(at..at + 2)?.parse::<u64>().ok();
    let days = pair(0)? * 365 + pair(2)? * 30 + pair(4)?;
    Some((days * SECONDS_PER_DAY + pair(6)? * 3600 + pair(8)? * 60 + pair(10)?) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from `date -u -d @SECONDS +%Y%m%d%H%M%S` (GNU coreutils).
    #[test]
    fn dates_are_those_of_the_calendar() {
        let cases = [
            (0, "19700101000000"),
            (951_782_399, "20000228235959"),
            (951_782_400, "20000229000000"),
            (1_735_689_599, "20241231235959"),
            (1_772_323_199, "20260228235959"),
            (4_107_542_400, "21000301000000"),
        ];
        for (seconds, expected) in cases {
            let Utc { year, month, day, hour, minute, second, millisecond } =
                Utc::from_unix_ms(seconds * 1000 + 7);
            assert_eq!(format!("{year}{month:02}{day:02}{hour:02}{minute:02}{second:02}"), expected);
            assert_eq!(millisecond, 7);
        }
    }

    /// The moments of the table above, in the form of SMPP 3.4, 7.1.1.
    #[test]
    fn moments_are_written_as_absolute_times() {
        assert_eq!(absolute(951_782_399_000), "000228235959000+");
        assert_eq!(absolute(1_735_689_599_950), "241231235959900+");
    }

    #[test]
    fn lifetimes_are_written_and_read_as_relative_times() {
        assert_eq!(relative(300_000), "000000000500000R");
        assert_eq!(relative(120_999), "000000000200000R");
        assert_eq!(relative(90_061_000), "000001010101000R");
        assert_eq!(relative(u64::MAX), "000030000000000R");
        assert_eq!(relative_ms("000000000500000R"), Some(300_000));
        assert_eq!(
            relative_ms("010203040506000R"),
            Some(((365 + 60 + 3) * 86_400 + 4 * 3600 + 5 * 60 + 6) * 1000)
        );
        for other in ["", "261122143000000+", "00000000050000R", "00000000050000xR"] {
            assert_eq!(relative_ms(other), None, "{other}");
        }
    }
}
