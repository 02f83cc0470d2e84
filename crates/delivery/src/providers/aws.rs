//! AWS End User Messaging SMS (API `PinpointSMSVoiceV2`, signed with Signature Version 4). Events come over an SNS
//! topic that the account's configuration set publishes to.

use super::HttpRouteConfigError;
use super::callback::{Callback, CallbackRefusal, Heard};
use super::provider::*;
use super::secret::{Hash, Secret, hex, hmac, sha256_hex};
use super::sns::{Post, Topic};
use crate::http::{Answer, Method};
use countersign_core::outbox::{Failure, ReceiptState, Submission};
use countersign_core::time::Timestamp;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use serde::Deserialize;
use serde_json::{Value, json};

const SERVICE: &str = "sms-voice";
const TARGET: &str = "PinpointSMSVoiceV2.SendTextMessage";
const TYPE: &str = "application/x-amz-json-1.0";

/// Our account at AWS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwsConfig {
    /// `eu-central-1`.
    pub region: String,
    /// `AKIA…` or `ASIA…`.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: Secret,
    /// For temporary keys.
    #[serde(default)]
    pub session_token: Option<Secret>,
    /// Whose events go to the topic.
    #[serde(default)]
    pub configuration_set: Option<String>,
    /// The one topic whose events are believed; without it there are no receipts.
    #[serde(default)]
    pub topic_arn: Option<String>,
    /// Registered entity and template for India, where the law asks for them.
    #[serde(default)]
    pub in_entity_id: Option<String>,
    /// See `in_entity_id`.
    #[serde(default)]
    pub in_template_id: Option<String>,
    /// `https://sms-voice.{region}.amazonaws.com`.
    #[serde(default)]
    pub base_url: Option<String>,
    /// `https://sns.{region}.amazonaws.com` of the topic's region.
    #[serde(default)]
    pub sns_url: Option<String>,
}

pub(crate) struct Aws {
    config: AwsConfig,
    base: String,
    topic: Option<Topic>,
}

impl Aws {
    pub(crate) fn new(config: AwsConfig) -> Result<Self, HttpRouteConfigError> {
        check_word("region", &config.region)?;
        check_word("access_key_id", &config.access_key_id)?;
        check_secret("secret_access_key", &config.secret_access_key)?;
        config.session_token.as_ref().map_or(Ok(()), |token| check_secret("session_token", token))?;
        let topic = config.topic_arn.as_deref().map(|arn| Topic::new(arn, config.sns_url.as_deref()));
        let usual = format!("https://{SERVICE}.{}.amazonaws.com", config.region);
        let base = base_or(config.base_url.clone(), &usual);
        Ok(Self { topic: topic.transpose()?, base, config })
    }

    /// The headers of Signature Version 4 for a `POST` of this body to the root.
    pub(super) fn signed(&self, body: &str, now: Timestamp) -> Vec<(HeaderName, String)> {
        // 2026-11-22T09:05:07.123Z → 20261122T090507Z
        let rfc3339 = now.to_rfc3339();
        let moment = format!("{}Z", rfc3339[..19].replace(['-', ':'], ""));
        let (date, region) = (&moment[..8], &*self.config.region);
        let host = self.base.split_once("://").map_or(&*self.base, |(_, host)| host);
        let mut headers = vec![("content-type", TYPE), ("host", host), ("x-amz-date", &moment)];
        if let Some(token) = &self.config.session_token {
            headers.push(("x-amz-security-token", token.expose()));
        }
        headers.push(("x-amz-target", TARGET));
        let canonical: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let request = format!("POST\n/\n\n{canonical}\n{names}\n{}", sha256_hex(body.as_bytes()));
        let scope = format!("{date}/{region}/{SERVICE}/aws4_request");
        let to_sign = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{}", sha256_hex(request.as_bytes()));
        let first = format!("AWS4{}", self.config.secret_access_key.expose()).into_bytes();
        let key = [date, region, SERVICE, "aws4_request", &to_sign]
            .into_iter()
            .fold(first, |key, part| hmac(Hash::Sha256, &key, &[part.as_bytes()]));
        let credential = format!("{}/{scope}", self.config.access_key_id);
        let signature = hex(&key);
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}");
        let mut sent = vec![
            (CONTENT_TYPE, TYPE.to_owned()),
            (HeaderName::from_static("x-amz-date"), moment.clone()),
            (HeaderName::from_static("x-amz-target"), TARGET.to_owned()),
            (AUTHORIZATION, authorization),
        ];
        if let Some(token) = &self.config.session_token {
            sent.push((HeaderName::from_static("x-amz-security-token"), token.expose().to_owned()));
        }
        sent
    }
}

/// The name of an error: without its namespace, and without the address that may follow it.
fn error_name(body: &Value) -> Option<&str> {
    let name = body["__type"].as_str()?;
    let name = name.rsplit('#').next()?;
    name.split(':').next()
}

