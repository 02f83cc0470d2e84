//! What guards an account as a whole: freezing it, the phrase that tells our messages from fakes, and the banner of a
//! hold.
//!
//! Decides wording only. Refuses to know when a hold begins or who may open a frozen account.

use askama::Template;
use countersign_flows::core::model::HoldCause;

use super::{Field, Layout, Page, Problem};
use crate::web::words::{Moment, Sentence, Words};

/// A hold on every way for value to leave, as every page shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct HoldBanner {
    /// What it began with; of several, the one that ends last.
    pub(crate) cause: HoldCause,
    /// When it ends, Unix milliseconds.
    pub(crate) ends_at_ms: i64,
}

impl HoldBanner {
    /// Until when, for how long still, and why. Whole minutes, the last one begun.
    pub(super) fn sentence<'w>(&self, words: &'w Words, now_ms: i64) -> Sentence<'w> {
        const MINUTE_MS: i64 = 60_000;
        let minutes = (self.ends_at_ms - now_ms + MINUTE_MS - 1).max(0) / MINUTE_MS;
        words
            .say("hold-banner")
            .set("until", Moment::full(self.ends_at_ms))
            .set("hours", minutes / 60)
            .set("minutes", minutes % 60)
            .set("cause", words.text(hold_cause(self.cause)))
    }
}

/// Why there is a hold, as the end of a sentence.
pub(super) fn hold_cause(cause: HoldCause) -> &'static str {
    match cause {
        HoldCause::PhoneChanged => "hold-phone-changed",
        HoldCause::PhoneAdded => "hold-phone-added",
        HoldCause::FactorAdded => "hold-factor-added",
        HoldCause::SmsSwitchedOff => "hold-sms-switched-off",
        HoldCause::EmailChanged => "hold-email-changed",
        HoldCause::PasswordChanged => "hold-password-changed",
        HoldCause::TradingPasswordChanged => "hold-trading-password-changed",
        HoldCause::TotpChanged => "hold-totp-changed",
        HoldCause::PasskeyChanged => "hold-passkey-changed",
        HoldCause::RecoveryCodesChanged => "hold-recovery-codes-changed",
        HoldCause::Unfrozen => "hold-unfrozen",
        HoldCause::Recovered => "hold-recovered",
    }
}

/// `GET /security/freeze`: the consequence before the act; posts to itself.
#[derive(Template)]
#[template(path = "freeze.html")]
pub(crate) struct Freeze {
    /// Shared by all pages.
    pub(crate) layout: Layout,
}

impl Page for Freeze {}

/// How the freeze link of a message stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum FreezeLink {
    /// It works: the button posts to the same path.
    Ready {
        /// The page's own path: `/freeze/{token}`.
        path: String,
    },
    /// The account is frozen now, or was already.
    Frozen,
    /// Unknown or too old.
    Unknown,
}

/// `GET /freeze/{token}`, signed out. Says nothing about the account but that it is frozen (R67).
#[derive(Template)]
#[template(path = "freeze_link.html")]
pub(crate) struct FreezePage {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// How it stands.
    pub(crate) link: FreezeLink,
}

impl Page for FreezePage {}

impl FreezePage {
    fn heading_key(&self) -> &'static str {
        match self.link {
            FreezeLink::Ready { .. } => "freeze-heading",
            FreezeLink::Frozen => "frozen-heading",
            FreezeLink::Unknown => "freeze-unknown-heading",
        }
    }
}

/// `GET /security/phrase`; posts to `/security/phrase/set` and `/security/phrase/remove`.
#[derive(Template)]
#[template(path = "phrase.html")]
pub(crate) struct Phrase {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The phrase, if there is one.
    pub(crate) phrase: Option<String>,
    /// Why the last act did nothing.
    pub(crate) problem: Option<Problem>,
}

impl Page for Phrase {
    fn has_problem(&self) -> bool {
        self.problem.is_some()
    }
}

/// `GET /security/phrase/new`; posts `phrase` to itself.
#[derive(Template)]
#[template(path = "phrase_new.html")]
pub(crate) struct PhraseNew {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The phrase, as typed.
    pub(crate) phrase: Field,
    /// Most characters.
    pub(crate) characters_max: u32,
}

impl Page for PhraseNew {
    fn has_problem(&self) -> bool {
        self.phrase.problem.is_some()
    }
}
