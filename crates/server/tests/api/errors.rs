//! Every row of the table of errors, brought about once from the outside. A row that nobody can reach, or
//! that is missing here, fails.

use crate::holder::{ALL, TRADING, holder, withdrawal};
use crate::house::{Ask, DOCUMENT, House, NUMBER, PUBLIC_URL, Reply, other_code};
use axum::http::Method;
use countersign_core::policy::Policy;
use countersign_flows::Caller;
use countersign_storage::{Step, StorageError, Tx};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

type Case = (&'static str, BoxFuture<'static, Reply>);

fn case<F>(code: &'static str, run: impl FnOnce() -> F) -> Case
where
    F: Future<Output = Reply> + Send + 'static,
{
    (code, run().boxed())
}

const SIGN_IN: fn() -> Value = || json!({ "to": NUMBER, "purpose": "sign_in" });

/// Errors of form: nothing is stored, nothing is sent.
fn malformed() -> Vec<Case> {
    async fn raw(body: &'static str) -> Reply {
        let house = House::new().await;
        house.send(Ask::post("/v1/numbers/judge", Value::Null).key(&house.key).body(body)).await
    }
    async fn start(body: Value) -> Reply {
        House::new().await.start(body).await
    }
    async fn start_under(headers: &'static [&'static str]) -> Reply {
        let house = House::new().await;
        let ask = Ask::post("/v1/verifications", SIGN_IN()).key(&house.key);
        house.send(headers.iter().fold(ask, |ask, key| ask.header("idempotency-key", key))).await
    }
    vec![
        case("body_malformed", || raw("{\"number\": }")),
        case("param_unknown", || raw("{\"number\":\"1\",\"numbre\":\"1\"}")),
        case("param_missing", || raw("{}")),
        case("param_invalid", || raw("{\"number\":7}")),
        case("address_unreadable", || start(json!({ "to": "+4474", "purpose": "bind" }))),
        case("code_malformed", || async {
            let house = House::new().await;
            let id = house.started(SIGN_IN()).await;
            house.check(&id, "12345").await
        }),
        case("idempotency_key_missing", || start_under(&[])),
        case("idempotency_key_malformed", || start_under(&["two words"])),
        case("idempotency_key_malformed", || start_under(&["one", "two"])),
        case("key_invalid", || async { House::new().await.send(Ask::get("/v1/regions")).await }),
        case("body_too_large", || async {
            let house = House::new().await;
            house
                .send(
                    Ask::post("/v1/numbers/judge", Value::Null).key(&house.key).body(vec![b' '; 10_000_000]),
                )
                .await
        }),
        case("content_type_unsupported", || async {
            let house = House::new().await;
            let ask = Ask::new(Method::POST, "/v1/numbers/judge").key(&house.key).body("number=1");
            house.send(ask.header("content-type", "application/x-www-form-urlencoded")).await
        }),
    ]
}

/// What is not there.
fn absent() -> Vec<Case> {
    vec![
        case("path_unknown", || async { House::new().await.get("/v1/verification").await }),
        case("verification_not_found", || async { House::new().await.get("/v1/verifications/vrf_1").await }),
        case("account_not_found", || async { House::new().await.get("/v1/accounts/acc_1").await }),
        case("action_not_found", || async { House::new().await.get("/v1/actions/act_1").await }),
        case("webhook_not_found", || async { House::new().await.get("/v1/webhooks/whk_1/deliveries").await }),
        case("delivery_not_found", || async {
            let house = House::new().await;
            let hook = house.post("/v1/webhooks", json!({ "url": "https://exchange.example" })).await.json;
            let id = hook["id"].as_str().unwrap();
            house.post(&format!("/v1/webhooks/{id}/deliveries/evt_1/resend"), json!({})).await
        }),
        case("method_not_allowed", || async {
            let house = House::new().await;
            let reply = house.send(Ask::new(Method::DELETE, "/v1/regions").key(&house.key)).await;
            assert_eq!(reply.header("allow"), Some("GET,HEAD"));
            reply
        }),
    ]
}

