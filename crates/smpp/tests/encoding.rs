//! Our bytes against those of strangers: units and parts written by PyPI smpplib, septets by perl's Encode.

#![allow(clippy::expect_used)] // a test that cannot set itself up stops there

use countersign_smpp::gsm7;
use countersign_smpp::pdu::{
    Address, Bind, BindMode, Body, EncodeError, MessageResp, Octets, Pdu, ShortMessage, Tlv, encode, tag,
};
use countersign_smpp::status::Status;
use countersign_smpp::text::{Alphabet, Coding, LongMessage, decode, part_header, segment};

const SMPPLIB: &str = include_str!("fixtures/smpplib.txt");
const GSM0338: &str = include_str!("fixtures/gsm0338.txt");

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn smpplib(name: &str) -> &'static str {
    let rest = SMPPLIB.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    rest.unwrap_or_else(|| panic!("{name} is in the fixture"))
}

fn bind(mode: BindMode, sequence: u32) -> Pdu {
    let bind = Bind {
        system_id: "esme".to_owned(),
        password: "secret".to_owned(),
        system_type: String::new(),
        interface_version: 0x34,
        address_range: Address::default(),
    };
    Pdu::request(sequence, Body::Bind(mode, bind))
}

fn submit() -> ShortMessage {
    ShortMessage {
        source: Address::alphanumeric("Acme"),
        destination: Address::international("+491701234567"),
        validity_period: "000000000500000R".to_owned(),
        registered_delivery: 1,
        short_message: Octets(b"\x00123456 is your code".to_vec()),
        ..ShortMessage::default()
    }
}

#[test]
fn units_are_those_of_smpplib() {
    let cases = [
        ("bind_transceiver", bind(BindMode::Transceiver, 1)),
        ("bind_receiver", bind(BindMode::Receiver, 2)),
        ("bind_transmitter", bind(BindMode::Transmitter, 3)),
        ("submit_sm", Pdu::request(0x7FFF_FFFF, Body::SubmitSm(submit()))),
        ("enquire_link", Pdu::request(5, Body::EnquireLink)),
        ("unbind", Pdu::request(6, Body::Unbind)),
    ];
    for (name, pdu) in cases {
        assert_eq!(hex(&encode(&pdu).expect(name)), smpplib(name), "{name}");
    }
}

#[test]
fn parts_are_those_of_smpplib() {
    let texts =
        [("gsm_parts", "code @ £42 à ".repeat(40)), ("ucs2_parts", "код подтверждения 42 ".repeat(15))];
    for (family, text) in texts {
        let parts = segment(&text, Alphabet::Gsm, LongMessage::Udh, 0x012A).expect(family).parts;
        let expected = SMPPLIB.lines().filter(|line| line.starts_with(family)).count();
        assert_eq!(parts.len(), expected, "{family}");
        for (number, part) in (1..).zip(parts) {
            let mut message = ShortMessage::default();
            part.apply(&mut message);
            let written =
                format!("{} {} {}", message.data_coding, message.esm_class, hex(&message.short_message));
            assert_eq!(written, smpplib(&format!("{family}_{number}")), "{family} {number}");
        }
    }
}

#[test]
fn every_character_of_the_gsm_alphabet_has_the_septets_of_the_standard() {
    let mut rows = 0;
    for line in GSM0338.lines().filter(|line| !line.starts_with('#')) {
        let (septets, code_point) = line.split_once(' ').expect("two columns");
        let character =
            char::from_u32(u32::from_str_radix(code_point, 16).expect("hex")).expect("a character");
        let encoded = gsm7::encode(&character.to_string()).expect("in the alphabet");
        assert_eq!(hex(&encoded).to_uppercase(), septets, "{character:?}");
        assert_eq!(gsm7::decode(&encoded), character.to_string());
        assert_eq!(gsm7::septet_count(&character.to_string()), Some(septets.len() / 2));
        rows += 1;
    }
    assert_eq!(rows, 137);
    let known = (0..=0x10_FFFF).filter_map(char::from_u32).filter(|at| gsm7::septets(*at).is_some()).count();
    assert_eq!(known, 137, "nothing else is in the alphabet");
}

/// 3GPP TS 23.038, 6.2.1.1: a receiver that lacks an extension shows the character of the default table.
#[test]
fn odd_septets_lose_nothing_else() {
    assert_eq!(gsm7::decode(&[0x41, 0x1B, 0x41, 0x80, 0x42, 0x1B]), "AA\u{FFFD}B\u{FFFD}");
}

