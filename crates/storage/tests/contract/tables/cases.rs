//! Recovery cases: round trips, tenants, one open of a kind, one word of a voice, one end.

use super::fixtures::*;
use crate::engines::{Database, step};
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::time::{days, hours};
use countersign_storage::StorageError;
use countersign_storage::tables::{self, cases};
use futures_util::future::join_all;
use std::sync::Arc;
use tokio::sync::Barrier;

fn is_conflict(answer: &Result<(), StorageError>) -> bool {
    matches!(answer, Err(StorageError::Conflict { .. }))
}

pub(super) fn case_of(world: &World, account: &Account, kind: CaseKind) -> Case {
    Case {
        id: CaseId::draw(NOW, world.entropy.as_ref()),
        service_id: account.service_id,
        account_id: account.id,
        kind,
        stage: CaseStage::Review,
        round: 1,
        access: TokenHash([5; 32]),
        access_failures: 3,
        access_locked_until: Some(NOW),
        file: CaseFile {
            proved: vec![Factor::Email],
            lost: vec![Factor::TradingPassword],
            documents_alone: false,
            document: Some(DocumentKind::Passport),
            name: Redacted("Ada Byron".to_owned()),
            remark: Redacted("lost at sea".to_owned()),
            note_codes: vec![Redacted("7k3f-9q2m".to_owned())],
            note_until_ms: 7,
            round_since_ms: 3,
            rejected_for: Some(RejectReason::Unreadable),
            device: "Firefox on Linux".to_owned(),
            unproved: true,
            finish_from_ms: 11,
            let_in: Some(StoredId([6; 16])),
            status: Some(AccountStatus::Flagged),
        },
        opened_at: NOW,
        submitted_at: Some(NOW),
        promised_by: Some(NOW.after(hours(24))),
        decided_at: None,
        expires_at: NOW.after(days(7)),
        ended_at: None,
    }
}

fn word(case: &Case, voice: Voice, verdict: Verdict) -> CaseDecision {
    CaseDecision {
        service_id: case.service_id,
        case_id: case.id,
        round: case.round,
        voice,
        verdict,
        note: Redacted("the face is hers".to_owned()),
        checks: vec![CaseCheck::PhotoMatches, CaseCheck::NotExpired],
        pictures: PictureSet("5e7".to_owned()),
        at: NOW,
    }
}

fn operator(number: u8) -> Voice {
    Voice::Operator(OperatorId::from_bytes([number; 16]))
}

pub(crate) async fn cases_round_trip_one_open_of_a_kind(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let account = world.saved_account().await;
    let case = case_of(&world, &account, CaseKind::PhoneLost);
    world.save([Change::InsertCase(case.clone())]).await.unwrap();
    let id = case.id;
    let load = |service| world.read(move |tx, r| Box::pin(cases::load(tx, r, service, id)));
    assert_eq!(load(service_id).await, Some(case.clone()));
    assert_eq!(load(other).await, None, "another tenant sees nothing (R77)");
    let second = case_of(&world, &account, CaseKind::PhoneLost);
    assert!(is_conflict(&world.save([Change::InsertCase(second.clone())]).await), "one of a kind is open");
    let kin = case_of(&world, &account, CaseKind::Identity);
    world.save([Change::InsertCase(kin.clone())]).await.unwrap();
    let count = world.read(move |tx, r| Box::pin(cases::count_waiting(tx, r, service_id)));
    assert_eq!(count.await, 2);
    let ended = Case {
        stage: CaseStage::Canceled,
        ended_at: Some(NOW),
        round: 2,
        access: TokenHash([6; 32]),
        ..case.clone()
    };
    let foreign = Case { service_id: other, ..ended.clone() };
    assert!(is_conflict(&world.save([Change::SaveCase(foreign)]).await));
    world.save([Change::SaveCase(ended.clone())]).await.unwrap();
    assert_eq!(load(service_id).await, Some(ended.clone()));
    assert!(is_conflict(&world.save([Change::SaveCase(case)]).await), "what is over stays over");
    world.save([Change::InsertCase(second.clone())]).await.unwrap();
    let list = |closed| world.read(move |tx, r| Box::pin(cases::of_service(tx, r, service_id, closed, 9)));
    assert_eq!(list(true).await, vec![ended]);
    assert_eq!(list(false).await.len(), 2);
    let open = world.write(move |tx, r| Box::pin(cases::lock_open_of_account(tx, r, service_id, account.id)));
    // Identifiers of one millisecond have no order of their own.
    let mut wanted = vec![kin, second];
    wanted.sort_by_key(|case| case.id);
    assert_eq!(open.await.unwrap(), wanted);
    let (id, stranger) = (account.id, world.saved_account().await.id);
    let looked = |service, id| world.read(move |tx, r| Box::pin(cases::open_of_account(tx, r, service, id)));
    assert_eq!(looked(service_id, id).await, wanted);
    assert_eq!((looked(other, id).await, looked(service_id, stranger).await), (vec![], vec![]));
}

