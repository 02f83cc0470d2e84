//! Conversations with support, the holder's side: `/support` for whoever is signed in, `/signin/support` and
//! `/support/t/{ticket}` for whoever lost the phone. What had to be masked is shown before anything is sent.

use super::code::moment;
use super::evidence::{self, Place, Received};
use super::form::{Form, Sent};
use super::sign_in::door;
use super::views::{
    Fault, Field, PictureLine, Problem, SaidLine, Speaker, Support, SupportCode, SupportNew, SupportOpened,
    SupportTicket, TicketLine, UploadField,
};
use super::visit::{Holder, Visit};
use crate::http::cookies::{self, Name};
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::id::TicketId;
use countersign_flows::core::model::{
    Actor, Evidence, EvidenceOwner, EvidenceSlot, Ticket, TicketMessage, TicketTopic,
};
use countersign_flows::core::ticket::{
    self, NewTicket, TEXT_LENGTH_MAX, TITLE_LENGTH_MAX, TicketAccess, TicketRefusal,
};
use countersign_flows::{SignInDoor, TicketKey, TicketOpen, TicketSaid, TicketView};

/// `GET /support`
pub(crate) async fn list(Holder { visit, signed_in }: Holder) -> Response {
    let flows = visit.server.flows();
    let tickets = match flows.tickets_of_account(visit.server.service_id(), signed_in.account.id).await {
        Ok(tickets) => tickets,
        Err(error) => return visit.broke(error),
    };
    let line = |ticket: &Ticket| TicketLine {
        path: format!("/support/{}", ticket.id),
        title: ticket.title.0.clone(),
        topic: ticket.topic,
        status: ticket.status,
        updated_at_ms: ticket.updated_at.unix_ms(),
        unread: ticket.is_unread_by_holder(),
    };
    let page = Support { layout: visit.layout("/support"), tickets: tickets.iter().map(line).collect() };
    visit.page(StatusCode::OK, &page)
}

/// What was typed into a message field, as it may be kept; the problem says so when that is not what was typed.
pub(crate) fn looked_at(typed: &str) -> Field {
    let masked = ticket::mask::mask(typed);
    let problem = masked.is_changed().then_some(Problem::TicketMasked);
    Field { value: masked.text, problem }
}

fn limit(characters: usize) -> u32 {
    u32::try_from(characters).unwrap_or(u32::MAX)
}

/// A refusal in the words of the pages, where it is about the message itself.
pub(crate) fn refused(refusal: TicketRefusal) -> Problem {
    match refusal {
        TicketRefusal::TitleMissing => Problem::TicketTitleMissing,
        TicketRefusal::TitleLong => Problem::TicketTitleLong { characters_max: limit(TITLE_LENGTH_MAX) },
        TicketRefusal::TextMissing => Problem::TicketTextMissing,
        TicketRefusal::TextLong => Problem::TicketTextLong { characters_max: limit(TEXT_LENGTH_MAX) },
        TicketRefusal::TooManyOpen => Problem::TicketsTooMany,
        TicketRefusal::TooManyToday => Problem::TicketsTooManyToday,
        TicketRefusal::TooManyHere => Problem::OpeningsTooMany,
        TicketRefusal::TooManyMessages => Problem::TicketMessagesTooMany,
        TicketRefusal::Closed => Problem::TicketClosed,
        TicketRefusal::Topic => Problem::TicketTopicRefused,
    }
}

/// Where a question is asked: signed in, or with the password alone.
enum Door {
    Inside,
    SignIn(SignInDoor),
}

impl Door {
    fn page(&self, visit: &Visit) -> SupportNew {
        let (path, back, action) = match self {
            Door::Inside => ("/support/new", "/support".to_owned(), None),
            Door::SignIn(SignInDoor::Journey(_)) => {
                ("/signin/support", "/signin/phone-unavailable".to_owned(), None)
            }
            Door::SignIn(SignInDoor::Action(id, _)) => {
                ("/signin/support", format!("/confirm/{id}"), Some(id.to_string()))
            }
        };
        let topics = match self {
            Door::Inside => TicketTopic::ALL.to_vec(),
            Door::SignIn(_) => TicketTopic::SIGNED_OUT.to_vec(),
        };
        SupportNew {
            layout: visit.layout(path),
            path,
            back,
            action,
            topic: topics.first().copied().unwrap_or(TicketTopic::Other),
            topics,
            title: Field::default(),
            text: Field::default(),
            problem: None,
        }
    }
}

