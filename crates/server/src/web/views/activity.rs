//! What happened on the account, in plain sentences, newest first.
//!
//! Decides the sentence of each event; refuses to know where events are kept.

use askama::Template;
use countersign_flows::core::model::{ActionKind, CancelReason, Factor, HoldCause};
use countersign_flows::core::route::RouteWish;

use super::confirm::{action_name, cancel_name};
use super::guard::hold_cause;
use super::{Layout, Method, Page};
use crate::web::words::{Address, Moment, Sentence, Words};

/// What the list can be narrowed to, as in `?kind=`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ActivityKind {
    /// Signing in and out.
    SignIn,
    /// Codes sent and entered.
    Codes,
    /// Withdrawals, sales and whatever else was to be confirmed.
    Actions,
    /// Changes of settings.
    Changes,
}

impl ActivityKind {
    const ALL: [ActivityKind; 4] =
        [ActivityKind::SignIn, ActivityKind::Codes, ActivityKind::Actions, ActivityKind::Changes];

    /// The kind of this name, if it is one.
    pub(crate) fn named(name: &str) -> Option<ActivityKind> {
        ActivityKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// As in the query.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ActivityKind::SignIn => "sign-in",
            ActivityKind::Codes => "codes",
            ActivityKind::Actions => "actions",
            ActivityKind::Changes => "changes",
        }
    }

    fn key(self) -> &'static str {
        match self {
            ActivityKind::SignIn => "activity-kind-sign-in",
            ActivityKind::Codes => "activity-kind-codes",
            ActivityKind::Actions => "activity-kind-actions",
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
    /// A factor was set up.
    FactorAdded {
        /// Which.
        factor: Factor,
        /// What its owner calls it; may be empty.
        name: String,
    },
    /// A factor was given another name.
    FactorRenamed {
        /// Which.
        factor: Factor,
        /// What it is called now.
        name: String,
    },
    /// A factor was removed or replaced.
    FactorRemoved {
        /// Which.
        factor: Factor,
        /// What its owner called it; may be empty.
        name: String,
    },
    /// A factor was answered wrongly.
    FactorWrong {
        /// Which.
        factor: Factor,
    },
    /// A factor was locked after too many failures.
    FactorLocked {
        /// Which.
        factor: Factor,
        /// Until when, Unix milliseconds.
        until_ms: i64,
    },
    /// A factor was disabled after too many failures.
    FactorDisabled {
        /// Which.
        factor: Factor,
    },
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// Codes that are left.
        left: u32,
    },
    /// Something was to be confirmed.
    ActionOpened {
        /// What.
        action: ActionKind,
    },
    /// It was confirmed.
    ActionAuthorised {
        /// What.
        action: ActionKind,
        /// With what.
        factors: Vec<Factor>,
    },
    /// It was cancelled.
    ActionCanceled {
        /// What.
        action: ActionKind,
        /// Why.
        reason: CancelReason,
    },
    /// It was carried out.
    ActionRedeemed {
        /// What.
        action: ActionKind,
    },
    /// It was refused before anything was asked.
    ActionRefused {
        /// What.
        action: ActionKind,
    },
    /// Ways for value to leave are held.
    HoldStarted {
        /// What it began with.
        cause: HoldCause,
        /// Until when, Unix milliseconds.
        until_ms: i64,
    },
    /// The account was frozen.
    AccountFrozen {
        /// By the link in a message.
        by_link: bool,
    },
    /// The account was opened again.
    AccountUnfrozen,
    /// The phone was replaced.
    PhoneChanged {
        /// Before.
        from: Address,
        /// Now.
        to: Address,
    },
    /// The anti-phishing phrase was set, changed or removed.
    PhraseChanged,
    /// The password was changed.
    PasswordChanged,
    /// Operators said what they want of a route.
    RouteWishSet {
        /// Its name.
        route: String,
        /// What they want.
        wish: RouteWish,
    },
    /// An operator sent a test message over a route.
    TestMessageSent {
        /// Its name.
        route: String,
        /// Where to.
        to: Address,
    },
    /// Two of staff removed the number.
    NumberRemoved {
        /// Which.
        number: Address,
    },
    /// Two of staff opened a locked factor.
    LockLifted {
        /// Which.
        factor: Factor,
    },
    /// One of staff signed the account out everywhere.
    SignedOutByStaff,
    /// For staff: something was proposed.
    ProposalMade,
    /// For staff: a proposal came to its end.
    ProposalEnded,
    /// For staff: an address was shown in full.
    AddressRevealed,
    /// For staff: one of them looked at the account.
    AccountSeen,
    /// For staff: one of them looked the number up.
    NumberLookedUp,
    /// For staff: one of them looked for whose an address is, or for what was sent to it.
    AddressLookedUp,
    /// A ticket was opened.
    TicketOpened,
    /// The same by somebody who had the password and did not sign in.
    TicketOpenedSignedOut,
    /// Its holder wrote again.
    TicketReplied,
    /// Support answered it.
    TicketAnswered,
    /// It is done.
    TicketSolved,
    /// It is over.
    TicketClosed,
    /// A wrong access code was tried.
    TicketCodeWrong,
    /// Something about a recovery case.
    Recovery(RecoveryEvent),
}

