//! Recovery cases: what opens, what is asked, how two agree, what ends one.

use super::*;
use crate::id::{EvidenceId, OperatorId};
use crate::stage::*;
use crate::time::hours;

fn ground<'a>(account: &'a Account, cases: &'a [Case], held: &'a [Factor]) -> Ground<'a> {
    Ground { account, binding: None, cases, held }
}

fn opened(kind: CaseKind, held: &[Factor]) -> (Case, RecoveryCode) {
    open(kind, &ground(&account(), &[], held), Stage::new().world()).outcome.unwrap()
}

fn in_review() -> Case {
    Case { stage: CaseStage::Review, submitted_at: Some(START), ..opened(CaseKind::PhoneLost, &[]).0 }
}

fn voice(number: u8) -> Voice {
    Voice::Operator(OperatorId::from_bytes([number; 16]))
}

fn say(voice: Voice, verdict: Verdict) -> Say {
    let checks = if verdict == Verdict::Approve { CaseCheck::ALL.to_vec() } else { Vec::new() };
    Say { voice, email: None, verdict, note: "looked".to_owned(), checks, pictures: set(&[1]), seen: None }
}

fn picture(number: u8) -> Evidence {
    Evidence {
        id: EvidenceId::from_bytes([number; 16]),
        service_id: service_id(1),
        account_id: None,
        owner: EvidenceOwner::Case(CaseId::from_bytes([1; 16])),
        slot: EvidenceSlot::DocumentFront,
        width: 640,
        height: 480,
        size_bytes: 1,
        uploaded_at: START,
        delete_after: START,
        note: String::new(),
    }
}

fn set(numbers: &[u8]) -> PictureSet {
    PictureSet::of(&numbers.iter().map(|number| picture(*number)).collect::<Vec<_>>())
}

/// Plays voices in order on one round; answers what each came to and the case as it was last saved.
fn play(voices: &[(Voice, Verdict)]) -> (Vec<Result<Decided, DecideRefusal>>, Case) {
    let (stage, mut case, mut before, mut answers) = (Stage::new(), in_review(), Vec::new(), Vec::new());
    for (voice, verdict) in voices {
        let said = say(*voice, *verdict);
        let decision = decide(case.clone(), &account(), None, &before, said, stage.world());
        for change in &decision.changes {
            match change {
                Change::SaveCase(saved) => case = saved.clone(),
                Change::InsertCaseDecision(one) => before.push(one.clone()),
                _ => {}
            }
        }
        answers.push(decision.outcome);
    }
    (answers, case)
}

const YES: Verdict = Verdict::Approve;
const FRAUD: Verdict = Verdict::Reject(RejectReason::SuspectedFraud);
const BLURRED: Verdict = Verdict::Reject(RejectReason::Unreadable);

#[test]
fn opening_tells_every_address_and_gives_a_code_that_alone_lets_in() {
    let (account, binding, stage) = (account(), binding(), Stage::new());
    let ground = Ground { binding: Some(&binding), ..ground(&account, &[], &[Factor::Email]) };
    let decision = open(CaseKind::PhoneLost, &ground, stage.world());
    let (case, code) = decision.outcome.unwrap();
    let id = case.id.to_string();
    let told = [(EMAIL, Notice::RecoveryOpened, id.as_str()), (PHONE, Notice::RecoveryOpened, "")];
    assert_eq!(notices(&decision.changes), told);
    assert_eq!(event_kinds(&decision.changes), ["case_opened"]);
    assert_eq!(case.stage, CaseStage::Verify, "what is still held is proved first");
    assert_eq!(judge_access(case.clone(), hash_token(code.normal()), stage.world()).outcome, Access::Right);
    assert_eq!(judge_access(case, hash_token("0000000000000000"), stage.world()).outcome, Access::Wrong);
}

