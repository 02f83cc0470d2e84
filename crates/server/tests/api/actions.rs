//! The life of an action as a relying party sees it.

use crate::holder::{ALL, PAYEE, holder, withdrawal};
use crate::house::{Ask, House, PUBLIC_URL};
use axum::http::StatusCode;
use countersign_core::change::Change;
use countersign_core::id::ActionId;
use countersign_core::model::{Action, ActionOrigin, Factor};
use countersign_flows::ConfirmLook;
use countersign_storage::tables::{Rows, actions};
use countersign_storage::{Step, StorageError, Tx};
use serde_json::{Value, json};

#[tokio::test]
async fn an_action_says_what_it_takes_and_for_how_long() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let opened = house.opened(withdrawal(&account, "0.05", "BTC")).await;
    assert_eq!((&opened["status"], &opened["reason"]), (&json!("pending"), &Value::Null));
    assert_eq!((&opened["kind"], &opened["account"]), (&json!("withdrawal"), &json!(account)));
    let ways = json!([["totp", "trading_password"], ["trading_password", "sms"]]);
    assert_eq!((&opened["any_of"], &opened["proved"]), (&ways, &json!([])));
    // 1 800 000 000 is 2027-01-15 08:00:00 UTC; an exit is confirmed within 120 seconds.
    assert_eq!(opened["created_at"], "2027-01-15T08:00:00.000Z");
    assert_eq!(opened["expires_at"], "2027-01-15T08:02:00.000Z");
    assert_eq!((&opened["assertion"], &opened["assertion_expires_at"]), (&Value::Null, &Value::Null));
    assert_eq!(opened["audience"], json!(house.service_id.to_string()));
    assert_eq!(opened["details"]["address"], PAYEE);
    assert_eq!(opened["fingerprint"].as_str().unwrap().split(' ').count(), 2);
    let id = opened["id"].as_str().unwrap();
    let link = opened["confirm_url"].as_str().unwrap();
    assert!(link.starts_with(&format!("{PUBLIC_URL}/confirm/{id}?k=")), "{link}");

    let mut seen = house.action(&opened["id"]).await;
    assert!(seen.get("confirm_url").is_none());
    seen["confirm_url"] = opened["confirm_url"].clone();
    assert_eq!(seen, opened);

    let reset = json!({ "account": account, "kind": "password_reset" });
    assert_eq!(house.opened(reset).await["expires_at"], "2027-01-15T08:10:00.000Z");
}

#[tokio::test]
async fn what_is_not_confirmed_in_time_is_cancelled_without_anyone_looking() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let opened = house.opened(withdrawal(&account, "0.05", "BTC")).await;
    house.later(119);
    assert_eq!(house.action(&opened["id"]).await["status"], "pending");
    house.later(1);
    let seen = house.action(&opened["id"]).await;
    assert_eq!((&seen["status"], &seen["reason"]), (&json!("canceled"), &json!("timed_out")));
    let late = house.prove(&opened["id"], "totp", &house.totp()).await.refused_as("action_over");
    assert_eq!(late.json["reason"], "timed_out");
    house.act(&opened["id"], "codes", json!({ "factor": "sms" })).await.refused_as("action_over");
}

#[tokio::test]
async fn an_authorised_action_lapses_and_an_unredeemed_one_can_be_withdrawn() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let done = house.authorised(&account).await;
    assert_eq!(done["assertion_expires_at"], "2027-01-15T08:01:00.000Z");
    house.later(60);
    let seen = house.action(&done["id"]).await;
    assert_eq!((&seen["status"], &seen["assertion"]), (&json!("lapsed"), &Value::Null));

    let done = house.authorised(&account).await;
    for _ in 0..2 {
        let canceled = house.act(&done["id"], "cancel", json!({})).await.succeeded().json;
        assert_eq!((&canceled["status"], &canceled["reason"]), (&json!("canceled"), &json!("withdrawn")));
        assert_eq!(canceled["assertion"], Value::Null);
    }
    house.redeem(&done, "order-1").await.refused_as("assertion_invalid");
    let over = house.prove(&done["id"], "totp", "000000").await.refused_as("action_over");
    assert_eq!(over.json["reason"], "withdrawn");
}