pub(crate) async fn a_voice_speaks_once_in_a_round_about_a_case(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let account = world.saved_account().await;
    let case = case_of(&world, &account, CaseKind::PhoneLost);
    world.save([Change::InsertCase(case.clone())]).await.unwrap();
    let first = word(&case, operator(1), Verdict::Reject(RejectReason::FaceDiffers));
    let second = word(&case, Voice::CommandLine, Verdict::Approve);
    for decision in [&first, &second] {
        world.save([Change::InsertCaseDecision(decision.clone())]).await.unwrap();
        let again = CaseDecision { verdict: Verdict::Approve, ..decision.clone() };
        assert!(is_conflict(&world.save([Change::InsertCaseDecision(again)]).await));
    }
    let anew = CaseDecision { round: 2, ..first.clone() };
    world.save([Change::InsertCaseDecision(anew.clone())]).await.unwrap();
    let id = case.id;
    let said = |service| world.read(move |tx, r| Box::pin(cases::decisions(tx, r, service, id)));
    assert_eq!(said(service_id).await, vec![second, first, anew], "by round and moment");
    assert_eq!(said(other).await, vec![]);
}

/// What a voice's word came to.
const FIRST: u8 = 1;
const END: u8 = 2;
const LATE: u8 = 3;

pub(crate) async fn of_many_that_decide_at_once_one_ends_the_case(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    let case = case_of(&world, &account, CaseKind::PhoneLost);
    world.save([Change::InsertCase(case.clone())]).await.unwrap();
    let start = Arc::new(Barrier::new(8));
    let tasks = (1..=8u8).map(|number| {
        let (store, rows, start) = (world.store.clone(), world.rows.clone(), start.clone());
        let said = word(&case, operator(number), Verdict::Approve);
        tokio::spawn(async move {
            start.wait().await;
            let decide = step(move |tx| {
                let (rows, said) = (rows.clone(), said.clone());
                Box::pin(async move {
                    let found = cases::lock(tx, &rows, said.service_id, said.case_id).await?.unwrap();
                    if found.stage != CaseStage::Review {
                        return Ok(LATE);
                    }
                    let before = cases::decisions(tx, &rows, said.service_id, said.case_id).await?;
                    let ends = !before.is_empty();
                    let stage = if ends { CaseStage::Approved } else { CaseStage::Review };
                    let saved = Change::SaveCase(Case { stage, ..found });
                    tables::apply(tx, &rows, &[Change::InsertCaseDecision(said), saved]).await?;
                    Ok(if ends { END } else { FIRST })
                })
            });
            store.write(decide).await.unwrap()
        })
    });
    let mut answers: Vec<u8> = join_all(tasks).await.into_iter().map(|task| task.unwrap()).collect();
    answers.sort_unstable();
    assert_eq!(answers, [FIRST, END, LATE, LATE, LATE, LATE, LATE, LATE]);
}

pub(crate) async fn cases_that_wait_for_their_holders_come_due(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    for (kind, stage) in
        [(CaseKind::PhoneLost, CaseStage::Documents), (CaseKind::TradingPassword, CaseStage::Review)]
    {
        let case = Case { stage, ..case_of(&world, &account, kind) };
        world.save([Change::InsertCase(case)]).await.unwrap();
    }
    let due = |now| world.read(move |tx, r| Box::pin(cases::due(tx, r, now, 9)));
    assert_eq!(due(NOW.after(days(6))).await.len(), 0);
    assert_eq!(due(NOW.after(days(7))).await.len(), 1, "what is before the operators waits for them");
}
