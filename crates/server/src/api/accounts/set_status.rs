//! `POST /v1/accounts/{id}/status`: what an account may do from now on.

use super::{AccountBody, sample};
use crate::api::answer::Answer;
use crate::api::body::{Body, Fields, Id, Input};
use crate::api::key::RelyingParty;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::api::schema;
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::id::AccountId;
use countersign_flows::core::model::AccountStatus;
use utoipa::ToSchema;

/// The status to set.
#[derive(ToSchema)]
#[schema(as = NewAccountStatus)]
pub(crate) struct SetStatus {
    /// What the account may do from now on.
    #[schema(value_type = schema::AccountStatus)]
    status: AccountStatus,
}

impl Input for SetStatus {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        let wanted = "It takes active, restricted, flagged or frozen.";
        Ok(Self { status: fields.required_value("status", wanted, AccountStatus::from_text)? })
    }
}

errors! {
    Errors: BodyMalformed, ParamUnknown, ParamMissing, ParamInvalid, AccountNotFound, Conflict,
    BodyTooLarge, ContentTypeUnsupported,
}

/// Set an account's status
///
/// Takes effect at once, and the holder's record of activity shows it. Setting the status that the account
/// has already changes nothing.
#[utoipa::path(
    post,
    path = "/v1/accounts/{id}/status",
    tag = "Accounts",
    params(("id" = String, Path, description = "Id of the account.",
        example = json!("acc_0197cd5f4a007a6ab1c2d3e4f5061728"))),
    request_body(content = SetStatus, example = json!({ "status": "restricted" })),
    responses(
        (status = 200, description = "The account with its new status.", body = AccountBody,
            example = json!(sample(AccountStatus::Restricted))),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn set_account_status(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Id(id): Id<AccountId>,
    Body(input): Body<SetStatus>,
) -> Result<Answer<AccountBody>, Problem> {
    let found = server.flows().set_account_status(service_id, id, input.status).await?;
    found.map(|view| Answer::ok(view.into())).ok_or_else(|| Problem::new(Kind::AccountNotFound))
}
