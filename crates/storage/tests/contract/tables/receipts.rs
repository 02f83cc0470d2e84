//! Receipts: on time, early, in parts, repeated, wrong.

use super::fixtures::*;
use super::sending::{SUBMITTED, accepted};
use crate::engines::Database;
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::outbox::{Leased, Receipt, ReceiptState};
use countersign_core::reach::Sample;
use countersign_core::time::{Timestamp, days, seconds};
use countersign_storage::tables::outbox::{self, Heard};
use std::sync::Arc;

fn receipt(ids: &[&str], state: ReceiptState) -> Receipt {
    Receipt {
        route: "route-a".into(),
        provider_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        state,
        error: if state == ReceiptState::Failed { "016".into() } else { String::new() },
    }
}

impl World {
    /// A message that was leased and not recorded yet.
    async fn flying(&self, at: Timestamp) -> Leased {
        self.save([Change::InsertMessage(self.message(None, at))]).await.unwrap();
        self.claim(1, at, 1).await.remove(0)
    }

    /// A message that the carrier took under these identifiers.
    async fn taken(&self, ids: &[&str], at: Timestamp) -> MessageId {
        let leased = self.flying(at).await;
        self.record(&leased, accepted(ids), SUBMITTED, at).await;
        leased.message.id
    }

    /// Whether the receipt changed a try.
    async fn hear(&self, receipt: Receipt, now: Timestamp) -> bool {
        !self.hear_all(vec![receipt], now).await.is_empty()
    }

    pub(crate) async fn hear_all(&self, receipts: Vec<Receipt>, now: Timestamp) -> Vec<Heard> {
        let write = self.write(move |tx, r| {
            let receipts = receipts.clone();
            Box::pin(async move { outbox::receipts(tx, r, &receipts, now).await })
        });
        write.await.unwrap()
    }

    pub(crate) async fn status(&self, id: MessageId) -> String {
        self.standing(id).await.0
    }
}

const DELIVERED: ReceiptState = ReceiptState::Delivered;
const FAILED: ReceiptState = ReceiptState::Failed;

pub(crate) async fn the_first_final_word_counts(database: Database) {
    let world = World::new(&database).await;
    let id = world.taken(&["a1"], NOW).await;
    assert!(!world.hear(receipt(&["a1"], ReceiptState::Pending), NOW).await);
    assert_eq!(world.status(id).await, "submitted");
    assert!(world.hear(receipt(&["A1", "a1"], DELIVERED), NOW).await, "any of its spellings");
    let delivered = ("delivered".into(), false, vec![("delivered".into(), "".into())]);
    assert_eq!(world.standing(id).await, delivered);
    assert!(!world.hear(receipt(&["a1"], FAILED), NOW).await);
    assert_eq!(world.standing(id).await, delivered);
    let failed = world.taken(&["a2"], NOW).await;
    assert!(world.hear(receipt(&["a2"], FAILED), NOW).await);
    assert_eq!(world.standing(failed).await, ("failed".into(), false, vec![("failed".into(), "016".into())]));
}

/// What the delay of a country is measured from.
pub(crate) async fn deliveries_are_measured_by_country(database: Database) {
    let world = World::new(&database).await;
    world.taken(&["m0"], NOW.before(seconds(1))).await;
    world.taken(&["m1"], NOW).await;
    world.taken(&["m2"], NOW.after(seconds(1))).await;
    assert!(world.hear(receipt(&["m1"], FAILED), NOW.after(seconds(8))).await);
    assert!(world.hear(receipt(&["m2"], DELIVERED), NOW.after(seconds(9))).await);
    let email = Message { channel: Channel::Email, to: address(EMAIL), ..world.message(None, NOW) };
    world.save([Change::InsertMessage(email)]).await.unwrap();
    let sample =
        |status, created_at, receipt_at| Sample { region: "GB".into(), status, created_at, receipt_at };
    let newest = sample(MessageStatus::Delivered, NOW.after(seconds(1)), Some(NOW.after(seconds(9))));
    let samples = |service, since, limit| {
        world.read(move |tx, r| Box::pin(outbox::samples(tx, r, service, since, limit)))
    };
    let service_id = world.service_id;
    let failed = sample(MessageStatus::Failed, NOW, None);
    assert_eq!(samples(service_id, NOW, 9).await, vec![newest.clone(), failed]);
    assert_eq!(samples(service_id, NOW, 1).await, vec![newest]);
    assert_eq!(samples(service_id, NOW.before(seconds(1)), 9).await.len(), 3);
    assert_eq!(samples(world.other_service().await, NOW, 9).await, vec![]);
}

pub(crate) async fn receipts_of_another_route_or_week_are_not_ours(database: Database) {
    let world = World::new(&database).await;
    let id = world.taken(&["b1"], NOW).await;
    let elsewhere = Receipt { route: "route-b".into(), ..receipt(&["b1"], DELIVERED) };
    assert!(!world.hear(elsewhere, NOW).await);
    assert!(!world.hear(receipt(&["b1"], DELIVERED), NOW.after(days(7)).after(seconds(1))).await);
    assert_eq!(world.status(id).await, "submitted");
    let again = world.taken(&["b2"], NOW).await;
    let newer = world.taken(&["b2"], NOW.after(seconds(1))).await;
    assert!(world.hear(receipt(&["b2"], DELIVERED), NOW.after(days(7))).await);
    assert_eq!(
        (world.status(again).await, world.status(newer).await),
        ("submitted".into(), "delivered".into())
    );
}

