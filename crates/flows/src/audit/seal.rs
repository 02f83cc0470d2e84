//! Puts what was committed in line: one sealer per chain at a time, whichever node it runs on, in the order of the
//! identifiers that wait. An entry whose transaction ended late takes the next free place; none is passed over.

use super::KeptCheckpoint;
use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::audit::{
    Checkpoint, Link, RawEntry, StoredCheckpoint, chain_start, entry_hash, is_checkpoint_due, next_link,
};
use countersign_core::id::ServiceId;
use countersign_storage::tables::audit;
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// Entries sealed in one transaction: on SQLite nothing else is written meanwhile.
const BATCH: u32 = 250;

/// What a sealing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SealReport {
    /// Entries that have a place now.
    pub entries: u64,
    /// Checkpoints that were signed.
    pub checkpoints: u64,
}

impl Flows {
    /// Seals what waits, in every service, and signs what is due. Safe on every node at once.
    pub async fn seal_audit(&self) -> Result<SealReport, FlowError> {
        let mut report = SealReport::default();
        for service in self.services().await? {
            let service_id = service.id;
            while self.read(IsDue { kit: self.kit.clone(), service_id }).await? {
                let (entries, signed) = self.write(Seal { kit: self.kit.clone(), service_id }).await?;
                report.entries += entries;
                report.checkpoints += u64::from(signed);
                if entries < u64::from(BATCH) {
                    break;
                }
            }
        }
        Ok(report)
    }

    pub(crate) async fn audit_newest_checkpoint(
        &self,
        service_id: ServiceId,
    ) -> Result<Option<Checkpoint>, FlowError> {
        let newest = self.read(Newest { kit: self.kit.clone(), service_id }).await?;
        Ok(newest.map(|(one, _)| one))
    }

    /// The newest checkpoint of a service's chain, to be kept elsewhere; none before anything was sealed.
    pub async fn audit_checkpoint(&self, service_id: ServiceId) -> Result<Option<KeptCheckpoint>, FlowError> {
        let newest = self.read(Newest { kit: self.kit.clone(), service_id }).await?;
        let keys = &self.kit.audit_keys.all;
        Ok(newest.map(|(one, statement)| KeptCheckpoint::new(&one, &statement, keys)))
    }
}

/// The newest checkpoint with its statement, if our key signed it.
async fn newest(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
) -> Result<Option<(Checkpoint, String)>, StorageError> {
    let Some(stored) = audit::newest_checkpoint(tx, &kit.rows, service_id).await? else { return Ok(None) };
    match Checkpoint::verify(&kit.audit_keys.all, &stored.statement) {
        Ok(one) => Ok(Some((one, stored.statement))),
        Err(problem) => {
            tracing::error!(
                ?problem,
                number = stored.number,
                "the newest checkpoint of the audit is not ours"
            );
            Ok(None)
        }
    }
}

struct Newest {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for Newest {
    type Output = Option<(Checkpoint, String)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        newest(tx, &self.kit, self.service_id).await
    }
}

/// Whether there is anything to seal or to sign; asked without a lock.
struct IsDue {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for IsDue {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (kit, service_id) = (&self.kit, self.service_id);
        if audit::has_waiting(tx, &kit.rows, service_id).await? {
            return Ok(true);
        }
        let Some((head, _)) = audit::head(tx, &kit.rows, service_id).await? else { return Ok(false) };
        let signed = newest(tx, kit, service_id).await?.map(|(one, _)| one);
        Ok(is_checkpoint_due(signed.as_ref(), head, kit.clock.now()))
    }
}

struct Seal {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for Seal {
    type Output = (u64, bool);

    async fn run(&self, tx: &mut Tx) -> Result<(u64, bool), StorageError> {
        let (kit, service_id) = (&self.kit, self.service_id);
        if !audit::lock(tx, &kit.rows, service_id).await? {
            return Ok((0, false));
        }
        let (mut head, mut link) =
            audit::head(tx, &kit.rows, service_id).await?.unwrap_or((0, chain_start(service_id)));
        let mut sealed: Vec<(u64, Vec<u8>, Link)> = Vec::new();
        for entry in audit::waiting(tx, &kit.rows, service_id, BATCH).await? {
            (head, link) = (head + 1, after(&link, &entry, head + 1));
            sealed.push((head, entry.id, link));
        }
        audit::seal(tx, &kit.rows, service_id, &sealed).await?;
        let signed = self.sign(tx, head, link).await?;
        Ok((sealed.len() as u64, signed))
    }
}

fn after(previous: &Link, entry: &RawEntry, sequence: u64) -> Link {
    next_link(previous, &entry_hash(entry), sequence)
}

impl Seal {
    /// Signs how far the chain has come, if it is time.
    async fn sign(&self, tx: &mut Tx, head: u64, link: Link) -> Result<bool, StorageError> {
        let (kit, service_id, at) = (&self.kit, self.service_id, self.kit.clock.now());
        let stored = audit::newest_checkpoint(tx, &kit.rows, service_id).await?;
        let signed = newest(tx, kit, service_id).await?.map(|(one, _)| one);
        if !is_checkpoint_due(signed.as_ref(), head, at) {
            return Ok(false);
        }
        // After the newest row there is, even one that is not ours: `audit verify` is to find it, not to lose it.
        let number = stored.map_or(0, |one| u64::try_from(one.number).unwrap_or(0)) + 1;
        let one = Checkpoint { service_id, number, sequence: head, link, at };
        let column = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let row = StoredCheckpoint {
            number: column(number),
            sequence: column(head),
            at: at.unix_ms(),
            statement: one.sign(&kit.audit_keys.active),
        };
        audit::insert_checkpoint(tx, &kit.rows, service_id, &row).await?;
        Ok(true)
    }
}
