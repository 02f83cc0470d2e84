//! The roads of this node: its registered routes, what is known of every route, and what was counted since it was last
//! written down. What decides is rows; this holds a copy a few seconds old, so that a choice costs no query, and
//! hears at once what this node sees itself.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::model::Channel;
use countersign_core::numbers::LineKind;
use countersign_core::route::{
    Board, Candidate, Carries, Choice, Need, NoRoute, Outcome, RouteWish, Run, Standing, Tally, Tried,
    choose, has_other,
};
use countersign_core::time::{Timestamp, seconds};
use countersign_delivery::{CallbackDoor, Channel as Way, Letter, LiveState};
use countersign_storage::tables::outbox::Heard;
use countersign_storage::tables::routes as rows;
use countersign_storage::{Step, StorageError, Topic, Tx};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Notify;

/// How often counts are written down.
const FLUSH: Duration = Duration::from_secs(1);
/// Every so many flushes everything is read anew, whether or not somebody announced it.
const FLUSHES_PER_READ: u32 = 5;

/// A route as the binary hands it in: one way out under one name.
#[derive(Clone)]
pub struct RouteChannel {
    /// Its name, as recorded with every attempt.
    pub name: String,
    /// What it speaks: `smpp`, `smtp`, `calls`, or the provider's name.
    pub kind: &'static str,
    /// What it carries.
    pub channel: Channel,
    /// The way out.
    pub out: Arc<dyn Way>,
    /// Messages in flight at once.
    pub in_flight_max: usize,
    /// Where it may carry to, at what price, in which name.
    pub carries: Carries,
    /// Its own sender.
    pub sender: String,
    /// Whether it sends receipts.
    pub has_receipts: bool,
    /// Where its provider calls back, if it does.
    pub door: Option<Arc<dyn CallbackDoor>>,
}

impl fmt::Debug for RouteChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RouteChannel({}, {})", self.name, self.kind)
    }
}

/// How a route stands on this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteLive {
    /// Its name.
    pub name: String,
    /// What it speaks.
    pub kind: &'static str,
    /// What it carries.
    pub channel: Channel,
    /// How it stands.
    pub state: LiveState,
    /// Messages handed over and not answered.
    pub in_flight: usize,
    /// Whether it sends receipts.
    pub has_receipts: bool,
    /// Where it may carry to, at what price, in which name.
    pub carries: Carries,
    /// Its own sender.
    pub sender: String,
}

/// A registered route.
pub(crate) struct Road {
    pub(crate) route: RouteChannel,
    in_flight: AtomicUsize,
}

impl Road {
    fn room(&self) -> usize {
        let is_ready = self.route.out.live_state() == LiveState::Up && self.route.out.has_room();
        let used = self.in_flight.load(Ordering::Relaxed);
        if is_ready { self.route.in_flight_max.saturating_sub(used) } else { 0 }
    }
}

/// A message's place on a road. Given back however its try ends.
pub(crate) struct InFlight {
    road: Arc<Road>,
    freed: Arc<Notify>,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.road.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.freed.notify_waiters();
    }
}

/// What is known, and what is not written down yet.
#[derive(Default)]
struct Ledger {
    board: Board,
    wishes: HashMap<String, RouteWish>,
    tally: Tally,
}

/// The roads of this node.
pub(crate) struct Roads {
    roads: RwLock<Arc<[Arc<Road>]>>,
    ledger: Mutex<Ledger>,
    /// A road has answered, so that it has room again.
    freed: Arc<Notify>,
    /// No more messages are taken.
    is_stopping: AtomicBool,
    accepted: AtomicU64,
    delivered: AtomicU64,
}

impl Default for Roads {
    fn default() -> Self {
        Self {
            roads: RwLock::new(Arc::from([])),
            ledger: Mutex::default(),
            freed: Arc::default(),
            is_stopping: AtomicBool::new(false),
            accepted: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
        }
    }
}

/// What this node has written down since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DispatchCounts {
    /// Messages that a route took.
    pub accepted: u64,
    /// Receipts that said delivered.
    pub delivered: u64,
}

/// One message that needs a road, as far as the choice cares.
pub(crate) struct Wanted<'a> {
    pub(crate) channel: Channel,
    pub(crate) region: &'a str,
    pub(crate) line: Option<LineKind>,
    pub(crate) tried: &'a [Tried],
    pub(crate) may_explore: bool,
}

/// The road that was chosen for it.
pub(crate) struct Chosen {
    pub(crate) road: Arc<Road>,
    pub(crate) choice: Choice,
    pub(crate) price_micros: u64,
    pub(crate) sender: Option<String>,
    pub(crate) has_other: bool,
    /// What must be written down if it is a probe.
    pub(crate) probes: Vec<Standing>,
}

