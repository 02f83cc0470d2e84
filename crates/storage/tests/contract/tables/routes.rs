//! Routes as rows: counts, breakers, wishes. Several nodes at once.

use super::fixtures::*;
use crate::engines::{Database, rows};
use countersign_core::address::AddressIndex;
use countersign_core::id::OperatorId;
use countersign_core::route::{Board, BreakerState, Outcome, RouteWish, Tally};
use countersign_core::time::{Timestamp, days, hours, minutes, seconds};
use countersign_storage::Topic;
use countersign_storage::tables::routes::{self, RouteControl};
use countersign_storage::tables::{inbound, retention};
use futures_util::future::join_all;

impl World {
    async fn add(&self, tally: &Tally, now: Timestamp) {
        let tally = tally.clone();
        let add = self.write(move |tx, r| {
            let tally = tally.clone();
            Box::pin(async move { routes::add(tx, r, &tally, now).await })
        });
        add.await.unwrap();
    }

    async fn board(&self, now: Timestamp) -> Board {
        self.read(move |tx, r| Box::pin(routes::board(tx, r, now))).await
    }
}

fn tally(at: Timestamp, outcomes: &[Outcome]) -> Tally {
    let mut tally = Tally::default();
    for outcome in outcomes {
        tally.note("a", "TH", at, *outcome, true);
    }
    tally
}

pub(crate) async fn what_nodes_count_adds_up(database: Database) {
    let world = World::new(&database).await;
    let arrived = Outcome::Delivered { after: seconds(4) };
    let slow = Outcome::Delivered { after: seconds(3_600) };
    let sent = Outcome::Sent { is_code: true };
    let all = [
        sent,
        Outcome::Accepted,
        arrived,
        slow,
        Outcome::Refused,
        Outcome::Lost,
        Outcome::Lost,
        Outcome::Overdue,
        Outcome::Converted,
    ];
    let one = tally(NOW, &all);
    let mut other = tally(NOW, &[sent, Outcome::Sent { is_code: false }, Outcome::Failed, arrived]);
    other.note("b", "", NOW, sent, true);
    let adds = (0..16).map(|at| world.add(if at % 2 == 0 { &one } else { &other }, NOW));
    join_all(adds).await;
    let board = world.board(NOW).await;
    let cell = &board.cell("a", "TH").unwrap().recent;
    assert_eq!((cell.sent, cell.codes, cell.accepted, cell.refused, cell.lost), (24, 16, 8, 8, 16));
    assert_eq!((cell.delivered, cell.failed, cell.overdue, cell.converted), (24, 8, 8, 8));
    // 4 s is in the fifth bucket (3 to 5 s), an hour in the last.
    assert_eq!((cell.latency[4], cell.latency[13], cell.latency.iter().sum::<u64>()), (16, 8, 24));
    assert_eq!(board.cell("b", "").unwrap().recent.sent, 8);
    assert_eq!(board.cell("b", "").unwrap().settled.sent, 0, "still being typed");
    // Recent is a quarter of an hour, settled two hours but for the last two minutes.
    let known = |after| {
        let world = &world;
        async move {
            let board = world.board(NOW.after(after)).await;
            let of = |region: &str| board.cell("a", region).map(|cell| (cell.recent.sent, cell.settled.sent));
            assert_eq!(of("TH"), of(""), "the sum over regions");
            of("TH")
        }
    };
    assert_eq!(known(minutes(1)).await, Some((24, 0)));
    assert_eq!(known(minutes(3)).await, Some((24, 24)));
    assert_eq!(known(minutes(16)).await, Some((0, 24)));
    let board = world.board(NOW.after(hours(2)).after(minutes(1))).await;
    assert_eq!(board.cell("a", "TH").map(|cell| cell.settled.sent + cell.recent.sent).unwrap_or(0), 0);
    let since = |at| world.read(move |tx, r| Box::pin(routes::minutes(tx, r, at)));
    assert_eq!(since(NOW).await.len(), 2);
    assert_eq!(since(NOW.after(minutes(1))).await, vec![]);
}

