//! Entries that were signed long after they had happened. Three things look like that: entries of before there was a
//! chain, which its first checkpoints cover; the few that a server which stopped at once left unsigned; and a history
//! that somebody changed and had sealed anew. The first two are counted and told, the third is found. A run of late
//! entries ends only with a checkpoint that covers one in time, so that a history cannot be slipped in bit by bit.

use super::{CHECKPOINT_ENTRIES_MAX, Checkpoint, SEALED_LATE, STOPPED_MAX};
use crate::time::Timestamp;

/// Entries remembered until a checkpoint covers them: several times what the program leaves unsigned.
const UNCOVERED_MAX: usize = 8 * CHECKPOINT_ENTRIES_MAX as usize;

/// Late entries, one after the other.
#[derive(Clone, Debug)]
pub(super) struct LateRun {
    pub(super) first: u64,
    pub(super) last: u64,
    /// The checkpoint that covered the first.
    pub(super) checkpoint: u64,
    count: u64,
    oldest: Timestamp,
    newest: Timestamp,
    /// More stood under one checkpoint than the program ever leaves to one.
    is_overfull: bool,
}

impl LateRun {
    fn is_of_a_stop(&self) -> bool {
        !self.is_overfull && self.newest.since(self.oldest) <= STOPPED_MAX
    }
}

/// What is known of late entries so far.
#[derive(Default)]
pub(super) struct Lateness {
    /// Entries that no checkpoint covers yet: place and moment.
    uncovered: Vec<(u64, Timestamp)>,
    is_overfull: bool,
    /// A checkpoint covered an entry in time: from then on nothing is of before the chain.
    has_begun: bool,
    run: Option<LateRun>,
    pub(super) at_start: u64,
    pub(super) after_stop: u64,
}

impl Lateness {
    pub(super) fn entry(&mut self, sequence: u64, at: Timestamp) {
        if self.uncovered.len() < UNCOVERED_MAX {
            self.uncovered.push((sequence, at));
        } else {
            self.is_overfull = true;
        }
    }

    /// A checkpoint holds. Where it does not follow the one before, nobody can tell when its entries were signed
    /// first; that one is missing was found already. Answers a run that ended and was not left by a stop.
    pub(super) fn covered(&mut self, signed: &Checkpoint, follows: bool) -> Option<LateRun> {
        let uncovered = std::mem::take(&mut self.uncovered);
        let is_overfull = std::mem::take(&mut self.is_overfull);
        if !follows {
            return self.end();
        }
        let bound = signed.at.before(SEALED_LATE);
        let is_late = |at: Timestamp| is_overfull || at < bound;
        for (sequence, at) in uncovered.iter().filter(|(_, at)| is_late(*at)) {
            if self.has_begun || is_overfull {
                self.add(*sequence, *at, signed, is_overfull);
            } else {
                self.at_start += 1;
            }
        }
        let in_time = uncovered.iter().any(|(_, at)| !is_late(*at));
        self.has_begun |= in_time;
        if in_time { self.end() } else { None }
    }

    fn add(&mut self, sequence: u64, at: Timestamp, signed: &Checkpoint, is_overfull: bool) {
        let run = self.run.get_or_insert(LateRun {
            first: sequence,
            last: sequence,
            checkpoint: signed.number,
            count: 0,
            oldest: at,
            newest: at,
            is_overfull,
        });
        (run.oldest, run.newest) = (run.oldest.min(at), run.newest.max(at));
        run.is_overfull |= is_overfull;
        run.count += 1;
        run.last = if is_overfull { signed.sequence } else { sequence };
    }

    /// Ends the run that goes on, if one does; answers it unless a stop explains it.
    pub(super) fn end(&mut self) -> Option<LateRun> {
        let run = self.run.take()?;
        if run.is_of_a_stop() {
            self.after_stop += run.count;
            return None;
        }
        Some(run)
    }
}
