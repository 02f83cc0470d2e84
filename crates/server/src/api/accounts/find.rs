//! `POST /v1/accounts/find`: the account behind an identifier. A POST, because addresses must not stand in
//! URLs and logs (R10).

use super::{AccountBody, sample};
use crate::api::answer::Answer;
use crate::api::body::{Body, Fields, Input};
use crate::api::key::RelyingParty;
use crate::api::outcomes;
use crate::api::person::region;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::address::read_identifier;
use countersign_flows::core::model::AccountStatus;
use countersign_flows::core::numbers::RegionCode;
use utoipa::ToSchema;

/// Whom to look for.
#[derive(ToSchema)]
#[schema(as = FindAccount)]
pub(crate) struct Find {
    /// The email address or phone number that the holder signs in with.
    #[schema(max_length = 254, example = "ada@example.com")]
    identifier: String,
    /// The region in which a national number is read, as an ISO 3166-1 code.
    #[schema(value_type = Option<String>, pattern = "^[A-Za-z]{2}$", example = "GB")]
    region: Option<RegionCode>,
}

impl Input for Find {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self { identifier: fields.required_text("identifier", 254)?, region: region(fields)? })
    }
}

errors! {
    Errors: BodyMalformed, ParamUnknown, ParamMissing, ParamInvalid, AddressUnreadable, AccountNotFound,
    BodyTooLarge, ContentTypeUnsupported,
}

/// Find an account
///
/// The account of your service that signs in with this email address or phone number. The identifier travels
/// in the body, so that no log of addresses comes to hold it.
#[utoipa::path(
    post,
    path = "/v1/accounts/find",
    tag = "Accounts",
    request_body(content = Find, example = json!({ "identifier": "ada@example.com" })),
    responses(
        (status = 200, description = "The account.", body = AccountBody,
            example = json!(sample(AccountStatus::Active))),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn find_account(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Body(input): Body<Find>,
) -> Result<Answer<AccountBody>, Problem> {
    let identifier = read_identifier(&input.identifier, input.region)
        .map_err(|problem| outcomes::unreadable(problem, "identifier"))?;
    let found = server.flows().find_account(service_id, identifier).await?;
    found.map(|view| Answer::ok(view.into())).ok_or_else(|| Problem::new(Kind::AccountNotFound))
}
