//! The default rules as a table against product.md section D, each condition with a case that turns it, and
//! rules as they are written in a policy file.

use super::*;
use crate::account;
use crate::amount::{Rate, in_btc};
use crate::model::{Account, Authenticator, Binding};
use crate::policy::{Policy, PolicyFile};
use crate::stage::{START, authenticator, binding, fresh};
use crate::time::{Timestamp, seconds};
use ActionKind::{
    ApiKeyCreate, FactorAdd, FactorRemove, PasswordReset, PhoneChange, SignIn, Unfreeze, Withdrawal,
};
use Factor::{Email, Passkey, Password, RecoveryCode, Sms, Totp, TradingPassword};

fn btc(text: &str) -> Worth {
    Worth::Btc(Amount::parse(text).unwrap())
}

/// What is known of an active account with these factors that sends 0.05 BTC from a device it knows.
fn facts(held: &[Factor]) -> Facts {
    Facts {
        worth: btc("0.05"),
        held: held.to_vec(),
        disabled: Vec::new(),
        new_device: Some(false),
        region: None,
        status: AccountStatus::Active,
        sim_changed: Signal::No,
        last_proof_age_s: None,
    }
}

fn by_default(kind: ActionKind, facts: &Facts) -> Requirement {
    judge(&default_rules()[&kind], facts).requirement
}

fn any_of(sets: &[&[Factor]]) -> Requirement {
    Requirement::AnyOf(sets.iter().map(|set| set.to_vec()).collect())
}

fn missing(factors: &[Factor]) -> Requirement {
    Requirement::Missing(factors.to_vec())
}

const EVERYTHING: &[Factor] = Factor::ALL;
const APP: &[Factor] = &[Password, Sms, Email, Totp, TradingPassword];
const PHONE_ONLY: &[Factor] = &[Password, Sms, TradingPassword];

// The default rules.

#[test]
fn the_default_rules_are_read_cover_every_action_and_are_free_of_problems() {
    for kind in ActionKind::ALL.iter() {
        let rules = &default_rules()[kind];
        assert_eq!(problems(rules), [], "{kind:?}");
        assert_eq!(
            rules.last().unwrap().when,
            Conditions::default(),
            "{kind:?}: the last speaks for the rest"
        );
    }
    assert_eq!(default_rules().len(), ActionKind::ALL.len());
}

/// Section D: "From 0.1 BTC or equivalent an SMS code is needed even if the account uses TOTP."
#[test]
fn a_withdrawal_asks_for_a_text_message_from_a_tenth_of_a_bitcoin_on() {
    let small = any_of(&[&[Totp, TradingPassword], &[TradingPassword, Sms]]);
    let large = any_of(&[&[Totp, TradingPassword, Sms]]);
    for (worth, wanted) in [
        (btc("0.000000000000000001"), &small),
        (btc("0.0999"), &small),
        (btc("0.099999999999999999"), &small),
        (btc("0.1"), &large),
        (btc("0.100000000000000001"), &large),
        (btc("1000"), &large),
        (Worth::Unknown, &large),
        (Worth::Nothing, &small),
    ] {
        assert_eq!(by_default(Withdrawal, &Facts { worth, ..facts(APP) }), *wanted, "{worth:?}");
    }
    let all = any_of(&[&[Passkey, TradingPassword, Sms], &[Totp, TradingPassword, Sms]]);
    assert_eq!(by_default(Withdrawal, &Facts { worth: btc("0.1"), ..facts(EVERYTHING) }), all);
    let no_phone = Facts { worth: btc("0.1"), ..facts(&[Password, Email, Totp, TradingPassword]) };
    assert_eq!(by_default(Withdrawal, &no_phone), missing(&[Sms]), "an app alone does not stand in for it");
    let phone_only = Facts { worth: btc("5"), ..facts(PHONE_ONLY) };
    assert_eq!(by_default(Withdrawal, &phone_only), any_of(&[&[TradingPassword, Sms]]));
}

