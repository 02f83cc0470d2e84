//! `POST /v1/webhooks`: have an address told what happens.

use super::{WebhookBody, sample_with_secret};
use crate::api::answer::Answer;
use crate::api::body::{Body, Fields, Input};
use crate::api::key::RelyingParty;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::state::Server;
use axum::extract::State;
use axum::http::StatusCode;
use countersign_flows::EndpointAdd;
use utoipa::ToSchema;

/// Where to listen.
#[derive(ToSchema)]
#[schema(as = NewWebhook)]
pub(crate) struct Add {
    /// An `https` address of your server.
    #[schema(max_length = 2048, format = "uri", example = "https://exchange.example/hooks")]
    url: String,
}

impl Input for Add {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self { url: fields.required_text("url", 2_048)? })
    }
}

errors! {
    Errors: BodyMalformed, ParamUnknown, ParamMissing, ParamInvalid, WebhooksTooMany, Conflict, BodyTooLarge,
    ContentTypeUnsupported, WebhookUrlRefused,
}

/// Add a webhook
///
/// From now on this address is told, by POST: `action.authorised`, `action.canceled`, `action.lapsed`,
/// `action.redeemed`, `hold.started`, `account.frozen`, `account.unfrozen`, `factor.added` and
/// `factor.removed`. The body holds `type`, `timestamp` and `data`; never a code, never an assertion.
///
/// Check every signature with the secret of this answer, by a library of Standard Webhooks: `webhook-id`,
/// `webhook-timestamp` and `webhook-signature`. Answer 2xx within 20 seconds; anything else is tried again
/// for a day, so the same `webhook-id` can come twice. Answer 410 to be told no more.
#[utoipa::path(
    post,
    path = "/v1/webhooks",
    tag = "Webhooks",
    request_body(content = Add, example = json!({ "url": "https://exchange.example/hooks" })),
    responses(
        (status = 201, description = "It is told from now on.", body = WebhookBody,
            example = json!(sample_with_secret())),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn add_webhook(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Body(input): Body<Add>,
) -> Result<Answer<WebhookBody>, Problem> {
    let flows = server.flows();
    match flows.add_webhook(service_id, &input.url, server.inner.egress).await? {
        EndpointAdd::Added(endpoint) => {
            Ok(Answer(StatusCode::CREATED, WebhookBody::with_secret(*endpoint, flows.now())))
        }
        EndpointAdd::Url(problem) => Err(Problem::new(Kind::WebhookUrlRefused)
            .param("url")
            .detail(format!("It is refused because {problem}."))),
        EndpointAdd::TooMany => Err(Problem::new(Kind::WebhooksTooMany)),
    }
}
