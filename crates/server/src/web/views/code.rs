//! The page where a code is entered: one for sign-up, sign-in, proving an email address and binding a phone.
//!
//! Decides what stands on it in each state (waiting, wrong, run out, locked). Refuses to know the code, and
//! whether one is right. Times are drawn from the server's clock, so reload and Back change nothing.

use askama::Template;
use countersign_flows::core::model::{Channel, Factor};

use super::{Layout, Page, Problem, RegionState};
use crate::web::words::{Address, Moment, Sentence, Words};

/// What the code is for: decides headings, addresses of the forms and the ways out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CodePurpose {
    /// `/signup/code`
    SignUp,
    /// `/signin/code`
    SignIn,
    /// `/security/phone/prove/code`, step 1 of 3
    ProveEmail,
    /// `/security/phone/code`, step 3 of 3
    Activate,
    /// `/signin/forgotten/code`
    Forgotten,
}

impl CodePurpose {
    /// Where `code` is posted.
    pub(crate) fn action(self) -> &'static str {
        match self {
            CodePurpose::SignUp => "/signup/code",
            CodePurpose::SignIn => "/signin/code",
            CodePurpose::ProveEmail => "/security/phone/prove/code",
            CodePurpose::Activate => "/security/phone/code",
            CodePurpose::Forgotten => "/signin/forgotten/code",
        }
    }

    /// Where a new code is asked for.
    fn resend(self) -> &'static str {
        match self {
            CodePurpose::SignUp => "/signup/resend",
            CodePurpose::SignIn => "/signin/resend",
            CodePurpose::ProveEmail => "/security/phone/prove/resend",
            CodePurpose::Activate => "/security/phone/resend",
            CodePurpose::Forgotten => "/signin/forgotten/resend",
        }
    }

    /// Where a code to text to us is shown, for what a text of the holder's own may prove.
    pub(crate) fn own_text(self) -> Option<&'static str> {
        match self {
            CodePurpose::SignUp => Some("/signup/text"),
            CodePurpose::Activate => Some("/security/phone/text"),
            CodePurpose::SignIn | CodePurpose::ProveEmail | CodePurpose::Forgotten => None,
        }
    }

    /// One step back, with its words.
    fn back(self) -> (&'static str, &'static str) {
        match self {
            CodePurpose::SignUp => ("/signup", "code-change-identifier"),
            CodePurpose::SignIn => ("/signin", "code-back-sign-in"),
            CodePurpose::Forgotten => ("/signin/forgotten", "code-change-identifier"),
            CodePurpose::ProveEmail => ("/security/phone/prove", "back"),
            CodePurpose::Activate => ("/security/phone/number", "code-change-number"),
        }
    }

    pub(super) fn step(self) -> Option<u32> {
        match self {
            CodePurpose::SignUp | CodePurpose::SignIn | CodePurpose::Forgotten => None,
            CodePurpose::ProveEmail => Some(1),
            CodePurpose::Activate => Some(3),
        }
    }

    fn heading_key(self) -> &'static str {
        match self {
            CodePurpose::SignUp => "code-heading-sign-up",
            CodePurpose::SignIn => "code-heading-sign-in",
            CodePurpose::ProveEmail => "code-heading-prove",
            CodePurpose::Forgotten => "code-heading-forgotten",
            CodePurpose::Activate => "code-heading-activate",
        }
    }

    fn submit_key(self) -> &'static str {
        match self {
            CodePurpose::SignIn => "sign-in",
            CodePurpose::Activate => "activate",
            CodePurpose::SignUp | CodePurpose::ProveEmail | CodePurpose::Forgotten => "continue",
        }
    }
}

/// A way to prove that it is you: a factor, or a channel of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Method {
    /// A code by text message.
    Sms,
    /// The same code, spoken in a call.
    Voice,
    /// The same code, as a message of WhatsApp.
    Whatsapp,
    /// A code by email.
    Email,
    /// A code of an authenticator app.
    Totp,
    /// The trading password.
    TradingPassword,
    /// A passkey.
    Passkey,
    /// A code kept on paper.
    RecoveryCode,
    /// The account's password.
    Password,
}

