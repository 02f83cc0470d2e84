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
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::id::{AccountId, AuthenticatorId, BindingId, ServiceId};
    use crate::model::{AccountStatus, AuthenticatorSecret, Redacted};
    use crate::numbers::PhoneNumber;
    use crate::time::Timestamp;

    const THEN: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

    fn judged(sms: bool, factors: &[Factor]) -> (Level, Option<NextStep>) {
        let (service_id, account_id) = (ServiceId::from_bytes([1; 16]), AccountId::from_bytes([2; 16]));
        let account = Account {
            id: account_id,
            service_id,
            status: AccountStatus::Active,
            email: None,
            password_hash: String::new(),
            sms_enabled_at: sms.then_some(THEN),
            phrase: None,
            password_set_at: THEN,
            frozen_from: None,
            locale: "en".to_owned(),
            created_at: THEN,
        };
        let binding = sms.then(|| Binding {
            id: BindingId::from_bytes([3; 16]),
            service_id,
            account_id,
            number: Address::Phone(PhoneNumber::from_e164("+447400123456").unwrap()),
            bound_at: THEN,
            suspended_at: None,
            ended_at: None,
        });
        let authenticators: Vec<Authenticator> = factors
            .iter()
            .map(|factor| Authenticator {
                id: AuthenticatorId::from_bytes([4; 16]),
                service_id,
                account_id,
                factor: *factor,
                name: String::new(),
                secret: AuthenticatorSecret::TradingPassword { password_hash: Redacted(String::new()) },
                last_step: None,
                created_at: THEN,
                last_used_at: None,
                ended_at: None,
            })
            .collect();
        of(&account, binding.as_ref(), &authenticators, false)
    }

    #[test]
    fn each_level_names_the_one_thing_that_is_missing() {
        use Factor::{Passkey, RecoveryCode, Totp, TradingPassword};
        for (sms, factors, level, next) in [
            (false, &[][..], Level::Basic, Some(NextStep::BindPhone)),
            (false, &[TradingPassword], Level::Basic, Some(NextStep::BindPhone)),
            (true, &[], Level::Fair, Some(NextStep::AddTotp)),
            (true, &[TradingPassword, RecoveryCode], Level::Fair, Some(NextStep::AddTotp)),
            (false, &[Totp], Level::Fair, Some(NextStep::SetTradingPassword)),
            (true, &[Totp, TradingPassword], Level::Strong, Some(NextStep::AddPasskey)),
            (false, &[Passkey, TradingPassword], Level::Strong, Some(NextStep::MakeRecoveryCodes)),
            (false, &[Passkey, TradingPassword, RecoveryCode], Level::Strong, Some(NextStep::AddTotp)),
            (true, &[Passkey, TradingPassword, RecoveryCode], Level::Strongest, None),
        ] {
            assert_eq!(judged(sms, factors), (level, next), "SMS {sms}, {factors:?}");
        }
    }
}
