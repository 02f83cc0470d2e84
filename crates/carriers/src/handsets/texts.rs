//! Texts that a handset sends: by a form on the page, which needs no script, and by JSON. They go to whoever
//! is bound to receive, as deliver_sm; what they mean is nobody's business here.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use countersign_smpp::pdu::ShortMessage;
use countersign_smpp::text::{Alphabet, LongMessage, segment};
use serde::Deserialize;
use serde_json::json;

use super::{Handsets, from_elsewhere, page};
use crate::text::address;
use crate::web::query_value;

/// Some seven parts.
const TEXT_CHARACTERS_MAX: usize = 1_000;
/// Below that many digits a number is a short code.
const NUMBER_DIGITS_MIN: usize = 7;

#[derive(Deserialize)]
pub(super) struct ToSend {
    to: String,
    text: String,
}

/// As the form has it.
#[derive(Deserialize)]
pub(super) struct Typed {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) text: String,
}

struct Sent {
    from: String,
    to: String,
    parts: usize,
    /// The account that delivers it; `None` while nobody is bound to receive.
    route: Option<String>,
}

/// The digits of a number as people type it: with `+`, spaces, dots, dashes and brackets, or without.
fn digits(typed: &str, least: usize) -> Option<String> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let known = typed.chars().all(|at| at.is_ascii_digit() || "+ .-()/".contains(at));
    (known && (least..=15).contains(&digits.len())).then_some(digits)
}

/// Hands a text to the network. The error says in words what is wrong.
fn send(at: &Handsets, from: &str, to: &str, text: &str) -> Result<Sent, &'static str> {
    let from = digits(from, NUMBER_DIGITS_MIN).ok_or("From takes a number of 7 to 15 digits.")?;
    let to = digits(to, 3).ok_or("To takes a number or a short code, 3 to 15 digits.")?;
    // A browser sends line ends as CR LF; a phone has LF.
    let text = text.replace("\r\n", "\n");
    if text.trim().is_empty() || text.chars().count() > TEXT_CHARACTERS_MAX {
        return Err("Text takes 1 to 1000 characters.");
    }
    let from = format!("+{from}");
    let to = if to.len() < NUMBER_DIGITS_MIN { to } else { format!("+{to}") };
    let segmented = segment(&text, Alphabet::Gsm, LongMessage::Udh, at.hub.text_reference());
    let parts = segmented.map_err(|_| "Text takes 1 to 1000 characters.")?.parts;
    let message = |part: countersign_smpp::text::Part| {
        let mut message =
            ShortMessage { source: address(&from), destination: address(&to), ..ShortMessage::default() };
        part.apply(&mut message);
        message
    };
    let parts: Vec<ShortMessage> = parts.into_iter().map(message).collect();
    Ok(Sent { parts: parts.len(), route: at.hub.text_in(parts), from, to })
}

pub(super) async fn by_json(
    State(at): State<Handsets>,
    Path(number): Path<String>,
    Json(asked): Json<ToSend>,
) -> Response {
    match send(&at, &number, &asked.to, &asked.text) {
        Ok(Sent { from, to, parts, route }) => {
            let sent = json!({ "from": from, "to": to, "parts": parts, "route": route });
            (StatusCode::ACCEPTED, Json(sent)).into_response()
        }
        Err(wrong) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "title": wrong }))).into_response(),
    }
}

pub(super) async fn by_form(
    State(at): State<Handsets>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    if let Some(refusal) = from_elsewhere(&headers) {
        return refusal;
    }
    match send(&at, &typed.from, &typed.to, &typed.text) {
        Ok(sent) => {
            let waits = if sent.route.is_none() { "&waits=1" } else { "" };
            let (from, to) = (query_value(&sent.from), query_value(&sent.to));
            Redirect::to(&format!("/?to={from}&sent={to}{waits}")).into_response()
        }
        Err(wrong) => {
            let page = page::threads(&at.hub.handsets, None, &page::Sending::Refused(typed, wrong));
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
    }
}
