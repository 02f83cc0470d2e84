//! Odd units that real SMSCs and clients send, and what each must decode to. The first 23 kinds come from
//! delivery.md section 1, where they were tried on five other codecs. Written by hand from SMPP 3.4: header
//! words in hex, then the body in hex with runs of ASCII in quotes.

#![allow(clippy::expect_used)] // a test that cannot set itself up stops there

use countersign_smpp::pdu::{
    Bind, BindMode, BindResp, Body, DecodeError, Frame, FrameReader, MessageResp, Pdu, ShortMessage, decode,
    encode, tag,
};
use countersign_smpp::receipt::{MessageState, Receipt, parse};
use countersign_smpp::status::Status;

type Case = (&'static str, &'static str, fn(&Pdu));

const READABLE: &[Case] = &[
    (
        "message_id_of_70",
        "00000057 80000004 00000000 00000001 \
         '0123456789012345678901234567890123456789012345678901234567890123456789' 00",
        |pdu| {
            submit_resp(pdu, &"0123456789".repeat(7));
        },
    ),
    ("message_id_without_nul", "00000016 80000004 00000000 00000001 'abc123'", |pdu| {
        submit_resp(pdu, "abc123");
    }),
    (
        "receipted_message_id_without_nul",
        "00000040 00000005 00000000 00000002 000101 '491701234567' 000300 '12345' \
         0004000000000000000000001E0005 '2ff01' 0427000102",
        |pdu| {
            let message = deliver(pdu);
            assert_eq!(message.tlvs.text(tag::RECEIPTED_MESSAGE_ID).as_deref(), Some("2ff01"));
        },
    ),
    (
        "message_state_of_two_octets",
        "0000003E 00000005 00000000 00000002 000101 '491701234567' 000300 '12345' \
         0004000000000000000000001E00023700042700020002",
        |pdu| {
            assert_eq!(receipt(pdu).state, MessageState::Delivered);
        },
    ),
    (
        "message_state_of_two_octets_state_first",
        "0000003E 00000005 00000000 00000002 000101 '491701234567' 000300 '12345' \
         0004000000000000000000001E00023700042700020200",
        |pdu| {
            assert_eq!(receipt(pdu).state, MessageState::Delivered);
        },
    ),
    (
        "latin_1_in_source_addr",
        "0000002C 00000005 00000000 00000003 000500436166E9000300 '12345' \
         00000000000000000000026869",
        |pdu| {
            assert_eq!(deliver(pdu).source.value, "Café");
        },
    ),
    (
        "source_addr_of_21",
        "0000003D 00000005 00000000 00000003 000101 '111111111111111111111' 000300 '12345' \
         00000000000000000000026869",
        |pdu| {
            assert_eq!(deliver(pdu).source.value, "1".repeat(21));
        },
    ),
    (
        "validity_period_of_10",
        "0000003E 00000004 00000000 00000003 000101 '491701234567' 000300 '12345' 0000000000 \
         '2611221430' 0000000000026869",
        |pdu| {
            assert_eq!(submit(pdu).validity_period, "2611221430");
        },
    ),
    (
        "service_type_of_8",
        "0000003C 00000004 00000000 00000003 'OTPALERT' 000101 '491701234567' 000300 '12345' \
         00000000000000000000026869",
        |pdu| {
            assert_eq!(submit(pdu).service_type, "OTPALERT");
        },
    ),
    ("one_trailing_byte", "00000014 80000004 00000000 00000001 353500FF", |pdu| {
        submit_resp(pdu, "55");
    }),
    (
        "one_trailing_byte_after_deliver",
        "00000035 00000005 00000000 00000004 000101 '491701234567' 000300 '12345' \
         0000000000000000000002686900",
        |pdu| {
            assert_eq!(&*deliver(pdu).short_message, b"hi");
        },
    ),
    ("system_id_of_20", "0000002A 80000009 00000000 00000001 'SSSSSSSSSSSSSSSSSSSS' 000210000134", |pdu| {
        let resp = bind_resp(pdu);
        assert_eq!(resp.system_id, "S".repeat(20));
        assert_eq!(resp.tlvs.number(tag::SC_INTERFACE_VERSION), Some(0x34));
    }),
    (
        "bind_with_system_id_of_20",
        "00000031 00000009 00000000 00000001 'EEEEEEEEEEEEEEEEEEEE' 00 'secret' 000034000000",
        |pdu| {
            assert_eq!(bind(pdu).system_id, "E".repeat(20));
        },
    ),
    ("submit_resp_error_header_only", "00000010 80000004 00000058 00000009", |pdu| {
        assert_eq!(pdu.status, Status::THROTTLED);
        submit_resp(pdu, "");
    }),
    ("bind_resp_error_header_only", "00000010 80000009 0000000E 00000001", |pdu| {
        assert_eq!(pdu.status, Status::INVALID_PASSWORD);
        assert_eq!(bind_resp(pdu).system_id, "");
    }),
    ("deliver_resp_header_only", "00000010 80000005 00000000 00000005", |pdu| {
        assert_eq!(pdu.body, Body::DeliverSmResp(MessageResp::default()));
    }),
    ("enquire_link_with_junk", "00000012 00000015 00000000 00000006 DEAD", |pdu| {
        assert_eq!(pdu.body, Body::EnquireLink);
    }),
    ("enquire_link_resp_with_junk", "00000011 80000015 00000000 00000006 00", |pdu| {
        assert_eq!(pdu.body, Body::EnquireLinkResp);
    }),
    ("unbind_with_junk", "00000013 00000006 00000000 00000006 627965", |pdu| {
        assert_eq!(pdu.body, Body::Unbind);
    }),
    ("v5_congestion_state_in_response", "00000018 80000004 00000000 00000001 373700042800015A", |pdu| {
        assert_eq!(submit_resp(pdu, "77").tlvs.number(tag::CONGESTION_STATE), Some(90));
    }),
    ("v5_interface_version", "0000001D 00000001 00000000 00000001 'esme' 007077000050000000", |pdu| {
        assert_eq!(bind(pdu).interface_version, 0x50);
        assert!(matches!(pdu.body, Body::Bind(BindMode::Receiver, _)));
    }),
    ("v5_broadcast_sm", "00000013 00000111 00000000 7FFFFFFF 000102", |pdu| {
        assert_eq!(unknown(pdu), (0x111, &[0, 1, 2][..]));
        assert_eq!(pdu.sequence, 0x7FFF_FFFF);
    }),
    ("vendor_command", "00000010 00010203 00000000 00000001", |pdu| {
        assert_eq!(unknown(pdu), (0x0001_0203, &[][..]));
    }),
    (
        "unknown_tlv",
        "00000041 00000005 00000000 00000007 000101 '491701234567' 000300 '12345' \
         000000000000000000000268691403000378797A02040002002A",
        |pdu| {
            let message = deliver(pdu);
            assert_eq!(message.tlvs.get(0x1403), Some(&b"xyz"[..]));
            assert_eq!(message.tlvs.number(tag::USER_MESSAGE_REFERENCE), Some(42));
        },
    ),
    (
        "tlv_cut_off_at_the_end",
        "00000040 00000005 00000000 00000007 000101 '491701234567' 000300 '12345' \
         0000000000000000000002686902040002002A001E00056162",
        |pdu| {
            let message = deliver(pdu);
            assert_eq!(message.tlvs.number(tag::USER_MESSAGE_REFERENCE), Some(42));
            assert_eq!(message.tlvs.get(tag::RECEIPTED_MESSAGE_ID), None);
        },
    ),
    (
        "tlv_without_value",
        "00000038 00000005 00000000 00000007 000101 '491701234567' 000300 '12345' \
         0000000000000000000002686904270000",
        |pdu| {
            assert_eq!(deliver(pdu).tlvs.get(tag::MESSAGE_STATE), Some(&[][..]));
            assert_eq!(deliver(pdu).tlvs.number(tag::MESSAGE_STATE), None);
        },
    ),
    (
        "message_payload_in_deliver",
        "00000047 00000005 00000000 00000008 000101 '491701234567' 000300 '12345' \
         000400000000000000000004240011 'id:7' 20 'stat:DELIVRD'",
        |pdu| {
            assert_eq!(deliver(pdu).content(), b"id:7 stat:DELIVRD");
            assert_eq!(receipt(pdu).message_id, "7");
        },
    ),
    (
        "short_message_with_nul_inside",
        "00000035 00000004 00000000 00000008 000101 '491701234567' 000300 '12345' \
         0000000000000000000003610062",
        |pdu| {
            assert_eq!(&*submit(pdu).short_message, b"a\0b");
        },
    ),
    (
        "short_message_of_255",
        "00000131 00000004 00000000 00000008 000101 '491701234567' 000300 '12345' \
         00000000000000000000FF \
         'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' \
         'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' \
         'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' \
         'AAAAAAAAAAAAAAAAAAAAA'",
        |pdu| {
            assert_eq!(submit(pdu).short_message.len(), 255);
        },
    ),
    ("generic_nack", "00000010 80000000 00000003 00000000", |pdu| {
        assert_eq!(pdu.body, Body::GenericNack);
        assert_eq!((pdu.status, pdu.sequence), (Status::INVALID_COMMAND_ID, 0));
    }),
    ("outbind", "00000018 0000000B 00000000 00000001 'smsc' 00707700", |pdu| {
        let Body::Outbind(outbind) = &pdu.body else { panic!("not an outbind") };
        assert_eq!((outbind.system_id.as_str(), outbind.password.as_str()), ("smsc", "pw"));
    }),
    ("bind_without_the_last_nul", "0000001C 00000002 00000000 00000001 'esme' 0070770000340000", |pdu| {
        assert_eq!(bind(pdu).address_range.value, "");
    }),
];

