//! WhatsApp Business Platform, Cloud API: authentication templates, in which the code stands twice, in the text and
//! behind the button. Webhooks are signed over the raw body (X-Hub-Signature-256) and begin with a handshake.

use super::HttpRouteConfigError;
use super::callback::{Callback, CallbackRefusal, Fields, Heard, text_at, text_of};
use super::provider::*;
use super::secret::{Hash, Secret, hex, hmac, is_same};
use crate::http::Answer;
use countersign_core::model::{self, Body};
use countersign_core::outbox::{Failure, ReceiptState, Submission};
use serde::Deserialize;
use serde_json::{Value, json};

/// Most characters of a code that an authentication template takes.
const CODE_LENGTH_MAX: usize = 15;
const CHALLENGE_LENGTH_MAX: usize = 256;

/// Our number on WhatsApp.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhatsAppConfig {
    /// Names the number that sends.
    pub phone_number_id: String,
    /// A system user's token.
    pub access_token: Secret,
    /// Signs webhooks.
    pub app_secret: Secret,
    /// What Meta must know to begin the webhook.
    pub verify_token: Secret,
    /// An approved template of the category authentication.
    pub template: String,
    /// The languages it is approved in, the one for everybody else first: `["en_US", "de"]`.
    pub languages: Vec<String>,
    /// `v23.0`.
    #[serde(default = "version")]
    pub version: String,
    /// `https://graph.facebook.com`.
    #[serde(default)]
    pub base_url: Option<String>,
}

fn version() -> String {
    "v23.0".to_owned()
}

pub(crate) struct WhatsApp {
    config: WhatsAppConfig,
    base: String,
}

impl WhatsApp {
    pub(crate) fn new(config: WhatsAppConfig) -> Result<Self, HttpRouteConfigError> {
        check_word("phone_number_id", &config.phone_number_id)?;
        check_word("version", &config.version)?;
        check_word("template", &config.template)?;
        check_secret("access_token", &config.access_token)?;
        check_secret("app_secret", &config.app_secret)?;
        check_secret("verify_token", &config.verify_token)?;
        if config.languages.is_empty() {
            return Err(HttpRouteConfigError("account.languages must name at least one".to_owned()));
        }
        let base = base_or(config.base_url.clone(), "https://graph.facebook.com");
        Ok(Self { config, base })
    }

    /// The template's language for a locale (BCP 47): the same with its region, else the same without, else any region
    /// of it, else the first.
    fn language(&self, locale: &str) -> &str {
        let wanted = locale.replace('-', "_");
        let stem = wanted.split('_').next().unwrap_or_default();
        let languages = &self.config.languages;
        let find = |fits: &dyn Fn(&str) -> bool| languages.iter().find(|language| fits(language));
        find(&|language| language.eq_ignore_ascii_case(&wanted))
            .or_else(|| find(&|language| language.eq_ignore_ascii_case(stem)))
            .or_else(|| find(&|language| language.split('_').next() == Some(stem)))
            .unwrap_or(&languages[0])
    }

    fn handshake(&self, callback: &Callback<'_>) -> Result<Heard, CallbackRefusal> {
        let query = Fields::parse(callback.query().as_bytes());
        let given = query.get("hub.verify_token").ok_or(CallbackRefusal::Unsigned)?;
        if !is_same(given.as_bytes(), self.config.verify_token.expose().as_bytes()) {
            return Err(CallbackRefusal::Forged);
        }
        let challenge = query.need("hub.challenge")?;
        let is_plain = challenge.bytes().all(|at| at.is_ascii_alphanumeric() || b"-_".contains(&at));
        if query.get("hub.mode") != Some("subscribe") || !is_plain || challenge.len() > CHALLENGE_LENGTH_MAX {
            return Err(CallbackRefusal::Malformed);
        }
        Ok(Heard::nothing().answered("text/plain", challenge))
    }

