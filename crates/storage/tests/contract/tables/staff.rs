//! Sessions of staff: round trips, guards, tenants and forgetting.

use super::fixtures::*;
use crate::engines::{Database, rows};
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::time::{days, minutes, seconds};
use countersign_storage::StorageError;
use countersign_storage::tables::{operator_sessions, operators, retention};

fn is_conflict(answer: &Result<(), StorageError>) -> bool {
    matches!(answer, Err(StorageError::Conflict { .. }))
}

fn session_of(world: &World, operator: &Operator, token: u8) -> OperatorSession {
    OperatorSession {
        id: OperatorSessionId::draw(NOW, world.entropy.as_ref()),
        service_id: operator.service_id,
        operator_id: operator.id,
        token: TokenHash([token; 32]),
        device: "Firefox on Linux".into(),
        ip: "198.51.100.77".into(),
        created_at: NOW,
        last_seen_at: NOW,
        ended_at: None,
    }
}

pub(crate) async fn operator_sessions_round_trip_and_stay_ended(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let operator = world.operator();
    let session = session_of(&world, &operator, 7);
    world.save([Change::InsertOperator(operator.clone())]).await.unwrap();
    world.save([Change::InsertOperatorSession(session.clone())]).await.unwrap();
    let find = |service, token| {
        world.read(move |tx, r| Box::pin(operator_sessions::by_token(tx, r, service, TokenHash([token; 32]))))
    };
    assert_eq!(find(service_id, 7).await, Some(session.clone()));
    assert_eq!(find(service_id, 8).await, None);
    assert_eq!(find(other, 7).await, None, "another tenant sees nothing (R77)");
    let id = operator.id;
    let load = |service| world.read(move |tx, r| Box::pin(operators::load(tx, r, service, id)));
    assert_eq!(load(service_id).await, Some(operator.clone()));
    assert_eq!(load(other).await, None);

    let again = session_of(&world, &operator, 7);
    assert!(is_conflict(&world.save([Change::InsertOperatorSession(again)]).await), "a token is drawn once");
    let nobodys =
        OperatorSession { operator_id: OperatorId::from_bytes([9; 16]), ..session_of(&world, &operator, 9) };
    assert!(is_conflict(&world.save([Change::InsertOperatorSession(nobodys)]).await), "no such operator");

    let used = OperatorSession { last_seen_at: NOW.after(minutes(5)), ..session };
    let ended = OperatorSession { ended_at: Some(NOW.after(minutes(6))), ..used.clone() };
    let foreign = OperatorSession { service_id: other, ..ended.clone() };
    assert!(is_conflict(&world.save([Change::SaveOperatorSession(foreign)]).await), "of another tenant");
    world.save([Change::SaveOperatorSession(used.clone())]).await.unwrap();
    assert_eq!(find(service_id, 7).await, Some(used.clone()));
    world.save([Change::SaveOperatorSession(ended.clone())]).await.unwrap();
    assert!(is_conflict(&world.save([Change::SaveOperatorSession(used)]).await), "what ended stays ended");
    assert_eq!(find(service_id, 7).await, Some(ended));
}

pub(crate) async fn operator_sessions_are_kept_thirteen_months(database: Database) {
    let world = World::new(&database).await;
    let operator = world.operator();
    let session = session_of(&world, &operator, 7);
    world.save([Change::InsertOperator(operator), Change::InsertOperatorSession(session)]).await.unwrap();
    let purge = |now| world.write(move |tx, r| Box::pin(retention::purge(tx, r, now)));
    assert_eq!(purge(NOW.after(days(396))).await, Ok(0));
    assert_eq!(purge(NOW.after(days(396)).after(seconds(1))).await, Ok(1));
    assert_eq!(rows(&world.store, "SELECT id FROM operator_sessions").await.len(), 0);
    assert_eq!(rows(&world.store, "SELECT id FROM operators").await.len(), 1);
}
