//! A Countersign that a test directs: its public API as far as an exchange sees it, one signing key, and no
//! rule but two: an assertion is consumed once, and one idempotency key has one answer.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

use crate::visitor::Answer;

pub(crate) const API_KEY: &str = "csk_test_key";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SERVICE: &str = "svc_1";

/// How redemptions are answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Redemption {
    Honest,
    /// Refused with this code.
    Refused(&'static str),
    /// Done, and then the answer is lost.
    AnswerLost,
}

#[derive(Clone, Default)]
pub(crate) struct FakeAction {
    pub(crate) kind: String,
    pub(crate) details: BTreeMap<String, String>,
    pub(crate) account: String,
    pub(crate) status: &'static str,
    pub(crate) reason: Option<&'static str>,
    pub(crate) assertion: Option<String>,
    expires_ms: i64,
}

pub(crate) struct Told {
    pub(crate) actions: BTreeMap<String, FakeAction>,
    /// Idempotency key, and what was redeemed under it.
    pub(crate) redeemed: HashMap<String, Value>,
    pub(crate) redeem_calls: Vec<String>,
    pub(crate) redemption: Redemption,
    /// What the next action is answered with instead.
    pub(crate) refuse_actions: Option<Value>,
    pub(crate) holds: Value,
    pub(crate) status: &'static str,
    pub(crate) rates: Vec<Value>,
    pub(crate) webhooks: Vec<Value>,
    audience: String,
}

#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) base: String,
    told: Arc<Mutex<Told>>,
    now_ms: Arc<AtomicI64>,
}

impl Fake {
    pub(crate) async fn start(now_ms: Arc<AtomicI64>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let told = Told {
            actions: BTreeMap::new(),
            redeemed: HashMap::new(),
            redeem_calls: Vec::new(),
            redemption: Redemption::Honest,
            refuse_actions: None,
            holds: json!({"data": [], "exits_held_until": null}),
            status: "active",
            rates: Vec::new(),
            webhooks: Vec::new(),
            audience: String::new(),
        };
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let fake = Self { base, told: Arc::new(Mutex::new(told)), now_ms };
        let router = Router::new()
            .route("/v1/actions", post(open_action))
            .route("/v1/actions/{id}", get(look))
            .route("/v1/actions/{id}/cancel", post(cancel))
            .route("/v1/assertions/redeem", post(redeem))
            .route("/v1/accounts/find", post(find))
            .route("/v1/accounts/{id}", get(account))
            .route("/v1/accounts/{id}/holds", get(holds))
            .route("/v1/rates", axum::routing::put(rates))
            .route("/v1/webhooks", get(webhooks).post(add_webhook))
            .route("/v1/webhooks/{id}", axum::routing::delete(delete_webhook))
            .route("/.well-known/jwks.json", get(keys))
            .with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        fake
    }

    pub(crate) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().expect("no test panicked with it")
    }

    pub(crate) fn set_audience(&self, audience: &str) {
        audience.clone_into(&mut self.told().audience);
    }

    /// The action that a form's answer leads to.
    pub(crate) fn sent_to_confirm(&self, answer: &Answer) -> String {
        assert_eq!(answer.status, 303, "{}", answer.body);
        let rest =
            answer.location.strip_prefix(&format!("{}/confirm/", self.base)).expect("the confirm page");
        rest.split('?').next().unwrap_or_default().to_owned()
    }

    /// The holder confirmed: an assertion over the details as they were when the action was opened.
    pub(crate) fn authorise(&self, id: &str) {
        let claims = self.claims(id);
        self.authorise_with(id, sign(&claims));
    }

    pub(crate) fn authorise_with(&self, id: &str, assertion: String) {
        let mut told = self.told();
        let action = told.actions.get_mut(id).expect("an open action");
        action.status = "authorised";
        action.assertion = Some(assertion);
    }

    pub(crate) fn end(&self, id: &str, status: &'static str, reason: &'static str) {
        let mut told = self.told();
        let action = told.actions.get_mut(id).expect("an open action");
        (action.status, action.reason) = (status, Some(reason));
    }

    pub(crate) fn claims(&self, id: &str) -> Value {
        let told = self.told();
        let action = &told.actions[id];
        let now_s = self.now_ms.load(Ordering::Relaxed) / 1000;
        let details = serde_json::to_string(&action.details).expect("texts");
        // Written by hand and not with the exchange's own type: account, action, audience, details, kind,
        // service.
        let canonical = format!(
            r#"{{"account":"{}","action":"{id}","audience":"{}","details":{details},"kind":"{}","service":"{}"}}"#,
            action.account, told.audience, action.kind, SERVICE
        );
        json!({
            "iss": self.base, "aud": told.audience, "sub": action.account, "jti": format!("jti_{id}"),
            "iat": now_s, "exp": now_s + 60, "auth_time": now_s, "action": id, "kind": action.kind,
            "digest": URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)), "service": SERVICE,
            "amr": ["totp"], "acr": "multi",
        })
    }
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[42; 32])
}

