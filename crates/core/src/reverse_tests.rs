//! Proof by the holder's own text: the way through, and everything that must not lead there.

use super::*;
use crate::change::Change;
use crate::code::TypedCode;
use crate::id::{AccountId, VerificationId};
use crate::stage::{MOMENT, PHONE, START, Stage, events, fresh, service_id};
use crate::time::seconds;
use crate::verification::check;

const PAGE: Option<TokenHash> = Some(TokenHash([1; 32]));
const OTHER_PAGE: Option<TokenHash> = Some(TokenHash([2; 32]));
const OTHER_PHONE: &str = "+66812345678";

fn address(text: &str) -> Address {
    Address::from_exposed(text).unwrap()
}

/// Account 1 binds its number; the code that was sent is 482913.
fn pending(purpose: Purpose, to: &str, stage: &Stage) -> Verification {
    let mut verification = Verification {
        id: VerificationId::from_bytes([3; 16]),
        service_id: service_id(1),
        subject: Subject::Account(AccountId::from_bytes([1; 16])),
        channel: Channel::Sms,
        address: address(to),
        address_index: crate::address::AddressIndex([7; 32]),
        purpose,
        details: DetailsDigest::default(),
        page: PAGE,
        locale: "en".to_owned(),
        status: VerificationStatus::Pending,
        code_length: 6,
        code_hash: CodeHash([0; 32]),
        earlier_code_hashes: Vec::new(),
        reverse_hash: None,
        reverse_heard_at: None,
        failures: 0,
        sends: 1,
        last_sent_at: START,
        code_expires_at: START.after(seconds(120)),
        deadline: START.after(seconds(600)),
        created_at: START,
        finished_at: None,
    };
    let context = verification::context(&verification);
    verification.code_hash = code::hash(stage.world().key, &context, 1, "482913");
    verification
}

fn saved(changes: &[Change]) -> Verification {
    let kept = changes.iter().find_map(|change| match change {
        Change::SaveVerification(verification) => Some(verification.clone()),
        _ => None,
    });
    kept.expect("a verification to save")
}

/// What the page shows, and the verification as kept.
fn asked(verification: Verification, stage: &Stage) -> (String, Verification) {
    let decision = ask(verification, PAGE, &fresh(Factor::Sms), stage.world());
    (decision.outcome.unwrap().expose().to_owned(), saved(&decision.changes))
}

fn heard(verification: &Verification, from: &str, text: &str, stage: &Stage) -> Decision<Hearing> {
    hear(verification.clone(), &address(from), text, stage.world().key, stage.now)
}

fn another(code: &str) -> &'static str {
    if code == "00000000" { "00000001" } else { "00000000" }
}

fn bind(stage: &Stage) -> Verification {
    pending(Purpose::Bind, PHONE, stage)
}

/// Asked for and heard.
fn proved(stage: &Stage) -> Verification {
    let (code, verification) = asked(bind(stage), stage);
    saved(&heard(&verification, PHONE, &code, stage).changes)
}

#[test]
fn the_code_texted_from_the_number_lets_its_page_go_on_once() {
    for purpose in [Purpose::Bind, Purpose::SignUp] {
        let mut stage = Stage::new();
        let (code, verification) = asked(pending(purpose, PHONE, &stage), &stage);
        assert!(code.len() == 8 && code.bytes().all(|digit| digit.is_ascii_digit()));
        stage.wait(seconds(40));
        let decision = heard(&verification, PHONE, &code, &stage);
        assert_eq!(decision.outcome, Hearing::Heard);
        let verification = saved(&decision.changes);
        assert_eq!(verification.reverse_heard_at, Some(stage.now));
        assert_eq!(verification.status, VerificationStatus::Pending, "only the page goes on");

        let done = finish(verification.clone(), PAGE, fresh(Factor::Sms), stage.world());
        assert_eq!(done.outcome, Some(CheckOutcome::Approved));
        let approved = saved(&done.changes);
        assert_eq!((approved.status, approved.finished_at), (VerificationStatus::Approved, Some(stage.now)));
        assert!(
            done.changes.contains(&Change::CancelMessages(approved.id)),
            "no code is on its way any more"
        );
        let credits = |change: &Change| matches!(change, Change::CreditRoute { .. });
        assert!(!done.changes.iter().any(credits), "no road brought it");
        let again = finish(approved, PAGE, fresh(Factor::Sms), stage.world());
        assert_eq!(again.outcome, Some(CheckOutcome::Closed(VerificationStatus::Approved)));
        assert_eq!(again.changes, []);
    }
}