const UNREADABLE: &[(&str, &str, DecodeError)] = &[
    (
        "sm_length_beyond_the_end",
        "00000034 00000005 00000000 00000021 000101 '491701234567' 000300 '12345' \
         00000000000000000000C86869",
        DecodeError { command_id: 5, sequence: 0x21, status: Status::INVALID_MESSAGE_LENGTH },
    ),
    (
        "submit_sm_length_beyond_the_end",
        "00000034 00000004 00000000 00000022 000101 '491701234567' 000300 '12345' \
         00000000000000000000036869",
        DecodeError { command_id: 4, sequence: 0x22, status: Status::INVALID_MESSAGE_LENGTH },
    ),
    (
        "submit_without_a_body",
        "00000010 00000004 00000000 00000023",
        DecodeError { command_id: 4, sequence: 0x23, status: Status::INVALID_COMMAND_LENGTH },
    ),
    (
        "deliver_that_stops_after_the_addresses",
        "00000021 00000005 00000000 00000024 000101 '49170' 000300 '12345' 00",
        DecodeError { command_id: 5, sequence: 0x24, status: Status::INVALID_COMMAND_LENGTH },
    ),
    (
        "bind_that_stops_after_the_password",
        "00000018 00000009 00000000 00000025 'esme' 00707700",
        DecodeError { command_id: 9, sequence: 0x25, status: Status::INVALID_COMMAND_LENGTH },
    ),
];

