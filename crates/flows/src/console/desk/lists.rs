//! What is held and what is locked in a service now. Reads only; holds have no way out but their end.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::id::{AccountId, ServiceId};
use countersign_core::lock::sending_locked_until;
use countersign_core::model::{Factor, FactorState, Hold, Subject};
use countersign_core::time::Timestamp;
use countersign_storage::tables::{factors, holds};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// A factor that failures or sends have shut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lockout {
    /// Whose; none of an address that belongs to no account.
    pub account_id: Option<AccountId>,
    /// Which.
    pub factor: Factor,
    /// From one known browser only (R24).
    pub is_one_browser: bool,
    /// Failures since the last success.
    pub failures: u32,
    /// Until when it is locked.
    pub locked_until: Option<Timestamp>,
    /// Since when it must be bound again.
    pub disabled_at: Option<Timestamp>,
    /// Until when no code is sent.
    pub sends_locked_until: Option<Timestamp>,
}

/// Rows of one list.
const LIST: u32 = 200;

impl Flows {
    /// Holds in force, the last to end first.
    pub async fn holds_in_force(&self, service_id: ServiceId) -> Result<Vec<Hold>, FlowError> {
        self.read(Held { kit: self.kit.clone(), service_id }).await
    }

    /// What failures and sends have shut.
    pub async fn lockouts(&self, service_id: ServiceId) -> Result<Vec<Lockout>, FlowError> {
        self.read(Shut { kit: self.kit.clone(), service_id }).await
    }
}

struct Held {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for Held {
    type Output = Vec<Hold>;

    async fn run(&self, tx: &mut Tx) -> Result<Vec<Hold>, StorageError> {
        // As where they are judged: a clock that was set forward ends none (R65).
        let earliest = self.kit.clock.earliest();
        holds::of_service(tx, &self.kit.rows, self.service_id, earliest, LIST).await
    }
}

struct Shut {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for Shut {
    type Output = Vec<Lockout>;

    async fn run(&self, tx: &mut Tx) -> Result<Vec<Lockout>, StorageError> {
        let now = self.kit.clock.now();
        let found = factors::shut(tx, &self.kit.rows, self.service_id, now, LIST).await?;
        let lockout = |state: FactorState| Lockout {
            account_id: match state.subject {
                Subject::Account(id) => Some(id),
                Subject::Address(_) | Subject::Staff(_) => None,
            },
            factor: state.factor,
            is_one_browser: state.lane.is_some(),
            failures: state.in_a_row,
            locked_until: state.locked_until.filter(|until| now < *until),
            disabled_at: state.disabled_at,
            sends_locked_until: sending_locked_until(&state, now),
        };
        Ok(found.into_iter().map(lockout).collect())
    }
}
