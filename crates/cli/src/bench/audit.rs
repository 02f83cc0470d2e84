//! `countersign bench audit`: how long sealing and checking take. Entries are written to a SQLite database as requests
//! write them, though many in one commit; then they are sealed, then everything is checked from the start.

use super::config;
use crate::config::Database;
use crate::world::{Stopwatch, SystemEntropy};
use crate::{assemble, output};
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::{AccountId, EventId, ServiceId};
use countersign_core::model::{Actor, Channel, EventEntry, Purpose, Service};
use countersign_core::time::Timestamp;
use countersign_flows::Clock;
use countersign_storage::tables::{self, Rows};
use countersign_storage::{Location, MasterKeys, Step, StorageError, Store, StoreConfig, Tx};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct AuditArguments {
    /// Entries.
    #[arg(long, default_value_t = 100_000)]
    events: u32,
    /// Where the SQLite database is made.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Print one line of JSON instead of the table.
    #[arg(long)]
    json: bool,
}

/// Writes, seals, checks.
pub(crate) async fn run(arguments: &AuditArguments) -> Result<(), String> {
    if !(1..=10_000_000).contains(&arguments.events) {
        return Err("--events takes 1 to 10000000".to_owned());
    }
    let name = format!("countersign-bench-audit-{}", std::process::id());
    let folder = arguments.data.clone().unwrap_or_else(std::env::temp_dir).join(name);
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let measured = measure(arguments.events, &folder.join("audit.db")).await;
    let _ = std::fs::remove_dir_all(&folder);
    let (sealing, checking) = measured?;
    let events = arguments.events;
    let rate = |span: Duration| f64::from(events) / span.as_secs_f64().max(0.001);
    output::say(&if arguments.json {
        json!({
            "events": events,
            "seal_s": sealing.as_secs_f64(),
            "verify_s": checking.as_secs_f64(),
            "seal_per_s": rate(sealing).round(),
            "verify_per_s": rate(checking).round(),
        })
        .to_string()
    } else {
        format!(
            "{events} entries, SQLite\n\nsealed  {:>8.2} s  {:>9.0} /s\nchecked {:>8.2} s  {:>9.0} /s",
            sealing.as_secs_f64(),
            rate(sealing),
            checking.as_secs_f64(),
            rate(checking)
        )
    });
    Ok(())
}

async fn measure(events: u32, path: &Path) -> Result<(Duration, Duration), String> {
    let broken = |error: String| format!("the database: {error}");
    let config = config(Database::Sqlite(path.to_owned()));
    let keys = MasterKeys::new(config.master.iter().map(|(id, key)| (*id, key.0)).collect());
    let rows = Rows::new(keys.map_err(|error| broken(error.to_string()))?, Arc::new(SystemEntropy));
    tracing::info!("writing {events} entries");
    fill(rows, events, path).await.map_err(|error| broken(error.to_string()))?;
    let house = assemble::open(&config, assemble::clock()).await?;
    tracing::info!("sealing them");
    let watch = Stopwatch::start();
    let sealed = house.flows.seal_audit().await.map_err(|error| broken(error.to_string()))?;
    let sealing = watch.elapsed();
    drop(house);
    let flows = assemble::open_to_read(&config).await?;
    tracing::info!("checking them");
    let watch = Stopwatch::start();
    let report = flows.verify_audit(&[], |_| ()).await.map_err(|error| broken(error.to_string()))?;
    let checking = watch.elapsed();
    if (sealed.entries, report.entries(), report.found()) != (events.into(), events.into(), 0) {
        return Err(format!("{} sealed, {} checked: that is a fault", sealed.entries, report.entries()));
    }
    Ok((sealing, checking))
}

/// Entries written in one commit.
const BATCH: u32 = 1_000;

async fn fill(rows: Rows, events: u32, path: &Path) -> Result<(), StorageError> {
    let store = Store::open(StoreConfig::new(Location::SqliteFile(path.to_owned())))?;
    store.migrate().await?;
    let (rows, started) =
        (Arc::new(rows), assemble::clock().now().before(Duration::from_millis(events.into())));
    let service_id = ServiceId::draw(started, &SystemEntropy);
    let service = Service { id: service_id, name: "Bench".to_owned(), demo: false, created_at: started };
    let changes = vec![Change::InsertService(service)];
    store.write(Apply { rows: rows.clone(), changes }).await?;
    for from in (0..events).step_by(BATCH as usize) {
        let batch = from..events.min(from + BATCH);
        let at = |number: u32| started.after(Duration::from_millis(number.into()));
        let changes = batch.map(|number| Change::InsertEvent(entry(service_id, at(number)))).collect();
        store.write(Apply { rows: rows.clone(), changes }).await?;
    }
    Ok(())
}

/// As most entries are: a code that was sent.
fn entry(service_id: ServiceId, at: Timestamp) -> EventEntry {
    EventEntry {
        id: EventId::draw(at, &SystemEntropy),
        service_id,
        account_id: Some(AccountId::draw(at, &SystemEntropy)),
        at,
        actor: Actor::Holder,
        event: Event::CodeSent {
            channel: Channel::Sms,
            purpose: Purpose::SignIn,
            to: "+44 •••• ••3456".to_owned(),
            send: 1,
        },
        device: "Firefox on Windows".to_owned(),
    }
}

struct Apply {
    rows: Arc<Rows>,
    changes: Vec<Change>,
}

impl Step for Apply {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tables::apply(tx, &self.rows, &self.changes).await
    }
}
