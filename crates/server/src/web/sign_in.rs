//! Signing in: `/signin`, its code page, and the other methods.

use super::account::signed_in;
use super::code::{self, Said, channel_of, moment, problem_of, send_problem, ways};
use super::confirm::lead_to;
use super::form::{Form, Sent};
use super::regions;
use super::sign_up::{IdentifierFault, identifier};
use super::views::{CodePurpose, Field, Method, PhoneUnavailable, Problem, SignIn, SignInMethod};
use super::visit::Visit;
use crate::http::cookies::{self, Name};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::account;
use countersign_flows::core::lock::Refusal;
use countersign_flows::core::model::{Factor, Purpose};
use countersign_flows::{CodePage, JourneyResend, MethodOutcome, SignInCheck, SignInDoor, SignInStart};

/// `GET /signin`
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
    stuck: bool,
}

fn show(visit: &Visit, sent: &Sent, problems: Problems) -> Response {
    let wrong = problems.identifier.is_some()
        || problems.region.is_some()
        || problems.password.is_some()
        || problems.form.is_some();
    let page = SignIn {
        layout: visit.layout("/signin"),
        identifier: Field { value: sent.shown("identifier"), problem: problems.identifier },
        region: regions::picker(&visit.server, sent.get("region"), problems.region),
        password_problem: problems.password,
        problem: problems.form,
        stuck: problems.stuck,
    };
    visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// `POST /signin`
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
    let now = flows.now();
    match flows.start_sign_in(visit.server.service_id(), address, password, visit.caller()).await {
        Err(error) => return visit.broke(error),
        Ok(SignInStart::SignedIn(opened)) => return signed_in(&visit, &opened, "/security"),
        Ok(SignInStart::SecondFactor(token)) => {
            let mut response = visit.redirect("/signin/code");
            cookies::set(response.headers_mut(), &visit.server, Name::Journey, token.expose());
            return response;
        }
        Ok(SignInStart::Confirm(action, token)) => return lead_to(&visit, &action, token.expose()),
        Ok(SignInStart::Wrong) => problems.form = Some(Problem::SignInRefused),
        Ok(SignInStart::Locked(Refusal::Locked { until })) => {
            problems.form = Some(Problem::PasswordLocked { until: moment(until, now) });
        }
        Ok(SignInStart::Locked(Refusal::Disabled)) => problems.form = Some(Problem::FactorDisabled),
        Ok(SignInStart::NoMethod(refusal, token)) => {
            let problem = refusal.map(|refusal| send_problem(refusal, now));
            problems.form = Some(problem.unwrap_or(Problem::SecondFactorNone));
            problems.stuck = true;
            let mut response = show(&visit, &sent, problems);
            cookies::set(response.headers_mut(), &visit.server, Name::Journey, token.expose());
            return response;
        }
    }
    show(&visit, &sent, problems)
}

/// The sign-in in this browser whose password was right: the one that waits on the confirm page of `action`, if that
/// names one, or the one that waits for a code.
pub(crate) fn door(visit: &Visit, action: &str) -> Option<SignInDoor> {
    match (action.parse(), visit.cookie(Name::Confirm)) {
        (Ok(action), Some(page)) => Some(SignInDoor::Action(action, page)),
        _ => visit.cookie(Name::Journey).map(SignInDoor::Journey),
    }
}

/// Where whoever stands at a door asks support.
pub(crate) fn support_path(door: &SignInDoor) -> String {
    match door {
        SignInDoor::Action(id, _) => format!("/signin/support?action={id}"),
        SignInDoor::Journey(_) => "/signin/support".to_owned(),
    }
}

/// The sign-in in progress in this browser, with the token of its journey.
async fn in_progress(visit: &Visit) -> Result<(String, CodePage), Box<Response>> {
    let Some(token) = visit.cookie(Name::Journey) else { return Err(Box::new(visit.redirect("/signin"))) };
    match visit.server.flows().code_page(visit.server.service_id(), &token, None).await {
        Ok(Some(facts)) if facts.purpose == Purpose::SignIn => Ok((token, facts)),
        Ok(_) => Err(Box::new(visit.redirect("/signin"))),
        Err(error) => Err(Box::new(visit.broke(error))),
    }
}

