//! The time that the owner lends: the network never reads a clock of its own.

use std::sync::Arc;

use countersign_smpp::time::Utc;

/// Gives Unix time in milliseconds.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// RFC 3339 in UTC with milliseconds, for example `2026-11-22T05:29:00.123Z`.
pub(crate) fn rfc_3339(unix_ms: u64) -> String {
    let Utc { year, month, day, hour, minute, second, millisecond } = Utc::from_unix_ms(unix_ms);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected value from `date -u -d @1763789340 --iso-8601=seconds` (GNU coreutils).
    #[test]
    fn moments_are_written_as_rfc_3339_has_them() {
        assert_eq!(rfc_3339(1_763_789_340_042), "2025-11-22T05:29:00.042Z");
    }
}
