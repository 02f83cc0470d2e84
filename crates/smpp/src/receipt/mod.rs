//! Delivery receipts: reading what SMSCs send (SMPP 3.4, appendix B, and what they make of it) and writing
//! the forms an SMSC uses. Only a message that is marked as a receipt is read as one: words alone could be
//! typed on any handset.
//!
//! What a state means for a message of ours is not decided here.

mod id;
mod render;

use crate::pdu::{ShortMessage, esm_class, tag};
use crate::text::{Alphabet, decode};

pub use id::{DlrId, fold_id, id_candidates};
pub use render::{DateForm, ReceiptContent, ReceiptForm};

/// State of a message at the SMSC (SMPP 3.4, 5.2.28; 0 and 9 are from 5.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageState {
    /// Waiting for its time.
    Scheduled,
    /// On the way.
    Enroute,
    /// On the handset.
    Delivered,
    /// Its validity period ended first.
    Expired,
    /// Taken out of the SMSC.
    Deleted,
    /// Cannot be delivered.
    Undeliverable,
    /// Taken by somebody on the way.
    Accepted,
    /// The SMSC does not know, or said something nobody understands.
    Unknown,
    /// Refused.
    Rejected,
    /// Left out.
    Skipped,
}

impl MessageState {
    /// From the number in a `message_state` parameter.
    pub fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Scheduled,
            1 => Self::Enroute,
            2 => Self::Delivered,
            3 => Self::Expired,
            4 => Self::Deleted,
            5 => Self::Undeliverable,
            6 => Self::Accepted,
            8 => Self::Rejected,
            9 => Self::Skipped,
            _ => Self::Unknown,
        }
    }

    /// The number in a `message_state` parameter.
    pub fn number(self) -> u8 {
        match self {
            Self::Scheduled => 0,
            Self::Enroute => 1,
            Self::Delivered => 2,
            Self::Expired => 3,
            Self::Deleted => 4,
            Self::Undeliverable => 5,
            Self::Accepted => 6,
            Self::Unknown => 7,
            Self::Rejected => 8,
            Self::Skipped => 9,
        }
    }

    /// From the word after `stat:`, in any case, with the spellings that vendors use.
    pub fn from_word(word: &str) -> Self {
        match word.to_ascii_uppercase().as_str() {
            "SCHEDULED" => Self::Scheduled,
            "ENROUTE" | "BUFFERED" | "BUFFRED" | "PENDING" | "SENT" => Self::Enroute,
            "DELIVRD" | "DELIVERED" | "DELIVERD" | "DELIVERY_SUCCESS" => Self::Delivered,
            "EXPIRED" => Self::Expired,
            "DELETED" | "CANCELED" | "CANCELLED" => Self::Deleted,
            "UNDELIV" | "UNDELIVERABLE" | "UNDELIVERED" | "UNDELIVRD" | "FAILED" | "NOT_DELIVERED" => {
                Self::Undeliverable
            }
            "ACCEPTD" | "ACCEPTED" => Self::Accepted,
            "REJECTD" | "REJECTED" | "REJECT" | "BLOCKED" => Self::Rejected,
            "SKIPPED" => Self::Skipped,
            _ => Self::Unknown,
        }
    }

    /// The word of SMPP 3.4, appendix B.
    pub fn word(self) -> &'static str {
        match self {
            Self::Scheduled => "SCHEDULED",
            Self::Enroute => "ENROUTE",
            Self::Delivered => "DELIVRD",
            Self::Expired => "EXPIRED",
            Self::Deleted => "DELETED",
            Self::Undeliverable => "UNDELIV",
            Self::Accepted => "ACCEPTD",
            Self::Unknown => "UNKNOWN",
            Self::Rejected => "REJECTD",
            Self::Skipped => "SKIPPED",
        }
    }

    /// Whether nothing more will come. ACCEPTD, ENROUTE, SCHEDULED and UNKNOWN may still be followed by
    /// another receipt.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Scheduled | Self::Enroute | Self::Accepted | Self::Unknown)
    }
}

/// A receipt as read. The number it is about is the *source* of the deliver_sm that carried it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The id as the SMSC wrote it here; see [`id_candidates`].
    pub message_id: String,
    /// What became of the message.
    pub state: MessageState,
    /// The word after `stat:` when nobody here knows it, shortened to 20 characters: for the log.
    pub state_word: Option<String>,
    /// The vendor's or the network's error code; `None` when absent or all zeros.
    pub error_code: Option<String>,
}

