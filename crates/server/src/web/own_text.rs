//! Texting us a code instead of typing one that we sent: `/signup/text` and `/security/phone/text`, with what goes on
//! (`done`) and what a waiting page asks (`state`) below each. What a text proves is decided by the flows.

use super::code::in_full;
use super::form::Form;
use super::views::{self, CodePurpose, OwnTextState, Problem};
use super::visit::{Holder, Visit};
use super::words::Address as Shown;
use super::{phone, sign_up};
use crate::http::cookies::{self, Name};
use crate::state::Server;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use countersign_flows::core::id::SessionId;
use countersign_flows::core::model::Purpose;
use countersign_flows::core::reverse::AskRefusal;
use countersign_flows::{ActivateOutcome, OwnText, OwnTextAsk, OwnTextPage, SignUpCheck};

/// The journey that a page belongs to.
struct Trip {
    purpose: CodePurpose,
    path: &'static str,
    token: String,
    session: Option<SessionId>,
}

impl Trip {
    fn of_sign_up(visit: &Visit) -> Option<Trip> {
        let token = visit.cookie(Name::Journey)?;
        Some(Trip { purpose: CodePurpose::SignUp, path: "/signup/text", token, session: None })
    }

    fn of_binding(holder: &Holder) -> Option<Trip> {
        let token = holder.visit.cookie(Name::Binding)?;
        let session = Some(holder.signed_in.session.id);
        Some(Trip { purpose: CodePurpose::Activate, path: "/security/phone/text", token, session })
    }

    fn proves(&self, purpose: Purpose) -> bool {
        match self.purpose {
            CodePurpose::SignUp => purpose == Purpose::SignUp,
            _ => purpose == Purpose::Bind,
        }
    }

    /// How the text stands, once a code for it was shown; else the way back to the code page, which says what else can
    /// be done.
    async fn look(&self, visit: &Visit, shown: &str) -> Result<OwnTextPage, Box<Response>> {
        let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
        match flows.own_text(service_id, &self.token, self.session, shown).await {
            Err(error) => Err(Box::new(visit.broke(error))),
            Ok(Some(page)) if self.proves(page.purpose) && page.own_text != OwnText::Offered => Ok(page),
            Ok(_) => Err(Box::new(visit.redirect(self.purpose.action()))),
        }
    }

    /// The page; `shown` is the code it showed, and shows again if it is still the one.
    async fn show(&self, visit: &Visit, shown: &str, problem: Option<Problem>) -> Response {
        let page = match self.look(visit, shown).await {
            Ok(page) => page,
            Err(elsewhere) => return *elsewhere,
        };
        let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let state = match page.own_text {
            OwnText::Heard => OwnTextState::Heard,
            _ if page.is_shown => OwnTextState::Shown { code: shown.to_owned() },
            _ => OwnTextState::Awaited,
        };
        let page = views::OwnText {
            layout: visit.layout(self.path),
            purpose: self.purpose,
            state,
            from: in_full(&page.from),
            to: Shown::new(page.to.international()),
            to_e164: page.to.e164().to_owned(),
            ends_at_ms: page.deadline.unix_ms(),
            problem,
        };
        visit.page(status, &page)
    }

    /// Draws a code and shows it.
    async fn ask(&self, visit: &Visit, form: Form) -> Response {
        if let Err(refused) = form.open(visit) {
            return *refused;
        }
        let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
        match flows.ask_for_own_text(service_id, &self.token, self.session).await {
            Err(error) => visit.broke(error),
            Ok(OwnTextAsk::Shown(code)) => self.show(visit, code.expose(), None).await,
            Ok(OwnTextAsk::Refused(AskRefusal::Heard)) => visit.redirect(self.path),
            Ok(OwnTextAsk::Refused(_) | OwnTextAsk::Gone) => visit.redirect(self.purpose.action()),
        }
    }
}

