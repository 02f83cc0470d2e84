//! `countersign bench smpp`: one bind, from the outbox to the stored receipt. Messages are queued first; then the
//! clock runs from the start of the dispatcher until the last receipt is committed. Beside it stands what the same
//! bind and SMSC do without a database. The SMSC is the simulated carriers in a process of their own, or any other
//! that is named.

use crate::carriers::Ready;
use crate::config::Database;
use crate::world::{Stopwatch, SystemEntropy, route_clocks};
use crate::{assemble, output};
use countersign_core::address::Address;
use countersign_core::entropy::Entropy;
use countersign_core::id::MessageId;
use countersign_core::model::{Body, Purpose};
use countersign_core::numbers::PhoneNumber;
use countersign_core::outbox::{Inbound, Receipt, Submission};
use countersign_delivery::smpp::{self, SmppConfig};
use countersign_delivery::{Channel, Letter, ReceiptSink};
use countersign_flows::{ApiStart, Caller, FlowError, NewVerification};
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Everything is over by then, or something is broken.
const PATIENCE: Duration = Duration::from_secs(180);

/// What to send, and where.
#[derive(clap::Args)]
pub(crate) struct SmppArguments {
    /// Messages.
    #[arg(long, default_value_t = 20_000)]
    messages: u32,
    /// Submits without an answer.
    #[arg(long, default_value_t = 100)]
    window: usize,
    /// An SMSC on this machine; without it the simulated carriers are started.
    #[arg(long)]
    smsc: Option<SocketAddr>,
    /// The account there.
    #[arg(long, default_value = "bench")]
    system_id: String,
    /// Its password.
    #[arg(long, default_value = "bench")]
    password: String,
    /// Where the SQLite database is made; the disk under it is part of what is measured.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Print one line of JSON instead of the table.
    #[arg(long)]
    json: bool,
}

/// Measures the bind alone, then the whole way.
pub(crate) async fn run(arguments: &SmppArguments) -> Result<(), String> {
    if !(1..=200_000).contains(&arguments.messages) || !(1..=1_000).contains(&arguments.window) {
        return Err("--messages takes 1 to 200000, --window 1 to 1000".to_owned());
    }
    if arguments.smsc.is_some_and(|smsc| !smsc.ip().is_loopback()) {
        return Err("--smsc takes an address of this machine only: this is load, not messages".to_owned());
    }
    let name = format!("countersign-bench-smpp-{}", std::process::id());
    let folder = arguments.data.clone().unwrap_or_else(std::env::temp_dir).join(name);
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let measured = measure(arguments, &folder).await;
    let _ = std::fs::remove_dir_all(&folder);
    let figures = measured?;
    output::say(&if arguments.json { figures.json(arguments) } else { figures.table(arguments) });
    Ok(())
}

struct Figures {
    bind_alone_per_s: f64,
    submitted_per_s: f64,
    stored_per_s: f64,
    commits: u64,
}

impl Figures {
    fn json(&self, arguments: &SmppArguments) -> String {
        json!({
            "messages": arguments.messages,
            "window": arguments.window,
            "bind_alone_submits_per_s": self.bind_alone_per_s.round(),
            "outbox_to_submit_per_s": self.submitted_per_s.round(),
            "outbox_to_receipt_stored_per_s": self.stored_per_s.round(),
            "commits": self.commits,
        })
        .to_string()
    }

    fn table(&self, arguments: &SmppArguments) -> String {
        format!(
            "one bind, window {}, {} messages\n\n\
             the bind alone, no database            {:>9.0} submit_sm/s\n\
             outbox -> submit_sm answered, recorded {:>9.0} /s\n\
             outbox -> receipt stored               {:>9.0} /s   ({} durable commits)",
            arguments.window,
            arguments.messages,
            self.bind_alone_per_s,
            self.submitted_per_s,
            self.stored_per_s,
            self.commits,
        )
    }
}

async fn measure(arguments: &SmppArguments, folder: &Path) -> Result<Figures, String> {
    let (smsc, _carriers) = match arguments.smsc {
        Some(smsc) => (smsc, None),
        None => {
            let (child, ready) = start_carriers(arguments).await?;
            (ready.smpp, Some(child))
        }
    };
    tracing::info!("measuring the bind alone");
    let bind_alone_per_s = bind_alone(arguments, smsc).await?;
    let mut config = super::config(Database::Sqlite(folder.join("bench.db")));
    config.queue_max = 8_192;
    config.smpp = vec![route(arguments, smsc)?];
    let house = assemble::open(&config, assemble::clock()).await?;
    tracing::info!("queueing {} messages", arguments.messages);
    fill(arguments, &house).await?;
    tracing::info!("measuring from the outbox to the stored receipt");
    let commits = house.flows.store_counts().commits;
    let watch = Stopwatch::start();
    let engine = assemble::start(&house, &config).await?;
    let all = u64::from(arguments.messages);
    let submitted = until(&watch, || house.flows.dispatch_counts().accepted >= all).await;
    let stored = until(&watch, || house.flows.dispatch_counts().delivered >= all).await;
    let counts = house.flows.dispatch_counts();
    let commits = house.flows.store_counts().commits - commits;
    engine.stop(&house).await;
    let (Some(submitted), Some(stored)) = (submitted, stored) else {
        return Err(format!(
            "of {all} messages {} were taken by the SMSC and {} receipts were stored; then nothing came any more",
            counts.accepted, counts.delivered
        ));
    };
    let rate = |took: Duration| all as f64 / took.as_secs_f64().max(0.001);
    Ok(Figures { bind_alone_per_s, submitted_per_s: rate(submitted), stored_per_s: rate(stored), commits })
}

