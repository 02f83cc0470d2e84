//! Where providers call back: receipts and texts, at `/callbacks/{route}`, or with a token behind it for providers that
//! cannot sign. Hands the request on as it came, for the signature is over its bytes, and answers as the provider
//! wants to be answered. Whoever is not that provider learns nothing: not whether a message is known, only that it
//! was refused.

use crate::state::Server;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use countersign_flows::{CallbackRequest, CallbackTaken, FlowError};

/// The addresses of all routes; which of them exist is the configuration's affair.
pub(crate) fn routes() -> Router<Server> {
    Router::new().route("/callbacks/{route}", any(take)).route("/callbacks/{route}/{token}", any(take))
}

/// What stands before the token, if there is one.
#[derive(serde::Deserialize)]
struct Place {
    route: String,
}

async fn take(
    State(server): State<Server>,
    Path(Place { route }): Path<Place>,
    OriginalUri(uri): OriginalUri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !matches!(method, Method::GET | Method::POST) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let text = |value: &axum::http::HeaderValue| value.to_str().ok().map(str::to_owned);
    let request = CallbackRequest {
        method: method.as_str().to_owned(),
        path_and_query: uri.path_and_query().map_or("/", |at| at.as_str()).to_owned(),
        headers: headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)))
            .collect(),
        body: body.to_vec(),
    };
    match server.flows().take_callback(&route, &request).await {
        Ok(CallbackTaken::Answer(answer)) => {
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
            (status, [(CONTENT_TYPE, answer.content_type)], answer.body).into_response()
        }
        Ok(CallbackTaken::Refused(refusal)) => {
            tracing::warn!(route, ?refusal, "a call in a provider's name was refused");
            StatusCode::FORBIDDEN.into_response()
        }
        Ok(CallbackTaken::Unknown) => StatusCode::NOT_FOUND.into_response(),
        // Providers call again.
        Err(FlowError::Busy { .. } | FlowError::Conflict) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(error) => {
            tracing::error!(route, %error, "a provider's call could not be taken in");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
