//! What must hold for any bytes, any cuts and any order of events.

#![allow(clippy::expect_used)] // a test that cannot set itself up stops there

use std::collections::HashSet;

use countersign_smpp::pdu::{
    Address, Bind, BindMode, BindResp, Body, Frame, FrameReader, MessageResp, Octets, Outbind, Pdu,
    ShortMessage, Tlv, Tlvs, decode, encode, tag,
};
use countersign_smpp::receipt::parse;
use countersign_smpp::session::{ClientConfig, ClientEvent, ClientSession, SendError};
use countersign_smpp::status::Status;
use countersign_smpp::text::{self, Alphabet, LongMessage, Reassembler, part_header, segment};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

fn ascii(length_max: usize) -> impl Strategy<Value = String> {
    vec(0x20_u8..0x7F, 0..=length_max).prop_map(|octets| octets.into_iter().map(char::from).collect())
}

fn address(length_max: usize) -> impl Strategy<Value = Address> {
    (any::<u8>(), any::<u8>(), ascii(length_max)).prop_map(|(ton, npi, value)| Address { ton, npi, value })
}

/// Tags that have no fixed length.
fn tlvs() -> impl Strategy<Value = Tlvs> {
    vec((0x1400_u16..0x1500, vec(any::<u8>(), 0..40)), 0..4)
        .prop_map(|list| Tlvs(list.into_iter().map(|(tag, value)| Tlv::new(tag, value)).collect()))
}

fn time() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), (0_u64..10_u64.pow(15)).prop_map(|at| format!("{at:015}R"))]
}

fn short_message() -> impl Strategy<Value = ShortMessage> {
    let fields = (ascii(5), address(20), address(20), time(), time());
    let flags = (any::<[u8; 5]>(), 0_u8..=3, 0_u8..=1);
    (fields, flags, vec(any::<u8>(), 0..=254), tlvs()).prop_map(
        |(
            (service_type, source, destination, schedule, validity),
            (octets, priority, replace),
            text,
            tlvs,
        )| {
            ShortMessage {
                service_type,
                source,
                destination,
                esm_class: octets[0],
                protocol_id: octets[1],
                priority_flag: priority,
                schedule_delivery_time: schedule,
                validity_period: validity,
                registered_delivery: octets[2],
                replace_if_present: replace,
                data_coding: octets[3],
                sm_default_msg_id: octets[4],
                short_message: Octets(text),
                tlvs,
            }
        },
    )
}

fn mode() -> impl Strategy<Value = BindMode> {
    prop_oneof![Just(BindMode::Transmitter), Just(BindMode::Receiver), Just(BindMode::Transceiver)]
}

fn bind() -> impl Strategy<Value = Bind> {
    (ascii(15), ascii(8), ascii(12), any::<u8>(), address(40)).prop_map(
        |(system_id, password, system_type, interface_version, address_range)| Bind {
            system_id,
            password,
            system_type,
            interface_version,
            address_range,
        },
    )
}

fn body() -> impl Strategy<Value = Body> {
    let resp = || (ascii(64), tlvs()).prop_map(|(message_id, tlvs)| MessageResp { message_id, tlvs });
    prop_oneof![
        Just(Body::GenericNack),
        Just(Body::Unbind),
        Just(Body::UnbindResp),
        Just(Body::EnquireLink),
        Just(Body::EnquireLinkResp),
        (mode(), bind()).prop_map(|(mode, bind)| Body::Bind(mode, bind)),
        (mode(), ascii(15), tlvs())
            .prop_map(|(mode, system_id, tlvs)| Body::BindResp(mode, BindResp { system_id, tlvs })),
        (ascii(15), ascii(8))
            .prop_map(|(system_id, password)| Body::Outbind(Outbind { system_id, password })),
        short_message().prop_map(Body::SubmitSm),
        short_message().prop_map(Body::DeliverSm),
        resp().prop_map(Body::SubmitSmResp),
        tlvs().prop_map(|tlvs| Body::DeliverSmResp(MessageResp { message_id: String::new(), tlvs })),
        (0x0100_u32..0x0200, vec(any::<u8>(), 0..64))
            .prop_map(|(command_id, body)| Body::Unknown { command_id, body: Octets(body) }),
    ]
}

fn pdu() -> impl Strategy<Value = Pdu> {
    (any::<u32>(), 1_u32..=0x7FFF_FFFF, body()).prop_map(|(status, sequence, body)| Pdu {
        status: Status(status),
        sequence,
        body,
    })
}

