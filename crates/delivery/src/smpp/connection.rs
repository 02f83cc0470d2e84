//! The life of a bind: connect, bind, carry messages, come back after a loss. One task owns the socket, the
//! session and the messages on their way.
//!
//! ```text
//! Connecting ──► Bound ──► (lost) ──► wait ──► Connecting …      each failed attempt: Down, until Bound again
//! ```
//!
//! Logs the route, its state, status codes and message references; no text, number or password (R10).

use super::SmppConfig;
use super::backoff::{Backoff, End};
use super::learned::LearnedIds;
use super::pace::Pace;
use super::route::{RouteState, Shared};
use super::traffic::{Job, Traffic};
use super::verdict;
use super::wire::Wire;
use crate::ReceiptSink;
use countersign_core::entropy::Entropy;
use countersign_core::outbox::{Receipt, Submission};
use countersign_smpp::Millis;
use countersign_smpp::pdu::{BindMode, ShortMessage};
use countersign_smpp::receipt;
use countersign_smpp::session::{ClientConfig, ClientEvent, ClientSession, CloseReason};
use countersign_smpp::status::{Status, StatusClass};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// SMPP 5.0 `congestion_state` from which an SMSC wants less: 90 to 99 is "congested", 100 is the most.
const CONGESTED: u8 = 90;

/// All that one route's task owns.
pub(super) struct Connection {
    config: SmppConfig,
    shared: Arc<Shared>,
    jobs: mpsc::Receiver<Job>,
    sink: Arc<dyn ReceiptSink>,
    time: Arc<dyn Fn() -> u64 + Send + Sync>,
    jitter: Arc<dyn Entropy>,
    pace: Pace,
    learned: LearnedIds,
}

/// Why an attempt or a bind is over.
struct Over {
    end: End,
    reason: String,
}

/// Keeps the bind up until it is told to stop.
pub(super) async fn run(mut connection: Connection) {
    if let Err(error) = connection.config.check() {
        connection.down(error.to_string());
        tracing::error!(route = connection.config.name, %error, "the route's settings are unfit");
        connection.turn_away(std::future::pending::<()>()).await;
        return;
    }
    let mut backoff = Backoff::new(connection.config.reconnect_s_max);
    while !connection.stopping() {
        let over = connection.attempt().await;
        if connection.stopping() {
            break;
        }
        let wait_ms = backoff.wait_ms(over.end, &*connection.jitter);
        let (route, reason) = (&connection.config.name, &over.reason);
        tracing::warn!(route, reason, wait_ms, "not bound; will connect again");
        if !matches!(over.end, End::Lost { .. }) {
            connection.down(over.reason);
        }
        let wait = timeout(Duration::from_millis(wait_ms), std::future::pending::<()>());
        connection.turn_away(wait).await;
    }
    connection.down("shut down".to_owned());
    connection.jobs.close();
    connection.turn_away_queued();
    tracing::info!(route = connection.config.name, "shut down");
}

impl Connection {
    pub(super) fn new(
        config: SmppConfig,
        shared: Arc<Shared>,
        jobs: mpsc::Receiver<Job>,
        sink: Arc<dyn ReceiptSink>,
        time: Arc<dyn Fn() -> u64 + Send + Sync>,
        jitter: Arc<dyn Entropy>,
    ) -> Self {
        let pace = Pace::new(config.throughput_per_s, time());
        let learned = LearnedIds::new(config.dlr_id.into());
        Self { config, shared, jobs, sink, time, jitter, pace, learned }
    }

    fn now(&self) -> Millis {
        (self.time)()
    }

    /// Told to stop, or nobody can hand anything in any more.
    fn stopping(&self) -> bool {
        *self.shared.stop.borrow() || (self.jobs.is_closed() && self.jobs.is_empty())
    }

    fn stand(&self, state: RouteState) {
        let now = self.now();
        self.shared.standing.send_if_modified(|(current, since_ms)| {
            if *current == state {
                return false;
            }
            let still_down =
                matches!((&*current, &state), (RouteState::Down { .. }, RouteState::Down { .. }));
            if !still_down {
                *since_ms = now;
            }
            *current = state;
            true
        });
    }

    fn down(&self, reason: String) {
        self.stand(RouteState::Down { reason });
    }

    /// Waits for `until` or for the end of the route; whoever comes meanwhile is turned away.
    async fn turn_away<T>(&mut self, until: impl Future<Output = T>) -> Option<T> {
        let mut stop = self.shared.stop.subscribe();
        tokio::pin!(until);
        loop {
            tokio::select! {
                done = &mut until => return Some(done),
                _ = stop.wait_for(|stop| *stop) => return None,
                job = self.jobs.recv() => match job {
                    Some(job) => { let _ = job.answer.send(Submission::NotSent); }
                    None => return None,
                },
            }
        }
    }

