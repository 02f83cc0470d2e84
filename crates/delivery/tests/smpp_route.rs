//! The SMPP route over real TCP against an SMSC that fails in every way that SMSCs do.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot set itself up stops there

mod log_lines;
mod route_under_test;
mod smsc;

use countersign_core::outbox::{Failure, ReceiptState, Submission};
use countersign_delivery::Channel;
use countersign_delivery::smpp::{DlrId, RouteState};
use countersign_smpp::pdu::{Address, Octets, ShortMessage, esm_class};
use countersign_smpp::receipt::{MessageState, ReceiptContent, ReceiptForm};
use countersign_smpp::session::{CloseReason, ServerEvent};
use countersign_smpp::status::Status;
use countersign_smpp::text::part_header;
use log_lines::LogLines;
use route_under_test::{Clock, NUMBER, PASSWORD, config, in_time, letter, long_letter, start};
use smsc::World;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn accepted(ids: &[&str]) -> Submission {
    Submission::Accepted { provider_ids: ids.iter().map(|id| (*id).to_owned()).collect() }
}

fn refused(failure: Failure, code: &str) -> Submission {
    Submission::Refused { failure, code: code.to_owned() }
}

fn is_down(state: &RouteState) -> bool {
    matches!(state, RouteState::Down { .. })
}

#[tokio::test]
async fn a_code_goes_out_as_carriers_want_it() {
    let world = World::new(|_| {}).await;
    let (mut smsc, bind) = world.accept().await;
    assert_eq!((&*bind.system_id, &*bind.password, bind.interface_version), ("acme", PASSWORD, 0x34));
    smsc.session.accept_bind("SIM").unwrap();
    smsc.write().await;
    world.reaches(|state| *state == RouteState::Bound).await;

    let submission = world.submit(letter("482913"));
    let (sequence, message) = smsc.submitted().await;
    assert!(message.source == Address { ton: 5, npi: 0, value: "Acme".to_owned() });
    assert!(message.destination == Address { ton: 1, npi: 1, value: "4915112345678".to_owned() });
    assert_eq!(message.validity_period, "000000000500000R");
    assert_eq!((message.registered_delivery, message.data_coding, message.esm_class), (1, 0, 0));
    // The GSM alphabet writes @ as 0x00.
    let text = b"482913 is your Acme sign-up code. We never ask for it by phone or chat. Valid 5 min.\n\
                 \0acme.example #482913";
    assert!(*message.short_message == text[..]);
    assert_eq!(world.route.status().in_flight, 1);

    smsc.answer(sequence, Ok("00AB12")).await;
    assert_eq!(in_time(submission).await.unwrap(), accepted(&["ab12"]));
    smsc.round_trip().await;
    assert_eq!(world.route.status().in_flight, 0);
}

#[tokio::test]
async fn a_refused_bind_puts_the_route_down_until_it_is_accepted() {
    let world = World::new(|_| {}).await;
    let (mut smsc, _) = world.accept().await;
    smsc.session.refuse_bind(Status::INVALID_PASSWORD);
    smsc.write().await;
    world.reaches(is_down).await;
    let RouteState::Down { reason } = world.route.status().state else { panic!("down") };
    assert!(reason.contains("ESME_RINVPASWD"), "{reason}");
    assert_eq!(in_time(world.submit(letter("482913"))).await.unwrap(), Submission::NotSent);

    let mut smsc = world.bound().await;
    let submission = world.submit(letter("482913"));
    let (sequence, _) = smsc.submitted().await;
    smsc.answer(sequence, Ok("1")).await;
    assert_eq!(in_time(submission).await.unwrap(), accepted(&["1"]));
}

#[tokio::test]
async fn without_an_smsc_letters_come_back_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let (route, _receipts) = start(config(port), &Clock::default());
    assert_eq!(in_time(route.submit(letter("482913"))).await, Submission::NotSent);
    assert!(in_time(route.reaches(is_down)).await);
    assert_eq!(in_time(route.submit(letter("482913"))).await, Submission::NotSent);
    route.shutdown();
    in_time(route.stopped()).await;
}

