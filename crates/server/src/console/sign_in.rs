//! `/console/signin`, its code page, and signing out.

use super::Staff;
use crate::http::cookies::{self, Name};
use crate::web::code::{self, Said, moment, problem_of, send_problem};
use crate::web::form::{Form, Sent};
use crate::web::views::{CodePurpose, ConsoleSignIn, Field, Problem};
use crate::web::visit::Visit;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::address::{Address, read_identifier};
use countersign_flows::core::lock::Refusal;
use countersign_flows::{CodePage, ConsoleCheck, ConsoleStart, JourneyResend};

/// `GET /console/signin`
pub(crate) async fn form(visit: Visit) -> Response {
    if visit.operator.is_some() {
        return visit.redirect("/console/policy");
    }
    show(&visit, &Sent::default(), Problems::default())
}

#[derive(Default)]
struct Problems {
    email: Option<Problem>,
    password: Option<Problem>,
    form: Option<Problem>,
}

fn show(visit: &Visit, sent: &Sent, problems: Problems) -> Response {
    let wrong = problems.email.is_some() || problems.password.is_some() || problems.form.is_some();
    let page = ConsoleSignIn {
        layout: visit.layout("/console/signin"),
        email: Field { value: sent.shown("email"), problem: problems.email },
        password_problem: problems.password,
        problem: problems.form,
    };
    visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// `POST /console/signin`
pub(crate) async fn start(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let mut problems = Problems::default();
    let email = read_identifier(sent.get("email"), None).ok().filter(|address| address.phone().is_none());
    let password = sent.get("password");
    if email.is_none() {
        problems.email = Some(Problem::EmailUnreadable);
    }
    if password.is_empty() {
        problems.password = Some(Problem::PasswordMissing);
    }
    let Some(email) = email.filter(|_| problems.password.is_none()) else {
        return show(&visit, &sent, problems);
    };
    match asked(&visit, email, password).await {
        Ok(leads_on) => leads_on,
        Err(Refused::Broke(response)) => *response,
        Err(Refused::For(problem)) => {
            problems.form = Some(problem);
            show(&visit, &sent, problems)
        }
    }
}

enum Refused {
    Broke(Box<Response>),
    For(Problem),
}

async fn asked(visit: &Visit, email: Address, password: &str) -> Result<Response, Refused> {
    let flows = visit.server.flows();
    let now = flows.now();
    let started =
        flows.start_console_sign_in(visit.server.service_id(), email, password, visit.caller()).await;
    Err(Refused::For(match started.map_err(|error| Refused::Broke(Box::new(visit.broke(error))))? {
        ConsoleStart::CodeSent(token) => {
            let mut response = visit.redirect("/console/signin/code");
            cookies::set(response.headers_mut(), &visit.server, Name::OperatorJourney, token.expose());
            return Ok(response);
        }
        ConsoleStart::Wrong => Problem::SignInRefused,
        ConsoleStart::Locked(Refusal::Locked { until }) => {
            Problem::PasswordLocked { until: moment(until, now) }
        }
        ConsoleStart::Locked(Refusal::Disabled) => Problem::FactorDisabled,
        ConsoleStart::NotSent(refusal) => send_problem(refusal, now),
    }))
}

/// The sign-in in progress in this browser, with the token of its journey.
async fn in_progress(visit: &Visit) -> Result<(String, CodePage), Box<Response>> {
    let again = || Box::new(visit.redirect("/console/signin"));
    let Some(token) = visit.cookie(Name::OperatorJourney) else { return Err(again()) };
    match visit.server.flows().console_code_page(visit.server.service_id(), &token).await {
        Ok(Some(facts)) => Ok((token, facts)),
        Ok(None) => Err(again()),
        Err(error) => Err(Box::new(visit.broke(error))),
    }
}

/// `GET /console/signin/code`
pub(crate) async fn code(visit: Visit) -> Response {
    match in_progress(&visit).await {
        Ok((_, facts)) => code::show(&visit, CodePurpose::Console, &facts, Said::default()).await,
        Err(elsewhere) => *elsewhere,
    }
}

/// `POST /console/signin/code`
pub(crate) async fn check(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (token, facts) = match in_progress(&visit).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    match flows.check_console_code(service_id, &token, sent.get("code"), visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(ConsoleCheck::SignedIn(session)) => {
            let mut response = visit.redirect("/console/policy");
            cookies::set(response.headers_mut(), &visit.server, Name::Operator, session.expose());
            cookies::clear(response.headers_mut(), &visit.server, Name::OperatorJourney);
            response
        }
        Ok(ConsoleCheck::Gone) => visit.redirect("/console/signin"),
        Ok(ConsoleCheck::Code(answer)) => {
            let (problem, attempts_left) = problem_of(&answer, facts.code_length, flows.now()).unzip();
            let (facts, problem) = after_miss(&visit, &token, facts, problem).await;
            let attempts_left = attempts_left.flatten();
            let said = Said { typed: sent.shown("code"), problem, attempts_left, ..Said::default() };
            code::show(&visit, CodePurpose::Console, &facts, said).await
        }
    }
}

/// The facts as they are now, and a new code at once where the old one had only run out.
async fn after_miss(
    visit: &Visit,
    token: &str,
    before: CodePage,
    mut problem: Option<Problem>,
) -> (CodePage, Option<Problem>) {
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    if problem == Some(Problem::CodeExpired)
        && let Ok(JourneyResend::Sent) = flows.resend_console_code(service_id, token, visit.caller()).await
    {
        problem = Some(Problem::CodeExpiredNewSent);
    }
    let now = flows.console_code_page(service_id, token).await.ok().flatten();
    (now.unwrap_or(before), problem)
}

/// `POST /console/signin/resend`
pub(crate) async fn resend(visit: Visit, form: Form) -> Response {
    if let Err(refused) = form.open(&visit) {
        return *refused;
    }
    let (token, facts) = match in_progress(&visit).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let flows = visit.server.flows();
    match flows.resend_console_code(visit.server.service_id(), &token, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(JourneyResend::Sent) => visit.redirect("/console/signin/code?notice=code-sent"),
        Ok(JourneyResend::Gone) => visit.redirect("/console/signin"),
        Ok(JourneyResend::Refused(refusal)) => {
            let said = Said { problem: Some(send_problem(refusal, flows.now())), ..Said::default() };
            code::show(&visit, CodePurpose::Console, &facts, said).await
        }
    }
}

/// `POST /console/signout`
pub(crate) async fn sign_out(Staff { visit, signed_in }: Staff, form: Form) -> Response {
    if let Err(refused) = form.open(&visit) {
        return *refused;
    }
    if let Err(error) = visit.server.flows().sign_out_operator(&signed_in).await {
        return visit.broke(error);
    }
    let mut response = visit.redirect("/console/signin?notice=signed-out");
    cookies::clear(response.headers_mut(), &visit.server, Name::Operator);
    response
}