fn frames(reader: &mut FrameReader) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    while let Ok(Some(frame)) = reader.next_frame() {
        let words = [frame.command_id, frame.status.0, frame.sequence];
        all.push(
            words.iter().flat_map(|word| word.to_be_bytes()).chain(frame.body.iter().copied()).collect(),
        );
    }
    all
}

fn client(window: usize) -> ClientSession {
    let config = ClientConfig {
        mode: BindMode::Transceiver,
        bind: Bind {
            system_id: "esme".to_owned(),
            password: "secret".to_owned(),
            system_type: String::new(),
            interface_version: 0x34,
            address_range: Address::default(),
        },
        window,
        enquire_idle_ms: 50,
        response_timeout_ms: 20,
    };
    let mut client = ClientSession::new(config, 0).expect("fits");
    let resp = Body::BindResp(BindMode::Transceiver, BindResp::default());
    client.handle_bytes(0, &encode(&Pdu::response(1, Status::OK, resp)).expect("fits"));
    client
}

#[derive(Clone, Debug)]
enum Step {
    Submit,
    /// One of the outstanding, well or not.
    Answer(Index, bool),
    /// Nothing of ours.
    Stray(u32),
    Wait(u64),
    Bytes(Vec<u8>),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Submit),
        3 => (any::<Index>(), any::<bool>()).prop_map(|(which, well)| Step::Answer(which, well)),
        1 => any::<u32>().prop_map(Step::Stray),
        1 => (0_u64..15).prop_map(Step::Wait),
        1 => vec(any::<u8>(), 0..24).prop_map(Step::Bytes),
    ]
}

/// Our own list of what waits, told by the events alone.
fn settle(client: &mut ClientSession, outstanding: &mut Vec<u32>) -> bool {
    let mut open = true;
    while let Some(event) = client.poll_event() {
        match event {
            ClientEvent::Answered { sequence, .. } | ClientEvent::Unanswered { sequence } => {
                let at = outstanding.iter().position(|waiting| *waiting == sequence);
                outstanding.swap_remove(at.expect("each number comes back once"));
            }
            ClientEvent::Closed(_) => open = false,
            ClientEvent::Bound { .. } | ClientEvent::LateAnswer { .. } | ClientEvent::Delivered(_) => {}
        }
    }
    open
}

