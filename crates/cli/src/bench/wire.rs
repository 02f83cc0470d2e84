//! From the commit of a "send code" to its `submit_sm` on the wire: a real SMPP route to the simulated SMSC, with a
//! relay in the middle that notes when each frame passes.

use super::report::Wire;
use crate::assemble::{self, House};
use crate::world::{Stopwatch, SystemEntropy, route_clocks};
use countersign_carriers::{CarrierConfig, demo_operators};
use countersign_core::address::Address;
use countersign_core::model::{Channel, Purpose};
use countersign_core::numbers::PhoneNumber;
use countersign_core::outbox::{Inbound, Receipt};
use countersign_core::route::Carries;
use countersign_delivery::ReceiptSink;
use countersign_delivery::smpp::{self, SmppConfig};
use countersign_flows::{ApiStart, Caller, Clock, Dispatcher, NewVerification, RouteChannel};
use serde_json::json;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// `submit_sm` (SMPP 3.4, section 5.1.2.1).
const SUBMIT_SM: u32 = 0x0000_0004;

/// When each number's frame passed, by the stopwatch that all share.
type Passed = Arc<Mutex<HashMap<String, Duration>>>;

struct NoReceipts;

impl ReceiptSink for NoReceipts {
    fn receipt(&self, _receipt: Receipt) {}

    fn inbound(&self, _inbound: Inbound) {}
}

/// Sends `rate` codes a second for `span`.
pub(crate) async fn measure(house: &House, rate: u32, span: Duration) -> Result<Wire, String> {
    let text = |error: std::io::Error| error.to_string();
    let any: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 0));
    let clock = assemble::clock();
    let config = CarrierConfig {
        seed: 1,
        smpp_listen: any,
        handsets_listen: any,
        smtp_listen: any,
        mailbox_listen: any,
        system_id: "bench".to_owned(),
        password: "bench".to_owned(),
        calls_token: "bench".to_owned(),
        operators: demo_operators(),
    };
    let unix_ms = Arc::new(move || u64::try_from(clock.now().unix_ms()).unwrap_or(0));
    let network = countersign_carriers::start(config, unix_ms).await.map_err(text)?;
    let relay = TcpListener::bind(any).await.map_err(text)?;
    let address = relay.local_addr().map_err(text)?;
    let (watch, passed) = (Stopwatch::start(), Passed::default());
    let mut tasks = JoinSet::new();
    tasks.spawn(pass_on(relay, network.smpp, watch, passed.clone()));
    let route = smpp::start(route(address)?, Arc::new(NoReceipts), route_clocks(), Arc::new(SystemEntropy));
    route.reaches(|state| matches!(state, smpp::RouteState::Bound)).await;
    house.flows.open_routes(vec![RouteChannel {
        name: "wire".to_owned(),
        kind: "smpp",
        channel: Channel::Sms,
        out: route.clone(),
        in_flight_max: 200,
        carries: Carries::default(),
        sender: "+447860000001".to_owned(),
        has_receipts: false,
        door: None,
    }]);
    let (host, origin) = (String::new(), String::new());
    tasks.spawn(Dispatcher::new(house.flows.clone(), Channel::Sms, house.node, host, origin).run());
    let sent = send(house, rate, span, watch).await?;
    let mut wire = Wire::default();
    for (number, requested, committed) in sent {
        let at = wait_for(&passed, &number).await;
        if let Some(at) = at {
            wire.sent += 1;
            wire.from_commit.0.push(at.saturating_sub(committed));
            wire.from_request.0.push(at.saturating_sub(requested));
        }
    }
    route.shutdown();
    network.shutdown().await;
    Ok(wire)
}

fn route(address: SocketAddr) -> Result<SmppConfig, String> {
    let settings = json!({
        "name": "wire",
        "host": address.ip(),
        "port": address.port(),
        "system_id": "bench",
        "password": "bench",
        "sender": "+447860000001",
    });
    serde_json::from_value(settings).map_err(|error| error.to_string())
}

/// Starts verifications at an even pace; gives each number with when it was asked for and when its commit was known.
async fn send(
    house: &House,
    rate: u32,
    span: Duration,
    watch: Stopwatch,
) -> Result<Vec<(String, Duration, Duration)>, String> {
    let service = assemble::service(&house.flows, "Bench", false).await?;
    let mut tick = tokio::time::interval(Duration::from_secs(1) / rate);
    let count = u64::from(rate) * span.as_secs();
    let mut running = JoinSet::new();
    for index in 0..count {
        tick.tick().await;
        let (flows, id) = (house.flows.clone(), service.id);
        running.spawn(async move {
            // A range of its own, so that no number was used by the load before.
            let number = format!("+8615{index:09}");
            let new = NewVerification {
                address: Address::Phone(PhoneNumber::from_e164(&number).ok()?),
                purpose: Purpose::SignIn,
                details: None,
                account_id: None,
                device: None,
                caller: Caller { locale: "en".to_owned(), ..Caller::default() },
                idempotency_key: number.clone(),
            };
            let requested = watch.elapsed();
            match flows.start_verification(id, new).await {
                Ok(ApiStart::Started(_)) => Some((number, requested, watch.elapsed())),
                _ => None,
            }
        });
    }
    let mut sent = Vec::new();
    while let Some(one) = running.join_next().await {
        sent.extend(one.ok().flatten());
    }
    Ok(sent)
}

async fn wait_for(passed: &Passed, number: &str) -> Option<Duration> {
    for _ in 0..200 {
        let found = passed.lock().ok().and_then(|passed| passed.get(number).copied());
        if found.is_some() {
            return found;
        }
        let _ = tokio::time::timeout(Duration::from_millis(20), std::future::pending::<()>()).await;
    }
    None
}

/// Passes bytes on both ways, noting the frames that go out.
async fn pass_on(relay: TcpListener, to: SocketAddr, watch: Stopwatch, passed: Passed) {
    while let Ok((client, _)) = relay.accept().await {
        let Ok(server) = TcpStream::connect(to).await else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let passed = passed.clone();
        tokio::spawn(async move {
            let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
        });
        tokio::spawn(async move {
            let (mut held, mut chunk) = (Vec::new(), vec![0u8; 64 * 1024]);
            while let Ok(count) = from_client.read(&mut chunk).await {
                let now = watch.elapsed();
                let bytes = chunk.get(..count).unwrap_or_default();
                if count == 0 || to_server.write_all(bytes).await.is_err() {
                    return;
                }
                held.extend_from_slice(bytes);
                note(&mut held, now, &passed);
            }
        });
    }
}

/// Takes whole frames off the front; of each `submit_sm` the destination, a run of thirteen digits.
fn note(held: &mut Vec<u8>, now: Duration, passed: &Passed) {
    let word = |held: &[u8], at: usize| -> Option<u32> {
        Some(u32::from_be_bytes(held.get(at..at + 4)?.try_into().ok()?))
    };
    while let Some(length) = word(held, 0).and_then(|length| usize::try_from(length).ok()) {
        if length < 16 || held.len() < length {
            return;
        }
        let frame: Vec<u8> = held.drain(..length).collect();
        if word(&frame, 4) != Some(SUBMIT_SM) {
            continue;
        }
        let number = frame.split(|byte| !byte.is_ascii_digit()).find(|run| run.len() == 13);
        if let (Some(number), Ok(mut passed)) = (number, passed.lock()) {
            passed.entry(format!("+{}", String::from_utf8_lossy(number))).or_insert(now);
        }
    }
}