#[test]
fn who_may_open_what() {
    let stage = Stage::new();
    let (mine, _) = opened(CaseKind::PhoneLost, &[]);
    let over = Case { stage: CaseStage::Rejected, ..mine.clone() };
    let old = Case { opened_at: START.before(days(31)), ..over.clone() };
    let with = |status| Account { status, ..account() };
    let try_open = |kind, account: &Account, cases: &[Case]| {
        open(kind, &ground(account, cases, &[]), stage.world()).outcome.err()
    };
    let (active, lost) = (with(AccountStatus::Active), CaseKind::PhoneLost);
    assert_eq!(try_open(lost, &with(AccountStatus::Frozen), &[]), Some(OpenRefusal::Frozen));
    assert_eq!(try_open(lost, &active, std::slice::from_ref(&mine)), Some(OpenRefusal::Open(mine.id)));
    assert_eq!(try_open(CaseKind::TradingPassword, &active, std::slice::from_ref(&mine)), None);
    assert_eq!(
        try_open(lost, &active, &[over.clone(), over.clone(), over.clone()]),
        Some(OpenRefusal::TooMany)
    );
    assert_eq!(try_open(lost, &active, &[over.clone(), over, old]), None, "a month later it is forgotten");
    assert_eq!(try_open(CaseKind::Identity, &active, &[]), Some(OpenRefusal::NotNeeded));
    assert_eq!(try_open(CaseKind::Identity, &with(AccountStatus::Flagged), &[]), None);
}

#[test]
fn ten_wrong_codes_shut_the_door_for_a_quarter_of_an_hour_even_to_the_right_one() {
    let mut stage = Stage::new();
    let (mut case, code) = opened(CaseKind::PhoneLost, &[]);
    let right = hash_token(code.normal());
    for _ in 0..ACCESS_FAILURES_MAX {
        let wrong = judge_access(case.clone(), hash_token("wrong"), stage.world());
        assert_eq!(wrong.outcome, Access::Wrong);
        let Some(Change::SaveCase(saved)) = wrong.changes.into_iter().next() else { panic!("counted") };
        case = saved;
    }
    let until = START.after(minutes(15));
    assert_eq!(judge_access(case.clone(), right, stage.world()).outcome, Access::Locked(until));
    stage.wait(minutes(15));
    assert_eq!(judge_access(case, right, stage.world()).outcome, Access::Right);
}

#[test]
fn one_factor_besides_the_password_is_proved_and_the_others_are_seen_as_lost() {
    let held = [Factor::Email, Factor::TradingPassword];
    let stage = Stage::new();
    let (case, _) = opened(CaseKind::PhoneLost, &held);
    for nothing in [&[][..], &[Factor::Password], &[Factor::Sms]] {
        assert!(!verified(case.clone(), nothing, &held, stage.world()).outcome, "{nothing:?}");
    }
    let decision = verified(case, &[Factor::Email], &held, stage.world());
    let Some(Change::SaveCase(saved)) = decision.changes.last() else { panic!("saved") };
    assert_eq!(
        (saved.stage, saved.file.lost.as_slice()),
        (CaseStage::Documents, &[Factor::TradingPassword][..])
    );
    assert!(!verified(saved.clone(), &[Factor::Email], &held, stage.world()).outcome, "once");
}

#[test]
fn a_note_code_lives_an_hour_and_only_a_code_of_this_round_makes_a_photo_count() {
    let mut stage = Stage::new();
    let (case, _) = opened(CaseKind::PhoneLost, &[]);
    let first = note_code(case, stage.world()).outcome.unwrap();
    let code = first.note_code(stage.now).unwrap().to_owned();
    assert_eq!(code.len(), 9);
    stage.wait(hours(1).checked_sub(MOMENT).unwrap());
    assert!(note_code(first.clone(), stage.world()).changes.is_empty(), "still in force");
    stage.wait(MOMENT);
    assert_eq!(first.note_code(stage.now), None);
    let second = note_code(first, stage.world()).outcome.unwrap();
    assert_ne!(second.note_code(stage.now), Some(code.as_str()));
    let claims =
        Claims { document: DocumentKind::Passport, name: " Ada  Byron ".to_owned(), remark: String::new() };
    let whole = Pictures { front: true, back: false, note: Some(code) };
    let hand_in = |claims: &Claims, pictures: &Pictures| {
        submit(second.clone(), claims.clone(), pictures, stage.world()).outcome
    };
    let submitted = hand_in(&claims, &whole).unwrap();
    assert_eq!((submitted.stage, submitted.file.name.0.as_str()), (CaseStage::Review, "Ada Byron"));
    assert_eq!(submitted.promised_by, Some(stage.now.after(hours(24))));
    let card = Claims { document: DocumentKind::IdentityCard, ..claims.clone() };
    assert_eq!(hand_in(&card, &whole), Err(SubmitRefusal::Back));
    assert_eq!(hand_in(&claims, &Pictures { front: false, ..whole.clone() }), Err(SubmitRefusal::Front));
    let elsewhere = Pictures { note: Some("zzzz-zzzz".to_owned()), ..whole };
    assert_eq!(hand_in(&claims, &elsewhere), Err(SubmitRefusal::Note));
    let nameless = Claims { name: " ".to_owned(), ..claims };
    assert_eq!(hand_in(&nameless, &elsewhere), Err(SubmitRefusal::Name));
}

