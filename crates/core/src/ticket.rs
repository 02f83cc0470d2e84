//! Conversations with support: who may say what when, whose turn it is, and until when an answer is promised. Whatever
//! is said is masked before it is kept (`mask`): our staff never ask for codes, so none stands here. Decides nothing
//! about accounts: a ticket changes no setting.

pub mod mask;

use crate::Decision;
use crate::change::Change;
use crate::event::Event;
use crate::id::{OperatorId, TicketId, TicketMessageId};
use crate::model::*;
use crate::notice;
use crate::recovery::{self, RecoveryCode};
use crate::session::hash_token;
use crate::time::{Timestamp, days, hours, minutes, seconds};
use crate::verification::World;
use std::fmt;
use std::time::Duration;

/// Most characters of a title.
pub const TITLE_LENGTH_MAX: usize = 120;

/// Most characters of a message.
pub const TEXT_LENGTH_MAX: usize = 4_000;

/// Within which a holder's reply is answered.
pub const REPLY_ANSWER: Duration = hours(24);

/// After which an answer that nobody replied to has solved it.
pub const SOLVED_AFTER: Duration = days(7);

/// After which what is solved is over.
pub const CLOSED_AFTER: Duration = days(14);

/// How long pictures are kept after a ticket is closed (R79).
pub const PICTURES_LIFE: Duration = days(30);

/// Pictures that may be sent with one message.
pub const PICTURES_MAX: usize = 5;

/// Wrong access codes before a pause, and how long that is.
pub const ACCESS_FAILURES_MAX: u32 = 10;
const ACCESS_PAUSE: Duration = minutes(15);

/// Least time between two emails about one ticket.
const TELL_GAP: Duration = minutes(10);

/// Why something is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketRefusal {
    /// Without a title nobody knows what it is about.
    TitleMissing,
    /// The title is longer than is kept.
    TitleLong,
    /// Nothing was written.
    TextMissing,
    /// It is longer than is kept.
    TextLong,
    /// The account has as many open as it may.
    TooManyOpen,
    /// As many were opened for the account in the last day as may be.
    TooManyToday,
    /// As many were opened without signing in from one network address as may be in an hour.
    TooManyHere,
    /// The holder wrote as much in the last hour as may be.
    TooManyMessages,
    /// It is over: a new one may be opened.
    Closed,
    /// The topic is not one of those that can be asked without signing in.
    Topic,
}

/// What somebody wants to ask. What was typed may hold what is masked later, so it does not print.
#[derive(Clone)]
pub struct NewTicket {
    /// What about.
    pub topic: TicketTopic,
    /// In a few words, as typed.
    pub title: String,
    /// The question, as typed.
    pub text: String,
}

impl fmt::Debug for NewTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewTicket({})", self.topic.as_str())
    }
}

/// What is known when somebody wants to ask.
#[derive(Clone, Copy)]
pub struct TicketGround<'a> {
    /// The account.
    pub account: &'a Account,
    /// Its number, which is told.
    pub binding: Option<&'a Binding>,
    /// The password was proved and nothing else.
    pub signed_out: bool,
    /// Tickets of the account that are neither solved nor closed.
    pub open_now: u64,
    /// Tickets opened for it in the last 24 hours, whatever became of them.
    pub opened_today: u64,
    /// As many were opened without signing in from where it is asked as may be.
    pub too_many_here: bool,
}

impl<'a> TicketGround<'a> {
    /// An account that is signed in and asked nothing lately.
    pub fn signed_in(account: &'a Account) -> Self {
        Self { account, binding: None, signed_out: false, open_now: 0, opened_today: 0, too_many_here: false }
    }
}

/// An opened ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketOpened {
    /// Which.
    pub id: TicketId,
    /// What opens its page without signing in, for those who cannot: shown once.
    pub code: Option<RecoveryCode>,
}

