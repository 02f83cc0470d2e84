//! `POST /v1/actions/{id}/codes`: send a code for an action that the relying party confirms by itself.

use super::{ActionBody, as_it_stands, out_of_reach, sample};
use crate::api::answer::Answer;
use crate::api::body::{Body, Fields, Id, Input};
use crate::api::key::RelyingParty;
use crate::api::person::client_ip;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::api::{outcomes, schema};
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::id::ActionId;
use countersign_flows::core::model::{ActionStatus, Actor, Channel, Factor};
use countersign_flows::{ActionSend, Caller};
use std::net::IpAddr;
use utoipa::ToSchema;

/// Which code.
#[derive(ToSchema)]
#[schema(as = WantedCode)]
pub(crate) struct SendCode {
    /// The factor that it proves: `sms` or `email`.
    #[schema(value_type = schema::Factor)]
    factor: Factor,
    /// How it travels: `voice` has it spoken by a call to the same number, `whatsapp` sends it there, where the
    /// server has a route for that. The factor's own way if it is left out.
    #[schema(value_type = Option<schema::Channel>)]
    channel: Option<Channel>,
    /// The network address of the person who asked, for limits.
    #[schema(value_type = Option<String>, example = "203.0.113.7")]
    client_ip: Option<IpAddr>,
}

impl Input for SendCode {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        let sent = |text: &str| Factor::from_text(text).filter(|f| matches!(f, Factor::Sms | Factor::Email));
        let factor = fields.required_value("factor", "It takes sms or email.", sent)?;
        let fits = |text: &str| Channel::from_text(text).filter(|channel| channel.factor() == factor);
        Ok(Self {
            factor,
            channel: fields.value("channel", "It takes a channel of the factor.", fits)?,
            client_ip: client_ip(fields)?,
        })
    }
}

errors! {
    Errors: BodyMalformed, ParamUnknown, ParamMissing, ParamInvalid, ActionNotFound, ActionOver, ActionOfPage,
    FactorNotAsked, Conflict, SendsSpent, BodyTooLarge, ContentTypeUnsupported, FactorLocked, FactorDisabled,
    SendingLocked, SendLimited, ResendTooSoon,
}

/// Send a code for an action
///
/// For an action that you confirm yourself, without its page: sends a code to the account's number or email
/// address. The message shows amount, payee, network and the fingerprint, and the code serves this action
/// only.
///
/// Asked for again, it draws a new code and the one before is dead. Sends are spaced, so a repeated request
/// cannot send twice: within the wait it is answered `resend_too_soon`. Not possible once a browser has
/// opened the action's link.
#[utoipa::path(
    post,
    path = "/v1/actions/{id}/codes",
    tag = "Actions",
    params(("id" = String, Path, description = "Id of the action.",
        example = json!("act_0197cd5f4a007a6ab1c2d3e4f5061728"))),
    request_body(content = SendCode, example = json!({ "factor": "sms", "client_ip": "203.0.113.7" })),
    responses(
        (status = 200, description = "The code is on its way.", body = ActionBody,
            example = json!(sample(ActionStatus::Pending))),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn send_action_code(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Id(id): Id<ActionId>,
    Body(input): Body<SendCode>,
) -> Result<Answer<ActionBody>, Problem> {
    let now = server.flows().now();
    let caller = Caller { ip: input.client_ip, actor: Actor::RelyingParty, ..Caller::default() };
    match server.flows().send_action_code(service_id, id, input.factor, input.channel, caller).await? {
        ActionSend::Sent => as_it_stands(&server, service_id, id).await.map(Answer::ok),
        ActionSend::Refused(refusal) => Err(outcomes::send_refused(refusal, now)),
        ActionSend::Gone => {
            Err(out_of_reach(&server, service_id, id, input.factor, Kind::FactorNotAsked).await)
        }
    }
}