    fn verify(&self, callback: &Callback<'_>) -> Result<(), CallbackRefusal> {
        let given = callback.header("x-hub-signature-256").ok_or(CallbackRefusal::Unsigned)?;
        let given = given.strip_prefix("sha256=").ok_or(CallbackRefusal::Forged)?;
        let key = self.config.app_secret.expose().as_bytes();
        let expected = hex(&hmac(Hash::Sha256, key, &[&callback.request.body]));
        if is_same(given.as_bytes(), expected.as_bytes()) { Ok(()) } else { Err(CallbackRefusal::Forged) }
    }
}

fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

impl Provider for WhatsApp {
    fn kind(&self) -> &'static str {
        "whatsapp"
    }

    fn channel(&self) -> model::Channel {
        model::Channel::Whatsapp
    }

    fn signs(&self) -> bool {
        true
    }

    fn base(&self) -> &str {
        &self.base
    }

    fn draft(&self, sending: &Sending<'_>) -> Result<Draft, Unfit> {
        let Body::Code { code, .. } = &sending.letter.body else { return Err(Unfit("no template")) };
        if code.is_empty() || code.len() > CODE_LENGTH_MAX {
            return Err(Unfit("no code for a template"));
        }
        let said = json!([{ "type": "text", "text": code }]);
        let message = json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": sending.to_digits(),
            "type": "template",
            "template": {
                "name": self.config.template,
                "language": { "code": self.language(&sending.letter.locale) },
                "components": [
                    { "type": "body", "parameters": said },
                    { "type": "button", "sub_type": "url", "index": "0", "parameters": said },
                ],
            },
        });
        let url = format!("{}/{}/{}/messages", self.base, self.config.version, self.config.phone_number_id);
        Ok(Draft::json(url, &message).authorized("Bearer", &self.config.access_token))
    }

    fn judge(&self, answer: &Answer) -> Submission {
        let body = json_of(answer);
        if let 200..=299 = answer.status {
            return accepted(text_at(&body, "/messages/0/id"));
        }
        let Some(code) = text_at(&body, "/error/code") else { return by_status(answer.status) };
        let failure = match &*code {
            // Cannot be reached on WhatsApp, is ourselves, is no number.
            "131026" | "131021" | "131009" => Failure::Number,
            "4" | "80007" | "130429" | "131048" | "131056" => Failure::Throttled,
            "1" | "2" | "131000" | "131016" | "131057" | "133004" => Failure::Temporary,
            _ => failure_of(answer.status),
        };
        refused(failure, &code)
    }

    fn read(&self, callback: &Callback<'_>) -> Result<Heard, CallbackRefusal> {
        if callback.request.method == "GET" {
            return self.handshake(callback);
        }
        self.verify(callback)?;
        let body = callback.json()?;
        let mut heard = Heard::nothing();
        let need = |value: &Value, pointer: &str| text_at(value, pointer).ok_or(CallbackRefusal::Malformed);
        for change in items(&body, "entry").flat_map(|entry| items(entry, "changes")) {
            let value = &change["value"];
            // One app may serve several numbers; the others' messages are not ours to read.
            if value["metadata"]["phone_number_id"] != *self.config.phone_number_id {
                continue;
            }
            for status in items(value, "statuses") {
                let state = match &*need(status, "/status")? {
                    "delivered" | "read" => ReceiptState::Delivered,
                    "failed" => ReceiptState::Failed,
                    _ => ReceiptState::Pending,
                };
                let error = status.pointer("/errors/0/code").and_then(text_of).unwrap_or_default();
                heard.receipts.push(callback.receipt(&need(status, "/id")?, state, &error));
            }
            for message in items(value, "messages").filter(|message| message["type"] == "text") {
                let (from, text) = (need(message, "/from")?, need(message, "/text/body")?);
                let to = need(value, "/metadata/display_phone_number")?;
                heard.inbound.push(callback.inbound(&from, &to, &text));
            }
        }
        Ok(heard)
    }
}
