//! Routes over providers, over real TCP: a letter goes out, a subscription is confirmed, nothing secret is logged.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot set itself up stops there

mod http_peer;
mod log_lines;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::address::Address;
use countersign_core::id::MessageId;
use countersign_core::model::{Body, Purpose};
use countersign_core::outbox::{Failure, ReceiptState, Submission};
use countersign_core::time::Timestamp;
use countersign_delivery::http::{EgressPolicy, HttpClient};
use countersign_delivery::providers::{CallbackRefusal, CallbackRequest, HttpRoute, HttpRouteConfig};
use countersign_delivery::{CallbackDoor, Channel, Letter};
use http_peer::{Does, HttpPeer};
use log_lines::LogLines;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

const NUMBER: &str = "+4915112345678";
const NOW: Timestamp = Timestamp::from_unix_ms(1_795_269_909_000);
const ORACLE: &str = include_str!("fixtures/providers/oracle.json");

fn route(provider: &str, account: Value) -> HttpRoute {
    let config: HttpRouteConfig = serde_json::from_value(json!({
        "name": provider, "provider": provider, "sender": "Acme", "timeout_s": 1, "account": account,
    }))
    .unwrap();
    let http = HttpClient::new(EgressPolicy { allow_private: true });
    HttpRoute::new(config, http, "https://accounts.acme.example", Arc::new(|| NOW)).unwrap()
}

fn twilio(port: u16) -> HttpRoute {
    let base_url = format!("http://127.0.0.1:{port}");
    route("twilio", json!({ "account_sid": "AC0123", "auth_token": "hunter2", "base_url": base_url }))
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
        locale: "en".to_owned(),
        brand: "Acme".to_owned(),
        sender: None,
        template: None,
        app_hash: None,
        host: "acme.example".to_owned(),
        origin: "https://acme.example".to_owned(),
        phrase: None,
        valid_for: Duration::from_secs(300),
    }
}

#[tokio::test]
async fn a_letter_becomes_one_request() {
    let provider = HttpPeer::start().await;
    provider.says("201 Created", "{\"sid\":\"SM77\"}");
    let accepted = Submission::Accepted { provider_ids: vec!["SM77".to_owned()] };
    assert_eq!(twilio(provider.port).submit(letter()).await, accepted);
    let [heard] = &provider.heard()[..] else { panic!("one request") };
    assert_eq!(heard.head[0], "POST /2010-04-01/Accounts/AC0123/Messages.json HTTP/1.1");
    assert_eq!(heard.header("content-type"), Some("application/x-www-form-urlencoded"));
    // echo -n AC0123:hunter2 | base64
    assert_eq!(heard.header("authorization"), Some("Basic QUMwMTIzOmh1bnRlcjI="));
    assert!(heard.body.starts_with("To=%2B4915112345678&From=Acme&Body="), "{}", heard.body);
}

#[tokio::test]
async fn a_get_is_a_get() {
    let provider = HttpPeer::start().await;
    provider.says("200 OK", "{\"id\":7}");
    let url = format!("http://127.0.0.1:{}/send?u=hunter2&to={{to}}", provider.port);
    let submission = route("generic", json!({ "url": url, "method": "GET" })).submit(letter()).await;
    assert_eq!(submission, Submission::Accepted { provider_ids: vec!["7".to_owned()] });
    let [heard] = &provider.heard()[..] else { panic!("one request") };
    assert_eq!(heard.head[0], "GET /send?u=hunter2&to=%2B4915112345678 HTTP/1.1");
    assert_eq!((heard.header("content-type"), &*heard.body), (None, ""));
}

