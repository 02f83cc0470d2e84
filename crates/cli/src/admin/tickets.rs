//! `countersign admin tickets` and `admin ticket …`: what the console shows of conversations with holders and does
//! about them, from the same rows. Texts come from standard input, are masked like any other, and stand under
//! nobody's name.

use super::{answer, broken};
use clap::{Args, Subcommand};
use countersign_core::id::{OperatorId, TicketId};
use countersign_core::model::{Actor, Service, Ticket, TicketMessage, TicketStatus};
use countersign_core::ticket::TicketRefusal;
use countersign_flows::{Assigned, Caller, CannedSaved, Flows, TicketFilter, TicketSaid};
use serde_json::{Value, json};
use std::io::Read;

/// What is done about one.
#[derive(Subcommand)]
pub(super) enum TicketAct {
    /// Show it with everything that was said, notes among staff included.
    Show(Target),
    /// Answer it; the text is read from standard input.
    Answer(Target),
    /// Keep a note among staff; the text is read from standard input.
    Note(Target),
    /// Give it to a member of staff, or to nobody.
    Assign {
        #[command(flatten)]
        target: Target,
        /// To whom (`opr_…`); nobody if left out.
        #[arg(long)]
        to: Option<String>,
    },
    /// Mark it as solved.
    Solve(Target),
    /// List the answers that are kept ready.
    Ready,
    /// Keep an answer ready, or replace the one of its name and language; the text is read from standard input.
    ReadySet(Ready),
    /// Take an answer away.
    ReadyRemove(Ready),
}

/// Which answer.
#[derive(Args)]
pub(super) struct Ready {
    /// What staff call it.
    name: String,
    /// Its language.
    #[arg(long)]
    locale: String,
}

/// Which one.
#[derive(Args)]
pub(super) struct Target {
    /// Its id (`tkt_…`).
    id: String,
}

impl Target {
    fn id(&self) -> Result<TicketId, String> {
        self.id.parse().map_err(|_| format!("{:?} is not a ticket's id (tkt_…)", self.id))
    }
}

/// Lists the tickets that are neither solved nor closed, those first whose answer is due first.
pub(super) async fn list(flows: &Flows, service: &Service, as_json: bool) -> Result<(), String> {
    let filter = TicketFilter {
        statuses: [TicketStatus::Open, TicketStatus::Answered],
        topic: None,
        assigned: Assigned::All,
    };
    for ticket in flows.tickets(service.id, filter).await.map_err(broken)? {
        let due = ticket.due_at.map(|due| format!("due {}", due.to_rfc3339())).unwrap_or_default();
        let line = format!("{}  {:8}  {}  {due}", ticket.id, ticket.status.as_str(), ticket.title.0);
        answer(as_json, &ticket_json(&ticket), line.trim_end())?;
    }
    Ok(())
}

fn ticket_json(ticket: &Ticket) -> Value {
    json!({
        "id": ticket.id.to_string(),
        "account_id": ticket.account_id.to_string(),
        "topic": ticket.topic.as_str(),
        "title": ticket.title.0,
        "status": ticket.status.as_str(),
        "assignee": ticket.assignee.map(|id| id.to_string()),
        "signed_out": ticket.access.is_some(),
        "created_at": ticket.created_at.to_rfc3339(),
        "due_at": ticket.due_at.map(|due| due.to_rfc3339()),
    })
}

fn message_json(message: &TicketMessage) -> Value {
    json!({
        "author": message.author.kind(),
        "operator_id": message.author.operator().map(|id| id.to_string()),
        "note": message.is_note,
        "at": message.at.to_rfc3339(),
        "text": message.text.0,
    })
}

