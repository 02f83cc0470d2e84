//! Any other provider of messages or calls: the request is written from templates, and answers and callbacks are read
//! by pointers into them. Our own signature (`X-Signature: t=…,v1=…`, HMAC-SHA256 over `t.body`) goes both ways where
//! both sides hold the key.

use super::HttpRouteConfigError;
use super::callback::{Callback, CallbackRefusal, Fields, Heard, text_of};
use super::provider::*;
use super::secret::{Hash, Secret, hex, hmac, is_same};
use crate::http::{Answer, Method};
use countersign_core::model;
use countersign_core::outbox::{Failure, ReceiptState, Submission};
use hyper::header::{CONTENT_TYPE, HeaderName};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use url::form_urlencoded::byte_serialize;

/// How a provider is spoken to. In `url`, `body` and `headers` these stand for parts of the message: `{to}` (E.164),
/// `{to_digits}`, `{from}`, `{text}`, `{reference}`, `{locale}`, `{valid_s}`, `{callback}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenericConfig {
    /// Where messages are handed over.
    pub url: Secret,
    /// `POST` (default) or `GET`.
    #[serde(default = "post")]
    pub method: String,
    /// How `body` is written, and so how values in it are escaped.
    #[serde(default)]
    pub body_kind: BodyKind,
    /// The body.
    #[serde(default)]
    pub body: String,
    /// Headers; their values may be secrets.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// `sms` (default), `voice` or `whatsapp`.
    #[serde(default = "sms")]
    pub channel: model::Channel,
    /// Signs what we send and proves what we get.
    #[serde(default)]
    pub secret: Option<Secret>,
    /// How an answer is read.
    #[serde(default)]
    pub answer: GenericAnswer,
    /// How receipts are read; without it there are none.
    #[serde(default)]
    pub receipt: Option<GenericReceipt>,
    /// How texts from people are read; without it there are none.
    #[serde(default)]
    pub inbound: Option<GenericInbound>,
}

fn post() -> String {
    "POST".to_owned()
}

fn sms() -> model::Channel {
    model::Channel::Sms
}

/// The form of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyKind {
    /// `application/json`; values are escaped for use inside quotes.
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
}

/// How an answer is read. Pointers are RFC 6901, as in `/messages/0/id`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GenericAnswer {
    /// Where the message's identifier is.
    pub id: String,
    /// Where a code is that says no, even under status 200.
    pub error: Option<String>,
    /// Codes at `error` that mean yes.
    pub accepted: Vec<String>,
    /// Codes that speak of the number.
    pub number: Vec<String>,
    /// Codes that mean too fast.
    pub throttled: Vec<String>,
    /// Codes that mean that the provider is unwell.
    pub temporary: Vec<String>,
}

impl Default for GenericAnswer {
    fn default() -> Self {
        Self {
            id: "/id".to_owned(),
            error: None,
            accepted: vec!["0".to_owned()],
            number: Vec::new(),
            throttled: Vec::new(),
            temporary: Vec::new(),
        }
    }
}

/// How a receipt is read: pointers into JSON, or names of a form's or a query's fields.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenericReceipt {
    /// Where the identifier is.
    pub id: String,
    /// Where the status is.
    pub status: String,
    /// Where the network's code is.
    #[serde(default)]
    pub error: Option<String>,
    /// Statuses that mean arrived.
    pub delivered: Vec<String>,
    /// Statuses that mean that it will not.
    pub failed: Vec<String>,
}

/// How a text from somebody is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenericInbound {
    /// Where the sender is.
    pub from: String,
    /// Where our number is.
    pub to: String,
    /// Where the text is.
    pub text: String,
}

pub(crate) struct Generic {
    config: GenericConfig,
    method: Method,
    /// Scheme and host of the address.
    base: String,
}

/// How a value is written where it stands.
#[derive(Clone, Copy)]
enum Place {
    Url,
    Header,
    Body(BodyKind),
}