pub(crate) async fn a_breaker_hears_every_node(database: Database) {
    let world = World::new(&database).await;
    let failure = tally(NOW, &[Outcome::Lost]);
    let mut wake = world.store.subscribe(Topic::Routes);
    join_all((0..8).map(|_| world.add(&failure, NOW))).await;
    wake.changed().await;
    let board = world.board(NOW).await;
    for region in ["TH", ""] {
        let breaker = board.cell("a", region).unwrap().breaker;
        assert_eq!((breaker.failures_in_a_row, breaker.openings), (8, 1), "none was lost, {region:?}");
        assert_eq!(breaker.state(NOW), BreakerState::Open { until: NOW.after(seconds(30)) });
    }
    world.add(&tally(NOW, &[Outcome::Delivered { after: seconds(1) }]), NOW.after(seconds(31))).await;
    assert_eq!(rows(&world.store, "SELECT route FROM route_standings").await, vec![], "nothing to remember");
    wake.changed().await;
    // A success between failures starts the count anew, whatever the batch.
    let broken = [Outcome::Lost, Outcome::Delivered { after: seconds(1) }, Outcome::Lost, Outcome::Lost];
    world.add(&tally(NOW, &[Outcome::Lost; 5]), NOW).await;
    world.add(&tally(NOW, &broken), NOW).await;
    assert_eq!(world.board(NOW).await.cell("a", "TH").unwrap().breaker.failures_in_a_row, 2);
}

pub(crate) async fn one_probe_leaves(database: Database) {
    let world = World::new(&database).await;
    world.add(&tally(NOW, &[Outcome::Lost; 6]), NOW).await;
    let at = NOW.after(seconds(30));
    let mut board = world.board(at).await;
    assert_eq!(board.breaker_state("a", "TH", at), BreakerState::HalfOpen);
    let said = board.probe("a", "TH", at);
    let save = || {
        let said = said.clone();
        world.write(move |tx, r| {
            let said = said.clone();
            Box::pin(async move { routes::save_standings(tx, r, &said, at).await })
        })
    };
    let answers = join_all((0..8).map(|_| save())).await;
    for standing in 0..2 {
        let ours = answers.iter().filter(|answer| answer.as_ref().unwrap()[standing]).count();
        assert_eq!(ours, 1, "of eight nodes one sends it");
    }
    assert_eq!(world.board(at).await.breaker_state("a", "TH", at), BreakerState::Probing);
    // Closed since: an old probe does not open it again.
    world.add(&tally(NOW, &[Outcome::Delivered { after: seconds(1) }]), at).await;
    assert_eq!(save().await, Ok(vec![false, false]));
    assert_eq!(world.board(at).await.breaker_state("a", "TH", at), BreakerState::Closed);
}

pub(crate) async fn what_operators_want_is_kept(database: Database) {
    let world = World::new(&database).await;
    let mut wake = world.store.subscribe(Topic::Routes);
    let set = |control: RouteControl| {
        world.write(move |tx, r| {
            let control = control.clone();
            Box::pin(async move { routes::set_control(tx, r, &control).await })
        })
    };
    let controls = || world.read(|tx, r| Box::pin(routes::controls(tx, r)));
    let control = |route: &str, wish| RouteControl {
        route: route.into(),
        wish,
        reason: "lies about Thailand".into(),
        operator_id: Some(OperatorId::from_bytes([7; 16])),
        changed_at: NOW,
    };
    let (grey, white) = (control("grey", RouteWish::Paused), control("white", RouteWish::Drained));
    set(white.clone()).await.unwrap();
    set(grey.clone()).await.unwrap();
    wake.changed().await;
    assert_eq!(controls().await, vec![grey, white.clone()]);
    let active = RouteControl {
        operator_id: None,
        changed_at: NOW.after(seconds(1)),
        ..control("grey", RouteWish::Active)
    };
    set(active.clone()).await.unwrap();
    assert_eq!(controls().await, vec![active, white]);
}

pub(crate) async fn counts_are_forgotten_after_eight_days(database: Database) {
    let world = World::new(&database).await;
    world.add(&tally(NOW, &[Outcome::Accepted]), NOW).await;
    let number = AddressIndex([1; 32]);
    let count = world.write(move |tx, r| Box::pin(async move { inbound::count(tx, r, &number, NOW).await }));
    assert_eq!(count.await, Ok(1));
    let purge = |now| world.write(move |tx, r| Box::pin(retention::purge(tx, r, now)));
    assert_eq!(purge(NOW.after(days(1))).await, Ok(0));
    assert_eq!(purge(NOW.after(days(1)).after(seconds(1))).await, Ok(1), "the wrong text");
    assert_eq!(purge(NOW.after(days(8))).await, Ok(0));
    assert_eq!(purge(NOW.after(days(8)).after(minutes(1))).await, Ok(1), "the minute");
}
