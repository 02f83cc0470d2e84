//! Webhooks, the endpoint that the exchange registers for itself, and its rates.

use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use hyper::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::fake::WEBHOOK_SECRET;
use crate::{ADDRESS, House, StateFile};

async fn deliver(house: &House, id: &str, body: &Value, late_s: i64) -> u16 {
    let sent = (house.now_ms.load(Ordering::Relaxed) / 1000 - late_s).to_string();
    let key = STANDARD.decode(&WEBHOOK_SECRET["whsec_".len()..]).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length");
    mac.update(format!("{id}.{sent}.{body}").as_bytes());
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let headers = [
        ("content-type", "application/json"),
        ("webhook-id", id),
        ("webhook-timestamp", sent.as_str()),
        ("webhook-signature", signature.as_str()),
    ];
    let answer =
        house.visitor().send(Method::POST, "/webhooks/countersign", &headers, body.to_string()).await;
    answer.status
}

fn canceled(action: &str) -> Value {
    json!({"type": "action.canceled", "timestamp": "2025-11-22T05:29:00.000Z",
        "data": {"action": action, "account": "acc_1", "kind": "withdrawal", "status": "canceled",
            "reason": "timed_out", "digest": "x"}})
}

#[tokio::test]
async fn a_cancellation_releases_at_once_if_it_is_countersigns() {
    let house = House::open().await;
    let mut visitor = house.signed_in().await;
    visitor.get("/withdraw").await;
    let fields = [("rail", "BTC-Bitcoin"), ("address", ADDRESS), ("amount", "0.05")];
    let answer = visitor.post("/withdraw", &fields).await;
    let action = house.fake.sent_to_confirm(&answer);
    let event = canceled(&action);
    let forged =
        [("webhook-id", "evt_1"), ("webhook-timestamp", "1763789340"), ("webhook-signature", "v1,AAAA")];
    let answer =
        house.visitor().send(Method::POST, "/webhooks/countersign", &forged, event.to_string()).await;
    assert_eq!(answer.status, 401);
    assert_eq!(deliver(&house, "evt_1", &event, 301).await, 401, "too old");
    assert_eq!(visitor.balance("BTC").await.1, "0.7");
    assert_eq!(deliver(&house, "evt_1", &event, 0).await, 204);
    assert_eq!(visitor.balance("BTC").await, ("0.75".to_owned(), "0.75".to_owned()));
}

#[tokio::test]
async fn an_id_seen_before_changes_nothing_and_unknown_types_are_taken() {
    let house = House::open().await;
    let mut visitor = house.signed_in().await;
    visitor.get("/withdraw").await;
    let fields = [("rail", "BTC-Bitcoin"), ("address", ADDRESS), ("amount", "0.05")];
    let unknown = json!({"type": "factor.added", "data": {"account": "acc_1", "factor": "totp"}});
    assert_eq!(deliver(&house, "evt_1", &unknown, 0).await, 204);
    assert_eq!(deliver(&house, "evt_2", &json!({"type": "a.new.one"}), 0).await, 204);
    let answer = visitor.post("/withdraw", &fields).await;
    let action = house.fake.sent_to_confirm(&answer);
    assert_eq!(deliver(&house, "evt_1", &canceled(&action), 0).await, 204);
    assert_eq!(visitor.balance("BTC").await.1, "0.7", "the id was used");
    assert_eq!(deliver(&house, "evt_3", &canceled("act_of_another"), 0).await, 204);
    assert_eq!(visitor.balance("BTC").await.1, "0.7");
}

#[tokio::test]
async fn holds_and_freezes_are_shown_at_once_and_move_no_money() {
    let house = House::open().await;
    let mut visitor = house.signed_in().await;
    visitor.get("/").await;
    let until = "2025-11-23T05:29:00.000Z";
    let hold = json!({"cause": "totp_changed", "starts_at": "2025-11-22T05:29:00.000Z", "ends_at": until});
    house.fake.told().holds = json!({"data": [hold], "exits_held_until": until});
    assert_eq!(visitor.get("/").await.attribute("data-hold-until"), None, "asked a moment ago");
    let data = json!({"account": "acc_1", "cause": "totp_changed", "ends_at": until});
    let started = json!({"type": "hold.started", "data": data});
    assert_eq!(deliver(&house, "evt_1", &started, 0).await, 204);
    assert_eq!(visitor.get("/").await.attribute("data-hold-until"), Some(until));
    house.fake.told().status = "frozen";
    let frozen = json!({"type": "account.frozen", "data": {"account": "acc_1"}});
    assert_eq!(deliver(&house, "evt_2", &frozen, 0).await, 204);
    assert!(visitor.get("/").await.body.contains("data-account-frozen"));
    house.fake.told().refuse_actions = Some(json!({"code": "action_refused", "reason": "account_frozen"}));
    visitor.get("/withdraw").await;
    let fields = [("rail", "BTC-Bitcoin"), ("address", ADDRESS), ("amount", "0.05")];
    let answer = visitor.post("/withdraw", &fields).await;
    assert_eq!((answer.status, answer.attribute("data-refused")), (409, Some("action_refused")));
    assert!(answer.body.contains("Your account is frozen"));
    // Nobody can make money move by saying that it may.
    let authorised = json!({"type": "action.authorised", "data": {"action": "act_1", "account": "acc_1"}});
    assert_eq!(deliver(&house, "evt_3", &authorised, 0).await, 204);
    assert_eq!(visitor.balance("BTC").await.0, "0.75");
}

#[tokio::test]
async fn one_endpoint_is_registered_and_kept_and_the_rates_are_put() {
    let file = StateFile::new("endpoint");
    let house = House::open_with(Some(file.0.clone())).await;
    assert_eq!(house.fake.told().webhooks.len(), 1);
    assert_eq!(house.fake.told().webhooks[0]["url"], "http://exchange.example/webhooks/countersign");
    let rates = house.fake.told().rates[0].clone();
    assert_eq!(
        rates["rates"][0],
        json!({"asset": "ETH", "btc": "0.031", "as_of": "2025-11-22T05:29:00.000Z"})
    );
    let house = house.reopen().await;
    assert_eq!(house.fake.told().webhooks[0]["id"], "whk_1", "the kept secret still opens it");
    let other =
        json!({"id": "whk_9", "url": "http://exchange.example/webhooks/countersign", "disabled_at": null});
    house.fake.told().webhooks = vec![other];
    let house = house.reopen().await;
    let ids: Vec<Value> = house.fake.told().webhooks.iter().map(|endpoint| endpoint["id"].clone()).collect();
    assert_eq!(ids, [json!("whk_1")], "one whose secret is lost gives way to one of ours");
}
