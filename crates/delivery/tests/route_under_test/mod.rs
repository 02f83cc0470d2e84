//! An SMPP route under test: its settings, its clock, its receipts, and letters to hand in.

#![allow(dead_code)] // no test file uses all of it

use countersign_core::address::Address;
use countersign_core::entropy::testing::Counting;
use countersign_core::id::MessageId;
use countersign_core::model::{Body, Purpose};
use countersign_core::outbox::{Inbound, Receipt};
use countersign_delivery::smpp::{self, Clocks, SmppConfig, SmppRoute};
use countersign_delivery::{Letter, ReceiptSink};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

pub(crate) const NUMBER: &str = "+4915112345678";
pub(crate) const PASSWORD: &str = "hunter2";

/// A test that hangs has failed.
pub(crate) async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("within a minute")
}

/// The clock of the route: stands still until a test moves it.
#[derive(Clone, Default)]
pub(crate) struct Clock(pub(crate) Arc<AtomicU64>);

struct Sink {
    to_receipts: mpsc::UnboundedSender<Receipt>,
    to_inbound: mpsc::UnboundedSender<Inbound>,
}

impl ReceiptSink for Sink {
    fn receipt(&self, receipt: Receipt) {
        let _ = self.to_receipts.send(receipt);
    }

    fn inbound(&self, inbound: Inbound) {
        let _ = self.to_inbound.send(inbound);
    }
}

pub(crate) fn config(port: u16) -> SmppConfig {
    SmppConfig { window: 4, ..SmppConfig::new("north", "127.0.0.1", port, ("acme", PASSWORD), "Acme") }
}

/// What a route hears, in the order it came.
pub(crate) struct Ears {
    pub(crate) receipts: mpsc::UnboundedReceiver<Receipt>,
    pub(crate) inbound: mpsc::UnboundedReceiver<Inbound>,
}

pub(crate) fn start(config: SmppConfig, clock: &Clock) -> (Arc<SmppRoute>, mpsc::UnboundedReceiver<Receipt>) {
    let (route, ears) = start_with_ears(config, clock);
    (route, ears.receipts)
}

pub(crate) fn start_with_ears(config: SmppConfig, clock: &Clock) -> (Arc<SmppRoute>, Ears) {
    let (to_receipts, receipts) = mpsc::unbounded_channel();
    let (to_inbound, inbound) = mpsc::unbounded_channel();
    let time = clock.clone();
    let clocks = Clocks {
        monotonic_ms: Arc::new(move || time.0.load(Ordering::SeqCst)),
        unix_ms: Arc::new(|| 1_800_000_000_000),
    };
    let sink = Arc::new(Sink { to_receipts, to_inbound });
    (smpp::start(config, sink, clocks, Arc::new(Counting::new())), Ears { receipts, inbound })
}

/// A letter whose text is all about its code.
pub(crate) fn letter(code: &str) -> Letter {
    Letter {
        reference: MessageId::from_bytes([9; 16]),
        to: Address::from_exposed(NUMBER).unwrap(),
        body: Body::Code {
            code: code.to_owned(),
            purpose: Purpose::SignUp,
            valid_s: 300,
            amount: None,
            payee: None,
            network: None,
            fingerprint: None,
        },
        locale: "en".to_owned(),
        brand: "Acme".to_owned(),
        sender: None,
        host: "acme.example".to_owned(),
        origin: "https://acme.example".to_owned(),
        phrase: None,
        template: None,
        app_hash: None,
        valid_for: Duration::from_secs(300),
    }
}

/// A letter of three parts.
pub(crate) fn long_letter(code: &str) -> Letter {
    Letter { brand: "Acme €uro [Markets] ".repeat(15), ..letter(code) }
}