/// The same through the rate table: no rate, a stale one, one of the future or of nothing counts as above.
#[test]
fn what_an_amount_is_worth_decides_and_unknown_is_above_the_threshold() {
    let age_max = seconds(Policy::default().rate_age_max_s);
    let rate = |btc: &str, as_of: Timestamp| {
        vec![Rate { asset: "ETH".to_owned(), btc_per_unit: Amount::parse(btc).unwrap(), as_of }]
    };
    let old = |age_ms: i64| Timestamp::from_unix_ms(START.unix_ms() - age_ms);
    for (amount, asset, rates, needs_sms) in [
        ("3.2259", "ETH", rate("0.031", START), true),
        ("3.2258", "ETH", rate("0.031", START), false),
        ("0.0999", "BTC", vec![], false),
        ("0.1", "BTC", vec![], true),
        ("0.0001", "ETH", vec![], true),
        ("0.0001", "eth", rate("0.031", START), true),
        ("0.0001", "ETH", rate("0.031", old(600_000)), false),
        ("0.0001", "ETH", rate("0.031", old(600_001)), true),
        ("0.0001", "ETH", rate("0.031", old(-60_000)), false),
        ("0.0001", "ETH", rate("0.031", old(-60_001)), true),
        ("0.0001", "ETH", rate("0", START), true),
        ("0.0001", "ETH", rate("0.000000000000000001", START), false),
    ] {
        let amount = Amount::parse(amount).unwrap();
        let worth = in_btc(asset, amount, &rates, age_max, START).map_or(Worth::Unknown, Worth::Btc);
        let Requirement::AnyOf(sets) = by_default(Withdrawal, &Facts { worth, ..facts(APP) }) else {
            panic!()
        };
        assert_eq!(sets.iter().all(|set| set.contains(&Sms)), needs_sms, "{amount} {asset} {rates:?}");
    }
}

/// Trading password: "asked before trades, withdrawals, API keys" (section D), whatever else there is; and
/// nothing that value leaves by is confirmed by email (R15), by a recovery code, or by one factor alone.
#[test]
fn every_way_out_asks_for_the_trading_password_and_a_second_factor_that_is_no_email() {
    for kind in ActionKind::ALL.iter().copied().filter(|kind| kind.is_exit()) {
        for worth in [btc("0.01"), btc("1"), Worth::Nothing, Worth::Unknown] {
            for sim_changed in Signal::ALL.iter().copied() {
                let facts = Facts { worth, sim_changed, ..facts(EVERYTHING) };
                let sets = match by_default(kind, &facts) {
                    Requirement::AnyOf(sets) => sets,
                    Requirement::Refused => continue,
                    Requirement::Missing(_) => panic!("nothing is missing"),
                };
                for set in sets {
                    let second = [Totp, Passkey, Sms].iter().any(|factor| set.contains(factor));
                    assert!(set.contains(&TradingPassword) && second, "{kind:?} {facts:?} {set:?}");
                    assert!(!set.contains(&Email) && !set.contains(&RecoveryCode), "{kind:?} {set:?}");
                }
            }
        }
        for (held, lacking) in [
            (&[Password, Sms, Email, Totp, Passkey, RecoveryCode][..], &[TradingPassword][..]),
            (&[Password, Sms], &[TradingPassword]),
            (&[Password, Email, TradingPassword], &[Totp]),
            (&[Password, Email], &[Totp, TradingPassword]),
        ] {
            assert_eq!(by_default(kind, &facts(held)), missing(lacking), "{kind:?} {held:?}");
        }
    }
}

#[test]
fn restricted_flagged_and_frozen_accounts_let_no_value_out_and_still_sign_in() {
    for status in [AccountStatus::Restricted, AccountStatus::Flagged, AccountStatus::Frozen] {
        for kind in ActionKind::ALL.iter().copied() {
            let requirement = by_default(kind, &Facts { status, ..facts(EVERYTHING) });
            assert_eq!(requirement == Requirement::Refused, kind.is_exit(), "{kind:?} {status:?}");
        }
    }
}

