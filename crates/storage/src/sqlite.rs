//! SQLite: one thread that writes, a few that read, one database file. Decides nothing about what is written.
//! Its promise: a step's answer leaves the writer after the commit that made it durable (WAL,
//! synchronous=FULL).

mod connection;
mod job;
mod readers;
mod session;
mod writer;

pub(crate) use session::SqliteSession;

use crate::dialect::{Dialect, Texts};
use crate::error::StorageError;
use crate::store::{Counters, StoreConfig};
use crate::tx::{Access, Session, Step, Tx};
use crate::wake::Hub;
use job::Pending;
use readers::Readers;
use std::path::Path;
use std::sync::Arc;
use writer::Writer;

/// The threads and the lock of one open database.
pub(crate) struct SqliteEngine {
    // Before the lock: fields are dropped in order, and the lock goes when nobody has the file open any more.
    readers: Option<Readers>,
    writer: Writer,
    _lock: Option<std::fs::File>,
}

impl SqliteEngine {
    pub(crate) fn open_file(
        config: &StoreConfig,
        path: &Path,
        hub: Arc<Hub>,
        counters: Arc<Counters>,
    ) -> Result<Self, StorageError> {
        let lock = connection::lock(path)?;
        let texts = Arc::new(Texts::new(Dialect::Sqlite));
        let session = |access, connection| {
            Tx::new(Session::Sqlite(Box::new(SqliteSession::new(connection, texts.clone(), access))), 0)
        };
        let writing = session(Access::Write, connection::open_writer(path)?);
        let reading = (0..config.read_connections)
            .map(|_| Ok(session(Access::Read, connection::open_reader(path)?)))
            .collect::<Result<Vec<_>, StorageError>>()?;
        let writer = Writer::start(writing, config.queue_max, hub, counters)?;
        let readers = Readers::start(reading, config.queue_max)?;
        Ok(Self { readers: Some(readers), writer, _lock: Some(lock) })
    }

    pub(crate) fn open_memory(
        config: &StoreConfig,
        hub: Arc<Hub>,
        counters: Arc<Counters>,
    ) -> Result<Self, StorageError> {
        let texts = Arc::new(Texts::new(Dialect::Sqlite));
        let session = SqliteSession::new(connection::open_memory()?, texts, Access::Write);
        let tx = Tx::new(Session::Sqlite(Box::new(session)), 0);
        // A shared memory database locks whole tables between connections, so here the writer also reads.
        Ok(Self { readers: None, writer: Writer::start(tx, config.queue_max, hub, counters)?, _lock: None })
    }

    pub(crate) async fn run<S: Step>(&self, step: S, access: Access) -> Result<S::Output, StorageError> {
        let (pending, answer) = Pending::new(step, access);
        match (&self.readers, access) {
            (Some(readers), Access::Read) => readers.submit(Box::new(pending))?,
            _ => self.writer.submit(Box::new(pending))?,
        }
        answer.await.unwrap_or_else(|_| Err(StorageError::unavailable("the SQLite thread has ended")))
    }
}
