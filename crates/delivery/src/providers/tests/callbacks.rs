//! Callbacks as the providers' own libraries sign them, believed; and the same with anything changed, refused.

use super::*;
use CallbackRefusal::{Forged, Malformed, Stale, Unsigned};
use countersign_core::outbox::{Inbound, Receipt, ReceiptState};
use std::sync::LazyLock;
use tokio::runtime::{Builder, Runtime};

const CERTIFICATE: &[u8] = include_bytes!("../../../tests/fixtures/providers/sns.pem");
const STRANGER: &[u8] = include_bytes!("../../../tests/fixtures/providers/stranger.pem");
const CERTIFICATE_URL: &str = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123abcd.pem";

struct Case {
    name: String,
    route: HttpRoute,
    request: CallbackRequest,
}

impl Case {
    fn of(said: &Value) -> Self {
        let text = |key: &str| said[key].as_str().unwrap_or_default().to_owned();
        let (provider, token) = (text("provider"), said["token"].as_str());
        let route = route(&provider, said["account"].clone(), token);
        route.certificates.lock().unwrap().insert(CERTIFICATE_URL.to_owned(), CERTIFICATE.into());
        let headers: BTreeMap<String, String> = serde_json::from_value(said["headers"].clone()).unwrap();
        let token = token.map(|token| format!("/{token}")).unwrap_or_default();
        let request = CallbackRequest {
            method: text("method"),
            path_and_query: format!("/callbacks/{provider}{token}{}", text("query")),
            headers: headers.into_iter().collect(),
            body: text("body").into_bytes(),
        };
        Self { name: text("name"), route, request }
    }

    fn read_at(&self, now_s: i64) -> Result<CallbackReading, CallbackRefusal> {
        read(&self.route, &self.request, Timestamp::from_unix_ms(now_s * 1_000))
    }

    fn read(&self) -> Result<CallbackReading, CallbackRefusal> {
        self.read_at(NOW_S)
    }

    fn header(&mut self, name: &str) -> &mut String {
        let found = self.request.headers.iter_mut().find(|(at, _)| at == name);
        &mut found.unwrap_or_else(|| panic!("{name}")).1
    }
}

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().unwrap());

fn read(
    route: &HttpRoute,
    request: &CallbackRequest,
    now: Timestamp,
) -> Result<CallbackReading, CallbackRefusal> {
    RUNTIME.block_on(CallbackDoor::read(route, request, now))
}

fn cases() -> Vec<Case> {
    oracle()["callbacks"].as_array().unwrap().iter().map(Case::of).collect()
}

fn case(name: &str) -> Case {
    cases().into_iter().find(|case| case.name == name).unwrap_or_else(|| panic!("{name}"))
}

fn receipt(route: &str, id: &str, state: ReceiptState, error: &str) -> Receipt {
    Receipt { route: route.to_owned(), provider_ids: vec![id.to_owned()], state, error: error.to_owned() }
}

#[test]
fn receipts_that_the_providers_libraries_signed() {
    use ReceiptState::{Delivered, Failed, Pending};
    let cases: [(&str, &str, ReceiptState, &str); 21] = [
        ("twilio status", "SM77", Failed, "30003"),
        ("twilio status with port", "SM77", Failed, "30003"),
        ("twilio repeated parameter", "SM79", Delivered, ""),
        ("twilio query", "CA80", Failed, "no-answer"),
        ("plivo status", "b2f0-77", Failed, "200"),
        ("plivo status, two tokens", "b2f0-77", Failed, "200"),
        ("plivo status with query", "b2f0-77", Failed, "200"),
        ("plivo second scheme", "b2f0-77", Failed, "200"),
        ("telnyx delivered", "tx-77", Delivered, ""),
        ("telnyx failed", "tx-78", Failed, "40008"),
        ("messagebird status", "mb77", Failed, "104"),
        ("messagebird status HS512", "mb77", Failed, "104"),
        ("sinch failed", "01SB77", Failed, "406"),
        ("sinch delivered, summary", "01SB78", Delivered, ""),
        ("vonage status", "0C000077", Failed, "6"),
        ("vonage status, form, sha512", "0C000077", Failed, "6"),
        ("vonage status, json, sha1", "0C000077", Failed, "6"),
        ("generic failed", "g77", Failed, "031"),
        ("aws delivered", "aws-77", Delivered, ""),
        ("aws failed, version 1", "aws-77", Failed, "CARRIER_UNREACHABLE"),
        ("aws on its way", "aws-77", Pending, ""),
    ];
    for (name, id, state, error) in cases {
        let case = case(name);
        let reading = case.read().unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert_eq!(reading.receipts, [receipt(case.route.name(), id, state, error)], "{name}");
        assert_eq!((reading.inbound.len(), reading.answer.status), (0, 200), "{name}");
    }
    let reading = case("whatsapp statuses").read().unwrap();
    let expected =
        [receipt("whatsapp", "wamid.77", Delivered, ""), receipt("whatsapp", "wamid.78", Failed, "131026")];
    assert_eq!(reading.receipts, expected);
    assert!(case("whatsapp, another number").read().unwrap().receipts.is_empty());
    let json = case("twilio json").read();
    // Twilio's callbacks about messages are forms; a signed body in another form says nothing that is known.
    assert_eq!(json, Err(Malformed));
}

