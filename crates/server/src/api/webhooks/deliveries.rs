//! `GET /v1/webhooks/{id}/deliveries`: what a webhook was told, and how it answered.

use crate::api::answer::{Answer, rfc3339};
use crate::api::body::Id;
use crate::api::key::RelyingParty;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::api::schema;
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::id::WebhookId;
use countersign_flows::core::model::{DeliveryStatus, WebhookDelivery, WebhookKind};
use serde::Serialize;
use utoipa::ToSchema;

/// What a webhook was told lately.
#[derive(Serialize, ToSchema)]
pub(crate) struct Deliveries {
    /// At most 100, the newest event first.
    data: Vec<DeliveryBody>,
}

/// One event told to one webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(crate) struct DeliveryBody {
    /// The event: the `webhook-id` it is told under.
    #[schema(example = "evt_0197cd5f4a007a6ab1c2d3e4f5061728")]
    event: String,
    /// What happened.
    #[serde(rename = "type")]
    #[schema(value_type = schema::WebhookKind)]
    kind: &'static str,
    /// When it happened.
    #[schema(format = DateTime)]
    happened_at: String,
    /// Where the telling stands.
    #[schema(value_type = schema::DeliveryStatus)]
    status: &'static str,
    /// Tries so far.
    tries: u32,
    /// When it is tried next; null when it is not.
    #[schema(format = DateTime, required)]
    next_try_at: Option<String>,
    /// The HTTP status of the last answer; null when there was none.
    #[schema(required)]
    last_status: Option<u16>,
    /// Why there was no answer, or how one that was not 2xx began. Null when nothing went wrong.
    #[schema(required)]
    last_error: Option<String>,
    /// How long the last try took, in milliseconds.
    #[schema(required)]
    last_took_ms: Option<u64>,
}

impl From<WebhookDelivery> for DeliveryBody {
    fn from(delivery: WebhookDelivery) -> Self {
        let is_due = delivery.status == DeliveryStatus::Due;
        Self {
            event: delivery.event.id.to_string(),
            kind: delivery.event.kind.as_str(),
            happened_at: rfc3339(delivery.event.at),
            status: delivery.status.as_str(),
            tries: delivery.tries,
            next_try_at: is_due.then(|| rfc3339(delivery.next_try_at)),
            last_status: delivery.last_status,
            last_error: Some(delivery.last_error).filter(|error| !error.is_empty()),
            last_took_ms: delivery.last_took_ms,
        }
    }
}

errors! { Errors: WebhookNotFound }

/// List a webhook's deliveries
///
/// The newest events told to this webhook, and what it answered, for finding out why nothing arrives.
#[utoipa::path(
    get,
    path = "/v1/webhooks/{id}/deliveries",
    tag = "Webhooks",
    params(("id" = String, Path, description = "Id of the webhook.",
        example = json!("whk_0197cd5f4a007a6ab1c2d3e4f5061728"))),
    responses(
        (status = 200, description = "The deliveries.", body = Deliveries, example = json!(sample())),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn list_deliveries(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Id(id): Id<WebhookId>,
) -> Result<Answer<Deliveries>, Problem> {
    let found = server.flows().webhook_deliveries(service_id, id).await?;
    let found = found.ok_or_else(|| Problem::new(Kind::WebhookNotFound))?;
    Ok(Answer::ok(Deliveries { data: found.into_iter().map(DeliveryBody::from).collect() }))
}

fn sample() -> Deliveries {
    let delivery = DeliveryBody {
        event: "evt_0197cd5f4a007a6ab1c2d3e4f5061728".to_owned(),
        kind: WebhookKind::ActionAuthorised.as_str(),
        happened_at: "2025-07-03T00:00:21.219Z".to_owned(),
        status: DeliveryStatus::Due.as_str(),
        tries: 2,
        next_try_at: Some("2025-07-03T00:01:28.904Z".to_owned()),
        last_status: Some(503),
        last_error: Some("upstream is down".to_owned()),
        last_took_ms: Some(41),
    };
    Deliveries { data: vec![delivery] }
}
