//! What operators do: pause, drain and resume a route, and send a test message over it.

use super::{Trouble, show_route};
use crate::console::Staff;
use crate::web::form::Form;
use crate::web::views::{Field, Notice, Problem, route_path};
use crate::web::words::Moment;
use axum::extract::Path;
use axum::response::Response;
use countersign_flows::TestSend;
use countersign_flows::core::address::read_identifier;
use countersign_flows::core::route::RouteWish;

/// A reason longer than this is not read by anybody.
const REASON_MAX: u32 = 300;

/// `POST /console/delivery/routes/{name}/wish`
pub(crate) async fn wish(staff: Staff, Path(name): Path<String>, form: Form) -> Response {
    let visit = &staff.visit;
    let sent = match form.open(visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let Some(wish) = RouteWish::from_text(sent.get("wish")) else {
        return show_route(visit, &name, Trouble::default()).await;
    };
    let reason = sent.get("reason").trim();
    let problem = match reason.chars().count() {
        0 => Some(Problem::ReasonMissing),
        length if length > REASON_MAX as usize => Some(Problem::ReasonLong { characters_max: REASON_MAX }),
        _ => None,
    };
    if problem.is_some() {
        let refused = Some((wish, Field { value: sent.shown("reason"), problem }));
        return show_route(visit, &name, Trouble { refused, ..Trouble::default() }).await;
    }
    let flows = visit.server.flows();
    match flows.routes().await {
        Err(error) => return visit.broke(error),
        Ok(routes) if routes.iter().any(|route| route.name == name) => {}
        Ok(_) => return show_route(visit, &name, Trouble::default()).await,
    }
    match flows.set_route_wish(visit.server.service_id(), &visit.caller(), &name, wish, reason).await {
        Err(error) => visit.broke(error),
        Ok(()) => {
            let notice = match wish {
                RouteWish::Active => Notice::RouteActive,
                RouteWish::Paused => Notice::RoutePaused,
                RouteWish::Drained => Notice::RouteDrained,
            };
            visit.redirect(&format!("{}?notice={}", route_path(&name), notice.name()))
        }
    }
}

/// `POST /console/delivery/routes/{name}/test`
pub(crate) async fn test(staff: Staff, Path(name): Path<String>, form: Form) -> Response {
    let visit = &staff.visit;
    let sent = match form.open(visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let typed = sent.shown("to");
    let at_field = |problem| {
        let to = Field { value: typed.clone(), problem: Some(problem) };
        show_route(visit, &name, Trouble { to, ..Trouble::default() })
    };
    let Ok(to) = read_identifier(sent.get("to"), None) else { return at_field(Problem::AddressUnfit).await };
    let flows = visit.server.flows();
    let service_id = visit.server.service_id();
    let (caller, locale) = (visit.caller(), visit.words.tag());
    match flows.test_send(service_id, &caller, &name, to, locale).await {
        Err(error) => visit.broke(error),
        Ok(TestSend::Asked(id)) => {
            visit.redirect(&format!("/console/delivery/messages/{id}?notice={}", Notice::TestSent.name()))
        }
        Ok(TestSend::Unfit) => at_field(Problem::AddressUnfit).await,
        Ok(TestSend::Capped(hit)) => {
            let until = Moment::near(hit.until.unix_ms(), visit.now_ms());
            at_field(Problem::CapReached { until }).await
        }
        Ok(TestSend::Elsewhere) => {
            let trouble = Trouble { problem: Some(Problem::RouteElsewhere), ..Trouble::default() };
            show_route(visit, &name, trouble).await
        }
    }
}
