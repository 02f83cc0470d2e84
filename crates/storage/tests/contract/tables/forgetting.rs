//! R79: what is forgotten and when, and what is not.

use super::fixtures::*;
use super::sending::{SUBMITTED, accepted};
use crate::engines::{Database, rows};
use countersign_core::address::AddressIndex;
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::limit::{CounterKey, LimitKind};
use countersign_core::model::*;
use countersign_core::time::{Timestamp, days, hours, minutes, seconds};
use countersign_storage::tables::{action_keys, factors, idempotency, retention, verifications};

const SUBJECT: Subject = Subject::Address(AddressIndex([0xAD; 32]));

async fn purge(world: &World, now: Timestamp) -> u64 {
    world.write(move |tx, r| Box::pin(retention::purge(tx, r, now))).await.unwrap()
}

async fn count(world: &World, sql: &'static str) -> i64 {
    rows(&world.store, sql).await[0].int(0).unwrap()
}

pub(crate) async fn codes_are_forgotten_a_day_after_the_end(database: Database) {
    let world = World::new(&database).await;
    let status = VerificationStatus::Approved;
    let done = Verification { status, finished_at: Some(NOW), ..world.verification(SUBJECT) };
    let pending = world.verification(SUBJECT);
    world.save([done.clone(), pending.clone()].map(Change::InsertVerification)).await.unwrap();
    assert_eq!(purge(&world, NOW.after(days(1))).await, 0);
    assert_eq!(purge(&world, NOW.after(days(1)).after(seconds(1))).await, 1);
    assert_eq!(purge(&world, NOW.after(days(2))).await, 0, "once");
    let service_id = world.service_id;
    let load = |id| world.read(move |tx, r| Box::pin(verifications::load(tx, r, service_id, id)));
    let bare = Verification {
        code_hash: CodeHash([0; 32]),
        earlier_code_hashes: vec![],
        reverse_hash: None,
        ..done.clone()
    };
    assert_eq!(load(done.id).await, Some(bare));
    assert_eq!(load(pending.id).await, Some(pending));
}

pub(crate) async fn traces_are_forgotten_after_thirteen_months(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    let status = VerificationStatus::Approved;
    let done = Verification { status, finished_at: Some(NOW), ..world.verification(SUBJECT) };
    let session = Session {
        id: SessionId::draw(NOW, world.entropy.as_ref()),
        service_id: world.service_id,
        account_id: account.id,
        device_id: DeviceId::from_bytes([1; 16]),
        token: TokenHash([1; 32]),
        second_factor: None,
        ip: String::new(),
        created_at: NOW,
        last_seen_at: NOW,
        ended_at: None,
    };
    let message = world.message(None, NOW);
    let changes =
        [Change::InsertVerification(done), Change::InsertSession(session), Change::InsertMessage(message)];
    world.save(changes).await.unwrap();
    let leased = world.claim(1, NOW, 1).await.remove(0);
    world.record(&leased, accepted(&["f1"]), SUBMITTED, NOW).await;
    const ALL: &str = "SELECT (SELECT count(*) FROM verifications) + (SELECT count(*) FROM sessions)
        + (SELECT count(*) FROM messages) + (SELECT count(*) FROM attempts)";
    // After eight days the carrier's identifier, after one the code.
    assert_eq!(purge(&world, NOW.after(days(8))).await, 1);
    assert_eq!(purge(&world, NOW.after(days(8)).after(seconds(1))).await, 1);
    assert_eq!(purge(&world, NOW.after(days(396))).await, 0);
    assert_eq!(count(&world, ALL).await, 4);
    assert_eq!(purge(&world, NOW.after(days(396)).after(seconds(1))).await, 4);
    assert_eq!(count(&world, ALL).await, 0);
    assert_eq!(count(&world, "SELECT count(*) FROM accounts").await, 1);
}

pub(crate) async fn counters_outlive_their_window_once(database: Database) {
    let world = World::new(&database).await;
    let key = |kind: LimitKind| CounterKey {
        service_id: world.service_id,
        kind,
        key: [1; 32],
        window_start: NOW.window_start(kind.window()),
    };
    for kind in LimitKind::ALL {
        world.save([Change::Count { key: key(*kind), by: 1 }]).await.unwrap();
    }
    let hourly = LimitKind::ALL.iter().filter(|kind| kind.window() == hours(1)).count() as u64;
    let daily = LimitKind::ALL.len() as u64 - hourly;
    assert!(hourly > 0 && daily > 0);
    let hour_start = NOW.window_start(hours(1));
    assert_eq!(purge(&world, hour_start.after(hours(2))).await, 0);
    assert_eq!(purge(&world, hour_start.after(hours(2)).after(seconds(1))).await, hourly);
    let day_start = NOW.window_start(days(1));
    assert_eq!(purge(&world, day_start.after(days(2))).await, 0);
    assert_eq!(purge(&world, day_start.after(days(2)).after(seconds(1))).await, daily);
}

