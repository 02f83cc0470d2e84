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
    let written = Written::of(text);
    let characters = &written.plain[..];
    let mut masked = Masked { text: String::with_capacity(text.len()), found: Vec::new() };
    masked.text.extend(&written.typed[..written.place(0)]);
    let mut at = 0;
    while at < characters.len() {
        let hit = secret_at(characters, at).or_else(|| number_at(characters, at));
        let end = hit.as_ref().map_or(at + 1, |hit| hit.end);
        match hit.and_then(|hit| hit.masked) {
            Some((instead, found)) => {
                masked.text.push_str(&instead);
                masked.found.push(found);
            }
            None => masked.text.extend(&written.typed[written.place(at)..written.place(end)]),
        }
        at = end;
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

/// A text as it was typed, and as it is looked at: what cannot be seen is left out, and digits and Latin letters are
/// plain ones, however they were typed. What stays is put down as it was typed.
struct Written {
    typed: Vec<char>,
    plain: Vec<char>,
    /// Where each plain one stands among the typed.
    places: Vec<usize>,
}

impl Written {
    fn of(text: &str) -> Self {
        let mut written = Self { typed: text.chars().collect(), plain: Vec::new(), places: Vec::new() };
        for (place, c) in written.typed.iter().enumerate().filter(|(_, c)| !is_unseen(**c)) {
            written.plain.push(plain(*c));
            written.places.push(place);
        }
        written
    }

    /// Where a plain one stands; past the last one the end.
    fn place(&self, at: usize) -> usize {
        self.places.get(at).copied().unwrap_or(self.typed.len())
    }
}

/// A stretch of the text and what stands there from now on; none: it is looked at as a whole and stays.
struct Hit {
    end: usize,
    masked: Option<(String, Found)>,
}

impl Hit {
    fn masked(end: usize, found: Found) -> Option<Self> {
        Some(Self { end, masked: Some((MASK.to_owned(), found)) })
    }

    fn kept(end: usize) -> Option<Self> {
        Some(Self { end, masked: None })
    }
}

/// Zeros of the decimal digits of all scripts (Unicode 16.0, general category Nd).
const ZEROS: [u32; 76] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50,
    0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x10D40,
    0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA,
    0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16130, 0x16A60, 0x16AC0,
    0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0,
    0x1E5F1, 0x1E950, 0x1FBF0,
];

/// Ones of digits that stand in a circle, in brackets, with a full stop, above or below the line: nine each.
const ONES: [u32; 8] = [0x2460, 0x2474, 0x2488, 0x24F5, 0x2776, 0x2780, 0x278A, 0x2081];

/// The digit that a character is read as.
fn digit(c: char) -> Option<char> {
    let of = |firsts: &[u32], count: u32| {
        firsts.iter().find_map(|first| u32::from(c).checked_sub(*first).filter(|value| *value < count))
    };
    let value = match c {
        '\u{24EA}' | '\u{24FF}' | '\u{2070}' | '\u{2080}' | '〇' | '零' => 0,
        '\u{B9}' | '一' => 1,
        '\u{B2}' | '二' => 2,
        '\u{B3}' | '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '\u{2074}'..='\u{2079}' => u32::from(c) - 0x2070,
        _ => of(&ZEROS, 10).or_else(|| of(&ONES, 9).map(|value| value + 1))?,
    };
    char::from_digit(value, 10)
}

/// A character as it is looked at: digits are ASCII, and so are characters of full width.
fn plain(c: char) -> char {
    let narrow = || u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32);
    match c {
        '\u{FF01}'..='\u{FF5E}' => narrow().unwrap_or(c),
        _ => digit(c).unwrap_or(c),
    }
}

