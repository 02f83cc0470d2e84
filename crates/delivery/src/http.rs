//! The one door through which requests leave over HTTP: webhooks to relying parties, messages and calls to
//! providers.
//!
//! Decides where a request may go (never into our own network unless the configuration says so), how long it
//! may take and how much of an answer is read. Follows no redirect, keeps no cookie, heeds no proxy setting.
//! Refuses to know what requests and answers mean, and logs nothing: URLs and bodies hold secrets (R10).

mod destination;
mod dial;
mod egress;

pub use destination::{Destination, UrlProblem};
pub use dial::{Resolver, Resolving, SystemResolver, Trust};
pub use egress::EgressPolicy;

use http_body_util::{BodyExt, Full};
pub use hyper::Method;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Request as HyperRequest, Uri};
use hyper_util::rt::TokioIo;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// Most octets of an answer's body that are read.
pub const BODY_MAX: usize = 64 * 1024;
/// Most octets of an answer's head.
const HEAD_MAX: usize = 64 * 1024;
const NAME: &str = concat!("Countersign/", env!("CARGO_PKG_VERSION"));

/// A JSON request. Prints its destination alone.
#[derive(Clone)]
pub struct Post {
    /// Where it goes.
    pub to: Destination,
    /// Headers beside those that every request has.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// JSON.
    pub body: String,
    /// From the look-up of the name to the last octet of the answer.
    pub timeout: Duration,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post").field("to", &self.to).finish_non_exhaustive()
    }
}

/// A request of any kind. Prints its method and destination alone.
#[derive(Clone)]
pub struct Request {
    /// What is asked.
    pub method: Method,
    /// Where it goes.
    pub to: Destination,
    /// Headers beside those that every request has; the type of the body is one of these.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Empty for none.
    pub body: String,
    /// From the look-up of the name to the last octet of the answer.
    pub timeout: Duration,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} {:?})", self.method, self.to)
    }
}

impl From<Post> for Request {
    fn from(post: Post) -> Self {
        let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let headers = std::iter::once(json).chain(post.headers).collect();
        Self { method: Method::POST, to: post.to, headers, body: post.body, timeout: post.timeout }
    }
}

/// What came back.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status, 100 to 999.
    pub status: u16,
    /// The body, as far as it came and at most [`BODY_MAX`] octets of it.
    pub body: Vec<u8>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, {} octets)", self.status, self.body.len())
    }
}

/// Why there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpError {
    /// Every address of the host is kept out of reach by the policy.
    Forbidden,
    /// The name has no address.
    UnknownHost,
    /// No address took a connection.
    NoConnection,
    /// The other side could not prove to be the host, or speaks no TLS that we do.
    NotTrusted,
    /// The connection ended, or what came was not HTTP. The request may have been taken.
    NoAnswer,
    /// It took too long.
    TimedOut {
        /// Whether the request may have been taken.
        begun: bool,
    },
}

impl HttpError {
    /// Whether the other side may have taken the request all the same.
    pub fn begun(self) -> bool {
        matches!(self, HttpError::NoAnswer | HttpError::TimedOut { begun: true })
    }

    /// In words, for records that people read.
    pub fn reason(self) -> &'static str {
        match self {
            HttpError::Forbidden => "the address may not be called",
            HttpError::UnknownHost => "the host name has no address",
            HttpError::NoConnection => "no connection",
            HttpError::NotTrusted => "TLS failed or the certificate is not trusted",
            HttpError::NoAnswer => "the connection ended without an answer",
            HttpError::TimedOut { begun: false } => "no connection in time",
            HttpError::TimedOut { begun: true } => "no answer in time",
        }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl std::error::Error for HttpError {}

/// The client. One connection for each request: they are few, and to many hosts.
#[derive(Clone)]
pub struct HttpClient {
    policy: EgressPolicy,
    resolver: Arc<dyn Resolver>,
    trust: Trust,
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpClient({:?})", self.policy)
    }
}

impl HttpClient {
    /// With the system's resolver and the system's trust, which are read now.
    pub fn new(policy: EgressPolicy) -> Self {
        Self::with(policy, Arc::new(SystemResolver), Trust::system())
    }

    /// With a resolver and a trust of its own.
    pub fn with(policy: EgressPolicy, resolver: Arc<dyn Resolver>, trust: Trust) -> Self {
        Self { policy, resolver, trust }
    }

    /// How far it goes.
    pub fn policy(&self) -> EgressPolicy {
        self.policy
    }

    /// As [`HttpClient::send`], with JSON.
    pub async fn post(&self, post: Post) -> Result<Answer, HttpError> {
        self.send(post.into()).await
    }

    /// Sends a request, once. A redirect is an answer like any other. Dropping the future ends the connection.
    pub async fn send(&self, asked: Request) -> Result<Answer, HttpError> {
        let begun = AtomicBool::new(false);
        let answered = timeout(asked.timeout, self.exchange(&asked, &begun)).await;
        answered.unwrap_or_else(|_| Err(HttpError::TimedOut { begun: begun.load(Ordering::Relaxed) }))
    }

    /// `begun` is set before the first octet may leave: from then on nobody knows whether the request was
    /// taken until the answer says so.
    async fn exchange(&self, asked: &Request, begun: &AtomicBool) -> Result<Answer, HttpError> {
        let request = request(asked)?;
        let stream = dial::dial(&asked.to, self.policy, &*self.resolver, &self.trust).await?;
        let mut client = http1::Builder::new();
        client.max_buf_size(HEAD_MAX);
        let handshake = client.handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(|_| HttpError::NoConnection)?;
        begun.store(true, Ordering::Relaxed);
        let mut connection = pin!(connection);
        let mut exchange = pin!(async move {
            let response = sender.send_request(request).await.map_err(|_| HttpError::NoAnswer)?;
            let status = response.status().as_u16();
            Ok(Answer { status, body: read(response.into_body()).await })
        });
        tokio::select! {
            answer = &mut exchange => answer,
            // Nothing more will come, but what came may not have been read yet.
            _ = &mut connection => exchange.await,
        }
    }
}

fn request(asked: &Request) -> Result<HyperRequest<Full<Bytes>>, HttpError> {
    let host = HeaderValue::from_str(&asked.to.authority).map_err(|_| HttpError::UnknownHost)?;
    let mut request = HyperRequest::new(Full::new(Bytes::from(asked.body.clone())));
    *request.method_mut() = asked.method.clone();
    *request.uri_mut() = Uri::from(asked.to.path.clone());
    let headers = request.headers_mut();
    headers.insert(HOST, host);
    headers.insert(USER_AGENT, HeaderValue::from_static(NAME));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    for (name, value) in &asked.headers {
        headers.insert(name, value.clone());
    }
    Ok(request)
}

/// The body as far as it comes: the status has been said, and what follows cannot take it back.
async fn read(mut body: Incoming) -> Vec<u8> {
    let mut read = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(octets) = frame.into_data() else { continue };
        let room = BODY_MAX - read.len();
        read.extend_from_slice(&octets[..octets.len().min(room)]);
        if read.len() == BODY_MAX {
            break;
        }
    }
    read
}
