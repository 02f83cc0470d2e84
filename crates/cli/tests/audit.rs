//! The audit as whoever runs the server checks it: a SQLite database is copied, the copy is changed in every way that a
//! person with the file could change it, and `countersign audit verify` must name the place each time.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on should stop

use countersign_core::change::Change;
use countersign_core::entropy::Entropy;
use countersign_core::entropy::testing::Counting;
use countersign_core::event::Event;
use countersign_core::id::{AccountId, EventId, OperatorId, ServiceId};
use countersign_core::model::{Actor, EventEntry, Service};
use countersign_core::policy::Policy;
use countersign_core::time::{Timestamp, seconds};
use countersign_flows::{Clock, Flows, FlowsConfig};
use countersign_storage::tables::{self, Rows};
use countersign_storage::{Location, MasterKeys, Step, StorageError, Store, StoreConfig, Tx, Value};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const BINARY: &str = env!("CARGO_BIN_EXE_countersign");
const SERVICE: [u8; 16] = [0x5A; 16];
const START_MS: i64 = 1_800_000_000_000;

/// A clock that only the test moves.
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.load(Ordering::SeqCst))
    }

    fn wall(&self) -> Timestamp {
        self.now()
    }

    fn earliest(&self) -> Timestamp {
        self.now()
    }
}

struct Apply(Rows, Vec<Change>);

impl Step for Apply {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tables::apply(tx, &self.0, &self.1).await
    }
}

