//! Telling relying parties: who is told, who tells, what is remembered.

use super::fixtures::*;
use crate::engines::{Database, Engine, poll_once, rows};
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::time::{Timestamp, days, minutes, seconds};
use countersign_storage::tables::webhooks;
use countersign_storage::{StorageError, Topic};
use futures_util::future::join_all;
use std::collections::HashSet;
use std::pin::pin;

fn is_conflict(answer: &Result<(), StorageError>) -> bool {
    matches!(answer, Err(StorageError::Conflict { .. }))
}

/// An instant so many seconds from [`NOW`].
fn at(second: u64) -> Timestamp {
    NOW.after(seconds(second))
}

type Told = Vec<(WebhookDelivery, WebhookEndpoint)>;

impl World {
    async fn saved_endpoint(&self) -> WebhookEndpoint {
        let endpoint = self.endpoint(self.service_id);
        self.save([Change::InsertWebhookEndpoint(endpoint.clone())]).await.unwrap();
        endpoint
    }

    async fn tell(&self, event: &WebhookEvent) {
        self.save([Change::InsertWebhookEvent(event.clone())]).await.unwrap();
    }

    /// Claims for a node with a lease of 30 seconds.
    async fn claim_told(&self, node: u8, now: Timestamp, limit: u32) -> Told {
        let until = now.after(seconds(30));
        let claim = self.write(move |tx, r| Box::pin(webhooks::claim(tx, r, [node; 16], now, until, limit)));
        claim.await.unwrap()
    }

    async fn record_told(&self, node: u8, delivery: &WebhookDelivery) -> bool {
        let delivery = delivery.clone();
        let record = self.write(move |tx, r| {
            let delivery = delivery.clone();
            Box::pin(async move { webhooks::record(tx, r, [node; 16], &delivery).await })
        });
        record.await.unwrap()
    }

    async fn deliveries(&self, endpoint: &WebhookEndpoint, limit: u32) -> Vec<WebhookDelivery> {
        let (service_id, id) = (endpoint.service_id, endpoint.id);
        self.read(move |tx, r| Box::pin(webhooks::deliveries_of(tx, r, service_id, id, limit))).await
    }

    async fn next_told(&self) -> Option<Timestamp> {
        self.read(|tx, r| Box::pin(webhooks::next_due(tx, r))).await
    }
}

fn delivery(
    event: &WebhookEvent,
    endpoint: &WebhookEndpoint,
    tries: u32,
    next_try_at: Timestamp,
) -> WebhookDelivery {
    WebhookDelivery {
        event: event.clone(),
        endpoint_id: endpoint.id,
        status: DeliveryStatus::Due,
        tries,
        next_try_at,
        last_status: None,
        last_error: String::new(),
        last_took_ms: None,
    }
}

fn disabled(endpoint: &WebhookEndpoint, reason: &str) -> WebhookEndpoint {
    WebhookEndpoint { disabled_at: Some(NOW), disabled_reason: reason.into(), ..endpoint.clone() }
}

pub(crate) async fn listeners_round_trip_and_stay_disabled(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let endpoint = world.saved_endpoint().await;
    let id = endpoint.id;
    let load = |service| world.read(move |tx, r| Box::pin(webhooks::load_endpoint(tx, r, service, id)));
    let list = |service| world.read(move |tx, r| Box::pin(webhooks::endpoints_of_service(tx, r, service)));
    assert_eq!((load(service_id).await, load(other).await), (Some(endpoint.clone()), None), "R77");
    let save = |endpoint: &WebhookEndpoint| world.save([Change::SaveWebhookEndpoint(endpoint.clone())]);
    let rotated = WebhookEndpoint {
        secret: Redacted("whsec_bmV4dA==".into()),
        earlier_secret: None,
        earlier_until: None,
        ..endpoint.clone()
    };
    save(&rotated).await.unwrap();
    let lock = world.write(move |tx, r| Box::pin(webhooks::lock_endpoint(tx, r, service_id, id)));
    assert_eq!(lock.await, Ok(Some(rotated.clone())));
    assert!(is_conflict(&save(&WebhookEndpoint { service_id: other, ..rotated.clone() }).await));
    let gone = disabled(&rotated, "gone");
    save(&gone).await.unwrap();
    assert!(is_conflict(&save(&rotated).await), "disabled for good");
    let second = world.saved_endpoint().await;
    assert_eq!(list(service_id).await.len(), 2, "one that is gone can be seen");
    let deleted = disabled(&rotated, "deleted");
    save(&deleted).await.unwrap();
    assert!(is_conflict(&save(&gone).await));
    assert_eq!(list(service_id).await, vec![second]);
    assert_eq!(list(other).await, vec![]);
    assert_eq!(load(service_id).await, Some(deleted));
}

