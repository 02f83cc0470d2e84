//! The outbox: leases, tries, ends.

use super::fixtures::*;
use crate::engines::{Database, step};
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::outbox::{Failure, Leased, Submission, Verdict};
use countersign_core::route::Why;
use countersign_core::time::{Timestamp, minutes, seconds};
use countersign_storage::tables::outbox::{self, Claim, Due, Heard, Record, Start};
use countersign_storage::{Row, StorageError, Value};
use futures_util::future::join_all;
use std::collections::HashSet;
use std::sync::Arc;

impl World {
    /// Claims at most `limit` texts at an instant, for a node.
    pub(crate) async fn claim(&self, node: u8, now: Timestamp, limit: usize) -> Vec<Leased> {
        self.claim_over("route-a", node, now, limit).await
    }

    /// The same, over a route.
    pub(crate) async fn claim_over(
        &self,
        route: &'static str,
        node: u8,
        now: Timestamp,
        limit: usize,
    ) -> Vec<Leased> {
        let entropy = self.entropy.clone();
        let write = self.write(move |tx, r| {
            let entropy = entropy.clone();
            Box::pin(async move {
                let due = outbox::claim(tx, r, &texts(node, now, limit)).await?;
                let leased: Vec<Leased> = due
                    .into_iter()
                    .map(|one| Leased {
                        message: one.message,
                        attempt_id: AttemptId::draw(now, entropy.as_ref()),
                        route: route.into(),
                        tries: one.tries,
                    })
                    .collect();
                let starts: Vec<Start<'_>> = leased.iter().map(start).collect();
                outbox::start_attempts(tx, r, &starts, now).await?;
                Ok(leased)
            })
        });
        write.await.unwrap()
    }

    /// Claims at most `limit` texts and starts nothing.
    pub(crate) async fn due(&self, node: u8, now: Timestamp, limit: usize) -> Vec<Due> {
        let claim = texts(node, now, limit);
        let write = self.write(move |tx, r| Box::pin(async move { outbox::claim(tx, r, &claim).await }));
        write.await.unwrap()
    }

    pub(crate) async fn record(
        &self,
        leased: &Leased,
        submission: Submission,
        verdict: Verdict,
        now: Timestamp,
    ) -> Vec<Heard> {
        self.record_all(vec![(leased.clone(), submission, verdict)], None, now).await
    }

    pub(crate) async fn record_all(
        &self,
        tries: Vec<(Leased, Submission, Verdict)>,
        fallback_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Vec<Heard> {
        let tries = Arc::new(tries);
        let write = self.write(move |tx, r| {
            let tries = tries.clone();
            Box::pin(async move {
                let mut records = Vec::new();
                for (leased, submission, verdict) in tries.iter() {
                    records.push(Record { leased, submission, verdict: *verdict, fallback_at });
                }
                outbox::record(tx, r, &records, now).await
            })
        });
        write.await.unwrap()
    }

    /// Status of the message, whether its body is still there, and the status and error of its attempts.
    pub(crate) async fn standing(&self, id: MessageId) -> (String, bool, Vec<(String, String)>) {
        let ask = step(move |tx| {
            Box::pin(async move {
                let id = id.as_bytes();
                let message = "SELECT status, body_sealed FROM messages WHERE id = $1";
                let attempts = "SELECT status, error FROM attempts WHERE message_id = $1 ORDER BY id";
                let message = tx.row_optional(message, &[id.into()]).await?.unwrap();
                let attempts = tx.rows(attempts, &[id.into()]).await?;
                let text = |row: &Row, column| row.text(column).map(str::to_owned);
                let attempts = attempts.iter().map(|row| Ok((text(row, 0)?, text(row, 1)?)));
                let attempts = attempts.collect::<Result<Vec<_>, StorageError>>()?;
                Ok((text(&message, 0)?, message.optional_bytes(1)?.is_some(), attempts))
            })
        });
        self.store.read(ask).await.unwrap()
    }

    pub(crate) async fn next_due(&self) -> Option<Timestamp> {
        self.read(|tx, r| Box::pin(outbox::next_due(tx, r, Channel::Sms))).await
    }
}

/// What a dispatcher of texts asks for.
fn texts(node: u8, now: Timestamp, limit: usize) -> Claim {
    let (lease_until, limit) = (now.after(seconds(30)), u32::try_from(limit).unwrap());
    Claim { channel: Channel::Sms, node: [node; 16], now, lease_until, limit }
}

fn start(leased: &Leased) -> Start<'_> {
    Start {
        attempt_id: leased.attempt_id,
        message: &leased.message,
        route: &leased.route,
        why: Why::Best,
        price_micros: 7_500,
        region: "GB",
    }
}

