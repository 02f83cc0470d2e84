//! `/livez` and `/readyz`: whether the process runs, and whether it can do its work. For supervisors and
//! balancers, so they need no key and say nothing else.

use crate::state::Server;
use axum::extract::State;
use axum::http::StatusCode;

/// The process answers: that is all it says. Depends on nothing, or a slow database would get every node
/// restarted.
pub(super) async fn live() -> &'static str {
    "live\n"
}

/// Whether storage answers a small question now.
pub(super) async fn ready(State(server): State<Server>) -> (StatusCode, &'static str) {
    match server.flows().services().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
    }
}
