//! Checks by identity providers: round trips, tenants, one a round, leases, an answer that stays.

use super::cases::case_of;
use super::fixtures::*;
use crate::engines::Database;
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::time::{hours, seconds};
use countersign_storage::StorageError;
use countersign_storage::tables::identity_checks;

fn is_conflict(answer: &Result<(), StorageError>) -> bool {
    matches!(answer, Err(StorageError::Conflict { .. }))
}

async fn saved_check(world: &World) -> IdentityCheck {
    let account = world.saved_account().await;
    let case = case_of(world, &account, CaseKind::PhoneLost);
    world.save([Change::InsertCase(case.clone())]).await.unwrap();
    let check = IdentityCheck {
        id: IdentityCheckId::draw(NOW, world.entropy.as_ref()),
        service_id: world.service_id,
        case_id: case.id,
        account_id: account.id,
        round: 1,
        provider: "Idents".to_owned(),
        state: IdentityState::Due,
        tries: 0,
        next_step_at: NOW,
        asked_at: None,
        answered_at: None,
        answer: None,
    };
    world.save([Change::InsertIdentityCheck(check.clone())]).await.unwrap();
    check
}

pub(crate) async fn identity_checks_round_trip_one_a_round_and_keep_their_answer(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let check = saved_check(&world).await;
    let (id, case_id) = (check.id, check.case_id);
    let of = |service| world.read(move |tx, r| Box::pin(identity_checks::of_case(tx, r, service, case_id)));
    assert_eq!(of(service_id).await, vec![check.clone()]);
    assert_eq!(of(other).await, vec![], "another tenant sees nothing (R77)");
    let twin = IdentityCheck { id: IdentityCheckId::draw(NOW, world.entropy.as_ref()), ..check.clone() };
    assert!(is_conflict(&world.save([Change::InsertIdentityCheck(twin.clone())]).await), "once a round");
    let second = IdentityCheck { round: 2, ..twin };
    world.save([Change::InsertIdentityCheck(second.clone())]).await.unwrap();
    assert_eq!(of(service_id).await, vec![check.clone(), second], "by round");
    let answered = IdentityCheck {
        state: IdentityState::Answered,
        tries: 2,
        asked_at: Some(NOW),
        answered_at: Some(NOW.after(hours(1))),
        answer: Some(IdentityAnswer {
            finding: IdentityFinding::Mismatch,
            failed: vec![CaseCheck::NoteMatches],
            reference: "ref".to_owned(),
        }),
        ..check.clone()
    };
    let foreign = IdentityCheck { service_id: other, ..answered.clone() };
    assert!(is_conflict(&world.save([Change::SaveIdentityCheck(foreign)]).await));
    world.save([Change::SaveIdentityCheck(answered.clone())]).await.unwrap();
    assert!(is_conflict(&world.save([Change::SaveIdentityCheck(check)]).await), "an answer stays");
    let lock = |service| world.write(move |tx, r| Box::pin(identity_checks::lock(tx, r, service, id)));
    assert_eq!(lock(service_id).await.unwrap(), Some(answered));
    assert_eq!(lock(other).await.unwrap(), None);
}

pub(crate) async fn identity_checks_are_leased_and_come_to_an_end(database: Database) {
    let world = World::new(&database).await;
    let check = saved_check(&world).await;
    let lease = |now: countersign_core::time::Timestamp| {
        let until = now.after(seconds(180));
        world.write(move |tx, r| Box::pin(identity_checks::claim(tx, r, now, until, 9)))
    };
    assert_eq!(lease(NOW.before(seconds(1))).await.unwrap(), vec![], "not yet");
    let taken = lease(NOW).await.unwrap();
    let wanted = IdentityCheck { tries: 1, next_step_at: NOW.after(seconds(180)), ..check.clone() };
    assert_eq!(taken, vec![wanted]);
    assert_eq!(lease(NOW).await.unwrap(), vec![], "it is somebody's");
    assert_eq!(lease(NOW.after(seconds(180))).await.unwrap()[0].tries, 2, "whose lease ran out");
    let end = NOW.after(hours(24));
    let asked = IdentityCheck { state: IdentityState::Asked, next_step_at: end, tries: 2, ..check.clone() };
    world.save([Change::SaveIdentityCheck(asked)]).await.unwrap();
    assert_eq!(lease(end).await.unwrap(), vec![], "what was asked is not asked again");
    let overdue = |now| world.read(move |tx, r| Box::pin(identity_checks::overdue(tx, r, now, 9)));
    assert_eq!(overdue(end.before(seconds(1))).await, vec![]);
    assert_eq!(overdue(end).await, vec![(check.service_id, check.id)]);
}
