//! What is taken out of a message before anybody keeps it: codes, numbers of documents and cards, recovery codes, keys
//! of authenticator apps; phone numbers become their masked form. Amounts, dates, times, short numbers and the long
//! names of wallets and transactions stay, for they are what people ask about. In doubt a run of digits goes: a word
//! too many masked costs a question, a code too many kept costs an account.

use crate::address::Email;
use crate::numbers::PhoneNumber;
use crate::recovery::RecoveryCode;

/// What stands where something was.
pub const MASK: &str = "•••";

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// Six to eight digits, as codes have.
    Code,
    /// The number of a document, an account or anything else of that length.
    Document,
    /// The number of a payment card.
    Card,
    /// A recovery code, or what opens a ticket or a case.
    RecoveryCode,
    /// The key of an authenticator app.
    Secret,
    /// A phone number.
    Phone,
}

/// A text as it may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// The text.
    pub text: String,
    /// What was found in it, each kind once.
    pub found: Vec<Found>,
}

impl Masked {
    /// Whether anything was taken out.
    pub fn is_changed(&self) -> bool {
        !self.found.is_empty()
    }
}

/// Takes out of a text what should not be in it. What is masked stays as it is when it is masked again.
pub fn mask(text: &str) -> Masked {
    let characters: Vec<char> = text.chars().collect();
    let mut masked = Masked { text: String::with_capacity(text.len()), found: Vec::new() };
    let mut at = 0;
    while let Some(&c) = characters.get(at) {
        match secret_at(&characters, at).or_else(|| number_at(&characters, at)) {
            Some(hit) => {
                masked.text.push_str(&hit.instead);
                masked.found.extend(hit.found);
                at = hit.end;
            }
            None => {
                masked.text.push(c);
                at += 1;
            }
        }
    }
    masked.found.sort_unstable();
    masked.found.dedup();
    masked
}

/// A reason as entries of what happened keep it: as [`mask`], and email addresses masked as well, for nothing that is
/// written down there is taken out again (R10).
pub fn reason(text: &str) -> String {
    mask(&text.split_inclusive(char::is_whitespace).map(without_email).collect::<String>()).text
}

/// A word in which an email address, or what could be one, is masked.
fn without_email(word: &str) -> String {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let is_address = bare.rsplit_once(['@', '\u{FF20}']).is_some_and(|(_, domain)| domain.contains('.'));
    if !is_address {
        return word.to_owned();
    }
    let masked = Email::parse(bare).map_or_else(|_| MASK.to_owned(), |email| email.masked());
    word.replacen(bare, &masked, 1)
}

/// A stretch of the text and what stands there from now on; nothing found: it is looked at as a whole and stays.
struct Hit {
    end: usize,
    instead: String,
    found: Option<Found>,
}

impl Hit {
    fn masked(end: usize, found: Found) -> Option<Self> {
        Some(Self { end, instead: MASK.to_owned(), found: Some(found) })
    }

    fn kept(characters: &[char], from: usize, end: usize) -> Option<Self> {
        Some(Self { end, instead: characters[from..end].iter().collect(), found: None })
    }
}

/// Zeros of the decimal digits that people type: ASCII, Arabic, Persian, Devanagari, Bengali, Thai, full width.
const ZEROS: [u32; 7] = [0x30, 0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10];

