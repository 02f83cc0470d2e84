//! The exchange over real sockets, against a Countersign that does exactly what a test tells it to. What is
//! proved here is the exchange's part of the bargain: nothing leaves without a redemption, and with one
//! exactly once.

#![allow(clippy::expect_used)] // a test that cannot set itself up stops there

mod confirmed;
mod fake;
mod hooks;
mod money;
mod visitor;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use countersign_exchange::{Clock, Entropy, ExchangeConfig, Running, Secret, SeededUser, start};
use sha2::{Digest, Sha256};

use fake::Fake;
use visitor::Visitor;

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "harbour demo passphrase";
const ADDRESS: &str = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";

/// An exchange, its Countersign, and the time of both.
struct House {
    running: Running,
    fake: Fake,
    now_ms: Arc<AtomicI64>,
    drawn: Arc<AtomicU64>,
    state_path: Option<PathBuf>,
}

impl House {
    async fn open() -> Self {
        Self::open_with(None).await
    }

    /// With its books in a file, so that it can be opened again.
    async fn open_with(state_path: Option<PathBuf>) -> Self {
        let now_ms = Arc::new(AtomicI64::new(1_763_789_340_000));
        let fake = Fake::start(Arc::clone(&now_ms)).await;
        let drawn = Arc::default();
        let running = run(&fake, &now_ms, &drawn, &state_path).await;
        fake.set_audience(&running.public_url);
        Self { running, fake, now_ms, drawn, state_path }
    }

    /// Ends the exchange and opens it again on its books, with the same Countersign.
    async fn reopen(self) -> Self {
        let Self { running, fake, now_ms, drawn, state_path } = self;
        running.shutdown().await;
        let running = run(&fake, &now_ms, &drawn, &state_path).await;
        fake.set_audience(&running.public_url);
        Self { running, fake, now_ms, drawn, state_path }
    }

    fn pass(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
    }

    fn visitor(&self) -> Visitor {
        Visitor::new(self.running.address)
    }

    /// A browser with the seeded customer signed in.
    async fn signed_in(&self) -> Visitor {
        let mut visitor = self.visitor();
        visitor.get("/signin").await;
        let answer = visitor.post("/signin", &[("email", EMAIL), ("password", PASSWORD)]).await;
        let action = self.fake.sent_to_confirm(&answer);
        self.fake.authorise(&action);
        let answer = visitor.get(&format!("/return?action={action}&status=authorised")).await;
        assert_eq!((answer.status, answer.location.as_str()), (303, "/"));
        visitor
    }
}

async fn run(
    fake: &Fake,
    now_ms: &Arc<AtomicI64>,
    drawn: &Arc<AtomicU64>,
    path: &Option<PathBuf>,
) -> Running {
    let seed = SeededUser {
        email: EMAIL.to_owned(),
        password: Secret::new(PASSWORD),
        account: "acc_1".to_owned(),
        balances: [("BTC", "0.75"), ("ETH", "6"), ("USDT", "2500")]
            .map(|(asset, amount)| (asset.to_owned(), amount.to_owned()))
            .to_vec(),
    };
    let config = ExchangeConfig {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        public_url: Some("http://exchange.example".to_owned()).filter(|_| path.is_some()),
        api_base: fake.base.clone(),
        security_url: fake.base.clone(),
        api_key: Secret::new(fake::API_KEY),
        webhook_secret: None,
        state_path: path.clone(),
        seeds: vec![seed],
    };
    let (now_ms, drawn) = (Arc::clone(now_ms), Arc::clone(drawn));
    let clock: Clock = Arc::new(move || now_ms.load(Ordering::Relaxed));
    let entropy: Entropy = Arc::new(move |out: &mut [u8]| {
        let drawn = drawn.fetch_add(1, Ordering::Relaxed);
        let bytes = Sha256::digest(drawn.to_be_bytes());
        out.copy_from_slice(&bytes[..out.len()]);
    });
    start(config, clock, entropy).await.expect("the exchange starts")
}

/// A file of this test's own, gone when the test is.
struct StateFile(PathBuf);

impl StateFile {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("exchange-{}-{name}.json", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
