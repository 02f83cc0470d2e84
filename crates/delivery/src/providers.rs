//! Routes over providers' HTTP interfaces: one file for each provider, behind one trait of pure functions.
//!
//! Decides what may be set, hands letters over, and lets in callbacks that prove who sent them: by the provider's own
//! signature, or, where it has none, by a token in the address that only the provider was told. Refuses to know which
//! route is best and what becomes of receipts. Logs the route, codes and message references; no number, no text, no
//! key, and none of the provider's words (R10).

mod aws;
mod callback;
mod gammu;
mod generic;
mod infobip;
mod messagebird;
mod plivo;
mod provider;
mod secret;
mod sinch;
mod sns;
mod telnyx;
mod twilio;
mod vonage;
mod whatsapp;

pub use aws::AwsConfig;
pub use callback::{CallbackAnswer, CallbackReading, CallbackRefusal, CallbackRequest, Reading};
pub use gammu::{GammuConfig, GammuRoute};
pub use generic::{BodyKind, GenericAnswer, GenericConfig, GenericInbound, GenericReceipt};
pub use infobip::InfobipConfig;
pub use messagebird::MessageBirdConfig;
pub use plivo::PlivoConfig;
pub use secret::Secret;
pub use sinch::SinchConfig;
pub use telnyx::TelnyxConfig;
pub use twilio::TwilioConfig;
pub use vonage::{SignatureMethod, VonageConfig};
pub use whatsapp::WhatsAppConfig;

use crate::http::{Answer, Destination, HttpClient, HttpError, Method, Request};
use crate::words::{render_sms, render_voice};
use crate::{CallbackDoor, Channel, Letter, Submitting, TRY_MAX};
use callback::Callback;
use countersign_core::model;
use countersign_core::outbox::{Failure, Submission};
use countersign_core::route::Carries;
use countersign_core::time::Timestamp;
use hyper::header::HeaderValue;
use provider::{Draft, Provider, Sending, Unfit};
use secret::is_same;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Certificates of providers that are kept; there is one at a time, and its successor.
const CERTIFICATES_MAX: usize = 4;
/// A token in an address must not be guessed.
const TOKEN_LENGTH_MIN: usize = 24;

/// Where the time comes from: the moment goes into what is signed.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What an operator sets for one route: `[[routes.http]]`, with the provider's own keys in `[routes.http.account]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct HttpRouteConfig {
    /// What the route is called in records, in logs and in the address of its callbacks.
    pub name: String,
    /// Seconds that one try may take, 1 to 25.
    pub timeout_s: u64,
    /// Where it may carry to, at what price.
    pub carries: Carries,
    /// In whose name it speaks: a number with its plus, a short code or a name.
    pub sender: Option<String>,
    /// The last part of the address of its callbacks: at least 24 letters and digits. Needed where the provider does
    /// not sign; heeded wherever it is set.
    pub callback_token: Option<Secret>,
    /// The provider and our account there.
    pub provider: ProviderConfig,
}

/// A provider and our account there.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // the names say it
pub enum ProviderConfig {
    Twilio(TwilioConfig),
    Vonage(VonageConfig),
    Infobip(InfobipConfig),
    Telnyx(TelnyxConfig),
    Aws(AwsConfig),
    MessageBird(MessageBirdConfig),
    Plivo(PlivoConfig),
    Sinch(SinchConfig),
    WhatsApp(WhatsAppConfig),
    Generic(Box<GenericConfig>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    provider: String,
    #[serde(default)]
    sender: Option<String>,
    #[serde(default = "timeout_s")]
    timeout_s: u64,
    #[serde(default)]
    callback_token: Option<Secret>,
    #[serde(default)]
    carries: Carries,
    #[serde(default)]
    account: Value,
}

fn timeout_s() -> u64 {
    15
}

impl TryFrom<Written> for HttpRouteConfig {
    type Error = HttpRouteConfigError;

