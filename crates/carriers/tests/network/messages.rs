//! The provider of texts: who may ask, what arrives, and what its listener is told.

use countersign_carriers::{Behaviour, Running};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::{eventually, get_json, http, network, network_with, operator, prompt, send};

const TO: &str = "+491701234567";

async fn with(behaviour: Behaviour) -> Running {
    network_with(vec![operator("one", "", behaviour)], Vec::new()).await
}

async fn ask_as(running: &Running, authorization: &str, body: &Value) -> (u16, Value) {
    let body = body.to_string();
    let request = format!(
        "POST /messages HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{authorization}\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let (head, body) = http(running.handsets, &request).await;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, serde_json::from_str(&body).unwrap_or_default())
}

async fn ask(running: &Running, body: &Value) -> (u16, Value) {
    ask_as(running, "authorization: Bearer m-t0ken\r\n", body).await
}

fn text(reference: &str, callback_url: &str) -> Value {
    json!({
        "reference": reference, "to": TO, "from": "Acme", "text": "482913 is your code", "valid_s": 300,
        "callback_url": callback_url,
    })
}

/// Takes one callback and answers it: its first line, its signature, its body.
async fn callback(listener: &TcpListener, answer: &str) -> (String, String, String) {
    let (stream, _) = listener.accept().await.expect("a callback");
    let mut stream = BufReader::new(stream);
    let (mut first, mut signature, mut length) = (String::new(), String::new(), 0);
    stream.read_line(&mut first).await.expect("a line");
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.expect("a line");
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name {
            "x-signature" => signature = value.to_owned(),
            "content-length" => length = value.parse().expect("a number"),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.expect("a body");
    let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).await.expect("answers");
    (first.trim_end().to_owned(), signature, String::from_utf8(body).expect("text"))
}

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let url = format!("http://{}/callbacks/sim?k=1", listener.local_addr().expect("bound"));
    (listener, url)
}

/// The signature is computed here anew, from the octets that came.
fn assert_signed(signature: &str, body: &str) {
    let (moment, tag) = signature.split_once(",v1=").expect("two fields");
    assert_eq!(moment, "t=1763789340", "2025-11-22T05:29:00Z");
    let mut mac = Hmac::<Sha256>::new_from_slice(b"s3cret").expect("any length");
    mac.update(format!("1763789340.{body}").as_bytes());
    let expected: String = mac.finalize().into_bytes().iter().map(|octet| format!("{octet:02x}")).collect();
    assert_eq!(tag, expected);
}

