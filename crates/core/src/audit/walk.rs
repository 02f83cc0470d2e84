//! Follows one chain from its start, entry by entry, and names each place that does not fit: what was edited, removed,
//! added, put in another order, or cut off. One look ahead tells an altered entry from an altered link. Memory does not
//! grow with the chain.

use super::lateness::{LateRun, Lateness};
use super::{
    CHECKPOINT_ENTRIES_MAX, Checkpoint, Link, RawEntry, SEALED_LATE, UNSIGNED_MAX, WAITING_MAX, chain_start,
    entry_hash, hex, next_link,
};
use crate::id::{EventId, ServiceId};
use crate::jws::{JwsProblem, VerifyingKey};
use crate::model::named;
use crate::time::Timestamp;

named! {
    /// What does not fit.
    FindingKind {
        /// The entry is not the one that was sealed.
        Edited = "edited",
        /// A sealed entry, or one that waited to be sealed, is gone.
        Removed = "removed",
        /// Two entries stand in each other's place.
        Reordered = "reordered",
        /// An entry was put in past the program, or into the past.
        Added = "added",
        /// The link of an entry was changed; the entry itself fits.
        LinkAltered = "link_altered",
        /// Links are gone.
        LinkMissing = "link_missing",
        /// A checkpoint is not what was signed.
        CheckpointAltered = "checkpoint_altered",
        /// A checkpoint is gone.
        CheckpointMissing = "checkpoint_missing",
        /// A checkpoint was signed with a key that is not among the master keys given.
        CheckpointUnknownKey = "checkpoint_unknown_key",
        /// Entries were changed and their links computed anew: they do not lead to what a checkpoint signed.
        Rewritten = "rewritten",
        /// The newest entries are gone: a checkpoint covers more than there is.
        TailCut = "tail_cut",
        /// Entries were signed long after they had happened, as a history is that somebody changed and had sealed anew.
        SealedLate = "sealed_late",
        /// The note of which checkpoint is the newest is gone or not what was signed.
        NewestUnknown = "newest_unknown",
        /// Nothing is in line, although there is what does not come without an entry.
        Emptied = "emptied",
    }
}

/// One place that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The first entry concerned, if it has a place in the chain.
    pub sequence: Option<u64>,
    /// How many entries from there; 1 for one.
    pub count: u64,
    /// Which entry, if one is named (`evt_…`, or hexadecimal digits if it is no identifier any more).
    pub event: Option<String>,
    /// Which checkpoint, if it is about one.
    pub checkpoint: Option<u64>,
}

impl Finding {
    fn at(kind: FindingKind, sequence: u64) -> Self {
        Self { kind, sequence: Some(sequence), count: 1, event: None, checkpoint: None }
    }

    fn of(mut self, event_id: &[u8]) -> Self {
        self.event = Some(event_text(event_id));
        self
    }

    fn about_checkpoint(mut self, number: u64) -> Self {
        self.checkpoint = Some(number);
        self
    }

    /// About the chain as a whole, or an entry without a place in it.
    fn anywhere(kind: FindingKind) -> Self {
        Self { sequence: None, ..Self::at(kind, 0) }
    }

    /// An entry that waited to be sealed and is gone.
    pub fn removed_unsealed(event_id: &[u8]) -> Self {
        Self::anywhere(FindingKind::Removed).of(event_id)
    }
}

fn event_text(bytes: &[u8]) -> String {
    bytes.try_into().map_or_else(|_| hex(bytes), |id| EventId::from_bytes(id).to_string())
}

/// The row behind a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// As it stands.
    Entry(RawEntry),
    /// There is none.
    Missing,
    /// There is one that holds what its columns cannot hold.
    Unreadable,
}

/// One link with the entry it speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedEntry {
    /// Its place, from 1.
    pub sequence: i64,
    /// The entry that the link names.
    pub event_id: Vec<u8>,
    /// The link.
    pub link: Vec<u8>,
    /// The entry.
    pub seen: Seen,
}

/// A checkpoint's row, unread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// `number`
    pub number: i64,
    /// `sequence`
    pub sequence: i64,
    /// `at`, Unix milliseconds.
    pub at: i64,
    /// The signed statement.
    pub statement: String,
}