/// Verifications that are over.
fn over() -> Vec<Case> {
    async fn check_after(seconds: i64, purpose: &'static str) -> Reply {
        let mut house = House::new().await;
        let id = house.started(json!({ "to": NUMBER, "purpose": purpose })).await;
        let code = house.code().await;
        house.later(seconds);
        house.check(&id, &code).await
    }
    vec![
        case("code_expired", || check_after(120, "bind")),
        case("verification_expired", || check_after(600, "sign_in")),
        case("verification_approved", || async {
            let mut house = House::new().await;
            let id = house.started(SIGN_IN()).await;
            let code = house.code().await;
            house.check(&id, &code).await.succeeded();
            house.check(&id, &code).await
        }),
        case("verification_canceled", || async {
            let house = House::new().await;
            let id = house.started(SIGN_IN()).await;
            house.post(&format!("/v1/verifications/{id}/cancel"), json!({})).await.succeeded();
            house.check(&id, "000000").await
        }),
        case("verification_failed", || async {
            let mut house = House::new().await;
            let id = house.started(SIGN_IN()).await;
            let code = house.code().await;
            house.miss(&id, &code, 5).await;
            house.check(&id, &code).await
        }),
        case("verification_superseded", || async {
            let mut house = House::new().await;
            let id = house.started(SIGN_IN()).await;
            let code = house.code().await;
            house.started(SIGN_IN()).await;
            house.check(&id, &code).await
        }),
        case("verification_of_page", || async {
            let mut house = House::new().await;
            let number = countersign_core::address::read_identifier(NUMBER, None).unwrap();
            let (flows, service) = (house.flows.clone(), house.service_id);
            flows
                .start_sign_up(service, number, "a long enough passphrase", Caller::default())
                .await
                .unwrap();
            let code = house.code().await;
            let id = house.store.read(OnlyVerification).await.unwrap().unwrap();
            let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
            house.check(&format!("vrf_{hex}"), &code).await
        }),
    ]
}

/// Refusals to send or to compare.
fn refused() -> Vec<Case> {
    vec![
        case("number_refused", || async {
            let reply = House::new().await.start(json!({ "to": "+442079460018", "purpose": "bind" })).await;
            assert_eq!(reply.json["reason"], "line_fixed");
            reply
        }),
        case("account_not_found", || async {
            let account = format!("acc_{}", "0".repeat(32));
            House::new().await.start(json!({ "to": NUMBER, "purpose": "bind", "account": account })).await
        }),
        case("details_mismatch", || async {
            House::new().await.start(json!({ "to": NUMBER, "purpose": "withdrawal" })).await
        }),
        case("details_mismatch", || async {
            let details = json!({ "amount": "1", "payee": "x" });
            House::new().await.start(json!({ "to": NUMBER, "purpose": "sign_in", "details": details })).await
        }),
        case("idempotency_key_reused", || async {
            let house = House::new().await;
            let ask =
                |body| Ask::post("/v1/verifications", body).key(&house.key).header("idempotency-key", "k");
            house.send(ask(SIGN_IN())).await;
            house.send(ask(json!({ "to": NUMBER, "purpose": "bind" }))).await
        }),
        case("factor_locked", || async {
            let mut house = House::new().await;
            let id = house.started(SIGN_IN()).await;
            let code = house.code().await;
            let fifth = house.miss(&id, &code, 5).await.refused_as("factor_locked");
            assert_eq!(fifth.json["retry_after"], 900);
            house.later(899);
            let reply = house.start(SIGN_IN()).await;
            assert_eq!(reply.json["retry_after"], 1);
            reply
        }),
        case("factor_disabled", || async {
            let policy = Policy { failures_per_year_max: 5, ..Policy::default() };
            let mut house = House::with(policy).await;
            let id = house.started(SIGN_IN()).await;
            let code = house.code().await;
            house.miss(&id, &code, 5).await.refused_as("factor_disabled");
            let reply = house.start(SIGN_IN()).await;
            assert!(reply.json.get("retry_after").is_none());
            reply
        }),
    ]
}

