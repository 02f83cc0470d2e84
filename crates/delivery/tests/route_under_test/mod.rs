//! An SMPP route under test: its settings, its clock, its receipts, and letters to hand in.

use countersign_core::address::Address;
use countersign_core::entropy::testing::Counting;
use countersign_core::id::MessageId;
use countersign_core::model::{Body, Purpose};
use countersign_core::outbox::{Inbound, Receipt};
use countersign_delivery::smpp::{self, Alphabet, DlrId, LongMessages, SmppConfig, SmppRoute};
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

/// Receipts in the order they came.
struct Receipts(mpsc::UnboundedSender<Receipt>);

impl ReceiptSink for Receipts {
    fn receipt(&self, receipt: Receipt) {
        let _ = self.0.send(receipt);
    }

    fn inbound(&self, _inbound: Inbound) {}
}

pub(crate) fn config(port: u16) -> SmppConfig {
    SmppConfig {
        name: "north".to_owned(),
        host: "127.0.0.1".to_owned(),
        port,
        system_id: "acme".to_owned(),
        password: PASSWORD.to_owned(),
        system_type: String::new(),
        window: 4,
        enquire_link_s: 30,
        response_timeout_s: 10,
        bind_timeout_s: 5,
        reconnect_s_max: 60,
        sender: "Acme".to_owned(),
        alphabet: Alphabet::Gsm,
        long_messages: LongMessages::Udh,
        dlr_id: DlrId::Auto,
        throughput_per_s: None,
    }
}

pub(crate) fn start(config: SmppConfig, clock: &Clock) -> (Arc<SmppRoute>, mpsc::UnboundedReceiver<Receipt>) {
    let (sink, receipts) = mpsc::unbounded_channel();
    let time = clock.clone();
    let time = Arc::new(move || time.0.load(Ordering::SeqCst));
    (smpp::start(config, Arc::new(Receipts(sink)), time, Arc::new(Counting::new())), receipts)
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