/// T16: a changed SIM proves nothing; a large withdrawal is not possible at all then.
#[test]
fn t16_after_a_sim_change_no_text_message_confirms_that_value_leaves() {
    for kind in ActionKind::ALL.iter().copied().filter(|kind| kind.is_exit()) {
        let changed = |held: &[Factor]| Facts { sim_changed: Signal::Yes, ..facts(held) };
        let without = any_of(&[&[Passkey, TradingPassword], &[Totp, TradingPassword]]);
        assert_eq!(by_default(kind, &changed(EVERYTHING)), without, "{kind:?}");
        assert_eq!(by_default(kind, &changed(PHONE_ONLY)), missing(&[Passkey]), "{kind:?}");
        for sim_changed in [Signal::No, Signal::Unknown] {
            let usual = by_default(kind, &Facts { sim_changed, ..facts(PHONE_ONLY) });
            assert_eq!(usual, any_of(&[&[TradingPassword, Sms]]), "{kind:?} {sim_changed:?}");
        }
    }
    for worth in [btc("0.1"), Worth::Unknown] {
        let large = Facts { worth, sim_changed: Signal::Yes, ..facts(EVERYTHING) };
        assert_eq!(by_default(Withdrawal, &large), Requirement::Refused);
    }
}

#[test]
fn signing_in_takes_email_only_where_there_is_neither_app_nor_passkey() {
    let signs_in = |held: &[Factor]| by_default(SignIn, &facts(held));
    assert_eq!(signs_in(&[Password, Email]), any_of(&[&[Email]]));
    assert_eq!(signs_in(&[Password, Email, Sms]), any_of(&[&[Sms], &[Email]]));
    assert_eq!(signs_in(&[Password, Sms]), any_of(&[&[Sms]]));
    assert_eq!(signs_in(&[Password, Email, Totp]), any_of(&[&[Totp]]));
    assert_eq!(signs_in(&[Password, Email, Passkey]), any_of(&[&[Passkey]]));
    assert_eq!(signs_in(APP), any_of(&[&[Totp], &[Sms]]));
    assert_eq!(signs_in(EVERYTHING), any_of(&[&[Passkey], &[Totp], &[Sms], &[RecoveryCode]]));
    assert_eq!(signs_in(&[Password]), missing(&[Sms]), "nobody signs in with a password alone");
}

/// R59, R60 and R27: what one stolen thing, the mailbox or the SIM, may not change by itself.
#[test]
fn what_guards_the_account_is_not_changed_with_one_stolen_thing() {
    for kind in [PasswordReset, FactorRemove, Unfreeze] {
        for held in
            [APP, EVERYTHING, &[Password, Email, Totp], &[Password, Email, Sms], &[Password, Email, Passkey]]
        {
            let Requirement::AnyOf(sets) = by_default(kind, &facts(held)) else {
                panic!("{kind:?} {held:?}")
            };
            for set in sets {
                let strong = set == [Passkey];
                assert!(strong || set.len() > 1, "{kind:?} {held:?}: {set:?}");
            }
        }
    }
    for held in [APP, EVERYTHING, &[Password, Email, Totp], &[Password, Email, Passkey]] {
        let Requirement::AnyOf(sets) = by_default(FactorAdd, &facts(held)) else { panic!("{held:?}") };
        assert!(!sets.contains(&vec![Email]) && !sets.contains(&vec![Sms]), "{held:?}: {sets:?}");
    }
    // Section F: SMS to the old number, or email and the app.
    let change = by_default(PhoneChange, &facts(APP));
    assert_eq!(change, any_of(&[&[Sms], &[Totp, Email]]));
    assert_eq!(by_default(PhoneChange, &facts(&[Password, Email])), missing(&[Sms]));
    assert_eq!(
        by_default(PasswordReset, &facts(&[Password, Email])),
        any_of(&[&[Email]]),
        "all that there is"
    );
    let key = by_default(ApiKeyCreate, &facts(APP));
    assert_eq!(key, any_of(&[&[Totp, TradingPassword], &[TradingPassword, Sms]]));
}

