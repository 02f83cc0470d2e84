//! The rate table: what assets are worth in bitcoin, kept fresh by the relying party, so that the policy
//! knows a large withdrawal from a small one. Never a rule about amounts: the policy has those.

pub(super) mod list;
pub(super) mod set;

use super::answer::rfc3339;
use countersign_flows::core::amount::Rate;
use serde::Serialize;
use utoipa::ToSchema;

/// What one unit of an asset was worth at a time.
#[derive(Serialize, ToSchema)]
#[schema(as = Rate)]
pub(crate) struct RateBody {
    /// The asset, as the details of actions spell it.
    #[schema(example = "ETH")]
    asset: String,
    /// Bitcoin for one of it, as a decimal number.
    #[schema(example = "0.031")]
    btc: String,
    /// When this was so.
    #[schema(format = DateTime)]
    as_of: String,
}

/// Every rate that is kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rates {
    /// By asset.
    data: Vec<RateBody>,
}

impl From<Vec<Rate>> for Rates {
    fn from(rates: Vec<Rate>) -> Self {
        let body = |rate: Rate| RateBody {
            asset: rate.asset,
            btc: rate.btc_per_unit.to_string(),
            as_of: rfc3339(rate.as_of),
        };
        Self { data: rates.into_iter().map(body).collect() }
    }
}

/// An example for the description of the operations.
fn sample() -> Rates {
    let rate = |asset: &str, btc: &str| RateBody {
        asset: asset.to_owned(),
        btc: btc.to_owned(),
        as_of: "2025-07-03T00:00:00.000Z".to_owned(),
    };
    Rates { data: vec![rate("ETH", "0.031"), rate("USDT", "0.0000094")] }
}