#[tokio::test]
async fn the_surroundings_that_a_relying_party_knows_change_what_is_asked() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let open = async |amount: &str, context: Value| {
        let mut body = withdrawal(&account, amount, "BTC");
        body["context"] = context;
        house.open(body).await
    };
    let app_only = json!([["totp", "trading_password"]]);
    let changed = json!({ "sim_changed": "yes", "new_device": true, "region": "gb" });
    assert_eq!(open("0.05", changed.clone()).await.json["any_of"], app_only);
    let refused = open("0.1", changed).await.refused_as("action_refused");
    assert_eq!(refused.json["reason"], "policy");
    for same in [json!({}), json!({ "sim_changed": "no" }), json!({ "sim_changed": "unknown" }), Value::Null]
    {
        assert_eq!(open("0.05", same).await.json["any_of"].as_array().unwrap().len(), 2);
    }
    for (name, value) in
        [("sim_changed", json!("maybe")), ("new_device", json!("no")), ("region", json!("XX"))]
    {
        let refused = open("0.05", json!({ name: value })).await.refused_as("param_invalid");
        assert_eq!(refused.json["param"], format!("context.{name}"));
    }
    let unknown = open("0.05", json!({ "sim_change": "yes" })).await.refused_as("param_unknown");
    assert_eq!(unknown.json["param"], "context");
}

#[tokio::test]
async fn details_are_exact_or_refused() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let many: Value = (0..17u8).map(|n| (char::from(b'a' + n).to_string(), json!("x"))).collect();
    for (name, value, param) in [
        ("amount", json!("0"), "details.amount"),
        ("amount", json!("1e3"), "details.amount"),
        ("amount", json!("-1"), "details.amount"),
        ("address", json!(""), "details.address"),
        ("address", json!("a\u{202e}b"), "details.address"),
        ("memo", json!("two\nlines"), "details.memo"),
        ("memo", json!("x".repeat(257)), "details.memo"),
        ("Memo", json!("x"), "details"),
        ("<script>", json!("x"), "details"),
    ] {
        let mut body = withdrawal(&account, "1", "BTC");
        body["details"][name] = value;
        let refused = house.open(body).await.refused_as("details_invalid");
        assert_eq!(refused.json["param"], param, "{name}");
        assert!(!refused.text.contains("script"));
    }
    for name in ["amount", "asset", "network", "address"] {
        let mut body = withdrawal(&account, "1", "BTC");
        body["details"].as_object_mut().unwrap().remove(name);
        let refused = house.open(body).await.refused_as("details_invalid");
        assert_eq!(refused.json["param"], format!("details.{name}"));
    }
    let mut body = withdrawal(&account, "1", "BTC");
    body["details"] = many;
    house.open(body.clone()).await.refused_as("details_invalid");
    for value in [json!({ "amount": 1 }), json!({ "amount": null }), json!({ "a": { "b": "c" } }), json!([])]
    {
        body["details"] = value;
        assert_eq!(house.open(body.clone()).await.refused_as("param_invalid").json["param"], "details");
    }
}

#[tokio::test]
async fn only_what_a_relying_party_may_ask_for_is_opened() {
    let mut house = House::new().await;
    let account = holder(&mut house, &[]).await;
    for own in ["factor_add", "factor_remove", "phone_change", "unfreeze", "Withdrawal", ""] {
        let body = json!({ "account": account, "kind": own, "details": { "setting": "totp_add" } });
        assert_eq!(house.open(body).await.refused_as("param_invalid").json["param"], "kind", "{own}");
    }
    let lacking = house.open(withdrawal(&account, "1", "BTC")).await.refused_as("factors_missing");
    assert_eq!(lacking.json["reason"], "trading_password,sms");
    let lacking = house.open(withdrawal(&account, "0.05", "BTC")).await.refused_as("factors_missing");
    assert_eq!(lacking.json["reason"], "totp,trading_password");
    let nobody = withdrawal(&format!("acc_{}", "0".repeat(32)), "1", "BTC");
    house.open(nobody).await.refused_as("account_not_found");
    let reset = json!({ "account": account, "kind": "password_reset" });
    for (url, is_allowed) in [
        ("https://exchange.example/return?a=b", true),
        ("https://exchange.example", true),
        ("https://exchange.example.evil.example/", false),
        ("https://exchange.example@evil.example/", false),
        ("https://user@exchange.example/", false),
        ("http://exchange.example/", false),
        ("https://exchange.example:444/", false),
        ("//exchange.example/", false),
        ("javascript:alert(1)", false),
        ("", false),
    ] {
        let mut body = reset.clone();
        body["return_url"] = url.into();
        let reply = house.open(body).await;
        if is_allowed {
            assert_eq!(reply.status, StatusCode::CREATED, "{url}");
        } else {
            assert_eq!(reply.refused_as("return_url_refused").json["param"], "return_url", "{url}");
        }
    }
}