/// R60: a text message alone never recovers, not even where there is no mailbox.
#[test]
fn an_account_without_email_is_not_opened_by_its_phone_alone() {
    for kind in [PasswordReset, FactorRemove, Unfreeze] {
        let phone_and_app = facts(&[Password, Sms, Totp, TradingPassword]);
        let Requirement::AnyOf(sets) = by_default(kind, &phone_and_app) else { panic!("{kind:?}") };
        assert!(sets.iter().all(|set| set.len() > 1), "{kind:?}: {sets:?}");
        let phone_alone = by_default(kind, &facts(PHONE_ONLY));
        assert!(phone_alone != any_of(&[&[Sms]]), "{kind:?}: {phone_alone:?}");
    }
    assert_eq!(by_default(PasswordReset, &facts(&[Password, Sms])), missing(&[Passkey]));
}

/// From the account itself to the sets: what is switched off, suspended or removed does not count.
#[test]
fn only_factors_that_can_be_proved_are_asked_for() {
    let owner = crate::stage::account();
    let held =
        |kind, account: &Account, binding: Option<&Binding>, standing: &[Authenticator], states: &[_]| {
            let policy = Policy::default();
            account::held_and_disabled(kind, account, binding, standing, states, &policy, START).0
        };
    let standing =
        [authenticator(Totp, 1), authenticator(TradingPassword, 2), authenticator(RecoveryCode, 3)];
    let all = held(Withdrawal, &owner, Some(&binding()), &standing, &[]);
    assert_eq!(all, [Password, Sms, Email, Totp, TradingPassword, RecoveryCode]);
    let off = Account { sms_enabled_at: None, ..owner.clone() };
    assert!(!held(SignIn, &off, Some(&binding()), &standing, &[]).contains(&Sms));
    assert!(held(Withdrawal, &off, Some(&binding()), &standing, &[]).contains(&Sms), "for value it still is");
    for gone in
        [Binding { suspended_at: Some(START), ..binding() }, Binding { ended_at: Some(START), ..binding() }]
    {
        assert!(!held(Withdrawal, &owner, Some(&gone), &standing, &[]).contains(&Sms));
    }
    let removed = standing.clone().map(|a| Authenticator { ended_at: Some(START), ..a });
    assert_eq!(held(Withdrawal, &owner, Some(&binding()), &removed, &[]), [Password, Sms, Email]);
    let used_up = Authenticator {
        secret: crate::model::AuthenticatorSecret::RecoveryCodes { salt: [1; 16], hashes: vec![] },
        ..authenticator(RecoveryCode, 3)
    };
    assert_eq!(held(SignIn, &owner, None, &[used_up], &[]), [Password, Email], "no code is left");
    let nameless = Account { email: None, ..owner.clone() };
    assert_eq!(held(SignIn, &nameless, Some(&binding()), &[], &[]), [Password, Sms]);
    let locked = crate::model::FactorState { locked_until: Some(START.after(seconds(900))), ..fresh(Totp) };
    let locked = held(Withdrawal, &owner, None, &standing, &[locked]);
    assert!(locked.contains(&Totp), "a lock passes; asking for less meanwhile would be its reward");
}

/// R54: whoever guesses a factor to death, its owner's mailbox in hand, is asked for no less than before.
#[test]
fn burning_a_factors_budget_is_no_way_to_be_asked_for_less() {
    let owner = crate::stage::account();
    let standing = [authenticator(Totp, 1), authenticator(TradingPassword, 2)];
    for burnt in [Totp, Email, Sms] {
        let spent = crate::model::FactorState { failures_this_year: 60, ..fresh(burnt) };
        for kind in ActionKind::ALL.iter().copied() {
            for authenticators in [&standing[..], &standing[1..]] {
                let asked = |states: &[_]| {
                    let policy = Policy::default();
                    let (held, disabled) = account::held_and_disabled(
                        kind,
                        &owner,
                        Some(&binding()),
                        authenticators,
                        states,
                        &policy,
                        START,
                    );
                    by_default(kind, &Facts { disabled, ..facts(&held) })
                };
                let before = asked(&[]);
                let Requirement::AnyOf(before) = before else { continue };
                let Requirement::AnyOf(after) = asked(std::slice::from_ref(&spent)) else { continue };
                for set in after {
                    assert!(before.contains(&set), "{kind:?}, {burnt:?} burnt: {set:?}");
                }
            }
        }
    }
}