/// Does one act.
pub(super) async fn act(
    flows: &Flows,
    service: &Service,
    act: TicketAct,
    as_json: bool,
) -> Result<(), String> {
    let caller = Caller { actor: Actor::CommandLine, ..Caller::default() };
    let (said, told) = match act {
        TicketAct::Show(target) => return show(flows, service, target.id()?, as_json).await,
        TicketAct::Ready => return ready(flows, service, as_json).await,
        TicketAct::ReadySet(ready) => return set_ready(flows, service, &ready, caller, as_json).await,
        TicketAct::ReadyRemove(Ready { name, locale }) => {
            let gone =
                flows.delete_canned_answer(service.id, &name, &locale, caller).await.map_err(broken)?;
            let none = || "there is no answer of this name and language".to_owned();
            let said = json!({"done": true});
            return if gone { answer(as_json, &said, "The answer was taken away.") } else { Err(none()) };
        }
        TicketAct::Answer(target) => {
            let id = target.id()?;
            (flows.answer_ticket(service.id, id, &text()?, caller).await, "The answer was sent.")
        }
        TicketAct::Note(target) => {
            let id = target.id()?;
            (flows.note_ticket(service.id, id, &text()?, caller).await, "The note was kept.")
        }
        TicketAct::Solve(target) => {
            (flows.solve_ticket(service.id, target.id()?, caller).await, "The ticket is solved.")
        }
        TicketAct::Assign { target, to } => {
            let to =
                to.map(|to| to.parse::<OperatorId>().map_err(|_| format!("{to:?} is nobody's id (opr_…)")));
            let to = to.transpose()?;
            (flows.assign_ticket(service.id, target.id()?, to, caller).await, "The ticket was given on.")
        }
    };
    match said.map_err(broken)? {
        TicketSaid::Done => answer(as_json, &json!({"done": true}), told),
        TicketSaid::Gone => Err("there is no such ticket, or nobody with that id who may answer".to_owned()),
        TicketSaid::Refused(refusal) => Err(why(refusal).to_owned()),
    }
}

/// Lists what is kept ready.
async fn ready(flows: &Flows, service: &Service, as_json: bool) -> Result<(), String> {
    for one in flows.canned_answers(service.id).await.map_err(broken)? {
        let line = json!({"name": one.name, "locale": one.locale, "text": one.text});
        answer(as_json, &line, &format!("{}  {}\n{}\n", one.name, one.locale, one.text))?;
    }
    Ok(())
}

async fn set_ready(
    flows: &Flows,
    service: &Service,
    ready: &Ready,
    caller: Caller,
    as_json: bool,
) -> Result<(), String> {
    let saved = flows.save_canned_answer(service.id, &ready.name, &ready.locale, &text()?, caller).await;
    match saved.map_err(broken)? {
        CannedSaved::Done => answer(as_json, &json!({"done": true}), "The answer is kept ready."),
        CannedSaved::Name => Err("the name is empty, or longer than is kept".to_owned()),
        CannedSaved::Locale => Err(format!("{:?} is the tag of no language", ready.locale)),
        CannedSaved::TextMissing => Err(why(TicketRefusal::TextMissing).to_owned()),
        CannedSaved::TextLong => Err(why(TicketRefusal::TextLong).to_owned()),
    }
}

fn why(refusal: TicketRefusal) -> &'static str {
    match refusal {
        TicketRefusal::TextMissing => "nothing was read from standard input; nothing was kept or sent",
        TicketRefusal::TextLong => "the text is longer than a message may be; nothing was kept or sent",
        TicketRefusal::Closed => "the ticket is closed; its holder can open another",
        TicketRefusal::TitleMissing
        | TicketRefusal::TitleLong
        | TicketRefusal::TooManyOpen
        | TicketRefusal::TooManyMessages
        | TicketRefusal::Topic => "it was refused; nothing was changed",
    }
}

async fn show(flows: &Flows, service: &Service, id: TicketId, as_json: bool) -> Result<(), String> {
    let view = flows.ticket_for_staff(service.id, id).await.map_err(broken)?;
    let view = view.ok_or("there is no such ticket")?;
    let mut whole = ticket_json(&view.ticket);
    whole["messages"] = view.messages.iter().map(message_json).collect();
    let mut lines =
        vec![format!("{}  {}  {}", view.ticket.id, view.ticket.status.as_str(), view.ticket.title.0)];
    for message in &view.messages {
        let note = if message.is_note { " (note)" } else { "" };
        lines.push(format!("\n{} {}{note}:", message.at.to_rfc3339(), message.author.kind()));
        lines.push(message.text.0.clone());
    }
    answer(as_json, &whole, &lines.join("\n"))
}

fn text() -> Result<String, String> {
    let mut text = String::new();
    let read = std::io::stdin().take(64 * 1024).read_to_string(&mut text);
    read.map_err(|error| format!("the text: {error}"))?;
    Ok(text)
}
