//! What an operator sees before a text speaks to anybody: how a code would read with values as long as they get, in
//! which alphabet, and in how many segments. Refuses to know who may save what.

use super::catalogue::{CATALOGUES, Words};
use super::plain::{for_sms, width};
use super::sms::{CodeFacts, Endings, segment_width, segments, what_for};
use countersign_core::fingerprint::payee_head_and_tail;
use countersign_core::model::Purpose;
use countersign_core::template::{AppHash, Placeholder, Template, TemplateName};
use countersign_smpp::gsm7;
use countersign_smpp::text::{Alphabet, Coding};
use std::time::Duration;

/// As long as it gets: ten million with eight places, and the longest code of a coin in wide use.
const AMOUNT: &str = "1234567.12345678 USDT";
/// Longer payees are cut to this length.
const PAYEE: &str = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0";
const NETWORK: &str = "BNB Smart Chain";
/// The words of BIP-39 have at most eight letters.
const FINGERPRINT: &str = "absolute accident";
/// No code works longer (R3).
const VALID_FOR: Duration = Duration::from_secs(600);

/// Around which a text stands.
#[derive(Clone, Debug)]
pub struct Occasion {
    /// The service's name.
    pub brand: String,
    /// The host that codes are bound to.
    pub host: String,
    /// The Android app's hash, if there is an app.
    pub app_hash: Option<AppHash>,
    /// Digits of a code.
    pub code_length: usize,
    /// The language.
    pub locale: String,
    /// Which codes.
    pub name: TemplateName,
}

/// How a text counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// As it would arrive.
    pub text: String,
    /// What it is counted in.
    pub coding: PreviewCoding,
    /// How much it takes.
    pub units: usize,
    /// What one segment takes.
    pub units_max: usize,
    /// Messages that are paid for.
    pub segments: usize,
    /// Characters that the GSM alphabet lacks, each once, in order.
    pub outside_gsm: Vec<char>,
    /// Whether the Android app is told of it; `None` when there is no app.
    pub reaches_app: Option<bool>,
}

/// The alphabet of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviewCoding {
    /// 160 septets to one message.
    Gsm,
    /// 70 units of 16 bits.
    Ucs2,
}

/// What a page needs to count while somebody types: the values, and what is added below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Samples {
    /// Each value, as long as it gets.
    pub values: Vec<(Placeholder, String)>,
    /// The line that tells the app, with the line break before it; empty for none.
    pub app_line: String,
    /// The last line, with the line break before it; empty for none.
    pub origin_line: String,
}

/// The text that one code would have by a template, whatever its length, or in our own words without one.
pub fn preview(occasion: &Occasion, template: Option<&Template>) -> Preview {
    let code = sample_code(occasion);
    let facts = facts(occasion, &code);
    let text = template.and_then(|template| facts.written(template)).unwrap_or_else(|| facts.in_our_words());
    let coding = match Coding::for_text(&text, Alphabet::Gsm) {
        Coding::Default(_) => PreviewCoding::Gsm,
        Coding::Ucs2 => PreviewCoding::Ucs2,
    };
    let mut outside_gsm = Vec::new();
    for character in text.chars().filter(|character| gsm7::septets(*character).is_none()) {
        if !outside_gsm.contains(&character) {
            outside_gsm.push(character);
        }
    }
    let app_line = facts.endings.lines().0;
    Preview {
        coding,
        units: width(&text),
        units_max: segment_width(&text),
        segments: segments(&text),
        outside_gsm,
        reaches_app: (!app_line.is_empty()).then(|| text.contains(app_line)),
        text,
    }
}

/// The values of [`preview`], by name.
pub fn samples(occasion: &Occasion) -> Samples {
    let code = sample_code(occasion);
    let facts = facts(occasion, &code);
    let value = |placeholder: Placeholder| match placeholder {
        Placeholder::Code => facts.code.to_owned(),
        Placeholder::Brand => facts.brand.clone(),
        Placeholder::Purpose => what_for(facts.words, facts.purpose),
        Placeholder::Amount => facts.amount.clone(),
        Placeholder::Payee => facts.payee.clone(),
        Placeholder::Network => facts.network.clone(),
        Placeholder::Words => facts.fingerprint.clone(),
        Placeholder::Minutes => super::minutes(facts.valid_for).to_string(),
        Placeholder::Warning => facts.warning(),
    };
    let (app_line, origin_line) = facts.endings.lines();
    Samples {
        values: Placeholder::ALL.iter().map(|placeholder| (*placeholder, value(*placeholder))).collect(),
        app_line: app_line.to_owned(),
        origin_line: origin_line.to_owned(),
    }
}

/// The languages that we have words in; the first speaks where there are none.
pub fn languages() -> impl Iterator<Item = &'static str> {
    CATALOGUES.iter().map(|(tag, _)| *tag)
}

fn sample_code(occasion: &Occasion) -> String {
    "0482913748".chars().cycle().take(occasion.code_length).collect()
}

fn facts<'a>(occasion: &Occasion, code: &'a str) -> CodeFacts<'a> {
    let words = Words::of(&occasion.locale);
    // A default text speaks for several purposes: the one that takes most room is counted.
    let covered = Purpose::ALL.iter().copied().filter(|purpose| match occasion.name {
        TemplateName::Default => !purpose.moves_value(),
        TemplateName::For(only) => *purpose == only,
    });
    let purpose = covered.max_by_key(|purpose| width(&what_for(words, *purpose))).unwrap_or(Purpose::SignIn);
    let has_words = !matches!(occasion.name, TemplateName::For(Purpose::SignUp | Purpose::Bind));
    let of_value = |value: &str| if purpose.moves_value() { value.to_owned() } else { String::new() };
    CodeFacts {
        words,
        code,
        purpose,
        brand: for_sms(&occasion.brand),
        amount: of_value(AMOUNT),
        payee: of_value(&payee_head_and_tail(PAYEE)),
        network: of_value(NETWORK),
        fingerprint: if has_words { FINGERPRINT.to_owned() } else { String::new() },
        valid_for: VALID_FOR,
        endings: Endings::new(&occasion.host, occasion.app_hash.as_ref(), code),
    }
}

#[cfg(test)]
#[path = "preview_tests.rs"]
mod tests;
