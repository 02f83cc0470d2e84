//! Webhooks as a relying party keeps them. What is sent to them is tested where it is sent.

use crate::holder::{ALL, holder, withdrawal};
use crate::house::{Ask, House, Reply};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const URL: &str = "https://exchange.example/hooks?tenant=7";

async fn added(house: &House) -> Value {
    let reply = house.post("/v1/webhooks", json!({ "url": URL })).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
    reply.json
}

async fn delete(house: &House, id: &Value) -> Reply {
    let path = format!("/v1/webhooks/{}", id.as_str().unwrap());
    house.send(Ask::new(Method::DELETE, &path).key(&house.key)).await
}

fn at(id: &Value, what: &str) -> String {
    format!("/v1/webhooks/{}/{what}", id.as_str().unwrap())
}

#[tokio::test]
async fn a_secret_is_shown_once_and_replaced_with_a_day_to_do_so() {
    let house = House::new().await;
    let hook = added(&house).await;
    let secret = hook["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() >= 38, "{}", secret.len());
    assert_eq!((&hook["url"], &hook["disabled_at"]), (&json!(URL), &Value::Null));
    let listed = house.get("/v1/webhooks").await.succeeded();
    assert!(!listed.text.contains(secret) && !listed.text.contains("secret\""), "{}", listed.text);
    let mut wanted = hook.clone();
    wanted.as_object_mut().unwrap().remove("secret");
    assert_eq!(listed.json, json!({ "data": [wanted] }));

    let rotated = house.post(&at(&hook["id"], "rotate"), json!({})).await.succeeded().json;
    assert_ne!(rotated["secret"], hook["secret"]);
    assert_eq!(rotated["earlier_secret_until"], "2027-01-16T08:00:00.000Z");
    house.later(86_400);
    let listed = house.get("/v1/webhooks").await.succeeded().json;
    assert_eq!(listed["data"][0]["earlier_secret_until"], Value::Null);
}

#[tokio::test]
async fn only_public_addresses_can_be_told() {
    let house = House::new().await;
    for url in [
        "",
        "exchange.example/hooks",
        "http://exchange.example/hooks",
        "ftp://exchange.example/",
        "https://user:secret@exchange.example/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://exchange.example:0/",
        "https://exchange.example/a b",
        "https://münchen.example/",
    ] {
        let refused =
            house.post("/v1/webhooks", json!({ "url": url })).await.refused_as("webhook_url_refused");
        assert_eq!(refused.json["param"], "url", "{url}");
        assert!(url.is_empty() || !refused.text.contains(url), "{}", refused.text);
    }
    assert_eq!(house.get("/v1/webhooks").await.succeeded().json, json!({ "data": [] }));
}

#[tokio::test]
async fn a_deleted_webhook_makes_room_and_is_gone() {
    let house = House::new().await;
    let first = added(&house).await;
    for _ in 1..20 {
        added(&house).await;
    }
    house.post("/v1/webhooks", json!({ "url": URL })).await.refused_as("webhooks_too_many");
    let ended = delete(&house, &first["id"]).await.succeeded().json;
    assert_eq!(ended["disabled_at"], "2027-01-15T08:00:00.000Z");
    assert_eq!(ended["disabled_reason"], "deleted");
    delete(&house, &first["id"]).await.refused_as("webhook_not_found");
    house.post(&at(&first["id"], "rotate"), json!({})).await.refused_as("webhook_not_found");
    let listed = house.get("/v1/webhooks").await.succeeded().json;
    assert!(listed["data"].as_array().unwrap().iter().all(|hook| hook["id"] != first["id"]));
    added(&house).await;
}

#[tokio::test]
async fn what_happens_is_due_to_be_told_and_can_be_told_again() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let hook = added(&house).await;
    let deliveries = at(&hook["id"], "deliveries");
    assert_eq!(house.get(&deliveries).await.succeeded().json, json!({ "data": [] }));
    let opened = house.opened(withdrawal(&account, "0.05", "BTC")).await;
    house.act(&opened["id"], "cancel", json!({})).await.succeeded();
    house.later(1);
    let done = house.authorised(&account).await;
    house.redeem(&done, "order-1").await.succeeded();
    let listed = house.get(&deliveries).await.succeeded();
    assert!(!listed.text.contains(done["assertion"].as_str().unwrap()));
    let data = listed.json["data"].as_array().unwrap();
    let kinds: Vec<&Value> = data.iter().map(|one| &one["type"]).collect();
    assert_eq!(kinds.len(), 3);
    assert_eq!(kinds[2], "action.canceled", "the newest first");
    assert!(kinds.contains(&&json!("action.authorised")) && kinds.contains(&&json!("action.redeemed")));
    let oldest = &data[2];
    assert_eq!((&oldest["status"], &oldest["tries"]), (&json!("due"), &json!(0)));
    assert_eq!(oldest["happened_at"], "2027-01-15T08:00:00.000Z");

    let resend = |hook: &Value, event: &str| at(hook, &format!("deliveries/{event}/resend"));
    house.later(60);
    let again = house.post(&resend(&hook["id"], oldest["event"].as_str().unwrap()), json!({})).await;
    assert_eq!(again.status, StatusCode::ACCEPTED);
    assert_eq!((&again.json["event"], &again.json["status"]), (&oldest["event"], &json!("due")));
    let listed = house.get(&deliveries).await.succeeded().json;
    assert_eq!(listed["data"][2]["next_try_at"], "2027-01-15T08:01:01.000Z");

    let never = format!("evt_{}", "0".repeat(32));
    for event in [never.as_str(), "evt_1", "act_1"] {
        house.post(&resend(&hook["id"], event), json!({})).await.refused_as("delivery_not_found");
    }
    let nowhere = json!(format!("whk_{}", "0".repeat(32)));
    house
        .post(&resend(&nowhere, oldest["event"].as_str().unwrap()), json!({}))
        .await
        .refused_as("webhook_not_found");
    house.get(&at(&nowhere, "deliveries")).await.refused_as("webhook_not_found");
}
