//! Recovery codes: what is left when the phone is gone. A set of ten, 80 random bits each (R40 asks for 64),
//! written in Crockford's base32, which has no letter that a digit could be taken for. Decides how they look
//! and which text reads as one. Refuses to know how they are hashed: that takes long and is the flows'
//! affair.

use crate::entropy::{self, Entropy};
use std::fmt;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Codes in a set.
pub const CODES: usize = 10;

/// Characters of a code, dashes not counted: 16 times five bits.
const LENGTH: usize = 16;

/// Characters between two dashes.
const GROUP: usize = 4;

/// Crockford's base32, in lower case: no i, l, o or u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A recovery code in clear.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct RecoveryCode(String);

/// Why a text is no recovery code. Found before anything is hashed or counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoveryCodeProblem {
    /// Nothing was entered.
    Empty,
    /// Not 16 characters of the alphabet.
    Malformed,
}

/// Draws a set.
pub fn draw(entropy: &dyn Entropy) -> [RecoveryCode; CODES] {
    std::array::from_fn(|_| draw_one(entropy))
}

/// Draws one code: the access code of a recovery case is of the same kind.
pub fn draw_one(entropy: &dyn Entropy) -> RecoveryCode {
    let drawn = entropy::bytes::<10>(entropy).iter().fold(0u128, |bits, byte| bits << 8 | u128::from(*byte));
    let character = |index: usize| ALPHABET[(drawn >> (5 * (LENGTH - 1 - index))) as usize & 31];
    RecoveryCode((0..LENGTH).map(|index| char::from(character(index))).collect())
}

impl RecoveryCode {
    /// Reads what a person typed: in any case, with any spaces and dashes or none, with O for 0 and I or L
    /// for 1.
    pub fn lenient(typed: &str) -> Result<Self, RecoveryCodeProblem> {
        if typed.trim().is_empty() {
            return Err(RecoveryCodeProblem::Empty);
        }
        let mut read = Self(String::with_capacity(LENGTH + 1));
        for c in typed.chars().map(fold).filter(|c| c.is_alphanumeric()) {
            let known = c.is_ascii() && ALPHABET.contains(&(c as u8));
            if !known || read.0.len() == LENGTH {
                return Err(RecoveryCodeProblem::Malformed);
            }
            read.0.push(c);
        }
        if read.0.len() == LENGTH { Ok(read) } else { Err(RecoveryCodeProblem::Malformed) }
    }

    /// The code without dashes: the one form that is hashed.
    pub fn normal(&self) -> &str {
        &self.0
    }

    /// The code as it is shown, `xxxx-xxxx-xxxx-xxxx`. For its owner's eyes only, once.
    pub fn in_groups(&self) -> String {
        let mut shown = String::with_capacity(LENGTH + LENGTH / GROUP);
        for (index, c) in self.0.chars().enumerate() {
            if index > 0 && index % GROUP == 0 {
                shown.push('-');
            }
            shown.push(c);
        }
        shown
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

/// Lower case, ASCII instead of full width, and the digits that Crockford's letters stand for.
fn fold(c: char) -> char {
    let narrow = match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    match narrow.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    }
}

/// Which of the stored hashes is the given one. Every one is compared, in constant time (R9).
pub fn find(stored: &[[u8; 32]], hash: &[u8; 32]) -> Option<usize> {
    let (mut index, mut found) = (0u64, Choice::from(0));
    for (candidate, kept) in (0u64..).zip(stored) {
        let equal = kept.ct_eq(hash);
        index.conditional_assign(&candidate, equal);
        found |= equal;
    }
    if bool::from(found) { usize::try_from(index).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::testing::Counting;
    use std::collections::HashSet;

    struct Fixed([u8; 10]);

    impl Entropy for Fixed {
        fn fill(&self, out: &mut [u8]) {
            out.copy_from_slice(&self.0);
        }
    }

    /// Crockford's symbols in order of their values, as his page lists them: the 80 bits 00000 00001 … 01111,
    /// and the other half. Computed with Python's integers.
    #[test]
    fn bits_become_the_symbols_of_crockford() {
        let low = 0x0044_3214_c742_54b6_35cf_u128.to_be_bytes();
        let high = 0x8465_3a56_d7c6_75be_77df_u128.to_be_bytes();
        for (bytes, wanted) in [(low, "0123-4567-89ab-cdef"), (high, "ghjk-mnpq-rstv-wxyz")] {
            let fixed = Fixed(bytes[6..].try_into().unwrap());
            assert!(draw(&fixed).iter().all(|code| code.in_groups() == wanted), "{wanted}");
        }
    }

    #[test]
    fn a_set_is_ten_different_codes_and_each_reads_back() {
        let set = draw(&Counting::new());
        let different: HashSet<&str> = set.iter().map(RecoveryCode::normal).collect();
        assert_eq!(different.len(), 10);
        for code in &set {
            assert_eq!(RecoveryCode::lenient(&code.in_groups()).as_ref(), Ok(code));
            assert_eq!(RecoveryCode::lenient(code.normal()).as_ref(), Ok(code));
        }
    }

    #[test]
    fn every_way_of_typing_a_code_reads_as_the_same() {
        for typed in [
            "0123-4567-89ab-1110",
            "0123456789ab1110",
            "0123 4567 89AB 1110",
            "  O123–4567—89aB iLlo\n",
            "0123\u{a0}4567_89ab.IIIO",
            "０１２３-４５６７-８９ａｂ-１１１０",
            "\u{200e}0123-4567-89ab-1110\u{200e}",
        ] {
            let read = RecoveryCode::lenient(typed);
            assert_eq!(read.as_ref().map(RecoveryCode::normal), Ok("0123456789ab1110"), "{typed:?}");
        }
    }

    #[test]
    fn anything_else_is_no_code() {
        for empty in ["", " ", "\n\t"] {
            assert_eq!(RecoveryCode::lenient(empty), Err(RecoveryCodeProblem::Empty));
        }
        for typed in [
            "0123-4567-89ab-111",
            "0123-4567-89ab-11100",
            "0123-4567-89ab-111u",
            "0123-4567-89ab-111é",
            "----",
            "٠",
        ] {
            assert_eq!(RecoveryCode::lenient(typed), Err(RecoveryCodeProblem::Malformed), "{typed:?}");
        }
    }

    #[test]
    fn a_hash_is_found_where_it_is_and_nowhere_else() {
        let stored: Vec<[u8; 32]> = (0..10).map(|i| [i; 32]).collect();
        for (index, hash) in stored.iter().enumerate() {
            assert_eq!(find(&stored, hash), Some(index));
        }
        let mut near = stored[3];
        near[31] ^= 1;
        assert_eq!(find(&stored, &near), None);
        assert_eq!(find(&[], &near), None);
    }

    #[test]
    fn a_code_does_not_print() {
        let code = RecoveryCode::lenient("0123-4567-89ab-cdef").unwrap();
        assert_eq!(format!("{code:?}"), "RecoveryCode(…)");
    }
}