/// Refusals to send because too much was sent.
fn refused_for_now() -> Vec<Case> {
    vec![
        case("send_limited", || async {
            let policy = Policy { sends_per_address_per_day: 1, ..Policy::default() };
            let house = House::with(policy).await;
            house.started(SIGN_IN()).await;
            let reply = house.start(SIGN_IN()).await;
            // The day that 2027-01-15 08:00 UTC lies in ends 16 hours later.
            assert_eq!(
                (&reply.json["reason"], &reply.json["retry_after"]),
                (&json!("address"), &json!(57_600))
            );
            reply
        }),
        case("resend_too_soon", || async {
            let house = House::new().await;
            let id = house.started(SIGN_IN()).await;
            house.post(&format!("/v1/verifications/{id}/resend"), json!({})).await
        }),
        case("sends_spent", || async { all_sent().await.1 }),
        case("sending_locked", || async {
            let house = all_sent().await.0;
            let reply = house.start(SIGN_IN()).await;
            // Half an hour from the fifth send, which is two minutes ago.
            assert_eq!(reply.json["retry_after"], 1_680);
            reply
        }),
    ]
}

/// Sends all the codes one verification may send, and asks for one more.
async fn all_sent() -> (House, Reply) {
    let house = House::new().await;
    let id = house.started(SIGN_IN()).await;
    let resend = format!("/v1/verifications/{id}/resend");
    for gap in [30, 40, 60, 90] {
        house.later(gap);
        house.post(&resend, json!({})).await.succeeded();
    }
    house.later(120);
    let reply = house.post(&resend, json!({})).await;
    (house, reply)
}

/// Actions that cannot be opened, confirmed or redeemed.
fn step_up() -> Vec<Case> {
    /// A holder of everything, and a withdrawal that two factors confirm.
    async fn opened() -> (House, String, Value) {
        let mut house = House::new().await;
        let account = holder(&mut house, &ALL).await;
        let action = house.opened(withdrawal(&account, "0.05", "BTC")).await;
        (house, account, action)
    }
    async fn proved(factor: &'static str, value: &'static str) -> Reply {
        let (house, _, action) = opened().await;
        house.prove(&action["id"], factor, value).await
    }
    async fn opened_with(name: &'static str, value: Value) -> Reply {
        let (house, account, _) = opened().await;
        let mut body = withdrawal(&account, "0.05", "BTC");
        body[name] = value;
        house.open(body).await
    }
    vec![
        case("action_held", || async {
            let (house, account, _) = opened().await;
            house.hold(&account, countersign_core::model::HoldCause::EmailChanged).await;
            let reply = house.open(withdrawal(&account, "0.05", "BTC")).await;
            assert_eq!(
                (reply.header("retry-after"), &reply.json["reason"]),
                (Some("86400"), &json!("email_changed"))
            );
            reply
        }),
        case("action_refused", || async {
            let (house, account, _) = opened().await;
            let status = format!("/v1/accounts/{account}/status");
            house.post(&status, json!({ "status": "flagged" })).await.succeeded();
            house.open(withdrawal(&account, "0.05", "BTC")).await
        }),
        case("factors_missing", || async {
            let mut house = House::new().await;
            let account = holder(&mut house, &[]).await;
            house.open(withdrawal(&account, "0.05", "BTC")).await
        }),
        case("details_invalid", || opened_with("details", json!({ "amount": "1" }))),
        case("return_url_refused", || opened_with("return_url", json!("https://evil.example/"))),
        case("action_over", || async {
            let (house, _, action) = opened().await;
            house.act(&action["id"], "cancel", json!({})).await.succeeded();
            house.prove(&action["id"], "trading_password", TRADING).await
        }),
        case("action_of_page", || async {
            let (house, _, action) = opened().await;
            let link = action["confirm_url"].as_str().unwrap().split_once("?k=").unwrap().1;
            let id = action["id"].as_str().unwrap().parse().unwrap();
            house.flows.claim_confirm_page(house.service_id, id, link, "browser").await.unwrap();
            house.prove(&action["id"], "trading_password", TRADING).await
        }),
        case("factor_not_asked", || proved("email", "123456")),
        case("code_not_sent", || proved("sms", "123456")),
        case("proof_unreadable", || proved("totp", "12345")),
        case("proof_wrong", || proved("trading_password", "830418")),
    ]
}