#[test]
fn two_agree_or_two_of_three() {
    let (one, two, three) = (voice(1), voice(2), voice(3));
    for (voices, wanted) in [
        (vec![(one, YES), (two, YES)], CaseStage::Approved),
        (vec![(one, FRAUD), (two, FRAUD)], CaseStage::Rejected),
        (vec![(one, YES), (two, FRAUD), (three, YES)], CaseStage::Approved),
        (vec![(one, YES), (two, FRAUD), (three, BLURRED)], CaseStage::Rejected),
        (vec![(one, BLURRED), (two, BLURRED)], CaseStage::Documents),
        (vec![(one, BLURRED), (Voice::CommandLine, BLURRED)], CaseStage::Documents),
    ] {
        let (answers, case) = play(&voices);
        let (last, earlier) = answers.split_last().unwrap();
        assert!(earlier.iter().all(|answer| *answer == Ok(Decided::Waits)), "{voices:?}");
        assert_eq!(last, &Ok(Decided::Came(wanted)), "{voices:?}");
        assert_eq!(case.stage, wanted);
    }
    let (_, again) = play(&[(one, BLURRED), (two, BLURRED)]);
    assert_eq!((again.round, again.file.note_codes.len()), (2, 0), "a new round takes a new note");
}

#[test]
fn one_person_is_one_voice_and_so_is_the_command_line() {
    for twice in [voice(1), Voice::CommandLine] {
        let (answers, case) = play(&[(twice, YES), (twice, YES)]);
        assert_eq!(answers, [Ok(Decided::Waits), Err(DecideRefusal::Twice)]);
        assert_eq!(case.stage, CaseStage::Review);
    }
}

#[test]
fn nobody_decides_their_own_case_without_looking_or_without_a_word() {
    let refused =
        |say: Say| decide(in_review(), &account(), None, &[], say, Stage::new().world()).outcome.unwrap_err();
    let yes = say(voice(1), YES);
    assert_eq!(refused(Say { email: account().email, ..yes.clone() }), DecideRefusal::OwnAccount);
    assert_eq!(refused(Say { note: " ".to_owned(), ..yes.clone() }), DecideRefusal::Note);
    assert_eq!(refused(Say { checks: CaseCheck::ALL[1..].to_vec(), ..yes }), DecideRefusal::Checks);
}

#[test]
fn letting_in_begins_the_long_hold_and_ends_every_session_and_a_frozen_account_stays_shut() {
    let stage = Stage::new();
    let approved = Case { stage: CaseStage::Approved, ..in_review() };
    let decision = begin_finish(&approved, &account(), stage.world());
    assert!(decision.outcome);
    assert_eq!(holds(&decision.changes)[0].ends_at, START.after(hours(48)));
    let all = Change::EndSessions { account_id: account_id(1), except: None, at: START };
    assert!(decision.changes.contains(&all));
    let frozen = Account { status: AccountStatus::Frozen, ..account() };
    assert!(!begin_finish(&approved, &frozen, stage.world()).outcome);
    assert!(!begin_finish(&in_review(), &account(), stage.world()).outcome);
    assert!(!begin_finish(&approved, &account(), Stage::at(approved.expires_at).world()).outcome);
}

