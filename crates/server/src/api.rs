//! The API for the relying party: its routes, the one shape of its errors, and what describes it, for
//! programs (`/openapi.json`) and for people (`/docs`). Turns JSON into calls of the flows and outcomes into
//! answers; decides nothing. Speaks English: its words stand beside the code they explain, so that neither
//! can change alone.

mod accounts;
mod actions;
mod answer;
mod assertions;
mod body;
mod description;
mod docs;
mod health;
mod idempotency;
mod key;
mod numbers;
mod outcomes;
mod person;
mod problem;
mod rates;
mod regions;
mod schema;
mod verifications;
mod webhooks;

use crate::state::Server;
use axum::Router;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use problem::Problem;
use problem::table::Kind;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Every operation of the API, in one screenful.
fn operations() -> OpenApiRouter<Server> {
    OpenApiRouter::with_openapi(description::frame())
        .routes(routes!(verifications::start::start_verification))
        .routes(routes!(verifications::look::get_verification))
        .routes(routes!(verifications::check::check_verification))
        .routes(routes!(verifications::resend::resend_verification))
        .routes(routes!(verifications::cancel::cancel_verification))
        .routes(routes!(numbers::judge_number))
        .routes(routes!(regions::list_regions))
        .routes(routes!(accounts::look::get_account))
        .routes(routes!(accounts::find::find_account))
        .routes(routes!(accounts::set_status::set_account_status))
        .routes(routes!(accounts::holds::list_holds))
        .routes(routes!(actions::open::open_action))
        .routes(routes!(actions::look::get_action))
        .routes(routes!(actions::cancel::cancel_action))
        .routes(routes!(actions::send_code::send_action_code))
        .routes(routes!(actions::prove::prove_action))
        .routes(routes!(assertions::redeem::redeem_assertion))
        .routes(routes!(assertions::keys::list_assertion_keys))
        .routes(routes!(rates::set::set_rates, rates::list::list_rates))
        .routes(routes!(webhooks::add::add_webhook, webhooks::list::list_webhooks))
        .routes(routes!(webhooks::delete::delete_webhook))
        .routes(routes!(webhooks::rotate::rotate_webhook))
        .routes(routes!(webhooks::deliveries::list_deliveries))
        .routes(routes!(webhooks::resend::resend_delivery))
}

/// The operations, and what stands beside them without a key.
pub(crate) fn routes(server: Server) -> Router {
    let v1 = Router::from(operations())
        .route("/v1", any(nothing_here))
        .route("/v1/", any(nothing_here))
        .route("/v1/{*rest}", any(nothing_here))
        .layer(from_fn_with_state(server.clone(), problem::render));
    let beside = Router::new()
        .route("/openapi.json", get(openapi))
        .route("/docs", get(docs::quick_start))
        .route("/docs/api", get(docs::reference))
        .route("/docs/errors", get(docs::errors))
        .route("/docs/errors/{code}", get(docs::error))
        .route("/docs/docs.css", get(docs::style))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready));
    v1.merge(beside).with_state(server)
}

/// The OpenAPI document, pretty-printed, with a line feed at its end.
pub fn openapi_json() -> String {
    let mut text = operations().into_openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// What stands in for an answer of the API that broke.
pub(crate) fn internal_problem(server: &Server, request_id: &str) -> Response {
    Problem::new(Kind::Internal).respond(server, request_id)
}

async fn nothing_here() -> Problem {
    Problem::new(Kind::PathUnknown)
}

async fn openapi() -> Response {
    let json = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (json, description::TEXT.as_str()).into_response()
}