#[test]
fn it_counts_as_a_success_of_the_factor_and_refunds_its_own_failures() {
    let stage = Stage::new();
    let verification = Verification { failures: 2, ..proved(&stage) };
    let tried = FactorState {
        run: 3,
        in_a_row: 7,
        failures_this_year: 9,
        sends_unconverted: 4,
        ..fresh(Factor::Sms)
    };
    let done = finish(verification.clone(), PAGE, tried.clone(), stage.world());
    let right = TypedCode::strict("482913", 6).unwrap();
    let by_code = check(verification, PAGE, &right, None, tried, stage.world());
    assert_eq!(by_code.outcome, CheckOutcome::Approved);
    let of = |changes: &[Change]| -> Vec<Change> {
        let same = |change: &&Change| {
            matches!(
                change,
                Change::SaveVerification(_) | Change::SaveFactor(_) | Change::CountFailures { .. }
            )
        };
        changes.iter().filter(same).cloned().collect()
    };
    assert_eq!(of(&done.changes), of(&by_code.changes), "exactly as by a right code");
    assert_eq!(of(&done.changes).len(), 3);
}

#[test]
fn the_text_is_read_as_people_send_it() {
    let stage = Stage::new();
    let (code, verification) = asked(bind(&stage), &stage);
    let (head, tail) = code.split_at(4);
    let thai: String =
        code.chars().map(|c| char::from_u32(0x0E50 + c.to_digit(10).unwrap()).unwrap()).collect();
    for text in [
        format!("{head} {tail}"),
        format!("  {head}-{tail}. Thanks!"),
        format!("Code: {code}, my number ends in 12"),
        format!("{code} 12345678 is my account").replace(" 12345678", "\n\n12345678"),
        thai,
    ] {
        assert_eq!(heard(&verification, PHONE, &text, &stage).outcome, Hearing::Heard, "{text}");
    }
    for text in ["", "hello", "4821", "123456789", &format!("{code}1"), &format!("1{code}")] {
        assert_eq!(heard(&verification, PHONE, text, &stage).outcome, Hearing::Wrong, "{text}");
    }
    let later = format!("{}, {code}", another(&code));
    assert_eq!(
        heard(&verification, PHONE, &later, &stage).outcome,
        Hearing::Wrong,
        "only the first run counts"
    );
}

#[test]
fn another_code_is_wrong_and_changes_nothing() {
    let stage = Stage::new();
    let (code, verification) = asked(bind(&stage), &stage);
    let decision = heard(&verification, PHONE, another(&code), &stage);
    assert_eq!((decision.outcome, decision.changes.len()), (Hearing::Wrong, 0));
    let not_yet = finish(verification, PAGE, fresh(Factor::Sms), stage.world());
    assert_eq!((not_yet.outcome, not_yet.changes.len()), (None, 0));
}

#[test]
fn another_number_is_not_listened_to_even_with_the_right_code() {
    let stage = Stage::new();
    let (code, verification) = asked(bind(&stage), &stage);
    assert_eq!(heard(&verification, OTHER_PHONE, &code, &stage).outcome, Hearing::NotAwaited);
}

