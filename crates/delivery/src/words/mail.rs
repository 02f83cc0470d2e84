//! The text of an email: a subject that says what for and never the code, plain sentences, and no link but the one
//! that freezes the account (R67) and the one to an answer of support. A code in a subject would stand in the logs
//! of every relay on the way (R10). The phrase that the owner chose stands first, so that a fake email is missed by
//! its absence.

use super::catalogue::Words;
use super::plain::one_line;
use super::{joined, link_to, minutes, moment, stem};
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
    let (subject, mut paragraphs) = match &letter.body {
        Body::Code { code, purpose, amount, payee, network, fingerprint, .. } => {
            let details = Details {
                amount: line_of(amount.as_deref()),
                payee: line_of(payee.as_deref()),
                network: line_of(network.as_deref()),
                fingerprint: line_of(fingerprint.as_deref()),
            };
            code_mail(words, letter, code, *purpose, &brand, &details)
        }
        Body::Notice { notice, at_ms, detail, freeze_path } => {
            let link = link_to(&letter.origin, freeze_path);
            match notice {
                // Its detail is the page that it is about.
                Notice::SupportAnswered if detail.starts_with('/') => {
                    let page = link_to(&letter.origin, &one_line(detail));
                    let (subject, mut paragraphs) = notice_mail(words, *notice, *at_ms, "", &brand, link);
                    paragraphs.extend(page);
                    (subject, paragraphs)
                }
                // Where the case is followed; what lets in to it is the access code, which stands in no message.
                _ if is_recovery(*notice) => {
                    let page = format!("{}/recover/{}", letter.origin, one_line(detail));
                    notice_mail(words, *notice, *at_ms, &page, &brand, link)
                }
                _ => notice_mail(words, *notice, *at_ms, &one_line(detail), &brand, link),
            }
        }
    };
    if let Some(phrase) = letter.phrase.as_deref().map(one_line).filter(|phrase| !phrase.is_empty()) {
        paragraphs.insert(0, words.say("mail-phrase").with("phrase", phrase).text());
    }
    Mail { subject: one_line(&subject), text: paragraphs.join("\n\n") + "\n" }
}

struct Details {
    amount: String,
    payee: String,
    network: String,
    fingerprint: String,
}

fn line_of(detail: Option<&str>) -> String {
    detail.map(one_line).unwrap_or_default()
}

fn code_mail(
    words: &Words,
    letter: &Letter,
    code: &str,
    purpose: Purpose,
    brand: &str,
    details: &Details,
) -> (String, Vec<String>) {
    let subject = words.say(format!("mail-code-subject-{}", purpose.as_str())).with("brand", brand).text();
    let network = joined(words, "mail-network", "network", &details.network);
    let lead = words.say(format!("mail-code-{}", stem(purpose, &details.amount))).with("brand", brand);
    let lead =
        lead.with("amount", &*details.amount).with("payee", &*details.payee).with("network", network).text();
    // Nobody signed up or forgot a password: then there is nothing to protect yet, or nothing was changed.
    let harmless = matches!(purpose, Purpose::SignUp | Purpose::PasswordReset);
    let otherwise = words.say(if harmless { "mail-not-asked" } else { "mail-not-you" }).text();
    let valid = words.say("mail-valid").with("minutes", minutes(letter.valid_for)).text();
    let never_ask = words.say("mail-never-ask").text();
    let mut paragraphs = vec![lead, format!("    {code}"), valid, never_ask, otherwise];
    if !details.fingerprint.is_empty() {
        paragraphs.insert(2, words.say("mail-words").with("words", &*details.fingerprint).text());
    }
    (subject, paragraphs)
}

