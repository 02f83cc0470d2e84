//! What waits for a bind with room, and what does not wait.

use super::*;
use countersign_core::id::MessageId;
use std::task::Poll;
use tokio::sync::oneshot::{self, Receiver};

fn job(since_ms: Millis) -> (Job, Receiver<Submission>) {
    let (answer, submission) = oneshot::channel();
    let reference = MessageId::from_bytes([9; 16]);
    (Job { reference, number: 491_701_234_567, parts: Vec::new(), since_ms, answer }, submission)
}

fn pushed(queue: &Queue, since_ms: Millis) -> Receiver<Submission> {
    let (job, submission) = job(since_ms);
    assert!(queue.push(job).is_ok());
    submission
}

fn taken(place: &Place, most: usize, now: Millis) -> (Vec<Millis>, Option<Millis>) {
    let mut taken = Vec::new();
    let next = place.take(most, now, |job| taken.push(job.since_ms));
    (taken, next)
}

#[test]
fn it_is_open_while_a_bind_is_up_and_holds_no_more_than_it_may() {
    let queue = Queue::new(2);
    assert!(queue.push(job(0).0).is_err());
    let (first, second) = (queue.join(), queue.join());
    let mut waiting = [pushed(&queue, 1), pushed(&queue, 2)];
    assert!(queue.push(job(3).0).is_err(), "two are enough");
    drop(first);
    assert!(queue.is_open() && waiting[0].try_recv().is_err(), "the other bind will take them");
    drop(second);
    for submission in &mut waiting {
        assert_eq!(submission.try_recv(), Ok(Submission::NotSent));
    }
    assert!(!queue.is_open() && queue.push(job(4).0).is_err());
}

#[test]
fn the_oldest_goes_first_and_what_waited_too_long_is_given_up() {
    let queue = Queue::new(10);
    let place = queue.join();
    let mut waiting: Vec<_> = (0..4).map(|since_ms| pushed(&queue, since_ms)).collect();
    assert_eq!(taken(&place, 1, 5), (vec![0], Some(WAIT_MS_MAX + 1)));
    assert_eq!(taken(&place, 0, WAIT_MS_MAX + 2), (vec![], Some(WAIT_MS_MAX + 3)));
    assert_eq!(waiting[1].try_recv(), Ok(Submission::NotSent));
    assert_eq!(waiting[2].try_recv(), Ok(Submission::NotSent));
    assert_eq!(taken(&place, 9, WAIT_MS_MAX + 2), (vec![3], None));
}

#[tokio::test]
async fn what_one_bind_has_no_room_for_wakes_the_next() {
    let queue = Queue::new(10);
    let (full, free) = (queue.join(), queue.join());
    let _waiting = [pushed(&queue, 1), pushed(&queue, 2)];
    full.arrived().await;
    assert_eq!(taken(&full, 1, 5).0, [1]);
    free.arrived().await;
    assert_eq!(taken(&free, 1, 5).0, [2]);
    let mut idle = std::pin::pin!(free.arrived());
    let mut polled = async || std::future::poll_fn(|context| Poll::Ready(idle.as_mut().poll(context))).await;
    assert!(polled().await.is_pending(), "nothing waits");
    let _third = pushed(&queue, 3);
    assert!(polled().await.is_ready());
    drop(full);
}
