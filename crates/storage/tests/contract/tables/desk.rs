//! What operators ask of the outbox: a message kept from dispatchers, how many wait, and whose messages they are.

use super::fixtures::*;
use crate::engines::Database;
use countersign_core::address::AddressIndex;
use countersign_core::change::Change;
use countersign_core::id::{MessageId, ServiceId};
use countersign_core::model::*;
use countersign_storage::StorageError;
use countersign_storage::tables::{desk, outbox};

pub(crate) async fn a_kept_message_is_no_dispatcher_s(database: Database) {
    let world = World::new(&database).await;
    let (kept, other) = (world.message(None, NOW), world.message(None, NOW));
    world.save([Change::InsertMessage(kept.clone()), Change::InsertMessage(other.clone())]).await.unwrap();
    let id = kept.id;
    world.write(move |tx, r| Box::pin(desk::keep(tx, r, id))).await.unwrap();
    let waiting = world.read(|tx, r| Box::pin(desk::waiting(tx, r, Channel::Sms))).await;
    assert_eq!(waiting, 2, "kept or not, it has not left");
    let mail = world.read(|tx, r| Box::pin(desk::waiting(tx, r, Channel::Email))).await;
    assert_eq!(mail, 0);
    let leased = world.claim_over("route-a", 1, NOW, 10).await;
    assert_eq!(leased.iter().map(|leased| leased.message.id).collect::<Vec<_>>(), [other.id]);
    // Whoever kept it went away: it is given up, not sent.
    assert_eq!(world.claim_over("route-a", 2, kept.expires_at, 10).await.len(), 0);
    assert_eq!(world.status(kept.id).await, "expired");
    let again = world.write(move |tx, r| Box::pin(desk::keep(tx, r, id))).await;
    assert!(matches!(again, Err(StorageError::Conflict { .. })), "{again:?}");
}

impl World {
    async fn to_five(&self, service_id: ServiceId, limit: u32) -> Vec<MessageId> {
        let index = AddressIndex([5; 32]);
        let found =
            self.read(move |tx, r| Box::pin(outbox::messages_to(tx, r, service_id, index, limit))).await;
        found.into_iter().map(|line| line.id).collect()
    }
}

pub(crate) async fn messages_are_found_by_the_index_of_their_address(database: Database) {
    let world = World::new(&database).await;
    let stranger = world.other_service().await;
    let subject = Subject::Address(AddressIndex([3; 32]));
    let mut sent = Vec::new();
    for index in [5, 5, 6] {
        let of_one = Verification { address_index: AddressIndex([index; 32]), ..world.verification(subject) };
        let message = world.message(Some(of_one.id), NOW);
        sent.push(message.id);
        world.save([Change::InsertVerification(of_one), Change::InsertMessage(message)]).await.unwrap();
    }
    sent.truncate(2);
    sent.sort_unstable_by(|left, right| right.cmp(left));
    assert_eq!(world.to_five(world.service_id, 10).await, sent, "the newest first");
    assert_eq!(world.to_five(world.service_id, 1).await, sent[..1]);
    assert_eq!(world.to_five(stranger, 10).await, []);
}
