//! The clock's work: ending what is overdue, forgetting what is old (R3, R79). Each timer is a function of `now`,
//! safe to run twice and on every node at once; a lease only saves the effort. Tests call it, nothing sleeps.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::id::{ServiceId, VerificationId};
use countersign_core::verification;
use countersign_storage::tables::{outbox, retention, timers, verifications};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;
use std::time::Duration;

/// Verifications and messages handled in one go.
const BATCH: u32 = 200;

/// What one run of the timers did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimerReport {
    /// Verifications that ran out.
    pub verifications_expired: u64,
    /// Recovery cases that waited for their holders too long.
    pub cases_expired: u64,
    /// Identity providers that did not answer in time.
    pub identity_expired: u64,
    /// Messages that were too late to be of use.
    pub messages_expired: u64,
    /// Proposals that nobody decided in time.
    pub proposals_expired: u64,
    /// Tickets that became solved or closed by themselves.
    pub tickets_rested: u64,
    /// Rows forgotten.
    pub rows_purged: u64,
}

impl Flows {
    /// Runs every timer once, at the clock's now. `node` names this process.
    pub async fn run_timers(&self, node: [u8; 16]) -> Result<TimerReport, FlowError> {
        let mut report = TimerReport::default();
        if !self
            .write(Lease { kit: self.kit.clone(), name: "sweep", node, span: Duration::from_secs(5) })
            .await?
        {
            return Ok(report);
        }
        let due = self.read(Due { kit: self.kit.clone() }).await?;
        for (service_id, id) in due {
            self.write(Expire { kit: self.kit.clone(), service_id, id }).await?;
            report.verifications_expired += 1;
        }
        report.proposals_expired = self.expire_proposals(BATCH).await?;
        report.cases_expired = self.expire_cases(BATCH).await?;
        report.identity_expired = self.expire_identity(BATCH).await?;
        report.messages_expired = self.write(ExpireMessages { kit: self.kit.clone() }).await?;
        report.tickets_rested = self.rest_tickets().await?;
        if self
            .write(Lease { kit: self.kit.clone(), name: "purge", node, span: Duration::from_secs(60) })
            .await?
        {
            report.rows_purged = self.write(Purge { kit: self.kit.clone() }).await?;
            report.rows_purged += self.purge_tickets().await?;
            report.rows_purged += self.purge_evidence().await?;
        }
        Ok(report)
    }
}

impl Flows {
    /// One small durable write and nothing else: what `bench` measures the engine by.
    pub async fn touch_timer(&self, node: [u8; 16]) -> Result<(), FlowError> {
        let step = Lease { kit: self.kit.clone(), name: "bench", node, span: Duration::ZERO };
        self.write(step).await.map(|_| ())
    }
}

struct Lease {
    kit: Arc<Kit>,
    name: &'static str,
    node: [u8; 16],
    span: Duration,
}

impl Step for Lease {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let now = self.kit.clock.now();
        timers::take(tx, &self.kit.rows, self.name, self.node, now, now.after(self.span)).await
    }
}

struct Due {
    kit: Arc<Kit>,
}

impl Step for Due {
    type Output = Vec<(ServiceId, VerificationId)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        verifications::due(tx, &self.kit.rows, self.kit.clock.now(), BATCH).await
    }
}

struct Expire {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: VerificationId,
}

impl Step for Expire {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let found = verifications::lock(tx, &self.kit.rows, self.service_id, self.id).await?;
        if let Some(pending) = found {
            self.kit.save(tx, verification::expire(pending, self.kit.clock.now())).await?;
        }
        Ok(())
    }
}

struct ExpireMessages {
    kit: Arc<Kit>,
}

impl Step for ExpireMessages {
    type Output = u64;

    async fn run(&self, tx: &mut Tx) -> Result<u64, StorageError> {
        let now = self.kit.clock.now();
        outbox::purge_parked(tx, &self.kit.rows, now).await?;
        outbox::expire(tx, &self.kit.rows, now, BATCH).await
    }
}

struct Purge {
    kit: Arc<Kit>,
}

impl Step for Purge {
    type Output = u64;

    async fn run(&self, tx: &mut Tx) -> Result<u64, StorageError> {
        retention::purge(tx, &self.kit.rows, self.kit.clock.now()).await
    }
}
