//! One-time codes: drawing them, hashing them, and reading what a person typed. A code exists in clear only between
//! here and the message that carries it; what is kept is a keyed hash bound to everything the code is for (R5, R8).

use crate::address::Address;
use crate::entropy::Entropy;
use crate::id::{ServiceId, VerificationId};
use crate::model::{CodeHash, DetailsDigest, Purpose, Subject};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The key of the code hashes: derived from the master key, never stored (R8).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct CodeKey([u8; 32]);

impl CodeKey {
    /// From 32 derived bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKey(…)")
    }
}

/// A code in clear: ASCII digits, leading zeros kept.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Code(String);

impl Code {
    /// The digits. For the message only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// Draws a code of `length` digits, every value equally likely (R1): numbers from the uneven tail of the 64-bit
/// range are thrown away instead of being folded in, so there is no modulo bias.
pub fn draw(length: u8, entropy: &dyn Entropy) -> Code {
    let width = usize::from(length.clamp(6, 10));
    let values = 10u64.pow(u32::from(length.clamp(6, 10)));
    let fair = u64::MAX - u64::MAX % values;
    loop {
        let drawn = u64::from_le_bytes(crate::entropy::bytes::<8>(entropy));
        if drawn < fair {
            return Code(format!("{:0width$}", drawn % values));
        }
    }
}

/// Everything a code is bound to. Two contexts that differ in any field give different hashes for the same digits.
#[derive(Clone, Copy, Debug)]
pub struct CodeContext<'a> {
    /// The service (tenant).
    pub service_id: ServiceId,
    /// The verification that asked for it.
    pub verification_id: VerificationId,
    /// Whose it is.
    pub subject: Subject,
    /// Where it was sent.
    pub address: &'a Address,
    /// What for.
    pub purpose: Purpose,
    /// What it confirms.
    pub details: DetailsDigest,
}

/// The keyed hash of the code that was sent as number `ordinal` (from one) of its verification. HMAC-SHA-256 (RFC
/// 2104) over the context, each field with its length before it, so that no two contexts share an encoding.
pub fn hash(key: &CodeKey, context: &CodeContext<'_>, ordinal: u32, code: &str) -> CodeHash {
    let mut mac = new_mac(&key.0);
    let (subject_kind, subject): (&[u8], &[u8]) = match &context.subject {
        Subject::Account(id) => (b"account", id.as_bytes()),
        Subject::Address(index) => (b"address", &index.0),
        Subject::Staff(index) => (b"staff", &index.0),
    };
    for field in [
        b"countersign code 1".as_slice(),
        context.service_id.as_bytes(),
        context.verification_id.as_bytes(),
        subject_kind,
        subject,
        context.address.expose().as_bytes(),
        context.purpose.as_str().as_bytes(),
        &context.details.0,
        &ordinal.to_be_bytes(),
        code.as_bytes(),
    ] {
        mac.update(&(field.len() as u64).to_be_bytes());
        mac.update(field);
    }
    CodeHash(mac.finalize().into_bytes().into())
}

#[allow(clippy::expect_used)] // HMAC takes keys of any length; the error type exists for other MACs.
fn new_mac(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key).expect("HMAC accepts a key of any length")
}

/// Compares two hashes in constant time (R9).
pub fn hashes_match(left: &CodeHash, right: &CodeHash) -> bool {
    left.0.ct_eq(&right.0).into()
}

/// A code that somebody entered: exactly as many ASCII digits as were asked for.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct TypedCode(String);

impl fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedCode(…)")
    }
}

/// Why an input cannot be a code. Found before anything is compared or counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeProblem {
    /// Nothing was entered.
    Empty,
    /// No code can be read out of it.
    NotDigits,
    /// Too few or too many digits.
    WrongLength {
        /// How many were entered.
        entered: usize,
        /// How many a code has.
        wanted: u8,
    },
}

/// Longest input looked at, in characters: a pasted SMS, no more.
const TYPED_LENGTH_MAX: usize = 500;

impl TypedCode {
    /// Reads what a program sent: the digits and nothing else (R9).
    pub fn strict(text: &str, length: u8) -> Result<Self, CodeProblem> {
        if text.is_empty() {
            return Err(CodeProblem::Empty);
        }
        if text.len() > TYPED_LENGTH_MAX || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CodeProblem::NotDigits);
        }
        if text.len() != usize::from(length) {
            return Err(CodeProblem::WrongLength { entered: text.len(), wanted: length });
        }
        Ok(Self(text.to_owned()))
    }

    /// Reads what a person typed or pasted: spaces and dashes between digits, digits of their own script, or the whole
    /// message, out of which the one run of the right length is taken.
    pub fn lenient(text: &str, length: u8) -> Result<Self, CodeProblem> {
        if text.trim().is_empty() {
            return Err(CodeProblem::Empty);
        }
        let cleaned = readable(text);
        let runs = digit_runs(&cleaned);
        let bare = cleaned.chars().all(|c| c.is_ascii_digit() || is_separator(c));
        if bare {
            let digits: String = cleaned.chars().filter(char::is_ascii_digit).collect();
            return if digits.is_empty() {
                Err(CodeProblem::NotDigits)
            } else {
                Self::strict(&digits, length)
            };
        }
        let mut fitting = runs.into_iter().filter(|run| run.len() == usize::from(length));
        let Some(first) = fitting.next() else { return Err(CodeProblem::NotDigits) };
        // "482913 is your code … #482913" names one code twice; two different ones are a guess at what was meant.
        if fitting.any(|other| other != first) { Err(CodeProblem::NotDigits) } else { Ok(Self(first)) }
    }

    /// The first run of exactly so many digits in a text that somebody sent us, if there is one.
    pub(crate) fn first_in(text: &str, length: u8) -> Option<Self> {
        let runs = digit_runs(&readable(text));
        runs.into_iter().find(|run| run.len() == usize::from(length)).map(Self)
    }

    pub(crate) fn digits(&self) -> &str {
        &self.0
    }
}

/// What is looked at of a text: no more than a message, without invisible marks, digits of any script as ASCII.
fn readable(text: &str) -> String {
    let visible = text.chars().take(TYPED_LENGTH_MAX).filter(|c| !is_invisible(*c));
    visible.map(|c| ascii_digit(c).unwrap_or(c)).collect()
}

/// Runs of digits, where one separator between two digits does not end a run.
fn digit_runs(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut runs = Vec::new();
    let mut run = String::new();
    for (index, c) in chars.iter().enumerate() {
        let joins = is_separator(*c)
            && !run.is_empty()
            && chars.get(index + 1).is_some_and(char::is_ascii_digit)
            && index.checked_sub(1).and_then(|i| chars.get(i)).is_some_and(char::is_ascii_digit);
        if c.is_ascii_digit() {
            run.push(*c);
        } else if !joins && !run.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
    }
    if !run.is_empty() {
        runs.push(run);
    }
    runs
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '.' | '\u{FF0D}')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// The ASCII digit of a decimal digit in another script (Unicode category Nd, the scripts of our languages and
/// neighbours).
fn ascii_digit(c: char) -> Option<char> {
    const ZEROS: [u32; 16] = [
        0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50,
        0x0ED0, 0x1040, 0x17E0, 0xFF10,
    ];
    let point = c as u32;
    let zero = ZEROS.into_iter().find(|zero| (*zero..=zero + 9).contains(&point))?;
    char::from_digit(point - zero, 10)
}

#[cfg(test)]
#[path = "code_tests.rs"]
mod tests;
