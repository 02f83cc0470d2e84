//! What the exchange says: sentences for refusals, reasons, holds and notices. The words Countersign sends
//! are stable; a word that is not known here gets a sentence that is true of all of them.

use crate::house::House;
use crate::moment;
use crate::settle::NotPlaced;
use crate::standing::Standing;
use crate::wire::{Fault, Refusal};

use super::views::{Alert, Banner};

/// A sentence for the top of the next page, by the word in its address.
pub(crate) fn notice(word: &str) -> Option<&'static str> {
    Some(match word {
        "left" => "You are signed out.",
        "reset" => "Your password was changed, and every browser was signed out. Sign in with the new one.",
        "exists" => "There is an account here already. Sign in.",
        "deleted" => "The API key was deleted.",
        "timed_out" | "lapsed" => "Time's up. Nothing was done. Start again.",
        "declined" => "You declined the request in the Security Center. Nothing was done.",
        "too_many_failures" => "There were too many wrong codes. Nothing was done. You can start again.",
        "frozen" | "account_frozen" => "Your account is frozen. Nothing was done.",
        "held" => "A hold began. Nothing was done.",
        "broken" | "unknown" | "assertion_refused" | "withdrawn" => {
            "That could not be finished. Nothing was done. Start again."
        }
        _ => return None,
    })
}

/// The cause of a hold, to follow "because".
pub(crate) fn cause(word: &str) -> &'static str {
    match word {
        "phone_changed" => "your phone number changed",
        "phone_added" => "a phone number was added",
        "sms_switched_off" => "SMS codes were switched off",
        "email_changed" => "your email address changed",
        "password_changed" => "your password changed",
        "trading_password_changed" => "your trading password changed",
        "totp_changed" => "your authenticator app changed",
        "passkey_changed" => "your passkeys changed",
        "recovery_codes_changed" => "your recovery codes changed",
        "unfrozen" => "your account was unfrozen",
        "recovered" => "your account was recovered",
        _ => "a security setting changed",
    }
}

/// What stands on every page while something is wrong with the account.
pub(crate) fn banner(standing: &Standing, now_ms: i64) -> Option<Banner> {
    if standing.status == "frozen" {
        return Some(Banner::Frozen);
    }
    let hold = standing.hold.as_ref()?;
    Some(Banner::Held {
        cause: cause(&hold.cause),
        until: moment::rfc_3339(hold.until_ms),
        until_words: moment::in_words(hold.until_ms),
        span: moment::span_in_words(now_ms, hold.until_ms),
    })
}

/// Why an exit ended, for its own page.
pub(crate) fn ended(reason: &str) -> &'static str {
    match reason {
        "timed_out" | "lapsed" | "assertion_expired" => {
            "Time's up. Nothing was sent. Your details are kept: start again."
        }
        "declined" => "You declined it in the Security Center. Nothing was sent.",
        "too_many_failures" => {
            "There were too many wrong codes. Nothing was sent. Your details are kept: start again."
        }
        "withdrawn" => "You canceled it. Nothing was sent.",
        "edited" => "You edited it. Nothing of this request was sent.",
        "frozen" | "account_frozen" => "Your account was frozen. Nothing was sent.",
        "held" => "A hold began before it was confirmed. Nothing was sent.",
        "assertion_refused" | "digest_mismatch" | "assertion_invalid" | "assertion_used" => {
            "The confirmation does not fit this request. Nothing was sent."
        }
        "interrupted" => "The exchange was restarted before it could be confirmed. Nothing was sent.",
        _ => "It was refused. Nothing was sent. Your details are kept: start again.",
    }
}

/// Why there is no request to confirm.
pub(crate) fn not_placed(house: &House, problem: &NotPlaced) -> Alert {
    match problem {
        NotPlaced::NotEnough => Alert::plain("That is more than is available."),
        NotPlaced::TooLate => Alert::plain(
            "The earlier request is confirmed already, so it can no longer be edited. Nothing else was sent.",
        ),
        NotPlaced::Broken => Alert::plain("Something broke on our side. Nothing was sent."),
        NotPlaced::Countersign(fault) => refused(house, fault),
    }
}

