//! Puts parts back together on the receiving side: user data headers with 8-bit or 16-bit references, or
//! the `sar_*` parameters. Bounded in messages and in time; what never completes is forgotten.

use std::collections::HashMap;

use crate::Millis;
use crate::pdu::{ShortMessage, esm_class, tag};

/// Most octets that the parts of one message may have together: 255 parts of a short message are fewer, and a
/// `message_payload` in every part would be sixteen megabytes.
pub const MESSAGE_OCTETS_MAX: usize = 64 * 1024;

/// Where a part belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartHeader {
    /// Shared by all parts of one message.
    pub reference: u16,
    /// How many parts there are.
    pub total: u8,
    /// This one, from 1.
    pub number: u8,
}

/// Splits a message into its part header, if it is one of several, and the octets of its text without any
/// user data header. A header that makes no sense is taken off when its length allows, and the message
/// stands alone.
pub fn part_header(message: &ShortMessage) -> (Option<PartHeader>, &[u8]) {
    let content = message.content();
    if message.esm_class & esm_class::UDHI != 0
        && let Some((length, rest)) = content.split_first()
        && let Some((header, text)) = rest.split_at_checked(usize::from(*length))
    {
        return (concatenation(header), text);
    }
    (sar(message), content)
}

/// Looks through the information elements of a user data header (3GPP TS 23.040, 9.2.3.24).
fn concatenation(mut header: &[u8]) -> Option<PartHeader> {
    while let [element, length, rest @ ..] = header {
        let (value, after) = rest.split_at_checked(usize::from(*length))?;
        match (element, value) {
            (0x00, [reference, total, number]) => {
                return checked(u16::from(*reference), *total, *number);
            }
            (0x08, [high, low, total, number]) => {
                return checked(u16::from_be_bytes([*high, *low]), *total, *number);
            }
            _ => header = after,
        }
    }
    None
}

fn sar(message: &ShortMessage) -> Option<PartHeader> {
    let number = |tag| message.tlvs.number(tag);
    let reference = u16::try_from(number(tag::SAR_MSG_REF_NUM)?).ok()?;
    let total = u8::try_from(number(tag::SAR_TOTAL_SEGMENTS)?).ok()?;
    let seqnum = u8::try_from(number(tag::SAR_SEGMENT_SEQNUM)?).ok()?;
    checked(reference, total, seqnum)
}

fn checked(reference: u16, total: u8, number: u8) -> Option<PartHeader> {
    (total > 1 && (1..=total).contains(&number)).then_some(PartHeader { reference, total, number })
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    source: String,
    destination: String,
    reference: u16,
    total: u8,
}

impl Key {
    fn of(message: &ShortMessage, header: PartHeader) -> Self {
        Self {
            source: message.source.value.clone(),
            destination: message.destination.value.clone(),
            reference: header.reference,
            total: header.total,
        }
    }
}

struct Partial {
    parts: Vec<Option<Vec<u8>>>,
    octets: usize,
    expires_at: Millis,
}

/// Parts waiting for the rest of their message.
pub struct Reassembler {
    waiting: HashMap<Key, Partial>,
    messages_max: usize,
    wait_ms: Millis,
}

impl std::fmt::Debug for Reassembler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reassembler(<{} messages waiting>)", self.waiting.len())
    }
}

impl Reassembler {
    /// Keeps at most `messages_max` incomplete messages of at most [`MESSAGE_OCTETS_MAX`] each, for `wait_ms` after
    /// the first part. A message that grows beyond that is forgotten.
    pub fn new(messages_max: usize, wait_ms: Millis) -> Self {
        Self { waiting: HashMap::new(), messages_max, wait_ms }
    }

    /// Takes one message. Gives the octets of the whole text when it stands alone or completes its message;
    /// they are all in the message's own `data_coding`. A part seen before replaces the earlier one.
    pub fn push(&mut self, now: Millis, message: &ShortMessage) -> Option<Vec<u8>> {
        let (header, text) = part_header(message);
        let Some(header) = header else {
            return Some(text.to_vec());
        };
        self.waiting.retain(|_, partial| partial.expires_at > now);
        let key = Key::of(message, header);
        if self.waiting.len() >= self.messages_max && !self.waiting.contains_key(&key) {
            self.forget_oldest();
        }
        let expires_at = now.saturating_add(self.wait_ms);
        let partial = self.waiting.entry(key.clone()).or_insert_with(|| Partial {
            parts: vec![None; usize::from(header.total)],
            octets: 0,
            expires_at,
        });
        if let Some(place) = partial.parts.get_mut(usize::from(header.number) - 1) {
            let before = place.replace(text.to_vec());
            partial.octets = partial.octets + text.len() - before.map_or(0, |part| part.len());
        }
        if partial.octets > MESSAGE_OCTETS_MAX {
            self.waiting.remove(&key);
            return None;
        }
        let whole: Option<Vec<&[u8]>> = partial.parts.iter().map(Option::as_deref).collect();
        let whole = whole?.concat();
        self.waiting.remove(&key);
        Some(whole)
    }

    /// How many messages are incomplete.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    fn forget_oldest(&mut self) {
        let oldest = self.waiting.values().map(|partial| partial.expires_at).min();
        let mut room_made = false;
        self.waiting.retain(|_, partial| {
            let goes = !room_made && Some(partial.expires_at) == oldest;
            room_made |= goes;
            !goes
        });
    }
}
