//! `/console/tickets`: conversations with holders, one of them, and answers that are kept ready.

use super::Staff;
use crate::web::evidence::show as show_picture;
use crate::web::form::{Form, Sent};
use crate::web::support::{looked_at, picture_lines, refused};
use crate::web::views::{
    CannedLine, Colleague, ConsoleAnswers, ConsoleTicket, ConsoleTickets, Fault, Field, Problem, SaidLine,
    Speaker, TicketRow, Turn, Whose,
};
use crate::web::visit::Visit;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::id::{OperatorId, TicketId};
use countersign_flows::core::model::{
    Actor, CannedAnswer, EvidenceOwner, Operator, Ticket, TicketStatus, TicketTopic,
};
use countersign_flows::core::ticket::{TEXT_LENGTH_MAX, TITLE_LENGTH_MAX};
use countersign_flows::{Assigned, CannedSaved, FlowError, SignedInOperator, TicketFilter, TicketSaid};

const LIST: &str = "/console/tickets";

fn row(ticket: &Ticket, team: &[Operator], visit: &Visit) -> TicketRow {
    let name = |id: OperatorId| {
        let found = team.iter().find(|operator| operator.id == id);
        found.map_or_else(|| id.to_string(), |operator| operator.email.masked())
    };
    TicketRow {
        id: ticket.id.to_string(),
        title: ticket.title.0.clone(),
        topic: ticket.topic,
        status: ticket.status,
        due_at_ms: ticket.due_at.map(|due| due.unix_ms()),
        late: ticket.is_late(visit.server.flows().now()),
        assignee: ticket.assignee.map(name),
        unread: ticket.is_unread_by_staff(),
        updated_at_ms: ticket.updated_at.unix_ms(),
    }
}

/// `GET /console/tickets`
pub(crate) async fn list(Staff { visit, signed_in }: Staff) -> Response {
    match listed(&visit, &signed_in).await {
        Ok(page) => visit.page(StatusCode::OK, &page),
        Err(error) => visit.broke(error),
    }
}

async fn listed(visit: &Visit, signed_in: &SignedInOperator) -> Result<ConsoleTickets, FlowError> {
    let asked = |name: &str| visit.query(name).unwrap_or_default();
    let (turn, whose) = (Turn::named(&asked("turn")), Whose::named(&asked("who")));
    let topic = TicketTopic::from_text(&asked("topic"));
    let statuses = match turn {
        Turn::Staff => [TicketStatus::Open, TicketStatus::Open],
        Turn::Holder => [TicketStatus::Answered, TicketStatus::Answered],
        Turn::Over => [TicketStatus::Solved, TicketStatus::Closed],
    };
    let assigned = match whose {
        Whose::All => Assigned::All,
        Whose::Nobody => Assigned::Nobody,
        Whose::Mine => Assigned::One(signed_in.operator.id),
    };
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let found = flows.tickets(service_id, TicketFilter { statuses, topic, assigned }).await?;
    let team = flows.ticket_staff(service_id).await?;
    let waiting = flows.tickets_waiting(service_id).await?;
    let mut here = format!("{LIST}?turn={}&who={}", turn.name(), whose.name());
    if let Some(topic) = topic {
        here = format!("{here}&topic={}", topic.as_str());
    }
    Ok(ConsoleTickets {
        layout: visit.layout(&here),
        turn,
        whose,
        topic,
        waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        rows: found.iter().map(|ticket| row(ticket, &team, visit)).collect(),
    })
}

/// Those in the holder's language first.
fn canned_for(locale: &str, answers: Vec<CannedAnswer>) -> Vec<CannedLine> {
    let mut lines: Vec<CannedLine> = answers.into_iter().map(canned_line).collect();
    lines.sort_by_key(|line| line.locale != locale);
    lines
}

fn canned_line(answer: CannedAnswer) -> CannedLine {
    CannedLine { name: answer.name, locale: answer.locale, text: answer.text }
}

async fn show(visit: &Visit, signed_in: &SignedInOperator, id: TicketId, text: Field) -> Response {
    match drawn(visit, signed_in, id, text).await {
        Ok(Some(page)) => {
            let wrong = page.text.problem.is_some();
            visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
        }
        Ok(None) => visit.fault(Fault::NotFound),
        Err(error) => visit.broke(error),
    }
}

