//! The simulated carrier network of the demo and the tests: an SMSC that speaks SMPP over TCP to several
//! accounts, each an aggregator with faults of its own; providers of calls and of texts over HTTP; operators
//! that delay, lose, double, reorder, block and congest by a seed; handsets with a page of their own, and a
//! mailbox that takes SMTP. [`simulation`] is the same network without sockets, on simulated time.
//!
//! It shares no rule with the product: it knows the wire (`countersign-smpp`) and nothing else of it.
//! Nothing here is kept over a restart, and everything in memory is bounded.

mod account;
mod authenticator;
mod callbacks;
mod clock;
mod handsets;
mod hub;
mod inbox;
mod knobs;
mod mailbox;
mod network;
mod operator;
mod random;
pub mod simulation;
mod smsc;
mod text;
mod web;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use account::{AccountBehaviour, AccountConfig, Refusal};
pub use authenticator::AuthenticatorEntry;
pub use clock::Clock;
pub use knobs::DELAY_MS_MAX;
pub use operator::{Behaviour, Blocking, Congestion, Form, Honesty, Ids, OperatorConfig, demo_operators};

/// How long a shutdown waits for open answers before it cuts them off.
const SHUTDOWN_MAX: Duration = Duration::from_secs(2);

/// What to simulate and where to listen; port 0 lets the system choose.
#[derive(Clone)]
pub struct CarrierConfig {
    /// One seed and one order of submits give one behaviour.
    pub seed: u64,
    /// The SMSC.
    pub smpp_listen: SocketAddr,
    /// The handsets' page and JSON, and the providers of calls and texts.
    pub handsets_listen: SocketAddr,
    /// The mailbox's SMTP intake.
    pub smtp_listen: SocketAddr,
    /// The mailbox's page and JSON.
    pub mailbox_listen: SocketAddr,
    /// The first account that may bind, at most 15 characters; [`Routes`] has the others.
    pub system_id: String,
    /// Of all accounts, at most 8 characters. Never logged.
    pub password: String,
    /// The bearer token of whoever may ask for calls, visible ASCII. Never logged.
    pub calls_token: String,
    /// The network; see [`demo_operators`].
    pub operators: Vec<OperatorConfig>,
}

/// Ways into the network beside the first account.
#[derive(Clone, Default)]
pub struct Routes {
    /// Further accounts that may bind. One that names the first gives that one its note and its knobs.
    pub accounts: Vec<AccountConfig>,
    /// Without it nobody may ask for texts over HTTP.
    pub messages: Option<MessagesConfig>,
    /// What the simulated authenticator app shows.
    pub authenticator: Vec<AuthenticatorEntry>,
}

/// The provider of texts over HTTP.
#[derive(Clone)]
pub struct MessagesConfig {
    /// The account that its texts go by; it cannot bind.
    pub account: AccountConfig,
    /// The bearer token of whoever may ask for texts, visible ASCII. Never logged.
    pub token: String,
    /// What its status callbacks are signed with, not empty. Never logged.
    pub secret: String,
}

impl Routes {
    /// The accounts, and how many of them, from the first on, may bind.
    fn accounts(&self, first: &str) -> (Vec<AccountConfig>, usize) {
        let mut accounts = self.accounts.clone();
        if !accounts.iter().any(|account| account.system_id == first) {
            accounts.insert(0, AccountConfig::friendly(first));
        }
        let binding = accounts.len();
        accounts.extend(self.messages.iter().map(|messages| messages.account.clone()));
        (accounts, binding)
    }
}

/// A network at work. Dropping it stops it at once.
pub struct Running {
    /// Where the SMSC listens.
    pub smpp: SocketAddr,
    /// Where the handsets' page is.
    pub handsets: SocketAddr,
    /// Where mail is taken.
    pub smtp: SocketAddr,
    /// Where the mailbox's page is.
    pub mailbox: SocketAddr,
    /// Where calls are asked for: the URL of a voice route.
    pub calls_url: String,
    /// Where texts are asked for over HTTP.
    pub messages_url: String,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Running {
    /// Stops everything; open answers of the pages may finish for a moment.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        // What is still open then is cut off.
        let _ = tokio::time::timeout(SHUTDOWN_MAX, ended).await;
        self.tasks.shutdown().await;
    }
}