/// One change by hand.
struct Sql(&'static str, Option<Vec<u8>>);

impl Step for Sql {
    type Output = u64;

    async fn run(&self, tx: &mut Tx) -> Result<u64, StorageError> {
        match &self.1 {
            None => tx.execute(self.0, &[]).await,
            Some(bytes) => tx.execute(self.0, &[Value::Bytes(bytes)]).await,
        }
    }
}

struct World {
    folder: PathBuf,
    original: PathBuf,
    runtime: tokio::runtime::Runtime,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn store(path: &Path) -> Store {
    Store::open(StoreConfig::new(Location::SqliteFile(path.to_owned()))).unwrap()
}

fn rows(entropy: &Arc<dyn Entropy>) -> Rows {
    Rows::new(MasterKeys::new(vec![(1, [0x5C; 32])]).unwrap(), entropy.clone())
}

fn flows(store: &Store, clock: &Arc<TestClock>, entropy: &Arc<dyn Entropy>) -> Flows {
    Flows::new(FlowsConfig {
        store: store.clone(),
        rows: rows(entropy),
        policy: Policy::default(),
        clock: clock.clone(),
        entropy: entropy.clone(),
        password_hashers: 1,
        issuer: "http://127.0.0.1".to_owned(),
        return_origins: Vec::new(),
        channels: Vec::new(),
        inbound_numbers: Vec::new(),
        app_hash: None,
        identity: None,
    })
}

/// The entry of this number: its device says which it is.
fn entry(number: u8, at: Timestamp) -> EventEntry {
    EventEntry {
        id: EventId::draw_in_order(at, number.into(), &Counting::new()),
        service_id: ServiceId::from_bytes(SERVICE),
        account_id: Some(AccountId::from_bytes([number; 16])),
        at,
        actor: Actor::Operator(OperatorId::from_bytes([7; 16])),
        event: Event::NumberBound { number: format!("+44 •••• {number:03}") },
        device: format!("marker-{number:03}-marker"),
    }
}

impl World {
    /// 30 sealed entries: 20 that a checkpoint covers, then 10 more a moment later.
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("countersign-audit-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let original = folder.join("original.db");
        runtime.block_on(async {
            let entropy: Arc<dyn Entropy> = Arc::new(Counting::new());
            let clock = Arc::new(TestClock(AtomicI64::new(START_MS)));
            let store = store(&original);
            store.migrate().await.unwrap();
            let id = ServiceId::from_bytes(SERVICE);
            let service = Service { id, name: "Audit".into(), demo: false, created_at: clock.now() };
            store.write(Apply(rows(&entropy), vec![Change::InsertService(service)])).await.unwrap();
            let flows = flows(&store, &clock, &entropy);
            for numbers in [1..=20_u8, 21..=30] {
                for number in numbers {
                    clock.0.fetch_add(1_000, Ordering::SeqCst);
                    let change = Change::InsertEvent(entry(number, clock.now()));
                    store.write(Apply(rows(&entropy), vec![change])).await.unwrap();
                }
                flows.seal_audit().await.unwrap();
            }
        });
        let world = Self { folder, original, runtime };
        world.configure();
        world
    }

    fn configure(&self) {
        let text = format!(
            "public_url = \"http://127.0.0.1\"\nservice = \"Audit\"\nsupport = \"x\"\n[storage]\nsqlite = {:?}\n\
             [keys]\nmaster = [\"1:{}\"]\n",
            self.copy(),
            "5c".repeat(32),
        );
        std::fs::write(self.folder.join("countersign.toml"), text).unwrap();
    }

    fn copy(&self) -> PathBuf {
        self.folder.join("copy.db")
    }

    /// A fresh copy of the database.
    fn fresh(&self) {
        for beside in ["copy.db-wal", "copy.db-shm"] {
            let _ = std::fs::remove_file(self.folder.join(beside));
        }
        std::fs::copy(&self.original, self.copy()).unwrap();
    }

    /// A copy in which somebody ran these statements; each must have found something to change.
    fn tampered(&self, statements: &[&'static str]) {
        self.fresh();
        self.run(statements.iter().map(|sql| Sql(sql, None)).collect());
    }

    fn run(&self, statements: Vec<Sql>) {
        self.runtime.block_on(async {
            let store = store(&self.copy());
            for sql in statements {
                let text = sql.0;
                assert!(store.write(sql).await.unwrap() > 0, "{text}");
            }
        });
    }

    fn audit(&self, arguments: &[&str]) -> Output {
        let config = self.folder.join("countersign.toml");
        Command::new(BINARY).arg("audit").args(arguments).arg("--config").arg(config).output().unwrap()
    }

    /// Verifies; the answer, after holding the exit code against it.
    fn verify(&self, more: &[&str]) -> Json {
        let output = self.audit(&[&["verify", "--json"], more].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let answer: Json = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text} {said}"));
        assert_eq!(output.status.success(), answer["holds"].as_bool().unwrap(), "{answer} {said}");
        answer
    }

    /// Each finding as its name and place.
    fn found(&self, more: &[&str]) -> Vec<(String, Option<u64>)> {
        let answer = self.verify(more);
        let findings = answer["chains"][0]["findings"].as_array().unwrap();
        let told = |one: &Json| (one["kind"].as_str().unwrap().to_owned(), one["sequence"].as_u64());
        findings.iter().map(told).collect()
    }
}

fn one(kind: &str, place: u64) -> Vec<(String, Option<u64>)> {
    vec![(kind.to_owned(), Some(place))]
}

#[test]
fn what_nobody_changed_holds_while_a_server_has_the_file_open() {
    let world = World::new("whole");
    world.fresh();
    let answer = world.runtime.block_on(async {
        let open = store(&world.copy());
        let answer = world.verify(&[]);
        drop(open);
        answer
    });
    assert_eq!((answer["entries"].as_u64(), answer["found"].as_u64()), (Some(30), Some(0)), "{answer}");
    assert_eq!(answer["chains"][0]["signed_sequence"].as_u64(), Some(20));
    let output = world.audit(&["verify"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("30 entries: nothing was changed."));
}

#[test]
fn an_edit_of_any_column_is_named() {
    let world = World::new("columns");
    for set in [
        "UPDATE events SET service_id = zeroblob(16) WHERE device = 'marker-017-marker'",
        "UPDATE events SET account_id = NULL WHERE device = 'marker-017-marker'",
        "UPDATE events SET account_id = zeroblob(15) WHERE device = 'marker-017-marker'",
        "UPDATE events SET at = at + 1 WHERE device = 'marker-017-marker'",
        "UPDATE events SET kind = 'number_lost' WHERE device = 'marker-017-marker'",
        "UPDATE events SET event = replace(event, '017', '018') WHERE device = 'marker-017-marker'",
        "UPDATE events SET device = '' WHERE device = 'marker-017-marker'",
        "UPDATE events SET actor = 'system' WHERE device = 'marker-017-marker'",
        "UPDATE events SET actor_id = NULL WHERE device = 'marker-017-marker'",
    ] {
        world.tampered(&[set]);
        assert_eq!(world.found(&[]), one("edited", 17), "{set}");
    }
    world.tampered(&["UPDATE events SET id = zeroblob(16) WHERE device = 'marker-017-marker'"]);
    let found = world.found(&[]);
    assert_eq!(found, [("removed".to_owned(), Some(17)), ("added".to_owned(), None)]);
}

#[test]
fn each_flipped_byte_in_the_file_is_named() {
    let world = World::new("bytes");
    let original = std::fs::read(&world.original).unwrap();
    let marker = b"marker-017-marker";
    let places: Vec<usize> = (0..original.len() - marker.len())
        .filter(|at| &original[*at..*at + marker.len()] == marker)
        .collect();
    let flipped = |at: usize, bit: u8| {
        world.fresh();
        let mut bytes = original.clone();
        bytes[at] ^= bit;
        std::fs::write(world.copy(), bytes).unwrap();
        world.found(&[])
    };
    // Pages keep remains of what they held before they were split; one of the places is the row.
    let mut live = places.into_iter().filter(|at| !flipped(*at, 1).is_empty());
    let at = live.next().unwrap();
    assert_eq!(live.next(), None);
    // The event's JSON lies right before the device.
    let json = serde_json::to_vec(&entry(17, Timestamp::EPOCH).event).unwrap();
    let from = at - json.len();
    assert_eq!(&original[from..at], json.as_slice());
    for place in from..at + marker.len() {
        // By turns: another text, and no text at all.
        let bit = if place.is_multiple_of(2) { 0x01 } else { 0x80 };
        assert_eq!(flipped(place, bit), one("edited", 17), "byte {place} ^ {bit}");
    }
}

#[test]
fn removals_additions_and_exchanges_are_named() {
    let world = World::new("rows");
    world.tampered(&["DELETE FROM events WHERE device = 'marker-009-marker'"]);
    assert_eq!(world.found(&[]), one("removed", 9));
    world.tampered(&[
        "DELETE FROM events WHERE device = 'marker-009-marker'",
        "DELETE FROM audit_links WHERE sequence = 9",
    ]);
    assert_eq!(world.found(&[]), one("link_missing", 9));
    world.tampered(&["DELETE FROM audit_links WHERE sequence = 9"]);
    assert_eq!(world.found(&[]), [("link_missing".to_owned(), Some(9)), ("added".to_owned(), None)]);
    // A copy of an entry under another identifier, with and without a place in the queue.
    let insert = "INSERT INTO events (id, service_id, account_id, at, kind, event, device, actor, actor_id)
        SELECT $1, service_id, account_id, at, kind, event, device, actor, actor_id FROM events
        WHERE device = 'marker-009-marker'";
    let id = || Some(entry(99, Timestamp::from_unix_ms(START_MS)).id.as_bytes().to_vec());
    world.fresh();
    world.run(vec![Sql(insert, id())]);
    assert_eq!(world.found(&[]), [("added".to_owned(), None)]);
    world.tampered(&["INSERT INTO audit_waiting (service_id, event_id) VALUES (zeroblob(16), zeroblob(16))"]);
    assert_eq!(world.found(&[]), [("removed".to_owned(), None)], "it waited to be sealed and is gone");
}

#[test]
fn exchanged_entries_are_named() {
    let world = World::new("swap");
    world.tampered(&[
        "UPDATE audit_links SET sequence = -5 WHERE sequence = 5",
        "UPDATE audit_links SET sequence = 5 WHERE sequence = 12",
        "UPDATE audit_links SET sequence = 12 WHERE sequence = -5",
    ]);
    let both = [("reordered".to_owned(), Some(5)), ("reordered".to_owned(), Some(12))];
    assert_eq!(world.found(&[]), both);
    world.tampered(&[
        "UPDATE events SET device = CASE device WHEN 'marker-005-marker' THEN 'marker-012-marker'
            ELSE 'marker-005-marker' END WHERE device IN ('marker-005-marker', 'marker-012-marker')",
    ]);
    let edited = [("edited".to_owned(), Some(5)), ("edited".to_owned(), Some(12))];
    assert_eq!(world.found(&[]), edited, "the same texts under the other's identifier");
}

#[test]
fn altered_links_and_checkpoints_are_named() {
    let world = World::new("links");
    world.tampered(&["UPDATE audit_links SET link = zeroblob(32) WHERE sequence = 8"]);
    assert_eq!(world.found(&[]), one("link_altered", 8));
    world.tampered(&["UPDATE audit_links SET link = zeroblob(3) WHERE sequence = 20"]);
    assert_eq!(world.found(&[]), one("link_altered", 20));
    for set in [
        "UPDATE audit_checkpoints SET at = at + 1",
        "UPDATE audit_checkpoints SET statement = replace(statement, 'a', 'b')",
    ] {
        world.tampered(&[set]);
        assert_eq!(world.found(&[])[0], one("checkpoint_altered", 20)[0], "{set}");
    }
    world.tampered(&["UPDATE audit_checkpoints SET number = 2"]);
    assert_eq!(world.found(&[])[0].0, "checkpoint_missing");
    world.tampered(&["DELETE FROM audit_checkpoints"]);
    assert_eq!(world.found(&[]), one("checkpoint_missing", 1));
}

#[test]
fn a_cut_tail_is_named_from_within_or_by_what_was_kept_elsewhere() {
    let world = World::new("tail");
    world.fresh();
    let printed = world.audit(&["checkpoint"]);
    let kept = world.folder.join("kept.jsonl");
    std::fs::write(&kept, &printed.stdout).unwrap();
    let from = ["--from-checkpoint", kept.to_str().unwrap()];
    assert_eq!(world.found(&from), []);
    let cut = [
        "DELETE FROM events WHERE id IN (SELECT event_id FROM audit_links WHERE sequence > 15)",
        "DELETE FROM audit_links WHERE sequence > 15",
    ];
    world.tampered(&cut);
    assert_eq!(world.found(&[]), one("tail_cut", 16));
    world.tampered(&[&cut[..], &["DELETE FROM audit_checkpoints"]].concat());
    assert_eq!(world.found(&from), one("tail_cut", 16));
    let line = String::from_utf8(printed.stdout).unwrap();
    assert_eq!(line.lines().count(), 1);
    assert!(serde_json::from_str::<Json>(&line).unwrap()["keys"][0]["x"].is_string(), "{line}");
    std::fs::write(&kept, line.replace("\"sequence\":20", "\"sequence\":2")).unwrap();
    let refused = world.audit(&["verify", from[0], from[1]]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("does not say what was signed"));
}

#[test]
fn the_export_is_one_line_of_json_for_each_entry() {
    let world = World::new("export");
    world.fresh();
    let lines = |more: &[&str]| -> Vec<Json> {
        let output = world.audit(&[&["export"], more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let all = lines(&[]);
    let places: Vec<u64> = all.iter().map(|line| line["sequence"].as_u64().unwrap()).collect();
    assert_eq!(places, (1..=30).collect::<Vec<_>>());
    assert_eq!(all[2]["at"], "2027-01-15T08:00:03.000Z");
    assert_eq!(
        (&all[2]["kind"], &all[2]["fields"]["number"]),
        (&"number_bound".into(), &"+44 •••• 003".into())
    );
    assert_eq!((&all[2]["actor"], all[2]["link"].as_str().unwrap().len()), (&"operator".into(), 64));
    let account = AccountId::from_bytes([9; 16]).to_string();
    assert_eq!(lines(&["--account", &account]).len(), 1);
    assert_eq!(lines(&["--kind", "signed_out"]).len(), 0);
    let until = Timestamp::from_unix_ms(START_MS).after(seconds(5)).to_rfc3339();
    assert_eq!(lines(&["--since", "2027-01-15T08:00:02Z", "--until", &until]).len(), 3);
    assert!(!world.audit(&["export", "--since", "yesterday"]).status.success());
}
