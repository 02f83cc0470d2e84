//! Cuts a text into the parts that fit a short message. An escape pair and a surrogate pair are never cut,
//! because whole characters are what is counted out. One part needs no header and no parameter.

use std::fmt;

use super::{Alphabet, Coding};
use crate::pdu::{Octets, ShortMessage, Tlv, esm_class, tag};

/// Most octets in a `message_payload` that still leaves room for everything else in a unit of 64 KiB.
const PAYLOAD_OCTETS_MAX: usize = 64_000;

/// Room for a short message without growing, whatever its coding.
const PIECE_OCTETS_USUAL: usize = 160;

/// How a route carries a text that does not fit one message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LongMessage {
    /// A user data header with an 8-bit reference in front of each part: works everywhere.
    #[default]
    Udh,
    /// The `sar_*` parameters; the SMSC makes the headers.
    Sar,
    /// One unit with `message_payload`; the SMSC cuts.
    Payload,
}

/// What one submit_sm carries of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    short_message: Octets,
    tlvs: Vec<Tlv>,
    udhi: bool,
    data_coding: u8,
}

impl Part {
    /// Writes the part into a message whose other fields stand already.
    pub fn apply(&self, message: &mut ShortMessage) {
        message.data_coding = self.data_coding;
        message.short_message = self.short_message.clone();
        message.tlvs.0.extend(self.tlvs.iter().cloned());
        if self.udhi {
            message.esm_class |= esm_class::UDHI;
        }
    }
}

/// A text, cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segmented {
    /// What it is counted in.
    pub coding: Coding,
    /// At least one, at most 255.
    pub parts: Vec<Part>,
}

/// The text needs more than 255 parts, or more payload than fits one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text is too long for 255 parts or one payload")
    }
}

impl std::error::Error for TooLong {}

/// Cuts `text` for a route. `reference` ties the parts together: its low 8 bits in a header, all 16 in
/// `sar`. It should differ between messages to one number that are under way at the same time.
pub fn segment(
    text: &str,
    alphabet: Alphabet,
    long: LongMessage,
    reference: u16,
) -> Result<Segmented, TooLong> {
    let coding = Coding::for_text(text, alphabet);
    let data_coding = coding.data_coding();
    let plain = |short_message: Vec<u8>, tlvs| Part {
        short_message: Octets(short_message),
        tlvs,
        udhi: false,
        data_coding,
    };
    if let [single] = &mut cut(text, coding, coding.units_single_max())[..] {
        return Ok(Segmented { coding, parts: vec![plain(std::mem::take(single), Vec::new())] });
    }
    let pieces = match long {
        LongMessage::Payload => {
            let payload = cut(text, coding, usize::MAX).concat();
            if payload.len() > PAYLOAD_OCTETS_MAX {
                return Err(TooLong);
            }
            let tlv = Tlv::new(tag::MESSAGE_PAYLOAD, payload);
            return Ok(Segmented { coding, parts: vec![plain(Vec::new(), vec![tlv])] });
        }
        LongMessage::Udh | LongMessage::Sar => cut(text, coding, coding.units_part_max()),
    };
    let total = u8::try_from(pieces.len()).map_err(|_| TooLong)?;
    let [_, reference_low] = reference.to_be_bytes();
    let parts = (1..=total).zip(pieces).map(|(number, piece)| match long {
        LongMessage::Udh => {
            // 3GPP TS 23.040, 9.2.3.24.1: header length, concatenation element, its length, reference,
            // total, number.
            let mut octets = vec![0x05, 0x00, 0x03, reference_low, total, number];
            octets.extend_from_slice(&piece);
            Part { udhi: true, ..plain(octets, Vec::new()) }
        }
        LongMessage::Sar | LongMessage::Payload => {
            let tlvs = vec![
                Tlv::new(tag::SAR_MSG_REF_NUM, reference.to_be_bytes()),
                Tlv::new(tag::SAR_TOTAL_SEGMENTS, [total]),
                Tlv::new(tag::SAR_SEGMENT_SEQNUM, [number]),
            ];
            plain(piece, tlvs)
        }
    });
    Ok(Segmented { coding, parts: parts.collect() })
}

/// Fills pieces of at most `units_max` with whole characters. An empty text is one empty piece.
fn cut(text: &str, coding: Coding, units_max: usize) -> Vec<Vec<u8>> {
    let piece = || Vec::with_capacity(text.len().min(PIECE_OCTETS_USUAL));
    let mut pieces = vec![piece()];
    let mut units_used = 0;
    for character in text.chars() {
        let units = coding.units(character);
        if units_used + units > units_max {
            pieces.push(piece());
            units_used = 0;
        }
        units_used += units;
        if let Some(piece) = pieces.last_mut() {
            coding.write(character, piece);
        }
    }
    pieces
}
