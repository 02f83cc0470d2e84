//! The provider of calls: `POST /calls` with a bearer token and `{"reference","to","from","language","say"}`. It
//! answers as such providers do; what becomes of a call is its number's operator's.

use std::io;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_smpp::status::Status;
use futures_util::stream::once;
use serde::Deserialize;
use serde_json::json;

use super::Handsets;
use crate::network::{Call, CallAnswer};

const SAID_CHARACTERS_MAX: usize = 2_000;
const REFERENCE_LENGTH_MAX: usize = 100;

#[derive(Deserialize)]
struct Asked {
    reference: String,
    to: String,
    from: String,
    /// No voice is synthesised here, but a call without a language is a fault of whoever asks.
    language: String,
    say: String,
}

impl Asked {
    /// Says in words what is wrong.
    fn check(&self) -> Result<(), &'static str> {
        let is_number = |text: &str, least: usize| {
            let digits = text.strip_prefix('+').unwrap_or_default();
            (least..=15).contains(&digits.len()) && digits.bytes().all(|octet| octet.is_ascii_digit())
        };
        if !is_number(&self.to, 7) || !is_number(&self.from, 3) {
            return Err("to and from are + and digits");
        }
        if self.reference.is_empty() || self.reference.len() > REFERENCE_LENGTH_MAX {
            return Err("reference takes 1 to 100 characters");
        }
        if self.language.is_empty() || self.say.is_empty() {
            return Err("there is nothing to say, or no language to say it in");
        }
        if self.say.chars().count() > SAID_CHARACTERS_MAX {
            return Err("say takes at most 2000 characters");
        }
        Ok(())
    }
}

pub(super) async fn place(State(at): State<Handsets>, headers: HeaderMap, body: Bytes) -> Response {
    let given = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes());
    if given != Some(at.calls_authorization.as_bytes()) {
        return refused(StatusCode::UNAUTHORIZED, "no such token");
    }
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return refused(StatusCode::BAD_REQUEST, "reference, to, from, language and say, as JSON");
    };
    if let Err(wrong) = asked.check() {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, wrong);
    }
    let Asked { reference, to, from, say, .. } = asked;
    match at.hub.call(Call { reference, to, from, say }) {
        CallAnswer::Placed(id) => (StatusCode::CREATED, Json(json!({ "id": id }))).into_response(),
        CallAnswer::Disconnect => broken_off(),
        CallAnswer::Refused(Status::THROTTLED) => refused(StatusCode::TOO_MANY_REQUESTS, "too many calls"),
        CallAnswer::Refused(Status::QUEUE_FULL) => {
            refused(StatusCode::SERVICE_UNAVAILABLE, "no line is free")
        }
        CallAnswer::Refused(Status::SUBMIT_FAILED) => {
            refused(StatusCode::FORBIDDEN, "no calls to this region")
        }
        CallAnswer::Refused(_) => refused(StatusCode::UNPROCESSABLE_ENTITY, "this number cannot be called"),
    }
}

fn refused(status: StatusCode, why: &str) -> Response {
    (status, Json(json!({ "title": why }))).into_response()
}

/// The connection ends before the answer does.
fn broken_off() -> Response {
    let nothing = once(async { Err::<Vec<u8>, _>(io::Error::other("dropped by the operator's knob")) });
    Response::new(Body::from_stream(nothing))
}
