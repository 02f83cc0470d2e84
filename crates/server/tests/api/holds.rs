//! Holds and frozen accounts at every door that a relying party has.

use crate::holder::{ALL, TRADING, holder, withdrawal};
use crate::house::House;
use countersign_core::model::HoldCause;
use serde_json::{Value, json};

#[tokio::test]
async fn a_hold_is_listed_and_stops_every_exit_until_it_ends() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let path = format!("/v1/accounts/{account}/holds");
    let none = json!({ "data": [], "exits_held_until": null });
    assert_eq!(house.get(&path).await.succeeded().json, none);
    house.hold(&account, HoldCause::PhoneChanged).await;
    house.later(3_600);
    house.hold(&account, HoldCause::TotpChanged).await;
    assert_eq!(
        house.get(&path).await.succeeded().json,
        json!({
            "data": [
                { "cause": "phone_changed", "starts_at": "2027-01-15T08:00:00.000Z",
                    "ends_at": "2027-01-16T08:00:00.000Z" },
                { "cause": "totp_changed", "starts_at": "2027-01-15T09:00:00.000Z",
                    "ends_at": "2027-01-16T09:00:00.000Z" },
            ],
            "exits_held_until": "2027-01-16T09:00:00.000Z",
        })
    );
    let value = json!({ "amount": "0.01", "asset": "BTC", "payee": "grace" });
    let key = json!({ "label": "bot", "scopes": "trade" });
    let exits = [
        withdrawal(&account, "0.01", "BTC"),
        json!({ "account": account, "kind": "p2p_sell", "details": value }),
        json!({ "account": account, "kind": "gift", "details": value }),
        json!({ "account": account, "kind": "api_key_create", "details": key }),
    ];
    for exit in &exits {
        let held = house.open(exit.clone()).await.refused_as("action_held");
        let told = (&held.json["reason"], &held.json["retry_after"]);
        assert_eq!(told, (&json!("totp_changed"), &json!(86_400)), "{exit}");
    }
    house.opened(json!({ "account": account, "kind": "password_reset" })).await;
    house.later(86_399);
    house.open(exits[0].clone()).await.refused_as("action_held");
    house.later(1);
    for exit in exits {
        house.opened(exit).await;
    }
    assert_eq!(house.get(&path).await.succeeded().json, none);
}

#[tokio::test]
async fn what_begins_after_the_opening_still_stops_it() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let (done, half) =
        (house.authorised(&account).await, house.opened(withdrawal(&account, "0.01", "BTC")).await);
    house.hold(&account, HoldCause::PasswordChanged).await;
    let held = house.redeem(&done, "order-1").await.refused_as("action_held");
    assert_eq!(held.json["reason"], "password_changed");
    house.later(30);
    house.prove(&half["id"], "trading_password", TRADING).await.succeeded();
    house.prove(&half["id"], "totp", &house.totp()).await.refused_as("action_held");
    for action in [&done, &half] {
        let seen = house.action(&action["id"]).await;
        let told = (&seen["status"], &seen["reason"], &seen["assertion"]);
        assert_eq!(told, (&json!("canceled"), &json!("held"), &Value::Null));
    }
    // Over for good: the end of the hold brings nothing back.
    house.later(86_400);
    house.redeem(&done, "order-1").await.refused_as("assertion_invalid");
}

#[tokio::test]
async fn a_frozen_account_authorises_nothing() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let done = house.authorised(&account).await;
    let status = format!("/v1/accounts/{account}/status");
    house.post(&status, json!({ "status": "frozen" })).await.succeeded();
    for body in [withdrawal(&account, "0.01", "BTC"), json!({ "account": account, "kind": "sign_in" })] {
        assert_eq!(house.open(body).await.refused_as("action_refused").json["reason"], "account_frozen");
    }
    let seen = house.action(&done["id"]).await;
    let told = (&seen["status"], &seen["reason"], &seen["assertion"]);
    assert_eq!(told, (&json!("canceled"), &json!("frozen"), &Value::Null));
    house.redeem(&done, "order-1").await.refused_as("assertion_invalid");
    house.post(&status, json!({ "status": "active" })).await.succeeded();
    house.redeem(&done, "order-1").await.refused_as("assertion_invalid");
    let held = house.open(withdrawal(&account, "0.01", "BTC")).await.refused_as("action_held");
    assert_eq!(held.json["reason"], "unfrozen", "whoever opens it, value waits");
    house.later(86_400);
    house.post(&status, json!({ "status": "restricted" })).await.succeeded();
    let refused = house.open(withdrawal(&account, "0.01", "BTC")).await.refused_as("action_refused");
    assert_eq!(refused.json["reason"], "account_restricted");
}
