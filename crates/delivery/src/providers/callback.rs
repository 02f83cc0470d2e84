//! What a provider tells us over HTTP: the request as it came, and what a reader makes of it. Refuses to know which
//! provider speaks; a caller who cannot prove to be the provider learns nothing (R10).

use countersign_core::outbox::{Inbound, Receipt, ReceiptState};
use countersign_core::time::Timestamp;
use serde_json::Value;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use url::form_urlencoded;

/// How far a signed time may lie from ours, both ways.
pub(crate) const FRESH: Duration = Duration::from_secs(300);
/// Most digits of a code that is kept: what is longer might be a phone number.
const CODE_DIGITS_MAX: usize = 6;
const CODE_LENGTH_MAX: usize = 64;
const ID_LENGTH_MAX: usize = 256;

/// A request to one of our callback addresses. Prints neither its path, which may hold a token, nor its body (R10).
#[derive(Clone)]
pub struct CallbackRequest {
    /// `GET` or `POST`.
    pub method: String,
    /// As it stood in the request line.
    pub path_and_query: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Octet for octet: signatures are over these.
    pub body: Vec<u8>,
}

impl fmt::Debug for CallbackRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallbackRequest({} octets)", self.body.len())
    }
}

/// What a callback said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackReading {
    /// What became of messages.
    pub receipts: Vec<Receipt>,
    /// Texts that people sent us.
    pub inbound: Vec<Inbound>,
    /// What the provider wants to hear.
    pub answer: CallbackAnswer,
}

/// What a provider is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackAnswer {
    /// HTTP status.
    pub status: u16,
    /// Media type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl CallbackAnswer {
    /// 200 with a text.
    pub(crate) fn ok(content_type: &'static str, body: &str) -> Self {
        Self { status: 200, content_type, body: body.to_owned() }
    }
}

/// Why a callback is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackRefusal {
    /// It carries no proof.
    Unsigned,
    /// Its proof is false.
    Forged,
    /// It was signed for another moment.
    Stale,
    /// It is not what the provider would send.
    Malformed,
}

impl CallbackRefusal {
    /// The HTTP status to answer with.
    pub fn status(self) -> u16 {
        match self {
            CallbackRefusal::Unsigned => 401,
            CallbackRefusal::Forged | CallbackRefusal::Stale => 403,
            CallbackRefusal::Malformed => 400,
        }
    }
}

impl fmt::Display for CallbackRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CallbackRefusal::Unsigned => "no signature",
            CallbackRefusal::Forged => "the signature is false",
            CallbackRefusal::Stale => "signed for another time",
            CallbackRefusal::Malformed => "not in the provider's form",
        })
    }
}

impl std::error::Error for CallbackRefusal {}

/// A reading under way.
pub type Reading<'a> = Pin<Box<dyn Future<Output = Result<CallbackReading, CallbackRefusal>> + Send + 'a>>;

/// What one provider's reader made of a callback.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) inbound: Vec<Inbound>,
    pub(crate) answer: CallbackAnswer,
    /// An address of the provider that is to be visited once: how a subscription is confirmed.
    pub(crate) visit: Option<String>,
}

impl Heard {
    /// Nothing, and an empty answer.
    pub(crate) fn nothing() -> Self {
        let answer = CallbackAnswer::ok("text/plain", "");
        Self { receipts: Vec::new(), inbound: Vec::new(), answer, visit: None }
    }

    /// One receipt.
    pub(crate) fn receipt(receipt: Receipt) -> Self {
        Self { receipts: vec![receipt], ..Self::nothing() }
    }

    /// One text.
    pub(crate) fn inbound(inbound: Inbound) -> Self {
        Self { inbound: vec![inbound], ..Self::nothing() }
    }

    pub(crate) fn answered(self, content_type: &'static str, body: &str) -> Self {
        Self { answer: CallbackAnswer::ok(content_type, body), ..self }
    }
}

/// A callback in the hands of a reader.
pub(crate) struct Callback<'a> {
    pub(crate) request: &'a CallbackRequest,
    pub(crate) route: &'a str,
    /// The address as the provider was told it, with the query that came.
    pub(crate) url: &'a str,
    pub(crate) now: Timestamp,
    /// Whether the address held our token.
    pub(crate) has_token: bool,
    /// The certificate that the reader asked for (PEM).
    pub(crate) certificate: Option<&'a [u8]>,
}

