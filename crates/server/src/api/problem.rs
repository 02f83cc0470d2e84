//! Problem details (RFC 9457, R73): the one shape of every error that leaves `/v1`. Decides how an error
//! looks; which error it is was decided by whoever made the [`Problem`]. Holds no internals: the reason of a
//! broken part goes to the log.

pub(crate) mod table;

use crate::http::layers::RequestId;
use crate::state::Server;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use countersign_flows::FlowError;
use countersign_flows::core::time::Timestamp;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use table::Kind;
use utoipa::ToSchema;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response as Described, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr};

/// The media type of RFC 9457.
pub(crate) const CONTENT: &str = "application/problem+json";

/// Everything the challenge says: nothing about what was wrong with the key (R46).
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"countersign\"");

/// An error on its way out; [`render`] gives it its body.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    kind: Kind,
    detail: Option<Cow<'static, str>>,
    param: Option<Cow<'static, str>>,
    reason: Option<Cow<'static, str>>,
    attempts_left: Option<u32>,
    retry_after_s: Option<u64>,
    for_the_log: Option<Box<str>>,
}

impl Problem {
    /// With the words of its row.
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            detail: None,
            param: None,
            reason: None,
            attempts_left: None,
            retry_after_s: None,
            for_the_log: None,
        }
    }

    /// What happened this time. Never holds what the caller sent.
    pub(crate) fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Which parameter it is about.
    pub(crate) fn param(mut self, param: impl Into<Cow<'static, str>>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// Which of several reasons, as a stable text.
    pub(crate) fn reason(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// How many wrong answers are left before a lock.
    pub(crate) fn attempts_left(mut self, left: u32) -> Self {
        self.attempts_left = Some(left);
        self
    }

    /// When asking again can help, in whole seconds from `now`, at least one.
    pub(crate) fn until(self, until: Timestamp, now: Timestamp) -> Self {
        self.after_ms(u64::try_from(until.since(now).as_millis()).unwrap_or(u64::MAX))
    }

    fn after_ms(mut self, wait_ms: u64) -> Self {
        self.retry_after_s = Some(wait_ms.div_ceil(1_000).max(1));
        self
    }

    pub(crate) fn respond(self, server: &Server, request_id: &str) -> Response {
        let row = self.kind.row();
        if let Some(reason) = self.for_the_log.as_deref() {
            tracing::error!(request = request_id, reason, "a use case broke");
        }
        let body = ProblemBody {
            kind: format!("{}/docs/errors/{}", server.inner.public_url, row.code),
            title: row.title,
            status: row.status.as_u16(),
            detail: self.detail.as_deref().unwrap_or(row.cause),
            code: row.code,
            param: self.param.as_deref(),
            reason: self.reason.as_deref(),
            attempts_left: self.attempts_left,
            retry_after: self.retry_after_s,
            request_id,
        };
        let mut response = (row.status, super::answer::json_text(&body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(CONTENT));
        if let Some(wait) = self.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait));
        }
        if row.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, CHALLENGE);
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.row().status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<FlowError> for Problem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Busy { retry_after_ms } => Problem::new(Kind::Busy).after_ms(retry_after_ms),
            FlowError::Conflict => Problem::new(Kind::Conflict),
            FlowError::Broken { reason } => {
                Problem { for_the_log: Some(reason.into_boxed_str()), ..Problem::new(Kind::Internal) }
            }
        }
    }
}

/// Gives every problem its body. Stands around all routes of `/v1`, so that a handler need not know the
/// public address or the id of its request, and the router's own "wrong method" leaves in the same shape.
pub(crate) async fn render(State(server): State<Server>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem.respond(&server, &id),
        // The router adds `Allow` outside of this layer.
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            Problem::new(Kind::MethodNotAllowed).respond(&server, &id)
        }
        None => response,
    }
}

/// An error (RFC 9457). `code` is stable and made for programs; `type` is the address of a page about it.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// Address of the page that explains this error.
    #[serde(rename = "type")]
    #[schema(format = "uri")]
    kind: String,
    /// The error in a few words, the same every time.
    title: &'a str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened this time. For people; programs use `code`.
    detail: &'a str,
    /// Which error it is. New codes may come.
    #[schema(example = "key_invalid")]
    code: &'a str,
    /// The parameter it is about, with its object before a dot: `details.amount`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    param: Option<&'a str>,
    /// Which of several reasons; the page of the error lists them. New ones may come.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<&'a str>,
    /// Wrong answers left before the factor locks for this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    attempts_left: Option<u32>,
    /// Seconds after which asking again can help; the `Retry-After` header says the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    retry_after: Option<u64>,
    /// Names this request in the server's log.
    request_id: &'a str,
}

