//! An authenticator app of the simulated world (RFC 6238: SHA-1, six digits, thirty seconds), for whoever tries the
//! demo with nothing but a browser. Its keys are given on the command line and are nobody's secret.

use crate::clock::Clock;
use crate::web::{self, Page, escape};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha1::Sha1;
use std::fmt::Write as _;
use std::sync::Arc;

const STEP_MS: u64 = 30_000;

/// One entry of the app.
#[derive(Clone)]
pub struct AuthenticatorEntry {
    /// Whose codes these are.
    pub name: String,
    /// The shared key.
    key: Vec<u8>,
}

impl AuthenticatorEntry {
    /// Reads `name=KEY`, with the key in base32 (RFC 4648 section 6); none of anything else.
    pub fn read(text: &str) -> Option<Self> {
        let (name, secret) = text.split_once('=')?;
        let (mut key, mut bits, mut held) = (Vec::new(), 0u32, 0u32);
        for letter in secret.bytes() {
            let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter)?;
            bits = bits << 5 | u32::try_from(value).ok()?;
            held += 5;
            if held >= 8 {
                held -= 8;
                key.push(u8::try_from(bits >> held & 0xFF).ok()?);
            }
        }
        (!name.is_empty() && key.len() >= 16).then(|| Self { name: name.to_owned(), key })
    }

    /// What the app shows at a moment.
    fn shows(&self, unix_ms: u64) -> String {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&self.key) else { return String::new() };
        mac.update(&(unix_ms / STEP_MS).to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let at = usize::from(hash[19] & 15);
        let word = hash[at..at + 4].iter().fold(0u32, |word, octet| word << 8 | u32::from(*octet));
        format!("{:06}", (word & 0x7FFF_FFFF) % 1_000_000)
    }
}

/// The app's page and JSON.
pub(crate) fn router(entries: Vec<AuthenticatorEntry>, clock: Clock) -> Router {
    let entries: Arc<[AuthenticatorEntry]> = entries.into();
    let (of_page, of_json) = ((entries.clone(), clock.clone()), (entries, clock));
    Router::new()
        .route("/authenticator", get(move || async move { page(&of_page.0, of_page.1()) }))
        .route("/api/authenticator", get(move || async move { codes(&of_json.0, of_json.1()) }))
        .layer(axum::middleware::map_response(web::guard))
}

fn page(entries: &[AuthenticatorEntry], now_ms: u64) -> Html<String> {
    let left_s = (STEP_MS - now_ms % STEP_MS).div_ceil(1_000);
    let mut live = format!(
        "<p>Codes of the demo's operators, for another {left_s} seconds. Load the page again for the next \
         ones; each code works once.</p>\n<dl>\n"
    );
    for entry in entries {
        let (name, code) = (escape(&entry.name), entry.shows(now_ms));
        let _ = writeln!(
            live,
            "<dt>{name}</dt><dd><strong>{code}</strong> \
             <button type=\"button\" data-copy=\"{code}\" hidden>Copy code {code}</button></dd>"
        );
    }
    live.push_str("</dl>");
    Page {
        title: "Authenticator",
        heading: "Authenticator",
        navigation: "",
        above: "",
        live: &live,
        stream: None,
    }
    .render()
}

fn codes(entries: &[AuthenticatorEntry], now_ms: u64) -> Response {
    let codes: Vec<_> =
        entries.iter().map(|entry| json!({ "name": entry.name, "code": entry.shows(now_ms) })).collect();
    Json(codes).into_response()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1, the last six digits; the key is "12345678901234567890".
    #[test]
    fn the_vectors_of_rfc_6238() {
        let entry = AuthenticatorEntry::read("Ada=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        assert_eq!(entry.name, "Ada");
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(entry.shows(seconds * 1_000), code);
        }
        for wrong in
            ["Ada", "=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "Ada=GEZD", "Ada=gezdgnbvgy3tqojqgezdgnbvgy3tqojq"]
        {
            assert!(AuthenticatorEntry::read(wrong).is_none(), "{wrong}");
        }
    }
}