fn digit(c: char) -> Option<char> {
    let value = ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(*zero).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

fn is_digit(c: char) -> bool {
    digit(c).is_some()
}

fn is_space(c: char) -> bool {
    c.is_whitespace() && c != '\n'
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Whether a word could go on here.
fn is_wordy(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn begins_word(characters: &[char], at: usize) -> bool {
    at == 0 || !is_wordy(characters[at - 1])
}

/// From `at` to the end of the word.
fn word_end(characters: &[char], at: usize) -> usize {
    characters[at..].iter().position(|c| !is_wordy(*c)).map_or(characters.len(), |length| at + length)
}

/// Words of letters and digits, which are no plain numbers: links of authenticator apps, groups of four, long keys,
/// documents. Looked at from their first letter only.
fn secret_at(characters: &[char], at: usize) -> Option<Hit> {
    if !begins_word(characters, at) || !is_wordy(characters[at]) {
        return None;
    }
    let rest: String = characters[at..].iter().take(10).collect();
    if rest.to_ascii_lowercase().starts_with("otpauth://") {
        let end = characters[at..].iter().position(|c| c.is_whitespace());
        return Hit::masked(end.map_or(characters.len(), |length| at + length), Found::Secret);
    }
    if let Some(hit) = groups_at(characters, at) {
        return Some(hit);
    }
    let end = word_end(characters, at);
    let word: String = characters[at..end].iter().map(|c| digit(*c).unwrap_or(*c)).collect();
    if word.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    match secret_in(&word) {
        Some(found) => Hit::masked(end, found),
        // A word of both is no number: its digits are not looked at again. What is joined to it by a dash is.
        None => Hit::kept(characters, at, end),
    }
}

/// What a word with letters in it is.
fn secret_in(word: &str) -> Option<Found> {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    // Identifiers of ours have an underscore; words of other scripts are words.
    if word.contains('_') || !word.is_ascii() {
        return None;
    }
    let length = word.len();
    let is_one_case = word.to_ascii_uppercase() == word || word.to_ascii_lowercase() == word;
    let base32 = |c: char| c.is_ascii_alphabetic() || ('2'..='7').contains(&c);
    if length >= 16 && is_one_case && word.chars().all(base32) {
        // Without a digit only in capitals and at the lengths that keys have: words are written otherwise.
        let shouted = word.to_ascii_uppercase() == word && matches!(length, 16 | 26 | 32 | 52);
        if digits > 0 || shouted {
            return Some(Found::Secret);
        }
    }
    if length == 16 && digits > 0 && is_one_case && RecoveryCode::lenient(word).is_ok() {
        return Some(Found::RecoveryCode);
    }
    if is_iban(word) || ((7..=24).contains(&length) && digits >= 6 && !word.starts_with("0x")) {
        return Some(Found::Document);
    }
    None
}

/// Four or more groups of four letters and digits, with dashes or spaces between them: recovery codes, keys as apps
/// show them, account numbers. With spaces, at least two digits, for four short words are no key.
fn groups_at(characters: &[char], at: usize) -> Option<Hit> {
    let is_part = |c: &char| c.is_ascii_alphanumeric();
    let (mut end, mut groups, mut dashes, mut last) = (at, 0, true, 4);
    let mut text = String::new();
    loop {
        let length = characters[end..].iter().take_while(|c| is_part(c)).count();
        if length == 0 || length > 4 || (groups == 0 && length < 4) || last < 4 {
            break;
        }
        text.extend(&characters[end..end + length]);
        (groups, last, end) = (groups + 1, length, end + length);
        let joint = characters.get(end).filter(|c| is_dash(**c) || is_space(**c));
        let Some(joint) = joint.filter(|_| characters.get(end + 1).is_some_and(is_part)) else { break };
        let next = characters[end + 1..].iter().take_while(|c| is_part(c)).count();
        if next > 4 {
            break;
        }
        dashes &= is_dash(*joint);
        end += 1;
    }
    // A group that was begun and not taken is not part of it.
    if characters.get(end.wrapping_sub(1)).is_some_and(|c| is_dash(*c) || is_space(*c)) {
        end -= 1;
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits == text.len() {
        return None;
    }
    if is_iban(&text) {
        return Hit::masked(end, Found::Document);
    }
    if text.len() < 16 || (!dashes && digits < 2) {
        return None;
    }
    let is_code = text.len() == 16 && RecoveryCode::lenient(&text).is_ok();
    Hit::masked(end, if is_code { Found::RecoveryCode } else { Found::Secret })
}

/// Country, two check digits and up to 30 letters and digits whose remainder by 97 is 1 (ISO 13616, ISO 7064).
fn is_iban(word: &str) -> bool {
    let bytes = word.as_bytes();
    let shaped = (15..=34).contains(&word.len())
        && bytes[..2].iter().all(u8::is_ascii_alphabetic)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes.iter().all(u8::is_ascii_alphanumeric);
    if !shaped {
        return false;
    }
    let moved = word[4..].chars().chain(word[..4].chars());
    let remainder = moved.filter_map(|c| c.to_digit(36)).fold(0, |rest: u32, value| {
        if value < 10 { (rest * 10 + value) % 97 } else { (rest * 100 + value) % 97 }
    });
    remainder == 1
}

/// Digits and the marks inside a number, up to a space.
struct Chunk {
    end: usize,
    digits: String,
    /// The lengths of its runs of digits.
    runs: Vec<usize>,
    /// The marks between them.
    marks: Vec<char>,
}

fn chunk_at(characters: &[char], at: usize) -> Chunk {
    let mut chunk = Chunk { end: at, digits: String::new(), runs: vec![0], marks: Vec::new() };
    while let Some(c) = characters.get(chunk.end) {
        if let Some(digit) = digit(*c) {
            chunk.digits.push(digit);
            if let Some(run) = chunk.runs.last_mut() {
                *run += 1;
            }
        } else if (is_dash(*c) || matches!(c, '.' | ',' | ':' | '/'))
            && characters.get(chunk.end + 1).is_some_and(|next| is_digit(*next))
        {
            chunk.marks.push(if is_dash(*c) { '-' } else { *c });
            chunk.runs.push(0);
        } else {
            break;
        }
        chunk.end += 1;
    }
    chunk
}

impl Chunk {
    fn values(&self) -> Vec<u32> {
        let mut rest = self.digits.as_str();
        let take = |length: &usize| {
            let (run, tail) = rest.split_at(*length);
            rest = tail;
            run.parse().unwrap_or(u32::MAX)
        };
        self.runs.iter().map(take).collect()
    }

    fn has_only(&self, mark: char) -> bool {
        !self.marks.is_empty() && self.marks.iter().all(|c| *c == mark)
    }

    /// A date of this or the last century, with any of the marks that dates have.
    fn is_date(&self) -> bool {
        if !['-', '.', '/'].into_iter().any(|mark| self.has_only(mark)) {
            return false;
        }
        let (day, month, year) = (1..=31, 1..=12, 1900..=2099);
        match (&self.runs[..], &self.values()[..]) {
            ([4, 1..=2, 1..=2], [y, m, d]) => year.contains(y) && month.contains(m) && day.contains(d),
            ([1..=2, 1..=2, 4], [a, b, y]) => {
                year.contains(y)
                    && (month.contains(a) && day.contains(b) || day.contains(a) && month.contains(b))
            }
            _ => false,
        }
    }

    fn is_time(&self) -> bool {
        let fits =
            self.values().iter().enumerate().all(|(place, value)| *value < if place == 0 { 24 } else { 60 });
        self.has_only(':')
            && fits
            && (2..=3).contains(&self.runs.len())
            && self.runs.iter().all(|run| *run <= 2)
    }

    /// A decimal, thousands in their groups, a version, a network address. Two long numbers with a comma between them
    /// are two codes.
    fn is_quantity(&self) -> bool {
        if self.marks.is_empty() || !self.marks.iter().all(|mark| matches!(mark, '.' | ',')) {
            return false;
        }
        match self.runs[..] {
            [whole, part] => !(whole >= 6 && part >= 6),
            _ => self.digits.len() < 13 || !passes_luhn(&self.digits),
        }
    }

    fn is_plain(&self) -> bool {
        !self.is_date() && !self.is_time() && !self.is_quantity()
    }
}

/// A number, with as many groups as belong to it.
fn number_at(characters: &[char], at: usize) -> Option<Hit> {
    let signed = characters[at] == '+';
    let first = if signed { at + 1 } else { at };
    let opens = signed || is_digit(characters[at]);
    if !opens || !characters.get(first).is_some_and(|c| is_digit(*c)) {
        return None;
    }
    let chunk = chunk_at(characters, first);
    if !signed && !chunk.is_plain() {
        return Hit::kept(characters, at, chunk.end);
    }
    let (mut end, mut digits, mut groups) = (chunk.end, chunk.digits, vec![chunk.runs]);
    while let Some(next) = next_group(characters, end) {
        let further = chunk_at(characters, next);
        if !further.is_plain() || characters.get(further.end).is_some_and(|c| is_wordy(*c)) {
            break;
        }
        (end, digits) = (further.end, digits + &further.digits);
        groups.push(further.runs);
    }
    if (signed || digits.starts_with("00"))
        && let Some(hit) = phone_in(characters, at, end)
    {
        return Some(hit);
    }
    let is_years = groups.iter().all(|runs| runs[..] == [4]) && all_years(&digits);
    let found = match digits.len() {
        0..=5 => None,
        _ if is_years || is_money(characters, at, end) => None,
        6..=8 => Some(Found::Code),
        13..=19 if passes_luhn(&digits) => Some(Found::Card),
        _ => Some(Found::Document),
    };
    match found {
        Some(found) => Hit::masked(end, found),
        None => Hit::kept(characters, at, end),
    }
}

/// Where the next group of the same number begins: after a space or a bracket.
fn next_group(characters: &[char], end: usize) -> Option<usize> {
    let joints =
        characters[end..].iter().take(2).take_while(|c| is_space(**c) || matches!(c, '(' | ')')).count();
    let next = end + joints;
    (joints > 0 && characters.get(next).is_some_and(|c| is_digit(*c))).then_some(next)
}

fn phone_in(characters: &[char], at: usize, end: usize) -> Option<Hit> {
    let typed: String = characters[at..end].iter().collect();
    let number = PhoneNumber::parse(&typed, None).ok()?;
    Some(Hit { end, instead: number.masked(), found: Some(Found::Phone) })
}

fn all_years(digits: &str) -> bool {
    let years = digits.as_bytes().chunks(4);
    years.into_iter().all(|year| matches!(year, [b'1', b'9', ..] | [b'2', b'0', ..]))
}

/// Names of money that stand beside whole amounts.
const MONEY: [&str; 16] = [
    "usd", "eur", "gbp", "jpy", "thb", "inr", "vnd", "idr", "krw", "ngn", "usdt", "usdc", "btc", "eth",
    "sats", "satoshi",
];

/// Whether the number is an amount of something that is named beside it.
fn is_money(characters: &[char], at: usize, end: usize) -> bool {
    let is_sign = |c: &char| matches!(c, '$' | '€' | '£' | '¥' | '฿' | '₹' | '₽' | '₩' | '₫' | '₦' | '₿');
    let is_named = |word: String| MONEY.contains(&word.to_lowercase().as_str());
    let before: Vec<char> = characters[..at].iter().rev().skip_while(|c| is_space(**c)).copied().collect();
    let after: Vec<char> = characters[end..].iter().skip_while(|c| is_space(**c)).copied().collect();
    let word = |from: &[char]| from.iter().take_while(|c| c.is_alphabetic()).copied().collect::<Vec<char>>();
    before.first().is_some_and(is_sign)
        || after.first().is_some_and(is_sign)
        || is_named(word(&before).into_iter().rev().collect())
        || is_named(word(&after).into_iter().collect())
}

/// The check digit of cards (ISO/IEC 7812-1, annex B).
fn passes_luhn(digits: &str) -> bool {
    let doubled = |(place, value): (usize, u32)| match place % 2 {
        0 => value,
        _ if value > 4 => value * 2 - 9,
        _ => value * 2,
    };
    let sum: u32 = digits.chars().rev().filter_map(|c| c.to_digit(10)).enumerate().map(doubled).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
#[path = "mask_tests.rs"]
mod tests;
