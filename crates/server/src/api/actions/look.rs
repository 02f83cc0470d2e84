//! `GET /v1/actions/{id}`: where an action stands, and its assertion.

use super::{ActionBody, as_it_stands, sample};
use crate::api::answer::Answer;
use crate::api::body::Id;
use crate::api::key::RelyingParty;
use crate::api::problem::{Problem, errors};
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::id::ActionId;
use countersign_flows::core::model::ActionStatus;

errors! { Errors: ActionNotFound }

/// Look at an action
///
/// Where it stands now. While it is authorised and in time, `assertion` is there to be checked with the
/// published keys and redeemed. What a browser brings back from the page decides nothing: ask here.
#[utoipa::path(
    get,
    path = "/v1/actions/{id}",
    tag = "Actions",
    params(("id" = String, Path, description = "Id of the action.",
        example = json!("act_0197cd5f4a007a6ab1c2d3e4f5061728"))),
    responses(
        (status = 200, description = "The action as it stands.", body = ActionBody,
            example = json!(sample(ActionStatus::Authorised))),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn get_action(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Id(id): Id<ActionId>,
) -> Result<Answer<ActionBody>, Problem> {
    as_it_stands(&server, service_id, id).await.map(Answer::ok)
}