fn show_new(visit: &Visit, page: &SupportNew) -> Response {
    let wrong = page.problem.is_some() || page.title.problem.is_some() || page.text.problem.is_some();
    visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, page)
}

/// The question as it was typed, or the page that shows what of it had to be masked.
fn asked(visit: &Visit, door: &Door, sent: &Sent) -> Result<NewTicket, Box<SupportNew>> {
    let mut page = door.page(visit);
    let topic = TicketTopic::from_text(sent.get("topic")).filter(|topic| page.topics.contains(topic));
    page.topic = topic.unwrap_or(page.topic);
    let (title, text) = (looked_at(sent.get("title")), looked_at(sent.get("text")));
    if title.problem.is_some() || text.problem.is_some() {
        (page.title, page.text) = (title, text);
        return Err(Box::new(page));
    }
    Ok(NewTicket { topic: page.topic, title: title.value, text: text.value })
}

fn not_opened(visit: &Visit, door: &Door, new: NewTicket, refusal: TicketRefusal) -> Response {
    let mut page = door.page(visit);
    page.topic = new.topic;
    (page.title.value, page.text.value) = (new.title, new.text);
    let problem = Some(refused(refusal));
    match refusal {
        TicketRefusal::TitleMissing | TicketRefusal::TitleLong => page.title.problem = problem,
        TicketRefusal::TextMissing | TicketRefusal::TextLong => page.text.problem = problem,
        _ => page.problem = problem,
    }
    show_new(visit, &page)
}

/// `GET /support/new`
pub(crate) async fn new(Holder { visit, .. }: Holder) -> Response {
    show_new(&visit, &Door::Inside.page(&visit))
}

/// `POST /support/new`
pub(crate) async fn ask(Holder { visit, signed_in }: Holder, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let new = match asked(&visit, &Door::Inside, &sent) {
        Ok(new) => new,
        Err(page) => return show_new(&visit, &page),
    };
    let (service_id, account_id) = (visit.server.service_id(), signed_in.account.id);
    let opened = visit.server.flows().open_ticket(service_id, account_id, new.clone(), visit.caller()).await;
    match opened {
        Err(error) => visit.broke(error),
        Ok(TicketOpen::Gone) => visit.fault(Fault::NotFound),
        Ok(TicketOpen::Refused(refusal)) => not_opened(&visit, &Door::Inside, new, refusal),
        Ok(TicketOpen::Opened(ticket)) => {
            visit.redirect(&format!("/support/{}?notice=ticket-opened", ticket.id))
        }
    }
}

/// The sign-in that got as far as the second factor; anybody else begins with the password.
async fn at_sign_in(visit: &Visit, action: &str) -> Result<SignInDoor, Box<Response>> {
    let Some(door) = door(visit, action) else { return Err(Box::new(visit.redirect("/signin"))) };
    match visit.server.flows().is_at_sign_in(visit.server.service_id(), door.clone()).await {
        Ok(true) => Ok(door),
        Ok(false) => Err(Box::new(visit.redirect("/signin"))),
        Err(error) => Err(Box::new(visit.broke(error))),
    }
}

/// `GET /signin/support`
pub(crate) async fn new_signed_out(visit: Visit) -> Response {
    let action = visit.query("action").unwrap_or_default();
    match at_sign_in(&visit, &action).await {
        Ok(door) => show_new(&visit, &Door::SignIn(door).page(&visit)),
        Err(elsewhere) => *elsewhere,
    }
}

