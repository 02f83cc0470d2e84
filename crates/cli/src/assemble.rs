//! Puts the parts together, the same way for the demo, for `serve` and for measuring: store, use cases, routes,
//! timers, server.

use crate::config::{Config, Database, code_host};
use crate::world::{SystemClock, SystemEntropy, monotonic_ms, route_clocks, wall_now};
use countersign_core::entropy::{self, Entropy};
use countersign_core::model::{Actor, Channel, Service};
use countersign_core::outbox::{Inbound, Receipt};
use countersign_core::route::Carries;
use countersign_delivery::http::HttpClient;
use countersign_delivery::providers::{GammuRoute, HttpRoute, HttpRouteConfig};
use countersign_delivery::voice::VoiceRoute;
use countersign_delivery::{ReceiptSink, smpp, smtp};
use countersign_flows::{
    Caller, Clock, Dispatcher, FlowError, Flows, FlowsConfig, IdentityAsker, RouteChannel, Teller,
};
use countersign_server::{Limits, Server, ServerConfig};
use countersign_storage::tables::Rows;
use countersign_storage::{Location, MasterKeys, Store, StoreConfig};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// Receipts that may wait to be written down; carriers send a lost one again.
const RECEIPTS_WAITING_MAX: usize = 10_000;

/// Receipts written down in one transaction.
const RECEIPTS_AT_ONCE: usize = 256;

/// Texts that may wait to be looked at: people send them by hand.
const TEXTS_WAITING_MAX: usize = 1_000;

/// The use cases on an open, migrated store.
pub(crate) struct House {
    pub(crate) flows: Flows,
    pub(crate) csrf_key: [u8; 32],
    /// Names this process among the nodes.
    pub(crate) node: [u8; 16],
    /// One process owns the whole database, so that whatever was leased when it starts is nobody's.
    pub(crate) is_alone: bool,
}

/// Opens the store and brings its tables up to date.
pub(crate) async fn open(config: &Config, clock: Arc<SystemClock>) -> Result<House, String> {
    let is_alone = matches!(config.database, Database::Sqlite(_));
    let store = Store::open(store_config(config)).map_err(|error| format!("the database: {error}"))?;
    store.migrate().await.map_err(|error| format!("the database: {error}"))?;
    let keys = master_keys(config)?;
    store.check_keys(&keys).await.map_err(|error| format!("the database: {error}"))?;
    let csrf_key = *keys.named("form tokens").expose();
    let flows = use_cases(config, store, keys, clock.clone());
    let seen = flows.latest_moment().await.map_err(|error| format!("the database: {error}"))?;
    if let Some(floor) = seen {
        if floor > clock.now() {
            tracing::warn!("the clock stands behind what this database has seen; time goes on from there");
        }
        clock.not_before(floor);
    }
    Ok(House { flows, csrf_key, node: entropy::bytes::<16>(&SystemEntropy), is_alone })
}

/// Opens the store to read only: nothing is changed, and a server may be running on the same file.
pub(crate) async fn open_to_read(config: &Config) -> Result<Flows, String> {
    let read_only = StoreConfig { read_only: true, ..store_config(config) };
    let store = Store::open(read_only).map_err(|error| format!("the database: {error}"))?;
    store.check_schema().await.map_err(|error| format!("the database: {error}"))?;
    Ok(use_cases(config, store, master_keys(config)?, clock()))
}

fn store_config(config: &Config) -> StoreConfig {
    let location = match &config.database {
        Database::Sqlite(path) => Location::SqliteFile(path.clone()),
        Database::Postgres(url) => Location::Postgres(url.0.clone()),
    };
    StoreConfig { queue_max: config.queue_max, ..StoreConfig::new(location) }
}

fn master_keys(config: &Config) -> Result<MasterKeys, String> {
    MasterKeys::new(config.master.iter().map(|(id, key)| (*id, key.0)).collect())
        .map_err(|error| format!("keys.master: {error}"))
}

fn use_cases(config: &Config, store: Store, keys: MasterKeys, clock: Arc<SystemClock>) -> Flows {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    Flows::new(FlowsConfig {
        store,
        rows: Rows::new(keys, entropy.clone()),
        policy: config.policy.clone(),
        clock,
        entropy,
        password_hashers: std::thread::available_parallelism().map_or(2, usize::from),
        issuer: config.public_url.clone(),
        return_origins: config.return_origins.clone(),
        channels: channels(config),
        inbound_numbers: inbound_numbers(config),
        app_hash: config.android_app_hash.clone(),
        identity: config.identity.clone(),
    })
}

