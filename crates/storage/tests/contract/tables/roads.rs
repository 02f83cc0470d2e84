//! Messages that take more than one road: fallbacks, late words, credit, and what people can see of it.

use super::fixtures::*;
use super::sending::{SUBMITTED, accepted};
use crate::engines::{Database, rows};
use countersign_core::address::AddressIndex;
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::outbox::{Failure, Leased, Receipt, ReceiptState, Submission, Verdict};
use countersign_core::route::{Outcome, Tried};
use countersign_core::time::{Timestamp, minutes, seconds};
use countersign_storage::Topic;
use countersign_storage::tables::outbox::{self, ErrorCount, Heard, Timeline};
use countersign_storage::tables::routes;
use futures_util::future::join_all;
use std::time::Duration;

const SUBJECT: Subject = Subject::Address(AddressIndex([0xAD; 32]));

fn receipt(route: &str, id: &str, state: ReceiptState) -> Receipt {
    let error = if state == ReceiptState::Failed { "5".into() } else { "000".into() };
    Receipt { route: route.into(), provider_ids: vec![id.into()], state, error }
}

fn heard(route: &str, outcome: Outcome) -> Heard {
    Heard { route: route.into(), region: "GB".into(), is_code: true, handed_over: NOW, outcome }
}

fn delivered(route: &str, seconds: u64) -> Heard {
    heard(route, Outcome::Delivered { after: Duration::from_secs(seconds) })
}

fn late(route: &str) -> Timestamp {
    match route {
        "route-a" => NOW.after(seconds(20)),
        _ => NOW.after(seconds(40)),
    }
}

impl World {
    /// A pending verification and the message with its first code.
    async fn code(&self) -> (Verification, Message) {
        let verification = self.verification(SUBJECT);
        let message = self.message(Some(verification.id), NOW);
        let changes =
            [Change::InsertVerification(verification.clone()), Change::InsertMessage(message.clone())];
        self.save(changes).await.unwrap();
        (verification, message)
    }

    /// Whatever is due leaves over a route, which takes it under this identifier.
    async fn take(&self, route: &'static str, id: &str, now: Timestamp) -> Leased {
        let leased = self.claim_over(route, 1, now, 1).await.remove(0);
        self.record_all(vec![(leased.clone(), accepted(&[id]), SUBMITTED)], Some(late(route)), now).await;
        leased
    }

    async fn fall_back(&self, now: Timestamp) -> Vec<Heard> {
        self.write(move |tx, r| Box::pin(outbox::fall_back(tx, r, Channel::Sms, now, 100))).await.unwrap()
    }

    async fn finish(&self, verification: &Verification) {
        let status = VerificationStatus::Canceled;
        let done = Verification { status, finished_at: Some(NOW), ..verification.clone() };
        self.save([Change::SaveVerification(done)]).await.unwrap();
    }
}

pub(crate) async fn without_a_receipt_in_time_a_living_code_takes_another_road(database: Database) {
    let world = World::new(&database).await;
    let (_, message) = world.code().await;
    world.take("route-a", "a1", NOW).await;
    let at = late("route-a");
    assert_eq!(world.next_due().await, Some(at), "the end of the wait is something to wake for");
    assert_eq!(world.fall_back(at.before(seconds(1))).await, vec![]);
    assert_eq!(world.fall_back(at).await, vec![heard("route-a", Outcome::Overdue)]);
    assert_eq!(
        world.standing(message.id).await,
        ("queued".into(), true, vec![("overdue".into(), "".into())])
    );
    assert_eq!((world.next_due().await, world.fall_back(at).await), (Some(at), vec![]));
    let second = world.take("route-b", "b1", at).await;
    assert_eq!((second.message.id, second.tries), (message.id, 2));
    let receipt = receipt("route-b", "b1", ReceiptState::Delivered);
    let after = Outcome::Delivered { after: seconds(5) };
    let expected = Heard { handed_over: at, ..heard("route-b", after) };
    assert_eq!(world.hear_all(vec![receipt], at.after(seconds(5))).await, vec![expected]);
    assert_eq!(world.status(message.id).await, "delivered");
    assert_eq!(world.next_due().await, None);
}