async fn drawn(
    visit: &Visit,
    signed_in: &SignedInOperator,
    id: TicketId,
    text: Field,
) -> Result<Option<ConsoleTicket>, FlowError> {
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let Some(view) = flows.ticket_for_staff(service_id, id).await? else { return Ok(None) };
    let pictures = flows.evidence_of(service_id, EvidenceOwner::Ticket(id)).await?;
    let team = flows.ticket_staff(service_id).await?;
    let canned = canned_for(&view.ticket.locale, flows.canned_answers(service_id).await?);
    let name = |author: Actor| match author {
        Actor::Holder => Speaker::Holder,
        other => Speaker::Staff(other.operator().map(|id| {
            let found = team.iter().find(|operator| operator.id == id);
            found.map_or_else(|| id.to_string(), |operator| operator.email.masked())
        })),
    };
    let said = view.messages.iter().map(|message| SaidLine {
        by: name(message.author),
        is_note: message.is_note,
        text: message.text.0.clone(),
        at_ms: message.at.unix_ms(),
    });
    let colleague =
        |operator: &Operator| Colleague { id: operator.id.to_string(), name: operator.email.masked() };
    Ok(Some(ConsoleTicket {
        layout: visit.layout(&format!("{LIST}/{id}")),
        ticket: row(&view.ticket, &team, visit),
        account: view.ticket.account_id.to_string(),
        locale: view.ticket.locale.clone(),
        signed_out: view.ticket.access.is_some(),
        is_told: view.is_told,
        said: said.collect(),
        pictures: picture_lines(&pictures, &format!("{LIST}/{id}")),
        text,
        canned,
        colleagues: team.iter().map(colleague).collect(),
        me: signed_in.operator.id.to_string(),
        assignee: view.ticket.assignee.map(|id| id.to_string()),
    }))
}

/// `GET /console/tickets/{id}`
pub(crate) async fn ticket(Staff { visit, signed_in }: Staff, Path(id): Path<String>) -> Response {
    match id.parse() {
        Ok(id) => show(&visit, &signed_in, id, Field::default()).await,
        Err(_) => visit.fault(Fault::NotFound),
    }
}

/// `GET /console/tickets/{id}/evidence/{evidence}`: a picture that a holder sent; who looked is written down.
pub(crate) async fn picture(
    Staff { visit, .. }: Staff,
    Path((id, evidence)): Path<(String, String)>,
) -> Response {
    match (id.parse::<TicketId>(), evidence.parse()) {
        (Ok(id), Ok(evidence)) => show_picture(&visit, EvidenceOwner::Ticket(id), evidence).await,
        _ => visit.fault(Fault::NotFound),
    }
}

/// `POST /console/tickets/{id}`
pub(crate) async fn act(Staff { visit, signed_in }: Staff, Path(id): Path<String>, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let Ok(id) = id.parse::<TicketId>() else { return visit.fault(Fault::NotFound) };
    match sent.get("act") {
        "answer" | "note" => say(&visit, &signed_in, id, &sent).await,
        "insert" => insert(&visit, &signed_in, id, &sent).await,
        "solve" => {
            let solved = visit.server.flows().solve_ticket(visit.server.service_id(), id, visit.caller());
            ended(&visit, id, solved.await, "ticket-solved")
        }
        "take" => assign(&visit, id, Some(signed_in.operator.id)).await,
        "assign" => match sent.get("to") {
            "" => assign(&visit, id, None).await,
            to => match to.parse() {
                Ok(to) => assign(&visit, id, Some(to)).await,
                Err(_) => visit.fault(Fault::NotFound),
            },
        },
        _ => visit.fault(Fault::NotFound),
    }
}

async fn say(visit: &Visit, signed_in: &SignedInOperator, id: TicketId, sent: &Sent) -> Response {
    let text = looked_at(sent.get("text"));
    if text.problem.is_some() {
        return show(visit, signed_in, id, text).await;
    }
    let (flows, service_id, caller) = (visit.server.flows(), visit.server.service_id(), visit.caller());
    let is_note = sent.get("act") == "note";
    let said = if is_note {
        flows.note_ticket(service_id, id, &text.value, caller).await
    } else {
        flows.answer_ticket(service_id, id, &text.value, caller).await
    };
    match said {
        Ok(TicketSaid::Refused(refusal)) => {
            let text = Field { value: text.value, problem: Some(refused(refusal)) };
            show(visit, signed_in, id, text).await
        }
        other => ended(visit, id, other, if is_note { "note-saved" } else { "message-sent" }),
    }
}

