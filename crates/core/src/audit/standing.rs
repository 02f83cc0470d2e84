//! Whether a chain still is the one that was last seen, asked before anything is added to it: whoever can write the
//! database must not be able to cut a chain, write it anew and have the server sign the result. Refuses to know who
//! remembers what.

use super::{Checkpoint, Link};
use crate::model::named;

named! {
    /// How a chain is no longer the one that was last seen.
    ChainBreakKind {
        /// It ends before the place that was seen.
        HeadWentBack = "head_went_back",
        /// Another link stands at the place that was seen.
        LinkChanged = "link_changed",
        /// The newest checkpoint that was seen is gone.
        CheckpointGone = "checkpoint_gone",
        /// The note of the newest checkpoint is gone, older than what was seen, or not what was signed.
        MarkGone = "mark_gone",
    }
}

/// Where a chain broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainBreak {
    /// How.
    pub kind: ChainBreakKind,
    /// The first place that is not certain any more.
    pub sequence: u64,
}

/// How far a chain had come when somebody looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// A place.
    pub sequence: u64,
    /// The link there.
    pub link: Link,
    /// The number of the newest checkpoint; 0 before the first.
    pub checkpoint: u64,
}

impl From<&Checkpoint> for Known {
    fn from(one: &Checkpoint) -> Self {
        Self { sequence: one.sequence, link: one.link, checkpoint: one.number }
    }
}

/// How far the rows say that a chain has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The newest place; 0 if there is none.
    pub head: u64,
    /// The number of the newest checkpoint's row: 0 if there is none, none if it cannot be read. Such a row is told and
    /// gone on from: nobody is to end the audit by damaging one byte.
    pub checkpoint: Option<u64>,
    /// The number that the note of the newest checkpoint says, if it is one of ours.
    pub marked: Option<u64>,
}

impl Standing {
    /// Whether the rows go on from what is known; `link` stands at the known place.
    ///
    /// # Errors
    /// Where they do not.
    pub fn follows(&self, known: &Known, link: Option<&[u8]>) -> Result<(), ChainBreak> {
        let broke = |kind, sequence| Err(ChainBreak { kind, sequence });
        if self.head < known.sequence {
            return broke(ChainBreakKind::HeadWentBack, self.head + 1);
        }
        if known.sequence > 0 && link != Some(known.link.as_slice()) {
            return broke(ChainBreakKind::LinkChanged, known.sequence);
        }
        if self.checkpoint.is_some_and(|number| number < known.checkpoint) {
            return broke(ChainBreakKind::CheckpointGone, known.sequence);
        }
        if self.marked.unwrap_or(0) < known.checkpoint {
            return broke(ChainBreakKind::MarkGone, known.sequence);
        }
        self.is_marked()
    }

    /// Whether there is the note that there should be: without one nothing is in line, and no checkpoint is newer.
    ///
    /// # Errors
    /// From which place nothing is certain.
    pub fn is_marked(&self) -> Result<(), ChainBreak> {
        let newest = self.checkpoint.unwrap_or(0);
        let fits = match self.marked {
            None => self.head == 0 && self.checkpoint == Some(0),
            Some(number) => newest <= number,
        };
        if fits { Ok(()) } else { Err(ChainBreak { kind: ChainBreakKind::MarkGone, sequence: 1 }) }
    }
}

/// The number of the next checkpoint, after every one that the rows, their note or whoever remembers know of. A chain
/// that is gone on with although it broke leaves a number out, so that it is found for ever.
pub fn next_number(standing: &Standing, known: u64, is_whole: bool) -> u64 {
    let newest = standing.checkpoint.unwrap_or(0).max(standing.marked.unwrap_or(0)).max(known);
    newest.saturating_add(if is_whole { 1 } else { 2 })
}