pub(crate) async fn a_dead_code_takes_no_other_road(database: Database) {
    let world = World::new(&database).await;
    let at = late("route-a");
    // Its verification is over.
    let (verification, message) = world.code().await;
    world.take("route-a", "c1", NOW).await;
    world.finish(&verification).await;
    assert_eq!(world.fall_back(at).await, vec![heard("route-a", Outcome::Overdue)], "the road is judged");
    assert_eq!((world.status(message.id).await.as_str(), world.next_due().await), ("submitted", None));
    // A newer one took its place: neither the missing receipt nor a negative one sends the old one again.
    for (id, cancels) in [("c2", false), ("c3", true)] {
        let (verification, message) = world.code().await;
        world.take("route-a", id, NOW).await;
        if cancels {
            world.save([Change::CancelMessages(verification.id)]).await.unwrap();
            let late = vec![heard("route-a", Outcome::Overdue)];
            assert_eq!(world.fall_back(at).await, late, "its road is judged all the same");
            assert_eq!(world.status(message.id).await, "submitted", "and no other is taken");
        }
        let newer = Message { send: 2, ..world.message(Some(verification.id), NOW.after(minutes(4))) };
        world.save([Change::InsertMessage(newer)]).await.unwrap();
        let heard = world.hear_all(vec![receipt("route-a", id, ReceiptState::Failed)], at).await;
        assert_eq!(heard.len(), 1);
        assert_eq!(world.status(message.id).await, "failed", "{id}");
    }
    // Too late for it, and no code at all.
    let (_, old) = world.code().await;
    world.take("route-a", "c4", NOW).await;
    assert_eq!(world.fall_back(old.expires_at).await.len(), 1);
    let notice = world.message(None, NOW);
    world.save([Change::InsertMessage(notice.clone())]).await.unwrap();
    world.take("route-a", "c5", NOW).await;
    assert_eq!(world.fall_back(at).await.first().map(|heard| heard.is_code), Some(false));
    assert_eq!(world.status(old.id).await + &world.status(notice.id).await, "submittedsubmitted");
}

pub(crate) async fn a_negative_receipt_sends_a_living_code_on_at_once(database: Database) {
    let world = World::new(&database).await;
    let (_, message) = world.code().await;
    world.take("route-a", "d1", NOW).await;
    let mut wake = world.store.subscribe(Topic::Outbox);
    wake.changed().await;
    let at = NOW.after(seconds(3));
    let no = receipt("route-a", "d1", ReceiptState::Failed);
    assert_eq!(
        world.hear_all(vec![no.clone(), no.clone()], at).await,
        vec![heard("route-a", Outcome::Failed)]
    );
    wake.changed().await;
    assert_eq!(
        world.standing(message.id).await,
        ("queued".into(), true, vec![("failed".into(), "5".into())])
    );
    assert_eq!(world.next_due().await, Some(at));
    assert_eq!(world.hear_all(vec![no], at).await, vec![], "said twice");
    world.take("route-b", "d2", at).await;
    world.hear_all(vec![receipt("route-b", "d2", ReceiptState::Failed)], message.expires_at).await;
    assert_eq!(world.status(message.id).await, "failed", "too late for a third");
}

/// A receipt that comes after its time is as good as any.
pub(crate) async fn whoever_delivers_wins(database: Database) {
    let world = World::new(&database).await;
    let at = late("route-a");
    let (_, message) = world.code().await;
    world.take("route-a", "e1", NOW).await;
    world.fall_back(at).await;
    let second = world.claim_over("route-b", 2, at, 1).await.remove(0);
    let first = receipt("route-a", "e1", ReceiptState::Delivered);
    assert_eq!(world.hear_all(vec![first], at).await, vec![delivered("route-a", 20)]);
    // The second road answers, or fails: nothing is sent again.
    let again = Verdict { attempt: AttemptStatus::Unknown, message: MessageStatus::Queued, try_at: Some(at) };
    world.record(&second, Submission::Lost, again, at).await;
    let attempts = vec![("delivered".into(), "000".into()), ("unknown".into(), "".into())];
    assert_eq!(world.standing(message.id).await, ("delivered".into(), false, attempts));
    assert_eq!((world.next_due().await, world.claim(3, at.after(minutes(1)), 9).await), (None, vec![]));
    // All roads were given up.
    let (_, message) = world.code().await;
    world.take("route-a", "e2", NOW).await;
    world.fall_back(at).await;
    let due = world.due(1, at, 1).await.remove(0);
    let end = [(message.id, due.tries, MessageStatus::Failed)];
    world.write(move |tx, r| Box::pin(async move { outbox::give_up(tx, r, &end).await })).await.unwrap();
    assert_eq!(world.status(message.id).await, "failed");
    world.hear_all(vec![receipt("route-a", "e2", ReceiptState::Delivered)], at).await;
    assert_eq!(world.status(message.id).await, "delivered");
}