    fn try_from(written: Written) -> Result<Self, HttpRouteConfigError> {
        let account = match written.account {
            Value::Null => Value::Object(serde_json::Map::new()),
            account => account,
        };
        Ok(Self {
            name: written.name,
            timeout_s: written.timeout_s,
            carries: written.carries,
            sender: written.sender,
            callback_token: written.callback_token,
            provider: ProviderConfig::of(&written.provider, account)?,
        })
    }
}

impl ProviderConfig {
    fn of(provider: &str, account: Value) -> Result<Self, HttpRouteConfigError> {
        fn read<T: DeserializeOwned>(account: Value) -> Result<T, HttpRouteConfigError> {
            serde_json::from_value(account).map_err(|error| HttpRouteConfigError(format!("account: {error}")))
        }
        Ok(match provider {
            "twilio" => Self::Twilio(read(account)?),
            "vonage" => Self::Vonage(read(account)?),
            "infobip" => Self::Infobip(read(account)?),
            "telnyx" => Self::Telnyx(read(account)?),
            "aws" => Self::Aws(read(account)?),
            "messagebird" => Self::MessageBird(read(account)?),
            "plivo" => Self::Plivo(read(account)?),
            "sinch" => Self::Sinch(read(account)?),
            "whatsapp" => Self::WhatsApp(read(account)?),
            "generic" => Self::Generic(Box::new(read(account)?)),
            _ => {
                let words = "provider must be twilio, vonage, infobip, telnyx, aws, messagebird, plivo, sinch, \
                             whatsapp or generic";
                return Err(HttpRouteConfigError(words.to_owned()));
            }
        })
    }

    fn build(self, sender: Option<&str>) -> Result<Box<dyn Provider>, HttpRouteConfigError> {
        Ok(match self {
            Self::Twilio(config) => Box::new(twilio::Twilio::new(config, sender)?),
            Self::Vonage(config) => Box::new(vonage::Vonage::new(config, sender)?),
            Self::Infobip(config) => Box::new(infobip::Infobip::new(config, sender)?),
            Self::Telnyx(config) => Box::new(telnyx::Telnyx::new(config, sender)?),
            Self::Aws(config) => Box::new(aws::Aws::new(config)?),
            Self::MessageBird(config) => Box::new(messagebird::MessageBird::new(config, sender)?),
            Self::Plivo(config) => Box::new(plivo::Plivo::new(config, sender)?),
            Self::Sinch(config) => Box::new(sinch::Sinch::new(config, sender)?),
            Self::WhatsApp(config) => Box::new(whatsapp::WhatsApp::new(config)?),
            Self::Generic(config) => Box::new(generic::Generic::new(*config)?),
        })
    }
}

/// What is wrong with a route's settings: the key and its bound, never the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRouteConfigError(pub(crate) String);

impl fmt::Display for HttpRouteConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for HttpRouteConfigError {}

/// One provider's route.
pub struct HttpRoute {
    name: String,
    provider: Box<dyn Provider>,
    sender: Option<String>,
    token: Option<Secret>,
    /// Where its callbacks arrive, as the provider is told.
    address: String,
    asks_for_receipts: bool,
    has_receipts: bool,
    patience: Duration,
    http: HttpClient,
    now: Now,
    certificates: Mutex<BTreeMap<String, Arc<[u8]>>>,
}

impl fmt::Debug for HttpRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpRoute({}, {})", self.name, self.provider.kind())
    }
}

