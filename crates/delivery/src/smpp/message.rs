//! From a letter to what goes on the wire: sender, destination, lifetime and optional parameters as the route's
//! settings have them, the text cut into parts.

use super::config::{SmppConfig, SmppConfigError, Validity, bad};
use crate::{Letter, words};
use countersign_core::numbers::PhoneNumber;
use countersign_smpp::pdu::{Address, ShortMessage, Tlv, tag};
use countersign_smpp::text::{Alphabet, LongMessage, TooLong, segment};
use countersign_smpp::time;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

/// Parameters that say how a text travels: the route writes them itself.
const OURS: [u16; 4] =
    [tag::MESSAGE_PAYLOAD, tag::SAR_MSG_REF_NUM, tag::SAR_TOTAL_SEGMENTS, tag::SAR_SEGMENT_SEQNUM];

/// Writes the messages of one route.
pub(super) struct Composer {
    sender: String,
    /// The type of number that the route's own sender has by its form: overrides are meant for such.
    own_ton: u8,
    sender_ton: Option<u8>,
    sender_npi: Option<u8>,
    destination: Address,
    service_type: String,
    registered_delivery: u8,
    validity: Validity,
    tlvs: Vec<Tlv>,
    alphabet: Alphabet,
    long: LongMessage,
    /// Ties the parts of a long message together; the next message gets the next number.
    long_reference: AtomicU16,
}

impl Composer {
    pub(super) fn new(config: &SmppConfig) -> Result<Self, SmppConfigError> {
        Ok(Self {
            sender: config.sender.clone(),
            own_ton: sender_address(&config.sender).ton,
            sender_ton: config.sender_ton,
            sender_npi: config.sender_npi,
            destination: Address {
                ton: config.destination_ton.unwrap_or(1),
                npi: config.destination_npi.unwrap_or(1),
                value: String::new(),
            },
            service_type: config.service_type.clone(),
            registered_delivery: config.registered_delivery,
            validity: config.validity,
            tlvs: config.tlvs.iter().map(|(tag, text)| parameter(tag, text)).collect::<Result<_, _>>()?,
            alphabet: config.alphabet.into(),
            long: config.long_messages.into(),
            long_reference: AtomicU16::new(0),
        })
    }

    /// Where the numbers of long messages start: nodes and restarts should not use the same ones.
    pub(super) fn start_references_at(&self, first: u16) {
        self.long_reference.store(first, Ordering::Relaxed);
    }

    /// A message from this sender that says nothing yet.
    pub(super) fn template(&self, sender: &str) -> ShortMessage {
        let mut source = sender_address(sender);
        if source.ton == self.own_ton {
            source.ton = self.sender_ton.unwrap_or(source.ton);
            source.npi = self.sender_npi.unwrap_or(source.npi);
        }
        let mut message = ShortMessage {
            service_type: self.service_type.clone(),
            source,
            destination: self.destination.clone(),
            registered_delivery: self.registered_delivery,
            ..ShortMessage::default()
        };
        message.tlvs.0.extend_from_slice(&self.tlvs);
        message
    }

    /// The parts of one letter, at least one.
    pub(super) fn compose(
        &self,
        letter: &Letter,
        number: &PhoneNumber,
        unix_ms: impl FnOnce() -> u64,
    ) -> Result<Vec<ShortMessage>, TooLong> {
        let text = words::render_sms(letter);
        let reference = self.long_reference.fetch_add(1, Ordering::Relaxed);
        let parts = segment(&text, self.alphabet, self.long, reference)?.parts;
        let mut message = self.template(letter.sender.as_deref().unwrap_or(&self.sender));
        message.destination.value.push_str(number.e164().trim_start_matches('+'));
        // A second at least: a period of zero means the SMSC's own default, days perhaps (SMPP 3.4, 5.2.16).
        let valid_for = letter.valid_for.max(Duration::from_secs(1));
        let lifetime_ms = u64::try_from(valid_for.as_millis()).unwrap_or(u64::MAX);
        message.validity_period = match self.validity {
            Validity::Relative => time::relative(lifetime_ms),
            Validity::Absolute => time::absolute(unix_ms().saturating_add(lifetime_ms)),
            Validity::None => String::new(),
        };
        if let [single] = &parts[..] {
            single.apply(&mut message);
            return Ok(vec![message]);
        }
        let written = parts.iter().map(|part| {
            let mut message = message.clone();
            part.apply(&mut message);
            message
        });
        Ok(written.collect())
    }
}

fn parameter(tag: &str, text: &str) -> Result<Tlv, SmppConfigError> {
    let number = tag.strip_prefix("0x").and_then(|digits| u16::from_str_radix(digits, 16).ok());
    match number {
        None => bad("the names in tlvs are tags such as \"0x1400\""),
        Some(tag) if OURS.contains(&tag) => bad(&format!("tlvs must not set {tag:#06x}: the route does")),
        Some(tag) => Ok(Tlv::new(tag, text)),
    }
}

/// The sender with the type and plan of number that carriers expect of its form: names 5/0, numbers 1/1, short
/// codes 3/0 (SMPP 3.4, 5.2.5 and 5.2.6, and custom).
pub(super) fn sender_address(sender: &str) -> Address {
    let digits = sender.strip_prefix('+').unwrap_or(sender);
    let is_number = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    match (is_number, sender.starts_with('+'), digits.len()) {
        (true, false, ..=6) => Address::short_code(digits),
        (true, ..) => Address::international(digits),
        (false, ..) => Address::alphanumeric(sender),
    }
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
