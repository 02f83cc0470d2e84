//! Factors proved through the API: what counts, what is counted, and what a code is bound to.

use crate::holder::{ALL, PAYEE, TRADING, holder, withdrawal};
use crate::house::{House, NUMBER, other_code};
use countersign_core::model::{Body as Words, Factor, Purpose};
use countersign_core::policy::Policy;
use serde_json::{Value, json};

#[tokio::test]
async fn a_large_withdrawal_takes_a_code_that_shows_it() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let opened = house.opened(withdrawal(&account, "0.1", "BTC")).await;
    let id = &opened["id"];
    assert_eq!(opened["any_of"], json!([["totp", "trading_password", "sms"]]));
    let one = house.prove(id, "trading_password", TRADING).await.succeeded().json;
    assert_eq!((&one["proved"], &one["status"]), (&json!(["trading_password"]), &json!("pending")));
    house.prove(id, "totp", &house.totp()).await.succeeded();
    house.prove(id, "sms", "123456").await.refused_as("code_not_sent");
    let sent =
        house.act(id, "codes", json!({ "factor": "sms", "client_ip": "203.0.113.7" })).await.succeeded();
    assert_eq!(sent.json["proved"], json!(["trading_password", "totp"]));
    let letter = house.letter().await;
    assert_eq!(letter.to.expose(), NUMBER);
    let Words::Code { code, purpose, amount, payee, network, fingerprint, .. } = letter.body else {
        panic!("a code was asked for")
    };
    assert_eq!(purpose, Purpose::Withdrawal);
    assert_eq!(amount.as_deref(), Some("0.1 BTC"));
    assert_eq!(network.as_deref(), opened["details"]["network"].as_str());
    assert_eq!(payee.as_deref(), Some(PAYEE));
    assert_eq!(fingerprint.as_deref(), opened["fingerprint"].as_str());
    let wrong = house.prove(id, "sms", &other_code(&code)).await.refused_as("proof_wrong");
    assert_eq!(wrong.json["attempts_left"], 4);
    let done = house.prove(id, "sms", &code).await.succeeded().json;
    assert_eq!(done["status"], "authorised");
    assert_eq!(done["proved"], json!(["trading_password", "totp", "sms"]));
    let redeemed = house.redeem(&done, "order-1").await.succeeded();
    assert_eq!(redeemed.json["amr"], done["proved"]);
}

#[tokio::test]
async fn a_code_serves_the_action_it_was_sent_for_and_no_other() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let mut sent = Vec::new();
    for body in [
        withdrawal(&account, "0.1", "BTC"),
        json!({ "account": account, "kind": "password_reset" }),
        json!({ "account": account, "kind": "p2p_sell",
            "details": { "amount": "0.1", "asset": "BTC", "payee": "grace" } }),
    ] {
        let opened = house.opened(body).await;
        house.act(&opened["id"], "codes", json!({ "factor": "sms" })).await.succeeded();
        sent.push((opened["id"].clone(), house.code().await));
    }
    for (at, (id, _)) in sent.iter().enumerate() {
        for (from, (_, code)) in sent.iter().enumerate() {
            if at != from {
                house.prove(id, "sms", code).await.refused_as("proof_wrong");
            }
        }
        let own = house.prove(id, "sms", &sent[at].1).await.succeeded();
        assert_eq!(own.json["proved"], json!(["sms"]));
    }
    // A second withdrawal supersedes the code of the first, whose own is then dead.
    let [first, second] = [
        house.opened(withdrawal(&account, "0.2", "BTC")).await,
        house.opened(withdrawal(&account, "0.3", "BTC")).await,
    ];
    house.act(&first["id"], "codes", json!({ "factor": "sms" })).await.succeeded();
    let code = house.code().await;
    house.act(&second["id"], "codes", json!({ "factor": "sms" })).await.succeeded();
    house.code().await;
    house.prove(&first["id"], "sms", &code).await.refused_as("code_expired");
    house.prove(&second["id"], "sms", &code).await.refused_as("proof_wrong");
}

#[tokio::test]
async fn codes_travel_by_email_and_by_voice_as_well() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let reset = house.opened(json!({ "account": account, "kind": "password_reset" })).await;
    let id = &reset["id"];
    house.act(id, "codes", json!({ "factor": "email" })).await.succeeded();
    let letter = house.letter().await;
    assert_eq!(letter.to.expose(), "ada@example.com");
    let Words::Code { code, .. } = letter.body else { panic!("a code was asked for") };
    house.prove(id, "email", &code).await.succeeded();
    house.act(id, "codes", json!({ "factor": "email" })).await.refused_as("factor_not_asked");
    house.act(id, "codes", json!({ "factor": "sms", "channel": "voice" })).await.succeeded();
    let letter = house.letter().await;
    assert_eq!(letter.to.expose(), NUMBER);
    let Words::Code { code, .. } = letter.body else { panic!("a code was asked for") };
    house
        .act(id, "codes", json!({ "factor": "sms", "channel": "voice" }))
        .await
        .refused_as("resend_too_soon");
    house.later(30);
    house.act(id, "codes", json!({ "factor": "sms" })).await.succeeded();
    let newest = house.code().await;
    let early = house.prove(id, "sms", &code).await.refused_as("proof_wrong");
    assert_eq!(early.json["reason"], "earlier_code");
    assert_eq!(house.prove(id, "sms", &newest).await.succeeded().json["status"], "authorised");
    for (factor, channel) in [("email", "voice"), ("email", "sms"), ("sms", "email"), ("sms", "fax")] {
        let body = json!({ "factor": factor, "channel": channel });
        assert_eq!(house.act(id, "codes", body).await.refused_as("param_invalid").json["param"], "channel");
    }
    for factor in ["totp", "trading_password", "password", "passkey"] {
        let body = json!({ "factor": factor });
        assert_eq!(house.act(id, "codes", body).await.refused_as("param_invalid").json["param"], "factor");
    }
}

