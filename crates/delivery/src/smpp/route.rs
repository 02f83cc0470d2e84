//! The route as the rest of the product sees it: hand a letter in, ask how it stands, shut it down.

use super::connection::{self, Connection};
use super::traffic::Job;
use super::{SmppConfig, sender_address};
use crate::{Channel, Letter, ReceiptSink, Submitting, words};
use countersign_core::entropy::{self, Entropy};
use countersign_core::numbers::PhoneNumber;
use countersign_core::outbox::{Failure, Submission};
use countersign_smpp::pdu::{Address, ShortMessage};
use countersign_smpp::text::{Segmented, segment};
use countersign_smpp::{Millis, time};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// Messages that may wait for their turn; more are turned away at once, for their dispatcher knows better
/// where to.
const WAITING_MAX: usize = 1_000;

/// How a route stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteState {
    /// The first attempt, or the first after a bind that was lost.
    Connecting,
    /// Messages may go.
    Bound,
    /// An attempt failed, or the route was shut down; attempts go on unless it was.
    Down {
        /// Why, in English for operators: no secret, no address of a person.
        reason: String,
    },
}

/// How a route stands, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteStatus {
    /// How it stands.
    pub state: RouteState,
    /// Since when, on the clock that the route was started with. A route that stays down keeps its first
    /// moment.
    pub since_ms: Millis,
    /// Submits on the wire without an answer.
    pub in_flight: usize,
}

/// What a route tells about itself, and what it is told.
pub(super) struct Shared {
    pub(super) standing: watch::Sender<(RouteState, Millis)>,
    pub(super) in_flight: AtomicUsize,
    pub(super) stop: watch::Sender<bool>,
}

/// One SMPP bind, kept up by a task of its own. Ends when it is shut down or dropped.
pub struct SmppRoute {
    config: SmppConfig,
    shared: Arc<Shared>,
    queue: mpsc::Sender<Job>,
    time: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// Ties the parts of a long message together; the next message gets the next number.
    long_reference: AtomicU16,
}

impl fmt::Debug for SmppRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmppRoute({}, {:?})", self.config.name, self.status())
    }
}

/// Starts a route on the current Tokio runtime. `time` is a monotonic clock in milliseconds; `jitter` spreads
/// reconnects. With settings that [`SmppConfig::check`] refuses the route is down for good and says why.
pub fn start(
    config: SmppConfig,
    sink: Arc<dyn ReceiptSink>,
    time: Arc<dyn Fn() -> u64 + Send + Sync>,
    jitter: Arc<dyn Entropy>,
) -> Arc<SmppRoute> {
    let (queue, jobs) = mpsc::channel(WAITING_MAX);
    let shared = Arc::new(Shared {
        standing: watch::Sender::new((RouteState::Connecting, time())),
        in_flight: AtomicUsize::new(0),
        stop: watch::Sender::new(false),
    });
    let first_reference = u16::from_be_bytes(entropy::bytes::<2>(&*jitter));
    let route = SmppRoute {
        config: config.clone(),
        shared: Arc::clone(&shared),
        queue,
        time: Arc::clone(&time),
        long_reference: AtomicU16::new(first_reference),
    };
    tokio::spawn(connection::run(Connection::new(config, shared, jobs, sink, time, jitter)));
    Arc::new(route)
}

impl SmppRoute {
    /// What the route is called.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// How it stands now.
    pub fn status(&self) -> RouteStatus {
        let (state, since_ms) = self.shared.standing.borrow().clone();
        RouteStatus { state, since_ms, in_flight: self.shared.in_flight.load(Ordering::Relaxed) }
    }

    /// Waits until `wanted` is true of the route's state; false when the route ended before.
    pub async fn reaches(&self, wanted: impl FnMut(&RouteState) -> bool) -> bool {
        let mut wanted = wanted;
        let mut standing = self.shared.standing.subscribe();
        standing.wait_for(|(state, _)| wanted(state)).await.is_ok()
    }

    /// Takes no more letters, waits for the answers that are due, unbinds. Returns at once; see
    /// [`SmppRoute::stopped`].
    pub fn shutdown(&self) {
        self.shared.stop.send_replace(true);
    }

    /// Waits until the connection is closed after a shutdown.
    pub async fn stopped(&self) {
        self.queue.closed().await;
    }

    async fn hand_in(&self, letter: Letter) -> Submission {
        let Some(number) = letter.to.phone() else {
            return unfit("not a phone number");
        };
        // A route that is down keeps nothing: the dispatcher knows which other way there is.
        if self.shared.standing.borrow().0 != RouteState::Bound {
            return Submission::NotSent;
        }
        let Some(parts) = self.parts(&letter, number) else {
            return unfit("the text is too long");
        };
        let (answer, submission) = oneshot::channel();
        let number = Address::international(number.e164()).value;
        let job = Job { reference: letter.reference, number, parts, since_ms: (self.time)(), answer };
        if self.queue.try_send(job).is_err() {
            return Submission::NotSent;
        }
        // The task is gone with the message in hand: nobody knows whether it left.
        submission.await.unwrap_or(Submission::Lost)
    }

    fn parts(&self, letter: &Letter, number: &PhoneNumber) -> Option<Vec<ShortMessage>> {
        let config = &self.config;
        let text = words::render_sms(letter);
        let reference = self.long_reference.fetch_add(1, Ordering::Relaxed);
        let cut = segment(&text, config.alphabet.into(), config.long_messages.into(), reference);
        let Segmented { parts, .. } = cut.ok()?;
        // A second at least: a period of zero means the SMSC's own default, days perhaps (SMPP 3.4, 5.2.16).
        let valid_for = letter.valid_for.max(Duration::from_secs(1));
        let message = ShortMessage {
            source: sender_address(&config.sender),
            destination: Address::international(number.e164()),
            validity_period: time::relative(u64::try_from(valid_for.as_millis()).unwrap_or(u64::MAX)),
            registered_delivery: 1,
            ..ShortMessage::default()
        };
        let written = parts.iter().map(|part| {
            let mut message = message.clone();
            part.apply(&mut message);
            message
        });
        Some(written.collect())
    }
}

impl Channel for SmppRoute {
    fn submit(&self, letter: Letter) -> Submitting<'_> {
        Box::pin(self.hand_in(letter))
    }
}

fn unfit(why: &str) -> Submission {
    Submission::Refused { failure: Failure::Route, code: why.to_owned() }
}
