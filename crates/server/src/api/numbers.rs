//! `POST /v1/numbers/judge`: what a number is, and whether it would get a code.

use super::answer::Answer;
use super::body::{Body, Fields, Input};
use super::key::RelyingParty;
use super::person::region;
use super::problem::{Problem, errors};
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::binding::judge_number as judge;
use countersign_flows::core::numbers::{NumberError, PhoneNumber, RegionCode};
use countersign_flows::core::policy::Policy;
use serde::Serialize;
use utoipa::ToSchema;

/// A number to be judged.
#[derive(ToSchema)]
#[schema(as = TypedNumber)]
pub(crate) struct Typed {
    /// The number as the person typed it.
    #[schema(max_length = 254, example = "07400 123456")]
    number: String,
    /// The region in which a national number is read, as an ISO 3166-1 code.
    #[schema(value_type = Option<String>, pattern = "^[A-Za-z]{2}$", example = "GB")]
    region: Option<RegionCode>,
}

impl Input for Typed {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self { number: fields.required_text("number", 254)?, region: region(fields)? })
    }
}

/// What a number is. Everything about it is null when it is not one.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = JudgedNumber)]
pub(crate) struct Judged {
    /// Whether it is a number of the world's numbering plan.
    valid: bool,
    /// In E.164: the form to keep and to send.
    #[schema(required)]
    e164: Option<String>,
    /// Internationally, as people write it: show this before a code is sent.
    #[schema(required)]
    international: Option<String>,
    /// Its region; null also for numbers of no region.
    #[schema(required)]
    region: Option<String>,
    /// Its calling code.
    #[schema(required)]
    calling_code: Option<u16>,
    /// The kind of line, as far as the numbering plan tells: `mobile`, `fixed_line_or_mobile` (the plan does
    /// not separate them, as in all of +1), `fixed_line`, `voip`, `toll_free`, `premium_rate`, `shared_cost`,
    /// `personal_number`, `pager`, `uan`, `voicemail`, `unknown`. New kinds may come.
    #[schema(required)]
    line: Option<&'static str>,
    /// Whether a verification would send to it, as far as the number alone tells.
    can_receive_codes: bool,
    /// Why not, if it is a number: the `reason` of the error `number_refused`.
    #[schema(required)]
    refusal: Option<&'static str>,
    /// Why it is not a number: the `reason` of the error `address_unreadable`.
    #[schema(required)]
    problem: Option<&'static str>,
}

fn judged(read: Result<PhoneNumber, NumberError>, policy: &Policy) -> Judged {
    let number = match read {
        Ok(number) => number,
        Err(error) => return Judged { problem: Some(error.as_str()), ..Judged::default() },
    };
    let refusal = judge(&number, policy).err();
    Judged {
        valid: true,
        e164: Some(number.e164().to_owned()),
        international: Some(number.international()),
        region: number.region().map(|region| region.to_string()),
        calling_code: Some(number.calling_code()),
        line: Some(number.line().as_str()),
        can_receive_codes: refusal.is_none(),
        refusal: refusal.map(|refusal| refusal.as_str()),
        problem: None,
    }
}

errors! {
    Errors: BodyMalformed, ParamUnknown, ParamMissing, ParamInvalid, BodyTooLarge, ContentTypeUnsupported,
}

/// Judge a number
///
/// Reads a number as people type it and says what it is, before anything is sent. A text that is no number is
/// a result here, with `problem` saying why. Nothing is stored, and nothing is looked up outside.
#[utoipa::path(
    post,
    path = "/v1/numbers/judge",
    tag = "Numbers",
    request_body(content = Typed, example = json!({ "number": "07400 123456", "region": "GB" })),
    responses(
        (status = 200, description = "What the number is.", body = Judged,
            example = json!(judged(PhoneNumber::from_e164("+447400123456"), &Policy::default()))),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn judge_number(
    State(server): State<Server>,
    _caller: RelyingParty,
    Body(input): Body<Typed>,
) -> Answer<Judged> {
    Answer::ok(judged(PhoneNumber::parse(&input.number, input.region), server.flows().policy()))
}
