//! Signatures against published values, and secrets that stay secret.

use super::*;
use countersign_core::entropy::testing::Counting;

/// The test of the Standard Webhooks libraries for JavaScript, Python and Go (`sign function works`).
#[test]
fn the_signature_is_that_of_the_standards_own_libraries() {
    let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

/// Expected values from Python's `hmac` and `base64`: the body holds letters outside ASCII.
#[test]
fn every_secret_signs_the_newest_first() {
    let secrets =
        ["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
    let call =
        WebhookCall { secrets: secrets.map(|text| WebhookSecret::parse(text).unwrap()).into(), ..call() };
    let headers = signed_headers(&call).unwrap();
    let header = |name: &str| headers.iter().find(|(at, _)| at == name).unwrap().1.to_str().unwrap();
    assert_eq!(header("webhook-id"), "evt_1");
    assert_eq!(header("webhook-timestamp"), "1795269909");
    assert_eq!(
        header("webhook-signature"),
        "v1,qkO6jnIzVpy1KfORauNfDZ+oDjXgp/HX2M7xzZQ1rCs= v1,7y345j/zy8ckkhnDtfGkAxcb6bgpMg9n1hD/UjWgEf0="
    );
}

fn call() -> WebhookCall {
    WebhookCall {
        url: "https://hooks.example/s3cret".to_owned(),
        secrets: vec![WebhookSecret::draw(&Counting::new())],
        id: "evt_1".to_owned(),
        timestamp_s: 1_795_269_909,
        body: "{\"payee\":\"Мария\"}".to_owned(),
    }
}

#[test]
fn secrets_are_24_to_64_octets_and_read_back_as_they_were_shown() {
    let drawn = WebhookSecret::draw(&Counting::new());
    let other = WebhookSecret::draw(&Counting::from(1));
    assert_ne!(drawn.expose(), other.expose());
    assert_eq!(WebhookSecret::parse(&drawn.expose()).unwrap().expose(), drawn.expose());
    let of = |octets: usize| WebhookSecret::parse(&format!("whsec_{}", STANDARD.encode(vec![7; octets])));
    for (octets, good) in [(0, false), (23, false), (24, true), (64, true), (65, false)] {
        assert_eq!(of(octets).is_some(), good, "{octets}");
    }
    for text in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
        assert!(WebhookSecret::parse(text).is_none(), "{text}");
    }
    assert!(WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa w").is_none());
}

#[test]
fn no_debug_output_shows_a_secret_a_url_or_a_body() {
    let call = call();
    let printed = format!("{call:?} {:?}", call.secrets);
    assert!(!printed.contains(&call.secrets[0].expose()[6..20]), "{printed}");
    assert!(!printed.contains("s3cret") && !printed.contains("Мария"), "{printed}");
}

#[test]
fn nothing_leaves_unsigned_and_no_id_reads_as_another() {
    assert!(signed_headers(&call()).is_some());
    assert!(signed_headers(&WebhookCall { secrets: Vec::new(), ..call() }).is_none());
    for id in ["", "evt_1.1795269909", "evt_1\r\nx: y"] {
        assert!(signed_headers(&WebhookCall { id: id.to_owned(), ..call() }).is_none(), "{id}");
    }
}

#[test]
fn the_head_of_an_answer_is_one_short_line() {
    assert_eq!(head(b"  <h1>\r\n No\tsuch \x1b[31mhook\x00 </h1>"), "<h1> No such [31mhook </h1>");
    assert_eq!(head(&[0xff, 0xfe]), "\u{fffd}\u{fffd}");
    assert_eq!(head("ж".repeat(1_000).as_bytes()), "ж".repeat(200));
    assert_eq!(head(b""), "");
}

/// The example of the Standard Webhooks specification, read from the other side.
const SPEC: SignedCall<'static> = SignedCall {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestamp: "1614265330",
    signatures: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    body: b"{\"test\": 2432232314}",
};

#[test]
fn the_example_of_the_specification_is_believed_for_five_minutes() {
    let secrets = [WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()];
    for (now_s, believed) in [
        (1_614_265_330, true),
        (1_614_265_630, true),
        (1_614_265_030, true),
        (1_614_265_631, false),
        (1_614_265_029, false),
    ] {
        assert_eq!(SPEC.is_signed(&secrets, now_s), believed, "{now_s}");
    }
    let other = WebhookSecret::parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    assert!(SPEC.is_signed(&[other.clone(), secrets[0].clone()], 1_614_265_330), "any secret in force");
    assert!(!SPEC.is_signed(&[other], 1_614_265_330));
    assert!(!SPEC.is_signed(&[], 1_614_265_330));
}

#[test]
fn a_call_that_was_altered_anywhere_is_not_believed() {
    let secrets = [WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()];
    let believed = |call: SignedCall<'_>| call.is_signed(&secrets, 1_614_265_330);
    assert!(believed(SPEC));
    assert!(!believed(SignedCall { id: "msg_p5jXN8AQM9LWM0D4loKWxJel", ..SPEC }));
    assert!(!believed(SignedCall { timestamp: "1614265331", ..SPEC }));
    assert!(!believed(SignedCall { timestamp: "", ..SPEC }));
    assert!(!believed(SignedCall { body: b"{\"test\": 2432232315}", ..SPEC }));
    // What stands before the dot cannot move behind it.
    assert!(!believed(SignedCall { id: "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330", ..SPEC }));
    for signatures in [
        "",
        "v1,",
        "v1,AAAA",
        "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1A==",
    ] {
        assert!(!believed(SignedCall { signatures, ..SPEC }), "{signatures}");
    }
    let among_others = "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    assert!(believed(SignedCall { signatures: among_others, ..SPEC }), "one of several is enough");
}