/// Opens a ticket. Who asks without signing in may be a thief who knows the password: every address of the account
/// hears of it (R62).
pub fn open(
    ground: &TicketGround<'_>,
    new: &NewTicket,
    locale: &str,
    world: World<'_>,
) -> Result<Decision<TicketOpened>, TicketRefusal> {
    let (account, signed_out) = (ground.account, ground.signed_out);
    if signed_out && !TicketTopic::SIGNED_OUT.contains(&new.topic) {
        return Err(TicketRefusal::Topic);
    }
    let (title, text) = (title_of(&new.title)?, text_of(&new.text)?);
    if ground.open_now >= world.policy.tickets_open_max {
        return Err(TicketRefusal::TooManyOpen);
    }
    if ground.opened_today >= world.policy.tickets_per_account_per_day {
        return Err(TicketRefusal::TooManyToday);
    }
    if ground.too_many_here {
        return Err(TicketRefusal::TooManyHere);
    }
    let (now, id) = (world.now, TicketId::draw(world.now, world.entropy));
    let code = signed_out.then(|| recovery::draw_one(world.entropy));
    let ticket = Ticket {
        id,
        service_id: account.service_id,
        account_id: account.id,
        topic: new.topic,
        title: Redacted(title),
        locale: locale.to_owned(),
        status: TicketStatus::Open,
        assignee: None,
        access: code.as_ref().map(|code| access_hash(id, code)),
        access_failures: 0,
        access_locked_until: None,
        created_at: now,
        updated_at: now,
        due_at: Some(now.after(seconds(world.policy.ticket_answer_s))),
        status_at: now,
        holder_wrote_at: now,
        staff_wrote_at: None,
        holder_read_at: now,
        staff_read_at: None,
        told_at: None,
    };
    let said = message(&ticket, Actor::Holder, false, text, world);
    let opened = Event::TicketOpened { ticket: id.to_string(), topic: new.topic, signed_out };
    let entry = entry(&ticket, opened, world);
    let mut changes = vec![Change::InsertTicket(ticket), Change::InsertTicketMessage(said), entry];
    if signed_out {
        let what = Notice::SupportOpened;
        changes.extend(notice::notice_everywhere(account, ground.binding, what, "", world));
    }
    Ok(Decision { outcome: TicketOpened { id, code }, changes })
}

/// What is kept of an access code: 80 random bits, hashed together with the ticket they open, so that no code opens
/// another one. Guessing it is as hopeless as guessing a recovery code (R40).
pub fn access_hash(id: TicketId, code: &RecoveryCode) -> TokenHash {
    hash_token(&format!("{id} {}", code.normal()))
}

/// What came of an access code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketAccess {
    /// It is the ticket's.
    Right,
    /// It is not.
    Wrong,
    /// It was not looked at.
    Locked(Timestamp),
}

/// Judges an access code and counts it. The account's history has one entry of many that were wrong, not one of each.
pub fn judge_access(
    mut ticket: Ticket,
    typed: Option<TokenHash>,
    world: World<'_>,
) -> Decision<TicketAccess> {
    // One that was opened by somebody signed in has no code: whoever tries learns nothing of it.
    let Some(access) = ticket.access else { return Decision::only(TicketAccess::Wrong) };
    if let Some(until) = ticket.access_locked_until.filter(|until| world.now < *until) {
        return Decision::only(TicketAccess::Locked(until));
    }
    if typed.is_some_and(|typed| is_same(typed, access)) {
        let counted = ticket.access_failures > 0 || ticket.access_locked_until.is_some();
        (ticket.access_failures, ticket.access_locked_until) = (0, None);
        let changes = if counted { vec![Change::SaveTicketAccess(ticket)] } else { Vec::new() };
        return Decision { outcome: TicketAccess::Right, changes };
    }
    let mut changes = Vec::new();
    ticket.access_failures += 1;
    if ticket.access_failures >= ACCESS_FAILURES_MAX {
        (ticket.access_failures, ticket.access_locked_until) = (0, Some(world.now.after(ACCESS_PAUSE)));
        changes.push(entry(&ticket, Event::TicketCodeWrong { ticket: ticket.id.to_string() }, world));
    }
    changes.push(Change::SaveTicketAccess(ticket));
    Decision { outcome: TicketAccess::Wrong, changes }
}

/// Whether a code as typed opens a ticket. One that does not read as a code opens none.
pub fn opens(ticket: &Ticket, typed: &str) -> bool {
    typed_hash(ticket.id, typed).zip(ticket.access).is_some_and(|(typed, access)| is_same(typed, access))
}

/// The hash of a code as typed, if it reads as one.
pub fn typed_hash(id: TicketId, typed: &str) -> Option<TokenHash> {
    RecoveryCode::lenient(typed).ok().map(|code| access_hash(id, &code))
}