proptest! {
    #[test]
    fn any_bytes_decode_without_a_panic(
        bytes in vec(any::<u8>(), 0..400),
        command in 0_u32..0x18,
        resp: bool,
    ) {
        if let Some(frame) = Frame::parse(&bytes) {
            let _ = decode(&frame);
            let command_id = if resp { command | 0x8000_0000 } else { command };
            if let Ok(Pdu { body: Body::DeliverSm(message), .. }) = decode(&Frame { command_id, ..frame }) {
                let _ = (parse(&message), part_header(&message));
                let _ = text::decode(message.content(), message.data_coding, Alphabet::Gsm);
            }
        }
    }

    #[test]
    fn what_is_written_reads_back(pdu in pdu()) {
        let bytes = encode(&pdu).expect("within the specification");
        let mut reader = FrameReader::new();
        reader.push(&bytes);
        let frame = reader.next_frame().expect("a good length").expect("a whole frame");
        prop_assert_eq!(decode(&frame), Ok(pdu));
    }

    #[test]
    fn a_stream_gives_the_same_frames_however_it_is_cut(
        pdus in vec(pdu(), 1..6),
        cuts in vec(any::<Index>(), 0..12),
    ) {
        let stream: Vec<u8> = pdus.iter().flat_map(|pdu| encode(pdu).expect("fits")).collect();
        let mut whole = FrameReader::new();
        whole.push(&stream);
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len())).collect();
        ends.push(stream.len());
        ends.sort_unstable();
        let (mut pieces, mut reader, mut from) = (Vec::new(), FrameReader::new(), 0);
        for end in ends {
            reader.push(&stream[from..end]);
            pieces.extend(frames(&mut reader));
            from = end;
        }
        prop_assert_eq!(pieces.len(), pdus.len());
        prop_assert_eq!(pieces, frames(&mut whole));
    }

    #[test]
    fn parts_in_any_order_make_the_text_again(
        words in prop_oneof!["[a-z€^{}\\[~@]{0,500}", "[а-я😀a-z]{0,200}", "\\PC{0,200}"],
        order in vec(any::<Index>(), 0..16),
        reference: u16,
        sar: bool,
    ) {
        let long = if sar { LongMessage::Sar } else { LongMessage::Udh };
        let mut parts = segment(&words, Alphabet::Gsm, long, reference).expect("short enough").parts;
        for (at, with) in order.iter().enumerate() {
            let (at, with) = (at % parts.len(), with.index(parts.len()));
            parts.swap(at, with);
        }
        let mut reassembler = Reassembler::new(4, 1_000);
        let mut whole = Vec::new();
        let mut data_coding = 0;
        for part in &parts {
            let mut message = ShortMessage::default();
            part.apply(&mut message);
            prop_assert!(message.short_message.len() <= 160);
            prop_assert!(encode(&Pdu::request(1, Body::SubmitSm(message.clone()))).is_ok());
            data_coding = message.data_coding;
            whole.extend(reassembler.push(0, &message));
        }
        prop_assert_eq!(whole.len(), 1);
        let read = text::decode(&whole[0], data_coding, Alphabet::Gsm);
        prop_assert_eq!(read.as_deref(), Some(words.as_str()));
        prop_assert_eq!(reassembler.waiting(), 0);
    }

    #[test]
    fn a_session_keeps_to_its_window_and_reuses_no_number(
        window in 1_usize..5,
        steps in vec(step(), 1..120),
    ) {
        let mut client = client(window);
        let (mut now, mut outstanding) = (0, Vec::new());
        for step in steps {
            match step {
                Step::Submit => match client.submit(now, ShortMessage::default()) {
                    Ok(sequence) => outstanding.push(sequence),
                    Err(error) => {
                        prop_assert_eq!((error, outstanding.len()), (SendError::WindowFull, window));
                    }
                },
                Step::Answer(which, well) => if !outstanding.is_empty() {
                    let sequence = *which.get(&outstanding);
                    let status = if well { Status::OK } else { Status::THROTTLED };
                    let resp = Body::SubmitSmResp(MessageResp::default());
                    client.handle_bytes(now, &encode(&Pdu::response(sequence, status, resp)).expect("fits"));
                },
                Step::Stray(sequence) => {
                    let known = outstanding.contains(&sequence);
                    let resp = Body::SubmitSmResp(MessageResp::default());
                    let resp = Pdu::response(sequence, Status::OK, resp);
                    if !known {
                        client.handle_bytes(now, &encode(&resp).expect("fits"));
                    }
                }
                Step::Wait(ms) => now += ms,
                Step::Bytes(body) => {
                    let pdu = Pdu::request(7, Body::Unknown { command_id: 0x0123, body: Octets(body) });
                    client.handle_bytes(now, &encode(&pdu).expect("fits"));
                }
            }
            client.handle_timeout(now);
            if !settle(&mut client, &mut outstanding) {
                prop_assert!(outstanding.is_empty());
                return Ok(());
            }
            prop_assert!(outstanding.len() <= window);
            prop_assert_eq!(outstanding.iter().collect::<HashSet<_>>().len(), outstanding.len());
            prop_assert!(client.next_timeout().is_some_and(|at| at > now));
        }
    }
}

#[test]
fn incomplete_messages_are_bounded_in_number_and_time() {
    let part = |reference| {
        let text = "a".repeat(200);
        let mut message = ShortMessage::default();
        segment(&text, Alphabet::Gsm, LongMessage::Udh, reference).expect("short").parts[0]
            .apply(&mut message);
        message
    };
    let mut reassembler = Reassembler::new(3, 1_000);
    for reference in 0..10 {
        assert_eq!(reassembler.push(u64::from(reference), &part(reference)), None);
    }
    assert_eq!(reassembler.waiting(), 3);
    reassembler.push(1_008, &part(50));
    assert_eq!(reassembler.waiting(), 2, "those whose second was up are gone");
}

/// Two payloads of 40 KB under one `sar` header are more than a message of 255 short parts.
#[test]
fn incomplete_messages_are_bounded_in_octets() {
    let part = |number: u8| {
        let mut message = ShortMessage::default();
        message.tlvs.push(Tlv::new(tag::SAR_MSG_REF_NUM, [0, 7]));
        message.tlvs.push(Tlv::new(tag::SAR_TOTAL_SEGMENTS, [3]));
        message.tlvs.push(Tlv::new(tag::SAR_SEGMENT_SEQNUM, [number]));
        message.tlvs.push(Tlv::new(tag::MESSAGE_PAYLOAD, vec![b'a'; 40_000]));
        message
    };
    let mut reassembler = Reassembler::new(3, 1_000);
    for _ in 0..3 {
        assert_eq!(reassembler.push(0, &part(1)), None);
        assert_eq!(reassembler.waiting(), 1, "the same part again replaces itself");
    }
    assert_eq!(reassembler.push(0, &part(2)), None);
    assert_eq!(reassembler.waiting(), 0);
}
