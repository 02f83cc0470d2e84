//! What is overdue ends by itself: actions that nobody confirmed in time, assertions that nobody redeemed. Looked for
//! every second, since the relying party waits to be told.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::action;
use countersign_core::id::{ActionId, ServiceId};
use countersign_core::session::Scene;
use countersign_storage::tables::actions;
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// Actions handled in one go.
const BATCH: u32 = 200;

impl Flows {
    /// Ends what is overdue; answers how many actions that were. Safe to run twice and on every node at once.
    pub async fn end_overdue_actions(&self) -> Result<u64, FlowError> {
        let due = self.read(Due { kit: self.kit.clone() }).await?;
        let mut ended = 0;
        for (service_id, id) in due {
            ended += u64::from(self.write(End { kit: self.kit.clone(), service_id, id }).await?);
        }
        Ok(ended)
    }
}

struct Due {
    kit: Arc<Kit>,
}

impl Step for Due {
    type Output = Vec<(ServiceId, ActionId)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        actions::overdue(tx, &self.kit.rows, self.kit.clock.now(), BATCH).await
    }
}

struct End {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ActionId,
}

impl Step for End {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(action) = actions::lock(tx, &kit.rows, self.service_id, self.id).await? else {
            return Ok(false);
        };
        let scene = Scene::default();
        let before = action.status;
        let after = kit.save(tx, action::expire(action, kit.world(&scene, now))).await?;
        Ok(after.status != before)
    }
}
