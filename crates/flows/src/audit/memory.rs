//! What this process remembers of each chain: how far it had come when it last looked. It is gone when the process
//! ends; from then on a chain is held against the note of its newest checkpoint alone.

use countersign_core::audit::Known;
use countersign_core::id::ServiceId;
use countersign_core::time::{Timestamp, seconds};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often the same trouble with a chain is told, since it is looked at every second.
const TELL_EVERY: Duration = seconds(60);

/// One for each process.
#[derive(Default)]
pub(crate) struct Memory(Mutex<BTreeMap<ServiceId, Chain>>);

#[derive(Default)]
struct Chain {
    known: Option<Known>,
    told_at: Option<Timestamp>,
}

impl Memory {
    fn chains(&self) -> MutexGuard<'_, BTreeMap<ServiceId, Chain>> {
        // A panic while the lock was held cannot leave half an entry.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far a chain had come. To be asked before its rows are read, so that what is sealed meanwhile only makes the
    /// rows the newer ones.
    pub(super) fn known(&self, service_id: ServiceId) -> Option<Known> {
        self.chains().get(&service_id).and_then(|chain| chain.known.clone())
    }

    /// The chain was seen to be whole, and to have come as far as this.
    pub(super) fn learn(&self, service_id: ServiceId, seen: Known) {
        if seen.sequence == 0 {
            return;
        }
        let mut chains = self.chains();
        let chain = chains.entry(service_id).or_default();
        let far = |one: &Known| (one.sequence, one.checkpoint);
        if chain.known.as_ref().is_none_or(|known| far(known) <= far(&seen)) {
            chain.known = Some(seen);
        }
    }

    /// Whether trouble with a chain is to be told now.
    pub(super) fn may_tell(&self, service_id: ServiceId, now: Timestamp) -> bool {
        let mut chains = self.chains();
        let chain = chains.entry(service_id).or_default();
        let may = chain.told_at.is_none_or(|told| now.since(told) >= TELL_EVERY);
        if may {
            chain.told_at = Some(now);
        }
        may
    }
}
