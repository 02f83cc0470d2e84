//! Where letters wait for a bind with room: one line for all binds of a route. Open while a bind that may submit is up;
//! without one nothing waits here, for the dispatcher knows which other way there is.

use super::traffic::{Job, WAIT_MS_MAX};
use countersign_core::outbox::Submission;
use countersign_smpp::Millis;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    /// Binds that take jobs.
    takers: usize,
}

pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    /// One permit for whoever has room next.
    arrived: Notify,
    waiting_max: usize,
}

/// A bind's place at the queue, given up when it is dropped.
pub(super) struct Place(Arc<Queue>);

impl Queue {
    pub(super) fn new(waiting_max: usize) -> Arc<Self> {
        Arc::new(Self { waiting: Mutex::default(), arrived: Notify::new(), waiting_max })
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Every change below is one step: what a panic left is whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is a bind to take a job.
    pub(super) fn is_open(&self) -> bool {
        self.lock().takers > 0
    }

    /// Adds a job; gives it back when nobody would take it, or too many wait.
    pub(super) fn push(&self, job: Job) -> Result<(), Job> {
        let mut waiting = self.lock();
        if waiting.takers == 0 || waiting.jobs.len() >= self.waiting_max {
            return Err(job);
        }
        waiting.jobs.push_back(job);
        drop(waiting);
        self.arrived.notify_one();
        Ok(())
    }

    /// A bind comes up and takes jobs from now on.
    pub(super) fn join(self: &Arc<Self>) -> Place {
        self.lock().takers += 1;
        Place(Arc::clone(self))
    }
}

impl Place {
    /// Takes up to `most` jobs, oldest first, and gives up those that waited too long. Says when the oldest that stays
    /// will have.
    pub(super) fn take(&self, most: usize, now: Millis, mut take: impl FnMut(Job)) -> Option<Millis> {
        let mut late = Vec::new();
        let mut waiting = self.0.lock();
        let too_late = |job: &Job| job.since_ms.saturating_add(WAIT_MS_MAX);
        while waiting.jobs.front().is_some_and(|job| now >= too_late(job)) {
            late.extend(waiting.jobs.pop_front());
        }
        let count = most.min(waiting.jobs.len());
        waiting.jobs.drain(..count).for_each(&mut take);
        let oldest = waiting.jobs.front().map(too_late);
        drop(waiting);
        turn_away(late);
        if oldest.is_some() {
            // For a bind with more room than this one; the permit waits, if there is none.
            self.0.arrived.notify_one();
        }
        oldest
    }

    /// Waits until there may be jobs to take.
    pub(super) async fn arrived(&self) {
        self.0.arrived.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.0.lock();
        waiting.takers -= 1;
        if waiting.takers == 0 {
            let jobs = std::mem::take(&mut waiting.jobs);
            drop(waiting);
            turn_away(jobs);
        } else {
            drop(waiting);
            self.0.arrived.notify_one();
        }
    }
}

fn turn_away(jobs: impl IntoIterator<Item = Job>) {
    for job in jobs {
        // Whoever handed it in may be gone; then its lease runs out.
        let _ = job.answer.send(Submission::NotSent);
    }
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
