//! Which numbers may be bound, and to whom: every kind of line with a real example of it, the lists of a
//! policy, and what becomes of a number with a past. Examples are libphonenumber's own (the metadata's
//! example numbers).

use super::*;
use crate::address::Address;
use crate::code::CodeKey;
use crate::entropy::testing::Counting;
use crate::id::{AccountId, DeviceId, ServiceId, SessionId};
use crate::policy::PolicyFile;
use crate::session::Scene;
use crate::stage;
use crate::time::{Timestamp, days};

const START: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);
const GB_MOBILE: &str = "+447400123456";
const TH_MOBILE: &str = "+66812345678";

fn number(e164: &str) -> PhoneNumber {
    PhoneNumber::from_e164(e164).unwrap()
}

fn world_with(policy: Policy) -> World<'static> {
    World {
        policy: Box::leak(Box::new(policy)),
        key: Box::leak(Box::new(CodeKey::new([9; 32]))),
        now: START,
        entropy: Box::leak(Box::new(Counting::new())),
        scene: Box::leak(Box::new(Scene::default())),
    }
}

fn world() -> World<'static> {
    world_with(Policy::default())
}

fn account_id(number: u8) -> AccountId {
    AccountId::from_bytes([number; 16])
}

/// The account that binds.
fn account() -> Account {
    Account {
        id: account_id(1),
        service_id: ServiceId::from_bytes([1; 16]),
        status: AccountStatus::Active,
        email: Address::from_exposed("ada@example.com"),
        password_hash: "$argon2id$".to_owned(),
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

/// A live binding of a number to an account, a year old.
fn bound(to: u8, e164: &str) -> Binding {
    Binding {
        id: BindingId::from_bytes([to; 16]),
        service_id: ServiceId::from_bytes([1; 16]),
        account_id: account_id(to),
        number: Address::Phone(number(e164)),
        bound_at: START.before(days(365)),
        suspended_at: None,
        ended_at: None,
    }
}

fn nobodys() -> Ownership {
    Ownership { live: None, mine: None, had_other_owner: false }
}

fn another_accounts() -> Ownership {
    Ownership { live: Some(bound(2, GB_MOBILE)), mine: None, had_other_owner: true }
}

fn this_accounts() -> Ownership {
    Ownership { live: Some(bound(1, GB_MOBILE)), mine: Some(bound(1, GB_MOBILE)), had_other_owner: false }
}

fn holding_another_number() -> Ownership {
    Ownership { live: None, mine: Some(bound(1, TH_MOBILE)), had_other_owner: false }
}

fn sms() -> FactorState {
    let subject = Subject::Account(account_id(1));
    FactorState::fresh(ServiceId::from_bytes([1; 16]), subject, Factor::Sms, None)
}

fn bind_with(owners: &Ownership, recycled: Recycled) -> Decision<BindOutcome> {
    bind(&account(), &number(GB_MOBILE), owners, recycled, None, sms(), world())
}

// Which numbers.

#[test]
fn every_kind_of_line_is_judged_by_whether_a_person_can_receive_a_code_on_it() {
    let judged = |e164: &str| judge_number(&number(e164), &Policy::default());
    for (e164, kind) in [
        (GB_MOBILE, LineKind::Mobile),
        (TH_MOBILE, LineKind::Mobile),
        // Where the plan cannot tell fixed from mobile, nobody is refused: North America, Mexico, Chile.
        ("+12015550123", LineKind::FixedLineOrMobile),
        ("+522221234567", LineKind::FixedLineOrMobile),
        ("+56221234567", LineKind::FixedLineOrMobile),
    ] {
        assert_eq!(number(e164).line(), kind, "{e164}");
        assert_eq!(judged(e164), Ok(()), "{e164}");
    }
    for (e164, kind, reason) in [
        ("+441212345678", LineKind::FixedLine, "line_fixed"),
        ("+445612345678", LineKind::Voip, "line_voip"),
        ("+448001234567", LineKind::TollFree, "line_toll_free"),
        ("+449012345678", LineKind::PremiumRate, "line_premium_rate"),
        ("+447640123456", LineKind::Pager, "line_pager"),
        ("+447012345678", LineKind::PersonalNumber, "line_other"),
        ("+445512345678", LineKind::Uan, "line_other"),
        ("+355808123", LineKind::SharedCost, "line_other"),
        ("+41860123456789", LineKind::Voicemail, "line_other"),
        ("+15002345678", LineKind::PersonalNumber, "line_other"),
        ("+18002345678", LineKind::TollFree, "line_toll_free"),
        ("+19002345678", LineKind::PremiumRate, "line_premium_rate"),
    ] {
        assert_eq!(number(e164).line(), kind, "{e164}");
        assert_eq!(judged(e164), Err(NumberRefusal::Line(kind)), "{e164}");
        assert_eq!(judged(e164).unwrap_err().as_str(), reason, "{e164}");
    }
}

#[test]
fn numbers_of_no_country_are_refused_even_where_the_policy_allows_every_country() {
    // Satellite networks count as mobile in the plan; the rest are refused by their line already.
    for e164 in ["+881612345678", "+870301234567", "+8823421234"] {
        assert_eq!(number(e164).region(), None, "{e164}");
        assert_eq!(judge_number(&number(e164), &Policy::default()), Err(NumberRefusal::NoCountry), "{e164}");
    }
    for (e164, kind) in [
        ("+80012345678", LineKind::TollFree),
        ("+80812345678", LineKind::SharedCost),
        ("+883510012345", LineKind::Voip),
        ("+979123456789", LineKind::PremiumRate),
    ] {
        let refused = Err(NumberRefusal::Line(kind));
        assert_eq!(judge_number(&number(e164), &Policy::default()), refused, "{e164}");
    }
}

/// A policy as its owner writes it.
fn written(json: &str) -> Policy {
    Policy::from_file(serde_json::from_str::<PolicyFile>(json).unwrap()).unwrap()
}

#[test]
fn countries_are_allowed_by_one_list_and_denied_by_the_other_which_wins() {
    let elsewhere = Err(NumberRefusal::CountryNotAllowed);
    for (json, gb, th) in [
        ("{}", Ok(()), Ok(())),
        (r#"{"countries_allowed": ["GB"]}"#, Ok(()), elsewhere),
        (r#"{"countries_denied": ["GB"]}"#, elsewhere, Ok(())),
        (r#"{"countries_allowed": ["GB", "TH"], "countries_denied": ["TH"]}"#, Ok(()), elsewhere),
    ] {
        let policy = written(json);
        assert_eq!(judge_number(&number(GB_MOBILE), &policy), gb, "{json}");
        assert_eq!(judge_number(&number(TH_MOBILE), &policy), th, "{json}");
    }
    // Guernsey shares +44 with Great Britain and is another country.
    let guernsey = number("+447781123456");
    assert_eq!(judge_number(&guernsey, &written(r#"{"countries_denied": ["GB"]}"#)), Ok(()));
}

#[test]
fn prefixes_are_denied_from_the_plus_sign_on() {
    let policy = written(r#"{"prefixes_denied": ["+44740", "+6"]}"#);
    assert_eq!(judge_number(&number(GB_MOBILE), &policy), Err(NumberRefusal::Denied));
    assert_eq!(judge_number(&number(TH_MOBILE), &policy), Err(NumberRefusal::Denied));
    assert_eq!(judge_number(&number("+447512345678"), &policy), Ok(()));
    let inside = written(r#"{"prefixes_denied": ["+7400123456"]}"#);
    assert_eq!(judge_number(&number(GB_MOBILE), &inside), Ok(()));
}

#[test]
fn a_list_that_would_silently_deny_nobody_is_an_error() {
    for json in [
        r#"{"countries_denied": ["gb"]}"#,
        r#"{"countries_allowed": ["Gb"]}"#,
        r#"{"prefixes_denied": ["44740"]}"#,
        r#"{"prefixes_denied": ["+44 740"]}"#,
        r#"{"prefixes_denied": ["+"]}"#,
        r#"{"prefixes_denied": [""]}"#,
    ] {
        let errors = Policy::from_file(serde_json::from_str(json).unwrap()).unwrap_err();
        assert_eq!(errors.len(), 1, "{json}");
    }
}

// For whom.

#[test]
fn the_number_itself_is_judged_before_whose_it_is() {
    let fixed = number("+441212345678");
    for owners in [nobodys(), another_accounts(), this_accounts()] {
        let judged = judge_for_account(&fixed, &account(), &owners, Recycled::No, false, &Policy::default());
        assert_eq!(judged, Err(NumberRefusal::Line(LineKind::FixedLine)));
        let bound = bind(&account(), &fixed, &owners, Recycled::Yes, None, sms(), world());
        let refused = BindOutcome::Refused(NumberRefusal::Line(LineKind::FixedLine));
        assert_eq!(bound, Decision::only(refused), "and once more before it is bound");
    }
}

#[test]
fn t14_before_the_proof_a_taken_number_looks_free_unless_the_policy_says_otherwise() {
    let immediate = written(r#"{"taken_number": "immediate"}"#);
    let judge = |owners: &Ownership, recycled, policy: &Policy| {
        judge_for_account(&number(GB_MOBILE), &account(), owners, recycled, false, policy)
    };
    for recycled in [Recycled::Yes, Recycled::No, Recycled::Unknown] {
        for policy in [&Policy::default(), &immediate] {
            assert_eq!(judge(&nobodys(), recycled, policy), Ok(()));
            assert_eq!(judge(&this_accounts(), recycled, policy), Err(NumberRefusal::AlreadyYours));
            assert_eq!(judge(&holding_another_number(), recycled, policy), Err(NumberRefusal::HasNumber));
        }
        assert_eq!(judge(&another_accounts(), recycled, &Policy::default()), Ok(()), "{recycled:?}");
    }
    let taken = Err(NumberRefusal::Taken);
    assert_eq!(judge(&another_accounts(), Recycled::No, &immediate), taken);
    assert_eq!(judge(&another_accounts(), Recycled::Unknown, &immediate), taken);
    assert_eq!(judge(&another_accounts(), Recycled::Yes, &immediate), Ok(()), "it may be taken over");
    let both = Ownership { mine: Some(bound(1, TH_MOBILE)), ..another_accounts() };
    assert_eq!(judge(&both, Recycled::No, &immediate), Err(NumberRefusal::HasNumber), "own affairs first");
}

#[test]
fn a_number_with_a_history_asks_for_a_second_proof() {
    let once = Ownership { had_other_owner: true, ..nobodys() };
    let still = Ownership { had_other_owner: false, ..another_accounts() };
    for recycled in [Recycled::Yes, Recycled::No, Recycled::Unknown] {
        assert!(!needs_second_proof(&account(), &nobodys(), recycled));
        assert!(!needs_second_proof(&account(), &this_accounts(), recycled));
        assert!(needs_second_proof(&account(), &once, recycled));
        assert_eq!(needs_second_proof(&account(), &still, recycled), recycled == Recycled::Yes);
    }
}

// Binding.

#[test]
fn a_free_number_is_bound_recorded_and_told_by_email() {
    let decision = bind_with(&nobodys(), Recycled::Unknown);
    let BindOutcome::Bound(binding) = &decision.outcome else { panic!("bound") };
    assert_eq!((binding.account_id, binding.number.expose()), (account_id(1), GB_MOBILE));
    assert_eq!((binding.bound_at, binding.suspended_at, binding.ended_at), (START, None, None));
    let [
        Change::InsertEvent(entry),
        Change::InsertFreezeLink { token, account_id: freezes, .. },
        Change::InsertMessage(told),
        Change::InsertBinding(inserted),
        Change::SaveFactor(_),
    ] = &decision.changes[..]
    else {
        panic!("event, link, notice, binding, factor: {:?}", decision.changes)
    };
    assert_eq!(inserted, binding);
    let masked = "+44 •••• ••••56".to_owned();
    assert_eq!(entry.event, Event::NumberBound { number: masked.clone() });
    assert_eq!(entry.account_id, Some(account_id(1)));
    assert_eq!((told.to.expose(), told.channel), ("ada@example.com", Channel::Email));
    let Body::Notice { notice, at_ms, detail, freeze_path } = &told.body else { panic!("a notice") };
    assert_eq!((*notice, *at_ms, detail), (Notice::NumberBound, START.unix_ms(), &masked));
    assert_eq!(crate::session::hash_token(freeze_path.strip_prefix("/freeze/").unwrap()), *token);
    assert_eq!(*freezes, account_id(1));
}

#[test]
fn an_account_without_email_gets_no_notice_least_of_all_at_the_new_number() {
    let unreachable = Account { email: None, ..account() };
    let decision = bind(&unreachable, &number(GB_MOBILE), &nobodys(), Recycled::No, None, sms(), world());
    assert!(matches!(decision.outcome, BindOutcome::Bound(_)));
    assert!(!decision.changes.iter().any(|change| matches!(change, Change::InsertMessage(_))));
}

#[test]
fn a_number_that_another_account_holds_stays_there_unless_the_carrier_says_it_was_recycled() {
    for recycled in [Recycled::No, Recycled::Unknown] {
        let refused = Decision::only(BindOutcome::Refused(NumberRefusal::Taken));
        assert_eq!(bind_with(&another_accounts(), recycled), refused, "{recycled:?}");
    }
    let decision = bind_with(&another_accounts(), Recycled::Yes);
    assert!(matches!(&decision.outcome, BindOutcome::Bound(new) if new.account_id == account_id(1)));
    let ended = Binding { suspended_at: Some(START), ended_at: Some(START), ..bound(2, GB_MOBILE) };
    let place = |wanted: &dyn Fn(&Change) -> bool| decision.changes.iter().position(wanted).unwrap();
    let given_up = place(&|change| *change == Change::SaveBinding(ended.clone()));
    let taken_over = place(&|change| matches!(change, Change::InsertBinding(_)));
    assert!(given_up < taken_over, "one live binding per number at every moment");
    let lost = Event::NumberLost { number: "+44 •••• ••••56".to_owned() };
    let to_old_owner = |change: &Change| match change {
        Change::InsertEvent(entry) => entry.event == lost && entry.account_id == Some(account_id(2)),
        _ => false,
    };
    assert!(decision.changes.iter().any(to_old_owner), "the old owner's activity says so");
}

#[test]
fn an_account_with_a_number_binds_neither_it_nor_another() {
    for recycled in [Recycled::Yes, Recycled::No, Recycled::Unknown] {
        let refused = |refusal| Decision::only(BindOutcome::Refused(refusal));
        assert_eq!(bind_with(&this_accounts(), recycled), refused(NumberRefusal::AlreadyYours));
        assert_eq!(bind_with(&holding_another_number(), recycled), refused(NumberRefusal::HasNumber));
    }
}

// Replacing a number (section F).

fn replaced_by(account: &Account, e164: &str, owners: &Ownership) -> Decision<BindOutcome> {
    bind(account, &number(e164), owners, Recycled::No, Some(here()), sms(), world())
}

fn here() -> Here {
    Here { session: SessionId::from_bytes([6; 16]), device: DeviceId::from_bytes([7; 16]) }
}

#[test]
fn a_new_number_takes_the_place_of_the_old_one_which_is_told_and_value_is_held_for_a_day() {
    let decision = replaced_by(&account(), GB_MOBILE, &holding_another_number());
    let BindOutcome::Bound(new) = &decision.outcome else { panic!("{:?}", decision.outcome) };
    assert_eq!((new.account_id, new.number.expose()), (account_id(1), GB_MOBILE));
    let given_up = Change::SaveBinding(Binding { ended_at: Some(START), ..bound(1, TH_MOBILE) });
    let place = |wanted: &Change| decision.changes.iter().position(|change| change == wanted).unwrap();
    assert!(place(&given_up) < place(&Change::InsertBinding(new.clone())), "one live number at every moment");
    let (from, to) = ("+66 •• ••• ••78".to_owned(), "+44 •••• ••••56");
    let event = Event::NumberChanged { from, to: to.to_owned() };
    assert_eq!(stage::events(&decision.changes)[0], &event);
    assert_eq!(stage::event_kinds(&decision.changes), ["number_changed", "hold_started"]);
    let [begun] = stage::holds(&decision.changes)[..] else { panic!("one hold") };
    assert_eq!((begun.cause, begun.ends_at), (HoldCause::PhoneChanged, START.after(days(1))));
    // R62: old and new address, and the channel that the thief of a phone does not hold; each names the new
    // one, masked.
    let notice = Notice::NumberChanged;
    let everyone = [("ada@example.com", notice, to), (TH_MOBILE, notice, to), (GB_MOBILE, notice, to)];
    assert_eq!(stage::notices(&decision.changes), everyone);
    // R47: whoever else is signed in is not any more, and proves a second factor before they are again.
    let (session, device) = (Some(here().session), Some(here().device));
    place(&Change::EndSessions { account_id: account_id(1), except: session, at: START });
    place(&Change::ForgetDevices { account_id: account_id(1), except: device, at: START });
    assert_eq!(stage::told_kinds(&decision.changes), [WebhookKind::HoldStarted]);
    assert_eq!(stage::saved_factor(&decision.changes).unwrap().rebound_at, Some(START));
}

#[test]
fn without_an_email_address_both_numbers_are_told_all_the_same() {
    let unreachable = Account { email: None, ..account() };
    let decision = replaced_by(&unreachable, GB_MOBILE, &holding_another_number());
    let told: Vec<&str> = stage::notices(&decision.changes).into_iter().map(|(to, ..)| to).collect();
    assert_eq!(told, [TH_MOBILE, GB_MOBILE]);
}

#[test]
fn replacing_lifts_no_other_refusal() {
    let taken = Ownership { mine: Some(bound(1, TH_MOBILE)), ..another_accounts() };
    let frozen = Account { status: AccountStatus::Frozen, ..account() };
    for (account, e164, owners, refusal) in [
        (&account(), GB_MOBILE, this_accounts(), NumberRefusal::AlreadyYours),
        (&account(), GB_MOBILE, taken, NumberRefusal::Taken),
        (&account(), "+441212345678", holding_another_number(), NumberRefusal::Line(LineKind::FixedLine)),
        (&frozen, GB_MOBILE, holding_another_number(), NumberRefusal::Frozen),
        (&frozen, GB_MOBILE, nobodys(), NumberRefusal::Frozen),
    ] {
        let decision = replaced_by(account, e164, &owners);
        assert_eq!(decision, Decision::only(BindOutcome::Refused(refusal)), "{owners:?}");
    }
    let judged = |owners: &Ownership| {
        judge_for_account(&number(GB_MOBILE), &account(), owners, Recycled::No, true, &Policy::default())
    };
    assert_eq!(judged(&holding_another_number()), Ok(()));
    assert_eq!(judged(&this_accounts()), Err(NumberRefusal::AlreadyYours));
}

/// Where there is none to replace, it is an ordinary binding: no hold, and nobody is signed out.
#[test]
fn a_first_number_holds_nothing_and_ends_no_session() {
    for decision in [replaced_by(&account(), GB_MOBILE, &nobodys()), bind_with(&nobodys(), Recycled::No)] {
        assert!(matches!(decision.outcome, BindOutcome::Bound(_)));
        assert_eq!(stage::event_kinds(&decision.changes), ["number_bound"]);
        assert!(stage::holds(&decision.changes).is_empty());
        let ends =
            |change: &Change| matches!(change, Change::EndSessions { .. } | Change::ForgetDevices { .. });
        assert!(!decision.changes.iter().any(ends));
    }
}

#[test]
fn binding_opens_what_failures_had_shut_and_begins_the_year_again() {
    let spent = FactorState {
        run: 4,
        in_a_row: 100,
        ladder_step: 3,
        locked_until: Some(START.after(days(7))),
        disabled_at: Some(START),
        failures_this_year: 59,
        ..sms()
    };
    let saved = |spent: FactorState| {
        let decision = bind(&account(), &number(GB_MOBILE), &nobodys(), Recycled::No, None, spent, world());
        let saved = decision.changes.into_iter().find_map(|change| match change {
            Change::SaveFactor(state) => Some(state),
            _ => None,
        });
        saved.unwrap()
    };
    let opened = saved(spent.clone());
    assert_eq!(lock::refusal(&opened, world().policy, START), None);
    assert_eq!((opened.run, opened.in_a_row), (0, 0));
    assert_eq!(
        (opened.ladder_step, opened.rebound_at),
        (3, Some(START)),
        "the ladder is not given back (R7)"
    );
    let spent_budget = saved(FactorState { failures_this_year: 60, ..spent });
    assert_eq!(
        lock::refusal(&spent_budget, world().policy, START),
        None,
        "until it is bound again (section E)"
    );
}

#[test]
fn t7_no_decision_prints_a_number_or_an_address() {
    let mut printed = String::new();
    for owners in [nobodys(), another_accounts(), this_accounts(), holding_another_number()] {
        for recycled in [Recycled::Yes, Recycled::No] {
            printed += &format!("{owners:?} {:?}", bind_with(&owners, recycled));
        }
    }
    for secret in ["7400123456", "7400 123456", "812345678", "81 234", "ada@example.com", "argon2"] {
        assert!(!printed.contains(secret), "{secret} is printed");
    }
}

#[test]
fn a_removed_number_names_an_account_that_has_nothing_else_to_be_named_by() {
    let nameless = Account { email: None, ..account() };
    let removed = Binding { ended_at: Some(START), ..bound(1, TH_MOBILE) };
    assert!(still_names(&removed, &nameless, None));
    let lost = Binding { suspended_at: Some(START), ..removed.clone() };
    for (newest, account, live, why) in [
        (bound(1, TH_MOBILE), &nameless, None, "a live one is found as such"),
        (bound(2, TH_MOBILE), &nameless, None, "somebody else has it"),
        (Binding { ended_at: Some(START), ..bound(2, TH_MOBILE) }, &nameless, None, "somebody else had it"),
        (lost, &nameless, None, "it passed to another owner"),
        (removed.clone(), &account(), None, "there is an email address"),
        (removed, &nameless, Some(bound(1, GB_MOBILE)), "there is another number"),
    ] {
        assert!(!still_names(&newest, account, live.as_ref()), "{why}");
    }
}
