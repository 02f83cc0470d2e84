//! The holder's side: asking, following, replying, saying that it is done.

use super::{LIST_MAX, TicketKey, TicketSaid, TicketView};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::opening;
use crate::sign_in::door::{self, SignInDoor};
use countersign_core::id::{AccountId, ServiceId, TicketId};
use countersign_core::model::*;
use countersign_core::ticket::{self, NewTicket, TicketAccess, TicketGround, TicketOpened, TicketRefusal};
use countersign_core::time::{days, hours};
use countersign_storage::tables::{accounts, bindings, tickets};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TicketOpen {
    /// It is open.
    Opened(TicketOpened),
    /// It is not.
    Refused(TicketRefusal),
    /// There is no such account, or no such sign-in any more.
    Gone,
}

impl Flows {
    /// Opens a ticket of a signed-in account.
    pub async fn open_ticket(
        &self,
        service_id: ServiceId,
        account_id: AccountId,
        new: NewTicket,
        caller: Caller,
    ) -> Result<TicketOpen, FlowError> {
        let whose = Whose::Account(account_id);
        self.write(Open { kit: self.kit.clone(), service_id, whose, new, caller }).await
    }

    /// Opens a ticket of the account behind a sign-in whose password was right and that cannot go on.
    pub async fn open_ticket_signed_out(
        &self,
        service_id: ServiceId,
        door: SignInDoor,
        new: NewTicket,
        caller: Caller,
    ) -> Result<TicketOpen, FlowError> {
        let whose = Whose::SignIn(door);
        self.write(Open { kit: self.kit.clone(), service_id, whose, new, caller }).await
    }

    /// The tickets of an account, newest first.
    pub async fn tickets_of_account(
        &self,
        service_id: ServiceId,
        account_id: AccountId,
    ) -> Result<Vec<Ticket>, FlowError> {
        self.read(OfAccount { kit: self.kit.clone(), service_id, account_id }).await
    }

    /// A ticket as its holder reads it; from then on it is read.
    pub async fn read_ticket(
        &self,
        service_id: ServiceId,
        id: TicketId,
        key: TicketKey,
    ) -> Result<Option<TicketView>, FlowError> {
        let look = Look { kit: self.kit.clone(), service_id, id, key };
        let view = self.read(look).await?;
        if let Some(view) = view.as_ref().filter(|view| view.ticket.is_unread_by_holder()) {
            self.write(MarkRead { kit: self.kit.clone(), ticket: view.ticket.clone() }).await?;
        }
        Ok(view)
    }

    /// Judges an access code as somebody typed it; too many that are wrong are written down.
    pub async fn try_ticket_code(
        &self,
        service_id: ServiceId,
        id: TicketId,
        code: &str,
        caller: Caller,
    ) -> Result<TicketAccess, FlowError> {
        let typed = ticket::typed_hash(id, code);
        self.write(TryCode { kit: self.kit.clone(), service_id, id, typed, caller }).await
    }

    /// The holder writes again.
    pub async fn reply_to_ticket(
        &self,
        service_id: ServiceId,
        id: TicketId,
        key: TicketKey,
        text: &str,
        caller: Caller,
    ) -> Result<TicketSaid, FlowError> {
        let act = Act::Reply(text.to_owned());
        self.write(Do { kit: self.kit.clone(), service_id, id, key, act, caller }).await
    }

    /// The holder says that it is done.
    pub async fn solve_own_ticket(
        &self,
        service_id: ServiceId,
        id: TicketId,
        key: TicketKey,
        caller: Caller,
    ) -> Result<TicketSaid, FlowError> {
        self.write(Do { kit: self.kit.clone(), service_id, id, key, act: Act::Solve, caller }).await
    }
}

enum Whose {
    Account(AccountId),
    SignIn(SignInDoor),
}

struct Open {
    kit: Arc<Kit>,
    service_id: ServiceId,
    whose: Whose,
    new: NewTicket,
    caller: Caller,
}

impl Step for Open {
    type Output = TicketOpen;

