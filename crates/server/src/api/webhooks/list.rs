//! `GET /v1/webhooks`: who is told.

use super::{WebhookBody, sample};
use crate::api::answer::Answer;
use crate::api::key::RelyingParty;
use crate::api::problem::{Problem, errors};
use crate::state::Server;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// Every webhook of the service.
#[derive(Serialize, ToSchema)]
pub(crate) struct Webhooks {
    /// The oldest first; those that are gone included, those that were deleted not.
    data: Vec<WebhookBody>,
}

errors! { Errors: }

/// List webhooks
///
/// Every address that is told, without its secret.
#[utoipa::path(
    get,
    path = "/v1/webhooks",
    tag = "Webhooks",
    responses(
        (status = 200, description = "The webhooks.", body = Webhooks,
            example = json!(Webhooks { data: vec![sample()] })),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn list_webhooks(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
) -> Result<Answer<Webhooks>, Problem> {
    let (flows, now) = (server.flows(), server.flows().now());
    let found = flows.webhooks(service_id).await?;
    Ok(Answer::ok(Webhooks { data: found.into_iter().map(|one| WebhookBody::of(one, now)).collect() }))
}
