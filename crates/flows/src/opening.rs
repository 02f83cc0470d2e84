//! What is opened without signing in, tickets and recovery cases alike, counted by where it is asked from: a list of
//! passwords in the hands of one stranger must not become a queue for everybody.

use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::id::ServiceId;
use countersign_core::limit;
use countersign_core::time::Timestamp;
use countersign_storage::tables::counters;
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

impl Flows {
    /// Counts one more case that is about to be opened without signing in, and answers whether it may be.
    pub async fn may_open_here(&self, service_id: ServiceId, caller: Caller) -> Result<bool, FlowError> {
        self.write(CountOne { kit: self.kit.clone(), service_id, caller }).await
    }
}

struct CountOne {
    kit: Arc<Kit>,
    service_id: ServiceId,
    caller: Caller,
}

impl Step for CountOne {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let now = self.kit.clock.now();
        Ok(!is_one_too_many(tx, &self.kit, self.service_id, &self.caller, now).await?)
    }
}

/// Counts one more, and answers whether it is one too many. What comes from nowhere known is not counted: behind the
/// doors of ours the address is always known.
pub(crate) async fn is_one_too_many(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    caller: &Caller,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let Some(ip) = caller.ip else { return Ok(false) };
    let planned = [limit::plan_opening(service_id, ip, &kit.policy, now)];
    let totals = counters::add(tx, &kit.rows, &planned).await?;
    Ok(limit::first_hit(&planned, &totals).is_some())
}
