//! Sinch SMS API (`/xms/v1`). Callbacks are signed over body, nonce and time with HMAC-SHA256.

use super::HttpRouteConfigError;
use super::callback::{Callback, CallbackRefusal, Heard, text_of};
use super::provider::*;
use super::secret::{Hash, Secret, hmac, is_same};
use crate::http::Answer;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::outbox::{Failure, ReceiptState, Submission};
use countersign_core::time::seconds;
use serde::Deserialize;
use serde_json::json;

/// Our account at Sinch.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SinchConfig {
    /// Names the service plan.
    pub service_plan_id: String,
    /// Authorises requests.
    pub api_token: Secret,
    /// Signs callbacks; without it the address needs a token.
    #[serde(default)]
    pub callback_secret: Option<Secret>,
    /// `us` (default), `eu`, `au`, `br` or `ca`.
    #[serde(default = "us")]
    pub region: String,
    /// `https://{region}.sms.api.sinch.com`.
    #[serde(default)]
    pub base_url: Option<String>,
}

fn us() -> String {
    "us".to_owned()
}

pub(crate) struct Sinch {
    config: SinchConfig,
    base: String,
}

impl Sinch {
    pub(crate) fn new(config: SinchConfig, sender: Option<&str>) -> Result<Self, HttpRouteConfigError> {
        check_word("service_plan_id", &config.service_plan_id)?;
        check_word("region", &config.region)?;
        check_secret("api_token", &config.api_token)?;
        config.callback_secret.as_ref().map_or(Ok(()), |secret| check_secret("callback_secret", secret))?;
        check_sender(sender)?;
        let usual = format!("https://{}.sms.api.sinch.com", config.region);
        let base = base_or(config.base_url.clone(), &usual);
        Ok(Self { config, base })
    }

    fn verify(&self, callback: &Callback<'_>) -> Result<(), CallbackRefusal> {
        let Some(secret) = &self.config.callback_secret else {
            // The token in the address has been checked.
            return Ok(());
        };
        let need = |name: &str| callback.header(name).ok_or(CallbackRefusal::Unsigned);
        let given = need("x-sinch-webhook-signature")?;
        let nonce = need("x-sinch-webhook-signature-nonce")?;
        let timestamp = need("x-sinch-webhook-signature-timestamp")?;
        let signed: [&[u8]; 5] = [&callback.request.body, b".", nonce.as_bytes(), b".", timestamp.as_bytes()];
        let expected = STANDARD.encode(hmac(Hash::Sha256, secret.expose().as_bytes(), &signed));
        if !is_same(given.as_bytes(), expected.as_bytes()) {
            return Err(CallbackRefusal::Forged);
        }
        callback.is_fresh(timestamp.parse().ok())
    }
}

impl Provider for Sinch {
    fn kind(&self) -> &'static str {
        "sinch"
    }

    fn signs(&self) -> bool {
        self.config.callback_secret.is_some()
    }

    fn base(&self) -> &str {
        &self.base
    }

    fn draft(&self, sending: &Sending<'_>) -> Result<Draft, Unfit> {
        let mut batch = json!({
            "from": digits(sending.need_from()?),
            "to": [sending.to_digits()],
            "type": "mt_text",
            "body": sending.text,
            "expire_at": sending.now.after(seconds(sending.valid_s(1, 259_200))).to_rfc3339(),
            "client_reference": sending.letter.reference.to_string(),
        });
        if let Some(url) = sending.callback {
            batch["delivery_report"] = json!("per_recipient");
            batch["callback_url"] = json!(url);
        }
        let url = format!("{}/xms/v1/{}/batches", self.base, self.config.service_plan_id);
        Ok(Draft::json(url, &batch).authorized("Bearer", &self.config.api_token))
    }

    fn judge(&self, answer: &Answer) -> Submission {
        let body = json_of(answer);
        if let 200..=299 = answer.status {
            return accepted(body["id"].as_str());
        }
        match body["code"].as_str() {
            // The only parameter whose form is not ours to choose is the number.
            Some(code @ "syntax_invalid_parameter_format") => refused(Failure::Number, code),
            Some(code) => refused(failure_of(answer.status), code),
            None => by_status(answer.status),
        }
    }

    fn read(&self, callback: &Callback<'_>) -> Result<Heard, CallbackRefusal> {
        self.verify(callback)?;
        let body = callback.json()?;
        let need = |key: &str| body[key].as_str().ok_or(CallbackRefusal::Malformed);
        let (status, code) = match need("type")? {
            "mo_text" => {
                let inbound = callback.inbound(need("from")?, need("to")?, need("body")?);
                return Ok(Heard::inbound(inbound));
            }
            "recipient_delivery_report_sms" => (need("status")?, &body["code"]),
            // A batch of ours has one recipient, so its summary says as much.
            "delivery_report_sms" => {
                let first = &body["statuses"][0];
                (first["status"].as_str().ok_or(CallbackRefusal::Malformed)?, &first["code"])
            }
            _ => return Ok(Heard::nothing()),
        };
        let state = match status {
            "Delivered" => ReceiptState::Delivered,
            "Aborted" | "Rejected" | "Failed" | "Expired" | "Cancelled" | "Deleted" => ReceiptState::Failed,
            _ => ReceiptState::Pending,
        };
        // 0 is delivered, 400 and 401 are on its way.
        let code = text_of(code).filter(|_| state == ReceiptState::Failed).unwrap_or_default();
        Ok(Heard::receipt(callback.receipt(need("batch_id")?, state, &code)))
    }
}
