//! Puts what was committed in line: one sealer per chain at a time, whichever node it runs on, in the order of the
//! identifiers that wait. An entry whose transaction ended late takes the next free place; none is passed over.
//!
//! Before it adds anything, a sealer holds the rows against what its process remembers and what the note of the newest
//! checkpoint says. Where they are not what they were, a process that remembers adds and signs nothing; one that has
//! just started goes on, and leaves a number of its checkpoints out, which `audit verify` finds for ever.

use super::KeptCheckpoint;
use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::audit::{
    ChainBreak, Checkpoint, Known, Link, RawEntry, SeenCheckpoint, Standing, StoredCheckpoint, chain_start,
    entry_hash, hex, is_checkpoint_due, next_link, next_number,
};
use countersign_core::id::ServiceId;
use countersign_core::time::Timestamp;
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
    /// Chains that are not what they were, and to which nothing was added.
    pub refused: u64,
}

impl Flows {
    /// Seals what waits, in every service, and signs what is due. Safe on every node at once. One chain that cannot be
    /// read keeps no other from it; the first error is given back after all were tried.
    pub async fn seal_audit(&self) -> Result<SealReport, FlowError> {
        self.seal_each(false).await
    }

    /// As [`Flows::seal_audit`], for a process that is about to end: signs what is sealed, due or not, since nobody may
    /// be there to do it in time.
    pub async fn close_audit(&self) -> Result<SealReport, FlowError> {
        self.seal_each(true).await
    }

    async fn seal_each(&self, is_closing: bool) -> Result<SealReport, FlowError> {
        let mut report = SealReport::default();
        let mut first = None;
        for service in self.services().await? {
            if let Err(error) = self.seal_one(service.id, is_closing, &mut report).await {
                if self.kit.audit_memory.may_tell(service.id, self.now()) {
                    tracing::error!(service = %service.id, %error, "the audit of a service could not be sealed");
                }
                first.get_or_insert(error);
            }
        }
        first.map_or(Ok(report), Err)
    }

    async fn seal_one(
        &self,
        service_id: ServiceId,
        is_closing: bool,
        report: &mut SealReport,
    ) -> Result<(), FlowError> {
        let (kit, known) = (self.kit.clone(), self.kit.audit_memory.known(service_id));
        let state = self.read(Look { kit, service_id, known: known.clone() }).await?;
        self.tell(service_id, &state, is_refused(&state, known.as_ref(), is_closing));
        if is_refused(&state, known.as_ref(), is_closing) {
            report.refused += 1;
            return Ok(());
        }
        if let (None, Some(seen)) = (state.broken, state.known()) {
            self.kit.audit_memory.learn(service_id, seen);
        }
        if !state.is_due(is_closing, self.now()) {
            return Ok(());
        }
        loop {
            let (kit, known) = (self.kit.clone(), self.kit.audit_memory.known(service_id));
            let Some(sealed) = self.write(Seal { kit, service_id, known, is_closing }).await? else {
                // It broke since it was looked at: the next look tells.
                return Ok(());
            };
            self.kit.audit_memory.learn(service_id, sealed.known);
            if let Some(one) = &sealed.signed {
                // Kept with the log, off this host, it holds everything before it in place (R76).
                let link = hex(&one.link);
                let (number, sequence) = (one.number, one.sequence);
                tracing::info!(service = %service_id, number, sequence, %link, "the audit was signed");
            }
            report.entries += sealed.entries;
            report.checkpoints += u64::from(sealed.signed.is_some());
            if sealed.entries < u64::from(BATCH) {
                return Ok(());
            }
        }
    }

    /// Loudly, once a minute: what is not as it was.
    fn tell(&self, service_id: ServiceId, state: &State, is_refused: bool) {
        let (service, is_strange) = (service_id, state.newest.is_strange());
        let is_quiet = state.broken.is_none() && !is_strange;
        if is_quiet || !self.kit.audit_memory.may_tell(service_id, self.now()) {
            return;
        }
        if is_strange {
            let number = state.newest.number;
            tracing::error!(%service, ?number, "the newest checkpoint of the audit is not what was signed");
        }
        if let Some(ChainBreak { kind, sequence }) = state.broken {
            let (how, refused) = (kind.as_str(), is_refused);
            tracing::error!(%service, how, sequence, refused, "the audit is not what it was: somebody changed it");
        }
    }