pub(crate) async fn a_late_word_of_one_road_leaves_the_other_alone(database: Database) {
    let world = World::new(&database).await;
    let at = late("route-a");
    let (_, message) = world.code().await;
    world.take("route-a", "f1", NOW).await;
    world.fall_back(at).await;
    world.take("route-b", "f2", at).await;
    world.hear_all(vec![receipt("route-a", "f1", ReceiptState::Failed)], at).await;
    assert_eq!(world.status(message.id).await, "submitted", "the other road has it");
    assert_eq!(world.next_due().await, Some(late("route-b")));
    world.hear_all(vec![receipt("route-b", "f2", ReceiptState::Delivered)], at).await;
    assert_eq!(world.status(message.id).await, "delivered");
}

/// One commit was not answered for, so the caller records again; a receipt came in between.
pub(crate) async fn a_try_is_recorded_once(database: Database) {
    let world = World::new(&database).await;
    let (_, message) = world.code().await;
    let leased = world.take("route-a", "g1", NOW).await;
    world.hear_all(vec![receipt("route-a", "g1", ReceiptState::Delivered)], NOW).await;
    world.record(&leased, accepted(&["g1"]), SUBMITTED, NOW).await;
    let attempts = vec![("delivered".into(), "000".into())];
    assert_eq!(world.standing(message.id).await, ("delivered".into(), false, attempts));
}

/// Out of order, twice, early, in parts, unknown: in one batch.
pub(crate) async fn a_batch_of_receipts_is_heard_one_by_one(database: Database) {
    let world = World::new(&database).await;
    let mut messages = Vec::new();
    for _ in 0..4 {
        messages.push(world.code().await.1.id);
    }
    let leased = world.claim(1, NOW, 9).await;
    let id = |at: usize| leased[at].message.id;
    let early = receipt("route-a", "h3", ReceiptState::Delivered);
    assert_eq!(world.hear_all(vec![early.clone(), early], NOW).await, vec![]);
    let ids: [&[&str]; 4] = [&["h0"], &["h1"], &["h2", "i2"], &["h3"]];
    let tries = leased.iter().zip(ids).map(|(one, ids)| (one.clone(), accepted(ids), SUBMITTED)).collect();
    assert_eq!(world.record_all(tries, None, NOW).await, vec![delivered("route-a", 0)], "the early one");
    let (yes, no) = (ReceiptState::Delivered, ReceiptState::Failed);
    let batch =
        [("i2", yes), ("h1", no), ("h0", yes), ("zz", yes), ("h1", yes), ("h0", no), ("h2", yes), ("h3", no)];
    let batch: Vec<Receipt> = batch.map(|(id, state)| receipt("route-a", id, state)).into();
    let mut outcomes: Vec<Outcome> =
        world.hear_all(batch.clone(), NOW.after(seconds(1))).await.iter().map(|one| one.outcome).collect();
    outcomes.sort_by_key(|outcome| *outcome == Outcome::Failed);
    let arrived = Outcome::Delivered { after: seconds(1) };
    assert_eq!(outcomes, vec![arrived, arrived, Outcome::Failed]);
    assert_eq!(world.hear_all(batch, NOW.after(seconds(2))).await, vec![], "all of it again");
    let mut statuses = Vec::new();
    for at in 0..4 {
        statuses.push(world.status(id(at)).await);
    }
    assert_eq!(statuses, ["delivered", "queued", "delivered", "delivered"]);
}

pub(crate) async fn of_32_that_look_for_missing_receipts_one_finds_each(database: Database) {
    let world = World::new(&database).await;
    for at in 0..24 {
        world.code().await;
        world.take("route-a", &format!("j{at}"), NOW).await;
    }
    let found = join_all((0..32).map(|_| world.fall_back(late("route-a")))).await;
    let rest = world.fall_back(late("route-a")).await.len();
    assert_eq!(found.iter().map(Vec::len).sum::<usize>() + rest, 24);
    assert_eq!(world.due(1, late("route-a"), 99).await.len(), 24);
}

