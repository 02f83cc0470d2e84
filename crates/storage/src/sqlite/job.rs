//! A step in a queue: can be tried, tried again, and answered once. Forgets the answer of a try that was
//! undone.

use crate::error::StorageError;
use crate::tx::{Access, Step, Tx};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use tokio::sync::oneshot;

pub(super) trait Job: Send {
    fn access(&self) -> Access;
    /// Runs the step in the open transaction and keeps its answer.
    fn attempt(&mut self, tx: &mut Tx) -> Result<(), StorageError>;
    /// Lets the answer go: the kept one, or the error that undid it.
    fn answer(self: Box<Self>, verdict: Result<(), StorageError>);
}

pub(super) struct Pending<S: Step> {
    step: S,
    access: Access,
    kept: Option<S::Output>,
    reply: oneshot::Sender<Result<S::Output, StorageError>>,
}

type Answer<T> = oneshot::Receiver<Result<T, StorageError>>;

impl<S: Step> Pending<S> {
    pub(super) fn new(step: S, access: Access) -> (Self, Answer<S::Output>) {
        let (reply, answer) = oneshot::channel();
        (Self { step, access, kept: None, reply }, answer)
    }
}

impl<S: Step> Job for Pending<S> {
    fn access(&self) -> Access {
        self.access
    }

    fn attempt(&mut self, tx: &mut Tx) -> Result<(), StorageError> {
        self.kept = None;
        // SQLite never makes a step wait, so one poll runs it to its end.
        let polled = catch_unwind(AssertUnwindSafe(|| {
            pin!(self.step.run(tx)).poll(&mut Context::from_waker(Waker::noop()))
        }));
        let answer = match polled {
            Ok(Poll::Ready(answer)) => answer,
            Ok(Poll::Pending) => {
                Err(StorageError::misuse("a step awaited something other than its transaction"))
            }
            Err(_) => Err(StorageError::StepPanicked),
        };
        self.kept = Some(tx.judge(answer)?);
        Ok(())
    }

    fn answer(self: Box<Self>, verdict: Result<(), StorageError>) {
        let answer = match (verdict, self.kept) {
            (Err(error), _) => Err(error),
            (Ok(()), Some(kept)) => Ok(kept),
            (Ok(()), None) => Err(StorageError::misuse("a step was answered without having run")),
        };
        // Whoever asked may have stopped waiting; the step is committed all the same.
        let _ = self.reply.send(answer);
    }
}
