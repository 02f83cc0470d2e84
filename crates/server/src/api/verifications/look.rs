//! `GET /v1/verifications/{id}`: where a verification stands.

use super::{VerificationBody, sample};
use crate::api::answer::Answer;
use crate::api::body::Id;
use crate::api::key::RelyingParty;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::id::VerificationId;
use countersign_flows::core::model::VerificationStatus;

errors! { Errors: VerificationNotFound }

/// Look at a verification
///
/// Where it stands now, and where its newest message is. This, asked for by your server, is the verdict: what
/// a browser says about a verification decides nothing.
#[utoipa::path(
    get,
    path = "/v1/verifications/{id}",
    tag = "Verifications",
    params(("id" = String, Path, description = "Id of the verification.",
        example = json!("vrf_0197cd5f4a007a6ab1c2d3e4f5061728"))),
    responses(
        (status = 200, description = "The verification as it stands.", body = VerificationBody,
            example = json!(sample(VerificationStatus::Approved))),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn get_verification(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Id(id): Id<VerificationId>,
) -> Result<Answer<VerificationBody>, Problem> {
    let found = server.flows().verification(service_id, id).await?;
    found.map(|view| Answer::ok(view.into())).ok_or_else(|| Problem::new(Kind::VerificationNotFound))
}
