//! Several binds of one route, over real TCP: they share queue, pace and what they hear, and come and go one by one.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot set itself up stops there

mod route_under_test;
mod smsc;

use countersign_core::outbox::{Inbound, ReceiptState, Submission};
use countersign_delivery::Letter;
use countersign_delivery::smpp::{BindKind, RouteState};
use countersign_smpp::pdu::{Address, BindMode, Octets, ShortMessage, esm_class};
use countersign_smpp::session::{CloseReason, ServerEvent};
use countersign_smpp::status::Status;
use route_under_test::{NUMBER, in_time, letter, long_letter};
use smsc::{Smsc, World};
use std::time::Duration;

fn accepted(id: &str) -> Submission {
    Submission::Accepted { provider_ids: vec![id.to_owned()] }
}

/// The next connection, bound in whatever mode it asked for.
async fn let_in(world: &World) -> Smsc {
    let (mut smsc, _) = world.accept().await;
    smsc.session.accept_bind("SIM").unwrap();
    smsc.write().await;
    smsc
}

/// A world of two binds with a window of one.
async fn two_binds(throughput_per_s: Option<u32>) -> (World, Smsc, Smsc) {
    let world = World::new(|config| {
        (config.binds, config.window, config.throughput_per_s) = (2, 1, throughput_per_s);
    })
    .await;
    let (mut one, mut other) = (let_in(&world).await, let_in(&world).await);
    one.round_trip().await;
    other.round_trip().await;
    let status = world.route.status();
    assert_eq!((status.state, status.connections_bound, status.connections), (RouteState::Bound, 2, 2));
    (world, one, other)
}

fn from(number: &str, text: &[u8]) -> ShortMessage {
    ShortMessage {
        source: Address::international(number),
        destination: Address::short_code("72345"),
        short_message: Octets(text.to_vec()),
        ..ShortMessage::default()
    }
}

#[tokio::test]
async fn a_letter_goes_over_whichever_bind_has_room() {
    let (world, mut one, mut other) = two_binds(None).await;
    let mut submissions: Vec<_> = ["100001", "100002"].map(|code| world.submit(letter(code))).into();
    let (sequence, _) = one.submitted().await;
    other.submitted().await;
    assert_eq!(world.route.status().in_flight, 2);
    assert!(world.route.room());

    submissions.push(world.submit(letter("100003")));
    submissions.push(world.submit(letter("100004")));
    one.round_trip().await;
    assert!(!world.route.room(), "two windows of two binds are in hand");
    one.answer(sequence, Ok("a1")).await;
    let (sequence, message) = one.submitted().await;
    assert_eq!(message.short_message[..6], *b"100003");
    one.answer(sequence, Ok("a3")).await;
    let (_, message) = one.submitted().await;
    assert_eq!(message.short_message[..6], *b"100004");
    assert_eq!(in_time(submissions.remove(2)).await.unwrap(), accepted("a3"));
    assert!(world.route.room());
}

#[tokio::test]
async fn a_lost_bind_loses_only_what_was_out_on_it() {
    let (world, mut one, mut other) = two_binds(None).await;
    let mut submissions: Vec<_> =
        ["100001", "100002", "100003"].map(|code| world.submit(letter(code))).into();
    let lost = one.submitted().await.1.short_message[..6].to_vec();
    let (sequence, kept) = other.submitted().await;
    assert_ne!(lost, kept.short_message[..6]);
    drop(one);
    other.answer(sequence, Ok("b1")).await;
    let (sequence, waited) = other.submitted().await;
    assert_eq!(waited.short_message[..6], *b"100003", "it waited for a bind, not for that one");
    other.answer(sequence, Ok("b2")).await;
    assert_eq!(in_time(submissions.remove(2)).await.unwrap(), accepted("b2"));
    let mut outcomes = Vec::new();
    for submission in submissions {
        outcomes.push(in_time(submission).await.unwrap());
    }
    assert!(outcomes.contains(&Submission::Lost) && outcomes.contains(&accepted("b1")), "{outcomes:?}");
    assert_eq!(world.route.status().state, RouteState::Bound);
    let_in(&world).await;
}

#[tokio::test]
async fn all_binds_together_keep_to_the_rate() {
    let (world, mut one, mut other) = two_binds(Some(2)).await;
    let _submissions = ["100001", "100002"].map(|code| world.submit(letter(code)));
    let sent = one.round_trip().await + other.round_trip().await;
    assert_eq!(sent, 1);
    world.clock.advance(Duration::from_millis(500));
    let sent = one.round_trip().await + other.round_trip().await;
    assert_eq!(sent, 2);
}

#[tokio::test]
async fn a_throttled_bind_slows_the_others_down() {
    let (world, mut one, mut other) = two_binds(Some(10)).await;
    let throttled = world.submit(letter("100001"));
    let sent_by_one = one.round_trip().await == 1;
    let teller = if sent_by_one { &mut one } else { &mut other };
    let (sequence, _) = teller.submitted().await;
    teller.answer(sequence, Err(Status::THROTTLED)).await;
    in_time(throttled).await.unwrap();
    let _next = world.submit(letter("100002"));
    world.clock.advance(Duration::from_millis(500)); // five would have gone
    assert_eq!(one.round_trip().await + other.round_trip().await, 0);
    world.clock.advance(Duration::from_millis(500));
    assert_eq!(one.round_trip().await + other.round_trip().await, 1);
}

