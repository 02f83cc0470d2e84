//! Amazon SNS over HTTPS: whether a message comes from the topic that was pinned, and what it carries
//! (docs.aws.amazon.com/sns, "Verifying the signatures of Amazon SNS messages"). Refuses to know what topics are for.

use super::HttpRouteConfigError;
use super::callback::CallbackRefusal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::time::{Timestamp, minutes};
use ring::signature::{RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use serde::Deserialize;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use webpki::EndEntityCert;

/// How long SNS may go on trying to hand over one message.
const AGE_MIN_MAX: u64 = 60;
/// How far its clock may be ahead of ours.
const AHEAD_MIN_MAX: u64 = 5;

/// sha1WithRSAEncryption (RFC 3279), without the sequence around it.
const RSA_SHA1: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5, 5, 0];

/// Signature version 1, which topics have unless they were told otherwise.
#[derive(Debug)]
struct RsaSha1;

impl SignatureVerificationAlgorithm for RsaSha1 {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, key);
        key.verify(message, signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        AlgorithmIdentifier::from_slice(RSA_SHA1)
    }
}

/// The topic whose messages are believed.
pub(crate) struct Topic {
    arn: String,
    /// Where SNS keeps its certificates and takes confirmations: scheme and host of the topic's region.
    origin: String,
}

/// One message of SNS.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Envelope {
    #[serde(rename = "Type")]
    kind: String,
    message_id: String,
    topic_arn: String,
    message: String,
    timestamp: String,
    signature_version: String,
    signature: String,
    #[serde(rename = "SigningCertURL")]
    certificate_url: String,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    token: Option<String>,
    #[serde(default, rename = "SubscribeURL")]
    subscribe_url: Option<String>,
}

/// What a believed message is.
pub(crate) enum Post {
    /// What was published.
    Notification(String),
    /// The topic asks whether we want it: yes is a visit here.
    Confirmation(String),
    /// The subscription has ended.
    Ended,
}

impl Topic {
    /// `arn:aws:sns:eu-central-1:123456789012:receipts`; `origin` only where it is not the region's own.
    pub(crate) fn new(arn: &str, origin: Option<&str>) -> Result<Self, HttpRouteConfigError> {
        let parts: Vec<&str> = arn.split(':').collect();
        let is_label = |text: &str| {
            !text.is_empty() && text.bytes().all(|at| at.is_ascii_alphanumeric() || b"-_.".contains(&at))
        };
        let (["arn", partition, "sns", region, account, name], true) =
            (&*parts, parts.iter().all(|part| is_label(part)))
        else {
            let words = "account.topic_arn must be arn:aws:sns:REGION:ACCOUNT:NAME";
            return Err(HttpRouteConfigError(words.to_owned()));
        };
        let _ = (account, name);
        let domain = if *partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        let usual = format!("https://sns.{region}.{domain}");
        let origin = origin.map_or(usual, |origin| origin.trim_end_matches('/').to_owned());
        Ok(Self { arn: arn.to_owned(), origin })
    }

    /// Reads a message of this topic; nothing in it is believed yet.
    pub(crate) fn open(&self, body: &[u8]) -> Result<Envelope, CallbackRefusal> {
        let envelope: Envelope = serde_json::from_slice(body).map_err(|_| CallbackRefusal::Malformed)?;
        if envelope.topic_arn != self.arn { Err(CallbackRefusal::Forged) } else { Ok(envelope) }
    }

    /// The path of an address on the topic's own host; `None` for any other host.
    fn path<'a>(&self, url: &'a str) -> Option<&'a str> {
        url.strip_prefix(&*self.origin).filter(|path| path.starts_with('/'))
    }

    /// Where the certificate is that a message says it was signed with: on the topic's own host, and nowhere else.
    pub(crate) fn certificate_url(&self, envelope: &Envelope) -> Result<String, CallbackRefusal> {
        let url = &envelope.certificate_url;
        let name = self.path(url).and_then(|path| {
            path.strip_prefix("/SimpleNotificationService-").and_then(|name| name.strip_suffix(".pem"))
        });
        let is_name = |name: &str| name.bytes().all(|octet| octet.is_ascii_alphanumeric());
        if name.is_some_and(is_name) { Ok(url.clone()) } else { Err(CallbackRefusal::Forged) }
    }

    /// Believes a message or not.
    pub(crate) fn verify(
        &self,
        envelope: &Envelope,
        certificate: &[u8],
        now: Timestamp,
    ) -> Result<Post, CallbackRefusal> {
        let algorithm: &dyn SignatureVerificationAlgorithm = match &*envelope.signature_version {
            "1" => &RsaSha1,
            "2" => webpki::ring::RSA_PKCS1_2048_8192_SHA256,
            _ => return Err(CallbackRefusal::Malformed),
        };
        let signed = envelope.signed_text().ok_or(CallbackRefusal::Malformed)?;
        let signature = STANDARD.decode(&envelope.signature).map_err(|_| CallbackRefusal::Forged)?;
        let certificate =
            CertificateDer::from_pem_slice(certificate).map_err(|_| CallbackRefusal::Unsigned)?;
        let certificate = EndEntityCert::try_from(&certificate).map_err(|_| CallbackRefusal::Unsigned)?;
        certificate
            .verify_signature(algorithm, signed.as_bytes(), &signature)
            .map_err(|_| CallbackRefusal::Forged)?;
        // Both are RFC 3339 in UTC, and compare as text does.
        let (earliest, latest) = (now.before(minutes(AGE_MIN_MAX)), now.after(minutes(AHEAD_MIN_MAX)));
        if envelope.timestamp < earliest.to_rfc3339() || envelope.timestamp > latest.to_rfc3339() {
            return Err(CallbackRefusal::Stale);
        }
        match (&*envelope.kind, &envelope.subscribe_url) {
            ("Notification", _) => Ok(Post::Notification(envelope.message.clone())),
            ("SubscriptionConfirmation", Some(url)) if self.path(url).is_some() => {
                Ok(Post::Confirmation(url.clone()))
            }
            ("UnsubscribeConfirmation", _) => Ok(Post::Ended),
            _ => Err(CallbackRefusal::Malformed),
        }
    }
}

impl Envelope {
    /// Names and values on lines of their own, in the order that SNS lays down.
    fn signed_text(&self) -> Option<String> {
        let mut lines = vec![("Message", &*self.message), ("MessageId", &self.message_id)];
        if self.kind == "Notification" {
            lines.extend(self.subject.as_deref().map(|subject| ("Subject", subject)));
            lines.push(("Timestamp", &self.timestamp));
        } else {
            lines.push(("SubscribeURL", self.subscribe_url.as_deref()?));
            lines.push(("Timestamp", &self.timestamp));
            lines.push(("Token", self.token.as_deref()?));
        }
        lines.extend([("TopicArn", &*self.topic_arn), ("Type", &self.kind)]);
        Some(lines.into_iter().map(|(name, value)| format!("{name}\n{value}\n")).collect())
    }
}
