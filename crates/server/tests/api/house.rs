//! One whole service in a process: store, flows, dispatchers, router. A request goes in as bytes; what comes
//! out is judged before the test sees it: its shape by the OpenAPI document, its text by what must never be
//! in it.

use crate::logbook;
use axum::body::{Body, Bytes};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use countersign_core::change::Change;
use countersign_core::entropy::Entropy;
use countersign_core::entropy::testing::Counting;
use countersign_core::id::ServiceId;
use countersign_core::model::{Body as Words, Channel as Way};
use countersign_core::outbox::Submission;
use countersign_core::policy::Policy;
use countersign_core::route::Carries;
use countersign_core::time::Timestamp;
use countersign_delivery::{Channel, Letter, Submitting};
use countersign_flows::{Caller, Clock, Dispatcher, EgressPolicy, Flows, FlowsConfig, RouteChannel};
use countersign_server::{Server, ServerConfig};
use countersign_storage::tables::{self, Rows};
use countersign_storage::{Location, MasterKeys, Step, StorageError, Store, StoreConfig, Tx};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use tower::ServiceExt;

/// Where the documentation of errors is, for `type`.
pub(crate) const PUBLIC_URL: &str = "https://accounts.example";

/// Who signs assertions.
pub(crate) const ISSUER: &str = "http://localhost:8080";

/// A number of the range that Ofcom keeps for drama; the plan counts it as mobile.
pub(crate) const NUMBER: &str = "+447400123456";

/// The service's number that people can text to.
pub(crate) const TEXT_TO: &str = "+447400999999";

/// The API as described.
pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&countersign_server::openapi_json()).unwrap());

/// A clock that only the test moves.
struct ManualClock(AtomicI64);

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.load(Ordering::SeqCst))
    }
}

/// Takes every letter, as a carrier would, and hands it to the test.
struct Postbox {
    letters: mpsc::UnboundedSender<Letter>,
    secrets: Arc<Mutex<Vec<String>>>,
}

impl Channel for Postbox {
    fn submit(&self, letter: Letter) -> Submitting<'_> {
        if let Words::Code { code, .. } = &letter.body {
            self.secrets.lock().unwrap().push(code.clone());
        }
        self.secrets.lock().unwrap().push(letter.to.expose().to_owned());
        let _ = self.letters.send(letter);
        Box::pin(async { Submission::Accepted { provider_ids: vec!["1".to_owned()] } })
    }
}

