//! Sessions of both roles against each other and against bytes, on a clock that is a number.

#![allow(clippy::expect_used)] // a test that cannot set itself up stops there

use countersign_smpp::pdu::{
    Address, Bind, BindMode, Body, Frame, FrameReader, MessageResp, Octets, Pdu, ShortMessage, Tlvs, decode,
    encode,
};
use countersign_smpp::session::{
    ClientConfig, ClientEvent, ClientSession, CloseReason, SendError, ServerConfig, ServerEvent,
    ServerSession,
};
use countersign_smpp::status::Status;

const SERVER: ServerConfig = ServerConfig {
    window: 2,
    unanswered_submits_max: 3,
    enquire_idle_ms: 30_000,
    response_timeout_ms: 5_000,
};

fn client_config(mode: BindMode) -> ClientConfig {
    let bind = Bind {
        system_id: "esme".to_owned(),
        password: "secret".to_owned(),
        system_type: String::new(),
        interface_version: 0x34,
        address_range: Address::default(),
    };
    ClientConfig { mode, bind, window: 2, enquire_idle_ms: 30_000, response_timeout_ms: 5_000 }
}

fn client() -> ClientSession {
    ClientSession::new(client_config(BindMode::Transceiver), 0).expect("fits")
}

fn text(words: &str) -> ShortMessage {
    ShortMessage {
        destination: Address::international("+491701234567"),
        short_message: Octets(words.as_bytes().to_vec()),
        ..ShortMessage::default()
    }
}

fn sent(bytes: Option<Vec<u8>>) -> Vec<Pdu> {
    let mut reader = FrameReader::new();
    reader.push(&bytes.unwrap_or_default());
    let mut pdus = Vec::new();
    while let Some(frame) = reader.next_frame().expect("our own lengths") {
        pdus.push(decode(&frame).expect("our own units"));
    }
    pdus
}

fn bytes(pdu: &Pdu) -> Vec<u8> {
    encode(pdu).expect("within the specification")
}

fn header(command_id: u32, sequence: u32) -> Vec<u8> {
    [16, command_id, 0, sequence].iter().flat_map(|word: &u32| word.to_be_bytes()).collect()
}

/// Carries bytes both ways until nobody has any left.
fn exchange(now: u64, client: &mut ClientSession, server: &mut ServerSession) {
    loop {
        let up = client.poll_transmit();
        let down = server.poll_transmit();
        if up.is_none() && down.is_none() {
            return;
        }
        server.handle_bytes(now, &up.unwrap_or_default());
        client.handle_bytes(now, &down.unwrap_or_default());
    }
}

fn bound_pair() -> (ClientSession, ServerSession) {
    let (mut client, mut server) = (client(), ServerSession::new(SERVER, 0));
    exchange(0, &mut client, &mut server);
    let Some(ServerEvent::BindRequested { mode: BindMode::Transceiver, bind }) = server.poll_event() else {
        panic!("the bind arrives");
    };
    assert_eq!((bind.system_id.as_str(), bind.password.as_str()), ("esme", "secret"));
    server.accept_bind("smsc").expect("fits");
    exchange(0, &mut client, &mut server);
    let expected = ClientEvent::Bound { system_id: "smsc".to_owned(), interface_version: Some(0x34) };
    assert_eq!(client.poll_event(), Some(expected));
    (client, server)
}

#[test]
fn a_message_and_its_receipt_cross() {
    let (mut client, mut server) = bound_pair();
    let sequence = client.submit(1, text("482913")).expect("room");
    exchange(1, &mut client, &mut server);
    let Some(ServerEvent::Submitted { sequence: asked, message }) = server.poll_event() else {
        panic!("the submit arrives");
    };
    assert_eq!((asked, &*message.short_message), (sequence, &b"482913"[..]));
    server.answer_submit(asked, Ok("2ff01")).expect("fits");
    let delivered = server.deliver(1, text("id:2ff01")).expect("room");
    exchange(1, &mut client, &mut server);
    assert_eq!(
        client.poll_event(),
        Some(ClientEvent::Answered {
            sequence,
            status: Status::OK,
            message_id: "2ff01".to_owned(),
            congestion: None
        })
    );
    assert_eq!(client.poll_event(), Some(ClientEvent::Delivered(text("id:2ff01"))));
    let answered = ServerEvent::DeliverAnswered { sequence: delivered, status: Status::OK };
    assert_eq!(server.poll_event(), Some(answered));
}

