//! `POST /v1/assertions/redeem`: use an assertion up, right before what it confirms is carried out.

use crate::api::answer::{Answer, rfc3339};
use crate::api::body::{Body, Fields, Input};
use crate::api::idempotency::IdempotencyKey;
use crate::api::key::RelyingParty;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::api::{outcomes, schema};
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::action::Redeemed;
use countersign_flows::core::model::{Action, ActionKind, DetailsDigest, Factor};
use serde::Serialize;
use utoipa::ToSchema;

/// An assertion, and what is about to be carried out.
#[derive(ToSchema)]
#[schema(as = Redemption)]
pub(crate) struct Redeem {
    /// The assertion, as the action shows it.
    #[schema(max_length = 8192)]
    assertion: String,
    /// The digest of what you are about to carry out, computed by you from your own order.
    #[schema(value_type = String, min_length = 43, max_length = 43)]
    digest: DetailsDigest,
}

impl Input for Redeem {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        let wanted = "It takes a digest: 43 characters of base64url.";
        Ok(Self {
            assertion: fields.required_text("assertion", 8_192)?,
            digest: fields.required_value("digest", wanted, DetailsDigest::from_text)?,
        })
    }
}

/// An assertion that was redeemed: carry it out, once.
#[derive(Serialize, ToSchema)]
#[schema(as = Redeemed)]
pub(crate) struct RedeemedBody {
    /// The action.
    #[schema(example = "act_0197cd5f4a007a6ab1c2d3e4f5061728")]
    action: String,
    /// The account whose holder confirmed.
    #[schema(example = "acc_0197cd5f4a007a6ab1c2d3e4f5061728")]
    account: String,
    /// What was authorised.
    #[schema(value_type = schema::ActionKind)]
    kind: &'static str,
    /// What was confirmed.
    #[schema(min_length = 43, max_length = 43)]
    digest: String,
    /// The factors that were proved, in that order.
    #[schema(value_type = Vec<schema::Factor>)]
    amr: Vec<&'static str>,
    /// When it was redeemed; the same for every repetition.
    #[schema(format = DateTime)]
    redeemed_at: String,
}

impl From<Action> for RedeemedBody {
    fn from(action: Action) -> Self {
        Self {
            action: action.id.to_string(),
            account: action.account_id.to_string(),
            kind: action.kind.as_str(),
            digest: action.digest.to_text(),
            amr: action.proofs.iter().map(|proof| proof.factor.as_str()).collect(),
            redeemed_at: action.redeemed_at.map(rfc3339).unwrap_or_default(),
        }
    }
}

errors! {
    Errors: BodyMalformed, ParamUnknown, ParamMissing, ParamInvalid, IdempotencyKeyMissing,
    IdempotencyKeyMalformed, ActionHeld, ActionRefused, AssertionExpired, AssertionUsed, Conflict,
    BodyTooLarge, ContentTypeUnsupported, AssertionInvalid, DigestMismatch,
}

/// Redeem an assertion
///
/// Uses the assertion up, within 60 seconds of its making: of many requests, one Idempotency-Key gets 200,
/// and gets it again whenever it asks. Only after that answer may the action be carried out.
///
/// The digest must be that of what you are about to do, so that nothing which changed since is carried out.
/// Holds and the account's status are looked at once more: what began after the person confirmed still stops
/// it.
#[utoipa::path(
    post,
    path = "/v1/assertions/redeem",
    tag = "Actions",
    params((
        "Idempotency-Key" = String, Header,
        description = "A value of your own for this order, the same whenever you repeat the request.",
        min_length = 1, max_length = 255, example = json!("5f9b2d9e-3f0c-4a53-8d4e-0b8a4c1e7f21"),
    )),
    request_body(content = Redeem, example = json!({
        "assertion": "eyJhbGciOiJFZERTQSIsImtpZCI6Ii4uLiJ9.eyJpc3MiOiIuLi4ifQ.c2ln",
        "digest": "yx85SXyaXYyoAdte3NoLLbMMkxRM1lXiIBYHfqODf5U",
    })),
    responses(
        (status = 200, description = "Carry it out.", body = RedeemedBody, example = json!(sample())),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn redeem_assertion(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    key: IdempotencyKey,
    Body(input): Body<Redeem>,
) -> Result<Answer<RedeemedBody>, Problem> {
    let now = server.flows().now();
    let redeemed =
        server.flows().redeem_assertion(service_id, &input.assertion, input.digest, &key.0).await?;
    match redeemed {
        Redeemed::Yes(action) => Ok(Answer::ok(action.into())),
        Redeemed::Used => Err(Problem::new(Kind::AssertionUsed)),
        Redeemed::Expired => Err(Problem::new(Kind::AssertionExpired)),
        Redeemed::Invalid => Err(Problem::new(Kind::AssertionInvalid).param("assertion")),
        Redeemed::DigestMismatch => Err(Problem::new(Kind::DigestMismatch).param("digest")),
        Redeemed::Refused(refusal) => Err(outcomes::action_refused(&refusal, now)),
    }
}

fn sample() -> RedeemedBody {
    RedeemedBody {
        action: "act_0197cd5f4a007a6ab1c2d3e4f5061728".to_owned(),
        account: "acc_0197cd5f4a007a6ab1c2d3e4f5061728".to_owned(),
        kind: ActionKind::Withdrawal.as_str(),
        digest: "yx85SXyaXYyoAdte3NoLLbMMkxRM1lXiIBYHfqODf5U".to_owned(),
        amr: [Factor::TradingPassword, Factor::Totp].map(Factor::as_str).to_vec(),
        redeemed_at: "2025-07-03T00:00:22.508Z".to_owned(),
    }
}
