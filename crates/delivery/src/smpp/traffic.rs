//! Which message goes when, and whose answer an answer is. A message is one or more parts, each a submit of
//! its own; it is accepted when all parts are, refused with the first that is, lost when the fate of one is
//! not known.
//!
//! Pure: the session and the time come in, outcomes go out through each message's own line.

use super::pace::Pace;
use super::verdict;
use countersign_core::id::MessageId;
use countersign_core::outbox::{Failure, Submission};
use countersign_smpp::Millis;
use countersign_smpp::pdu::ShortMessage;
use countersign_smpp::session::{ClientSession, SendError};
use countersign_smpp::status::Status;
use std::collections::{HashMap, VecDeque};
use tokio::sync::oneshot;

/// A message that waited so long has been overtaken: its dispatcher decides anew.
pub(super) const WAIT_MS_MAX: Millis = 10_000;

/// One message, cut and ready for the wire.
pub(super) struct Job {
    pub(super) reference: MessageId,
    /// The digits it goes to, as on the wire.
    pub(super) number: u64,
    pub(super) parts: Vec<ShortMessage>,
    /// When it was handed in.
    pub(super) since_ms: Millis,
    pub(super) answer: oneshot::Sender<Submission>,
}

/// A message that is not settled.
struct Open {
    reference: MessageId,
    number: u64,
    unsent: VecDeque<ShortMessage>,
    ids: Vec<Option<String>>,
    since_ms: Millis,
    answer: oneshot::Sender<Submission>,
}

impl Open {
    fn sent(&self) -> usize {
        self.ids.len() - self.unsent.len()
    }
}

/// All messages of one connection between hand-over and answer.
#[derive(Default)]
pub(super) struct Traffic {
    open: HashMap<u64, Open>,
    /// Messages with parts to send, oldest first. Settled ones are skipped when reached.
    waiting: VecDeque<u64>,
    /// Sequence number of each submit without an answer, with its message and part.
    outstanding: HashMap<u32, (u64, usize)>,
    next_key: u64,
}

impl Traffic {
    /// How many messages have parts to send.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many submits have no answer yet.
    pub(super) fn outstanding(&self) -> usize {
        self.outstanding.len()
    }

    /// Takes a message in.
    pub(super) fn push(&mut self, job: Job) {
        let Job { reference, number, parts, since_ms, answer } = job;
        let ids = vec![None; parts.len()];
        let key = self.next_key;
        self.next_key += 1;
        self.open.insert(key, Open { reference, number, unsent: parts.into(), ids, since_ms, answer });
        self.waiting.push_back(key);
    }

    /// Sends what the window and the pace allow, oldest first, and gives up what waited too long.
    pub(super) fn pump(&mut self, session: &mut ClientSession, pace: &mut Pace, now: Millis) {
        while let Some(key) = self.waiting.front().copied() {
            let Some(message) = self.open.get_mut(&key) else {
                self.waiting.pop_front();
                continue;
            };
            if message.unsent.is_empty() {
                self.waiting.pop_front();
            } else if message.answer.is_closed() {
                // Nobody waits for it any more; its lease brings it back.
                self.settle(key, Submission::NotSent);
            } else if now >= message.since_ms.saturating_add(WAIT_MS_MAX) {
                self.give_up(key);
            } else if session.room() == 0 || !pace.take(now) {
                return;
            } else if let Some(part) = message.unsent.pop_front() {
                let number = message.sent() - 1;
                match session.submit(now, part) {
                    Ok(sequence) => {
                        self.outstanding.insert(sequence, (key, number));
                    }
                    Err(error) => self.unfit(key, error),
                }
            }
        }
    }

    /// When [`Traffic::pump`] has something to do that no answer brings about.
    pub(super) fn next_due(&self, session: &ClientSession, pace: &Pace, now: Millis) -> Option<Millis> {
        let oldest = self.waiting.iter().find_map(|key| self.open.get(key))?;
        let too_late = oldest.since_ms.saturating_add(WAIT_MS_MAX);
        let leave = pace.next_at(now).filter(|_| session.room() > 0);
        Some(leave.map_or(too_late, |at| at.min(too_late)))
    }

    /// Files one answer. `spell` gives its id, for the number it went to, as receipts are compared; it is
    /// called for an acceptance only. `None` when the message was settled before.
    pub(super) fn answered(
        &mut self,
        sequence: u32,
        status: Status,
        spell: impl FnOnce(u64) -> String,
    ) -> Option<MessageId> {
        let (key, part) = self.outstanding.remove(&sequence)?;
        let message = self.open.get_mut(&key)?;
        let about = message.reference;
        if status != Status::OK {
            self.settle(key, verdict::refused(status));
            return Some(about);
        }
        if let Some(place) = message.ids.get_mut(part) {
            *place = Some(spell(message.number));
        }
        if message.ids.iter().all(Option::is_some) {
            let provider_ids = message.ids.drain(..).flatten().collect();
            self.settle(key, Submission::Accepted { provider_ids });
        }
        Some(about)
    }

    /// Files a submit whose fate nobody knows.
    pub(super) fn unanswered(&mut self, sequence: u32) -> Option<MessageId> {
        let (key, _) = self.outstanding.remove(&sequence)?;
        let reference = self.open.get(&key)?.reference;
        self.settle(key, Submission::Lost);
        Some(reference)
    }

    /// Gives up every message that is not wholly on the wire.
    pub(super) fn give_up_waiting(&mut self) {
        for key in std::mem::take(&mut self.waiting) {
            self.give_up(key);
        }
    }

    /// A part may have reached the handset, or it has not left at all.
    fn give_up(&mut self, key: u64) {
        let Some(message) = self.open.get(&key) else { return };
        if !message.unsent.is_empty() {
            let untouched = message.sent() == 0;
            self.settle(key, if untouched { Submission::NotSent } else { Submission::Lost });
        }
    }

    /// A part that the protocol cannot carry: our mistake, or a sender that is set wrong.
    fn unfit(&mut self, key: u64, error: SendError) {
        let code = match error {
            SendError::Encode(error) => format!("cannot be encoded: {error}"),
            SendError::NotBound | SendError::WindowFull => return self.give_up_now(key),
        };
        self.settle(key, Submission::Refused { failure: Failure::Route, code });
    }

    fn give_up_now(&mut self, key: u64) {
        let first = self.open.get(&key).is_some_and(|message| message.sent() == 1);
        self.settle(key, if first { Submission::NotSent } else { Submission::Lost });
    }

    /// Answers of parts that are still out find their message gone and change nothing.
    fn settle(&mut self, key: u64, submission: Submission) {
        if let Some(message) = self.open.remove(&key) {
            // Whoever handed it in may be gone; then its lease runs out.
            let _ = message.answer.send(submission);
        }
    }
}
