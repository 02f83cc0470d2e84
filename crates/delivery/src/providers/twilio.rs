//! Twilio Programmable Messaging and Voice, API version 2010-04-01. Callbacks are signed with the account's token
//! (X-Twilio-Signature; twilio.com/docs/usage/security).

use super::HttpRouteConfigError;
use super::callback::{Callback, CallbackRefusal, Fields, Heard, text_of};
use super::provider::*;
use super::secret::{Hash, Secret, hmac, is_same, sha256_hex};
use crate::http::Answer;
use crate::words::voice_language;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::model;
use countersign_core::outbox::{Failure, ReceiptState, Submission};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Our account at Twilio.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwilioConfig {
    /// `AC…`.
    pub account_sid: String,
    /// Signs callbacks; authorises requests unless `api_key` does.
    pub auth_token: Secret,
    /// `SK…`: a key that can be revoked by itself.
    #[serde(default)]
    pub api_key: Option<String>,
    /// Its secret.
    #[serde(default)]
    pub api_key_secret: Option<Secret>,
    /// `MG…`: chooses the sender where a letter names none.
    #[serde(default)]
    pub messaging_service_sid: Option<String>,
    /// `sms` (default) or `voice`.
    #[serde(default = "sms")]
    pub channel: model::Channel,
    /// `https://api.twilio.com`, or another region's.
    #[serde(default)]
    pub base_url: Option<String>,
}

fn sms() -> model::Channel {
    model::Channel::Sms
}

pub(crate) struct Twilio {
    config: TwilioConfig,
    base: String,
}

impl Twilio {
    pub(crate) fn new(config: TwilioConfig, sender: Option<&str>) -> Result<Self, HttpRouteConfigError> {
        check_word("account_sid", &config.account_sid)?;
        check_secret("auth_token", &config.auth_token)?;
        let bad = |words: &str| Err(HttpRouteConfigError(words.to_owned()));
        match (&config.api_key, &config.api_key_secret) {
            (None, None) => {}
            (Some(key), Some(secret)) => {
                check_word("api_key", key)?;
                check_secret("api_key_secret", secret)?;
            }
            _ => return bad("account.api_key and account.api_key_secret go together"),
        }
        match config.channel {
            model::Channel::Sms if config.messaging_service_sid.is_some() => {}
            model::Channel::Sms | model::Channel::Voice => check_sender(sender)?,
            _ => return bad("account.channel must be sms or voice"),
        }
        let base = base_or(config.base_url.clone(), "https://api.twilio.com");
        Ok(Self { config, base })
    }

    fn is_voice(&self) -> bool {
        self.config.channel == model::Channel::Voice
    }

    fn authorise(&self, draft: Draft) -> Draft {
        match (&self.config.api_key, &self.config.api_key_secret) {
            (Some(key), Some(secret)) => draft.basic(key, secret),
            _ => draft.basic(&self.config.account_sid, &self.config.auth_token),
        }
    }

    /// Over the address with each parameter of the form, names sorted, each distinct value once; with and without the
    /// port, because Twilio does it both ways. A body that is no form is proven by its hash in the query.
    fn verify(&self, callback: &Callback<'_>, form: &Fields) -> Result<(), CallbackRefusal> {
        let given = callback.header("x-twilio-signature").ok_or(CallbackRefusal::Unsigned)?;
        let given = STANDARD.decode(given).map_err(|_| CallbackRefusal::Forged)?;
        if !callback.request.body.is_empty() && !callback.is_form() {
            let query = Fields::parse(callback.query().as_bytes());
            let stated = query.get("bodySHA256").ok_or(CallbackRefusal::Forged)?;
            if !is_same(stated.as_bytes(), sha256_hex(&callback.request.body).as_bytes()) {
                return Err(CallbackRefusal::Forged);
            }
        }
        let sorted: BTreeSet<(&str, &str)> = form.0.iter().map(|(name, value)| (&**name, &**value)).collect();
        let parameters: String = sorted.into_iter().flat_map(|(name, value)| [name, value]).collect();
        let key = self.config.auth_token.expose().as_bytes();
        let is_signed =
            |url: &str| is_same(&hmac(Hash::Sha1, key, &[url.as_bytes(), parameters.as_bytes()]), &given);
        let (bare, ported) = without_and_with_port(callback.url);
        // Both are computed always: which one fits is nobody's business.
        if is_signed(&bare) | is_signed(&ported) { Ok(()) } else { Err(CallbackRefusal::Forged) }
    }
}

