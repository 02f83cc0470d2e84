//! `/console/find`: the command bar. It takes a number, an address or an identifier and leads to its page, if whoever
//! asks may open it. What is not there and what they may not see are one answer. Numbers and addresses travel in the
//! body of the form and never stand in an address (R10): a look-up that takes them is handed the same form.

use super::{Staff, rights, spent};
use crate::web::form::Form;
use crate::web::views::{ConsoleFind, Field, Problem};
use crate::web::visit::Visit;
use axum::http::header::{HeaderValue, LOCATION};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_flows::core::address::{Address, read_identifier};
use countersign_flows::core::id::{AccountId, CaseId, EventId, MessageId, OperatorId, TicketId};
use countersign_flows::core::model::Role;
use countersign_flows::core::time::Timestamp;
use countersign_flows::{Among, FlowError, LookUp, Whose};

/// Where a page is, or which look-up takes the form as it is: those read its field `what`. Or nobody looked, because
/// the hour's look-ups are used up until then.
enum Place {
    Page(String),
    LookUp(&'static str),
    Spent(Timestamp),
}

/// `GET /console/find`
pub(crate) async fn page(Staff { visit, .. }: Staff) -> Response {
    show(&visit, Field::default())
}

fn show(visit: &Visit, what: Field) -> Response {
    let status = if what.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    visit.page(status, &ConsoleFind { layout: visit.layout("/console/find"), what })
}

/// `POST /console/find`
pub(crate) async fn find(Staff { visit, signed_in }: Staff, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let what = sent.get("what").trim();
    match place_of(&visit, &signed_in.operator.roles, what).await {
        Err(error) => visit.broke(error),
        Ok(Some(Place::Page(path))) => visit.redirect(&path),
        Ok(Some(Place::LookUp(path))) => hand_on(path),
        Ok(Some(Place::Spent(until))) => {
            show(&visit, Field { problem: Some(spent(&visit, until)), ..Field::default() })
        }
        Ok(None) => {
            // A number or an address that was looked for is not said again.
            let is_address = read_identifier(what, None).is_ok();
            let value = if is_address { String::new() } else { sent.shown("what") };
            show(&visit, Field { value, problem: Some(Problem::NothingFound) })
        }
    }
}

/// The same form to another page (RFC 9110 section 15.4.8: method and body stay).
fn hand_on(path: &'static str) -> Response {
    let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
    response.headers_mut().insert(LOCATION, HeaderValue::from_static(path));
    response
}

async fn place_of(visit: &Visit, roles: &[Role], typed: &str) -> Result<Option<Place>, FlowError> {
    let page = |path: String| rights::may(roles, &Method::GET, &path).then_some(Place::Page(path));
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    if let Ok(id) = typed.parse::<AccountId>() {
        let Some(place) = page(format!("/console/accounts/{id}")) else { return Ok(None) };
        return Ok(flows.account(service_id, id).await?.map(|_| place));
    }
    if let Ok(id) = typed.parse::<MessageId>() {
        let Some(place) = page(format!("/console/delivery/messages/{id}")) else { return Ok(None) };
        return Ok(flows.message_timeline(service_id, id).await?.map(|_| place));
    }
    if let Ok(id) = typed.parse::<OperatorId>() {
        let Some(place) = page(format!("/console/staff/{id}")) else { return Ok(None) };
        return Ok(flows.staff_member(service_id, id).await?.map(|_| place));
    }
    if let Ok(id) = typed.parse::<CaseId>() {
        return Ok(page(format!("/console/cases/{id}")));
    }
    if let Ok(id) = typed.parse::<TicketId>() {
        return Ok(page(format!("/console/tickets/{id}")));
    }
    if let Ok(id) = typed.parse::<EventId>() {
        return Ok(page(format!("/console/audit/{id}")));
    }
    match read_identifier(typed, None) {
        Ok(address) => by_address(visit, roles, address).await,
        Err(_) => Ok(None),
    }
}

async fn by_address(visit: &Visit, roles: &[Role], address: Address) -> Result<Option<Place>, FlowError> {
    let look_up = |path| rights::may(roles, &Method::POST, path).then_some(Place::LookUp(path));
    if address.phone().is_some()
        && let Some(place) = look_up("/console/numbers")
    {
        return Ok(Some(place));
    }
    let may_see = |path| rights::may(roles, &Method::GET, path);
    let among = Among { accounts: may_see("/console/accounts/{id}"), staff: may_see("/console/staff/{id}") };
    if among.accounts || among.staff {
        let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
        match flows.look_up_address(service_id, address, among, &visit.caller()).await? {
            LookUp::Spent { until } => return Ok(Some(Place::Spent(until))),
            LookUp::Answered(Some(whose)) => return Ok(Some(Place::Page(page_of(whose)))),
            LookUp::Answered(None) => {}
        }
    }
    Ok(look_up("/console/delivery/messages"))
}

fn page_of(whose: Whose) -> String {
    match whose {
        Whose::Account(id) => format!("/console/accounts/{id}"),
        Whose::Operator(id) => format!("/console/staff/{id}"),
    }
}
