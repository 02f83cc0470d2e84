//! Signing up: `/signup`, `/signup/code`, `/signup/resend`.

use super::account::signed_in;
use super::code::{self, Said, channel_of, problem_of, send_problem};
use super::form::{Form, Sent};
use super::phone::number_problem;
use super::views::{AlreadyRegistered, CodePurpose, Field, Problem, SignUp};
use super::visit::Visit;
use super::{phone, regions};
use crate::http::cookies::{self, Name};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::address::{Address, EmailError, IdentifierProblem, read_identifier};
use countersign_flows::core::model::Purpose;
use countersign_flows::core::password::{LENGTH_MAX, PasswordProblem};
use countersign_flows::{CodePage, JourneyResend, SignUpCheck, SignUpStart};

/// `GET /signup`
pub(crate) async fn form(visit: Visit) -> Response {
    if visit.signed_in.is_some() {
        return visit.redirect("/security");
    }
    show(&visit, &Sent::default(), Problems::default())
}

#[derive(Default)]
struct Problems {
    identifier: Option<Problem>,
    region: Option<Problem>,
    password: Option<Problem>,
    form: Option<Problem>,
}

fn show(visit: &Visit, sent: &Sent, problems: Problems) -> Response {
    let wrong = problems.identifier.is_some()
        || problems.region.is_some()
        || problems.password.is_some()
        || problems.form.is_some();
    let minimum = visit.server.flows().policy().password_length_min;
    let page = SignUp {
        layout: visit.layout("/signup"),
        identifier: Field { value: sent.shown("identifier"), problem: problems.identifier },
        region: regions::picker(&visit.server, sent.get("region"), problems.region),
        password_problem: problems.password,
        password_characters_min: u32::try_from(minimum).unwrap_or(u32::MAX),
        problem: problems.form,
    };
    visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// `POST /signup`
pub(crate) async fn start(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let mut problems = Problems::default();
    let address = match identifier(&sent) {
        Ok(address) => Some(address),
        Err(IdentifierFault::Region(problem)) => {
            problems.region = Some(problem);
            None
        }
        Err(IdentifierFault::Identifier(problem)) => {
            problems.identifier = Some(problem);
            None
        }
    };
    let password = sent.get("password");
    if password.is_empty() {
        problems.password = Some(Problem::PasswordMissing);
    }
    let Some(address) = address.filter(|_| problems.password.is_none()) else {
        return show(&visit, &sent, problems);
    };
    let flows = visit.server.flows();
    let outcome = flows.start_sign_up(visit.server.service_id(), address, password, visit.caller()).await;
    match outcome {
        Err(error) => return visit.broke(error),
        Ok(SignUpStart::Started(token)) => {
            let mut response = visit.redirect("/signup/code");
            cookies::set(response.headers_mut(), &visit.server, Name::Journey, token.expose());
            return response;
        }
        Ok(SignUpStart::Password(problem)) => problems.password = Some(password_problem(problem)),
        Ok(SignUpStart::Number(refusal)) => {
            problems.identifier =
                Some(number_problem(&visit, refusal, phone::region_of(&sent, "identifier")));
        }
        Ok(SignUpStart::Refused(refusal)) => problems.form = Some(send_problem(refusal, flows.now())),
    }
    show(&visit, &sent, problems)
}

/// What is wrong with an identifier, and beside which field it is said.
pub(crate) enum IdentifierFault {
    Identifier(Problem),
    Region(Problem),
}

/// The email address or phone number of a form.
pub(crate) fn identifier(sent: &Sent) -> Result<Address, IdentifierFault> {
    use countersign_flows::core::numbers::NumberError;
    read_identifier(sent.get("identifier"), regions::posted(sent.get("region"))).map_err(|problem| {
        match problem {
            IdentifierProblem::Empty => IdentifierFault::Identifier(Problem::IdentifierMissing),
            IdentifierProblem::Number(NumberError::RegionNeeded) => {
                IdentifierFault::Region(Problem::RegionMissing)
            }
            IdentifierProblem::Email(EmailError::Empty | EmailError::TooLong | EmailError::Malformed)
            | IdentifierProblem::Number(_) => IdentifierFault::Identifier(Problem::IdentifierUnreadable),
        }
    })
}

pub(crate) fn password_problem(problem: PasswordProblem) -> Problem {
    match problem {
        PasswordProblem::Empty => Problem::PasswordMissing,
        PasswordProblem::TooShort { min } => {
            Problem::PasswordShort { characters_min: u32::try_from(min).unwrap_or(u32::MAX) }
        }
        PasswordProblem::TooLong => {
            Problem::PasswordLong { characters_max: u32::try_from(LENGTH_MAX).unwrap_or(u32::MAX) }
        }
        PasswordProblem::Common | PasswordProblem::Guessable => Problem::PasswordCommon,
    }
}

/// The sign-up in progress in this browser, with the token of its journey.
async fn in_progress(visit: &Visit) -> Result<(String, CodePage), Box<Response>> {
    let Some(token) = visit.cookie(Name::Journey) else { return Err(Box::new(visit.redirect("/signup"))) };
    match visit.server.flows().code_page(visit.server.service_id(), &token, None).await {
        Ok(Some(facts)) if facts.purpose == Purpose::SignUp => Ok((token, facts)),
        Ok(_) => Err(Box::new(visit.redirect("/signup"))),
        Err(error) => Err(Box::new(visit.broke(error))),
    }
}

/// `GET /signup/code`
pub(crate) async fn code(visit: Visit) -> Response {
    match in_progress(&visit).await {
        Ok((_, facts)) => code::show(&visit, CodePurpose::SignUp, &facts, Said::default()).await,
        Err(elsewhere) => *elsewhere,
    }
}

/// `POST /signup/code`
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
    let typed = sent.get("code");
    match flows.check_sign_up(visit.server.service_id(), &token, typed, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(SignUpCheck::Code(answer)) => {
            let (problem, attempts_left) = problem_of(&answer, facts.code_length, flows.now()).unzip();
            let (facts, problem) = super::code::after_miss(&visit, &token, None, facts, problem).await;
            let said = Said {
                typed: sent.shown("code"),
                problem,
                attempts_left: attempts_left.flatten(),
                ..Said::default()
            };
            code::show(&visit, CodePurpose::SignUp, &facts, said).await
        }
        Ok(outcome) => proved(&visit, outcome),
    }
}

/// Where everything but a wrong code leads.
pub(crate) fn proved(visit: &Visit, outcome: SignUpCheck) -> Response {
    match outcome {
        SignUpCheck::Opened(opened) => signed_in(visit, &opened, "/security?notice=welcome"),
        SignUpCheck::HasAccount => {
            let page = AlreadyRegistered { layout: visit.layout("/signin") };
            let mut response = visit.page(StatusCode::CONFLICT, &page);
            cookies::clear(response.headers_mut(), &visit.server, Name::Journey);
            response
        }
        SignUpCheck::Gone | SignUpCheck::Number(_) => visit.redirect("/signup"),
        SignUpCheck::Code(_) | SignUpCheck::NotHeard => visit.redirect("/signup/code"),
    }
}

/// `POST /signup/resend`
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
        Ok(JourneyResend::Sent) => visit.redirect("/signup/code?notice=code-sent"),
        Ok(JourneyResend::Gone) => visit.redirect("/signup"),
        Ok(JourneyResend::Refused(refusal)) => {
            let said = Said { problem: Some(send_problem(refusal, flows.now())), ..Said::default() };
            code::show(&visit, CodePurpose::SignUp, &facts, said).await
        }
    }
}
