//! Taking in what routes hear: receipts, many in one transaction, and what providers call back with.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::outbox::Receipt;
use countersign_delivery::providers::{CallbackAnswer, CallbackRefusal, CallbackRequest};
use countersign_storage::tables::outbox::{self as rows, Heard};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of a provider's call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallbackTaken {
    /// It was taken in; the provider is answered with this.
    Answer(CallbackAnswer),
    /// It was not: it is not signed by whom it should be, or cannot be read.
    Refused(CallbackRefusal),
    /// No route of that name is called back.
    Unknown,
}

impl Flows {
    /// Takes in receipts. Unknown identifiers are parked: carriers send receipts before their own answers.
    pub async fn take_receipts(&self, receipts: Vec<Receipt>) -> Result<(), FlowError> {
        let heard = self.write(TakeReceipts { kit: self.kit.clone(), receipts: receipts.into() }).await?;
        self.kit.roads.note_heard(&heard, self.now());
        Ok(())
    }

    /// Takes in what a provider calls back with: checked by the route that it is about, before anything is looked at.
    pub async fn take_callback(
        &self,
        route: &str,
        request: &CallbackRequest,
    ) -> Result<CallbackTaken, FlowError> {
        let Some(door) = self.kit.roads.find(route).and_then(|road| road.route.door.clone()) else {
            return Ok(CallbackTaken::Unknown);
        };
        let reading = match door.read(request, self.now()).await {
            Ok(reading) => reading,
            Err(refusal) => return Ok(CallbackTaken::Refused(refusal)),
        };
        if !reading.receipts.is_empty() {
            self.take_receipts(reading.receipts).await?;
        }
        for inbound in reading.inbound {
            self.take_inbound(inbound).await?;
        }
        Ok(CallbackTaken::Answer(reading.answer))
    }

    /// Gives back what a crashed process had leased: its own leases, or on a single node (`None`) all of them.
    pub async fn release_leases(&self, node: Option<[u8; 16]>) -> Result<u64, FlowError> {
        self.write(Release { kit: self.kit.clone(), node }).await
    }
}

struct TakeReceipts {
    kit: Arc<Kit>,
    receipts: Arc<[Receipt]>,
}

impl Step for TakeReceipts {
    type Output = Vec<Heard>;

    async fn run(&self, tx: &mut Tx) -> Result<Vec<Heard>, StorageError> {
        rows::receipts(tx, &self.kit.rows, &self.receipts, self.kit.clock.now()).await
    }
}

struct Release {
    kit: Arc<Kit>,
    node: Option<[u8; 16]>,
}

impl Step for Release {
    type Output = u64;

    async fn run(&self, tx: &mut Tx) -> Result<u64, StorageError> {
        rows::release(tx, &self.kit.rows, self.node).await
    }
}