#[test]
fn submits_stop_at_the_window_and_before_the_bind() {
    let mut early = client();
    assert_eq!(early.submit(0, text("x")), Err(SendError::NotBound));
    let (mut client, _server) = bound_pair();
    assert!(client.submit(0, text("1")).is_ok());
    assert!(client.submit(0, text("2")).is_ok());
    assert_eq!((client.submit(0, text("3")), client.room()), (Err(SendError::WindowFull), 0));
    let mut bad = text("x");
    bad.service_type = "TOOLONG".to_owned();
    let (mut client, _server) = bound_pair();
    assert!(matches!(client.submit(0, bad), Err(SendError::Encode(_))));
    assert_eq!((client.room(), client.poll_transmit()), (2, None), "a refused message takes no room");
}

#[test]
fn a_submit_without_an_answer_is_unknown_and_frees_its_room() {
    let (mut client, mut server) = bound_pair();
    let first = client.submit(100, text("1")).expect("room");
    let second = client.submit(200, text("2")).expect("room");
    assert_eq!(client.next_timeout(), Some(5_100));
    client.handle_timeout(5_099);
    assert_eq!(client.poll_event(), None);
    client.handle_timeout(5_100);
    assert_eq!(client.poll_event(), Some(ClientEvent::Unanswered { sequence: first }));
    assert_eq!((client.poll_event(), client.room()), (None, 1));
    assert_eq!(client.next_timeout(), Some(5_200));
    // The answer that comes after all is told apart, so that its id is not lost.
    exchange(5_150, &mut client, &mut server);
    while let Some(ServerEvent::Submitted { sequence, .. }) = server.poll_event() {
        server.answer_submit(sequence, Ok("7")).expect("fits");
    }
    exchange(5_150, &mut client, &mut server);
    let (status, message_id) = (Status::OK, "7".to_owned());
    let late = ClientEvent::LateAnswer { sequence: first, status, message_id: message_id.clone() };
    assert_eq!(client.poll_event(), Some(late));
    let answered = ClientEvent::Answered { sequence: second, status, message_id, congestion: None };
    assert_eq!(client.poll_event(), Some(answered));
}

#[test]
fn silence_is_asked_about_and_then_fatal() {
    let (mut client, mut server) = bound_pair();
    client.handle_bytes(1_000, &header(0x15, 9));
    assert!(matches!(
        sent(client.poll_transmit())[..],
        [Pdu { sequence: 9, body: Body::EnquireLinkResp, .. }]
    ));
    assert_eq!(client.next_timeout(), Some(31_000), "anything heard puts the question off");
    client.handle_timeout(31_000);
    let asked = client.poll_transmit().expect("an enquire_link");
    assert!(matches!(sent(Some(asked.clone()))[..], [Pdu { body: Body::EnquireLink, .. }]));
    assert_eq!(client.next_timeout(), Some(36_000));
    // Answered: the clock starts again.
    server.handle_bytes(31_000, &asked);
    client.handle_bytes(32_000, &server.poll_transmit().expect("an answer"));
    assert_eq!(client.next_timeout(), Some(62_000));
    // Not answered: over, and what waits is unknown.
    client.handle_timeout(62_000);
    let sequence = client.submit(63_000, text("1")).expect("room");
    client.handle_timeout(67_000);
    assert_eq!(client.poll_event(), Some(ClientEvent::Unanswered { sequence }));
    assert_eq!(client.poll_event(), Some(ClientEvent::Closed(CloseReason::DeadPeer)));
    assert_eq!((client.poll_event(), client.next_timeout()), (None, None));
    assert_eq!(client.submit(68_000, text("2")), Err(SendError::NotBound));
}

