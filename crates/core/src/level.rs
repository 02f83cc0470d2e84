//! How well an account is protected, in words, with one next step (section D). Never a percentage; SMS alone is never
//! above fair.

use crate::model::{Account, Authenticator, Binding, Factor, named};

named! {
    /// The four levels.
    Level {
        /// A password, and codes by email at most.
        Basic = "basic",
        /// A second factor, but one that can be carried off with a number, or no trading password.
        Fair = "fair",
        /// An authenticator app or a passkey, and a trading password.
        Strong = "strong",
        /// A passkey, a second one to fall back on, a trading password, and recovery codes.
        Strongest = "strongest",
    }
}

named! {
    /// The one thing to do next.
    NextStep {
        /// Bind a phone.
        BindPhone = "bind_phone",
        /// Bind it again: its number seems to have changed hands, or too many wrong codes were entered.
        BindPhoneAgain = "bind_phone_again",
        /// Switch SMS authentication on.
        SwitchSmsOn = "switch_sms_on",
        /// Add an authenticator app.
        AddTotp = "add_totp",
        /// Set a trading password.
        SetTradingPassword = "set_trading_password",
        /// Add a passkey.
        AddPasskey = "add_passkey",
        /// Make recovery codes.
        MakeRecoveryCodes = "make_recovery_codes",
    }
}

/// The level of an account, and what to do next, if anything. `is_sms_disabled`: its budget of wrong codes is spent.
pub fn of(
    account: &Account,
    binding: Option<&Binding>,
    authenticators: &[Authenticator],
    is_sms_disabled: bool,
) -> (Level, Option<NextStep>) {
    let has = |factor: Factor| authenticators.iter().any(|a| a.is_live() && a.factor == factor);
    let (totp, passkey) = (has(Factor::Totp), has(Factor::Passkey));
    let broken = binding.is_some_and(|binding| binding.suspended_at.is_some()) || is_sms_disabled;
    let sms = account.sms_enabled_at.is_some() && binding.is_some() && !broken;
    let trading = has(Factor::TradingPassword);
    let paper = has(Factor::RecoveryCode);
    let level = match (totp || passkey, sms, trading) {
        (false, false, _) => Level::Basic,
        (true, _, true) if passkey && (totp || sms) && paper => Level::Strongest,
        (true, _, true) => Level::Strong,
        _ => Level::Fair,
    };
    let next = if broken {
        Some(NextStep::BindPhoneAgain)
    } else if binding.is_none() && !totp && !passkey {
        Some(NextStep::BindPhone)
    } else if !sms && binding.is_some() && !totp && !passkey {
        Some(NextStep::SwitchSmsOn)
    } else if !totp && !passkey {
        Some(NextStep::AddTotp)
    } else if !trading {
        Some(NextStep::SetTradingPassword)
    } else if !passkey {
        Some(NextStep::AddPasskey)
    } else if !paper {
        Some(NextStep::MakeRecoveryCodes)
    } else if !totp && !sms {
        Some(NextStep::AddTotp)
    } else {
        None
    };
    (level, next)
}

#[cfg(test)]
#[path = "level_tests.rs"]
mod tests;
