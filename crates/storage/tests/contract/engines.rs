//! The engines to test on, and the small schema that the contract is tested with.

use countersign_storage::{Location, Migration, Row, Step, StorageError, Store, StoreConfig, Tx, Value};
use futures_util::future::BoxFuture;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};
use tokio_postgres::NoTls;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    SqliteFile,
    SqliteMemory,
    Postgres,
}

/// One empty database.
pub(crate) struct Database {
    pub(crate) engine: Engine,
    pub(crate) config: StoreConfig,
}

impl Database {
    /// Opens it without tables.
    pub(crate) fn open(&self) -> Store {
        Store::open(self.config.clone()).unwrap()
    }

    /// Opens it with the tables of [`HISTORY`].
    pub(crate) async fn store(&self) -> Store {
        let store = self.open();
        store.migrate_with(HISTORY).await.unwrap();
        store
    }

    /// A connection beside the store's own, to look from outside.
    pub(crate) async fn postgres(&self) -> tokio_postgres::Client {
        match &self.config.location {
            Location::Postgres(url) => connect(url).await,
            _ => panic!("this test is for PostgreSQL"),
        }
    }

    /// The database file.
    pub(crate) fn path(&self) -> &PathBuf {
        match &self.config.location {
            Location::SqliteFile(path) => path,
            _ => panic!("this test is for a SQLite file"),
        }
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Runs one test on a fresh database and takes the database away afterwards.
pub(crate) async fn run<F: Future<Output = ()>>(engine: Engine, test: impl FnOnce(Database) -> F) {
    let name = format!("contract_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    match engine {
        Engine::SqliteMemory => {
            test(Database { engine, config: StoreConfig::new(Location::SqliteMemory) }).await;
        }
        Engine::SqliteFile => {
            let folder = std::env::temp_dir().join(name);
            std::fs::create_dir_all(&folder).unwrap();
            let config = StoreConfig::new(Location::SqliteFile(folder.join("countersign.db")));
            test(Database { engine, config }).await;
            std::fs::remove_dir_all(&folder).unwrap();
        }
        Engine::Postgres => {
            let server = std::env::var("COUNTERSIGN_TEST_POSTGRES").expect(
                "COUNTERSIGN_TEST_POSTGRES is not set; `cargo xtask test` starts a PostgreSQL and sets it",
            );
            let admin = connect(&server).await;
            admin.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
            let mut config = StoreConfig::new(Location::Postgres(in_database(&server, &name)));
            config.postgres_connections = 8;
            test(Database { engine, config }).await;
            admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
        }
    }
}

/// The same server's address with another database: `postgres://user@host:port/database?options`.
fn in_database(server: &str, database: &str) -> String {
    let (address, options) =
        server.split_once('?').map_or((server, ""), |(address, options)| (address, options));
    let scheme = address.find("://").map_or(0, |at| at + 3);
    let host_end = address[scheme..].find('/').map_or(address.len(), |at| scheme + at);
    format!("{}/{database}?{options}", &address[..host_end])
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) =
        tokio_postgres::connect(url, NoTls).await.expect("the test PostgreSQL answers");
    tokio::spawn(connection);
    client
}

/// The tables that the contract is tested with.
pub(crate) const HISTORY: &[Migration] = &[Migration {
    number: 1,
    name: "contract",
    sql: "CREATE TABLE items (
              id {INT} NOT NULL PRIMARY KEY,
              label TEXT,
              payload {BYTES},
              amount {INT}
          ) {TABLE_OPTIONS};
          CREATE TABLE parents (id {INT} NOT NULL PRIMARY KEY) {TABLE_OPTIONS_BY_KEY};
          CREATE TABLE children (
              id {INT} NOT NULL PRIMARY KEY,
              parent {INT} NOT NULL REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED
          ) {TABLE_OPTIONS};",
}];

/// A step written as a closure.
pub(crate) struct Closure<T, F>(F, PhantomData<fn() -> T>);

pub(crate) fn step<T, F>(run: F) -> Closure<T, F>
where
    F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<T, StorageError>> + Send + Sync + 'static,
{
    Closure(run, PhantomData)
}

impl<T, F> Step for Closure<T, F>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<T, StorageError>> + Send + Sync + 'static,
{
    type Output = T;

    async fn run(&self, tx: &mut Tx) -> Result<T, StorageError> {
        (self.0)(tx).await
    }
}

/// Inserts an item of this number.
pub(crate) fn insert(id: i64) -> impl Step<Output = u64> {
    step(move |tx| {
        Box::pin(async move {
            tx.execute("INSERT INTO items (id, amount) VALUES ($1, 0)", &[Value::Int(id)]).await
        })
    })
}

/// Inserts an item, and then fails.
pub(crate) fn insert_and_fail(id: i64) -> impl Step<Output = ()> {
    step(move |tx| {
        Box::pin(async move {
            tx.execute("INSERT INTO items (id) VALUES ($1)", &[Value::Int(id)]).await?;
            Err(refusal())
        })
    })
}

pub(crate) fn refusal() -> StorageError {
    StorageError::Conflict { what: "refused by the test".into() }
}

/// The numbers of all items, in order.
pub(crate) async fn item_ids(store: &Store) -> Vec<i64> {
    let rows = rows(store, "SELECT id FROM items ORDER BY id").await;
    rows.iter().map(|row| row.int(0).unwrap()).collect()
}

pub(crate) async fn rows(store: &Store, sql: &'static str) -> Vec<Row> {
    store.read(step(move |tx| Box::pin(async move { tx.rows(sql, &[]).await }))).await.unwrap()
}

/// Runs one statement as a step.
pub(crate) async fn execute(store: &Store, sql: &'static str) -> Result<u64, StorageError> {
    store.write(step(move |tx| Box::pin(async move { tx.execute(sql, &[]).await }))).await
}

/// Starts a future, or looks whether it is done, without waiting.
pub(crate) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
