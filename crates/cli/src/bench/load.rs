//! The load: pairs of "send code" and "check code" for numbers never seen before, with the code read off the
//! outbox's channel as a handset would, once through the flows alone and once through HTTP. Both write the same rows.

use super::report::{Latencies, Outcome, Overload};
use crate::assemble::{self, House};
use crate::config::Config;
use crate::world::Stopwatch;
use countersign_core::address::Address;
use countersign_core::id::ServiceId;
use countersign_core::model::{Body, Channel, Purpose};
use countersign_core::numbers::PhoneNumber;
use countersign_core::outbox::Submission;
use countersign_core::route::Carries;
use countersign_core::verification::CheckOutcome;
use countersign_delivery::{Letter, Submitting};
use countersign_flows::{
    ApiStart, Caller, CodeAnswer, Dispatcher, FlowError, Flows, NewVerification, RouteChannel,
};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

/// Requests of the overload, all at once: several times what the queue holds.
const OVERLOAD: usize = 4_000;

/// Durable commits of one small row, one after the other: what the engine and its disk give.
pub(crate) async fn commits(house: &House, span: Duration) -> Result<f64, String> {
    let watch = Stopwatch::start();
    let mut count = 0u32;
    while watch.elapsed() < span {
        house.flows.touch_timer(house.node).await.map_err(|error| error.to_string())?;
        count += 1;
    }
    Ok(f64::from(count) / watch.elapsed().as_secs_f64())
}

/// Takes every letter and hands its code to whoever waits for it.
#[derive(Default)]
struct Handsets {
    waiting: Mutex<HashMap<String, oneshot::Sender<String>>>,
    received: AtomicUsize,
    sequence: AtomicU64,
}

impl Handsets {
    fn expect(&self, number: &str) -> oneshot::Receiver<String> {
        let (sender, receiver) = oneshot::channel();
        if let Ok(mut waiting) = self.waiting.lock() {
            waiting.insert(number.to_owned(), sender);
        }
        receiver
    }
}

/// The way out of the measured system that ends here.
struct Capture(Arc<Handsets>);

impl countersign_delivery::Channel for Capture {
    fn submit(&self, letter: Letter) -> Submitting<'_> {
        Box::pin(async move {
            self.0.received.fetch_add(1, Ordering::Relaxed);
            let waiting = self.0.waiting.lock().ok().and_then(|mut all| all.remove(letter.to.expose()));
            if let (Some(waiting), Body::Code { code, .. }) = (waiting, letter.body) {
                let _ = waiting.send(code);
            }
            let id = self.0.sequence.fetch_add(1, Ordering::Relaxed);
            Submission::Accepted { provider_ids: vec![format!("bench-{id}")] }
        })
    }
}

/// A running system under load.
pub(crate) struct Bench {
    house: House,
    service_id: ServiceId,
    api_key: Arc<str>,
    address: SocketAddr,
    handsets: Arc<Handsets>,
    next_number: Arc<AtomicU64>,
    _stop: watch::Sender<bool>,
    _tasks: JoinSet<()>,
}

impl Bench {
    pub(crate) async fn start(house: House, config: &Config) -> Result<Self, String> {
        let service = assemble::service(&house.flows, &config.service, false).await?;
        let made = house.flows.create_api_key(service.id, "bench", &assemble::by_hand()).await;
        let made = made.map_err(|error| error.to_string())?;
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let handsets = Arc::new(Handsets::default());
        let out = Arc::new(Capture(handsets.clone()));
        house.flows.open_routes(vec![RouteChannel {
            name: "bench".to_owned(),
            kind: "bench",
            channel: Channel::Sms,
            out,
            in_flight_max: 256,
            carries: Carries::default(),
            sender: "+447860000001".to_owned(),
            has_receipts: false,
            door: None,
        }]);
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let (host, origin) = (String::new(), String::new());
        tasks.spawn(Dispatcher::new(house.flows.clone(), Channel::Sms, house.node, host, origin).run());
        let serving = assemble::House { flows: house.flows.clone(), ..house };
        let (config, service_id) = (config.clone(), service.id);
        tasks.spawn(async move {
            if let Err(error) = assemble::listen(&serving, &config, &service, listener, stopped).await {
                tracing::error!(error, "the measured server ended");
            }
        });
        Ok(Self {
            house,
            service_id,
            api_key: made.secret.expose().into(),
            address,
            handsets,
            next_number: Arc::new(AtomicU64::new(0)),
            _stop: stop,
            _tasks: tasks,
        })
    }

    /// Stops the server and the route; the store stays open.
    pub(crate) fn into_house(self) -> House {
        self.house
    }

    /// A Chinese mobile number that no run has used: the plan has a thousand million of them.
    fn number(&self) -> String {
        format!("+8613{:09}", self.next_number.fetch_add(1, Ordering::Relaxed))
    }

    /// Pairs through the flows, without HTTP.
    pub(crate) async fn direct(&self, tasks: usize, span: Duration) -> Result<Outcome, String> {
        let watch = Stopwatch::start();
        let mut running = JoinSet::new();
        for _ in 0..tasks {
            let (flows, service_id) = (self.house.flows.clone(), self.service_id);
            let (handsets, next) = (self.handsets.clone(), self.next_number.clone());
            running.spawn(async move {
                let mut seen = Outcome::default();
                while watch.elapsed() < span {
                    let number = format!("+8613{:09}", next.fetch_add(1, Ordering::Relaxed));
                    match direct_pair(&flows, service_id, &handsets, &number, &mut seen.latencies).await {
                        Ok(true) => seen.pairs += 1,
                        Ok(false) | Err(_) => seen.failed += 1,
                    }
                }
                seen
            });
        }
        Ok(sum(running, watch).await)
    }

