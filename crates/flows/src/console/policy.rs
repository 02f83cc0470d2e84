//! The policy that this server runs with, as the console names it: its number, since when, and why it was accepted
//! if its risk is above the limit.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::id::ServiceId;
use countersign_core::time::Timestamp;
use countersign_storage::tables::policy_versions;
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The version of a service's policy that is in force here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyInForce {
    /// Its number, from one.
    pub version: i64,
    /// When a server first ran with it.
    pub since: Timestamp,
    /// Why a risk above the limit is accepted, if it is.
    pub override_reason: Option<String>,
}

impl Flows {
    /// The policy in force; none before it was recorded.
    pub async fn policy_in_force(&self, service_id: ServiceId) -> Result<Option<PolicyInForce>, FlowError> {
        self.read(Load { kit: self.kit.clone(), service_id }).await
    }
}

struct Load {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for Load {
    type Output = Option<PolicyInForce>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        // Not the newest row: another server may run with another configuration.
        let version = self.kit.policy_version.load(Ordering::Relaxed);
        let found = policy_versions::load(tx, &self.kit.rows, self.service_id, version).await?;
        Ok(found.map(|found| PolicyInForce {
            version: found.version,
            since: found.created_at,
            override_reason: found.override_reason,
        }))
    }
}