/// `POST /signin/support`
pub(crate) async fn ask_signed_out(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let at = match at_sign_in(&visit, sent.get("action")).await {
        Ok(at) => at,
        Err(elsewhere) => return *elsewhere,
    };
    let door = Door::SignIn(at.clone());
    let new = match asked(&visit, &door, &sent) {
        Ok(new) => new,
        Err(page) => return show_new(&visit, &page),
    };
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    match flows.open_ticket_signed_out(service_id, at, new.clone(), visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(TicketOpen::Gone) => visit.redirect("/signin"),
        Ok(TicketOpen::Refused(refusal)) => not_opened(&visit, &door, new, refusal),
        Ok(TicketOpen::Opened(opened)) => {
            let Some(code) = opened.code else { return visit.redirect("/signin") };
            let path = format!("/support/t/{}", opened.id);
            // No redirect: nothing could show the code again.
            let page = SupportOpened {
                layout: visit.layout("/signin"),
                address: format!("{}{path}", visit.server.inner.public_url),
                path,
                code: code.in_groups(),
            };
            let mut response = visit.page(StatusCode::OK, &page);
            remember(&visit, &mut response, opened.id, code.normal());
            response
        }
    }
}

/// The browser keeps the code of the one ticket that it follows, so that it is not asked at every page.
fn remember(visit: &Visit, response: &mut Response, id: TicketId, code: &str) {
    cookies::set(response.headers_mut(), &visit.server, Name::Ticket, &format!("{id}.{code}"));
}

/// The code of this ticket, if the browser keeps it.
fn remembered(visit: &Visit, id: TicketId) -> Option<String> {
    let kept = visit.cookie(Name::Ticket)?;
    let (ticket, code) = kept.split_once('.')?;
    (ticket == id.to_string()).then(|| code.to_owned())
}

fn line(message: &TicketMessage) -> SaidLine {
    SaidLine {
        by: if message.author == Actor::Holder { Speaker::Holder } else { Speaker::Staff(None) },
        is_note: message.is_note,
        text: message.text.0.clone(),
        at_ms: message.at.unix_ms(),
    }
}

/// Whether another picture may be sent.
fn may_send(ticket: &Ticket, pictures: &[Evidence]) -> bool {
    ticket::takes_pictures(ticket, pictures.iter().map(|picture| picture.uploaded_at))
}

/// The pictures of a ticket whose page has this path.
pub(crate) fn picture_lines(pictures: &[Evidence], path: &str) -> Vec<PictureLine> {
    let line = |picture: &Evidence| PictureLine {
        path: format!("{path}/evidence/{}", picture.id),
        at_ms: picture.uploaded_at.unix_ms(),
    };
    pictures.iter().map(line).collect()
}

/// Who reads a ticket's page, and by what.
struct Reader {
    visit: Visit,
    id: TicketId,
    key: TicketKey,
    path: String,
}

impl Reader {
    fn is_signed_in(&self) -> bool {
        matches!(self.key, TicketKey::Account(_))
    }

    async fn show(&self, text: Field) -> Response {
        self.show_with(text, None).await
    }

    /// `wrong`: why the last picture was not taken.
    async fn show_with(&self, text: Field, wrong: Option<Problem>) -> Response {
        let (visit, service_id) = (&self.visit, self.visit.server.service_id());
        let view = match visit.server.flows().read_ticket(service_id, self.id, self.key.clone()).await {
            Ok(Some(view)) => view,
            Ok(None) if self.is_signed_in() => return visit.fault(Fault::NotFound),
            Ok(None) => return visit.redirect(&format!("{}/code", self.path)),
            Err(error) => return visit.broke(error),
        };
        let pictures = match visit.server.flows().evidence_of(service_id, self.owner()).await {
            Ok(pictures) => pictures,
            Err(error) => return visit.broke(error),
        };
        let may_send = may_send(&view.ticket, &pictures);
        let TicketView { ticket, messages, is_told } = view;
        let is_wrong = text.problem.is_some() || wrong.is_some();
        let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let page = SupportTicket {
            layout: visit.layout(&self.path),
            path: self.path.clone(),
            signed_in: self.is_signed_in(),
            title: ticket.title.0,
            topic: ticket.topic,
            status: ticket.status,
            due_at_ms: ticket.due_at.map(|due| due.unix_ms()),
            is_told,
            said: messages.iter().map(line).collect(),
            pictures: picture_lines(&pictures, &self.path),
            upload: (may_send || wrong.is_some()).then(|| UploadField {
                slot: EvidenceSlot::Attachment,
                path: format!("{}/evidence", self.path),
                picture: None,
                problem: wrong,
                reloads: true,
            }),
            text,
        };
        let mut response = visit.page(status, &page);
        if let TicketKey::Code(code) = &self.key {
            // Kept for another hour: nobody loses a long reply to a clock.
            remember(visit, &mut response, self.id, code);
        }
        response
    }

