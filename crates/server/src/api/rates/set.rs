//! `PUT /v1/rates`: say what assets are worth now.

use super::{Rates, sample};
use crate::api::answer::Answer;
use crate::api::body::{Body, Fields, Input};
use crate::api::key::RelyingParty;
use crate::api::problem::table::Kind;
use crate::api::problem::{Problem, errors};
use crate::state::Server;
use axum::extract::State;
use countersign_flows::core::amount::{Amount, Rate};
use countersign_flows::core::time::{Timestamp, minutes};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Most rates in one request.
const RATES_MAX: usize = 1_000;

/// How far ahead of our clock a rate may be dated: one from next year would shut out every later one.
const AHEAD_MAX: std::time::Duration = minutes(1);

/// What assets are worth.
#[derive(ToSchema)]
#[schema(as = NewRates)]
pub(crate) struct SetRates {
    /// Up to 1000, each asset once.
    #[schema(value_type = Vec<OneRate>, min_items = 1, max_items = 1000)]
    rates: Vec<Rate>,
}

/// What one unit of an asset is worth.
#[derive(ToSchema)]
#[schema(as = NewRate)]
#[allow(dead_code)] // read by the description; the rules have a type of their own
pub(crate) struct OneRate {
    /// The asset, spelled as the details of your actions spell it.
    #[schema(pattern = "^[A-Z0-9]{2,16}$", example = "ETH")]
    asset: String,
    /// Bitcoin for one of it: a decimal number above zero, with at most 18 digits before and after its point.
    #[schema(example = "0.031")]
    btc: String,
    /// When this was so (RFC 3339).
    #[schema(format = DateTime, example = "2025-07-03T00:00:00Z")]
    as_of: String,
}

/// Read by the names of [`OneRate`].
struct Given(Rate);

impl Input for Given {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self(Rate {
            asset: fields.required_value("asset", "It takes 2 to 16 of A-Z and 0-9.", asset)?,
            btc_per_unit: fields.required_value(
                "btc",
                "It takes a decimal number as a string.",
                Amount::parse,
            )?,
            as_of: fields.required_value("as_of", "It takes a time in RFC 3339.", moment)?,
        }))
    }
}

impl Input for SetRates {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        let given = fields.required_objects::<Given>("rates", RATES_MAX)?;
        Ok(Self { rates: given.into_iter().map(|given| given.0).collect() })
    }
}

fn asset(text: &str) -> Option<String> {
    let is_asset = (2..=16).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_asset.then(|| text.to_owned())
}

/// A time as RFC 3339 writes it; its library reads more than that.
fn moment(text: &str) -> Option<Timestamp> {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let (date_time, rest) = shape.split_at_checked(19)?;
    let zone = rest.strip_prefix('.').map_or(rest, |fraction| fraction.trim_start_matches('0'));
    let is_written_so = date_time.eq_ignore_ascii_case("0000-00-00T00:00:00")
        && !rest.starts_with(".Z")
        && (zone.eq_ignore_ascii_case("Z") || ["+00:00", "-00:00"].contains(&zone));
    let read = text.parse::<jiff::Timestamp>().ok().filter(|_| is_written_so)?;
    Some(Timestamp::from_unix_ms(read.as_millisecond()))
}

errors! {
    Errors: BodyMalformed, ParamUnknown, ParamMissing, ParamInvalid, Conflict, BodyTooLarge,
    ContentTypeUnsupported, RateInvalid,
}

/// Set rates
///
/// Keeps the newest rate of every asset in the list and leaves the other assets as they were; one that is
/// older than what is kept changes nothing. All of the list is kept, or none. Safe to repeat.
///
/// Send it every few minutes. An amount whose asset has no rate, or a stale one, counts as above every
/// threshold of the policy: more factors are asked for, and nothing else changes. Bitcoin needs none.
#[utoipa::path(
    put,
    path = "/v1/rates",
    tag = "Rates",
    request_body(content = SetRates, example = json!({ "rates": [
        { "asset": "ETH", "btc": "0.031", "as_of": "2025-07-03T00:00:00Z" },
        { "asset": "USDT", "btc": "0.0000094", "as_of": "2025-07-03T00:00:00Z" },
    ] })),
    responses(
        (status = 200, description = "Every rate that is kept now.", body = Rates, example = json!(sample())),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn set_rates(
    State(server): State<Server>,
    RelyingParty(service_id): RelyingParty,
    Body(input): Body<SetRates>,
) -> Result<Answer<Rates>, Problem> {
    let flows = server.flows();
    sound(&input.rates, flows.now())?;
    flows.set_rates(service_id, input.rates).await?;
    Ok(Answer::ok(flows.rates(service_id).await?.into()))
}

fn sound(rates: &[Rate], now: Timestamp) -> Result<(), Problem> {
    let mut seen = BTreeSet::new();
    for (index, rate) in rates.iter().enumerate() {
        let invalid = |name: &str, reason: &'static str| {
            Err(Problem::new(Kind::RateInvalid).param(format!("rates[{index}].{name}")).reason(reason))
        };
        if rate.btc_per_unit == Amount::default() {
            return invalid("btc", "zero");
        }
        if !seen.insert(rate.asset.as_str()) {
            return invalid("asset", "twice");
        }
        if rate.as_of > now.after(AHEAD_MAX) {
            return invalid("as_of", "ahead");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: `date -u -d … +%s%3N`.
    #[test]
    fn times_are_read_as_rfc_3339_writes_them_and_no_other_way() {
        for (text, unix_ms) in [
            ("2025-07-03T00:00:00Z", 1_751_500_800_000),
            ("2025-07-03t02:00:00.5+02:00", 1_751_500_800_500),
            ("2025-07-02T23:30:00.007999-00:30", 1_751_500_800_007),
            ("1970-01-01T00:00:00.000z", 0),
        ] {
            assert_eq!(moment(text), Some(Timestamp::from_unix_ms(unix_ms)), "{text}");
        }
        for text in [
            "",
            "2025-07-03",
            "2025-07-03T00:00Z",
            "2025-07-03T00:00:00",
            "2025-07-03 00:00:00Z",
            "2025-07-03T00:00:00.Z",
            "2025-07-03T00:00:00,5Z",
            "2025-07-03T00:00:00+02",
            "2025-07-03T00:00:00+0200",
            "2025-07-03T00:00:00+02:00[Europe/Berlin]",
            "2025-02-30T00:00:00Z",
            "2025-07-03T24:00:00Z",
            "+002025-07-03T00:00:00Z",
            "1751500800",
            "2025-07-03T00:00:0€Z",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
