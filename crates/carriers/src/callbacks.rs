//! Status callbacks of the provider of texts: who may be called (listeners on this machine only), how a call
//! is signed, and how often it is tried. What a status means is whoever listens' own business.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use serde_json::json;
use sha2::Sha256;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::clock::Clock;

/// Callbacks that wait for their turn; beyond that the newest are given up.
const WAITING_MAX: usize = 1_000;
const AT_ONCE_MAX: usize = 16;
const TIMEOUT: Duration = Duration::from_secs(10);
/// After the first attempt, the second, and so on; then it is given up.
const WAITS: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(5)];
const URL_LENGTH_MAX: usize = 2_000;

/// Where a listener on this machine is. Never logged: its path may hold a token.
pub(crate) struct CallbackUrl {
    address: SocketAddr,
    authority: String,
    path: String,
}

impl CallbackUrl {
    /// `None` for anything but plain `http` to a loopback address or `localhost`: the simulated network
    /// reaches nobody else.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let uri: Uri = Some(url).filter(|url| url.len() <= URL_LENGTH_MAX)?.parse().ok()?;
        let authority =
            uri.authority().filter(|at| uri.scheme_str() == Some("http") && !at.as_str().contains('@'))?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let ip = match host {
            "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
            literal => literal.parse::<IpAddr>().ok().filter(IpAddr::is_loopback)?,
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Some(Self {
            address: SocketAddr::new(ip, authority.port_u16().unwrap_or(80)),
            authority: authority.to_string(),
            path: path.to_owned(),
        })
    }
}

/// What became of a text.
pub(crate) struct Status {
    pub(crate) id: String,
    pub(crate) delivered: bool,
    /// The code of the operator's receipt; 0 when delivered.
    pub(crate) error: u16,
}

impl Status {
    fn body(&self) -> String {
        let error = (!self.delivered).then(|| self.error.to_string());
        let status = if self.delivered { "delivered" } else { "failed" };
        json!({ "id": self.id, "status": status, "error": error }).to_string()
    }
}

struct Callback {
    to: Arc<CallbackUrl>,
    status: Status,
}

/// Where callbacks are put to be made.
pub(crate) struct Callbacks(mpsc::Sender<Callback>);

impl Callbacks {
    /// And the task that makes them; it runs until dropped.
    pub(crate) fn new(secret: String, clock: Clock) -> (Self, impl Future<Output = ()> + Send) {
        let (sender, waiting) = mpsc::channel(WAITING_MAX);
        (Self(sender), make(waiting, secret.into(), clock))
    }

    pub(crate) fn tell(&self, to: Arc<CallbackUrl>, status: Status) {
        if self.0.try_send(Callback { to, status }).is_err() {
            tracing::warn!("too many callbacks wait; one is given up");
        }
    }
}

async fn make(mut waiting: mpsc::Receiver<Callback>, secret: Arc<str>, clock: Clock) {
    let places = Arc::new(Semaphore::new(AT_ONCE_MAX));
    let mut made = JoinSet::new();
    while let Some(callback) = waiting.recv().await {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        while made.try_join_next().is_some() {}
        let (secret, clock) = (Arc::clone(&secret), Arc::clone(&clock));
        made.spawn(async move {
            persist(&callback, &secret, &clock).await;
            drop(place);
        });
    }
}

/// Until it is taken with a 2xx, or there is no attempt left.
async fn persist(callback: &Callback, secret: &str, clock: &Clock) {
    let body = callback.status.body();
    let mut waits = WAITS.into_iter();
    loop {
        let signature = signature(secret, clock() / 1000, &body);
        let attempt = tokio::time::timeout(TIMEOUT, post(&callback.to, &signature, &body)).await;
        if matches!(attempt, Ok(Some(200..=299))) {
            return;
        }
        let Some(wait) = waits.next() else {
            return tracing::debug!("a callback was taken by nobody");
        };
        #[allow(clippy::disallowed_methods)] // a listener that just failed is given real time to come back
        tokio::time::sleep(wait).await;
    }
}

/// The status of the answer; `None` when there was none.
async fn post(to: &CallbackUrl, signature: &str, body: &str) -> Option<u16> {
    let request = Request::post(to.path.as_str())
        .header(HOST, &to.authority)
        .header(CONTENT_TYPE, "application/json")
        .header(CONNECTION, "close")
        .header("x-signature", signature)
        .body(Full::new(Bytes::from(body.to_owned())))
        .ok()?;
    let stream = TcpStream::connect(to.address).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    let exchange = async {
        let response = sender.send_request(request).await.ok()?;
        let status = response.status().as_u16();
        // Read to its end, so that the listener is not cut off while it writes.
        let mut rest = response.into_body();
        while let Some(Ok(_)) = rest.frame().await {}
        Some(status)
    };
    tokio::pin!(exchange);
    tokio::select! {
        status = &mut exchange => status,
        // Nothing more will come, but what came may not have been read yet.
        _ = connection => exchange.await,
    }
}

/// `t=<unix seconds>,v1=<hex HMAC-SHA256 over "t.body">`: delivery.md 4.5, generic webhook.
#[allow(clippy::expect_used)] // HMAC takes keys of any length; the error type exists for other MACs.
fn signature(secret: &str, unix_s: u64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("{unix_s}.{body}").as_bytes());
    let tag = mac.finalize().into_bytes();
    let hex: String = tag.iter().map(|octet| format!("{octet:02x}")).collect();
    format!("t={unix_s},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected value from Python: `hmac.new(b"s3cret", b'1763789340.{"id":"10a1"}', "sha256").hexdigest()`.
    #[test]
    fn a_callback_is_signed_over_its_moment_and_its_body() {
        let expected = "t=1763789340,v1=3fa9df7b0db28fff19a27f34a8a27068023d07b1e2d71638281ebd617216f209";
        assert_eq!(signature("s3cret", 1_763_789_340, r#"{"id":"10a1"}"#), expected);
    }

    #[test]
    fn only_listeners_on_this_machine_are_called() {
        let parsed = |url: &str| {
            CallbackUrl::parse(url).map(|url| format!("{} {} {}", url.address, url.authority, url.path))
        };
        let cases = [
            ("http://127.0.0.1:8080/callbacks/sim?x=1", "127.0.0.1:8080 127.0.0.1:8080 /callbacks/sim?x=1"),
            ("http://localhost/", "127.0.0.1:80 localhost /"),
            ("http://[::1]:90", "[::1]:90 [::1]:90 /"),
        ];
        for (url, expected) in cases {
            assert_eq!(parsed(url).as_deref(), Some(expected));
        }
        for url in [
            "https://127.0.0.1/",
            "http://192.0.2.1/",
            "http://localhost.example/",
            "http://x@127.0.0.1/",
            "http://[::ffff:192.0.2.1]/",
            "/callbacks",
            "",
        ] {
            assert_eq!(parsed(url), None, "{url}");
        }
    }
}
