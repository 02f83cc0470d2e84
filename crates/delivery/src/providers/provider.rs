//! The trait behind which providers differ: words on the wire, and nothing else. No clock, no socket; a provider can
//! be tested with the request and the answer in hand.

use super::HttpRouteConfigError;
use super::callback::{Callback, CallbackRefusal, Heard, code_of, id_of};
use super::secret::Secret;
use crate::Letter;
use crate::http::{Answer, Method};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::model;
use countersign_core::outbox::{Failure, Submission};
use countersign_core::time::Timestamp;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use serde_json::Value;
use std::fmt;
use url::form_urlencoded;

/// One provider's interface.
pub(crate) trait Provider: Send + Sync {
    /// As the configuration names it.
    fn kind(&self) -> &'static str;

    /// What it carries.
    fn channel(&self) -> model::Channel {
        model::Channel::Sms
    }

    /// Whether it says what became of a message.
    fn has_receipts(&self) -> bool {
        true
    }

    /// Whether its callbacks prove by themselves who sent them.
    fn signs(&self) -> bool;

    /// Where it is called, without a path of its own; checked once at the start.
    fn base(&self) -> &str;

    /// The request that sends a message.
    fn draft(&self, sending: &Sending<'_>) -> Result<Draft, Unfit>;

    /// What the answer to it means.
    fn judge(&self, answer: &Answer) -> Submission;

    /// The certificate that must be fetched before [`Provider::read`] can judge, from an address of the provider's.
    fn certificate_url(&self, _: &Callback<'_>) -> Result<Option<String>, CallbackRefusal> {
        Ok(None)
    }

    /// Believes a callback or not, and reads it.
    fn read(&self, callback: &Callback<'_>) -> Result<Heard, CallbackRefusal>;
}

/// A letter on its way to be a request.
pub(crate) struct Sending<'a> {
    pub(crate) letter: &'a Letter,
    /// `+` and digits.
    pub(crate) to: &'a str,
    /// In whose name, if anybody's.
    pub(crate) from: Option<&'a str>,
    /// The words.
    pub(crate) text: &'a str,
    /// Where receipts are wanted, if they are.
    pub(crate) callback: Option<&'a str>,
    pub(crate) now: Timestamp,
}

impl<'a> Sending<'a> {
    /// The number without its plus.
    pub(crate) fn to_digits(&self) -> &'a str {
        digits(self.to)
    }

    /// The sender, which this provider cannot do without.
    pub(crate) fn need_from(&self) -> Result<&'a str, Unfit> {
        self.from.ok_or(Unfit("no sender"))
    }

    /// Seconds that it is of use, within what the provider takes.
    pub(crate) fn valid_s(&self, min: u64, max: u64) -> u64 {
        self.letter.valid_for.as_secs().clamp(min, max)
    }
}

/// A number without its plus; a name as it is.
pub(crate) fn digits(sender: &str) -> &str {
    sender.strip_prefix('+').unwrap_or(sender)
}

/// Why a letter cannot be sent this way: a word for the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unfit(pub(crate) &'static str);

/// A request before it has a connection. Prints its method alone: all else may be secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) body: String,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft({})", self.method)
    }
}

impl Draft {
    /// `POST` of JSON.
    pub(crate) fn json(url: String, body: &Value) -> Self {
        let headers = vec![(CONTENT_TYPE, "application/json".to_owned())];
        Self { method: Method::POST, url, headers, body: body.to_string() }
    }

    /// `POST` of a form.
    pub(crate) fn form(url: String, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = vec![(CONTENT_TYPE, "application/x-www-form-urlencoded".to_owned())];
        Self { method: Method::POST, url, headers, body }
    }

    pub(crate) fn header(mut self, name: HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// `Authorization: scheme secret`.
    pub(crate) fn authorized(self, scheme: &str, secret: &Secret) -> Self {
        self.header(AUTHORIZATION, format!("{scheme} {}", secret.expose()))
    }

    /// RFC 7617.
    pub(crate) fn basic(self, user: &str, password: &Secret) -> Self {
        let pair = STANDARD.encode(format!("{user}:{}", password.expose()));
        self.header(AUTHORIZATION, format!("Basic {pair}"))
    }
}

/// A no, with its code.
pub(crate) fn refused(failure: Failure, code: &str) -> Submission {
    Submission::Refused { failure, code: code_of(code) }
}

/// A yes; without an identifier nobody can say what became of it, and it counts as lost.
pub(crate) fn accepted<I: AsRef<str>>(ids: impl IntoIterator<Item = I>) -> Submission {
    let ids: Option<Vec<String>> = ids.into_iter().map(|id| id_of(id.as_ref())).collect();
    match ids {
        Some(provider_ids) if !provider_ids.is_empty() => Submission::Accepted { provider_ids },
        _ => Submission::Lost,
    }
}

/// What a status says where the body says no more. 4xx speak of us and our settings, or of this message.
pub(crate) fn failure_of(status: u16) -> Failure {
    match status {
        429 => Failure::Throttled,
        408 | 425 | 500.. => Failure::Temporary,
        _ => Failure::Route,
    }
}

/// [`failure_of`] with the status as code.
pub(crate) fn by_status(status: u16) -> Submission {
    refused(failure_of(status), &status.to_string())
}

/// The body as JSON; null when it is none.
pub(crate) fn json_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// A base without the slash at its end.
pub(crate) fn base_or(set: Option<String>, usual: &str) -> String {
    set.map_or_else(|| usual.to_owned(), |set| set.trim_end_matches('/').to_owned())
}

/// Checks that a secret is fit for the wire, and names its key where it is not.
pub(crate) fn check_secret(key: &str, secret: &Secret) -> Result<(), HttpRouteConfigError> {
    if secret.is_fit() {
        return Ok(());
    }
    Err(HttpRouteConfigError(format!("account.{key} must be visible ASCII without spaces")))
}

/// Checks a name that becomes part of an address.
pub(crate) fn check_word(key: &str, word: &str) -> Result<(), HttpRouteConfigError> {
    let fits = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet);
    if !word.is_empty() && !word.contains("..") && word.bytes().all(fits) {
        return Ok(());
    }
    let words = "must be letters, digits, hyphens, underscores and dots";
    Err(HttpRouteConfigError(format!("account.{key} {words}")))
}

/// Checks that there is a sender, for providers that have no other way to know one.
pub(crate) fn check_sender(sender: Option<&str>) -> Result<(), HttpRouteConfigError> {
    if sender.is_some_and(|sender| !sender.is_empty()) {
        return Ok(());
    }
    Err(HttpRouteConfigError("sender must be set".to_owned()))
}
