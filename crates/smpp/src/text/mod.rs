//! Which alphabet a text goes out in, and how octets that come in read. Cutting into parts is [`segment`],
//! putting parts together is [`reassemble`]. What the text says is nobody's business here.

mod reassemble;
mod segment;

use crate::gsm7;

pub use reassemble::{MESSAGE_OCTETS_MAX, PartHeader, Reassembler, part_header};
pub use segment::{LongMessage, Part, Segmented, TooLong, segment};

/// `data_coding` values used here (SMPP 3.4, 5.2.19; 3GPP TS 23.038, 4).
pub mod data_coding {
    /// The SMSC's default alphabet.
    pub const DEFAULT: u8 = 0x00;
    /// IA5, that is ASCII.
    pub const IA5: u8 = 0x01;
    /// ISO 8859-1.
    pub const LATIN_1: u8 = 0x03;
    /// Octets without text.
    pub const BINARY: u8 = 0x04;
    /// UCS-2, big-endian; read and written as UTF-16, as handsets do.
    pub const UCS_2: u8 = 0x08;
}

/// What a route's SMSC takes `data_coding` 0 to mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alphabet {
    /// The GSM default alphabet, unpacked: what the standard says.
    #[default]
    Gsm,
    /// ISO 8859-1, which the SMSC itself turns into GSM.
    Latin1,
    /// ASCII, which the SMSC itself turns into GSM.
    Ascii,
}

impl Alphabet {
    /// Units that one character takes; `None` when it cannot be carried. It must also be in the GSM alphabet, for
    /// that is what the handset gets in the end: anything else has to go as UCS-2.
    fn units(self, character: char) -> Option<usize> {
        let septets = gsm7::septets(character)?;
        let fits = match self {
            Self::Gsm => true,
            Self::Latin1 => u8::try_from(u32::from(character)).is_ok(),
            Self::Ascii => character.is_ascii(),
        };
        fits.then_some(septets.count())
    }

    /// Appends the octets of one character; `?` for one that cannot be carried, which [`Coding::for_text`] rules out.
    fn write(self, character: char, out: &mut Vec<u8>) {
        match (self, gsm7::septets(character)) {
            (Self::Gsm, Some(septets)) => septets.write(out),
            (Self::Latin1, Some(_)) => out.push(u8::try_from(u32::from(character)).unwrap_or(b'?')),
            (Self::Ascii, Some(_)) => {
                out.push(u8::try_from(character).ok().filter(u8::is_ascii).unwrap_or(b'?'))
            }
            (_, None) => out.push(b'?'),
        }
    }

    fn decode(self, octets: &[u8]) -> String {
        match self {
            Self::Gsm => gsm7::decode(octets),
            Self::Latin1 => octets.iter().map(|octet| char::from(*octet)).collect(),
            Self::Ascii => octets
                .iter()
                .map(|octet| if octet.is_ascii() { char::from(*octet) } else { char::REPLACEMENT_CHARACTER })
                .collect(),
        }
    }
}

/// How a text is counted and carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Counted in septets, carried under `data_coding` 0.
    Default(Alphabet),
    /// Counted in 16-bit units, carried under `data_coding` 8.
    Ucs2,
}

impl Coding {
    /// The cheapest coding that carries the whole text.
    pub fn for_text(text: &str, alphabet: Alphabet) -> Self {
        let fits = text.chars().all(|character| alphabet.units(character).is_some());
        if fits { Self::Default(alphabet) } else { Self::Ucs2 }
    }

    /// Its `data_coding`.
    pub fn data_coding(self) -> u8 {
        match self {
            Self::Default(_) => data_coding::DEFAULT,
            Self::Ucs2 => data_coding::UCS_2,
        }
    }

    /// Units that fit in one message: 160 septets or 70 UTF-16 units (3GPP TS 23.040).
    pub fn units_single_max(self) -> usize {
        match self {
            Self::Default(_) => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Units that fit in a part behind a user data header with an 8-bit reference: 153 or 67.
    pub fn units_part_max(self) -> usize {
        match self {
            Self::Default(_) => 153,
            Self::Ucs2 => 67,
        }
    }

    /// How many units one character takes.
    pub(crate) fn units(self, character: char) -> usize {
        match self {
            Self::Default(alphabet) => alphabet.units(character).unwrap_or(1),
            Self::Ucs2 => character.len_utf16(),
        }
    }

    /// Appends one character.
    pub(crate) fn write(self, character: char, out: &mut Vec<u8>) {
        match self {
            Self::Default(alphabet) => alphabet.write(character, out),
            Self::Ucs2 => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units).iter() {
                    out.extend_from_slice(&unit.to_be_bytes());
                }
            }
        }
    }
}

/// Reads octets under a `data_coding`; `alphabet` says what 0 means on that route. `None` for binary and
/// for the codings that carry no readable text here (JIS, ISO 8859-5 and 8859-8, and the like).
pub fn decode(octets: &[u8], data_coding: u8, alphabet: Alphabet) -> Option<String> {
    match data_coding {
        data_coding::DEFAULT => Some(alphabet.decode(octets)),
        data_coding::IA5 => Some(Alphabet::Ascii.decode(octets)),
        data_coding::LATIN_1 => Some(Alphabet::Latin1.decode(octets)),
        data_coding::UCS_2 => Some(decode_utf16(octets)),
        // Message class and general data coding groups (3GPP TS 23.038, 4): bits 3-2 give the alphabet in
        // 00xx, bit 2 in 1111.
        0x10..=0x1F | 0xF0..=0xFF => match data_coding & 0x0C {
            0x00 => Some(gsm7::decode(octets)),
            0x08 if data_coding < 0x20 => Some(decode_utf16(octets)),
            0x08 => Some(gsm7::decode(octets)),
            _ => None,
        },
        _ => None,
    }
}

/// Big-endian UTF-16; lone surrogates and an odd last octet become U+FFFD.
fn decode_utf16(octets: &[u8]) -> String {
    let (pairs, rest) = octets.as_chunks::<2>();
    let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
    let mut text: String =
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    if !rest.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text
}
