//! Conversations with support: round trips, tenants, order, reading marks, forgetting.

use super::fixtures::*;
use crate::engines::Database;
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::time::{days, hours, seconds};
use countersign_storage::StorageError;
use countersign_storage::tables::canned_answers;
use countersign_storage::tables::tickets::{self, Assigned, TicketFilter};

pub(crate) const TITLE: &str = "the boat is gone";
pub(crate) const TEXT: &str = "where did the harbour put it";

pub(crate) fn ticket(world: &World, account: &Account) -> Ticket {
    Ticket {
        id: TicketId::draw(NOW, world.entropy.as_ref()),
        service_id: account.service_id,
        account_id: account.id,
        topic: TicketTopic::PhoneLost,
        title: Redacted(TITLE.into()),
        locale: "de".into(),
        status: TicketStatus::Open,
        assignee: None,
        access: Some(TokenHash([8; 32])),
        access_failures: 4,
        access_locked_until: Some(NOW),
        created_at: NOW,
        updated_at: NOW,
        due_at: Some(NOW.after(hours(8))),
        status_at: NOW,
        holder_wrote_at: NOW,
        staff_wrote_at: None,
        holder_read_at: NOW,
        staff_read_at: None,
        told_at: None,
    }
}

pub(crate) fn said(world: &World, ticket: &Ticket, author: Actor, is_note: bool) -> TicketMessage {
    TicketMessage {
        id: TicketMessageId::draw(NOW, world.entropy.as_ref()),
        service_id: ticket.service_id,
        ticket_id: ticket.id,
        author,
        is_note,
        text: Redacted(TEXT.into()),
        at: NOW,
    }
}

async fn listed(world: &World, filter: TicketFilter) -> Vec<TicketId> {
    let service_id = world.service_id;
    let found =
        world.read(move |tx, r| Box::pin(async move { tickets::list(tx, r, service_id, &filter, 10).await }));
    found.await.iter().map(|ticket| ticket.id).collect()
}

pub(crate) async fn tickets_round_trip_and_stay_closed(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let account = world.saved_account().await;
    let first = ticket(&world, &account);
    let second = Ticket { access: None, due_at: None, ..ticket(&world, &account) };
    world.save([Change::InsertTicket(first.clone()), Change::InsertTicket(second.clone())]).await.unwrap();
    let id = first.id;
    let load = |service| world.read(move |tx, r| Box::pin(tickets::load(tx, r, service, id)));
    assert_eq!(load(service_id).await, Some(first.clone()));
    assert_eq!(load(other).await, None);
    let account_id = account.id;
    let of = |service| world.read(move |tx, r| Box::pin(tickets::of_account(tx, r, service, account_id, 10)));
    assert_eq!(of(service_id).await, vec![second.clone(), first.clone()], "newest first");
    assert_eq!(of(other).await, vec![]);
    let open = || world.read(move |tx, r| Box::pin(tickets::open_of_account(tx, r, service_id, account_id)));
    assert_eq!(open().await, 2);
    let opened = |service, since| {
        world.read(move |tx, r| Box::pin(tickets::opened_of_account(tx, r, service, account_id, since)))
    };
    assert_eq!(opened(service_id, NOW.before(seconds(1))).await, 2);
    assert_eq!(opened(service_id, NOW).await, 0);
    assert_eq!(opened(other, NOW.before(seconds(1))).await, 0);

    let closed = Ticket {
        status: TicketStatus::Closed,
        assignee: Some(OperatorId::from_bytes([7; 16])),
        updated_at: NOW.after(seconds(1)),
        due_at: None,
        status_at: NOW.after(seconds(2)),
        holder_wrote_at: NOW.after(seconds(3)),
        staff_wrote_at: Some(NOW.after(seconds(4))),
        holder_read_at: NOW.after(seconds(5)),
        staff_read_at: Some(NOW.after(seconds(6))),
        told_at: Some(NOW.after(seconds(7))),
        ..first.clone()
    };
    let elsewhere = Ticket { service_id: other, ..closed.clone() };
    let conflict = |answer| matches!(answer, Err(StorageError::Conflict { .. }));
    assert!(conflict(world.save([Change::SaveTicket(elsewhere)]).await));
    world.save([Change::SaveTicket(closed.clone())]).await.unwrap();
    assert_eq!(load(service_id).await, Some(closed.clone()));
    assert!(conflict(world.save([Change::SaveTicket(first)]).await), "what is closed stays closed");
    assert_eq!(open().await, 1);
    let read = closed.clone();
    let marked = world.write(move |tx, r| {
        let read = read.clone();
        Box::pin(async move {
            tickets::read_by_holder(tx, r, &read, NOW).await?;
            tickets::read_by_staff(tx, r, &read, NOW.after(hours(1))).await
        })
    });
    marked.await.unwrap();
    let marked = Ticket { staff_read_at: Some(NOW.after(hours(1))), ..closed };
    assert_eq!(load(service_id).await, Some(marked.clone()), "reading goes forward only, closed or not");
    assert_eq!(opened(service_id, NOW.before(seconds(1))).await, 2, "closed or not");
    let tried = Ticket { access_failures: 0, access_locked_until: Some(NOW.after(hours(1))), ..marked };
    let foreign = Ticket { service_id: other, ..tried.clone() };
    assert!(conflict(world.save([Change::SaveTicketAccess(foreign)]).await));
    world.save([Change::SaveTicketAccess(tried.clone())]).await.unwrap();
    assert_eq!(load(service_id).await, Some(tried), "codes are counted, closed or not");
}