impl Method {
    pub(super) const ALL: [Method; 9] = [
        Method::Sms,
        Method::Voice,
        Method::Whatsapp,
        Method::Email,
        Method::Totp,
        Method::TradingPassword,
        Method::Passkey,
        Method::RecoveryCode,
        Method::Password,
    ];

    /// How a factor is shown.
    pub(crate) fn of(factor: Factor) -> Method {
        match factor {
            Factor::Password => Method::Password,
            Factor::Sms => Method::Sms,
            Factor::Email => Method::Email,
            Factor::Totp => Method::Totp,
            Factor::TradingPassword => Method::TradingPassword,
            Factor::Passkey => Method::Passkey,
            Factor::RecoveryCode => Method::RecoveryCode,
        }
    }

    /// The method of this name, as posted in `method`.
    pub(crate) fn named(name: &str) -> Option<Method> {
        Method::ALL.into_iter().find(|method| method.name() == name)
    }

    /// As in the field `method`: the factor's name in the glossary.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Method::Sms => "sms",
            Method::Voice => "voice",
            Method::Whatsapp => "whatsapp",
            Method::Email => "email",
            Method::Totp => "totp",
            Method::TradingPassword => "trading_password",
            Method::Passkey => "passkey",
            Method::RecoveryCode => "recovery_code",
            Method::Password => "password",
        }
    }

    /// What it is called.
    pub(super) fn key(self) -> &'static str {
        match self {
            Method::Sms => "factor-sms",
            Method::Voice => "factor-voice",
            Method::Whatsapp => "factor-whatsapp",
            Method::Email => "factor-email",
            Method::Totp => "factor-totp",
            Method::TradingPassword => "factor-trading-password",
            Method::Passkey => "factor-passkey",
            Method::RecoveryCode => "factor-recovery-code",
            Method::Password => "factor-password",
        }
    }

    pub(super) fn is_sms(self) -> bool {
        self == Method::Sms
    }
}

/// One method on offer, with the address it goes to.
pub(crate) struct OtherWay {
    /// Posted as `method`.
    pub(crate) method: Method,
    /// Where the code goes, for a method that sends one. Masked before the second factor is proved.
    pub(crate) address: Option<Address>,
}

impl OtherWay {
    /// With the address where there is one and the method sends to it; else by name.
    pub(super) fn offer<'w>(&self, words: &'w Words) -> Sentence<'w> {
        match (self.method, &self.address) {
            (Method::Sms, Some(address)) => words.say("method-sms").set("address", address),
            (Method::Voice, Some(address)) => words.say("method-voice").set("address", address),
            (Method::Whatsapp, Some(address)) => words.say("method-whatsapp").set("address", address),
            (Method::Email, Some(address)) => words.say("method-email").set("address", address),
            (method, _) => words.say(method.key()),
        }
    }
}

/// When a new code may be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Resend {
    /// From this moment on, Unix milliseconds; in the past: now.
    From {
        /// The server's `resend_at`.
        at_ms: i64,
    },
    /// Too many were sent without success.
    Locked {
        /// When sending is possible again, Unix milliseconds.
        until_ms: i64,
    },
    /// This verification has no sends left; a new start is needed.
    Spent,
}

/// The words of the button that sends a new code over another channel; posts the channel's name as `channel`.
pub(super) fn channel_key(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "text-instead",
        Channel::Voice => "call-instead",
        Channel::Whatsapp => "whatsapp-instead",
        Channel::Email => "mail-instead",
    }
}

/// What is worth saying of the newest message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Newest {
    /// It has been waiting to leave for longer than usual.
    Waiting,
    /// The carrier says that the handset has it.
    Delivered,
    /// It will not arrive.
    Failed,
}

