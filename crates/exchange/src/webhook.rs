//! Webhooks as they come in: the signature of Standard Webhooks (1.0), the age, and whether it came before.
//! Knows nothing of what the events mean.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secret::Secret;

/// How old, or how far ahead, a delivery may be.
const AGE_MAX_MS: i64 = 5 * 60_000;

/// Why a delivery is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// A header is missing or unreadable, or the secret is none.
    Malformed,
    /// Older or newer than five minutes.
    Stale,
    /// No signature in the list is right.
    Signature,
}

/// The id of a delivery that the secret's holder sent, and sent lately.
pub(crate) fn verify(
    secret: &Secret,
    headers: &HeaderMap,
    body: &[u8],
    now_ms: i64,
) -> Result<String, Problem> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(Problem::Malformed);
    let (id, sent_at, signatures) =
        (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
    let sent_ms: i64 =
        sent_at.parse().ok().and_then(|s: i64| s.checked_mul(1_000)).ok_or(Problem::Malformed)?;
    let key = secret.expose().strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
    let mut mac = key.and_then(|key| Hmac::<Sha256>::new_from_slice(&key).ok()).ok_or(Problem::Malformed)?;
    for part in [id.as_bytes(), b".", sent_at.as_bytes(), b".", body] {
        mac.update(part);
    }
    // Several signatures stand side by side while a secret is being replaced; versions we do not know are
    // skipped.
    let is_right = signatures
        .split(' ')
        .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
        .any(|signature| mac.clone().verify_slice(&signature).is_ok());
    if !is_right {
        return Err(Problem::Signature);
    }
    if now_ms.saturating_sub(sent_ms).saturating_abs() > AGE_MAX_MS {
        return Err(Problem::Stale);
    }
    Ok(id.to_owned())
}

/// The ids that were acted on lately. An older one fails by its age.
#[derive(Default)]
pub(crate) struct Seen(Mutex<HashMap<String, i64>>);

impl Seen {
    /// Whether this id comes for the first time.
    pub(crate) fn is_new(&self, id: &str, now_ms: i64) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, at_ms| now_ms.saturating_sub(*at_ms) <= 2 * AGE_MAX_MS);
        seen.insert(id.to_owned(), now_ms).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    /// The example of the Standard Webhooks libraries' own tests. Recomputed with Python 3:
    /// `base64.b64encode(hmac.new(base64.b64decode("MfKQ…LaSw"), (ID+"."+SENT+"."+BODY).encode(),
    /// "sha256").digest())`
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const SENT: &str = "1614265330";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const NOW_MS: i64 = 1_614_265_330_000;

    fn judge(id: &str, sent: &str, signature: &str, body: &[u8], now_ms: i64) -> Result<String, Problem> {
        let mut headers = HeaderMap::new();
        for (name, value) in
            [("webhook-id", id), ("webhook-timestamp", sent), ("webhook-signature", signature)]
        {
            headers.insert(name, HeaderValue::from_str(value).expect("a header"));
        }
        verify(&Secret::new(SECRET), &headers, body, now_ms)
    }

    #[test]
    fn the_example_of_the_standard_is_taken() {
        assert_eq!(judge(ID, SENT, SIGNATURE, BODY, NOW_MS), Ok(ID.to_owned()));
        let rotated = format!("v1,AAAA v1a,xyz {SIGNATURE}");
        assert_eq!(judge(ID, SENT, &rotated, BODY, NOW_MS), Ok(ID.to_owned()));
    }

    #[test]
    fn nothing_signed_may_change() {
        let refused = Err(Problem::Signature);
        assert_eq!(judge("msg_other", SENT, SIGNATURE, BODY, NOW_MS), refused);
        assert_eq!(judge(ID, "1614265331", SIGNATURE, BODY, NOW_MS), refused);
        assert_eq!(judge(ID, SENT, SIGNATURE, br#"{"test": 2432232315}"#, NOW_MS), refused);
        for signature in ["", "v1,", "v1,AAAA", &SIGNATURE[3..], &SIGNATURE.replace("v1,", "v2,")] {
            assert_eq!(judge(ID, SENT, signature, BODY, NOW_MS), refused, "{signature}");
        }
        assert_eq!(judge(ID, "soon", SIGNATURE, BODY, NOW_MS), Err(Problem::Malformed));
        assert_eq!(verify(&Secret::new(SECRET), &HeaderMap::new(), BODY, NOW_MS), Err(Problem::Malformed));
    }

    #[test]
    fn five_minutes_either_way_are_the_limit() {
        for (late_ms, taken) in [(300_000, true), (-300_000, true), (300_001, false), (-300_001, false)] {
            assert_eq!(judge(ID, SENT, SIGNATURE, BODY, NOW_MS + late_ms).is_ok(), taken, "{late_ms}");
        }
    }

    #[test]
    fn an_id_counts_once() {
        let seen = Seen::default();
        assert!(seen.is_new("evt_1", 0));
        assert!(!seen.is_new("evt_1", AGE_MAX_MS));
        assert!(seen.is_new("evt_2", AGE_MAX_MS));
    }
}
