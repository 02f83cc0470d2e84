//! Webhooks as Standard Webhooks 1.0 has them (standardwebhooks.com): what happened, told to a relying party, signed
//! so that it can tell us from others.
//!
//! Decides how a call is signed and what its answer means. Refuses to know what is told, when to try again and
//! when to stop: that is the flows'. Logs nothing (R10).

use crate::http::{Destination, HttpClient, HttpError, Post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::entropy::{self, Entropy};
use hmac::{Hmac, KeyInit, Mac};
use hyper::header::{HeaderName, HeaderValue};
use sha2::Sha256;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// How old or how far ahead of us a signature may be, seconds (Standard Webhooks).
const TOLERANCE_S: i64 = 300;

/// How long a listener has to answer.
pub const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(20);

const PREFIX: &str = "whsec_";
const SECRET_OCTETS: RangeInclusive<usize> = 24..=64;
const DRAWN_OCTETS: usize = 32;
/// Characters of a refusal that are kept for the relying party's developers.
const HEAD_CHARACTERS_MAX: usize = 200;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// A key that the listener knows, too: 24 to 64 octets. Prints redacted, leaves no copy in memory.
#[derive(Clone)]
pub struct WebhookSecret(Zeroizing<Vec<u8>>);

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

impl WebhookSecret {
    /// A new one of 256 bits.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(entropy::bytes::<DRAWN_OCTETS>(entropy).to_vec()))
    }

    /// As relying parties are given it: `whsec_` and base64.
    pub fn expose(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&*self.0))
    }

    /// Reads what [`WebhookSecret::expose`] gave; `None` when it is none, or not 24 to 64 octets long.
    pub fn parse(text: &str) -> Option<Self> {
        let octets = Zeroizing::new(STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?);
        SECRET_OCTETS.contains(&octets.len()).then_some(Self(octets))
    }

    /// `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
    fn sign(&self, id: &str, timestamp_s: i64, body: &str) -> String {
        let mac = self.mac(id, &timestamp_s.to_string(), body.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }

    #[allow(clippy::expect_used)] // HMAC takes keys of any length; the error type exists for other MACs.
    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

/// A call of somebody else's, with what it is signed by.
#[derive(Clone, Copy)]
pub struct SignedCall<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`.
    pub timestamp: &'a str,
    /// `webhook-signature`: one or more, parted by spaces.
    pub signatures: &'a str,
    /// As it came.
    pub body: &'a [u8],
}

impl SignedCall<'_> {
    /// Whether one of the secrets signed it, not more than five minutes from `now_s` (Unix seconds). Compares in
    /// constant time (R9).
    pub fn is_signed(&self, secrets: &[WebhookSecret], now_s: i64) -> bool {
        let fresh = |at: i64| now_s.abs_diff(at) <= TOLERANCE_S.unsigned_abs();
        if self.id.contains('.') || !self.timestamp.parse().is_ok_and(fresh) {
            return false;
        }
        let given = self.signatures.split(' ').filter_map(|one| one.strip_prefix("v1,"));
        let given: Vec<Vec<u8>> = given.filter_map(|one| STANDARD.decode(one).ok()).collect();
        let signed = |secret: &WebhookSecret| {
            let mac = secret.mac(self.id, self.timestamp, self.body);
            given.iter().any(|one| mac.clone().verify_slice(one).is_ok())
        };
        secrets.iter().any(signed)
    }
}

/// One telling. Prints neither URL nor body.
#[derive(Clone)]
pub struct WebhookCall {
    /// Where the relying party listens.
    pub url: String,
    /// Each signs, the newest first: after a rotation the earlier one signs along for a while.
    pub secrets: Vec<WebhookSecret>,
    /// The event's identifier: the same for every try, so that the listener can drop repeats. No dots.
    pub id: String,
    /// When this try is made, Unix seconds: listeners refuse what is minutes old.
    pub timestamp_s: i64,
    /// JSON.
    pub body: String,
}

impl fmt::Debug for WebhookCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookCall({})", self.id)
    }
}

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookAnswer {
    /// The listener has it: 2xx.
    Delivered {
        /// HTTP status.
        status: u16,
        /// From start to answer, milliseconds.
        took_ms: u64,
    },
    /// The listener is gone for good: 410. It is not called again.
    Gone,
    /// Any other answer, redirects included.
    Refused {
        /// HTTP status.
        status: u16,
        /// From start to answer, milliseconds.
        took_ms: u64,
        /// How the answer begins, on one line.
        body_head: String,
    },
    /// There was no answer.
    Unreachable {
        /// Why, in words.
        reason: &'static str,
    },
    /// The URL leads where requests may not go, now or ever.
    Forbidden,
}

/// Sends webhooks.
#[derive(Clone)]
pub struct WebhookSender {
    http: HttpClient,
    time: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl fmt::Debug for WebhookSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookSender({:?})", self.http)
    }
}

impl WebhookSender {
    /// `time` is a monotonic clock in milliseconds: it only measures how long answers take.
    pub fn new(http: HttpClient, time: Arc<dyn Fn() -> u64 + Send + Sync>) -> Self {
        Self { http, time }
    }

    /// Makes one try; it ends within [`WEBHOOK_TIMEOUT`].
    pub async fn send(&self, call: WebhookCall) -> WebhookAnswer {
        self.send_within(call, WEBHOOK_TIMEOUT).await
    }

    /// The same for a call that is larger than a word: it ends within `timeout`.
    pub async fn send_within(&self, call: WebhookCall, timeout: Duration) -> WebhookAnswer {
        let Ok(to) = Destination::parse(&call.url, self.http.policy()) else {
            return WebhookAnswer::Forbidden;
        };
        let Some(headers) = signed_headers(&call) else {
            return WebhookAnswer::Unreachable { reason: "nothing to sign with" };
        };
        let started_ms = (self.time)();
        let post = Post { to, headers, body: call.body, timeout };
        let answer = match self.http.post(post).await {
            Ok(answer) => answer,
            Err(HttpError::Forbidden) => return WebhookAnswer::Forbidden,
            Err(error) => return WebhookAnswer::Unreachable { reason: error.reason() },
        };
        let took_ms = (self.time)().saturating_sub(started_ms);
        match answer.status {
            status @ 200..=299 => WebhookAnswer::Delivered { status, took_ms },
            410 => WebhookAnswer::Gone,
            status => WebhookAnswer::Refused { status, took_ms, body_head: head(&answer.body) },
        }
    }
}

/// `None` when there is no secret, or the identifier could be read as another (a dot ends it in what is signed).
fn signed_headers(call: &WebhookCall) -> Option<Vec<(HeaderName, HeaderValue)>> {
    if call.secrets.is_empty() || call.id.is_empty() || call.id.contains('.') {
        return None;
    }
    let sign = |secret: &WebhookSecret| secret.sign(&call.id, call.timestamp_s, &call.body);
    let signatures = call.secrets.iter().map(sign).collect::<Vec<_>>().join(" ");
    Some(vec![
        (ID, HeaderValue::from_str(&call.id).ok()?),
        (TIMESTAMP, HeaderValue::from(call.timestamp_s)),
        (SIGNATURE, HeaderValue::from_str(&signatures).ok()?),
    ])
}

/// Fit to be shown: one line, without control characters.
fn head(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars().take(HEAD_CHARACTERS_MAX).collect()
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
