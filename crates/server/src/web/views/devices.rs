//! Where the account is signed in, and which browsers it knows.
//!
//! Decides how rows are worded; the handler puts this device first.

use askama::Template;

use super::{Layout, Page, Problem};
use crate::web::words::Moment;

/// How a session was opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SignedInWith {
    /// Password from a known device.
    Password,
    /// Password and SMS code.
    PasswordAndSms,
    /// Password and email code.
    PasswordAndEmail,
    /// Password and a code of an authenticator app.
    PasswordAndTotp,
    /// Password and passkey.
    PasswordAndPasskey,
    /// Password and recovery code.
    PasswordAndRecoveryCode,
}

impl SignedInWith {
    fn key(self) -> &'static str {
        match self {
            SignedInWith::Password => "signed-in-with-password",
            SignedInWith::PasswordAndSms => "signed-in-with-password-sms",
            SignedInWith::PasswordAndEmail => "signed-in-with-password-email",
            SignedInWith::PasswordAndTotp => "signed-in-with-password-totp",
            SignedInWith::PasswordAndPasskey => "signed-in-with-password-passkey",
            SignedInWith::PasswordAndRecoveryCode => "signed-in-with-password-recovery-code",
        }
    }
}

/// One open session.
pub(crate) struct SessionRow {
    /// Posted as `session`.
    pub(crate) id: String,
    /// Whether it is the one that shows this page.
    pub(crate) this: bool,
    /// `Firefox on Windows`, as read from the browser's own claim.
    pub(crate) browser: String,
    /// Rough place, if known; the page labels it approximate.
    pub(crate) place: Option<String>,
    /// When it was opened, Unix milliseconds.
    pub(crate) signed_in_ms: i64,
    /// When it was last used, Unix milliseconds.
    pub(crate) seen_ms: i64,
    /// How it was opened.
    pub(crate) with: SignedInWith,
}

impl SessionRow {
    fn signed_in(&self) -> Moment {
        Moment::full(self.signed_in_ms)
    }

    fn seen(&self) -> Moment {
        Moment::full(self.seen_ms)
    }
}

/// One browser that is known: it is not asked for a second factor until it is forgotten or its time is over.
pub(crate) struct DeviceRow {
    /// Posted as `device`.
    pub(crate) id: String,
    /// Whether it is this browser.
    pub(crate) this: bool,
    /// `Firefox on Windows`.
    pub(crate) browser: String,
    /// When it was last used, Unix milliseconds.
    pub(crate) seen_ms: i64,
    /// Until when it is known, Unix milliseconds.
    pub(crate) known_until_ms: i64,
}

impl DeviceRow {
    fn seen(&self) -> Moment {
        Moment::full(self.seen_ms)
    }

    fn known_until(&self) -> Moment {
        Moment::day(self.known_until_ms)
    }
}

/// `GET /security/devices`; posts to `/security/devices/end`, `/end-others` and `/forget`.
#[derive(Template)]
#[template(path = "devices.html")]
pub(crate) struct Devices {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Open sessions, this one first.
    pub(crate) sessions: Vec<SessionRow>,
    /// Known browsers, this one first.
    pub(crate) devices: Vec<DeviceRow>,
    /// Why the last act did nothing.
    pub(crate) problem: Option<Problem>,
}

impl Page for Devices {
    fn has_problem(&self) -> bool {
        self.problem.is_some()
    }
}