#[test]
fn binds_are_refused_and_time_out() {
    let (mut client, mut server) = (client(), ServerSession::new(SERVER, 0));
    exchange(0, &mut client, &mut server);
    server.refuse_bind(Status::INVALID_PASSWORD);
    exchange(0, &mut client, &mut server);
    let reason = CloseReason::BindRefused(Status::INVALID_PASSWORD);
    assert_eq!(client.poll_event(), Some(ClientEvent::Closed(reason)));
    assert!(matches!(server.poll_event(), Some(ServerEvent::BindRequested { .. })));
    assert_eq!(server.poll_event(), Some(ServerEvent::Closed(reason)));

    let mut nacked = self::client();
    nacked.handle_bytes(0, &bytes(&Pdu::response(1, Status::SYSTEM_ERROR, Body::GenericNack)));
    let reason = CloseReason::BindRefused(Status::SYSTEM_ERROR);
    assert_eq!(nacked.poll_event(), Some(ClientEvent::Closed(reason)));

    let mut lonely = self::client();
    assert_eq!(lonely.next_timeout(), Some(5_000));
    lonely.handle_timeout(5_000);
    assert_eq!(lonely.poll_event(), Some(ClientEvent::Closed(CloseReason::BindTimeout)));
    let mut idle = ServerSession::new(SERVER, 0);
    idle.handle_timeout(5_000);
    assert_eq!(idle.poll_event(), Some(ServerEvent::Closed(CloseReason::BindTimeout)));
}

#[test]
fn unbinding_is_answered_from_either_side() {
    let (mut client, mut server) = bound_pair();
    let sequence = client.submit(0, text("1")).expect("room");
    client.unbind(0);
    assert_eq!(client.submit(0, text("2")), Err(SendError::NotBound));
    exchange(0, &mut client, &mut server);
    assert_eq!(client.poll_event(), Some(ClientEvent::Unanswered { sequence }));
    assert_eq!(client.poll_event(), Some(ClientEvent::Closed(CloseReason::Unbound)));
    assert!(matches!(server.poll_event(), Some(ServerEvent::Submitted { .. })));
    assert_eq!(server.poll_event(), Some(ServerEvent::Closed(CloseReason::PeerUnbound)));

    let (mut client, mut server) = bound_pair();
    server.unbind(0);
    exchange(0, &mut client, &mut server);
    assert_eq!(client.poll_event(), Some(ClientEvent::Closed(CloseReason::PeerUnbound)));
    assert_eq!(server.poll_event(), Some(ServerEvent::Closed(CloseReason::Unbound)));

    let (mut client, _gone) = bound_pair();
    client.unbind(0);
    client.handle_timeout(5_000);
    assert_eq!(client.poll_event(), Some(ClientEvent::Closed(CloseReason::Unbound)));
    let (mut client, _gone) = bound_pair();
    client.handle_disconnect();
    assert_eq!(client.poll_event(), Some(ClientEvent::Closed(CloseReason::Disconnected)));
}

/// SMPP 3.4, 4.6.2: one NUL. Answered even when the client is bound to submit only.
#[test]
fn deliver_sm_is_always_answered_with_status_0_and_one_nul() {
    let (mut client, _server) = bound_pair();
    client.handle_bytes(0, &bytes(&Pdu::request(0x11, Body::DeliverSm(text("hi")))));
    let expected = [0, 0, 0, 17, 0x80, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0x11, 0];
    assert_eq!(client.poll_transmit().as_deref(), Some(&expected[..]));
}

#[test]
fn what_cannot_be_read_is_nacked_and_the_session_goes_on() {
    let (mut client, _server) = bound_pair();
    let mut stream = bytes(&Pdu::request(0x31, Body::DeliverSm(text("hi"))));
    let at = stream.len() - 3;
    stream[at] = 200; // sm_length
    stream.extend(header(0x0102, 0x32));
    stream.extend(header(0x8000_0103, 0x33));
    stream.extend(header(0x15, 0));
    client.handle_bytes(0, &stream);
    let nack = |sequence, status| Pdu::response(sequence, status, Body::GenericNack);
    assert_eq!(
        sent(client.poll_transmit()),
        [
            nack(0x31, Status::INVALID_MESSAGE_LENGTH),
            nack(0x32, Status::INVALID_COMMAND_ID),
            Pdu::response(0, Status::OK, Body::EnquireLinkResp),
        ]
    );
    assert_eq!(client.poll_event(), None);
    assert!(client.is_bound());
}

#[test]
fn a_length_out_of_bounds_ends_the_stream() {
    for length in [15_u32, 0, 65_537, u32::MAX] {
        let (mut client, _server) = bound_pair();
        client.handle_bytes(0, &length.to_be_bytes());
        let nack = Pdu::response(0, Status::INVALID_COMMAND_LENGTH, Body::GenericNack);
        assert_eq!(sent(client.poll_transmit()), [nack]);
        assert_eq!(client.poll_event(), Some(ClientEvent::Closed(CloseReason::BadLength)));
        client.handle_bytes(1, &header(0x15, 9));
        assert_eq!((client.poll_transmit(), client.poll_event()), (None, None));
    }
}