/// Assertions that cannot be redeemed.
fn assertions() -> Vec<Case> {
    async fn redeemed(seconds: i64, change: impl Fn(&mut Value)) -> Reply {
        let mut house = House::new().await;
        let account = holder(&mut house, &ALL).await;
        let mut done = house.authorised(&account).await;
        house.later(seconds);
        change(&mut done);
        house.redeem(&done, "o").await
    }
    vec![
        case("assertion_expired", || redeemed(60, |_| {})),
        case("assertion_invalid", || redeemed(0, |done| done["assertion"] = json!("x"))),
        case("digest_mismatch", || redeemed(0, |done| done["digest"] = json!("A".repeat(43)))),
        case("assertion_used", || async {
            let mut house = House::new().await;
            let account = holder(&mut house, &ALL).await;
            let done = house.authorised(&account).await;
            house.redeem(&done, "o").await.succeeded();
            house.redeem(&done, "p").await
        }),
    ]
}

/// Rates and webhooks that cannot be kept.
fn kept() -> Vec<Case> {
    async fn listened(url: &'static str, times: u32) -> Reply {
        let house = House::new().await;
        for _ in 1..times {
            house.post("/v1/webhooks", json!({ "url": url })).await;
        }
        house.post("/v1/webhooks", json!({ "url": url })).await
    }
    vec![
        case("rate_invalid", || async {
            let house = House::new().await;
            let rates = json!({ "rates": [{ "asset": "ETH", "btc": "0", "as_of": "2027-01-15T08:00:00Z" }] });
            let ask = Ask::new(Method::PUT, "/v1/rates").key(&house.key).body(rates.to_string());
            house.send(ask.header("content-type", "application/json")).await
        }),
        case("webhook_url_refused", || listened("https://localhost:8443@10.0.0.1/", 1)),
        case("webhooks_too_many", || listened("https://exchange.example/", 21)),
    ]
}

