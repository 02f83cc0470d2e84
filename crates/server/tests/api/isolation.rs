//! R77: a key reaches its own service and nothing else; what belongs to another looks exactly like nothing.

use crate::holder::{ALL, holder, withdrawal};
use crate::house::{Ask, House, NUMBER, Reply};
use axum::http::{Method, StatusCode};
use countersign_core::address::read_identifier;
use countersign_core::model::Purpose;
use countersign_flows::Caller;
use serde_json::{Value, json};

async fn stranger(house: &House) -> String {
    let service = house.flows.create_service("Bravo", false, &Caller::default()).await.unwrap();
    let made = house.flows.create_api_key(service.id, "b", &Caller::default()).await.unwrap();
    made.secret.expose().to_owned()
}

/// Everything an answer tells but the name of its request.
fn told(mut reply: Reply) -> String {
    reply.json["request_id"] = Value::Null;
    reply.headers.remove("x-request-id");
    format!("{} {:?} {}", reply.status, reply.headers, reply.json)
}

#[tokio::test]
async fn a_strangers_verification_is_no_verification() {
    let mut house = House::new().await;
    let theirs = stranger(&house).await;
    let id = house.started(json!({ "to": NUMBER, "purpose": "sign_in" })).await;
    let code = house.code().await;
    house.later(30);
    let never = format!("vrf_{}", "0".repeat(32));
    for (method, action, body) in [
        (Method::GET, "", Value::Null),
        (Method::POST, "/check", json!({ "code": code })),
        (Method::POST, "/check", json!({ "code": "1" })),
        (Method::POST, "/resend", json!({})),
        (Method::POST, "/cancel", Value::Null),
    ] {
        let ask = |id: &str| {
            let ask = Ask::new(method.clone(), &format!("/v1/verifications/{id}{action}")).key(&theirs);
            ask.header("content-type", "application/json").body(body.to_string())
        };
        let at_theirs = house.send(ask(&id)).await.refused_as("verification_not_found");
        let at_none = house.send(ask(&never)).await;
        assert_eq!(told(at_theirs), told(at_none), "{method} {action}");
    }
    let seen = house.get(&format!("/v1/verifications/{id}")).await.succeeded();
    assert_eq!(
        (&seen.json["status"], &seen.json["sends"], &seen.json["failures"]),
        (&json!("pending"), &json!(1), &json!(0))
    );
    assert_eq!(house.check(&id, &code).await.json["result"], "approved");
}

#[tokio::test]
async fn a_strangers_account_is_no_account() {
    let mut house = House::new().await;
    let theirs = stranger(&house).await;
    let id = account(&mut house).await;
    let never = format!("acc_{}", "0".repeat(32));
    for (method, action, body) in [
        (Method::GET, "", Value::Null),
        (Method::GET, "/holds", Value::Null),
        (Method::POST, "/status", json!({ "status": "frozen" })),
    ] {
        let ask = |id: &str| {
            let ask = Ask::new(method.clone(), &format!("/v1/accounts/{id}{action}")).key(&theirs);
            ask.header("content-type", "application/json").body(body.to_string())
        };
        let at_theirs = house.send(ask(&id)).await.refused_as("account_not_found");
        assert_eq!(told(at_theirs), told(house.send(ask(&never)).await), "{method} {action}");
    }
    let found = house
        .send(Ask::post("/v1/accounts/find", json!({ "identifier": "ada@example.com" })).key(&theirs))
        .await;
    let none = house
        .send(Ask::post("/v1/accounts/find", json!({ "identifier": "eve@example.com" })).key(&theirs))
        .await;
    assert_eq!(told(found.refused_as("account_not_found")), told(none));
    let body = json!({ "to": NUMBER, "purpose": "sign_in", "account": id });
    let ask = Ask::post("/v1/verifications", body).key(&theirs).header("idempotency-key", "k");
    house.send(ask).await.refused_as("account_not_found");
    assert_eq!(house.get(&format!("/v1/accounts/{id}")).await.succeeded().json["status"], "active");
}

