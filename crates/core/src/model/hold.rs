//! Holds and rates: rows that stop value from leaving, and rows that say how much is leaving. Plain data.

use crate::id::{AccountId, HoldId, ServiceId};
use crate::time::Timestamp;

named! {
    /// What a hold began with (section F).
    HoldCause {
        /// The number was replaced.
        PhoneChanged = "phone_changed",
        /// A number was bound where there was none.
        PhoneAdded = "phone_added",
        /// Any other factor was added.
        FactorAdded = "factor_added",
        /// SMS authentication was switched off.
        SmsSwitchedOff = "sms_switched_off",
        /// The email address was changed.
        EmailChanged = "email_changed",
        /// The password was changed or set anew.
        PasswordChanged = "password_changed",
        /// The trading password was set, changed or removed.
        TradingPasswordChanged = "trading_password_changed",
        /// An authenticator app was added or removed.
        TotpChanged = "totp_changed",
        /// A passkey was added or removed.
        PasskeyChanged = "passkey_changed",
        /// Recovery codes were made or removed.
        RecoveryCodesChanged = "recovery_codes_changed",
        /// A frozen account was opened again.
        Unfrozen = "unfrozen",
        /// The account was recovered.
        Recovered = "recovered",
    }
}

/// A time before which value does not leave an account. Never shortened: a row is written once and read until its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its identifier.
    pub id: HoldId,
    /// The service.
    pub service_id: ServiceId,
    /// Whose.
    pub account_id: AccountId,
    /// What it began with.
    pub cause: HoldCause,
    /// When the change took effect.
    pub starts_at: Timestamp,
    /// Exits are refused before this.
    pub ends_at: Timestamp,
}
