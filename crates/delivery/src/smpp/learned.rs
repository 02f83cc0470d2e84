//! Which of our messages a receipt is about, when the carrier's two spellings of an id are not known:
//! remembers the last ids and their numbers, so that a candidate that fits the number is preferred to one
//! that is only possible.

use countersign_smpp::receipt::{DlrId, fold_id, id_candidates};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Half a minute of a thousand messages a second, which is when most receipts come; about three megabytes.
const IDS_MAX: usize = 32_768;

/// The ids that this bind's submits got lately. Holds numbers, so it never prints.
pub(super) struct LearnedIds {
    rule: DlrId,
    numbers: HashMap<Arc<str>, u64>,
    order: VecDeque<Arc<str>>,
}

impl LearnedIds {
    pub(super) fn new(rule: DlrId) -> Self {
        Self { rule, numbers: HashMap::new(), order: VecDeque::new() }
    }

    /// Remembers what a submit got, and gives the spelling that receipts are compared in.
    pub(super) fn submitted(&mut self, id: &str, number: u64) -> String {
        let folded = fold_id(id);
        if self.rule == DlrId::Auto && !folded.is_empty() {
            let shared: Arc<str> = Arc::from(folded.as_str());
            if self.numbers.insert(Arc::clone(&shared), number).is_none() {
                self.order.push_back(shared);
            }
            if self.order.len() > IDS_MAX
                && let Some(oldest) = self.order.pop_front()
            {
                self.numbers.remove(&oldest);
            }
        }
        folded
    }

    /// The spellings to look for, likeliest first; one only, when that one is known to have gone to this
    /// number.
    pub(super) fn candidates(&self, receipt_id: &str, number: &str) -> Vec<String> {
        let mut candidates: Vec<String> =
            id_candidates(self.rule, receipt_id).into_iter().map(|(_, id)| id).collect();
        let number = digits(number);
        let went_there = |id: &String| number.is_some() && self.numbers.get(id.as_str()) == number.as_ref();
        if let Some(known) = candidates.iter().position(went_there) {
            return vec![candidates.swap_remove(known)];
        }
        // The two notations of a small number are the same text.
        let mut seen = Vec::with_capacity(candidates.len());
        candidates.retain(|id| {
            !seen.contains(id) && {
                seen.push(id.clone());
                true
            }
        });
        candidates
    }
}

/// Whatever stands between them; `None` for more than a phone number has.
fn digits(number: &str) -> Option<u64> {
    number
        .bytes()
        .filter(u8::is_ascii_digit)
        .try_fold(0u64, |sum, digit| sum.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mismatch that Kannel shows in real life: answer `2ff01`, receipt `196353`.
    #[test]
    fn a_receipt_in_the_other_notation_finds_its_message() {
        let mut ids = LearnedIds::new(DlrId::Auto);
        assert_eq!(ids.submitted("0002FF01", 491_701_234_567), "2ff01");
        assert_eq!(ids.candidates("196353", "+491701234567"), ["2ff01"]);
        assert_eq!(ids.candidates("196353", "+15005550006"), ["196353", "2ff01", "1663827"]);
    }

    /// `100` is a receipt's decimal of `64` and at the same time another message's hexadecimal id.
    #[test]
    fn of_two_possible_messages_the_one_to_that_number_is_meant() {
        let mut ids = LearnedIds::new(DlrId::Auto);
        ids.submitted("64", 491_701_234_567);
        ids.submitted("100", 491_707_654_321);
        assert_eq!(ids.candidates("100", "491701234567"), ["64"]);
        assert_eq!(ids.candidates("100", "491707654321"), ["100"]);
    }

    #[test]
    fn a_set_rule_leaves_nothing_to_learn() {
        let mut ids = LearnedIds::new(DlrId::HexToDec);
        ids.submitted("64", 491_701_234_567);
        assert_eq!(ids.candidates("100", "491701234567"), ["64"]);
        assert_eq!(ids.candidates("abc", "491701234567"), [] as [&str; 0]);
        assert!(ids.numbers.is_empty());
    }

    #[test]
    fn a_number_of_absurd_length_is_nobodys() {
        let mut ids = LearnedIds::new(DlrId::Auto);
        ids.submitted("64", 0);
        assert_eq!(ids.candidates("64", &"9".repeat(30)), ["64", "40", "100"]);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut ids = LearnedIds::new(DlrId::Auto);
        for id in 0..3 * IDS_MAX {
            ids.submitted(&format!("x{id}"), 491_701_234_567);
            ids.submitted("same", 491_701_234_567);
        }
        assert!(ids.numbers.len() <= IDS_MAX && ids.order.len() <= IDS_MAX);
    }
}
