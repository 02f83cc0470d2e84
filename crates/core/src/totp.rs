//! Time codes of authenticator apps (RFC 6238): SHA-1, six digits, steps of 30 seconds, the one form that
//! every app reads. Decides which steps a typed code may stand for. Keeps nothing: the caller saves the
//! accepted step, and with it the next code must be a later one (R35). Refuses to know how a key is stored or
//! shown.

use crate::code::TypedCode;
use crate::entropy::{self, Entropy};
use crate::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use std::fmt::Write;
use subtle::{ConditionallySelectable, ConstantTimeEq};

/// Digits of a code.
pub const DIGITS: u8 = 6;

/// Length of a step, in seconds (RFC 6238 section 5.2).
pub const STEP_SECONDS: i64 = 30;

/// How far from our clock the first code may be, in steps, either way, for its key to be enrolled.
const ENROLMENT_STEPS_MAX: i64 = 2;

/// How far off a clock is still recognised as a clock that is off, in steps, either way: ten minutes.
const CLOCK_OFF_STEPS_MAX: i64 = 20;

/// Draws a key: 160 bits, as RFC 4226 section 4 (R6) recommends (R34).
pub fn draw_key(entropy: &dyn Entropy) -> [u8; 20] {
    entropy::bytes(entropy)
}

/// The step that `now` falls in (RFC 6238 section 4.2, T0 = 0).
pub fn step_of(now: Timestamp) -> i64 {
    now.unix_ms().div_euclid(STEP_SECONDS * 1000)
}

/// The code of one step: HOTP (RFC 4226 section 5.3) with the step as its counter.
pub fn code_at(key: &[u8], step: i64) -> String {
    let digest: [u8; 20] = mac(key, step);
    let offset = usize::from(digest[19] & 0x0f);
    let truncated = digest[offset..offset + 4].iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte));
    format!("{:06}", (truncated & 0x7fff_ffff) % 1_000_000)
}

#[allow(clippy::expect_used)] // HMAC takes keys of any length; the error type exists for other MACs.
fn mac(key: &[u8], step: i64) -> [u8; 20] {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC accepts a key of any length");
    mac.update(&step.to_be_bytes());
    mac.finalize().into_bytes().into()
}

/// The step that a typed code proves, if it proves one: the step of the app's clock or the one before it, and
/// nothing wider (R36), and only a later step than the last accepted (R35). `drift_steps` is what [`enrol`]
/// found the app's clock to be ahead of ours. Which of the two steps matched does not show in the time taken.
pub fn judge(
    key: &[u8],
    drift_steps: i64,
    last_step: Option<i64>,
    typed: &TypedCode,
    now: Timestamp,
) -> Option<i64> {
    let step = step_of(now).saturating_add(drift_steps);
    let matched = nearest_match(key, [step, step.saturating_sub(1)], typed)?;
    last_step.is_none_or(|last| matched > last).then_some(matched)
}

/// The first of `steps` whose code was typed. Every one is computed and compared, whatever the others gave
/// (R9).
fn nearest_match(key: &[u8], steps: impl IntoIterator<Item = i64>, typed: &TypedCode) -> Option<i64> {
    let (mut matched, mut found) = (0i64, subtle::Choice::from(0));
    for step in steps {
        let equal = code_at(key, step).as_bytes().ct_eq(typed.digits().as_bytes());
        matched.conditional_assign(&step, equal & !found);
        found |= equal;
    }
    bool::from(found).then_some(matched)
}

/// What the first code of a new key shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enrolment {
    /// The app holds the key.
    Step {
        /// The accepted step: the code may not be used again.
        step: i64,
        /// By how many steps the app's clock is ahead of ours; negative when it is behind.
        drift_steps: i64,
    },
    /// The app holds the key, but its clock is off by minutes: the phone's time must be set first.
    ClockOff,
    /// No code of this key, or of a clock further off than anyone could mean.
    Wrong,
}