pub(crate) async fn a_due_message_knows_the_roads_taken_before(database: Database) {
    let world = World::new(&database).await;
    let (verification, message) = world.code().await;
    let first = world.due(1, NOW, 9).await.remove(0);
    assert_eq!((first.message, first.tries, first.tried), (message.clone(), 1, vec![]));
    let retry = NOW.after(seconds(30));
    let refused = world.claim_over("route-a", 1, retry, 1).await.remove(0);
    let no = Submission::Refused { failure: Failure::Route, code: "0x45".into() };
    let again =
        Verdict { attempt: AttemptStatus::Failed, message: MessageStatus::Queued, try_at: Some(retry) };
    world.record(&refused, no, again, retry).await;
    world.take("route-b", "k1", retry.after(seconds(1))).await;
    world.hear_all(vec![receipt("route-b", "k1", ReceiptState::Failed)], retry).await;
    let tried = |route: &str, is_this_message, was_accepted, is_dead| Tried {
        route: route.into(),
        is_this_message,
        was_accepted,
        is_dead,
    };
    let at = retry.after(seconds(2));
    let due = world.due(1, at, 1).await.remove(0);
    let roads = vec![tried("route-a", true, false, false), tried("route-b", true, true, true)];
    assert_eq!((due.tries, due.tried), (4, roads));
    world.save([Change::CancelMessages(verification.id)]).await.unwrap();
    let resent = Message { send: 2, ..world.message(Some(verification.id), at) };
    let other = Message { send: 2, ..world.message(Some(VerificationId::from_bytes([9; 16])), at) };
    world.save([resent.clone(), other].map(Change::InsertMessage)).await.unwrap();
    for due in world.due(1, at, 9).await {
        let roads = vec![tried("route-a", false, false, false), tried("route-b", false, true, true)];
        let expected = if due.message.id == resent.id { roads } else { vec![] };
        assert_eq!((due.message.send, due.tried), (2, expected));
    }
}

pub(crate) async fn what_is_postponed_is_due_again_untried(database: Database) {
    let world = World::new(&database).await;
    let (_, message) = world.code().await;
    let at = NOW.after(seconds(1));
    let postpone = |tries| {
        let list = [(message.id, tries, at)];
        world.write(move |tx, r| Box::pin(async move { outbox::postpone(tx, r, &list).await }))
    };
    assert_eq!(world.due(1, NOW, 1).await[0].tries, 1);
    postpone(2).await.unwrap();
    assert_eq!(world.next_due().await, Some(NOW.after(seconds(30))), "not this lease");
    postpone(1).await.unwrap();
    assert_eq!(world.next_due().await, Some(at));
    assert_eq!(world.due(1, at, 1).await[0].tries, 1);
    assert_eq!(world.standing(message.id).await.2, vec![], "nothing was tried");
}

pub(crate) async fn an_entered_code_credits_the_road_that_brought_it(database: Database) {
    let world = World::new(&database).await;
    let at = late("route-a");
    let credit = |id| world.save([Change::CreditRoute { verification_id: id, at }]);
    const CREDITED: &str = "SELECT route, status FROM attempts WHERE converted_at IS NOT NULL ORDER BY id";
    const COUNTED: &str = "SELECT route, region, minute, CAST(SUM(converted) AS BIGINT) FROM route_minutes
        GROUP BY route, region, minute ORDER BY route";
    // One that delivered, whatever was tried after it.
    let (verification, message) = world.code().await;
    world.take("route-a", "l1", NOW).await;
    world.fall_back(at).await;
    world.hear_all(vec![receipt("route-a", "l1", ReceiptState::Delivered)], at).await;
    credit(verification.id).await.unwrap();
    assert_eq!(world.status(message.id).await, "delivered");
    // Two roads, no receipt: the newer one; no third is taken.
    let (verification, message) = world.code().await;
    world.take("route-a", "l2", NOW).await;
    world.fall_back(at).await;
    world.take("route-b", "l3", at).await;
    credit(verification.id).await.unwrap();
    credit(verification.id).await.unwrap();
    assert_eq!(world.next_due().await, None);
    assert_eq!(world.fall_back(late("route-b")).await, vec![]);
    world.hear_all(vec![receipt("route-b", "l3", ReceiptState::Failed)], at).await;
    assert_eq!(world.status(message.id).await, "failed", "the code was entered: no other road");
    // One that waits for its next try is not sent any more.
    let (verification, message) = world.code().await;
    world.take("route-a", "l4", NOW).await;
    world.fall_back(at).await;
    credit(verification.id).await.unwrap();
    assert_eq!(
        world.standing(message.id).await,
        ("canceled".into(), false, vec![("overdue".into(), "".into())])
    );
    let credited = rows(&world.store, CREDITED).await;
    let credited: Vec<_> = credited.iter().map(|row| (row.text(0).unwrap(), row.text(1).unwrap())).collect();
    assert_eq!(credited.len(), 3);
    for expected in [("route-a", "delivered"), ("route-b", "failed"), ("route-a", "overdue")] {
        assert!(credited.contains(&expected), "{credited:?}");
    }
    let counted = rows(&world.store, COUNTED).await;
    let counted: Vec<_> = counted
        .iter()
        .map(|row| (row.text(0).unwrap(), row.text(1).unwrap(), row.int(2).unwrap(), row.int(3).unwrap()))
        .collect();
    // 1,800,020,000 s is 20 s into its minute; the second road was taken 20 s later.
    assert_eq!(counted, vec![("route-a", "GB", 30_000_333, 2), ("route-b", "GB", 30_000_333, 1)]);
    let sums = world.read(move |tx, r| Box::pin(routes::minutes(tx, r, NOW))).await;
    assert_eq!(sums.iter().map(|(_, _, counts)| counts.converted).sum::<u64>(), 3);
}

