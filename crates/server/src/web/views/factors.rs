//! The pages on which factors are set up, looked at, renamed and removed.
//!
//! Decides how each is told: what it is for, the consequence before the act, the one next step. Refuses to know keys,
//! passwords and rules; a picture of a key and options for a passkey come finished.

use askama::Template;

use super::confirm::in_groups;
use super::{Field, Layout, Page, Problem, fields_in_trouble};
use crate::web::words::Moment;

/// How a factor that an account has once, or not, stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FactorState {
    /// Not set up.
    Off,
    /// Set up.
    On,
    /// Set up, and disabled after too many failures until it is set up again (R17).
    Disabled,
}

impl FactorState {
    pub(super) fn key(self) -> &'static str {
        match self {
            FactorState::Off => "factor-off",
            FactorState::On => "factor-on",
            FactorState::Disabled => "factor-disabled",
        }
    }
}

/// The authenticator app of an account. Posts `name` to `/security/factors/{id}/rename`.
pub(crate) struct TotpCard {
    /// Its identifier.
    pub(crate) id: String,
    /// What its owner calls it.
    pub(crate) name: String,
    /// When it was set up, Unix milliseconds.
    pub(crate) added_ms: i64,
    /// When it was last used, Unix milliseconds.
    pub(crate) used_ms: Option<i64>,
    /// Whether it was disabled after too many failures.
    pub(crate) disabled: bool,
}

impl TotpCard {
    fn added(&self) -> Moment {
        Moment::day(self.added_ms)
    }

    fn used(&self) -> Option<Moment> {
        self.used_ms.map(Moment::full)
    }
}

/// `GET /security/totp`; posts to `/security/totp/add` and `/security/totp/remove`.
#[derive(Template)]
#[template(path = "totp.html")]
pub(crate) struct Totp {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The app, if one is set up.
    pub(crate) app: Option<TotpCard>,
    /// For how many hours withdrawals are held after it is removed.
    pub(crate) hold_hours: u32,
    /// Why the last act did nothing.
    pub(crate) problem: Option<Problem>,
}

impl Page for Totp {
    fn has_problem(&self) -> bool {
        self.problem.is_some()
    }
}

/// `GET /security/totp/new`; posts `totp` to itself.
#[derive(Template)]
#[template(path = "totp_new.html")]
pub(crate) struct TotpNew {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The picture to scan: SVG made by this program, put into the page as it is. A prologue before `<svg` is left out.
    pub(crate) qr_svg: String,
    /// The key in base32, with or without spaces.
    pub(crate) key: String,
    /// The same as an address that opens an app on this device: `otpauth://totp/…`.
    pub(crate) uri: String,
    /// The first code, as typed.
    pub(crate) code: Field,
}

impl Page for TotpNew {
    fn has_problem(&self) -> bool {
        self.code.problem.is_some()
    }
}

impl TotpNew {
    fn picture(&self) -> &str {
        self.qr_svg.find("<svg").map_or("", |start| &self.qr_svg[start..])
    }

    fn groups(&self) -> Vec<String> {
        in_groups(&self.key)
    }

    /// Nothing but an authenticator's own scheme becomes a link.
    fn link(&self) -> Option<&str> {
        self.uri.starts_with("otpauth://").then_some(self.uri.as_str())
    }
}

/// `GET /security/trading-password`; posts to `/security/trading-password/set` and `/security/trading-password/remove`.
#[derive(Template)]
#[template(path = "trading_password.html")]
pub(crate) struct TradingPassword {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// How it stands.
    pub(crate) state: FactorState,
    /// When it was set, Unix milliseconds.
    pub(crate) set_ms: Option<i64>,
    /// For how many hours withdrawals are held after a change.
    pub(crate) hold_hours: u32,
    /// Why the last act did nothing.
    pub(crate) problem: Option<Problem>,
}

impl Page for TradingPassword {
    fn has_problem(&self) -> bool {
        self.problem.is_some()
    }
}

impl TradingPassword {
    fn since(&self) -> Option<Moment> {
        self.set_ms.map(Moment::day)
    }
}

/// `GET /security/trading-password/new`; posts `new` and `again` to itself. Neither is ever shown again.
#[derive(Template)]
#[template(path = "trading_password_new.html")]
pub(crate) struct TradingPasswordNew {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Whether it takes the place of one.
    pub(crate) replaces: bool,
    /// What is wrong with the first.
    pub(crate) new_problem: Option<Problem>,
    /// What is wrong with the second.
    pub(crate) again_problem: Option<Problem>,
}

impl Page for TradingPasswordNew {
    fn has_problem(&self) -> bool {
        !self.summary().is_empty()
    }
}

impl TradingPasswordNew {
    fn summary(&self) -> Vec<(&'static str, &Problem)> {
        fields_in_trouble([("new", &self.new_problem), ("again", &self.again_problem)])
    }
}

