//! `POST /v1/webhooks/{id}/deliveries/{event}/resend`: tell an event again.

use crate::api::answer::Answer;
use crate::api::body::Ids;
use crate::api::key::RelyingParty;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::api::schema;
use crate::state::Server;
use axum::extract::State;
use axum::http::StatusCode;
use countersign_flows::core::id::{EventId, WebhookId};
use countersign_flows::core::model::DeliveryStatus;
use serde::Serialize;
use utoipa::ToSchema;

/// A telling that was asked for again.
#[derive(Serialize, ToSchema)]
#[schema(as = Resent)]
pub(crate) struct ResentBody {
    /// The webhook.
    #[schema(example = "whk_0197cd5f4a007a6ab1c2d3e4f5061728")]
    webhook: String,
    /// The event; it is told under the same `webhook-id` as before.
    #[schema(example = "evt_0197cd5f4a007a6ab1c2d3e4f5061728")]
    event: String,
    /// Where the telling stands.
    #[schema(value_type = schema::DeliveryStatus)]
    status: &'static str,
}

impl ResentBody {
    fn of(webhook: String, event: String) -> Self {
        Self { webhook, event, status: DeliveryStatus::Due.as_str() }
    }
}

errors! { Errors: WebhookNotFound, DeliveryNotFound, Conflict }

/// Tell an event again
///
/// Makes a delivery due now, whatever came of it, with a whole day of tries before it. Takes no body.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/deliveries/{event}/resend",
    tag = "Webhooks",
    params(
        ("id" = String, Path, description = "Id of the webhook.",
            example = json!("whk_0197cd5f4a007a6ab1c2d3e4f5061728")),
        ("event" = String, Path, description = "Id of the event.",
            example = json!("evt_0197cd5f4a007a6ab1c2d3e4f5061728")),
    ),
    responses(
        (status = 202, description = "It is told again.", body = ResentBody, example = json!(ResentBody::of(
            "whk_0197cd5f4a007a6ab1c2d3e4f5061728".to_owned(),
            "evt_0197cd5f4a007a6ab1c2d3e4f5061728".to_owned(),
        ))),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn resend_delivery(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Ids(id, event): Ids<WebhookId, EventId>,
) -> Result<Answer<ResentBody>, Problem> {
    let flows = server.flows();
    if flows.resend_webhook(service_id, id, event).await? {
        return Ok(Answer(StatusCode::ACCEPTED, ResentBody::of(id.to_string(), event.to_string())));
    }
    let is_known = flows.webhook_deliveries(service_id, id).await?.is_some();
    Err(Problem::new(if is_known { Kind::DeliveryNotFound } else { Kind::WebhookNotFound }))
}