fn written(value: &str, place: Place) -> Result<String, Unfit> {
    match place {
        Place::Url | Place::Body(BodyKind::Form) => Ok(byte_serialize(value.as_bytes()).collect()),
        Place::Body(BodyKind::Json) => {
            let quoted = Value::from(value).to_string();
            Ok(quoted[1..quoted.len() - 1].to_owned())
        }
        Place::Header if value.bytes().all(|octet| octet == b' ' || octet.is_ascii_graphic()) => {
            Ok(value.to_owned())
        }
        Place::Header => Err(Unfit("no header")),
    }
}

/// Puts a message's parts in place, in one pass: what a text says is never read as a template.
fn filled(template: &str, sending: &Sending<'_>, place: Place) -> Result<String, Unfit> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        let after = &rest[start + 1..];
        let name = after.split('}').next().unwrap_or_default();
        let value = match name {
            "to" => sending.to.to_owned(),
            "to_digits" => sending.to_digits().to_owned(),
            "from" => sending.from.unwrap_or_default().to_owned(),
            "text" => sending.text.to_owned(),
            "reference" => sending.letter.reference.to_string(),
            "locale" => sending.letter.locale.clone(),
            "valid_s" => sending.valid_s(1, 86_400).to_string(),
            "callback" => sending.callback.unwrap_or_default().to_owned(),
            _ => {
                filled.push('{');
                rest = after;
                continue;
            }
        };
        filled.push_str(&written(&value, place)?);
        rest = &after[name.len() + 1..];
    }
    filled.push_str(rest);
    Ok(filled)
}

impl Generic {
    pub(crate) fn new(config: GenericConfig) -> Result<Self, HttpRouteConfigError> {
        let bad = |words: &str| Err(HttpRouteConfigError(words.to_owned()));
        let method = match &*config.method {
            "POST" => Method::POST,
            "GET" => Method::GET,
            _ => return bad("account.method must be POST or GET"),
        };
        if config.channel == model::Channel::Email {
            return bad("account.channel must be sms, voice or whatsapp");
        }
        if !config.answer.id.starts_with('/') {
            return bad("account.answer.id must be a JSON pointer such as /id");
        }
        for name in config.headers.keys() {
            if HeaderName::from_bytes(name.as_bytes()).is_err() {
                return bad("account.headers holds a name that is none");
            }
        }
        config.secret.as_ref().map_or(Ok(()), |secret| check_secret("secret", secret))?;
        let url = config.url.expose();
        let host = url.find("://").map_or(0, |at| at + 3);
        let end = url[host..].find(['/', '?']).map_or(url.len(), |at| host + at);
        let base = url[..end].to_owned();
        Ok(Self { method, base, config })
    }

    fn verify(&self, callback: &Callback<'_>) -> Result<(), CallbackRefusal> {
        let Some(secret) = &self.config.secret else {
            // The token in the address has been checked.
            return Ok(());
        };
        let given = callback.header("x-signature").ok_or(CallbackRefusal::Unsigned)?;
        let part = |name: &str| given.split(',').find_map(|part| part.trim().strip_prefix(name));
        let (Some(timestamp), Some(signature)) = (part("t="), part("v1=")) else {
            return Err(CallbackRefusal::Forged);
        };
        if !is_same(sign(secret, timestamp, &callback.request.body).as_bytes(), signature.as_bytes()) {
            return Err(CallbackRefusal::Forged);
        }
        callback.is_fresh(timestamp.parse().ok())
    }
}

fn sign(secret: &Secret, timestamp: &str, body: &[u8]) -> String {
    hex(&hmac(Hash::Sha256, secret.expose().as_bytes(), &[timestamp.as_bytes(), b".", body]))
}

/// Where a callback's values are found.
struct Found {
    json: Option<Value>,
    fields: Fields,
}