/// Judges the first code of a new key. A clock that is up to two steps off is taken as it is, and recorded,
/// so that [`judge`] can follow it without ever looking at more than two steps (RFC 6238 section 6, R36).
/// What is recorded is the smallest drift that explains the code: a code of the step before is a slow hand,
/// not a slow clock.
pub fn enrol(key: &[u8], typed: &TypedCode, now: Timestamp) -> Enrolment {
    let here = step_of(now);
    let outwards = (0..=CLOCK_OFF_STEPS_MAX).flat_map(|off| [-off, off]);
    let Some(step) = nearest_match(key, outwards.map(|off| here.saturating_add(off)), typed) else {
        return Enrolment::Wrong;
    };
    let off = step.saturating_sub(here);
    if off.abs() > ENROLMENT_STEPS_MAX {
        return Enrolment::ClockOff;
    }
    Enrolment::Step { step, drift_steps: if off < 0 { off + 1 } else { off } }
}

/// The key as a person types it into an app: base32 (RFC 4648 section 6) without padding, in groups of four.
pub fn key_in_groups(key: &[u8]) -> String {
    let mut groups = String::new();
    for (index, c) in base32(key).chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            groups.push(' ');
        }
        groups.push(c);
    }
    groups
}

/// The key as a QR code carries it: an `otpauth` URI in the Key Uri Format. Brand and label lose their
/// colons, which that format forbids in both.
pub fn uri(key: &[u8], brand: &str, account_label: &str) -> String {
    let (issuer, label) = (uri_part(brand), uri_part(account_label));
    let secret = base32(key);
    format!(
        "otpauth://totp/{issuer}:{label}?secret={secret}&issuer={issuer}\
         &algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
    )
}