/// What the tests build on.
pub(crate) struct House {
    pub(crate) flows: Flows,
    pub(crate) store: Store,
    pub(crate) rows: Rows,
    pub(crate) service_id: ServiceId,
    pub(crate) key: String,
    pub(crate) router: axum::Router,
    clock: Arc<ManualClock>,
    letters: mpsc::UnboundedReceiver<Letter>,
    /// Codes that were sent and addresses they were sent to.
    secrets: Arc<Mutex<Vec<String>>>,
    asked: AtomicU64,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(Policy::default()).await
    }

    pub(crate) async fn with(policy: Policy) -> Self {
        let mut house = Self::build(policy, 1_024).await;
        house.letters = open_post(&house.flows, house.secrets.clone());
        house
    }

    /// With a short queue, and nothing at work in it but what the test asks.
    pub(crate) async fn without_post(queue_max: usize) -> Self {
        Self::build(Policy::default(), queue_max).await
    }

    async fn build(policy: Policy, queue_max: usize) -> Self {
        logbook::start();
        let mut config = StoreConfig::new(Location::SqliteMemory);
        config.queue_max = queue_max;
        let store = Store::open(config).unwrap();
        store.migrate().await.unwrap();
        let entropy: Arc<dyn Entropy> = Arc::new(Counting::new());
        let clock = Arc::new(ManualClock(AtomicI64::new(1_800_000_000_000)));
        let rows = Rows::new(MasterKeys::new(vec![(1, [7; 32])]).unwrap(), entropy.clone());
        let flows = Flows::new(FlowsConfig {
            store: store.clone(),
            rows: rows.clone(),
            policy,
            clock: clock.clone(),
            entropy: entropy.clone(),
            password_hashers: 1,
            issuer: ISSUER.to_owned(),
            return_origins: vec!["https://exchange.example".to_owned()],
            channels: vec![Way::Sms, Way::Email, Way::Voice],
            inbound_numbers: vec![TEXT_TO.to_owned()],
            app_hash: None,
            identity: None,
        });
        let service = flows.create_service("Acme", false, &Caller::default()).await.unwrap();
        let made = flows.create_api_key(service.id, "test", &Caller::default()).await.unwrap();
        let key = made.secret.expose().to_owned();
        let server = Server::new(ServerConfig {
            flows: flows.clone(),
            service_id: service.id,
            brand: "Acme".to_owned(),
            public_url: PUBLIC_URL.to_owned(),
            support: "support@acme.example".to_owned(),
            proxies: 0,
            egress: EgressPolicy::default(),
            csrf_key: [9; 32],
            entropy,
        });
        Self {
            flows,
            store,
            rows,
            service_id: service.id,
            key,
            router: countersign_server::router(&server),
            clock,
            letters: mpsc::unbounded_channel().1,
            secrets: Arc::default(),
            asked: AtomicU64::new(0),
        }
    }

    pub(crate) fn later(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    /// The next letter that a carrier is given.
    pub(crate) async fn letter(&mut self) -> Letter {
        // The bound only ends a test that could never go on.
        tokio::time::timeout(Duration::from_secs(60), self.letters.recv()).await.unwrap().unwrap()
    }

    /// The code in the next letter.
    pub(crate) async fn code(&mut self) -> String {
        match self.letter().await.body {
            Words::Code { code, .. } => code,
            other => panic!("not a code: {other:?}"),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Ask::get(path).key(&self.key)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Ask::post(path, body).key(&self.key)).await
    }

    /// Puts records where the flows would have put them.
    pub(crate) async fn keep(&self, changes: Vec<Change>) {
        self.store.write(Keep { rows: self.rows.clone(), changes }).await.unwrap();
    }

    /// Sends a request under a fresh idempotency key.
    pub(crate) async fn post_once(&self, path: &str, body: Value) -> Reply {
        let key = format!("k{}", self.asked.fetch_add(1, Ordering::SeqCst));
        self.send(Ask::post(path, body).key(&self.key).header("idempotency-key", &key)).await
    }

    /// Starts a verification under a fresh idempotency key.
    pub(crate) async fn start(&self, body: Value) -> Reply {
        self.post_once("/v1/verifications", body).await
    }

    /// The id of a verification that was just started.
    pub(crate) async fn started(&self, body: Value) -> String {
        let reply = self.start(body).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
        reply.json["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn check(&self, id: &str, code: &str) -> Reply {
        self.post(&format!("/v1/verifications/{id}/check"), json!({ "code": code })).await
    }

    /// Enters so many wrong codes; `right` is the one not to enter.
    pub(crate) async fn miss(&self, id: &str, right: &str, times: u32) -> Reply {
        let mut last = None;
        for _ in 0..times {
            last = Some(self.check(id, &other_code(right)).await);
        }
        last.unwrap()
    }

    /// Sends a request through the whole router and judges the answer.
    pub(crate) async fn send(&self, ask: Ask) -> Reply {
        let (method, path) = (ask.method.clone(), ask.path.clone());
        let response = self.router.clone().oneshot(ask.request()).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let is_picture = head.headers.get("content-type").is_some_and(|kind| kind == "image/jpeg");
        let text = if is_picture { String::new() } else { String::from_utf8(bytes.to_vec()).unwrap() };
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        let reply = Reply { status: head.status, headers: head.headers, bytes, text, json };
        self.nothing_leaks(&path, &reply);
        if path.starts_with("/v1") {
            conforms(&method, &path, &reply);
        }
        reply
    }

    /// R10, T7: no code that was sent and no address it was sent to stands in the answer, its headers or the
    /// log.
    fn nothing_leaks(&self, path: &str, reply: &Reply) {
        let log = logbook::text();
        let headers = format!("{:?}", reply.headers);
        for secret in self.secrets.lock().unwrap().iter() {
            assert!(!stands_in(secret, &log), "the log of {path} tells a secret");
            assert!(!stands_in(secret, &headers), "the headers of {path} tell a secret");
            // Only the operation that judges the number in its own request says it again; examples are no
            // secrets; admins see the addresses of staff, and staff their own.
            let may_show = [
                "/v1/numbers/judge",
                "/docs",
                "/openapi.json",
                "/console/staff",
                "/console/me",
                "/console/join",
            ];
            if !may_show.iter().any(|open| path.starts_with(open)) {
                assert!(!stands_in(secret, &reply.text), "{path} tells a secret: {}", reply.text);
            }
        }
    }
}

/// Saves what a decision would have asked to save.
struct Keep {
    rows: Rows,
    changes: Vec<Change>,
}

impl Step for Keep {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tables::apply(tx, &self.rows, &self.changes).await
    }
}

