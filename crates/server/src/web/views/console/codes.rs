//! What the other side's codes mean and what to do about them: one row for each thing that can be wrong, with the codes
//! that different protocols give it.
//!
//! Decides cause and remedy of a code by the kind of the route that said it; a code that stands in no row is shown as
//! it is. Sources: SMPP 3.4 table 5-2, 3GPP TS 29.002 section 17.6.6 (codes in receipts), RFC 9110 section 15, RFC 5321
//! section 4.2.3, and Twilio's dictionary of errors.

/// Who can put it right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    /// Us: configuration, credit, contract.
    Ours,
    /// The carrier or provider that the route leads to.
    Route,
    /// The network of the number.
    Network,
    /// The handset or the person.
    Handset,
}

impl Side {
    pub(super) fn key(self) -> &'static str {
        match self {
            Side::Ours => "console-side-ours",
            Side::Route => "console-side-route",
            Side::Network => "console-side-network",
            Side::Handset => "console-side-handset",
        }
    }
}

/// What is known of a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Meaning {
    pub(super) side: Side,
    pub(super) cause: &'static str,
    pub(super) remedy: &'static str,
}

struct Known {
    meaning: Meaning,
    smpp: &'static [u32],
    gsm: &'static [u32],
    http: &'static [u32],
    twilio: &'static [u32],
    smtp: &'static [u32],
}

macro_rules! known {
    ($($side:ident $cause:literal $remedy:literal:
        smpp $smpp:tt gsm $gsm:tt http $http:tt twilio $twilio:tt smtp $smtp:tt;)*) => {
        &[$(Known {
            meaning: Meaning { side: Side::$side, cause: $cause, remedy: $remedy },
            smpp: &$smpp, gsm: &$gsm, http: &$http, twilio: &$twilio, smtp: &$smtp,
        },)*]
    };
}

static KNOWN: &[Known] = known! {
    Ours "console-cause-credentials" "console-remedy-credentials":
        smpp [0x0D, 0x0E, 0x0F] gsm [] http [401, 403] twilio [20003, 20404] smtp [530, 534, 535];
    Ours "console-cause-credit" "console-remedy-credit":
        smpp [] gsm [] http [402] twilio [30002] smtp [];
    Ours "console-cause-malformed" "console-remedy-malformed":
        smpp [0x01, 0x02, 0x03, 0x06, 0x07, 0x33, 0x34, 0x40, 0x42, 0x43, 0x51, 0x53, 0x54, 0x55]
        gsm [35, 36] http [400, 413, 415, 422] twilio [21602, 21617] smtp [500, 501, 503, 555];
    Ours "console-cause-place" "console-remedy-place":
        smpp [] gsm [] http [301, 302, 307, 308, 404, 405] twilio [] smtp [];
    Ours "console-cause-sender" "console-remedy-sender":
        smpp [0x0A, 0x48, 0x49] gsm [] http [] twilio [21606, 21612, 30032, 30034] smtp [];
    Ours "console-cause-country" "console-remedy-country":
        smpp [] gsm [] http [] twilio [21408] smtp [];
    Ours "console-cause-validity" "console-remedy-validity":
        smpp [0x61, 0x62] gsm [] http [] twilio [] smtp [];
    Ours "console-cause-tlv" "console-remedy-tlv":
        smpp [0xC0, 0xC1, 0xC2, 0xC3, 0xC4] gsm [] http [] twilio [] smtp [];
    Ours "console-cause-fast" "console-remedy-fast":
        smpp [0x14, 0x58] gsm [] http [429] twilio [20429, 30001] smtp [];
    Route "console-cause-bind" "console-remedy-bind":
        smpp [0x04, 0x05] gsm [] http [] twilio [] smtp [];
    Route "console-cause-unwell" "console-remedy-unwell":
        smpp [0x08, 0x64, 0xFF] gsm [34] http [408, 500, 502, 503, 504] twilio [20500, 20503] smtp [421, 451, 452];
    Route "console-cause-refused" "console-remedy-refused":
        smpp [0x45, 0x65, 0x66, 0xFE] gsm [21] http [409] twilio [30008] smtp [554];
    Network "console-cause-filtered" "console-remedy-filtered":
        smpp [] gsm [] http [] twilio [30004, 30007] smtp [550];
    Network "console-cause-line" "console-remedy-line":
        smpp [] gsm [11] http [] twilio [21614, 30006] smtp [];
    Handset "console-cause-number" "console-remedy-number":
        smpp [0x0B, 0x50] gsm [1, 5, 9] http [] twilio [21211, 30005] smtp [551, 553];
    Handset "console-cause-absent" "console-remedy-absent":
        smpp [] gsm [6, 27, 31] http [] twilio [30003] smtp [450];
    Handset "console-cause-barred" "console-remedy-barred":
        smpp [] gsm [13] http [] twilio [21610] smtp [];
    Handset "console-cause-full" "console-remedy-full":
        smpp [] gsm [32] http [] twilio [] smtp [552];
};