impl HttpRoute {
    /// Checks the settings; connects to nothing yet. `public_url` is where the server is reached from outside, without
    /// a slash at its end; empty when it is not, and then no receipts are asked for.
    pub fn new(
        config: HttpRouteConfig,
        http: HttpClient,
        public_url: &str,
        now: Now,
    ) -> Result<HttpRoute, HttpRouteConfigError> {
        let bad = |words: &str| Err(HttpRouteConfigError(words.to_owned()));
        let is_plain = |text: &str| text.bytes().all(|at| at.is_ascii_alphanumeric() || b"-_".contains(&at));
        if config.name.is_empty() || !is_plain(&config.name) {
            return bad("name must be letters, digits, hyphens and underscores");
        }
        if !(1..=TRY_MAX.as_secs()).contains(&config.timeout_s) {
            return bad("timeout_s must be 1 to 25");
        }
        let is_token = |token: &Secret| token.expose().len() >= TOKEN_LENGTH_MIN && is_plain(token.expose());
        if config.callback_token.as_ref().is_some_and(|token| !is_token(token)) {
            return bad("callback_token must be at least 24 letters, digits, hyphens and underscores");
        }
        let provider = config.provider.build(config.sender.as_deref())?;
        Destination::parse(provider.base(), http.policy())
            .map_err(|problem| HttpRouteConfigError(format!("account.base_url: {problem}")))?;
        let can_prove = provider.signs() || config.callback_token.is_some();
        let asks_for_receipts = !public_url.is_empty() && config.carries.receipts.unwrap_or(true);
        if asks_for_receipts && provider.has_receipts() && !can_prove {
            return bad("callback_token must be set: without it nobody can tell whose receipts these are");
        }
        let has_receipts = asks_for_receipts && provider.has_receipts();
        let mut address = format!("{}/callbacks/{}", public_url.trim_end_matches('/'), config.name);
        if let Some(token) = &config.callback_token {
            address.push('/');
            address.push_str(token.expose());
        }
        Ok(HttpRoute {
            name: config.name,
            provider,
            sender: config.sender.filter(|sender| !sender.is_empty()),
            token: config.callback_token,
            address,
            asks_for_receipts,
            has_receipts,
            patience: Duration::from_secs(config.timeout_s),
            http,
            now,
            certificates: Mutex::default(),
        })
    }

    /// What the route is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it carries.
    pub fn channel(&self) -> model::Channel {
        self.provider.channel()
    }

    /// Whether it says what became of messages.
    pub fn has_receipts(&self) -> bool {
        self.has_receipts
    }

