//! `DELETE /v1/webhooks/{id}`: tell an address no more.

use super::{WebhookBody, sample};
use crate::api::answer::Answer;
use crate::api::body::Id;
use crate::api::key::RelyingParty;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::id::WebhookId;

errors! { Errors: WebhookNotFound, Conflict }

/// Delete a webhook
///
/// It is told no more, not even what is due already, and its secret signs nothing any more.
#[utoipa::path(
    delete,
    path = "/v1/webhooks/{id}",
    tag = "Webhooks",
    params(("id" = String, Path, description = "Id of the webhook.",
        example = json!("whk_0197cd5f4a007a6ab1c2d3e4f5061728"))),
    responses(
        (status = 200, description = "The webhook as it ended.", body = WebhookBody,
            example = json!(ended())),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn delete_webhook(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Id(id): Id<WebhookId>,
) -> Result<Answer<WebhookBody>, Problem> {
    let (flows, now) = (server.flows(), server.flows().now());
    let found = flows.delete_webhook(service_id, id).await?;
    let found = found.ok_or_else(|| Problem::new(Kind::WebhookNotFound))?;
    Ok(Answer::ok(WebhookBody::of(found, now)))
}

fn ended() -> WebhookBody {
    let disabled_at = Some("2025-07-05T09:30:00.000Z".to_owned());
    WebhookBody { disabled_at, disabled_reason: Some("deleted".to_owned()), ..sample() }
}