/// Starts the network with one friendly account. `clock` gives Unix time in milliseconds. Errors name what
/// failed: a listener and its address, or the setting that is wrong.
pub async fn start(config: CarrierConfig, clock: Clock) -> io::Result<Running> {
    start_with_routes(config, Routes::default(), clock).await
}

/// Starts the network with further ways in; otherwise as [`start`].
pub async fn start_with_routes(config: CarrierConfig, routes: Routes, clock: Clock) -> io::Result<Running> {
    check(&config, &routes).map_err(wrong)?;
    let (accounts, binding) = routes.accounts(&config.system_id);
    let system_ids = accounts.iter().take(binding).map(|account| account.system_id.clone()).collect();
    let network = network::Network::new(config.seed, config.operators, accounts).map_err(wrong)?;
    let (smpp_listener, smpp) = bind("SMPP", config.smpp_listen).await?;
    let (handsets_listener, handsets) = bind("handsets", config.handsets_listen).await?;
    let (smtp_listener, smtp) = bind("SMTP", config.smtp_listen).await?;
    let (mailbox_listener, mailbox) = bind("mailbox", config.mailbox_listen).await?;

    let (stop, stopped) = watch::channel(false);
    let secret = routes.messages.as_ref().map(|messages| messages.secret.clone()).unwrap_or_default();
    let (callbacks, made) = callbacks::Callbacks::new(secret, Arc::clone(&clock));
    let hub = hub::Hub::new(Arc::clone(&clock), network, callbacks);
    let mails = Arc::new(inbox::Inbox::new());
    let admission = smsc::Admission { system_ids, password: config.password };
    let mut tasks = JoinSet::new();
    tasks.spawn(until(stopped.clone(), made));
    tasks.spawn(until(stopped.clone(), Arc::clone(&hub).run()));
    tasks.spawn(until(stopped.clone(), smsc::serve(smpp_listener, admission, Arc::clone(&hub))));
    let receives = mailbox::receive(smtp_listener, Arc::clone(&mails), Arc::clone(&clock));
    tasks.spawn(until(stopped.clone(), receives));
    let pages = handsets::router(hub, &config.calls_token, routes.messages.as_ref(), stopped.clone())
        .merge(authenticator::router(routes.authenticator, clock));
    tasks.spawn(serve("handsets", handsets_listener, pages, stopped.clone()));
    let pages = mailbox::router(mails, stopped.clone());
    tasks.spawn(serve("mailbox", mailbox_listener, pages, stopped));
    let calls_url = format!("http://{handsets}/calls");
    let messages_url = format!("http://{handsets}/messages");
    Ok(Running { smpp, handsets, smtp, mailbox, calls_url, messages_url, stop, tasks })
}

fn wrong(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("carriers: {what}"))
}

/// Says in words what is wrong, as far as the network itself does not.
fn check(config: &CarrierConfig, routes: &Routes) -> Result<(), String> {
    let in_token = |token: &str| !token.is_empty() && token.bytes().all(|at| at.is_ascii_graphic());
    if config.password.len() > 8 {
        return Err("password takes at most 8 characters".to_owned());
    }
    if !in_token(&config.calls_token) {
        return Err("calls_token takes visible ASCII".to_owned());
    }
    match &routes.messages {
        Some(messages) if !in_token(&messages.token) => {
            Err("the token of texts takes visible ASCII".to_owned())
        }
        Some(messages) if messages.secret.is_empty() => Err("the secret of callbacks is empty".to_owned()),
        _ => Ok(()),
    }
}

async fn bind(what: &str, address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let failed =
        |error: io::Error| io::Error::new(error.kind(), format!("carriers: {what} at {address}: {error}"));
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Runs a task that has no end of its own.
async fn until(mut stop: watch::Receiver<bool>, task: impl Future<Output = ()>) {
    tokio::select! {
        // An error means that the owner is gone, which is the same.
        _ = stop.wait_for(|stopped| *stopped) => {}
        () = task => {}
    }
}

async fn serve(what: &'static str, listener: TcpListener, pages: Router, stop: watch::Receiver<bool>) {
    let served = axum::serve(listener, pages).with_graceful_shutdown(until(stop, std::future::pending()));
    if let Err(error) = served.await {
        tracing::error!(%error, what, "a page server ended");
    }
}
