//! One HTTP call at a time to Countersign's API: plain HTTP/1.1 over TCP, a connection each, JSON both ways.
//! For a loopback or a private network only; an exchange elsewhere would speak TLS here. Knows no resource.

use std::fmt;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::secret::Secret;

/// A call that takes longer has failed.
const CALL_MAX: Duration = Duration::from_secs(10);
/// Larger answers are not read.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// Why a call gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The API said no.
    Refused(Refusal),
    /// No answer, or none that we understand: the request may or may not have been acted on.
    Unreachable(String),
}

/// A problem (RFC 9457) with the members that Countersign adds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Refusal {
    /// The HTTP status.
    #[serde(skip)]
    pub(crate) status: u16,
    /// What it is, as a stable word.
    #[serde(default)]
    pub(crate) code: String,
    /// Which of several reasons.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// Seconds until asking again can help.
    #[serde(default)]
    pub(crate) retry_after: Option<i64>,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Refused(refusal) => write!(out, "refused: {} {}", refusal.status, refusal.code),
            Fault::Unreachable(why) => write!(out, "no answer: {why}"),
        }
    }
}

/// What a call carries.
#[derive(Default)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) idempotency_key: Option<&'a str>,
    pub(crate) body: Option<Value>,
}

/// Where the API is, and the key to it.
#[derive(Debug)]
pub(crate) struct Wire {
    authority: String,
    key: Secret,
}

impl Wire {
    /// `None` if the base is not `http://host:port`.
    pub(crate) fn new(api_base: &str, key: Secret) -> Option<Self> {
        let authority = api_base.strip_prefix("http://")?.trim_end_matches('/');
        let port = authority.rsplit_once(':').and_then(|(host, port)| {
            (!host.is_empty() && !host.contains(['/', '@'])).then(|| port.parse::<u16>().ok())?
        });
        port.map(|_| Self { authority: authority.to_owned(), key })
    }

    /// The answer's JSON; `null` for one without a body.
    pub(crate) async fn call(&self, call: Call<'_>) -> Result<Value, Fault> {
        let answered = tokio::time::timeout(CALL_MAX, self.send(call)).await;
        answered.unwrap_or_else(|_| Err(Fault::Unreachable("it took too long".to_owned())))
    }

    async fn send(&self, call: Call<'_>) -> Result<Value, Fault> {
        let request = self.request(call).map_err(broken)?;
        let stream = TcpStream::connect(&self.authority).await.map_err(broken)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        // Dropped, and with it ended, when the answer is there.
        let mut driving = JoinSet::new();
        driving.spawn(connection);
        let answer = sender.send_request(request).await.map_err(broken)?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|error| Fault::Unreachable(error.to_string()))?.to_bytes();
        if !status.is_success() {
            let problem: Refusal = serde_json::from_slice(&body).unwrap_or_default();
            return Err(Fault::Refused(Refusal { status: status.as_u16(), ..problem }));
        }
        if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&body).map_err(broken) }
    }

    fn request(&self, call: Call<'_>) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let mut request = Request::builder()
            .method(call.method)
            .uri(call.path)
            .header(HOST, &self.authority)
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, format!("Bearer {}", self.key.expose()));
        if let Some(key) = call.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        match call.body {
            Some(body) => request
                .header(CONTENT_TYPE, "application/json")
                .body(Full::new(Bytes::from(body.to_string()))),
            None => request.body(Full::default()),
        }
    }
}

fn broken(error: impl fmt::Display) -> Fault {
    Fault::Unreachable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_are_bases() {
        let takes = |base| Wire::new(base, Secret::new("k")).is_some();
        assert!(takes("http://localhost:8080") && takes("http://[::1]:8080/"));
        for base in
            ["https://localhost:8080", "http://localhost", "localhost:8080", "http://u@h:1", "http://h:1/v1"]
        {
            assert!(!takes(base), "{base}");
        }
    }
}