pub(crate) async fn rows_that_say_nothing_are_forgotten(database: Database) {
    let world = World::new(&database).await;
    let service_id = world.service_id;
    let lock = |factor| {
        world.write(move |tx, r| Box::pin(factors::lock(tx, r, service_id, SUBJECT, factor, None, NOW)))
    };
    lock(Factor::Sms).await.unwrap();
    let state = FactorState { last_failure_at: Some(NOW), ..lock(Factor::Email).await.unwrap() };
    world.save([Change::SaveFactor(state)]).await.unwrap();
    let failed =
        Change::CountFailures { service_id, subject: SUBJECT, factor: Factor::Sms, day: NOW.day(), by: 1 };
    world.save([failed]).await.unwrap();
    let key = world.write(move |tx, r| {
        let id = VerificationId::from_bytes([1; 16]);
        Box::pin(async move { idempotency::insert(tx, r, service_id, &[1; 32], &[2; 32], id, NOW).await })
    });
    key.await.unwrap();
    assert_eq!(purge(&world, NOW.after(days(1))).await, 0);
    assert_eq!(purge(&world, NOW.after(days(1)).after(seconds(1))).await, 2, "a blank state, a key");
    assert_eq!(count(&world, "SELECT count(*) FROM factor_states").await, 1, "a failure is remembered");
    assert_eq!(purge(&world, NOW.after(days(396))).await, 0);
    assert_eq!(purge(&world, NOW.after(days(397))).await, 1, "a day's failures");
}

pub(crate) async fn journeys_are_forgotten_when_they_are_over(database: Database) {
    let world = World::new(&database).await;
    let journey = |byte, minute| Journey {
        id: JourneyId::draw(NOW, world.entropy.as_ref()),
        service_id: world.service_id,
        token: TokenHash([byte; 32]),
        stage: JourneyStage::Done,
        created_at: NOW,
        expires_at: NOW.after(minutes(minute)),
    };
    world.save([journey(1, 1), journey(2, 2)].map(Change::InsertJourney)).await.unwrap();
    assert_eq!(purge(&world, NOW.after(minutes(1)).after(seconds(1))).await, 1);
    assert_eq!(count(&world, "SELECT count(*) FROM journeys").await, 1);
}

/// R79: thirteen months after they came to an end, and one that has not come to an end never.
pub(crate) async fn actions_are_forgotten_after_thirteen_months(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    let actions = ActionStatus::ALL.iter().map(|status| Action { status: *status, ..world.action(&account) });
    for action in actions {
        world.save([Change::InsertAction(action)]).await.unwrap();
    }
    let service_id = world.service_id;
    let key = world.write(move |tx, r| {
        let id = ActionId::from_bytes([1; 16]);
        Box::pin(async move { action_keys::insert(tx, r, service_id, &[1; 32], &[2; 32], id, NOW).await })
    });
    key.await.unwrap();
    let expires_at = NOW.after(days(30));
    let token = TokenHash([0xF1; 32]);
    let link = Change::InsertFreezeLink { token, service_id, account_id: account.id, expires_at };
    world.save([link]).await.unwrap();
    assert_eq!(purge(&world, NOW.after(days(1))).await, 0);
    assert_eq!(purge(&world, NOW.after(days(1)).after(seconds(1))).await, 1, "the key");
    assert_eq!(purge(&world, expires_at).await, 0);
    assert_eq!(purge(&world, expires_at.after(seconds(1))).await, 1, "the link");
    assert_eq!(purge(&world, NOW.after(days(396))).await, 0);
    assert_eq!(purge(&world, NOW.after(days(396)).after(seconds(1))).await, 3);
    let left = rows(&world.store, "SELECT status FROM actions ORDER BY status").await;
    let left: Vec<&str> = left.iter().map(|row| row.text(0).unwrap()).collect();
    assert_eq!(left, ["authorised", "pending"]);
}

pub(crate) async fn what_was_told_is_forgotten_after_thirty_days(database: Database) {
    let world = World::new(&database).await;
    let endpoints = [world.endpoint(world.service_id), world.endpoint(world.service_id)];
    world.save(endpoints.clone().map(Change::InsertWebhookEndpoint)).await.unwrap();
    world.save([Change::InsertWebhookEvent(world.told(NOW))]).await.unwrap();
    let [gone, deleted] = endpoints;
    let end = |endpoint: WebhookEndpoint, reason: &str| {
        let disabled_reason = reason.into();
        Change::SaveWebhookEndpoint(WebhookEndpoint { disabled_at: Some(NOW), disabled_reason, ..endpoint })
    };
    world.save([end(gone, "gone"), end(deleted, "deleted")]).await.unwrap();
    assert_eq!(purge(&world, NOW.after(days(30))).await, 0);
    let purged = purge(&world, NOW.after(days(30)).after(seconds(1))).await;
    assert_eq!(purged, 4, "an event, its two deliveries, the listener that was deleted");
    let left = rows(&world.store, "SELECT disabled_reason FROM webhook_endpoints").await;
    assert_eq!(left.iter().map(|row| row.text(0).unwrap()).collect::<Vec<_>>(), ["gone"]);
}
