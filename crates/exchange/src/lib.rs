//! The sample exchange of the demo: a small relying party that guards its customers' money with Countersign.
//! It knows Countersign's public API, webhooks and key set, over sockets, and nothing else of it: what it
//! does, any exchange can do. It speaks plain HTTP, for a demo on one machine.
//!
//! Value leaves only through `settle`: read that first.

mod amount;
mod asset;
mod book;
mod chores;
mod countersign;
mod digest;
mod errand;
mod house;
mod jws;
mod keys;
mod ledger;
mod moment;
mod order;
mod passwords;
mod secret;
mod sessions;
mod settle;
mod standing;
mod web;
mod webhook;
mod wire;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use moment::Clock;
pub use secret::{Entropy, Secret};

use amount::Amount;
use asset::Asset;
use book::User;
use countersign::Countersign;
use house::House;

/// How long a shutdown waits for open answers before it cuts them off.
const SHUTDOWN_MAX: Duration = Duration::from_secs(2);

/// Where to listen, and how to reach Countersign.
#[derive(Clone, Debug)]
pub struct ExchangeConfig {
    /// Port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Where browsers and Countersign reach it, for example `http://127.0.0.1:8085`; its `/return` must be
    /// allowed there as a return address. `None`: `http://` and the address it listens on.
    pub public_url: Option<String>,
    /// Countersign's API, `http://host:port`.
    pub api_base: String,
    /// Countersign's public address: its Security Center, and the issuer of its assertions.
    pub security_url: String,
    /// The key of the service that this exchange is.
    pub api_key: Secret,
    /// `whsec_…`. `None`: the exchange registers an endpoint for itself and keeps that one's.
    pub webhook_secret: Option<Secret>,
    /// The books as a JSON file; without it they live in memory.
    pub state_path: Option<PathBuf>,
    /// Customers to have from the start. One whose email is known already only has its account set.
    pub seeds: Vec<SeededUser>,
}

/// A customer of the demo.
#[derive(Clone)]
pub struct SeededUser {
    /// What they sign in with.
    pub email: String,
    /// Their password here, which is not that of the Security Center.
    pub password: Secret,
    /// Their account at Countersign, `acc_…`.
    pub account: String,
    /// Asset (`BTC`, `ETH`, `USDT`, `EUR`) and decimal amount.
    pub balances: Vec<(String, String)>,
}

impl fmt::Debug for SeededUser {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SeededUser").field("account", &self.account).finish_non_exhaustive()
    }
}

/// An exchange at work. Dropping it stops it at once.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where browsers reach it.
    pub public_url: String,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Running {
    /// Stops everything; open answers may finish for a moment.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        // What is still open then is cut off; the books are whole at every moment.
        let _ = tokio::time::timeout(SHUTDOWN_MAX, ended).await;
        self.tasks.shutdown().await;
    }
}

/// Starts the exchange. Exits that a crash cut off are moved on before it serves, as far as Countersign
/// answers. Errors name what failed: the listener, the state file, or the setting that is wrong.
pub async fn start(config: ExchangeConfig, clock: Clock, entropy: Entropy) -> io::Result<Running> {
    let address = config.listen;
    let failed =
        |error: io::Error| io::Error::new(error.kind(), format!("exchange: listening at {address}: {error}"));
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let public_url = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let house = Arc::new(open(&config, &public_url, clock, entropy)?);
    for seed in config.seeds {
        sow(&house, seed).await?;
    }
    chores::repair(&house);
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let pages = web::router(Arc::clone(&house)).map_err(|what| wrong(&what))?;
    tasks.spawn(serve(listener, pages, stopped.clone()));
    chores::round(&house).await;
    tasks.spawn(until(stopped, async move { chores::run(&house).await }));
    Ok(Running { address, public_url, stop, tasks })
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("exchange: {what}"))
}

fn open(config: &ExchangeConfig, public_url: &str, clock: Clock, entropy: Entropy) -> io::Result<House> {
    let wire = wire::Wire::new(&config.api_base, config.api_key.clone())
        .ok_or_else(|| wrong("api_base is not http://host:port"))?;
    let passwords = passwords::Passwords::new(Arc::clone(&entropy)).ok_or_else(|| wrong("no argon2"))?;
    Ok(House {
        public_url: public_url.trim_end_matches('/').to_owned(),
        security_url: config.security_url.trim_end_matches('/').to_owned(),
        ledger: ledger::Ledger::open(config.state_path.clone())
            .map_err(|error| io::Error::new(error.kind(), format!("exchange: state file: {error}")))?,
        countersign: Countersign(wire),
        keys: keys::KeyRing::default(),
        sessions: sessions::Sessions::new(Arc::clone(&entropy)),
        passwords,
        standings: standing::Standings::default(),
        seen: webhook::Seen::default(),
        webhook_secret: config.webhook_secret.clone(),
        wake: tokio::sync::Notify::new(),
        rates_put_ms: std::sync::Mutex::default(),
        is_registered: std::sync::atomic::AtomicBool::new(false),
        turns: std::sync::Mutex::default(),
        clock,
        entropy,
    })
}

/// Puts a seeded customer into the books.
async fn sow(house: &House, seed: SeededUser) -> io::Result<()> {
    let known = house.ledger.read(|book| book.user_by_email(&seed.email).map(|user| user.id.clone()));
    let not_kept = |_| wrong("a seeded customer could not be kept");
    if let Some(id) = known {
        let set = |book: &mut book::Book| {
            book.users.entry(id).and_modify(|user| user.account = seed.account);
            Ok(())
        };
        return house.ledger.change(set).map_err(not_kept);
    }
    let mut user = User {
        id: house.draw("usr_"),
        email: seed.email,
        password_hash: house.passwords.hash(&seed.password).await.ok_or_else(|| wrong("no argon2"))?,
        account: seed.account,
        balances: BTreeMap::new(),
        entries: Vec::new(),
        api_keys: Vec::new(),
    };
    for (asset, amount) in &seed.balances {
        let parsed = Asset::named(asset).zip(Amount::read(amount));
        let (asset, amount) = parsed.ok_or_else(|| wrong("a seeded balance is no asset and amount"))?;
        user.credit(asset, amount, "Opening balance".to_owned(), house.now_ms())
            .map_err(|_| wrong("a seeded balance is too large"))?;
    }
    let put = |book: &mut book::Book| {
        book.users.insert(user.id.clone(), user);
        Ok(())
    };
    house.ledger.change(put).map_err(not_kept)
}

/// Runs a task that has no end of its own.
async fn until(mut stop: watch::Receiver<bool>, task: impl Future<Output = ()>) {
    tokio::select! {
        // An error means that the owner is gone, which is the same.
        _ = stop.wait_for(|stopped| *stopped) => {}
        () = task => {}
    }
}

async fn serve(listener: TcpListener, pages: axum::Router, stop: watch::Receiver<bool>) {
    let pages = pages.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, pages).with_graceful_shutdown(until(stop, std::future::pending()));
    if let Err(error) = served.await {
        tracing::error!(%error, "the exchange's pages ended");
    }
}