// Conditions: each with a case that turns it.

fn rule(json: &str) -> Rule {
    serde_json::from_str(json).unwrap()
}

fn turns(when: &str, name: &str, holds: &[Facts], fails: &[Facts]) {
    let rule = rule(&format!(r#"{{"when": {when}, "refuse": true}}"#));
    for facts in holds {
        assert_eq!(rule.when.failing(facts), [""; 0], "{when} {facts:?}");
        assert_eq!(judge(std::slice::from_ref(&rule), facts).rule, Some(0), "{when}");
    }
    for facts in fails {
        assert_eq!(rule.when.failing(facts), [name], "{when} {facts:?}");
        assert_eq!(judge(std::slice::from_ref(&rule), facts).rule, None, "{when}");
    }
}

#[test]
fn conditions_on_worth_and_factors_turn_on_their_own_fact() {
    let base = facts(&[Sms, Totp]);
    let held = |held: &[Factor]| Facts { held: held.to_vec(), ..base.clone() };
    let worth = |worth| Facts { worth, ..base.clone() };
    for (when, name, holds, fails) in [
        (
            r#"{"amount_btc_at_least": "0.1"}"#,
            "amount_btc_at_least",
            vec![worth(btc("0.1")), worth(btc("7")), worth(Worth::Unknown)],
            vec![worth(btc("0.0999")), worth(Worth::Nothing)],
        ),
        (
            r#"{"holds_any": ["passkey", "totp"]}"#,
            "holds_any",
            vec![held(&[Totp]), held(&[Passkey]), held(&[Sms, Totp])],
            vec![held(&[]), held(&[Sms, Password])],
        ),
        (
            r#"{"lacks_all": ["passkey", "totp"]}"#,
            "lacks_all",
            vec![held(&[]), held(&[Sms])],
            vec![held(&[Totp]), held(&[Passkey, Sms])],
        ),
    ] {
        turns(when, name, &holds, &fails);
    }
}

#[test]
fn each_condition_turns_on_its_own_fact() {
    let base = Facts { region: Some("GB".to_owned()), last_proof_age_s: Some(100), ..facts(&[Sms, Totp]) };
    let with_region = |region: Option<&str>| Facts { region: region.map(str::to_owned), ..base.clone() };
    let device = |new_device| Facts { new_device, ..base.clone() };
    let sim = |sim_changed| Facts { sim_changed, ..base.clone() };
    let age = |last_proof_age_s| Facts { last_proof_age_s, ..base.clone() };
    let status = |status| Facts { status, ..base.clone() };
    for (when, name, holds, fails) in [
        (
            r#"{"new_device": true}"#,
            "new_device",
            vec![device(Some(true)), device(None)],
            vec![device(Some(false))],
        ),
        (
            r#"{"new_device": false}"#,
            "new_device",
            vec![device(Some(false))],
            vec![device(Some(true)), device(None)],
        ),
        (
            r#"{"region_in": ["GB", "TH"]}"#,
            "region_in",
            vec![with_region(Some("GB")), with_region(Some("TH"))],
            vec![with_region(Some("DE")), with_region(None)],
        ),
        (
            r#"{"region_not_in": ["GB", "TH"]}"#,
            "region_not_in",
            vec![with_region(Some("DE")), with_region(None)],
            vec![with_region(Some("GB")), with_region(Some("TH"))],
        ),
        (
            r#"{"status": ["flagged", "restricted"]}"#,
            "status",
            vec![status(AccountStatus::Flagged), status(AccountStatus::Restricted)],
            vec![status(AccountStatus::Active), status(AccountStatus::Frozen)],
        ),
        (
            r#"{"sim_changed": ["yes", "unknown"]}"#,
            "sim_changed",
            vec![sim(Signal::Yes), sim(Signal::Unknown)],
            vec![sim(Signal::No)],
        ),
        (
            r#"{"last_proof_older_than_s": 300}"#,
            "last_proof_older_than_s",
            vec![age(Some(301)), age(None)],
            vec![age(Some(300)), age(Some(0))],
        ),
    ] {
        turns(when, name, &holds, &fails);
    }
}

#[test]
fn all_conditions_of_a_rule_must_hold_and_those_that_do_not_are_named() {
    let when = r#"{"new_device": true, "region_in": ["TH"], "holds_any": ["totp"]}"#;
    let rule = rule(&format!(r#"{{"when": {when}, "any_of": [["totp"]]}}"#));
    let there = Facts { new_device: Some(true), region: Some("TH".to_owned()), ..facts(&[Totp]) };
    assert_eq!(rule.when.failing(&there), [""; 0]);
    let nothing = Facts { new_device: Some(false), region: None, ..facts(&[Sms]) };
    assert_eq!(rule.when.failing(&nothing), ["holds_any", "new_device", "region_in"]);
}

#[test]
fn the_first_rule_that_applies_decides_alone() {
    let rules = [
        rule(r#"{"when": {"new_device": true}, "any_of": [["passkey"]]}"#),
        rule(r#"{"when": {"holds_any": ["totp"]}, "refuse": true}"#),
        rule(r#"{"any_of": [["sms"], ["email", "totp"]]}"#),
    ];
    let at = |new_device, held: &[Factor]| judge(&rules, &Facts { new_device, ..facts(held) });
    // A set out of reach is not made up for by a later rule.
    let first = Judged { requirement: missing(&[Passkey]), rule: Some(0) };
    assert_eq!(at(Some(true), &[Sms, Totp, Email]), first);
    let second = Judged { requirement: Requirement::Refused, rule: Some(1) };
    assert_eq!(at(Some(false), &[Sms, Totp, Email]), second);
    let third = Judged { requirement: any_of(&[&[Sms]]), rule: Some(2) };
    assert_eq!(at(Some(false), &[Sms, Email]), third);
    let short = Judged { requirement: missing(&[Sms]), rule: Some(2) };
    assert_eq!(at(Some(false), &[Password]), short, "the shortest way to what would do");
    for rules in [&[][..], &rules[..2]] {
        let uncovered = judge(rules, &facts(&[Sms]));
        assert_eq!(
            uncovered,
            Judged { requirement: Requirement::Refused, rule: None },
            "R78: the policy must speak"
        );
    }
}

// The policy file.

fn read(json: &str) -> Result<Policy, String> {
    let file: PolicyFile = serde_json::from_str(json).map_err(|error| error.to_string())?;
    Policy::from_file(file).map_err(|errors| errors.iter().map(|error| format!("{error}\n")).collect())
}

#[test]
fn a_policy_file_rules_the_actions_it_speaks_of_and_leaves_the_others() {
    let policy = read(
        r#"{"actions": {"withdrawal": [
            {"when": {"amount_btc_at_least": "2.50", "region_not_in": ["GB"], "last_proof_older_than_s": 60},
             "refuse": true},
            {"any_of": [["passkey", "trading_password"], ["totp", "sms", "trading_password"]]}
        ]}}"#,
    )
    .unwrap();
    let rules = &policy.actions[&Withdrawal];
    assert_eq!(rules.len(), 2, "not added to the defaults");
    let conditions = Conditions {
        amount_btc_at_least: Amount::parse("2.5"),
        region_not_in: vec!["GB".to_owned()],
        last_proof_older_than_s: Some(60),
        ..Conditions::default()
    };
    assert_eq!(rules[0], Rule { when: conditions, any_of: vec![], refuse: true });
    let sets = vec![vec![Passkey, TradingPassword], vec![Totp, Sms, TradingPassword]];
    assert_eq!(rules[1], Rule { when: Conditions::default(), any_of: sets, refuse: false });
    for kind in ActionKind::ALL.iter().filter(|kind| **kind != Withdrawal) {
        assert_eq!(policy.actions[kind], default_rules()[kind], "{kind:?}");
    }
    let written = serde_json::to_string(rules).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Rule>>(&written).unwrap(), *rules, "what is stored reads back");
}

#[test]
fn what_cannot_be_a_rule_is_not_read() {
    for rule in [
        r#"{"any_of": [["totp"]], "unless": {}}"#,
        r#"{"when": {"amount_at_least": "1"}, "refuse": true}"#,
        r#"{"when": {"amount_btc_at_least": 0.1}, "refuse": true}"#,
        r#"{"when": {"amount_btc_at_least": "1e-1"}, "refuse": true}"#,
        r#"{"when": {"amount_btc_at_least": "-1"}, "refuse": true}"#,
        r#"{"when": {"sim_changed": ["maybe"]}, "refuse": true}"#,
        r#"{"when": {"status": ["Frozen"]}, "refuse": true}"#,
        r#"{"any_of": [["voice"]]}"#,
        r#"{"any_of": ["totp"]}"#,
    ] {
        let json = format!(r#"{{"actions": {{"sign_in": [{rule}]}}}}"#);
        assert!(serde_json::from_str::<PolicyFile>(&json).is_err(), "{rule}");
    }
    assert!(
        serde_json::from_str::<PolicyFile>(r#"{"actions": {"signin": []}}"#).is_err(),
        "an unknown action"
    );
}

#[test]
fn each_problem_of_a_rule_is_named_with_its_place() {
    let long = r#"["totp"],"#.repeat(16);
    let too_many = format!(r#"[{{"any_of": [{long}["totp"]]}}]"#);
    for (rules, place, problem) in [
        ("[]", "", "needs at least one rule"),
        (r#"[{"any_of": []}]"#, "[0]", "either refuses, or names sets"),
        (r#"[{}]"#, "[0]", "either refuses, or names sets"),
        (r#"[{"any_of": [["totp"]], "refuse": true}]"#, "[0]", "either refuses, or names sets"),
        (r#"[{"any_of": [["totp"], []]}]"#, "[0]", "takes 1 to 16 sets of 1 to 5 factors"),
        (
            r#"[{"any_of": [["totp", "sms", "email", "passkey", "password", "trading_password"]]}]"#,
            "[0]",
            "takes 1 to 16 sets of 1 to 5 factors",
        ),
        (&too_many, "[0]", "takes 1 to 16 sets of 1 to 5 factors"),
        (r#"[{"any_of": [["totp", "sms", "totp"]]}]"#, "[0]", "names a factor twice"),
        (r#"[{"any_of": [["totp"], ["password"]]}]"#, "[0]", "accepts passwords alone"),
        (r#"[{"any_of": [["trading_password"]]}]"#, "[0]", "accepts passwords alone"),
        (r#"[{"any_of": [["password", "trading_password"]]}]"#, "[0]", "accepts passwords alone"),
        (
            r#"[{"when": {"region_in": ["gb"]}, "refuse": true}, {"any_of": [["passkey"]]}]"#,
            "[0]",
            "names a region",
        ),
        (
            r#"[{"when": {"new_device": true}, "refuse": true},
                {"when": {"region_not_in": ["GB", "Narnia"]}, "any_of": [["passkey"]]}]"#,
            "[1]",
            "names a region",
        ),
        (r#"[{"any_of": [["passkey"]]}, {"refuse": true}]"#, "", "before its last: nothing after it counts"),
    ] {
        let parsed: Vec<Rule> = serde_json::from_str(rules).unwrap();
        let found = problems(&parsed);
        assert_eq!(found.len(), 1, "{rules}: {found:?}");
        assert!(found[0].0 == place && found[0].1.contains(problem), "{rules}: {found:?}");
        let error = read(&format!(r#"{{"actions": {{"sign_in": {rules}}}}}"#)).unwrap_err();
        assert!(
            error.starts_with(&format!("policy.actions.sign_in{place}: ")) && error.contains(problem),
            "{error}"
        );
    }
    let fine = r#"[{"when": {"new_device": true}, "refuse": true}, {"any_of": [["totp", "password"]]}]"#;
    assert_eq!(problems(&serde_json::from_str::<Vec<Rule>>(fine).unwrap()), []);
    let fine = r#"[{"any_of": [["passkey"]]}]"#;
    assert_eq!(problems(&serde_json::from_str::<Vec<Rule>>(fine).unwrap()), []);
}