    fn turn_away_queued(&mut self) {
        while let Ok(job) = self.jobs.try_recv() {
            let _ = job.answer.send(Submission::NotSent);
        }
    }

    /// One connection, from the first packet to the last.
    async fn attempt(&mut self) -> Over {
        let unreachable = |reason: &str| Over { end: End::Unreachable, reason: reason.to_owned() };
        let address = (self.config.host.clone(), self.config.port);
        let patience = Duration::from_secs(self.config.bind_timeout_s);
        let stream = match self.turn_away(timeout(patience, TcpStream::connect(address))).await {
            None => return unreachable("shut down"),
            Some(Err(_)) => return unreachable("no connection in time"),
            Some(Ok(Err(error))) => return unreachable(&format!("no connection: {}", error.kind())),
            Some(Ok(Ok(stream))) => stream,
        };
        // Answers of a few octets must not wait for the acknowledgement of those before (measured: 23
        // submits/s with it).
        if let Err(error) = stream.set_nodelay(true) {
            return unreachable(&format!("no connection: {}", error.kind()));
        }
        let client = ClientConfig {
            mode: BindMode::Transceiver,
            bind: self.config.bind(),
            window: self.config.window,
            enquire_idle_ms: self.config.enquire_link_s.saturating_mul(1_000),
            response_timeout_ms: self.config.response_timeout_s.saturating_mul(1_000),
        };
        let now = self.now();
        match ClientSession::new(client, now) {
            Ok(session) => {
                let bind_by_ms = now.saturating_add(self.config.bind_timeout_s.saturating_mul(1_000));
                let run = Bound {
                    wire: Wire::new(stream),
                    session,
                    traffic: Traffic::default(),
                    bind_by_ms,
                    bound_at: None,
                };
                let over = run.serve(self).await;
                self.shared.in_flight.store(0, Ordering::Relaxed);
                over
            }
            Err(error) => unreachable(&error.to_string()),
        }
    }

    /// A deliver_sm: a receipt for the sink, or a message that somebody wrote, which nobody here reads.
    fn delivered(&self, message: &ShortMessage) {
        let Some(receipt) = receipt::parse(message) else {
            tracing::debug!(route = self.config.name, "a message that is no receipt");
            return;
        };
        self.sink.receipt(Receipt {
            route: self.config.name.clone(),
            provider_ids: self.learned.candidates(&receipt.message_id, &message.source.value),
            state: verdict::receipt_state(receipt.state),
            error: receipt.error_code.unwrap_or_default(),
        });
    }
}

/// A connection with a session on it.
struct Bound {
    wire: Wire,
    session: ClientSession,
    traffic: Traffic,
    bind_by_ms: Millis,
    bound_at: Option<Millis>,
}

impl Bound {
    async fn serve(mut self, route: &mut Connection) -> Over {
        let mut stop = route.shared.stop.subscribe();
        loop {
            let now = route.now();
            self.session.handle_timeout(now);
            if self.bound_at.is_none() && now >= self.bind_by_ms {
                self.session.handle_disconnect();
            }
            let closed = self.take_events(route, now);
            if route.stopping() {
                self.wind_up(route, now);
            }
            self.traffic.pump(&mut self.session, &mut route.pace, now);
            route.shared.in_flight.store(self.traffic.outstanding(), Ordering::Relaxed);
            self.wire.queue(self.session.poll_transmit());
            if let Some(reason) = closed {
                // From here on letters are turned away by whoever asks, not kept.
                if self.bound_at.is_some() && !route.stopping() {
                    route.stand(RouteState::Connecting);
                }
                self.wire.last_words().await;
                return self.over(reason, now);
            }
            let due = self.next_due(route, now);
            let wakes = self.wait(route, &mut stop);
            // The earliest is a millisecond away: clocks that disagree by less must not spin.
            let woken = timeout(Duration::from_millis(due.saturating_sub(now).max(1)), wakes).await;
            if let Ok(Some(job)) = woken {
                self.traffic.push(job);
                while self.takes_jobs(route)
                    && let Ok(job) = route.jobs.try_recv()
                {
                    self.traffic.push(job);
                }
            }
        }
    }