#[tokio::test]
async fn an_smsc_that_never_answers_the_bind_is_left() {
    let world = World::new(|_| {}).await;
    let (mut smsc, _) = world.accept().await;
    world.clock.advance(Duration::from_secs(5));
    smsc.stream.write_all(&[0, 0]).await.unwrap(); // wakes the route; half a length means nothing yet
    world.reaches(is_down).await;
    let RouteState::Down { reason } = world.route.status().state else { panic!("down") };
    assert_eq!(reason, "no answer to the bind");
    world.bound().await;
}

#[tokio::test]
async fn when_the_connection_is_lost_what_was_out_is_lost_and_what_waited_was_not_sent() {
    let world = World::new(|_| {}).await;
    let mut smsc = world.bound().await;
    let submissions: Vec<_> = (0..7).map(|n| world.submit(letter(&format!("48291{n}")))).collect();
    for _ in 0..4 {
        smsc.submitted().await;
    }
    assert_eq!(smsc.round_trip().await, 0, "three wait behind a window of four");
    drop(smsc);
    let mut outcomes = Vec::new();
    for submission in submissions {
        outcomes.push(in_time(submission).await.unwrap());
    }
    assert_eq!(outcomes[..4], [Submission::Lost, Submission::Lost, Submission::Lost, Submission::Lost]);
    assert_eq!(outcomes[4..], [Submission::NotSent, Submission::NotSent, Submission::NotSent]);

    let mut smsc = world.bound().await;
    let submission = world.submit(letter("482913"));
    let (sequence, _) = smsc.submitted().await;
    smsc.answer(sequence, Ok("2")).await;
    assert_eq!(in_time(submission).await.unwrap(), accepted(&["2"]));
}

#[tokio::test]
async fn a_submit_without_an_answer_is_lost_and_frees_its_place() {
    let world = World::new(|config| config.window = 1).await;
    let mut smsc = world.bound().await;
    let silent = world.submit(letter("482913"));
    smsc.submitted().await;
    let waited_too_long = world.submit(letter("111111"));
    smsc.round_trip().await;
    world.clock.advance(Duration::from_millis(9_999));
    let next = world.submit(letter("222222"));
    assert_eq!(smsc.round_trip().await, 0);
    world.clock.advance(Duration::from_millis(1));
    smsc.round_trip().await;
    assert_eq!(in_time(silent).await.unwrap(), Submission::Lost);
    assert_eq!(in_time(waited_too_long).await.unwrap(), Submission::NotSent);
    let (sequence, message) = smsc.submitted().await;
    assert_eq!(message.short_message[..6], *b"222222");
    smsc.answer(sequence, Ok("3")).await;
    assert_eq!(in_time(next).await.unwrap(), accepted(&["3"]));
}

#[tokio::test]
async fn answers_in_any_order_find_their_letters() {
    let world = World::new(|_| {}).await;
    let mut smsc = world.bound().await;
    let submissions: Vec<_> = ["100001", "100002", "100003"].map(|code| world.submit(letter(code))).into();
    let mut asked = Vec::new();
    for _ in 0..3 {
        asked.push(smsc.submitted().await);
    }
    for (sequence, message) in asked.iter().rev() {
        let id = String::from_utf8_lossy(&message.short_message[..6]).into_owned();
        smsc.answer(*sequence, Ok(&id)).await;
    }
    for (submission, id) in submissions.into_iter().zip(["100001", "100002", "100003"]) {
        assert_eq!(in_time(submission).await.unwrap(), accepted(&[id]));
    }
}

