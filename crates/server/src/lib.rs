//! HTTP: the API for the relying party, the pages for holders. Turns bytes into typed commands for the flows and
//! outcomes into status codes, problem details and pages. Decides nothing: no rule stands here, no SQL, and no words
//! outside the catalogues.

mod api;
mod callbacks;
mod console;
mod http;
mod identity;
mod state;
mod web;

pub use api::openapi_json;
pub use console::rights::{ConsoleRoute, console_routes};
pub use http::serve::{Limits, serve};
pub use state::{Server, ServerConfig};

use axum::Router;

/// The whole site: API, documentation, pages, and the addresses that providers call back at.
pub fn router(server: &Server) -> Router {
    let pages = web::routes(server.clone());
    let api = api::routes(server.clone());
    let callbacks = callbacks::routes().merge(identity::routes()).with_state(server.clone());
    http::layers::wrap(api.merge(pages).merge(callbacks), server.clone())
}
