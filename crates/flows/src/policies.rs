//! Which policy decided: every policy that was ever in force is kept, numbered, with the reason if its risk was
//! accepted in writing. Actions carry the number.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::id::ServiceId;
use countersign_storage::tables::clock_marks;
use countersign_storage::tables::policy_versions::{self, PolicyVersion};
use countersign_storage::{Step, StorageError, Tx};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Flows {
    /// Records the policy in force, if it is not the one before; answers its number.
    pub async fn record_policy(&self, service_id: ServiceId) -> Result<i64, FlowError> {
        let document = serde_json::to_string(self.policy())
            .map_err(|_| FlowError::Broken { reason: "the policy cannot be written down".to_owned() })?;
        let version = self.write(Record { kit: self.kit.clone(), service_id, document }).await?;
        self.kit.policy_version.store(version, Ordering::Relaxed);
        Ok(version)
    }

    /// The latest moment that this database has seen: a clock that stands behind it has been set back.
    pub async fn latest_moment(&self) -> Result<Option<countersign_core::time::Timestamp>, FlowError> {
        self.read(Latest { kit: self.kit.clone() }).await
    }

    /// Writes down that this moment has been.
    pub async fn mark_moment(&self) -> Result<(), FlowError> {
        self.write(Mark { kit: self.kit.clone() }).await
    }
}

struct Record {
    kit: Arc<Kit>,
    service_id: ServiceId,
    document: String,
}

impl Step for Record {
    type Output = i64;

    async fn run(&self, tx: &mut Tx) -> Result<i64, StorageError> {
        let rows = &self.kit.rows;
        let digest: [u8; 32] = Sha256::digest(&self.document).into();
        let latest = policy_versions::latest(tx, rows, self.service_id).await?;
        if let Some(same) = latest.as_ref().filter(|latest| latest.digest == digest) {
            return Ok(same.version);
        }
        let version = latest.map_or(1, |latest| latest.version + 1);
        let policy = PolicyVersion {
            version,
            digest,
            document: self.document.clone(),
            override_reason: self.kit.policy.risk_override.clone(),
            created_at: self.kit.clock.now(),
        };
        policy_versions::insert(tx, rows, self.service_id, &policy).await?;
        Ok(version)
    }
}

struct Latest {
    kit: Arc<Kit>,
}

impl Step for Latest {
    type Output = Option<countersign_core::time::Timestamp>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        clock_marks::load(tx, &self.kit.rows).await
    }
}

struct Mark {
    kit: Arc<Kit>,
}

impl Step for Mark {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        clock_marks::raise(tx, &self.kit.rows, self.kit.clock.now()).await
    }
}