/// Compared in constant time (R9).
fn is_same(typed: TokenHash, access: TokenHash) -> bool {
    bool::from(subtle::ConstantTimeEq::ct_eq(&typed.0[..], &access.0[..]))
}

/// Whether another picture may come: while the ticket is not over, so many after each message. `uploaded`: when those
/// came that it has.
pub fn takes_pictures(ticket: &Ticket, uploaded: impl Iterator<Item = Timestamp>) -> bool {
    let since = uploaded.filter(|at| *at >= ticket.holder_wrote_at).count();
    ticket.status != TicketStatus::Closed && since < PICTURES_MAX
}

/// The holder writes again. What was solved is open again; the clock of an answer that is owed already runs on.
/// `written`: the holder's messages of the last hour.
pub fn reply(
    ticket: &Ticket,
    text: &str,
    written: u64,
    world: World<'_>,
) -> Result<Decision<()>, TicketRefusal> {
    let text = text_of(text)?;
    if ticket.status == TicketStatus::Closed {
        return Err(TicketRefusal::Closed);
    }
    if written >= world.policy.ticket_messages_per_hour {
        return Err(TicketRefusal::TooManyMessages);
    }
    let mut next = ticket.clone();
    if next.status != TicketStatus::Open {
        next.status = TicketStatus::Open;
        next.status_at = world.now;
        next.due_at = Some(world.now.after(REPLY_ANSWER));
    }
    next.holder_wrote_at = world.now;
    next.holder_read_at = world.now;
    next.updated_at = world.now;
    let said = message(&next, Actor::Holder, false, text, world);
    let entry = entry(&next, Event::TicketReplied { ticket: next.id.to_string() }, world);
    Ok(Decision {
        outcome: (),
        changes: vec![Change::SaveTicket(next), Change::InsertTicketMessage(said), entry],
    })
}

/// Staff answer. The account's email address hears that there is an answer, never what it says, and not at every line.
pub fn answer(
    ticket: &Ticket,
    account: Option<&Account>,
    author: Actor,
    text: &str,
    world: World<'_>,
) -> Result<Decision<()>, TicketRefusal> {
    let text = text_of(text)?;
    if ticket.status == TicketStatus::Closed {
        return Err(TicketRefusal::Closed);
    }
    let mut next = ticket.clone();
    next.status = TicketStatus::Answered;
    next.status_at = world.now;
    next.due_at = None;
    next.staff_wrote_at = Some(world.now);
    next.staff_read_at = Some(world.now);
    next.updated_at = world.now;
    let said = message(&next, author, false, text, world);
    let mut changes = vec![Change::InsertTicketMessage(said)];
    let quiet = ticket.told_at.is_some_and(|told| world.now.since(told) < TELL_GAP);
    if let Some(account) = account.filter(|_| !quiet)
        && let Some(email) = &account.email
    {
        next.told_at = Some(world.now);
        changes.push(notice::tell_plainly(account, email, Notice::SupportAnswered, path(&next), world));
    }
    changes.push(entry(&next, Event::TicketAnswered { ticket: next.id.to_string() }, world));
    changes.insert(0, Change::SaveTicket(next));
    Ok(Decision { outcome: (), changes })
}

/// Staff write something for each other. Neither turn nor clock changes, and the holder learns nothing of it.
pub fn note(
    ticket: &Ticket,
    author: Actor,
    text: &str,
    world: World<'_>,
) -> Result<Decision<()>, TicketRefusal> {
    let text = text_of(text)?;
    if ticket.status == TicketStatus::Closed {
        return Err(TicketRefusal::Closed);
    }
    let said = message(ticket, author, true, text, world);
    let entry = entry(ticket, Event::TicketNoted { ticket: ticket.id.to_string() }, world);
    Ok(Decision { outcome: (), changes: vec![Change::InsertTicketMessage(said), entry] })
}

/// Gives it to a member of staff, or to nobody.
pub fn assign(ticket: &Ticket, to: Option<OperatorId>, world: World<'_>) -> Decision<()> {
    if ticket.assignee == to || ticket.status == TicketStatus::Closed {
        return Decision::only(());
    }
    let next = Ticket { assignee: to, ..ticket.clone() };
    let to = to.map(|id| id.to_string()).unwrap_or_default();
    let entry = entry(&next, Event::TicketAssigned { ticket: next.id.to_string(), to }, world);
    Decision { outcome: (), changes: vec![Change::SaveTicket(next), entry] }
}

