//! `GET /v1/accounts/{id}`: one account.

use super::{AccountBody, sample};
use crate::api::answer::Answer;
use crate::api::body::Id;
use crate::api::key::RelyingParty;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::id::AccountId;
use countersign_flows::core::model::AccountStatus;

errors! { Errors: AccountNotFound }

/// Look at an account
///
/// What the account has bound and switched on, and which of its factors are locked.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}",
    tag = "Accounts",
    params(("id" = String, Path, description = "Id of the account.",
        example = json!("acc_0197cd5f4a007a6ab1c2d3e4f5061728"))),
    responses(
        (status = 200, description = "The account as it stands.", body = AccountBody,
            example = json!(sample(AccountStatus::Active))),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn get_account(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Id(id): Id<AccountId>,
) -> Result<Answer<AccountBody>, Problem> {
    let found = server.flows().account(service_id, id).await?;
    found.map(|view| Answer::ok(view.into())).ok_or_else(|| Problem::new(Kind::AccountNotFound))
}
