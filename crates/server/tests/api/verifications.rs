//! The life of a verification as a relying party sees it.

use crate::house::{Ask, House, NUMBER, other_code};
use axum::http::StatusCode;
use countersign_core::model::Body as Words;
use serde_json::{Value, json};

#[tokio::test]
async fn a_code_is_sent_entered_and_used_up() {
    let mut house = House::new().await;
    let reply = house.start(json!({ "to": NUMBER, "purpose": "sign_in", "locale": "de-AT" })).await;
    assert_eq!(reply.status, StatusCode::CREATED);
    let id = reply.json["id"].as_str().unwrap().to_owned();
    assert_eq!(reply.json["status"], "pending");
    assert_eq!(reply.json["channel"], "sms");
    assert_eq!(reply.json["delivery"], "queued");
    assert_eq!(reply.json["sends"], 1);
    // 1 800 000 000 is 2027-01-15 08:00:00 UTC; a sign-in code lives 5 minutes, its verification 10 (product,
    // D).
    assert_eq!(reply.json["created_at"], "2027-01-15T08:00:00.000Z");
    assert_eq!(reply.json["code_expires_at"], "2027-01-15T08:05:00.000Z");
    assert_eq!(reply.json["deadline"], "2027-01-15T08:10:00.000Z");
    assert_eq!(reply.json["resend_at"], "2027-01-15T08:00:30.000Z");
    let masked = reply.json["to_masked"].as_str().unwrap();
    assert!(masked.starts_with("+44 ") && masked.ends_with("56") && !masked.contains("7400"), "{masked}");

    let letter = house.letter().await;
    assert_eq!(letter.to.expose(), NUMBER);
    assert_eq!(letter.locale, "de-AT");
    let Words::Code { code, .. } = letter.body else { panic!("a code was asked for") };

    let wrong = house.miss(&id, &code, 1).await.succeeded();
    assert_eq!(wrong.json["result"], "wrong");
    assert_eq!(wrong.json["attempts_left"], 4);
    assert_eq!(wrong.json["verification"]["failures"], 1);
    let right = house.check(&id, &code).await.succeeded();
    assert_eq!(right.json["result"], "approved");
    assert_eq!(right.json["attempts_left"], Value::Null);
    let seen = house.get(&format!("/v1/verifications/{id}")).await.succeeded();
    assert_eq!(seen.json["status"], "approved");
    assert_eq!(seen.json["resend_at"], Value::Null);
    assert_eq!(right.json["verification"]["status"], "approved");
    house.check(&id, &code).await.refused_as("verification_approved");
}

#[tokio::test]
async fn addresses_are_read_as_people_write_them() {
    let mut house = House::new().await;
    for (body, canonical) in [
        (json!({ "to": "07400 123456", "region": "gb", "purpose": "bind" }), NUMBER),
        (json!({ "to": "(0044) 7400-123456", "purpose": "bind" }), NUMBER),
        (json!({ "to": "+٤٤٧٤٠٠١٢٣٤٥٦", "purpose": "bind", "region": null }), NUMBER),
        (json!({ "to": " Ada@Example.COM ", "purpose": "sign_up" }), "ada@example.com"),
    ] {
        house.started(body).await;
        assert_eq!(house.letter().await.to.expose(), canonical);
    }
}

#[tokio::test]
async fn every_purpose_can_be_started() {
    let mut house = House::new().await;
    let purposes = [
        "sign_up",
        "sign_in",
        "bind",
        "setting_change",
        "password_reset",
        "withdrawal",
        "p2p_sell",
        "api_key",
        "transfer",
    ];
    for (index, purpose) in purposes.iter().enumerate() {
        let mut body = json!({ "to": format!("user{index}@example.com"), "purpose": purpose });
        if ["withdrawal", "p2p_sell"].contains(purpose) {
            body["details"] = json!({ "amount": "1 BTC", "payee": "bc1q" });
        }
        let id = house.started(body).await;
        assert_eq!(house.get(&format!("/v1/verifications/{id}")).await.json["purpose"], *purpose);
        house.letter().await;
    }
}

