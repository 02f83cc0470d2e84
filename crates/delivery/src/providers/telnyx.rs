//! Telnyx Messaging API version 2. Events are signed with Ed25519 (RFC 8032) over their time and their body.

use super::HttpRouteConfigError;
use super::callback::{Callback, CallbackRefusal, Heard, text_at, text_of};
use super::provider::*;
use super::secret::Secret;
use crate::http::Answer;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::outbox::{Failure, ReceiptState, Submission};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::Deserialize;
use serde_json::{Value, json};

/// Our account at Telnyx.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelnyxConfig {
    /// `KEY…`.
    pub api_key: Secret,
    /// The account's public key, base64: events are signed with its other half.
    pub public_key: String,
    /// Needed where the sender is a name.
    #[serde(default)]
    pub messaging_profile_id: Option<String>,
    /// `https://api.telnyx.com`.
    #[serde(default)]
    pub base_url: Option<String>,
}

pub(crate) struct Telnyx {
    config: TelnyxConfig,
    key: VerifyingKey,
    base: String,
}

impl Telnyx {
    pub(crate) fn new(config: TelnyxConfig, sender: Option<&str>) -> Result<Self, HttpRouteConfigError> {
        check_secret("api_key", &config.api_key)?;
        check_sender(sender)?;
        let octets = STANDARD.decode(&config.public_key).ok();
        let key = octets.and_then(|octets| VerifyingKey::try_from(&*octets).ok()).ok_or_else(|| {
            HttpRouteConfigError("account.public_key must be the base64 of an Ed25519 key".to_owned())
        })?;
        let base = base_or(config.base_url.clone(), "https://api.telnyx.com");
        Ok(Self { config, key, base })
    }

    fn verify(&self, callback: &Callback<'_>) -> Result<(), CallbackRefusal> {
        let signature = callback.header("telnyx-signature-ed25519").ok_or(CallbackRefusal::Unsigned)?;
        let timestamp = callback.header("telnyx-timestamp").ok_or(CallbackRefusal::Unsigned)?;
        let octets = STANDARD.decode(signature).map_err(|_| CallbackRefusal::Forged)?;
        let signature = Signature::from_slice(&octets).map_err(|_| CallbackRefusal::Forged)?;
        let signed = [timestamp.as_bytes(), b"|", &callback.request.body].concat();
        self.key.verify_strict(&signed, &signature).map_err(|_| CallbackRefusal::Forged)?;
        callback.is_fresh(timestamp.parse().ok())
    }
}

impl Provider for Telnyx {
    fn kind(&self) -> &'static str {
        "telnyx"
    }

    fn signs(&self) -> bool {
        true
    }

    fn base(&self) -> &str {
        &self.base
    }

    fn draft(&self, sending: &Sending<'_>) -> Result<Draft, Unfit> {
        let mut message = json!({
            "from": sending.need_from()?,
            "to": sending.to,
            "text": sending.text,
            "type": "SMS",
        });
        if let Some(profile) = &self.config.messaging_profile_id {
            message["messaging_profile_id"] = json!(profile);
        }
        if let Some(url) = sending.callback {
            message["webhook_url"] = json!(url);
            message["use_profile_webhooks"] = json!(false);
        }
        let draft = Draft::json(format!("{}/v2/messages", self.base), &message);
        Ok(draft.authorized("Bearer", &self.config.api_key))
    }

    fn judge(&self, answer: &Answer) -> Submission {
        let body = json_of(answer);
        if let 200..=299 = answer.status {
            return accepted(body.pointer("/data/id").and_then(Value::as_str));
        }
        let Some(code) = text_at(&body, "/errors/0/code") else { return by_status(answer.status) };
        let failure = match &*code {
            // A landline, opted out, no number.
            "40001" | "40300" | "40310" => Failure::Number,
            "10011" | "40014" | "40318" => Failure::Throttled,
            _ => failure_of(answer.status),
        };
        refused(failure, &code)
    }

    fn read(&self, callback: &Callback<'_>) -> Result<Heard, CallbackRefusal> {
        self.verify(callback)?;
        let body = callback.json()?;
        let payload = &body["data"]["payload"];
        let need = |pointer: &str| text_at(payload, pointer).ok_or(CallbackRefusal::Malformed);
        match body["data"]["event_type"].as_str() {
            Some("message.received") => {
                let (from, to) = (need("/from/phone_number")?, need("/to/0/phone_number")?);
                Ok(Heard::inbound(callback.inbound(&from, &to, &need("/text")?)))
            }
            Some("message.sent" | "message.finalized") => {
                let state = match &*need("/to/0/status")? {
                    "delivered" | "read" => ReceiptState::Delivered,
                    "sending_failed" | "delivery_failed" | "expired" => ReceiptState::Failed,
                    // `delivery_unconfirmed` is final too, and says that nobody will ever know.
                    _ => ReceiptState::Pending,
                };
                let error = payload.pointer("/errors/0/code").and_then(text_of).unwrap_or_default();
                Ok(Heard::receipt(callback.receipt(&need("/id")?, state, &error)))
            }
            Some(_) => Ok(Heard::nothing()),
            None => Err(CallbackRefusal::Malformed),
        }
    }
}