/// Reads a deliver_sm as a receipt. `None` when it is not marked as one (by `esm_class` or by the
/// `receipted_message_id` parameter) or names no message. Parameters win over text.
pub fn parse(message: &ShortMessage) -> Option<Receipt> {
    let tlv_id = message.tlvs.text(tag::RECEIPTED_MESSAGE_ID).filter(|id| !id.is_empty());
    let kind = message.esm_class & esm_class::TYPE_MASK;
    if tlv_id.is_none() && kind != esm_class::RECEIPT && kind != esm_class::INTERMEDIATE {
        return None;
    }
    // Receipts are ASCII whatever data_coding claims, except when they come as UCS-2.
    let coding = if message.data_coding == 8 { 8 } else { 3 };
    let text = decode(message.content(), coding, Alphabet::Latin1).unwrap_or_default();
    let fields = TextFields::scan(&text);
    let word = fields.get("stat:");
    let spoken = word.map(MessageState::from_word);
    let state = tlv_state(message).or(spoken).unwrap_or(MessageState::Unknown);
    let unknown_word =
        word.filter(|word| spoken == Some(MessageState::Unknown) && !word.eq_ignore_ascii_case("UNKNOWN"));
    Some(Receipt {
        message_id: tlv_id.or_else(|| fields.get("id:").map(str::to_owned))?,
        state,
        state_word: unknown_word.map(|word| word.chars().take(20).collect()),
        error_code: tlv_error(message).or_else(|| text_error(&fields)),
    })
}

fn tlv_state(message: &ShortMessage) -> Option<MessageState> {
    let number = message.tlvs.number(tag::MESSAGE_STATE)?;
    // Two octets with the state first have been seen: then the number is a multiple of 256.
    let number = if number > 0xFF && number & 0xFF == 0 { number >> 8 } else { number };
    Some(u8::try_from(number).map_or(MessageState::Unknown, MessageState::from_number))
}

fn tlv_error(message: &ShortMessage) -> Option<String> {
    match message.tlvs.get(tag::NETWORK_ERROR_CODE)? {
        [_network, 0, 0] => None,
        [_network, high, low] => Some(u16::from_be_bytes([*high, *low]).to_string()),
        _ => None,
    }
}

fn text_error(fields: &TextFields<'_>) -> Option<String> {
    let code = fields.get("err:")?;
    let means_something = code.chars().any(|character| character != '0');
    means_something.then(|| code.chars().take(20).collect())
}

/// Keys of appendix B; the scan ends at `text:`, because what follows was written by whoever wrote the
/// message.
const KEYS: [&str; 8] = ["id:", "sub:", "dlvrd:", "submit date:", "done date:", "stat:", "err:", "text:"];

/// The values of a receipt text, found by key in any order and any case.
struct TextFields<'a>(Vec<(&'static str, &'a str)>);

impl<'a> TextFields<'a> {
    fn scan(text: &'a str) -> Self {
        let mut found: Vec<(&'static str, &'a str)> = Vec::new();
        let mut rest = text;
        let mut at_word_start = true;
        while let Some(first) = rest.chars().next() {
            let key = KEYS.iter().find(|key| at_word_start && starts_with(rest, key));
            let Some(key) = key else {
                at_word_start = first.is_whitespace();
                rest = &rest[first.len_utf8()..];
                continue;
            };
            if *key == "text:" {
                break;
            }
            let value = rest[key.len()..].trim_start_matches(' ');
            let absent = KEYS.iter().any(|other| starts_with(value, other));
            let end = if absent { 0 } else { value.find(char::is_whitespace).unwrap_or(value.len()) };
            if end > 0 && !found.iter().any(|(seen, _)| seen == key) {
                found.push((key, &value[..end]));
            }
            rest = &value[end..];
            at_word_start = absent;
        }
        Self(found)
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(seen, _)| *seen == key).map(|(_, value)| *value)
    }
}

fn starts_with(text: &str, key: &str) -> bool {
    text.get(..key.len()).is_some_and(|head| head.eq_ignore_ascii_case(key))
}
