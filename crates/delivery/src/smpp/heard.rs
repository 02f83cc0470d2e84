//! What an SMSC delivers: receipts, and texts that people sent to a number of ours. A long text is put together first,
//! whichever bind its parts came over. What is neither is acknowledged, like all else, and goes nowhere.

use super::config::SmppConfig;
use super::learned::LearnedIds;
use super::verdict;
use crate::ReceiptSink;
use countersign_core::outbox::{Inbound, Receipt};
use countersign_smpp::pdu::{Address, ShortMessage, esm_class};
use countersign_smpp::text::{Alphabet, Reassembler, decode};
use countersign_smpp::{Millis, receipt};
use std::sync::{Arc, Mutex, PoisonError};

/// Long texts that may be incomplete at once, and for how long.
const INCOMPLETE_MAX: usize = 64;
const INCOMPLETE_MS: Millis = 300_000;
/// A number of fewer digits is a short code or an extension, unless it is said to be international.
const NUMBER_DIGITS_MIN: usize = 8;
/// Ton 1, international (SMPP 3.4, 5.2.5).
const INTERNATIONAL: u8 = 1;

/// The ear of one route. Holds numbers and texts, so it never prints.
pub(super) struct Heard {
    route: String,
    alphabet: Alphabet,
    sink: Arc<dyn ReceiptSink>,
    learned: Mutex<LearnedIds>,
    incomplete: Mutex<Reassembler>,
}

impl Heard {
    pub(super) fn new(config: &SmppConfig, sink: Arc<dyn ReceiptSink>) -> Self {
        Self {
            route: config.name.clone(),
            alphabet: config.alphabet.into(),
            sink,
            learned: Mutex::new(LearnedIds::new(config.dlr_id.into())),
            incomplete: Mutex::new(Reassembler::new(INCOMPLETE_MAX, INCOMPLETE_MS)),
        }
    }

    /// Remembers what a submit to a number got, and gives the spelling that receipts are compared in.
    pub(super) fn submitted(&self, id: &str, number: u64) -> String {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner).submitted(id, number)
    }

    /// Takes one deliver_sm.
    pub(super) fn delivered(&self, message: &ShortMessage, now: Millis) {
        if let Some(receipt) = receipt::parse(message) {
            let learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
            let provider_ids = learned.candidates(&receipt.message_id, &message.source.value);
            drop(learned);
            return self.sink.receipt(Receipt {
                route: self.route.clone(),
                provider_ids,
                state: verdict::receipt_state(receipt.state),
                error: receipt.error_code.filter(|code| is_code(code)).unwrap_or_default(),
            });
        }
        if message.esm_class & esm_class::TYPE_MASK != 0 || message.source.value.is_empty() {
            tracing::debug!(route = self.route, "a notice that names no message, or a text from nobody");
            return;
        }
        let mut incomplete = self.incomplete.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(octets) = incomplete.push(now, message) else { return };
        drop(incomplete);
        let Some(text) = decode(&octets, message.data_coding, self.alphabet) else {
            tracing::debug!(route = self.route, coding = message.data_coding, "a message that is no text");
            return;
        };
        let (from, to) = (spelled(&message.source), spelled(&message.destination));
        self.sink.inbound(Inbound { route: self.route.clone(), from, to, text });
    }
}

/// E.164 where it can only be that, else as the carrier spells it.
fn spelled(address: &Address) -> String {
    let digits = address.value.strip_prefix('+').unwrap_or(&address.value);
    let is_digits = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    if is_digits && (address.ton == INTERNATIONAL || digits.len() >= NUMBER_DIGITS_MIN) {
        format!("+{digits}")
    } else {
        address.value.clone()
    }
}

/// A carrier's code, fit to be kept: short, and no number of a person (R10).
fn is_code(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_alphanumeric())
}

#[cfg(test)]
#[path = "heard_tests.rs"]
mod tests;
