//! `countersign bench`: what this build does on this machine, side by side with what the machine's disk allows.
//! Everything is real: the store on disk, HTTP over loopback, SMPP over TCP. Nothing here asserts; it prints what it
//! saw.

mod audit;
mod delivery;
mod footprint;
mod load;
mod report;
mod smpp;
mod wire;

use crate::assemble;
use crate::config::{Config, Database, MasterKey, Secret};
use crate::output;
use countersign_core::policy::Policy;
use countersign_delivery::http::EgressPolicy;
use report::{Report, Run};
use std::path::PathBuf;
use std::time::Duration;

/// What to measure.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct BenchArguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// Measure PostgreSQL at this address as well (`postgres://user:password@host/database`, an empty database).
    #[arg(long)]
    postgres: Option<String>,
    /// Connections at once, one run each.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64,256")]
    connections: Vec<usize>,
    /// Seconds of each run.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Requests a second while the time to the wire is measured.
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// Where the SQLite database is made; the disk under it is what is measured.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Print one line of JSON instead of the tables.
    #[arg(long)]
    json: bool,
}

/// What is measured apart from the rest.
#[derive(clap::Subcommand)]
enum Part {
    /// How long it takes to check the audit.
    Audit(audit::AuditArguments),
    /// How many people get their code in time when routes lose messages and die: simulated time, this build's rules.
    Delivery(delivery::DeliveryArguments),
    /// One SMPP bind, from the outbox to the stored receipt, in messages a second.
    Smpp(smpp::SmppArguments),
}

/// Measures everything, one thing after the other; or the one part that was named.
pub(crate) async fn run(arguments: BenchArguments) -> Result<(), String> {
    match &arguments.part {
        Some(Part::Audit(audit)) => return audit::run(audit).await,
        Some(Part::Delivery(delivery)) => return delivery::run(delivery),
        Some(Part::Smpp(smpp)) => return smpp::run(smpp).await,
        None => {}
    }
    if arguments.connections.iter().any(|count| !(1..=1_024).contains(count)) {
        return Err("--connections takes numbers from 1 to 1024".to_owned());
    }
    if !(1..=60).contains(&arguments.seconds) || !(1..=1_000).contains(&arguments.rate) {
        return Err("--seconds takes 1 to 60, --rate 1 to 1000".to_owned());
    }
    let name = format!("countersign-bench-{}", std::process::id());
    let folder = arguments.data.clone().unwrap_or_else(std::env::temp_dir).join(name);
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let measured = measure(&arguments, &folder).await;
    let _ = std::fs::remove_dir_all(&folder);
    let report = measured?;
    output::say(&if arguments.json { report.json() } else { report.tables() });
    Ok(())
}

async fn measure(arguments: &BenchArguments, folder: &std::path::Path) -> Result<Report, String> {
    let mut report = Report::default();
    progress("start and memory");
    report.footprint = Some(footprint::measure(folder).await?);
    let mut engines = vec![("sqlite", Database::Sqlite(folder.join("bench.db")))];
    if let Some(url) = &arguments.postgres {
        engines.push(("postgres", Database::Postgres(Secret(url.clone()))));
    }
    let span = Duration::from_secs(arguments.seconds);
    for (engine, database) in engines {
        let config = config(database);
        let house = assemble::open(&config, assemble::clock()).await?;
        progress(&format!("{engine}: durable commits one by one"));
        let commits_per_s = load::commits(&house, span).await?;
        let bench = load::Bench::start(house, &config).await?;
        for connections in &arguments.connections {
            progress(&format!("{engine}: {connections} at once, without HTTP"));
            let direct = bench.direct(*connections, span).await?;
            progress(&format!("{engine}: {connections} at once, over HTTP"));
            let http = bench.http(*connections, span).await?;
            report.runs.push(Run { engine, connections: *connections, direct, http, commits_per_s });
        }
        progress(&format!("{engine}: beyond the queue"));
        report.overload.push((engine, bench.overload().await?));
        progress(&format!("{engine}: from commit to wire at {} a second", arguments.rate));
        let house = bench.into_house();
        report.wire.push((engine, wire::measure(&house, arguments.rate, span).await?));
    }
    Ok(report)
}

fn progress(what: &str) {
    tracing::info!("measuring {what}");
}

/// A policy whose caps are as wide as they may be: the load comes from one machine and one purse.
fn config(database: Database) -> Config {
    let policy = Policy {
        sends_per_prefix_per_hour: 10_000_000,
        sends_per_country_per_hour: 100_000_000,
        spend_per_country_per_day_micros: 1_000_000_000_000_000,
        sends_per_ip_per_hour: 1_000_000,
        sends_per_network_per_hour: 10_000_000,
        ..Policy::default()
    };
    Config {
        public_url: "http://127.0.0.1".to_owned(),
        listen: std::net::SocketAddr::from(([127, 0, 0, 1], 0)),
        service: "Bench".to_owned(),
        support: "nobody".to_owned(),
        proxies: 0,
        database,
        queue_max: 1_024,
        master: vec![(1, MasterKey([7; 32]))],
        policy,
        smpp: Vec::new(),
        smtp: Vec::new(),
        voice: Vec::new(),
        http: Vec::new(),
        gammu: Vec::new(),
        android_app_hash: None,
        identity: None,
        return_origins: Vec::new(),
        egress: EgressPolicy::default(),
    }
}