#[test]
fn a_nack_answers_a_submit() {
    let (mut client, _server) = bound_pair();
    let sequence = client.submit(0, text("1")).expect("room");
    client.handle_bytes(0, &bytes(&Pdu::response(sequence, Status::INVALID_COMMAND_ID, Body::GenericNack)));
    let status = Status::INVALID_COMMAND_ID;
    let message_id = String::new();
    let expected = ClientEvent::Answered { sequence, status, message_id, congestion: None };
    assert_eq!((client.poll_event(), client.room()), (Some(expected), 2));
}

#[test]
fn the_smsc_refuses_what_the_bind_does_not_allow() {
    let mut server = ServerSession::new(SERVER, 0);
    let submit = |sequence| bytes(&Pdu::request(sequence, Body::SubmitSm(text("x"))));
    server.handle_bytes(0, &submit(1));
    let refused =
        |sequence, status| Pdu::response(sequence, status, Body::SubmitSmResp(MessageResp::default()));
    assert_eq!(sent(server.poll_transmit()), [refused(1, Status::WRONG_BIND_STATE)]);
    let config = client_config(BindMode::Receiver);
    let bind = bytes(&Pdu::request(2, Body::Bind(BindMode::Receiver, config.bind)));
    server.handle_bytes(0, &bind);
    server.accept_bind("smsc").expect("fits");
    server.poll_transmit();
    server.handle_bytes(0, &submit(3));
    assert_eq!(sent(server.poll_transmit()), [refused(3, Status::WRONG_BIND_STATE)]);
    server.handle_bytes(0, &bind);
    assert_eq!(sent(server.poll_transmit())[0].status, Status::ALREADY_BOUND);
    assert!(server.may_deliver());

    let (_client, mut server) = bound_pair();
    for sequence in 1..=4 {
        server.handle_bytes(0, &submit(sequence));
    }
    assert_eq!(sent(server.poll_transmit()), [refused(4, Status::QUEUE_FULL)]);
    assert!(matches!(server.poll_event(), Some(ServerEvent::Submitted { sequence: 1, .. })));
    // Answers may come in any order, and make room.
    server.answer_submit(3, Err(Status::THROTTLED)).expect("fits");
    server.handle_bytes(0, &submit(5));
    assert_eq!(sent(server.poll_transmit()), [refused(3, Status::THROTTLED)]);
}

#[test]
fn the_smsc_delivers_within_its_window_and_only_to_receivers() {
    let mut server = ServerSession::new(SERVER, 0);
    assert_eq!(server.deliver(0, text("x")), Err(SendError::NotBound));
    let (_client, mut server) = bound_pair();
    let first = server.deliver(0, text("1")).expect("room");
    assert!(server.deliver(0, text("2")).is_ok());
    assert_eq!(server.deliver(0, text("3")), Err(SendError::WindowFull));
    server.handle_timeout(5_000);
    assert_eq!(server.poll_event(), Some(ServerEvent::DeliverUnanswered { sequence: first }));

    let mut transmitter = ServerSession::new(SERVER, 0);
    let bind = client_config(BindMode::Transmitter).bind;
    transmitter.handle_bytes(0, &bytes(&Pdu::request(1, Body::Bind(BindMode::Transmitter, bind))));
    transmitter.accept_bind("smsc").expect("fits");
    assert_eq!(transmitter.deliver(0, text("x")), Err(SendError::NotBound));
}

/// SMPP 3.4, 1.6.3: a client of an earlier version is not sent optional parameters.
#[test]
fn an_old_client_gets_no_parameters() {
    let mut server = ServerSession::new(SERVER, 0);
    let mut bind = client_config(BindMode::Transceiver).bind;
    bind.interface_version = 0x33;
    server.handle_bytes(0, &bytes(&Pdu::request(1, Body::Bind(BindMode::Transceiver, bind))));
    server.accept_bind("smsc").expect("fits");
    let out = server.poll_transmit().expect("an answer");
    let frame = Frame::parse(&out).expect("a header");
    let Body::BindResp(_, resp) = decode(&frame).expect("our own unit").body else { panic!("a bind answer") };
    assert_eq!(resp.tlvs, Tlvs::default());
}
