//! The desk: what staff look up about accounts and numbers, what they may do at once, and what two of them decide
//! (section K, R57). Everything leaves masked but what is revealed with a reason; every look and every act is an entry.

pub(crate) mod accounts;
pub(crate) mod lists;
pub(crate) mod look_ups;
pub(crate) mod numbers;
pub(crate) mod proposals;
pub(crate) mod today;

use crate::context::Kit;
use countersign_core::id::{OperatorId, ServiceId};
use countersign_core::model::{Actor, EventEntry};
use countersign_storage::tables::operators;
use countersign_storage::{StorageError, Tx};
use std::collections::HashMap;

/// Who is behind an act, as staff read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    /// Who.
    pub actor: Actor,
    /// Masked email address of a member of staff; empty for anybody else.
    pub name: String,
}

/// An entry of what happened, with who was behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryView {
    /// The entry.
    pub entry: EventEntry,
    /// Who.
    pub by: Voice,
}

/// The staff of a service by their identifiers, masked.
pub(super) struct Names(HashMap<OperatorId, String>);

impl Names {
    pub(super) async fn read(tx: &mut Tx, kit: &Kit, service_id: ServiceId) -> Result<Self, StorageError> {
        let staff = operators::of_service(tx, &kit.rows, service_id).await?;
        Ok(Self(staff.into_iter().map(|one| (one.id, one.email.masked())).collect()))
    }

    pub(super) fn voice(&self, actor: Actor) -> Voice {
        let name = actor.operator().and_then(|id| self.0.get(&id).cloned()).unwrap_or_default();
        Voice { actor, name }
    }
}