#[tokio::test]
async fn a_resend_kills_the_earlier_code_and_refunds_nothing() {
    let mut house = House::new().await;
    let id = house.started(json!({ "to": NUMBER, "purpose": "sign_in" })).await;
    let first = house.code().await;
    house.miss(&id, &first, 2).await;
    let resend = format!("/v1/verifications/{id}/resend");
    let early = house.post(&resend, json!({})).await.refused_as("resend_too_soon");
    assert_eq!(early.json["retry_after"], 30);
    house.later(30);
    let sent = house.post(&resend, json!({ "client_ip": "2001:db8::7" })).await.succeeded();
    assert_eq!((&sent.json["sends"], &sent.json["failures"]), (&json!(2), &json!(2)));
    let second = house.code().await;
    assert_ne!(first, second);
    let dead = house.check(&id, &first).await.succeeded();
    assert_eq!((&dead.json["result"], &dead.json["attempts_left"]), (&json!("earlier_code"), &json!(2)));
    // The same request again, as after a lost answer: nothing is sent, and the resource says so.
    house.post(&resend, json!({})).await.refused_as("resend_too_soon");
    assert_eq!(house.get(&format!("/v1/verifications/{id}")).await.json["sends"], 2);
    assert_eq!(house.check(&id, &second).await.json["result"], "approved");
}

#[tokio::test]
async fn a_resend_may_take_another_channel_to_the_same_address_where_there_is_one() {
    let house = House::new().await;
    let id = house.started(json!({ "to": NUMBER, "purpose": "sign_in" })).await;
    house.later(30);
    let resend = format!("/v1/verifications/{id}/resend");
    for channel in ["whatsapp", "email", "fax", ""] {
        let refused = house.post(&resend, json!({ "channel": channel })).await.refused_as("param_invalid");
        assert_eq!(refused.json["param"], "channel", "{channel:?}");
    }
    let called = house.post(&resend, json!({ "channel": "voice" })).await.succeeded();
    assert_eq!((&called.json["channel"], &called.json["sends"]), (&json!("voice"), &json!(2)));
    house.later(40);
    assert_eq!(house.post(&resend, json!({})).await.succeeded().json["channel"], "voice", "as before");
    house.later(60);
    assert_eq!(house.post(&resend, json!({ "channel": "sms" })).await.succeeded().json["channel"], "sms");
}

#[tokio::test]
async fn a_resend_needs_no_body_but_takes_no_other_media_type() {
    let house = House::new().await;
    let id = house.started(json!({ "to": NUMBER, "purpose": "sign_in" })).await;
    house.later(30);
    let resend =
        || Ask::new(axum::http::Method::POST, &format!("/v1/verifications/{id}/resend")).key(&house.key);
    house.send(resend().header("content-type", "text/plain")).await.refused_as("content_type_unsupported");
    house.send(resend().body("{}")).await.refused_as("content_type_unsupported");
    house
        .send(resend().header("content-type", "application/json").body("[]"))
        .await
        .refused_as("body_malformed");
    house.send(resend().header("content-type", "application/json").body("null")).await.succeeded();
    house.later(40);
    house.send(resend()).await.succeeded();
}

#[tokio::test]
async fn a_canceled_verification_approves_nothing() {
    let mut house = House::new().await;
    let id = house.started(json!({ "to": NUMBER, "purpose": "sign_in" })).await;
    let code = house.code().await;
    let cancel = format!("/v1/verifications/{id}/cancel");
    for _ in 0..2 {
        let reply = house.send(Ask::new(axum::http::Method::POST, &cancel).key(&house.key)).await.succeeded();
        assert_eq!(reply.json["status"], "canceled");
    }
    house.check(&id, &code).await.refused_as("verification_canceled");
    house.later(30);
    house
        .post(&format!("/v1/verifications/{id}/resend"), json!({}))
        .await
        .refused_as("verification_canceled");
}

