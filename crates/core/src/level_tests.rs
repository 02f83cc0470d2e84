//! The four levels in a table, the one next step of each, and the caps that no number of other factors lifts.

use super::*;
use crate::model::Account;
use crate::stage::{START, account, authenticator, binding};
use Factor::{Passkey, RecoveryCode, Totp, TradingPassword};

fn standing(factors: &[Factor]) -> Vec<Authenticator> {
    (1..).zip(factors).map(|(which, factor)| authenticator(*factor, which)).collect()
}

fn judged(sms: bool, factors: &[Factor]) -> (Level, Option<NextStep>) {
    let account = Account { sms_enabled_at: sms.then_some(START), ..account() };
    let binding = sms.then(binding);
    of(&account, binding.as_ref(), &standing(factors), false)
}

#[test]
fn each_level_names_the_one_thing_that_is_missing() {
    for (sms, factors, level, next) in [
        (false, &[][..], Level::Basic, Some(NextStep::BindPhone)),
        (false, &[TradingPassword], Level::Basic, Some(NextStep::BindPhone)),
        (true, &[], Level::Fair, Some(NextStep::AddTotp)),
        (true, &[TradingPassword], Level::Fair, Some(NextStep::AddTotp)),
        (true, &[TradingPassword, RecoveryCode], Level::Fair, Some(NextStep::AddTotp)),
        (false, &[Totp], Level::Fair, Some(NextStep::SetTradingPassword)),
        (true, &[Passkey, RecoveryCode], Level::Fair, Some(NextStep::SetTradingPassword)),
        (false, &[Totp, TradingPassword], Level::Strong, Some(NextStep::AddPasskey)),
        (true, &[Totp, TradingPassword], Level::Strong, Some(NextStep::AddPasskey)),
        (true, &[Totp, TradingPassword, RecoveryCode], Level::Strong, Some(NextStep::AddPasskey)),
        (false, &[Passkey, TradingPassword], Level::Strong, Some(NextStep::MakeRecoveryCodes)),
        (false, &[Passkey, TradingPassword, RecoveryCode], Level::Strong, Some(NextStep::AddTotp)),
        (true, &[Passkey, TradingPassword, RecoveryCode], Level::Strongest, None),
        (false, &[Passkey, Totp, TradingPassword, RecoveryCode], Level::Strongest, None),
    ] {
        assert_eq!(judged(sms, factors), (level, next), "SMS {sms}, {factors:?}");
    }
}

/// Section D: "SMS alone is never above fair", and what was removed counts for nothing.
#[test]
fn no_account_without_app_or_passkey_is_above_fair() {
    let level = |factors: &[Factor]| judged(true, factors).0;
    assert_eq!(level(&[TradingPassword, RecoveryCode]), Level::Fair);
    let mut removed = standing(&[Totp, Passkey, TradingPassword, RecoveryCode]);
    removed.iter_mut().for_each(|authenticator| authenticator.ended_at = Some(START));
    let (level, next) = of(&account(), Some(&binding()), &removed, false);
    assert_eq!((level, next), (Level::Fair, Some(NextStep::AddTotp)));
}

#[test]
fn a_number_that_is_out_of_order_counts_for_nothing_and_is_what_to_see_to_first() {
    let suspended = Binding { suspended_at: Some(START), ..binding() };
    for (binding, is_sms_disabled) in [(suspended, false), (binding(), true)] {
        for (factors, level) in [
            (&[][..], Level::Basic),
            (&[Totp], Level::Fair),
            (&[Passkey, TradingPassword, RecoveryCode], Level::Strong),
        ] {
            let judged = of(&account(), Some(&binding), &standing(factors), is_sms_disabled);
            assert_eq!(judged, (level, Some(NextStep::BindPhoneAgain)), "{factors:?}");
        }
    }
}

#[test]
fn a_number_that_is_not_asked_for_is_to_be_switched_on() {
    let off = Account { sms_enabled_at: None, ..account() };
    assert_eq!(of(&off, Some(&binding()), &[], false), (Level::Basic, Some(NextStep::SwitchSmsOn)));
    let with_app = of(&off, Some(&binding()), &standing(&[Totp]), false);
    assert_eq!(with_app, (Level::Fair, Some(NextStep::SetTradingPassword)), "an app does better");
}