async fn on_handset(running: &Running) -> Vec<Value> {
    get_json(running.handsets, "/api/messages").await.as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_text_arrives_and_its_listener_is_told_until_it_listens() {
    let running = with(prompt()).await;
    assert_eq!(running.messages_url, format!("http://{}/messages", running.handsets));
    let (listener, url) = listener().await;
    let (status, taken) = ask(&running, &text("msg_1", &url)).await;
    let id = taken["id"].as_str().expect("an id");
    assert!(status == 200 && !id.is_empty(), "{status} {taken}");
    for answer in ["503 Busy", "204 Thanks"] {
        let (first, signature, body) = callback(&listener, answer).await;
        assert_eq!(first, "POST /callbacks/sim?k=1 HTTP/1.1");
        assert_signed(&signature, &body);
        let expected = json!({ "id": id, "status": "delivered", "error": null });
        assert_eq!(serde_json::from_str::<Value>(&body).expect("JSON"), expected);
    }
    let shown = on_handset(&running).await;
    assert_eq!((&shown[0]["from"], &shown[0]["text"]), (&json!("Acme"), &json!("482913 is your code")));
    // The same reference again sends no second text.
    assert_eq!(ask(&running, &text("msg_1", &url)).await, (200, taken.clone()));
    let (_, other) = ask(&running, &text("msg_2", &url)).await;
    assert_ne!(other["id"], taken["id"]);
    let (_, _, body) = callback(&listener, "200 OK").await;
    assert!(body.contains(other["id"].as_str().expect("an id")), "taken, so not told again: {body}");
    assert_eq!(on_handset(&running).await.len(), 2);
}

#[tokio::test]
async fn a_text_that_is_lost_fails_with_the_operator_s_code() {
    let (listener, url) = listener().await;
    let late =
        Behaviour { delay_ms_min: 2_000, delay_ms_max: 2_000, receipt_before_answer: true, ..prompt() };
    let cases = [
        (Behaviour { loss_percent: 100, ..prompt() }, "1"),
        // Worth nothing after a second; told before the answer, as this operator is hasty.
        (late, "27"),
    ];
    for (behaviour, error) in cases {
        let running = with(behaviour).await;
        let mut text = text("msg_1", &url);
        text["valid_s"] = json!(1);
        let (_, taken) = ask(&running, &text).await;
        let (_, _, body) = callback(&listener, "200 OK").await;
        let expected = json!({ "id": taken["id"], "status": "failed", "error": error });
        assert_eq!(serde_json::from_str::<Value>(&body).expect("JSON"), expected);
        assert!(on_handset(&running).await.is_empty());
    }
}

#[tokio::test]
async fn the_account_of_texts_has_knobs_like_any_other() {
    let running = with(prompt()).await;
    let cases = [
        ("{\"refuses\": \"system_error\"}", 500),
        ("{\"refuses\": \"submit_failed\"}", 403),
        ("{\"refuses\": \"none\", \"dead\": true}", 200),
        ("{\"dead\": false, \"submits_per_second_max\": 1}", 429),
    ];
    for (at, (knobs, expected)) in cases.into_iter().enumerate() {
        let path = "/api/routes/texts";
        send(running.handsets, "PATCH", path, "application/json", knobs).await;
        let text = json!({ "reference": format!("msg_{at}"), "to": TO, "text": "x" });
        assert_eq!(ask(&running, &text).await.0, expected, "{knobs}");
    }
    assert!(on_handset(&running).await.is_empty());
}

#[tokio::test]
async fn only_the_bearer_of_the_token_may_ask_and_only_this_machine_is_called() {
    let running = with(prompt()).await;
    let (_listener, url) = listener().await;
    for authorization in ["", "authorization: Bearer t0ken\r\n", "authorization: m-t0ken\r\n"] {
        assert_eq!(ask_as(&running, authorization, &text("msg_1", &url)).await.0, 401, "{authorization}");
    }
    assert_eq!(ask(&running, &json!({ "to": TO })).await.0, 400);
    let wrong = [
        ("callback_url", json!("http://192.0.2.1/")),
        ("callback_url", json!("https://127.0.0.1/")),
        ("to", json!("491701234567")),
        ("from", json!("")),
        ("from", json!("Größe")),
        ("text", json!("")),
        ("text", json!("x".repeat(1_601))),
        ("valid_s", json!(0)),
        ("valid_s", json!(172_801)),
        ("reference", json!("x".repeat(101))),
    ];
    for (name, value) in wrong {
        let mut text = text("msg_1", &url);
        text[name] = value;
        assert_eq!(ask(&running, &text).await.0, 422, "{name}");
    }
    assert!(on_handset(&running).await.is_empty());
    // Without a provider there is no token that would do.
    let none = network(vec![operator("one", "", prompt())]).await;
    assert_eq!(ask(&none, &text("msg_1", &url)).await.0, 401);
    assert_eq!(ask_as(&none, "authorization: Bearer \r\n", &text("msg_1", &url)).await.0, 401);
}

#[tokio::test]
async fn a_lifetime_and_a_sender_may_be_left_out() {
    let running = with(prompt()).await;
    let (status, _) =
        ask(&running, &json!({ "reference": "msg_1", "to": TO, "text": "x".repeat(500) })).await;
    assert_eq!(status, 200);
    let shown = eventually(async || on_handset(&running).await.first().cloned()).await;
    assert_eq!(shown["text"].as_str().map(str::len), Some(500), "one message, however long");
}