#[tokio::test]
async fn a_code_confirms_its_amount_and_payee_only() {
    let mut house = House::new().await;
    let details = json!({ "amount": "0.5 BTC", "payee": "bc1qexample" });
    let body = json!({ "to": NUMBER, "purpose": "withdrawal", "details": details });
    let id = house.started(body).await;
    let letter = house.letter().await;
    let Words::Code { code, amount, payee, .. } = letter.body else { panic!("a code was asked for") };
    assert_eq!((amount.as_deref(), payee.as_deref()), (Some("0.5 BTC"), Some("bc1qexample")));
    let check = format!("/v1/verifications/{id}/check");
    for other in [
        json!({ "code": code }),
        json!({ "code": code, "details": { "amount": "5 BTC", "payee": "bc1qexample" } }),
        json!({ "code": code, "details": { "amount": "0.5 BTC", "payee": "bc1qexampl3" } }),
    ] {
        assert_eq!(house.post(&check, other).await.json["result"], "wrong");
    }
    house.later(30);
    let resend = format!("/v1/verifications/{id}/resend");
    house.post(&resend, json!({})).await.refused_as("details_mismatch");
    let approved = house.post(&check, json!({ "code": code, "details": details })).await;
    assert_eq!(approved.json["result"], "approved");
}

#[tokio::test]
async fn a_repeated_start_is_the_same_verification_and_sends_once() {
    let mut house = House::new().await;
    let ask = |body: Value| {
        Ask::post("/v1/verifications", body).key(&house.key).header("idempotency-key", "5f9b2d9e")
    };
    let body = json!({ "to": NUMBER, "purpose": "sign_in", "client_ip": "203.0.113.7" });
    let first = house.send(ask(body.clone())).await;
    let again = house.send(ask(body.clone())).await;
    assert_eq!((again.status, &again.json["id"]), (StatusCode::CREATED, &first.json["id"]));
    assert_eq!(again.json["sends"], 1);
    for (name, value) in
        [("to", "+447400123457"), ("purpose", "bind"), ("client_ip", "203.0.113.8"), ("device", "d")]
    {
        let mut other = body.clone();
        other[name] = value.into();
        house.send(ask(other)).await.refused_as("idempotency_key_reused");
    }
    let next = house.started(json!({ "to": "ada@example.com", "purpose": "sign_in" })).await;
    assert_ne!(json!(next), first.json["id"]);
    // Two letters for four requests: the repeated ones sent nothing.
    let (one, two) = (house.letter().await, house.letter().await);
    let mut sent_to = [one.to.expose().to_owned(), two.to.expose().to_owned()];
    sent_to.sort();
    assert_eq!(sent_to, [NUMBER, "ada@example.com"]);
}

#[tokio::test]
async fn a_refused_start_may_use_its_key_again() {
    let house = House::new().await;
    let ask = |to: &str| {
        let body = json!({ "to": to, "purpose": "sign_in" });
        Ask::post("/v1/verifications", body).key(&house.key).header("idempotency-key", "retry")
    };
    house.send(ask("+442079460018")).await.refused_as("number_refused");
    assert_eq!(house.send(ask(NUMBER)).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn of_many_right_codes_at_once_one_is_approved() {
    let mut house = House::new().await;
    let id = house.started(json!({ "to": NUMBER, "purpose": "sign_in" })).await;
    let code = house.code().await;
    let replies = futures_util::future::join_all((0..32).map(|_| house.check(&id, &code))).await;
    let approved = replies.iter().filter(|reply| reply.json["result"] == "approved").count();
    let late = replies.iter().filter(|reply| reply.json["code"] == "verification_approved").count();
    assert_eq!((approved, late), (1, 31));
}

#[tokio::test]
async fn of_many_wrong_codes_at_once_only_five_are_compared() {
    let mut house = House::new().await;
    let id = house.started(json!({ "to": NUMBER, "purpose": "sign_in" })).await;
    let wrong = other_code(&house.code().await);
    let replies = futures_util::future::join_all((0..32).map(|_| house.check(&id, &wrong))).await;
    let compared = replies.iter().filter(|reply| reply.json["result"] == "wrong").count();
    let locked = replies.iter().filter(|reply| reply.json["code"] == "factor_locked").count();
    let closed = replies.iter().filter(|reply| reply.json["code"] == "verification_failed").count();
    assert_eq!((compared, locked, closed), (4, 1, 27));
    assert_eq!(house.get(&format!("/v1/verifications/{id}")).await.json["failures"], 5);
}