#[test]
fn another_page_neither_asks_nor_finishes() {
    let stage = Stage::new();
    for page in [OTHER_PAGE, None] {
        let asked = ask(bind(&stage), page, &fresh(Factor::Sms), stage.world());
        assert_eq!(asked.outcome.unwrap_err(), AskRefusal::NotThisPage);
        assert_eq!(asked.changes, []);
        let finished = finish(proved(&stage), page, fresh(Factor::Sms), stage.world());
        assert_eq!((finished.outcome, finished.changes), (Some(CheckOutcome::NotThisPage), vec![]));
    }
}

#[test]
fn it_signs_nobody_in_and_confirms_no_value_whatever_a_row_says() {
    let stage = Stage::new();
    let sms = || fresh(Factor::Sms);
    let for_none = Purpose::ALL.iter().filter(|purpose| !matches!(purpose, Purpose::Bind | Purpose::SignUp));
    for purpose in for_none {
        let verification = pending(*purpose, PHONE, &stage);
        let asked = ask(verification.clone(), PAGE, &sms(), stage.world());
        assert_eq!(asked.outcome.unwrap_err(), AskRefusal::NotOffered, "{purpose:?}");
        // As if somebody had written into the row.
        let hash = hash(&verification, "48219931", stage.world().key);
        let forged = Verification { reverse_hash: Some(hash), ..verification };
        assert_eq!(heard(&forged, PHONE, "48219931", &stage).outcome, Hearing::NotAwaited, "{purpose:?}");
        let forged = Verification { reverse_heard_at: Some(START), ..forged };
        assert_eq!(finish(forged, PAGE, sms(), stage.world()).outcome, None, "{purpose:?}");
    }
    let mail =
        Verification { channel: Channel::Email, ..pending(Purpose::SignUp, "ada@example.com", &stage) };
    assert!(!is_offered(&mail) && is_offered(&bind(&stage)));
    let of_the_api = Verification { page: None, ..bind(&stage) };
    assert_eq!(
        ask(of_the_api, None, &sms(), stage.world()).outcome.unwrap_err(),
        AskRefusal::NotOffered,
        "a relying party has no page to go on with"
    );
}

#[test]
fn a_new_code_kills_the_one_before_and_neither_is_kept_in_clear() {
    let stage = Stage::new();
    let (first, verification) = asked(bind(&stage), &stage);
    let (second, verification) = asked(verification, &stage);
    assert_ne!(first, second);
    assert_eq!(heard(&verification, PHONE, &first, &stage).outcome, Hearing::Wrong);
    assert!(is_shown(&verification, &second, stage.world().key));
    for not_shown in [first.as_str(), "", "4821 9931", "４８２１９９３１"] {
        assert!(!is_shown(&verification, not_shown, stage.world().key), "{not_shown}");
    }
    let printed =
        format!("{verification:?} {:?}", ask(verification.clone(), PAGE, &fresh(Factor::Sms), stage.world()));
    assert!(!printed.contains(&second), "{printed}");
}

#[test]
fn what_was_heard_is_not_lost_by_asking_or_by_the_carrier_repeating_it() {
    let mut stage = Stage::new();
    let (code, verification) = asked(bind(&stage), &stage);
    let verification = saved(&heard(&verification, PHONE, &code, &stage).changes);
    stage.wait(seconds(5));
    let again = heard(&verification, PHONE, &code, &stage);
    assert_eq!((again.outcome, again.changes.len()), (Hearing::Heard, 0));
    let asked = ask(verification, PAGE, &fresh(Factor::Sms), stage.world());
    assert_eq!(asked.outcome.unwrap_err(), AskRefusal::Heard);
    assert_eq!(asked.changes, []);
}

