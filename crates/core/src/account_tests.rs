//! The password step, the second factors that may follow, and the SMS switch: what a stranger can tell, what
//! a lock shuts, and the whole table of the switch.

use super::*;
use crate::address::{Address, AddressIndex};
use crate::code::CodeKey;
use crate::entropy::testing::Counting;
use crate::id::{BindingId, DeviceId, ServiceId};
use crate::session::Scene;
use crate::time::{days, minutes, seconds};
use std::time::Duration;

const START: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);
const PHONE: &str = "+447400123456";
const EMAIL: &str = "ada@example.com";

/// A world that begins anew, so that two decisions taken in two of them draw the same identifiers.
fn world_at(now: Timestamp) -> World<'static> {
    World {
        policy: Box::leak(Box::new(Policy::default())),
        key: Box::leak(Box::new(CodeKey::new([9; 32]))),
        now,
        entropy: Box::leak(Box::new(Counting::new())),
        scene: Box::leak(Box::new(Scene::of("Firefox on Linux"))),
    }
}

fn world() -> World<'static> {
    world_at(START)
}

fn owner() -> AccountId {
    AccountId::from_bytes([1; 16])
}

fn lane(subject: Subject, lane: Option<DeviceId>) -> FactorState {
    FactorState::fresh(ServiceId::from_bytes([1; 16]), subject, Factor::Password, lane)
}

/// The lane in which strangers try passwords on an identifier.
fn strangers() -> FactorState {
    lane(Subject::Address(AddressIndex([3; 32])), None)
}

fn account() -> Account {
    Account {
        id: owner(),
        service_id: ServiceId::from_bytes([1; 16]),
        status: AccountStatus::Active,
        email: Address::from_exposed(EMAIL),
        password_hash: "$argon2id$v=19$secret".to_owned(),
        sms_enabled_at: None,
        phrase: None,
        password_set_at: START,
        frozen_from: None,
        frozen_by_staff_from: None,
        status_set_at: None,
        locale: "en".to_owned(),
        created_at: START,
    }
}

fn live() -> Binding {
    Binding {
        id: BindingId::from_bytes([4; 16]),
        service_id: ServiceId::from_bytes([1; 16]),
        account_id: owner(),
        number: Address::from_exposed(PHONE).unwrap(),
        bound_at: START,
        suspended_at: None,
        ended_at: None,
    }
}

fn suspended() -> Binding {
    Binding { suspended_at: Some(START), ..live() }
}

fn ended() -> Binding {
    Binding { ended_at: Some(START), ..live() }
}

/// The state that a decision saves.
fn saved(changes: &[Change]) -> Option<FactorState> {
    changes.iter().find_map(|change| match change {
        Change::SaveFactor(state) => Some(state.clone()),
        _ => None,
    })
}

fn events(changes: &[Change]) -> Vec<Event> {
    let event = |change: &Change| match change {
        Change::InsertEvent(entry) => Some(entry.event.clone()),
        _ => None,
    };
    changes.iter().filter_map(event).collect()
}

// Opening.

#[test]
fn an_account_opened_by_phone_has_sms_on_and_one_opened_by_email_has_it_off() {
    let service = ServiceId::from_bytes([1; 16]);
    let by_phone = open(service, &Address::from_exposed(PHONE).unwrap(), "$hash", "th", world());
    assert_eq!((by_phone.sms_enabled_at, by_phone.email), (Some(START), None));
    let by_email = open(service, &Address::from_exposed(EMAIL).unwrap(), "$hash", "th", world());
    assert_eq!((by_email.sms_enabled_at, by_email.email), (None, Address::from_exposed(EMAIL)));
    assert_eq!((by_email.status, by_email.locale.as_str()), (AccountStatus::Active, "th"));
}

// The password step.

/// Everything a stranger could tell apart: the outcome, and what is written (its number, kinds and content).
/// Whose activity an entry lands in is the one difference allowed.
fn as_seen(mut decision: Decision<PasswordOutcome>) -> Decision<PasswordOutcome> {
    for change in &mut decision.changes {
        if let Change::InsertEvent(entry) = change {
            entry.account_id = None;
        }
    }
    decision
}

