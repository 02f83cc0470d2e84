//! The one door to the database. Decides which engine runs a step and how many steps may wait; refuses to
//! know what a step is about. A full queue is an answer (`Busy`), never a wait without end.

use crate::error::StorageError;
use crate::postgres::PostgresEngine;
use crate::sqlite::SqliteEngine;
use crate::tx::{Access, Step};
use crate::wake::{Hub, Topic, Wake};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where the rows live.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite database file; created if it does not exist.
    SqliteFile(PathBuf),
    /// A SQLite database that ends with the store.
    SqliteMemory,
    /// A PostgreSQL server, as `postgres://user:password@host/database`.
    Postgres(String),
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::SqliteFile(path) => write!(f, "SqliteFile({})", path.display()),
            Location::SqliteMemory => f.write_str("SqliteMemory"),
            // The address may hold a password.
            Location::Postgres(_) => f.write_str("Postgres(…)"),
        }
    }
}

/// How to open a store.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// Where the rows live.
    pub location: Location,
    /// Steps that may wait before others are refused as busy.
    pub queue_max: usize,
    /// Threads that read from a SQLite file.
    pub read_connections: usize,
    /// Connections to PostgreSQL.
    pub postgres_connections: usize,
    /// Nothing is written, and a SQLite file may be in use by a server meanwhile.
    pub read_only: bool,
}

impl StoreConfig {
    /// The usual sizes.
    pub fn new(location: Location) -> Self {
        Self { location, queue_max: 1_024, read_connections: 4, postgres_connections: 16, read_only: false }
    }

    fn check(&self) -> Result<(), StorageError> {
        let sizes = [
            ("queue_max", self.queue_max),
            ("read_connections", self.read_connections),
            ("postgres_connections", self.postgres_connections),
        ];
        match sizes.iter().find(|(_, size)| *size == 0) {
            Some((name, _)) => {
                Err(StorageError::Configuration { reason: format!("{name} must be at least 1") })
            }
            None => Ok(()),
        }
    }
}

/// Counts since the store was opened, for metrics and for `bench`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreCounts {
    /// Writing steps that were committed.
    pub steps_committed: u64,
    /// Commits of the engine; fewer than steps where steps shared one.
    pub commits: u64,
    /// Steps run again, because their batch was undone or PostgreSQL asked for it.
    pub steps_run_again: u64,
    /// Steps refused because the queue was full.
    pub steps_refused: u64,
}

/// The same, while they are counted.
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) steps_committed: AtomicU64,
    pub(crate) commits: AtomicU64,
    pub(crate) steps_run_again: AtomicU64,
    pub(crate) steps_refused: AtomicU64,
}

impl Counters {
    pub(crate) fn committed(&self, steps: usize) {
        self.steps_committed.fetch_add(steps as u64, Ordering::Relaxed);
        self.commits.fetch_add(1, Ordering::Relaxed);
    }
}

/// An open database. Cheap to clone; the last clone to go closes it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    read_only: bool,
    hub: Arc<Hub>,
    counters: Arc<Counters>,
}

enum Engine {
    Sqlite(SqliteEngine),
    Postgres(PostgresEngine),
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.inner.engine {
            Engine::Sqlite(_) => "Store(SQLite)",
            Engine::Postgres(_) => "Store(PostgreSQL)",
        })
    }
}

impl Store {
    /// Opens the database and changes nothing in it; [`Store::migrate`] makes its tables. Must be called
    /// within a tokio runtime. PostgreSQL is first spoken to by the first step.
    ///
    /// # Errors
    /// [`StorageError::InUse`] for a SQLite file that another process writes, [`StorageError::Configuration`]
    /// for settings that cannot work, [`StorageError::Unavailable`] for a file that cannot be opened.
    pub fn open(config: StoreConfig) -> Result<Self, StorageError> {
        config.check()?;
        let hub = Hub::new();
        let counters = Arc::new(Counters::default());
        let engine = match &config.location {
            Location::Postgres(url) => {
                Engine::Postgres(PostgresEngine::open(&config, url, hub.clone(), counters.clone())?)
            }
            Location::SqliteFile(path) => {
                Engine::Sqlite(SqliteEngine::open_file(&config, path, hub.clone(), counters.clone())?)
            }
            Location::SqliteMemory => {
                Engine::Sqlite(SqliteEngine::open_memory(&config, hub.clone(), counters.clone())?)
            }
        };
        Ok(Self { inner: Arc::new(Inner { engine, read_only: config.read_only, hub, counters }) })
    }

    /// Runs a step and commits it. The answer comes after the commit, or says that there was none. A caller
    /// that stops waiting does not stop the step.
    ///
    /// # Errors
    /// The step's own, and those of [`StorageError`] that speak of the queue, the engine and the commit.
    pub async fn write<S: Step>(&self, step: S) -> Result<S::Output, StorageError> {
        if self.inner.read_only {
            return Err(StorageError::misuse("the store was opened to read"));
        }
        self.run(step, Access::Write).await
    }

    /// Runs a step that changes nothing; all its statements see the same moment.
    ///
    /// # Errors
    /// As [`Store::write`]; a statement that would write is refused.
    pub async fn read<S: Step>(&self, step: S) -> Result<S::Output, StorageError> {
        self.run(step, Access::Read).await
    }

    async fn run<S: Step>(&self, step: S, access: Access) -> Result<S::Output, StorageError> {
        let result = match &self.inner.engine {
            Engine::Sqlite(engine) => engine.run(step, access).await,
            Engine::Postgres(engine) => engine.run(step, access).await,
        };
        if matches!(result, Err(StorageError::Busy { .. })) {
            self.inner.counters.steps_refused.fetch_add(1, Ordering::Relaxed);
        }
        result
    }

    /// A listener for what steps announce with [`crate::Tx::wake`].
    pub fn subscribe(&self, topic: Topic) -> Wake {
        self.inner.hub.subscribe(topic)
    }

    /// What was counted so far.
    pub fn counts(&self) -> StoreCounts {
        let counters = &self.inner.counters;
        StoreCounts {
            steps_committed: counters.steps_committed.load(Ordering::Relaxed),
            commits: counters.commits.load(Ordering::Relaxed),
            steps_run_again: counters.steps_run_again.load(Ordering::Relaxed),
            steps_refused: counters.steps_refused.load(Ordering::Relaxed),
        }
    }
}