/// Without a script: the chosen answer goes below what was typed already.
async fn insert(visit: &Visit, signed_in: &SignedInOperator, id: TicketId, sent: &Sent) -> Response {
    let answers = match visit.server.flows().canned_answers(visit.server.service_id()).await {
        Ok(answers) => answers,
        Err(error) => return visit.broke(error),
    };
    let mut lines = answers.into_iter().map(canned_line);
    let chosen = lines.find(|line| line.value() == sent.get("canned")).map(|line| line.text);
    let typed = sent.get("text").trim_end();
    let value = match chosen {
        Some(text) if typed.is_empty() => text,
        Some(text) => format!("{typed}\n\n{text}"),
        None => typed.to_owned(),
    };
    show(visit, signed_in, id, Field { value, problem: None }).await
}

async fn assign(visit: &Visit, id: TicketId, to: Option<OperatorId>) -> Response {
    let service_id = visit.server.service_id();
    let assigned = visit.server.flows().assign_ticket(service_id, id, to, visit.caller()).await;
    ended(visit, id, assigned, "ticket-assigned")
}

fn ended(visit: &Visit, id: TicketId, said: Result<TicketSaid, FlowError>, notice: &str) -> Response {
    match said {
        Ok(TicketSaid::Done | TicketSaid::Refused(_)) => {
            visit.redirect(&format!("{LIST}/{id}?notice={notice}"))
        }
        Ok(TicketSaid::Gone) => visit.fault(Fault::NotFound),
        Err(error) => visit.broke(error),
    }
}

/// `GET /console/tickets/answers`
pub(crate) async fn answers(Staff { visit, .. }: Staff) -> Response {
    let locale = Field { value: visit.words.tag().to_owned(), problem: None };
    show_answers(&visit, Field::default(), locale, Field::default()).await
}

async fn show_answers(visit: &Visit, name: Field, locale: Field, text: Field) -> Response {
    let answers = match visit.server.flows().canned_answers(visit.server.service_id()).await {
        Ok(answers) => answers.into_iter().map(canned_line).collect(),
        Err(error) => return visit.broke(error),
    };
    let wrong = [&name, &locale, &text].iter().any(|field| field.problem.is_some());
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let layout = visit.layout("/console/tickets/answers");
    visit.page(status, &ConsoleAnswers { layout, answers, name, locale, text })
}

/// `POST /console/tickets/answers`
pub(crate) async fn write_answer(Staff { visit, .. }: Staff, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let (name, locale) = (sent.get("name"), sent.get("locale"));
    let field = |value: &str, problem| Field { value: value.to_owned(), problem };
    match sent.get("act") {
        "delete" => match flows.delete_canned_answer(service_id, name, locale, visit.caller()).await {
            // Gone already is gone.
            Ok(_) => visit.redirect("/console/tickets/answers?notice=text-deleted"),
            Err(error) => visit.broke(error),
        },
        "edit" => {
            let found = match flows.canned_answers(service_id).await {
                Ok(answers) => answers.into_iter().find(|one| one.name == name && one.locale == locale),
                Err(error) => return visit.broke(error),
            };
            let text = found.map(|answer| answer.text).unwrap_or_default();
            show_answers(&visit, field(name, None), field(locale, None), field(&text, None)).await
        }
        _ => {
            let text = looked_at(sent.get("text"));
            if text.problem.is_some() {
                return show_answers(&visit, field(name, None), field(locale, None), text).await;
            }
            let saved = flows.save_canned_answer(service_id, name, locale, &text.value, visit.caller()).await;
            let limit = |characters| u32::try_from(characters).unwrap_or(u32::MAX);
            let long = Problem::TicketTextLong { characters_max: limit(TEXT_LENGTH_MAX) };
            let unnamed = Problem::CannedName { characters_max: limit(TITLE_LENGTH_MAX) };
            let (of_name, of_locale, of_text) = match saved {
                Err(error) => return visit.broke(error),
                Ok(CannedSaved::Done) => {
                    return visit.redirect("/console/tickets/answers?notice=text-saved");
                }
                Ok(CannedSaved::Name) => (Some(unnamed), None, None),
                Ok(CannedSaved::Locale) => (None, Some(Problem::LocaleUnreadable), None),
                Ok(CannedSaved::TextMissing) => (None, None, Some(Problem::TicketTextMissing)),
                Ok(CannedSaved::TextLong) => (None, None, Some(long)),
            };
            show_answers(&visit, field(name, of_name), field(locale, of_locale), field(&text.value, of_text))
                .await
        }
    }
}