pub(crate) async fn an_event_is_told_to_every_live_listener_of_its_service(database: Database) {
    let world = World::new(&database).await;
    let other = world.other_service().await;
    world.tell(&world.told(NOW)).await;
    let kept = rows(&world.store, "SELECT id FROM webhook_events").await;
    assert!(kept.is_empty(), "nobody listened");
    let live = [world.saved_endpoint().await, world.saved_endpoint().await];
    let gone = world.saved_endpoint().await;
    let strangers = world.endpoint(other);
    let changes = [
        Change::SaveWebhookEndpoint(disabled(&gone, "gone")),
        Change::InsertWebhookEndpoint(strangers.clone()),
    ];
    world.save(changes).await.unwrap();
    let event = world.told(at(1));
    world.tell(&event).await;
    for endpoint in &live {
        assert_eq!(world.deliveries(endpoint, 9).await, vec![delivery(&event, endpoint, 0, at(1))]);
    }
    for endpoint in [&gone, &strangers] {
        assert_eq!(world.deliveries(endpoint, 9).await, vec![]);
    }
    let (mine, id) = (live[0].service_id, live[0].id);
    assert_ne!(mine, other);
    let peek = world.read(move |tx, r| Box::pin(webhooks::deliveries_of(tx, r, other, id, 9)));
    assert_eq!(peek.await, vec![], "another tenant sees nothing (R77)");
    let again = world.save([Change::InsertWebhookEvent(event)]).await;
    assert!(is_conflict(&again), "an event is told once");
}

pub(crate) async fn an_event_wakes_the_teller(database: Database) {
    let world = World::new(&database).await;
    let mut wake = world.store.subscribe(Topic::Webhooks);
    if database.engine == Engine::Postgres {
        // Once for the listening connection that stands.
        wake.changed().await;
    }
    assert!(poll_once(pin!(wake.changed())).is_pending());
    world.save([Change::InsertMessage(world.message(None, NOW))]).await.unwrap();
    assert!(poll_once(pin!(wake.changed())).is_pending(), "a message is another's work");
    world.tell(&world.told(NOW)).await;
    wake.changed().await;
}

pub(crate) async fn deliveries_are_leased_longest_due_first_and_once(database: Database) {
    let world = World::new(&database).await;
    let endpoint = world.saved_endpoint().await;
    assert_eq!(world.next_told().await, None);
    let events = [world.told(at(2)), world.told(at(1)), world.told(at(60))];
    for event in &events {
        world.tell(event).await;
    }
    assert_eq!(world.next_told().await, Some(at(1)));
    assert_eq!(world.claim_told(1, at(0), 9).await, vec![], "not yet");
    let first = delivery(&events[1], &endpoint, 1, at(33));
    let second = delivery(&events[0], &endpoint, 1, at(33));
    assert_eq!(world.claim_told(1, at(3), 1).await, vec![(first.clone(), endpoint.clone())]);
    assert_eq!(world.claim_told(2, at(3), 9).await, vec![(second, endpoint.clone())]);
    assert_eq!(world.claim_told(3, at(32), 9).await, vec![], "leased once");
    assert_eq!(world.next_told().await, Some(at(33)), "the end of the leases");
    // Tellers that died: after the lease, another one tells.
    let again = world.claim_told(3, at(33), 1).await;
    assert_eq!(again, vec![(WebhookDelivery { tries: 2, next_try_at: at(63), ..first }, endpoint)]);
}

pub(crate) async fn tellers_never_share_a_delivery(database: Database) {
    let world = World::new(&database).await;
    world.saved_endpoint().await;
    world.saved_endpoint().await;
    let events: [WebhookEvent; 64] = std::array::from_fn(|_| world.told(NOW));
    world.save(events.map(Change::InsertWebhookEvent)).await.unwrap();
    let taken = join_all((0..16).map(|node| world.claim_told(node, NOW, 16))).await;
    let keys = |(delivery, _): &(WebhookDelivery, WebhookEndpoint)| (delivery.event.id, delivery.endpoint_id);
    let mut all: Vec<_> = taken.iter().flatten().map(keys).collect();
    loop {
        let rest = world.claim_told(99, NOW, 16).await;
        if rest.is_empty() {
            break;
        }
        all.extend(rest.iter().map(keys));
    }
    let different: HashSet<_> = all.iter().copied().collect();
    assert_eq!((all.len(), different.len()), (128, 128));
}