#[test]
fn texts_that_the_providers_libraries_signed() {
    let cases = [
        ("twilio text", "Größe & 482913 = + €"),
        ("plivo text", "482913 €"),
        ("telnyx text", "482913 grün"),
        ("messagebird text", "482913"),
        ("sinch text", "482913"),
        ("vonage text", "482913 & = €"),
        ("whatsapp text", "482913"),
        ("generic text", "482913"),
        ("aws text", "482913"),
    ];
    for (name, text) in cases {
        let case = case(name);
        let reading = case.read().unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        let inbound = Inbound {
            route: case.route.name().to_owned(),
            from: NUMBER.to_owned(),
            to: "+15005550006".to_owned(),
            text: text.to_owned(),
        };
        assert_eq!((reading.inbound, reading.receipts.len()), (vec![inbound], 0), "{name}");
    }
    let answer = case("twilio text").read().unwrap().answer;
    assert_eq!((answer.content_type, &*answer.body), ("text/xml", "<Response/>"));
}

/// Headers that prove, by provider.
fn proofs(provider: &str) -> &'static [&'static str] {
    match provider {
        "twilio" => &["x-twilio-signature"],
        "plivo" => &["x-plivo-signature-v3", "x-plivo-signature-v3-nonce"],
        "telnyx" => &["telnyx-signature-ed25519", "telnyx-timestamp"],
        "messagebird" => &["messagebird-signature-jwt"],
        "sinch" => &[
            "x-sinch-webhook-signature",
            "x-sinch-webhook-signature-nonce",
            "x-sinch-webhook-signature-timestamp",
        ],
        "whatsapp" => &["x-hub-signature-256"],
        "generic" => &["x-signature"],
        // In the body or in the query.
        "vonage" | "aws" => &[],
        _ => panic!("{provider}"),
    }
}

/// Another letter, or another digit, that is as good in base64, hexadecimal and a number.
fn other(octet: u8) -> u8 {
    match octet {
        b'1' => b'2',
        b'0'..=b'9' => b'1',
        b'b' => b'c',
        b'a'..=b'z' => b'b',
        b'B' => b'C',
        b'A'..=b'Z' => b'B',
        same => same,
    }
}

#[test]
fn with_any_proof_missing_or_changed_nothing_is_believed() {
    let mut tried = 0;
    for original in
        cases().into_iter().filter(|case| case.read().is_ok() && case.name != "plivo second scheme")
    {
        for proof in proofs(original.route.kind()) {
            let mut without = case(&original.name);
            without.request.headers.retain(|(name, _)| name != proof);
            assert_eq!(without.read(), Err(Unsigned), "{} without {proof}", original.name);
            let mut changed = case(&original.name);
            // The second token's signature stands behind a comma.
            let value = changed.header(proof);
            let at = value.rfind(',').filter(|_| value.starts_with("c29t")).map_or(8, |comma| comma + 4);
            let at = at.min(value.len() - 3);
            let flipped: String = (value.bytes().enumerate())
                .map(|(index, octet)| char::from(if index == at { other(octet) } else { octet }))
                .collect();
            assert_ne!(*value, flipped);
            *value = flipped;
            assert_eq!(changed.read(), Err(Forged), "{} with another {proof}", original.name);
            tried += 1;
        }
    }
    assert!(tried > 25, "{tried}");
}

