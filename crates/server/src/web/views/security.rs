//! The overview of an account's security and the switch for SMS authentication.
//!
//! Decides how states are worded; the level and the next step are handed in.

use askama::Template;

use super::OwnCase;
use super::factors::{FactorState, is_low};
use super::phone::BoundPhone;
use super::{Layout, Page, Problem, minutes};
use crate::web::words::{Address, Moment, Sentence, Words};

/// How well the account is protected, in words (product.md D). Never above fair with SMS alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Level {
    /// Password only.
    Basic,
    /// A second factor by SMS.
    Fair,
    /// An authenticator app, and the trading password or another strong factor beside it.
    Strong,
    /// A passkey, and a way back in if it is lost.
    Strongest,
}

/// The words for how well an account is protected.
pub(super) fn level_key(level: countersign_flows::core::level::Level) -> &'static str {
    use countersign_flows::core::level::Level as Core;
    match level {
        Core::Basic => Level::Basic.key(),
        Core::Fair => Level::Fair.key(),
        Core::Strong => Level::Strong.key(),
        Core::Strongest => Level::Strongest.key(),
    }
}

impl Level {
    fn key(self) -> &'static str {
        match self {
            Level::Basic => "level-basic",
            Level::Fair => "level-fair",
            Level::Strong => "level-strong",
            Level::Strongest => "level-strongest",
        }
    }
}

/// The one thing to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NextStep {
    /// Bind a phone.
    BindPhone,
    /// Switch SMS authentication on.
    SwitchSmsOn,
    /// Bind a phone again: the old one was suspended.
    BindPhoneAgain,
    /// Set up an authenticator app.
    AddTotp,
    /// Set a trading password.
    SetTradingPassword,
    /// Add a passkey.
    AddPasskey,
    /// Make recovery codes, or a new set.
    MakeRecoveryCodes,
}

impl NextStep {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            NextStep::BindPhone => ("/security/phone", "next-bind-phone"),
            NextStep::SwitchSmsOn => ("/security/sms", "next-sms-on"),
            NextStep::BindPhoneAgain => ("/security/phone", "next-bind-phone-again"),
            NextStep::AddTotp => ("/security/totp", "next-totp"),
            NextStep::SetTradingPassword => ("/security/trading-password", "next-trading-password"),
            NextStep::AddPasskey => ("/security/passkeys", "next-passkey"),
            NextStep::MakeRecoveryCodes => ("/security/recovery-codes", "next-recovery-codes"),
        }
    }
}

/// SMS authentication of an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SmsState {
    /// Asked for at sign-in.
    On,
    /// Off, and can be switched on.
    Off,
    /// There is no phone to text.
    NoPhone,
    /// The number seems to belong to somebody else now (product.md B.6).
    Suspended,
    /// Disabled after too many failures until the phone is bound again (R17).
    Disabled,
}

impl SmsState {
    fn key(self) -> &'static str {
        match self {
            SmsState::On => "sms-state-on",
            SmsState::Off => "sms-state-off",
            SmsState::NoPhone => "sms-state-no-phone",
            SmsState::Suspended => "sms-state-suspended",
            SmsState::Disabled => "sms-state-disabled",
        }
    }
}

/// What an account has besides its addresses and its password.
pub(crate) struct Factors {
    /// The authenticator app.
    pub(crate) totp: FactorState,
    /// The trading password.
    pub(crate) trading_password: FactorState,
    /// Passkeys that can be used.
    pub(crate) passkeys: u32,
    /// Recovery codes that are left. None: there is no set.
    pub(crate) recovery_codes_left: Option<u32>,
    /// Whether there is an anti-phishing phrase.
    pub(crate) phrase: bool,
}

/// `GET /security`. The password's row posts to `/security/password/change`.
#[derive(Template)]
#[template(path = "security.html")]
pub(crate) struct Security {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The level.
    pub(crate) level: Level,
    /// What to do next, if anything.
    pub(crate) next: Option<NextStep>,
    /// The bound phone.
    pub(crate) phone: Option<BoundPhone>,
    /// SMS authentication.
    pub(crate) sms: SmsState,
    /// What else there is.
    pub(crate) factors: Factors,
    /// The proved email address.
    pub(crate) email: Option<Address>,
    /// When the password was last changed, Unix milliseconds.
    pub(crate) password_since_ms: i64,
    /// Open sessions, this one included.
    pub(crate) sessions: u32,
    /// The newest entry of the activity, Unix milliseconds.
    pub(crate) last_activity_ms: Option<i64>,
    /// Tickets with an answer that was not read.
    pub(crate) tickets_unread: u32,
    /// Recovery cases that are open.
    pub(crate) cases: Vec<OwnCase>,
}

impl Page for Security {}

impl Security {
    fn password_since(&self) -> Moment {
        Moment::day(self.password_since_ms)
    }

    fn is_low(&self, codes_left: &u32) -> bool {
        is_low(*codes_left)
    }

    fn full(&self, at_ms: &i64) -> Moment {
        Moment::full(*at_ms)
    }
}

/// A country with delivery trouble at the moment, from measured delivery (product.md C).
pub(crate) struct RegionState {
    /// Its name.
    pub(crate) region: String,
    /// Usual delay, seconds. None: messages are not getting through.
    pub(crate) delay_s: Option<u32>,
}

impl RegionState {
    /// One calm line.
    pub(super) fn sentence<'w>(&self, words: &'w Words) -> Sentence<'w> {
        match self.delay_s {
            Some(delay_s) => {
                words.say("slow-region").set("region", &self.region).set("minutes", minutes(delay_s))
            }
            None => words.say("blocked-region").set("region", &self.region),
        }
    }
}

/// `GET /security/sms`; posts `state` (`on` or `off`) and `password` to itself.
#[derive(Template)]
#[template(path = "sms.html")]
pub(crate) struct Sms {
    /// Shared by all pages. `Notice::SmsOn` or `Notice::SmsOff` after a switch.
    pub(crate) layout: Layout,
    /// How it stands.
    pub(crate) state: SmsState,
    /// The number it uses.
    pub(crate) number: Option<Address>,
    /// Why it cannot be switched at all (`SmsOnlyFactor`, `IdentityNeeded`); the form is left out.
    pub(crate) refusal: Option<Problem>,
    /// What is wrong with the password.
    pub(crate) password_problem: Option<Problem>,
    /// Countries that are slow or blocked.
    pub(crate) regions: Vec<RegionState>,
}

impl Sms {
    /// Whether showing who the holder is would help.
    fn needs_identity(&self) -> bool {
        self.refusal == Some(Problem::IdentityNeeded)
    }
}

impl Page for Sms {
    fn has_problem(&self) -> bool {
        self.password_problem.is_some()
    }
}