/// Our own trouble.
fn broken() -> Vec<Case> {
    vec![
        case("internal", || async {
            let house = House::new().await;
            house.store.write(Ruin).await.unwrap();
            let reply = house.get("/v1/accounts/acc_00000000000000000000000000000000").await;
            // What broke is for the log: no word of it, nor of the engine, leaves.
            let told = reply.text.to_lowercase();
            assert!(
                !["sql", "table", "accounts\"", "storage"].iter().any(|word| told.contains(word)),
                "{told}"
            );
            reply
        }),
        case("busy", || async {
            let house = House::without_post(1).await;
            let (gate, held) = gate();
            let store = house.store.clone();
            let holder = tokio::spawn(async move { store.write(held).await });
            gate.wait_until_entered().await;
            // The writer is held and one request may wait, so the one that is answered now is told to come
            // back.
            let both = [house.get("/v1/regions").boxed(), house.get("/v1/regions").boxed()];
            let (reply, _, waiting) = futures_util::future::select_all(both).await;
            gate.open();
            holder.await.unwrap().unwrap();
            for later in waiting {
                later.await.succeeded();
            }
            reply
        }),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_of_the_table_is_reached() {
    let mut reached = BTreeSet::new();
    let verifications = [malformed(), absent(), over(), refused(), refused_for_now()];
    let actions = [step_up(), assertions(), kept(), broken()];
    for (code, reply) in verifications.into_iter().chain(actions).flatten() {
        reply.await.refused_as(code);
        reached.insert(code);
    }
    // SQLite runs transactions one after another, so no request ever finds another one in its way; the
    // mapping of a conflict is tested beside it.
    reached.insert("conflict");
    let described: BTreeSet<&str> = DOCUMENT["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .flat_map(|operation| operation["responses"].as_object().unwrap().values())
        .filter_map(|response| response["content"]["application/problem+json"]["examples"].as_object())
        .flat_map(|examples| examples.keys().map(String::as_str))
        .chain(["path_unknown", "method_not_allowed"])
        .collect();
    assert_eq!(reached, described);
    let pages = House::new().await.send(Ask::get("/docs/errors")).await.text;
    let listed = pages.matches("<a href=\"/docs/errors/").count();
    assert_eq!(listed, described.len(), "the page lists other errors than {PUBLIC_URL} answers with");
}

#[tokio::test]
async fn a_lock_says_how_long_and_a_wrong_key_how_to_send_one() {
    let mut house = House::new().await;
    let reply = house.send(Ask::get("/v1/regions").key(&"0".repeat(64))).await.refused_as("key_invalid");
    assert_eq!(reply.header("www-authenticate"), Some("Bearer realm=\"countersign\""));
    let id = house.started(SIGN_IN()).await;
    let code = house.code().await;
    let locked = house.miss(&id, &code, 5).await.refused_as("factor_locked");
    assert_eq!(locked.header("retry-after"), Some("900"));
    assert_eq!(locked.json["title"], "Too many wrong codes");
}

/// CORS is off: a page of another origin is told nothing, neither when it asks first nor when it just calls.
#[tokio::test]
async fn other_origins_are_not_let_in() {
    let house = House::new().await;
    let from = |ask: Ask| ask.header("origin", "https://evil.example");
    let first =
        from(Ask::new(Method::OPTIONS, "/v1/verifications")).header("access-control-request-method", "POST");
    let reply = house.send(first).await.refused_as("method_not_allowed");
    assert_eq!(reply.header("allow"), Some("POST"));
    let reply = house.send(from(Ask::get("/v1/regions").key(&house.key))).await.succeeded();
    let granted = reply.headers.keys().any(|name| name.as_str().starts_with("access-control"));
    assert!(!granted, "{:?}", reply.headers);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn all_bad_keys_are_answered_alike() {
    let house = House::new().await;
    let revoked = house.flows.create_api_key(house.service_id, "old", &Caller::default()).await.unwrap();
    house.flows.revoke_api_key(house.service_id, revoked.key.id, &Caller::default()).await.unwrap();
    let bad = [
        None,
        Some("Bearer".to_owned()),
        Some(format!("Bearer {}", "0".repeat(64))),
        Some(format!("Bearer {}", revoked.secret.expose())),
        Some(format!("Bearer {}", other_code(&house.key))),
        Some(format!("Basic {}", house.key)),
        Some(format!("Bearer {}\u{e9}", house.key)),
        Some("Bearer ' OR 1=1 --".to_owned()),
    ];
    let mut seen = BTreeSet::new();
    for header in &bad {
        for path in ["/v1/regions", "/v1/verifications/vrf_1", "/v1/accounts/x"] {
            let ask = Ask::get(path);
            let ask = header.iter().fold(ask, |ask, value| ask.header("authorization", value));
            let mut reply = house.send(ask).await.refused_as("key_invalid");
            reply.json["request_id"] = Value::Null;
            reply.headers.remove("x-request-id");
            seen.insert(format!("{} {:?} {}", reply.status, reply.headers, reply.json));
        }
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
}

/// The id of the only verification.
struct OnlyVerification;

impl Step for OnlyVerification {
    type Output = Option<Vec<u8>>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let row = tx.row_optional("SELECT id FROM verifications", &[]).await?;
        row.map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()
    }
}

/// Takes a table away, as a broken disk would.
struct Ruin;

impl Step for Ruin {
    type Output = u64;

    async fn run(&self, tx: &mut Tx) -> Result<u64, StorageError> {
        tx.execute("ALTER TABLE accounts RENAME TO gone", &[]).await
    }
}

/// Holds the writer until the test lets go.
struct Held {
    entered: Mutex<Option<tokio::sync::oneshot::Sender<()>>>,
    opened: Arc<Mutex<mpsc::Receiver<()>>>,
}

struct Gate {
    entered: Mutex<Option<tokio::sync::oneshot::Receiver<()>>>,
    open: mpsc::Sender<()>,
}

fn gate() -> (Gate, Held) {
    let (entered, waits) = tokio::sync::oneshot::channel();
    let (open, opened) = mpsc::channel();
    let held = Held { entered: Mutex::new(Some(entered)), opened: Arc::new(Mutex::new(opened)) };
    (Gate { entered: Mutex::new(Some(waits)), open }, held)
}

impl Gate {
    async fn wait_until_entered(&self) {
        let waits = self.entered.lock().unwrap().take().unwrap();
        waits.await.unwrap();
    }

    fn open(&self) {
        let _ = self.open.send(());
    }
}

impl Step for Held {
    type Output = ();

    async fn run(&self, _: &mut Tx) -> Result<(), StorageError> {
        if let Some(entered) = self.entered.lock().unwrap().take() {
            let _ = entered.send(());
        }
        let _ = self.opened.lock().unwrap().recv();
        Ok(())
    }
}
