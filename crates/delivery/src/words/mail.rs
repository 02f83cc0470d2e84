//! The text of an email: a subject that says what for and never the code, plain sentences, no links. A code
//! in a subject would stand in the logs of every relay on the way (R10).

use super::catalogue::Words;
use super::plain::one_line;
use super::{minutes, moment};
use crate::Letter;
use countersign_core::model::{Body, Notice, Purpose};
use std::fmt;

/// An email's words.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// One line.
    pub subject: String,
    /// Plain text; lines end with a line feed.
    pub text: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail(<{} characters>)", self.text.chars().count())
    }
}

/// The words of a letter as an email.
pub fn render_mail(letter: &Letter) -> Mail {
    let words = Words::of(&letter.locale);
    let brand = one_line(&letter.brand);
    let (subject, paragraphs) = match &letter.body {
        Body::Code { code, purpose, amount, payee, .. } => {
            let details = [amount, payee].map(|detail| one_line(detail.as_deref().unwrap_or_default()));
            code_mail(words, letter, code, *purpose, &brand, &details)
        }
        Body::Notice { notice, at_ms, detail } => {
            notice_mail(words, *notice, *at_ms, &one_line(detail), &brand)
        }
    };
    Mail { subject: one_line(&subject), text: paragraphs.join("\n\n") + "\n" }
}

fn code_mail(
    words: &Words,
    letter: &Letter,
    code: &str,
    purpose: Purpose,
    brand: &str,
    [amount, payee]: &[String; 2],
) -> (String, Vec<String>) {
    let key = |stem: &str| format!("{stem}-{}", purpose.as_str());
    let subject = words.say(key("mail-code-subject")).with("brand", brand).text();
    let lead = words.say(key("mail-code")).with("brand", brand);
    let lead = lead.with("amount", &**amount).with("payee", &**payee).text();
    // Nobody signed up or forgot a password: then there is nothing to protect yet, or nothing was changed.
    let harmless = matches!(purpose, Purpose::SignUp | Purpose::PasswordReset);
    let otherwise = words.say(if harmless { "mail-not-asked" } else { "mail-not-you" }).text();
    let valid = words.say("mail-valid").with("minutes", minutes(letter.valid_for)).text();
    let never_ask = words.say("mail-never-ask").text();
    (subject, vec![lead, format!("    {code}"), valid, never_ask, otherwise])
}

fn notice_mail(
    words: &Words,
    notice: Notice,
    at_ms: i64,
    detail: &str,
    brand: &str,
) -> (String, Vec<String>) {
    let key = |stem: &str| format!("{stem}-{}", notice.as_str());
    let subject = words.say(key("mail-notice-subject")).with("brand", brand).text();
    let what = words.say(key("mail-notice")).with("brand", brand).text();
    let mut facts = words.say("mail-when").with("when", moment(words, at_ms)).text();
    if !detail.is_empty() {
        let label = match notice {
            Notice::NumberBound | Notice::SmsSuspended => "mail-number",
            Notice::NewSignIn
            | Notice::SecondFactorLocked
            | Notice::SmsSwitchedOn
            | Notice::SmsSwitchedOff => "mail-device",
        };
        facts = format!("{facts}\n{}", words.say(label).with("detail", detail).text());
    }
    let next = words.say(key("mail-next")).text();
    let never_ask = words.say("mail-notice-never-ask").text();
    (subject, vec![what, facts, next, never_ask])
}
