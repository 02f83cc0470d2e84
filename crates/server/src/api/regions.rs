//! `GET /v1/regions`: the regions of the numbering plan, for a country picker.

use super::answer::Answer;
use super::key::RelyingParty;
use super::problem::table::Kind;
use super::problem::{Problem, errors};
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use countersign_flows::core::numbers::{Region, search_regions};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which regions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// What a person typed: a name in English or in its own language, an ISO 3166-1 code or a calling code.
    /// The best fit stands first. All regions by English name without it.
    #[param(max_length = 64, example = "thai")]
    search: Option<String>,
}

/// A region of the numbering plan.
#[derive(Serialize, ToSchema)]
#[schema(as = Region)]
pub(crate) struct RegionBody {
    /// ISO 3166-1 code, or one of the plan's few additions (`AC`, `TA`, `XK`).
    #[schema(example = "TH")]
    code: String,
    /// Name in English.
    #[schema(example = "Thailand")]
    name: &'static str,
    /// Name in its own most spoken official language.
    #[schema(example = "ไทย")]
    local_name: &'static str,
    /// Calling code. Some regions share one.
    #[schema(example = 66)]
    calling_code: u16,
    /// A typical mobile number, written nationally.
    #[schema(required, example = "081 234 5678")]
    example: Option<&'static str>,
}

/// All regions that were asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Regions {
    /// Best fit first, or by English name.
    data: Vec<RegionBody>,
}

fn listed(regions: impl IntoIterator<Item = &'static Region>) -> Regions {
    let body = |region: &Region| RegionBody {
        code: region.code.to_string(),
        name: region.name,
        local_name: region.local_name,
        calling_code: region.calling_code,
        example: region.example,
    };
    Regions { data: regions.into_iter().map(body).collect() }
}

errors! { Errors: ParamUnknown, ParamInvalid }

/// List regions
///
/// The regions that a phone number can belong to, with names, calling codes and an example of what people
/// type there.
#[utoipa::path(
    get,
    path = "/v1/regions",
    tag = "Numbers",
    params(Search),
    responses(
        (status = 200, description = "The regions.", body = Regions,
            example = json!(listed(search_regions("thai")))),
        Errors,
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn list_regions(
    _caller: RelyingParty,
    query: Result<Query<Search>, QueryRejection>,
) -> Result<Answer<Regions>, Problem> {
    let Ok(Query(query)) = query else {
        return Err(
            Problem::new(Kind::ParamUnknown).detail("The query takes `search`, once, and nothing else.")
        );
    };
    let search = query.search.unwrap_or_default();
    if search.chars().nth(64).is_some() {
        let detail = "It takes at most 64 characters.";
        return Err(Problem::new(Kind::ParamInvalid).param("search").detail(detail));
    }
    Ok(Answer::ok(listed(search_regions(&search))))
}
