//! What is held and what is locked.

use crate::console::Staff;
use crate::web::views::{ConsoleHolds, ConsoleLockouts};
use axum::http::StatusCode;
use axum::response::Response;

/// `GET /console/holds`
pub(crate) async fn holds(Staff { visit, .. }: Staff) -> Response {
    match visit.server.flows().holds_in_force(visit.server.service_id()).await {
        Err(error) => visit.broke(error),
        Ok(rows) => {
            visit.page(StatusCode::OK, &ConsoleHolds { layout: visit.layout("/console/holds"), rows })
        }
    }
}

/// `GET /console/lockouts`
pub(crate) async fn lockouts(Staff { visit, .. }: Staff) -> Response {
    match visit.server.flows().lockouts(visit.server.service_id()).await {
        Err(error) => visit.broke(error),
        Ok(rows) => {
            visit.page(StatusCode::OK, &ConsoleLockouts { layout: visit.layout("/console/lockouts"), rows })
        }
    }
}
