//! Recovery cases: what opens, what is asked, how two agree, what ends one.

use super::*;
use crate::address::Address;
use crate::id::{DeviceId, EvidenceId, OperatorId, SessionId};
use crate::session::Here;
use crate::stage::*;
use crate::time::{hours, minutes};

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

fn text(of: &str) -> Redacted {
    Redacted(of.to_owned())
}

fn here(which: u8) -> Here {
    Here { session: SessionId::from_bytes([which; 16]), device: DeviceId::from_bytes([which; 16]) }
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
    let claims = Claims { document: DocumentKind::Passport, name: text(" Ada  Byron "), remark: text("") };
    let whole = Pictures { front: true, back: false, note: Some(Redacted(code)) };
    let hand_in = |claims: &Claims, pictures: &Pictures| {
        submit(second.clone(), claims.clone(), pictures, stage.world()).outcome
    };
    let submitted = hand_in(&claims, &whole).unwrap();
    assert_eq!((submitted.stage, submitted.file.name.0.as_str()), (CaseStage::Review, "Ada Byron"));
    assert_eq!(submitted.promised_by, Some(stage.now.after(hours(24))));
    let card = Claims { document: DocumentKind::IdentityCard, ..claims.clone() };
    assert_eq!(hand_in(&card, &whole), Err(SubmitRefusal::Back));
    assert_eq!(hand_in(&claims, &Pictures { front: false, ..whole.clone() }), Err(SubmitRefusal::Front));
    let elsewhere = Pictures { note: Some(text("zzzz-zzzz")), ..whole };
    assert_eq!(hand_in(&claims, &elsewhere), Err(SubmitRefusal::Note));
    let nameless = Claims { name: text(" "), ..claims };
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
    let stage = Stage::new();
    let refused =
        |say: Say| decide(in_review(), &account(), None, &[], say, stage.world()).outcome.unwrap_err();
    let yes = say(voice(1), YES);
    assert_eq!(refused(Say { email: account().email, ..yes.clone() }), DecideRefusal::OwnAccount);
    assert_eq!(refused(Say { note: " ".to_owned(), ..yes.clone() }), DecideRefusal::Note);
    assert_eq!(refused(Say { checks: CaseCheck::ALL[1..].to_vec(), ..yes }), DecideRefusal::Checks);
}

#[test]
fn letting_in_begins_the_long_hold_and_ends_every_session_and_a_frozen_account_stays_shut() {
    let stage = Stage::new();
    let approved = Case { stage: CaseStage::Approved, ..in_review() };
    let begin = |case: &Case, account: &Account, now: Timestamp| {
        begin_finish(case, account, now, Stage::at(now).world()).outcome
    };
    let decision = begin_finish(&approved, &account(), START, stage.world());
    assert!(decision.outcome);
    assert_eq!(holds(&decision.changes)[0].ends_at, START.after(hours(48)));
    let (account_id, at) = (account_id(1), START);
    assert!(decision.changes.contains(&Change::EndSessions { account_id, except: None, at }));
    assert!(decision.changes.contains(&Change::ForgetDevices { account_id, except: None, at }));
    let frozen = Account { status: AccountStatus::Frozen, ..account() };
    assert!(!begin(&approved, &frozen, START));
    assert!(!begin(&in_review(), &account(), START));
    assert!(!begin(&approved, &account(), approved.expires_at));
}

#[test]
fn without_any_proof_everybody_is_told_and_nothing_is_finished_for_a_day() {
    let (account, binding, mut stage) = (account(), binding(), Stage::new());
    let held = [Factor::Email, Factor::Totp];
    let (case, _) = opened(CaseKind::PhoneLost, &held);
    let decision = unproved(case, &held, &account, Some(&binding), stage.world());
    assert!(decision.outcome);
    let Some(Change::SaveCase(saved)) = decision.changes.last() else { panic!("saved") };
    assert_eq!((saved.stage, saved.file.unproved), (CaseStage::Documents, true));
    assert_eq!((saved.file.proved.as_slice(), saved.file.lost.as_slice()), (&[][..], &held[..]));
    let id = saved.id.to_string();
    let told = [(EMAIL, Notice::RecoveryUnproved, id.as_str()), (PHONE, Notice::RecoveryUnproved, "")];
    assert_eq!(notices(&decision.changes), told);
    assert_eq!(event_kinds(&decision.changes), ["case_unproved"]);
    assert!(!unproved(saved.clone(), &held, &account, None, stage.world()).outcome, "once");
    // Approved after an hour: the day is not over.
    stage.wait(hours(1));
    let approval = approve(Case { stage: CaseStage::Review, ..saved.clone() }, &account, None, stage.world());
    let Some(Change::SaveCase(approved)) = approval.changes.last() else { panic!("saved") };
    let day = START.after(hours(24));
    assert_eq!(waits_until(approved, stage.now), Some(day));
    assert_eq!(approved.expires_at, day.after(days(7)), "the wait takes nothing from the week");
    assert!(!may_finish(approved, day.before(MOMENT), day.before(MOMENT)));
    assert!(!may_finish(approved, day.before(MOMENT), day), "a clock that was set forward ends no wait");
    assert!(may_finish(approved, day, day));
    let proved = Case { file: CaseFile { finish_from_ms: 0, ..approved.file.clone() }, ..approved.clone() };
    assert!(may_finish(&proved, START, START), "who has proved something waits for nobody");
}