/// Starts dispatchers for every channel; answers where their letters arrive.
fn open_post(flows: &Flows, secrets: Arc<Mutex<Vec<String>>>) -> mpsc::UnboundedReceiver<Letter> {
    let (sender, letters) = mpsc::unbounded_channel();
    let out = Arc::new(Postbox { letters: sender, secrets });
    let host = "accounts.example";
    let channels = [Way::Sms, Way::Email, Way::Voice];
    let route = |channel: Way| RouteChannel {
        name: channel.as_str().to_owned(),
        kind: "test",
        channel,
        out: out.clone(),
        in_flight_max: 4,
        carries: Carries {
            inbound_number: (channel == Way::Sms).then(|| TEXT_TO.to_owned()),
            ..Carries::default()
        },
        sender: "Acme".to_owned(),
        has_receipts: false,
        door: None,
    };
    flows.open_routes(channels.map(route).into());
    for channel in channels {
        let (host, origin) = (host.to_owned(), PUBLIC_URL.to_owned());
        tokio::spawn(Dispatcher::new(flows.clone(), channel, [1; 16], host, origin).run());
    }
    letters
}

/// Whether `secret` stands in `text` by itself, not as a part of an id that happens to hold its digits.
fn stands_in(secret: &str, text: &str) -> bool {
    let bare = secret.trim_start_matches('+');
    text.match_indices(bare).any(|(at, found)| {
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
        edge(text[..at].chars().next_back()) && edge(text[at + found.len()..].chars().next())
    })
}

/// A code that is not this one.
pub(crate) fn other_code(right: &str) -> String {
    let first = if right.starts_with('0') { "1" } else { "0" };
    format!("{first}{}", &right[1..])
}

/// A request, to be built up.
pub(crate) struct Ask {
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Bytes,
    stream: Option<Body>,
}

impl Ask {
    pub(crate) fn new(method: Method, path: &str) -> Self {
        Self { method, path: path.to_owned(), headers: Vec::new(), body: Bytes::new(), stream: None }
    }