impl Event {
    /// Whether its holder is told: what staff look at and propose is in the audit.
    pub(crate) fn is_for_holder(&self) -> bool {
        !matches!(
            self,
            Event::ProposalMade
                | Event::ProposalEnded
                | Event::AddressRevealed
                | Event::AccountSeen
                | Event::NumberLookedUp
                | Event::AddressLookedUp
        )
    }

    pub(super) fn sentence<'w>(&self, words: &'w Words) -> Sentence<'w> {
        let sentence = words.say(self.key());
        match self {
            Event::CodeSent { to: address }
            | Event::NumberRefused { number: address }
            | Event::PhoneBound { number: address }
            | Event::NumberRemoved { number: address }
            | Event::PhoneSuspended { number: address } => sentence.set("address", address),
            Event::PasswordLocked { until_ms }
            | Event::CodesLocked { until_ms }
            | Event::SendingLocked { until_ms } => sentence.set("until", Moment::full(*until_ms)),
            Event::FactorAdded { factor, name }
            | Event::FactorRenamed { factor, name }
            | Event::FactorRemoved { factor, name } => sentence.set("factor", named(words, *factor, name)),
            Event::FactorWrong { factor }
            | Event::FactorDisabled { factor }
            | Event::LockLifted { factor } => sentence.set("factor", words.text(Method::of(*factor).key())),
            Event::FactorLocked { factor, until_ms } => sentence
                .set("factor", words.text(Method::of(*factor).key()))
                .set("until", Moment::full(*until_ms)),
            Event::RecoveryCodeUsed { left } => sentence.set("left", *left),
            Event::ActionOpened { action }
            | Event::ActionRedeemed { action }
            | Event::ActionRefused { action } => sentence.set("action", words.text(action_name(*action))),
            Event::ActionAuthorised { action, factors } => {
                let names = factors.iter().map(|factor| words.text(Method::of(*factor).key()));
                sentence
                    .set("action", words.text(action_name(*action)))
                    .set("factors", names.collect::<Vec<_>>().join(", "))
            }
            Event::ActionCanceled { action, reason } => sentence
                .set("action", words.text(action_name(*action)))
                .set("reason", words.text(cancel_name(*reason))),
            Event::HoldStarted { cause, until_ms } => {
                sentence.set("until", Moment::full(*until_ms)).set("cause", words.text(hold_cause(*cause)))
            }
            Event::RouteWishSet { route, .. } => sentence.set("route", route),
            Event::TestMessageSent { route, to } => sentence.set("route", route).set("address", to),
            Event::PhoneChanged { from, to } => sentence.set("from", from).set("to", to),
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
            Event::FactorAdded { .. } => "event-factor-added",
            Event::FactorRenamed { .. } => "event-factor-renamed",
            Event::FactorRemoved { .. } => "event-factor-removed",
            Event::FactorWrong { .. } => "event-factor-wrong",
            Event::FactorLocked { .. } => "event-factor-locked",
            Event::FactorDisabled { .. } => "event-factor-disabled",
            Event::RecoveryCodeUsed { .. } => "event-recovery-code-used",
            Event::ActionOpened { .. } => "event-action-opened",
            Event::ActionAuthorised { factors, .. } if factors.is_empty() => "event-action-authorised-alone",
            Event::ActionAuthorised { .. } => "event-action-authorised",
            Event::ActionCanceled { .. } => "event-action-canceled",
            Event::ActionRedeemed { .. } => "event-action-redeemed",
            Event::ActionRefused { .. } => "event-action-refused",
            Event::HoldStarted { .. } => "event-hold-started",
            Event::AccountFrozen { by_link: false } => "event-account-frozen",
            Event::AccountFrozen { by_link: true } => "event-account-frozen-by-link",
            Event::AccountUnfrozen => "event-account-unfrozen",
            Event::PhoneChanged { .. } => "event-phone-changed",
            Event::PhraseChanged => "event-phrase-changed",
            Event::PasswordChanged => "event-password-changed",
            Event::RouteWishSet { wish: RouteWish::Active, .. } => "event-route-active",
            Event::RouteWishSet { wish: RouteWish::Paused, .. } => "event-route-paused",
            Event::RouteWishSet { wish: RouteWish::Drained, .. } => "event-route-drained",
            Event::TestMessageSent { .. } => "event-test-message",
            Event::NumberRemoved { .. } => "event-number-removed",
            Event::LockLifted { .. } => "event-lock-lifted",
            Event::SignedOutByStaff => "event-signed-out-by-staff",
            Event::ProposalMade => "event-proposal-made",
            Event::ProposalEnded => "event-proposal-ended",
            Event::AddressRevealed => "event-address-revealed",
            Event::AccountSeen => "event-account-seen",
            Event::NumberLookedUp => "event-number-looked-up",
            Event::AddressLookedUp => "event-address-looked-up",
            Event::TicketOpened => "event-ticket-opened",
            Event::TicketOpenedSignedOut => "event-ticket-opened-signed-out",
            Event::TicketReplied => "event-ticket-replied",
            Event::TicketAnswered => "event-ticket-answered",
            Event::TicketSolved => "event-ticket-solved",
            Event::TicketClosed => "event-ticket-closed",
            Event::TicketCodeWrong => "event-ticket-code-wrong",
            Event::Recovery(what) => what.key(),
        }
    }
}

