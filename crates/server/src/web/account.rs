//! Coming and going: the cookies of a session that was opened, signing out, and asking whether one is still signed in.

use super::form::Form;
use super::visit::{Holder, Visit};
use crate::http::cookies::{self, Name};
use crate::state::Server;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_flows::core::session::Opened;

/// Sends a browser on with the cookies of the session that was opened for it.
pub(crate) fn signed_in(visit: &Visit, opened: &Opened, to: &str) -> Response {
    let mut response = visit.redirect(to);
    let headers = response.headers_mut();
    cookies::set(headers, &visit.server, Name::Session, opened.session_token.expose());
    if let Some(device) = &opened.device_token {
        cookies::set(headers, &visit.server, Name::Device, device.expose());
    }
    cookies::clear(headers, &visit.server, Name::Journey);
    response
}

/// `POST /signout`
pub(crate) async fn sign_out(holder: Holder, form: Form) -> Response {
    let Holder { visit, signed_in } = holder;
    if let Err(refused) = form.open(&visit) {
        return *refused;
    }
    if let Err(error) = visit.server.flows().sign_out(&signed_in).await {
        return visit.broke(error);
    }
    let mut response = visit.redirect("/signin?notice=signed-out");
    cookies::clear(response.headers_mut(), &visit.server, Name::Session);
    cookies::clear(response.headers_mut(), &visit.server, Name::Binding);
    response
}

/// `GET /session`: 204 while signed in, 401 otherwise. Asked by open pages; does not count as use, so that a
/// forgotten page still runs out.
pub(crate) async fn is_alive(State(server): State<Server>, headers: HeaderMap) -> Response {
    let Some(cookie) = cookies::read(&headers, &server, Name::Session) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match server.flows().peek_session(server.service_id(), &cookie).await {
        Ok(Some(_)) => StatusCode::NO_CONTENT.into_response(),
        Ok(None) => StatusCode::UNAUTHORIZED.into_response(),
        // Not knowing is no reason to throw anyone out.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