async fn until(watch: &Stopwatch, is_done: impl Fn() -> bool) -> Option<Duration> {
    while watch.elapsed() < PATIENCE {
        if is_done() {
            return Some(watch.elapsed());
        }
        let _ = tokio::time::timeout(Duration::from_millis(5), std::future::pending::<()>()).await;
    }
    None
}

async fn start_carriers(arguments: &SmppArguments) -> Result<(Child, Ready), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let any = "127.0.0.1:0";
    let mut child = Command::new(program)
        .args(["carriers", "--instant", "--smpp", any, "--handsets", any, "--smtp", any, "--mailbox", any])
        .args(["--system-id", &arguments.system_id, "--password", &arguments.password])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("the simulated carriers could not start: {error}"))?;
    let out = child.stdout.take().ok_or("the simulated carriers have no output")?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line).await.map_err(|error| error.to_string())?;
    let ready =
        serde_json::from_str(&line).map_err(|_| "the simulated carriers did not start (see above)")?;
    Ok((child, ready))
}

fn route(arguments: &SmppArguments, smsc: SocketAddr) -> Result<SmppConfig, String> {
    let settings = json!({
        "name": "bench",
        "host": smsc.ip(),
        "port": smsc.port(),
        "system_id": arguments.system_id,
        "password": arguments.password,
        "window": arguments.window,
        "sender": "+447860000001",
    });
    serde_json::from_value(settings).map_err(|error| error.to_string())
}

struct Nowhere;

impl ReceiptSink for Nowhere {
    fn receipt(&self, _receipt: Receipt) {}

    fn inbound(&self, _inbound: Inbound) {}
}

/// Letters straight to the route: what bind and SMSC can do.
async fn bind_alone(arguments: &SmppArguments, smsc: SocketAddr) -> Result<f64, String> {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let route = smpp::start(route(arguments, smsc)?, Arc::new(Nowhere), route_clocks(), entropy.clone());
    let bound = route.reaches(|state| matches!(state, smpp::RouteState::Bound));
    if tokio::time::timeout(Duration::from_secs(10), bound).await.is_err() {
        return Err(format!("{smsc}: the bind was not answered within 10 s"));
    }
    let watch = Stopwatch::start();
    let room = Arc::new(Semaphore::new(arguments.window * 2));
    let mut running = JoinSet::new();
    for index in 0..arguments.messages {
        let slot = room.clone().acquire_owned().await.map_err(|error| error.to_string())?;
        let (route, letter) = (route.clone(), letter(index)?);
        running.spawn(async move {
            let submission = route.submit(letter).await;
            drop(slot);
            matches!(submission, Submission::Accepted { .. })
        });
    }
    let mut taken = 0u32;
    while let Some(one) = running.join_next().await {
        taken += u32::from(one.unwrap_or(false));
    }
    let took = watch.elapsed();
    route.shutdown();
    route.stopped().await;
    if taken < arguments.messages {
        return Err(format!("{smsc}: of {} messages it took {taken}", arguments.messages));
    }
    Ok(f64::from(taken) / took.as_secs_f64().max(0.001))
}

fn number(index: u32) -> String {
    format!("+8613{index:09}")
}

fn letter(index: u32) -> Result<Letter, String> {
    let number = PhoneNumber::from_e164(&number(index)).map_err(|error| format!("{error:?}"))?;
    let mut id = [0; 16];
    id[12..].copy_from_slice(&index.to_be_bytes());
    Ok(Letter {
        reference: MessageId::from_bytes(id),
        to: Address::Phone(number),
        body: Body::Code {
            code: "482913".to_owned(),
            purpose: Purpose::SignIn,
            valid_s: 300,
            amount: None,
            payee: None,
            network: None,
            fingerprint: None,
        },
        locale: "en".to_owned(),
        brand: "Bench".to_owned(),
        sender: None,
        host: "bench.example".to_owned(),
        origin: String::new(),
        phrase: None,
        template: None,
        app_hash: None,
        valid_for: Duration::from_secs(300),
    })
}

/// Queues the messages, as a relying party would: one verification each.
async fn fill(arguments: &SmppArguments, house: &assemble::House) -> Result<(), String> {
    let service = assemble::service(&house.flows, "Bench", false).await?;
    let room = Arc::new(Semaphore::new(256));
    let mut running = JoinSet::new();
    for index in 0..arguments.messages {
        let slot = room.clone().acquire_owned().await.map_err(|error| error.to_string())?;
        let (flows, service_id) = (house.flows.clone(), service.id);
        running.spawn(async move {
            let number = number(index);
            let address = PhoneNumber::from_e164(&number).map(Address::Phone);
            let new = NewVerification {
                address: address.map_err(|error| format!("{error:?}"))?,
                purpose: Purpose::SignIn,
                details: None,
                account_id: None,
                device: None,
                caller: Caller { locale: "en".to_owned(), ..Caller::default() },
                idempotency_key: number,
            };
            let started = flows.start_verification(service_id, new).await;
            drop(slot);
            match started {
                Ok(ApiStart::Started(_)) => Ok(()),
                Ok(other) => Err(format!("a message was not queued: {other:?}")),
                Err(error @ FlowError::Busy { .. }) => Err(format!("a message was not queued: {error}")),
                Err(error) => Err(error.to_string()),
            }
        });
    }
    while let Some(one) = running.join_next().await {
        one.map_err(|error| error.to_string())??;
    }
    Ok(())
}
