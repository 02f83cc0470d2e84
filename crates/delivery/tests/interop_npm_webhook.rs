//! Our webhooks against a listener that nobody here wrote: the npm package `standardwebhooks`.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot set itself up stops there

mod peer;

use countersign_core::entropy::testing::Counting;
use countersign_delivery::http::{EgressPolicy, HttpClient};
use countersign_delivery::webhook::{WebhookAnswer, WebhookCall, WebhookSecret, WebhookSender};
use peer::Peer;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Saw {
    Listening { port: u16, now_s: i64 },
    Verified { id: String, payload: Value },
    Refused { id: String, why: String },
}

async fn saw(peer: &mut Peer) -> Saw {
    tokio::time::timeout(Duration::from_secs(60), peer.saw()).await.expect("within a minute")
}

#[tokio::test]
async fn the_npm_library_believes_what_we_sign_and_nothing_else() {
    let (own, stranger) = (Counting::new(), Counting::from(1));
    let secret = WebhookSecret::draw(&own);
    let environment = [
        ("COUNTERSIGN_TEST_NODE_MODULES", peer::told("COUNTERSIGN_TEST_NODE_MODULES")),
        ("WEBHOOK_SECRET", secret.expose().into()),
    ];
    let mut peer = Peer::start("COUNTERSIGN_TEST_NODE", "npm_webhook.mjs", &environment);
    let Saw::Listening { port, now_s } = saw(&mut peer).await else { panic!("listens first") };
    let sender = WebhookSender::new(HttpClient::new(EgressPolicy { allow_private: true }), Arc::new(|| 0));
    let call = |id: &str, secrets: &[&WebhookSecret], timestamp_s: i64| WebhookCall {
        url: format!("http://127.0.0.1:{port}/hooks"),
        secrets: secrets.iter().map(|secret| (*secret).clone()).collect(),
        id: id.to_owned(),
        timestamp_s,
        body: "{\"type\":\"hold.started\",\"data\":{\"cause\":\"Größe 🔑\"}}".to_owned(),
    };
    let newer = WebhookSecret::draw(&stranger);
    // During a rotation both sign, and the listener knows the one or the other.
    let believed: [(&str, &[&WebhookSecret]); 3] =
        [("evt_1", &[&secret]), ("evt_2", &[&newer, &secret]), ("evt_3", &[&secret, &newer])];
    for (id, secrets) in believed {
        let answer = sender.send(call(id, secrets, now_s)).await;
        assert_eq!(answer, WebhookAnswer::Delivered { status: 204, took_ms: 0 });
        let Saw::Verified { id: seen, payload } = saw(&mut peer).await else { panic!("verified") };
        assert_eq!((&*seen, payload["data"]["cause"].as_str()), (id, Some("Größe 🔑")));
    }
    // Another key, and a moment that was never signed for now.
    let refused: [(&str, &[&WebhookSecret], i64, &str); 3] = [
        ("evt_4", &[&newer], now_s, "No matching signature found"),
        ("evt_5", &[&secret], now_s - 3_600, "Message timestamp too old"),
        ("evt_6", &[&secret], now_s + 3_600, "Message timestamp too new"),
    ];
    for (id, secrets, timestamp_s, why) in refused {
        let answer = sender.send(call(id, secrets, timestamp_s)).await;
        assert!(matches!(answer, WebhookAnswer::Refused { status: 400, .. }), "{answer:?}");
        let Saw::Refused { id: seen, why: said } = saw(&mut peer).await else { panic!("refused") };
        assert_eq!((&*seen, &*said), (id, why));
    }
}