#[tokio::test]
async fn a_broken_connection_means_lost_only_once_the_request_is_out() {
    let provider = HttpPeer::start().await;
    for does in [Does::HangsUp, Does::KeepsQuiet] {
        provider.does(does);
        assert_eq!(twilio(provider.port).submit(letter()).await, Submission::Lost);
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    assert_eq!(twilio(nobody).submit(letter()).await, Submission::NotSent);
    let mailbox = Letter { to: Address::from_exposed("ada@example.com").unwrap(), ..letter() };
    let submission = twilio(nobody).submit(mailbox).await;
    assert!(matches!(submission, Submission::Refused { failure: Failure::Route, .. }), "{submission:?}");
}

/// T7, R10: whatever the provider says, no code, number or key is logged.
#[tokio::test]
async fn nothing_secret_is_logged() {
    let (lines, _listening) = LogLines::listen();
    let provider = HttpPeer::start().await;
    let route = twilio(provider.port);
    for (line, body) in [
        ("400 +4915112345678", "{\"code\":21614,\"message\":\"+4915112345678 482913 hunter2\"}"),
        ("400 Bad", "{\"code\":\"+4915112345678\"}"),
        ("500 hunter2", "482913"),
        ("200 OK", "482913"),
    ] {
        provider.says(line, body);
        route.submit(letter()).await;
    }
    let lines = lines.text();
    assert!(lines.matches("not taken").count() == 4 && lines.contains("21614"), "{lines}");
    for secret in ["482913", "15112345678", "hunter2"] {
        assert!(!lines.contains(secret), "{secret} in {lines}");
    }
}

/// What Amazon would post, with its host replaced by the peer's: the address of the certificate is not signed.
fn posted(name: &str, sns_url: &str) -> CallbackRequest {
    let oracle: Value = serde_json::from_str(ORACLE).unwrap();
    let said = oracle["callbacks"].as_array().unwrap().iter().find(|said| said["name"] == name).unwrap();
    let mut body: Value = serde_json::from_str(said["body"].as_str().unwrap()).unwrap();
    body["SigningCertURL"] = json!(format!("{sns_url}/SimpleNotificationService-0123abcd.pem"));
    CallbackRequest {
        method: "POST".to_owned(),
        path_and_query: "/callbacks/aws".to_owned(),
        headers: vec![("content-type".to_owned(), "text/plain; charset=UTF-8".to_owned())],
        body: body.to_string().into_bytes(),
    }
}

fn aws(sns_url: &str) -> HttpRoute {
    let account = json!({
        "region": "eu-central-1", "access_key_id": "AKIDEXAMPLE", "secret_access_key": "hunter2",
        "topic_arn": "arn:aws:sns:eu-central-1:123456789012:receipts", "sns_url": sns_url,
    });
    route("aws", account)
}

#[tokio::test]
async fn a_certificate_is_fetched_once_and_one_that_does_not_come_proves_nothing() {
    let amazon = HttpPeer::start().await;
    let sns_url = format!("http://127.0.0.1:{}", amazon.port);
    let route = aws(&sns_url);
    let request = posted("aws delivered", &sns_url);
    for does in [Does::HangsUp, Does::Says(http_peer::answer("404 Not Found", "no"))] {
        amazon.does(does);
        assert_eq!(route.read(&request, NOW).await, Err(CallbackRefusal::Unsigned));
    }
    amazon.says("200 OK", include_str!("fixtures/providers/sns.pem"));
    for _ in 0..2 {
        let reading = route.read(&request, NOW).await.unwrap();
        assert_eq!(reading.receipts[0].state, ReceiptState::Delivered);
    }
    let heard = amazon.heard();
    let asked = heard.iter().map(|heard| &*heard.head[0]).collect::<Vec<_>>();
    assert_eq!(asked, ["GET /SimpleNotificationService-0123abcd.pem HTTP/1.1"; 3]);
    let stranger = aws(&sns_url);
    amazon.says("200 OK", include_str!("fixtures/providers/stranger.pem"));
    assert_eq!(stranger.read(&request, NOW).await, Err(CallbackRefusal::Forged));
    let confirmation = posted("aws confirmation", &sns_url);
    // Rightly signed, but it leads to Amazon's host and not to the one that was set: nobody goes there.
    assert_eq!(route.read(&confirmation, NOW).await, Err(CallbackRefusal::Malformed));
    assert_eq!(amazon.heard().len(), 4);
}

/// A confirmation whose address leads to the peer, signed as Amazon signs (the oracle proves that form).
fn confirmation(sns_url: &str) -> CallbackRequest {
    let mut request = posted("aws confirmation", sns_url);
    let mut body: Value = serde_json::from_slice(&request.body).unwrap();
    body["SubscribeURL"] = json!(format!("{sns_url}/?Action=ConfirmSubscription&Token=t0k3n"));
    let names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
    let text: String =
        names.iter().map(|name| format!("{name}\n{}\n", body[name].as_str().unwrap())).collect();
    let key = PrivatePkcs8KeyDer::from_pem_slice(include_bytes!("fixtures/providers/sns.key.pem")).unwrap();
    let key = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    body["Signature"] = json!(STANDARD.encode(signature));
    request.body = body.to_string().into_bytes();
    request
}

#[tokio::test]
async fn a_subscription_to_our_topic_is_confirmed_by_one_visit() {
    let amazon = HttpPeer::start().await;
    let sns_url = format!("http://127.0.0.1:{}", amazon.port);
    let (route, request) = (aws(&sns_url), confirmation(&sns_url));
    amazon.says("200 OK", include_str!("fixtures/providers/sns.pem"));
    let reading = route.read(&request, NOW).await.unwrap();
    assert_eq!((reading.answer.status, reading.receipts.len(), reading.inbound.len()), (200, 0, 0));
    let heard = amazon.heard();
    let asked = heard.iter().map(|heard| &*heard.head[0]).collect::<Vec<_>>();
    let expected = [
        "GET /SimpleNotificationService-0123abcd.pem HTTP/1.1",
        "GET /?Action=ConfirmSubscription&Token=t0k3n HTTP/1.1",
    ];
    assert_eq!(asked, expected);
    // A visit that failed is asked for again.
    amazon.says("500 Oops", "");
    assert_eq!(route.read(&request, NOW).await.unwrap().answer.status, 503);
    let forged = String::from_utf8(request.body.clone()).unwrap().replace("t0k3n", "t0k4n");
    let forged = CallbackRequest { body: forged.into_bytes(), ..request };
    assert_eq!(route.read(&forged, NOW).await, Err(CallbackRefusal::Forged));
    assert_eq!(amazon.heard().len(), 3);
}