impl Roads {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn all(&self) -> Arc<[Arc<Road>]> {
        self.roads.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn find(&self, name: &str) -> Option<Arc<Road>> {
        self.all().iter().find(|road| road.route.name == name).cloned()
    }

    /// How many messages of a channel could be handed over now.
    pub(crate) fn room(&self, channel: Channel) -> usize {
        let roads = self.all();
        let ledger = self.ledger();
        let is_active = |road: &&Arc<Road>| ledger.is_active(&road.route.name);
        let of_channel = roads.iter().filter(|road| road.route.channel == channel);
        of_channel.filter(is_active).map(|road| road.room()).sum()
    }

    /// Chooses a road. `taken` counts what this batch has given to each road already, by their places.
    pub(crate) fn choose(
        &self,
        wanted: &Wanted<'_>,
        taken: &[usize],
        kit: &Kit,
        now: Timestamp,
        draw: u64,
    ) -> Result<(usize, Chosen), NoRoute> {
        let mut ledger = self.ledger();
        let roads = self.all();
        let candidates: Vec<Candidate<'_>> = roads
            .iter()
            .enumerate()
            .map(|(place, road)| Candidate {
                name: &road.route.name,
                channel: road.route.channel,
                carries: &road.route.carries,
                sender: &road.route.sender,
                is_active: ledger.is_active(&road.route.name),
                has_room: road.route.channel == wanted.channel
                    && road.room() > taken.get(place).copied().unwrap_or(0),
            })
            .collect();
        let need = Need {
            channel: wanted.channel,
            region: wanted.region,
            line: wanted.line,
            tried: wanted.tried,
            may_explore: wanted.may_explore,
        };
        let choice = choose(&need, &candidates, &ledger.board, &kit.policy, now, draw)?;
        let road = roads.get(choice.index).ok_or(NoRoute::NotNow)?.clone();
        let has_other = has_other(&need, &candidates, &road.route.name);
        let region = (!wanted.region.is_empty()).then_some(wanted.region);
        let carries = &road.route.carries;
        let sender = carries.sender(&road.route.sender, region);
        let sender = sender.filter(|sender| *sender != road.route.sender).map(str::to_owned);
        let price_micros = carries.price_micros(region);
        let probes = ledger.board.probe(&road.route.name, wanted.region, now);
        Ok((choice.index, Chosen { road, choice, price_micros, sender, has_other, probes }))
    }

    /// The delay that 95 % of a route's receipts stay under.
    pub(crate) fn p95(&self, route: &str, region: &str) -> Option<Duration> {
        self.ledger().board.p95(route, region)
    }

    /// Takes room on a road, until the place is dropped.
    pub(crate) fn hand_over(&self, road: &Arc<Road>) -> InFlight {
        road.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight { road: road.clone(), freed: self.freed.clone() }
    }

