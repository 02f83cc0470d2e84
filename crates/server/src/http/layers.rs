//! What happens to every request and answer: an id, a time limit, a size limit, the headers that keep browsers
//! strict, one line in the log. The line names method, route pattern, status and time; never a path with values, a
//! query or a body (R10).

use crate::state::Server;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, HeaderName, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use countersign_flows::core::entropy;
use futures_util::StreamExt;
use std::time::Duration;

/// Largest body taken, in bytes: our largest form is a few hundred.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;

/// Most bytes read of a body that is refused for its size.
const READ_PAST_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Longest time a request may take, its body included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// The same where pictures are sent: 15 MB over a slow line.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(300);

/// The id of a request: 16 hexadecimal digits, in the answer's `X-Request-Id`, in problem details and in the log.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

/// Puts the shared layers around all routes.
pub(crate) fn wrap(router: Router, server: Server) -> Router {
    let inner = router
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(|_| {
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }))
        .layer(middleware::from_fn_with_state(server, around));
    // A router adds its header outside of its own layers.
    Router::new().fallback_service(inner).layer(middleware::map_response(without_allow))
}

/// The router says what a path would take. Of a page that is not there for somebody, that would tell that it is.
async fn without_allow(mut response: Response) -> Response {
    if response.status() == StatusCode::NOT_FOUND {
        response.headers_mut().remove(ALLOW);
    }
    response
}

async fn around(State(server): State<Server>, mut request: Request, next: Next) -> Response {
    let id: String =
        entropy::bytes::<8>(server.inner.entropy.as_ref()).iter().map(|byte| format!("{byte:02x}")).collect();
    request.extensions_mut().insert(RequestId(id.clone()));
    let started = server.flows().now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let is_api = request.uri().path().starts_with("/v1/");
    let is_upload = route.as_deref().is_some_and(crate::web::evidence::takes_uploads);
    let answered = async {
        let request = if is_upload { request } else { read_past_if_too_large(request).await };
        next.run(request).await
    };
    let timeout = if is_upload { UPLOAD_TIMEOUT } else { REQUEST_TIMEOUT };
    let mut response = match tokio::time::timeout(timeout, answered).await {
        Ok(response) => response,
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        response = crate::web::fault_or_problem(&server, is_api, &id, response);
    }
    let took_ms = server.flows().now().since(started).as_millis();
    let status = response.status().as_u16();
    let route = route.as_deref().unwrap_or("-");
    // Being busy is an answer, not a fault: a flood must not fill the log as well.
    if response.status().is_server_error() && response.status() != StatusCode::SERVICE_UNAVAILABLE {
        tracing::error!(request = id, %method, route, status, took_ms, "request failed");
    } else {
        tracing::debug!(request = id, %method, route, status, took_ms, "request");
    }
    finish(response.headers_mut(), &id, server.is_secure());
    response
}

/// A body that says it is too large is read and thrown away, up to a bound, before it is refused: a sender who is still
/// writing when the connection closes would never see the answer. What goes on to the handler is too large as well.
async fn read_past_if_too_large(request: Request) -> Request {
    let length =
        request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_none_or(|length| length <= BODY_BYTES_MAX) {
        return request;
    }
    let (head, body) = request.into_parts();
    let mut stream = body.into_data_stream();
    let mut read = 0;
    while let Some(Ok(chunk)) = stream.next().await {
        read += chunk.len();
        if read > READ_PAST_BYTES_MAX {
            break;
        }
    }
    Request::from_parts(head, Body::from(vec![b'0'; BODY_BYTES_MAX + 1]))
}

fn finish(headers: &mut HeaderMap, id: &str, secure: bool) {
    let fixed = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        (
            "content-security-policy",
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in fixed {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    // Nothing a person or a program gets here may be kept by a cache, unless the handler says so (static files).
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if secure {
        let value = HeaderValue::from_static("max-age=31536000");
        headers.entry(HeaderName::from_static("strict-transport-security")).or_insert(value);
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}
