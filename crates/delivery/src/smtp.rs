//! A route over one mail relay (RFC 5321), by the mail library's own connection. What a relay's reply means
//! depends on what it replied to, so the dialogue is led here, step by step.
//!
//! Decides how letters become emails and what replies mean. Refuses to deliver by itself: the relay does the
//! queueing, the signing and the bounces. Logs the route, reply codes and message references; no address, no
//! text (R10).

mod dialogue;
mod reply;

use crate::{Channel, Letter, Submitting, TRY_MAX, words};
use countersign_core::outbox::{Failure, Submission};
use countersign_core::route::Carries;
use dialogue::{Connector, Outcome, Relay};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::TlsParameters;
use lettre::transport::smtp::extension::ClientId;
use serde::Deserialize;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// What an operator sets for one relay.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// What the route is called in records and logs.
    pub name: String,
    /// Host name of the relay; with TLS, the name its certificate must have.
    pub host: String,
    /// TCP port: 25, 587 (submission) or 465 (submissions).
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// Account at the relay, if it wants one.
    #[serde(default)]
    pub username: Option<String>,
    /// Its password. Never printed.
    #[serde(default)]
    pub password: Option<String>,
    /// Who mail is from: `Acme <security@acme.example>`.
    pub from: String,
    /// Seconds that one try may take, 1 to 25.
    #[serde(default = "timeout_s")]
    pub timeout_s: u64,
    /// Where it may carry to, at what price.
    #[serde(default)]
    pub carries: Carries,
}

fn timeout_s() -> u64 {
    20
}

/// How a connection to a relay is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// Not at all: for a relay on the same machine.
    None,
    /// Begun in the clear, then TLS or nothing (RFC 3207): never falls back.
    #[serde(rename = "starttls")]
    StartTls,
    /// TLS from the first octet (RFC 8314).
    Tls,
}

impl fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpConfig")
            .field("name", &self.name)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// What is wrong with a route's settings: the setting and its bound, never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpConfigError(&'static str);

impl fmt::Display for SmtpConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for SmtpConfigError {}

/// One relay, with the connections to it that are worth keeping.
pub struct SmtpRoute {
    name: String,
    from: Mailbox,
    patience: Duration,
    relay: Relay,
}

impl fmt::Debug for SmtpRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpRoute({})", self.name)
    }
}

impl SmtpRoute {
    /// Checks the settings; connects to nothing yet. `time` is a monotonic clock in milliseconds: connections
    /// that were idle for long are not trusted.
    pub fn new(
        config: SmtpConfig,
        time: Arc<dyn Fn() -> u64 + Send + Sync>,
    ) -> Result<SmtpRoute, SmtpConfigError> {
        let bad = |words| Err(SmtpConfigError(words));
        if config.name.is_empty() || config.host.is_empty() {
            return bad("name and host must not be empty");
        }
        if !(1..=TRY_MAX.as_secs()).contains(&config.timeout_s) {
            return bad("timeout_s must be 1 to 25");
        }
        let Ok(from) = config.from.parse::<Mailbox>() else {
            return bad("from must be of the form `Name <address>`");
        };
        let credentials = match (config.username, config.password) {
            (Some(username), Some(password)) => Some(Credentials::new(username, password)),
            (None, None) => None,
            _ => return bad("username and password go together"),
        };
        let tls_parameters = match config.tls {
            Tls::None => None,
            Tls::StartTls | Tls::Tls => match TlsParameters::new(config.host.clone()) {
                Ok(parameters) => Some(parameters),
                Err(_) => return bad("TLS needs a host name and the system's root certificates"),
            },
        };
        let connector = Connector {
            // The name that mail is from: an address literal is what spam says.
            hello: ClientId::Domain(from.email.domain().to_owned()),
            host: config.host,
            port: config.port,
            tls: config.tls,
            tls_parameters,
            credentials,
        };
        let patience = Duration::from_secs(config.timeout_s);
        Ok(SmtpRoute { name: config.name, from, patience, relay: Relay::new(connector, time) })
    }

    /// What the route is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    async fn hand_over(&self, letter: Letter) -> Submission {
        let Some((id, message)) = self.write(&letter) else {
            return Submission::Refused { failure: Failure::Route, code: "not an email address".to_owned() };
        };
        let content_begun = AtomicBool::new(false);
        let outcome = timeout(self.patience, self.relay.deliver(&message, &content_begun)).await;
        let submission = match outcome {
            Ok(Outcome::Taken) => Submission::Accepted { provider_ids: vec![id] },
            Ok(Outcome::Refused(failure, code)) => Submission::Refused { failure, code },
            Ok(Outcome::Broken) | Err(_) if content_begun.load(Ordering::Relaxed) => Submission::Lost,
            Ok(Outcome::Broken) | Err(_) => Submission::NotSent,
        };
        if !matches!(submission, Submission::Accepted { .. }) {
            tracing::warn!(route = self.name, message = %letter.reference, ?submission, "an email was not taken");
        }
        submission
    }

    /// The email of a letter, with its Message-ID: the same for every try, so that a mailbox shows two tries
    /// as one.
    fn write(&self, letter: &Letter) -> Option<(String, Message)> {
        let to = letter.to.phone().is_none().then(|| letter.to.expose().parse()).and_then(Result::ok)?;
        let mail = words::render_mail(letter);
        let id = format!("<{}@{}>", letter.reference, self.from.email.domain());
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject)
            .message_id(Some(id.clone()))
            // RFC 3834: nobody's "out of office" answers a code.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .singlepart(SinglePart::plain(mail.text));
        Some((id, message.ok()?))
    }
}

impl Channel for SmtpRoute {
    fn submit(&self, letter: Letter) -> Submitting<'_> {
        Box::pin(self.hand_over(letter))
    }
}

#[cfg(test)]
#[path = "smtp/config_tests.rs"]
mod tests;