    fn owner(&self) -> EvidenceOwner {
        EvidenceOwner::Ticket(self.id)
    }

    /// Where pictures go, for whoever may read the ticket; it takes none when no more may be sent.
    async fn place(&self) -> Result<Place, Box<Response>> {
        let (visit, service_id) = (&self.visit, self.visit.server.service_id());
        let flows = visit.server.flows();
        let view = match flows.read_ticket(service_id, self.id, self.key.clone()).await {
            Ok(Some(view)) => view,
            Ok(None) => return Err(Box::new(visit.fault(Fault::NotFound))),
            Err(error) => return Err(Box::new(visit.broke(error))),
        };
        let pictures = flows.evidence_of(service_id, self.owner()).await;
        let pictures = pictures.map_err(|error| Box::new(visit.broke(error)))?;
        let may_send = may_send(&view.ticket, &pictures);
        Ok(Place {
            owner: self.owner(),
            slots: if may_send { vec![(EvidenceSlot::Attachment, String::new())] } else { Vec::new() },
            path: format!("{}/evidence", self.path),
        })
    }

    async fn receive(&self, request: Request) -> Response {
        let place = match self.place().await {
            Ok(place) => place,
            Err(refused) => return *refused,
        };
        match evidence::receive(&self.visit, &place, request).await {
            Received::Answered(response) => *response,
            Received::Kept(kept) if kept.is_empty() => {
                self.show_with(Field::default(), Some(Problem::UploadMissing)).await
            }
            Received::Kept(_) => self.visit.redirect(&format!("{}?notice=message-sent", self.path)),
            Received::Refused(_, problem) => self.show_with(Field::default(), Some(problem)).await,
        }
    }

    async fn picture(&self, id: &str, request: Request) -> Response {
        match self.place().await {
            Ok(place) => evidence::piece(&self.visit, &place, id, request).await,
            Err(refused) => *refused,
        }
    }

    async fn act(&self, sent: &Sent) -> Response {
        let (flows, service_id) = (self.visit.server.flows(), self.visit.server.service_id());
        let caller = self.visit.caller();
        let solves = sent.get("act") == "solve";
        let text = looked_at(sent.get("text"));
        let done = if solves {
            flows.solve_own_ticket(service_id, self.id, self.key.clone(), caller).await
        } else if text.problem.is_some() {
            return self.show(text).await;
        } else {
            flows.reply_to_ticket(service_id, self.id, self.key.clone(), &text.value, caller).await
        };
        match done {
            Err(error) => self.visit.broke(error),
            Ok(TicketSaid::Gone) if self.is_signed_in() => self.visit.fault(Fault::NotFound),
            Ok(TicketSaid::Gone) => self.visit.redirect(&format!("{}/code", self.path)),
            Ok(TicketSaid::Refused(refusal)) => {
                self.show(Field { value: text.value, problem: Some(refused(refusal)) }).await
            }
            Ok(TicketSaid::Done) => {
                let notice = if solves { "ticket-solved" } else { "message-sent" };
                self.visit.redirect(&format!("{}?notice={notice}", self.path))
            }
        }
    }
}

fn signed_in_reader(holder: Holder, id: &str) -> Result<Reader, Box<Response>> {
    let Ok(id) = id.parse() else { return Err(Box::new(holder.visit.fault(Fault::NotFound))) };
    let key = TicketKey::Account(holder.signed_in.account.id);
    Ok(Reader { visit: holder.visit, id, key, path: format!("/support/{id}") })
}

/// `GET /support/{ticket}`
pub(crate) async fn page(holder: Holder, Path(id): Path<String>) -> Response {
    match signed_in_reader(holder, &id) {
        Ok(reader) => reader.show(Field::default()).await,
        Err(refused) => *refused,
    }
}

