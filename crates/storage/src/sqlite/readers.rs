//! The reader threads: each has its own connection and takes the next reading step from one queue. They see
//! what was committed when their transaction began and never wait for the writer.

use super::job::Job;
use super::writer::submit;
use crate::error::StorageError;
use crate::tx::{Session, Tx};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

pub(super) struct Readers {
    queue: Option<SyncSender<Box<dyn Job>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    pub(super) fn start(connections: Vec<Tx>, queue_max: usize) -> Result<Self, StorageError> {
        let (queue, jobs) = sync_channel(queue_max);
        let jobs = Arc::new(Mutex::new(jobs));
        let start = |tx| {
            let jobs = jobs.clone();
            std::thread::Builder::new().name("sqlite-reader".into()).spawn(move || read(tx, &jobs))
        };
        let threads = connections
            .into_iter()
            .map(start)
            .collect::<Result<_, _>>()
            .map_err(|error| StorageError::unavailable(format!("no thread for a reader: {error}")))?;
        Ok(Self { queue: Some(queue), threads })
    }

    pub(super) fn submit(&self, job: Box<dyn Job>) -> Result<(), StorageError> {
        submit(self.queue.as_ref(), job)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
                tracing::error!("a SQLite reader panicked");
            }
        }
    }
}

fn read(mut tx: Tx, jobs: &Mutex<Receiver<Box<dyn Job>>>) {
    loop {
        // One idle thread waits in the queue, the others for its place.
        let received = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut job) = received else { return };
        let verdict = attempt(&mut tx, job.as_mut());
        tx.reset();
        job.answer(verdict);
    }
}

fn attempt(tx: &mut Tx, job: &mut dyn Job) -> Result<(), StorageError> {
    session(tx)?.begin()?;
    let verdict = job.attempt(tx);
    session(tx)?.rollback();
    verdict
}

fn session(tx: &mut Tx) -> Result<&mut super::SqliteSession, StorageError> {
    match tx.session_mut() {
        Session::Sqlite(session) => Ok(session),
        Session::Postgres(_) => Err(StorageError::misuse("a SQLite reader was given another engine")),
    }
}