    /// Waits for the socket, a message or the word to stop. Reads and writes what the socket allows.
    async fn wait(
        &mut self,
        route: &mut Connection,
        stop: &mut tokio::sync::watch::Receiver<bool>,
    ) -> Option<Job> {
        let takes_jobs = self.takes_jobs(route);
        let told = *route.shared.stop.borrow();
        tokio::select! {
            job = route.jobs.recv(), if takes_jobs => job,
            _ = stop.wait_for(|stop| *stop), if !told => None,
            ready = self.wire.ready() => {
                let now = route.now();
                if ready.is_err() || self.wire.exchange(|octets| self.session.handle_bytes(now, octets)).is_err() {
                    self.session.handle_disconnect();
                }
                None
            }
        }
    }

    fn takes_jobs(&self, route: &Connection) -> bool {
        self.session.is_bound() && !route.stopping() && self.traffic.waiting() < route.config.window
    }

    fn next_due(&self, route: &Connection, now: Millis) -> Millis {
        let bind = self.bound_at.is_none().then_some(self.bind_by_ms);
        let traffic = self.traffic.next_due(&self.session, &route.pace, now);
        [bind, traffic, self.session.next_timeout()].into_iter().flatten().min().unwrap_or(now)
    }

    /// Files what the session learned. Gives the reason when it is over.
    fn take_events(&mut self, route: &mut Connection, now: Millis) -> Option<CloseReason> {
        while let Some(event) = self.session.poll_event() {
            match event {
                ClientEvent::Bound { system_id, .. } => {
                    self.bound_at = Some(now);
                    tracing::info!(route = route.config.name, smsc = system_id, "bound");
                    route.stand(RouteState::Bound);
                }
                ClientEvent::Answered { sequence, status, message_id, congestion } => {
                    self.answered(route, now, sequence, status, &message_id);
                    if congestion.is_some_and(|state| state >= CONGESTED) {
                        route.pace.complained(now);
                    }
                }
                ClientEvent::Unanswered { sequence } => {
                    if let Some(message) = self.traffic.unanswered(sequence) {
                        tracing::warn!(route = route.config.name, %message, "no answer to a submit");
                    }
                }
                ClientEvent::LateAnswer { status, .. } => {
                    tracing::debug!(route = route.config.name, ?status, "an answer that came too late");
                }
                ClientEvent::Delivered(message) => route.delivered(&message),
                ClientEvent::Closed(reason) => return Some(reason),
            }
        }
        None
    }

    fn answered(&mut self, route: &mut Connection, now: Millis, sequence: u32, status: Status, id: &str) {
        let learned = &mut route.learned;
        let message = self.traffic.answered(sequence, status, |number| learned.submitted(id, number));
        let name = &route.config.name;
        match status.class() {
            StatusClass::Ok => {}
            StatusClass::Throttled => route.pace.complained(now),
            StatusClass::OurFault => {
                tracing::error!(route = name, ?message, ?status, "the SMSC calls a submit of ours malformed");
            }
            _ => tracing::warn!(route = name, ?message, ?status, "a submit was refused"),
        }
        // Bound here and not bound there: only a new bind mends that.
        if status == Status::WRONG_BIND_STATE {
            self.session.handle_disconnect();
        }
    }

    /// Told to stop: what waits is given back, what is out is waited for, then the bind is ended.
    fn wind_up(&mut self, route: &mut Connection, now: Millis) {
        route.down("shutting down".to_owned());
        route.turn_away_queued();
        self.traffic.give_up_waiting();
        if self.bound_at.is_none() {
            self.session.handle_disconnect();
        } else if self.traffic.outstanding() == 0 {
            self.session.unbind(now);
        }
    }

    fn over(mut self, reason: CloseReason, now: Millis) -> Over {
        self.traffic.give_up_waiting();
        let end = match (self.bound_at, reason) {
            (Some(at), _) => End::Lost { bound_for_ms: now.saturating_sub(at) },
            (None, CloseReason::BindRefused(_)) => End::Refused,
            (None, _) => End::Unreachable,
        };
        let reason = match reason {
            CloseReason::BindRefused(status) => format!("bind refused: {status:?}"),
            CloseReason::BindTimeout => "no answer to the bind".to_owned(),
            CloseReason::Disconnected if self.bound_at.is_none() => "no answer to the bind".to_owned(),
            CloseReason::Disconnected => "the connection was lost".to_owned(),
            CloseReason::PeerUnbound => "the SMSC unbound".to_owned(),
            CloseReason::DeadPeer => "no answer to enquire_link".to_owned(),
            CloseReason::BadLength => "the stream cannot be read".to_owned(),
            CloseReason::Unbound => "unbound".to_owned(),
        };
        Over { end, reason }
    }
}
