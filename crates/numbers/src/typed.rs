//! From what people type or paste to a plus sign and ASCII digits.
//!
//! Decides which characters carry meaning (digits of any script, a leading plus), which are only layout
//! (spaces, dashes, brackets, invisible marks) and which make the text something else than a number. Refuses
//! to know any numbering plan: whether the digits are a number is for `number.rs`.

use crate::NumberError;

/// The longest text looked at, in characters. The longest number is 15 digits (ITU-T E.164); four characters
/// for each leave room for every layout seen, and keep a hostile text from costing anything.
const TYPED_CHARS_MAX: usize = 64;

/// Zero of every script whose ten decimal digits people's keyboards and copied pages produce: Arabic-Indic,
/// extended Arabic-Indic (Persian, Urdu), N'Ko, Devanagari, Bengali, Gurmukhi, Gujarati, Odia, Tamil, Telugu,
/// Kannada, Malayalam, Sinhala, Thai, Lao, Tibetan, Myanmar, Khmer, Mongolian, full-width. (Unicode: the nine
/// others follow in order.)
const ZEROS: [char; 20] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}',
    '\u{c66}', '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{17e0}',
    '\u{1810}', '\u{ff10}',
];

/// The digits of a typed number, and whether a plus sign said that they start with a calling code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) international: bool,
    pub(crate) digits: String,
}

/// Reads a typed or pasted text. Accepts a `tel:` URI without parameters (RFC 3966); a number with an
/// extension, a vanity number in letters and two numbers in one field are refused, for no code can be sent to
/// them.
pub(crate) fn read(text: &str) -> Result<Typed, NumberError> {
    let text = text.trim_matches(is_ignored);
    if text.is_empty() {
        return Err(NumberError::Empty);
    }
    if text.chars().nth(TYPED_CHARS_MAX).is_some() {
        return Err(NumberError::InputTooLong);
    }
    let text = match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &text[4..],
        _ => text,
    };
    let mut typed = Typed { international: false, digits: String::with_capacity(text.len()) };
    for character in text.chars() {
        if let Some(digit) = digit(character) {
            typed.digits.push(digit);
        } else if is_plus(character) && typed.digits.is_empty() {
            typed.international = true;
        } else if !is_ignored(character) && !is_layout(character) {
            return Err(NumberError::NotANumber);
        }
    }
    if typed.digits.is_empty() { Err(NumberError::NotANumber) } else { Ok(typed) }
}

/// The ASCII digit that a character of any script stands for.
pub(crate) fn digit(character: char) -> Option<char> {
    if character.is_ascii_digit() {
        return Some(character);
    }
    let code = u32::from(character);
    ZEROS.iter().find_map(|&zero| char::from_digit(code.checked_sub(u32::from(zero))?, 10))
}

pub(crate) fn is_plus(character: char) -> bool {
    matches!(character, '+' | '\u{ff0b}' | '\u{fe62}')
}

/// Spaces of every width, and the marks that stand in copied text without being seen: soft hyphen, zero-width
/// characters, bidirectional controls, variation selectors, byte order mark.
fn is_ignored(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        )
}

/// What people write between groups of digits; the set of libphonenumber's valid punctuation without the
/// letter x.
fn is_layout(character: char) -> bool {
    matches!(
        character,
        '-' | '.' | '(' | ')' | '[' | ']' | '/' | '~' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2212}'
                | '\u{30fc}'
                | '\u{ff0d}'
                | '\u{ff0e}'
                | '\u{ff0f}'
                | '\u{ff08}'
                | '\u{ff09}'
                | '\u{ff3b}'
                | '\u{ff3d}'
                | '\u{2053}'
                | '\u{223c}'
                | '\u{ff5e}'
                | '\u{b7}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Result<String, NumberError> {
        read(text).map(|typed| if typed.international { format!("+{}", typed.digits) } else { typed.digits })
    }

    #[test]
    fn layout_and_invisible_marks_carry_no_meaning() {
        for text in [
            "+66 81 234 5678",
            "\u{202a}+66\u{a0}81\u{2011}234\u{2011}5678\u{202c}",
            "\u{feff} (+66)81.234.5678\r\n",
            "\u{200f}+\u{200e}66[81]234/5678",
            "＋６６（８１）２３４－５６７８",
            "++66 81 234 5678",
            "TEL:+66-81-234-5678",
            "tel:+66812345678",
            "+٦٦ ٨١ ٢٣٤ ٥٦٧٨",
            "+۶۶ ۸۱ ۲۳۴ ۵۶۷۸",
            "+६६ ८१ २३४ ५६७८",
            "+৬৬ ৮১ ২৩৪ ৫৬৭৮",
            "+๖๖ ๘๑ ๒๓๔ ๕๖๗๘",
            "+66 8\u{ad}1 234 56\u{200b}78",
        ] {
            assert_eq!(digits(text).as_deref(), Ok("+66812345678"), "{text:?}");
        }
        assert_eq!(digits("(081) 234-5678").as_deref(), Ok("0812345678"));
    }

    #[test]
    fn what_is_not_one_number_is_refused() {
        for text in [
            "1-800-FLOWERS",
            "+66 81 234 5678 ext. 5",
            "+66 81 234 5678 x5",
            "tel:+66812345678;ext=5",
            "tel:812345678;phone-context=+66",
            "081 234 5678, 082 234 5678",
            "081+2345678",
            "081 234 5678#",
            "*100#",
            "+",
            "( )",
            "tel:",
            "phone",
            "<081>",
            "'; DROP TABLE numbers; --",
            "²³⁴",
            "Ⅷ",
        ] {
            assert_eq!(digits(text), Err(NumberError::NotANumber), "{text:?}");
        }
        for text in ["", "   ", "\u{200b}\u{feff}", "\n"] {
            assert_eq!(digits(text), Err(NumberError::Empty), "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_refused_before_it_is_read() {
        assert_eq!(digits(&"1".repeat(64)).map(|digits| digits.len()), Ok(64));
        assert_eq!(digits(&"1".repeat(65)), Err(NumberError::InputTooLong));
        assert_eq!(digits(&"x".repeat(10_000_000)), Err(NumberError::InputTooLong));
        assert_eq!(digits(&format!("{}081{}", " ".repeat(70), " ".repeat(70))).as_deref(), Ok("081"));
    }
}