#[test]
fn the_code_on_the_page_and_the_code_in_a_message_never_pass_for_each_other() {
    let stage = Stage::new();
    let long = Verification { code_length: 8, ..bind(&stage) };
    let sent = code::hash(stage.world().key, &verification::context(&long), 1, "48219931");
    let (shown, long) = asked(Verification { code_hash: sent, ..long }, &stage);
    let typed = TypedCode::strict(&shown, 8).unwrap();
    let entered = check(long.clone(), PAGE, &typed, None, fresh(Factor::Sms), stage.world());
    assert!(matches!(entered.outcome, CheckOutcome::Wrong { .. }), "{:?}", entered.outcome);
    assert_eq!(heard(&long, PHONE, "48219931", &stage).outcome, Hearing::Wrong);
}

#[test]
fn the_deadline_ends_it_at_every_step() {
    let mut stage = Stage::new();
    let (code, verification) = asked(bind(&stage), &stage);
    let before = proved(&stage);
    stage.now = verification.deadline.before(MOMENT);
    assert_eq!(heard(&verification, PHONE, &code, &stage).outcome, Hearing::Heard);
    assert_eq!(
        finish(before.clone(), PAGE, fresh(Factor::Sms), stage.world()).outcome,
        Some(CheckOutcome::Approved),
        "the code that was sent has run out long ago; this has not"
    );
    stage.wait(MOMENT);
    assert_eq!(heard(&verification, PHONE, &code, &stage).outcome, Hearing::NotAwaited);
    let late = finish(before, PAGE, fresh(Factor::Sms), stage.world());
    assert_eq!(late.outcome, Some(CheckOutcome::Closed(VerificationStatus::Expired)));
    assert_eq!(saved(&late.changes).status, VerificationStatus::Expired);
    let asked = ask(verification, PAGE, &fresh(Factor::Sms), stage.world());
    assert_eq!(asked.outcome.unwrap_err(), AskRefusal::Closed(VerificationStatus::Expired));
}

#[test]
fn a_locked_factor_refuses_at_the_start_and_at_the_end() {
    let stage = Stage::new();
    let until = START.after(seconds(900));
    let locked = || FactorState { locked_until: Some(until), ..fresh(Factor::Sms) };
    let asked = ask(bind(&stage), PAGE, &locked(), stage.world());
    assert_eq!(asked.outcome.unwrap_err(), AskRefusal::Factor(Refusal::Locked { until }));
    let finished = finish(proved(&stage), PAGE, locked(), stage.world());
    assert_eq!(finished.outcome, Some(CheckOutcome::Refused(Refusal::Locked { until })));
    assert_eq!(events(&finished.changes), [] as [&crate::event::Event; 0]);
    assert_eq!(finished.changes, []);
    // A disabled factor waits to be bound again, so binding stays possible, and nothing else.
    let disabled = || FactorState { disabled_at: Some(START), ..fresh(Factor::Sms) };
    assert!(ask(bind(&stage), PAGE, &disabled(), stage.world()).outcome.is_ok());
    let sign_up = ask(pending(Purpose::SignUp, PHONE, &stage), PAGE, &disabled(), stage.world());
    assert_eq!(sign_up.outcome.unwrap_err(), AskRefusal::Factor(Refusal::Disabled));
}

#[test]
fn what_is_over_is_neither_asked_for_nor_heard_nor_finished() {
    let stage = Stage::new();
    let (code, open) = asked(bind(&stage), &stage);
    let over = VerificationStatus::ALL.iter().filter(|status| **status != VerificationStatus::Pending);
    for status in over.copied() {
        let closed = Verification { status, ..open.clone() };
        assert_eq!(heard(&closed, PHONE, &code, &stage).outcome, Hearing::NotAwaited, "{status:?}");
        let asked = ask(closed.clone(), PAGE, &fresh(Factor::Sms), stage.world());
        assert_eq!(asked.outcome.unwrap_err(), AskRefusal::Closed(status));
        let heard = Verification { reverse_heard_at: Some(START), ..closed };
        let finished = finish(heard, PAGE, fresh(Factor::Sms), stage.world());
        assert_eq!((finished.outcome, finished.changes), (Some(CheckOutcome::Closed(status)), vec![]));
    }
}