/// What takes no room of its own between two characters (Unicode 16.0, default ignorable code points), and marks that
/// are put over or around one: digits that they part are still read as one number.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}' | '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}'
            | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}'
    )
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn is_space(c: char) -> bool {
    c.is_whitespace() && c != '\n'
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Marks that people put between the digits of a number.
fn is_mark(c: char) -> bool {
    is_dash(c) || ".,:;/\\_·∙⋅|*~'’".contains(c)
}

/// Whether a word could go on here.
fn is_wordy(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What stands behind an underscore begins a word of its own, where the whole was not kept.
fn begins_word(characters: &[char], at: usize) -> bool {
    at == 0 || !characters[at - 1].is_alphanumeric()
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
    let whole: String = characters[at..word_end(characters, at)].iter().collect();
    if is_identifier(&whole) {
        return Hit::kept(at + whole.len());
    }
    // Where words stand without spaces, as in Chinese, or parted by underscores, numbers stand among them.
    let word: String = whole.chars().take_while(char::is_ascii_alphanumeric).collect();
    if word.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let end = at + word.len();
    match secret_in(&word) {
        Some(found) => Hit::masked(end, found),
        // A word of both is no number: its digits are not looked at again. What is joined to it by a dash is.
        None => Hit::kept(end),
    }
}

/// Whether it is an identifier of ours, such as an account's: there is nothing in it to take.
fn is_identifier(word: &str) -> bool {
    let Some((kind, number)) = word.split_once('_') else { return false };
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    (2..=5).contains(&kind.len())
        && kind.chars().all(|c| c.is_ascii_lowercase())
        && number.len() == 32
        && number.chars().all(is_hex)
}

/// What a word with letters in it is.
fn secret_in(word: &str) -> Option<Found> {
    let digits = word.chars().filter(char::is_ascii_digit).count();
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
    // A wallet has its digits in many places, a sentence without spaces has its code in one.
    let runs = word.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).count();
    let is_short = (7..=24).contains(&length) || (runs == 1 && digits <= 8);
    if is_iban(word) || (is_short && digits >= 6 && !word.starts_with("0x")) {
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
        if is_digit(*c) {
            chunk.digits.push(*c);
            if let Some(run) = chunk.runs.last_mut() {
                *run += 1;
            }
        } else if is_mark(*c) && characters.get(chunk.end + 1).is_some_and(|next| is_digit(*next)) {
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

    /// A date of this or the last century, with any of the marks that dates have; with two digits for the year, only
    /// with those that codes do not have.
    fn is_date(&self) -> bool {
        if !['-', '.', '/'].into_iter().any(|mark| self.has_only(mark)) {
            return false;
        }
        let (day, month, year) = (1..=31, 1..=12, 1900..=2099);
        let either =
            |a: &u32, b: &u32| month.contains(a) && day.contains(b) || day.contains(a) && month.contains(b);
        match (&self.runs[..], &self.values()[..]) {
            ([4, 1..=2, 1..=2], [y, m, d]) => year.contains(y) && month.contains(m) && day.contains(d),
            ([1..=2, 1..=2, 4], [a, b, y]) => year.contains(y) && either(a, b),
            ([1..=2, 1..=2, 2], [a, b, _]) => !self.has_only('-') && either(a, b),
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

    /// A decimal, thousands in their groups, a version, a network address. What could as well be a code that somebody
    /// parted with a mark (482.913) is none: an amount has its money beside it, and two long numbers are two codes.
    fn is_quantity(&self) -> bool {
        if self.marks.is_empty() || !self.marks.iter().all(|mark| matches!(mark, '.' | ',' | '\'' | '’')) {
            return false;
        }
        let count = self.digits.len();
        if self.is_address() || self.is_grouped() {
            return true;
        }
        match self.runs[..] {
            [1, _] if self.digits.starts_with('0') => true,
            [_, 1..=2] => true,
            [whole, part] => count < 6 || (count > 8 && !(whole >= 6 && part >= 6)),
            _ => count < 6 || (count > 8 && self.is_version()),
        }
    }

    /// Four numbers of a byte (RFC 791). Of two digits each they are as well a code in pairs.
    fn is_address(&self) -> bool {
        self.runs.len() == 4
            && self.has_only('.')
            && self.runs.iter().any(|run| *run != 2)
            && self.values().iter().all(|value| *value < 256)
    }

    /// Thousands in two groups or more, or with a decimal part behind another mark.
    fn is_grouped(&self) -> bool {
        let Some(thousand) = self.marks.first() else { return false };
        let has_part = self.marks.last().is_some_and(|last| last != thousand);
        let groups = self.runs.len() - usize::from(has_part);
        let marks = &self.marks[..self.marks.len() - usize::from(has_part)];
        self.marks.len() >= 2
            && (1..=3).contains(&self.runs[0])
            && self.runs[1..groups].iter().all(|run| *run == 3)
            && marks.iter().all(|mark| mark == thousand)
            && (self.digits.len() < 13 || !passes_luhn(&self.digits))
    }

    /// What programs call themselves: three or four numbers that are not of one length.
    fn is_version(&self) -> bool {
        self.has_only('.')
            && (3..=4).contains(&self.runs.len())
            && self.runs.iter().any(|run| *run != self.runs[0])
            && self.digits.len() < 13
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
    let mut number = chunk_at(characters, first);
    if !signed && !number.is_plain() {
        return Hit::kept(number.end);
    }
    let mut groups = vec![number.digits.len()];
    while let Some(next) = next_group(characters, number.end) {
        let further = chunk_at(characters, next);
        if !further.is_plain() || characters.get(further.end).is_some_and(|c| is_latin(*c)) {
            break;
        }
        let joint = characters[number.end..next].iter().find(|c| is_mark(**c)).copied().unwrap_or(' ');
        number.marks.push(if is_dash(joint) { '-' } else { joint });
        number.marks.extend(further.marks);
        number.runs.extend(further.runs);
        number.digits.push_str(&further.digits);
        groups.push(further.digits.len());
        number.end = further.end;
    }
    let (end, digits) = (number.end, &number.digits);
    if (signed || digits.starts_with("00"))
        && let Some(hit) = phone_in(characters, at, end)
    {
        return Some(hit);
    }
    let is_years = groups.iter().all(|length| *length == 4) && all_years(digits);
    let found = match digits.len() {
        0..=5 => None,
        _ if is_years || number.is_date() || is_money(characters, at, end) => None,
        6..=8 => Some(Found::Code),
        13..=19 if passes_luhn(digits) => Some(Found::Card),
        _ => Some(Found::Document),
    };
    match found {
        Some(found) => Hit::masked(end, found),
        None => Hit::kept(end),
    }
}

/// Whether a letter or a digit of ours stands here: a word of another script may follow a number without a space.
fn is_latin(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Where the next group of the same number begins: after spaces, brackets and marks, a few of them. What ends a
/// sentence, or parts a list, stands right behind a number and before a space: there another one begins.
fn next_group(characters: &[char], end: usize) -> Option<usize> {
    let is_joint = |c: &&char| is_space(**c) || is_mark(**c) || "()[]{}".contains(**c);
    let joints = characters[end..].iter().take(JOINTS_MAX + 1).take_while(is_joint).count();
    let between = &characters[end..end + joints];
    let ends = between.first().is_some_and(|c| ".,:;".contains(*c)) && between.iter().any(|c| is_space(*c));
    let next = end + joints;
    let follows = characters.get(next).is_some_and(|c| is_digit(*c));
    ((1..=JOINTS_MAX).contains(&joints) && !ends && follows).then_some(next)
}

/// What may stand between two groups of one number, in characters.
const JOINTS_MAX: usize = 4;

fn phone_in(characters: &[char], at: usize, end: usize) -> Option<Hit> {
    let typed: String = characters[at..end].iter().collect();
    let number = PhoneNumber::parse(&typed, None).ok()?;
    Some(Hit { end, masked: Some((number.masked(), Found::Phone)) })
}

fn all_years(digits: &str) -> bool {
    let years = digits.as_bytes().chunks(4);
    years.into_iter().all(|year| matches!(year, [b'1', b'9', ..] | [b'2', b'0', ..]))
}

/// Names of money that stand beside whole amounts.
const MONEY: [&str; 32] = [
    "usd", "eur", "gbp", "jpy", "chf", "cny", "thb", "inr", "vnd", "idr", "krw", "ngn", "brl", "mxn", "pln",
    "aud", "cad", "sgd", "hkd", "usdt", "usdc", "btc", "eth", "xrp", "bnb", "ltc", "sats", "satoshi",
    "dollars", "euro", "euros", "baht",
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
