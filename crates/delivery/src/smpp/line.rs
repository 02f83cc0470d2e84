//! The life of one connection: connect, bind, carry messages, come back after a loss. One task owns the stream, the
//! session and the messages on their way; binds of one route share the queue, the pace and what is heard.
//!
//! ```text
//! Connecting ──► Bound ──► (lost) ──► wait ──► Connecting …      each failed attempt: Down, until Bound again
//! ```
//!
//! Logs the route, its state, status codes and message references; no text, number or password (R10).

use super::backoff::{Backoff, End};
use super::config::SmppConfig;
use super::dial::{Dialled, Dialling};
use super::heard::Heard;
use super::pace::Pace;
use super::queue::Queue;
use super::session;
use super::standing::{RouteState, Standing};
use countersign_core::entropy::Entropy;
use countersign_smpp::Millis;
use countersign_smpp::pdu::BindMode;
use countersign_smpp::session::{ClientConfig, ClientSession};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// What a route is to do with its binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Keep them up.
    Bound,
    /// End them once nothing is out, until told otherwise.
    Unbound,
    /// End them so, for good.
    Stopped,
}

/// What the connections of one route share.
pub(super) struct Shared {
    pub(super) config: SmppConfig,
    pub(super) dialling: Dialling,
    pub(super) standing: Arc<Standing>,
    pub(super) queue: Arc<Queue>,
    pub(super) pace: Mutex<Pace>,
    pub(super) heard: Heard,
    pub(super) time: Arc<dyn Fn() -> u64 + Send + Sync>,
    pub(super) jitter: Arc<dyn Entropy>,
}

/// One connection of a route.
pub(super) struct Line {
    pub(super) shared: Arc<Shared>,
    /// Which one, from 0.
    pub(super) index: usize,
    pub(super) mode: BindMode,
    pub(super) wish: watch::Receiver<Wish>,
}

/// Why an attempt or a bind is over.
pub(super) struct Over {
    pub(super) end: End,
    pub(super) reason: String,
}

impl Over {
    fn unreachable(reason: impl Into<String>) -> Self {
        Self { end: End::Unreachable, reason: reason.into() }
    }
}

/// Keeps the connection up until it is told to stop.
pub(super) async fn run(mut line: Line) {
    let longest_s = line.shared.config.reconnect_s_max;
    let mut backoff = Backoff::new(longest_s);
    loop {
        match line.wish() {
            Wish::Stopped => break,
            Wish::Unbound => {
                line.stand(RouteState::Down { reason: "let go of".to_owned() });
                if line.wish.changed().await.is_err() {
                    break;
                }
                if line.wish() == Wish::Bound {
                    backoff = Backoff::new(longest_s);
                    line.stand(RouteState::Connecting);
                }
            }
            Wish::Bound => {
                let over = line.attempt().await;
                if line.wish() == Wish::Bound {
                    let wait_ms = backoff.wait_ms(over.end, &*line.shared.jitter);
                    line.rest(over, wait_ms).await;
                }
            }
        }
    }
    line.stand(RouteState::Down { reason: "shut down".to_owned() });
    tracing::info!(route = line.name(), "shut down");
    line.shared.standing.ended();
}

impl Line {
    pub(super) fn name(&self) -> &str {
        &self.shared.config.name
    }

    pub(super) fn now(&self) -> Millis {
        (self.shared.time)()
    }

    /// The wish as it is now; waiting for it to change starts here.
    pub(super) fn wish(&mut self) -> Wish {
        *self.wish.borrow_and_update()
    }

    pub(super) fn stand(&self, state: RouteState) {
        self.shared.standing.stand(self.index, state, self.now());
    }

    /// Waits for the next attempt, or for another wish.
    async fn rest(&mut self, over: Over, wait_ms: Millis) {
        let (route, mode, reason) = (self.name(), self.mode, &over.reason);
        tracing::warn!(route, ?mode, reason, wait_ms, "not bound; will connect again");
        if !matches!(over.end, End::Lost { .. }) {
            self.stand(RouteState::Down { reason: over.reason });
        }
        let _ = timeout(Duration::from_millis(wait_ms), self.wish.changed()).await;
    }

    /// One connection, from the first packet to the last.
    async fn attempt(&mut self) -> Over {
        let shared = Arc::clone(&self.shared);
        let patience = Duration::from_secs(shared.config.bind_timeout_s);
        let dialled = tokio::select! {
            _ = self.wish.changed() => return Over::unreachable("told to stop"),
            dialled = timeout(patience, shared.dialling.dial()) => dialled,
        };
        let dialled = match dialled {
            Err(_) => return Over::unreachable("no connection in time"),
            Ok(Err(reason)) => return Over::unreachable(reason),
            Ok(Ok(dialled)) => dialled,
        };
        let client = ClientConfig {
            mode: self.mode,
            bind: shared.config.account(),
            window: shared.config.window,
            enquire_idle_ms: shared.config.enquire_link_s.saturating_mul(1_000),
            response_timeout_ms: shared.config.response_timeout_s.saturating_mul(1_000),
        };
        let session = match ClientSession::new(client, self.now()) {
            Ok(session) => session,
            Err(error) => return Over::unreachable(error.to_string()),
        };
        let over = match dialled {
            Dialled::Plain(stream) => session::serve(self, stream, session).await,
            Dialled::Encrypted(stream) => session::serve(self, *stream, session).await,
        };
        shared.standing.in_flight(self.index, 0);
        over
    }
}
