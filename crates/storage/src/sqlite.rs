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
    writer: Option<Writer>,
    _lock: Option<std::fs::File>,
}

impl SqliteEngine {
    pub(crate) fn open_file(
        config: &StoreConfig,
        path: &Path,
        hub: Arc<Hub>,
        counters: Arc<Counters>,
    ) -> Result<Self, StorageError> {
        // Whoever only reads may do it beside a server, and must not create what is not there.
        let lock = if config.read_only { None } else { Some(connection::lock(path)?) };
        let texts = Arc::new(Texts::new(Dialect::Sqlite));
        let session = |access, connection| {
            Tx::new(Session::Sqlite(Box::new(SqliteSession::new(connection, texts.clone(), access))), 0)
        };
        let writing = match &lock {
            Some(_) => Some(session(Access::Write, connection::open_writer(path)?)),
            None => None,
        };
        let reading = (0..config.read_connections)
            .map(|_| Ok(session(Access::Read, connection::open_reader(path)?)))
            .collect::<Result<Vec<_>, StorageError>>()?;
        let start = |writing| Writer::start(writing, config.queue_max, hub, counters);
        let writer = writing.map(start).transpose()?;
        let readers = Readers::start(reading, config.queue_max)?;
        Ok(Self { readers: Some(readers), writer, _lock: lock })
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
        let writer = Writer::start(tx, config.queue_max, hub, counters)?;
        Ok(Self { readers: None, writer: Some(writer), _lock: None })
    }

    pub(crate) async fn run<S: Step>(&self, step: S, access: Access) -> Result<S::Output, StorageError> {
        let (pending, answer) = Pending::new(step, access);
        match (&self.readers, &self.writer, access) {
            (Some(readers), _, Access::Read) => readers.submit(Box::new(pending))?,
            (_, Some(writer), _) => writer.submit(Box::new(pending))?,
            _ => return Err(StorageError::misuse("the database was opened to read")),
        }
        answer.await.unwrap_or_else(|_| Err(StorageError::unavailable("the SQLite thread has ended")))
    }
}
