//! `POST /v1/verifications/{id}/check`: judge an entered code.

use super::{DetailsInput, VerificationBody, sample};
use crate::api::answer::Answer;
use crate::api::body::{Body, Fields, Id, Input};
use crate::api::key::RelyingParty;
use crate::api::outcomes;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::state::Server;
use axum::extract::State;
use countersign_flows::CodeAnswer;
use countersign_flows::core::code::CodeProblem;
use countersign_flows::core::id::VerificationId;
use countersign_flows::core::lock::Refusal;
use countersign_flows::core::model::VerificationStatus;
use countersign_flows::core::time::Timestamp;
use countersign_flows::core::verification::{CheckOutcome, Details};
use serde::Serialize;
use utoipa::ToSchema;

/// An entered code.
#[derive(ToSchema)]
#[schema(as = EnteredCode)]
pub(crate) struct Check {
    /// The digits, as a string: exactly `code_length` of them, and nothing else.
    #[schema(pattern = "^[0-9]{6,8}$", example = "048291")]
    code: String,
    /// What the person confirms, for a verification that was started with details. Any difference makes the
    /// code wrong.
    #[schema(value_type = Option<DetailsInput>)]
    details: Option<Details>,
}

impl Input for Check {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        // How many digits it must have is the verification's own affair; this bound only keeps essays out.
        Ok(Self { code: fields.required_text("code", 256)?, details: DetailsInput::take(fields)? })
    }
}

/// What an entered code proved.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CheckResult {
    /// It was right, in time, and is used up.
    Approved,
    /// It was wrong.
    Wrong,
    /// It was the code of an earlier message; the newest one counts. It counted as wrong.
    EarlierCode,
}

/// The answer to an entered code.
#[derive(Serialize, ToSchema)]
#[schema(as = CheckedCode)]
pub(crate) struct Checked {
    /// What the code proved.
    result: CheckResult,
    /// Wrong codes left before the channel locks for this person; null when the code was right.
    #[schema(required)]
    attempts_left: Option<u32>,
    /// The verification as it stands now.
    verification: VerificationBody,
}

errors! {
    Errors: BodyMalformed, ParamUnknown, ParamMissing, ParamInvalid, CodeMalformed, VerificationNotFound,
    Conflict, CodeExpired, VerificationApproved, VerificationExpired, VerificationCanceled,
    VerificationFailed, VerificationSuperseded, VerificationOfPage, BodyTooLarge, ContentTypeUnsupported,
    FactorLocked, FactorDisabled,
}

/// Check a code
///
/// Compares what the person entered with the newest code. A guess is counted before it is compared, in one
/// transaction, and the right code works once: of many requests with it, one is answered `approved`.
///
/// A wrong code is a result, not an error. Too many of them end the verification and lock the channel for
/// that person, answered as `factor_locked`; new verifications, resends and other devices do not reset the
/// count.
///
/// What cannot be a code is refused as `code_malformed` and is not counted.
#[utoipa::path(
    post,
    path = "/v1/verifications/{id}/check",
    tag = "Verifications",
    params(("id" = String, Path, description = "Id of the verification.",
        example = json!("vrf_0197cd5f4a007a6ab1c2d3e4f5061728"))),
    request_body(content = Check, example = json!({ "code": "048291" })),
    responses(
        (status = 200, description = "The code was compared.", body = Checked, example = json!({
            "result": "approved",
            "attempts_left": null,
            "verification": sample(VerificationStatus::Approved),
        })),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn check_verification(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Id(id): Id<VerificationId>,
    Body(input): Body<Check>,
) -> Result<Answer<Checked>, Problem> {
    let now = server.flows().now();
    let checked = server.flows().check_verification(service_id, id, input.code, input.details).await?;
    let (result, attempts_left) = match checked.answer {
        CodeAnswer::Judged(outcome) => judged(outcome, now)?,
        CodeAnswer::Unreadable(problem) => return Err(unreadable(problem)),
        CodeAnswer::Unknown => return Err(Problem::new(Kind::VerificationNotFound)),
    };
    let view = checked.verification.ok_or_else(|| Problem::new(Kind::VerificationNotFound))?;
    Ok(Answer::ok(Checked { result, attempts_left, verification: (*view).into() }))
}

fn judged(outcome: CheckOutcome, now: Timestamp) -> Result<(CheckResult, Option<u32>), Problem> {
    match outcome {
        CheckOutcome::Approved => Ok((CheckResult::Approved, None)),
        CheckOutcome::Wrong { left, earlier: false } => Ok((CheckResult::Wrong, Some(left))),
        CheckOutcome::Wrong { left, earlier: true } => Ok((CheckResult::EarlierCode, Some(left))),
        CheckOutcome::LockedNow { until } => Err(outcomes::factor_refused(Refusal::Locked { until }, now)),
        CheckOutcome::DisabledNow => Err(outcomes::factor_refused(Refusal::Disabled, now)),
        CheckOutcome::Refused(refusal) => Err(outcomes::factor_refused(refusal, now)),
        CheckOutcome::CodeExpired => Err(Problem::new(Kind::CodeExpired)),
        CheckOutcome::Closed(status) => Err(outcomes::closed(status)),
        CheckOutcome::NotThisPage => Err(Problem::new(Kind::VerificationOfPage)),
    }
}

fn unreadable(problem: CodeProblem) -> Problem {
    let malformed = Problem::new(Kind::CodeMalformed).param("code");
    match problem {
        CodeProblem::Empty => malformed.detail("The code is empty. It was not counted."),
        CodeProblem::NotDigits => {
            malformed.detail("The code must be the digits 0-9 alone. It was not counted.")
        }
        CodeProblem::WrongLength { entered, wanted } => {
            malformed.detail(format!("The code has {wanted} digits, this has {entered}. It was not counted."))
        }
    }
}