#[tokio::test]
async fn wrong_answers_count_for_the_factor_and_not_for_the_action() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let mut left = Vec::new();
    for _ in 0..2 {
        let id = house.opened(withdrawal(&account, "0.05", "BTC")).await["id"].clone();
        for _ in 0..2 {
            let wrong = house.prove(&id, "totp", &other_code(&house.totp())).await.refused_as("proof_wrong");
            left.push(wrong.json["attempts_left"].clone());
        }
    }
    assert_eq!(left, [4, 3, 2, 1]);
    let id = house.opened(withdrawal(&account, "0.05", "BTC")).await["id"].clone();
    let locked = house.prove(&id, "totp", &other_code(&house.totp())).await.refused_as("factor_locked");
    assert_eq!((locked.header("retry-after"), &locked.json["retry_after"]), (Some("900"), &json!(900)));
    // The right answer does not open it, and the action can still be confirmed without it.
    house.prove(&id, "totp", &house.totp()).await.refused_as("factor_locked");
    assert_eq!(house.action(&id).await["status"], "pending");
    house.prove(&id, "trading_password", TRADING).await.succeeded();
    house.act(&id, "codes", json!({ "factor": "sms" })).await.succeeded();
    let code = house.code().await;
    assert_eq!(house.prove(&id, "sms", &code).await.succeeded().json["status"], "authorised");
    // One that cannot be confirmed without the lost factor is over.
    let id = house.opened(withdrawal(&account, "0.05", "BTC")).await["id"].clone();
    for _ in 0..4 {
        house.prove(&id, "trading_password", "830418").await.refused_as("proof_wrong");
    }
    house.prove(&id, "trading_password", "830418").await.refused_as("factor_locked");
    let seen = house.action(&id).await;
    assert_eq!((&seen["status"], &seen["reason"]), (&json!("canceled"), &json!("too_many_failures")));
}

#[tokio::test]
async fn a_factor_whose_budget_is_spent_is_shut() {
    let policy = Policy { totp_failures_per_year_max: 5, ..Policy::default() };
    let mut house = House::with(policy).await;
    let account = holder(&mut house, &ALL).await;
    let id = house.opened(withdrawal(&account, "0.05", "BTC")).await["id"].clone();
    for _ in 0..4 {
        house.prove(&id, "totp", &other_code(&house.totp())).await.refused_as("proof_wrong");
    }
    house.prove(&id, "totp", &other_code(&house.totp())).await.refused_as("factor_disabled");
    let next = house.opened(withdrawal(&account, "0.05", "BTC")).await;
    assert_eq!(next["any_of"], json!([["trading_password", "sms"]]), "it is asked for no more");
}

#[tokio::test]
async fn an_app_s_code_works_once() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let code = house.totp();
    house.authorised(&account).await;
    let id = house.opened(withdrawal(&account, "0.05", "BTC")).await["id"].clone();
    house.prove(&id, "totp", &code).await.refused_as("proof_wrong");
    house.later(30);
    house.prove(&id, "totp", &code).await.refused_as("proof_wrong");
    house.prove(&id, "totp", &house.totp()).await.succeeded();
}

#[tokio::test]
async fn what_is_not_asked_or_cannot_be_an_answer_is_not_counted() {
    let mut house = House::new().await;
    let account = holder(&mut house, &[Factor::Totp, Factor::TradingPassword]).await;
    let id = house.opened(withdrawal(&account, "0.05", "BTC")).await["id"].clone();
    for factor in ["password", "recovery_code"] {
        house.prove(&id, factor, "a long enough passphrase").await.refused_as("factor_not_asked");
    }
    house.act(&id, "codes", json!({ "factor": "sms" })).await.refused_as("factor_not_asked");
    house.prove(&id, "passkey", "{}").await.refused_as("param_invalid");
    for (factor, value) in [
        ("totp", ""),
        ("totp", "12345"),
        ("totp", "1234567"),
        ("totp", "abcdef"),
        ("trading_password", "83041"),
        ("trading_password", "abcdef"),
    ] {
        let refused = house.prove(&id, factor, value).await.refused_as("proof_unreadable");
        assert_eq!(refused.json["param"], "value", "{factor} {value:?}");
    }
    for value in [json!(830_417), json!(null), json!(["830417"]), json!(true)] {
        let body = json!({ "factor": "trading_password", "value": value });
        house.act(&id, "proofs", body).await.refused_as("param_invalid");
    }
    let wrong = house.prove(&id, "trading_password", "830418").await.refused_as("proof_wrong");
    assert_eq!(wrong.json["attempts_left"], 4, "the first that was counted");
    house.prove(&id, "trading_password", TRADING).await.succeeded();
    house.prove(&id, "trading_password", TRADING).await.refused_as("factor_not_asked");
}

#[tokio::test]
async fn of_many_right_answers_at_once_one_makes_the_assertion() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let id = house.opened(withdrawal(&account, "0.05", "BTC")).await["id"].clone();
    house.prove(&id, "trading_password", TRADING).await.succeeded();
    let code = house.totp();
    let replies = futures_util::future::join_all((0..16).map(|_| house.prove(&id, "totp", &code))).await;
    let done: Vec<&Value> =
        replies.iter().filter(|reply| reply.status.is_success()).map(|reply| &reply.json).collect();
    assert_eq!(done.len(), 1);
    assert_eq!(done[0]["assertion"], house.action(&id).await["assertion"]);
    assert!(
        replies.iter().filter(|reply| !reply.status.is_success()).all(|r| r.json["code"] == "action_over")
    );
}
