//! `GET /v1/accounts/{id}/holds`: what keeps value from leaving an account.

use crate::api::answer::{Answer, rfc3339};
use crate::api::body::Id;
use crate::api::key::RelyingParty;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::api::schema;
use crate::state::Server;
use axum::extract::State;
use countersign_flows::Holds;
use countersign_flows::core::id::AccountId;
use countersign_flows::core::model::{Hold, HoldCause};
use serde::Serialize;
use utoipa::ToSchema;

/// The holds on an account.
#[derive(Serialize, ToSchema)]
#[schema(as = Holds)]
pub(crate) struct HoldsBody {
    /// Those that are not over, the earliest begun first.
    data: Vec<HoldBody>,
    /// Until when nothing leaves: the latest of their ends. Null when nothing is held.
    #[schema(format = DateTime, required)]
    exits_held_until: Option<String>,
}

/// A time before which value does not leave.
#[derive(Serialize, ToSchema)]
#[schema(as = Hold)]
pub(crate) struct HoldBody {
    /// The change that it began with.
    #[schema(value_type = schema::HoldCause)]
    cause: &'static str,
    /// When the change took effect.
    #[schema(format = DateTime)]
    starts_at: String,
    /// When it ends. Nobody can shorten it.
    #[schema(format = DateTime)]
    ends_at: String,
}

impl From<Holds> for HoldsBody {
    fn from(holds: Holds) -> Self {
        let body = |hold: &Hold| HoldBody {
            cause: hold.cause.as_str(),
            starts_at: rfc3339(hold.starts_at),
            ends_at: rfc3339(hold.ends_at),
        };
        Self {
            data: holds.all.iter().map(body).collect(),
            exits_held_until: holds.in_force.map(|hold| rfc3339(hold.ends_at)),
        }
    }
}

errors! { Errors: AccountNotFound }

/// List an account's holds
///
/// After a change of its security settings value does not leave an account for a while: withdrawals, sales,
/// keys and every other exit are refused with `action_held`. Show the person the end before they fill in a
/// form.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}/holds",
    tag = "Accounts",
    params(("id" = String, Path, description = "Id of the account.",
        example = json!("acc_0197cd5f4a007a6ab1c2d3e4f5061728"))),
    responses(
        (status = 200, description = "The holds.", body = HoldsBody, example = json!(sample())),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn list_holds(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Id(id): Id<AccountId>,
) -> Result<Answer<HoldsBody>, Problem> {
    let found = server.flows().holds(service_id, id).await?;
    found.map(|holds| Answer::ok(holds.into())).ok_or_else(|| Problem::new(Kind::AccountNotFound))
}

fn sample() -> HoldsBody {
    let ends_at = "2025-07-04T00:00:00.000Z";
    let hold = HoldBody {
        cause: HoldCause::PhoneChanged.as_str(),
        starts_at: "2025-07-03T00:00:00.000Z".to_owned(),
        ends_at: ends_at.to_owned(),
    };
    HoldsBody { data: vec![hold], exits_held_until: Some(ends_at.to_owned()) }
}
