//! What a person compares by eye: two words that stand for a digest, on the page and in the text message
//! alike, and the ends of a payee long enough that a look-alike does not pass (R55). Neither is a secret, nor
//! a proof.
//!
//! The words are the English list of BIP-39 (MIT): 2048 of them, no two with the same first four letters.

use crate::model::DetailsDigest;

const WORDS: &str = include_str!("../data/fingerprint_words.txt");

/// Characters shown of each end of a payee.
const END_LENGTH: usize = 6;

/// Two words for the first 22 bits of a digest, eleven bits each, most significant first: "ocean tiger".
pub fn words(digest: &DetailsDigest) -> String {
    let [a, b, c, ..] = digest.0;
    let bits = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
    let word = |index: usize| WORDS.lines().nth(index).unwrap_or_default();
    format!("{} {}", word(bits >> 13), word(bits >> 2 & 0x7ff))
}

/// The first and the last six characters of an address or another payee, with two dots between; all of it
/// when that is no longer.
pub fn payee_head_and_tail(payee: &str) -> String {
    let length = payee.chars().count();
    if length <= 2 * END_LENGTH + "..".len() {
        return payee.to_owned();
    }
    let head: String = payee.chars().take(END_LENGTH).collect();
    let tail: String = payee.chars().skip(length - END_LENGTH).collect();
    format!("{head}..{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};
    use std::collections::HashSet;

    /// The SHA-256 of BIP-39's `english.txt` as it is published.
    #[test]
    fn the_list_is_the_one_of_bip_39() {
        let digest: String = Sha256::digest(WORDS).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda");
        let list: Vec<&str> = WORDS.lines().collect();
        assert_eq!(list.len(), 2048);
        assert!(list.is_sorted());
        let beginnings: HashSet<&str> = list.iter().map(|word| word.get(..4).unwrap_or(word)).collect();
        assert_eq!(beginnings.len(), 2048);
    }

    /// BIP-39's own vectors: a mnemonic begins with the words of the first bits of its entropy.
    #[test]
    fn the_first_two_words_of_the_vectors_of_bip_39() {
        for (beginning, wanted) in [
            ([0x00, 0x00, 0x00], "abandon abandon"),
            ([0x7f, 0x7f, 0x7f], "legal winner"),
            ([0x80, 0x80, 0x80], "letter advice"),
            ([0xff, 0xff, 0xff], "zoo zoo"),
            ([0x9e, 0x88, 0x5d], "ozone drill"),
            ([0x66, 0x10, 0xb2], "gravity machine"),
            ([0x68, 0xa7, 0x9e], "hamster diagram"),
        ] {
            let mut digest = DetailsDigest([0x55; 32]);
            digest.0[..3].copy_from_slice(&beginning);
            assert_eq!(words(&digest), wanted);
        }
    }

    #[test]
    fn twenty_two_bits_count_and_the_next_does_not() {
        let with_third_byte = |third| {
            let mut digest = DetailsDigest::default();
            digest.0[2] = third;
            words(&digest)
        };
        assert_eq!(with_third_byte(0b11), "abandon abandon");
        assert_eq!(with_third_byte(0b100), "abandon ability");
    }

    #[test]
    fn long_payees_keep_their_ends() {
        let address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
        assert_eq!(payee_head_and_tail(address), "bc1qw5..v8f3t4");
        assert_eq!(payee_head_and_tail("123456789012345"), "123456..012345");
        assert_eq!(payee_head_and_tail("12345678901234"), "12345678901234");
        assert_eq!(payee_head_and_tail(""), "");
        assert_eq!(payee_head_and_tail("Søren Kierkegaard, København"), "Søren ..enhavn");
        assert_eq!(payee_head_and_tail("жжжжжжжжжжжжжж"), "жжжжжжжжжжжжжж");
    }
}
