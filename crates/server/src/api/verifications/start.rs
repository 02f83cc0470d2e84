//! `POST /v1/verifications`: start a verification and send its first code.

use super::{DetailsInput, VerificationBody, sample};
use crate::api::answer::Answer;
use crate::api::body::{Body, Fields, Input};
use crate::api::idempotency::IdempotencyKey;
use crate::api::key::RelyingParty;
use crate::api::person::{client_ip, language, region};
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::api::{outcomes, schema};
use crate::state::Server;
use axum::extract::State;
use axum::http::StatusCode;
use countersign_flows::core::address::read_identifier;
use countersign_flows::core::id::AccountId;
use countersign_flows::core::model::{Actor, Purpose, VerificationStatus};
use countersign_flows::core::numbers::RegionCode;
use countersign_flows::core::verification::Details;
use countersign_flows::{ApiStart, Caller, NewVerification};
use std::net::IpAddr;
use utoipa::ToSchema;

/// Where a code goes, and why.
#[derive(ToSchema)]
#[schema(as = NewVerification)]
pub(crate) struct Start {
    /// The phone number (`+` and the calling code, or national digits together with `region`) or the email
    /// address. Usual layouts and the digits of any script are understood.
    #[schema(max_length = 254, example = "+447400123456")]
    to: String,
    /// The region in which a national number is read, as an ISO 3166-1 code. A number with `+` does not need
    /// it.
    #[schema(value_type = Option<String>, pattern = "^[A-Za-z]{2}$", example = "GB")]
    region: Option<RegionCode>,
    /// What the code is for. It lives longer or shorter by purpose, and the message names it.
    #[schema(value_type = schema::Purpose)]
    purpose: Purpose,
    /// The account that wrong codes and sends count for. Without it they count for the address.
    #[schema(value_type = Option<String>, pattern = "^acc_[0-9a-f]{32}$")]
    account: Option<AccountId>,
    /// What the code confirms: required for `withdrawal` and `p2p_sell`, refused for every other purpose.
    #[schema(value_type = Option<DetailsInput>)]
    details: Option<Details>,
    /// Language of the message (BCP 47); English if there is no catalogue for it.
    #[schema(value_type = Option<String>, max_length = 35, example = "en")]
    locale: String,
    /// The network address of the person who asked, for limits.
    #[schema(value_type = Option<String>, example = "203.0.113.7")]
    client_ip: Option<IpAddr>,
    /// Whatever you recognise the person's device by, for limits. Only its digest is kept.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 128)]
    device: Option<String>,
}

impl Input for Start {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            to: fields.required_text("to", 254)?,
            region: region(fields)?,
            purpose: fields.required_value(
                "purpose",
                "It takes one of the purposes in the API reference.",
                Purpose::from_text,
            )?,
            account: fields
                .value("account", "It takes an account's id: acc_…", |text| text.parse().ok())?,
            details: DetailsInput::take(fields)?,
            locale: language(fields)?.unwrap_or_else(|| "en".to_owned()),
            client_ip: client_ip(fields)?,
            device: fields.plain("device", 128)?,
        })
    }
}

errors! {
    Errors: BodyMalformed, ParamUnknown, ParamMissing, ParamInvalid, AddressUnreadable,
    IdempotencyKeyMissing, IdempotencyKeyMalformed, AccountNotFound, Conflict, BodyTooLarge,
    ContentTypeUnsupported, DetailsMismatch, IdempotencyKeyReused, NumberRefused, FactorLocked,
    FactorDisabled, SendingLocked, SendLimited,
}

/// Start a verification
///
/// Sends a code to a phone number or an email address and answers with the verification that waits for it. A
/// pending verification for the same person, channel and purpose is superseded: only one code is alive at a
/// time.
///
/// The number is judged before anything is sent. Numbers that cannot or may not receive codes are refused
/// with the reason.
///
/// A repeated request with the same `Idempotency-Key` and the same body answers with the same verification,
/// as it stands then, and sends nothing. Refusals are not remembered: the same key may try again.
#[utoipa::path(
    post,
    path = "/v1/verifications",
    tag = "Verifications",
    params((
        "Idempotency-Key" = String, Header,
        description = "A fresh random value for each new verification, such as a UUID.",
        min_length = 1, max_length = 255, example = json!("5f9b2d9e-3f0c-4a53-8d4e-0b8a4c1e7f21"),
    )),
    request_body(content = Start, example = json!({
        "to": "+447400123456", "purpose": "sign_in", "locale": "en", "client_ip": "203.0.113.7",
    })),
    responses(
        (status = 201, description = "The code is on its way.", body = VerificationBody,
            example = json!(sample(VerificationStatus::Pending))),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn start_verification(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    key: IdempotencyKey,
    Body(input): Body<Start>,
) -> Result<Answer<VerificationBody>, Problem> {
    let address =
        read_identifier(&input.to, input.region).map_err(|problem| outcomes::unreadable(problem, "to"))?;
    let new = NewVerification {
        address,
        purpose: input.purpose,
        details: input.details,
        account_id: input.account,
        device: input.device,
        caller: Caller {
            ip: input.client_ip,
            locale: input.locale,
            actor: Actor::RelyingParty,
            ..Caller::default()
        },
        idempotency_key: key.0,
    };
    let now = server.flows().now();
    match server.flows().start_verification(service_id, new).await? {
        ApiStart::Started(view) => Ok(Answer(StatusCode::CREATED, (*view).into())),
        ApiStart::Refused(refusal) => Err(outcomes::send_refused(refusal, now)),
        ApiStart::Number(refusal) => Err(outcomes::number_refused(refusal, "to")),
        ApiStart::UnknownAccount => Err(Problem::new(Kind::AccountNotFound).param("account")),
        ApiStart::KeyReused => Err(Problem::new(Kind::IdempotencyKeyReused)),
    }
}
