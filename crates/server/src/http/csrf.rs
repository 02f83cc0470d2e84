//! Forms are taken only from our own pages: the browser's word about where the request came from (`Sec-Fetch-Site`,
//! `Origin`) and a token bound to the visitor's cookie and session must both agree. Each alone has holes; together a
//! stranger's page needs both.

use crate::http::cookies::{self, Name};
use crate::state::Server;
use axum::http::{HeaderMap, header::ORIGIN};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The token of a visitor's forms; `visitor` is the value of their cookie, `session` that of the session's, if any.
pub(crate) fn token(server: &Server, visitor: &str, session: Option<&str>) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&server.inner.csrf_key) else { return String::new() };
    mac.update(b"countersign form 1\0");
    mac.update(visitor.as_bytes());
    mac.update(b"\0");
    mac.update(session.unwrap_or_default().as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a form may be acted on. `session` is the cookie of the session that its page belongs to.
pub(crate) fn is_ours(server: &Server, headers: &HeaderMap, session: Name, given: Option<&str>) -> bool {
    let (Some(visitor), Some(given)) = (cookies::read(headers, server, Name::Visitor), given) else {
        return false;
    };
    let session = cookies::read(headers, server, session);
    let wanted = token(server, &visitor, session.as_deref());
    // An empty token would mean that no key could be used: then nothing matches.
    !wanted.is_empty()
        && came_from_us(server, headers)
        && bool::from(wanted.as_bytes().ct_eq(given.as_bytes()))
}

/// What the browser says about the page the form was on. Old browsers say nothing; then the token stands alone.
fn came_from_us(server: &Server, headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok()) {
        // "none" is a person typing or reloading; a form of another site says cross-site, of a sister host same-site.
        return matches!(site, "same-origin" | "none");
    }
    match headers.get(ORIGIN).and_then(|value| value.to_str().ok()) {
        Some(origin) => origin == server.inner.public_url,
        None => true,
    }
}