/// One passkey. Posts `name` to `/security/factors/{id}/rename`, and `passkey` = its id to `/security/passkeys/remove`.
pub(crate) struct PasskeyCard {
    /// Its identifier.
    pub(crate) id: String,
    /// What its owner calls it.
    pub(crate) name: String,
    /// The product that keeps it, if known.
    pub(crate) product: Option<String>,
    /// Whether it is synchronised to other devices.
    pub(crate) synced: bool,
    /// When it was made, Unix milliseconds.
    pub(crate) added_ms: i64,
    /// When it was last used, Unix milliseconds.
    pub(crate) used_ms: Option<i64>,
}

impl PasskeyCard {
    fn added(&self) -> Moment {
        Moment::day(self.added_ms)
    }

    fn used(&self) -> Option<Moment> {
        self.used_ms.map(Moment::full)
    }
}

/// What password managers are told after a removal or another name (WebAuthn Level 3, signal methods).
pub(crate) struct PasskeySignal {
    /// The relying party's id: the host.
    pub(crate) rp_id: String,
    /// The user handle, base64url.
    pub(crate) user_id: String,
    /// The account's name, as given when passkeys are made.
    pub(crate) user_name: String,
    /// Every credential that is still accepted, base64url.
    pub(crate) credential_ids: Vec<String>,
}

/// `GET /security/passkeys`; posts to `/security/passkeys/add` and `/security/passkeys/remove`.
#[derive(Template)]
#[template(path = "passkeys.html")]
pub(crate) struct Passkeys {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The passkeys, newest first.
    pub(crate) cards: Vec<PasskeyCard>,
    /// Set after a removal or another name; may be set always.
    pub(crate) signal: Option<PasskeySignal>,
    /// For how many hours withdrawals are held after one is removed.
    pub(crate) hold_hours: u32,
    /// Why the last act did nothing.
    pub(crate) problem: Option<Problem>,
}

impl Page for Passkeys {
    fn has_problem(&self) -> bool {
        self.problem.is_some()
    }
}

/// `GET /security/passkeys/new`; posts `name` and `credential` (JSON) to itself.
#[derive(Template)]
#[template(path = "passkey_new.html")]
pub(crate) struct PasskeyNew {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// What WebAuthn is asked, as JSON: `{"publicKey":{…}}`.
    pub(crate) options_json: String,
    /// The name, as typed or proposed.
    pub(crate) name: Field,
    /// Why the last answer did not do.
    pub(crate) problem: Option<Problem>,
}

impl Page for PasskeyNew {
    fn has_problem(&self) -> bool {
        self.problem.is_some() || self.name.problem.is_some()
    }
}

/// `GET /security/recovery-codes`; posts to `/security/recovery-codes/make` and `/security/recovery-codes/remove`.
#[derive(Template)]
#[template(path = "recovery_codes.html")]
pub(crate) struct RecoveryCodes {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Codes that are left. None: there is no set.
    pub(crate) left: Option<u32>,
    /// Codes of a full set.
    pub(crate) of: u32,
    /// When the set was made, Unix milliseconds.
    pub(crate) made_ms: Option<i64>,
    /// For how many hours withdrawals are held after a change.
    pub(crate) hold_hours: u32,
    /// Why the last act did nothing.
    pub(crate) problem: Option<Problem>,
}

impl Page for RecoveryCodes {
    fn has_problem(&self) -> bool {
        self.problem.is_some()
    }
}

impl RecoveryCodes {
    fn is_low(&self, left: &u32) -> bool {
        is_low(*left)
    }

    fn made(&self) -> Option<Moment> {
        self.made_ms.map(Moment::day)
    }
}

/// Whether so few recovery codes are left that it is time for a new set.
pub(super) fn is_low(codes_left: u32) -> bool {
    codes_left <= 3
}

/// `GET /security/recovery-codes/new`: what comes and what to do with it; posts to itself.
#[derive(Template)]
#[template(path = "recovery_codes_new.html")]
pub(crate) struct RecoveryCodesNew {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Codes of a full set.
    pub(crate) of: u32,
    /// Whether they take the place of a set.
    pub(crate) replaces: bool,
}

impl Page for RecoveryCodesNew {}

/// The answer to `POST /security/recovery-codes/new`: the only page that ever shows the codes.
#[derive(Template)]
#[template(path = "recovery_codes_shown.html")]
pub(crate) struct RecoveryCodesShown {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The codes, as people type them.
    pub(crate) codes: Vec<String>,
}

impl Page for RecoveryCodesShown {}

/// `GET /security/password/new`; posts `password` to itself. Who asks was proved just before.
#[derive(Template)]
#[template(path = "password_new.html")]
pub(crate) struct PasswordNew {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Fewest characters, for the hint.
    pub(crate) password_characters_min: u32,
    /// For how many hours withdrawals are held after the change.
    pub(crate) hold_hours: u32,
    /// What is wrong with the password, which is never shown again.
    pub(crate) password_problem: Option<Problem>,
}

impl Page for PasswordNew {
    fn has_problem(&self) -> bool {
        self.password_problem.is_some()
    }
}
