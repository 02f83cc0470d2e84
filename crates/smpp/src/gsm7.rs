//! The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1), unpacked: one septet in
//! one octet, as SMPP carries it under `data_coding` 0. `@` is 0x00, so such text is never a C string.
//!
//! National language shift tables are not spoken: carriers over SMPP rarely take them.

/// Announces a character of the extension table.
pub const ESCAPE: u8 = 0x1B;

/// What an octet that means nothing decodes to.
const REPLACEMENT: char = '\u{FFFD}';

/// Index is the septet; 0x1B stands for the escape and is never matched as a character.
#[rustfmt::skip]
const BASIC: [char; 128] = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å',
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', REPLACEMENT, 'Æ', 'æ', 'ß', 'É',
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
    '¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§',
    '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];

/// Characters that take the escape and this septet.
const EXTENSION: [(u8, char); 10] = [
    (0x0A, '\u{000C}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2F, '\\'),
    (0x3C, '['),
    (0x3D, '~'),
    (0x3E, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// One character as septets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Septets {
    /// In the default alphabet.
    One(u8),
    /// In the extension table: goes out as [`ESCAPE`] and this.
    Escaped(u8),
}

impl Septets {
    /// How many septets it takes: 1 or 2.
    pub fn count(self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Escaped(_) => 2,
        }
    }

    /// Appends the septets, one per octet.
    pub fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::One(septet) => out.push(septet),
            Self::Escaped(septet) => out.extend_from_slice(&[ESCAPE, septet]),
        }
    }
}

/// What [`LATIN`] says of a character that the alphabet lacks, and adds to a septet that takes the escape.
const ABSENT: u8 = 0xFF;
const ESCAPED: u8 = 0x80;

/// Septets by the characters below U+0100, which nearly all texts are made of: every character of every message is
/// looked up several times.
const LATIN: [u8; 256] = {
    let mut table = [ABSENT; 256];
    let mut septet = 0;
    while septet < BASIC.len() {
        if (BASIC[septet] as usize) < table.len() {
            table[BASIC[septet] as usize] = septet as u8;
        }
        septet += 1;
    }
    let mut at = 0;
    while at < EXTENSION.len() {
        let (septet, character) = EXTENSION[at];
        if (character as usize) < table.len() {
            table[character as usize] = septet | ESCAPED;
        }
        at += 1;
    }
    table
};

/// The septets of a character; `None` when the alphabet lacks it.
pub fn septets(character: char) -> Option<Septets> {
    if let Some(known) = LATIN.get(character as usize) {
        return match *known {
            ABSENT => None,
            septet if septet & ESCAPED != 0 => Some(Septets::Escaped(septet & !ESCAPED)),
            septet => Some(Septets::One(septet)),
        };
    }
    if character == REPLACEMENT {
        return None;
    }
    if let Some(at) = BASIC.iter().position(|known| *known == character) {
        return u8::try_from(at).ok().map(Septets::One);
    }
    EXTENSION.iter().find(|(_, known)| *known == character).map(|(septet, _)| Septets::Escaped(*septet))
}

/// The text as unpacked septets; `None` when some character is not in the alphabet.
pub fn encode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    for character in text.chars() {
        septets(character)?.write(&mut out);
    }
    Some(out)
}

/// How many septets the text takes; `None` when some character is not in the alphabet.
pub fn septet_count(text: &str) -> Option<usize> {
    text.chars().map(|character| septets(character).map(Septets::count)).sum()
}

/// The text of unpacked septets. An escape before a septet that the extension table lacks shows that septet
/// of the default alphabet (3GPP TS 23.038, 6.2.1.1); octets above 0x7F and a lone escape at the end become
/// U+FFFD.
pub fn decode(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    let mut escaped = false;
    for octet in octets {
        if !escaped && *octet == ESCAPE {
            escaped = true;
            continue;
        }
        let extended = EXTENSION.iter().find(|(septet, _)| escaped && septet == octet);
        let basic = BASIC.get(usize::from(*octet)).copied().unwrap_or(REPLACEMENT);
        text.push(extended.map_or(basic, |(_, character)| *character));
        escaped = false;
    }
    if escaped {
        text.push(REPLACEMENT);
    }
    text
}
