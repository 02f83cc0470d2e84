//! Looking up by an address: whose it is, or what was sent to it. Each is an entry of what happened, whether anything
//! was found or not, and a member of staff has so many in an hour: who is a customer is not read off one address at a
//! time. The command line has no such cap; whoever has it has the rows themselves.

use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::identify::account_by_identifier;
use countersign_core::address::Address;
use countersign_core::event::Event;
use countersign_core::id::{AccountId, OperatorId, ServiceId};
use countersign_core::limit;
use countersign_core::model::Actor;
use countersign_core::session::Scene;
use countersign_core::time::Timestamp;
use countersign_storage::tables::{self, counters, operators};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of a look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookUp<T> {
    /// This was found, or that nothing was.
    Answered(T),
    /// Nobody looked: the hour's look-ups are used up.
    Spent {
        /// When the next hour's begin.
        until: Timestamp,
    },
}

/// Among whom an address is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Among {
    /// Holders, by email address or number.
    pub accounts: bool,
    /// Staff, by email address.
    pub staff: bool,
}

/// Whose an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A holder's.
    Account(AccountId),
    /// A member of staff's.
    Operator(OperatorId),
}

impl Flows {
    /// Whose an address is, among those that whoever asks may see; an account comes first.
    pub async fn look_up_address(
        &self,
        service_id: ServiceId,
        address: Address,
        among: Among,
        caller: &Caller,
    ) -> Result<LookUp<Option<Whose>>, FlowError> {
        let (actor, scene) = (caller.actor, caller.scene());
        self.write(Look { kit: self.kit.clone(), service_id, address, among, actor, scene }).await
    }
}

/// Counts a look-up; until when there are no more, if this was one too many.
pub(crate) async fn count(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    actor: Actor,
    now: Timestamp,
) -> Result<Option<Timestamp>, StorageError> {
    let Some(operator) = actor.operator() else { return Ok(None) };
    let planned = [limit::plan_look_up(service_id, operator, &kit.policy, now)];
    let totals = counters::add(tx, &kit.rows, &planned).await?;
    Ok(limit::first_hit(&planned, &totals).map(|hit| hit.until))
}

/// Writes a look-up down, with the account that has the address: even one that was not asked for.
pub(crate) async fn note(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    address: &Address,
    found: bool,
    scene: &Scene,
    now: Timestamp,
) -> Result<(), StorageError> {
    let owner = account_by_identifier(tx, kit, service_id, address).await?.map(|account| account.id);
    let event = Event::AddressLookedUp { address: address.masked(), found };
    let entry = scene.event(service_id, owner, event, kit.world(scene, now));
    tables::apply(tx, &kit.rows, &[entry]).await
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    address: Address,
    among: Among,
    actor: Actor,
    scene: Scene,
}

impl Step for Look {
    type Output = LookUp<Option<Whose>>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        if let Some(until) = count(tx, kit, self.service_id, self.actor, now).await? {
            return Ok(LookUp::Spent { until });
        }
        let whose = self.whose(tx).await?;
        note(tx, kit, self.service_id, &self.address, whose.is_some(), &self.scene, now).await?;
        Ok(LookUp::Answered(whose))
    }
}

impl Look {
    async fn whose(&self, tx: &mut Tx) -> Result<Option<Whose>, StorageError> {
        let (kit, service_id, address) = (&self.kit, self.service_id, &self.address);
        if self.among.accounts
            && let Some(account) = account_by_identifier(tx, kit, service_id, address).await?
        {
            return Ok(Some(Whose::Account(account.id)));
        }
        if self.among.staff && address.phone().is_none() {
            let found = operators::by_email(tx, &kit.rows, service_id, kit.rows.index(address)).await?;
            return Ok(found.map(|operator| Whose::Operator(operator.id)));
        }
        Ok(None)
    }
}
