//! `POST /v1/actions`: open an action.

use super::{ActionBody, sample};
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
use countersign_flows::core::action::DetailProblem;
use countersign_flows::core::id::AccountId;
use countersign_flows::core::model::{ActionDetails, ActionKind, ActionStatus, Actor};
use countersign_flows::core::requirement::Signal;
use countersign_flows::{ActionOpen, Caller, Context, NewAction};
use std::collections::BTreeMap;
use std::net::IpAddr;
use utoipa::ToSchema;

/// What must be authorised, and by whom.
#[derive(ToSchema)]
#[schema(as = NewAction)]
pub(crate) struct Open {
    /// The account whose holder confirms.
    #[schema(value_type = String, pattern = "^acc_[0-9a-f]{32}$")]
    account: AccountId,
    /// What is to be authorised. It decides how long there is to confirm and which details must be said.
    #[schema(value_type = schema::ActionKind)]
    kind: ActionKind,
    /// What exactly, as texts; the person confirms all of it. `withdrawal` needs `amount`, `asset`, `network`
    /// and `address`; `p2p_sell`, `internal_transfer`, `sub_account_transfer`, `gift`, `voucher`,
    /// `card_payment` and `p2p_ad` need `amount`, `asset` and `payee`; `whitelist_edit` needs `asset`,
    /// `network` and `address`; `api_key_create` needs `label` and `scopes`. Up to 16 in all, under names of
    /// your own as well.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    details: BTreeMap<String, String>,
    /// Who may act on the assertion: its `aud`. The id of your service if it is left out.
    #[schema(min_length = 1, max_length = 256, example = "https://exchange.example")]
    audience: Option<String>,
    /// Where the page leads back to when it is over, with `action` and `status` added to its query. Its
    /// origin must be one of the configuration's `return_origins`.
    #[schema(max_length = 1000, format = "uri", example = "https://exchange.example/return")]
    return_url: Option<String>,
    /// Language of page and messages (BCP 47); the account's own if it is left out.
    #[schema(max_length = 35, example = "en")]
    locale: Option<String>,
    /// The network address of the person who asked, for limits.
    #[schema(value_type = Option<String>, example = "203.0.113.7")]
    client_ip: Option<IpAddr>,
    /// What you know about the person's surroundings. What is left out is unknown, and unknown counts as the
    /// worse case.
    #[schema(value_type = Option<Surroundings>)]
    context: Context,
}

/// What is known about the surroundings of the person who asks.
#[derive(ToSchema)]
#[schema(as = ActionContext)]
#[allow(dead_code)] // read by the description; the flows have a type of their own
pub(crate) struct Surroundings {
    /// Whether this person was not seen on this device before.
    new_device: Option<bool>,
    /// The region where they seem to be, as an ISO 3166-1 code.
    #[schema(pattern = "^[A-Za-z]{2}$", example = "GB")]
    region: Option<String>,
    /// Whether the SIM of the bound number was changed lately, as far as a carrier told you.
    #[schema(value_type = Option<schema::Signal>)]
    sim_changed: Option<Signal>,
}

/// Read by the names of [`Surroundings`].
struct Known(Context);

impl Input for Known {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self(Context {
            new_device: fields.flag("new_device")?,
            region: region(fields)?.map(|region| region.to_string()),
            sim_changed: fields
                .value("sim_changed", "It takes yes, no or unknown.", Signal::from_text)?
                .unwrap_or(Signal::Unknown),
        }))
    }
}

impl Input for Open {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        let kind = |text: &str| ActionKind::from_text(text).filter(|kind| !kind.is_own());
        Ok(Self {
            account: fields
                .required_value("account", "It takes an account's id: acc_…", |text| text.parse().ok())?,
            kind: fields.required_value("kind", "It takes one of the kinds in the API reference.", kind)?,
            details: fields.texts("details")?,
            audience: fields.plain("audience", 256)?,
            return_url: fields.text("return_url", 1_000)?,
            locale: language(fields)?,
            client_ip: client_ip(fields)?,
            context: fields.object::<Known>("context", "context.")?.map(|known| known.0).unwrap_or_default(),
        })
    }
}

