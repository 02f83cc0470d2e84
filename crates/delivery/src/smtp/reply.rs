//! What a relay's negative reply means, by what it replied to (RFC 5321, 4.2.1 and 4.3.2) and by its enhanced
//! status code (RFC 3463). The words of a reply are never kept: they like to repeat the address.

use countersign_core::outbox::Failure;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Severity;
use std::error::Error as _;

/// What was said to the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Anything before the recipient: the connection, TLS, the account, the sender.
    Opening,
    /// The recipient.
    Recipient,
    /// The content, or that it follows.
    Content,
}

/// A refusal and its code; `None` when there was no reply at all.
pub(super) fn refusal(error: &Error, said: Said) -> Option<(Failure, String)> {
    let status = error.status()?;
    let permanent = status.severity == Severity::PermanentNegativeCompletion;
    let words = error.source().map(ToString::to_string).unwrap_or_default();
    let enhanced = enhanced_code(&words);
    let failure = failure(said, permanent, enhanced);
    let code = enhanced.map_or_else(|| status.to_string(), |enhanced| format!("{status} {enhanced}"));
    Some((failure, code))
}

fn failure(said: Said, permanent: bool, enhanced: Option<&str>) -> Failure {
    // X.1.7 and X.1.8 are about the sender, X.3 to X.7 about the relay, the network and its policy: no fault
    // of the recipient's, whatever the reply came to. Without an enhanced code the step decides.
    let elsewhere = enhanced.is_some_and(|code| {
        let (_, detail) = code.split_at(2);
        matches!(detail, "1.7" | "1.8") || matches!(detail.as_bytes(), [b'3'..=b'7', b'.', ..])
    });
    match (permanent, said) {
        (false, _) => Failure::Temporary,
        (true, Said::Recipient) if !elsewhere => Failure::Number,
        (true, _) => Failure::Route,
    }
}

/// The `class.subject.detail` at the start of a reply's words.
fn enhanced_code(words: &str) -> Option<&str> {
    let first = words.split_whitespace().next()?;
    let parts: Vec<&str> = first.split('.').collect();
    let [class, subject, detail] = parts[..] else { return None };
    let number =
        |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|octet| octet.is_ascii_digit());
    (matches!(class, "4" | "5") && number(subject) && number(detail)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_permanent_no_means_depends_on_what_was_said() {
        assert_eq!(failure(Said::Recipient, true, None), Failure::Number);
        assert_eq!(failure(Said::Opening, true, None), Failure::Route);
        assert_eq!(failure(Said::Content, true, None), Failure::Route);
        for said in [Said::Opening, Said::Recipient, Said::Content] {
            assert_eq!(failure(said, false, Some("4.2.2")), Failure::Temporary);
        }
    }

    /// Codes of RFC 3463: no such mailbox, mailbox full, bad sender, routing loop, relaying denied by policy.
    #[test]
    fn the_enhanced_code_tells_the_recipients_fault_from_the_relays() {
        let recipient = |code| failure(Said::Recipient, true, Some(code));
        for code in ["5.1.1", "5.1.10", "5.2.1", "5.2.2"] {
            assert_eq!(recipient(code), Failure::Number, "{code}");
        }
        for code in ["5.1.7", "5.1.8", "5.4.6", "5.7.1"] {
            assert_eq!(recipient(code), Failure::Route, "{code}");
        }
    }

    #[test]
    fn enhanced_codes_are_read_and_nothing_else_is() {
        assert_eq!(enhanced_code("5.1.1 <ada@example.com>: no such user"), Some("5.1.1"));
        for words in ["", "No such user", "5.1 x", "2.1.0 ok", "5.1.1.1 x", "5.1.x y", "ada@example.com"] {
            assert_eq!(enhanced_code(words), None, "{words}");
        }
    }
}
