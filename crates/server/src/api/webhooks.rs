//! Webhooks as a resource: where a relying party listens, and what became of each telling. A secret is shown
//! in the answer that made it and never again.

pub(super) mod add;
pub(super) mod delete;
pub(super) mod deliveries;
pub(super) mod list;
pub(super) mod resend;
pub(super) mod rotate;

use super::answer::rfc3339;
use countersign_flows::core::model::WebhookEndpoint;
use countersign_flows::core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// An address that is told what happens.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct WebhookBody {
    /// Its id.
    #[schema(example = "whk_0197cd5f4a007a6ab1c2d3e4f5061728")]
    id: String,
    /// Where it listens.
    #[schema(format = "uri", example = "https://exchange.example/hooks")]
    url: String,
    /// The secret that signs what is told (Standard Webhooks). Only in the answer that made it: keep it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<String>,
    /// Until when the secret before this one signs along; null when none does.
    #[schema(format = DateTime, required)]
    earlier_secret_until: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// Since when it is told no more; null while it is.
    #[schema(format = DateTime, required)]
    disabled_at: Option<String>,
    /// Why: `deleted`, or `gone` when it answered 410. Null while it is told.
    #[schema(required)]
    disabled_reason: Option<String>,
}

impl WebhookBody {
    fn of(endpoint: WebhookEndpoint, now: Timestamp) -> Self {
        Self {
            id: endpoint.id.to_string(),
            url: endpoint.url,
            secret: None,
            earlier_secret_until: endpoint.earlier_until.filter(|end| now < *end).map(rfc3339),
            created_at: rfc3339(endpoint.created_at),
            disabled_at: endpoint.disabled_at.map(rfc3339),
            disabled_reason: Some(endpoint.disabled_reason).filter(|reason| !reason.is_empty()),
        }
    }

    /// With the secret, for the one answer that may show it.
    fn with_secret(endpoint: WebhookEndpoint, now: Timestamp) -> Self {
        let secret = Some(endpoint.secret.0.clone());
        Self { secret, ..Self::of(endpoint, now) }
    }
}

/// An example for the description of the operations.
fn sample() -> WebhookBody {
    WebhookBody {
        id: "whk_0197cd5f4a007a6ab1c2d3e4f5061728".to_owned(),
        url: "https://exchange.example/hooks".to_owned(),
        secret: None,
        earlier_secret_until: None,
        created_at: "2025-07-03T00:00:00.000Z".to_owned(),
        disabled_at: None,
        disabled_reason: None,
    }
}

fn sample_with_secret() -> WebhookBody {
    // The example of the Standard Webhooks specification.
    WebhookBody { secret: Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()), ..sample() }
}