fn notice_mail(
    words: &Words,
    notice: Notice,
    at_ms: i64,
    detail: &str,
    brand: &str,
    freeze_link: Option<String>,
) -> (String, Vec<String>) {
    let key = |stem: &str| format!("{stem}-{}", notice.as_str());
    let subject = words.say(key("mail-notice-subject")).with("brand", brand).text();
    let what = words.say(key("mail-notice")).with("brand", brand).text();
    let mut facts = words.say("mail-when").with("when", moment(words, at_ms)).text();
    if !detail.is_empty() {
        let label = match notice {
            Notice::NumberBound | Notice::NumberChanged | Notice::NumberRemoved | Notice::SmsSuspended => {
                "mail-number"
            }
            _ if is_recovery(notice) => "mail-case",
            _ if notice.is_for_admins() => "mail-staff",
            _ => "mail-device",
        };
        facts = format!("{facts}\n{}", words.say(label).with("detail", detail).text());
    }
    let mut paragraphs = vec![what, facts];
    if holds(notice) {
        paragraphs.push(words.say("mail-held").text());
    }
    let next = match notice {
        Notice::NewSignIn => "mail-next-password",
        Notice::SecondFactorLocked => "mail-next-locked",
        Notice::SmsSuspended => "mail-next-number",
        Notice::AccountFrozen => "mail-next-open",
        Notice::SupportAnswered => "mail-next-read",
        Notice::SupportOpened => "mail-next-asked",
        Notice::RouteTest | Notice::RecoveryExpired | Notice::RecoveryCanceled => "mail-next-nothing",
        Notice::OperatorInvited | Notice::OperatorReset => "mail-next-staff",
        _ if notice.is_for_admins() => "mail-next-admins",
        Notice::RecoveryReturned => "mail-next-returned",
        Notice::RecoveryApproved => "mail-next-approved",
        Notice::RecoveryOpened | Notice::RecoveryUnproved | Notice::RecoveryAccessReplaced => {
            "mail-next-recovery"
        }
        _ => "mail-next-support",
    };
    paragraphs.push(words.say(next).text());
    let leads_to = if notice.is_for_staff() { "mail-join" } else { "mail-freeze" };
    paragraphs.extend(freeze_link.map(|link| format!("{}\n{link}", words.say(leads_to).text())));
    paragraphs.push(words.say("mail-notice-never-ask").text());
    (subject, paragraphs)
}

/// Whether what happened holds withdrawals for a while, whatever the policy: a change or a removal does (section F).
/// What may be an addition is left to the page, which knows.
fn holds(notice: Notice) -> bool {
    match notice {
        Notice::NumberChanged
        | Notice::NumberRemoved
        | Notice::SmsSwitchedOff
        | Notice::TotpRemoved
        | Notice::PasskeyRemoved
        | Notice::TradingPasswordRemoved
        | Notice::RecoveryCodesRemoved
        | Notice::PasswordChanged
        | Notice::AccountUnfrozen
        | Notice::RecoveryFinished => true,
        Notice::NewSignIn
        | Notice::SecondFactorLocked
        | Notice::NumberBound
        | Notice::SmsSwitchedOn
        | Notice::SmsSuspended
        | Notice::TotpAdded
        | Notice::PasskeyAdded
        | Notice::TradingPasswordSet
        | Notice::RecoveryCodesMade
        | Notice::RecoveryCodeUsed
        | Notice::PhraseChanged
        | Notice::AccountFrozen
        | Notice::OperatorInvited
        | Notice::OperatorReset
        | Notice::StaffAdded
        | Notice::StaffRolesChanged
        | Notice::StaffReset
        | Notice::StaffEnabled
        | Notice::SupportAnswered
        | Notice::SupportOpened
        | Notice::RecoveryOpened
        | Notice::RecoveryReturned
        | Notice::RecoveryApproved
        | Notice::RecoveryRejected
        | Notice::RecoveryCanceled
        | Notice::RecoveryExpired
        | Notice::RecoveryUnproved
        | Notice::RecoveryAccessReplaced
        | Notice::RecoveryStatusKept
        | Notice::RouteTest => false,
    }
}

/// Whether it tells of a recovery case, whose identifier is its detail.
fn is_recovery(notice: Notice) -> bool {
    matches!(
        notice,
        Notice::RecoveryOpened
            | Notice::RecoveryReturned
            | Notice::RecoveryApproved
            | Notice::RecoveryRejected
            | Notice::RecoveryCanceled
            | Notice::RecoveryExpired
            | Notice::RecoveryFinished
            | Notice::RecoveryUnproved
            | Notice::RecoveryAccessReplaced
            | Notice::RecoveryStatusKept
    )
}
