//! The voice route over real TCP against a provider that says what a test tells it to.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot set itself up stops there

mod http_peer;
mod log_lines;

use countersign_core::address::Address;
use countersign_core::id::MessageId;
use countersign_core::model::{Body, Purpose};
use countersign_core::outbox::{Failure, Submission};
use countersign_delivery::http::{EgressPolicy, HttpClient};
use countersign_delivery::voice::{VoiceConfig, VoiceRoute};
use countersign_delivery::{Channel, Letter, words};
use http_peer::{Does, HttpPeer};
use log_lines::LogLines;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpListener;

const NUMBER: &str = "+4915112345678";
const TOKEN: &str = "hunter2";

fn route_to(port: u16) -> VoiceRoute {
    let config = VoiceConfig {
        name: "calls".to_owned(),
        url: format!("http://127.0.0.1:{port}/calls"),
        token: TOKEN.to_owned(),
        caller: "+4930123456".to_owned(),
        timeout_s: 1,
        carries: Default::default(),
    };
    VoiceRoute::new(config, HttpClient::new(EgressPolicy { allow_private: true })).unwrap()
}

fn letter() -> Letter {
    Letter {
        reference: MessageId::from_bytes([9; 16]),
        to: Address::from_exposed(NUMBER).unwrap(),
        body: Body::Code {
            code: "482913".to_owned(),
            purpose: Purpose::SignIn,
            valid_s: 300,
            amount: None,
            payee: None,
            network: None,
            fingerprint: None,
        },
        locale: "de-AT".to_owned(),
        brand: "Acme".to_owned(),
        sender: None,
        host: "acme.example".to_owned(),
        origin: "https://acme.example".to_owned(),
        phrase: None,
        template: None,
        app_hash: None,
        valid_for: Duration::from_secs(300),
    }
}

fn refused(failure: Failure, code: &str) -> Submission {
    Submission::Refused { failure, code: code.to_owned() }
}

#[tokio::test]
async fn a_letter_becomes_one_call() {
    let provider = HttpPeer::start().await;
    provider.says("201 Created", "{\"id\":\"call_7\"}");
    let route = route_to(provider.port);
    let accepted = Submission::Accepted { provider_ids: vec!["call_7".to_owned()] };
    assert_eq!(route.submit(letter()).await, accepted);
    let [heard] = &provider.heard()[..] else { panic!("one request") };
    assert_eq!(heard.head[0], "POST /calls HTTP/1.1");
    assert_eq!(heard.header("authorization"), Some("Bearer hunter2"));
    let expected = json!({
        "reference": letter().reference.to_string(),
        "to": NUMBER,
        "from": "+4930123456",
        "language": "de",
        "say": words::render_voice(&letter()),
    });
    assert_eq!(serde_json::from_str::<Value>(&heard.body).unwrap(), expected);
    assert!(expected["say"].as_str().unwrap().contains("4, 8, 2, 9, 1, 3"));
}

#[tokio::test]
async fn what_a_provider_answers() {
    let provider = HttpPeer::start().await;
    let route = route_to(provider.port);
    for (line, expected) in [
        ("422 Unprocessable", refused(Failure::Number, "422")),
        ("401 Unauthorized", refused(Failure::Route, "401")),
        ("307 Elsewhere", refused(Failure::Route, "307")),
        ("429 Slow down", refused(Failure::Throttled, "429")),
        ("503 Unwell", refused(Failure::Temporary, "503")),
        ("200 OK", Submission::Lost),
    ] {
        provider.says(line, "{\"error\":\"+4915112345678\"}");
        assert_eq!(route.submit(letter()).await, expected, "{line}");
    }
}

#[tokio::test]
async fn a_broken_connection_means_lost_only_once_the_request_is_out() {
    let provider = HttpPeer::start().await;
    for does in [Does::HangsUp, Does::KeepsQuiet] {
        provider.does(does);
        assert_eq!(route_to(provider.port).submit(letter()).await, Submission::Lost);
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    assert_eq!(route_to(nobody).submit(letter()).await, Submission::NotSent);
}

#[tokio::test]
async fn a_mailbox_cannot_be_called() {
    let provider = HttpPeer::start().await;
    let letter = Letter { to: Address::from_exposed("ada@example.com").unwrap(), ..letter() };
    let submission = route_to(provider.port).submit(letter).await;
    assert!(matches!(submission, Submission::Refused { failure: Failure::Route, .. }));
    assert!(provider.heard().is_empty());
}

/// T7, R10: whatever the provider says, no code, number or token is logged.
#[tokio::test]
async fn nothing_secret_is_logged() {
    let (lines, _listening) = LogLines::listen();
    let provider = HttpPeer::start().await;
    let route = route_to(provider.port);
    for (line, body) in [
        ("422 +4915112345678", "{\"error\":\"+4915112345678 482913 hunter2\"}"),
        ("500 hunter2", "482913"),
        ("200 OK", "4, 8, 2, 9, 1, 3"),
    ] {
        provider.says(line, body);
        route.submit(letter()).await;
    }
    provider.does(Does::HangsUp);
    route.submit(letter()).await;
    let lines = lines.text();
    assert!(lines.matches("a call was not placed").count() == 4 && lines.contains("422"), "{lines}");
    for secret in ["482913", "4, 8, 2", "15112345678", TOKEN] {
        assert!(!lines.contains(secret), "{secret} in {lines}");
    }
}