pub(crate) const SUBMITTED: Verdict =
    Verdict { attempt: AttemptStatus::Accepted, message: MessageStatus::Submitted, try_at: None };

pub(crate) fn accepted(ids: &[&str]) -> Submission {
    Submission::Accepted { provider_ids: ids.iter().map(|id| (*id).to_owned()).collect() }
}

fn refused() -> Submission {
    Submission::Refused { failure: Failure::Temporary, code: "0x08".into() }
}

pub(crate) async fn messages_are_leased_oldest_first_and_once(database: Database) {
    let world = World::new(&database).await;
    let first = world.message(Some(VerificationId::from_bytes([1; 16])), NOW);
    let second = world.message(None, NOW.after(seconds(1)));
    let email = Message { channel: Channel::Email, to: address(EMAIL), ..world.message(None, NOW) };
    let future = world.message(None, NOW.after(minutes(1)));
    let all = [future, email, second.clone(), first.clone()];
    world.save(all.map(Change::InsertMessage)).await.unwrap();
    let at = NOW.after(seconds(2));
    assert_eq!(world.next_due().await, Some(NOW));
    let leased = world.claim(1, at, 10).await;
    let seen: Vec<(Message, u32)> = leased.iter().map(|one| (one.message.clone(), one.tries)).collect();
    assert_eq!(seen, vec![(first.clone(), 1), (second.clone(), 1)]);
    assert_eq!(world.claim(2, at, 10).await, vec![], "leased once");
    assert_eq!(world.next_due().await, Some(at.after(seconds(30))), "the end of the lease");
    assert_eq!(
        world.standing(first.id).await,
        ("queued".into(), true, vec![("submitting".into(), "".into())])
    );
    // A dispatcher that died: after the lease, another one tries again.
    let again = world.claim(2, at.after(seconds(30)), 1).await;
    assert_eq!((again[0].message.id, again[0].tries), (first.id, 2));
    assert_eq!(world.standing(first.id).await.2.len(), 2);
}

pub(crate) async fn dispatchers_never_share_a_message(database: Database) {
    let world = World::new(&database).await;
    for _ in 0..8 {
        let messages: [Message; 16] = std::array::from_fn(|_| world.message(None, NOW));
        world.save(messages.map(Change::InsertMessage)).await.unwrap();
    }
    let taken = join_all((0..32).map(|node| world.claim(node, NOW, 8))).await;
    let all: Vec<MessageId> = taken.iter().flatten().map(|leased| leased.message.id).collect();
    let different: HashSet<MessageId> = all.iter().copied().collect();
    assert_eq!(all.len(), different.len(), "no message went to two dispatchers");
    let rest = world.claim(99, NOW, 200).await;
    assert_eq!(all.len() + rest.len(), 128, "and none was lost");
}

pub(crate) async fn a_try_ends_as_it_was_judged(database: Database) {
    let world = World::new(&database).await;
    let message = world.message(None, NOW);
    world.save([Change::InsertMessage(message.clone())]).await.unwrap();
    let first = world.claim(1, NOW, 1).await.remove(0);
    let later = NOW.after(seconds(4));
    let again =
        Verdict { attempt: AttemptStatus::Failed, message: MessageStatus::Queued, try_at: Some(later) };
    world.record(&first, refused(), again, NOW).await;
    assert_eq!(world.next_due().await, Some(later));
    assert_eq!(world.claim(1, NOW.after(seconds(3)), 1).await, vec![]);
    let second = world.claim(1, later, 1).await.remove(0);
    assert_eq!(second.tries, 2);
    world.record(&second, accepted(&["x1"]), SUBMITTED, later).await;
    let attempts = vec![("failed".into(), "0x08".into()), ("accepted".into(), "".into())];
    assert_eq!(world.standing(message.id).await, ("submitted".into(), true, attempts));
    assert_eq!((world.next_due().await, world.claim(1, later, 1).await), (None, vec![]));
    let never_started = Leased { attempt_id: AttemptId::from_bytes([9; 16]), ..second };
    world.record(&never_started, accepted(&["x2"]), SUBMITTED, later).await;
    assert_eq!(world.standing(message.id).await.2.len(), 2, "a try that was never started is passed over");
}

