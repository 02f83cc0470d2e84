//! Sessions of staff: round trips, guards, tenants and forgetting.

use super::fixtures::*;
use crate::engines::{Database, rows};
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::time::{days, hours, minutes, seconds};
use countersign_storage::StorageError;
use countersign_storage::tables::{
    operator_authenticators, operator_invitations, operator_sessions, operators, retention,
};

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

pub(crate) async fn an_operators_step_is_spent_once_and_one_app_is_live(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let operator = world.operator();
    let app = world.operator_totp(&operator);
    world.save([Change::InsertOperator(operator.clone())]).await.unwrap();
    world.save([Change::InsertOperatorAuthenticator(app.clone())]).await.unwrap();
    let id = operator.id;
    let live = |service| world.read(move |tx, r| Box::pin(operator_authenticators::live(tx, r, service, id)));
    assert_eq!(live(service_id).await, std::slice::from_ref(&app));
    assert_eq!(live(other).await, [], "another tenant sees nothing (R77)");
    let second = world.operator_totp(&operator);
    assert!(is_conflict(&world.save([Change::InsertOperatorAuthenticator(second.clone())]).await), "one app");

    let used = |step| OperatorAuthenticator { last_step: Some(step), last_used_at: Some(NOW), ..app.clone() };
    world.save([Change::SaveOperatorAuthenticator(used(7))]).await.unwrap();
    for step in [7, 6] {
        let again = world.save([Change::SaveOperatorAuthenticator(used(step))]).await;
        assert!(is_conflict(&again), "step {step} after step 7 (R35)");
    }
    world.save([Change::SaveOperatorAuthenticator(used(8))]).await.unwrap();
    let ended = OperatorAuthenticator { ended_at: Some(NOW), ..used(8) };
    let foreign = OperatorAuthenticator { service_id: other, ..ended.clone() };
    assert!(
        is_conflict(&world.save([Change::SaveOperatorAuthenticator(foreign)]).await),
        "of another tenant"
    );
    world.save([Change::SaveOperatorAuthenticator(ended)]).await.unwrap();
    assert!(is_conflict(&world.save([Change::SaveOperatorAuthenticator(used(9))]).await), "it has ended");
    world.save([Change::InsertOperatorAuthenticator(second.clone())]).await.unwrap();
    assert_eq!(live(service_id).await, [second]);
}

pub(crate) async fn a_link_for_staff_is_used_once_and_forgotten(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let operator = world.operator();
    let link = |token: u8| OperatorInvitation {
        token: TokenHash([token; 32]),
        service_id,
        operator_id: operator.id,
        purpose: InvitationPurpose::Reset,
        created_at: NOW,
        expires_at: NOW.after(hours(24)),
        used_at: None,
    };
    world.save([Change::InsertOperator(operator.clone())]).await.unwrap();
    world.save([1, 2, 3].map(|token| Change::InsertOperatorInvitation(link(token)))).await.unwrap();
    let find = |service, token| {
        let token = TokenHash([token; 32]);
        world.read(move |tx, r| Box::pin(operator_invitations::find(tx, r, service, token)))
    };
    assert_eq!(find(service_id, 1).await, Some(link(1)));
    assert_eq!(find(other, 1).await, None, "of another tenant");
    let spend = |token: u8, service_id, at| {
        let token = TokenHash([token; 32]);
        world.save([Change::UseOperatorInvitation { token, service_id, at }])
    };
    assert!(is_conflict(&spend(1, other, NOW).await));
    assert!(is_conflict(&spend(1, service_id, NOW.after(hours(24))).await), "too late");
    spend(1, service_id, NOW).await.unwrap();
    assert!(is_conflict(&spend(1, service_id, NOW).await), "used");
    let (operator_id, at) = (operator.id, NOW);
    world.save([Change::EndOperatorInvitations { service_id: other, operator_id, at }]).await.unwrap();
    assert_eq!(find(service_id, 2).await, Some(link(2)));
    world.save([Change::EndOperatorInvitations { service_id, operator_id, at }]).await.unwrap();
    for token in [2, 3] {
        assert!(is_conflict(&spend(token, service_id, NOW).await), "another took its place");
    }
    let purge = |now| world.write(move |tx, r| Box::pin(retention::purge(tx, r, now)));
    assert_eq!(purge(NOW.after(hours(24)).after(seconds(1))).await, Ok(3));
}

pub(crate) async fn operators_change_and_their_sessions_end_together(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let operator = world.operator();
    world.save([Change::InsertOperator(operator.clone())]).await.unwrap();
    let changed = Operator {
        name: "Grace".into(),
        password_hash: String::new(),
        roles: vec![Role::Auditor],
        disabled_at: Some(NOW),
        ..operator.clone()
    };
    let foreign = Operator { service_id: other, ..changed.clone() };
    assert!(is_conflict(&world.save([Change::SaveOperator(foreign)]).await), "of another tenant");
    world.save([Change::SaveOperator(changed.clone())]).await.unwrap();
    let everybody = world.read(move |tx, r| Box::pin(operators::of_service(tx, r, service_id))).await;
    assert_eq!(everybody, [changed]);

    let sessions = [1, 2, 3].map(|token| session_of(&world, &operator, token));
    world.save(sessions.clone().map(Change::InsertOperatorSession)).await.unwrap();
    let (operator_id, at) = (operator.id, NOW);
    let end = |service_id, except| Change::EndOperatorSessions { service_id, operator_id, except, at };
    world.save([end(other, None)]).await.unwrap();
    let open =
        || world.read(move |tx, r| Box::pin(operator_sessions::open_of(tx, r, service_id, operator_id)));
    assert_eq!(open().await.len(), 3);
    world.save([end(service_id, Some(sessions[1].id))]).await.unwrap();
    assert_eq!(open().await, [sessions[1].clone()]);
    world.save([end(service_id, None)]).await.unwrap();
    assert_eq!(open().await, []);
    let seen = world.read(move |tx, r| Box::pin(operator_sessions::last_seen(tx, r, service_id))).await;
    assert_eq!(seen, [(operator_id, NOW)]);
}
