//! Adding, replacing and removing authenticators: what stands afterwards, what is held, who is told, and what
//! must not be taken away (R42, R43).

use super::*;
use crate::lock;
use crate::stage::*;
use crate::time::{days, hours};
use Factor::{Passkey, RecoveryCode, Totp, TradingPassword};

fn new(factor: Factor, which: u8) -> New {
    New { factor, name: "  my\n phone ".to_owned(), secret: secret(factor, which), last_step: Some(42) }
}

fn added(new: New, standing: &[Authenticator]) -> Decision<Result<Authenticator, Refusal>> {
    let state = fresh(new.factor);
    add(&account(), new, standing, Some(&binding()), state, Stage::new().world())
}

fn ended(changes: &[Change]) -> Vec<AuthenticatorId> {
    let ended = |change: &Change| match change {
        Change::SaveAuthenticator(a) if a.ended_at == Some(START) => Some(a.id),
        _ => None,
    };
    changes.iter().filter_map(ended).collect()
}

/// What each factor's changes are called: added, removed, and the cause of a hold.
const NAMES: [(Factor, Notice, Notice, HoldCause); 4] = [
    (Totp, Notice::TotpAdded, Notice::TotpRemoved, HoldCause::TotpChanged),
    (Passkey, Notice::PasskeyAdded, Notice::PasskeyRemoved, HoldCause::PasskeyChanged),
    (
        TradingPassword,
        Notice::TradingPasswordSet,
        Notice::TradingPasswordRemoved,
        HoldCause::TradingPasswordChanged,
    ),
    (RecoveryCode, Notice::RecoveryCodesMade, Notice::RecoveryCodesRemoved, HoldCause::RecoveryCodesChanged),
];

#[test]
fn a_first_one_is_added_recorded_and_told_to_email_and_number_and_holds_nothing() {
    for (factor, notice, _, _) in NAMES {
        let decision = added(new(factor, 9), &[]);
        let authenticator = decision.outcome.unwrap();
        assert_eq!((authenticator.factor, authenticator.name.as_str()), (factor, "my phone"));
        assert_eq!(
            (authenticator.last_step, authenticator.created_at),
            (Some(42), START),
            "R35: its code is used up"
        );
        assert_eq!((authenticator.last_used_at, authenticator.ended_at), (None, None));
        assert!(authenticator.secret == secret(factor, 9));
        assert!(decision.changes.contains(&Change::InsertAuthenticator(authenticator)));
        assert_eq!(event_kinds(&decision.changes), ["factor_added"]);
        assert_eq!(holds(&decision.changes), [] as [&Hold; 0], "adding asked for the best there was");
        assert_eq!(notices(&decision.changes), [(EMAIL, notice, ""), (PHONE, notice, "")], "{factor:?}");
        let data = serde_json::json!({"account": account_id(1).to_string(), "factor": factor.as_str()});
        assert_eq!(told(&decision.changes), [(WebhookKind::FactorAdded, data)]);
    }
}

#[test]
fn another_of_its_kind_takes_its_place_and_that_is_a_change_that_holds() {
    for (factor, _, _, cause) in NAMES.into_iter().filter(|(factor, ..)| *factor != Passkey) {
        let other = if factor == Totp { TradingPassword } else { Totp };
        let gone = Authenticator { ended_at: Some(START.before(days(1))), ..authenticator(factor, 3) };
        let standing = [authenticator(factor, 1), authenticator(other, 2), gone];
        let decision = added(new(factor, 9), &standing);
        assert_eq!(ended(&decision.changes), [standing[0].id], "{factor:?}: the one before, and no other");
        let [begun] = holds(&decision.changes)[..] else { panic!("{factor:?}: one hold") };
        assert_eq!((begun.cause, begun.ends_at), (cause, START.after(hours(24))));
        // The old one must have gone when the new one comes: one live of a kind.
        let place = |wanted: &dyn Fn(&Change) -> bool| decision.changes.iter().position(wanted).unwrap();
        let before = place(&|change| matches!(change, Change::SaveAuthenticator(_)));
        assert!(before < place(&|change| matches!(change, Change::InsertAuthenticator(_))));
    }
}

#[test]
fn passkeys_stand_beside_each_other_up_to_the_policys_number_and_none_twice() {
    let standing: Vec<Authenticator> = (1..=9).map(|which| authenticator(Passkey, which)).collect();
    let tenth = added(new(Passkey, 10), &standing);
    assert!(tenth.outcome.is_ok() && ended(&tenth.changes).is_empty());
    assert!(holds(&tenth.changes).is_empty(), "nothing was replaced");
    assert_eq!(added(new(Passkey, 5), &standing), Decision::only(Err(Refusal::Twice)));
    let full = [standing.clone(), vec![authenticator(Passkey, 11)]].concat();
    assert_eq!(added(new(Passkey, 10), &full), Decision::only(Err(Refusal::TooMany)));
    // One that was removed neither counts nor stands in the way of itself.
    let mut removed = full;
    removed[4].ended_at = Some(START);
    assert!(added(new(Passkey, 5), &removed).outcome.is_ok());
}

