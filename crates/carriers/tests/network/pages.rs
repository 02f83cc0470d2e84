//! The handsets' JSON and pages.

use countersign_carriers::{Running, demo_operators};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{get, get_json, network, operator, prompt, send};

async fn started() -> Running {
    network(vec![operator("one", "", prompt()), operator("two", "44", prompt())]).await
}

#[tokio::test]
async fn every_answer_carries_the_strict_headers_and_pages_hold_no_inline_code() {
    let running = started().await;
    for path in
        ["/", "/?to=%2B491701234567", "/operators", "/assets/carriers.css", "/assets/carriers.js", "/none"]
    {
        let (head, body) = get(running.handsets, path).await;
        for line in [
            "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
        ] {
            assert!(head.contains(line), "{path} lacks {line}");
        }
        for inline in ["<style", " style=", " onclick=", "javascript:", "<script>"] {
            assert!(!body.contains(inline), "{path} has {inline}");
        }
    }
}

#[tokio::test]
async fn knobs_are_seen_and_turned_by_json_and_by_form() {
    let running = started().await;
    let address = running.handsets;
    let (head, body) =
        send(address, "PUT", "/api/operators/two", "application/json", "{\"loss_percent\": 25}").await;
    assert!(head.starts_with("HTTP/1.1 200") && body.contains("\"loss_percent\":25"), "{head}\n{body}");
    let form = "delay_ms_max=700&blocked_prefixes=447+4420&receipts=no_receipts&receipt_before_answer=true";
    let kind = "application/x-www-form-urlencoded";
    let (head, _) = send(address, "POST", "/operators/two", kind, form).await;
    assert!(head.starts_with("HTTP/1.1 303") && head.contains("location: /operators#two"), "{head}");
    let operators = get_json(address, "/api/operators").await;
    let behaviour = &operators[1]["behaviour"];
    assert_eq!(behaviour["loss_percent"], 25, "left out, so kept");
    assert_eq!(behaviour["delay_ms_max"], 700);
    assert_eq!(behaviour["blocked_prefixes"], json!(["447", "4420"]));
    assert_eq!(
        (&behaviour["receipts"], &behaviour["receipt_before_answer"]),
        (&json!("no_receipts"), &json!(true))
    );
    assert_eq!(operators[0]["behaviour"]["loss_percent"], 0, "the other is untouched");

    let refusals = [
        ("/api/operators/two", "{\"loss_percent\": 101}", "422", "loss_percent is 101, more than 100"),
        ("/api/operators/two", "{\"colour\": 1}", "422", "unknown field `colour`"),
        ("/api/operators/none", "{}", "404", "no such operator"),
    ];
    for (path, body, status, why) in refusals {
        let (head, answer) = send(address, "PUT", path, "application/json", body).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(why), "{head}\n{answer}");
    }
    let (head, page) = send(address, "POST", "/operators/two", kind, "loss_percent=lots").await;
    assert!(head.starts_with("HTTP/1.1 422"));
    assert!(page.contains("<title>Error: ") && page.contains("role=\"alert\">Not changed: "));
}

#[tokio::test]
async fn another_site_cannot_turn_a_knob() {
    let running = started().await;
    let request = "POST /operators/one HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
                   sec-fetch-site: cross-site\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                   content-length: 16\r\n\r\nloss_percent=100";
    let (head, _) = crate::http(running.handsets, request).await;
    assert!(head.starts_with("HTTP/1.1 403"), "{head}");
    assert_eq!(get_json(running.handsets, "/api/operators").await[0]["behaviour"]["loss_percent"], 0);
    // A plain-text PUT needs no preflight in a browser, and is refused.
    let (head, _) = send(running.handsets, "PUT", "/api/operators/one", "text/plain", "{}").await;
    assert!(head.starts_with("HTTP/1.1 415"), "{head}");
}

#[tokio::test]
async fn the_page_tells_what_misbehaves_where_and_escapes_what_it_shows() {
    let running = network(demo_operators()).await;
    let (_, page) = get(running.handsets, "/operators").await;
    for operator in demo_operators() {
        assert!(page.contains(&format!("<section class=\"operator\" id=\"{}\"", operator.name)));
        assert!(page.contains(&operator.note), "{}", operator.note);
    }
    let (_, page) = get(started().await.handsets, "/operators").await;
    assert!(page.contains("made for a &lt;test&gt;"));
}

#[tokio::test]
async fn a_shutdown_ends_open_streams() {
    let running = started().await;
    let mut stream = TcpStream::connect(running.handsets).await.expect("connects");
    stream.write_all(b"GET /api/stream HTTP/1.1\r\nhost: test\r\n\r\n").await.expect("writes");
    let mut head = [0; 15];
    stream.read_exact(&mut head).await.expect("an answer");
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    running.shutdown().await;
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.expect("the stream ends");
    let rest = String::from_utf8(rest).expect("text");
    assert!(rest.contains("content-type: text/event-stream") && rest.ends_with("0\r\n\r\n"), "{rest}");
}