    /// How many messages are handed over and not answered.
    fn in_flight(&self) -> usize {
        self.all().iter().map(|road| road.in_flight.load(Ordering::Relaxed)).sum()
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    /// Waits until a road has answered.
    pub(crate) async fn freed(&self) {
        self.freed.notified().await;
    }

    /// Counts what happened to a try, and lets this node's own choices know at once.
    pub(crate) fn note(
        &self,
        route: &str,
        region: &str,
        handed_over: Timestamp,
        outcome: Outcome,
        now: Timestamp,
    ) {
        let has_receipts = self.find(route).is_none_or(|road| road.route.has_receipts);
        let mut ledger = self.ledger();
        ledger.tally.note(route, region, handed_over, outcome, has_receipts);
        let Some(is_good) = outcome.speaks(has_receipts) else { return };
        let mut run = Run::default();
        run.note(is_good);
        ledger.board.hear(route, "", run, now);
        if !region.is_empty() {
            ledger.board.hear(route, region, run, now);
        }
    }

    pub(crate) fn wrote_accepted(&self, count: u64) {
        self.accepted.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn note_heard(&self, heard: &[Heard], now: Timestamp) {
        for one in heard {
            if matches!(one.outcome, Outcome::Delivered { .. }) {
                self.delivered.fetch_add(1, Ordering::Relaxed);
            }
            self.note(&one.route, &one.region, one.handed_over, one.outcome, now);
        }
    }
}

impl Ledger {
    fn is_active(&self, route: &str) -> bool {
        self.wishes.get(route).is_none_or(|wish| *wish == RouteWish::Active)
    }
}

impl Flows {
    /// Registers this node's routes, in place of those before; before its dispatchers run.
    pub fn open_routes(&self, routes: Vec<RouteChannel>) {
        let road = |route| Arc::new(Road { route, in_flight: AtomicUsize::new(0) });
        let roads = routes.into_iter().map(road).collect();
        *self.kit.roads.roads.write().unwrap_or_else(PoisonError::into_inner) = roads;
    }

    /// How this node's routes stand.
    pub fn routes_live(&self) -> Vec<RouteLive> {
        let live = |road: &Arc<Road>| RouteLive {
            name: road.route.name.clone(),
            kind: road.route.kind,
            channel: road.route.channel,
            state: road.route.out.live_state(),
            in_flight: road.in_flight.load(Ordering::Relaxed),
            has_receipts: road.route.has_receipts,
            carries: road.route.carries.clone(),
            sender: road.route.sender.clone(),
        };
        self.kit.roads.all().iter().map(live).collect()
    }

    /// What this node has written down since it began: for metrics and for measuring.
    pub fn dispatch_counts(&self) -> DispatchCounts {
        let roads = &self.kit.roads;
        DispatchCounts {
            accepted: roads.accepted.load(Ordering::Relaxed),
            delivered: roads.delivered.load(Ordering::Relaxed),
        }
    }

    /// What the store has counted since it was opened.
    pub fn store_counts(&self) -> countersign_storage::StoreCounts {
        self.store.counts()
    }

    /// Hands a letter to one route, whatever operators want of it; `None` when this node has no such route.
    pub(crate) async fn send_over(
        &self,
        route: &str,
        letter: Letter,
    ) -> Option<countersign_core::outbox::Submission> {
        let out = self.kit.roads.find(route)?.route.out.clone();
        Some(out.submit(letter).await)
    }

    /// Takes no more messages; dispatchers end once what is out has been answered and recorded.
    pub fn stop_dispatching(&self) {
        self.kit.roads.is_stopping.store(true, Ordering::Relaxed);
        self.kit.roads.freed.notify_waiters();
        tracing::info!(in_flight = self.kit.roads.in_flight(), "no more messages are taken");
    }

    /// Writes down what was counted and reads what all nodes know. Called at start, and by [`Flows::keep_roads`].
    pub async fn refresh_roads(&self) -> Result<(), FlowError> {
        self.flush_tally().await?;
        let (board, controls) = self.read(ReadRoads { kit: self.kit.clone() }).await?;
        let mut ledger = self.kit.roads.ledger();
        ledger.board = board;
        // Receipts of what was sent last are still heard; then the connections end.
        let long_ago = self.now().before(seconds(self.policy().receipt_wait_s_max));
        let drained: Vec<String> = controls
            .iter()
            .filter(|control| control.wish == RouteWish::Drained && control.changed_at <= long_ago)
            .map(|control| control.route.clone())
            .collect();
        ledger.wishes = controls.into_iter().map(|control| (control.route, control.wish)).collect();
        for road in self.kit.roads.all().iter() {
            let is_drained = drained.contains(&road.route.name);
            road.route.out.keep_connected(!is_drained);
        }
        Ok(())
    }

    async fn flush_tally(&self) -> Result<(), FlowError> {
        let tally = self.kit.roads.ledger().tally.take();
        if tally.is_empty() {
            return Ok(());
        }
        let written = self.write(WriteTally { kit: self.kit.clone(), tally: tally.clone() }).await;
        if written.is_err() {
            // Counted again with what came meanwhile; breakers have heard it here already.
            self.kit.roads.ledger().tally.add(tally);
        }
        written
    }

    /// Keeps this node's copy fresh until the task is dropped.
    pub async fn keep_roads(self) {
        let mut wake = self.store.subscribe(Topic::Routes);
        let mut flushes = 0;
        loop {
            let told = tokio::time::timeout(FLUSH, wake.changed()).await.is_ok();
            flushes += 1;
            if told {
                self.forget_templates();
            }
            let result = match told || flushes % FLUSHES_PER_READ == 0 {
                true => self.refresh_roads().await,
                false => self.flush_tally().await,
            };
            if let Err(error) = result {
                tracing::warn!(%error, "the routes' counts could not be written or read; trying again");
            }
        }
    }
}

struct WriteTally {
    kit: Arc<Kit>,
    tally: Tally,
}

impl Step for WriteTally {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        rows::add(tx, &self.kit.rows, &self.tally, self.kit.clock.now()).await
    }
}

struct ReadRoads {
    kit: Arc<Kit>,
}

impl Step for ReadRoads {
    type Output = (Board, Vec<rows::RouteControl>);

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let board = rows::board(tx, &self.kit.rows, self.kit.clock.now()).await?;
        Ok((board, rows::controls(tx, &self.kit.rows).await?))
    }
}
