//! Plivo Message API version 1. Callbacks are signed in Plivo's third scheme (address, sorted parameters, nonce) or in
//! its second, which leaves the parameters out and is believed only behind the token in the address as well.

use super::HttpRouteConfigError;
use super::callback::{Callback, CallbackRefusal, Fields, Heard};
use super::provider::*;
use super::secret::{Hash, Secret, hmac, is_same};
use crate::http::Answer;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::outbox::{ReceiptState, Submission};
use serde::Deserialize;
use serde_json::json;

/// Our account at Plivo.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlivoConfig {
    /// `MA…` or `SA…`.
    pub auth_id: String,
    /// Authorises requests and signs callbacks.
    pub auth_token: Secret,
    /// `https://api.plivo.com`.
    #[serde(default)]
    pub base_url: Option<String>,
}

pub(crate) struct Plivo {
    config: PlivoConfig,
    base: String,
}

/// `name` and `value` with `between` inside and `after` between pairs, sorted.
fn joined(fields: &Fields, between: &str, after: &str) -> String {
    let mut sorted: Vec<_> = fields.0.iter().collect();
    sorted.sort();
    let pairs: Vec<_> = sorted.into_iter().map(|(name, value)| format!("{name}{between}{value}")).collect();
    pairs.join(after)
}

impl Plivo {
    pub(crate) fn new(config: PlivoConfig, sender: Option<&str>) -> Result<Self, HttpRouteConfigError> {
        check_word("auth_id", &config.auth_id)?;
        check_secret("auth_token", &config.auth_token)?;
        check_sender(sender)?;
        let base = base_or(config.base_url.clone(), "https://api.plivo.com");
        Ok(Self { config, base })
    }

    fn verify(&self, callback: &Callback<'_>, form: &Fields) -> Result<(), CallbackRefusal> {
        let bare = callback.url.split('?').next().unwrap_or_default();
        let third = callback.header("x-plivo-signature-v3");
        let (given, nonce, signed) = if let Some(given) = third {
            let nonce = callback.header("x-plivo-signature-v3-nonce").ok_or(CallbackRefusal::Unsigned)?;
            (given, nonce, third_text(bare, callback, form, nonce))
        } else {
            if !callback.has_token {
                return Err(CallbackRefusal::Unsigned);
            }
            let given = callback.header("x-plivo-signature-v2").ok_or(CallbackRefusal::Unsigned)?;
            let nonce = callback.header("x-plivo-signature-v2-nonce").ok_or(CallbackRefusal::Unsigned)?;
            (given, nonce, format!("{bare}{nonce}"))
        };
        if nonce.is_empty() {
            return Err(CallbackRefusal::Forged);
        }
        let key = self.config.auth_token.expose().as_bytes();
        let expected = STANDARD.encode(hmac(Hash::Sha256, key, &[signed.as_bytes()]));
        // Several where the account has several tokens.
        let is_signed = |one: &str| is_same(one.trim().as_bytes(), expected.as_bytes());
        if given.split(',').any(is_signed) { Ok(()) } else { Err(CallbackRefusal::Forged) }
    }
}

fn third_text(bare: &str, callback: &Callback<'_>, form: &Fields, nonce: &str) -> String {
    let query = joined(&Fields::parse(callback.query().as_bytes()), "=", "&");
    let mark = if query.is_empty() && form.0.is_empty() { "" } else { "?" };
    let stop = if !query.is_empty() && !form.0.is_empty() { "." } else { "" };
    format!("{bare}{mark}{query}{stop}{}.{nonce}", joined(form, "", ""))
}

impl Provider for Plivo {
    fn kind(&self) -> &'static str {
        "plivo"
    }

    fn signs(&self) -> bool {
        true
    }

    fn base(&self) -> &str {
        &self.base
    }

    fn draft(&self, sending: &Sending<'_>) -> Result<Draft, Unfit> {
        let mut message = json!({
            "src": digits(sending.need_from()?),
            "dst": sending.to_digits(),
            "text": sending.text,
            "type": "sms",
            "message_expiry": sending.valid_s(5, 10_800),
        });
        if let Some(url) = sending.callback {
            message["url"] = json!(url);
            message["method"] = json!("POST");
        }
        let url = format!("{}/v1/Account/{}/Message/", self.base, self.config.auth_id);
        Ok(Draft::json(url, &message).basic(&self.config.auth_id, &self.config.auth_token))
    }

    fn judge(&self, answer: &Answer) -> Submission {
        if !(200..300).contains(&answer.status) {
            return by_status(answer.status);
        }
        let body = json_of(answer);
        let ids = body["message_uuid"].as_array().map(Vec::as_slice).unwrap_or_default();
        accepted(ids.iter().map(|id| id.as_str().unwrap_or_default()))
    }

    fn read(&self, callback: &Callback<'_>) -> Result<Heard, CallbackRefusal> {
        let form = callback.form();
        self.verify(callback, &form)?;
        let Some(status) = form.get("Status") else {
            let (from, to) = (form.need("From")?, form.need("To")?);
            let text = form.get("Text").ok_or(CallbackRefusal::Malformed)?;
            return Ok(Heard::inbound(callback.inbound(from, to, text)));
        };
        let state = match status {
            "delivered" | "read" => ReceiptState::Delivered,
            "failed" | "undelivered" | "rejected" => ReceiptState::Failed,
            _ => ReceiptState::Pending,
        };
        // 000 is what Plivo says where nothing went wrong.
        let error = form.get("ErrorCode").filter(|code| *code != "000").unwrap_or_default();
        Ok(Heard::receipt(callback.receipt(form.need("MessageUUID")?, state, error)))
    }
}