    /// Pairs over HTTP, one keep-alive connection each.
    pub(crate) async fn http(&self, connections: usize, span: Duration) -> Result<Outcome, String> {
        let watch = Stopwatch::start();
        let mut running = JoinSet::new();
        for _ in 0..connections {
            let mut client = Client::connect(self.address, self.api_key.clone()).await?;
            let (handsets, next) = (self.handsets.clone(), self.next_number.clone());
            running.spawn(async move {
                let mut seen = Outcome::default();
                while watch.elapsed() < span {
                    let number = format!("+8613{:09}", next.fetch_add(1, Ordering::Relaxed));
                    match client.pair(&handsets, &number, &mut seen.latencies).await {
                        Some(true) => seen.pairs += 1,
                        Some(false) | None => seen.failed += 1,
                    }
                }
                seen
            });
        }
        Ok(sum(running, watch).await)
    }

    /// Far more sends at once than the queue holds: what is refused, and whether anything accepted is lost.
    pub(crate) async fn overload(&self) -> Result<Overload, String> {
        let before = self.handsets.received.load(Ordering::Relaxed);
        let mut running = JoinSet::new();
        for _ in 0..OVERLOAD {
            let (address, key, number) = (self.address, self.api_key.clone(), self.number());
            running.spawn(async move {
                let mut client = Client::connect(address, key).await.ok()?;
                client.start(&number).await.map(|(status, retry_after, _)| (status, retry_after))
            });
        }
        let mut seen = Overload { asked: OVERLOAD, ..Overload::default() };
        while let Some(answer) = running.join_next().await {
            match answer {
                Ok(Some((StatusCode::CREATED, _))) => seen.accepted += 1,
                Ok(Some((StatusCode::SERVICE_UNAVAILABLE, true))) => seen.refused_with_retry_after += 1,
                _ => seen.other += 1,
            }
        }
        let watch = Stopwatch::start();
        let delivered = || self.handsets.received.load(Ordering::Relaxed) - before;
        while delivered() < seen.accepted && watch.elapsed() < Duration::from_secs(20) {
            let _ = tokio::time::timeout(Duration::from_millis(20), std::future::pending::<()>()).await;
        }
        seen.delivered = delivered();
        Ok(seen)
    }
}

async fn sum(mut running: JoinSet<Outcome>, watch: Stopwatch) -> Outcome {
    let mut total = Outcome::default();
    while let Some(one) = running.join_next().await {
        let one = one.unwrap_or_default();
        total.pairs += one.pairs;
        total.failed += one.failed;
        total.latencies = Latencies([total.latencies.0, one.latencies.0].concat());
    }
    total.took = watch.elapsed();
    total
}

async fn direct_pair(
    flows: &Flows,
    service_id: ServiceId,
    handsets: &Handsets,
    number: &str,
    latencies: &mut Latencies,
) -> Result<bool, FlowError> {
    let broken = |what: &str| FlowError::Broken { reason: what.to_owned() };
    let code = handsets.expect(number);
    let new = NewVerification {
        address: Address::Phone(PhoneNumber::from_e164(number).map_err(|_| broken("not a number"))?),
        purpose: Purpose::SignIn,
        details: None,
        account_id: None,
        device: None,
        caller: Caller { locale: "en".to_owned(), ..Caller::default() },
        idempotency_key: number.to_owned(),
    };
    let watch = Stopwatch::start();
    let started = flows.start_verification(service_id, new).await?;
    latencies.0.push(watch.elapsed());
    let ApiStart::Started(view) = started else { return Ok(false) };
    let code = code.await.map_err(|_| broken("no code came"))?;
    let watch = Stopwatch::start();
    let checked = flows.check_verification(service_id, view.verification.id, code, None).await?;
    latencies.0.push(watch.elapsed());
    Ok(checked.answer == CodeAnswer::Judged(CheckOutcome::Approved))
}

/// One keep-alive connection to the API.
struct Client {
    sender: SendRequest<Full<Bytes>>,
    key: Arc<str>,
}

impl Client {
    async fn connect(address: SocketAddr, key: Arc<str>) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(Self { sender, key })
    }

    async fn post(
        &mut self,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> Option<(StatusCode, bool, Value)> {
        self.sender.ready().await.ok()?;
        let mut request = Request::post(path)
            .header("host", "bench")
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(Full::new(Bytes::from(body.to_string()))).ok()?;
        let answer = self.sender.send_request(request).await.ok()?;
        let (status, retry_after) = (answer.status(), answer.headers().contains_key("retry-after"));
        let bytes = answer.into_body().collect().await.ok()?.to_bytes();
        Some((status, retry_after, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    async fn start(&mut self, number: &str) -> Option<(StatusCode, bool, Value)> {
        self.post("/v1/verifications", Some(number), &json!({"to": number, "purpose": "sign_in"})).await
    }

    async fn pair(&mut self, handsets: &Handsets, number: &str, latencies: &mut Latencies) -> Option<bool> {
        let code = handsets.expect(number);
        let watch = Stopwatch::start();
        let (status, _, view) = self.start(number).await?;
        latencies.0.push(watch.elapsed());
        if status != StatusCode::CREATED {
            return Some(false);
        }
        let code = code.await.ok()?;
        let path = format!("/v1/verifications/{}/check", view.get("id")?.as_str()?);
        let watch = Stopwatch::start();
        let (status, _, answer) = self.post(&path, None, &json!({"code": code})).await?;
        latencies.0.push(watch.elapsed());
        Some(status == StatusCode::OK && answer.get("result")?.as_str()? == "approved")
    }
}