/// Names and values, decoded, in the order they came.
pub(crate) struct Fields(pub(crate) Vec<(String, String)>);

impl Fields {
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(at, _)| at == name).map(|(_, value)| &**value)
    }

    /// As [`Fields::get`], and malformed without it.
    pub(crate) fn need(&self, name: &str) -> Result<&str, CallbackRefusal> {
        self.get(name).filter(|value| !value.is_empty()).ok_or(CallbackRefusal::Malformed)
    }
}

impl Callback<'_> {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.request.headers.iter().find(|(at, _)| at == name).map(|(_, value)| value.trim())
    }

    pub(crate) fn query(&self) -> &str {
        self.request.path_and_query.split_once('?').map_or("", |(_, query)| query)
    }

    fn has_type(&self, media_type: &str) -> bool {
        let stated = self.header("content-type").unwrap_or_default();
        let stated = stated.split(';').next().unwrap_or_default();
        stated.trim().eq_ignore_ascii_case(media_type)
    }

    /// The body is a form.
    pub(crate) fn is_form(&self) -> bool {
        self.has_type("application/x-www-form-urlencoded")
    }

    /// The fields of the body when that is a form, else none.
    pub(crate) fn form(&self) -> Fields {
        if self.is_form() { Fields::parse(&self.request.body) } else { Fields(Vec::new()) }
    }

    /// What was said flatly, wherever: in the query, then in a form or the top level of a JSON object.
    pub(crate) fn fields(&self) -> Fields {
        let mut fields = Fields::parse(self.query().as_bytes());
        if let Ok(Value::Object(object)) = self.json() {
            let text = |value: Value| match value {
                Value::String(text) => Some(text),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            };
            fields.0.extend(object.into_iter().filter_map(|(name, value)| Some((name, text(value)?))));
        } else {
            fields.0.extend(self.form().0);
        }
        fields
    }

    pub(crate) fn json(&self) -> Result<Value, CallbackRefusal> {
        serde_json::from_slice(&self.request.body).map_err(|_| CallbackRefusal::Malformed)
    }

    /// Refuses what was signed for a moment far from now, given in Unix seconds.
    pub(crate) fn is_fresh(&self, signed_s: Option<i64>) -> Result<(), CallbackRefusal> {
        let signed_s = signed_s.ok_or(CallbackRefusal::Malformed)?;
        let away_s = self.now.unix_ms().div_euclid(1_000).abs_diff(signed_s);
        if away_s <= FRESH.as_secs() { Ok(()) } else { Err(CallbackRefusal::Stale) }
    }

    pub(crate) fn receipt(&self, id: &str, state: ReceiptState, error: &str) -> Receipt {
        Receipt {
            route: self.route.to_owned(),
            provider_ids: vec![id.to_owned()],
            state,
            error: if error.is_empty() { String::new() } else { code_of(error) },
        }
    }

    pub(crate) fn inbound(&self, from: &str, to: &str, text: &str) -> Inbound {
        Inbound {
            route: self.route.to_owned(),
            from: with_plus(from),
            to: with_plus(to),
            text: text.to_owned(),
        }
    }
}

/// International digits as E.164 with its plus; anything else as it came.
fn with_plus(number: &str) -> String {
    let is_international = number.len() >= 8 && number.bytes().all(|octet| octet.is_ascii_digit());
    if is_international { format!("+{number}") } else { number.to_owned() }
}

/// A provider's code, fit to be kept: one word, and never as many digits as a phone number has (R10).
pub(crate) fn code_of(code: &str) -> String {
    let is_word = code.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"_-.:".contains(&octet));
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    let is_code = is_word && digits <= CODE_DIGITS_MAX && (1..=CODE_LENGTH_MAX).contains(&code.len());
    if is_code { code.to_owned() } else { "unreadable".to_owned() }
}

/// A provider's identifier of a message, if it is one that can be kept and looked up.
pub(crate) fn id_of(id: &str) -> Option<String> {
    let is_id = (1..=ID_LENGTH_MAX).contains(&id.len()) && id.bytes().all(|octet| octet.is_ascii_graphic());
    is_id.then(|| id.to_owned())
}

/// A value that is text or a number, as text.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// As [`text_of`], by JSON pointer (RFC 6901).
pub(crate) fn text_at(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(text_of)
}