pub(crate) async fn of_two_spellings_the_newest_try_is_meant(database: Database) {
    let world = World::new(&database).await;
    let older = world.taken(&["16"], NOW).await;
    let newer = world.taken(&["10"], NOW.after(seconds(1))).await;
    assert!(world.hear(receipt(&["16", "10"], DELIVERED), NOW).await);
    assert_eq!(
        (world.status(older).await, world.status(newer).await),
        ("submitted".into(), "delivered".into())
    );
}

pub(crate) async fn a_long_message_is_delivered_when_all_its_parts_are(database: Database) {
    let world = World::new(&database).await;
    let id = world.taken(&["p1", "p2", "p3"], NOW).await;
    for part in ["p2", "p1", "p1"] {
        assert!(!world.hear(receipt(&[part], DELIVERED), NOW).await);
        assert_eq!(world.status(id).await, "submitted", "not all parts are there");
    }
    assert!(world.hear(receipt(&["p3"], DELIVERED), NOW).await);
    assert_eq!(world.status(id).await, "delivered");
    let failing = world.taken(&["q1", "q2"], NOW).await;
    assert!(world.hear(receipt(&["q1"], FAILED), NOW).await);
    assert_eq!(world.status(failing).await, "failed");
    assert!(!world.hear(receipt(&["q2"], DELIVERED), NOW).await);
    assert_eq!(world.status(failing).await, "failed", "one lost part is a lost message");
}

pub(crate) async fn a_receipt_may_come_before_the_carriers_own_answer(database: Database) {
    let world = World::new(&database).await;
    let leased = world.flying(NOW).await;
    assert!(!world.hear(receipt(&["c1"], DELIVERED), NOW).await);
    assert!(!world.hear(receipt(&["c1"], FAILED), NOW).await, "repeated, changed its mind: the first counts");
    world.record(&leased, accepted(&["c1"]), SUBMITTED, NOW.after(seconds(60))).await;
    let delivered = ("delivered".into(), false, vec![("delivered".into(), "".into())]);
    assert_eq!(world.standing(leased.message.id).await, delivered);
    // One that waited longer was for something else that had this identifier.
    let leased = world.flying(NOW).await;
    assert!(!world.hear(receipt(&["c2"], DELIVERED), NOW).await);
    world.record(&leased, accepted(&["c2"]), SUBMITTED, NOW.after(seconds(61))).await;
    assert_eq!(world.status(leased.message.id).await, "submitted");
    // A receipt of one part leaves the others to come.
    let leased = world.flying(NOW).await;
    assert!(!world.hear(receipt(&["d2"], DELIVERED), NOW).await);
    world.record(&leased, accepted(&["d1", "d2"]), SUBMITTED, NOW).await;
    assert_eq!(world.status(leased.message.id).await, "submitted");
    assert!(world.hear(receipt(&["d1"], DELIVERED), NOW).await);
    assert_eq!(world.status(leased.message.id).await, "delivered");
}

/// Sequential decimal identifiers: 10 in decimal is also a spelling of 16, which is another message's
/// identifier.
pub(crate) async fn an_early_receipt_is_taken_by_one_message_only(database: Database) {
    let world = World::new(&database).await;
    let (ten, sixteen) = (world.flying(NOW).await, world.flying(NOW).await);
    assert!(!world.hear(receipt(&["10", "16", "a"], DELIVERED), NOW).await);
    world.record(&ten, accepted(&["10"]), SUBMITTED, NOW).await;
    world.record(&sixteen, accepted(&["16"]), SUBMITTED, NOW).await;
    assert_eq!(world.status(ten.message.id).await, "delivered");
    assert_eq!(world.status(sixteen.message.id).await, "submitted");
}

pub(crate) async fn receipts_that_waited_in_vain_are_forgotten(database: Database) {
    let world = World::new(&database).await;
    assert!(!world.hear(receipt(&["e1", "e2"], DELIVERED), NOW).await);
    let purge = |now| world.write(move |tx, r| Box::pin(outbox::purge_parked(tx, r, now)));
    assert_eq!(purge(NOW.after(seconds(60))).await, Ok(0));
    assert_eq!(purge(NOW.after(seconds(61))).await, Ok(2));
    let kept = world.taken(&["e3"], NOW).await;
    assert_eq!(purge(NOW.after(days(1))).await, Ok(0), "a part that was taken is not a parked receipt");
    assert!(world.hear(receipt(&["e3"], DELIVERED), NOW.after(days(1))).await);
    assert_eq!(world.status(kept).await, "delivered");
}

/// The carrier's answer and the receipt arrive at the same moment, on two connections.
pub(crate) async fn an_answer_and_its_receipt_that_cross_always_meet(database: Database) {
    let world = Arc::new(World::new(&database).await);
    for round in 0..40 {
        let leased = world.flying(NOW).await;
        let id = format!("cross-{round}");
        let (recording, hearing) = (world.clone(), world.clone());
        let (answer, early) = (accepted(&[&id]), receipt(&[&id, "never"], DELIVERED));
        let message = leased.message.id;
        let record = tokio::spawn(async move { recording.record(&leased, answer, SUBMITTED, NOW).await });
        let hear = tokio::spawn(async move { hearing.hear(early, NOW).await });
        record.await.unwrap();
        hear.await.unwrap();
        assert_eq!(world.status(message).await, "delivered", "round {round}");
    }
}
