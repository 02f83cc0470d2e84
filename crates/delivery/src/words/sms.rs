//! The text of an SMS. A code's text ends with the line that binds it to its site, and fits one segment whenever
//! brand, amount and payee are in the GSM alphabet and neither the brand nor the site's name is enormous. What moves
//! value names amount and payee, and what a page confirms carries the two words that the page shows (R51, R55): none
//! of the three is ever left out for room.

use super::catalogue::Words;
use super::plain::{for_sms, head_and_tail, width};
use super::{freeze_link, joined, minutes, moment, stem};
use crate::Letter;
use countersign_core::fingerprint::payee_head_and_tail;
use countersign_core::model::{Body, Notice, Purpose};
use countersign_smpp::text::{Alphabet, Coding};

/// A device's name cut shorter than this names none.
const DETAIL_WIDTH_MIN: usize = 10;

/// The words of a letter as an SMS.
pub fn render_sms(letter: &Letter) -> String {
    let words = Words::of(&letter.locale);
    let brand = for_sms(&letter.brand);
    match &letter.body {
        Body::Code { code, purpose, amount, payee: to, network, fingerprint, .. } => {
            let details = Details {
                amount: of_sms(amount.as_deref()),
                payee: payee_head_and_tail(&of_sms(to.as_deref())),
                network: joined(words, "sms-network", "network", &of_sms(network.as_deref())),
                words: joined(words, "sms-words", "words", &of_sms(fingerprint.as_deref())),
            };
            code_text(words, letter, code, *purpose, &brand, &details)
        }
        Body::Notice { notice, at_ms, detail, freeze_path } => {
            let link = freeze_link(&letter.origin, freeze_path);
            notice_text(words, *notice, *at_ms, &for_sms(detail), &brand, link)
        }
    }
}

/// What a code confirms, each with the words that join it to the sentence.
struct Details {
    amount: String,
    payee: String,
    network: String,
    words: String,
}

fn of_sms(detail: Option<&str>) -> String {
    detail.map(for_sms).unwrap_or_default()
}

fn code_text(
    words: &Words,
    letter: &Letter,
    code: &str,
    purpose: Purpose,
    brand: &str,
    details: &Details,
) -> String {
    let moves_value = purpose.needs_details() || purpose == Purpose::Transfer;
    let warning = words.say(if moves_value { "sms-not-you" } else { "sms-never-ask" }).text();
    let valid = words.say("sms-valid").with("minutes", minutes(letter.valid_for)).text();
    let origin = origin_line(&letter.host, code);
    let lead = |network: &str| {
        let sentence = words.say(format!("sms-code-{}", stem(purpose, &details.amount)));
        let sentence = sentence.with("code", code).with("brand", brand).with("amount", &*details.amount);
        sentence.with("payee", &*details.payee).with("network", network).with("words", &*details.words).text()
    };
    let whole = lead(&details.network);
    // How long it works is the first thing to go: it is on the page as well. Then the network, which the two words
    // stand for; the warning stays even where a second segment must be paid for it (R12).
    let texts = [
        format!("{whole} {warning} {valid}{origin}"),
        format!("{whole} {warning}{origin}"),
        format!("{} {warning}{origin}", lead("")),
    ];
    first_that_fits(texts)
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

fn segment_width(text: &str) -> usize {
    Coding::for_text(text, Alphabet::Gsm).units_single_max()
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
        Notice::RouteTest => "sms-next-nothing",
        _ => "sms-next-support",
    }
}