fn submit_resp<'a>(pdu: &'a Pdu, message_id: &str) -> &'a MessageResp {
    let Body::SubmitSmResp(resp) = &pdu.body else { panic!("not a submit_sm_resp") };
    assert_eq!(resp.message_id, message_id);
    resp
}

fn submit(pdu: &Pdu) -> &ShortMessage {
    let Body::SubmitSm(message) = &pdu.body else { panic!("not a submit_sm") };
    assert_eq!(message.destination.value, "12345");
    message
}

fn deliver(pdu: &Pdu) -> &ShortMessage {
    let Body::DeliverSm(message) = &pdu.body else { panic!("not a deliver_sm") };
    assert_eq!(message.destination.value, "12345");
    message
}

fn receipt(pdu: &Pdu) -> Receipt {
    parse(deliver(pdu)).expect("a receipt")
}

fn bind(pdu: &Pdu) -> &Bind {
    let Body::Bind(_, bind) = &pdu.body else { panic!("not a bind") };
    bind
}

fn bind_resp(pdu: &Pdu) -> &BindResp {
    let Body::BindResp(BindMode::Transceiver, resp) = &pdu.body else {
        panic!("not a bind_transceiver_resp")
    };
    resp
}

fn unknown(pdu: &Pdu) -> (u32, &[u8]) {
    let Body::Unknown { command_id, body } = &pdu.body else { panic!("not unknown") };
    (*command_id, body)
}