/// `POST /support/{ticket}`
pub(crate) async fn act(holder: Holder, Path(id): Path<String>, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    match signed_in_reader(holder, &id) {
        Ok(reader) => reader.act(&sent).await,
        Err(refused) => *refused,
    }
}

/// `POST /support/{ticket}/evidence`
pub(crate) async fn send_picture(holder: Holder, Path(id): Path<String>, request: Request) -> Response {
    match signed_in_reader(holder, &id) {
        Ok(reader) => reader.receive(request).await,
        Err(refused) => *refused,
    }
}

/// Any method of `/support/{ticket}/evidence/{evidence}`
pub(crate) async fn picture(
    holder: Holder,
    Path((id, evidence)): Path<(String, String)>,
    request: Request,
) -> Response {
    match signed_in_reader(holder, &id) {
        Ok(reader) => reader.picture(&evidence, request).await,
        Err(refused) => *refused,
    }
}

/// `POST /support/t/{ticket}/evidence`
pub(crate) async fn send_picture_by_code(visit: Visit, Path(id): Path<String>, request: Request) -> Response {
    match code_reader(visit, &id) {
        Ok(reader) => reader.receive(request).await,
        Err(elsewhere) => *elsewhere,
    }
}

/// Any method of `/support/t/{ticket}/evidence/{evidence}`
pub(crate) async fn picture_by_code(
    visit: Visit,
    Path((id, evidence)): Path<(String, String)>,
    request: Request,
) -> Response {
    match code_reader(visit, &id) {
        Ok(reader) => reader.picture(&evidence, request).await,
        Err(elsewhere) => *elsewhere,
    }
}

fn code_reader(visit: Visit, id: &str) -> Result<Reader, Box<Response>> {
    let Ok(id) = id.parse::<TicketId>() else { return Err(Box::new(visit.fault(Fault::NotFound))) };
    let path = format!("/support/t/{id}");
    match remembered(&visit, id) {
        Some(code) => Ok(Reader { visit, id, key: TicketKey::Code(code), path }),
        None => Err(Box::new(visit.redirect(&format!("{path}/code")))),
    }
}

/// `GET /support/t/{ticket}`
pub(crate) async fn page_by_code(visit: Visit, Path(id): Path<String>) -> Response {
    match code_reader(visit, &id) {
        Ok(reader) => reader.show(Field::default()).await,
        Err(elsewhere) => *elsewhere,
    }
}

/// `POST /support/t/{ticket}`
pub(crate) async fn act_by_code(visit: Visit, Path(id): Path<String>, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    match code_reader(visit, &id) {
        Ok(reader) => reader.act(&sent).await,
        Err(elsewhere) => *elsewhere,
    }
}

/// The page that asks for a code looks the same whether there is such a ticket or not.
fn show_code(visit: &Visit, id: TicketId, problem: Option<Problem>) -> Response {
    let path = format!("/support/t/{id}/code");
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    visit.page(status, &SupportCode { layout: visit.layout(&path), path, problem })
}

/// `GET /support/t/{ticket}/code`
pub(crate) async fn code(visit: Visit, Path(id): Path<String>) -> Response {
    match id.parse() {
        Ok(id) => show_code(&visit, id, None),
        Err(_) => visit.fault(Fault::NotFound),
    }
}

/// `POST /support/t/{ticket}/code`
pub(crate) async fn check_code(visit: Visit, Path(id): Path<String>, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let Ok(id) = id.parse::<TicketId>() else { return visit.fault(Fault::NotFound) };
    let (service_id, typed) = (visit.server.service_id(), sent.get("code"));
    match visit.server.flows().try_ticket_code(service_id, id, typed, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(TicketAccess::Wrong) => show_code(&visit, id, Some(Problem::AccessCodeWrong)),
        Ok(TicketAccess::Locked(until)) => {
            let until = moment(until, visit.server.flows().now());
            show_code(&visit, id, Some(Problem::CaseLocked { until }))
        }
        Ok(TicketAccess::Right) => {
            let mut response = visit.redirect(&format!("/support/t/{id}"));
            if let Ok(code) = countersign_flows::core::recovery::RecoveryCode::lenient(typed) {
                remember(&visit, &mut response, id, code.normal());
            }
            response
        }
    }
}
