//! The text of an SMS. A code's text ends with the line that binds it to its site, and fits one segment
//! whenever brand, amount and payee are in the GSM alphabet and the site's name is not enormous.

use super::catalogue::{Sentence, Words};
use super::plain::{for_sms, head_and_tail, width};
use super::{minutes, moment};
use crate::Letter;
use countersign_core::model::{Body, Notice, Purpose};
use countersign_smpp::text::{Alphabet, Coding};

/// A payee is not cut shorter than this: fewer characters of a ledger address say too little.
const PAYEE_WIDTH_MIN: usize = 10;
/// A device's name cut shorter than this names none.
const DETAIL_WIDTH_MIN: usize = 10;

/// The words of a letter as an SMS.
pub fn render_sms(letter: &Letter) -> String {
    let words = Words::of(&letter.locale);
    let brand = for_sms(&letter.brand);
    match &letter.body {
        Body::Code { code, purpose, amount, payee, .. } => {
            let details = Details { amount: of_sms(amount.as_deref()), payee: of_sms(payee.as_deref()) };
            code_text(words, letter, code, *purpose, &brand, &details)
        }
        Body::Notice { notice, at_ms, detail } => {
            notice_text(words, *notice, *at_ms, &for_sms(detail), &brand)
        }
    }
}

struct Details {
    amount: String,
    payee: String,
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
    let warning = if purpose.needs_details() { "sms-not-you" } else { "sms-never-ask" };
    let warning = words.say(warning).text();
    let valid = words.say("sms-valid").with("minutes", minutes(letter.valid_for)).text();
    let origin = origin_line(&letter.host, code);
    let with_payee = |payee: &str| {
        let lead = lead(words, purpose, code, brand).with("amount", &*details.amount);
        let lead = lead.with("payee", payee.to_owned()).text();
        (format!("{lead} {warning} {valid}{origin}"), format!("{lead} {warning}{origin}"))
    };
    let (long, short) = with_payee("");
    let wanted = width(&details.payee).min(PAYEE_WIDTH_MIN);
    // How long it works is the first thing to go: it is on the page as well. The warning and the payee are
    // not.
    let says_how_long = room(&long) >= wanted;
    let room = if says_how_long { room(&long) } else { room(&short).max(wanted) };
    let (long, short) = with_payee(&head_and_tail(&details.payee, room));
    if says_how_long { long } else { short }
}

fn lead<'a>(words: &'a Words, purpose: Purpose, code: &'a str, brand: &'a str) -> Sentence<'a> {
    words.say(format!("sms-code-{}", purpose.as_str())).with("code", code).with("brand", brand)
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

fn notice_text(words: &Words, notice: Notice, at_ms: i64, detail: &str, brand: &str) -> String {
    let when = for_sms(&moment(words, at_ms));
    let with_detail = |detail: &str| {
        let detail = if detail.is_empty() {
            String::new()
        } else {
            words.say("sms-detail").with("detail", detail).text()
        };
        let sentence = words.say(format!("sms-notice-{}", notice.as_str()));
        sentence.with("brand", brand).with("when", &*when).with("detail", detail).text()
    };
    let whole = with_detail(detail);
    if width(&whole) <= segment_width(&whole) {
        return whole;
    }
    // Measured with one character, so that what joins the detail to the sentence is counted too.
    let room = room(&with_detail("*")) + 1;
    if room >= DETAIL_WIDTH_MIN { with_detail(&head_and_tail(detail, room)) } else { with_detail("") }
}