pub(crate) async fn a_dead_message_loses_its_body(database: Database) {
    let world = World::new(&database).await;
    for (end, text) in [(MessageStatus::Failed, "failed"), (MessageStatus::Expired, "expired")] {
        let message = world.message(None, NOW);
        world.save([Change::InsertMessage(message.clone())]).await.unwrap();
        let leased = world.claim(1, NOW, 1).await.remove(0);
        let verdict = Verdict { attempt: AttemptStatus::Failed, message: end, try_at: None };
        world.record(&leased, refused(), verdict, NOW).await;
        let attempts = vec![("failed".into(), "0x08".into())];
        assert_eq!(world.standing(message.id).await, (text.into(), false, attempts));
    }
}

pub(crate) async fn what_was_canceled_is_not_sent_and_stays_canceled(database: Database) {
    let world = World::new(&database).await;
    let verification = VerificationId::from_bytes([1; 16]);
    let flying = world.message(Some(verification), NOW);
    let waiting = world.message(Some(verification), NOW.after(seconds(1)));
    let unrelated = world.message(Some(VerificationId::from_bytes([2; 16])), NOW.after(seconds(1)));
    world.save([&flying, &waiting, &unrelated].map(|one| Change::InsertMessage(one.clone()))).await.unwrap();
    let leased = world.claim(1, NOW, 1).await.remove(0);
    assert_eq!(leased.message.id, flying.id);
    let status = || world.read(move |tx, r| Box::pin(outbox::status_for_verification(tx, r, verification)));
    assert_eq!(status().await, Some(MessageStatus::Queued));
    world.save([Change::CancelMessages(verification)]).await.unwrap();
    assert_eq!(status().await, Some(MessageStatus::Canceled));
    let rest = world.claim(1, NOW.after(seconds(1)), 9).await;
    assert_eq!(rest.iter().map(|one| one.message.id).collect::<Vec<_>>(), vec![unrelated.id]);
    world.record(&leased, accepted(&["y1"]), SUBMITTED, NOW).await;
    let attempts = vec![("accepted".into(), "".into())];
    assert_eq!(world.standing(flying.id).await, ("canceled".into(), false, attempts));
    assert_eq!(world.standing(waiting.id).await, ("canceled".into(), false, vec![]));
    let nobody = VerificationId::from_bytes([3; 16]);
    assert_eq!(
        world.save([Change::CancelMessages(nobody)]).await,
        Ok(()),
        "nothing to cancel is no conflict"
    );
    let none = world.read(move |tx, r| Box::pin(outbox::status_for_verification(tx, r, nobody)));
    assert_eq!(none.await, None);
}

/// The lease ran out, another node tries too: what the first one says of a failure is old news, what it
/// handed over is not.
pub(crate) async fn a_late_word_does_not_undo_a_newer_try(database: Database) {
    let world = World::new(&database).await;
    let message = world.message(None, NOW);
    world.save([Change::InsertMessage(message.clone())]).await.unwrap();
    let slow = world.claim(1, NOW, 1).await.remove(0);
    let later = NOW.after(seconds(31));
    let quick = world.claim(2, later, 1).await.remove(0);
    let failed = Verdict { attempt: AttemptStatus::Failed, message: MessageStatus::Failed, try_at: None };
    world.record(&slow, refused(), failed, later).await;
    assert_eq!(world.standing(message.id).await.0, "queued");
    world.record(&quick, accepted(&["z1"]), SUBMITTED, later).await;
    assert_eq!(world.standing(message.id).await.0, "submitted");
    let other = world.message(None, NOW);
    world.save([Change::InsertMessage(other.clone())]).await.unwrap();
    let slow = world.claim(1, NOW, 1).await.remove(0);
    let quick = world.claim(2, later, 1).await.remove(0);
    world.record(&slow, accepted(&["z2"]), SUBMITTED, later).await;
    let again =
        Verdict { attempt: AttemptStatus::Unknown, message: MessageStatus::Queued, try_at: Some(later) };
    world.record(&quick, Submission::Lost, again, later).await;
    assert_eq!(world.standing(other.id).await.0, "submitted", "handed over is handed over");
}