pub(crate) async fn a_telling_ends_as_it_was_judged(database: Database) {
    let world = World::new(&database).await;
    let endpoint = world.saved_endpoint().await;
    let event = world.told(NOW);
    world.tell(&event).await;
    let (first, _) = world.claim_told(1, NOW, 1).await.remove(0);
    let again = WebhookDelivery {
        next_try_at: at(5),
        last_status: Some(503),
        last_error: "busy\0".into(),
        last_took_ms: Some(1_234),
        ..first.clone()
    };
    assert!(!world.record_told(2, &again).await, "only the leaseholder");
    assert!(world.record_told(1, &again).await);
    assert!(!world.record_told(1, &again).await, "once");
    let shown = WebhookDelivery { last_error: "busy ".into(), ..again };
    assert_eq!(world.deliveries(&endpoint, 9).await, vec![shown.clone()]);
    let (second, _) = world.claim_told(1, at(5), 1).await.remove(0);
    assert_eq!(second, WebhookDelivery { tries: 2, next_try_at: at(35), ..shown });
    let late = WebhookDelivery { status: DeliveryStatus::GivenUp, ..first.clone() };
    assert!(!world.record_told(1, &late).await, "the lease of the first try is over");
    let heard = WebhookDelivery { status: DeliveryStatus::Delivered, last_status: Some(204), ..first };
    assert!(world.record_told(2, &heard).await, "heard is heard, however late");
    assert!(!world.record_told(1, &second).await, "and stays so");
    assert_eq!(world.deliveries(&endpoint, 9).await[0].status, DeliveryStatus::Delivered);
    assert_eq!((world.next_told().await, world.claim_told(1, at(99), 9).await), (None, vec![]));
}

pub(crate) async fn a_delivery_can_be_sent_again(database: Database) {
    let world = World::new(&database).await;
    let endpoint = world.saved_endpoint().await;
    let event = world.told(NOW);
    world.tell(&event).await;
    let (tried, _) = world.claim_told(1, NOW, 1).await.remove(0);
    world.record_told(1, &WebhookDelivery { status: DeliveryStatus::GivenUp, ..tried }).await;
    let (mine, other) = (world.service_id, world.other_service().await);
    let (endpoint_id, event_id) = (endpoint.id, event.id);
    let resend = |service, event_id| {
        world.write(move |tx, r| Box::pin(webhooks::resend(tx, r, service, endpoint_id, event_id, at(7))))
    };
    assert_eq!(resend(other, event_id).await, Ok(false), "another tenant's (R77)");
    assert_eq!(resend(mine, EventId::from_bytes([1; 16])).await, Ok(false));
    assert_eq!(world.next_told().await, None);
    assert_eq!(resend(mine, event_id).await, Ok(true));
    let (again, _) = world.claim_told(1, at(7), 1).await.remove(0);
    assert_eq!((again.status, again.tries), (DeliveryStatus::Due, 1));
    world.save([Change::SaveWebhookEndpoint(disabled(&endpoint, "gone"))]).await.unwrap();
    assert_eq!(resend(mine, event_id).await, Ok(false), "nobody is there");
}

/// A listener that was disabled, or whose secret does not open, must not keep all others from being told.
pub(crate) async fn what_cannot_be_told_is_given_up(database: Database) {
    let world = World::new(&database).await;
    let [good, gone, broken] =
        [world.saved_endpoint().await, world.saved_endpoint().await, world.saved_endpoint().await];
    world.tell(&world.told(NOW)).await;
    world.save([Change::SaveWebhookEndpoint(disabled(&gone, "deleted"))]).await.unwrap();
    let id = broken.id;
    let spoil = crate::engines::step(move |tx| {
        let sql = "UPDATE webhook_endpoints SET secret_sealed = $2 WHERE id = $1";
        Box::pin(async move { tx.execute(sql, &[id.as_bytes().into(), (&[7u8; 60]).into()]).await })
    });
    assert_eq!(world.store.write(spoil).await, Ok(1));
    let told: Vec<WebhookId> =
        world.claim_told(1, NOW, 9).await.iter().map(|(delivery, _)| delivery.endpoint_id).collect();
    assert_eq!(told, vec![good.id]);
    for (endpoint, why) in [(&gone, "the listener was disabled"), (&broken, "cannot be read")] {
        let left = world.deliveries(endpoint, 9).await.remove(0);
        assert_eq!((left.status, left.last_error.as_str()), (DeliveryStatus::GivenUp, why));
    }
    assert_eq!(world.next_told().await, Some(at(30)), "only the good one's lease");
}

pub(crate) async fn deliveries_are_listed_newest_first(database: Database) {
    let world = World::new(&database).await;
    let endpoint = world.saved_endpoint().await;
    let events = [world.told(NOW), world.told(NOW.after(minutes(1))), world.told(NOW.after(days(1)))];
    for event in &events {
        world.tell(event).await;
    }
    let ids: Vec<EventId> = world.deliveries(&endpoint, 2).await.iter().map(|one| one.event.id).collect();
    assert_eq!(ids, vec![events[2].id, events[1].id]);
}
