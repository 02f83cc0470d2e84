//! Infobip SMS API version 3 (`/sms/3/messages`). Plain per-message reports are not signed: a token in the address
//! stands in.

use super::HttpRouteConfigError;
use super::callback::{Callback, CallbackRefusal, Heard, text_of};
use super::provider::*;
use super::secret::Secret;
use crate::http::Answer;
use countersign_core::outbox::{Failure, ReceiptState, Submission};
use serde::Deserialize;
use serde_json::{Value, json};

/// Our account at Infobip.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InfobipConfig {
    /// With scope `sms:message:send`.
    pub api_key: Secret,
    /// The account's own, as in `https://xyz123.api.infobip.com`.
    pub base_url: String,
}

pub(crate) struct Infobip {
    api_key: Secret,
    base: String,
}

impl Infobip {
    pub(crate) fn new(config: InfobipConfig, sender: Option<&str>) -> Result<Self, HttpRouteConfigError> {
        check_secret("api_key", &config.api_key)?;
        check_sender(sender)?;
        Ok(Self { api_key: config.api_key, base: base_or(Some(config.base_url), "") })
    }
}

/// What the account is told of a message at once, by its status (the group says no, the identifier why).
fn refusal(status: &Value) -> Submission {
    let id = text_of(&status["id"]).unwrap_or_default();
    let failure = match &*id {
        // REJECTED_PREFIX_MISSING, _DND, _DESTINATION, MISSING_TO, INVALID_DESTINATION_ADDRESS.
        "8" | "10" | "14" | "51" | "52" => Failure::Number,
        // REJECTED_FLOODING_FILTER, REJECTED_MESSAGE_LIMIT.
        "18" => Failure::Throttled,
        // REJECTED_SYSTEM_ERROR.
        "19" => Failure::Temporary,
        _ => Failure::Route,
    };
    refused(failure, &id)
}

impl Provider for Infobip {
    fn kind(&self) -> &'static str {
        "infobip"
    }

    fn signs(&self) -> bool {
        false
    }

    fn base(&self) -> &str {
        &self.base
    }

    fn draft(&self, sending: &Sending<'_>) -> Result<Draft, Unfit> {
        let mut message = json!({
            "sender": digits(sending.need_from()?),
            "destinations": [{ "to": sending.to_digits() }],
            "content": { "text": sending.text },
            "options": { "validityPeriod": { "amount": sending.valid_s(30, 172_800), "timeUnit": "SECONDS" } },
        });
        if let Some(url) = sending.callback {
            message["webhooks"] = json!({ "delivery": { "url": url }, "contentType": "application/json" });
        }
        let draft = Draft::json(format!("{}/sms/3/messages", self.base), &json!({ "messages": [message] }));
        Ok(draft.authorized("App", &self.api_key))
    }

    fn judge(&self, answer: &Answer) -> Submission {
        if !(200..300).contains(&answer.status) {
            return by_status(answer.status);
        }
        let body = json_of(answer);
        let message = &body["messages"][0];
        match message["status"]["groupId"].as_u64() {
            Some(2 | 4 | 5) => refusal(&message["status"]),
            _ => accepted(message["messageId"].as_str()),
        }
    }

    fn read(&self, callback: &Callback<'_>) -> Result<Heard, CallbackRefusal> {
        let body = callback.json()?;
        let results = body["results"].as_array().ok_or(CallbackRefusal::Malformed)?;
        let mut heard = Heard::nothing();
        for result in results {
            let text = |key: &str| result[key].as_str().ok_or(CallbackRefusal::Malformed);
            let Some(group) = result["status"]["groupId"].as_u64() else {
                let sender = text("from").or_else(|_| text("sender"))?;
                heard.inbound.push(callback.inbound(sender, text("to")?, text("text")?));
                continue;
            };
            let state = match group {
                3 => ReceiptState::Delivered,
                2 | 4 | 5 => ReceiptState::Failed,
                _ => ReceiptState::Pending,
            };
            let error = text_of(&result["error"]["id"]).filter(|id| id != "0").unwrap_or_default();
            heard.receipts.push(callback.receipt(text("messageId")?, state, &error));
        }
        Ok(heard)
    }
}
