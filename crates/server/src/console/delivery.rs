//! `/console/delivery…`: how routes stand and do, countries, refusals, messages; and what operators do about them.
//! Facts come from the flows as they were judged; every act needs a reason and is an entry of what happened.

mod acts;
mod messages;

pub(crate) use acts::{test, wish};
pub(crate) use messages::{find, message, messages};

use super::Staff;
use crate::web::views::{
    CellShown, ConsoleCountries, ConsoleErrors, ConsoleRoute, ConsoleRoutes, ErrorRow, Fault, Field,
    LiveShown, PlaceRow, Problem, RouteShown, route_path,
};
use crate::web::visit::Visit;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::route::{Carries, RouteWish};
use countersign_flows::{DeliveryWindow, FlowError, Flows, LiveState, RouteView};

/// `GET /console/delivery`
pub(crate) async fn routes(Staff { visit, .. }: Staff) -> Response {
    match visit.server.flows().routes().await {
        Err(error) => visit.broke(error),
        Ok(routes) => {
            let routes = routes.iter().map(shown).collect();
            visit.page(StatusCode::OK, &ConsoleRoutes { layout: visit.layout("/console/delivery"), routes })
        }
    }
}

/// Every route as it stands, for the first page.
pub(super) async fn shown_routes(flows: &Flows) -> Result<Vec<RouteShown>, FlowError> {
    Ok(flows.routes().await?.iter().map(shown).collect())
}

/// `GET /console/delivery/routes/{name}`
pub(crate) async fn route(Staff { visit, .. }: Staff, Path(name): Path<String>) -> Response {
    show_route(&visit, &name, Trouble::default()).await
}

/// What is wrong with what an operator sent.
#[derive(Default)]
struct Trouble {
    refused: Option<(RouteWish, Field)>,
    to: Field,
    problem: Option<Problem>,
}

async fn show_route(visit: &Visit, name: &str, trouble: Trouble) -> Response {
    match page_of(visit, name, trouble).await {
        Err(error) => visit.broke(error),
        Ok(None) => visit.fault(Fault::NotFound),
        Ok(Some(page)) => {
            let wrong = page.problem.is_some() || page.to.problem.is_some() || page.refused.is_some();
            visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
        }
    }
}

async fn page_of(visit: &Visit, name: &str, trouble: Trouble) -> Result<Option<ConsoleRoute>, FlowError> {
    let flows = visit.server.flows();
    let routes = flows.routes().await?;
    let Some(view) = routes.iter().find(|route| route.name == name) else { return Ok(None) };
    let channel = view.live.as_ref().map(|live| live.channel);
    let waiting = match channel {
        Some(channel) => flows.messages_waiting(channel).await?,
        None => 0,
    };
    let carries_too = |route: &&RouteView| {
        let same = channel.is_some() && route.live.as_ref().map(|live| live.channel) == channel;
        same && route.name != name && route.wish == RouteWish::Active
    };
    let mut places: Vec<PlaceRow> = view
        .places
        .iter()
        .map(|(region, cell)| PlaceRow {
            region: region.clone(),
            recent: cell.recent.clone(),
            settled: cell.settled.clone(),
        })
        .collect();
    places.sort_by_key(|place| std::cmp::Reverse(place.settled.sent.max(place.recent.sent)));
    Ok(Some(ConsoleRoute {
        layout: visit.layout(&route_path(name)),
        route: shown(view),
        waiting,
        others: routes.iter().filter(carries_too).map(|route| route.name.clone()).collect(),
        places,
        refused: trouble.refused,
        to: trouble.to,
        problem: trouble.problem,
    }))
}

fn shown(view: &RouteView) -> RouteShown {
    let live = view.live.as_ref();
    RouteShown {
        name: view.name.clone(),
        kind: live.map(|live| live.kind.to_owned()).unwrap_or_default(),
        channel: live.map(|live| live.channel),
        live: match live.map(|live| &live.state) {
            Some(LiveState::Up) => LiveShown::Up,
            Some(LiveState::Connecting) => LiveShown::Connecting,
            Some(LiveState::Down { reason }) => LiveShown::Down { reason: reason.clone() },
            None => LiveShown::Elsewhere,
        },
        in_flight: live.map_or(0, |live| live.in_flight),
        has_receipts: live.is_none_or(|live| live.has_receipts),
        wish: view.wish,
        reason: view.reason.clone(),
        breaker: view.breaker,
        shut: view.shut.clone(),
        recent: view.recent.clone(),
        settled: view.settled.clone(),
        doubts: view.doubts.clone(),
        prices_micros: live.map(|live| prices(&live.carries)),
    }
}

/// The lowest and the highest price of a message.
fn prices(carries: &Carries) -> (u64, u64) {
    let all = || carries.prices_micros.values().copied().chain([carries.price_micros]);
    (all().min().unwrap_or(0), all().max().unwrap_or(0))
}

/// The window that the address asks for; the one given for anything else.
fn window(visit: &Visit, usual: DeliveryWindow) -> DeliveryWindow {
    visit.query("window").and_then(|name| DeliveryWindow::from_text(&name)).unwrap_or(usual)
}

fn here(visit: &Visit) -> String {
    visit.uri.path_and_query().map_or("/console/delivery", |here| here.as_str()).to_owned()
}

/// `GET /console/delivery/countries`
pub(crate) async fn countries(Staff { visit, .. }: Staff) -> Response {
    let window = window(&visit, DeliveryWindow::TwoHours);
    match visit.server.flows().delivery_matrix(window).await {
        Err(error) => visit.broke(error),
        Ok(cells) => {
            let cell = |cell: countersign_flows::DeliveryCell| CellShown {
                route: cell.route,
                region: cell.region,
                counts: cell.counts,
                settled: cell.settled,
            };
            let cells = cells.into_iter().map(cell).collect();
            let page = ConsoleCountries { layout: visit.layout(&here(&visit)), window, cells };
            visit.page(StatusCode::OK, &page)
        }
    }
}

/// `GET /console/delivery/errors`
pub(crate) async fn errors(Staff { visit, .. }: Staff) -> Response {
    let window = window(&visit, DeliveryWindow::Day);
    let flows = visit.server.flows();
    let live = flows.routes_live();
    let kind_of = |route: &str| live.iter().find(|live| live.name == route).map_or("", |live| live.kind);
    match flows.delivery_errors(window).await {
        Err(error) => visit.broke(error),
        Ok(found) => {
            let row = |one: countersign_flows::ErrorCount| ErrorRow {
                kind: kind_of(&one.route).to_owned(),
                route: one.route,
                code: one.error,
                count: one.count,
            };
            let rows = found.into_iter().map(row).collect();
            visit.page(StatusCode::OK, &ConsoleErrors { layout: visit.layout(&here(&visit)), window, rows })
        }
    }
}
