//! How long staff stay in, what a wrong second step costs, and who may change whose access.

use super::*;
use crate::address::Address;
use crate::stage::{MOMENT, START, Stage, service_id};
use crate::time::days;

fn operator(number: u8, roles: &[Role]) -> Operator {
    Operator {
        id: OperatorId::from_bytes([number; 16]),
        service_id: service_id(1),
        email: Address::from_exposed("staff@acme.example").unwrap(),
        name: String::new(),
        password_hash: "$argon2id$".to_owned(),
        roles: roles.to_vec(),
        created_at: START,
        disabled_at: None,
    }
}

fn session() -> OperatorSession {
    OperatorSession {
        id: OperatorSessionId::from_bytes([1; 16]),
        service_id: service_id(1),
        operator_id: OperatorId::from_bytes([1; 16]),
        token: TokenHash([1; 32]),
        device: String::new(),
        ip: "198.51.100.7".to_owned(),
        created_at: START,
        last_seen_at: START,
        ended_at: None,
    }
}

fn factor(number: u8, kind: Factor) -> OperatorAuthenticator {
    OperatorAuthenticator {
        id: AuthenticatorId::from_bytes([number; 16]),
        service_id: service_id(1),
        operator_id: OperatorId::from_bytes([1; 16]),
        factor: kind,
        name: String::new(),
        secret: AuthenticatorSecret::Totp { key: vec![7; 20], drift_steps: 0 },
        last_step: None,
        created_at: START,
        last_used_at: None,
        ended_at: None,
    }
}

fn state(factor: Factor) -> FactorState {
    let subject = Subject::Address(crate::address::AddressIndex([3; 32]));
    FactorState::fresh(service_id(1), subject, factor, None)
}

fn events(changes: &[Change]) -> Vec<&'static str> {
    let kind = |change: &Change| match change {
        Change::InsertEvent(entry) => Some(entry.event.kind()),
        _ => None,
    };
    changes.iter().filter_map(kind).collect()
}

#[test]
fn a_session_rests_an_hour_and_lasts_twelve() {
    let (operator, mut session) = (operator(1, &[Role::Support]), session());
    assert!(is_live(&session, &operator, START.after(hours(1)).before(MOMENT)));
    assert!(!is_live(&session, &operator, START.after(hours(1))));
    session.last_seen_at = START.after(hours(12)).before(MOMENT);
    assert!(is_live(&session, &operator, START.after(hours(12)).before(MOMENT)));
    assert!(!is_live(&session, &operator, START.after(hours(12))));
}

#[test]
fn it_ends_with_sign_out_and_with_the_operators_access() {
    let (operator, session) = (operator(1, &[Role::Support]), session());
    let ended = OperatorSession { ended_at: Some(START), ..session.clone() };
    assert!(!is_live(&ended, &operator, START));
    let gone = Operator { disabled_at: Some(START), ..operator.clone() };
    assert!(!is_live(&session, &gone, START));
    let other = Operator { id: OperatorId::from_bytes([2; 16]), ..operator };
    assert!(!is_live(&session, &other, START));
    assert!(!format!("{session:?}").contains("198.51"), "R10");
}

#[test]
fn five_wrong_codes_lock_and_a_success_gives_back_its_own() {
    let stage = Stage::new();
    let operator = operator(1, &[Role::Support]);
    let judge = |right, misses, state| judge_second_step(right, &operator, misses, 7, state, stage.world());
    let mut now = state(Factor::Totp);
    for left in [4, 3, 2, 1] {
        let judged = judge(false, 0, now.clone());
        assert_eq!(judged.outcome, Answer::Wrong { left });
        assert_eq!(events(&judged.changes), ["operator_sign_in_failed"]);
        let by = |change: &Change| matches!(change, Change::CountFailures { day: 7, by: 1, .. });
        assert!(judged.changes.iter().any(by), "R20");
        lock::record_failure(&mut now, &stage.policy, stage.now);
    }
    let right = judge(true, 4, now.clone());
    assert_eq!(right.outcome, Answer::Right);
    assert!(right.changes.iter().any(|change| matches!(change, Change::CountFailures { by: -4, .. })));
    let judged = judge(false, 4, now.clone());
    assert_eq!(judged.outcome, Answer::LockedNow { until: START.after(minutes(15)) });
    assert_eq!(events(&judged.changes), ["operator_sign_in_failed", "operator_locked"]);
    lock::record_failure(&mut now, &stage.policy, stage.now);
    let refused = judge(true, 5, now);
    assert!(matches!(refused.outcome, Answer::Refused(_)) && refused.changes.is_empty());
}

