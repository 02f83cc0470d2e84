//! The provider of calls: `POST /calls` with a bearer token and `{"reference","to","from","language","say"}`.
//! It answers as such providers do; what becomes of a call is its number's operator's.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::Handsets;
use super::provider::{Refusals, answer, is_authorized, is_number, is_reference, refused, unauthorized};
use crate::network::Call;

const SAID_CHARACTERS_MAX: usize = 2_000;

const REFUSALS: Refusals = Refusals {
    throttled: "too many calls",
    full: "no line is free",
    blocked: "no calls to this region",
    unreachable: "this number cannot be called",
};

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
        if !is_number(&self.to, 7) || !is_number(&self.from, 3) {
            return Err("to and from are + and digits");
        }
        if !is_reference(&self.reference) {
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
    if !is_authorized(&headers, Some(&at.calls_authorization)) {
        return unauthorized();
    }
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return refused(StatusCode::BAD_REQUEST, "reference, to, from, language and say, as JSON");
    };
    if let Err(wrong) = asked.check() {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, wrong);
    }
    let Asked { reference, to, from, say, .. } = asked;
    answer(at.hub.call(Call { reference, to, from, say }), StatusCode::CREATED, &REFUSALS)
}
