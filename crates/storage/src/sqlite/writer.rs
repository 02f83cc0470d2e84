//! The writer thread: group commit without a timer. Whatever queued while the last commit was being written
//! is run, one step after another, in one transaction with one fsync, and only then is anyone answered. A
//! step that fails undoes the batch, which is then run again one by one, so that no neighbour suffers.

use super::job::Job;
use super::session::SqliteSession;
use crate::error::StorageError;
use crate::store::Counters;
use crate::tx::{Access, Session, Tx};
use crate::wake::{Announced, Hub};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Beyond this many steps a commit's answer gets later without more steps per second.
const BATCH_MAX: usize = 256;
/// Quiet for this long: time to move the log into the database.
const IDLE_BEFORE_CHECKPOINT: Duration = Duration::from_millis(200);
/// 16 MiB of log in pages of 4 KiB: do not wait for a quiet moment any longer.
const LOG_PAGES_SOFT_MAX: u64 = 4_096;
/// 64 MiB: a reader has kept the log from starting over, so wait for it.
const LOG_PAGES_HARD_MAX: u64 = 16_384;

/// The writer thread's outer end.
pub(super) struct Writer {
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(
        tx: Tx,
        queue_max: usize,
        hub: Arc<Hub>,
        counters: Arc<Counters>,
    ) -> Result<Self, StorageError> {
        let (queue, jobs) = sync_channel(queue_max);
        let mut inside = Inside { tx, jobs, hub, counters, log_pages: Arc::default() };
        inside.count_log_pages()?;
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || inside.run())
            .map_err(|error| StorageError::unavailable(format!("no thread for the writer: {error}")))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    pub(super) fn submit(&self, job: Box<dyn Job>) -> Result<(), StorageError> {
        submit(self.queue.as_ref(), job)
    }
}

/// Queues a job, or says at once that there is no room.
pub(super) fn submit(
    queue: Option<&SyncSender<Box<dyn Job>>>,
    job: Box<dyn Job>,
) -> Result<(), StorageError> {
    let ended = || StorageError::unavailable("the SQLite thread has ended");
    match queue.ok_or_else(ended)?.try_send(job) {
        Ok(()) => Ok(()),
        Err(TrySendError::Full(_)) => Err(StorageError::busy()),
        Err(TrySendError::Disconnected(_)) => Err(ended()),
    }
}

impl Drop for Writer {
    /// Lets the thread finish what was queued and close the file, so that it can be opened again at once.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the SQLite writer panicked");
        }
    }
}

struct Inside {
    tx: Tx,
    jobs: Receiver<Box<dyn Job>>,
    hub: Arc<Hub>,
    counters: Arc<Counters>,
    /// Pages in the log after the last commit, as SQLite tells its hook.
    log_pages: Arc<AtomicU64>,
}

impl Inside {
    fn session(&mut self) -> Result<&mut SqliteSession, StorageError> {
        match self.tx.session_mut() {
            Session::Sqlite(session) => Ok(session),
            Session::Postgres(_) => Err(StorageError::misuse("the SQLite writer was given another engine")),
        }
    }

    fn count_log_pages(&mut self) -> Result<(), StorageError> {
        let log_pages = self.log_pages.clone();
        let hook = move |_: &mut rusqlite::hooks::Wal, pages: std::os::raw::c_int| {
            log_pages.store(u64::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        };
        let connection = self.session()?.connection_mut();
        connection.wal_hook(Some(hook)).map_err(super::connection::sqlite_error)
    }

    fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        while let Some(first) = self.next() {
            batch.push(first);
            while batch.len() < BATCH_MAX
                && let Ok(job) = self.jobs.try_recv()
            {
                batch.push(job);
            }
            self.settle(&mut batch);
            match self.log_pages.load(Ordering::Relaxed) {
                pages if pages > LOG_PAGES_HARD_MAX => self.checkpoint("PRAGMA wal_checkpoint(TRUNCATE)"),
                pages if pages > LOG_PAGES_SOFT_MAX => self.checkpoint("PRAGMA wal_checkpoint(PASSIVE)"),
                _ => {}
            }
        }
        self.checkpoint("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// The next job; checkpoints while there is none. `None` when the store is closed and the queue empty.
    fn next(&mut self) -> Option<Box<dyn Job>> {
        if self.log_pages.load(Ordering::Relaxed) > 0 {
            match self.jobs.recv_timeout(IDLE_BEFORE_CHECKPOINT) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => self.checkpoint("PRAGMA wal_checkpoint(PASSIVE)"),
            }
        }
        self.jobs.recv().ok()
    }

    /// Commits the batch and answers everyone in it.
    fn settle(&mut self, batch: &mut Vec<Box<dyn Job>>) {
        let verdict = self.commit(batch);
        if verdict.is_ok() || batch.len() == 1 {
            for job in batch.drain(..) {
                job.answer(verdict.clone());
            }
            return;
        }
        self.counters.steps_run_again.fetch_add(batch.len() as u64, Ordering::Relaxed);
        for mut job in batch.drain(..) {
            let verdict = self.commit(std::slice::from_mut(&mut job));
            job.answer(verdict);
        }
    }

    /// Runs the jobs in one transaction. On an error none of them has happened.
    fn commit(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), StorageError> {
        let writes = jobs.iter().filter(|job| job.access() == Access::Write).count();
        match self.attempt(jobs) {
            Ok(announced) => {
                self.counters.committed(writes);
                self.hub.fire_all(announced);
                Ok(())
            }
            Err(error) => {
                self.tx.reset();
                self.session()?.rollback();
                Err(error)
            }
        }
    }

    fn attempt(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<Announced, StorageError> {
        self.session()?.set_access(Access::Write);
        self.session()?.begin()?;
        for job in jobs {
            self.session()?.set_access(job.access());
            job.attempt(&mut self.tx)?;
        }
        self.session()?.commit()?;
        Ok(self.tx.reset())
    }

    fn checkpoint(&mut self, pragma: &'static str) {
        // A database in memory has no log. Errors lose nothing: the log stays and the next checkpoint takes
        // it.
        if self.log_pages.swap(0, Ordering::Relaxed) > 0
            && let Err(error) = self.session().and_then(|session| session.script(pragma))
        {
            tracing::warn!(%error, "SQLite checkpoint failed");
        }
    }
}