fn failure_by_name(name: &str, reason: &str, status: u16) -> Failure {
    match (name, reason) {
        ("ThrottlingException", _) => Failure::Throttled,
        ("InternalServerException", _) => Failure::Temporary,
        (_, "DESTINATION_PHONE_NUMBER_OPTED_OUT" | "DESTINATION_PHONE_NUMBER_NOT_VERIFIED") => {
            Failure::Number
        }
        (_, "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE") => Failure::Number,
        _ if status >= 500 => Failure::Temporary,
        _ => Failure::Route,
    }
}

impl Provider for Aws {
    fn kind(&self) -> &'static str {
        "aws"
    }

    fn has_receipts(&self) -> bool {
        self.topic.is_some()
    }

    fn signs(&self) -> bool {
        self.topic.is_some()
    }

    fn base(&self) -> &str {
        &self.base
    }

    fn draft(&self, sending: &Sending<'_>) -> Result<Draft, Unfit> {
        let mut message = json!({
            "DestinationPhoneNumber": sending.to,
            "MessageBody": sending.text,
            "MessageType": "TRANSACTIONAL",
            "TimeToLive": sending.valid_s(5, 259_200),
        });
        if let Some(from) = sending.from {
            message["OriginationIdentity"] = json!(from);
        }
        if let Some(set) = &self.config.configuration_set {
            message["ConfigurationSetName"] = json!(set);
        }
        if let (Some(entity), Some(template)) = (&self.config.in_entity_id, &self.config.in_template_id)
            && sending.to.starts_with("+91")
        {
            message["DestinationCountryParameters"] =
                json!({ "IN_ENTITY_ID": entity, "IN_TEMPLATE_ID": template });
        }
        let body = message.to_string();
        let headers = self.signed(&body, sending.now);
        Ok(Draft { method: Method::POST, url: format!("{}/", self.base), headers, body })
    }

    fn judge(&self, answer: &Answer) -> Submission {
        let body = json_of(answer);
        if let 200..=299 = answer.status {
            return accepted(body["MessageId"].as_str());
        }
        let Some(name) = error_name(&body) else { return by_status(answer.status) };
        let reason = body["Reason"].as_str().unwrap_or_default();
        let code = if reason.is_empty() { name.to_owned() } else { reason.to_owned() };
        refused(failure_by_name(name, reason, answer.status), &code)
    }

    fn certificate_url(&self, callback: &Callback<'_>) -> Result<Option<String>, CallbackRefusal> {
        let topic = self.topic.as_ref().ok_or(CallbackRefusal::Unsigned)?;
        topic.certificate_url(&topic.open(&callback.request.body)?).map(Some)
    }

    fn read(&self, callback: &Callback<'_>) -> Result<Heard, CallbackRefusal> {
        let topic = self.topic.as_ref().ok_or(CallbackRefusal::Unsigned)?;
        let envelope = topic.open(&callback.request.body)?;
        let certificate = callback.certificate.ok_or(CallbackRefusal::Unsigned)?;
        let message = match topic.verify(&envelope, certificate, callback.now)? {
            Post::Notification(message) => message,
            Post::Confirmation(url) => return Ok(Heard { visit: Some(url), ..Heard::nothing() }),
            Post::Ended => return Ok(Heard::nothing()),
        };
        let event: Value = serde_json::from_str(&message).map_err(|_| CallbackRefusal::Malformed)?;
        let text = |key: &str| event[key].as_str();
        if let (Some(from), Some(to), Some(said)) =
            (text("originationNumber"), text("destinationNumber"), text("messageBody"))
        {
            return Ok(Heard::inbound(callback.inbound(from, to, said)));
        }
        let id = text("messageId").ok_or(CallbackRefusal::Malformed)?;
        let is_final = event["isFinal"].as_bool().unwrap_or(false);
        let status = text("messageStatus").unwrap_or_default();
        let state = match text("eventType").ok_or(CallbackRefusal::Malformed)? {
            "TEXT_DELIVERED" => ReceiptState::Delivered,
            // As much as some carriers ever say: nothing follows it.
            "TEXT_SUCCESSFUL" if is_final => ReceiptState::Delivered,
            "TEXT_QUEUED" | "TEXT_PENDING" | "TEXT_SENT" | "TEXT_SUCCESSFUL" | "TEXT_UNKNOWN" => {
                ReceiptState::Pending
            }
            kind if kind.starts_with("TEXT_") => ReceiptState::Failed,
            // Events of other channels.
            _ => return Ok(Heard::nothing()),
        };
        let error = if state == ReceiptState::Failed { status } else { "" };
        Ok(Heard::receipt(callback.receipt(id, state, error)))
    }
}