/// The channels that have a route.
fn channels(config: &Config) -> Vec<Channel> {
    let http = HttpClient::new(config.egress);
    let of_provider = |route: &HttpRouteConfig| {
        // Checked when the configuration was read: one that cannot be opened carries nothing.
        let opened = HttpRoute::new(route.clone(), http.clone(), &config.public_url, wall_now());
        opened.ok().map(|route| route.channel())
    };
    let by_provider: Vec<Channel> = config.http.iter().filter_map(of_provider).collect();
    let has_route = |channel: &Channel| {
        let own = match channel {
            Channel::Sms => !config.smpp.is_empty() || !config.gammu.is_empty(),
            Channel::Email => !config.smtp.is_empty(),
            Channel::Voice => !config.voice.is_empty(),
            Channel::Whatsapp => false,
        };
        own || by_provider.contains(channel)
    };
    Channel::ALL.iter().copied().filter(has_route).collect()
}

/// The numbers that people can text to, each once.
fn inbound_numbers(config: &Config) -> Vec<String> {
    let carries = config.smpp.iter().map(|route| &route.carries);
    let carries = carries.chain(config.http.iter().map(|route| &route.carries));
    let carries = carries.chain(config.gammu.iter().map(|route| &route.carries));
    let mut numbers: Vec<String> = Vec::new();
    for number in carries.filter_map(|carries| carries.inbound_number.clone()) {
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    numbers
}

/// Whoever has the command line, as entries say it.
pub(crate) fn by_hand() -> Caller {
    Caller { actor: Actor::CommandLine, ..Caller::default() }
}

/// The service that the pages speak for: the one of this name, made if there is none.
pub(crate) async fn service(flows: &Flows, name: &str, demo: bool) -> Result<Service, String> {
    let broken = |error| format!("the database: {error}");
    let services = flows.services().await.map_err(broken)?;
    let service = match services.into_iter().find(|service| service.name == name) {
        Some(service) => service,
        None => flows.create_service(name, demo, &by_hand()).await.map_err(broken)?,
    };
    flows.record_policy(service.id).await.map_err(broken)?;
    Ok(service)
}

/// Everything that runs beside the listener. Dropping it stops it.
pub(crate) struct Engine {
    _tasks: JoinSet<()>,
    dispatchers: JoinSet<()>,
    smpp: Vec<Arc<smpp::SmppRoute>>,
}

impl Engine {
    /// Waits until every SMPP route is bound, for a demo that says it is ready.
    pub(crate) async fn bound(&self) {
        for route in &self.smpp {
            route.reaches(|state| matches!(state, smpp::RouteState::Bound)).await;
        }
    }

    /// Unbinds the routes, and gives back what was still in hand so that another node need not wait for it.
    pub(crate) async fn stop(mut self, house: &House) {
        house.flows.stop_dispatching();
        let ended = async { while self.dispatchers.join_next().await.is_some() {} };
        // What is not answered by then is sent again by whoever leases it next.
        let _ = tokio::time::timeout(Duration::from_secs(5), ended).await;
        self.dispatchers.shutdown().await;
        for route in &self.smpp {
            route.shutdown();
        }
        for route in &self.smpp {
            let _ = tokio::time::timeout(Duration::from_secs(3), route.stopped()).await;
        }
        if let Err(error) = house.flows.release_leases(Some(house.node)).await {
            tracing::warn!(%error, "messages in hand could not be given back; their leases run out by themselves");
        }
    }
}

/// Starts routes, dispatchers, receipts and timers.
pub(crate) async fn start(house: &House, config: &Config) -> Result<Engine, String> {
    if house.is_alone {
        let freed = house.flows.release_leases(None).await.map_err(|error| format!("the outbox: {error}"))?;
        if freed > 0 {
            tracing::info!(messages = freed, "messages that an earlier run had in hand are sent again");
        }
    }
    let mut tasks = JoinSet::new();
    let http = HttpClient::new(config.egress);
    let (smpp, routes) = open_routes(&house.flows, config, &http, &mut tasks)?;
    let channels: BTreeSet<Channel> = routes.iter().map(|route| route.channel).collect();
    house.flows.open_routes(routes);
    house.flows.refresh_roads().await.map_err(|error| format!("the routes: {error}"))?;
    let (host, origin) = (code_host(&config.public_url), config.public_url.clone());
    let mut dispatchers = JoinSet::new();
    for channel in channels {
        let dispatcher =
            Dispatcher::new(house.flows.clone(), channel, house.node, host.clone(), origin.clone());
        dispatchers.spawn(dispatcher.run());
    }
    tasks.spawn(house.flows.clone().keep_roads());
    tasks.spawn(IdentityAsker::new(house.flows.clone(), http.clone(), monotonic_ms()).run());
    tasks.spawn(Teller::new(house.flows.clone(), http, monotonic_ms(), house.node).run());
    tasks.spawn(run_timers(house.flows.clone(), house.node));
    tasks.spawn(end_overdue(house.flows.clone()));
    tasks.spawn(seal_audit(house.flows.clone()));
    Ok(Engine { _tasks: tasks, dispatchers, smpp })
}

type Opened = (Vec<Arc<smpp::SmppRoute>>, Vec<RouteChannel>);

/// Every route of the configuration, with what it hears led to the flows.
fn open_routes(
    flows: &Flows,
    config: &Config,
    http: &HttpClient,
    tasks: &mut JoinSet<()>,
) -> Result<Opened, String> {
    let (receipts, waiting) = mpsc::channel(RECEIPTS_WAITING_MAX);
    let (texts, waiting_texts) = mpsc::channel(TEXTS_WAITING_MAX);
    let sink = Arc::new(Sink { receipts, texts });
    tasks.spawn(take_receipts(flows.clone(), waiting));
    tasks.spawn(take_texts(flows.clone(), waiting_texts));
    let mut smpp_routes = Vec::new();
    let mut routes = Vec::new();
    for route in &config.smpp {
        let out = smpp::start(route.clone(), sink.clone(), route_clocks(), Arc::new(SystemEntropy));
        smpp_routes.push(out.clone());
        routes.push(RouteChannel {
            kind: "smpp",
            in_flight_max: route.window.saturating_mul(2).saturating_mul(route.binds),
            has_receipts: route.carries.receipts.unwrap_or(route.registered_delivery == 1),
            sender: route.sender.clone(),
            ..channel(&route.name, Channel::Sms, out, &route.carries)
        });
    }
    for route in &config.smtp {
        let out = smtp::SmtpRoute::new(route.clone(), monotonic_ms())
            .map_err(|error| format!("routes.smtp {:?}: {error}", route.name))?;
        routes.push(RouteChannel {
            kind: "smtp",
            ..channel(&route.name, Channel::Email, Arc::new(out), &route.carries)
        });
    }
    for route in &config.voice {
        let out = VoiceRoute::new(route.clone(), http.clone())
            .map_err(|error| format!("routes.voice {:?}: {error}", route.name))?;
        routes.push(RouteChannel {
            kind: "calls",
            sender: route.caller.clone(),
            ..channel(&route.name, Channel::Voice, Arc::new(out), &route.carries)
        });
    }
    for route in &config.http {
        let out = HttpRoute::new(route.clone(), http.clone(), &config.public_url, wall_now())
            .map_err(|error| format!("routes.http {:?}: {error}", route.name))?;
        let out = Arc::new(out);
        routes.push(RouteChannel {
            kind: out.kind(),
            has_receipts: route.carries.receipts.unwrap_or_else(|| out.has_receipts()),
            sender: route.sender.clone().unwrap_or_default(),
            door: Some(out.clone()),
            ..channel(&route.name, out.channel(), out.clone(), &route.carries)
        });
    }
    for route in &config.gammu {
        let out = GammuRoute::new(route.clone(), wall_now())
            .map_err(|error| format!("routes.gammu {:?}: {error}", route.name))?;
        let out = Arc::new(out);
        tasks.spawn(out.clone().run(sink.clone()));
        routes
            .push(RouteChannel { kind: "gammu", ..channel(&route.name, Channel::Sms, out, &route.carries) });
    }
    Ok((smpp_routes, routes))
}

/// A route with what is usual: sixteen at once, no receipts, no name of its own.
fn channel(
    name: &str,
    channel: Channel,
    out: Arc<dyn countersign_delivery::Channel>,
    carries: &Carries,
) -> RouteChannel {
    RouteChannel {
        name: name.to_owned(),
        kind: "",
        channel,
        out,
        in_flight_max: 16,
        carries: carries.clone(),
        sender: String::new(),
        has_receipts: carries.receipts.unwrap_or(false),
        door: None,
    }
}

/// Hands what routes hear from a connection's task to the writer's.
struct Sink {
    receipts: mpsc::Sender<Receipt>,
    texts: mpsc::Sender<Inbound>,
}

impl ReceiptSink for Sink {
    fn receipt(&self, receipt: Receipt) {
        if self.receipts.try_send(receipt).is_err() {
            tracing::warn!("more receipts than can be written down; one was left out");
        }
    }

    fn inbound(&self, inbound: Inbound) {
        if self.texts.try_send(inbound).is_err() {
            tracing::warn!("more texts than can be looked at; one was left out");
        }
    }
}

async fn take_receipts(flows: Flows, mut waiting: mpsc::Receiver<Receipt>) {
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, RECEIPTS_AT_ONCE).await > 0 {
        let receipts = std::mem::take(&mut batch);
        if insist(|| flows.take_receipts(receipts.clone())).await.is_ok() {
            continue;
        }
        // One that cannot be written down must not keep the others from it.
        for receipt in receipts {
            let route = receipt.route.clone();
            if let Err(error) = flows.take_receipts(vec![receipt]).await {
                tracing::error!(route, %error, "a receipt could not be written down");
            }
        }
    }
}

