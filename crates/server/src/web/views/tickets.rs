//! Conversations with support: the holder's pages and the console's.
//!
//! Decides words and order; what may be said, and by whom, was decided before.

use askama::Template;
use countersign_flows::core::model::{TicketStatus, TicketTopic};

use super::{Field, Layout, Page, Problem, UploadField, fields_in_trouble};
use crate::web::words::Moment;

/// The key of a topic's name.
pub(in crate::web::views) fn topic_key(topic: TicketTopic) -> &'static str {
    match topic {
        TicketTopic::PhoneLost => "ticket-topic-phone-lost",
        TicketTopic::NumberRemoval => "ticket-topic-number-removal",
        TicketTopic::CodeNotArriving => "ticket-topic-code-not-arriving",
        TicketTopic::Locked => "ticket-topic-locked",
        TicketTopic::Withdrawal => "ticket-topic-withdrawal",
        TicketTopic::Other => "ticket-topic-other",
    }
}

/// How a status is called for its holder.
fn holder_status_key(status: TicketStatus) -> &'static str {
    match status {
        TicketStatus::Open => "ticket-waits-for-us",
        TicketStatus::Answered => "ticket-answered",
        TicketStatus::Solved => "ticket-solved",
        TicketStatus::Closed => "ticket-closed",
    }
}

/// How a status is called among staff.
pub(in crate::web::views) fn staff_status_key(status: TicketStatus) -> &'static str {
    match status {
        TicketStatus::Open => "console-ticket-open",
        TicketStatus::Answered => "console-ticket-answered",
        TicketStatus::Solved => "ticket-solved",
        TicketStatus::Closed => "ticket-closed",
    }
}

/// One ticket of a holder's list.
pub(crate) struct TicketLine {
    /// Where its page is.
    pub(crate) path: String,
    /// Its title.
    pub(crate) title: String,
    /// What about.
    pub(crate) topic: TicketTopic,
    /// Where it stands.
    pub(crate) status: TicketStatus,
    /// The last change, Unix milliseconds.
    pub(crate) updated_at_ms: i64,
    /// There is an answer that was not read.
    pub(crate) unread: bool,
}

impl TicketLine {
    fn updated(&self) -> Moment {
        Moment::full(self.updated_at_ms)
    }
}

/// `GET /support`
#[derive(Template)]
#[template(path = "support.html")]
pub(crate) struct Support {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Newest first.
    pub(crate) tickets: Vec<TicketLine>,
}

impl Page for Support {}

impl Support {
    fn topic_key(&self, topic: &TicketTopic) -> &'static str {
        topic_key(*topic)
    }

    fn status_key(&self, status: &TicketStatus) -> &'static str {
        holder_status_key(*status)
    }
}

/// `GET /support/new`, and `/signin/support` for those who cannot sign in; posts `topic`, `title` and `text` to itself.
#[derive(Template)]
#[template(path = "support_new.html")]
pub(crate) struct SupportNew {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Where it posts to.
    pub(crate) path: &'static str,
    /// Where it leads back to.
    pub(crate) back: String,
    /// The sign-in that waits on a confirm page, if it is one.
    pub(crate) action: Option<String>,
    /// What can be asked about.
    pub(crate) topics: Vec<TicketTopic>,
    /// What was chosen.
    pub(crate) topic: TicketTopic,
    /// As typed; masked, if something in it had to be.
    pub(crate) title: Field,
    /// As typed; masked, if something in it had to be.
    pub(crate) text: Field,
    /// A refusal of the form as a whole.
    pub(crate) problem: Option<Problem>,
}

impl Page for SupportNew {
    fn has_problem(&self) -> bool {
        self.problem.is_some() || !self.summary().is_empty()
    }
}

impl SupportNew {
    fn summary(&self) -> Vec<(&'static str, &Problem)> {
        fields_in_trouble([("title", &self.title.problem), ("text", &self.text.problem)])
    }

    fn is_chosen(&self, topic: &TicketTopic) -> bool {
        self.topic == *topic
    }

    fn topic_key(&self, topic: &TicketTopic) -> &'static str {
        topic_key(*topic)
    }
}

/// Whose words they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Speaker {
    /// The holder's.
    Holder,
    /// Staff's; for staff with a name.
    Staff(Option<String>),
}

/// One thing that was said.
pub(crate) struct SaidLine {
    /// By whom.
    pub(crate) by: Speaker,
    /// Among staff only.
    pub(crate) is_note: bool,
    /// What.
    pub(crate) text: String,
    /// When, Unix milliseconds.
    pub(crate) at_ms: i64,
}

impl SaidLine {
    fn at(&self) -> Moment {
        Moment::full(self.at_ms)
    }
}

/// One picture of a conversation.
pub(crate) struct PictureLine {
    /// Where it is.
    pub(crate) path: String,
    /// When it came, Unix milliseconds.
    pub(crate) at_ms: i64,
}

impl PictureLine {
    fn at(&self) -> Moment {
        Moment::full(self.at_ms)
    }
}

