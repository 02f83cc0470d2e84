//! What time alone does to tickets: those that are left become solved, then closed; texts of closed ones are forgotten
//! after the policy's days (R79). Called by the timers; safe to run twice.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::id::{ServiceId, TicketId};
use countersign_core::session::Scene;
use countersign_core::ticket;
use countersign_core::time::days;
use countersign_storage::tables::tickets;
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// Tickets, or messages, handled in one go.
const BATCH: u32 = 200;

impl Flows {
    /// Moves on every ticket whose time has come; answers how many.
    pub(crate) async fn rest_tickets(&self) -> Result<u64, FlowError> {
        let due = self.read(Due { kit: self.kit.clone() }).await?;
        let mut moved = 0;
        for (service_id, id) in due {
            self.write(Rest { kit: self.kit.clone(), service_id, id }).await?;
            moved += 1;
        }
        Ok(moved)
    }

    /// Forgets what was said in tickets that are long over; answers how many messages that were.
    pub(crate) async fn purge_tickets(&self) -> Result<u64, FlowError> {
        self.write(Purge { kit: self.kit.clone() }).await
    }
}

struct Due {
    kit: Arc<Kit>,
}

impl Step for Due {
    type Output = Vec<(ServiceId, TicketId)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        tickets::resting(tx, &self.kit.rows, self.kit.clock.now(), BATCH).await
    }
}

struct Rest {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: TicketId,
}

impl Step for Rest {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let Some(found) = tickets::lock(tx, &self.kit.rows, self.service_id, self.id).await? else {
            return Ok(());
        };
        let (scene, now) = (Scene::default(), self.kit.clock.now());
        self.kit.save(tx, ticket::rest(&found, self.kit.world(&scene, now))).await
    }
}

struct Purge {
    kit: Arc<Kit>,
}

impl Step for Purge {
    type Output = u64;

    async fn run(&self, tx: &mut Tx) -> Result<u64, StorageError> {
        let before = self.kit.clock.now().before(days(self.kit.policy.ticket_life_days));
        tickets::purge(tx, &self.kit.rows, before, BATCH).await
    }
}
