//! Staff's side: what waits, a conversation with the notes that only staff see, answering, giving it to somebody,
//! saying that it is done. Every act is an entry with whoever did it; reading one is none.

use super::{LIST_MAX, TicketSaid, TicketView};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::Decision;
use countersign_core::id::{OperatorId, ServiceId, TicketId};
use countersign_core::model::*;
use countersign_core::staff;
use countersign_core::ticket;
use countersign_storage::tables::tickets::TicketFilter;
use countersign_storage::tables::{accounts, operators, tickets};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

impl Flows {
    /// The tickets that a list shows, those first whose promised answer is due first; at most 200.
    pub async fn tickets(
        &self,
        service_id: ServiceId,
        filter: TicketFilter,
    ) -> Result<Vec<Ticket>, FlowError> {
        self.read(List { kit: self.kit.clone(), service_id, filter }).await
    }

    /// Tickets that wait for an answer of staff.
    pub async fn tickets_waiting(&self, service_id: ServiceId) -> Result<u64, FlowError> {
        self.read(Waiting { kit: self.kit.clone(), service_id }).await
    }

    /// A ticket with everything that was said, notes included; from then on staff have read it.
    pub async fn ticket_for_staff(
        &self,
        service_id: ServiceId,
        id: TicketId,
    ) -> Result<Option<TicketView>, FlowError> {
        let view = self.read(Look { kit: self.kit.clone(), service_id, id }).await?;
        if let Some(view) = view.as_ref().filter(|view| view.ticket.is_unread_by_staff()) {
            self.write(MarkRead { kit: self.kit.clone(), ticket: view.ticket.clone() }).await?;
        }
        Ok(view)
    }

    /// Who can be given a ticket: staff with access who may answer.
    pub async fn ticket_staff(&self, service_id: ServiceId) -> Result<Vec<Operator>, FlowError> {
        self.read(Team { kit: self.kit.clone(), service_id }).await
    }

    /// Answers a ticket.
    pub async fn answer_ticket(
        &self,
        service_id: ServiceId,
        id: TicketId,
        text: &str,
        caller: Caller,
    ) -> Result<TicketSaid, FlowError> {
        self.on_ticket(service_id, id, Act::Answer(text.to_owned()), caller).await
    }

    /// Writes a note among staff.
    pub async fn note_ticket(
        &self,
        service_id: ServiceId,
        id: TicketId,
        text: &str,
        caller: Caller,
    ) -> Result<TicketSaid, FlowError> {
        self.on_ticket(service_id, id, Act::Note(text.to_owned()), caller).await
    }

    /// Gives a ticket to a member of staff who may answer, or to nobody. Gone: there is no such ticket or person.
    pub async fn assign_ticket(
        &self,
        service_id: ServiceId,
        id: TicketId,
        to: Option<OperatorId>,
        caller: Caller,
    ) -> Result<TicketSaid, FlowError> {
        self.on_ticket(service_id, id, Act::Assign(to), caller).await
    }

    /// Staff say that it is done.
    pub async fn solve_ticket(
        &self,
        service_id: ServiceId,
        id: TicketId,
        caller: Caller,
    ) -> Result<TicketSaid, FlowError> {
        self.on_ticket(service_id, id, Act::Solve, caller).await
    }

    async fn on_ticket(
        &self,
        service_id: ServiceId,
        id: TicketId,
        act: Act,
        caller: Caller,
    ) -> Result<TicketSaid, FlowError> {
        self.write(Do { kit: self.kit.clone(), service_id, id, act, caller }).await
    }
}

struct List {
    kit: Arc<Kit>,
    service_id: ServiceId,
    filter: TicketFilter,
}

impl Step for List {
    type Output = Vec<Ticket>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        tickets::list(tx, &self.kit.rows, self.service_id, &self.filter, LIST_MAX).await
    }
}

struct Waiting {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for Waiting {
    type Output = u64;

    async fn run(&self, tx: &mut Tx) -> Result<u64, StorageError> {
        tickets::count(tx, &self.kit.rows, self.service_id, TicketStatus::Open).await
    }
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: TicketId,
}

impl Step for Look {
    type Output = Option<TicketView>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (rows, service_id) = (&self.kit.rows, self.service_id);
        let Some(ticket) = tickets::load(tx, rows, service_id, self.id).await? else { return Ok(None) };
        let messages = tickets::messages(tx, rows, service_id, ticket.id).await?;
        let account = accounts::load(tx, rows, service_id, ticket.account_id).await?;
        let is_told = account.is_some_and(|account| account.email.is_some());
        Ok(Some(TicketView { ticket, messages, is_told }))
    }
}

struct MarkRead {
    kit: Arc<Kit>,
    ticket: Ticket,
}

impl Step for MarkRead {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tickets::read_by_staff(tx, &self.kit.rows, &self.ticket, self.kit.clock.now()).await
    }
}

struct Team {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

fn may_answer(operator: &Operator) -> bool {
    operator.disabled_at.is_none() && staff::may(&operator.roles, Right::TicketsAnswer)
}

impl Step for Team {
    type Output = Vec<Operator>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let mut all = operators::of_service(tx, &self.kit.rows, self.service_id).await?;
        all.retain(may_answer);
        Ok(all)
    }
}

enum Act {
    Answer(String),
    Note(String),
    Assign(Option<OperatorId>),
    Solve,
}

struct Do {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: TicketId,
    act: Act,
    caller: Caller,
}

impl Step for Do {
    type Output = TicketSaid;

    async fn run(&self, tx: &mut Tx) -> Result<TicketSaid, StorageError> {
        let (kit, now, service_id) = (&self.kit, self.kit.clock.now(), self.service_id);
        let Some(ticket) = tickets::lock(tx, &kit.rows, service_id, self.id).await? else {
            return Ok(TicketSaid::Gone);
        };
        let (scene, author) = (self.caller.scene(), self.caller.actor);
        let world = kit.world(&scene, now);
        let decided: Result<Decision<()>, _> = match &self.act {
            Act::Answer(text) => {
                let account = accounts::load(tx, &kit.rows, service_id, ticket.account_id).await?;
                ticket::answer(&ticket, account.as_ref(), author, text, world)
            }
            Act::Note(text) => ticket::note(&ticket, author, text, world),
            Act::Solve => Ok(ticket::solve(&ticket, world)),
            Act::Assign(to) => {
                if let Some(to) = to {
                    let found = operators::load(tx, &kit.rows, service_id, *to).await?;
                    if !found.is_some_and(|operator| may_answer(&operator)) {
                        return Ok(TicketSaid::Gone);
                    }
                }
                Ok(ticket::assign(&ticket, *to, world))
            }
        };
        match decided {
            Ok(decision) => kit.save(tx, decision).await.map(|()| TicketSaid::Done),
            Err(refusal) => Ok(TicketSaid::Refused(refusal)),
        }
    }
}
