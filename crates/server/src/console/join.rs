//! `/console/join/{token}`: the page behind a link for staff, and `/console/join`, where the second factor follows.

use super::enrolling::{self, Said};
use super::sign_in::{let_in, second_answer};
use crate::http::cookies::{self, Name};
use crate::web::form::Form;
use crate::web::sign_up::password_problem;
use crate::web::views::{ConsoleJoin, Field, Problem};
use crate::web::visit::Visit;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::{JoinStart, SecondAnswer, SecondEnrol};

/// `GET /console/join/{token}`
pub(crate) async fn link(visit: Visit, Path(token): Path<String>) -> Response {
    show(&visit, &token, None).await
}

async fn show(visit: &Visit, token: &str, password_problem: Option<Problem>) -> Response {
    let flows = visit.server.flows();
    let invited = match flows.invited(visit.server.service_id(), token).await {
        Ok(invited) => invited,
        Err(error) => return visit.broke(error),
    };
    let status = match (&invited, &password_problem) {
        (None, _) => StatusCode::GONE,
        (Some(_), Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        (Some(_), None) => StatusCode::OK,
    };
    let page = ConsoleJoin {
        layout: visit.layout(visit.uri.path()),
        link: invited.map(|invited| (invited.purpose, invited.operator.email.masked())),
        characters_min: characters_min(visit),
        password_problem,
    };
    visit.page(status, &page)
}

/// Fewest characters of a password.
pub(super) fn characters_min(visit: &Visit) -> u32 {
    u32::try_from(visit.server.flows().policy().password_length_min).unwrap_or(u32::MAX)
}

/// `POST /console/join/{token}`
pub(crate) async fn choose(visit: Visit, Path(token): Path<String>, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let (password, brand) = (sent.get("password"), &visit.server.inner.brand);
    match flows.join_with_password(service_id, &token, password, brand).await {
        Err(error) => visit.broke(error),
        Ok(JoinStart::Gone) => show(&visit, &token, None).await,
        Ok(JoinStart::Password(problem)) => show(&visit, &token, Some(password_problem(problem))).await,
        Ok(JoinStart::SecondFactor(journey)) => {
            // The link leaves the address bar; what goes on belongs to this browser.
            let mut response = visit.redirect("/console/join");
            cookies::set(response.headers_mut(), &visit.server, Name::OperatorJourney, journey.expose());
            response
        }
    }
}

/// `GET /console/join`
pub(crate) async fn factor(visit: Visit) -> Response {
    let token = visit.cookie(Name::OperatorJourney).unwrap_or_default();
    offer(&visit, &token, Said::default()).await
}

async fn offer(visit: &Visit, token: &str, said: Said) -> Response {
    let brand = &visit.server.inner.brand;
    match visit.server.flows().join_offer(visit.server.service_id(), token, brand).await {
        Err(error) => visit.broke(error),
        Ok(None) => visit.redirect("/console/signin"),
        Ok(Some(offer)) => enrolling::show(visit, "/console/join", true, offer, said),
    }
}

/// `POST /console/join`
pub(crate) async fn enrol(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let token = visit.cookie(Name::OperatorJourney).unwrap_or_default();
    let answer = second_answer(&sent);
    let is_passkey = matches!(answer, SecondAnswer::Passkey(_));
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let name = sent.get("name");
    let outcome = match flows.join_with_factor(service_id, &token, answer, name, visit.caller()).await {
        Ok(SecondEnrol::Done(Some(cookies))) => return let_in(&visit, &cookies),
        Ok(outcome) => outcome,
        Err(error) => return visit.broke(error),
    };
    let mut said = Said {
        code: Field { value: sent.shown("totp"), problem: None },
        name: Field { value: sent.shown("name"), problem: None },
        passkey_problem: None,
    };
    enrolling::say(&outcome, is_passkey, &mut said);
    offer(&visit, &token, said).await
}
