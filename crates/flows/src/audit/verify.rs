//! Checks every chain from its start: reads the database in order, in pages, and has the core follow each. The next
//! page is read while one is looked at. Changes nothing.

use super::KeptCheckpoint;
use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::audit::{
    Checkpoint, Finding, FindingKind, LinkedEntry, SeenCheckpoint, Walk, WalkSummary,
};
use countersign_core::id::ServiceId;
use countersign_core::jws::JwsProblem;
use countersign_core::time::Timestamp;
use countersign_storage::tables::audit::{self, Unsealed};
use countersign_storage::{Step, StorageError, Tx};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Links read at once.
const PAGE: u32 = 5_000;

/// Entries looked through at once for such as have no place.
const WINDOW: u32 = 50_000;

/// Entries that waited and are gone, listed at most.
const VANISHED_MAX: u32 = 1_000;

/// What became of a kept checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptProblem {
    /// Its statement was not signed with one of the master keys given.
    NotOurs,
    /// Its other members do not say what its statement says.
    Disagrees,
}

/// One chain and what does not fit in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainReport {
    /// Whose.
    pub service_id: ServiceId,
    /// What the walk saw; its findings are all that concern this service.
    pub walk: WalkSummary,
    /// Entries that wait for their place, as they may for a moment.
    pub waiting: u64,
    /// When the oldest of them happened.
    pub waits_since: Option<Timestamp>,
}

/// The whole audit, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditReport {
    /// Each chain, in order of its service's identifier.
    pub chains: Vec<ChainReport>,
}

impl AuditReport {
    /// Entries looked at.
    pub fn entries(&self) -> u64 {
        self.chains.iter().map(|chain| chain.walk.entries).sum()
    }

    /// How much does not fit.
    pub fn found(&self) -> u64 {
        self.chains.iter().map(|chain| chain.walk.found).sum()
    }
}

impl Flows {
    /// A line that [`Flows::audit_checkpoint`] once gave, read and verified.
    pub fn read_kept_checkpoint(&self, kept: &KeptCheckpoint) -> Result<Checkpoint, KeptProblem> {
        let read = Checkpoint::verify(&self.kit.audit_keys.all, &kept.statement);
        let one = read.map_err(|_: JwsProblem| KeptProblem::NotOurs)?;
        let same = KeptCheckpoint::new(&one, &kept.statement, &[]);
        let said = (&kept.service, kept.number, kept.sequence, &kept.link, &kept.at);
        if (&same.service, same.number, same.sequence, &same.link, &same.at) != said {
            return Err(KeptProblem::Disagrees);
        }
        Ok(one)
    }

    /// Checks every chain; `progress` is told how many entries were looked at so far.
    pub async fn verify_audit(
        &self,
        kept: &[Checkpoint],
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<AuditReport, FlowError> {
        let mut chains = BTreeMap::new();
        let mut entries = 0;
        for service_id in self.chains(kept).await? {
            let walk = Walk::new(service_id, self.kit.audit_keys.all.clone(), kept);
            let walk = self.walk(service_id, walk, |count| progress(entries + count)).await?;
            entries += walk.entries;
            chains.insert(service_id, ChainReport { service_id, walk, waiting: 0, waits_since: None });
        }
        self.find_unsealed(&mut chains).await?;
        self.find_emptied(&mut chains).await?;
        Ok(AuditReport { chains: chains.into_values().collect() })
    }

    /// Every service that has, had or should have a chain.
    async fn chains(&self, kept: &[Checkpoint]) -> Result<BTreeSet<ServiceId>, FlowError> {
        let mut chains: BTreeSet<ServiceId> = kept.iter().map(|one| one.service_id).collect();
        chains.extend(self.services().await?.iter().map(|service| service.id));
        let mut last = None;
        while let Some(next) = self.read(Next { kit: self.kit.clone(), last }).await? {
            chains.insert(next);
            last = Some(next);
        }
        Ok(chains)
    }

    async fn walk(
        &self,
        service_id: ServiceId,
        mut walk: Walk,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<WalkSummary, FlowError> {
        let (mut after, mut entries) = (i64::MIN, 0);
        let before = self.read(ReadMark { kit: self.kit.clone(), service_id }).await?;
        before.iter().for_each(|mark| walk.expect(mark));
        let mut page = self.page(service_id, after).await?;
        loop {
            let last = page.0.last().map(|last| last.sequence);
            let next = last.map(|last| {
                after = last;
                let flows = self.clone();
                tokio::spawn(async move { flows.page(service_id, last).await })
            });
            walk.take(&page.0, &page.1);
            entries += page.0.len() as u64;
            progress(entries);
            page = match next {
                None => break,
                Some(reading) => match reading.await {
                    Ok(read) => read?,
                    // The task was dropped with the runtime: read it here, or fail as the store does.
                    Err(_) => self.page(service_id, after).await?,
                },
            };
        }
        // The first checkpoint of all may have been signed meanwhile.
        if before.is_none() {
            let since = self.read(ReadMark { kit: self.kit.clone(), service_id }).await?;
            since.iter().for_each(|mark| walk.expect(mark));
        }
        Ok(walk.finish())
    }

    /// The page after a place; a row that holds what it cannot hold is stepped over by itself.
    async fn page(&self, service_id: ServiceId, after: i64) -> Result<Page, FlowError> {
        let read = |limit| self.store.read(ReadPage { kit: self.kit.clone(), service_id, after, limit });
        let mut limit = PAGE;
        loop {
            match read(limit).await {
                Err(StorageError::Corrupt { .. }) if limit > 0 => limit /= 2,
                other => return Ok(other?),
            }
        }
    }

    /// Entries without a place: such as wait, and such as nobody put in line. Those of a service that there is not are
    /// told with the first chain.
    async fn find_unsealed(&self, chains: &mut BTreeMap<ServiceId, ChainReport>) -> Result<(), FlowError> {
        let mut after = Some(Vec::new());
        while let Some(from) = after {
            let (found, next) = self.read(ReadUnsealed { kit: self.kit.clone(), after: from }).await?;
            for one in &found {
                if let Some(chain) = chain_of(chains, &one.service_id) {
                    judge_unsealed(chain, one);
                }
            }
            after = next;
        }
        for (service_id, event_id) in self.read(ReadVanished { kit: self.kit.clone() }).await? {
            if let Some(chain) = chain_of(chains, &service_id) {
                add(chain, Finding::removed_unsealed(&event_id));
            }
        }
        Ok(())
    }
}

impl Flows {
    /// Chains without a link that cannot be without one.
    async fn find_emptied(&self, chains: &mut BTreeMap<ServiceId, ChainReport>) -> Result<(), FlowError> {
        let now = self.now();
        for chain in chains.values_mut() {
            if chain.walk.head > 0 || chain.walk.found > 0 {
                continue;
            }
            let step = ReadBare { kit: self.kit.clone(), service_id: chain.service_id };
            // The first entries of all may have been sealed meanwhile.
            let Some(has_people) = self.read(step).await? else { continue };
            if let Some(finding) = Walk::emptied(has_people, chain.waits_since, now) {
                add(chain, finding);
            }
        }
        Ok(())
    }
}

fn chain_of<'a>(
    chains: &'a mut BTreeMap<ServiceId, ChainReport>,
    service_id: &[u8],
) -> Option<&'a mut ChainReport> {
    let known = service_id.try_into().ok().map(ServiceId::from_bytes).filter(|id| chains.contains_key(id));
    let id = known.or_else(|| chains.keys().next().copied())?;
    chains.get_mut(&id)
}

