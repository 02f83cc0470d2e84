//! The provider of calls: who may ask, what rings, and what the operators do to it.

use countersign_carriers::{Behaviour, Blocking, Congestion, Running, start};
use serde_json::{Value, json};

use crate::{config, eventually, get, get_json, http, network, operator, prompt};

const TO: &str = "+491701234567";
const SAID: &str = "This is Acme. Your code is: 4, 8, 2, 9, 1, 3.";

fn call(reference: &str) -> Value {
    json!({ "reference": reference, "to": TO, "from": "+4930123456", "language": "en", "say": SAID })
}

async fn ask_as(running: &Running, authorization: &str, body: &str) -> (String, String) {
    let request = format!(
        "POST /calls HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{authorization}\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    http(running.handsets, &request).await
}

/// The status and the JSON of the answer.
async fn ask(running: &Running, body: &Value) -> (u16, Value) {
    let (head, body) = ask_as(running, "authorization: Bearer t0ken\r\n", &body.to_string()).await;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, serde_json::from_str(&body).expect("JSON"))
}

async fn on_handset(running: &Running) -> Vec<Value> {
    let messages = get_json(running.handsets, "/api/messages?to=%2B491701234567").await;
    messages.as_array().expect("a list").clone()
}

async fn with(behaviour: Behaviour) -> Running {
    network(vec![operator("one", "", behaviour)]).await
}

#[tokio::test]
async fn a_call_rings_and_what_was_said_stands_beside_the_texts() {
    let running = with(prompt()).await;
    assert_eq!(running.calls_url, format!("http://{}/calls", running.handsets));
    let (status, placed) = ask(&running, &call("msg_1")).await;
    assert!(status == 201 && placed["id"].as_str().is_some_and(|id| !id.is_empty()), "{status} {placed}");
    let calls = eventually(async || Some(on_handset(&running).await).filter(|calls| !calls.is_empty())).await;
    let expected = json!([{
        "to": TO, "from": "+4930123456", "text": SAID, "call": true, "received_at": "2025-11-22T05:29:00.000Z",
    }]);
    assert_eq!(json!(calls), expected);
    let (_, page) = get(running.handsets, "/?to=%2B491701234567").await;
    assert!(page.contains("Call from <strong>+4930123456</strong>"), "{page}");
    assert!(page.contains("data-copy=\"482913\""), "{page}");

    // The same reference again rings no second time.
    assert_eq!(ask(&running, &call("msg_1")).await, (201, placed.clone()));
    let (_, other) = ask(&running, &call("msg_2")).await;
    assert_ne!(other, placed);
    let calls = eventually(async || Some(on_handset(&running).await).filter(|calls| calls.len() > 1)).await;
    assert_eq!(calls.len(), 2);
}

#[tokio::test]
async fn only_the_bearer_of_the_token_may_ask() {
    let running = with(prompt()).await;
    for authorization in ["", "authorization: Bearer wrong\r\n", "authorization: t0ken\r\n"] {
        let (head, _) = ask_as(&running, authorization, &call("msg_1").to_string()).await;
        assert!(head.starts_with("HTTP/1.1 401"), "{authorization}: {head}");
    }
    let (status, _) = ask(&running, &json!({ "to": TO })).await;
    assert_eq!(status, 400);
    for (name, value) in [
        ("to", "491701234567"),
        ("to", "+49"),
        ("from", "Acme"),
        ("language", ""),
        ("say", ""),
        ("say", &"x".repeat(2_001)),
        ("reference", ""),
    ] {
        let mut call = call("msg_1");
        call[name] = json!(value);
        assert_eq!(ask(&running, &call).await.0, 422, "{name}");
    }
    assert!(on_handset(&running).await.is_empty());
    for token in ["", "two words", "größe"] {
        let config =
            countersign_carriers::CarrierConfig { calls_token: token.to_owned(), ..config(Vec::new()) };
        assert!(start(config, std::sync::Arc::new(|| 0)).await.is_err(), "{token}");
    }
}

#[tokio::test]
async fn what_befalls_texts_befalls_calls() {
    let prefixes = || vec!["4917".to_owned()];
    let cases = [
        (422, Behaviour { voip_prefixes: prefixes(), ..prompt() }),
        (403, Behaviour { blocked_prefixes: prefixes(), ..prompt() }),
        // Placed, and nobody picks up.
        (201, Behaviour { loss_percent: 100, ..prompt() }),
        (201, Behaviour { blocked_prefixes: prefixes(), blocking: Blocking::Reject, ..prompt() }),
    ];
    for (expected, behaviour) in cases {
        let running = with(behaviour).await;
        assert_eq!(ask(&running, &call("msg_1")).await.0, expected);
        assert!(on_handset(&running).await.is_empty(), "{expected}");
    }
    for (congestion, expected) in [(Congestion::Throttled, 429), (Congestion::QueueFull, 503)] {
        let running = with(Behaviour { submits_per_second_max: 1, congestion, ..prompt() }).await;
        assert_eq!(ask(&running, &call("msg_1")).await.0, 201);
        assert_eq!(ask(&running, &call("msg_2")).await.0, expected);
    }
    let running = with(Behaviour { sender_rewrite: "+100".to_owned(), ..prompt() }).await;
    ask(&running, &call("msg_1")).await;
    let calls = eventually(async || Some(on_handset(&running).await).filter(|calls| !calls.is_empty())).await;
    assert_eq!(calls[0]["from"], "+100");
}

#[tokio::test]
async fn an_operator_that_hangs_up_breaks_the_answer_off() {
    let running = with(Behaviour { disconnect_percent: 100, ..prompt() }).await;
    let body = call("msg_1").to_string();
    let request = format!(
        "POST /calls HTTP/1.1\r\nhost: test\r\nauthorization: Bearer t0ken\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = crate::raw(running.handsets, &request).await;
    // Without the last chunk there is no whole answer (RFC 9112, 8), whatever its head said.
    assert!(!answer.ends_with("0\r\n\r\n") && !answer.contains("\"id\""), "{answer}");
    assert!(on_handset(&running).await.is_empty());
}
