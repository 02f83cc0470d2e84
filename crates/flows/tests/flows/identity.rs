//! An identity provider beside the operators: a peer on a real connection takes the pictures and answers; what it says
//! is shown, and two operators decide whatever it says.

use crate::cases::{Held, submitted};
use crate::house::{House, caller};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::case::Decided;
use countersign_core::model::*;
use countersign_delivery::http::{EgressPolicy, HttpClient};
use countersign_delivery::webhook::{WebhookSecret, WebhookSender};
use countersign_flows::*;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

const KEY: [u8; 32] = [9; 32];

/// A provider that answers requests with these statuses, one after the other.
struct Provider {
    listener: TcpListener,
}

/// A request as it came.
struct Asked {
    id: String,
    timestamp: String,
    signature: String,
    body: String,
}

impl Provider {
    async fn new() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    fn config(&self) -> IdentityProvider {
        let secret = WebhookSecret::parse(&format!("whsec_{}", STANDARD.encode(KEY))).unwrap();
        let port = self.listener.local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}/checks");
        IdentityProvider { name: "Idents".to_owned(), url, secrets: vec![secret] }
    }

    /// Takes one request and answers it.
    async fn takes(&self, status: &str) -> Asked {
        let (stream, _) = self.listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let (mut line, mut headers) = (String::new(), Vec::new());
        loop {
            line.clear();
            stream.read_line(&mut line).await.unwrap();
            match line.trim().split_once(": ") {
                Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.to_owned())),
                None if line.trim().is_empty() => break,
                None => assert_eq!(line.trim(), "POST /checks HTTP/1.1"),
            }
        }
        let header = |name: &str| headers.iter().find(|(key, _)| key == name).unwrap().1.clone();
        let mut body = vec![0; header("content-length").parse().unwrap()];
        stream.read_exact(&mut body).await.unwrap();
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        Asked {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signature: header("webhook-signature"),
            body: String::from_utf8(body).unwrap(),
        }
    }
}