/// Holder or staff say that it is done; the scene knows who. What is done already stays as it is.
pub fn solve(ticket: &Ticket, world: World<'_>) -> Decision<()> {
    match ticket.status {
        TicketStatus::Open | TicketStatus::Answered => end(ticket, TicketStatus::Solved, world),
        TicketStatus::Solved | TicketStatus::Closed => Decision::only(()),
    }
}

/// What time alone makes of it: answered and left is solved, solved and left is over.
pub fn rest(ticket: &Ticket, world: World<'_>) -> Decision<()> {
    let waited = world.now.since(ticket.status_at);
    match ticket.status {
        TicketStatus::Answered if waited >= SOLVED_AFTER => end(ticket, TicketStatus::Solved, world),
        TicketStatus::Solved if waited >= CLOSED_AFTER => end(ticket, TicketStatus::Closed, world),
        _ => Decision::only(()),
    }
}

/// When [`rest`] has something to do next; none: never by itself.
pub fn rests_at(ticket: &Ticket) -> Option<Timestamp> {
    match ticket.status {
        TicketStatus::Answered => Some(ticket.status_at.after(SOLVED_AFTER)),
        TicketStatus::Solved => Some(ticket.status_at.after(CLOSED_AFTER)),
        TicketStatus::Open | TicketStatus::Closed => None,
    }
}

fn end(ticket: &Ticket, status: TicketStatus, world: World<'_>) -> Decision<()> {
    let now = world.now;
    let next = Ticket { status, status_at: now, updated_at: now, due_at: None, ..ticket.clone() };
    let id = next.id.to_string();
    let event = match status {
        TicketStatus::Closed => Event::TicketClosed { ticket: id },
        _ => Event::TicketSolved { ticket: id },
    };
    let entry = entry(&next, event, world);
    let mut changes = vec![Change::SaveTicket(next), entry];
    if status == TicketStatus::Closed {
        let owner = EvidenceOwner::Ticket(ticket.id);
        changes.push(Change::RetainEvidence { owner, until: now.after(PICTURES_LIFE) });
    }
    Decision { outcome: (), changes }
}

/// Where its holder reads it: without signing in, if it was opened so.
pub fn path(ticket: &Ticket) -> String {
    match ticket.access {
        Some(_) => format!("/support/t/{}", ticket.id),
        None => format!("/support/{}", ticket.id),
    }
}

fn message(ticket: &Ticket, author: Actor, is_note: bool, text: String, world: World<'_>) -> TicketMessage {
    TicketMessage {
        id: TicketMessageId::draw(world.now, world.entropy),
        service_id: ticket.service_id,
        ticket_id: ticket.id,
        author,
        is_note,
        text: Redacted(text),
        at: world.now,
    }
}

fn entry(ticket: &Ticket, event: Event, world: World<'_>) -> Change {
    world.scene.event(ticket.service_id, Some(ticket.account_id), event, world)
}

/// A title as it is kept: one line, masked.
fn title_of(typed: &str) -> Result<String, TicketRefusal> {
    let line: Vec<&str> = typed.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let title = mask::mask(&line.join(" ")).text;
    let title = title.trim();
    match title.chars().count() {
        0 => Err(TicketRefusal::TitleMissing),
        1..=TITLE_LENGTH_MAX => Ok(title.to_owned()),
        _ => Err(TicketRefusal::TitleLong),
    }
}

/// A message as it is kept: line ends of one kind, nothing that cannot be seen, masked.
fn text_of(typed: &str) -> Result<String, TicketRefusal> {
    let plain: String = typed.replace("\r\n", "\n").replace('\r', "\n");
    let plain: String = plain.chars().filter(|c| !c.is_control() || *c == '\n' || *c == '\t').collect();
    let text = mask::mask(plain.trim()).text;
    match text.chars().count() {
        0 => Err(TicketRefusal::TextMissing),
        1..=TEXT_LENGTH_MAX => Ok(text),
        _ => Err(TicketRefusal::TextLong),
    }
}

#[cfg(test)]
#[path = "ticket_tests.rs"]
mod tests;