    pub(crate) async fn audit_newest_checkpoint(
        &self,
        service_id: ServiceId,
    ) -> Result<Option<Checkpoint>, FlowError> {
        let newest = self.read(Newest { kit: self.kit.clone(), service_id }).await?;
        Ok(newest.map(|(one, _)| one))
    }

    /// The newest checkpoint of a service's chain, to be kept elsewhere; none before anything was sealed, and none if
    /// its row is not what was signed.
    pub async fn audit_checkpoint(&self, service_id: ServiceId) -> Result<Option<KeptCheckpoint>, FlowError> {
        let newest = self.read(Newest { kit: self.kit.clone(), service_id }).await?;
        let keys = &self.kit.audit_keys.all;
        Ok(newest.map(|(one, statement)| KeptCheckpoint::new(&one, &statement, keys)))
    }
}

/// Whoever remembers the chain as another one adds nothing to it, and neither does whoever only passes by.
fn is_refused(state: &State, known: Option<&Known>, is_closing: bool) -> bool {
    state.broken.is_some() && (known.is_some() || is_closing)
}

/// The row of the newest checkpoint.
struct NewestRow {
    /// 0 if there is none; none if it cannot be read.
    number: Option<u64>,
    /// What it says, with its statement, if it is what we signed.
    signed: Option<(Checkpoint, String)>,
}

impl NewestRow {
    async fn read(tx: &mut Tx, kit: &Kit, service_id: ServiceId) -> Result<Self, StorageError> {
        let Some(seen) = audit::newest_checkpoint(tx, &kit.rows, service_id).await? else {
            return Ok(Self { number: Some(0), signed: None });
        };
        let number = seen.number().and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0);
        let SeenCheckpoint::Row(row) = seen else { return Ok(Self { number, signed: None }) };
        let read = Checkpoint::verify(&kit.audit_keys.all, &row.statement).ok();
        let ours = read.filter(|one| one.service_id == service_id && Some(one.number) == number);
        Ok(Self { number, signed: ours.map(|one| (one, row.statement)) })
    }

    fn is_strange(&self) -> bool {
        self.number != Some(0) && self.signed.is_none()
    }
}

struct Newest {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for Newest {
    type Output = Option<(Checkpoint, String)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        Ok(NewestRow::read(tx, &self.kit, self.service_id).await?.signed)
    }
}

/// A chain as its rows say it is.
struct State {
    is_waiting: bool,
    head: Option<(u64, Link)>,
    newest: NewestRow,
    marked: Option<Checkpoint>,
    standing: Standing,
    /// Where it is not what is known of it.
    broken: Option<ChainBreak>,
}

impl State {
    async fn read(
        tx: &mut Tx,
        kit: &Kit,
        service_id: ServiceId,
        known: Option<&Known>,
    ) -> Result<Self, StorageError> {
        let rows = &kit.rows;
        let is_waiting = audit::has_waiting(tx, rows, service_id).await?;
        let head = audit::head(tx, rows, service_id).await?;
        let newest = NewestRow::read(tx, kit, service_id).await?;
        let mark = audit::mark(tx, rows, service_id).await?;
        let marked = mark.and_then(|text| Checkpoint::verify_mark(&kit.audit_keys.all, &text).ok());
        let marked = marked.filter(|one| one.service_id == service_id);
        let standing = Standing {
            head: head.map_or(0, |(sequence, _)| sequence),
            checkpoint: newest.number,
            marked: marked.as_ref().map(|one| one.number),
        };
        let mut whole = Ok(());
        for one in known.cloned().into_iter().chain(marked.as_ref().map(Known::from)) {
            let link = audit::link_at(tx, rows, service_id, one.sequence).await?;
            whole = whole.and(standing.follows(&one, link.as_deref()));
        }
        let broken = whole.and(standing.is_marked()).err();
        Ok(Self { is_waiting, head, newest, marked, standing, broken })
    }

