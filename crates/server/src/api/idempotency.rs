//! The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header-07, R74). Reads it; what was done
//! under a key is remembered by the flow, in the transaction that did it.

use crate::api::problem::Problem;
use crate::api::problem::table::Kind;
use crate::state::Server;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// The name of the header.
const HEADER: &str = "idempotency-key";

/// Longest key taken, in characters.
const LENGTH_MAX: usize = 255;

/// The caller's key against doing the same twice, as it was sent.
pub(crate) struct IdempotencyKey(pub(crate) String);

impl FromRequestParts<Server> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Problem> {
        let mut all = parts.headers.get_all(HEADER).iter();
        let Some(first) = all.next() else { return Err(Problem::new(Kind::IdempotencyKeyMissing)) };
        let bytes = first.as_bytes();
        let is_sound = (1..=LENGTH_MAX).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
        match first.to_str() {
            Ok(text) if is_sound && all.next().is_none() => Ok(Self(text.to_owned())),
            _ => Err(Problem::new(Kind::IdempotencyKeyMalformed)),
        }
    }
}
