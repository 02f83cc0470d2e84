//! Identity providers: asked once a round, waited for a day, believed once.

use super::*;
use crate::case::{Ground, open};
use crate::stage::*;

fn in_review() -> Case {
    let account = account();
    let ground = Ground { account: &account, binding: None, cases: &[], held: &[] };
    let (case, _) = open(CaseKind::PhoneLost, &ground, Stage::new().world()).outcome.unwrap();
    Case { stage: CaseStage::Review, ..case }
}

fn due(case: &Case) -> IdentityCheck {
    let Change::InsertIdentityCheck(check) = ask(case, "Idents", Stage::new().world()) else {
        panic!("a check to insert")
    };
    IdentityCheck { tries: 1, ..check }
}

fn said(finding: IdentityFinding) -> IdentityAnswer {
    IdentityAnswer { finding, failed: vec![CaseCheck::PhotoMatches], reference: "ref-1".to_owned() }
}

fn saved(changes: &[Change]) -> IdentityCheck {
    match changes.last() {
        Some(Change::SaveIdentityCheck(check)) => check.clone(),
        other => panic!("a check to save, not {other:?}"),
    }
}

#[test]
fn a_check_begins_at_once_and_names_its_round() {
    let case = Case { round: 3, ..in_review() };
    let check = due(&case);
    assert_eq!((check.state, check.round, check.next_step_at), (IdentityState::Due, 3, START));
    assert!(is_wanted(&check, &case));
    assert!(!is_wanted(&check, &Case { round: 4, ..case.clone() }), "another round has other pictures");
    assert!(!is_wanted(&check, &Case { stage: CaseStage::Approved, ..case }));
}

#[test]
fn a_provider_that_took_the_pictures_has_a_day_to_answer() {
    let (case, mut stage) = (in_review(), Stage::new());
    let taken = after_try(due(&case), &case, Some(Heard::Yes), stage.world());
    assert_eq!(event_kinds(&taken.changes), ["identity_asked"]);
    let asked = saved(&taken.changes);
    assert_eq!((asked.state, asked.asked_at), (IdentityState::Asked, Some(START)));
    stage.wait(hours(24) - MOMENT);
    assert!(!expire(asked.clone(), &case, stage.world()).outcome, "a moment too early");
    stage.wait(MOMENT);
    let over = expire(asked, &case, stage.world());
    assert_eq!(event_kinds(&over.changes), ["identity_unanswered"]);
    assert_eq!(saved(&over.changes).state, IdentityState::GivenUp);
}

#[test]
fn a_provider_that_does_not_take_them_is_asked_again_until_a_day_has_passed() {
    let (case, stage) = (in_review(), Stage::new());
    for tries in 1..=8 {
        let check = IdentityCheck { tries, ..due(&case) };
        let later = after_try(check, &case, Some(Heard::No), stage.world());
        let check = saved(&later.changes);
        assert!(check.state == IdentityState::Due && check.next_step_at > START, "try {tries}");
        assert!(event_kinds(&later.changes).is_empty());
    }
    for (tries, heard) in [(9, Heard::No), (1, Heard::Gone)] {
        let check = IdentityCheck { tries, ..due(&case) };
        let over = after_try(check, &case, Some(heard), stage.world());
        assert_eq!(saved(&over.changes).state, IdentityState::GivenUp);
        assert_eq!(event_kinds(&over.changes), ["identity_unanswered"]);
    }
    let moot = after_try(due(&case), &case, None, stage.world());
    assert_eq!(saved(&moot.changes).state, IdentityState::GivenUp);
    assert!(event_kinds(&moot.changes).is_empty(), "the operators were quicker: nothing happened");
}

#[test]
fn the_first_answer_counts_and_changes_nothing_about_the_case() {
    let (case, stage) = (in_review(), Stage::new());
    for state in [IdentityState::Due, IdentityState::Asked, IdentityState::GivenUp] {
        let check = IdentityCheck { state, ..due(&case) };
        let first = answer(check, &case, said(IdentityFinding::Mismatch), stage.world());
        assert_eq!(first.outcome, Answered::Taken);
        assert_eq!(event_kinds(&first.changes), ["identity_answered"]);
        assert_eq!(first.changes.len(), 2, "an entry and the check: no case is saved by a provider (R57)");
        let answered = saved(&first.changes);
        assert_eq!(answered.answer, Some(said(IdentityFinding::Mismatch)));
        let again = answer(answered.clone(), &case, said(IdentityFinding::Mismatch), stage.world());
        assert_eq!((again.outcome, again.changes.len()), (Answered::Again, 0));
        let other = answer(answered, &case, said(IdentityFinding::Match), stage.world());
        assert_eq!((other.outcome, other.changes.len()), (Answered::Differs, 0));
    }
}

#[test]
fn what_a_provider_calls_its_work_is_cut_to_one_short_line() {
    let (case, stage) = (in_review(), Stage::new());
    let long = IdentityAnswer {
        reference: "a\u{0}\n".to_owned() + &"b".repeat(500),
        ..said(IdentityFinding::Match)
    };
    let check = saved(&answer(due(&case), &case, long.clone(), stage.world()).changes);
    assert_eq!(check.answer.as_ref().unwrap().reference, "a".to_owned() + &"b".repeat(119));
    assert_eq!(answer(check, &case, long, stage.world()).outcome, Answered::Again);
}