pub(crate) fn sign(claims: &Value) -> String {
    let header = json!({"alg": "EdDSA", "kid": "key-1", "typ": "assertion+jwt"});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = key().sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

fn rfc_3339(ms: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(ms).expect("a moment");
    format!("{moment:.3}")
}

fn problem(status: u16, body: Value) -> Response {
    (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response()
}

fn body_of(id: &str, action: &FakeAction) -> Value {
    json!({
        "id": id, "account": action.account, "kind": action.kind, "status": action.status,
        "reason": action.reason, "digest": "x", "fingerprint": "ocean tiger", "details": action.details,
        "audience": "x", "any_of": [["totp"]], "proved": [], "policy_version": 1,
        "created_at": "2025-11-22T05:29:00.000Z", "expires_at": rfc_3339(action.expires_ms),
        "assertion": action.assertion, "assertion_expires_at": null,
    })
}

async fn open_action(State(fake): State<Fake>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let authorised = headers.get("authorization").is_some_and(|value| value == &format!("Bearer {API_KEY}"));
    assert!(authorised && headers.contains_key("idempotency-key"));
    let mut told = fake.told();
    if let Some(refusal) = told.refuse_actions.take() {
        return problem(409, refusal);
    }
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(text("return_url"), format!("{}/return", text("audience")));
    let action = FakeAction {
        kind: text("kind"),
        details: serde_json::from_value(body["details"].clone()).expect("texts"),
        account: text("account"),
        status: "pending",
        expires_ms: fake.now_ms.load(Ordering::Relaxed) + 120_000,
        ..FakeAction::default()
    };
    let id = format!("act_{}", told.actions.len() + 1);
    let mut answer = body_of(&id, &action);
    answer["confirm_url"] = json!(format!("{}/confirm/{id}?k=secret", fake.base));
    told.actions.insert(id, action);
    (StatusCode::CREATED, Json(answer)).into_response()
}

async fn look(State(fake): State<Fake>, Path(id): Path<String>) -> Response {
    match fake.told().actions.get(&id) {
        Some(action) => Json(body_of(&id, action)).into_response(),
        None => problem(404, json!({"code": "action_not_found"})),
    }
}

async fn cancel(State(fake): State<Fake>, Path(id): Path<String>) -> Response {
    let mut told = fake.told();
    let action = told.actions.get_mut(&id).expect("an action");
    if action.status != "pending" {
        return problem(409, json!({"code": "action_not_pending"}));
    }
    (action.status, action.reason) = ("canceled", Some("withdrawn"));
    Json(body_of(&id, action)).into_response()
}

async fn redeem(State(fake): State<Fake>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let key = headers["idempotency-key"].to_str().expect("ASCII").to_owned();
    let mut told = fake.told();
    told.redeem_calls.push(key.clone());
    if let Redemption::Refused(code) = told.redemption {
        return problem(409, json!({"code": code, "reason": "phone_changed"}));
    }
    if let Some(earlier) = told.redeemed.get(&key).filter(|_| told.redemption == Redemption::Honest) {
        return Json(earlier.clone()).into_response();
    }
    if told.redeemed.contains_key(&key) {
        return problem(503, json!({"code": "busy"}));
    }
    let assertion = body["assertion"].as_str().expect("a text");
    let held = told.actions.iter().find(|(_, action)| action.assertion.as_deref() == Some(assertion));
    let Some((id, _)) = held.map(|(id, action)| (id.clone(), action.clone())) else {
        return problem(422, json!({"code": "assertion_invalid"}));
    };
    let action = told.actions.get_mut(&id).expect("an action");
    if action.status != "authorised" {
        return problem(409, json!({"code": "assertion_used"}));
    }
    action.status = "redeemed";
    let answer = json!({"action": id, "account": action.account, "kind": action.kind,
        "digest": body["digest"], "amr": ["totp"], "redeemed_at": "2025-11-22T05:29:00.000Z"});
    told.redeemed.insert(key, answer.clone());
    if told.redemption == Redemption::AnswerLost {
        return problem(503, json!({"code": "busy"}));
    }
    Json(answer).into_response()
}

async fn find(State(fake): State<Fake>, Json(body): Json<Value>) -> Response {
    if body["identifier"] == "grace@example.com" {
        return Json(json!({"id": "acc_2", "status": fake.told().status})).into_response();
    }
    problem(404, json!({"code": "account_not_found"}))
}

async fn account(State(fake): State<Fake>, Path(id): Path<String>) -> Json<Value> {
    Json(json!({"id": id, "status": fake.told().status}))
}

async fn holds(State(fake): State<Fake>) -> Json<Value> {
    Json(fake.told().holds.clone())
}

async fn rates(State(fake): State<Fake>, Json(body): Json<Value>) -> Json<Value> {
    fake.told().rates.push(body);
    Json(json!({}))
}

async fn webhooks(State(fake): State<Fake>) -> Json<Value> {
    Json(json!({"data": fake.told().webhooks, "has_more": false}))
}

async fn add_webhook(State(fake): State<Fake>, Json(body): Json<Value>) -> Response {
    let mut told = fake.told();
    let endpoint =
        json!({"id": format!("whk_{}", told.webhooks.len() + 1), "url": body["url"], "disabled_at": null});
    told.webhooks.push(endpoint.clone());
    let mut answer = endpoint;
    answer["secret"] = json!(WEBHOOK_SECRET);
    (StatusCode::CREATED, Json(answer)).into_response()
}

async fn delete_webhook(State(fake): State<Fake>, Path(id): Path<String>) -> StatusCode {
    fake.told().webhooks.retain(|endpoint| endpoint["id"] != id);
    StatusCode::NO_CONTENT
}

async fn keys() -> Json<Value> {
    let x = URL_SAFE_NO_PAD.encode(key().verifying_key().to_bytes());
    Json(json!({"keys": [
        {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "key-1", "alg": "EdDSA", "use": "sig"}
    ]}))
}
