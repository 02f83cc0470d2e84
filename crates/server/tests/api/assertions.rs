//! Assertions: what they say, who can check them, and that each is used once, for what was confirmed.

use crate::holder::{ALL, holder, withdrawal};
use crate::house::{Ask, DOCUMENT, House, ISSUER, matches_schema};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_core::jws::{self, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

#[tokio::test]
async fn an_assertion_says_what_was_confirmed_and_anyone_can_check_it() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let mut body = withdrawal(&account, "0.05", "BTC");
    body["audience"] = json!("https://exchange.example");
    body["details"]["memo"] = json!("Miete für \"März\" \\ 2027 ₿");
    let opened = house.opened(body.clone()).await;
    let done = house.authorise(&opened["id"]).await;

    let keys = house.send(Ask::get("/.well-known/jwks.json")).await.succeeded();
    assert_eq!(keys.header("content-type"), Some("application/jwk-set+json"));
    assert_eq!(keys.header("cache-control"), Some("public, max-age=300"));
    let described = &DOCUMENT["paths"]["/.well-known/jwks.json"]["get"]["responses"]["200"]["content"];
    matches_schema(&described["application/jwk-set+json"]["schema"], &keys.json, "jwks");
    let key = SigningKey::new(&house.rows.assertion_seed()).verifying_key();
    let published: Value = serde_json::from_str(&jws::jwk(&key)).unwrap();
    assert_eq!(keys.json, json!({ "keys": [published] }));
    assert!(!keys.text.contains("\"d\""), "no private key");

    let text = done["assertion"].as_str().unwrap();
    let claims = jws::verify(std::slice::from_ref(&key), "assertion+jwt", text).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    let header = URL_SAFE_NO_PAD.decode(text.split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(header, json!({ "alg": "EdDSA", "kid": published["kid"], "typ": "assertion+jwt" }));
    // serde_json keeps an object's names in the order of their bytes, and writes no white space.
    let canonical = json!({
        "service": house.service_id.to_string(),
        "kind": "withdrawal",
        "details": body["details"],
        "audience": "https://exchange.example",
        "action": opened["id"],
        "account": account,
    });
    let sorted: BTreeMap<String, Value> = serde_json::from_value(canonical).unwrap();
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(serde_json::to_string(&sorted).unwrap()));
    assert_eq!(opened["digest"], digest);
    let jti = claims["jti"].as_str().unwrap();
    assert_eq!(jti.len(), 32);
    assert_eq!(
        claims,
        json!({
            "iss": ISSUER, "aud": "https://exchange.example", "sub": account, "jti": jti,
            "iat": 1_800_000_000, "exp": 1_800_000_060, "auth_time": 1_800_000_000, "action": opened["id"],
            "kind": "withdrawal", "digest": digest, "service": house.service_id.to_string(),
            "amr": ["trading_password", "totp"], "acr": "multi",
        })
    );
    let redeemed = house.redeem(&done, "order-1").await.succeeded();
    assert_eq!(
        redeemed.json,
        json!({
            "action": opened["id"], "account": account, "kind": "withdrawal", "digest": digest,
            "amr": ["trading_password", "totp"], "redeemed_at": "2027-01-15T08:00:00.000Z",
        })
    );
}

#[tokio::test]
async fn an_assertion_is_redeemed_once_and_the_same_key_is_told_so_again() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let done = house.authorised(&account).await;
    let first = house.redeem(&done, "order-1").await.succeeded();
    let seen = house.action(&done["id"]).await;
    assert_eq!((&seen["status"], &seen["assertion"]), (&json!("redeemed"), &Value::Null));
    house.later(86_400);
    assert_eq!(house.redeem(&done, "order-1").await.succeeded().json, first.json);
    house.redeem(&done, "order-2").await.refused_as("assertion_used");
    house.prove(&done["id"], "totp", "000000").await.refused_as("action_over");
    let canceled = house.act(&done["id"], "cancel", json!({})).await.succeeded();
    assert_eq!(canceled.json["status"], "redeemed", "what was carried out cannot be withdrawn");
}

#[tokio::test]
async fn of_many_redemptions_at_once_one_key_wins() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let done = house.authorised(&account).await;
    let orders: Vec<String> = (0..16).map(|n| format!("order-{n}")).collect();
    let replies = futures_util::future::join_all(orders.iter().map(|key| house.redeem(&done, key))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status.is_success()).count(), 1);
    assert_eq!(replies.iter().filter(|reply| reply.json["code"] == "assertion_used").count(), 15);
}

#[tokio::test]
async fn an_assertion_runs_out_after_a_minute() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let done = house.authorised(&account).await;
    house.later(60);
    house.redeem(&done, "order-1").await.refused_as("assertion_expired");
    house.redeem(&done, "order-1").await.refused_as("assertion_expired");
    let done = house.authorised(&account).await;
    house.later(59);
    house.redeem(&done, "order-2").await.succeeded();
}

#[tokio::test]
async fn another_digest_is_refused_and_uses_nothing_up() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let done = house.authorised(&account).await;
    let other = house.opened(withdrawal(&account, "0.06", "BTC")).await;
    house.redeem_as(&house.key, &done, &other["digest"], "o").await.refused_as("digest_mismatch");
    for digest in [json!(""), json!("x"), json!(format!("{}=", other["digest"].as_str().unwrap())), json!(7)]
    {
        let refused = house.redeem_as(&house.key, &done, &digest, "o").await.refused_as("param_invalid");
        assert_eq!(refused.json["param"], "digest");
    }
    house.redeem(&done, "o").await.succeeded();
}

#[tokio::test]
async fn nothing_but_the_very_assertion_is_taken() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let done = house.authorised(&account).await;
    let text = done["assertion"].as_str().unwrap();
    let parts: Vec<&str> = text.split('.').collect();
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let forged = URL_SAFE_NO_PAD.encode(claims.replace("1800000060", "1900000060"));
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"assertion+jwt"}"#);
    let signed_with = |key: &[u8; 32], kind: &str, name: &str, value: &str| {
        let mut other: Value = serde_json::from_str(&claims).unwrap();
        other[name] = json!(value);
        jws::sign(&SigningKey::new(key), kind, other.to_string().as_bytes())
    };
    let (ours, kind) = (house.rows.assertion_seed(), "assertion+jwt");
    let action = done["id"].as_str().unwrap();
    for bad in [
        String::new(),
        "x".to_owned(),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{forged}.{}", parts[0], parts[2]),
        format!("{unsigned}.{}.", parts[1]),
        format!("{text}="),
        text.to_lowercase(),
        signed_with(&[1; 32], kind, "action", action),
        signed_with(&ours, "id+jwt", "action", action),
        // Even our own signature counts for nothing without the row that it speaks of.
        signed_with(&ours, kind, "action", &format!("act_{}", "0".repeat(32))),
        signed_with(&ours, kind, "jti", &"0".repeat(32)),
        signed_with(&ours, kind, "service", &format!("svc_{}", "0".repeat(32))),
    ] {
        let refused = house.redeem(&json!({ "assertion": bad, "digest": done["digest"] }), "o").await;
        refused.refused_as("assertion_invalid");
    }
    house.redeem(&done, "o").await.succeeded();
}
