//! A text as the SMSC takes it in one submit, from whoever comes by another door than SMPP.

use countersign_smpp::pdu::{Address, ShortMessage};
use countersign_smpp::text::{Alphabet, LongMessage, TooLong, segment};
use countersign_smpp::time::relative;

/// All receipts (SMPP 3.4, 5.2.17).
const EVERY_RECEIPT: u8 = 1;

/// A text to send.
pub(crate) struct Text<'a> {
    /// With `+`.
    pub(crate) to: &'a str,
    /// A name, a short code, or a number with `+`.
    pub(crate) from: &'a str,
    pub(crate) text: &'a str,
    /// After which it is worth nothing.
    pub(crate) lifetime_ms: Option<u64>,
}

impl Text<'_> {
    /// However long it is, it stays one message with one id: the SMSC cuts it.
    pub(crate) fn message(&self) -> Result<ShortMessage, TooLong> {
        let mut message = ShortMessage {
            source: address(self.from),
            destination: address(self.to),
            registered_delivery: EVERY_RECEIPT,
            validity_period: self.lifetime_ms.map(relative).unwrap_or_default(),
            ..ShortMessage::default()
        };
        for part in segment(self.text, Alphabet::Gsm, LongMessage::Payload, 0)?.parts {
            part.apply(&mut message);
        }
        Ok(message)
    }
}

/// As an SMSC writes it.
pub(crate) fn address(name: &str) -> Address {
    let digits = name.strip_prefix('+').unwrap_or(name);
    if digits.is_empty() || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        Address::alphanumeric(name)
    } else if name.starts_with('+') {
        Address::international(name)
    } else {
        Address::short_code(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Type and plan of numbers: delivery.md 4.2.
    #[test]
    fn addresses_are_numbers_short_codes_and_names() {
        let cases = [
            ("+491701234567", (1, 1, "491701234567")),
            ("72345", (3, 0, "72345")),
            ("Acme", (5, 0, "Acme")),
            ("+", (5, 0, "+")),
        ];
        for (name, (ton, npi, value)) in cases {
            let address = address(name);
            assert_eq!((address.ton, address.npi, address.value.as_str()), (ton, npi, value));
        }
    }
}