#[tokio::test]
async fn a_strangers_action_is_no_action_and_its_assertion_none() {
    let mut house = House::new().await;
    let theirs = stranger(&house).await;
    let account = holder(&mut house, &ALL).await;
    let opened = house.opened(withdrawal(&account, "0.1", "BTC")).await;
    let id = opened["id"].as_str().unwrap();
    let never = format!("act_{}", "0".repeat(32));
    for (method, action, body) in [
        (Method::GET, "", Value::Null),
        (Method::POST, "/cancel", Value::Null),
        (Method::POST, "/codes", json!({ "factor": "sms" })),
        (Method::POST, "/proofs", json!({ "factor": "totp", "value": house.totp() })),
        (Method::POST, "/proofs", json!({ "factor": "trading_password", "value": "1" })),
    ] {
        let ask = |id: &str| {
            let ask = Ask::new(method.clone(), &format!("/v1/actions/{id}{action}")).key(&theirs);
            ask.header("content-type", "application/json").body(body.to_string())
        };
        let at_theirs = house.send(ask(id)).await.refused_as("action_not_found");
        assert_eq!(told(at_theirs), told(house.send(ask(&never)).await), "{method} {action}");
    }
    assert_eq!(house.action(&opened["id"]).await, unlinked(opened));
    let ask = Ask::post("/v1/actions", withdrawal(&account, "0.1", "BTC")).key(&theirs);
    house.send(ask.header("idempotency-key", "k0")).await.refused_as("account_not_found");

    let done = house.authorised(&account).await;
    let at_theirs =
        house.redeem_as(&theirs, &done, &done["digest"], "o").await.refused_as("assertion_invalid");
    let never = json!({ "assertion": "x" });
    assert_eq!(told(at_theirs), told(house.redeem_as(&theirs, &never, &done["digest"], "o").await));
    house.redeem(&done, "o").await.succeeded();
    // Nor does it help to have seen it used.
    house.redeem_as(&theirs, &done, &done["digest"], "o").await.refused_as("assertion_invalid");
}

/// As every answer but the first tells it.
fn unlinked(mut opened: Value) -> Value {
    opened.as_object_mut().unwrap().remove("confirm_url");
    opened
}

#[tokio::test]
async fn a_strangers_webhook_is_no_webhook() {
    let mut house = House::new().await;
    let theirs = stranger(&house).await;
    let account = holder(&mut house, &ALL).await;
    let hook = house.post("/v1/webhooks", json!({ "url": "https://exchange.example/hooks" })).await.json;
    let opened = house.opened(withdrawal(&account, "0.1", "BTC")).await;
    house.act(&opened["id"], "cancel", json!({})).await.succeeded();
    let id = hook["id"].as_str().unwrap();
    let listed = house.get(&format!("/v1/webhooks/{id}/deliveries")).await.succeeded().json;
    let event = listed["data"][0]["event"].as_str().unwrap();
    let never = format!("whk_{}", "0".repeat(32));
    for (method, action) in [
        (Method::DELETE, String::new()),
        (Method::POST, "/rotate".to_owned()),
        (Method::GET, "/deliveries".to_owned()),
        (Method::POST, format!("/deliveries/{event}/resend")),
    ] {
        let ask = |id: &str| Ask::new(method.clone(), &format!("/v1/webhooks/{id}{action}")).key(&theirs);
        let at_theirs = house.send(ask(id)).await.refused_as("webhook_not_found");
        assert_eq!(told(at_theirs), told(house.send(ask(&never)).await), "{method} {action}");
    }
    let list = house.send(Ask::get("/v1/webhooks").key(&theirs)).await.succeeded();
    assert_eq!(list.json, json!({ "data": [] }));
    assert_eq!(house.get("/v1/webhooks").await.succeeded().json["data"][0]["disabled_at"], Value::Null);
}

#[tokio::test]
async fn keys_against_repetition_locks_and_counts_are_each_services_own() {
    let mut house = House::new().await;
    let theirs = stranger(&house).await;
    let body = json!({ "to": NUMBER, "purpose": "sign_in" });
    let ask =
        |key: &str| Ask::post("/v1/verifications", body.clone()).key(key).header("idempotency-key", "same");
    let ours = house.send(ask(&house.key)).await;
    let code = house.code().await;
    let other = house.send(ask(&theirs)).await;
    assert_eq!(other.status, StatusCode::CREATED);
    assert_ne!(ours.json["id"], other.json["id"]);
    house.miss(ours.json["id"].as_str().unwrap(), &code, 5).await.refused_as("factor_locked");
    let next = Ask::post("/v1/verifications", body.clone()).key(&theirs).header("idempotency-key", "next");
    assert_eq!(house.send(next).await.status, StatusCode::CREATED);
}

/// Opens an account by signing up; answers its id as the API tells it.
pub(crate) async fn account(house: &mut House) -> String {
    let email = read_identifier("ada@example.com", None).unwrap();
    let caller = Caller { locale: "en".to_owned(), ..Caller::default() };
    let flows = house.flows.clone();
    let started =
        flows.start_sign_up(house.service_id, email, "a long enough passphrase", caller.clone()).await;
    let Ok(countersign_flows::SignUpStart::Started(token)) = started else { panic!("{started:?}") };
    let letter = house.letter().await;
    let countersign_core::model::Body::Code { code, purpose, .. } = letter.body else { panic!("no code") };
    assert_eq!(purpose, Purpose::SignUp);
    flows.check_sign_up(house.service_id, token.expose(), &code, caller).await.unwrap();
    let found = house.post("/v1/accounts/find", json!({ "identifier": "ADA@example.com" })).await.succeeded();
    found.json["id"].as_str().unwrap().to_owned()
}
