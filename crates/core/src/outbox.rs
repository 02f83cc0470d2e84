//! What becomes of a message: when it is tried again, when it is dead, what a receipt changes (section H). One try
//! over one route is an attempt. Sending is at least once: a try whose answer was lost is made again while the
//! message is of use.

use crate::id::{AttemptId, MessageId};
use crate::model::*;
use crate::time::Timestamp;
use std::time::Duration;

/// A message that a dispatcher holds for one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leased {
    /// The message.
    pub message: Message,
    /// The record of this try.
    pub attempt_id: AttemptId,
    /// The road it takes.
    pub route: String,
    /// Which try this is, from one.
    pub tries: u32,
}

/// One try over one route, as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its identifier.
    pub id: AttemptId,
    /// The message.
    pub message_id: MessageId,
    /// Name of the route.
    pub route: String,
    /// Where it stands.
    pub status: AttemptStatus,
    /// The other side's identifiers, one per part of a long message.
    pub provider_ids: Vec<String>,
    /// The other side's reason, if it gave one: a status code, never text of the message.
    pub error: String,
    /// When it was handed over.
    pub started_at: Timestamp,
    /// When the last thing about it was heard.
    pub updated_at: Timestamp,
}

/// What a channel said about one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    /// The other side took it.
    Accepted {
        /// Its identifiers, one per part.
        provider_ids: Vec<String>,
    },
    /// The other side said no.
    Refused {
        /// What kind of no.
        failure: Failure,
        /// Its code.
        code: String,
    },
    /// It may or may not have been taken: the connection was lost, or no answer came.
    Lost,
    /// It never left: the route is not connected.
    NotSent,
}

/// What kind of no a route gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Too fast; the same again in a moment.
    Throttled,
    /// The other side is unwell.
    Temporary,
    /// This route will not carry it; another might.
    Route,
    /// This number cannot be reached over this route.
    Number,
}

/// What follows from a try or a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Where the attempt stands.
    pub attempt: AttemptStatus,
    /// Where the message stands.
    pub message: MessageStatus,
    /// When to try again, if it is queued.
    pub try_at: Option<Timestamp>,
}

impl Verdict {
    fn again(attempt: AttemptStatus, at: Timestamp) -> Self {
        Self { attempt, message: MessageStatus::Queued, try_at: Some(at) }
    }

    fn end(attempt: AttemptStatus, message: MessageStatus) -> Self {
        Self { attempt, message, try_at: None }
    }
}

/// Most tries of one message: with the waits below this outlasts every code, and bounds a route that loses every
/// answer.
pub const TRIES_MAX: u32 = 12;

/// How long a leased message belongs to its dispatcher; after a crash it is anyone's again then.
pub const LEASE: Duration = Duration::from_secs(30);

/// Decides after a try, the `tries`-th of a message that is of use until `expires_at`. `has_other`: a route that has
/// not been tried could carry it, and then it goes there at once.
pub fn after_try(
    tries: u32,
    expires_at: Timestamp,
    submission: &Submission,
    has_other: bool,
    now: Timestamp,
) -> Verdict {
    let (attempt, wait) = match submission {
        Submission::Accepted { .. } => {
            return Verdict::end(AttemptStatus::Accepted, MessageStatus::Submitted);
        }
        Submission::Refused { failure: Failure::Number, .. } if !has_other => {
            return Verdict::end(AttemptStatus::Failed, MessageStatus::Failed);
        }
        Submission::Refused { failure: Failure::Throttled, .. } => (AttemptStatus::Failed, 500),
        Submission::Refused { .. } => (AttemptStatus::Failed, 1_000),
        Submission::Lost => (AttemptStatus::Unknown, 1_000),
        Submission::NotSent => (AttemptStatus::Failed, 250),
    };
    if tries >= TRIES_MAX {
        return Verdict::end(attempt, MessageStatus::Failed);
    }
    // Doubling from the first wait to at most 16 times it: 1, 2, 4, 8, 16, 16 … seconds for a route that is unwell.
    let factor = 1u64 << tries.saturating_sub(1).min(4);
    let wait = if has_other { 0 } else { wait * factor };
    let at = now.after(Duration::from_millis(wait));
    if at >= expires_at {
        return Verdict::end(attempt, MessageStatus::Expired);
    }
    Verdict::again(attempt, at)
}

/// Whether a message that one route took, and did not deliver, may take another: it carries a code that still lives.
pub fn may_fall_back(has_code: bool, expires_at: Timestamp, tries: u32, now: Timestamp) -> bool {
    has_code && now < expires_at && tries < TRIES_MAX
}

/// A text that somebody sent to a number of ours. Prints no number and no word (R10).
#[derive(Clone, PartialEq, Eq)]
pub struct Inbound {
    /// The route it came over.
    pub route: String,
    /// Who sent it, as the carrier spells it.
    pub from: String,
    /// The number of ours that it was sent to.
    pub to: String,
    /// What it says.
    pub text: String,
}