errors! {
    Errors: BodyMalformed, ParamUnknown, ParamMissing, ParamInvalid, IdempotencyKeyMissing,
    IdempotencyKeyMalformed, AccountNotFound, ActionHeld, ActionRefused, FactorsMissing, Conflict,
    BodyTooLarge, ContentTypeUnsupported, DetailsInvalid, ReturnUrlRefused, IdempotencyKeyReused,
}

/// Open an action
///
/// Asks the policy which factors this takes, and waits for them: 120 seconds where value can leave, 600
/// otherwise. Whatever is not confirmed by then is cancelled by the server; nothing more has to be asked for.
///
/// Send the person's browser to `confirm_url`, or ask for the factors yourself with the operations for codes
/// and proofs. Then look at the action, or hear of it by webhook, and redeem its assertion.
///
/// An action never changes. Another amount, payee or audience is another action with another digest.
///
/// A repeated request with the same `Idempotency-Key` and the same body answers with the same action as it
/// stands then. While no browser has opened the link it holds a new `confirm_url`, and the one before is
/// dead. Refusals are not remembered: the same key may try again.
#[utoipa::path(
    post,
    path = "/v1/actions",
    tag = "Actions",
    params((
        "Idempotency-Key" = String, Header,
        description = "A fresh random value for each new action, such as a UUID.",
        min_length = 1, max_length = 255, example = json!("5f9b2d9e-3f0c-4a53-8d4e-0b8a4c1e7f21"),
    )),
    request_body(content = Open, example = json!({
        "account": "acc_0197cd5f4a007a6ab1c2d3e4f5061728",
        "kind": "withdrawal",
        "details": {
            "amount": "0.05", "asset": "BTC", "network": "bitcoin",
            "address": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        },
        "audience": "https://exchange.example",
        "return_url": "https://exchange.example/return",
        "context": { "new_device": false, "region": "GB", "sim_changed": "no" },
    })),
    responses(
        (status = 201, description = "The action waits to be confirmed.", body = ActionBody,
            example = json!(sample_with_link())),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn open_action(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    key: IdempotencyKey,
    Body(input): Body<Open>,
) -> Result<Answer<ActionBody>, Problem> {
    let locale = input.locale.unwrap_or_default();
    let new = NewAction {
        account_id: input.account,
        kind: input.kind,
        details: ActionDetails(input.details),
        audience: input.audience,
        return_url: input.return_url,
        context: input.context,
        caller: Caller { ip: input.client_ip, locale, actor: Actor::RelyingParty, ..Caller::default() },
        idempotency_key: key.0,
    };
    let now = server.flows().now();
    let (view, link) = match server.flows().open_action(service_id, new).await? {
        ActionOpen::Opened(view, link) => (view, Some(link)),
        ActionOpen::Again(view) => (view, None),
        ActionOpen::Refused(refusal) => return Err(outcomes::action_refused(&refusal, now)),
        ActionOpen::UnknownAccount => return Err(Problem::new(Kind::AccountNotFound).param("account")),
        ActionOpen::KeyReused => return Err(Problem::new(Kind::IdempotencyKeyReused)),
        ActionOpen::Details(problem) => return Err(unusable(problem)),
        ActionOpen::ReturnUrl => return Err(Problem::new(Kind::ReturnUrlRefused).param("return_url")),
    };
    let mut body = ActionBody::from(*view);
    body.confirm_url =
        link.map(|link| format!("{}/confirm/{}?k={}", server.inner.public_url, body.id, link.expose()));
    Ok(Answer(StatusCode::CREATED, body))
}

fn unusable(problem: DetailProblem) -> Problem {
    let invalid = Problem::new(Kind::DetailsInvalid);
    match problem {
        DetailProblem::TooMany => invalid.param("details"),
        DetailProblem::Missing(name) => invalid.param(format!("details.{name}")),
        // A name that is none is what somebody else wrote, and is not told back.
        DetailProblem::Malformed(name) => match name.bytes().all(|b| b == b'_' || b.is_ascii_lowercase()) {
            true => invalid.param(format!("details.{name}")),
            false => invalid.param("details"),
        },
    }
}

fn sample_with_link() -> ActionBody {
    let link = "https://accounts.example/confirm/act_0197cd5f4a007a6ab1c2d3e4f5061728?k=…";
    ActionBody { confirm_url: Some(link.to_owned()), ..sample(ActionStatus::Pending) }
}
