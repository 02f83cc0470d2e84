//! What happened on the account, in plain sentences, newest first.
//!
//! Decides the sentence of each event; refuses to know where events are kept.

use askama::Template;

use super::{Layout, Page};
use crate::web::words::{Address, Moment, Sentence, Words};

/// What the list can be narrowed to, as in `?kind=`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ActivityKind {
    /// Signing in and out.
    SignIn,
    /// Codes sent and entered.
    Codes,
    /// Changes of settings.
    Changes,
}

impl ActivityKind {
    const ALL: [ActivityKind; 3] = [ActivityKind::SignIn, ActivityKind::Codes, ActivityKind::Changes];

    /// The kind of this name, if it is one.
    pub(crate) fn named(name: &str) -> Option<ActivityKind> {
        ActivityKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// As in the query.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ActivityKind::SignIn => "sign-in",
            ActivityKind::Codes => "codes",
            ActivityKind::Changes => "changes",
        }
    }

    fn key(self) -> &'static str {
        match self {
            ActivityKind::SignIn => "activity-kind-sign-in",
            ActivityKind::Codes => "activity-kind-codes",
            ActivityKind::Changes => "activity-kind-changes",
        }
    }
}

/// Something that happened. Addresses are masked.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The account was opened.
    SignedUp,
    /// Signed in.
    SignedIn,
    /// Signed in from a browser not seen before.
    SignedInNewDevice,
    /// A sign-in with a wrong password.
    SignInFailed,
    /// Signed out.
    SignedOut,
    /// A code was sent.
    CodeSent {
        /// Where to.
        to: Address,
    },
    /// A wrong code was entered.
    CodeWrong,
    /// The password was locked after too many wrong ones.
    PasswordLocked {
        /// Until when, Unix milliseconds.
        until_ms: i64,
    },
    /// Codes were locked after too many wrong ones.
    CodesLocked {
        /// Until when, Unix milliseconds.
        until_ms: i64,
    },
    /// Sending was locked after too many codes without success.
    SendingLocked {
        /// Until when, Unix milliseconds.
        until_ms: i64,
    },
    /// A code was asked for beyond the limits, and not sent.
    SendLimited,
    /// A number was refused before anything was sent to it.
    NumberRefused {
        /// Which.
        number: Address,
    },
    /// A phone was bound.
    PhoneBound {
        /// Which.
        number: Address,
    },
    /// The phone was suspended because its number was bound by another account.
    PhoneSuspended {
        /// Which.
        number: Address,
    },
    /// SMS authentication was switched on.
    SmsOn,
    /// SMS authentication was switched off.
    SmsOff,
    /// SMS authentication was disabled after too many failures.
    SmsDisabled,
    /// One session was ended from another.
    SessionEnded,
    /// All other sessions were ended.
    OthersEnded,
    /// A known browser was forgotten.
    DeviceForgotten,
    /// What the account may do was changed by the service.
    StatusChanged,
}

impl Event {
    fn sentence<'w>(&self, words: &'w Words) -> Sentence<'w> {
        let sentence = words.say(self.key());
        match self {
            Event::CodeSent { to: address }
            | Event::NumberRefused { number: address }
            | Event::PhoneBound { number: address }
            | Event::PhoneSuspended { number: address } => sentence.set("address", address),
            Event::PasswordLocked { until_ms }
            | Event::CodesLocked { until_ms }
            | Event::SendingLocked { until_ms } => sentence.set("until", Moment::full(*until_ms)),
            _ => sentence,
        }
    }

    fn key(&self) -> &'static str {
        match self {
            Event::SignedUp => "event-signed-up",
            Event::SignedIn => "event-signed-in",
            Event::SignedInNewDevice => "event-signed-in-new-device",
            Event::SignInFailed => "event-sign-in-failed",
            Event::SignedOut => "event-signed-out",
            Event::CodeSent { .. } => "event-code-sent",
            Event::CodeWrong => "event-code-wrong",
            Event::PasswordLocked { .. } => "event-password-locked",
            Event::CodesLocked { .. } => "event-codes-locked",
            Event::SendingLocked { .. } => "event-sending-locked",
            Event::SendLimited => "event-send-limited",
            Event::NumberRefused { .. } => "event-number-refused",
            Event::PhoneBound { .. } => "event-phone-bound",
            Event::PhoneSuspended { .. } => "event-phone-suspended",
            Event::SmsOn => "event-sms-on",
            Event::SmsOff => "event-sms-off",
            Event::SmsDisabled => "event-sms-disabled",
            Event::SessionEnded => "event-session-ended",
            Event::OthersEnded => "event-others-ended",
            Event::DeviceForgotten => "event-device-forgotten",
            Event::StatusChanged => "event-status-changed",
        }
    }
}

/// One entry.
pub(crate) struct ActivityRow {
    /// When, Unix milliseconds.
    pub(crate) at_ms: i64,
    /// What.
    pub(crate) event: Event,
    /// `Firefox on Windows`, if known.
    pub(crate) browser: Option<String>,
    /// Rough place, if known; labelled approximate.
    pub(crate) place: Option<String>,
}

impl ActivityRow {
    fn at(&self) -> Moment {
        Moment::full(self.at_ms)
    }
}

/// `GET /security/activity?kind=&after=`.
#[derive(Template)]
#[template(path = "activity.html")]
pub(crate) struct Activity {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// What the list is narrowed to. None: everything.
    pub(crate) kind: Option<ActivityKind>,
    /// One page of it, newest first.
    pub(crate) rows: Vec<ActivityRow>,
    /// Cursor of the next page, if there is one: letters, digits, `-` and `_` only.
    pub(crate) next: Option<String>,
}

impl Page for Activity {}

impl Activity {
    fn address(&self, kind: Option<ActivityKind>, after: Option<&str>) -> String {
        let mut address = String::from("/security/activity");
        let parts = [kind.map(|kind| ("kind", kind.name())), after.map(|cursor| ("after", cursor))];
        for (index, (name, value)) in parts.into_iter().flatten().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            address.push_str(&format!("{separator}{name}={value}"));
        }
        address
    }
}