#[test]
fn t14_an_unknown_identifier_and_a_wrong_password_look_alike_through_every_lock() {
    let (mut known, mut unknown) = (strangers(), strangers());
    let mut now = START;
    let mut outcomes = Vec::new();
    for _ in 0..104 {
        for _ in 0..2 {
            let wrong = judge_password(false, Some(owner()), known.clone(), world_at(now));
            // An unknown identifier is compared with a hash too; even "right" means nothing there.
            let nobody = judge_password(true, None, unknown.clone(), world_at(now));
            known = saved(&wrong.changes).unwrap_or(known);
            unknown = saved(&nobody.changes).unwrap_or(unknown);
            outcomes.push(wrong.outcome);
            assert_eq!(as_seen(wrong), as_seen(nobody));
        }
        now = known.locked_until.filter(|until| now < *until).unwrap_or(now);
    }
    let of = |wanted: fn(&PasswordOutcome) -> bool| outcomes.iter().filter(|o| wanted(o)).count();
    let locked = of(|o| matches!(o, PasswordOutcome::LockedNow { .. }));
    let wrong = of(|o| *o == PasswordOutcome::Wrong);
    assert!((4 * locked..4 * locked + 5).contains(&wrong), "four of each five: {wrong} and {locked}");
    assert!(of(|o| matches!(o, PasswordOutcome::Refused(Refusal::Locked { .. }))) > 0);
    // Strangers may not shut an identifier for good (R24, CWE-645): the ladder's last step is all they reach.
    assert!(!outcomes.contains(&PasswordOutcome::Refused(Refusal::Disabled)));
    assert_eq!(known.in_a_row, unknown.in_a_row);
    assert!(known.in_a_row > 100, "on past a hundred in a row");
}

#[test]
fn wrong_passwords_count_lock_and_are_recorded() {
    let mut state = strangers();
    for attempt in 1..=4 {
        let decision = judge_password(false, Some(owner()), state, world());
        assert_eq!(decision.outcome, PasswordOutcome::Wrong);
        assert_eq!(events(&decision.changes), [Event::PasswordWrong]);
        state = saved(&decision.changes).unwrap();
        assert_eq!((state.run, state.in_a_row), (attempt, attempt));
    }
    let until = START.after(minutes(15));
    let fifth = judge_password(false, Some(owner()), state, world());
    assert_eq!(fifth.outcome, PasswordOutcome::LockedNow { until });
    let locked = Event::FactorLocked { factor: Factor::Password, until_ms: until.unix_ms() };
    assert_eq!(events(&fifth.changes), [Event::PasswordWrong, locked]);
    let Some(Change::InsertEvent(entry)) = fifth.changes.first() else { panic!("an entry") };
    assert_eq!((entry.account_id, entry.device.as_str()), (Some(owner()), "Firefox on Linux"));
}

#[test]
fn a_locked_lane_refuses_even_the_right_password_until_it_opens() {
    let until = START.after(minutes(15));
    let locked = FactorState { locked_until: Some(until), ..strangers() };
    let early = judge_password(true, Some(owner()), locked.clone(), world_at(until.before(MOMENT)));
    assert_eq!(early, Decision::only(PasswordOutcome::Refused(Refusal::Locked { until })));
    let wrong = judge_password(false, Some(owner()), locked.clone(), world());
    assert_eq!(wrong, Decision::only(PasswordOutcome::Refused(Refusal::Locked { until })), "nor counts");
    assert_eq!(judge_password(true, Some(owner()), locked, world_at(until)).outcome, PasswordOutcome::Right);
    let disabled = FactorState { disabled_at: Some(START), ..strangers() };
    let never = judge_password(true, Some(owner()), disabled, world_at(START.after(days(400))));
    assert_eq!(never, Decision::only(PasswordOutcome::Refused(Refusal::Disabled)));
}

const MOMENT: Duration = Duration::from_millis(1);

#[test]
fn the_right_password_ends_the_run_but_not_the_ladder_and_writes_nothing_when_there_was_none() {
    assert_eq!(
        judge_password(true, Some(owner()), strangers(), world()),
        Decision::only(PasswordOutcome::Right)
    );
    let tried = FactorState { run: 4, in_a_row: 9, ladder_step: 1, ..strangers() };
    let decision = judge_password(true, Some(owner()), tried.clone(), world());
    assert_eq!(decision.outcome, PasswordOutcome::Right);
    let after = FactorState { run: 0, in_a_row: 0, ..tried };
    assert_eq!(decision.changes, [Change::SaveFactor(after)]);
    let after_a_lock = FactorState { run: 0, in_a_row: 5, ladder_step: 1, ..strangers() };
    let decision = judge_password(true, Some(owner()), after_a_lock, world());
    assert_eq!(saved(&decision.changes).unwrap().in_a_row, 0, "a hundred in a row, not in a life");
}

#[test]
fn t15_strangers_lock_their_own_lane_and_a_known_device_keeps_its_own() {
    let device = DeviceId::from_bytes([7; 16]);
    let mut outside = strangers();
    for _ in 0..5 {
        outside = saved(&judge_password(false, Some(owner()), outside, world()).changes).unwrap();
    }
    assert!(matches!(lock::refusal(&outside, world().policy, START), Some(Refusal::Locked { .. })));
    let known = lane(outside.subject, Some(device));
    let decision = judge_password(false, Some(owner()), known, world());
    assert_eq!(decision.outcome, PasswordOutcome::Wrong, "its own five tries");
    let known = saved(&decision.changes).unwrap();
    assert_eq!((known.lane, known.run), (Some(device), 1), "what is saved stays in its lane");
    assert_eq!(judge_password(true, Some(owner()), known, world()).outcome, PasswordOutcome::Right);
}