/// What became of a recovery case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RecoveryEvent {
    /// It was opened.
    Opened,
    /// What is still held was proved.
    Verified,
    /// Its holder says that nothing is left to prove.
    Unproved,
    /// Its access code was replaced.
    AccessReplaced,
    /// Its holder showed who they are; the account stays what it is.
    StatusKept,
    /// Documents were handed in.
    Submitted,
    /// Operators agreed.
    Approved,
    /// They want better pictures.
    Returned,
    /// They refused.
    Rejected,
    /// It was withdrawn.
    Canceled,
    /// Its time ran out.
    Expired,
    /// Its holder was let in.
    Used,
    /// It was carried out.
    Finished,
}

impl RecoveryEvent {
    /// Every one of them.
    #[cfg(test)]
    pub(crate) const ALL: [RecoveryEvent; 13] = [
        RecoveryEvent::Opened,
        RecoveryEvent::Verified,
        RecoveryEvent::Unproved,
        RecoveryEvent::AccessReplaced,
        RecoveryEvent::StatusKept,
        RecoveryEvent::Submitted,
        RecoveryEvent::Approved,
        RecoveryEvent::Returned,
        RecoveryEvent::Rejected,
        RecoveryEvent::Canceled,
        RecoveryEvent::Expired,
        RecoveryEvent::Used,
        RecoveryEvent::Finished,
    ];

    const fn key(self) -> &'static str {
        match self {
            RecoveryEvent::Opened => "event-recovery-opened",
            RecoveryEvent::Verified => "event-recovery-verified",
            RecoveryEvent::Unproved => "event-recovery-unproved",
            RecoveryEvent::AccessReplaced => "event-recovery-access-replaced",
            RecoveryEvent::StatusKept => "event-recovery-status-kept",
            RecoveryEvent::Submitted => "event-recovery-submitted",
            RecoveryEvent::Approved => "event-recovery-approved",
            RecoveryEvent::Returned => "event-recovery-returned",
            RecoveryEvent::Rejected => "event-recovery-rejected",
            RecoveryEvent::Canceled => "event-recovery-canceled",
            RecoveryEvent::Expired => "event-recovery-expired",
            RecoveryEvent::Used => "event-recovery-used",
            RecoveryEvent::Finished => "event-recovery-finished",
        }
    }
}

/// A factor by the name its owner gave it.
fn named(words: &Words, factor: Factor, name: &str) -> String {
    let factor = words.text(Method::of(factor).key());
    if name.is_empty() {
        return factor.into_owned();
    }
    words.say("factor-named").set("factor", factor).set("name", name).plain()
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
    pub(super) fn at(&self) -> Moment {
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