#[test]
fn the_route_s_alphabet_decides_the_octets_and_ucs_2_takes_the_rest() {
    let octets = |text: &str, alphabet| {
        let segmented = segment(text, alphabet, LongMessage::Udh, 0).expect("short");
        let mut message = ShortMessage::default();
        segmented.parts[0].apply(&mut message);
        (segmented.coding, message.data_coding, message.short_message.0)
    };
    let default = |alphabet| Coding::Default(alphabet);
    assert_eq!(octets("@é", Alphabet::Gsm), (default(Alphabet::Gsm), 0, vec![0x00, 0x05]));
    assert_eq!(octets("@é[", Alphabet::Latin1), (default(Alphabet::Latin1), 0, vec![0x40, 0xE9, 0x5B]));
    assert_eq!(octets("@_", Alphabet::Ascii), (default(Alphabet::Ascii), 0, vec![0x40, 0x5F]));
    assert_eq!(octets("é", Alphabet::Ascii), (Coding::Ucs2, 8, vec![0x00, 0xE9]));
    assert_eq!(octets("€", Alphabet::Latin1), (Coding::Ucs2, 8, vec![0x20, 0xAC]));
    // In Latin-1 and ASCII, but on no handset that has only the GSM alphabet.
    assert_eq!(octets("`", Alphabet::Ascii), (Coding::Ucs2, 8, vec![0x00, 0x60]));
    assert_eq!(octets("á", Alphabet::Latin1), (Coding::Ucs2, 8, vec![0x00, 0xE1]));
}

/// Limits of 3GPP TS 23.040: 160 and 153 septets, 70 and 67 units, an extension counts two, a surrogate
/// pair counts two.
#[test]
fn parts_are_counted_at_their_limits() {
    let parts = |text: String| segment(&text, Alphabet::Gsm, LongMessage::Udh, 1).map(|cut| cut.parts.len());
    assert_eq!(parts(String::new()), Ok(1));
    assert_eq!(parts("a".repeat(160)), Ok(1));
    assert_eq!(parts("a".repeat(161)), Ok(2));
    assert_eq!(parts("a".repeat(306)), Ok(2));
    assert_eq!(parts("a".repeat(307)), Ok(3));
    assert_eq!(parts(format!("{}€", "a".repeat(158))), Ok(1));
    assert_eq!(parts(format!("{}€", "a".repeat(159))), Ok(2));
    assert_eq!(parts("ж".repeat(70)), Ok(1));
    assert_eq!(parts("ж".repeat(71)), Ok(2));
    assert_eq!(parts("😀".repeat(35)), Ok(1));
    assert_eq!(parts("😀".repeat(36)), Ok(2));
    // 67 units hold 33 pairs, so that a pair is not cut.
    assert_eq!(parts("😀".repeat(67)), Ok(3));
    assert_eq!(parts("a".repeat(153 * 255)), Ok(255));
    assert!(parts("a".repeat(153 * 255 + 1)).is_err());
    assert!(segment(&"a".repeat(64_001), Alphabet::Gsm, LongMessage::Payload, 1).is_err());
}

#[test]
fn fields_beyond_the_specification_are_refused_by_name() {
    let refused = |change: &dyn Fn(&mut ShortMessage)| {
        let mut message = submit();
        change(&mut message);
        encode(&Pdu::request(1, Body::SubmitSm(message))).expect_err("refused")
    };
    let too_long = |field, length_max| EncodeError::FieldTooLong { field, length_max };
    assert_eq!(refused(&|m| m.service_type = "OTPOTP".into()), too_long("service_type", 5));
    assert_eq!(refused(&|m| m.source.value = "1".repeat(21)), too_long("source_addr", 20));
    assert_eq!(refused(&|m| m.destination.value = "1".repeat(21)), too_long("destination_addr", 20));
    assert_eq!(refused(&|m| m.short_message = Octets(vec![0; 255])), too_long("short_message", 254));
    assert_eq!(refused(&|m| m.source.value = "Café".into()), EncodeError::NotAscii { field: "source_addr" });
    assert_eq!(refused(&|m| m.source.value = "a\0b".into()), EncodeError::NotAscii { field: "source_addr" });
    for time in ["2611221430", "00000000050000XR", "000000000500000Z"] {
        let field = "validity_period";
        assert_eq!(refused(&|m| m.validity_period = time.into()), EncodeError::BadTime { field });
    }
    assert_eq!(refused(&|m| m.priority_flag = 4), EncodeError::OutOfRange { field: "priority_flag" });
    assert_eq!(refused(&|m| m.tlvs.push(Tlv::new(tag::MESSAGE_PAYLOAD, *b"x"))), EncodeError::TwoMessages);
    assert_eq!(
        refused(&|m| m.tlvs.push(Tlv::new(tag::SAR_MSG_REF_NUM, [1]))),
        EncodeError::TlvLength { tag: tag::SAR_MSG_REF_NUM }
    );
    let mut long = submit();
    long.tlvs.push(Tlv::new(0x1400, vec![0; 65_535]));
    assert_eq!(encode(&Pdu::request(1, Body::SubmitSm(long))), Err(EncodeError::PduTooLong));
    for sequence in [0, 0x8000_0000] {
        assert_eq!(encode(&Pdu::request(sequence, Body::EnquireLink)), Err(EncodeError::Sequence));
    }
    let disguised = Body::Unknown { command_id: 4, body: Octets::default() };
    assert_eq!(encode(&Pdu::request(1, disguised)), Err(EncodeError::KnownCommand));
    let named = MessageResp { message_id: "1".into(), ..MessageResp::default() };
    assert!(encode(&Pdu::response(1, Status::OK, Body::DeliverSmResp(named))).is_err());
}

