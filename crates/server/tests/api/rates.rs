//! The rate table, and what it changes.

use crate::holder::{ALL, holder, withdrawal};
use crate::house::{Ask, House, Reply};
use axum::http::Method;
use countersign_flows::Caller;
use serde_json::{Value, json};

async fn put(house: &House, rates: Value) -> Reply {
    let ask = Ask::new(Method::PUT, "/v1/rates").key(&house.key).header("content-type", "application/json");
    house.send(ask.body(json!({ "rates": rates }).to_string())).await
}

fn rate(asset: &str, btc: &str, as_of: &str) -> Value {
    json!({ "asset": asset, "btc": btc, "as_of": as_of })
}

/// The present of a new house.
const NOW: &str = "2027-01-15T08:00:00Z";

#[tokio::test]
async fn without_a_fresh_rate_every_amount_is_a_large_one() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let asks_for_sms = async |amount: &str, asset: &str| {
        let opened = house.opened(withdrawal(&account, amount, asset)).await;
        opened["any_of"] == json!([["totp", "trading_password", "sms"]])
    };
    assert!(asks_for_sms("1", "ETH").await, "no rate");
    put(&house, json!([rate("ETH", "0.031", NOW), rate("USDT", "0.00001", NOW)])).await.succeeded();
    assert!(!asks_for_sms("1", "ETH").await);
    assert!(asks_for_sms("4", "ETH").await, "0.124 BTC");
    assert!(!asks_for_sms("9999", "USDT").await, "0.09999 BTC");
    assert!(asks_for_sms("10000", "USDT").await, "0.1 BTC");
    assert!(asks_for_sms("1", "DOGE").await, "another asset");
    // An older one that comes late changes nothing.
    put(&house, json!([rate("ETH", "1", "2027-01-15T07:59:59Z")])).await.succeeded();
    assert!(!asks_for_sms("1", "ETH").await);
    house.later(600);
    assert!(!asks_for_sms("1", "ETH").await);
    house.later(1);
    assert!(asks_for_sms("1", "ETH").await, "stale");
    put(&house, json!([rate("ETH", "0.031", "2027-01-15T08:10:00Z")])).await.succeeded();
    assert!(!asks_for_sms("1", "ETH").await);
    assert!(!asks_for_sms("0.05", "BTC").await, "needs no rate");
}

#[tokio::test]
async fn rates_are_kept_by_asset_and_service() {
    let house = House::new().await;
    assert_eq!(house.get("/v1/rates").await.succeeded().json, json!({ "data": [] }));
    put(&house, json!([rate("USDT", "0.00001", NOW), rate("ETH", "0.0310", NOW)])).await.succeeded();
    let kept = put(&house, json!([rate("ETH", "0.032", "2027-01-15T09:00:30.5+01:00")])).await.succeeded();
    let wanted = json!({ "data": [
        { "asset": "ETH", "btc": "0.032", "as_of": "2027-01-15T08:00:30.500Z" },
        { "asset": "USDT", "btc": "0.00001", "as_of": "2027-01-15T08:00:00.000Z" },
    ] });
    assert_eq!(kept.json, wanted);
    assert_eq!(house.get("/v1/rates").await.succeeded().json, wanted);
    let other = house.flows.create_service("Bravo", false, &Caller::default()).await.unwrap();
    let made = house.flows.create_api_key(other.id, "b", &Caller::default()).await.unwrap();
    let key = made.secret.expose().to_owned();
    let theirs = house.send(Ask::get("/v1/rates").key(&key)).await.succeeded();
    assert_eq!(theirs.json, json!({ "data": [] }));
}

#[tokio::test]
async fn a_list_with_one_bad_rate_is_refused_whole() {
    let house = House::new().await;
    let good = || rate("ETH", "0.031", NOW);
    for (bad, name, reason) in [
        (rate("USDT", "0", NOW), "btc", "zero"),
        (rate("USDT", "0.000", NOW), "btc", "zero"),
        (rate("ETH", "0.032", NOW), "asset", "twice"),
        (rate("USDT", "1", "2027-01-15T08:01:00.001Z"), "as_of", "ahead"),
    ] {
        let refused = put(&house, json!([good(), bad])).await.refused_as("rate_invalid");
        assert_eq!(
            (&refused.json["param"], &refused.json["reason"]),
            (&json!(format!("rates[1].{name}")), &json!(reason))
        );
    }
    for (bad, name) in [
        (rate("eth", "1", NOW), "asset"),
        (rate("E", "1", NOW), "asset"),
        (rate("ABCDEFGHIJKLMNOPQ", "1", NOW), "asset"),
        (rate("USDT", "-1", NOW), "btc"),
        (rate("USDT", "1e3", NOW), "btc"),
        (rate("USDT", "1,5", NOW), "btc"),
        (json!({ "asset": "USDT", "btc": 1, "as_of": NOW }), "btc"),
        (rate("USDT", "1", "2027-01-15"), "as_of"),
        (json!({ "asset": "USDT", "btc": "1", "as_of": 1_800_000_000 }), "as_of"),
    ] {
        let refused = put(&house, json!([good(), bad])).await.refused_as("param_invalid");
        assert_eq!(refused.json["param"], format!("rates[1].{name}"), "{bad}");
    }
    let missing = put(&house, json!([{ "asset": "USDT", "btc": "1" }])).await.refused_as("param_missing");
    assert_eq!(missing.json["param"], "rates[0].as_of");
    let unknown = put(&house, json!([{ "asset": "USDT", "btc": "1", "as_of": NOW, "x": 1 }])).await;
    assert_eq!(unknown.refused_as("param_unknown").json["param"], "rates[0]");
    let many: Vec<Value> = (0..1_001).map(|_| json!({})).collect();
    for list in [json!([]), json!({}), json!([[]]), json!(["ETH"]), json!(many)] {
        assert_eq!(put(&house, list).await.refused_as("param_invalid").json["param"], "rates");
    }
    assert_eq!(house.get("/v1/rates").await.succeeded().json, json!({ "data": [] }));
}
