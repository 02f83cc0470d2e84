//! Numbers, regions and accounts.

use crate::house::{House, NUMBER};
use crate::isolation::account;
use countersign_core::policy::Policy;
use serde_json::{Value, json};

#[tokio::test]
async fn a_number_is_judged_before_anything_is_sent() {
    let policy = Policy { countries_denied: vec!["DE".to_owned()], ..Policy::default() };
    let house = House::with(policy).await;
    let judge = async |number: &str, region: Option<&str>| -> Value {
        house.post("/v1/numbers/judge", json!({ "number": number, "region": region })).await.succeeded().json
    };
    assert_eq!(
        judge("07400 123456", Some("GB")).await,
        json!({
            "valid": true, "e164": NUMBER, "international": "+44 7400 123456", "region": "GB",
            "calling_code": 44,
            "line": "mobile", "can_receive_codes": true, "refusal": null, "problem": null,
        })
    );
    // Expected values: Google's libphonenumber, by its Python port.
    for (number, region, line, refusal) in [
        ("+442079460018", None, "fixed_line", json!("line_fixed")),
        ("+14155552671", None, "fixed_line_or_mobile", Value::Null),
        ("+18005550199", None, "toll_free", json!("line_toll_free")),
        ("081 234 5678", Some("TH"), "mobile", Value::Null),
        ("+80012345678", None, "toll_free", json!("line_toll_free")),
        ("+4915123456789", None, "mobile", json!("country_not_allowed")),
    ] {
        let judged = judge(number, region).await;
        assert_eq!((&judged["line"], &judged["refusal"]), (&json!(line), &refusal), "{number}");
        assert_eq!(judged["can_receive_codes"], refusal.is_null(), "{number}");
    }
    for (number, problem) in [
        ("081 234 5678", "region_needed"),
        ("", "empty"),
        ("+66 81", "too_short"),
        ("+999 1234567", "unknown_calling_code"),
    ] {
        let judged = judge(number, None).await;
        assert_eq!((&judged["valid"], &judged["problem"]), (&json!(false), &json!(problem)), "{number}");
        assert_eq!(judged["e164"], Value::Null);
    }
    house
        .post("/v1/numbers/judge", json!({ "number": "1", "region": "XX" }))
        .await
        .refused_as("param_invalid");
}

#[tokio::test]
async fn regions_are_found_by_what_people_type() {
    let house = House::new().await;
    let all = house.get("/v1/regions").await.succeeded();
    assert!(all.json["data"].as_array().unwrap().len() >= 221);
    for typed in ["th", "66", "%2B66", "thai", "%E0%B9%84%E0%B8%97%E0%B8%A2"] {
        let found = house.get(&format!("/v1/regions?search={typed}")).await.succeeded();
        let first = &found.json["data"][0];
        assert_eq!((&first["code"], &first["calling_code"]), (&json!("TH"), &json!(66)), "{typed}");
    }
    assert_eq!(house.get("/v1/regions?search=nowhere").await.succeeded().json, json!({ "data": [] }));
    house.get("/v1/regions?serach=th").await.refused_as("param_unknown");
    house.get("/v1/regions?search=a&search=b").await.refused_as("param_unknown");
}

#[tokio::test]
async fn an_account_is_found_by_its_identifier_and_shown_masked() {
    let mut house = House::new().await;
    let id = account(&mut house).await;
    let seen = house.get(&format!("/v1/accounts/{id}")).await.succeeded();
    assert_eq!(seen.json["email_masked"], "a•••@example.com");
    assert_eq!(
        (&seen.json["status"], &seen.json["phone"], &seen.json["locks"]),
        (&json!("active"), &Value::Null, &json!([]))
    );
    assert!(!seen.text.contains("ada@"));
    house.post("/v1/accounts/find", json!({ "identifier": NUMBER })).await.refused_as("account_not_found");
    house.post("/v1/accounts/find", json!({ "identifier": "ada@" })).await.refused_as("address_unreadable");
}

#[tokio::test]
async fn a_status_takes_effect_and_an_unknown_one_does_not() {
    let mut house = House::new().await;
    let id = account(&mut house).await;
    let path = format!("/v1/accounts/{id}/status");
    for status in ["restricted", "restricted", "flagged", "frozen", "active"] {
        assert_eq!(house.post(&path, json!({ "status": status })).await.succeeded().json["status"], status);
        assert_eq!(house.get(&format!("/v1/accounts/{id}")).await.json["status"], status);
    }
    house.post(&path, json!({ "status": "Frozen" })).await.refused_as("param_invalid");
    assert_eq!(house.get(&format!("/v1/accounts/{id}")).await.json["status"], "active");
}

#[tokio::test]
async fn wrong_codes_for_an_account_lock_its_factor_whatever_the_number() {
    let mut house = House::new().await;
    let id = account(&mut house).await;
    let started = house
        .started(json!({ "to": NUMBER, "purpose": "withdrawal", "account": id,
        "details": { "amount": "1 BTC", "payee": "bc1q" } }))
        .await;
    let code = house.code().await;
    house.miss(&started, &code, 5).await.refused_as("factor_locked");
    let seen = house.get(&format!("/v1/accounts/{id}")).await.succeeded();
    assert_eq!(seen.json["locks"], json!([{ "factor": "sms", "until": "2027-01-15T08:15:00.000Z" }]));
    let other = json!({ "to": "+447400123457", "purpose": "sign_in", "account": id });
    house.start(other).await.refused_as("factor_locked");
    // The number itself is not the account's: without it, codes go there.
    house.started(json!({ "to": NUMBER, "purpose": "sign_in" })).await;
}