/// Headers of 3GPP TS 23.040, 9.2.3.24, written by hand: both reference lengths, behind another element, and broken.
#[test]
fn user_data_headers_are_read_in_all_their_forms() {
    let read = |udhi: u8, octets: &[u8]| {
        let message = ShortMessage {
            esm_class: udhi,
            short_message: Octets(octets.to_vec()),
            ..ShortMessage::default()
        };
        let (header, text) = part_header(&message);
        (header.map(|at| (at.reference, at.total, at.number)), text.to_vec())
    };
    assert_eq!(read(0x40, b"\x05\x00\x03\x2A\x02\x01hi"), (Some((0x2A, 2, 1)), b"hi".to_vec()));
    assert_eq!(read(0x40, b"\x06\x08\x04\x01\x2A\x03\x02hi"), (Some((0x012A, 3, 2)), b"hi".to_vec()));
    // A port element first (05 04), as WAP pushes have it.
    let behind = b"\x0B\x05\x04\x0B\x84\x23\xF0\x00\x03\x07\x02\x02hi";
    assert_eq!(read(0x40, behind), (Some((7, 2, 2)), b"hi".to_vec()));
    // Number above total, number 0, one part of one: the text stands alone.
    for octets in
        [b"\x05\x00\x03\x2A\x02\x03hi", b"\x05\x00\x03\x2A\x02\x00hi", b"\x05\x00\x03\x2A\x01\x01hi"]
    {
        assert_eq!(read(0x40, octets), (None, b"hi".to_vec()));
    }
    assert_eq!(read(0x40, b"\xFFhi"), (None, b"\xFFhi".to_vec()), "longer than the message");
    assert_eq!(read(0x00, b"\x05\x00\x03\x2A\x02\x01hi").0, None, "not marked as a header");
}

/// 3GPP TS 23.038, 4: groups 0001 (message class) and 1111.
#[test]
fn octets_are_read_by_their_data_coding() {
    let read = |octets: &[u8], data_coding| decode(octets, data_coding, Alphabet::Latin1);
    let text = |words: &str| Some(words.to_owned());
    assert_eq!(read(b"\xE9@", 0x00), text("é@"), "what the route says");
    assert_eq!(read(b"\xE9@", 0x03), text("é@"));
    assert_eq!(read(b"@\xE9", 0x01), text("@\u{FFFD}"));
    assert_eq!(read(&[0x00, 0x05], 0x10), text("@é"), "flash, GSM");
    assert_eq!(read(&[0x00, 0x05], 0xF0), text("@é"), "flash, GSM");
    assert_eq!(read(&[0x04, 0x3A, 0xD8, 0x3D, 0xDE, 0x00], 0x08), text("к😀"));
    assert_eq!(read(&[0x04, 0x3A, 0xD8, 0x3D], 0x18), text("к\u{FFFD}"), "flash, UCS-2, half a pair");
    assert_eq!(read(&[0x04, 0x3A, 0x04], 0x08), text("к\u{FFFD}"));
    for without_text in [0x02, 0x04, 0x14, 0xF4, 0x06, 0xC0] {
        assert_eq!(read(b"x", without_text), None, "{without_text:#x}");
    }
}