#[test]
fn a_new_secret_opens_what_failures_had_shut_but_keeps_the_ladder() {
    let spent = FactorState {
        run: 3,
        in_a_row: 60,
        ladder_step: 4,
        locked_until: Some(START.after(days(1))),
        disabled_at: Some(START),
        failures_this_year: 20,
        ..fresh(Totp)
    };
    let stage = Stage::new();
    let decision = add(&account(), new(Totp, 9), &[authenticator(Totp, 1)], None, spent, stage.world());
    let state = saved_factor(&decision.changes).unwrap();
    assert_eq!(lock::refusal(&state, &stage.policy, START), None);
    assert_eq!((state.run, state.in_a_row, state.failures_this_year), (0, 0, 0));
    assert_eq!((state.ladder_step, state.rebound_at), (4, Some(START)), "the ladder is not given back (R7)");
}

#[test]
fn nothing_is_added_to_a_frozen_account() {
    let frozen = Account { status: AccountStatus::Frozen, ..account() };
    for (factor, ..) in NAMES {
        let decision = add(&frozen, new(factor, 9), &[], None, fresh(factor), Stage::new().world());
        assert_eq!(decision, Decision::only(Err(Refusal::Frozen)));
    }
}

#[test]
fn removing_ends_it_holds_value_and_tells_email_and_number() {
    for (factor, _, notice, cause) in NAMES {
        let meant = authenticator(factor, 1);
        let standing = [meant.clone(), authenticator(Passkey, 2)];
        let stage = Stage::new();
        let decision = remove(&account(), &meant, &standing, Some(&binding()), stage.world());
        assert_eq!(decision.outcome, Ok(()));
        assert_eq!(ended(&decision.changes), [meant.id]);
        assert_eq!(event_kinds(&decision.changes), ["factor_removed", "hold_started"]);
        let [begun] = holds(&decision.changes)[..] else { panic!("one hold") };
        assert_eq!((begun.cause, begun.ends_at), (cause, START.after(hours(24))), "{factor:?}");
        assert_eq!(notices(&decision.changes), [(EMAIL, notice, ""), (PHONE, notice, "")]);
        assert_eq!(told_kinds(&decision.changes), [WebhookKind::FactorRemoved, WebhookKind::HoldStarted]);
    }
}

/// Section A: the last app or passkey stays unless SMS stands beside it. Email never counts (R15).
#[test]
fn the_table_of_the_last_second_factor() {
    let (live, off) = (Some(binding()), Account { sms_enabled_at: None, ..account() });
    let suspended = Some(Binding { suspended_at: Some(START), ..binding() });
    let gone = Some(Binding { ended_at: Some(START), ..binding() });
    for meant in [Totp, Passkey, TradingPassword, RecoveryCode] {
        for (account, binding, sms) in [
            (&account(), &live, true),
            (&account(), &suspended, false),
            (&account(), &gone, false),
            (&account(), &None, false),
            (&off, &live, false),
        ] {
            for (others, other) in [
                (&[][..], false),
                (&[TradingPassword, RecoveryCode], false),
                (&[Totp], true),
                (&[Passkey], true),
            ] {
                let meant = authenticator(meant, 1);
                let others = (2..).zip(others).map(|(which, factor)| authenticator(*factor, which));
                let standing: Vec<Authenticator> = [meant.clone()].into_iter().chain(others).collect();
                let guarded = matches!(meant.factor, Totp | Passkey) && !sms && !other;
                let expected = if guarded { Err(Refusal::LastSecondFactor) } else { Ok(()) };
                let case = format!("{meant:?}, SMS {sms}, {standing:?}");
                assert_eq!(may_remove(account, &meant, &standing, binding.as_ref()), expected, "{case}");
                let decision = remove(account, &meant, &standing, binding.as_ref(), Stage::new().world());
                assert_eq!(decision.outcome, expected, "{case}");
                assert_eq!(decision.changes.is_empty(), guarded, "{case}");
            }
        }
    }
    // One that has been removed already holds nothing up.
    let (meant, ghost) =
        (authenticator(Totp, 1), Authenticator { ended_at: Some(START), ..authenticator(Passkey, 2) });
    let standing = [meant.clone(), ghost];
    assert_eq!(may_remove(&off, &meant, &standing, None), Err(Refusal::LastSecondFactor));
}

#[test]
fn names_are_one_line_of_forty_characters() {
    for (written, kept) in
        [("Phone", "Phone"), ("  my\r\n\tphone\0 ", "my phone"), ("", ""), (" \n ", ""), ("ж ж", "ж ж")]
    {
        assert_eq!(tidy_name(written), kept, "{written:?}");
    }
    assert_eq!(tidy_name(&"ж".repeat(100)), "ж".repeat(40));
}

/// R10: neither a decision nor what stands prints a key, a hash or a credential.
#[test]
fn t7_nothing_printed_shows_a_secret() {
    for (factor, ..) in NAMES {
        let decision = added(new(factor, 77), &[authenticator(factor, 77)]);
        let printed = format!("{decision:?} {:?}", new(factor, 77));
        for secret in ["77, 77", "credential-77", "argon2", EMAIL, "7400123456"] {
            assert!(!printed.contains(secret), "{factor:?}: {secret} is printed");
        }
    }
}
