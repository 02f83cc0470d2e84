//! `GET /v1/rates`: the rate table as it is kept.

use super::{Rates, sample};
use crate::api::answer::Answer;
use crate::api::key::RelyingParty;
use crate::api::problem::{Problem, errors};
use crate::state::Server;
use axum::extract::State;

errors! { Errors: }

/// List the rates
///
/// Every rate of your service, stale ones included. How old one may be is the policy's affair.
#[utoipa::path(
    get,
    path = "/v1/rates",
    tag = "Rates",
    responses(
        (status = 200, description = "The rates.", body = Rates, example = json!(sample())),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn list_rates(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
) -> Result<Answer<Rates>, Problem> {
    Ok(Answer::ok(server.flows().rates(service_id).await?.into()))
}