    pub(crate) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn post(path: &str, body: Value) -> Self {
        Self::new(Method::POST, path).header("content-type", "application/json").body(body.to_string())
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {key}"))
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// A body that comes bit by bit, in the place of one that is there.
    pub(crate) fn stream(mut self, stream: Body) -> Self {
        self.stream = Some(stream);
        self
    }

    fn request(self) -> Request<Body> {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(self.stream.unwrap_or(Body::from(self.body))).unwrap()
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
    /// The body of anything but a picture.
    pub(crate) text: String,
    /// The body, or null if it is not JSON.
    pub(crate) json: Value,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Asserts that it is this error; answers itself for more questions.
    #[track_caller]
    pub(crate) fn refused_as(self, code: &str) -> Self {
        let log = if self.status.is_server_error() { logbook::text() } else { String::new() };
        assert_eq!(self.json["code"], code, "{} {}\n{log}", self.status, self.text);
        self
    }

    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self
    }
}

/// Holds an answer of `/v1` against the document.
fn conforms(method: &Method, path: &str, reply: &Reply) {
    assert!(reply.header("access-control-allow-origin").is_none());
    let request_id = reply.header("x-request-id").unwrap();
    let operation = operation(method, path);
    if reply.status.is_success() {
        let operation = operation.unwrap_or_else(|| panic!("{method} {path} is not described"));
        assert_eq!(reply.header("content-type"), Some("application/json"));
        let described = &operation["responses"][reply.status.as_str()]["content"]["application/json"];
        matches_schema(&described["schema"], &reply.json, path);
        return;
    }
    assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{path} {}", reply.text);
    matches_schema(&DOCUMENT["components"]["schemas"]["Problem"], &reply.json, path);
    let code = reply.json["code"].as_str().unwrap();
    assert_eq!(reply.json["type"], format!("{PUBLIC_URL}/docs/errors/{code}"));
    assert_eq!(reply.json["status"], reply.status.as_u16());
    assert_eq!(reply.json["request_id"], request_id);
    let waits = reply.json.get("retry_after").map(Value::to_string);
    assert_eq!(reply.header("retry-after").map(str::to_owned), waits);
    if let Some(operation) = operation {
        let examples = &operation["responses"][reply.status.as_str()]["content"]["application/problem+json"];
        assert!(
            examples["examples"].get(code).is_some(),
            "{method} {path} does not say that it answers {code}"
        );
    }
}

/// The described operation behind a path with values in it.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let asked: Vec<&str> = path.split('?').next().unwrap().split('/').collect();
    let fits = |described: &str| {
        let parts: Vec<&str> = described.split('/').collect();
        parts.len() == asked.len()
            && parts.iter().zip(&asked).all(|(part, asked)| part.starts_with('{') || part == asked)
    };
    let exact_first = |described: &&String| described.contains('{');
    let mut all: Vec<&String> =
        DOCUMENT["paths"].as_object().unwrap().keys().filter(|path| fits(path)).collect();
    all.sort_by_key(exact_first);
    DOCUMENT["paths"][all.first()?.as_str()].get(method.as_str().to_lowercase())
}

/// The part of JSON Schema that the document uses; an unknown name in an answer is a failure here.
pub(crate) fn matches_schema(schema: &Value, value: &Value, place: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        return matches_schema(DOCUMENT.pointer(name.trim_start_matches('#')).unwrap(), value, place);
    }
    if let Some(either) = schema["oneOf"].as_array() {
        let fitting = either.iter().find(|one| (one["type"] == "null") == value.is_null());
        return matches_schema(fitting.unwrap(), value, place);
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(|kind| kind.as_str().unwrap()).collect(),
        kind => vec![kind.as_str().unwrap_or_else(|| panic!("{place} has a schema without a type"))],
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(&kind), "{place} is {value}, not {kinds:?}");
    if let Some(values) = schema["enum"].as_array() {
        assert!(values.contains(value), "{place} is {value}, not one of {values:?}");
    }
    if schema["format"] == "date-time" && !value.is_null() {
        let text = value.as_str().unwrap();
        assert!(text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok(), "{place} is {text}");
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        matches_schema(&schema["items"], item, &format!("{place}[{index}]"));
    }
    if let Some(fields) = value.as_object() {
        let required = schema["required"].as_array().into_iter().flatten();
        for name in required {
            assert!(fields.contains_key(name.as_str().unwrap()), "{place} lacks {name}");
        }
        for (name, field) in fields {
            // Names of the caller's own, as in the details of an action, have one schema for all.
            let known = schema["properties"].get(name).or_else(|| schema.get("additionalProperties"));
            let known = known.unwrap_or_else(|| panic!("{place}.{name} is not described"));
            matches_schema(known, field, &format!("{place}.{name}"));
        }
    }
}
