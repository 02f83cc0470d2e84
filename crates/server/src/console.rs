//! The console of a service's staff. Its own sign-in and its own session: a holder's cookie opens nothing here, and
//! nobody without an operator's learns what stands behind the sign-in page. Handlers read the form, call one flow
//! and show its outcome.

mod audit;
mod cases;
mod delivery;
mod desk;
mod enrolling;
mod find;
mod join;
mod me;
mod policy;
pub(crate) mod rights;
mod sign_in;
mod staff;
mod templates;
mod tickets;

use crate::http::cookies::{self, Name};
use crate::state::Server;
use crate::web::views::{Area, Fault, Problem};
use crate::web::visit::Visit;
use crate::web::words::Moment;
use axum::Router;
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use countersign_flows::SignedInOperator;
use countersign_flows::core::staff as duties;
use countersign_flows::core::time::Timestamp;

pub(crate) use rights::nearest_page;

/// Every page of the console.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/console", get(desk::today))
        .route("/console/accounts", get(desk::search).post(desk::find))
        .route("/console/accounts/{id}", get(desk::account))
        .route("/console/accounts/{id}/reveal", post(desk::reveal))
        .route("/console/accounts/{id}/protect", post(desk::protect))
        .route("/console/accounts/{id}/propose", post(desk::propose))
        .route("/console/numbers", get(desk::number_form).post(desk::look_up))
        .route("/console/holds", get(desk::holds))
        .route("/console/lockouts", get(desk::lockouts))
        .route("/console/proposals", get(desk::proposals))
        .route("/console/proposals/{id}", get(desk::proposal))
        .route("/console/proposals/{id}/decide", post(desk::decide))
        .route("/console/proposals/{id}/withdraw", post(desk::withdraw))
        .route("/console/find", get(find::page).post(find::find))
        .route("/console/signin", get(sign_in::form).post(sign_in::start))
        .route("/console/signin/step", get(sign_in::step).post(sign_in::check))
        .route("/console/signout", post(sign_in::sign_out))
        .route("/console/join", get(join::factor).post(join::enrol))
        .route("/console/join/{token}", get(join::link).post(join::choose))
        .route("/console/me", get(me::page))
        .route("/console/me/name", post(me::rename))
        .route("/console/me/sessions/end", post(me::end_sessions))
        .route("/console/me/app", get(me::app).post(me::add_app))
        .route("/console/me/passkey", get(me::passkey).post(me::add_passkey))
        .route("/console/me/password", get(me::password).post(me::change_password))
        .route("/console/me/enrol", get(me::enrol).post(me::finish))
        .route("/console/me/factors/{id}/remove", get(me::removal).post(me::remove))
        .route("/console/staff", get(staff::list).post(staff::add))
        .route("/console/staff/{id}", get(staff::person))
        .route("/console/staff/{id}/roles", post(staff::roles))
        .route("/console/staff/{id}/disable", post(staff::disable))
        .route("/console/staff/{id}/enable", post(staff::enable))
        .route("/console/staff/{id}/reset", post(staff::reset))
        .route("/console/policy", get(policy::page))
        .route("/console/audit", get(audit::list))
        .route("/console/audit/csv", get(audit::csv))
        .route("/console/audit/jsonl", get(audit::jsonl))
        .route("/console/audit/{id}", get(audit::entry))
        .route("/console/cases", get(cases::list))
        .route("/console/cases/{id}", get(cases::page))
        .route("/console/cases/{id}/decide", post(cases::decide))
        .route("/console/cases/{id}/evidence/{evidence}", get(cases::picture))
        .route("/console/delivery", get(delivery::routes))
        .route("/console/delivery/routes/{name}", get(delivery::route))
        .route("/console/delivery/routes/{name}/wish", post(delivery::wish))
        .route("/console/delivery/routes/{name}/test", post(delivery::test))
        .route("/console/delivery/countries", get(delivery::countries))
        .route("/console/delivery/errors", get(delivery::errors))
        .route("/console/delivery/messages", get(delivery::messages).post(delivery::find))
        .route("/console/delivery/messages/{id}", get(delivery::message))
        .route("/console/delivery/templates", get(templates::list))
        .route("/console/delivery/templates/edit", get(templates::edit).post(templates::write))
        .route("/console/delivery/templates/delete", post(templates::delete))
        .route("/console/tickets", get(tickets::list))
        .route("/console/tickets/answers", get(tickets::answers).post(tickets::write_answer))
        .route("/console/tickets/{id}", get(tickets::ticket).post(tickets::act))
        .route("/console/tickets/{id}/evidence/{evidence}", get(tickets::picture))
}

/// A request by a signed-in member of staff who may make it (`rights.rs`). Anybody else is sent to sign in; staff
/// without the right are answered as if there were no such page.
pub(crate) struct Staff {
    pub(crate) visit: Visit,
    pub(crate) signed_in: SignedInOperator,
}

impl FromRequestParts<Server> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Response> {
        let visit = <Visit as FromRequestParts<Server>>::from_request_parts(parts, server).await?;
        let Some(signed_in) = visit.operator.clone() else { return Err(sign_in_first(&visit)) };
        let path = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
        let right = rights::needed(&parts.method, path);
        if right.is_some_and(|right| duties::may(&signed_in.operator.roles, right)) {
            Ok(Staff { visit, signed_in })
        } else {
            Err(visit.fault(Fault::NotFound))
        }
    }
}

/// Said instead of an answer where the hour's look-ups by an address are used up.
fn spent(visit: &Visit, until: Timestamp) -> Problem {
    Problem::LookUpsSpent { until: Moment::near(until.unix_ms(), visit.now_ms()) }
}

/// A path that does not exist. Strangers do not learn which ones of the console's do.
pub(crate) fn not_found(visit: Visit) -> Response {
    if visit.area() == Area::Console && visit.operator.is_none() {
        return sign_in_first(&visit);
    }
    visit.fault(Fault::NotFound)
}

/// To the sign-in page: with a word about it, if there had been a session.
fn sign_in_first(visit: &Visit) -> Response {
    if visit.cookie(Name::Operator).is_none() {
        return visit.redirect("/console/signin");
    }
    let mut response = visit.redirect("/console/signin?notice=ended");
    cookies::clear(response.headers_mut(), &visit.server, Name::Operator);
    response
}