async fn take_texts(flows: Flows, mut waiting: mpsc::Receiver<Inbound>) {
    while let Some(inbound) = waiting.recv().await {
        if let Err(error) = insist(|| flows.take_inbound(inbound.clone())).await {
            tracing::error!(%error, "a text could not be looked at");
        }
    }
}

/// Tries again for half a minute: whoever sent this has been told that we have it.
async fn insist<T, F: Future<Output = Result<T, FlowError>>>(
    mut attempt: impl FnMut() -> F,
) -> Result<T, FlowError> {
    for _ in 0..150 {
        if let Ok(done) = attempt().await {
            return Ok(done);
        }
        let _ = tokio::time::timeout(Duration::from_millis(200), std::future::pending::<()>()).await;
    }
    attempt().await
}

async fn run_timers(flows: Flows, node: [u8; 16]) {
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    loop {
        tick.tick().await;
        if let Err(error) = flows.mark_moment().await {
            tracing::warn!(%error, "the moment could not be written down");
        }
        if let Err(error) = flows.run_timers(node).await {
            tracing::warn!(%error, "the timers could not run; they are tried again");
        }
    }
}

/// Whoever waits for a withdrawal to be confirmed is told within a second that its time is over.
async fn end_overdue(flows: Flows) {
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    loop {
        tick.tick().await;
        if let Err(error) = flows.end_overdue_actions().await {
            tracing::warn!(%error, "overdue actions could not be ended; they are tried again");
        }
    }
}

