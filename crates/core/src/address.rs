//! Where a code or a notice can go: a phone number or an email address. Knows the one spelling of each that look-ups
//! and keyed hashes use; refuses to print either in full (R10). Whether an address may be used is not decided here.

use countersign_numbers::{NumberError, PhoneNumber, RegionCode};
use std::fmt;

/// An email address in the one spelling used for look-ups: trimmed, lower case, at most 254 octets (RFC 5321
/// 4.5.3.1.3).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

/// Why a text is not an email address we can send to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailError {
    /// Nothing was typed.
    Empty,
    /// Longer than 254 octets.
    TooLong,
    /// Not of the form `local@domain.tld`.
    Malformed,
}

impl Email {
    /// Reads what a person typed. Full-width characters are folded to ASCII; the local part is compared without
    /// case, as every large mail provider does, so that one mailbox cannot open two accounts by spelling.
    pub fn parse(typed: &str) -> Result<Self, EmailError> {
        let folded: String = typed.trim().chars().map(fold_full_width).collect();
        if folded.is_empty() {
            return Err(EmailError::Empty);
        }
        let text = folded.to_lowercase();
        if text.len() > 254 {
            return Err(EmailError::TooLong);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError::Malformed)?;
        if local_part_is_plain(local) && domain_is_plain(domain) {
            Ok(Self(text))
        } else {
            Err(EmailError::Malformed)
        }
    }

    /// The address itself. For the wire and for sealing only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// First letter and domain: enough for its owner to recognise.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or(("", &self.0));
        format!("{}•••@{domain}", local.chars().next().unwrap_or('•'))
    }
}

fn fold_full_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// RFC 5322 dot-atom. Quoted local parts are refused: nobody's mailbox needs one and header injection loves them.
fn local_part_is_plain(local: &str) -> bool {
    !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
}

fn domain_is_plain(domain: &str) -> bool {
    let mut labels = domain.split('.').peekable();
    let mut count = 0;
    while let Some(label) = labels.next() {
        count += 1;
        let last = labels.peek().is_none();
        let shaped = (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        // A last label of digits only would be an IP address, which no mail route of ours accepts.
        if !shaped || (last && label.bytes().all(|b| b.is_ascii_digit())) {
            return false;
        }
    }
    count >= 2
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// A place that a code or a notice can be sent to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A phone number: reached by SMS.
    Phone(PhoneNumber),
    /// An email address.
    Email(Email),
}

impl Address {
    /// The canonical text: E.164 or the email address. For the wire, sealing, and keyed hashing only.
    pub fn expose(&self) -> &str {
        match self {
            Address::Phone(number) => number.e164(),
            Address::Email(email) => email.expose(),
        }
    }

    /// From the canonical text that [`Address::expose`] gave; `None` if it was not one.
    pub fn from_exposed(text: &str) -> Option<Self> {
        if text.starts_with('+') {
            PhoneNumber::from_e164(text).ok().map(Address::Phone)
        } else {
            Email::parse(text).ok().map(Address::Email)
        }
    }

    /// A form that its owner recognises and a stranger cannot use.
    pub fn masked(&self) -> String {
        match self {
            Address::Phone(number) => number.masked(),
            Address::Email(email) => email.masked(),
        }
    }

    /// The factor that a code to this address proves.
    pub fn channel(&self) -> crate::model::Channel {
        match self {
            Address::Phone(_) => crate::model::Channel::Sms,
            Address::Email(_) => crate::model::Channel::Email,
        }
    }

    /// The phone number, if it is one.
    pub fn phone(&self) -> Option<&PhoneNumber> {
        match self {
            Address::Phone(number) => Some(number),
            Address::Email(_) => None,
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Why what was typed names nobody: neither an email address nor a phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentifierProblem {
    /// Nothing was typed.
    Empty,
    /// It has an `@` but is no email address.
    Email(EmailError),
    /// It is no phone number.
    Number(NumberError),
}

/// Reads an email address or a phone number, whichever was typed.
pub fn read_identifier(typed: &str, region: Option<RegionCode>) -> Result<Address, IdentifierProblem> {
    if typed.trim().is_empty() {
        return Err(IdentifierProblem::Empty);
    }
    if typed.contains(['@', '\u{FF20}']) {
        return Email::parse(typed).map(Address::Email).map_err(IdentifierProblem::Email);
    }
    PhoneNumber::parse(typed, region).map(Address::Phone).map_err(IdentifierProblem::Number)
}

/// The keyed hash by which an address is looked up, drawn by whoever holds the index key. Says nothing by itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressIndex(pub [u8; 32]);

impl fmt::Debug for AddressIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Even a keyed hash of a number links records; logs get a short head only.
        write!(f, "index:{:02x}{:02x}…", self.0[0], self.0[1])
    }
}

/// Serde for addresses inside sealed payloads: as their canonical text. Never use it for anything that is not sealed.
pub mod sealed_text {
    use super::Address;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the canonical text.
    pub fn serialize<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(address.expose())
    }

    /// Reads the canonical text.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
        let text = String::deserialize(deserializer)?;
        Address::from_exposed(&text).ok_or_else(|| D::Error::custom("not an address"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_becomes_one_spelling() {
        for typed in [" Ada.L@Example.COM ", "ada.l@example.com", "ａｄａ.l＠example.com"] {
            assert_eq!(Email::parse(typed).unwrap().expose(), "ada.l@example.com");
        }
        assert_eq!(Email::parse("o'neil+x@mail.example").unwrap().expose(), "o'neil+x@mail.example");
    }

    #[test]
    fn what_cannot_be_a_mailbox_is_refused() {
        assert_eq!(Email::parse("   "), Err(EmailError::Empty));
        assert_eq!(Email::parse(&format!("{}@example.com", "a".repeat(255))), Err(EmailError::TooLong));
        for typed in [
            "ada",
            "@example.com",
            "ada@",
            "ada@localhost",
            "ada@exa mple.com",
            "a..b@example.com",
            ".a@example.com",
            "ada@-x.com",
            "ada@1.2.3.4",
            "\"a\"@example.com",
            "ada@example.com\r\nBcc: x@y.z",
            "a@b@example.com",
            "ada@example..com",
            "ada@[127.0.0.1]",
            "<ada@example.com>",
        ] {
            assert_eq!(Email::parse(typed), Err(EmailError::Malformed), "{typed}");
        }
    }

    #[test]
    fn no_debug_output_shows_an_address() {
        let email = Address::Email(Email::parse("ada@example.com").unwrap());
        assert_eq!(format!("{email:?}"), "a•••@example.com");
        let phone = Address::Phone(PhoneNumber::from_e164("+447400123456").unwrap());
        assert!(!format!("{phone:?}").contains("7400"));
    }
}
