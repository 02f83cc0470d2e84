//! `/console/signin`, its second step, and signing out.

use super::Staff;
use crate::http::cookies::{self, Name};
use crate::web::code::moment;
use crate::web::form::{Form, Sent};
use crate::web::views::{ConsoleSignIn, ConsoleStep, Field, Problem};
use crate::web::visit::Visit;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::address::{Address, read_identifier};
use countersign_flows::core::code::CodeProblem;
use countersign_flows::core::lock::Refusal;
use countersign_flows::core::operator::LetIn;
use countersign_flows::core::proof::Answer;
use countersign_flows::core::time::Timestamp;
use countersign_flows::{ConsoleCheck, ConsoleStart, SecondAnswer};

/// Tries left from which on the page says so.
pub(super) const FEW_TRIES: u32 = 2;

/// `GET /console/signin`
pub(crate) async fn form(visit: Visit) -> Response {
    if visit.operator.is_some() {
        return visit.redirect("/console");
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
    let started =
        flows.start_console_sign_in(visit.server.service_id(), email, password, visit.caller()).await;
    Err(Refused::For(match started.map_err(|error| Refused::Broke(Box::new(visit.broke(error))))? {
        ConsoleStart::SecondStep(token) => {
            let mut response = visit.redirect("/console/signin/step");
            cookies::set(response.headers_mut(), &visit.server, Name::OperatorJourney, token.expose());
            return Ok(response);
        }
        ConsoleStart::Wrong => Problem::SignInRefused,
        ConsoleStart::Locked(refusal) => password_locked(refusal, flows.now()),
        ConsoleStart::Capped { until } => Problem::PasswordLocked { until: moment(until, flows.now()) },
        ConsoleStart::NoFactor => Problem::SecondFactorMissing,
    }))
}

/// Why a password of staff is not looked at.
pub(super) fn password_locked(refusal: Refusal, now: Timestamp) -> Problem {
    match refusal {
        Refusal::Locked { until } => Problem::PasswordLocked { until: moment(until, now) },
        Refusal::Disabled => Problem::FactorDisabled,
    }
}

/// Why a text cannot be a code of an app.
pub(super) fn unreadable(problem: CodeProblem) -> Problem {
    match problem {
        CodeProblem::Empty => Problem::TotpMissing,
        CodeProblem::NotDigits => Problem::CodeUnreadable { digits: 6 },
        CodeProblem::WrongLength { entered, .. } => {
            Problem::CodeLength { digits: 6, entered: u32::try_from(entered).unwrap_or(u32::MAX) }
        }
    }
}

/// Why codes of the app are not taken.
pub(super) fn app_refusal(refusal: Refusal, now: Timestamp) -> Problem {
    match refusal {
        Refusal::Locked { until } => Problem::CodesLocked { until: moment(until, now) },
        Refusal::Disabled => Problem::StaffFactorDisabled,
    }
}

#[derive(Default)]
struct Said {
    typed: String,
    code_problem: Option<Problem>,
    attempts_left: Option<u32>,
    passkey_problem: Option<Problem>,
}

/// `GET /console/signin/step`
pub(crate) async fn step(visit: Visit) -> Response {
    let token = visit.cookie(Name::OperatorJourney).unwrap_or_default();
    show_step(&visit, &token, Said::default()).await
}

async fn show_step(visit: &Visit, token: &str, said: Said) -> Response {
    let flows = visit.server.flows();
    let found = match flows.console_second_step(visit.server.service_id(), token).await {
        Ok(Some(found)) => found,
        Ok(None) => return visit.redirect("/console/signin"),
        Err(error) => return visit.broke(error),
    };
    let refusal = found.app_refusal.filter(|_| found.has_app);
    let wrong = said.code_problem.is_some() || said.passkey_problem.is_some();
    let page = ConsoleStep {
        layout: visit.layout("/console/signin/step"),
        who: found.who,
        has_app: found.has_app,
        app_refusal: refusal.map(|refusal| app_refusal(refusal, flows.now())),
        code: Field { value: said.typed, problem: said.code_problem },
        attempts_left: said.attempts_left.filter(|left| *left <= FEW_TRIES),
        passkey_options: found.passkey_options,
        passkey_problem: said.passkey_problem,
    };
    let status = match (refusal, wrong) {
        (Some(_), _) => StatusCode::TOO_MANY_REQUESTS,
        (None, true) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, false) => StatusCode::OK,
    };
    visit.page(status, &page)
}

/// What a form of a second factor brought: a passkey's answer if there is one, else the code.
pub(super) fn second_answer(sent: &Sent) -> SecondAnswer {
    match sent.get("credential") {
        "" => SecondAnswer::Totp(sent.get("totp").to_owned()),
        answer => SecondAnswer::Passkey(answer.to_owned()),
    }
}

/// `POST /console/signin/step`
pub(crate) async fn check(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let Some(token) = visit.cookie(Name::OperatorJourney) else { return visit.redirect("/console/signin") };
    let answer = second_answer(&sent);
    let is_passkey = matches!(answer, SecondAnswer::Passkey(_));
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let mut said = Said { typed: sent.shown("totp"), ..Said::default() };
    match flows.check_console_step(service_id, &token, answer, visit.caller()).await {
        Err(error) => return visit.broke(error),
        Ok(ConsoleCheck::SignedIn(cookies)) => return let_in(&visit, &cookies),
        Ok(ConsoleCheck::Gone) => return visit.redirect("/console/signin"),
        Ok(ConsoleCheck::Unreadable(problem)) => said.code_problem = Some(unreadable(problem)),
        Ok(ConsoleCheck::Not(_)) if is_passkey => said.passkey_problem = Some(Problem::PasskeyRefused),
        Ok(ConsoleCheck::Not(answer)) => {
            said.code_problem = Some(Problem::TotpWrong);
            if let Answer::Wrong { left } = answer {
                said.attempts_left = Some(left);
            }
        }
    }
    show_step(&visit, &token, said).await
}

/// Into the console, with the cookies of session and browser.
pub(super) fn let_in(visit: &Visit, tokens: &LetIn) -> Response {
    let mut response = visit.redirect("/console");
    cookies::set(response.headers_mut(), &visit.server, Name::Operator, tokens.session.expose());
    cookies::set(response.headers_mut(), &visit.server, Name::OperatorDevice, tokens.browser.expose());
    cookies::clear(response.headers_mut(), &visit.server, Name::OperatorJourney);
    response
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
