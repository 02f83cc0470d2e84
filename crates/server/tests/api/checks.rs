//! What a code is bound to (T3, T4, T11) and whom its failures count for, as far as the API can show it.

use crate::house::{House, NUMBER};
use countersign_core::policy::Policy;
use serde_json::json;

#[tokio::test]
async fn a_code_serves_its_own_verification_only() {
    let mut house = House::new().await;
    let mut all = Vec::new();
    for (to, purpose) in
        [(NUMBER, "sign_in"), (NUMBER, "bind"), ("+447400123457", "sign_in"), ("ada@example.com", "bind")]
    {
        let id = house.started(json!({ "to": to, "purpose": purpose })).await;
        all.push((id, house.code().await));
    }
    for (at, (id, _)) in all.iter().enumerate() {
        for (from, (_, code)) in all.iter().enumerate() {
            if at != from {
                assert_eq!(house.check(id, code).await.json["result"], "wrong");
            }
        }
        assert_eq!(house.check(id, &all[at].1).await.json["result"], "approved");
    }
}

#[tokio::test]
async fn neither_new_verifications_nor_resends_refund_a_guess() {
    let mut house = House::new().await;
    let first = house.started(json!({ "to": NUMBER, "purpose": "sign_in" })).await;
    let code = house.code().await;
    assert_eq!(house.miss(&first, &code, 2).await.json["attempts_left"], 3);
    let second = house.started(json!({ "to": NUMBER, "purpose": "bind" })).await;
    let code = house.code().await;
    assert_eq!(house.miss(&second, &code, 1).await.json["attempts_left"], 2);
    house.later(30);
    house.post(&format!("/v1/verifications/{second}/resend"), json!({})).await.succeeded();
    let code = house.code().await;
    assert_eq!(house.miss(&second, &code, 1).await.json["attempts_left"], 1);
    house.miss(&second, &code, 1).await.refused_as("factor_locked");
    // The lock stands at every door: the other verification, a resend, a new one.
    house.check(&first, &code).await.refused_as("factor_locked");
    house.post(&format!("/v1/verifications/{first}/resend"), json!({})).await.refused_as("factor_locked");
    house.start(json!({ "to": NUMBER, "purpose": "password_reset" })).await.refused_as("factor_locked");
    // Another channel is another factor.
    house.started(json!({ "to": "ada@example.com", "purpose": "sign_in" })).await;
}

#[tokio::test]
async fn caps_follow_the_person_that_the_relying_party_names() {
    let policy = Policy { sends_per_ip_per_hour: 2, sends_per_device_per_hour: 1, ..Policy::default() };
    let house = House::with(policy).await;
    let body = |user: u32, ip: &str, device: &str| {
        let to = format!("user{user}@example.com");
        json!({ "to": to, "purpose": "sign_in", "client_ip": ip, "device": device })
    };
    house.started(body(1, "203.0.113.7", "a")).await;
    house.started(body(2, "::ffff:203.0.113.7", "b")).await;
    assert_eq!(
        house.start(body(3, "203.0.113.7", "c")).await.refused_as("send_limited").json["reason"],
        "ip"
    );
    assert_eq!(
        house.start(body(4, "203.0.113.9", "a")).await.refused_as("send_limited").json["reason"],
        "device"
    );
    house.started(body(5, "203.0.113.9", "d")).await;
}
