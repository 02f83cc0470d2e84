//! Writing down what came of tries, many in one transaction. What the other side took must be written down, or it
//! would be sent again: a full queue is waited out.

use super::take::Started;
use crate::context::{Flows, Kit};
use countersign_core::model::MessageStatus;
use countersign_core::outbox::{Failure, Submission, Verdict};
use countersign_core::route::Outcome;
use countersign_core::time::Timestamp;
use countersign_storage::tables::outbox::{self as rows, Heard};
use countersign_storage::{Step, StorageError, Topic, Tx};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Tries recorded in one transaction.
const BATCH_MAX: usize = 256;
/// How often a full queue is waited out: with the waits below longer than a lease, after which the message is anyone's.
const TRIES_MAX: u32 = 300;

/// A try that is over.
pub(super) struct Done {
    pub(super) started: Started,
    pub(super) submission: Submission,
    pub(super) verdict: Verdict,
    pub(super) fallback_at: Option<Timestamp>,
    pub(super) at: Timestamp,
}

impl Done {
    fn row(&self) -> rows::Record<'_> {
        rows::Record {
            leased: &self.started.leased,
            submission: &self.submission,
            verdict: self.verdict,
            fallback_at: self.fallback_at,
        }
    }

    fn outcome(&self) -> Outcome {
        outcome_of(&self.submission)
    }
}

/// What an answer counts as.
pub(crate) fn outcome_of(submission: &Submission) -> Outcome {
    match submission {
        Submission::Accepted { .. } => Outcome::Accepted,
        Submission::Refused { failure: Failure::Number, .. } => Outcome::NumberRefused,
        Submission::Refused { failure: Failure::Throttled, .. } => Outcome::Throttled,
        Submission::Refused { .. } => Outcome::Refused,
        Submission::Lost => Outcome::Lost,
        Submission::NotSent => Outcome::NotSent,
    }
}

/// Records tries as they end, until nobody can end one any more.
pub(super) async fn record_all(flows: Flows, mut waiting: mpsc::Receiver<Done>) {
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, BATCH_MAX).await > 0 {
        let done = Arc::new(std::mem::take(&mut batch));
        for one in done.iter() {
            let Started { leased, region, at, .. } = &one.started;
            flows.kit.roads.note(&leased.route, region, *at, one.outcome(), one.at);
        }
        if write(&flows, &done, 0..done.len()).await.is_err() {
            // One that cannot be written must not keep the others from it.
            for place in 0..done.len() {
                if let Err(error) = write(&flows, &done, place..place + 1).await {
                    let leased = &done[place].started.leased;
                    let (route, message) = (&leased.route, leased.message.id);
                    tracing::error!(route, %message, %error, "a try could not be recorded");
                }
            }
        }
    }
}

async fn write(
    flows: &Flows,
    done: &Arc<Vec<Done>>,
    which: std::ops::Range<usize>,
) -> Result<(), StorageError> {
    for _ in 0..TRIES_MAX {
        let step = Record { kit: flows.kit.clone(), done: done.clone(), which: which.clone() };
        match flows.store.write(step).await {
            Ok(heard) => {
                let written = done.get(which).unwrap_or_default().iter();
                let accepted = written.filter(|one| one.outcome() == Outcome::Accepted).count();
                flows.kit.roads.wrote_accepted(accepted as u64);
                flows.kit.roads.note_heard(&heard, flows.now());
                return Ok(());
            }
            Err(
                error @ (StorageError::Busy { .. }
                | StorageError::Unavailable { .. }
                | StorageError::CommitUnknown),
            ) => {
                let wait =
                    Duration::from_millis(if matches!(error, StorageError::Busy { .. }) { 20 } else { 200 });
                let _ = tokio::time::timeout(wait, std::future::pending::<()>()).await;
            }
            Err(error) => return Err(error),
        }
    }
    Err(StorageError::Busy { retry_after_ms: 200 })
}

struct Record {
    kit: Arc<Kit>,
    done: Arc<Vec<Done>>,
    which: std::ops::Range<usize>,
}

impl Step for Record {
    type Output = Vec<Heard>;

    async fn run(&self, tx: &mut Tx) -> Result<Vec<Heard>, StorageError> {
        let done = self.done.get(self.which.clone()).unwrap_or_default();
        let records: Vec<rows::Record<'_>> = done.iter().map(Done::row).collect();
        if done.iter().any(|one| one.verdict.message == MessageStatus::Queued) {
            tx.wake(Topic::Outbox);
        }
        rows::record(tx, &self.kit.rows, &records, self.kit.clock.now()).await
    }
}