fn judge_unsealed(chain: &mut ChainReport, one: &Unsealed) {
    let is_of_chain = one.service_id == chain.service_id.as_bytes();
    let newest: Option<Timestamp> = chain.walk.newest_at;
    match Walk::unsealed(&one.event_id, one.at, one.is_waiting && is_of_chain, newest) {
        None => {
            chain.waiting += 1;
            chain.waits_since = Some(chain.waits_since.map_or(one.at, |oldest| oldest.min(one.at)));
        }
        Some(finding) => add(chain, finding),
    }
}

/// As many as the walk itself lists of one kind are told; all are counted.
fn add(chain: &mut ChainReport, finding: Finding) {
    const LISTED_MAX: usize = 1_000;
    let is_alike = |one: &&Finding| one.sequence.is_none() && one.kind == finding.kind;
    chain.walk.found += 1;
    if finding.kind == FindingKind::Removed
        || chain.walk.findings.iter().filter(is_alike).count() < LISTED_MAX
    {
        chain.walk.findings.push(finding);
    }
}

type Page = (Vec<LinkedEntry>, Vec<SeenCheckpoint>);

struct ReadMark {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for ReadMark {
    type Output = Option<String>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        audit::mark(tx, &self.kit.rows, self.service_id).await
    }
}

/// Whether a service without a link has operators or accounts; none if it has a link by now.
struct ReadBare {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for ReadBare {
    type Output = Option<bool>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (rows, service_id) = (&self.kit.rows, self.service_id);
        match audit::head(tx, rows, service_id).await? {
            Some(_) => Ok(None),
            None => audit::has_people(tx, rows, service_id).await.map(Some),
        }
    }
}

struct Next {
    kit: Arc<Kit>,
    last: Option<ServiceId>,
}

impl Step for Next {
    type Output = Option<ServiceId>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        audit::next_chain(tx, &self.kit.rows, self.last).await
    }
}

struct ReadPage {
    kit: Arc<Kit>,
    service_id: ServiceId,
    after: i64,
    /// 0 for one link whose entry cannot be read.
    limit: u32,
}

impl Step for ReadPage {
    type Output = Page;

    async fn run(&self, tx: &mut Tx) -> Result<Page, StorageError> {
        let rows = &self.kit.rows;
        match self.limit {
            0 => audit::unreadable(tx, rows, self.service_id, self.after).await,
            limit => audit::page(tx, rows, self.service_id, self.after, limit).await,
        }
    }
}

struct ReadUnsealed {
    kit: Arc<Kit>,
    after: Vec<u8>,
}

impl Step for ReadUnsealed {
    type Output = (Vec<Unsealed>, Option<Vec<u8>>);

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        audit::unsealed(tx, &self.kit.rows, &self.after, WINDOW).await
    }
}

struct ReadVanished {
    kit: Arc<Kit>,
}

impl Step for ReadVanished {
    type Output = Vec<(Vec<u8>, Vec<u8>)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        audit::vanished(tx, &self.kit.rows, VANISHED_MAX).await
    }
}
