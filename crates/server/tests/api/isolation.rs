//! R77: a key reaches its own service and nothing else; what belongs to another looks exactly like nothing.

use crate::house::{Ask, House, NUMBER, Reply};
use axum::http::{Method, StatusCode};
use countersign_core::address::read_identifier;
use countersign_core::model::Purpose;
use countersign_flows::Caller;
use serde_json::{Value, json};

async fn stranger(house: &House) -> String {
    let service = house.flows.create_service("Bravo", false).await.unwrap();
    house.flows.create_api_key(service.id, "b").await.unwrap().secret.expose().to_owned()
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
    for (method, action, body) in
        [(Method::GET, "", Value::Null), (Method::POST, "/status", json!({ "status": "frozen" }))]
    {
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
