//! Where an identity provider answers: `POST /identity/answers`, signed as Standard Webhooks has it. Whoever is not
//! that provider learns nothing, not even whether there is one.

use crate::state::Server;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use countersign_flows::{FlowError, IdentityLetter, IdentityTaken};

/// One address, whoever the provider is.
pub(crate) fn routes() -> Router<Server> {
    Router::new().route("/identity/answers", post(take))
}

async fn take(State(server): State<Server>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let letter = IdentityLetter {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signatures: header("webhook-signature"),
        body: &body,
    };
    match server.flows().take_identity_answer(server.service_id(), letter).await {
        Ok(IdentityTaken::Taken) => StatusCode::NO_CONTENT.into_response(),
        Ok(IdentityTaken::Unsigned) => StatusCode::FORBIDDEN.into_response(),
        Ok(IdentityTaken::Malformed(problem)) => (StatusCode::BAD_REQUEST, problem).into_response(),
        Ok(IdentityTaken::Unknown) => StatusCode::NOT_FOUND.into_response(),
        Ok(IdentityTaken::Differs) => {
            (StatusCode::CONFLICT, "another answer was given for this check before").into_response()
        }
        // Providers call again.
        Err(FlowError::Busy { .. } | FlowError::Conflict) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(error) => {
            tracing::error!(%error, "an identity provider's answer could not be taken in");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
