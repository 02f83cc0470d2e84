//! "Is this number blocked, and why?" A number that was found is never shown again in the field: it would stand on the
//! screen in full.

use crate::console::{Staff, spent};
use crate::web::form::Form;
use crate::web::views::{ConsoleNumbers, Field, Problem, message_row};
use crate::web::visit::Visit;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::address::{Address, read_identifier};
use countersign_flows::{LookUp, NumberReport};

/// `GET /console/numbers`
pub(crate) async fn form(Staff { visit, .. }: Staff) -> Response {
    show(&visit, Field::default(), None)
}

fn show(visit: &Visit, number: Field, report: Option<NumberReport>) -> Response {
    let status = if number.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut report = report;
    let messages = report.as_mut().map(|report| std::mem::take(&mut report.messages)).unwrap_or_default();
    let page = ConsoleNumbers {
        layout: visit.layout("/console/numbers"),
        number,
        report,
        messages: messages.into_iter().map(message_row).collect(),
    };
    visit.page(status, &page)
}

/// `POST /console/numbers`
pub(crate) async fn look_up(Staff { visit, .. }: Staff, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    // The command bar hands its own form on, whose field is called otherwise.
    let name = if sent.given("number").is_some() { "number" } else { "what" };
    let typed = sent.get(name).trim();
    let Ok(Address::Phone(number)) = read_identifier(typed, None) else {
        let problem = Some(if typed.is_empty() { Problem::NumberMissing } else { Problem::NumberUnreadable });
        return show(&visit, Field { value: sent.shown(name), problem }, None);
    };
    match visit.server.flows().look_up_number(visit.server.service_id(), &number, &visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(LookUp::Answered(report)) => show(&visit, Field::default(), Some(report)),
        Ok(LookUp::Spent { until }) => {
            show(&visit, Field { problem: Some(spent(&visit, until)), ..Field::default() }, None)
        }
    }
}