    /// What is to be remembered of it.
    fn known(&self) -> Option<Known> {
        let checkpoint = self.standing.marked.unwrap_or(0);
        self.head.map(|(sequence, link)| Known { sequence, link, checkpoint })
    }

    /// The newest checkpoint that is one of ours.
    fn signed(&self) -> Option<&Checkpoint> {
        self.newest.signed.as_ref().map(|(one, _)| one).or(self.marked.as_ref())
    }

    /// Whether what was sealed up to `head` is signed now.
    fn is_signing_due(&self, head: u64, is_closing: bool, now: Timestamp) -> bool {
        let unsigned = head > self.signed().map_or(0, |one| one.sequence);
        (is_closing && unsigned) || is_checkpoint_due(self.signed(), head, now)
    }

    /// Whether there is anything to seal or to sign.
    fn is_due(&self, is_closing: bool, now: Timestamp) -> bool {
        self.is_waiting || self.is_signing_due(self.standing.head, is_closing, now)
    }
}

/// How a chain stands; asked without a lock.
struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    known: Option<Known>,
}

impl Step for Look {
    type Output = State;

    async fn run(&self, tx: &mut Tx) -> Result<State, StorageError> {
        State::read(tx, &self.kit, self.service_id, self.known.as_ref()).await
    }
}

struct Seal {
    kit: Arc<Kit>,
    service_id: ServiceId,
    known: Option<Known>,
    is_closing: bool,
}

/// What one transaction put in line.
struct Sealed {
    entries: u64,
    signed: Option<Checkpoint>,
    known: Known,
}

impl Step for Seal {
    type Output = Option<Sealed>;

    async fn run(&self, tx: &mut Tx) -> Result<Option<Sealed>, StorageError> {
        let (kit, service_id) = (&self.kit, self.service_id);
        if !audit::lock(tx, &kit.rows, service_id).await? {
            return Ok(None);
        }
        let state = State::read(tx, kit, service_id, self.known.as_ref()).await?;
        if is_refused(&state, self.known.as_ref(), self.is_closing) {
            return Ok(None);
        }
        let (mut head, mut link) = state.head.unwrap_or((0, chain_start(service_id)));
        let mut sealed: Vec<(u64, Vec<u8>, Link)> = Vec::new();
        for entry in audit::waiting(tx, &kit.rows, service_id, BATCH).await? {
            (head, link) = (head + 1, after(&link, &entry, head + 1));
            sealed.push((head, entry.id, link));
        }
        audit::seal(tx, &kit.rows, service_id, &sealed).await?;
        let signed = self.sign(tx, &state, head, link).await?;
        let checkpoint = signed.as_ref().or(state.marked.as_ref()).map_or(0, |one| one.number);
        let known = Known { sequence: head, link, checkpoint };
        Ok(Some(Sealed { entries: sealed.len() as u64, signed, known }))
    }
}

fn after(previous: &Link, entry: &RawEntry, sequence: u64) -> Link {
    next_link(previous, &entry_hash(entry), sequence)
}

impl Seal {
    /// Signs how far the chain has come, if it is time, or at once where it goes on from a broken one.
    async fn sign(
        &self,
        tx: &mut Tx,
        state: &State,
        head: u64,
        link: Link,
    ) -> Result<Option<Checkpoint>, StorageError> {
        let (kit, service_id, at) = (&self.kit, self.service_id, self.kit.clock.now());
        let goes_on = state.broken.is_some() && head > 0;
        if !goes_on && !state.is_signing_due(head, self.is_closing, at) {
            return Ok(None);
        }
        let known = self.known.as_ref().map_or(0, |known| known.checkpoint);
        let number = next_number(&state.standing, known, state.broken.is_none());
        let one = Checkpoint { service_id, number, sequence: head, link, at };
        let column = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let key = &kit.audit_keys.active;
        let row = StoredCheckpoint {
            number: column(number),
            sequence: column(head),
            at: at.unix_ms(),
            statement: one.sign(key),
        };
        audit::insert_checkpoint(tx, &kit.rows, service_id, &row, &one.mark(key)).await?;
        Ok(Some(one))
    }
}
