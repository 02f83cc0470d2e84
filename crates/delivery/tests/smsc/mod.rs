//! An SMSC on loopback that does what a test tells it, step by step, with the route that binds to it.

#![allow(dead_code)] // no test file uses all of it

use crate::route_under_test::{Clock, config, in_time, start_with_ears};
use countersign_core::outbox::{Inbound, Receipt, Submission};
use countersign_delivery::smpp::{RouteState, SmppConfig, SmppRoute};
use countersign_delivery::{Channel, Letter};
use countersign_smpp::pdu::{Bind, BindMode, ShortMessage};
use countersign_smpp::session::{ServerConfig, ServerEvent, ServerSession};
use countersign_smpp::status::Status;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// A route under test, and all that surrounds it.
pub(crate) struct World {
    pub(crate) route: Arc<SmppRoute>,
    pub(crate) receipts: mpsc::UnboundedReceiver<Receipt>,
    pub(crate) inbound: mpsc::UnboundedReceiver<Inbound>,
    pub(crate) clock: Clock,
    pub(crate) listener: TcpListener,
}

impl Clock {
    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl World {
    pub(crate) async fn new(change: impl FnOnce(&mut SmppConfig)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let clock = Clock::default();
        let mut config = config(listener.local_addr().unwrap().port());
        change(&mut config);
        let (route, ears) = start_with_ears(config, &clock);
        Self { route, receipts: ears.receipts, inbound: ears.inbound, clock, listener }
    }

    /// The next connection, with its bind to be judged.
    pub(crate) async fn accept(&self) -> (Smsc, Bind) {
        in_time(async {
            let (stream, _) = self.listener.accept().await.unwrap();
            Smsc::asked(stream).await
        })
        .await
    }

    /// The next connection, bound.
    pub(crate) async fn bound(&self) -> Smsc {
        let (mut smsc, _) = self.accept().await;
        smsc.session.accept_bind("SIM").unwrap();
        smsc.write().await;
        self.reaches(|state| *state == RouteState::Bound).await;
        smsc
    }

    /// Waits for a state of the route.
    pub(crate) async fn reaches(&self, wanted: impl FnMut(&RouteState) -> bool) {
        assert!(in_time(self.route.reaches(wanted)).await);
    }

    /// Hands a letter in, without waiting for what becomes of it.
    pub(crate) fn submit(&self, letter: Letter) -> JoinHandle<Submission> {
        let route = Arc::clone(&self.route);
        tokio::spawn(async move { route.submit(letter).await })
    }
}

/// One connection, seen from the SMSC. Its own clock stands still: it never asks whether the client lives.
pub(crate) struct Smsc<S = TcpStream> {
    pub(crate) stream: S,
    pub(crate) session: ServerSession,
    pub(crate) mode: BindMode,
    events: VecDeque<ServerEvent>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Smsc<S> {
    /// A fresh connection, with its bind to be judged.
    pub(crate) async fn asked(stream: S) -> (Self, Bind) {
        let mut smsc = Self::new(stream);
        let ServerEvent::BindRequested { bind, mode } = smsc.event().await else { panic!("a bind first") };
        smsc.mode = mode;
        (smsc, bind)
    }

    fn new(stream: S) -> Self {
        let config = ServerConfig {
            window: 10,
            unanswered_submits_max: 1_000,
            enquire_idle_ms: 1_000_000,
            response_timeout_ms: 1_000_000,
        };
        let session = ServerSession::new(config, 0);
        Self { stream, session, mode: BindMode::Transceiver, events: VecDeque::new() }
    }

    pub(crate) async fn write(&mut self) {
        if let Some(octets) = self.session.poll_transmit() {
            self.stream.write_all(&octets).await.unwrap();
            self.stream.flush().await.unwrap();
        }
    }

    /// Reads once, however much there is.
    async fn read(&mut self) {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer).await {
            Ok(0) | Err(_) => self.session.handle_disconnect(),
            Ok(count) => self.session.handle_bytes(0, &buffer[..count]),
        }
        while let Some(event) = self.session.poll_event() {
            self.events.push_back(event);
        }
        self.write().await;
    }

    /// What happened next.
    pub(crate) async fn event(&mut self) -> ServerEvent {
        in_time(async {
            loop {
                if let Some(event) = self.events.pop_front() {
                    return event;
                }
                self.read().await;
            }
        })
        .await
    }

    /// The next submit; anything else is a surprise.
    pub(crate) async fn submitted(&mut self) -> (u32, ShortMessage) {
        match self.event().await {
            ServerEvent::Submitted { sequence, message } => (sequence, message),
            other => panic!("expected a submit, got {other:?}"),
        }
    }

    pub(crate) async fn answer(&mut self, sequence: u32, answer: Result<&str, Status>) {
        self.session.answer_submit(sequence, answer).unwrap();
        self.write().await;
    }

    /// Delivers and gives the client's status.
    pub(crate) async fn deliver(&mut self, message: ShortMessage) -> Status {
        let wanted = self.session.deliver(0, message).unwrap();
        self.write().await;
        match self.event().await {
            ServerEvent::DeliverAnswered { sequence, status } if sequence == wanted => status,
            other => panic!("expected the answer to a delivery, got {other:?}"),
        }
    }

    /// A round trip: when it is over, the route has done all that it had to do before. Submits that came
    /// meanwhile wait for [`Smsc::submitted`]; gives how many there are.
    pub(crate) async fn round_trip(&mut self) -> usize {
        let wanted = self.session.deliver(0, ShortMessage::default()).unwrap();
        self.write().await;
        let is_answer = |event: &ServerEvent| match event {
            ServerEvent::DeliverAnswered { sequence, .. } => *sequence == wanted,
            _ => false,
        };
        in_time(async {
            while !self.events.iter().any(is_answer) {
                let is_over = self.events.iter().any(|event| matches!(event, ServerEvent::Closed(_)));
                assert!(!is_over, "the connection ended before the round trip did");
                self.read().await;
            }
        })
        .await;
        self.events.retain(|event| !is_answer(event));
        self.events.len()
    }
}