/// Whether a text of the holder's own would do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OwnTextWay {
    /// Not here.
    None,
    /// It would.
    Offered,
    /// A code for it was shown already.
    Begun,
}

/// The code page. Posts `code`.
#[derive(Template)]
#[template(path = "code.html")]
pub(crate) struct CodePage {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// What the code is for.
    pub(crate) purpose: CodePurpose,
    /// How the code was sent.
    pub(crate) method: Method,
    /// Where it was sent: whole when an address is being proved, masked at sign-in.
    pub(crate) sent_to: Address,
    /// Digits of the code.
    pub(crate) digits: u32,
    /// Until when it works, Unix milliseconds. In the past: the page says that it has run out.
    pub(crate) ends_at_ms: i64,
    /// When a new one can be asked for.
    pub(crate) resend: Resend,
    /// New codes asked for so far; from the second on the other ways are shown without being asked for.
    pub(crate) resends: u32,
    /// What was typed, shown again after a problem.
    pub(crate) typed: String,
    /// What is wrong with the code.
    pub(crate) problem: Option<Problem>,
    /// Tries left, from the third miss on.
    pub(crate) attempts_left: Option<u32>,
    /// The other methods: posted as `method` to `/signin/method`, at sign-in only.
    pub(crate) other_ways: Vec<OtherWay>,
    /// Other channels to the same address: each posts its name as `channel` where a new code is asked for.
    pub(crate) channels: Vec<Channel>,
    /// Set when messages to the country are slow, or do not get through.
    pub(crate) trouble: Option<RegionState>,
    /// What is worth saying of the newest message.
    pub(crate) newest: Option<Newest>,
    /// Whether a text of the holder's own would do instead.
    pub(crate) own_text: OwnTextWay,
    /// Set after too many wrong codes, Unix milliseconds: no code is taken before it.
    pub(crate) locked_until_ms: Option<i64>,
}

impl Page for CodePage {
    fn has_problem(&self) -> bool {
        self.problem.is_some() || self.locked_until_ms.is_some()
    }
}

impl CodePage {
    fn ends_at(&self) -> Moment {
        Moment::near(self.ends_at_ms, self.layout.now_ms)
    }

    fn has_ended(&self) -> bool {
        self.ends_at_ms <= self.layout.now_ms
    }

    fn near(&self, at_ms: &i64) -> Moment {
        Moment::near(*at_ms, self.layout.now_ms)
    }

    fn exact(&self, at_ms: &i64) -> Moment {
        Moment::exact(*at_ms)
    }

    fn is_early(&self, at_ms: &i64) -> bool {
        *at_ms > self.layout.now_ms
    }

    /// After the second resend the other ways stand open on the same page (interface.md, acceptance 6); earlier where
    /// it is known that the message is late or lost.
    fn is_struggling(&self) -> bool {
        let is_lost = self.newest == Some(Newest::Failed);
        self.resends >= 2 || self.has_ended() || self.trouble.is_some() || is_lost
    }

    fn channel_key(&self, channel: &Channel) -> &'static str {
        channel_key(*channel)
    }

    /// Where a code to text to us is shown, once that is worth offering.
    fn offers_own_text(&self) -> Option<&'static str> {
        let is_worth_it = match self.own_text {
            OwnTextWay::None => false,
            OwnTextWay::Offered => self.is_struggling(),
            OwnTextWay::Begun => true,
        };
        self.purpose.own_text().filter(|_| is_worth_it)
    }

    fn has_begun_own_text(&self) -> bool {
        self.own_text == OwnTextWay::Begun
    }

    fn can_resend(&self) -> bool {
        self.locked_until_ms.is_none() && matches!(self.resend, Resend::From { .. })
    }

    fn locked_key(&self) -> &'static str {
        if self.at_sign_in() { "problem-codes-locked" } else { "code-locked" }
    }

    fn at_sign_in(&self) -> bool {
        self.purpose == CodePurpose::SignIn
    }

    fn by_sms(&self) -> bool {
        self.method.is_sms()
    }
}