#[tokio::test]
async fn a_transmitter_submits_and_a_receiver_hears() {
    let mut world = World::new(|config| config.bind = BindKind::Separate).await;
    let mut first = let_in(&world).await;
    let second = let_in(&world).await;
    let (mut transmitter, mut receiver) = match first.mode {
        BindMode::Transmitter => (first, second),
        _ => {
            first.round_trip().await;
            (second, first)
        }
    };
    assert_eq!((transmitter.mode, receiver.mode), (BindMode::Transmitter, BindMode::Receiver));
    world.reaches(|state| *state == RouteState::Bound).await;
    let submission = world.submit(letter("482913"));
    let (sequence, _) = transmitter.submitted().await;
    transmitter.answer(sequence, Ok("64")).await;
    assert_eq!(in_time(submission).await.unwrap(), accepted("64"));
    assert_eq!(receiver.round_trip().await, 0);
    // Decimal of the transmitter's hexadecimal: known because the binds of a route remember together.
    let receipt = ShortMessage {
        esm_class: esm_class::RECEIPT,
        ..from(NUMBER, b"id:100 sub:001 dlvrd:001 stat:DELIVRD err:000")
    };
    assert_eq!(receiver.deliver(receipt).await, Status::OK);
    let heard = in_time(world.receipts.recv()).await.unwrap();
    assert_eq!((heard.provider_ids, heard.state), (vec!["64".to_owned()], ReceiptState::Delivered));

    // Without its transmitter it carries nothing, whatever it hears.
    drop(transmitter);
    world.reaches(|state| *state != RouteState::Bound).await;
    assert_eq!(in_time(world.submit(letter("482914"))).await.unwrap(), Submission::NotSent);
    assert!(!world.route.room());
    receiver.round_trip().await;
}

#[tokio::test]
async fn a_text_from_a_person_is_heard_over_any_bind_and_put_together_over_both() {
    let (mut world, mut one, mut other) = two_binds(None).await;
    assert_eq!(one.deliver(from("4915112345678", b"482913")).await, Status::OK);
    let wanted = |text: &str| Inbound {
        route: "north".to_owned(),
        from: NUMBER.to_owned(),
        to: "72345".to_owned(),
        text: text.to_owned(),
    };
    assert!(in_time(world.inbound.recv()).await.unwrap() == wanted("482913"));
    let part = |octets: &[u8]| ShortMessage { esm_class: esm_class::UDHI, ..from(NUMBER, octets) };
    assert_eq!(other.deliver(part(b"\x05\x00\x03\x2A\x02\x02world")).await, Status::OK);
    assert!(world.inbound.try_recv().is_err());
    assert_eq!(one.deliver(part(b"\x05\x00\x03\x2A\x02\x01hello ")).await, Status::OK);
    assert!(in_time(world.inbound.recv()).await.unwrap() == wanted("hello world"));
    assert!(world.receipts.try_recv().is_err());
}

#[tokio::test]
async fn a_route_that_is_let_go_of_loses_nothing_and_binds_again_when_it_is_wanted() {
    let world = World::new(|config| config.window = 1).await;
    let mut smsc = world.bound().await;
    let out = world.submit(letter("482913"));
    let (sequence, _) = smsc.submitted().await;
    let waiting = world.submit(letter("111111"));
    smsc.round_trip().await;
    world.route.keep_bound(false);
    assert_eq!(in_time(waiting).await.unwrap(), Submission::NotSent);
    assert_eq!(in_time(world.submit(letter("222222"))).await.unwrap(), Submission::NotSent);
    assert!(!world.route.room());
    assert_eq!(smsc.round_trip().await, 0, "no unbind while an answer is due");
    smsc.answer(sequence, Ok("6")).await;
    assert_eq!(in_time(out).await.unwrap(), accepted("6"));
    let end = smsc.event().await;
    assert!(matches!(end, ServerEvent::Closed(CloseReason::PeerUnbound)), "{end:?}");
    let RouteState::Down { reason } = world.route.status().state else { panic!("down") };
    assert_eq!(reason, "let go of");

    world.route.keep_bound(true);
    let mut smsc = world.bound().await;
    let submission = world.submit(letter("333333"));
    let (sequence, _) = smsc.submitted().await;
    smsc.answer(sequence, Ok("7")).await;
    assert_eq!(in_time(submission).await.unwrap(), accepted("7"));

    world.route.shutdown();
    world.route.keep_bound(true);
    let end = smsc.event().await;
    assert!(matches!(end, ServerEvent::Closed(CloseReason::PeerUnbound)), "{end:?}");
    in_time(world.route.stopped()).await;
}

#[tokio::test]
async fn every_part_has_the_sender_of_its_letter_and_the_parameters_of_the_route() {
    let world = World::new(|config| {
        config.tlvs = [("0x1400".to_owned(), "1101".to_owned())].into();
        (config.window, config.long_messages) = (4, countersign_delivery::smpp::LongMessages::Sar);
    })
    .await;
    let mut smsc = world.bound().await;
    let submission =
        world.submit(Letter { sender: Some("+15005550006".to_owned()), ..long_letter("482913") });
    for id in ["a1", "a2", "a3"] {
        let (sequence, message) = smsc.submitted().await;
        assert!(message.source == Address { ton: 1, npi: 1, value: "15005550006".to_owned() });
        assert_eq!(message.tlvs.get(0x1400), Some(&b"1101"[..]));
        assert!(message.tlvs.get(0x020C).is_some(), "and the part's own");
        smsc.answer(sequence, Ok(id)).await;
    }
    assert!(matches!(in_time(submission).await.unwrap(), Submission::Accepted { .. }));
}
