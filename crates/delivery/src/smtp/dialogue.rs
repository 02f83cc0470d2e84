//! The dialogue with a relay: open or reuse a connection, name sender and recipient, hand the content over.
//! At most a few connections at a time, for relays turn busy clients away.

use super::Tls;
use super::reply::{self, Said};
use countersign_core::outbox::Failure;
use lettre::message::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Common relays allow ten or twenty connections of one client.
const CONNECTIONS_MAX: usize = 8;
/// Relays must wait five minutes (RFC 5321, 4.5.3.2.7), networks between forget sooner.
const IDLE_MS_MAX: u64 = 60_000;
const GOODBYE: Duration = Duration::from_secs(5);

/// How one try ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The relay took responsibility (RFC 5321, 4.2.5).
    Taken,
    /// It said no, with this code.
    Refused(Failure, String),
    /// There was no answer.
    Broken,
}

/// How to open a connection.
pub(super) struct Connector {
    pub(super) hello: ClientId,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) tls_parameters: Option<TlsParameters>,
    pub(super) credentials: Option<Credentials>,
}

impl Connector {
    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let server = (self.host.as_str(), self.port);
        let from_the_start = self.tls_parameters.clone().filter(|_| self.tls == Tls::Tls);
        let opened = AsyncSmtpConnection::connect_tokio1(server, None, &self.hello, from_the_start, None);
        let mut connection = opened.await?;
        if self.tls == Tls::StartTls
            && let Some(parameters) = self.tls_parameters.clone()
        {
            connection.starttls(parameters, &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

/// A connection between two emails.
struct Parked {
    connection: AsyncSmtpConnection,
    since_ms: u64,
}

/// The relay, as one route reaches it.
pub(super) struct Relay {
    connector: Connector,
    time: Arc<dyn Fn() -> u64 + Send + Sync>,
    turns: Semaphore,
    parked: Mutex<Vec<Parked>>,
}

impl Relay {
    pub(super) fn new(connector: Connector, time: Arc<dyn Fn() -> u64 + Send + Sync>) -> Self {
        Self { connector, time, turns: Semaphore::new(CONNECTIONS_MAX), parked: Mutex::new(Vec::new()) }
    }

    /// Hands one email over. `content_begun` is set before the first octet of the content may leave: from
    /// then on nobody knows whether it was taken until the relay says so.
    pub(super) async fn deliver(&self, message: &Message, content_begun: &AtomicBool) -> Outcome {
        let Ok(_turn) = self.turns.acquire().await else { return Outcome::Broken };
        if let Some(mut connection) = self.unpark() {
            // A relay may have hung up since; only a connection opened now can tell a no from a goodbye.
            if connection.command(Mail::new(message.envelope().from().cloned(), vec![])).await.is_ok() {
                return self.finish(connection, message, content_begun).await;
            }
        }
        let mut connection = match self.connector.connect().await {
            Ok(connection) => connection,
            Err(error) => return broken_or_refused(&error, Said::Opening),
        };
        let mail = Mail::new(message.envelope().from().cloned(), vec![]);
        match connection.command(mail).await {
            Ok(_) => self.finish(connection, message, content_begun).await,
            Err(error) => give_up(connection, &error, Said::Opening),
        }
    }

    async fn finish(
        &self,
        mut connection: AsyncSmtpConnection,
        message: &Message,
        content_begun: &AtomicBool,
    ) -> Outcome {
        for recipient in message.envelope().to() {
            if let Err(error) = connection.command(Rcpt::new(recipient.clone(), vec![])).await {
                return give_up(connection, &error, Said::Recipient);
            }
        }
        if let Err(error) = connection.command(Data).await {
            return give_up(connection, &error, Said::Content);
        }
        content_begun.store(true, Ordering::Relaxed);
        match connection.message(&message.formatted()).await {
            Ok(_) => {
                self.park(connection);
                Outcome::Taken
            }
            Err(error) => give_up(connection, &error, Said::Content),
        }
    }

    fn unpark(&self) -> Option<AsyncSmtpConnection> {
        let now = (self.time)();
        let mut parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = parked.pop().filter(|last| now.saturating_sub(last.since_ms) <= IDLE_MS_MAX);
        // The last one parked is the freshest: when it is stale, all are.
        if fresh.is_none() {
            parked.clear();
        }
        fresh.map(|last| last.connection)
    }

    fn park(&self, connection: AsyncSmtpConnection) {
        let since_ms = (self.time)();
        self.parked.lock().unwrap_or_else(PoisonError::into_inner).push(Parked { connection, since_ms });
    }
}

/// After a no the next email gets a connection without a history; the old one is closed with a word, behind
/// our back.
fn give_up(mut connection: AsyncSmtpConnection, error: &Error, said: Said) -> Outcome {
    let outcome = broken_or_refused(error, said);
    if matches!(outcome, Outcome::Refused(..)) {
        tokio::spawn(async move {
            let _ = timeout(GOODBYE, connection.quit()).await;
        });
    }
    outcome
}

fn broken_or_refused(error: &Error, said: Said) -> Outcome {
    match reply::refusal(error, said) {
        Some((failure, code)) => Outcome::Refused(failure, code),
        None => Outcome::Broken,
    }
}