// Second factors.

fn methods(account: &Account, binding: Option<&Binding>, states: &[FactorState]) -> Vec<Method> {
    second_factors(account, binding, states, &Policy::default(), START)
}

fn method(factor: Factor, refusal: Option<Refusal>) -> Method {
    let address = Address::from_exposed(if factor == Factor::Sms { PHONE } else { EMAIL }).unwrap();
    Method { factor, address, refusal }
}

#[test]
fn sms_is_asked_first_where_it_is_on_and_email_otherwise() {
    let (sms, email) = ([method(Factor::Sms, None)], [method(Factor::Email, None)]);
    let on = Account { sms_enabled_at: Some(START), ..account() };
    assert_eq!(methods(&on, Some(&live()), &[]), [sms.clone(), email.clone()].concat());
    assert_eq!(methods(&account(), Some(&live()), &[]), email, "bound, but switched off");
    assert_eq!(methods(&on, None, &[]), email);
    assert_eq!(methods(&on, Some(&suspended()), &[]), email, "it may be a stranger's by now (B6)");
    assert_eq!(methods(&on, Some(&ended()), &[]), email);
    let phone_only = Account { email: None, ..on };
    assert_eq!(methods(&phone_only, Some(&live()), &[]), sms);
    assert_eq!(methods(&phone_only, Some(&suspended()), &[]), []);
}

#[test]
fn a_method_that_cannot_be_used_now_stands_last_and_says_until_when() {
    let on = Account { sms_enabled_at: Some(START), ..account() };
    let until = START.after(seconds(1));
    let state = |factor| FactorState { factor, ..lane(Subject::Account(owner()), None) };
    let sms_locked = FactorState { locked_until: Some(until), ..state(Factor::Sms) };
    let email_disabled = FactorState { disabled_at: Some(START), ..state(Factor::Email) };
    let locked = method(Factor::Sms, Some(Refusal::Locked { until }));
    let disabled = method(Factor::Email, Some(Refusal::Disabled));
    // The states of other factors, before and after, are no business of this one.
    let states = [state(Factor::Password), state(Factor::Email), sms_locked.clone()];
    assert_eq!(methods(&on, Some(&live()), &states), [method(Factor::Email, None), locked.clone()]);
    let states = [email_disabled.clone(), state(Factor::Sms)];
    assert_eq!(methods(&on, Some(&live()), &states), [method(Factor::Sms, None), disabled.clone()]);
    let states = [email_disabled, sms_locked];
    assert_eq!(methods(&on, Some(&live()), &states), [locked, disabled]);
}

// The SMS switch (section C).

#[test]
fn the_table_of_the_sms_switch() {
    use AccountStatus::{Active, Flagged, Restricted};
    use SwitchRefusal::{NeedsIdentity, NoNumber, OnlySecondFactor, Suspended};
    let bindings = [None, Some(live()), Some(suspended()), Some(ended())];
    // Rows: the account's status. Columns: no number, a live one, a suspended one, one given up.
    let switching_on = [
        (Active, [Err(NoNumber), Ok(()), Err(Suspended), Err(NoNumber)]),
        (Restricted, [Err(NeedsIdentity); 4]),
        (Flagged, [Err(NeedsIdentity); 4]),
        (AccountStatus::Frozen, [Err(SwitchRefusal::Frozen); 4]),
    ];
    // Neither a password nor an email code replaces SMS (R15): today nothing lets it be switched off.
    let switching_off = [
        (Active, [Err(OnlySecondFactor); 4]),
        (Restricted, [Err(NeedsIdentity); 4]),
        (Flagged, [Err(NeedsIdentity); 4]),
        (AccountStatus::Frozen, [Err(SwitchRefusal::Frozen); 4]),
    ];
    for others in [&[][..], &[Factor::Password], &[Factor::Email], &[Factor::Password, Factor::Email]] {
        for (on, table) in [(true, &switching_on), (false, &switching_off)] {
            for (status, row) in table {
                for (binding, expected) in bindings.iter().zip(row) {
                    let enabled = (!on).then_some(START);
                    let account = Account { status: *status, sms_enabled_at: enabled, ..account() };
                    let case = format!("{status:?} {binding:?} {others:?} on: {on}");
                    assert_eq!(may_switch(&account, binding.as_ref(), others, on), *expected, "{case}");
                    let decision = switch_sms(&account, binding.as_ref(), others, on, world());
                    assert_eq!(decision.outcome.clone().map(|_| ()), *expected, "{case}");
                    assert_eq!(decision.changes.is_empty(), expected.is_err(), "{case}");
                    let still = Account { sms_enabled_at: on.then_some(START), ..account };
                    let unmoved = switch_sms(&still, binding.as_ref(), others, on, world());
                    assert_eq!(unmoved, Decision::only(Ok(still)), "where it stands: {case}");
                }
            }
        }
    }
}