#[test]
fn a_year_of_wrong_codes_shuts_the_app_until_it_is_set_up_anew_and_a_passkey_never() {
    let stage = Stage::new();
    let operator = operator(1, &[Role::Support]);
    let mut spent = state(Factor::Totp);
    spent.failures_this_year = 30;
    let judged = judge_second_step(true, &operator, 0, 7, spent.clone(), stage.world());
    assert_eq!(judged.outcome, Answer::Refused(Refusal::Disabled));
    let new = crate::enrolment::New {
        factor: Factor::Totp,
        name: " my\nphone ".to_owned(),
        secret: AuthenticatorSecret::Totp { key: vec![1; 20], drift_steps: 0 },
        last_step: Some(9),
    };
    let added = add_factor(&operator, new, &[factor(1, Factor::Totp)], spent, stage.world());
    let opens = |change: &Change| matches!(change, Change::SaveFactor(s) if s.failures_this_year == 0);
    assert!(added.changes.iter().any(opens));
    assert!(
        matches!(&added.changes[0], Change::SaveOperatorAuthenticator(one) if one.ended_at == Some(START)),
        "the app before it goes first"
    );
    let mut broken = state(Factor::Passkey);
    broken.run = 4;
    let judged = judge_second_step(false, &operator, 0, 7, broken, stage.world());
    assert_eq!(judged.outcome, Answer::Wrong { left: u32::MAX });
    assert_eq!(judged.changes.len(), 1, "an entry and no count");
}

#[test]
fn the_last_second_factor_stays() {
    let stage = Stage::new();
    let operator = operator(1, &[Role::Support]);
    let (app, key) = (factor(1, Factor::Totp), factor(2, Factor::Passkey));
    let ended = OperatorAuthenticator { ended_at: Some(START), ..key.clone() };
    let remove =
        |standing: &[OperatorAuthenticator]| remove_factor(&operator, &app, standing, stage.world()).outcome;
    assert_eq!(remove(&[app.clone(), key]), Ok(()));
    assert_eq!(remove(&[app.clone(), ended]), Err(FactorRefusal::Last));
    assert_eq!(remove(std::slice::from_ref(&app)), Err(FactorRefusal::Last));
}

#[test]
fn only_somebody_who_can_sign_in_counts_as_another_admin() {
    let stage = Stage::new();
    let admin = operator(1, &[Role::Admin]);
    let refused = |other: Operator| {
        let everyone = [admin.clone(), other];
        let act = StaffAct { by: None, meant: &admin, everyone: &everyone, reason: "x" };
        disable(act, stage.world()).outcome
    };
    let second = operator(2, &[Role::Admin]);
    assert_eq!(refused(second.clone()), Ok(()));
    let last = Err(StaffRefusal::LastAdmin);
    assert_eq!(refused(Operator { roles: vec![Role::Support], ..second.clone() }), last);
    assert_eq!(refused(Operator { disabled_at: Some(START), ..second.clone() }), last);
    assert_eq!(refused(Operator { password_hash: String::new(), ..second }), last, "not joined yet");
}

/// R10: entries are never taken out again.
#[test]
fn a_reason_leaves_no_number_and_no_code_in_the_entry() {
    let stage = Stage::new();
    let (admin, meant) = (operator(1, &[Role::Admin]), operator(2, &[Role::Support]));
    let gone = Operator { disabled_at: Some(START), ..meant.clone() };
    let everyone = [admin.clone(), meant.clone()];
    let reason = "called from +44 7400 123456, code 482913";
    let act = |meant| StaffAct { by: Some(admin.id), meant, everyone: &everyone, reason };
    let all = [
        change_roles(act(&meant), vec![Role::Fraud], stage.world()).changes,
        disable(act(&meant), stage.world()).changes,
        enable(act(&gone), stage.world()).changes,
        reset(act(&meant), &[], "en", stage.world()).changes,
    ];
    for changes in all {
        let entry = changes.iter().find(|change| matches!(change, Change::InsertEvent(_)));
        let kept = format!("{entry:?}");
        assert!(kept.contains("called from +44 •••• ••••56, code •••"), "{kept}");
    }
}

#[test]
fn a_reset_takes_everything_back_and_says_why() {
    let stage = Stage::new();
    let (admin, meant) = (operator(1, &[Role::Admin]), operator(2, &[Role::Support]));
    let everyone = [admin.clone(), meant.clone()];
    let act = StaffAct { by: Some(admin.id), meant: &meant, everyone: &everyone, reason: "lost phone" };
    let done = reset(act, &[factor(1, Factor::Totp)], "en", stage.world());
    let token = done.outcome.unwrap();
    assert_eq!(events(&done.changes), ["operator_reset"]);
    let has = |wanted: fn(&Change) -> bool| done.changes.iter().any(wanted);
    assert!(has(|c| matches!(c, Change::SaveOperator(o) if o.password_hash.is_empty())));
    assert!(has(|c| matches!(c, Change::EndOperatorSessions { except: None, .. })));
    assert!(has(|c| matches!(c, Change::SaveOperatorAuthenticator(a) if a.ended_at.is_some())));
    let link = done.changes.iter().find_map(|change| match change {
        Change::InsertOperatorInvitation(link) => Some(link.clone()),
        _ => None,
    });
    let link = link.unwrap();
    assert_eq!((link.token, link.purpose), (token.hash(), InvitationPurpose::Reset));
    assert!(is_open(&link, START.after(days(1)).before(MOMENT)) && !is_open(&link, START.after(days(1))));
    assert!(!format!("{:?}", done.changes).contains(token.expose()), "R10");
}