fn bytes(notation: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for token in notation.split_whitespace() {
        if let Some(text) = token.strip_prefix('\'') {
            out.extend_from_slice(text.strip_suffix('\'').expect("a closing quote").as_bytes());
        } else {
            let digits: Vec<u8> = token.chars().map(|digit| digit.to_digit(16).expect("hex") as u8).collect();
            out.extend(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]));
        }
    }
    out
}

#[test]
fn every_odd_unit_reads_as_it_was_meant() {
    assert!(READABLE.len() + UNREADABLE.len() >= 23);
    for (name, notation, check) in READABLE {
        let bytes = bytes(notation);
        let frame = Frame::parse(&bytes).expect(name);
        let pdu = decode(&frame).unwrap_or_else(|error| panic!("{name}: {error}"));
        println!("{name}");
        check(&pdu);
    }
}

#[test]
fn what_cannot_be_read_says_which_unit_it_was_and_what_to_answer() {
    for (name, notation, expected) in UNREADABLE {
        let bytes = bytes(notation);
        let frame = Frame::parse(&bytes).expect(name);
        assert_eq!(decode(&frame).as_ref(), Err(expected), "{name}");
    }
}

/// Whatever stands in a unit, the next one is read from where it starts.
#[test]
fn the_whole_corpus_in_one_stream_stays_in_step() {
    let mut stream = Vec::new();
    let all = || READABLE.iter().map(|case| case.1).chain(UNREADABLE.iter().map(|case| case.1));
    for notation in all() {
        stream.extend(bytes(notation));
    }
    let mut reader = FrameReader::new();
    reader.push(&stream);
    for notation in all() {
        let bytes = bytes(notation);
        let expected = Frame::parse(&bytes).expect("a header");
        assert_eq!(reader.next_frame(), Ok(Some(expected)));
    }
    assert_eq!(reader.next_frame(), Ok(None));
}

/// What we would never send ourselves: the encoder refuses each of these once it has been read.
#[test]
fn odd_fields_are_read_but_not_written() {
    let refused = [
        "message_id_of_70",
        "receipted_message_id_without_nul",
        "message_state_of_two_octets",
        "latin_1_in_source_addr",
        "source_addr_of_21",
        "validity_period_of_10",
        "service_type_of_8",
        "system_id_of_20",
        "short_message_of_255",
        "tlv_without_value",
    ];
    for name in refused {
        let (_, notation, _) = READABLE.iter().find(|case| case.0 == name).expect(name);
        let bytes = bytes(notation);
        let pdu = decode(&Frame::parse(&bytes).expect(name)).expect(name);
        assert!(encode(&pdu).is_err(), "{name}");
    }
}

#[test]
fn nothing_private_is_printed() {
    for (name, notation, _) in READABLE {
        let bytes = bytes(notation);
        let printed = format!("{:?}", decode(&Frame::parse(&bytes).expect(name)));
        for private in ["491701234567", "\"12345\"", "hi", "Caf", "secret", "\"pw\"", "DELIVRD"] {
            assert!(!printed.contains(private), "{name} prints {private}: {printed}");
        }
    }
}
