//! The rate table that the relying party keeps fresh, and the holds that stop value from leaving.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::amount::Rate;
use countersign_core::change::Change;
use countersign_core::hold;
use countersign_core::id::{AccountId, ServiceId};
use countersign_core::model::Hold;
use countersign_storage::tables::{accounts, holds, rates};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// The holds of an account that are not over, and the one that ends last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holds {
    /// All of them, the earliest begun first.
    pub all: Vec<Hold>,
    /// The one that counts.
    pub in_force: Option<Hold>,
}

impl Flows {
    /// Keeps rates; one that is older than what is kept changes nothing.
    pub async fn set_rates(&self, service_id: ServiceId, rates: Vec<Rate>) -> Result<(), FlowError> {
        self.save(rates.into_iter().map(|rate| Change::SaveRate { service_id, rate }).collect()).await
    }

    /// Every rate of the service.
    pub async fn rates(&self, service_id: ServiceId) -> Result<Vec<Rate>, FlowError> {
        self.read(Rates { kit: self.kit.clone(), service_id }).await
    }

    /// The holds of an account; none if the service has no such account.
    pub async fn holds(
        &self,
        service_id: ServiceId,
        account_id: AccountId,
    ) -> Result<Option<Holds>, FlowError> {
        self.read(Look { kit: self.kit.clone(), service_id, account_id }).await
    }
}

struct Rates {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for Rates {
    type Output = Vec<Rate>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        rates::all(tx, &self.kit.rows, self.service_id).await
    }
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    account_id: AccountId,
}

impl Step for Look {
    type Output = Option<Holds>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (rows, earliest) = (&self.kit.rows, self.kit.clock.earliest());
        if accounts::load(tx, rows, self.service_id, self.account_id).await?.is_none() {
            return Ok(None);
        }
        let all = holds::of_account(tx, rows, self.service_id, self.account_id, earliest).await?;
        Ok(Some(Holds { in_force: hold::in_force(&all, earliest).cloned(), all }))
    }
}