#[test]
fn a_browser_that_was_let_in_leaves_with_its_case_and_is_known_only_once_it_is_finished() {
    let (stage, id, at) = (Stage::new(), account_id(1), START);
    let approved = Case { stage: CaseStage::Approved, ..in_review() };
    let Change::SaveCase(used) = let_in(approved.clone(), here(1).device) else { panic!("saved") };
    assert!(holds_back(std::slice::from_ref(&used), here(1).device));
    assert!(!holds_back(std::slice::from_ref(&used), here(2).device));
    let ends = |changes: &[Change], except: Option<Here>| {
        let (session, device) = (except.map(|here| here.session), except.map(|here| here.device));
        changes.contains(&Change::EndSessions { account_id: id, except: session, at })
            && changes.contains(&Change::ForgetDevices { account_id: id, except: device, at })
    };
    let cancel_by = |case: &Case, by| cancel(case.clone(), &account(), None, by, stage.world()).changes;
    for by in [WithdrawnBy::Key, WithdrawnBy::Staff, WithdrawnBy::Freeze, WithdrawnBy::Holder(here(1))] {
        assert!(ends(&cancel_by(&used, by), None), "{by:?}: whoever was let in does not stay by cancelling");
    }
    assert!(ends(&cancel_by(&used, WithdrawnBy::Holder(here(2))), Some(here(2))));
    let untouched = cancel_by(&approved, WithdrawnBy::Key);
    let signs_out = |change: &Change| matches!(change, Change::EndSessions { .. });
    assert!(!untouched.iter().any(signs_out), "nobody was let in");
    let late = Case { expires_at: START, ..used.clone() };
    assert!(ends(&expire(late, &account(), stage.world()).changes, None));
    let done = finish(used, &account(), None, here(1), stage.world());
    assert!(done.outcome && ends(&done.changes, Some(here(1))));
}

#[test]
fn a_new_access_code_kills_the_old_one_and_begins_a_round_in_which_nothing_of_the_old_holders_is_left() {
    let (account, stage) = (account(), Stage::new());
    let held = [Factor::Email, Factor::Totp];
    for at in CaseStage::ALL.iter().copied() {
        let file = CaseFile {
            name: text("Mallory"),
            note_codes: vec![text("aaaa-bbbb")],
            unproved: true,
            finish_from_ms: START.unix_ms(),
            let_in: Some(StoredId([1; 16])),
            ..in_review().file
        };
        // Not the code that the same entropy would draw again.
        let case = Case { stage: at, file, access: TokenHash([9; 32]), ..in_review() };
        let replaced = replace_access(case.clone(), &[Factor::Email], &held, &account, None, stage.world());
        let Some((new, code)) = replaced.outcome else {
            assert!(at.is_over(), "{at:?}");
            continue;
        };
        assert_eq!((new.stage, new.round), (CaseStage::Documents, case.round + 1), "{at:?}");
        assert!(opens(&new, hash_token(code.normal())) && new.access != case.access);
        assert_eq!((new.file.name.0.as_str(), new.file.note_codes.len()), ("", 0));
        assert_eq!((new.file.unproved, new.file.finish_from_ms, new.file.let_in), (false, 0, None));
        assert_eq!((new.file.proved, new.file.lost), (vec![Factor::Email], vec![Factor::Totp]));
        assert_eq!(event_kinds(&replaced.changes), ["case_access_replaced"]);
        let id = case.id.to_string();
        assert_eq!(notices(&replaced.changes), [(EMAIL, Notice::RecoveryAccessReplaced, id.as_str())]);
        let everywhere = Change::ForgetDevices { account_id: account.id, except: None, at: START };
        assert!(replaced.changes.contains(&everywhere), "whoever the old code let in leaves");
    }
    let try_with = |case: Case, proved: &[Factor]| {
        replace_access(case, proved, &held, &account, None, stage.world()).outcome.is_some()
    };
    for nothing in [&[][..], &[Factor::Password], &[Factor::Sms]] {
        assert!(!try_with(in_review(), nothing), "{nothing:?}");
    }
    assert!(!try_with(Case { kind: CaseKind::Identity, ..in_review() }, &[Factor::Email]));
}

#[test]
fn what_was_never_handed_in_uses_nothing_up_and_a_day_has_an_end_all_the_same() {
    let stage = Stage::new();
    let over = |ended, handed_in: bool| Case {
        stage: ended,
        submitted_at: handed_in.then_some(START),
        ..opened(CaseKind::PhoneLost, &[]).0
    };
    let ask = |cases: &[Case]| {
        open(CaseKind::PhoneLost, &ground(&account(), cases, &[]), stage.world()).outcome.err()
    };
    for ended in [CaseStage::Canceled, CaseStage::Expired] {
        assert_eq!(ask(&vec![over(ended, false); 9]), None, "{ended:?}");
        assert_eq!(ask(&vec![over(ended, true); 3]), Some(OpenRefusal::TooMany), "{ended:?}");
    }
    let burst = vec![over(CaseStage::Canceled, false); OPENINGS_PER_DAY_MAX];
    assert_eq!(ask(&burst), Some(OpenRefusal::TooMany), "each of them tells every address");
    let yesterday: Vec<Case> =
        burst.into_iter().map(|case| Case { opened_at: START.before(days(1)), ..case }).collect();
    assert_eq!(ask(&yesterday), None);
}