    /// The provider, as the configuration names it.
    pub fn kind(&self) -> &'static str {
        self.provider.kind()
    }

    /// In whose name it speaks where a letter names nobody.
    pub fn sender(&self) -> Option<&str> {
        self.sender.as_deref()
    }

    /// Where its callbacks arrive, for the operator who sets it at the provider. It may hold the token.
    pub fn callback_url(&self) -> &str {
        &self.address
    }

    async fn hand_over(&self, letter: Letter) -> Submission {
        let submission = match self.request(&letter) {
            Ok(request) => match self.http.send(request).await {
                Ok(answer) => self.provider.judge(&answer),
                Err(error) => unanswered(error),
            },
            Err(Unfit(why)) => Submission::Refused { failure: Failure::Route, code: why.to_owned() },
        };
        if !matches!(submission, Submission::Accepted { .. }) {
            tracing::warn!(route = self.name, message = %letter.reference, ?submission, "not taken");
        }
        submission
    }

    fn request(&self, letter: &Letter) -> Result<Request, Unfit> {
        let number = letter.to.phone().ok_or(Unfit("not a phone number"))?;
        let text = match self.provider.channel() {
            model::Channel::Voice => render_voice(letter),
            _ => render_sms(letter),
        };
        let draft = self.provider.draft(&Sending {
            letter,
            to: number.e164(),
            from: letter.sender.as_deref().or(self.sender.as_deref()),
            text: &text,
            callback: self.asks_for_receipts.then_some(&*self.address),
            now: (self.now)(),
        })?;
        self.addressed(draft)
    }

    fn addressed(&self, draft: Draft) -> Result<Request, Unfit> {
        let to = Destination::parse(&draft.url, self.http.policy()).map_err(|_| Unfit("no address"))?;
        let header = |(name, value): (_, String)| {
            let mut value = HeaderValue::from_str(&value).map_err(|_| Unfit("no header"))?;
            value.set_sensitive(true);
            Ok((name, value))
        };
        let headers = draft.headers.into_iter().map(header).collect::<Result<_, Unfit>>()?;
        Ok(Request { method: draft.method, to, headers, body: draft.body, timeout: self.patience })
    }

    async fn visit(&self, url: String) -> Option<Answer> {
        let draft = Draft { method: Method::GET, url, headers: Vec::new(), body: String::new() };
        let answer = self.http.send(self.addressed(draft).ok()?).await.ok()?;
        (200..300).contains(&answer.status).then_some(answer)
    }

    /// The token in the address, where there is one; without one the provider must sign.
    fn let_in(&self, request: &CallbackRequest) -> Result<(), CallbackRefusal> {
        if !matches!(&*request.method, "GET" | "POST") {
            return Err(CallbackRefusal::Malformed);
        }
        let path = request.path_and_query.split('?').next().unwrap_or_default();
        let (_, rest) = path.rsplit_once("/callbacks/").ok_or(CallbackRefusal::Malformed)?;
        let (name, token) = rest.split_once('/').map_or((rest, None), |(name, token)| (name, Some(token)));
        if name != self.name {
            return Err(CallbackRefusal::Malformed);
        }
        match (&self.token, token) {
            (None, None) if self.provider.signs() => Ok(()),
            (None, None) | (Some(_), None) => Err(CallbackRefusal::Unsigned),
            (Some(own), Some(given)) if is_same(own.expose().as_bytes(), given.as_bytes()) => Ok(()),
            _ => Err(CallbackRefusal::Forged),
        }
    }

    async fn hear(
        &self,
        request: &CallbackRequest,
        now: Timestamp,
    ) -> Result<CallbackReading, CallbackRefusal> {
        self.let_in(request)?;
        let query = request.path_and_query.split_once('?').map(|(_, query)| query);
        let url = query.map_or_else(|| self.address.clone(), |query| format!("{}?{query}", self.address));
        let has_token = self.token.is_some();
        let route = &*self.name;
        let mut callback = Callback { request, route, url: &url, now, has_token, certificate: None };
        let certificate = match self.provider.certificate_url(&callback)? {
            Some(url) => Some(self.certificate(url).await?),
            None => None,
        };
        callback.certificate = certificate.as_deref();
        let mut heard = self.provider.read(&callback)?;
        if let Some(url) = heard.visit
            && self.visit(url).await.is_none()
        {
            tracing::warn!(route = self.name, "a subscription could not be confirmed");
            // The provider asks again.
            heard.answer.status = 503;
        }
        Ok(CallbackReading { receipts: heard.receipts, inbound: heard.inbound, answer: heard.answer })
    }

    async fn certificate(&self, url: String) -> Result<Arc<[u8]>, CallbackRefusal> {
        let kept = || self.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(certificate) = kept().get(&url) {
            return Ok(Arc::clone(certificate));
        }
        let fetched = self.visit(url.clone()).await.ok_or(CallbackRefusal::Unsigned)?;
        let certificate: Arc<[u8]> = fetched.body.into();
        let mut kept = kept();
        if kept.len() >= CERTIFICATES_MAX {
            kept.clear();
        }
        kept.insert(url, Arc::clone(&certificate));
        Ok(certificate)
    }
}

/// What it means that no answer came.
fn unanswered(error: HttpError) -> Submission {
    match error {
        error if error.begun() => Submission::Lost,
        HttpError::Forbidden | HttpError::NotTrusted => {
            let code = "not a provider that may be called".to_owned();
            Submission::Refused { failure: Failure::Route, code }
        }
        _ => Submission::NotSent,
    }
}

impl Channel for HttpRoute {
    fn submit(&self, letter: Letter) -> Submitting<'_> {
        Box::pin(self.hand_over(letter))
    }
}

impl CallbackDoor for HttpRoute {
    fn name(&self) -> &str {
        &self.name
    }

    fn read<'a>(&'a self, request: &'a CallbackRequest, now: Timestamp) -> Reading<'a> {
        Box::pin(self.hear(request, now))
    }
}

#[cfg(test)]
mod tests;
