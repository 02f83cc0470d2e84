//! Texts that handsets send: by JSON and by a form, to whoever is bound to receive.

use countersign_carriers::{AccountBehaviour, Running};
use countersign_smpp::pdu::{BindMode, ShortMessage};
use countersign_smpp::receipt::parse;
use countersign_smpp::session::ClientEvent;
use countersign_smpp::text::{Alphabet, Reassembler, decode};
use serde_json::{Value, json};

use crate::client::Client;
use crate::{NOW_MS, account, get, network_with, operator, prompt, send};

const FORM: &str = "application/x-www-form-urlencoded";

async fn started() -> Running {
    let dead = AccountBehaviour { dead: true, ..AccountBehaviour::default() };
    let accounts = vec![account("dead", dead), account("second", AccountBehaviour::default())];
    network_with(vec![operator("one", "", prompt())], accounts).await
}

async fn text(running: &Running, number: &str, to: &str, text: &str) -> (u16, Value) {
    let path = format!("/api/handsets/{number}/texts");
    let body = json!({ "to": to, "text": text }).to_string();
    let (head, body) = send(running.handsets, "POST", &path, "application/json", &body).await;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, serde_json::from_str(&body).expect("JSON"))
}

async fn delivered(client: &mut Client) -> ShortMessage {
    match client.event().await {
        ClientEvent::Delivered(message) => message,
        other => panic!("a text, not {other:?}"),
    }
}

fn ends(message: &ShortMessage) -> [(u8, u8, &str); 2] {
    [&message.source, &message.destination].map(|at| (at.ton, at.npi, at.value.as_str()))
}

#[tokio::test]
async fn a_text_reaches_a_bound_receiver_as_deliver_sm() {
    let running = started().await;
    let mut client = Client::bound_as(&running, "second", BindMode::Transceiver).await;
    let (status, sent) = text(&running, "+491701234567", "+49 30 123456", "BIND 482913").await;
    let expected = json!({ "from": "+491701234567", "to": "+4930123456", "parts": 1, "route": "second" });
    assert_eq!((status, sent), (202, expected));
    let message = delivered(&mut client).await;
    assert_eq!(ends(&message), [(1, 1, "491701234567"), (1, 1, "4930123456")]);
    assert_eq!((message.esm_class, message.content()), (0, b"BIND 482913".as_slice()));
    assert_eq!(parse(&message), None, "no receipt");
    // Short codes are of a type of their own; a + in a path may be escaped, or left out.
    for number in ["%2B491701234567", "491701234567"] {
        assert_eq!(text(&running, number, "72345", "x").await.1["to"], "72345");
        assert_eq!(ends(&delivered(&mut client).await), [(1, 1, "491701234567"), (3, 0, "72345")]);
    }
}

#[tokio::test]
async fn a_long_text_comes_in_parts_that_fit_together() {
    let running = started().await;
    let mut client = Client::bound(&running, BindMode::Receiver).await;
    let words = "Größe € ".repeat(30);
    let (_, sent) = text(&running, "+491701234567", "72345", &words).await;
    let parts = sent["parts"].as_u64().expect("a count");
    assert_eq!(parts, 2, "30 times 9 septets");
    let mut reassembler = Reassembler::new(10, 1_000);
    let mut whole = None;
    for _ in 0..parts {
        assert_eq!(whole, None);
        let message = delivered(&mut client).await;
        whole = reassembler.push(NOW_MS, &message);
    }
    assert_eq!(whole.and_then(|octets| decode(&octets, 0, Alphabet::Gsm)), Some(words));
}

#[tokio::test]
async fn a_text_takes_an_account_that_lives_and_waits_when_there_is_none() {
    let running = started().await;
    let mut dead = Client::bound_as(&running, "dead", BindMode::Transceiver).await;
    let (status, sent) = text(&running, "+491701234567", "72345", "early").await;
    assert_eq!((status, &sent["route"]), (202, &Value::Null));
    // A transmitter receives nothing.
    let mut sender = Client::bound_as(&running, "second", BindMode::Transmitter).await;
    assert_eq!(text(&running, "+491701234567", "72345", "still early").await.1["route"], Value::Null);
    let mut second = Client::bound_as(&running, "second", BindMode::Receiver).await;
    for expected in [b"early".as_slice(), b"still early"] {
        assert_eq!(delivered(&mut second).await.content(), expected);
    }
    assert_eq!(text(&running, "+491701234567", "72345", "now").await.1["route"], "second");
    assert_eq!(delivered(&mut second).await.content(), b"now");
    for client in [&mut dead, &mut sender] {
        let asked = client.submit("+491701234567", "x");
        client.answer(asked).await;
    }
}

#[tokio::test]
async fn what_cannot_be_a_text_is_refused_in_words() {
    let running = started().await;
    let cases = [
        ("Acme", "72345", "x", "From takes a number"),
        ("+49170", "72345", "x", "From takes a number"),
        ("+491701234567", "Acme", "x", "To takes a number"),
        ("+491701234567", "12", "x", "To takes a number"),
        ("+491701234567", "+4917012345678901", "x", "To takes a number"),
        ("+491701234567", "72345", " \r\n", "Text takes 1 to 1000"),
        ("+491701234567", "72345", &"x".repeat(1_001), "Text takes 1 to 1000"),
    ];
    for (from, to, words, why) in cases {
        let (status, answer) = text(&running, from, to, words).await;
        assert!(
            status == 422 && answer["title"].as_str().is_some_and(|title| title.starts_with(why)),
            "{answer}"
        );
    }
    let path = "/api/handsets/+491701234567/texts";
    let (head, _) = send(running.handsets, "POST", path, "text/plain", "{}").await;
    assert!(head.starts_with("HTTP/1.1 415"), "{head}");
}

#[tokio::test]
async fn the_form_sends_without_a_script_and_keeps_what_was_typed() {
    let running = started().await;
    let address = running.handsets;
    let (_, page) = get(address, "/?to=%2B491701234567").await;
    assert!(page.contains("name=\"from\" type=\"tel\" required value=\"+491701234567\""), "{page}");
    let (head, _) =
        send(address, "POST", "/texts", FORM, "from=%2B491701234567&to=72345&text=a%0D%0Ab").await;
    assert!(head.starts_with("HTTP/1.1 303"), "{head}");
    let target = "/?to=%2B491701234567&sent=72345&waits=1";
    assert!(head.contains(&format!("location: {target}")), "{head}");
    let (_, page) = get(address, target).await;
    let said = "role=\"status\">Your text to <bdi dir=\"ltr\">72345</bdi> is with the network, and waits";
    assert!(page.contains(said), "{page}");
    let mut client = Client::bound(&running, BindMode::Receiver).await;
    assert_eq!(delivered(&mut client).await.content(), b"a\nb");

    let (head, page) = send(address, "POST", "/texts", FORM, "from=x&to=%3Cb%3E&text=%3Ci%3E").await;
    assert!(head.starts_with("HTTP/1.1 422") && page.contains("<title>Error: "), "{head}");
    assert!(page.contains("role=\"alert\">Not sent: From takes a number"), "{page}");
    assert!(page.contains("value=\"&lt;b&gt;\"") && page.contains("\n&lt;i&gt;</textarea>"), "{page}");
    let request = "POST /texts HTTP/1.1\r\nhost: test\r\nconnection: close\r\nsec-fetch-site: same-site\r\n\
                   content-type: application/x-www-form-urlencoded\r\ncontent-length: 32\r\n\r\n\
                   from=491701234567&to=72345&text=x";
    assert!(crate::http(address, request).await.0.starts_with("HTTP/1.1 403"));
}