/// Percent-encodes everything but the unreserved characters of RFC 3986 section 2.3.
fn uri_part(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes().filter(|byte| *byte != b':') {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Base32 (RFC 4648 section 6) without padding: how apps and scripts take a key.
pub fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let word = (0..5).fold(0u64, |word, i| word << 8 | u64::from(chunk.get(i).copied().unwrap_or(0)));
        for group in 0..(chunk.len() * 8).div_ceil(5) {
            text.push(char::from(ALPHABET[(word >> (35 - 5 * group)) as usize & 31]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::testing::Counting;

    /// The key of RFC 6238 Appendix B, SHA-1 rows.
    const KEY: &[u8] = b"12345678901234567890";

    fn typed(code: &str) -> TypedCode {
        TypedCode::strict(code, DIGITS).unwrap()
    }

    fn at_step(step: i64) -> Timestamp {
        Timestamp::from_unix_ms(step * 30_000 + 12_345)
    }

    /// RFC 6238 Appendix B, SHA-1 rows. The RFC prints eight digits; the six-digit code is the last six of
    /// them, as both are the same number modulo a power of ten.
    #[test]
    fn the_vectors_of_rfc_6238() {
        for (unix_s, eight_digits) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let step = step_of(Timestamp::from_unix_ms(unix_s * 1000));
            assert_eq!(code_at(KEY, step), &eight_digits[2..], "{unix_s}");
        }
    }

    /// RFC 4226 Appendix D: the same key, counters 0 to 9.
    #[test]
    fn the_vectors_of_rfc_4226() {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (counter, code) in (0i64..).zip(codes) {
            assert_eq!(code_at(KEY, counter), code);
        }
    }

    #[test]
    fn a_step_begins_on_the_half_minute_before_and_after_1970() {
        let of = |ms| step_of(Timestamp::from_unix_ms(ms));
        assert_eq!([of(0), of(29_999), of(30_000), of(-1), of(-30_000)], [0, 0, 1, -1, -1]);
    }

    #[test]
    fn this_step_and_the_one_before_are_accepted_and_no_other() {
        for (off, accepted) in [(-3, false), (-2, false), (-1, true), (0, true), (1, false), (2, false)] {
            let code = typed(&code_at(KEY, 1000 + off));
            let step = judge(KEY, 0, None, &code, at_step(1000));
            assert_eq!(step, accepted.then_some(1000 + off), "{off}");
        }
    }

    #[test]
    fn the_window_moves_with_the_recorded_drift_and_does_not_widen() {
        for drift in [-2, -1, 1, 2] {
            for off in -5..=5 {
                let code = typed(&code_at(KEY, 1000 + off));
                let step = judge(KEY, drift, None, &code, at_step(1000));
                let accepted = off == drift || off == drift - 1;
                assert_eq!(step, accepted.then_some(1000 + off), "{drift} {off}");
            }
        }
    }

    #[test]
    fn a_step_is_accepted_once_and_nothing_before_it_again() {
        let (before, here) = (typed(&code_at(KEY, 999)), typed(&code_at(KEY, 1000)));
        assert_eq!(judge(KEY, 0, Some(999), &here, at_step(1000)), Some(1000));
        assert_eq!(judge(KEY, 0, Some(1000), &here, at_step(1000)), None);
        assert_eq!(judge(KEY, 0, Some(1000), &before, at_step(1000)), None);
        assert_eq!(judge(KEY, 0, Some(998), &before, at_step(1000)), Some(999));
        // A clock that jumps back does not reopen a step (T6).
        assert_eq!(judge(KEY, 0, Some(1000), &before, at_step(999)), None);
    }

    #[test]
    fn another_key_or_another_code_proves_nothing() {
        let code = typed(&code_at(KEY, 1000));
        assert_eq!(judge(b"12345678901234567891", 0, None, &code, at_step(1000)), None);
        let right: u32 = code_at(KEY, 1000).parse().unwrap();
        let wrong = typed(&format!("{:06}", (right + 1) % 1_000_000));
        assert_eq!(judge(KEY, 0, None, &wrong, at_step(1000)), None);
        let longer = TypedCode::strict(&format!("{right:08}"), 8).unwrap();
        assert_eq!(judge(KEY, 0, None, &longer, at_step(1000)), None);
    }

    #[test]
    fn enrolment_records_the_smallest_drift_that_explains_the_code() {
        for (off, drift_steps) in [(-2, -1), (-1, 0), (0, 0), (1, 1), (2, 2)] {
            let code = typed(&code_at(KEY, 1000 + off));
            let enrolled = enrol(KEY, &code, at_step(1000));
            assert_eq!(enrolled, Enrolment::Step { step: 1000 + off, drift_steps }, "{off}");
            assert_eq!(judge(KEY, drift_steps, None, &code, at_step(1000)), Some(1000 + off));
        }
    }

    #[test]
    fn a_clock_that_is_minutes_off_is_told_from_a_wrong_code() {
        for off in [-21, -20, -3, 3, 20, 21] {
            let code = typed(&code_at(KEY, 1000 + off));
            let wanted = if off.abs() > 20 { Enrolment::Wrong } else { Enrolment::ClockOff };
            assert_eq!(enrol(KEY, &code, at_step(1000)), wanted, "{off}");
        }
    }

    /// Steps 336 and 2205 of the key share a code (found by search, in Python).
    #[test]
    fn where_two_steps_share_a_code_the_nearer_one_counts() {
        let code = typed("143951");
        assert_eq!([code_at(KEY, 336), code_at(KEY, 2205)], [code.digits(), code.digits()]);
        assert_eq!(nearest_match(KEY, [336, 5, 2205], &code), Some(336));
        assert_eq!(nearest_match(KEY, [2205, 5, 336], &code), Some(2205));
    }

    /// RFC 4648 section 10, padding taken off.
    #[test]
    fn the_base32_vectors_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_key_is_shown_in_groups_of_four() {
        assert_eq!(key_in_groups(KEY), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(key_in_groups(b"fooba"), "MZXW 6YTB");
    }

    #[test]
    fn the_uri_is_encoded_and_names_the_issuer_twice() {
        assert_eq!(
            uri(KEY, "Acme & Söhne: Co", "ada+x@example.com"),
            "otpauth://totp/Acme%20%26%20S%C3%B6hne%20Co:ada%2Bx%40example.com\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme%20%26%20S%C3%B6hne%20Co\
             &algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn a_key_is_160_drawn_bits() {
        let entropy = Counting::new();
        let (first, second) = (draw_key(&entropy), draw_key(&entropy));
        assert_ne!(first, second);
        let mut wanted = [0u8; 20];
        Counting::new().fill(&mut wanted);
        assert_eq!(first, wanted);
    }
}
