//! `POST /v1/actions/{id}/proofs`: bring one factor's answer to an action that the relying party confirms by
//! itself.

use super::{ActionBody, as_it_stands, out_of_reach, sample};
use crate::api::answer::Answer;
use crate::api::body::{Body, Fields, Id, Input};
use crate::api::key::RelyingParty;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::api::{outcomes, schema};
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::code::CodeProblem;
use countersign_flows::core::id::ActionId;
use countersign_flows::core::lock::Refusal;
use countersign_flows::core::model::{ActionStatus, Factor};
use countersign_flows::core::proof;
use countersign_flows::core::time::Timestamp;
use countersign_flows::core::verification::CheckOutcome;
use countersign_flows::{Answers, Caller, CodeAnswer, Judged, ProveOutcome};
use utoipa::ToSchema;

/// What the person entered for one factor.
#[derive(ToSchema)]
#[schema(as = EnteredProof)]
pub(crate) struct Prove {
    /// Which factor it answers. A passkey is proved on the page only: no other origin can use it.
    #[schema(value_type = schema::Factor)]
    factor: Factor,
    /// What was entered, as a string.
    #[schema(min_length = 1, max_length = 256, example = "048291")]
    value: String,
}

impl Input for Prove {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        let typed = |text: &str| Factor::from_text(text).filter(|factor| *factor != Factor::Passkey);
        let wanted = "It takes a factor of the API reference but passkey, which is proved on the page.";
        Ok(Self {
            factor: fields.required_value("factor", wanted, typed)?,
            value: fields.required_text("value", 256)?,
        })
    }
}

errors! {
    Errors: BodyMalformed, ParamUnknown, ParamMissing, ParamInvalid, ProofUnreadable, ActionNotFound,
    ActionHeld, ActionRefused, ActionOver, ActionOfPage, FactorNotAsked, CodeNotSent, CodeExpired, Conflict,
    BodyTooLarge, ContentTypeUnsupported, ProofWrong, FactorLocked, FactorDisabled,
}

/// Prove a factor
///
/// For an action that you confirm yourself, without its page: compares what the person entered for one
/// factor. When a set of `any_of` is proved whole, the answer is `authorised` and holds the assertion.
///
/// A wrong answer is counted before it is compared, on the account's factor and not on the action, and too
/// many lock the factor: `factor_locked`. An action that can be confirmed another way stays open then, any
/// other is cancelled. Not possible once a browser has opened the action's link.
#[utoipa::path(
    post,
    path = "/v1/actions/{id}/proofs",
    tag = "Actions",
    params(("id" = String, Path, description = "Id of the action.",
        example = json!("act_0197cd5f4a007a6ab1c2d3e4f5061728"))),
    request_body(content = Prove, example = json!({ "factor": "totp", "value": "048291" })),
    responses(
        (status = 200, description = "It was right.", body = ActionBody,
            example = json!(sample(ActionStatus::Authorised))),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn prove_action(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Id(id): Id<ActionId>,
    Body(input): Body<Prove>,
) -> Result<Answer<ActionBody>, Problem> {
    let now = server.flows().now();
    let answers = answers(input.factor, input.value);
    let out_of_reach = |otherwise| out_of_reach(&server, service_id, id, input.factor, otherwise);
    match server.flows().prove_by_api(service_id, id, answers, Caller::default()).await? {
        ProveOutcome::Open { answers, .. } => match answers.into_iter().next() {
            Some((_, Judged::Code(CodeAnswer::Unknown))) => {
                return Err(out_of_reach(Kind::CodeNotSent).await);
            }
            Some((_, judged)) => right_or_why_not(judged, now)?,
            None => return Err(out_of_reach(Kind::FactorNotAsked).await),
        },
        ProveOutcome::Done { .. } => {}
        ProveOutcome::Refused(refusal) => return Err(outcomes::action_refused(&refusal, now)),
        ProveOutcome::Gone => return Err(out_of_reach(Kind::Conflict).await),
    }
    as_it_stands(&server, service_id, id).await.map(Answer::ok)
}

fn answers(factor: Factor, value: String) -> Answers {
    let mut answers = Answers::default();
    let place = match factor {
        Factor::Password => &mut answers.password,
        Factor::Sms | Factor::Email => &mut answers.code,
        Factor::Totp => &mut answers.totp,
        Factor::TradingPassword => &mut answers.trading_password,
        Factor::RecoveryCode => &mut answers.recovery_code,
        Factor::Passkey => &mut answers.passkey,
    };
    *place = Some(value);
    answers
}

fn right_or_why_not(judged: Judged, now: Timestamp) -> Result<(), Problem> {
    let wrong = |left: u32| Problem::new(Kind::ProofWrong).attempts_left(left);
    let refused = |refusal: Refusal| outcomes::factor_refused(refusal, now);
    let outcome = match judged {
        Judged::Unreadable(problem) | Judged::Code(CodeAnswer::Unreadable(problem)) => {
            return Err(unreadable(problem));
        }
        Judged::Code(CodeAnswer::Unknown) => return Err(Problem::new(Kind::CodeNotSent)),
        Judged::Code(CodeAnswer::Judged(outcome)) => outcome,
        Judged::Proof(answer) => {
            return match answer {
                proof::Answer::Right => Ok(()),
                proof::Answer::Wrong { left } => Err(wrong(left)),
                proof::Answer::Refused(refusal) => Err(refused(refusal)),
                proof::Answer::LockedNow { until } => Err(refused(Refusal::Locked { until })),
                proof::Answer::DisabledNow => Err(refused(Refusal::Disabled)),
            };
        }
    };
    match outcome {
        CheckOutcome::Approved => Ok(()),
        CheckOutcome::Wrong { left, earlier: false } => Err(wrong(left)),
        CheckOutcome::Wrong { left, earlier: true } => Err(wrong(left).reason("earlier_code")),
        CheckOutcome::LockedNow { until } => Err(refused(Refusal::Locked { until })),
        CheckOutcome::DisabledNow => Err(refused(Refusal::Disabled)),
        CheckOutcome::Refused(refusal) => Err(refused(refusal)),
        // A newer action of the same kind took its place, or its time is over: either way, this code is dead.
        CheckOutcome::CodeExpired | CheckOutcome::Closed(_) => Err(Problem::new(Kind::CodeExpired)),
        CheckOutcome::NotThisPage => Err(Problem::new(Kind::ActionOfPage)),
    }
}

fn unreadable(problem: CodeProblem) -> Problem {
    let unreadable = Problem::new(Kind::ProofUnreadable).param("value");
    match problem {
        CodeProblem::WrongLength { entered, wanted } => unreadable
            .detail(format!("The code has {wanted} digits, this has {entered}. It was not counted.")),
        CodeProblem::Empty => unreadable.detail("It is empty. It was not counted."),
        CodeProblem::NotDigits => unreadable,
    }
}