/// What happened has its place in the chain within about a second.
async fn seal_audit(flows: Flows) {
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = flows.seal_audit().await {
            tracing::warn!(%error, "the audit could not be sealed; it is tried again");
        }
    }
}

/// The server on a listener, until `stop` turns true.
pub(crate) async fn listen(
    house: &House,
    config: &Config,
    service: &Service,
    listener: TcpListener,
    stop: watch::Receiver<bool>,
) -> Result<(), String> {
    let server = Server::new(ServerConfig {
        flows: house.flows.clone(),
        service_id: service.id,
        brand: service.name.clone(),
        public_url: config.public_url.clone(),
        support: config.support.clone(),
        proxies: config.proxies,
        csrf_key: house.csrf_key,
        entropy: Arc::new(SystemEntropy),
        egress: config.egress,
    });
    let router = countersign_server::router(&server);
    countersign_server::serve(listener, router, Limits::default(), stop)
        .await
        .map_err(|error| format!("the listener: {error}"))
}

/// The system's clock, as every role uses it.
pub(crate) fn clock() -> Arc<SystemClock> {
    Arc::new(SystemClock::default())
}

/// Turns true when the process is asked to stop.
pub(crate) fn stop_signal() -> watch::Receiver<bool> {
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            if let Ok(mut terminate) = signal(SignalKind::terminate()) {
                tokio::select! {
                    _ = tokio::signal::ctrl_c() => {}
                    _ = terminate.recv() => {}
                }
            } else {
                let _ = tokio::signal::ctrl_c().await;
            }
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        stop.send_replace(true);
        // Keeps the channel open: a closed one would look like a signal.
        std::future::pending::<()>().await;
    });
    stopped
}
