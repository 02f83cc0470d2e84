//! Webhooks over real TCP: what each answer of a listener means.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot set itself up stops there

mod http_peer;

use countersign_core::entropy::testing::Counting;
use countersign_delivery::http::{EgressPolicy, HttpClient};
use countersign_delivery::webhook::{WebhookAnswer, WebhookCall, WebhookSecret, WebhookSender};
use http_peer::{Does, HttpPeer};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpListener;

/// Its clock moves by 7 ms whenever it is read.
fn sender(allow_private: bool) -> WebhookSender {
    let time = AtomicU64::new(0);
    let time = Arc::new(move || time.fetch_add(7, Ordering::SeqCst));
    WebhookSender::new(HttpClient::new(EgressPolicy { allow_private }), time)
}

fn call(url: String) -> WebhookCall {
    WebhookCall {
        url,
        secrets: vec![WebhookSecret::draw(&Counting::new())],
        id: "evt_1".to_owned(),
        timestamp_s: 1_795_269_909,
        body: "{\"type\":\"action.authorised\"}".to_owned(),
    }
}

#[tokio::test]
async fn what_a_listener_answers() {
    let peer = HttpPeer::start().await;
    let sender = sender(true);
    let send = || sender.send(call(format!("http://127.0.0.1:{}/hooks", peer.port)));
    for (line, status) in [("200 OK", 200), ("202 Accepted", 202), ("204 No Content", 204)] {
        peer.says(line, "");
        assert_eq!(send().await, WebhookAnswer::Delivered { status, took_ms: 7 });
    }
    peer.says("410 Gone", "");
    assert_eq!(send().await, WebhookAnswer::Gone);
    for (line, status) in [("302 Found", 302), ("400 No", 400), ("404 No", 404), ("500 Oops", 500)] {
        peer.says(line, "<h1>no\r\nhook</h1>");
        let body_head = "<h1>no hook</h1>".to_owned();
        assert_eq!(send().await, WebhookAnswer::Refused { status, took_ms: 7, body_head });
    }
    peer.does(Does::HangsUp);
    assert!(matches!(send().await, WebhookAnswer::Unreachable { .. }));
    let heard = peer.heard();
    assert_eq!(heard.len(), 9, "every try is one request");
    assert!(heard.iter().all(|at| at.head[0] == "POST /hooks HTTP/1.1" && at.body.contains("authorised")));
    assert_eq!(heard[0].header("webhook-id"), Some("evt_1"));
    assert_eq!(heard[0].header("webhook-timestamp"), Some("1795269909"));
    assert!(heard[0].header("webhook-signature").unwrap().starts_with("v1,"));
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let answer = sender(true).send(call(format!("http://{nobody}/"))).await;
    assert_eq!(answer, WebhookAnswer::Unreachable { reason: "no connection" });
}

/// T26: a relying party cannot aim us at our own network.
#[tokio::test]
async fn where_requests_may_not_go_no_webhook_goes() {
    let peer = HttpPeer::start().await;
    for host in ["127.0.0.1", "[::1]", "localhost", "127.1"] {
        for scheme in ["http", "https"] {
            let answer = sender(false).send(call(format!("{scheme}://{host}:{}/", peer.port))).await;
            assert_eq!(answer, WebhookAnswer::Forbidden, "{scheme}://{host}");
        }
    }
    let answer = sender(true).send(call("http://169.254.169.254/latest/meta-data".to_owned())).await;
    assert_eq!(answer, WebhookAnswer::Forbidden);
    assert!(peer.heard().is_empty());
}

#[tokio::test]
async fn without_a_secret_nothing_is_sent() {
    let peer = HttpPeer::start().await;
    let unsigned = WebhookCall { secrets: Vec::new(), ..call(format!("http://127.0.0.1:{}/", peer.port)) };
    assert!(matches!(sender(true).send(unsigned).await, WebhookAnswer::Unreachable { .. }));
    assert!(peer.heard().is_empty());
}