/// A checkpoint's row as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeenCheckpoint {
    /// As it stands.
    Row(StoredCheckpoint),
    /// It holds what its columns cannot hold.
    Unreadable {
        /// `number`, if that can be read.
        number: Option<i64>,
        /// `sequence`, if that can be read.
        sequence: Option<i64>,
    },
}

impl SeenCheckpoint {
    /// `number`, if it can be read.
    pub fn number(&self) -> Option<i64> {
        match self {
            SeenCheckpoint::Row(row) => Some(row.number),
            SeenCheckpoint::Unreadable { number, .. } => *number,
        }
    }

    /// `sequence`, if it can be read.
    pub fn sequence(&self) -> Option<i64> {
        match self {
            SeenCheckpoint::Row(row) => Some(row.sequence),
            SeenCheckpoint::Unreadable { sequence, .. } => *sequence,
        }
    }

    /// Where it comes among the links.
    fn place(&self) -> i64 {
        self.sequence().unwrap_or(i64::MIN)
    }
}

/// What a walk saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkSummary {
    /// Links looked at.
    pub entries: u64,
    /// The newest place.
    pub head: u64,
    /// The newest checkpoint that holds.
    pub signed: Option<Checkpoint>,
    /// When the newest entry happened.
    pub newest_at: Option<Timestamp>,
    /// When the first checkpoint was signed: what happened long before came into the chain at its start.
    pub began_at: Option<Timestamp>,
    /// Entries that the chain began with, signed more than [`SEALED_LATE`] after they had happened.
    pub late_at_start: u64,
    /// Entries signed as late as that because the server had stopped.
    pub late_after_stop: u64,
    /// What does not fit, in the order found; the first [`FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// How many findings there were.
    pub found: u64,
}

/// Findings that are kept one by one.
const FINDINGS_MAX: usize = 1_000;

/// Entries that are compared with each other for having changed places.
const SUSPECTS_MAX: usize = 64;

/// An entry that does not lead to its link.
struct Suspect {
    sequence: u64,
    event_id: Vec<u8>,
    previous: Link,
    hash: [u8; 32],
    stored: Link,
}

impl Suspect {
    fn computed(&self) -> Link {
        next_link(&self.previous, &self.hash, self.sequence)
    }
}

/// A walk along one chain.
pub struct Walk {
    service_id: ServiceId,
    keys: Vec<VerifyingKey>,
    kept: Vec<Checkpoint>,
    entries: u64,
    head: u64,
    /// The link of `head`; none when it cannot be known.
    previous: Option<Link>,
    /// Does not fit, and the next link will tell what was altered.
    pending: Option<Suspect>,
    suspects: Vec<Suspect>,
    /// The highest number of a checkpoint's row, and the highest place that one covers.
    checkpoints: u64,
    covered: u64,
    /// What the note of the newest checkpoint says, if there is one and it is one of ours.
    marked: Option<Checkpoint>,
    signed: Option<Checkpoint>,
    lateness: Lateness,
    began_at: Option<Timestamp>,
    /// The first entry that should have been signed by the time of a later one.
    overdue: Option<u64>,
    newest_at: Option<Timestamp>,
    findings: Vec<Finding>,
    found: u64,
}

impl Walk {
    /// From the start of a service's chain. `keys` verify its checkpoints; `kept` are verified checkpoints that were
    /// kept elsewhere.
    pub fn new(service_id: ServiceId, keys: Vec<VerifyingKey>, kept: &[Checkpoint]) -> Self {
        let mut kept: Vec<Checkpoint> =
            kept.iter().filter(|one| one.service_id == service_id).cloned().collect();
        kept.sort_by_key(|one| one.sequence);
        Self {
            service_id,
            keys,
            kept,
            entries: 0,
            head: 0,
            previous: Some(chain_start(service_id)),
            pending: None,
            suspects: Vec::new(),
            checkpoints: 0,
            covered: 0,
            marked: None,
            signed: None,
            lateness: Lateness::default(),
            began_at: None,
            overdue: None,
            newest_at: None,
            findings: Vec::new(),
            found: 0,
        }
    }

    /// The note of the newest checkpoint, to be read before the links: what is sealed meanwhile only makes more of
    /// them. From then on it counts as a checkpoint that was kept elsewhere.
    pub fn expect(&mut self, mark: &str) {
        let read = Checkpoint::verify_mark(&self.keys, mark).ok();
        let Some(one) = read.filter(|one| one.service_id == self.service_id) else { return };
        self.kept.push(one.clone());
        self.kept.sort_by_key(|one| one.sequence);
        self.marked = Some(one);
    }

