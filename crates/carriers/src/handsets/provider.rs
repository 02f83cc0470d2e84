//! What the providers of calls and of texts have in common: who may ask, and how the network's answer reads
//! over HTTP.

use std::io;

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_smpp::status::Status;
use futures_util::stream::once;
use serde_json::json;

use crate::network::ProviderAnswer;

const REFERENCE_LENGTH_MAX: usize = 100;

/// Why nothing is sent, in the provider's own words.
pub(super) struct Refusals {
    pub(super) throttled: &'static str,
    pub(super) full: &'static str,
    pub(super) blocked: &'static str,
    pub(super) unreachable: &'static str,
}

/// Nobody is, when there is no `authorization` to give.
pub(super) fn is_authorized(headers: &HeaderMap, authorization: Option<&str>) -> bool {
    let given = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes());
    given.is_some() && given == authorization.map(str::as_bytes)
}

pub(super) fn unauthorized() -> Response {
    refused(StatusCode::UNAUTHORIZED, "no such token")
}

/// `+` and digits, at least so many.
pub(super) fn is_number(text: &str, digits_min: usize) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (digits_min..=15).contains(&digits.len()) && digits.bytes().all(|octet| octet.is_ascii_digit())
}

pub(super) fn is_reference(text: &str) -> bool {
    (1..=REFERENCE_LENGTH_MAX).contains(&text.len())
}

pub(super) fn answer(answer: ProviderAnswer, taken: StatusCode, words: &Refusals) -> Response {
    match answer {
        ProviderAnswer::Taken(id) => (taken, Json(json!({ "id": id }))).into_response(),
        ProviderAnswer::Disconnect => broken_off(),
        ProviderAnswer::Refused(Status::THROTTLED) => refused(StatusCode::TOO_MANY_REQUESTS, words.throttled),
        ProviderAnswer::Refused(Status::QUEUE_FULL) => refused(StatusCode::SERVICE_UNAVAILABLE, words.full),
        ProviderAnswer::Refused(Status::SUBMIT_FAILED) => refused(StatusCode::FORBIDDEN, words.blocked),
        ProviderAnswer::Refused(Status::SYSTEM_ERROR) => {
            refused(StatusCode::INTERNAL_SERVER_ERROR, "the provider is out of order")
        }
        ProviderAnswer::Refused(_) => refused(StatusCode::UNPROCESSABLE_ENTITY, words.unreachable),
    }
}

pub(super) fn refused(status: StatusCode, why: &str) -> Response {
    (status, Json(json!({ "title": why }))).into_response()
}

/// The connection ends before the answer does.
fn broken_off() -> Response {
    let nothing = once(async { Err::<Vec<u8>, _>(io::Error::other("dropped by a knob")) });
    Response::new(Body::from_stream(nothing))
}