impl std::fmt::Debug for Inbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbound").field("route", &self.route).finish_non_exhaustive()
    }
}

/// What a receipt says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptState {
    /// The handset has it.
    Delivered,
    /// It will not arrive.
    Failed,
    /// On its way; nothing final.
    Pending,
}

/// A receipt as a channel heard it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The route it came over.
    pub route: String,
    /// Spellings of the message identifier to look for, most likely first (hexadecimal and decimal forms differ by
    /// carrier).
    pub provider_ids: Vec<String>,
    /// What it says.
    pub state: ReceiptState,
    /// The network's code, if it gave one.
    pub error: String,
}

/// Where an attempt stands after a receipt; `None` when it changes nothing. Only the first final word counts: carriers
/// repeat, reorder and contradict themselves.
pub fn after_receipt(attempt: AttemptStatus, state: ReceiptState) -> Option<(AttemptStatus, MessageStatus)> {
    match (attempt, state) {
        (AttemptStatus::Delivered | AttemptStatus::Failed, _) | (_, ReceiptState::Pending) => None,
        (_, ReceiptState::Delivered) => Some((AttemptStatus::Delivered, MessageStatus::Delivered)),
        (_, ReceiptState::Failed) => Some((AttemptStatus::Failed, MessageStatus::Failed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::seconds;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

    #[test]
    fn accepted_is_done_and_an_unreachable_number_is_dead() {
        let accepted =
            after_try(1, NOW.after(seconds(60)), &Submission::Accepted { provider_ids: vec![] }, false, NOW);
        assert_eq!((accepted.message, accepted.try_at), (MessageStatus::Submitted, None));
        let refused = Submission::Refused { failure: Failure::Number, code: "0x0B".to_owned() };
        assert_eq!(after_try(1, NOW.after(seconds(60)), &refused, false, NOW).message, MessageStatus::Failed);
    }

    #[test]
    fn anything_else_is_tried_again_later_and_later_while_it_is_of_use() {
        let mut previous = Duration::ZERO;
        for tries in 1..=5 {
            let verdict = after_try(tries, NOW.after(seconds(600)), &Submission::Lost, false, NOW);
            assert_eq!((verdict.attempt, verdict.message), (AttemptStatus::Unknown, MessageStatus::Queued));
            let wait = verdict.try_at.unwrap().since(NOW);
            assert!(wait > previous);
            previous = wait;
        }
        assert_eq!(
            after_try(TRIES_MAX, NOW.after(seconds(600)), &Submission::Lost, false, NOW).message,
            MessageStatus::Failed
        );
        assert_eq!(
            after_try(1, NOW.after(seconds(1)), &Submission::Lost, false, NOW).message,
            MessageStatus::Expired
        );
    }

    #[test]
    fn a_receipt_only_moves_forward() {
        use AttemptStatus::*;
        assert_eq!(after_receipt(Accepted, ReceiptState::Pending), None);
        assert_eq!(
            after_receipt(Accepted, ReceiptState::Delivered),
            Some((Delivered, MessageStatus::Delivered))
        );
        assert_eq!(after_receipt(Unknown, ReceiptState::Failed), Some((Failed, MessageStatus::Failed)));
        assert_eq!(after_receipt(Delivered, ReceiptState::Failed), None);
        assert_eq!(after_receipt(Failed, ReceiptState::Delivered), None);
    }

    #[test]
    fn with_another_road_it_goes_there_at_once_even_where_the_number_was_refused() {
        for failure in [Failure::Number, Failure::Route, Failure::Temporary, Failure::Throttled] {
            let refused = Submission::Refused { failure, code: String::new() };
            let verdict = after_try(3, NOW.after(seconds(60)), &refused, true, NOW);
            assert_eq!((verdict.message, verdict.try_at), (MessageStatus::Queued, Some(NOW)), "{failure:?}");
        }
        assert_eq!(
            after_try(3, NOW.after(seconds(0)), &Submission::Lost, true, NOW).message,
            MessageStatus::Expired
        );
    }

    #[test]
    fn only_a_living_code_takes_a_second_road() {
        let soon = NOW.after(seconds(1));
        assert!(may_fall_back(true, soon, 1, NOW));
        assert!(!may_fall_back(false, soon, 1, NOW) && !may_fall_back(true, NOW, 1, NOW));
        assert!(!may_fall_back(true, soon, TRIES_MAX, NOW));
    }

    #[test]
    fn a_receipt_after_its_time_still_counts() {
        assert_eq!(
            after_receipt(AttemptStatus::Overdue, ReceiptState::Delivered),
            Some((AttemptStatus::Delivered, MessageStatus::Delivered))
        );
    }
}