impl Found {
    fn at(&self, place: &str) -> Option<String> {
        match &self.json {
            Some(json) if place.starts_with('/') => json.pointer(place).and_then(text_of),
            _ => self.fields.get(place.trim_start_matches('/')).map(str::to_owned),
        }
    }
}

impl Provider for Generic {
    fn kind(&self) -> &'static str {
        "generic"
    }

    fn channel(&self) -> model::Channel {
        self.config.channel
    }

    fn has_receipts(&self) -> bool {
        self.config.receipt.is_some()
    }

    fn signs(&self) -> bool {
        self.config.secret.is_some()
    }

    fn base(&self) -> &str {
        &self.base
    }

    fn draft(&self, sending: &Sending<'_>) -> Result<Draft, Unfit> {
        let url = filled(self.config.url.expose(), sending, Place::Url)?;
        let body = filled(&self.config.body, sending, Place::Body(self.config.body_kind))?;
        let mut headers = Vec::new();
        if self.method == Method::POST {
            let media_type = match self.config.body_kind {
                BodyKind::Json => "application/json",
                BodyKind::Form => "application/x-www-form-urlencoded",
            };
            headers.push((CONTENT_TYPE, media_type.to_owned()));
        }
        for (name, value) in &self.config.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Unfit("no header"))?;
            headers.push((name, filled(value.expose(), sending, Place::Header)?));
        }
        if let Some(secret) = &self.config.secret {
            let timestamp = sending.now.unix_ms().div_euclid(1_000).to_string();
            let signature = sign(secret, &timestamp, body.as_bytes());
            headers.push((HeaderName::from_static("x-signature"), format!("t={timestamp},v1={signature}")));
        }
        Ok(Draft { method: self.method.clone(), url, headers, body })
    }

    fn judge(&self, answer: &Answer) -> Submission {
        let body = json_of(answer);
        let rules = &self.config.answer;
        let code = rules.error.as_deref().and_then(|pointer| body.pointer(pointer)).and_then(text_of);
        let is_ok = (200..300).contains(&answer.status);
        let among = |codes: &[String], code: &str| codes.iter().any(|one| one == code);
        match code.filter(|code| !among(&rules.accepted, code)) {
            // Where no receipts are read, nobody needs the identifier, and a gateway that gives none has taken it all
            // the same: it must not be asked again and again.
            None if is_ok => match accepted(body.pointer(&rules.id).and_then(text_of)) {
                Submission::Lost if self.config.receipt.is_none() => {
                    Submission::Accepted { provider_ids: Vec::new() }
                }
                submission => submission,
            },
            None => by_status(answer.status),
            Some(code) => {
                let failure = if among(&rules.number, &code) {
                    Failure::Number
                } else if among(&rules.throttled, &code) {
                    Failure::Throttled
                } else if among(&rules.temporary, &code) {
                    Failure::Temporary
                } else {
                    failure_of(answer.status)
                };
                refused(failure, &code)
            }
        }
    }

    fn read(&self, callback: &Callback<'_>) -> Result<Heard, CallbackRefusal> {
        self.verify(callback)?;
        let found = Found { json: callback.json().ok(), fields: callback.fields() };
        if let Some(rules) = &self.config.receipt
            && let (Some(id), Some(status)) = (found.at(&rules.id), found.at(&rules.status))
        {
            let state = if rules.delivered.contains(&status) {
                ReceiptState::Delivered
            } else if rules.failed.contains(&status) {
                ReceiptState::Failed
            } else {
                ReceiptState::Pending
            };
            let error = rules.error.as_deref().and_then(|place| found.at(place)).unwrap_or_default();
            return Ok(Heard::receipt(callback.receipt(&id, state, &error)));
        }
        if let Some(rules) = &self.config.inbound
            && let (Some(from), Some(to), Some(text)) =
                (found.at(&rules.from), found.at(&rules.to), found.at(&rules.text))
        {
            return Ok(Heard::inbound(callback.inbound(&from, &to, &text)));
        }
        Err(CallbackRefusal::Malformed)
    }
}
