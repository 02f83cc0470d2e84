//! Words of a service's own, and texts that people send to us.

use super::fixtures::*;
use crate::engines::Database;
use countersign_core::address::AddressIndex;
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::time::{Timestamp, minutes, seconds};
use countersign_storage::tables::templates::{self, Template};
use countersign_storage::tables::{inbound, verifications};

pub(crate) async fn templates_round_trip_and_stay_in_their_service(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let template = |locale: &str, body: &str| Template {
        name: "code".into(),
        locale: locale.into(),
        body: body.into(),
        may_split: true,
        operator_id: Some(OperatorId::from_bytes([7; 16])),
        changed_at: NOW,
    };
    let save = |template: Template| {
        world.write(move |tx, r| {
            let template = template.clone();
            Box::pin(async move { templates::save(tx, r, service_id, &template).await })
        })
    };
    let all = |service| world.read(move |tx, r| Box::pin(templates::all(tx, r, service)));
    let (german, thai) = (template("de", "{code} ist Ihr Code"), template("th", "รหัส {code}"));
    save(thai.clone()).await.unwrap();
    save(german.clone()).await.unwrap();
    assert_eq!(all(service_id).await, vec![german, thai.clone()]);
    assert_eq!(all(other).await, vec![]);
    let plain = Template { may_split: false, operator_id: None, ..template("de", "Code: {code}") };
    save(plain.clone()).await.unwrap();
    assert_eq!(all(service_id).await, vec![plain, thai.clone()]);
    let delete = |service| {
        world.write(move |tx, r| {
            Box::pin(async move { templates::delete(tx, r, service, "code", "de").await })
        })
    };
    assert_eq!(delete(other).await, Ok(false));
    assert_eq!((delete(service_id).await, delete(service_id).await), (Ok(true), Ok(false)));
    assert_eq!(all(service_id).await, vec![thai]);
}

pub(crate) async fn wrong_texts_are_counted_for_fifteen_minutes(database: Database) {
    let world = World::new(&database).await;
    let count = |byte, now: Timestamp| {
        world.write(move |tx, r| {
            Box::pin(async move { inbound::count(tx, r, &AddressIndex([byte; 32]), now).await })
        })
    };
    assert_eq!((count(1, NOW).await, count(2, NOW).await), (Ok(1), Ok(1)));
    let end = NOW.after(minutes(15));
    assert_eq!(count(1, end.before(seconds(1))).await, Ok(2), "from the first of them");
    assert_eq!((count(1, end).await, count(1, end).await), (Ok(1), Ok(2)));
    let reset =
        world.write(|tx, r| Box::pin(async move { inbound::reset(tx, r, &AddressIndex([1; 32])).await }));
    reset.await.unwrap();
    assert_eq!((count(1, end).await, count(2, NOW).await), (Ok(1), Ok(2)));
}

pub(crate) async fn a_text_is_for_whoever_waits_for_it(database: Database) {
    let world = World::new(&database).await;
    let subject = |byte| Subject::Address(AddressIndex([byte; 32]));
    let waiting = world.verification(subject(1));
    let elsewhere =
        Verification { service_id: world.other_service().await, ..world.verification(subject(2)) };
    let not_asked = Verification { reverse_hash: None, ..world.verification(subject(3)) };
    let over = Verification { status: VerificationStatus::Approved, ..world.verification(subject(4)) };
    let other = Verification { address_index: AddressIndex([9; 32]), ..world.verification(subject(5)) };
    let all = [&waiting, &elsewhere, &not_asked, &over, &other];
    world.save(all.map(|one| Change::InsertVerification(one.clone()))).await.unwrap();
    let index = waiting.address_index;
    let found =
        world.write(move |tx, r| Box::pin(verifications::pending_by_address(tx, r, index))).await.unwrap();
    let mut expected = vec![waiting, elsewhere];
    expected.sort_by_key(|one| one.id);
    assert_eq!(found, expected);
}