/// How the given errors stand in the description of an operation: one response for each status, an example
/// for each code.
pub(crate) fn described(kinds: &[Kind]) -> BTreeMap<String, RefOr<Described>> {
    let mut by_status: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(kind.row().status.as_u16()).or_default().push(*kind);
    }
    by_status
        .into_iter()
        .map(|(status, kinds)| (status.to_string(), RefOr::T(describe(status, &kinds))))
        .collect()
}

fn describe(status: u16, kinds: &[Kind]) -> Described {
    let titles: Vec<String> =
        kinds.iter().map(|kind| format!("`{}`: {}.", kind.row().code, kind.row().title)).collect();
    let examples = kinds.iter().map(|kind| (kind.row().code, RefOr::T(example(*kind))));
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .examples_from_iter(examples)
        .build();
    let mut response = ResponseBuilder::new().description(titles.join(" ")).content(CONTENT, content);
    let header = |text: &str, kind: Type| {
        let schema = ObjectBuilder::new().schema_type(kind);
        HeaderBuilder::new().schema(Some(schema)).description(Some(text)).build()
    };
    if matches!(status, 429 | 503) || kinds.contains(&Kind::ActionHeld) {
        let text = "Seconds after which asking again can help, where that is known.";
        response = response.header("Retry-After", header(text, Type::Integer));
    }
    if status == 401 {
        response = response.header("WWW-Authenticate", header("How to send a key.", Type::String));
    }
    if status == 405 {
        response = response.header("Allow", header("The methods that this path takes.", Type::String));
    }
    response.build()
}

fn example(kind: Kind) -> Example {
    let row = kind.row();
    let mut value = serde_json::json!({
        "type": format!("https://accounts.example/docs/errors/{}", row.code),
        "title": row.title,
        "status": row.status.as_u16(),
        "detail": row.cause,
        "code": row.code,
        "request_id": "9f2c61d07ab3e845",
    });
    let reason = match kind {
        Kind::AddressUnreadable => Some("too_short"),
        Kind::NumberRefused => Some("line_voip"),
        Kind::SendLimited => Some("address"),
        Kind::ActionHeld => Some("phone_changed"),
        Kind::ActionRefused => Some("account_frozen"),
        Kind::ActionOver => Some("timed_out"),
        Kind::FactorsMissing => Some("totp,trading_password"),
        Kind::RateInvalid => Some("zero"),
        _ => None,
    };
    if let Some(reason) = reason {
        value["reason"] = reason.into();
    }
    if kind == Kind::ProofWrong {
        value["attempts_left"] = 4.into();
    }
    let wait_s = match kind {
        Kind::FactorLocked | Kind::SendingLocked | Kind::SendLimited | Kind::ResendTooSoon => Some(900),
        Kind::ActionHeld => Some(86_400),
        Kind::Busy => Some(1),
        _ => None,
    };
    if let Some(wait_s) = wait_s {
        value["retry_after"] = wait_s.into();
    }
    ExampleBuilder::new().summary(row.title).value(Some(value)).build()
}

/// Declares the errors of an operation for its description, those of every operation included.
macro_rules! errors {
    ($name:ident: $($kind:ident),* $(,)?) => {
        /// The errors this operation answers with.
        pub(crate) struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::response::Response>,
            > {
                use $crate::api::problem::table::Kind;
                let everywhere = [Kind::KeyInvalid, Kind::Internal, Kind::Busy];
                $crate::api::problem::described(&[&[$(Kind::$kind,)*], everywhere.as_slice()].concat())
            }
        }
    };
}
pub(crate) use errors;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_broke_is_for_the_log_and_what_waits_says_how_long() {
        let broken = Problem::from(FlowError::Broken { reason: "disk I/O error".to_owned() });
        assert_eq!((broken.kind, broken.for_the_log.as_deref()), (Kind::Internal, Some("disk I/O error")));
        assert_eq!((broken.detail, broken.reason), (None, None));
        assert_eq!(Problem::from(FlowError::Conflict).kind, Kind::Conflict);
        for (wait_ms, wait_s) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (900_000, 900)] {
            let busy = Problem::from(FlowError::Busy { retry_after_ms: wait_ms });
            assert_eq!((busy.kind, busy.retry_after_s), (Kind::Busy, Some(wait_s)));
        }
        let (early, late) = (Timestamp::from_unix_ms(1), Timestamp::from_unix_ms(2_002));
        assert_eq!(Problem::new(Kind::FactorLocked).until(late, early).retry_after_s, Some(3));
        assert_eq!(Problem::new(Kind::FactorLocked).until(early, late).retry_after_s, Some(1));
    }
}