/// The address without a port, and with one.
fn without_and_with_port(url: &str) -> (String, String) {
    let Some((scheme, rest)) = url.split_once("://") else { return (url.to_owned(), url.to_owned()) };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let port = authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|at| at.is_ascii_digit()));
    let host = port.map_or(authority, |(host, _)| host);
    let usual = if scheme == "https" { "443" } else { "80" };
    let port = port.map_or(usual, |(_, port)| port);
    (format!("{scheme}://{host}{path}"), format!("{scheme}://{host}:{port}{path}"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Provider for Twilio {
    fn kind(&self) -> &'static str {
        "twilio"
    }

    fn channel(&self) -> model::Channel {
        self.config.channel
    }

    fn signs(&self) -> bool {
        true
    }

    fn base(&self) -> &str {
        &self.base
    }

    fn draft(&self, sending: &Sending<'_>) -> Result<Draft, Unfit> {
        let account = format!("{}/2010-04-01/Accounts/{}", self.base, self.config.account_sid);
        if self.is_voice() {
            let (language, said) = (voice_language(&sending.letter.locale), escaped(sending.text));
            let twiml = format!("<Response><Say language=\"{language}\">{said}</Say></Response>");
            let mut fields = vec![("To", sending.to), ("From", sending.need_from()?), ("Twiml", &*twiml)];
            fields.extend(sending.callback.map(|url| ("StatusCallback", url)));
            return Ok(self.authorise(Draft::form(format!("{account}/Calls.json"), &fields)));
        }
        // The letter's own sender first, then the service's choice, then the route's.
        let from = match (&sending.letter.sender, &self.config.messaging_service_sid) {
            (None, Some(service)) => ("MessagingServiceSid", &**service),
            _ => ("From", sending.need_from()?),
        };
        let validity = sending.valid_s(1, 14_400).to_string();
        let mut fields =
            vec![("To", sending.to), from, ("Body", sending.text), ("ValidityPeriod", &validity)];
        fields.extend(sending.callback.map(|url| ("StatusCallback", url)));
        Ok(self.authorise(Draft::form(format!("{account}/Messages.json"), &fields)))
    }

    fn judge(&self, answer: &Answer) -> Submission {
        let body = json_of(answer);
        if let 200..=299 = answer.status {
            return accepted(body["sid"].as_str());
        }
        let Some(code) = text_of(&body["code"]) else { return by_status(answer.status) };
        let failure = match &*code {
            // Not a number, a landline, opted out, unreachable.
            "21211" | "21214" | "21217" | "21401" | "21421" | "21610" | "21614" | "13224" => Failure::Number,
            "20429" | "21611" | "14107" => Failure::Throttled,
            _ => failure_of(answer.status),
        };
        refused(failure, &code)
    }

    fn read(&self, callback: &Callback<'_>) -> Result<Heard, CallbackRefusal> {
        let form = callback.form();
        self.verify(callback, &form)?;
        let (id, status) = match (form.get("MessageStatus"), form.get("CallStatus")) {
            (Some(status), _) => (form.need("MessageSid")?, status),
            (None, Some(status)) => (form.need("CallSid")?, status),
            (None, None) => {
                let (from, to, text) = (form.need("From")?, form.need("To")?, form.get("Body"));
                let text = text.ok_or(CallbackRefusal::Malformed)?;
                let heard = Heard::inbound(callback.inbound(from, to, text));
                return Ok(heard.answered("text/xml", "<Response/>"));
            }
        };
        let state = match status {
            "delivered" | "read" | "completed" => ReceiptState::Delivered,
            "undelivered" | "failed" | "canceled" | "busy" | "no-answer" => ReceiptState::Failed,
            _ => ReceiptState::Pending,
        };
        let code = form.get("ErrorCode").filter(|code| !matches!(*code, "" | "0"));
        let error = match (state, code) {
            (ReceiptState::Failed, None) => status,
            (_, code) => code.unwrap_or_default(),
        };
        Ok(Heard::receipt(callback.receipt(id, state, error)))
    }
}
