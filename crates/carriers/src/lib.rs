//! The simulated carrier network of the demo and the tests: an SMSC that speaks SMPP over TCP, a provider of
//! calls over HTTP, operators that delay, lose, double, reorder, block and congest by a seed, handsets with a
//! page of their own, and a mailbox that takes SMTP.
//!
//! It shares no rule with the product: it knows the wire (`countersign-smpp`) and nothing else of it.
//! Nothing here is kept over a restart, and everything in memory is bounded.

mod clock;
mod handsets;
mod hub;
mod inbox;
mod mailbox;
mod network;
mod operator;
mod random;
mod smsc;
mod web;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use clock::Clock;
pub use operator::{
    Behaviour, Blocking, Congestion, DELAY_MS_MAX, Form, Honesty, Ids, OperatorConfig, demo_operators,
};

/// How long a shutdown waits for open answers before it cuts them off.
const SHUTDOWN_MAX: Duration = Duration::from_secs(2);

/// What to simulate and where to listen; port 0 lets the system choose.
#[derive(Clone)]
pub struct CarrierConfig {
    /// One seed and one order of submits give one behaviour.
    pub seed: u64,
    /// The SMSC.
    pub smpp_listen: SocketAddr,
    /// The handsets' page and JSON, and the provider of calls.
    pub handsets_listen: SocketAddr,
    /// The mailbox's SMTP intake.
    pub smtp_listen: SocketAddr,
    /// The mailbox's page and JSON.
    pub mailbox_listen: SocketAddr,
    /// The one account that may bind, at most 15 characters.
    pub system_id: String,
    /// At most 8 characters. Never logged.
    pub password: String,
    /// The bearer token of whoever may ask for calls, visible ASCII. Never logged.
    pub calls_token: String,
    /// The network; see [`demo_operators`].
    pub operators: Vec<OperatorConfig>,
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

/// Starts the network. `clock` gives Unix time in milliseconds. Errors name what failed: a listener and its
/// address, or the setting that is wrong.
pub async fn start(config: CarrierConfig, clock: Clock) -> io::Result<Running> {
    let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidInput, format!("carriers: {what}"));
    if config.system_id.is_empty() || config.system_id.len() > 15 || config.password.len() > 8 {
        return Err(wrong("system_id takes 1 to 15 characters, password at most 8".to_owned()));
    }
    if config.calls_token.is_empty() || !config.calls_token.bytes().all(|at| at.is_ascii_graphic()) {
        return Err(wrong("calls_token takes visible ASCII".to_owned()));
    }
    let network = network::Network::new(config.seed, config.operators).map_err(wrong)?;
    let (smpp_listener, smpp) = bind("SMPP", config.smpp_listen).await?;
    let (handsets_listener, handsets) = bind("handsets", config.handsets_listen).await?;
    let (smtp_listener, smtp) = bind("SMTP", config.smtp_listen).await?;
    let (mailbox_listener, mailbox) = bind("mailbox", config.mailbox_listen).await?;

    let (stop, stopped) = watch::channel(false);
    let hub = hub::Hub::new(Arc::clone(&clock), network);
    let mails = Arc::new(inbox::Inbox::new());
    let account = smsc::Account { system_id: config.system_id, password: config.password };
    let mut tasks = JoinSet::new();
    tasks.spawn(until(stopped.clone(), Arc::clone(&hub).run()));
    tasks.spawn(until(stopped.clone(), smsc::serve(smpp_listener, account, Arc::clone(&hub))));
    tasks.spawn(until(stopped.clone(), mailbox::receive(smtp_listener, Arc::clone(&mails), clock)));
    let pages = handsets::router(hub, &config.calls_token, stopped.clone());
    tasks.spawn(serve("handsets", handsets_listener, pages, stopped.clone()));
    let pages = mailbox::router(mails, stopped.clone());
    tasks.spawn(serve("mailbox", mailbox_listener, pages, stopped));
    let calls_url = format!("http://{handsets}/calls");
    Ok(Running { smpp, handsets, smtp, mailbox, calls_url, stop, tasks })
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
