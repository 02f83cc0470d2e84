//! The text of an SMS. A code's text ends with the line that binds it to its site, and fits one segment whenever
//! brand, amount and payee are in the GSM alphabet and neither the brand nor the site's name is enormous. What moves
//! value names amount and payee, and what a page confirms carries the two words that the page shows (R51, R55): none
//! of the three is ever left out for room. An operator's own text is used where it fits what was agreed to pay for.

use super::catalogue::Words;
use super::plain::{for_sms, head_and_tail, width};
use super::{joined, link_to, minutes, moment, stem};
use crate::Letter;
use countersign_core::fingerprint::payee_head_and_tail;
use countersign_core::model::{Body, Notice, Purpose};
use countersign_core::template::{AppHash, Template, TemplateValues};
use countersign_smpp::text::{Alphabet, Coding, LongMessage, segment};
use std::time::Duration;

/// A device's name cut shorter than this names none.
const DETAIL_WIDTH_MIN: usize = 10;

/// Most bytes of a text that Android hands to an app (R14). Which bytes is not said: those of UTF-8 are never fewer
/// than those of the message.
const APP_BYTES_MAX: usize = 140;

/// Most segments that an operator's text may take, agreed to or not.
const OWN_SEGMENTS_MAX: usize = 2;

/// The words of a letter as an SMS: those of the service's own text, if there is one that fits, else ours.
pub fn render_sms(letter: &Letter) -> String {
    let words = Words::of(&letter.locale);
    let brand = for_sms(&letter.brand);
    match &letter.body {
        Body::Code { code, purpose, amount, payee, network, fingerprint, .. } => {
            let facts = CodeFacts {
                words,
                code,
                purpose: *purpose,
                brand,
                amount: of_sms(amount.as_deref()),
                payee: payee_head_and_tail(&of_sms(payee.as_deref())),
                network: of_sms(network.as_deref()),
                fingerprint: of_sms(fingerprint.as_deref()),
                valid_for: letter.valid_for,
                endings: Endings::new(&letter.host, letter.app_hash.as_ref(), code),
            };
            let own = letter.template.as_ref().and_then(|template| match facts.by(template) {
                Ok(text) => Some(text),
                Err(reason) => {
                    tracing::warn!(message = %letter.reference, reason, "the service's own text is not used");
                    None
                }
            });
            own.unwrap_or_else(|| facts.in_our_words())
        }
        Body::Notice { notice, at_ms, detail, freeze_path } => {
            let link = link_to(&letter.origin, freeze_path);
            // A page's path is for emails, which have room for links.
            let detail = if detail.starts_with('/') { "" } else { detail };
            notice_text(words, *notice, *at_ms, &for_sms(detail), &brand, link)
        }
    }
}

fn of_sms(detail: Option<&str>) -> String {
    detail.map(for_sms).unwrap_or_default()
}

/// What one code's text is made of, fit for an SMS; empty where there is none.
pub(super) struct CodeFacts<'a> {
    pub(super) words: &'static Words,
    pub(super) code: &'a str,
    pub(super) purpose: Purpose,
    pub(super) brand: String,
    pub(super) amount: String,
    pub(super) payee: String,
    pub(super) network: String,
    pub(super) fingerprint: String,
    pub(super) valid_for: Duration,
    pub(super) endings: Endings,
}

impl CodeFacts<'_> {
    /// Nobody may ask for the code (R12).
    pub(super) fn warning(&self) -> String {
        self.words.say(if self.purpose.moves_value() { "sms-not-you" } else { "sms-never-ask" }).text()
    }

    /// Our own words, as short as they must be.
    pub(super) fn in_our_words(&self) -> String {
        let warning = self.warning();
        let valid = self.words.say("sms-valid").with("minutes", minutes(self.valid_for)).text();
        let fingerprint = joined(self.words, "sms-words", "words", &self.fingerprint);
        let lead = |network: &str| {
            let network = joined(self.words, "sms-network", "network", network);
            let sentence = self.words.say(format!("sms-code-{}", stem(self.purpose, &self.amount)));
            let sentence = sentence.with("code", self.code).with("brand", &*self.brand);
            let sentence = sentence.with("amount", &*self.amount).with("payee", &*self.payee);
            sentence.with("network", network).with("words", &*fingerprint).text()
        };
        let whole = lead(&self.network);
        // How long it works is the first thing to go: it is on the page as well. Then what hands the code to an app,
        // then the network, which the two words stand for; the warning stays even where a second segment must be paid
        // for it (R12).
        let (full, short) = (format!("{whole} {warning} {valid}"), format!("{whole} {warning}"));
        let for_app = [&full, &short].into_iter().find_map(|text| self.endings.for_app(text));
        for_app.unwrap_or_else(|| {
            let shortest = format!("{} {warning}", lead(""));
            first_that_fits([full, short, shortest].map(|text| self.endings.after(&text)))
        })
    }

    /// The operator's text, or why it cannot be used.
    pub(super) fn by(&self, template: &Template) -> Result<String, &'static str> {
        let text = self.written(template).ok_or("a value is missing or would be left out")?;
        match segments(&text) {
            1 => Ok(text),
            2..=OWN_SEGMENTS_MAX if template.may_split() => Ok(text),
            2..=OWN_SEGMENTS_MAX => Err("it takes a second segment that nobody agreed to"),
            _ => Err("it takes too many segments"),
        }
    }

    /// The operator's text, whatever its length.
    pub(super) fn written(&self, template: &Template) -> Option<String> {
        let (minutes, warning) = (minutes(self.valid_for).to_string(), self.warning());
        let what_for = what_for(self.words, self.purpose);
        let text = template.render(&TemplateValues {
            code: self.code,
            brand: &self.brand,
            purpose: &what_for,
            amount: &self.amount,
            payee: &self.payee,
            network: &self.network,
            words: &self.fingerprint,
            minutes: &minutes,
            warning: &warning,
        })?;
        Some(self.endings.for_app(&text).unwrap_or_else(|| self.endings.after(&text)))
    }
}