fn signature(key: &[u8], id: &str, timestamp: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

fn sender() -> WebhookSender {
    WebhookSender::new(HttpClient::new(EgressPolicy { allow_private: true }), Arc::new(|| 0))
}

/// A house whose cases a provider sees, and a case that was just handed in.
async fn asking(provider: &Provider) -> (House, Held) {
    let mut house = House::new().await;
    house.flows = House::asking(&house, provider.config()).await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let held = submitted(&house, &person).await;
    (house, held)
}

async fn answered(house: &House, key: &[u8], body: &Value) -> IdentityTaken {
    let (body, id) = (body.to_string(), "msg_1");
    let timestamp = house.now().unix_ms().div_euclid(1_000).to_string();
    let signatures = signature(key, id, &timestamp, &body);
    let letter = IdentityLetter { id, timestamp: &timestamp, signatures: &signatures, body: body.as_bytes() };
    house.flows.take_identity_answer(house.service_id, letter).await.unwrap()
}

fn finished(check: &str, finding: &str) -> Value {
    json!({
        "type": "identity_check.finished",
        "data": { "check": check, "finding": finding, "failed_checks": ["photo_matches"], "reference": "r1" },
    })
}

async fn check_of(house: &House, held: &Held) -> IdentityCheck {
    let desk = house.flows.case_desk(house.service_id, held.id, caller()).await.unwrap().unwrap();
    desk.check.unwrap()
}

#[tokio::test]
async fn a_provider_takes_the_pictures_and_its_word_is_a_signal_only() {
    let provider = Provider::new().await;
    let (house, held) = asking(&provider).await;
    let sender = sender();
    let (asked, got) = tokio::join!(house.flows.ask_identity(&sender), provider.takes("202 Accepted"));
    assert_eq!(asked.unwrap(), 1);
    assert_eq!(got.signature, signature(&KEY, &got.id, &got.timestamp, &got.body));
    let sent: Value = serde_json::from_str(&got.body).unwrap();
    assert_eq!(sent["type"], "identity_check.requested");
    let data = &sent["data"];
    assert_eq!((&data["check"], &data["document"]), (&json!(got.id), &json!("passport")));
    assert_eq!((&data["name"], &data["round"]), (&json!("Ada Byron"), &json!(1)));
    assert_eq!(data["answer_url"], "http://localhost:8080/identity/answers");
    let pictures = data["pictures"].as_array().unwrap();
    assert_eq!(pictures.len(), 2);
    for picture in pictures {
        let jpeg = STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        assert!(jpeg.starts_with(&[0xFF, 0xD8, 0xFF]), "a JPEG");
    }
    assert!(!got.body.contains("acc_") && !got.body.contains("cas_"), "nothing names the account");
    assert_eq!(check_of(&house, &held).await.state, IdentityState::Asked);

    assert_eq!(answered(&house, &KEY, &finished(&got.id, "match")).await, IdentityTaken::Taken);
    assert_eq!(answered(&house, &KEY, &finished(&got.id, "match")).await, IdentityTaken::Taken, "again");
    assert_eq!(answered(&house, &KEY, &finished(&got.id, "mismatch")).await, IdentityTaken::Differs);
    let check = check_of(&house, &held).await;
    let answer = check.answer.unwrap();
    assert_eq!((check.state, answer.finding), (IdentityState::Answered, IdentityFinding::Match));
    assert_eq!(answer.failed, [CaseCheck::PhotoMatches]);
    let case = house.case_of(&held).await;
    assert_eq!(case.stage, CaseStage::Review, "a provider decides nothing (R57)");
    let one = house.reviewer("one").await;
    let waits = house.say(&held, Actor::Operator(one), Verdict::Approve).await;
    assert_eq!(waits, CaseTake::Taken(Decided::Waits), "and is no voice");
}

#[tokio::test]
async fn whoever_cannot_sign_is_not_heard_and_our_own_letter_is_no_answer() {
    let provider = Provider::new().await;
    let (house, held) = asking(&provider).await;
    let sender = sender();
    let (asked, got) = tokio::join!(house.flows.ask_identity(&sender), provider.takes("200 OK"));
    asked.unwrap();
    assert_eq!(answered(&house, &[8; 32], &finished(&got.id, "match")).await, IdentityTaken::Unsigned);
    let letter = IdentityLetter {
        id: &got.id,
        timestamp: &got.timestamp,
        signatures: &got.signature,
        body: got.body.as_bytes(),
    };
    let mirrored = house.flows.take_identity_answer(house.service_id, letter).await.unwrap();
    assert!(matches!(mirrored, IdentityTaken::Malformed(_)), "{mirrored:?}");
    let body = finished(&got.id, "match").to_string();
    let old = (house.now().unix_ms().div_euclid(1_000) - 301).to_string();
    let signatures = signature(&KEY, "m", &old, &body);
    let letter = IdentityLetter { id: "m", timestamp: &old, signatures: &signatures, body: body.as_bytes() };
    let late = house.flows.take_identity_answer(house.service_id, letter).await.unwrap();
    assert_eq!(late, IdentityTaken::Unsigned, "a letter of five minutes ago was kept by somebody");
    let nobody = finished("idc_00000000000000000000000000000000", "match");
    assert_eq!(answered(&house, &KEY, &nobody).await, IdentityTaken::Unknown);
    let odd = answered(&house, &KEY, &finished(&got.id, "splendid")).await;
    assert!(matches!(odd, IdentityTaken::Malformed(_)), "{odd:?}");
    assert_eq!(check_of(&house, &held).await.state, IdentityState::Asked);
    let without = House::beside(&house).await;
    let timestamp = house.now().unix_ms().div_euclid(1_000).to_string();
    let signatures = signature(&[], "m", &timestamp, &body);
    let letter =
        IdentityLetter { id: "m", timestamp: &timestamp, signatures: &signatures, body: body.as_bytes() };
    let unasked = without.take_identity_answer(house.service_id, letter).await.unwrap();
    assert_eq!(unasked, IdentityTaken::Unsigned, "nobody is asked, so nobody is believed");
}

#[tokio::test]
async fn a_provider_that_is_down_is_asked_again_and_delays_nobody() {
    let provider = Provider::new().await;
    let (house, held) = asking(&provider).await;
    let sender = sender();
    let (asked, first) = tokio::join!(house.flows.ask_identity(&sender), provider.takes("503 Busy"));
    assert_eq!(asked.unwrap(), 1);
    assert_eq!(house.flows.ask_identity(&sender).await.unwrap(), 0, "not at once");
    house.later(10);
    let (asked, second) = tokio::join!(house.flows.ask_identity(&sender), provider.takes("204 Taken"));
    assert_eq!(asked.unwrap(), 1);
    assert_eq!(first.id, second.id, "a repeat can be told by its identifier");
    house.approve(&held).await;
    house.later(86_400);
    house.flows.run_timers([1; 16]).await.unwrap();
    assert_eq!(check_of(&house, &held).await.state, IdentityState::GivenUp);
    assert_eq!(answered(&house, &KEY, &finished(&first.id, "mismatch")).await, IdentityTaken::Taken);
    assert_eq!(check_of(&house, &held).await.state, IdentityState::Answered, "late, and still told");
}

#[tokio::test]
async fn a_case_that_was_decided_first_goes_to_nobody() {
    let provider = Provider::new().await;
    let (house, held) = asking(&provider).await;
    house.approve(&held).await;
    assert_eq!(house.flows.ask_identity(&sender()).await.unwrap(), 1);
    assert_eq!(check_of(&house, &held).await.state, IdentityState::GivenUp);
}