pub(crate) async fn messages_are_read_in_order_and_in_their_service(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let account = world.saved_account().await;
    let ticket = ticket(&world, &account);
    let staff = Actor::Operator(OperatorId::from_bytes([7; 16]));
    let mut all = [
        said(&world, &ticket, Actor::Holder, false),
        said(&world, &ticket, staff, true),
        said(&world, &ticket, Actor::CommandLine, false),
    ];
    // Identifiers of one millisecond have no order of their own.
    all.sort_by_key(|message| message.id);
    let insert = |message: &TicketMessage| Change::InsertTicketMessage(message.clone());
    world
        .save([Change::InsertTicket(ticket.clone()), insert(&all[0]), insert(&all[1]), insert(&all[2])])
        .await
        .unwrap();
    let id = ticket.id;
    let read = |service| world.read(move |tx, r| Box::pin(tickets::messages(tx, r, service, id)));
    assert_eq!(read(service_id).await, all);
    assert_eq!(read(other).await, vec![]);
    let written = |since| world.read(move |tx, r| Box::pin(tickets::written(tx, r, service_id, id, since)));
    assert_eq!((written(NOW.before(seconds(1))).await, written(NOW).await), (1, 0), "the holder's own");
}

pub(crate) async fn a_list_is_narrowed_and_the_first_promise_comes_first(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    let me = OperatorId::from_bytes([7; 16]);
    let late = Ticket { due_at: Some(NOW.after(hours(9))), assignee: Some(me), ..ticket(&world, &account) };
    let soon = ticket(&world, &account);
    let told = Ticket {
        status: TicketStatus::Answered,
        topic: TicketTopic::Other,
        due_at: None,
        ..ticket(&world, &account)
    };
    let done = Ticket { status: TicketStatus::Solved, due_at: None, ..ticket(&world, &account) };
    let insert = |ticket: &Ticket| Change::InsertTicket(ticket.clone());
    world.save([insert(&told), insert(&late), insert(&soon), insert(&done)]).await.unwrap();
    let live = [TicketStatus::Open, TicketStatus::Answered];
    let all = TicketFilter { statuses: live, topic: None, assigned: Assigned::All };
    assert_eq!(listed(&world, all).await, [soon.id, late.id, told.id]);
    assert_eq!(listed(&world, TicketFilter { assigned: Assigned::One(me), ..all }).await, [late.id]);
    assert_eq!(listed(&world, TicketFilter { assigned: Assigned::Nobody, ..all }).await, [soon.id, told.id]);
    assert_eq!(listed(&world, TicketFilter { topic: Some(TicketTopic::Other), ..all }).await, [told.id]);
    let ended = TicketFilter { statuses: [TicketStatus::Solved, TicketStatus::Closed], ..all };
    assert_eq!(listed(&world, ended).await, [done.id]);
    let service_id = world.service_id;
    let count = |status| world.read(move |tx, r| Box::pin(tickets::count(tx, r, service_id, status)));
    assert_eq!((count(TicketStatus::Open).await, count(TicketStatus::Closed).await), (2, 0));
}

pub(crate) async fn tickets_rest_and_lose_their_words(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    let told = Ticket { status: TicketStatus::Answered, due_at: None, ..ticket(&world, &account) };
    let open = ticket(&world, &account);
    let over = Ticket { status: TicketStatus::Closed, due_at: None, ..ticket(&world, &account) };
    let message = said(&world, &over, Actor::Holder, false);
    let kept = said(&world, &told, Actor::Holder, false);
    let changes = [
        Change::InsertTicket(told.clone()),
        Change::InsertTicket(open),
        Change::InsertTicket(over.clone()),
        Change::InsertTicketMessage(message),
        Change::InsertTicketMessage(kept),
    ];
    world.save(changes).await.unwrap();
    let resting = |now| world.read(move |tx, r| Box::pin(tickets::resting(tx, r, now, 10)));
    assert_eq!(resting(NOW.after(days(7)).before(seconds(1))).await, vec![]);
    assert_eq!(resting(NOW.after(days(7))).await, vec![(world.service_id, told.id)]);
    let purge =
        |before| world.write(move |tx, r| Box::pin(async move { tickets::purge(tx, r, before, 10).await }));
    assert_eq!((purge(NOW).await, purge(NOW.after(seconds(1))).await), (Ok(0), Ok(1)));
    assert_eq!(purge(NOW.after(days(900))).await, Ok(0), "what is not closed keeps its words");
    let (service_id, id) = (world.service_id, over.id);
    assert!(world.read(move |tx, r| Box::pin(tickets::load(tx, r, service_id, id))).await.is_some());
}

pub(crate) async fn canned_answers_round_trip_and_stay_in_their_service(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let answer = |locale: &str, text: &str| CannedAnswer {
        name: "hello".into(),
        locale: locale.into(),
        text: text.into(),
        operator_id: Some(OperatorId::from_bytes([7; 16])),
        changed_at: NOW,
    };
    let save = |answer: CannedAnswer| {
        world.write(move |tx, r| {
            let answer = answer.clone();
            Box::pin(async move { canned_answers::save(tx, r, service_id, &answer).await })
        })
    };
    let all = |service| world.read(move |tx, r| Box::pin(canned_answers::all(tx, r, service)));
    save(answer("en", "Hello")).await.unwrap();
    save(answer("de", "Hallo")).await.unwrap();
    save(answer("de", "Guten Tag")).await.unwrap();
    assert_eq!(all(service_id).await, vec![answer("de", "Guten Tag"), answer("en", "Hello")]);
    assert_eq!(all(other).await, vec![]);
    let delete = |service| {
        world.write(move |tx, r| {
            Box::pin(async move { canned_answers::delete(tx, r, service, "hello", "de").await })
        })
    };
    assert_eq!(
        (delete(other).await, delete(service_id).await, delete(service_id).await),
        (Ok(false), Ok(true), Ok(false))
    );
}
