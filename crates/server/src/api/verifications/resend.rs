//! `POST /v1/verifications/{id}/resend`: send a new code.

use super::{DetailsInput, VerificationBody, sample};
use crate::api::answer::Answer;
use crate::api::body::{Body, Fields, Id, Input};
use crate::api::key::RelyingParty;
use crate::api::person::client_ip;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::api::{outcomes, schema};
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::id::VerificationId;
use countersign_flows::core::model::{Actor, Channel, VerificationStatus};
use countersign_flows::core::verification::Details;
use countersign_flows::{ApiResend, Caller};
use std::net::IpAddr;
use utoipa::ToSchema;

/// How a new code is asked for. No body at all says the same as an empty object.
#[derive(ToSchema)]
#[schema(as = Resend)]
pub(crate) struct Resend {
    /// What the verification was started with, exactly; nothing if it was started without.
    #[schema(value_type = Option<DetailsInput>)]
    details: Option<Details>,
    /// How it travels from now on: `voice` has it spoken by a call to the same number, `whatsapp` sends it
    /// there, `sms` is the text message again. As before if it is left out.
    #[schema(value_type = Option<schema::Channel>)]
    channel: Option<Channel>,
    /// The network address of the person who asked, for limits.
    #[schema(value_type = Option<String>, example = "203.0.113.7")]
    client_ip: Option<IpAddr>,
}

impl Input for Resend {
    const MAY_BE_ABSENT: bool = true;

    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            details: DetailsInput::take(fields)?,
            channel: fields.value("channel", NO_SUCH_CHANNEL, Channel::from_text)?,
            client_ip: client_ip(fields)?,
        })
    }
}

const NO_SUCH_CHANNEL: &str =
    "It takes a channel that reaches the verification's address and has a route here.";

errors! {
    Errors: BodyMalformed, ParamUnknown, ParamMissing, ParamInvalid, VerificationNotFound, Conflict,
    VerificationApproved, VerificationExpired, VerificationCanceled, VerificationFailed,
    VerificationSuperseded, VerificationOfPage, SendsSpent, BodyTooLarge, ContentTypeUnsupported,
    DetailsMismatch, FactorLocked, FactorDisabled, SendingLocked, SendLimited, ResendTooSoon,
}

/// Send a new code
///
/// Draws a new code and sends it; the one before it is dead from then on. Wrong codes counted so far stay
/// counted.
///
/// Each verification spaces its own sends, so a repeated request cannot send twice: within the wait it is
/// answered `resend_too_soon`, and `sends` of the verification says whether the first request arrived. An
/// `Idempotency-Key` is therefore not needed here, and ignored.
#[utoipa::path(
    post,
    path = "/v1/verifications/{id}/resend",
    tag = "Verifications",
    params(("id" = String, Path, description = "Id of the verification.",
        example = json!("vrf_0197cd5f4a007a6ab1c2d3e4f5061728"))),
    request_body(content = Option<Resend>, example = json!({ "client_ip": "203.0.113.7" })),
    responses(
        (status = 200, description = "A new code is on its way.", body = VerificationBody,
            example = json!(sample(VerificationStatus::Pending))),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn resend_verification(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Id(id): Id<VerificationId>,
    Body(input): Body<Resend>,
) -> Result<Answer<VerificationBody>, Problem> {
    let now = server.flows().now();
    let caller = Caller { ip: input.client_ip, actor: Actor::RelyingParty, ..Caller::default() };
    match server.flows().resend_verification(service_id, id, input.channel, input.details, caller).await? {
        ApiResend::Sent(view) => Ok(Answer::ok((*view).into())),
        ApiResend::Refused(refusal) => Err(outcomes::send_refused(refusal, now)),
        ApiResend::NoSuchChannel => {
            Err(Problem::new(Kind::ParamInvalid).param("channel").detail(NO_SUCH_CHANNEL))
        }
        ApiResend::Unknown => Err(Problem::new(Kind::VerificationNotFound)),
    }
}
