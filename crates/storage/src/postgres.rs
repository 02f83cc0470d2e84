//! PostgreSQL: a pool of connections, one transaction per step, few round trips. Decides when a step may be
//! tried again (never after its COMMIT was sent) and how many may wait. Knows nothing about what steps write.

mod error;
mod listener;
mod session;

pub(crate) use session::PostgresSession;

use crate::dialect::{Dialect, Texts};
use crate::error::StorageError;
use crate::store::{Counters, StoreConfig};
use crate::tx::{Access, Session, Step, Tx};
use crate::wake::{Announced, Hub};
use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType,
};
use futures_util::FutureExt;
use listener::{Listener, Outgoing};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};

/// How often a step is run before a deadlock or a broken connection is reported.
const TRIES_MAX: u32 = 8;
/// Grows with the square of the tries: 4 ms, 16 ms, … 200 ms.
const RERUN_PAUSE: Duration = Duration::from_millis(4);
/// Rows that a shared counter is spread over; a power of two.
const SHARDS: i64 = 16;
/// Longest wait for a free connection; with a bounded queue only reached when the server stands still.
const CONNECTION_WAIT_MAX: Duration = Duration::from_secs(5);
/// Longest wait for a new connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// A commit is on disk before it is answered, and no statement or lock waits without end.
const SESSION_OPTIONS: &str = "-c synchronous_commit=on -c statement_timeout=15000 -c lock_timeout=5000 \
                               -c idle_in_transaction_session_timeout=30000";

/// The pool and what it tells other nodes.
pub(crate) struct PostgresEngine {
    shared: Arc<Shared>,
    _listener: Listener,
}

struct Shared {
    pool: Pool,
    texts: Arc<Texts>,
    waiting: Arc<Semaphore>,
    hub: Arc<Hub>,
    counters: Arc<Counters>,
    outgoing: Arc<Outgoing>,
    shard_next: AtomicI64,
}

impl PostgresEngine {
    pub(crate) fn open(
        config: &StoreConfig,
        url: &str,
        hub: Arc<Hub>,
        counters: Arc<Counters>,
    ) -> Result<Self, StorageError> {
        let postgres = connection_config(url)?;
        // A closed connection is seen without a round trip; one that breaks later is caught by the next try.
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_config(postgres.clone(), NoTls, recycling))
            .max_size(config.postgres_connections)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(CONNECTION_WAIT_MAX))
            .create_timeout(Some(CONNECT_MAX))
            .build()
            .map_err(|error| StorageError::Configuration { reason: error.to_string() })?;
        let outgoing = Arc::new(Outgoing::default());
        let listener = Listener::start(postgres, hub.clone(), outgoing.clone());
        let shared = Shared {
            pool,
            texts: Arc::new(Texts::new(Dialect::Postgres)),
            waiting: Arc::new(Semaphore::new(config.queue_max)),
            hub,
            counters,
            outgoing,
            shard_next: AtomicI64::new(0),
        };
        Ok(Self { shared: Arc::new(shared), _listener: listener })
    }

    pub(crate) async fn run<S: Step>(&self, step: S, access: Access) -> Result<S::Output, StorageError> {
        let place = self.shared.waiting.clone().try_acquire_owned().map_err(|_| StorageError::busy())?;
        let shared = self.shared.clone();
        // On a task of its own: a caller that goes away must not leave a transaction half done.
        let task = tokio::spawn(async move {
            let _place = place;
            shared.run(&step, access).await
        });
        task.await.unwrap_or_else(|_| Err(StorageError::unavailable("the server is shutting down")))
    }
}

impl Shared {
    async fn run<S: Step>(&self, step: &S, access: Access) -> Result<S::Output, StorageError> {
        let mut tries = 1;
        loop {
            let mut tx = self.begin(access).await?;
            match self.attempt(step, access, &mut tx).await {
                Ok(output) => return Ok(output),
                Err(error) => {
                    let again = session(&mut tx)?.undo().await;
                    if !again || tries == TRIES_MAX {
                        return Err(error);
                    }
                }
            }
            // Whoever was in the way goes first; a rerun at once could meet it again and again.
            let _ = tokio::time::timeout(RERUN_PAUSE * tries * tries, std::future::pending::<()>()).await;
            tries += 1;
            self.counters.steps_run_again.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn begin(&self, access: Access) -> Result<Tx, StorageError> {
        let connection = self.connection().await?;
        let session = PostgresSession::new(connection, self.texts.clone(), access);
        let shard = self.shard_next.fetch_add(1, Ordering::Relaxed) & (SHARDS - 1);
        Ok(Tx::new(Session::Postgres(Box::new(session)), shard))
    }

    async fn attempt<S: Step>(
        &self,
        step: &S,
        access: Access,
        tx: &mut Tx,
    ) -> Result<S::Output, StorageError> {
        let answer = AssertUnwindSafe(step.run(tx)).catch_unwind().await;
        let output = tx.judge(answer.unwrap_or(Err(StorageError::StepPanicked)))?;
        let announced = tx.reset();
        session(tx)?.commit().await?;
        if access == Access::Write {
            self.counters.committed(1);
        }
        self.announce(announced);
        Ok(output)
    }

    fn announce(&self, announced: Announced) {
        self.hub.fire_all(announced);
        self.outgoing.add(announced);
    }

    async fn connection(&self) -> Result<Object, StorageError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Timeout(TimeoutType::Wait) => StorageError::busy(),
            PoolError::Backend(error) => error::postgres_error(&error),
            other => StorageError::unavailable(other.to_string()),
        })
    }
}

fn session(tx: &mut Tx) -> Result<&mut PostgresSession, StorageError> {
    match tx.session_mut() {
        Session::Postgres(session) => Ok(session),
        Session::Sqlite(_) => Err(StorageError::misuse("PostgreSQL was given another engine")),
    }
}

fn connection_config(url: &str) -> Result<Config, StorageError> {
    // The parser's own error could quote the password.
    let mut config: Config = url.parse().map_err(|_| StorageError::Configuration {
        reason: "not a PostgreSQL address; write postgres://user:password@host:5432/database".into(),
    })?;
    if config.get_ssl_mode() == SslMode::Require {
        let reason = "sslmode=require is not supported: connect over a socket, a private network or a tunnel";
        return Err(StorageError::Configuration { reason: reason.into() });
    }
    let options = match config.get_options() {
        Some(given) => format!("{given} {SESSION_OPTIONS}"),
        None => SESSION_OPTIONS.to_owned(),
    };
    config.options(options).connect_timeout(CONNECT_MAX);
    if config.get_application_name().is_none() {
        config.application_name("countersign");
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callers_own_options_are_kept_and_a_bad_address_is_not_quoted() {
        let config = connection_config("postgres://u:secret@h/d?options=-csearch_path%3Dx").unwrap();
        let options = config.get_options().unwrap();
        assert!(options.starts_with("-csearch_path=x "), "{options}");
        assert!(options.contains("synchronous_commit=on"), "{options}");
        for url in [
            "postgres//secret",
            "postgres://u:secret@h:notaport/d",
            "postgres://u:secret@h/d?sslmode=require",
        ] {
            let error = connection_config(url).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