/// `GET /support/{ticket}` and `/support/t/{ticket}`; posts `act` and `text` to itself.
#[derive(Template)]
#[template(path = "support_ticket.html")]
pub(crate) struct SupportTicket {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Its own path.
    pub(crate) path: String,
    /// Whether the reader is signed in, and has a list to go back to.
    pub(crate) signed_in: bool,
    /// Its title.
    pub(crate) title: String,
    /// What about.
    pub(crate) topic: TicketTopic,
    /// Where it stands.
    pub(crate) status: TicketStatus,
    /// Until when an answer is promised, Unix milliseconds.
    pub(crate) due_at_ms: Option<i64>,
    /// Whether an email says that there is an answer.
    pub(crate) is_told: bool,
    /// What was said, oldest first.
    pub(crate) said: Vec<SaidLine>,
    /// Pictures that were sent, oldest first.
    pub(crate) pictures: Vec<PictureLine>,
    /// Where another one is sent; none when no more may be.
    pub(crate) upload: Option<UploadField>,
    /// The reply as typed; masked, if something in it had to be.
    pub(crate) text: Field,
}

impl Page for SupportTicket {
    fn has_problem(&self) -> bool {
        self.text.problem.is_some() || self.upload.as_ref().is_some_and(|field| field.problem.is_some())
    }
}

impl SupportTicket {
    fn topic_key(&self) -> &'static str {
        topic_key(self.topic)
    }

    fn status_key(&self) -> &'static str {
        holder_status_key(self.status)
    }

    fn is_closed(&self) -> bool {
        self.status == TicketStatus::Closed
    }

    fn may_solve(&self) -> bool {
        matches!(self.status, TicketStatus::Open | TicketStatus::Answered)
    }

    fn due(&self) -> Option<Moment> {
        self.due_at_ms.map(|due| Moment::near(due, self.layout.now_ms))
    }
}

/// `GET /support/t/{ticket}/code`; posts `code` to itself.
#[derive(Template)]
#[template(path = "support_code.html")]
pub(crate) struct SupportCode {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Its own path.
    pub(crate) path: String,
    /// Never what was typed.
    pub(crate) problem: Option<Problem>,
}

impl Page for SupportCode {
    fn has_problem(&self) -> bool {
        self.problem.is_some()
    }
}

/// What is shown once, after a ticket was opened without signing in.
#[derive(Template)]
#[template(path = "support_opened.html")]
pub(crate) struct SupportOpened {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Where the ticket is followed.
    pub(crate) path: String,
    /// The whole address of it.
    pub(crate) address: String,
    /// The access code.
    pub(crate) code: String,
}

impl Page for SupportOpened {}

/// One ticket of the console's list.
pub(crate) struct TicketRow {
    /// Its identifier.
    pub(crate) id: String,
    /// Its title.
    pub(crate) title: String,
    /// What about.
    pub(crate) topic: TicketTopic,
    /// Where it stands.
    pub(crate) status: TicketStatus,
    /// Until when an answer is promised, Unix milliseconds.
    pub(crate) due_at_ms: Option<i64>,
    /// The promise is broken.
    pub(crate) late: bool,
    /// Who looks after it, masked.
    pub(crate) assignee: Option<String>,
    /// Nobody has read what its holder said last.
    pub(crate) unread: bool,
    /// The last change, Unix milliseconds.
    pub(crate) updated_at_ms: i64,
}

impl TicketRow {
    fn due(&self) -> Option<Moment> {
        self.due_at_ms.map(Moment::full)
    }

    fn updated(&self) -> Moment {
        Moment::full(self.updated_at_ms)
    }
}

/// Whose turn a list is narrowed to, as in `?turn=`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Turn {
    /// Staff owe an answer.
    Staff,
    /// The holder may reply.
    Holder,
    /// Nobody's: solved or closed.
    Over,
}

impl Turn {
    pub(crate) const ALL: [Turn; 3] = [Turn::Staff, Turn::Holder, Turn::Over];

    /// The turn of this name; staff's, of any other.
    pub(crate) fn named(name: &str) -> Turn {
        Turn::ALL.into_iter().find(|turn| turn.name() == name).unwrap_or(Turn::Staff)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Turn::Staff => "staff",
            Turn::Holder => "holder",
            Turn::Over => "over",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Turn::Staff => "console-turn-staff",
            Turn::Holder => "console-turn-holder",
            Turn::Over => "console-turn-over",
        }
    }
}

/// Whose tickets a list is narrowed to, as in `?who=`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Whose {
    /// Everybody's.
    All,
    /// The reader's.
    Mine,
    /// Nobody's yet.
    Nobody,
}

impl Whose {
    pub(crate) const ALL: [Whose; 3] = [Whose::All, Whose::Mine, Whose::Nobody];

