//! Actions as a resource: what the relying party sees of one, and what it can do with it. Never a code, and
//! the link to the page only in the answer that made it.

pub(super) mod cancel;
pub(super) mod look;
pub(super) mod open;
pub(super) mod prove;
pub(super) mod send_code;

use super::answer::rfc3339;
use super::problem::Problem;
use super::problem::table::Kind;
use super::schema;
use crate::state::Server;
use countersign_flows::ActionView;
use countersign_flows::core::id::{ActionId, ServiceId};
use countersign_flows::core::model::{Action, ActionKind, ActionStatus, CancelReason, Factor};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Something that must be authorised by the holder of an account.
#[derive(Serialize, ToSchema)]
#[schema(as = Action)]
pub(crate) struct ActionBody {
    /// Its id.
    #[schema(example = "act_0197cd5f4a007a6ab1c2d3e4f5061728")]
    id: String,
    /// The account that confirms.
    #[schema(example = "acc_0197cd5f4a007a6ab1c2d3e4f5061728")]
    account: String,
    /// What is to be authorised.
    #[schema(value_type = schema::ActionKind)]
    kind: &'static str,
    /// Where it stands. Only `authorised` has an assertion, and only a redeemed assertion lets you carry it
    /// out.
    #[schema(value_type = schema::ActionStatus)]
    status: &'static str,
    /// Why it was cancelled; null if it was not.
    #[schema(value_type = Option<schema::CancelReason>, required)]
    reason: Option<&'static str>,
    /// What is confirmed: SHA-256 over the canonical JSON (RFC 8785) of `account`, `action` (this id),
    /// `audience`, `details`, `kind` and `service` (your service's id), as base64url without padding.
    #[schema(min_length = 43, max_length = 43)]
    digest: String,
    /// Two words made of the digest. The page and the message show the same ones; show them beside the
    /// amount.
    #[schema(example = "ocean tiger")]
    fingerprint: String,
    /// What exactly, as you said it. It never changes.
    details: BTreeMap<String, String>,
    /// Who may act on the assertion: its `aud`.
    #[schema(example = "https://exchange.example")]
    audience: String,
    /// Sets of factors, the preferred one first. Any one of them will do, proved whole.
    #[schema(value_type = Vec<Vec<schema::Factor>>)]
    any_of: Vec<Vec<&'static str>>,
    /// Factors proved so far, in that order.
    #[schema(value_type = Vec<schema::Factor>)]
    proved: Vec<&'static str>,
    /// The version of the policy that decided.
    policy_version: i64,
    /// When it was opened.
    #[schema(format = DateTime)]
    created_at: String,
    /// Until when it can be confirmed. The holder may have been given more time than it began with.
    #[schema(format = DateTime)]
    expires_at: String,
    /// Send the person's browser here. Only in the answer that opened the action; it works once, for the
    /// browser that opens it first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uri")]
    confirm_url: Option<String>,
    /// The signed assertion (compact JWS), while the action is authorised and it can be redeemed.
    #[schema(required)]
    assertion: Option<String>,
    /// Until when the assertion can be redeemed; null until there is one.
    #[schema(format = DateTime, required)]
    assertion_expires_at: Option<String>,
}

impl From<ActionView> for ActionBody {
    fn from(view: ActionView) -> Self {
        let action = view.action;
        let names = |factors: &Vec<Factor>| factors.iter().map(|factor| factor.as_str()).collect();
        Self {
            id: action.id.to_string(),
            account: action.account_id.to_string(),
            kind: action.kind.as_str(),
            status: action.status.as_str(),
            reason: action.reason.map(CancelReason::as_str),
            digest: action.digest.to_text(),
            fingerprint: view.fingerprint,
            details: action.details.0,
            audience: action.audience,
            any_of: action.any_of.iter().map(names).collect(),
            proved: action.proofs.iter().map(|proof| proof.factor.as_str()).collect(),
            policy_version: action.policy_version,
            created_at: rfc3339(action.created_at),
            expires_at: rfc3339(action.deadline),
            confirm_url: None,
            assertion: view.assertion,
            assertion_expires_at: action.assertion_expires_at.map(rfc3339),
        }
    }
}

/// An action that the flows did something with a moment ago, as it stands now.
async fn as_it_stands(server: &Server, service_id: ServiceId, id: ActionId) -> Result<ActionBody, Problem> {
    let found = server.flows().action(service_id, id).await?;
    found.map(ActionBody::from).ok_or_else(|| Problem::new(Kind::ActionNotFound))
}

/// Why nothing could be done with an action: the flows say only that it could not. `otherwise` is the answer
/// for one that is there, open, the relying party's to confirm, and asking for the factor.
async fn out_of_reach(
    server: &Server,
    service_id: ServiceId,
    id: ActionId,
    factor: Factor,
    otherwise: Kind,
) -> Problem {
    match server.flows().action(service_id, id).await {
        Err(error) => error.into(),
        Ok(None) => Problem::new(Kind::ActionNotFound),
        Ok(Some(view)) if view.action.status != ActionStatus::Pending => over(&view.action),
        Ok(Some(view)) if view.action.page.is_some() => Problem::new(Kind::ActionOfPage),
        Ok(Some(view)) => {
            let action = view.action;
            let is_asked = action.any_of.iter().any(|set| set.contains(&factor));
            let is_left = is_asked && !action.proofs.iter().any(|proof| proof.factor == factor);
            Problem::new(if is_left { otherwise } else { Kind::FactorNotAsked })
        }
    }
}

fn over(action: &Action) -> Problem {
    let reason = action.reason.map_or(action.status.as_str(), CancelReason::as_str);
    Problem::new(Kind::ActionOver).reason(reason)
}

/// An example for the description of the operations.
fn sample(status: ActionStatus) -> ActionBody {
    let details = [
        ("amount", "0.05"),
        ("asset", "BTC"),
        ("network", "bitcoin"),
        ("address", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
    ];
    let [totp, trading, passkey] =
        [Factor::Totp, Factor::TradingPassword, Factor::Passkey].map(Factor::as_str);
    let is_done = status == ActionStatus::Authorised;
    let [created_at, expires_at, redeemable_until] =
        ["2025-07-03T00:00:00.000Z", "2025-07-03T00:02:00.000Z", "2025-07-03T00:01:21.219Z"]
            .map(str::to_owned);
    ActionBody {
        id: "act_0197cd5f4a007a6ab1c2d3e4f5061728".to_owned(),
        account: "acc_0197cd5f4a007a6ab1c2d3e4f5061728".to_owned(),
        kind: ActionKind::Withdrawal.as_str(),
        status: status.as_str(),
        reason: (status == ActionStatus::Canceled).then_some(CancelReason::Withdrawn.as_str()),
        digest: "yx85SXyaXYyoAdte3NoLLbMMkxRM1lXiIBYHfqODf5U".to_owned(),
        fingerprint: "ocean tiger".to_owned(),
        details: details.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        audience: "https://exchange.example".to_owned(),
        any_of: vec![vec![totp, trading], vec![passkey, trading]],
        proved: if is_done { vec![trading, totp] } else { Vec::new() },
        policy_version: 1,
        created_at,
        expires_at,
        confirm_url: None,
        assertion: is_done.then(|| "eyJhbGciOiJFZERTQSIsImtpZCI6Ii4uLiJ9.eyJpc3MiOiIuLi4ifQ.c2ln".to_owned()),
        assertion_expires_at: is_done.then_some(redeemable_until),
    }
}
