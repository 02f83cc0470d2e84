//! What is made of a deliver_sm. Texts are octets of 3GPP TS 23.038 written by hand.

use super::*;
use countersign_smpp::pdu::{Octets, Tlv, tag};

#[derive(Default)]
struct Sink(Mutex<Vec<Inbound>>, Mutex<Vec<Receipt>>);

impl ReceiptSink for Sink {
    fn receipt(&self, receipt: Receipt) {
        self.1.lock().unwrap().push(receipt);
    }

    fn inbound(&self, inbound: Inbound) {
        self.0.lock().unwrap().push(inbound);
    }
}

struct Ear {
    sink: Arc<Sink>,
    heard: Heard,
}

impl Ear {
    fn new() -> Self {
        let config = SmppConfig::new("north", "smsc.example", 2775, ("acme", "hunter2"), "Acme");
        let sink = Arc::new(Sink::default());
        Self { heard: Heard::new(&config, sink.clone()), sink }
    }

    /// The texts that this delivery brought.
    fn hears(&self, message: &ShortMessage) -> Vec<String> {
        self.heard.delivered(message, 0);
        self.sink.0.lock().unwrap().drain(..).map(|inbound| inbound.text).collect()
    }
}

fn text(data_coding: u8, octets: &[u8]) -> ShortMessage {
    ShortMessage {
        source: Address::international("491701234567"),
        destination: Address::short_code("72345"),
        data_coding,
        short_message: Octets(octets.to_vec()),
        ..ShortMessage::default()
    }
}

#[test]
fn a_text_is_read_in_its_coding_and_says_who_wrote_to_which_number() {
    let ear = Ear::new();
    ear.heard.delivered(&text(0, b"Hi \x00 \x1B\x65"), 0);
    let wanted = Inbound {
        route: "north".to_owned(),
        from: "+491701234567".to_owned(),
        to: "72345".to_owned(),
        text: "Hi @ €".to_owned(),
    };
    assert!(*ear.sink.0.lock().unwrap() == [wanted]);
    ear.sink.0.lock().unwrap().clear();
    assert_eq!(ear.hears(&text(3, b"caf\xE9")), ["café"]);
    assert_eq!(ear.hears(&text(8, &[0x04, 0x3A, 0x20, 0xAC])), ["к€"]);
    assert_eq!(ear.hears(&text(4, b"\x01\x02")), [] as [&str; 0], "binary");
    let mut payload = text(0, b"");
    payload.tlvs.push(Tlv::new(tag::MESSAGE_PAYLOAD, *b"482913"));
    assert_eq!(ear.hears(&payload), ["482913"]);
}

#[test]
fn numbers_are_spelled_as_e164_where_they_can_only_be_that() {
    let spelling = |ton, value: &str| spelled(&Address { ton, npi: 1, value: value.to_owned() });
    assert_eq!(spelling(1, "4915"), "+4915");
    assert_eq!(spelling(0, "49170123"), "+49170123");
    assert_eq!(spelling(0, "+49170123"), "+49170123");
    assert_eq!(spelling(0, "4917012"), "4917012");
    assert_eq!(spelling(5, "Acme4917012345"), "Acme4917012345");
}

#[test]
fn a_long_text_is_put_together_in_either_form_and_any_order() {
    let ear = Ear::new();
    let part = |number: u8, words: &[u8]| {
        let octets = [&[0x05, 0x00, 0x03, 0x2A, 0x02, number], words].concat();
        ShortMessage { esm_class: esm_class::UDHI, ..text(0, &octets) }
    };
    assert_eq!(ear.hears(&part(2, b"913")), [] as [&str; 0]);
    assert_eq!(ear.hears(&part(1, b"482")), ["482913"]);
    let sar = |number: u8, words: &[u8]| {
        let mut message = text(0, words);
        message.tlvs.push(Tlv::new(tag::SAR_MSG_REF_NUM, [0, 7]));
        message.tlvs.push(Tlv::new(tag::SAR_TOTAL_SEGMENTS, [2]));
        message.tlvs.push(Tlv::new(tag::SAR_SEGMENT_SEQNUM, [number]));
        message
    };
    assert_eq!(ear.hears(&sar(1, b"12")), [] as [&str; 0]);
    assert_eq!(ear.hears(&sar(2, b"34")), ["1234"]);
}

/// Types of SMPP 3.4, 5.2.12: receipts, acknowledgements by a handset, a conversation's end.
#[test]
fn what_is_no_text_is_never_heard_as_one() {
    let ear = Ear::new();
    for kind in [0x04, 0x08, 0x10, 0x18, 0x20] {
        assert_eq!(ear.hears(&ShortMessage { esm_class: kind, ..text(0, b"482913") }), [] as [&str; 0]);
    }
    assert_eq!(
        ear.hears(&ShortMessage { source: Address::default(), ..text(0, b"482913") }),
        [] as [&str; 0]
    );
    assert!(ear.sink.1.lock().unwrap().is_empty());
    let receipt = ShortMessage { esm_class: 0x04, ..text(0, b"id:7 stat:UNDELIV err:021") };
    assert_eq!(ear.hears(&receipt), [] as [&str; 0]);
    let receipts = ear.sink.1.lock().unwrap();
    assert_eq!((&*receipts[0].provider_ids[0], &*receipts[0].error), ("7", "021"));
}