#[tokio::test]
async fn a_repeated_opening_is_the_same_action_with_a_fresh_link() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let body = withdrawal(&account, "0.05", "BTC");
    let ask =
        |body: Value| Ask::post("/v1/actions", body).key(&house.key).header("idempotency-key", "order-7");
    let first = house.send(ask(body.clone())).await;
    let mut again = house.send(ask(body.clone())).await;
    assert_eq!((first.status, again.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_ne!(first.json["confirm_url"], again.json["confirm_url"]);
    again.json["confirm_url"] = first.json["confirm_url"].clone();
    assert_eq!(first.json, again.json);
    for (name, value) in [
        ("details", json!({ "amount": "0.06", "asset": "BTC", "network": "bitcoin", "address": PAYEE })),
        ("audience", json!("https://exchange.example")),
        ("return_url", json!("https://exchange.example/return")),
        ("context", json!({ "sim_changed": "no" })),
        ("client_ip", json!("203.0.113.7")),
        ("locale", json!("de")),
    ] {
        let mut other = body.clone();
        other[name] = value;
        house.send(ask(other)).await.refused_as("idempotency_key_reused");
    }
    let next = house.opened(body).await;
    assert_ne!(next["id"], first.json["id"]);
    assert_ne!(next["digest"], first.json["digest"], "no two actions share a digest");
}

#[tokio::test]
async fn an_action_that_a_browser_has_is_that_browsers() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let body = withdrawal(&account, "0.05", "BTC");
    let ask = || Ask::post("/v1/actions", body.clone()).key(&house.key).header("idempotency-key", "k");
    let opened = house.send(ask()).await.json;
    let link = opened["confirm_url"].as_str().unwrap().split_once("?k=").unwrap().1;
    let id: ActionId = opened["id"].as_str().unwrap().parse().unwrap();
    let look = house.flows.claim_confirm_page(house.service_id, id, link, "browser").await.unwrap();
    assert!(matches!(look, ConfirmLook::Own(_)), "{look:?}");
    house.prove(&opened["id"], "totp", &house.totp()).await.refused_as("action_of_page");
    house.act(&opened["id"], "codes", json!({ "factor": "sms" })).await.refused_as("action_of_page");
    let again = house.send(ask()).await.json;
    assert_eq!((&again["id"], again.get("confirm_url")), (&opened["id"], None));
    // It stays the relying party's to look at and to withdraw.
    assert_eq!(house.action(&opened["id"]).await["proved"], json!([]));
    let canceled = house.act(&opened["id"], "cancel", json!({})).await.succeeded();
    assert_eq!(canceled.json["status"], "canceled");
}

#[tokio::test]
async fn what_the_security_center_asks_for_itself_is_nobody_elses() {
    let mut house = House::new().await;
    let account = holder(&mut house, &ALL).await;
    let opened = house.opened(json!({ "account": account, "kind": "sign_in" })).await;
    let id = opened["id"].as_str().unwrap().parse().unwrap();
    let theirs = Load { rows: house.rows.clone(), service_id: house.service_id, id };
    let theirs = house.store.read(theirs).await.unwrap().unwrap();
    let own = ActionId::from_bytes([9; 16]);
    let action = Action { id: own, origin: ActionOrigin::SecurityCenter, link: None, ..theirs };
    house.keep(vec![Change::InsertAction(action)]).await;
    let (own, never) = (json!(own.to_string()), json!(format!("act_{}", "0".repeat(32))));
    for id in [&own, &never] {
        house.get(&format!("/v1/actions/{}", id.as_str().unwrap())).await.refused_as("action_not_found");
        house.act(id, "cancel", json!({})).await.refused_as("action_not_found");
        house.act(id, "codes", json!({ "factor": "sms" })).await.refused_as("action_not_found");
        house.prove(id, "totp", &house.totp()).await.refused_as("action_not_found");
    }
}

#[tokio::test]
async fn an_account_says_what_it_could_prove_and_how_well_it_is_kept() {
    let mut house = House::new().await;
    let account = holder(&mut house, &[Factor::Totp, Factor::TradingPassword]).await;
    let seen = house.get(&format!("/v1/accounts/{account}")).await.succeeded().json;
    assert_eq!(seen["factors"], json!(["email", "totp", "trading_password"]));
    assert_eq!(seen["level"], "strong");
    let mut house = House::new().await;
    let account = holder(&mut house, &[Factor::Sms]).await;
    let seen = house.get(&format!("/v1/accounts/{account}")).await.succeeded().json;
    // A number that is bound is asked for when value leaves, whether or not sign-ins ask for it.
    assert_eq!((&seen["factors"], &seen["level"]), (&json!(["sms", "email"]), &json!("basic")));
}

/// An action as it is kept.
struct Load {
    rows: Rows,
    service_id: countersign_core::id::ServiceId,
    id: ActionId,
}

impl Step for Load {
    type Output = Option<Action>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        actions::load(tx, &self.rows, self.service_id, self.id).await
    }
}
