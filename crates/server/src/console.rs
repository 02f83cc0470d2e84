//! The console of a service's staff. Its own sign-in and its own session: a holder's cookie opens nothing here, and
//! nobody without an operator's learns what stands behind the sign-in page. Handlers read the form, call one flow
//! and show its outcome.

mod cases;
mod delivery;
mod policy;
mod rights;
mod sign_in;
mod templates;

use crate::http::cookies::{self, Name};
use crate::state::Server;
use crate::web::views::Fault;
use crate::web::visit::Visit;
use axum::Router;
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use countersign_flows::SignedInOperator;
use countersign_flows::core::staff;

/// Every page of the console.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/console", get(|| async { Redirect::to("/console/policy") }))
        .route("/console/signin", get(sign_in::form).post(sign_in::start))
        .route("/console/signin/code", get(sign_in::code).post(sign_in::check))
        .route("/console/signin/resend", post(sign_in::resend))
        .route("/console/signout", post(sign_in::sign_out))
        .route("/console/policy", get(policy::page))
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
        if right.is_some_and(|right| staff::may(&signed_in.operator.roles, right)) {
            Ok(Staff { visit, signed_in })
        } else {
            Err(visit.fault(Fault::NotFound))
        }
    }
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