#[test]
fn with_one_letter_changed_nothing_is_believed() {
    for mut case in
        cases().into_iter().filter(|case| case.read().is_ok() && case.name != "plivo second scheme")
    {
        let original = case.request.clone();
        // Every octet in turn: names, values, brackets, whether it stays readable or not.
        for at in 0..original.body.len() {
            case.request.body[at] ^= 1;
            let read = case.read();
            let is_same = is_spacing(case.route.kind(), &original, &case.request.body);
            assert!(read.is_err() || is_same, "{} at {at}: {read:?}", case.name);
            case.request.body[at] ^= 1;
        }
        let Some((path, query)) = original.path_and_query.split_once('?') else { continue };
        for query in [format!("{query}&x=2"), query.replacen('=', "=9", 1)] {
            case.request.path_and_query = format!("{path}?{query}");
            assert_eq!(case.read(), Err(Forged), "{} {query}", case.name);
        }
    }
}

/// Signatures that are over values, not over octets, let pass what changes no value.
fn is_spacing(provider: &str, original: &CallbackRequest, changed: &[u8]) -> bool {
    let is_form = original.headers.iter().any(|(_, value)| value.contains("form"));
    match provider {
        "twilio" | "plivo" | "vonage" if is_form => {
            let decoded = |octets: &[u8]| callback::Fields::parse(octets).0;
            decoded(&original.body) == decoded(changed)
        }
        "aws" | "vonage" => {
            let value = |octets: &[u8]| serde_json::from_slice::<Value>(octets).ok();
            value(&original.body) == value(changed)
        }
        _ => false,
    }
}

#[test]
fn another_account_another_route_and_another_time_are_refused() {
    for original in cases().into_iter().filter(|case| case.read().is_ok()) {
        let elsewhere =
            CallbackRequest { path_and_query: "/callbacks/other".to_owned(), ..original.request.clone() };
        assert_eq!(read(&original.route, &elsewhere, now()), Err(Malformed), "{}", original.name);
        let put = CallbackRequest { method: "PUT".to_owned(), ..original.request.clone() };
        assert_eq!(read(&original.route, &put, now()), Err(Malformed), "{}", original.name);
        let away_s = match original.route.kind() {
            // These sign no time.
            "twilio" | "plivo" | "whatsapp" => continue,
            "aws" => 3_601,
            _ => 301,
        };
        assert_eq!(original.read_at(NOW_S + away_s), Err(Stale), "{}", original.name);
        assert_eq!(original.read_at(NOW_S - 302), Err(Stale), "{}", original.name);
        let near_s = if original.route.kind() == "messagebird" { 60 } else { 300 };
        assert!(original.read_at(NOW_S + near_s).is_ok(), "{}", original.name);
    }
}

#[test]
fn a_token_of_messagebird_must_be_theirs_and_of_now() {
    assert_eq!(case("messagebird wrong issuer").read(), Err(Forged));
    assert_eq!(case("messagebird expired").read(), Err(Stale));
    assert_eq!(case("messagebird long ago").read(), Err(Stale), "however long it says that it is good");
    let mut none = case("messagebird status");
    // {"alg":"none"}
    let claims = none.header("messagebird-signature-jwt").split('.').nth(1).unwrap().to_owned();
    *none.header("messagebird-signature-jwt") = format!("eyJhbGciOiJub25lIn0.{claims}.");
    assert_eq!(none.read(), Err(Forged));
}

#[test]
fn sns_is_believed_for_one_topic_one_host_and_one_key() {
    let arn = "arn:aws:sns:eu-central-1:123456789012:receipts";
    let change = |from: &str, to: &str| {
        let mut changed = case("aws delivered");
        let body = String::from_utf8(changed.request.body).unwrap();
        assert!(body.contains(from), "{from}");
        changed.request.body = body.replace(from, to).into_bytes();
        changed.read()
    };
    assert_eq!(change(arn, &arn.replace("receipts", "others")), Err(Forged));
    for host in [
        "https://sns.eu-central-1.amazonaws.com.evil.example/",
        "http://sns.eu-central-1.amazonaws.com/",
        "https://sns.us-east-1.amazonaws.com/",
        "https://evil.example/",
        "https://sns.eu-central-1.amazonaws.com/../",
        "https://sns.eu-central-1.amazonaws.com@evil.example/",
    ] {
        assert_eq!(change("https://sns.eu-central-1.amazonaws.com/", host), Err(Forged), "{host}");
    }
    assert_eq!(
        change("SimpleNotificationService-0123abcd.pem", "SimpleNotificationService-/../x.pem"),
        Err(Forged)
    );
    let stranger = case("aws delivered");
    stranger.route.certificates.lock().unwrap().insert(CERTIFICATE_URL.to_owned(), STRANGER.into());
    assert_eq!(stranger.read(), Err(Forged));
    assert_eq!(case("aws confirmation elsewhere").read(), Err(Malformed), "nobody goes there");
}