    async fn run(&self, tx: &mut Tx) -> Result<TicketOpen, StorageError> {
        let (kit, now, service_id) = (&self.kit, self.kit.clock.now(), self.service_id);
        let (account_id, signed_out) = match &self.whose {
            Whose::Account(id) => (*id, false),
            Whose::SignIn(door) => match door::account_behind(tx, kit, service_id, door, now).await? {
                Some(id) => (id, true),
                None => return Ok(TicketOpen::Gone),
            },
        };
        // Locked, so that two at once are counted one after the other.
        let Some(account) = accounts::lock(tx, &kit.rows, service_id, account_id).await? else {
            return Ok(TicketOpen::Gone);
        };
        let rows = &kit.rows;
        let binding = bindings::live_of_account(tx, rows, service_id, account_id).await?;
        let ground = TicketGround {
            account: &account,
            binding: binding.as_ref(),
            signed_out,
            open_now: tickets::open_of_account(tx, rows, service_id, account_id).await?,
            opened_today: tickets::opened_of_account(tx, rows, service_id, account_id, now.before(days(1)))
                .await?,
            too_many_here: signed_out
                && opening::is_one_too_many(tx, kit, service_id, &self.caller, now).await?,
        };
        let (scene, locale) = (self.caller.scene(), &self.caller.locale);
        let world = kit.world(&scene, now);
        match ticket::open(&ground, &self.new, locale, world) {
            Ok(decision) => Ok(TicketOpen::Opened(kit.save(tx, decision).await?)),
            Err(refusal) => Ok(TicketOpen::Refused(refusal)),
        }
    }
}

struct OfAccount {
    kit: Arc<Kit>,
    service_id: ServiceId,
    account_id: AccountId,
}

impl Step for OfAccount {
    type Output = Vec<Ticket>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        tickets::of_account(tx, &self.kit.rows, self.service_id, self.account_id, LIST_MAX).await
    }
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: TicketId,
    key: TicketKey,
}

impl Step for Look {
    type Output = Option<TicketView>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (rows, service_id) = (&self.kit.rows, self.service_id);
        let found = tickets::load(tx, rows, service_id, self.id).await?;
        let Some(ticket) = found.filter(|ticket| self.key.opens(ticket)) else { return Ok(None) };
        let mut messages = tickets::messages(tx, rows, service_id, ticket.id).await?;
        messages.retain(|message| !message.is_note);
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
        tickets::read_by_holder(tx, &self.kit.rows, &self.ticket, self.kit.clock.now()).await
    }
}

struct TryCode {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: TicketId,
    typed: Option<TokenHash>,
    caller: Caller,
}

impl Step for TryCode {
    type Output = TicketAccess;

    async fn run(&self, tx: &mut Tx) -> Result<TicketAccess, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(found) = tickets::lock(tx, &kit.rows, self.service_id, self.id).await? else {
            return Ok(TicketAccess::Wrong);
        };
        let scene = self.caller.scene();
        kit.save(tx, ticket::judge_access(found, self.typed, kit.world(&scene, now))).await
    }
}

enum Act {
    Reply(String),
    Solve,
}

struct Do {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: TicketId,
    key: TicketKey,
    act: Act,
    caller: Caller,
}

impl Step for Do {
    type Output = TicketSaid;

    async fn run(&self, tx: &mut Tx) -> Result<TicketSaid, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let found = tickets::lock(tx, &kit.rows, self.service_id, self.id).await?;
        let Some(ticket) = found.filter(|ticket| self.key.opens(ticket)) else {
            return Ok(TicketSaid::Gone);
        };
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let decided = match &self.act {
            Act::Solve => Ok(ticket::solve(&ticket, world)),
            Act::Reply(text) => {
                let since = now.before(hours(1));
                let written = tickets::written(tx, &kit.rows, self.service_id, ticket.id, since).await?;
                ticket::reply(&ticket, text, written, world)
            }
        };
        match decided {
            Ok(decision) => kit.save(tx, decision).await.map(|()| TicketSaid::Done),
            Err(refusal) => Ok(TicketSaid::Refused(refusal)),
        }
    }
}