    fn found(&mut self, finding: Finding) {
        self.found += 1;
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        }
    }

    /// The next links in order of their places, and the checkpoints that cover up to the last of them.
    pub fn take(&mut self, links: &[LinkedEntry], checkpoints: &[SeenCheckpoint]) {
        let mut checkpoints = checkpoints.iter().peekable();
        for link in links {
            while let Some(early) = checkpoints.next_if(|seen| seen.place() < link.sequence) {
                self.checkpoint(early);
            }
            self.link(link);
            while let Some(seen) = checkpoints.next_if(|seen| seen.place() == link.sequence) {
                self.checkpoint(seen);
            }
            self.compare_kept();
        }
        checkpoints.for_each(|late| self.checkpoint(late));
    }

    fn link(&mut self, row: &LinkedEntry) {
        self.entries += 1;
        let next = self.head + 1;
        let Some(sequence) = u64::try_from(row.sequence).ok().filter(|sequence| *sequence >= next) else {
            // Before the start: the rows come in order.
            return self.found(Finding::anywhere(FindingKind::Added).of(&row.event_id));
        };
        if sequence > next {
            self.settle();
            self.found(Finding { count: sequence - next, ..Finding::at(FindingKind::LinkMissing, next) });
            self.previous = None;
        }
        self.head = sequence;
        let stored: Option<Link> = row.link.as_slice().try_into().ok();
        match (&row.seen, stored) {
            (Seen::Entry(entry), Some(stored)) => self.entry(sequence, entry, stored, &row.event_id),
            (seen, stored) => {
                self.settle();
                let kind = match seen {
                    Seen::Missing => FindingKind::Removed,
                    Seen::Unreadable => FindingKind::Edited,
                    Seen::Entry(_) => FindingKind::LinkAltered,
                };
                self.found(Finding::at(kind, sequence).of(&row.event_id));
                self.previous = stored;
            }
        }
    }

    fn entry(&mut self, sequence: u64, entry: &RawEntry, stored: Link, event_id: &[u8]) {
        let hash = entry_hash(entry);
        let fits = match self.previous {
            None => true,
            Some(previous) => next_link(&previous, &hash, sequence) == stored,
        };
        let after_pending = |one: &Suspect| next_link(&one.computed(), &hash, sequence) == stored;
        if fits {
            self.settle();
            self.happened(sequence, Timestamp::from_unix_ms(entry.at));
        } else if self.pending.as_ref().is_some_and(after_pending) {
            // This link was made from the one that the entry before leads to: it is the stored one that is not right.
            self.settle_as_link();
            self.happened(sequence, Timestamp::from_unix_ms(entry.at));
        } else {
            self.settle();
            let previous = self.previous.unwrap_or_default();
            let event_id = event_id.to_vec();
            self.pending = Some(Suspect { sequence, event_id, previous, hash, stored });
        }
        self.previous = Some(stored);
        if entry.service_id != self.service_id.as_bytes() && fits {
            self.found(Finding::at(FindingKind::Edited, sequence).of(event_id));
        }
    }

    fn happened(&mut self, sequence: u64, at: Timestamp) {
        self.newest_at = self.newest_at.max(Some(at));
        self.lateness.entry(sequence, at);
        let is_late = self.signed.as_ref().is_some_and(|signed| at > signed.at.after(UNSIGNED_MAX));
        if is_late {
            self.overdue.get_or_insert(sequence);
        }
    }

    /// The links that follow fit the stored link: it is the entry that is another.
    fn settle(&mut self) {
        if let Some(suspect) = self.pending.take() {
            self.found(Finding::at(FindingKind::Edited, suspect.sequence).of(&suspect.event_id));
            if self.suspects.len() < SUSPECTS_MAX {
                self.suspects.push(suspect);
            }
        }
    }

    fn settle_as_link(&mut self) {
        if let Some(suspect) = self.pending.take() {
            self.found(Finding::at(FindingKind::LinkAltered, suspect.sequence).of(&suspect.event_id));
        }
    }

    fn checkpoint(&mut self, seen: &SeenCheckpoint) {
        let column = |value: i64| u64::try_from(value).unwrap_or(0);
        let number = seen.number().map_or(self.checkpoints + 1, column);
        let sequence = seen.sequence().map_or(self.head, column);
        if number != self.checkpoints + 1 {
            let finding = Finding::at(FindingKind::CheckpointMissing, sequence);
            self.found(finding.about_checkpoint(self.checkpoints + 1));
        }
        self.checkpoints = self.checkpoints.max(number);
        self.covered = self.covered.max(sequence);
        let altered = Finding::at(FindingKind::CheckpointAltered, sequence).about_checkpoint(number);
        let SeenCheckpoint::Row(stored) = seen else { return self.found(altered) };
        let as_stored = |one: &Checkpoint| {
            one.service_id == self.service_id
                && (one.number, one.sequence, one.at.unix_ms()) == (number, sequence, stored.at)
        };
        match Checkpoint::verify(&self.keys, &stored.statement) {
            Ok(one) if as_stored(&one) => self.compare(&one),
            Err(JwsProblem::UnknownKey) => {
                let finding = Finding::at(FindingKind::CheckpointUnknownKey, sequence);
                self.found(finding.about_checkpoint(number));
            }
            _ => self.found(altered),
        }
    }

    fn compare_kept(&mut self) {
        while self.kept.first().is_some_and(|one| one.sequence <= self.head) {
            let one = self.kept.remove(0);
            self.compare(&one);
        }
    }

    /// What was signed against what stands there. A place that is missing was found already.
    fn compare(&mut self, signed: &Checkpoint) {
        if signed.sequence > self.head {
            return self.cut(signed);
        }
        if signed.sequence < self.head {
            return;
        }
        let pending = self.pending.as_ref().filter(|one| one.sequence == signed.sequence);
        let is_stored = self.previous == Some(signed.link);
        let is_computed = pending.is_some_and(|one| one.computed() == signed.link);
        if is_computed {
            self.settle_as_link();
            self.previous = Some(signed.link);
        } else if self.previous.is_none() {
            self.previous = Some(signed.link);
        } else if !is_stored {
            return self.rewritten(signed);
        }
        self.overdue = None;
        let before = self.signed.as_ref().map_or(0, |one| one.number);
        // One that was kept elsewhere too says the same again.
        if signed.number > before {
            if signed.number == 1 {
                self.began_at = Some(signed.at);
            }
            let late = self.lateness.covered(signed, signed.number == before + 1);
            late.into_iter().for_each(|run| self.sealed_late(&run));
        }
        self.signed = Some(signed.clone());
    }

    fn sealed_late(&mut self, run: &LateRun) {
        let count = run.last + 1 - run.first;
        let finding = Finding { count, ..Finding::at(FindingKind::SealedLate, run.first) };
        self.found(finding.about_checkpoint(run.checkpoint));
    }

    /// A checkpoint goes beyond the last link; several that do say it together.
    fn cut(&mut self, signed: &Checkpoint) {
        let count = signed.sequence - self.head;
        match self.findings.iter_mut().find(|one| one.kind == FindingKind::TailCut) {
            Some(known) => known.count = known.count.max(count),
            None => {
                let finding = Finding { count, ..Finding::at(FindingKind::TailCut, self.head + 1) };
                self.found(finding.about_checkpoint(signed.number));
            }
        }
    }

    /// Somewhere between the last checkpoint that holds and this one. Those that follow disagree for the same reason.
    fn rewritten(&mut self, signed: &Checkpoint) {
        let first = self.signed.as_ref().map_or(1, |good| good.sequence + 1);
        let same = |one: &&mut Finding| one.kind == FindingKind::Rewritten && one.sequence == Some(first);
        match self.findings.iter_mut().find(same) {
            Some(known) => known.count = signed.sequence + 1 - first,
            None => {
                let count = (signed.sequence + 1).saturating_sub(first);
                let finding = Finding { count, ..Finding::at(FindingKind::Rewritten, first) };
                self.found(finding.about_checkpoint(signed.number));
            }
        }
    }

    /// An entry without a link: none if it only waits for its turn.
    pub fn unsealed(
        event_id: &[u8],
        at: Timestamp,
        is_waiting: bool,
        newest: Option<Timestamp>,
    ) -> Option<Finding> {
        let is_late = newest.is_some_and(|newest| newest.since(at) > WAITING_MAX);
        let added = Finding::anywhere(FindingKind::Added);
        (is_late || !is_waiting).then(|| added.of(event_id))
    }

    /// A chain without a link: accounts and staff do not come without an entry, and an entry does not wait for long.
    /// `waits_since` is the oldest of those that wait.
    pub fn emptied(has_people: bool, waits_since: Option<Timestamp>, now: Timestamp) -> Option<Finding> {
        let is_emptied = match waits_since {
            None => has_people,
            Some(oldest) => now.since(oldest) > SEALED_LATE,
        };
        is_emptied.then(|| Finding::anywhere(FindingKind::Emptied))
    }

    /// After the last link.
    pub fn finish(mut self) -> WalkSummary {
        self.settle();
        for beyond in std::mem::take(&mut self.kept) {
            self.compare(&beyond);
        }
        let late = self.lateness.end();
        late.into_iter().for_each(|run| self.sealed_late(&run));
        self.miss_checkpoints();
        self.name_swaps();
        WalkSummary {
            entries: self.entries,
            head: self.head,
            signed: self.signed,
            newest_at: self.newest_at,
            began_at: self.began_at,
            late_at_start: self.lateness.at_start,
            late_after_stop: self.lateness.after_stop,
            findings: self.findings,
            found: self.found,
        }
    }

    /// Checkpoints that should follow the last one: such as the note of the newest one tells of, and such as the
    /// program would have signed by now.
    fn miss_checkpoints(&mut self) {
        let is_cut = self.findings.iter().any(|one| one.kind == FindingKind::TailCut);
        let signed = self.signed.as_ref().map_or(0, |signed| signed.sequence);
        let too_many = self.head.saturating_sub(signed) >= CHECKPOINT_ENTRIES_MAX;
        let never = signed == 0 && self.head > 0;
        let unsigned = ((never || too_many) && self.found == 0).then_some(signed + 1);
        let marked = self.marked.as_ref().filter(|one| one.number > self.checkpoints);
        let gone = marked.map(|one| (self.covered + 1, one.sequence));
        let late = self.overdue.or(unsigned).map(|first| (first, self.head));
        if let Some((first, last)) = gone.or(late).filter(|_| !is_cut) {
            let count = (last + 1).saturating_sub(first);
            let finding = Finding { count, ..Finding::at(FindingKind::CheckpointMissing, first) };
            self.found(finding.about_checkpoint(self.checkpoints + 1));
        }
        if self.marked.is_none() && self.checkpoints > 0 {
            self.found(Finding::anywhere(FindingKind::NewestUnknown).about_checkpoint(self.checkpoints));
        }
    }

    /// Suspects that fit in each other's place were not edited but swapped: alone, or together with their links.
    fn name_swaps(&mut self) {
        let suspects = std::mem::take(&mut self.suspects);
        for (index, one) in suspects.iter().enumerate() {
            for other in &suspects[index + 1..] {
                let swapped = next_link(&one.previous, &other.hash, one.sequence);
                if swapped != one.stored && swapped != other.stored {
                    continue;
                }
                self.rename(one.sequence, FindingKind::Reordered);
                self.rename(other.sequence, FindingKind::Reordered);
                if swapped == other.stored {
                    self.excuse(&suspects, one.sequence + 1, &other.stored);
                    self.excuse(&suspects, other.sequence + 1, &one.stored);
                }
            }
        }
    }

    fn rename(&mut self, sequence: u64, kind: FindingKind) {
        let edited = |one: &&mut Finding| one.sequence == Some(sequence) && one.kind == FindingKind::Edited;
        if let Some(finding) = self.findings.iter_mut().find(edited) {
            finding.kind = kind;
        }
    }

    /// An entry that only seemed not to fit because the link before it stood elsewhere.
    fn excuse(&mut self, suspects: &[Suspect], sequence: u64, previous: &Link) {
        let fits = |one: &&Suspect| {
            one.sequence == sequence && next_link(previous, &one.hash, one.sequence) == one.stored
        };
        if suspects.iter().any(|one| fits(&one)) {
            let before = self.findings.len();
            self.findings.retain(|one| one.sequence != Some(sequence) || one.kind != FindingKind::Edited);
            self.found -= (before - self.findings.len()) as u64;
        }
    }
}