#[tokio::test]
async fn the_window_is_never_exceeded_and_every_letter_arrives_in_turn() {
    let world = World::new(|_| {}).await;
    let mut smsc = world.bound().await;
    let submissions: Vec<_> = (0..50).map(|n| world.submit(letter(&format!("{n:06}")))).collect();
    let mut unanswered = std::collections::VecDeque::new();
    let mut answered: usize = 0;
    while answered < submissions.len() {
        for _ in 0..smsc.round_trip().await {
            let (sequence, message) = smsc.submitted().await;
            unanswered.push_back((sequence, message));
        }
        assert!(unanswered.len() <= 4, "{} are out", unanswered.len());
        let (sequence, message) = unanswered.pop_front().expect("the window is filled again");
        assert_eq!(message.short_message[..6], *format!("{answered:06}").as_bytes());
        answered += 1;
        smsc.answer(sequence, Ok(&format!("x{answered}"))).await;
    }
    for submission in submissions {
        assert!(matches!(in_time(submission).await.unwrap(), Submission::Accepted { .. }));
    }
}

#[tokio::test]
async fn statuses_say_what_is_wrong() {
    let world = World::new(|_| {}).await;
    let mut smsc = world.bound().await;
    let cases = [
        (Status::INVALID_DESTINATION, refused(Failure::Number, "0x0B")),
        (Status::SYSTEM_ERROR, refused(Failure::Temporary, "0x08")),
        (Status::SUBMIT_FAILED, refused(Failure::Route, "0x45")),
        (Status(0x0401), refused(Failure::Route, "0x401")),
    ];
    for (status, expected) in cases {
        let submission = world.submit(letter("482913"));
        let (sequence, _) = smsc.submitted().await;
        smsc.answer(sequence, Err(status)).await;
        assert_eq!(in_time(submission).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_throttled_bind_slows_down_and_recovers() {
    let world = World::new(|config| config.throughput_per_s = Some(2)).await;
    let mut smsc = world.bound().await;
    let throttled = world.submit(letter("482913"));
    let (sequence, _) = smsc.submitted().await;
    smsc.answer(sequence, Err(Status::THROTTLED)).await;
    assert_eq!(in_time(throttled).await.unwrap(), refused(Failure::Throttled, "0x58"));

    // Two a second was the rate, so half a second would have done; now it takes nearly a whole one.
    let next = world.submit(letter("111111"));
    world.clock.advance(Duration::from_millis(700));
    assert_eq!(smsc.round_trip().await, 0);
    world.clock.advance(Duration::from_millis(300));
    smsc.round_trip().await;
    let (sequence, _) = smsc.submitted().await;
    smsc.answer(sequence, Ok("4")).await;
    assert_eq!(in_time(next).await.unwrap(), accepted(&["4"]));
}

#[tokio::test]
async fn each_part_of_a_long_message_is_its_own_submit() {
    let world = World::new(|_| {}).await;
    let mut smsc = world.bound().await;
    let submission = world.submit(long_letter("482913"));
    let mut references = Vec::new();
    for id in ["a1", "a2", "a3"] {
        let (sequence, message) = smsc.submitted().await;
        assert_ne!(message.esm_class & esm_class::UDHI, 0);
        references.push(part_header(&message).0.expect("a part"));
        smsc.answer(sequence, Ok(id)).await;
    }
    assert_eq!(
        references.iter().map(|part| (part.number, part.total)).collect::<Vec<_>>(),
        [(1, 3), (2, 3), (3, 3)]
    );
    assert!(references.iter().all(|part| part.reference == references[0].reference));
    assert_eq!(in_time(submission).await.unwrap(), accepted(&["a1", "a2", "a3"]));

    let other = world.submit(long_letter("482913"));
    let (_, message) = smsc.submitted().await;
    assert_ne!(part_header(&message).0.expect("a part").reference, references[0].reference);
    drop(smsc);
    assert_eq!(in_time(other).await.unwrap(), Submission::Lost);
}

#[tokio::test]
async fn one_refused_part_refuses_the_message_and_the_rest_stays_here() {
    let world = World::new(|config| config.window = 1).await;
    let mut smsc = world.bound().await;
    let submission = world.submit(long_letter("482913"));
    let (sequence, _) = smsc.submitted().await;
    smsc.answer(sequence, Ok("a1")).await;
    let (sequence, _) = smsc.submitted().await;
    smsc.answer(sequence, Err(Status::INVALID_DESTINATION)).await;
    assert_eq!(in_time(submission).await.unwrap(), refused(Failure::Number, "0x0B"));
    assert_eq!(smsc.round_trip().await, 0, "the third part is not sent");
}

fn receipt(id: &str, state: MessageState, from: &str) -> ShortMessage {
    let content = ReceiptContent {
        message_id: id.to_owned(),
        state,
        error_code: if state == MessageState::Undeliverable { 27 } else { 0 },
        submitted_at_ms: 0,
        done_at_ms: 0,
    };
    let mut message = ShortMessage { source: Address::international(from), ..ShortMessage::default() };
    ReceiptForm::default().apply(&content, &mut message);
    message
}

#[tokio::test]
async fn receipts_reach_the_sink_even_before_the_answer_and_are_always_acknowledged() {
    let mut world = World::new(|config| config.dlr_id = DlrId::HexToDec).await;
    let mut smsc = world.bound().await;
    let submission = world.submit(letter("482913"));
    let (sequence, _) = smsc.submitted().await;
    assert_eq!(smsc.deliver(receipt("196353", MessageState::Delivered, NUMBER)).await, Status::OK);
    let early = in_time(world.receipts.recv()).await.unwrap();
    assert_eq!((&*early.route, early.state, &*early.error), ("north", ReceiptState::Delivered, ""));
    smsc.answer(sequence, Ok("2FF01")).await;
    assert_eq!(
        in_time(submission).await.unwrap(),
        accepted(&early.provider_ids.iter().map(|id| &**id).collect::<Vec<_>>())
    );

    for (state, expected, error) in [
        (MessageState::Enroute, ReceiptState::Pending, ""),
        (MessageState::Undeliverable, ReceiptState::Failed, "27"),
    ] {
        assert_eq!(smsc.deliver(receipt("196353", state, NUMBER)).await, Status::OK);
        let heard = in_time(world.receipts.recv()).await.unwrap();
        assert_eq!((heard.state, &*heard.error), (expected, error));
    }
    // What a handset wrote is acknowledged and is no receipt, whatever it says.
    let words = b"id:196353 stat:DELIVRD err:000".to_vec();
    let typed = ShortMessage { short_message: Octets(words), ..ShortMessage::default() };
    assert_eq!(smsc.deliver(typed).await, Status::OK);
    assert!(world.receipts.try_recv().is_err());
}

#[tokio::test]
async fn a_receipt_in_another_notation_is_tied_to_its_number() {
    let mut world = World::new(|_| {}).await;
    let mut smsc = world.bound().await;
    let submission = world.submit(letter("482913"));
    let (sequence, _) = smsc.submitted().await;
    smsc.answer(sequence, Ok("64")).await;
    in_time(submission).await.unwrap();
    smsc.deliver(receipt("100", MessageState::Delivered, NUMBER)).await;
    assert_eq!(in_time(world.receipts.recv()).await.unwrap().provider_ids, ["64"]);
    smsc.deliver(receipt("100", MessageState::Delivered, "+15005550006")).await;
    assert_eq!(in_time(world.receipts.recv()).await.unwrap().provider_ids, ["100", "64", "256"]);
}

#[tokio::test]
async fn what_nobody_understands_is_refused_and_the_bind_goes_on() {
    let world = World::new(|_| {}).await;
    let mut smsc = world.bound().await;
    // A command nobody has, and a submit_sm_resp with a sequence number of nobody's.
    for unit in [[16, 0x0000_0777, 0, 77], [16, 0x8000_0004, 0, 78]] {
        let octets: Vec<u8> = unit.iter().flat_map(|word: &u32| word.to_be_bytes()).collect();
        smsc.stream.write_all(&octets).await.unwrap();
    }
    let mut answer = [0; 16];
    in_time(smsc.stream.read_exact(&mut answer)).await.unwrap();
    // generic_nack, ESME_RINVCMDID, the number that was asked with (SMPP 3.4, 4.3.1).
    assert_eq!(answer, [0, 0, 0, 16, 0x80, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 77]);
    let submission = world.submit(letter("482913"));
    let (sequence, _) = smsc.submitted().await;
    smsc.answer(sequence, Ok("5")).await;
    assert_eq!(in_time(submission).await.unwrap(), accepted(&["5"]));
}

#[tokio::test]
async fn a_stream_that_cannot_be_read_is_left_for_a_new_one() {
    let world = World::new(|_| {}).await;
    let mut smsc = world.bound().await;
    let submission = world.submit(letter("482913"));
    smsc.submitted().await;
    smsc.stream.write_all(&[0xFF; 16]).await.unwrap();
    assert_eq!(in_time(submission).await.unwrap(), Submission::Lost);
    world.bound().await;
}

#[tokio::test]
async fn a_bind_that_the_smsc_forgot_is_made_again() {
    let world = World::new(|_| {}).await;
    let mut smsc = world.bound().await;
    let submission = world.submit(letter("482913"));
    let (sequence, _) = smsc.submitted().await;
    smsc.answer(sequence, Err(Status::WRONG_BIND_STATE)).await;
    assert_eq!(in_time(submission).await.unwrap(), refused(Failure::Temporary, "0x04"));
    world.bound().await;
}

#[tokio::test]
async fn a_shutdown_waits_for_answers_gives_back_the_rest_and_unbinds() {
    let world = World::new(|config| config.window = 1).await;
    let mut smsc = world.bound().await;
    let out = world.submit(letter("482913"));
    let (sequence, _) = smsc.submitted().await;
    let waiting = world.submit(letter("111111"));
    smsc.round_trip().await;
    world.route.shutdown();
    assert_eq!(in_time(waiting).await.unwrap(), Submission::NotSent);
    assert_eq!(in_time(world.submit(letter("222222"))).await.unwrap(), Submission::NotSent);
    assert_eq!(smsc.round_trip().await, 0, "no unbind while an answer is due");
    smsc.answer(sequence, Ok("6")).await;
    assert_eq!(in_time(out).await.unwrap(), accepted(&["6"]));
    let end = smsc.event().await;
    assert!(matches!(end, ServerEvent::Closed(CloseReason::PeerUnbound)), "{end:?}");
    in_time(world.route.stopped()).await;
    world.reaches(is_down).await;
}

#[tokio::test]
async fn more_than_may_wait_is_turned_away_at_once() {
    let world = World::new(|config| config.window = 1).await;
    let mut smsc = world.bound().await;
    let mut submissions: Vec<_> = (0..1_200).map(|_| world.submit(letter("482913"))).collect();
    smsc.submitted().await;
    smsc.round_trip().await;
    let turned_away = submissions.iter().filter(|submission| submission.is_finished()).count();
    assert!((150..=250).contains(&turned_away), "{turned_away} of 1200");
    drop(smsc);
    let first = in_time(submissions.remove(0)).await.unwrap();
    assert_eq!(first, Submission::Lost);
    for submission in submissions {
        assert_eq!(in_time(submission).await.unwrap(), Submission::NotSent);
    }
}

#[tokio::test]
async fn a_route_with_unfit_settings_says_so_and_dials_nobody() {
    let world = World::new(|config| config.password = "longer-than-eight".to_owned()).await;
    world.reaches(is_down).await;
    let RouteState::Down { reason } = world.route.status().state else { panic!("down") };
    assert!(reason.contains("password") && !reason.contains("longer-than-eight"), "{reason}");
    assert_eq!(in_time(world.submit(letter("482913"))).await.unwrap(), Submission::NotSent);
    world.route.shutdown();
    in_time(world.route.stopped()).await;
}

#[tokio::test]
async fn a_silent_smsc_is_asked_whether_it_lives_and_left_when_it_does_not_say() {
    let world = World::new(|_| {}).await;
    let mut smsc = world.bound().await;
    let submission = world.submit(letter("482913"));
    smsc.submitted().await;
    world.clock.advance(Duration::from_secs(30));
    smsc.stream.write_all(&[0]).await.unwrap(); // wakes the route; a quarter of a length says nothing
    let mut question = [0; 16];
    in_time(smsc.stream.read_exact(&mut question)).await.unwrap();
    assert_eq!(question[..12], [0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0]);
    assert_eq!(in_time(submission).await.unwrap(), Submission::Lost);
    world.clock.advance(Duration::from_secs(10));
    smsc.stream.write_all(&[0]).await.unwrap();
    world.bound().await;
}

/// Nothing wakes the route here but its own timer, on a clock that goes by itself.
#[tokio::test]
async fn letters_that_wait_for_the_pace_go_by_themselves() {
    let world = World::new(|config| config.throughput_per_s = Some(5)).await;
    let mut smsc = world.bound().await;
    let hands = world.clock.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        loop {
            ticks.tick().await;
            hands.advance(Duration::from_millis(5));
        }
    });
    let submissions: Vec<_> = (0..4).map(|_| world.submit(letter("482913"))).collect();
    let mut asked = Vec::new();
    for _ in 0..4 {
        asked.push(smsc.submitted().await.0);
    }
    for sequence in asked {
        smsc.answer(sequence, Ok("7")).await;
    }
    for submission in submissions {
        assert_eq!(in_time(submission).await.unwrap(), accepted(&["7"]));
    }
}

#[tokio::test]
async fn a_message_of_which_one_part_has_left_is_lost_and_never_unsent() {
    let world = World::new(|config| config.throughput_per_s = Some(1)).await;
    let mut smsc = world.bound().await;
    let submission = world.submit(long_letter("482913"));
    let (sequence, _) = smsc.submitted().await;
    smsc.answer(sequence, Ok("a1")).await;
    assert_eq!(smsc.round_trip().await, 0, "the second part waits for its turn");
    drop(smsc);
    assert_eq!(in_time(submission).await.unwrap(), Submission::Lost);
}

#[tokio::test]
async fn a_route_that_nobody_holds_unbinds() {
    let world = World::new(|_| {}).await;
    let mut smsc = world.bound().await;
    drop(world);
    let end = smsc.event().await;
    assert!(matches!(end, ServerEvent::Closed(CloseReason::PeerUnbound)), "{end:?}");
}

/// T7, R10: whatever happens, no code, number or password is logged.
#[tokio::test]
async fn nothing_secret_is_logged() {
    let (lines, _listening) = LogLines::listen();
    let world = World::new(|_| {}).await;
    let mut smsc = world.bound().await;
    for status in [Status::INVALID_DESTINATION, Status::THROTTLED, Status::INVALID_MESSAGE_LENGTH] {
        let submission = world.submit(letter("482913"));
        world.clock.advance(Duration::from_secs(2));
        smsc.round_trip().await;
        let (sequence, _) = smsc.submitted().await;
        smsc.answer(sequence, Err(status)).await;
        in_time(submission).await.unwrap();
    }
    smsc.deliver(receipt("482913", MessageState::Rejected, NUMBER)).await;
    smsc.deliver(ShortMessage { short_message: Octets(b"482913".to_vec()), ..ShortMessage::default() }).await;
    world.clock.advance(Duration::from_secs(2));
    let lost = world.submit(letter("482913"));
    smsc.round_trip().await;
    drop(smsc);
    in_time(lost).await.unwrap();
    let (mut smsc, _) = world.accept().await;
    smsc.session.refuse_bind(Status::INVALID_PASSWORD);
    smsc.write().await;
    world.reaches(is_down).await;
    let lines = lines.text();
    assert!(lines.lines().count() >= 6 && lines.contains("north"), "{lines}");
    for secret in ["482913", "15112345678", PASSWORD, "is your"] {
        assert!(!lines.contains(secret), "{secret} in {lines}");
    }
}