#[test]
fn a_voice_counts_while_its_operator_may_decide() {
    let operator = |roles: &[Role], disabled_at| Operator {
        id: OperatorId::from_bytes([1; 16]),
        service_id: service_id(1),
        email: Address::from_exposed(EMAIL).unwrap(),
        name: String::new(),
        password_hash: String::new(),
        roles: roles.to_vec(),
        created_at: START,
        disabled_at,
        decides_from: None,
    };
    for (staff, wanted) in [
        (operator(&[Role::Reviewer], None), true),
        (operator(&[Role::Reviewer], Some(START)), false),
        (operator(&[Role::Support], None), false),
    ] {
        assert_eq!(counts(voice(1), std::slice::from_ref(&staff)), wanted, "{:?}", staff.roles);
        assert!(!counts(voice(2), &[staff]), "somebody else's");
    }
    assert!(counts(Voice::CommandLine, &[]));
}

#[test]
fn an_identity_case_lifts_what_stood_when_it_was_opened_and_nothing_that_came_later() {
    use AccountStatus::{Active, Flagged, Frozen, Restricted};
    let later = START.after(MOMENT);
    for (then, now, since, what) in [
        (Restricted, Restricted, Some(START), Notice::RecoveryApproved),
        (Flagged, Flagged, None, Notice::RecoveryApproved),
        (Restricted, Active, Some(later), Notice::RecoveryApproved),
        (Restricted, Flagged, Some(later), Notice::RecoveryStatusKept),
        (Restricted, Restricted, Some(later), Notice::RecoveryStatusKept),
        (Restricted, Frozen, None, Notice::RecoveryStatusKept),
    ] {
        let file = CaseFile { status: Some(then), ..in_review().file };
        let case = Case { kind: CaseKind::Identity, file, ..in_review() };
        let holder = Account { status: now, status_set_at: since, ..account() };
        let approved = approve(case, &holder, None, Stage::at(later).world());
        let opens = |change: &Change| matches!(change, Change::SaveAccount(saved) if saved.status == Active);
        let lifted = approved.changes.iter().any(opens);
        let told = notices(&approved.changes)[0].1;
        assert_eq!((approved.outcome, told), (CaseStage::Done, what), "{then:?} {now:?} {since:?}");
        assert_eq!(lifted, what == Notice::RecoveryApproved && now != Active, "{then:?} {now:?} {since:?}");
        let kept = event_kinds(&approved.changes).contains(&"case_status_kept");
        assert_eq!(kept, what == Notice::RecoveryStatusKept);
    }
}

#[test]
fn neither_a_name_nor_a_code_is_ever_printed() {
    let claims = Claims { document: DocumentKind::Passport, name: text("Ada Byron"), remark: text("lost") };
    let pictures = Pictures { front: true, back: true, note: Some(text("7k3f-9q2m")) };
    let printed = format!("{claims:?} {pictures:?}");
    for secret in ["Ada", "lost", "7k3f"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn a_turn_of_a_case_is_kept_under_a_kind_of_its_own() {
    let case = || "cas_1".to_owned();
    for turn in [
        CaseTurn::Unproved { case: case(), factors: vec![Factor::Email] },
        CaseTurn::AccessReplaced { case: case() },
        CaseTurn::StatusKept { case: case() },
    ] {
        let event = Event::CaseTurn(turn);
        let kept = serde_json::to_string(&event).unwrap();
        assert!(kept.starts_with(&format!(r#"{{"kind":"{}","#, event.kind())), "{kept}");
        assert_eq!(serde_json::from_str::<Event>(&kept).unwrap(), event);
    }
    let unknown = serde_json::from_str::<Event>(r#"{"kind":"case_forgotten","case":"cas_1"}"#);
    assert!(unknown.is_err());
    let other: Event = serde_json::from_str(r#"{"kind":"case_used","case":"cas_1"}"#).unwrap();
    assert_eq!(other, Event::CaseUsed { case: case() });
}

#[test]
fn what_waits_for_its_holder_ends_and_what_waits_for_us_does_not() {
    let late = Stage::at(START.after(days(7)));
    for stage in CaseStage::ALL {
        let ended = expire(Case { stage: *stage, ..in_review() }, &account(), late.world()).outcome;
        let waits = matches!(stage, CaseStage::Verify | CaseStage::Documents | CaseStage::Approved);
        assert_eq!(ended, waits, "{stage:?}");
        let case = Case { stage: *stage, ..in_review() };
        let canceled = cancel(case, &account(), None, WithdrawnBy::Key, late.world());
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