/// SMPP keeps this range for what each vendor makes up.
const VENDOR: Meaning =
    Meaning { side: Side::Route, cause: "console-cause-vendor", remedy: "console-remedy-vendor" };

/// What a code means that a route of this kind (`smpp`, `twilio`, `smtp` …) wrote down.
pub(super) fn meaning(kind: &str, code: &str) -> Option<Meaning> {
    let find = |of: fn(&Known) -> &'static [u32], number: u32| {
        KNOWN.iter().find(|known| of(known).contains(&number)).map(|known| known.meaning)
    };
    if let Some(hex) = code.strip_prefix("0x") {
        let number = u32::from_str_radix(hex, 16).ok()?;
        let vendor = (0x400..=0x4FF).contains(&number).then_some(VENDOR);
        return find(|known| known.smpp, number).or(vendor);
    }
    let (plain, enhanced) = code.split_once(' ').unwrap_or((code, ""));
    let number: u32 = plain.parse().ok()?;
    match kind {
        "smpp" => find(|known| known.gsm, number),
        "smtp" => find(|known| known.smtp, by_enhanced(enhanced).unwrap_or(number)),
        "twilio" => find(|known| known.twilio, number).or_else(|| find(|known| known.http, number)),
        _ => find(|known| known.http, number),
    }
}

/// The plain reply that says most nearly what an enhanced status code says (RFC 3463, section 3).
fn by_enhanced(code: &str) -> Option<u32> {
    let (_, subject_and_detail) = code.split_once('.')?;
    match subject_and_detail {
        "1.1" | "1.2" | "1.3" | "1.10" | "2.1" => Some(551),
        "2.2" => Some(552),
        other if other.starts_with("7.") => Some(550),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn cause(kind: &str, code: &str) -> Option<&'static str> {
        meaning(kind, code).map(|meaning| meaning.cause.trim_start_matches("console-cause-"))
    }

    #[test]
    fn a_number_means_what_its_protocol_says() {
        for (kind, code, expected) in [
            ("smpp", "0x0B", Some("number")),
            ("smpp", "0x58", Some("fast")),
            ("smpp", "0x45", Some("refused")),
            ("smpp", "0x4A1", Some("vendor")),
            ("smpp", "0x9999", None),
            ("smpp", "001", Some("number")),
            ("smpp", "27", Some("absent")),
            ("smpp", "999", None),
            ("twilio", "30003", Some("absent")),
            ("twilio", "21610", Some("barred")),
            ("twilio", "401", Some("credentials")),
            ("vonage", "30003", None),
            ("generic", "503", Some("unwell")),
            ("smtp", "503", Some("malformed")),
            ("smtp", "550 5.1.1", Some("number")),
            ("smtp", "550 5.7.1", Some("filtered")),
            ("smtp", "552 5.2.2", Some("full")),
            ("smtp", "not an email address", None),
            ("smpp", "", None),
        ] {
            assert_eq!(cause(kind, code), expected, "{kind} {code:?}");
        }
    }

    #[test]
    fn no_code_stands_in_two_rows() {
        for of in [
            (|known: &Known| known.smpp) as fn(&Known) -> &'static [u32],
            |known| known.gsm,
            |known| known.http,
            |known| known.twilio,
            |known| known.smtp,
        ] {
            let all: Vec<u32> = KNOWN.iter().flat_map(|known| of(known).iter().copied()).collect();
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{all:?}");
        }
    }
}
