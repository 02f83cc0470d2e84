//! Our SMPP client against an SMSC on its worst day, made of the npm package `smpp`: whatever it does, every
//! letter ends, none is sent more often than it was handed in, and in the end all arrive.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot set itself up stops there

mod peer;
mod route_under_test;

use countersign_core::address::Address;
use countersign_core::outbox::{Failure, ReceiptState, Submission};
use countersign_delivery::smpp::{RouteState, SmppConfig, SmppRoute};
use countersign_delivery::{Channel, Letter};
use peer::Peer;
use route_under_test::{Clock, config, in_time, letter, long_letter, start_with_ears};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinSet;

#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Saw {
    Listening { port: u16 },
    Bound,
    Submit { to: String, part: u8 },
    Acknowledged,
    Unbind,
}

/// What became of one letter.
#[derive(Debug)]
struct Fate {
    to: String,
    parts: u8,
    /// Times that it was handed in.
    attempts: usize,
    /// Those of them of which the route says that nothing left.
    not_sent: usize,
}

/// What the SMSC saw.
#[derive(Default)]
struct Day {
    /// How often each part of each letter came.
    submits: HashMap<(String, u8), usize>,
    acknowledged: usize,
    binds: usize,
}

/// Hands a letter in until it is taken, as a dispatcher does for as long as its message lives.
async fn deliver(route: Arc<SmppRoute>, letter: Letter, parts: u8) -> Fate {
    let to = letter.to.phone().unwrap().e164().trim_start_matches('+').to_owned();
    let mut fate = Fate { to, parts, attempts: 0, not_sent: 0 };
    loop {
        assert!(route.reaches(|state| *state == RouteState::Bound).await);
        fate.attempts += 1;
        match route.submit(letter.clone()).await {
            Submission::Accepted { provider_ids } => {
                assert_eq!(provider_ids.len(), usize::from(parts));
                return fate;
            }
            Submission::NotSent => fate.not_sent += 1,
            Submission::Lost => {}
            Submission::Refused { failure: Failure::Throttled | Failure::Temporary, .. } => {}
            Submission::Refused { failure, code } => panic!("{failure:?} {code} was never said"),
        }
        // A route that turns letters away must not keep the others from their turn.
        tokio::task::yield_now().await;
    }
}

/// A clock that goes by itself, nearly as fast as time does.
fn runs(clock: &Clock) {
    let clock = clock.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        loop {
            ticks.tick().await;
            clock.0.fetch_add(5, Ordering::SeqCst);
        }
    });
}

/// Every line of the SMSC until both binds of the end have said goodbye.
async fn until_unbound(mut peer: Peer) -> Day {
    let mut day = Day::default();
    let mut unbound = 0;
    while unbound < 2 {
        match peer.saw().await {
            Saw::Submit { to, part } => *day.submits.entry((to, part)).or_insert(0) += 1,
            Saw::Acknowledged => day.acknowledged += 1,
            Saw::Bound => day.binds += 1,
            Saw::Unbind => unbound += 1,
            Saw::Listening { .. } => panic!("listens once"),
        }
    }
    day
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_smsc_loses_no_message_and_gets_none_twice() {
    let modules = peer::told("COUNTERSIGN_TEST_NODE_MODULES");
    let environment = [("COUNTERSIGN_TEST_NODE_MODULES", modules)];
    let mut peer = Peer::start("COUNTERSIGN_TEST_NODE", "npm_hostile_smsc.mjs", &environment);
    let Saw::Listening { port } = in_time(peer.saw()).await else { panic!("listens first") };
    let clock = Clock::default();
    runs(&clock);
    let settings =
        SmppConfig { binds: 2, window: 20, response_timeout_s: 1, reconnect_s_max: 1, ..config(port) };
    let (route, mut ears) = start_with_ears(settings, &clock);
    let seen = tokio::spawn(until_unbound(peer));

    let mut letters = JoinSet::new();
    for n in 0..500 {
        let is_long = n % 10 == 0;
        let code = format!("{n:06}");
        let letter = if is_long { long_letter(&code) } else { letter(&code) };
        let to = Address::from_exposed(&format!("+49151{n:08}")).unwrap();
        letters.spawn(deliver(Arc::clone(&route), Letter { to, ..letter }, if is_long { 3 } else { 1 }));
    }
    let mut fates = Vec::new();
    while let Some(fate) = in_time(letters.join_next()).await {
        fates.push(fate.expect("no panic"));
    }
    assert_eq!((fates.len(), route.status().in_flight), (500, 0));
    in_time(async {
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        while route.status().connections_bound < 2 {
            ticks.tick().await;
        }
    })
    .await;
    route.shutdown();
    in_time(route.stopped()).await;

    let day = in_time(seen).await.unwrap();
    for fate in &fates {
        for part in 1..=fate.parts {
            let sent = day.submits.get(&(fate.to.clone(), part)).copied().unwrap_or(0);
            assert!(sent >= 1, "accepted and never seen: {fate:?}, part {part}");
            assert!(sent <= fate.attempts - fate.not_sent, "{sent} times on the wire: {fate:?}, part {part}");
        }
    }
    // The day was as bad as it was meant to be.
    let again = fates.iter().filter(|fate| fate.attempts > 1).count();
    assert!(again >= 30, "{again} were tried again");
    assert!(day.binds >= 2 + 6 && day.acknowledged >= 20, "{} binds, {}", day.binds, day.acknowledged);
    let mut delivered = 0;
    while let Ok(receipt) = ears.receipts.try_recv() {
        delivered += usize::from(receipt.state == ReceiptState::Delivered);
    }
    assert!(delivered >= 5, "{delivered} receipts");
    assert_eq!(ears.inbound.try_recv().expect("texts from people").text, "STOP");
}
