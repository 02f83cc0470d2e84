//! Receipts as SMSCs write them. Texts are those of SMPP 3.4 appendix B and of the reports named in
//! delivery.md 4.3 (jsmpp 62 and 67, ksmppd 108), not our own output.

#![allow(clippy::expect_used)] // a test that cannot set itself up stops there

use countersign_smpp::pdu::{Octets, ShortMessage, Tlv, tag};
use countersign_smpp::receipt::{
    DateForm, DlrId, MessageState, Receipt, ReceiptContent, ReceiptForm, fold_id, id_candidates, parse,
};

fn message(esm_class: u8, text: &str, tlvs: &[Tlv]) -> ShortMessage {
    let mut message = ShortMessage { esm_class, ..ShortMessage::default() };
    message.short_message = Octets(text.as_bytes().to_vec());
    message.tlvs.0.extend_from_slice(tlvs);
    message
}

fn receipt(message_id: &str, state: MessageState, error_code: Option<&str>) -> Option<Receipt> {
    let error_code = error_code.map(str::to_owned);
    Some(Receipt { message_id: message_id.to_owned(), state, state_word: None, error_code })
}

#[test]
fn texts_are_read_whatever_their_form() {
    use MessageState::{Accepted, Delivered, Enroute, Expired, Rejected, Undeliverable};
    let cases = [
        (
            "id:0123456789 sub:001 dlvrd:001 submit date:2611220812 done date:2611220813 stat:DELIVRD \
             err:000 text:482913 is your Ac",
            receipt("0123456789", Delivered, None),
        ),
        ("id:2ff01 submit date:261122081200 done date:261122081300 stat:EXPIRED err:027", {
            receipt("2ff01", Expired, Some("027"))
        }),
        ("ID:7 STAT:undeliv ERR:00A1 Text:", receipt("7", Undeliverable, Some("00A1"))),
        ("stat:REJECTD id:9", receipt("9", Rejected, None)),
        ("id: 8 stat: ACCEPTD err: 000", receipt("8", Accepted, None)),
        ("id:5 sub: dlvrd: stat:ENROUTE", receipt("5", Enroute, None)),
        ("id:a-b-c\nstat:DELIVERED", receipt("a-b-c", Delivered, None)),
        ("id:6 err:000", receipt("6", MessageState::Unknown, None)),
        // A word that merely ends in a key is no key.
        ("paid:99 id:6 stat:DELIVRD", receipt("6", Delivered, None)),
        // What stands in the message itself is not believed.
        ("id:6 stat:UNDELIV text:stat:DELIVRD id:7", receipt("6", Undeliverable, None)),
        ("id:6 text:stat:DELIVRD", receipt("6", MessageState::Unknown, None)),
        ("stat:DELIVRD", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(&message(0x04, text, &[])), expected, "{text}");
    }
}

#[test]
fn words_that_only_a_vendor_knows_are_kept_for_the_log() {
    let read = parse(&message(0x04, "id:1 stat:HLRBLACKLISTED", &[])).expect("a receipt");
    assert_eq!((read.state, read.state_word.as_deref()), (MessageState::Unknown, Some("HLRBLACKLISTED")));
    let read = parse(&message(0x04, "id:1 stat:UNKNOWN", &[])).expect("a receipt");
    assert_eq!((read.state, read.state_word), (MessageState::Unknown, None));
}

#[test]
fn parameters_win_over_text() {
    let tlvs = [
        Tlv::c_string(tag::RECEIPTED_MESSAGE_ID, "abc"),
        Tlv::new(tag::MESSAGE_STATE, [8]),
        Tlv::new(tag::NETWORK_ERROR_CODE, [3, 0x01, 0x02]),
    ];
    let text = "id:zzz stat:DELIVRD err:000";
    assert_eq!(parse(&message(0x04, text, &tlvs)), receipt("abc", MessageState::Rejected, Some("258")));
    // esm_class left at 0 is common when the parameters are there.
    assert_eq!(parse(&message(0, "", &tlvs)), receipt("abc", MessageState::Rejected, Some("258")));
}

/// Anyone can type this on a handset.
#[test]
fn a_text_from_a_person_is_never_a_receipt() {
    assert_eq!(parse(&message(0, "id:1 stat:DELIVRD err:000", &[])), None);
}

/// Kannel's case: the submit answer was hexadecimal 2ff01, the receipt says decimal 196353.
#[test]
fn ids_match_across_notations() {
    let folded = |rule, id| id_candidates(rule, id).into_iter().map(|(_, id)| id).collect::<Vec<_>>();
    assert_eq!(folded(DlrId::HexToDec, "196353"), ["2ff01"]);
    assert_eq!(folded(DlrId::DecToHex, "2FF01"), ["196353"]);
    assert_eq!(folded(DlrId::String, "00AbC"), ["abc"]);
    assert_eq!(
        id_candidates(DlrId::Auto, "0196353"),
        [
            (DlrId::String, "196353".to_owned()),
            (DlrId::HexToDec, "2ff01".to_owned()),
            (DlrId::DecToHex, "1663827".to_owned()),
        ]
    );
    assert_eq!(folded(DlrId::Auto, "5f0c-11"), ["5f0c-11"]);
    // Longer than 128 bits: only the string is left.
    assert_eq!(folded(DlrId::Auto, &"9".repeat(40)), ["9".repeat(40)]);
    assert_eq!((fold_id("000"), fold_id(" 0A "), fold_id("")), ("0".into(), "a".into(), String::new()));
    for rule in [DlrId::Auto, DlrId::String, DlrId::HexToDec, DlrId::DecToHex] {
        assert_eq!(DlrId::from_name(rule.name()), Some(rule));
    }
}

#[test]
fn rendered_receipts_have_the_forms_of_appendix_b() {
    let content = ReceiptContent {
        message_id: "2ff01".to_owned(),
        state: MessageState::Undeliverable,
        error_code: 34,
        submitted_at_ms: 1_772_323_199_000,
        done_at_ms: 1_772_323_259_999,
    };
    let text = |form: ReceiptForm| {
        let mut message = ShortMessage::default();
        form.apply(&content, &mut message);
        (String::from_utf8(message.short_message.0).expect("ASCII"), message.tlvs)
    };
    let (plain, tlvs) = text(ReceiptForm { tlvs: false, ..ReceiptForm::default() });
    assert_eq!(
        plain,
        "id:2ff01 sub:001 dlvrd:000 submit date:2602282359 done date:2603010000 stat:UNDELIV err:034 text:"
    );
    assert!(tlvs.0.is_empty());
    let (bare, _) = text(ReceiptForm { counts: false, dates: DateForm::Seconds, ..ReceiptForm::default() });
    assert_eq!(bare, "id:2ff01 submit date:260228235959 done date:260301000059 stat:UNDELIV err:034 text:");
    let (none, tlvs) = text(ReceiptForm { text: false, ..ReceiptForm::default() });
    assert_eq!(none, "");
    assert_eq!(tlvs.get(tag::RECEIPTED_MESSAGE_ID), Some(&b"2ff01\0"[..]));
    assert_eq!(tlvs.get(tag::MESSAGE_STATE), Some(&[5][..]));
    assert_eq!(tlvs.get(tag::NETWORK_ERROR_CODE), Some(&[3, 0, 34][..]));
}
