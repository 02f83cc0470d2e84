//! `POST /v1/verifications/{id}/cancel`: withdraw a verification.

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

errors! { Errors: VerificationNotFound, Conflict }

/// Withdraw a verification
///
/// Ends a pending verification: its codes are dead, and a message that has not left yet is not sent. One that
/// is over already stays as it is, and so does one that belongs to a page; `status` says which. Safe to
/// repeat. Takes no body.
#[utoipa::path(
    post,
    path = "/v1/verifications/{id}/cancel",
    tag = "Verifications",
    params(("id" = String, Path, description = "Id of the verification.",
        example = json!("vrf_0197cd5f4a007a6ab1c2d3e4f5061728"))),
    responses(
        (status = 200, description = "The verification as it stands now.", body = VerificationBody,
            example = json!(sample(VerificationStatus::Canceled))),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn cancel_verification(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Id(id): Id<VerificationId>,
) -> Result<Answer<VerificationBody>, Problem> {
    let found = server.flows().cancel_verification(service_id, id).await?;
    found.map(|view| Answer::ok(view.into())).ok_or_else(|| Problem::new(Kind::VerificationNotFound))
}
