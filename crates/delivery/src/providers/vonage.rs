//! Vonage SMS API (rest.nexmo.com/sms/json). Answers are 200 with the truth inside; signatures are over the sorted
//! parameters with their `&` and `=` made harmless (developer.vonage.com, signing messages).

use super::HttpRouteConfigError;
use super::callback::{Callback, CallbackRefusal, Fields, Heard, text_of};
use super::provider::*;
use super::secret::{Hash, Secret, hex, hmac, is_same};
use crate::http::Answer;
use countersign_core::outbox::{Failure, ReceiptState, Submission};
use countersign_smpp::text::{Alphabet, Coding};
use serde::Deserialize;

/// Our account at Vonage.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VonageConfig {
    /// Names the account.
    pub api_key: String,
    /// Authorises requests; without it `signature_secret` signs them.
    #[serde(default)]
    pub api_secret: Option<Secret>,
    /// Signs callbacks.
    #[serde(default)]
    pub signature_secret: Option<Secret>,
    /// As set in the account's dashboard; `sha256` is the default here.
    #[serde(default)]
    pub signature_method: SignatureMethod,
    /// `https://rest.nexmo.com`.
    #[serde(default)]
    pub base_url: Option<String>,
}

/// The hash under Vonage's signatures. MD5 is not offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // the names say it
pub enum SignatureMethod {
    Sha1,
    #[default]
    Sha256,
    Sha512,
}

pub(crate) struct Vonage {
    config: VonageConfig,
    base: String,
}

impl Vonage {
    pub(crate) fn new(config: VonageConfig, sender: Option<&str>) -> Result<Self, HttpRouteConfigError> {
        check_word("api_key", &config.api_key)?;
        for (key, secret) in
            [("api_secret", &config.api_secret), ("signature_secret", &config.signature_secret)]
        {
            secret.as_ref().map_or(Ok(()), |secret| check_secret(key, secret))?;
        }
        if config.api_secret.is_none() && config.signature_secret.is_none() {
            let words = "account.api_secret or account.signature_secret must be set";
            return Err(HttpRouteConfigError(words.to_owned()));
        }
        check_sender(sender)?;
        let base = base_or(config.base_url.clone(), "https://rest.nexmo.com");
        Ok(Self { config, base })
    }

    /// Hexadecimal HMAC over `&name=value` of every parameter, sorted by name.
    pub(super) fn sign(&self, secret: &Secret, parameters: &[(String, String)]) -> String {
        let mut sorted: Vec<_> = parameters.iter().filter(|(name, _)| name != "sig").collect();
        sorted.sort();
        let signed: String = sorted
            .into_iter()
            .map(|(name, value)| format!("&{name}={}", value.replace(['&', '='], "_")))
            .collect();
        let hash = match self.config.signature_method {
            SignatureMethod::Sha1 => Hash::Sha1,
            SignatureMethod::Sha256 => Hash::Sha256,
            SignatureMethod::Sha512 => Hash::Sha512,
        };
        hex(&hmac(hash, secret.expose().as_bytes(), &[signed.as_bytes()]))
    }

    fn verify(&self, callback: &Callback<'_>, fields: &Fields) -> Result<(), CallbackRefusal> {
        let Some(secret) = &self.config.signature_secret else {
            // The token in the address has been checked.
            return Ok(());
        };
        let given = fields.get("sig").ok_or(CallbackRefusal::Unsigned)?.to_ascii_lowercase();
        if !is_same(self.sign(secret, &fields.0).as_bytes(), given.as_bytes()) {
            return Err(CallbackRefusal::Forged);
        }
        callback.is_fresh(fields.need("timestamp")?.parse().ok())
    }
}

impl Provider for Vonage {
    fn kind(&self) -> &'static str {
        "vonage"
    }

    fn signs(&self) -> bool {
        self.config.signature_secret.is_some()
    }

    fn base(&self) -> &str {
        &self.base
    }

    fn draft(&self, sending: &Sending<'_>) -> Result<Draft, Unfit> {
        let is_gsm = Coding::for_text(sending.text, Alphabet::Gsm) != Coding::Ucs2;
        let mut fields = vec![
            ("api_key", self.config.api_key.clone()),
            ("from", digits(sending.need_from()?).to_owned()),
            ("to", sending.to_digits().to_owned()),
            ("text", sending.text.to_owned()),
            ("type", if is_gsm { "text" } else { "unicode" }.to_owned()),
            ("ttl", (sending.valid_s(20, 604_800) * 1_000).to_string()),
            ("client-ref", sending.letter.reference.to_string()),
        ];
        if let Some(url) = sending.callback {
            fields.extend([("status-report-req", "1".to_owned()), ("callback", url.to_owned())]);
        }
        match (&self.config.api_secret, &self.config.signature_secret) {
            (Some(secret), _) => fields.push(("api_secret", secret.expose().to_owned())),
            (None, Some(secret)) => {
                fields.push(("timestamp", sending.now.unix_ms().div_euclid(1_000).to_string()));
                let owned: Vec<_> =
                    fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
                fields.push(("sig", self.sign(secret, &owned)));
            }
            (None, None) => return Err(Unfit("no secret")),
        }
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
        Ok(Draft::form(format!("{}/sms/json", self.base), &fields))
    }

    fn judge(&self, answer: &Answer) -> Submission {
        if !(200..300).contains(&answer.status) {
            return by_status(answer.status);
        }
        let body = json_of(answer);
        let parts = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let status = |part: &serde_json::Value| text_of(&part["status"]).unwrap_or_default();
        // A long text whose second part was refused will not arrive whole.
        let Some(refusal) = parts.iter().map(status).find(|status| status != "0") else {
            return accepted(parts.iter().map(|part| part["message-id"].as_str().unwrap_or_default()));
        };
        let failure = match &*refusal {
            "1" | "10" => Failure::Throttled,
            "5" => Failure::Temporary,
            // Unroutable, barred, deactivated.
            "6" | "7" | "33" | "34" => Failure::Number,
            _ => Failure::Route,
        };
        refused(failure, &refusal)
    }

    fn read(&self, callback: &Callback<'_>) -> Result<Heard, CallbackRefusal> {
        let fields = callback.fields();
        self.verify(callback, &fields)?;
        let Some(status) = fields.get("status") else {
            let (from, to) = (fields.need("msisdn")?, fields.need("to")?);
            let text = fields.get("text").ok_or(CallbackRefusal::Malformed)?;
            return Ok(Heard::inbound(callback.inbound(from, to, text)));
        };
        let state = match status {
            "delivered" => ReceiptState::Delivered,
            "expired" | "failed" | "rejected" => ReceiptState::Failed,
            _ => ReceiptState::Pending,
        };
        let error = fields.get("err-code").filter(|code| *code != "0").unwrap_or_default();
        Ok(Heard::receipt(callback.receipt(fields.need("messageId")?, state, error)))
    }
}