/// Countersign's no, or its silence.
pub(crate) fn refused(house: &House, fault: &Fault) -> Alert {
    match fault {
        Fault::Refused(refusal) => refusal_in_words(house, refusal),
        Fault::Unreachable(_) => Alert::plain(
            "We can't reach the Security Center right now. Nothing was sent. Try again in a minute.",
        ),
    }
}

fn refusal_in_words(house: &House, refusal: &Refusal) -> Alert {
    let reason = refusal.reason.as_deref().unwrap_or_default();
    let linked = |text: String, label: &'static str| Alert {
        text,
        code: refusal.code.clone(),
        hold_until: None,
        link: Some((format!("{}/security", house.security_url), label)),
    };
    match (refusal.code.as_str(), reason) {
        ("action_held", _) => held(house, refusal),
        ("action_refused", "account_frozen") => linked(
            "Your account is frozen: nothing can leave it until you unfreeze it. Nothing was sent."
                .to_owned(),
            "Open the Security Center",
        ),
        ("action_refused", "account_restricted") => linked(
            "Your account is restricted until your identity is checked. Nothing was sent.".to_owned(),
            "Open the Security Center",
        ),
        ("action_refused", _) => linked(
            "The security policy does not allow this. Nothing was sent.".to_owned(),
            "Open the Security Center",
        ),
        ("factors_missing", factors) => linked(
            format!("This needs {} first. Nothing was sent.", factors_in_words(factors)),
            "Set it up in the Security Center",
        ),
        ("account_not_found", _) => {
            Alert::plain("Your account is not known at the Security Center any more. Nothing was sent.")
        }
        ("details_invalid", _) => {
            Alert::plain("The Security Center does not take these details. Nothing was sent.")
        }
        _ => Alert::plain("The Security Center refused this. Nothing was sent. Try again in a minute."),
    }
}

fn held(house: &House, refusal: &Refusal) -> Alert {
    let now_ms = house.now_ms();
    let until_ms = now_ms.saturating_add(refusal.retry_after.unwrap_or_default().saturating_mul(1_000));
    let cause = cause(refusal.reason.as_deref().unwrap_or_default());
    let text = format!(
        "Withdrawals and sales are paused until {} ({}) because {cause}. Nothing was sent.",
        moment::in_words(until_ms),
        moment::span_in_words(now_ms, until_ms),
    );
    Alert { text, code: refusal.code.clone(), hold_until: Some(moment::rfc_3339(until_ms)), link: None }
}

fn factors_in_words(factors: &str) -> String {
    let words: Vec<&str> = factors
        .split(',')
        .map(|factor| match factor.trim() {
            "totp" => "an authenticator app",
            "trading_password" => "a trading password",
            "passkey" => "a passkey",
            "sms" | "voice" => "a phone number with SMS codes switched on",
            "email" => "an email address",
            "recovery_code" => "recovery codes",
            _ => "another sign-in method",
        })
        .collect();
    words.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_factors_are_named() {
        let words = factors_in_words("totp, trading_password");
        assert_eq!(words, "an authenticator app and a trading password");
    }

    #[test]
    fn a_frozen_account_says_so_before_any_hold() {
        let mut standing = Standing::default();
        standing.status = "frozen".to_owned();
        standing.hold = Some(crate::standing::Hold { cause: "unfrozen".into(), until_ms: 90_000_000 });
        assert!(matches!(banner(&standing, 0), Some(Banner::Frozen)));
        standing.status = "active".to_owned();
        let Some(Banner::Held { until, span, cause, .. }) = banner(&standing, 3_600_000) else {
            panic!("a hold")
        };
        assert_eq!((until.as_str(), span.as_str()), ("1970-01-02T01:00:00.000Z", "24 h"));
        assert_eq!(cause, "your account was unfrozen");
        assert!(banner(&Standing::default(), 0).is_none());
    }
}