/// What a code is for, as a part of a sentence.
pub(super) fn what_for(words: &Words, purpose: Purpose) -> String {
    words.say(format!("sms-purpose-{}", purpose.as_str())).text()
}

/// What stands below a code's text: the app hash if there is one, and last the line that binds the code to its site.
pub(super) struct Endings {
    app_hash: String,
    origin: String,
}

impl Endings {
    pub(super) fn new(host: &str, app_hash: Option<&AppHash>, code: &str) -> Endings {
        let app_hash = app_hash.map(|hash| format!("\n{}", hash.as_str())).unwrap_or_default();
        Endings { app_hash, origin: origin_line(host, code) }
    }

    /// With the hash, if there is one and Android would hand the text to the app.
    pub(super) fn for_app(&self, text: &str) -> Option<String> {
        let whole = format!("{text}{}{}", self.app_hash, self.origin);
        let fits = whole.len() <= APP_BYTES_MAX && width(&whole) <= segment_width(&whole);
        (fits && !self.app_hash.is_empty()).then_some(whole)
    }

    /// Without it.
    pub(super) fn after(&self, text: &str) -> String {
        format!("{text}{}", self.origin)
    }

    /// As they are added.
    pub(super) fn lines(&self) -> (&str, &str) {
        (&self.app_hash, &self.origin)
    }
}

/// The first text that one segment takes, else the last.
fn first_that_fits<const TEXTS: usize>(texts: [String; TEXTS]) -> String {
    let mut last = String::new();
    for text in texts {
        if width(&text) <= segment_width(&text) {
            return text;
        }
        last = text;
    }
    last
}

pub(super) fn segment_width(text: &str) -> usize {
    Coding::for_text(text, Alphabet::Gsm).units_single_max()
}

/// How many messages a carrier counts, cut as the routes cut.
pub(super) fn segments(text: &str) -> usize {
    segment(text, Alphabet::Gsm, LongMessage::Udh, 0).map_or(usize::MAX, |cut| cut.parts.len())
}

/// What one segment still takes.
fn room(text: &str) -> usize {
    segment_width(text).saturating_sub(width(text))
}

/// The last line, in the form that browsers read (WICG, origin-bound one-time codes; R13). Nothing when the
/// host could not be read back from it: the code still works, it only has to be typed. A port is left off,
/// for it is no part of a site.
fn origin_line(host: &str, code: &str) -> String {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|octet| octet.is_ascii_digit()) => name,
        _ => host,
    };
    let is_name = name.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'.');
    if name.is_empty() || !is_name { String::new() } else { format!("\n@{name} #{code}") }
}

fn notice_text(
    words: &Words,
    notice: Notice,
    at_ms: i64,
    detail: &str,
    brand: &str,
    freeze_link: Option<String>,
) -> String {
    let when = for_sms(&moment(words, at_ms));
    let next = match freeze_link {
        Some(link) if notice.is_for_staff() => words.say("sms-join").with("link", link).text(),
        Some(link) => words.say("sms-freeze").with("link", link).text(),
        None => words.say(next_key(notice)).text(),
    };
    let with_facts = |facts: &[&str]| {
        let facts: String = facts.iter().map(|fact| joined(words, "sms-fact", "fact", fact)).collect();
        let sentence = words.say(format!("sms-notice-{}", notice.as_str()));
        format!("{} {next}", sentence.with("brand", brand).with("facts", facts).text())
    };
    // Measured with one character, so that what joins the detail to the sentence is counted too.
    let room = room(&with_facts(&[&*when, "*"])) + 1;
    let cut = if room >= DETAIL_WIDTH_MIN { head_and_tail(detail, room) } else { String::new() };
    // When it happened goes before the link does: a message is dated anyway, and the link must arrive whole.
    first_that_fits([
        with_facts(&[&*when, detail]),
        with_facts(&[&*when, &*cut]),
        with_facts(&[&*when]),
        with_facts(&[]),
    ])
}

fn next_key(notice: Notice) -> &'static str {
    match notice {
        Notice::NewSignIn | Notice::SecondFactorLocked => "sms-next-password",
        Notice::SmsSuspended => "sms-next-number",
        Notice::AccountFrozen => "sms-next-open",
        Notice::RouteTest | Notice::SupportAnswered => "sms-next-nothing",
        _ if notice.is_for_admins() => "sms-next-admins",
        _ => "sms-next-support",
    }
}

#[cfg(test)]
#[path = "sms_tests.rs"]
mod tests;