/// The methods of the account behind the sign-in, and the one in use.
async fn methods_of(visit: &Visit, token: &str) -> Result<(Vec<account::Method>, Factor), Box<Response>> {
    match visit.server.flows().sign_in_methods(visit.server.service_id(), token).await {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(Box::new(visit.redirect("/signin"))),
        Err(error) => Err(Box::new(visit.broke(error))),
    }
}

async fn show_code(visit: &Visit, token: &str, facts: &CodePage, mut said: Said) -> Response {
    match methods_of(visit, token).await {
        Ok((methods, present)) => said.other_ways = ways(&methods, Some(present)),
        Err(elsewhere) => return *elsewhere,
    }
    code::show(visit, CodePurpose::SignIn, facts, said).await
}

/// `GET /signin/code`
pub(crate) async fn code(visit: Visit) -> Response {
    match in_progress(&visit).await {
        Ok((token, facts)) => show_code(&visit, &token, &facts, Said::default()).await,
        Err(elsewhere) => *elsewhere,
    }
}

/// `POST /signin/code`
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
    let checked =
        flows.check_sign_in(visit.server.service_id(), &token, sent.get("code"), visit.caller()).await;
    match checked {
        Err(error) => visit.broke(error),
        Ok(SignInCheck::SignedIn(opened)) => signed_in(&visit, &opened, "/security"),
        Ok(SignInCheck::Gone) => visit.redirect("/signin"),
        Ok(SignInCheck::Code(answer)) => {
            let (problem, attempts_left) = problem_of(&answer, facts.code_length, flows.now()).unzip();
            let (facts, problem) = code::after_miss(&visit, &token, None, facts, problem).await;
            let attempts_left = attempts_left.flatten();
            let said = Said { typed: sent.shown("code"), problem, attempts_left, ..Said::default() };
            show_code(&visit, &token, &facts, said).await
        }
    }
}

/// `POST /signin/resend`
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
        Ok(JourneyResend::Sent) => visit.redirect("/signin/code?notice=code-sent"),
        Ok(JourneyResend::Gone) => visit.redirect("/signin"),
        Ok(JourneyResend::Refused(refusal)) => {
            let said = Said { problem: Some(send_problem(refusal, flows.now())), ..Said::default() };
            show_code(&visit, &token, &facts, said).await
        }
    }
}

/// `GET /signin/method`
pub(crate) async fn methods(visit: Visit) -> Response {
    show_methods(&visit, None).await
}

async fn show_methods(visit: &Visit, problem: Option<Problem>) -> Response {
    let Some(token) = visit.cookie(Name::Journey) else { return visit.redirect("/signin") };
    let (methods, _) = match methods_of(visit, &token).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page =
        SignInMethod { layout: visit.layout("/signin/method"), methods: ways(&methods, None), problem };
    visit.page(status, &page)
}

/// `POST /signin/method`
pub(crate) async fn switch(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let Some(token) = visit.cookie(Name::Journey) else { return visit.redirect("/signin") };
    let factor = match Method::named(sent.get("method")) {
        Some(Method::Sms) => Factor::Sms,
        Some(Method::Email) => Factor::Email,
        _ => return show_methods(&visit, Some(Problem::MethodUnknown)).await,
    };
    let flows = visit.server.flows();
    let switched =
        flows.switch_sign_in_method(visit.server.service_id(), &token, factor, visit.caller()).await;
    match switched {
        Err(error) => visit.broke(error),
        Ok(MethodOutcome::Sent) => visit.redirect("/signin/code?notice=code-sent"),
        Ok(MethodOutcome::Gone) => visit.redirect("/signin"),
        Ok(MethodOutcome::NotOffered) => show_methods(&visit, Some(Problem::MethodUnknown)).await,
        Ok(MethodOutcome::Refused(refusal)) => {
            show_methods(&visit, Some(send_problem(refusal, flows.now()))).await
        }
    }
}

/// `GET /signin/phone-unavailable`
pub(crate) async fn phone_unavailable(visit: Visit) -> Response {
    let Some(token) = visit.cookie(Name::Journey) else { return visit.redirect("/signin") };
    let (methods, _) = match methods_of(&visit, &token).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let page = PhoneUnavailable {
        layout: visit.layout("/signin/phone-unavailable"),
        ways: ways(&methods, Some(Factor::Sms)),
        support: visit.server.inner.support.clone(),
    };
    visit.page(StatusCode::OK, &page)
}