pub(crate) async fn messages_too_late_to_be_of_use_expire(database: Database) {
    let world = World::new(&database).await;
    let mut messages: [Message; 4] = std::array::from_fn(|_| world.message(None, NOW));
    messages.sort_by_key(|message| message.id);
    let [submitted, flying, waiting, claimed_late] = messages.clone().map(|message| message.id);
    world.save(messages.map(Change::InsertMessage)).await.unwrap();
    let leased = world.claim(1, NOW, 1).await.remove(0);
    assert_eq!(leased.message.id, submitted);
    world.record(&leased, accepted(&["s1"]), SUBMITTED, NOW).await;
    let end = NOW.after(minutes(5));
    assert_eq!(world.claim(1, end.before(seconds(1)), 1).await[0].message.id, flying);
    let expire = |now, limit| world.write(move |tx, r| Box::pin(outbox::expire(tx, r, now, limit)));
    assert_eq!(expire(end.before(seconds(1)), 9).await, Ok(0));
    assert_eq!(expire(end, 1).await, Ok(1), "one at most");
    // A claim that meets one first expires it as well.
    assert_eq!(world.claim(1, end, 9).await, vec![]);
    for id in [waiting, claimed_late] {
        assert_eq!(world.standing(id).await, ("expired".into(), false, vec![]));
    }
    assert_eq!(expire(end, 9).await, Ok(0), "what is being tried is left to whoever tries it");
    assert_eq!(world.standing(flying).await.0, "queued");
    assert_eq!(expire(end.after(minutes(1)), 9).await, Ok(1), "unless its lease has ended");
    assert!(world.standing(submitted).await.1, "kept a while for a receipt");
    expire(end.after(minutes(10)), 9).await.unwrap();
    assert!(!world.standing(submitted).await.1);
}

pub(crate) async fn leases_of_a_lost_node_are_given_back(database: Database) {
    let world = World::new(&database).await;
    let messages: [Message; 3] = std::array::from_fn(|_| world.message(None, NOW));
    world.save(messages.map(Change::InsertMessage)).await.unwrap();
    let (first, second) = (world.claim(1, NOW, 1).await, world.claim(2, NOW, 1).await);
    let release = |node: Option<[u8; 16]>| world.write(move |tx, r| Box::pin(outbox::release(tx, r, node)));
    assert_eq!(release(Some([1; 16])).await, Ok(1));
    let mut free: Vec<MessageId> = world.claim(3, NOW, 9).await.iter().map(|one| one.message.id).collect();
    assert!(free.contains(&first[0].message.id) && !free.contains(&second[0].message.id));
    assert_eq!(release(None).await, Ok(3));
    free = world.claim(3, NOW, 9).await.iter().map(|one| one.message.id).collect();
    assert_eq!(free.len(), 3);
}

pub(crate) async fn a_message_that_cannot_be_read_does_not_stop_the_others(database: Database) {
    let world = World::new(&database).await;
    let (broken, sound) = (world.message(None, NOW), world.message(None, NOW));
    world.save([&broken, &sound].map(|one| Change::InsertMessage(one.clone()))).await.unwrap();
    // The body of one put into the other: sealed for another row.
    let id = broken.id;
    let swap = step(move |tx| {
        Box::pin(async move {
            let sql = "UPDATE messages SET body_sealed = recipient_sealed WHERE id = $1";
            tx.execute(sql, &[Value::Bytes(id.as_bytes())]).await
        })
    });
    assert_eq!(world.store.write(swap).await, Ok(1));
    let leased = world.claim(1, NOW, 9).await;
    assert_eq!(leased.iter().map(|one| one.message.id).collect::<Vec<_>>(), vec![sound.id]);
    assert_eq!(world.standing(broken.id).await, ("failed".into(), false, vec![]));
}