pub(crate) async fn people_can_see_what_became_of_a_message(database: Database) {
    let world = World::new(&database).await;
    let (verification, message) = world.code().await;
    world.take("route-a", "m1", NOW).await;
    world.hear_all(vec![receipt("route-a", "m1", ReceiptState::Failed)], NOW.after(seconds(2))).await;
    world.take("route-b", "m2", NOW.after(seconds(3))).await;
    world.hear_all(vec![receipt("route-b", "m2", ReceiptState::Delivered)], NOW.after(seconds(5))).await;
    let (service_id, id) = (world.service_id, message.id);
    let show = |service| world.read(move |tx, r| Box::pin(outbox::timeline(tx, r, service, id)));
    let Timeline { message: line, attempts } = show(service_id).await.unwrap();
    assert_eq!((line.id, line.to.clone(), line.region.as_deref()), (id, address(NUMBER), Some("GB")));
    assert_eq!((line.status, line.send, line.tries), (MessageStatus::Delivered, 1, 2));
    assert_eq!((line.delivered_at, line.converted_at), (Some(NOW.after(seconds(5))), None));
    assert_eq!((line.verification_id, line.route.as_deref()), (Some(verification.id), Some("route-b")));
    let seen: Vec<_> = attempts
        .iter()
        .map(|one| (one.route.as_str(), one.why.as_str(), one.price_micros, one.status, one.receipt_at))
        .collect();
    let at = |after| Some(NOW.after(seconds(after)));
    let (failed, arrived) = (AttemptStatus::Failed, AttemptStatus::Delivered);
    assert_eq!(
        seen,
        vec![("route-a", "best", 7_500, failed, at(2)), ("route-b", "best", 7_500, arrived, at(5))]
    );
    assert_eq!((attempts[0].error.as_str(), attempts[0].started_at), ("5", NOW));
    assert_eq!(show(world.other_service().await).await, None, "another tenant sees nothing (R77)");
    let newer = world.message(None, NOW.after(seconds(1)));
    world.save([Change::InsertMessage(newer.clone())]).await.unwrap();
    let recent = |limit, before, route: Option<&'static str>| {
        world.read(move |tx, r| Box::pin(outbox::recent(tx, r, service_id, limit, before, route)))
    };
    let ids = |lines: Vec<outbox::MessageLine>| lines.iter().map(|line| line.id).collect::<Vec<_>>();
    assert_eq!(ids(recent(9, None, None).await), vec![newer.id, id]);
    assert_eq!(ids(recent(1, None, None).await), vec![newer.id]);
    assert_eq!(ids(recent(9, Some(newer.id), None).await), vec![id]);
    assert_eq!(ids(recent(9, None, Some("route-a")).await), vec![id]);
    assert_eq!(ids(recent(9, None, Some("route-c")).await), vec![]);
    let of = verification.id;
    assert_eq!(
        world.read(move |tx, r| Box::pin(outbox::messages_of(tx, r, service_id, of))).await,
        vec![line]
    );
    let errors = |since| world.read(move |tx, r| Box::pin(outbox::errors(tx, r, since, 9)));
    let expected = ErrorCount { route: "route-a".into(), error: "5".into(), count: 1 };
    assert_eq!(errors(NOW).await, vec![expected]);
    assert_eq!(errors(NOW.after(seconds(1))).await, vec![]);
}
