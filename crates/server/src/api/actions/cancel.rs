//! `POST /v1/actions/{id}/cancel`: withdraw an action.

use super::{ActionBody, sample};
use crate::api::answer::Answer;
use crate::api::body::Id;
use crate::api::key::RelyingParty;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::id::ActionId;
use countersign_flows::core::model::ActionStatus;

errors! { Errors: ActionNotFound, Conflict }

/// Withdraw an action
///
/// Ends an action that is pending, or authorised and not redeemed yet: its codes and its assertion are dead.
/// One that is over already stays as it is; `status` says which. Safe to repeat. Takes no body.
#[utoipa::path(
    post,
    path = "/v1/actions/{id}/cancel",
    tag = "Actions",
    params(("id" = String, Path, description = "Id of the action.",
        example = json!("act_0197cd5f4a007a6ab1c2d3e4f5061728"))),
    responses(
        (status = 200, description = "The action as it stands now.", body = ActionBody,
            example = json!(sample(ActionStatus::Canceled))),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn cancel_action(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Id(id): Id<ActionId>,
) -> Result<Answer<ActionBody>, Problem> {
    let found = server.flows().cancel_action(service_id, id).await?;
    found.map(|view| Answer::ok(view.into())).ok_or_else(|| Problem::new(Kind::ActionNotFound))
}
