//! A forgotten password: `/signin/forgotten` and what follows it (R59). The identifier is proved first, and only
//! then does a page say whether it has an account (R46).

use super::code::{self, Said, channel_of, problem_of, send_problem};
use super::confirm::lead_to;
use super::form::{Form, Sent};
use super::settings::hold_hours;
use super::sign_up::{IdentifierFault, identifier, password_problem};
use super::views::{CodePurpose, Field, Forgotten, ForgottenEnd, ForgottenNew, Problem};
use super::visit::Visit;
use super::{phone, regions};
use crate::http::cookies::{self, Name};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::model::Purpose;
use countersign_flows::core::session::Token;
use countersign_flows::{CodePage, ForgottenCheck, ForgottenStart, JourneyResend, PasswordChosen};

/// `GET /signin/forgotten`
pub(crate) async fn form(visit: Visit) -> Response {
    show(&visit, &Sent::default(), Problems::default())
}

#[derive(Default)]
struct Problems {
    identifier: Option<Problem>,
    region: Option<Problem>,
    form: Option<Problem>,
}

fn show(visit: &Visit, sent: &Sent, problems: Problems) -> Response {
    let wrong = problems.identifier.is_some() || problems.region.is_some() || problems.form.is_some();
    let page = Forgotten {
        layout: visit.layout("/signin/forgotten"),
        identifier: Field { value: sent.shown("identifier"), problem: problems.identifier },
        region: regions::picker(&visit.server, sent.get("region"), problems.region),
        problem: problems.form,
    };
    visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// `POST /signin/forgotten`
pub(crate) async fn start(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let mut problems = Problems::default();
    let address = match identifier(&sent) {
        Ok(address) => address,
        Err(IdentifierFault::Region(problem)) => {
            problems.region = Some(problem);
            return show(&visit, &sent, problems);
        }
        Err(IdentifierFault::Identifier(problem)) => {
            problems.identifier = Some(problem);
            return show(&visit, &sent, problems);
        }
    };
    let flows = visit.server.flows();
    match flows.start_forgotten(visit.server.service_id(), address, visit.caller()).await {
        Err(error) => return visit.broke(error),
        Ok(ForgottenStart::Started(token)) => return go_on(&visit, "/signin/forgotten/code", &token),
        Ok(ForgottenStart::Number(refusal)) => {
            let region = phone::region_of(&sent, "identifier");
            problems.identifier = Some(phone::number_problem(&visit, refusal, region));
        }
        Ok(ForgottenStart::Refused(refusal)) => problems.form = Some(send_problem(refusal, flows.now())),
    }
    show(&visit, &sent, problems)
}

fn go_on(visit: &Visit, to: &str, token: &Token) -> Response {
    let mut response = visit.redirect(to);
    cookies::set(response.headers_mut(), &visit.server, Name::Journey, token.expose());
    response
}

/// The journey in progress in this browser, with its token.
async fn in_progress(visit: &Visit) -> Result<(String, CodePage), Box<Response>> {
    let elsewhere = || Box::new(visit.redirect("/signin/forgotten"));
    let token = visit.cookie(Name::Journey).ok_or_else(elsewhere)?;
    match visit.server.flows().code_page(visit.server.service_id(), &token, None).await {
        Ok(Some(facts)) if facts.purpose == Purpose::PasswordReset => Ok((token, facts)),
        Ok(_) => Err(elsewhere()),
        Err(error) => Err(Box::new(visit.broke(error))),
    }
}

/// `GET /signin/forgotten/code`
pub(crate) async fn code(visit: Visit) -> Response {
    match in_progress(&visit).await {
        Ok((_, facts)) => code::show(&visit, CodePurpose::Forgotten, &facts, Said::default()).await,
        Err(elsewhere) => *elsewhere,
    }
}

/// `POST /signin/forgotten/code`
pub(crate) async fn check(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (token, facts) = match in_progress(&visit).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let flows = visit.server.flows();
    let service_id = visit.server.service_id();
    match flows.check_forgotten(service_id, &token, sent.get("code"), visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(ForgottenCheck::Choose(token)) => go_on(&visit, "/signin/forgotten/new", &token),
        Ok(ForgottenCheck::Confirm(action, token)) => lead_to(&visit, &action, token.expose()),
        Ok(ForgottenCheck::NoAccount) => end(&visit, true),
        Ok(ForgottenCheck::NotLikeThis(_)) => end(&visit, false),
        Ok(ForgottenCheck::Gone) => visit.redirect("/signin/forgotten"),
        Ok(ForgottenCheck::Code(answer)) => {
            let (problem, attempts_left) = problem_of(&answer, facts.code_length, flows.now()).unzip();
            let (facts, problem) = code::after_miss(&visit, &token, None, facts, problem).await;
            let attempts_left = attempts_left.flatten();
            let said = Said { typed: sent.shown("code"), problem, attempts_left, ..Said::default() };
            code::show(&visit, CodePurpose::Forgotten, &facts, said).await
        }
    }
}

/// The last page of a reset that does not come to a new password.
fn end(visit: &Visit, no_account: bool) -> Response {
    let support = visit.server.inner.support.clone();
    let page = ForgottenEnd { layout: visit.layout("/signin/forgotten"), no_account, support };
    let mut response = visit.page(StatusCode::OK, &page);
    cookies::clear(response.headers_mut(), &visit.server, Name::Journey);
    response
}

/// `POST /signin/forgotten/resend`
pub(crate) async fn resend(visit: Visit, form: Form) -> Response {
    let channel = match form.open(&visit) {
        Ok(sent) => channel_of(&sent),
        Err(refused) => return *refused,
    };
    let (token, facts) = match in_progress(&visit).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let flows = visit.server.flows();
    match flows.resend_for_journey(visit.server.service_id(), &token, None, channel, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(JourneyResend::Sent) => visit.redirect("/signin/forgotten/code?notice=code-sent"),
        Ok(JourneyResend::Gone) => visit.redirect("/signin/forgotten"),
        Ok(JourneyResend::Refused(refusal)) => {
            let said = Said { problem: Some(send_problem(refusal, flows.now())), ..Said::default() };
            code::show(&visit, CodePurpose::Forgotten, &facts, said).await
        }
    }
}

/// `GET /signin/forgotten/new`
pub(crate) async fn new_password(visit: Visit) -> Response {
    let token = visit.cookie(Name::Journey).unwrap_or_default();
    match visit.server.flows().may_choose_password(visit.server.service_id(), &token).await {
        Err(error) => visit.broke(error),
        Ok(true) => show_new(&visit, None),
        Ok(false) => visit.redirect("/signin/forgotten"),
    }
}

fn show_new(visit: &Visit, password_problem: Option<Problem>) -> Response {
    let status = if password_problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let least = visit.server.flows().policy().password_length_min;
    let page = ForgottenNew {
        layout: visit.layout("/signin/forgotten/new"),
        password_characters_min: u32::try_from(least).unwrap_or(u32::MAX),
        hold_hours: hold_hours(visit),
        password_problem,
    };
    visit.page(status, &page)
}

/// `POST /signin/forgotten/new`
pub(crate) async fn enter_password(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let token = visit.cookie(Name::Journey).unwrap_or_default();
    let flows = visit.server.flows();
    let service_id = visit.server.service_id();
    match flows.choose_password(service_id, &token, sent.get("password"), visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(PasswordChosen::Password(problem)) => show_new(&visit, Some(password_problem(problem))),
        Ok(PasswordChosen::Gone) => visit.redirect("/signin/forgotten"),
        Ok(PasswordChosen::Set) => {
            let mut response = visit.redirect("/signin?notice=password-reset");
            cookies::clear(response.headers_mut(), &visit.server, Name::Journey);
            response
        }
    }
}