/// `GET /signup/text`
pub(crate) async fn sign_up_page(visit: Visit) -> Response {
    match Trip::of_sign_up(&visit) {
        Some(trip) => trip.show(&visit, "", None).await,
        None => visit.redirect("/signup"),
    }
}

/// `POST /signup/text`
pub(crate) async fn ask_at_sign_up(visit: Visit, form: Form) -> Response {
    match Trip::of_sign_up(&visit) {
        Some(trip) => trip.ask(&visit, form).await,
        None => visit.redirect("/signup"),
    }
}

/// `POST /signup/text/done`
pub(crate) async fn finish_sign_up(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let Some(trip) = Trip::of_sign_up(&visit) else { return visit.redirect("/signup") };
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    match flows.check_sign_up_by_own_text(service_id, &trip.token, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(SignUpCheck::NotHeard) => {
            trip.show(&visit, sent.get("shown"), Some(Problem::OwnTextAwaited)).await
        }
        Ok(outcome) => sign_up::proved(&visit, outcome),
    }
}

/// `GET /security/phone/text`
pub(crate) async fn binding_page(holder: Holder) -> Response {
    match Trip::of_binding(&holder) {
        Some(trip) => trip.show(&holder.visit, "", None).await,
        None => holder.visit.redirect("/security/phone"),
    }
}

/// `POST /security/phone/text`
pub(crate) async fn ask_at_binding(holder: Holder, form: Form) -> Response {
    match Trip::of_binding(&holder) {
        Some(trip) => trip.ask(&holder.visit, form).await,
        None => holder.visit.redirect("/security/phone"),
    }
}

/// `POST /security/phone/text/done`: "Activate", by the text that has come
pub(crate) async fn finish_binding(holder: Holder, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let visit = &holder.visit;
    let Some(trip) = Trip::of_binding(&holder) else { return visit.redirect("/security/phone") };
    let page = match trip.look(visit, "").await {
        Ok(page) => page,
        Err(elsewhere) => return *elsewhere,
    };
    let flows = visit.server.flows();
    match flows.activate_binding_by_own_text(&holder.signed_in, &trip.token, visit.caller()).await {
        Ok(ActivateOutcome::NotHeard) => {
            trip.show(visit, sent.get("shown"), Some(Problem::OwnTextAwaited)).await
        }
        Ok(ActivateOutcome::Code(_)) => visit.redirect(trip.purpose.action()),
        outcome => phone::activated(visit, outcome, &page.from),
    }
}

/// `GET /signup/text/state`: asked by a page that waits.
pub(crate) async fn sign_up_state(State(server): State<Server>, headers: HeaderMap) -> StatusCode {
    match cookies::read(&headers, &server, Name::Journey) {
        Some(token) => state(&server, &token, None).await,
        None => StatusCode::GONE,
    }
}

/// `GET /security/phone/text/state`: does not count as use of the session.
pub(crate) async fn binding_state(State(server): State<Server>, headers: HeaderMap) -> StatusCode {
    let cookie = |name| cookies::read(&headers, &server, name);
    let (Some(token), Some(session)) = (cookie(Name::Binding), cookie(Name::Session)) else {
        return StatusCode::GONE;
    };
    match server.flows().peek_session(server.service_id(), &session).await {
        Ok(Some(signed_in)) => state(&server, &token, Some(signed_in.session.id)).await,
        Ok(None) => StatusCode::GONE,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// 204 once the text has come, 202 while it is waited for, 410 where nothing is waited for any more.
async fn state(server: &Server, token: &str, session: Option<SessionId>) -> StatusCode {
    let found = server.flows().own_text(server.service_id(), token, session, "").await;
    match found.map(|page| page.map(|page| page.own_text)) {
        Ok(Some(OwnText::Heard)) => StatusCode::NO_CONTENT,
        Ok(Some(OwnText::Awaited)) => StatusCode::ACCEPTED,
        Ok(Some(OwnText::Offered) | None) => StatusCode::GONE,
        // Not knowing is no reason to stop waiting.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