#[test]
fn switching_on_is_saved_recorded_and_told_by_email_alone() {
    let later = START.after(days(3));
    let decision = switch_sms(&account(), Some(&live()), &[], true, world_at(later));
    let changed = decision.outcome.unwrap();
    assert_eq!(changed, Account { sms_enabled_at: Some(later), ..account() });
    let [
        Change::SaveAccount(saved),
        Change::InsertEvent(entry),
        Change::InsertFreezeLink { token, account_id, expires_at, .. },
        Change::InsertMessage(told),
    ] = &decision.changes[..]
    else {
        panic!("account, event, link, notice: {:?}", decision.changes)
    };
    assert_eq!(*saved, changed);
    assert_eq!((&entry.event, entry.account_id), (&Event::SmsSwitchedOn, Some(owner())));
    assert_eq!((told.to.expose(), told.channel, told.verification_id), (EMAIL, Channel::Email, None));
    let Body::Notice { notice, at_ms, detail, freeze_path } = &told.body else { panic!("a notice") };
    assert_eq!((*notice, *at_ms, detail.as_str()), (Notice::SmsSwitchedOn, later.unix_ms(), ""));
    // The message's own link freezes this account for thirty days, and only its hash is kept (R67).
    let secret = freeze_path.strip_prefix("/freeze/").unwrap();
    assert_eq!(crate::session::hash_token(secret), *token);
    assert_eq!((*account_id, *expires_at), (owner(), later.after(days(30))));

    let unreachable = Account { email: None, ..account() };
    let decision = switch_sms(&unreachable, Some(&live()), &[], true, world());
    assert!(decision.outcome.is_ok());
    assert!(!decision.changes.iter().any(|change| matches!(change, Change::InsertMessage(_))));
}

#[test]
fn switching_off_needs_an_app_or_a_passkey_and_holds_value_for_a_day() {
    let on = Account { sms_enabled_at: Some(START), ..account() };
    for other in [Factor::Totp, Factor::Passkey] {
        let decision = switch_sms(&on, Some(&live()), &[Factor::Email, other], false, world());
        assert_eq!(decision.outcome, Ok(account()));
        assert_eq!(crate::stage::event_kinds(&decision.changes), ["sms_switched_off", "hold_started"]);
        let [begun] = crate::stage::holds(&decision.changes)[..] else { panic!("one hold") };
        assert_eq!((begun.cause, begun.ends_at), (HoldCause::SmsSwitchedOff, START.after(days(1))));
        assert_eq!(crate::stage::notices(&decision.changes), [(EMAIL, Notice::SmsSwitchedOff, "")]);
    }
    for other in [Factor::TradingPassword, Factor::RecoveryCode, Factor::Sms] {
        let decision = switch_sms(&on, Some(&live()), &[other], false, world());
        assert_eq!(decision, Decision::only(Err(SwitchRefusal::OnlySecondFactor)), "{other:?}");
    }
}

#[test]
fn t7_nothing_printed_shows_the_password_hash_or_an_address() {
    let decision = switch_sms(&account(), Some(&live()), &[], true, world());
    let printed = format!("{decision:?} {:?}", methods(&account(), Some(&live()), &[]));
    for secret in ["argon2", "secret", EMAIL, PHONE, "7400123456"] {
        assert!(!printed.contains(secret), "{secret} is printed");
    }
}

#[test]
fn the_phrase_is_set_and_taken_away_recorded_and_told_without_being_said() {
    for phrase in [Some("blue heron".to_owned()), None] {
        let before = Account { phrase: Some("old".to_owned()), ..account() };
        let decision = set_phrase(&before, Some(&live()), phrase.clone(), world());
        assert_eq!(decision.outcome, Account { phrase, ..account() });
        assert!(decision.changes.contains(&Change::SaveAccount(decision.outcome.clone())));
        assert_eq!(crate::stage::event_kinds(&decision.changes), ["phrase_changed"]);
        let told = [(EMAIL, Notice::PhraseChanged, ""), (PHONE, Notice::PhraseChanged, "")];
        assert_eq!(crate::stage::notices(&decision.changes), told);
        assert!(!format!("{decision:?}").contains("heron"));
    }
}
