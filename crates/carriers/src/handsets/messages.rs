//! The provider of texts: `POST /messages` with a bearer token and
//! `{"reference","to","from","text","valid_s","callback_url"}`; `from`, `valid_s` and `callback_url` may be
//! left out. It answers as such providers do; its texts go by an account of their own, and what became of one
//! is told to the `callback_url`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use countersign_smpp::pdu::ShortMessage;
use serde::Deserialize;

use super::Handsets;
use super::provider::{Refusals, answer, is_authorized, is_number, is_reference, refused, unauthorized};
use crate::callbacks::CallbackUrl;
use crate::text::Text;

const TEXT_CHARACTERS_MAX: usize = 1_600;
const SENDER_LENGTH_MAX: usize = 16;
/// Two days, as providers commonly have it.
const VALID_S_MAX: u64 = 172_800;

const REFUSALS: Refusals = Refusals {
    throttled: "too many texts",
    full: "the queue is full",
    blocked: "no texts to this region",
    unreachable: "this number cannot be texted",
};

#[derive(Deserialize)]
struct Asked {
    reference: String,
    to: String,
    text: String,
    /// The network's own sender when left out.
    from: Option<String>,
    valid_s: Option<u64>,
    callback_url: Option<String>,
}

impl Asked {
    /// The text and its listener. The error says in words what is wrong.
    fn read(&self) -> Result<(ShortMessage, Option<Arc<CallbackUrl>>), &'static str> {
        if !is_number(&self.to, 7) {
            return Err("to is + and digits");
        }
        if !is_reference(&self.reference) {
            return Err("reference takes 1 to 100 characters");
        }
        let from = self.from.as_deref().unwrap_or("Carriers");
        if from.is_empty()
            || from.len() > SENDER_LENGTH_MAX
            || !from.chars().all(|at| matches!(at, ' '..='~'))
        {
            return Err("from takes 1 to 16 characters of printable ASCII");
        }
        if self.text.is_empty() || self.text.chars().count() > TEXT_CHARACTERS_MAX {
            return Err("text takes 1 to 1600 characters");
        }
        if self.valid_s.is_some_and(|valid_s| !(1..=VALID_S_MAX).contains(&valid_s)) {
            return Err("valid_s takes 1 to 172800");
        }
        let callback = match &self.callback_url {
            Some(url) => {
                let url = CallbackUrl::parse(url).ok_or("callback_url is plain http to this machine only")?;
                Some(Arc::new(url))
            }
            None => None,
        };
        let lifetime_ms = self.valid_s.map(|valid_s| valid_s * 1000);
        let text = Text { to: &self.to, from, text: &self.text, lifetime_ms };
        Ok((text.message().map_err(|_| "the text is too long")?, callback))
    }
}

pub(super) async fn send(State(at): State<Handsets>, headers: HeaderMap, body: Bytes) -> Response {
    let provider = at.messages.as_ref();
    let authorization = provider.map(|messages| &*messages.authorization);
    let account = provider.and_then(|messages| at.hub.account_number(&messages.system_id));
    let Some(account) = account.filter(|_| is_authorized(&headers, authorization)) else {
        return unauthorized();
    };
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return refused(
            StatusCode::BAD_REQUEST,
            "reference, to, from, text, valid_s and callback_url, as JSON",
        );
    };
    let (message, callback) = match asked.read() {
        Ok(read) => read,
        Err(wrong) => return refused(StatusCode::UNPROCESSABLE_ENTITY, wrong),
    };
    answer(at.hub.text(account, asked.reference, callback, &message), StatusCode::OK, &REFUSALS)
}
