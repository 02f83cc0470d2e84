//! A client of the SMSC: our own session over a socket.

use countersign_carriers::Running;
use countersign_smpp::pdu::{Address, Bind, BindMode, ShortMessage};
use countersign_smpp::session::{ClientConfig, ClientEvent, ClientSession};
use countersign_smpp::status::Status;
use countersign_smpp::text::{Alphabet, LongMessage, segment};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::NOW_MS;

pub(crate) struct Client {
    session: ClientSession,
    pub(crate) stream: TcpStream,
}

impl Client {
    /// Asks to be bound.
    pub(crate) async fn bind(running: &Running, system_id: &str, mode: BindMode, password: &str) -> Self {
        let bind = Bind {
            system_id: system_id.to_owned(),
            password: password.to_owned(),
            system_type: String::new(),
            interface_version: 0x34,
            address_range: Address::default(),
        };
        let config =
            ClientConfig { mode, bind, window: 100, enquire_idle_ms: 30_000, response_timeout_ms: 10_000 };
        let session = ClientSession::new(config, NOW_MS).expect("fits");
        Self { session, stream: TcpStream::connect(running.smpp).await.expect("connects") }
    }

    pub(crate) async fn bound(running: &Running, mode: BindMode) -> Self {
        Self::bound_as(running, "esme", mode).await
    }

    pub(crate) async fn bound_as(running: &Running, system_id: &str, mode: BindMode) -> Self {
        let mut client = Self::bind(running, system_id, mode, "secret").await;
        assert!(matches!(client.event().await, ClientEvent::Bound { interface_version: Some(0x34), .. }));
        client
    }

    pub(crate) async fn event(&mut self) -> ClientEvent {
        let mut buffer = [0; 4096];
        loop {
            if let Some(bytes) = self.session.poll_transmit() {
                self.stream.write_all(&bytes).await.expect("writes");
            }
            if let Some(event) = self.session.poll_event() {
                return event;
            }
            match self.stream.read(&mut buffer).await.expect("reads") {
                0 => self.session.handle_disconnect(),
                length => self.session.handle_bytes(NOW_MS, &buffer[..length]),
            }
        }
    }

    pub(crate) fn submit(&mut self, to: &str, words: &str) -> u32 {
        let mut message = ShortMessage {
            source: Address::alphanumeric("Acme"),
            destination: Address::international(to),
            registered_delivery: 1,
            ..ShortMessage::default()
        };
        let parts = segment(words, Alphabet::Gsm, LongMessage::Udh, 1).expect("short").parts;
        assert_eq!(parts.len(), 1);
        parts[0].apply(&mut message);
        self.session.submit(NOW_MS, message).expect("room")
    }

    pub(crate) async fn answer(&mut self, asked: u32) -> (Status, String) {
        match self.event().await {
            ClientEvent::Answered { sequence, status, message_id, .. } if sequence == asked => {
                (status, message_id)
            }
            other => panic!("an answer, not {other:?}"),
        }
    }
}