#[test]
fn an_identity_that_was_verified_opens_what_was_restricted_and_nothing_that_was_frozen() {
    for (status, opens) in
        [(AccountStatus::Restricted, true), (AccountStatus::Flagged, true), (AccountStatus::Frozen, false)]
    {
        let case = Case { kind: CaseKind::Identity, ..in_review() };
        let holder = Account { status, ..account() };
        let approved = approve(case, &holder, None, Stage::new().world());
        let saved = approved.changes.iter().any(
            |change| matches!(change, Change::SaveAccount(saved) if saved.status == AccountStatus::Active),
        );
        assert_eq!((approved.outcome, saved), (CaseStage::Done, opens), "{status:?}");
    }
}

#[test]
fn what_waits_for_its_holder_ends_and_what_waits_for_us_does_not() {
    let late = Stage::at(START.after(days(7)));
    for stage in CaseStage::ALL {
        let ended = expire(Case { stage: *stage, ..in_review() }, &account(), late.world()).outcome;
        let waits = matches!(stage, CaseStage::Verify | CaseStage::Documents | CaseStage::Approved);
        assert_eq!(ended, waits, "{stage:?}");
        let canceled = cancel(Case { stage: *stage, ..in_review() }, &account(), None, false, late.world());
        assert_eq!(canceled.outcome, !stage.is_over(), "{stage:?}");
    }
}

#[test]
fn a_set_of_pictures_is_the_same_in_any_order_and_for_no_others() {
    assert_eq!(set(&[1, 2]), set(&[2, 1]));
    assert!([set(&[]), set(&[1]), set(&[1, 3]), set(&[1, 2, 3])].iter().all(|other| *other != set(&[1, 2])));
}

#[test]
fn two_agree_about_the_pictures_that_are_there_and_no_others() {
    let stage = Stage::new();
    let decide_with = |before: &[CaseDecision], now: &[u8], said: Say| {
        let said = Say { pictures: set(now), ..said };
        decide(in_review(), &account(), None, before, said, stage.world())
    };
    let seen = |number, pictures: &[u8]| Say { seen: Some(set(pictures)), ..say(voice(number), YES) };
    for other in [&[][..], &[1], &[1, 3], &[1, 2, 3]] {
        let refused = decide_with(&[], &[1, 2], seen(1, other));
        assert_eq!(refused.outcome, Err(DecideRefusal::Pictures), "{other:?}");
        assert!(refused.changes.is_empty());
    }
    let nothing = Say { seen: Some(PictureSet(String::new())), ..say(voice(1), YES) };
    assert_eq!(decide_with(&[], &[], nothing).outcome, Err(DecideRefusal::Pictures), "a form without it");
    let first = decide_with(&[], &[1, 2], seen(1, &[2, 1]));
    assert_eq!(first.outcome, Ok(Decided::Waits));
    let kept = first.changes.iter().find_map(|change| match change {
        Change::InsertCaseDecision(decision) => Some(decision.clone()),
        _ => None,
    });
    let before = [kept.unwrap()];
    assert_eq!(before[0].pictures, set(&[1, 2]));
    let came = decide_with(&before, &[1, 2], seen(2, &[1, 2])).outcome;
    assert_eq!(came, Ok(Decided::Came(CaseStage::Approved)));
    let alone = decide_with(&before, &[1, 3], seen(2, &[1, 3])).outcome;
    assert_eq!(alone, Ok(Decided::Waits), "who saw other pictures agreed to other pictures");
}

#[test]
fn pictures_change_at_the_documents_alone_and_a_photo_comes_while_its_code_is_worth_something() {
    for stage in CaseStage::ALL {
        let case = Case { stage: *stage, ..in_review() };
        assert_eq!(case.takes_pictures(), *stage == CaseStage::Documents, "{stage:?}");
    }
    let (case, _) = opened(CaseKind::PhoneLost, &[]);
    let given = note_code(case, Stage::new().world()).outcome.unwrap();
    assert_eq!(given.note_photo_until(), START.after(hours(1)).after(minutes(15)));
}