    /// Whose this name says; everybody's, of any other.
    pub(crate) fn named(name: &str) -> Whose {
        Whose::ALL.into_iter().find(|whose| whose.name() == name).unwrap_or(Whose::All)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Whose::All => "all",
            Whose::Mine => "me",
            Whose::Nobody => "nobody",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Whose::All => "console-whose-all",
            Whose::Mine => "console-whose-mine",
            Whose::Nobody => "console-whose-nobody",
        }
    }
}

/// `GET /console/tickets?turn=&who=&topic=`
#[derive(Template)]
#[template(path = "console/tickets.html")]
pub(crate) struct ConsoleTickets {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Whose turn.
    pub(crate) turn: Turn,
    /// Whose.
    pub(crate) whose: Whose,
    /// What about; none: anything.
    pub(crate) topic: Option<TicketTopic>,
    /// How many wait for an answer in all.
    pub(crate) waiting: u32,
    /// First the one whose answer is due first.
    pub(crate) rows: Vec<TicketRow>,
}

impl Page for ConsoleTickets {}

impl ConsoleTickets {
    fn turns(&self) -> [Turn; 3] {
        Turn::ALL
    }

    fn everybody(&self) -> [Whose; 3] {
        Whose::ALL
    }

    fn is_about(&self, topic: &TicketTopic) -> bool {
        self.topic == Some(*topic)
    }

    fn topics(&self) -> &'static [TicketTopic] {
        TicketTopic::ALL
    }

    fn topic_key(&self, topic: &TicketTopic) -> &'static str {
        topic_key(*topic)
    }

    fn status_key(&self, status: &TicketStatus) -> &'static str {
        staff_status_key(*status)
    }
}

/// An answer that is kept ready.
pub(crate) struct CannedLine {
    /// What staff call it.
    pub(crate) name: String,
    /// Its language.
    pub(crate) locale: String,
    /// What it says.
    pub(crate) text: String,
}

impl CannedLine {
    /// As a form names it: no language tag has a space.
    pub(crate) fn value(&self) -> String {
        format!("{} {}", self.locale, self.name)
    }
}

/// Somebody whom a ticket can be given to.
pub(crate) struct Colleague {
    /// Their identifier.
    pub(crate) id: String,
    /// Their address, masked.
    pub(crate) name: String,
}

/// `GET /console/tickets/{id}`; posts `act` and its fields to itself.
#[derive(Template)]
#[template(path = "console/ticket.html")]
pub(crate) struct ConsoleTicket {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The ticket as in the list.
    pub(crate) ticket: TicketRow,
    /// Whose, an identifier.
    pub(crate) account: String,
    /// The holder's language.
    pub(crate) locale: String,
    /// Opened by somebody who proved the password and nothing else.
    pub(crate) signed_out: bool,
    /// Whether an email says that there is an answer.
    pub(crate) is_told: bool,
    /// What was said, oldest first.
    pub(crate) said: Vec<SaidLine>,
    /// Pictures that the holder sent, oldest first.
    pub(crate) pictures: Vec<PictureLine>,
    /// The answer as typed; masked, if something in it had to be.
    pub(crate) text: Field,
    /// Answers that are kept ready: those in the holder's language first.
    pub(crate) canned: Vec<CannedLine>,
    /// Whom it can be given to.
    pub(crate) colleagues: Vec<Colleague>,
    /// The reader's own identifier.
    pub(crate) me: String,
    /// Whom it is given to, an identifier.
    pub(crate) assignee: Option<String>,
}

impl Page for ConsoleTicket {
    fn has_problem(&self) -> bool {
        self.text.problem.is_some()
    }
}

impl ConsoleTicket {
    fn topic_key(&self) -> &'static str {
        topic_key(self.ticket.topic)
    }

    fn status_key(&self) -> &'static str {
        staff_status_key(self.ticket.status)
    }

    fn is_closed(&self) -> bool {
        self.ticket.status == TicketStatus::Closed
    }

    fn may_solve(&self) -> bool {
        matches!(self.ticket.status, TicketStatus::Open | TicketStatus::Answered)
    }

    fn is_with(&self, id: &str) -> bool {
        self.assignee.as_deref() == Some(id)
    }

    fn is_removal(&self) -> bool {
        matches!(self.ticket.topic, TicketTopic::NumberRemoval | TicketTopic::PhoneLost)
    }
}

/// `GET /console/tickets/answers`; posts `act`, `name`, `locale` and `text` to itself.
#[derive(Template)]
#[template(path = "console/ticket_answers.html")]
pub(crate) struct ConsoleAnswers {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// By name and language.
    pub(crate) answers: Vec<CannedLine>,
    /// The one being written: what staff call it.
    pub(crate) name: Field,
    /// Its language.
    pub(crate) locale: Field,
    /// What it says.
    pub(crate) text: Field,
}

impl Page for ConsoleAnswers {
    fn has_problem(&self) -> bool {
        !self.summary().is_empty()
    }
}

impl ConsoleAnswers {
    fn summary(&self) -> Vec<(&'static str, &Problem)> {
        let fields =
            [("name", &self.name.problem), ("locale", &self.locale.problem), ("text", &self.text.problem)];
        fields_in_trouble(fields)
    }
}
