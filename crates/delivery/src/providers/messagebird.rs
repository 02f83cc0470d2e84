//! MessageBird (Bird) SMS API at rest.messagebird.com. Callbacks carry a JSON Web Token over the hashes of address and
//! body (developers.messagebird.com, "Verify HTTP requests").

use super::HttpRouteConfigError;
use super::callback::{Callback, CallbackRefusal, Heard, text_at};
use super::provider::*;
use super::secret::{Hash, Secret, hmac, is_same, sha256_hex};
use crate::http::Answer;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_core::outbox::{Failure, ReceiptState, Submission};
use serde::Deserialize;
use serde_json::{Value, json};

/// Our account at MessageBird.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageBirdConfig {
    /// Authorises requests.
    pub access_key: Secret,
    /// Signs callbacks.
    pub signing_key: Secret,
    /// `https://rest.messagebird.com`.
    #[serde(default)]
    pub base_url: Option<String>,
}

pub(crate) struct MessageBird {
    config: MessageBirdConfig,
    base: String,
}

fn part(encoded: &str) -> Result<Value, CallbackRefusal> {
    let octets = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| CallbackRefusal::Forged)?;
    serde_json::from_slice(&octets).map_err(|_| CallbackRefusal::Forged)
}

impl MessageBird {
    pub(crate) fn new(config: MessageBirdConfig, sender: Option<&str>) -> Result<Self, HttpRouteConfigError> {
        check_secret("access_key", &config.access_key)?;
        check_secret("signing_key", &config.signing_key)?;
        check_sender(sender)?;
        let base = base_or(config.base_url.clone(), "https://rest.messagebird.com");
        Ok(Self { config, base })
    }

    fn verify(&self, callback: &Callback<'_>) -> Result<(), CallbackRefusal> {
        let token = callback.header("messagebird-signature-jwt").ok_or(CallbackRefusal::Unsigned)?;
        let (signed, signature) = token.rsplit_once('.').ok_or(CallbackRefusal::Forged)?;
        let (header, claims) = signed.split_once('.').ok_or(CallbackRefusal::Forged)?;
        let hash = match part(header)?["alg"].as_str() {
            Some("HS256") => Hash::Sha256,
            Some("HS384") => Hash::Sha384,
            Some("HS512") => Hash::Sha512,
            _ => return Err(CallbackRefusal::Forged),
        };
        let expected = hmac(hash, self.config.signing_key.expose().as_bytes(), &[signed.as_bytes()]);
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| CallbackRefusal::Forged)?;
        if !is_same(&expected, &signature) {
            return Err(CallbackRefusal::Forged);
        }
        let claims = part(claims)?;
        let is_hash = |name: &str, octets: &[u8]| {
            claims[name].as_str().is_some_and(|hash| is_same(hash.as_bytes(), sha256_hex(octets).as_bytes()))
        };
        let body = &callback.request.body;
        let is_whole = if body.is_empty() {
            claims.get("payload_hash").is_none_or(Value::is_null)
        } else {
            is_hash("payload_hash", body)
        };
        if claims["iss"] != "MessageBird" || !is_whole || !is_hash("url_hash", callback.url.as_bytes()) {
            return Err(CallbackRefusal::Forged);
        }
        let (Some(from_s), Some(until_s)) = (claims["nbf"].as_i64(), claims["exp"].as_i64()) else {
            return Err(CallbackRefusal::Malformed);
        };
        // No token is good for longer than any other provider's signature, whatever it says.
        callback.is_fresh(Some(from_s))?;
        let now_s = callback.now.unix_ms().div_euclid(1_000);
        if now_s > until_s { Err(CallbackRefusal::Stale) } else { Ok(()) }
    }
}

impl Provider for MessageBird {
    fn kind(&self) -> &'static str {
        "messagebird"
    }

    fn signs(&self) -> bool {
        true
    }

    fn base(&self) -> &str {
        &self.base
    }

    fn draft(&self, sending: &Sending<'_>) -> Result<Draft, Unfit> {
        let mut message = json!({
            "originator": digits(sending.need_from()?),
            "recipients": [sending.to_digits()],
            "body": sending.text,
            "datacoding": "auto",
            "validity": sending.valid_s(1, 172_800),
            "reference": sending.letter.reference.to_string(),
        });
        if let Some(url) = sending.callback {
            message["reportUrl"] = json!(url);
        }
        let draft = Draft::json(format!("{}/messages", self.base), &message);
        Ok(draft.authorized("AccessKey", &self.config.access_key))
    }

    fn judge(&self, answer: &Answer) -> Submission {
        let body = json_of(answer);
        if let 200..=299 = answer.status {
            return accepted(body["id"].as_str());
        }
        let Some(code) = text_at(&body, "/errors/0/code") else { return by_status(answer.status) };
        let is_about_number = matches!(
            body.pointer("/errors/0/parameter").and_then(Value::as_str),
            Some("recipient" | "recipients")
        );
        let failure = match &*code {
            "9" | "10" | "21" if is_about_number => Failure::Number,
            "99" => Failure::Temporary,
            _ => failure_of(answer.status),
        };
        refused(failure, &code)
    }

    fn read(&self, callback: &Callback<'_>) -> Result<Heard, CallbackRefusal> {
        self.verify(callback)?;
        let fields = callback.fields();
        let Some(status) = fields.get("status").filter(|_| fields.get("originator").is_none()) else {
            let (from, to) = (fields.need("originator")?, fields.need("recipient")?);
            let text = fields.get("body").or_else(|| fields.get("payload"));
            let text = text.ok_or(CallbackRefusal::Malformed)?;
            return Ok(Heard::inbound(callback.inbound(from, to, text)).answered("text/plain", "OK"));
        };
        let state = match status {
            "delivered" => ReceiptState::Delivered,
            "expired" | "delivery_failed" => ReceiptState::Failed,
            _ => ReceiptState::Pending,
        };
        let error = fields.get("statusErrorCode").filter(|code| *code != "0").unwrap_or_default();
        Ok(Heard::receipt(callback.receipt(fields.need("id")?, state, error)).answered("text/plain", "OK"))
    }
}