#[test]
fn the_second_scheme_of_plivo_needs_the_token_in_the_address() {
    let original = case("plivo second scheme");
    let plain = route("plivo", account("plivo"), None);
    let request =
        CallbackRequest { path_and_query: "/callbacks/plivo".to_owned(), ..original.request.clone() };
    assert_eq!(read(&plain, &request, now()), Err(Unsigned));
    let mut forged = case("plivo second scheme");
    *forged.header("x-plivo-signature-v2-nonce") = "12346".to_owned();
    assert_eq!(forged.read(), Err(Forged));
}

#[test]
fn a_provider_that_cannot_sign_proves_itself_by_the_address() {
    let body = json!({ "results": [
        { "messageId": "ib77", "to": "4915112345678", "status": { "groupId": 3 }, "error": { "id": 0 } },
        { "messageId": "ib78", "status": { "groupId": 2 }, "error": { "id": 1, "name": "EC_UNKNOWN" } },
        { "messageId": "ib79", "status": { "groupId": 1 } },
        { "from": "4915112345678", "to": "15005550006", "text": "482913", "messageId": "x" },
    ]});
    let route = route("infobip", account("infobip"), Some(TOKEN));
    let ask = |path: &str| {
        let request = CallbackRequest {
            method: "POST".to_owned(),
            path_and_query: path.to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_string().into_bytes(),
        };
        read(&route, &request, now())
    };
    let reading = ask(&format!("/callbacks/infobip/{TOKEN}")).unwrap();
    use ReceiptState::{Delivered, Failed, Pending};
    let expected = [("ib77", Delivered, ""), ("ib78", Failed, "1"), ("ib79", Pending, "")];
    let expected = expected.map(|(id, state, error)| receipt("infobip", id, state, error));
    assert_eq!(reading.receipts, expected);
    assert_eq!((reading.inbound.len(), &*reading.inbound[0].from), (1, NUMBER));
    for (path, refusal) in [
        ("/callbacks/infobip".to_owned(), Unsigned),
        ("/callbacks/infobip/".to_owned(), Forged),
        (format!("/callbacks/infobip/{}", &TOKEN[1..]), Forged),
        (format!("/callbacks/infobip/{TOKEN}x"), Forged),
        (format!("/callbacks/infobip/{}", TOKEN.to_uppercase()), Forged),
    ] {
        assert_eq!(ask(&path), Err(refusal), "{path}");
    }
    // Nothing is asked of a provider that can prove nothing, and nothing is believed.
    let mut silent = written("infobip", account("infobip"), None);
    silent["carries"] = json!({ "receipts": false });
    let silent = built(silent).unwrap();
    let request = CallbackRequest {
        method: "POST".to_owned(),
        path_and_query: "/callbacks/infobip".to_owned(),
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
    };
    assert_eq!(read(&silent, &request, now()), Err(Unsigned));
}

#[test]
fn whatsapp_begins_with_a_handshake() {
    let route = route("whatsapp", account("whatsapp"), None);
    let ask = |query: &str| {
        let request = CallbackRequest {
            method: "GET".to_owned(),
            path_and_query: format!("/callbacks/whatsapp?{query}"),
            headers: Vec::new(),
            body: Vec::new(),
        };
        read(&route, &request, now())
    };
    let good = ask("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=s3cret-3").unwrap();
    assert_eq!((good.answer.status, &*good.answer.body), (200, "1158201444"));
    assert_eq!(good.answer.content_type, "text/plain");
    for (query, refusal) in [
        ("hub.mode=subscribe&hub.challenge=1", Unsigned),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=s3cret-2", Forged),
        ("hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=s3cret-3", Malformed),
        ("hub.mode=other&hub.challenge=1&hub.verify_token=s3cret-3", Malformed),
        ("hub.mode=subscribe&hub.verify_token=s3cret-3", Malformed),
    ] {
        assert_eq!(ask(query), Err(refusal), "{query}");
    }
}
