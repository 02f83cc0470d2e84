//! Messages: the newest, those that an operator looks for, and the way of one. A number that is looked for comes in a
//! form's body and never stands in an address (R10).

use super::here;
use crate::console::{Staff, spent};
use crate::web::form::Form;
use crate::web::views::{
    AttemptShown, ConsoleMessage, ConsoleMessages, Fault, Field, MessageRow, MessageShown, Problem,
};
use crate::web::visit::Visit;
use crate::web::words::Address as Shown;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::address::{Address, read_identifier};
use countersign_flows::core::id::MessageId;
use countersign_flows::{AttemptView, FlowError, LookUp, MessageTimeline, MessageView};

/// What the list shows beside its rows.
#[derive(Default)]
struct List {
    route: Option<String>,
    found: Option<Shown>,
    what: Field,
}

/// `GET /console/delivery/messages`
pub(crate) async fn messages(Staff { visit, .. }: Staff) -> Response {
    let route = visit.query("route").filter(|route| !route.is_empty());
    newest(&visit, List { route, ..List::default() }).await
}

async fn newest(visit: &Visit, list: List) -> Response {
    let found = visit.server.flows().newest_messages(visit.server.service_id(), list.route.as_deref()).await;
    show(visit, list, found).await
}

async fn show(visit: &Visit, list: List, found: Result<Vec<MessageView>, FlowError>) -> Response {
    let status = if list.what.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (rows, routes) = match (found, visit.server.flows().routes().await) {
        (Ok(rows), Ok(routes)) => (rows, routes),
        (Err(error), _) | (_, Err(error)) => return visit.broke(error),
    };
    let page = ConsoleMessages {
        layout: visit.layout(&here(visit)),
        routes: routes.into_iter().map(|route| route.name).collect(),
        route: list.route,
        rows: rows.into_iter().map(row).collect(),
        found: list.found,
        what: list.what,
    };
    visit.page(status, &page)
}

/// `POST /console/delivery/messages`
pub(crate) async fn find(Staff { visit, .. }: Staff, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let typed = sent.get("what").trim();
    if let Ok(id) = typed.parse::<MessageId>() {
        return match visit.server.flows().message_timeline(visit.server.service_id(), id).await {
            Err(error) => visit.broke(error),
            Ok(Some(_)) => visit.redirect(&format!("/console/delivery/messages/{id}")),
            Ok(None) => newest(&visit, wrong(&sent.shown("what"), Problem::MessageUnknown)).await,
        };
    }
    match read_identifier(typed, None) {
        Ok(address) => found_at(&visit, &address).await,
        Err(_) => newest(&visit, wrong(&sent.shown("what"), Problem::LookUpUnreadable)).await,
    }
}

/// The field again, with what is wrong.
fn wrong(typed: &str, problem: Problem) -> List {
    List { what: Field { value: typed.to_owned(), problem: Some(problem) }, ..List::default() }
}

async fn found_at(visit: &Visit, address: &Address) -> Response {
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let found = match flows.messages_to(service_id, address, &visit.caller()).await {
        Err(error) => return visit.broke(error),
        Ok(LookUp::Spent { until }) => return newest(visit, wrong("", spent(visit, until))).await,
        Ok(LookUp::Answered(found)) => found,
    };
    let list = List { found: Some(Shown::new(address.masked())), ..List::default() };
    show(visit, list, Ok(found)).await
}

/// `GET /console/delivery/messages/{id}`
pub(crate) async fn message(Staff { visit, .. }: Staff, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<MessageId>() else { return visit.fault(Fault::NotFound) };
    match visit.server.flows().message_timeline(visit.server.service_id(), id).await {
        Err(error) => visit.broke(error),
        Ok(None) => visit.fault(Fault::NotFound),
        Ok(Some(timeline)) => {
            let page = ConsoleMessage { layout: visit.layout(visit.uri.path()), message: shown(timeline) };
            visit.page(StatusCode::OK, &page)
        }
    }
}

fn row(view: MessageView) -> MessageRow {
    MessageRow {
        id: view.id.to_string(),
        created_ms: view.created_at.unix_ms(),
        channel: view.channel,
        to: Shown::new(view.to),
        region: view.region,
        purpose: view.purpose,
        status: view.status,
        route: view.route,
    }
}

fn shown(timeline: MessageTimeline) -> MessageShown {
    let MessageTimeline { message, attempts } = timeline;
    MessageShown {
        send: message.send,
        expires_ms: message.expires_at.unix_ms(),
        converted_ms: message.converted_at.map(|at| at.unix_ms()),
        attempts: attempts.into_iter().map(attempt).collect(),
        row: row(message),
    }
}

fn attempt(view: AttemptView) -> AttemptShown {
    AttemptShown {
        route: view.route,
        why: view.why,
        price_micros: view.price_micros,
        status: view.status,
        error: view.error,
        started_ms: view.started_at.unix_ms(),
        updated_ms: view.updated_at.unix_ms(),
        receipt_ms: view.receipt_at.map(|at| at.unix_ms()),
    }
}
