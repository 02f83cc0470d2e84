//! `POST /v1/webhooks/{id}/rotate`: give a webhook a new secret.

use super::{WebhookBody, sample_with_secret};
use crate::api::answer::Answer;
use crate::api::body::Id;
use crate::api::key::RelyingParty;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::id::WebhookId;

errors! { Errors: WebhookNotFound, Conflict }

/// Rotate a webhook's secret
///
/// Answers with a new secret. The one before signs along for 24 hours, so that nothing is missed while you
/// exchange it: `webhook-signature` holds a signature by each. A second rotation within the day ends the
/// oldest. Takes no body.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/rotate",
    tag = "Webhooks",
    params(("id" = String, Path, description = "Id of the webhook.",
        example = json!("whk_0197cd5f4a007a6ab1c2d3e4f5061728"))),
    responses(
        (status = 200, description = "The webhook with its new secret.", body = WebhookBody,
            example = json!(rotated())),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn rotate_webhook(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Id(id): Id<WebhookId>,
) -> Result<Answer<WebhookBody>, Problem> {
    let (flows, now) = (server.flows(), server.flows().now());
    let found = flows.rotate_webhook(service_id, id).await?;
    let found = found.ok_or_else(|| Problem::new(Kind::WebhookNotFound))?;
    Ok(Answer::ok(WebhookBody::with_secret(found, now)))
}

fn rotated() -> WebhookBody {
    let earlier_secret_until = Some("2025-07-06T09:30:00.000Z".to_owned());
    WebhookBody { earlier_secret_until, ..sample_with_secret() }
}
