//! The route as the rest of the product sees it: hand a letter in, ask how it stands, let go of it, shut it down.

use super::config::SmppConfig;
use super::heard::Heard;
use super::line::{self, Line, Shared, Wish};
use super::message::Composer;
use super::pace::Pace;
use super::queue::Queue;
use super::standing::{RouteState, RouteStatus, Standing};
use super::traffic::Job;
use crate::{Channel, Letter, LiveState, ReceiptSink, Submitting};
use countersign_core::entropy::{self, Entropy};
use countersign_core::outbox::{Failure, Submission};
use countersign_smpp::pdu::BindMode;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::{oneshot, watch};

/// Messages that may wait for their turn, or two windows if that is more; others are turned away at once, for their
/// dispatcher knows better where to.
const WAITING_MAX: usize = 1_000;

/// The time, as a route needs it.
#[derive(Clone)]
pub struct Clocks {
    /// A clock in milliseconds that never goes back, for waits and timeouts.
    pub monotonic_ms: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// Unix time in milliseconds, for the moment at which a message expires.
    pub unix_ms: Arc<dyn Fn() -> u64 + Send + Sync>,
}

/// One SMPP account, its binds kept up by tasks of their own. They end when it is shut down or dropped.
pub struct SmppRoute {
    name: String,
    window: usize,
    /// None with settings that do not work.
    composer: Option<Composer>,
    standing: Arc<Standing>,
    queue: Arc<Queue>,
    wish: watch::Sender<Wish>,
    clocks: Clocks,
    /// Letters handed in whose fate is open.
    in_hand: AtomicUsize,
}

impl fmt::Debug for SmppRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmppRoute({}, {:?})", self.name, self.status())
    }
}

/// Starts a route on the current Tokio runtime; `jitter` spreads reconnects. With settings that [`SmppConfig::check`]
/// refuses the route is down for good and says why.
pub fn start(
    config: SmppConfig,
    sink: Arc<dyn ReceiptSink>,
    clocks: Clocks,
    jitter: Arc<dyn Entropy>,
) -> Arc<SmppRoute> {
    let now = (clocks.monotonic_ms)();
    let modes: Vec<BindMode> = (0..config.binds).flat_map(|_| config.bind.modes()).copied().collect();
    let two_windows = config.window.saturating_mul(2).saturating_mul(config.binds);
    let mut route = SmppRoute {
        name: config.name.clone(),
        window: config.window,
        composer: None,
        standing: Arc::new(Standing::new(&modes, now)),
        queue: Queue::new(WAITING_MAX.max(two_windows)),
        wish: watch::Sender::new(Wish::Bound),
        clocks,
        in_hand: AtomicUsize::new(0),
    };
    let (composer, dialling) = match config.prepare() {
        Ok(prepared) => prepared,
        Err(error) => {
            tracing::error!(route = route.name, %error, "the route's settings are unfit");
            route.standing = Arc::new(Standing::down_for_good(error.to_string(), now));
            return Arc::new(route);
        }
    };
    composer.start_references_at(u16::from_be_bytes(entropy::bytes::<2>(&*jitter)));
    route.composer = Some(composer);
    let shared = Arc::new(Shared {
        pace: Mutex::new(Pace::new(config.throughput_per_s, now)),
        heard: Heard::new(&config, sink),
        config,
        dialling,
        standing: Arc::clone(&route.standing),
        queue: Arc::clone(&route.queue),
        time: Arc::clone(&route.clocks.monotonic_ms),
        jitter,
    });
    for (index, mode) in modes.into_iter().enumerate() {
        let (shared, wish) = (Arc::clone(&shared), route.wish.subscribe());
        tokio::spawn(line::run(Line { shared, index, mode, wish }));
    }
    Arc::new(route)
}

impl SmppRoute {
    /// What the route is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it stands now.
    pub fn status(&self) -> RouteStatus {
        self.standing.status()
    }

    /// Waits until `wanted` is true of the route's state; false when the route ended before.
    pub async fn reaches(&self, wanted: impl FnMut(&RouteState) -> bool) -> bool {
        self.standing.reaches(wanted).await
    }

    /// Whether a letter that is handed in now is on the wire soon: a bind is up, and fewer letters than twice its
    /// windows are in hand.
    pub fn room(&self) -> bool {
        let windows = self.standing.submitters().saturating_mul(self.window);
        self.in_hand.load(Ordering::Relaxed) < windows.saturating_mul(2)
    }

    /// With false: takes no more letters, gives back what has not left, waits for the answers that are due and unbinds.
    /// With true: binds again, at once. Does nothing after a shutdown.
    pub fn keep_bound(&self, keep: bool) {
        let wanted = if keep { Wish::Bound } else { Wish::Unbound };
        self.wish.send_if_modified(|wish| {
            let changes = *wish != wanted && *wish != Wish::Stopped;
            if changes {
                *wish = wanted;
            }
            changes
        });
    }

    /// Takes no more letters, waits for the answers that are due, unbinds. Returns at once; see
    /// [`SmppRoute::stopped`].
    pub fn shutdown(&self) {
        self.wish.send_replace(Wish::Stopped);
    }

    /// Waits until all connections are closed after a shutdown.
    pub async fn stopped(&self) {
        self.standing.all_ended().await;
    }

    async fn hand_in(&self, letter: Letter) -> Submission {
        let Some(number) = letter.to.phone() else {
            return unfit("not a phone number");
        };
        // A route that is down keeps nothing: the dispatcher knows which other way there is.
        let Some(composer) = self.composer.as_ref().filter(|_| self.queue.is_open()) else {
            return Submission::NotSent;
        };
        let Ok(parts) = composer.compose(&letter, number, &*self.clocks.unix_ms) else {
            return unfit("the text is too long");
        };
        let (answer, submission) = oneshot::channel();
        // At most fifteen digits (E.164), so this never overflows.
        let number = number.e164().trim_start_matches('+').parse().unwrap_or_default();
        let since_ms = (self.clocks.monotonic_ms)();
        let _in_hand = InHand::of(&self.in_hand);
        if self.queue.push(Job { reference: letter.reference, number, parts, since_ms, answer }).is_err() {
            return Submission::NotSent;
        }
        // The task is gone with the message in hand: nobody knows whether it left.
        submission.await.unwrap_or(Submission::Lost)
    }
}

impl Drop for SmppRoute {
    fn drop(&mut self) {
        self.shutdown();
    }
}

impl Channel for SmppRoute {
    fn submit(&self, letter: Letter) -> Submitting<'_> {
        Box::pin(self.hand_in(letter))
    }

    fn live_state(&self) -> LiveState {
        match self.status().state {
            RouteState::Bound => LiveState::Up,
            RouteState::Connecting => LiveState::Connecting,
            RouteState::Down { reason } => LiveState::Down { reason },
        }
    }

    fn has_room(&self) -> bool {
        self.room()
    }

    fn keep_connected(&self, keep: bool) {
        self.keep_bound(keep);
    }
}

/// Counts a letter for as long as somebody waits for its fate.
struct InHand<'a>(&'a AtomicUsize);

impl<'a> InHand<'a> {
    fn of(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn unfit(why: &str) -> Submission {
    Submission::Refused { failure: Failure::Route, code: why.to_owned() }
}
