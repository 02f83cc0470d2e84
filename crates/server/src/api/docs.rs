//! The pages for integrators: quick start, reference, errors. Rendered here from the OpenAPI document and the
//! table of errors, so that they cannot say anything else; no script, nothing loaded from elsewhere.
//! Documentation is written in English, in its own templates; the catalogues hold the words of the pages for
//! holders.

mod prose;
mod reference;

use super::problem::table::{Kind, Row};
use crate::state::Server;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::response::{Html, IntoResponse, Response};
use prose::Prose;
use reference::{Group, REFERENCE};

/// The pages' own style with the rules of the documentation after it: one file, one request.
const STYLE: &str = concat!(include_str!("../../static/app.css"), include_str!("../../static/docs.css"),);

#[derive(Template)]
#[template(path = "docs/quick_start.html")]
struct QuickStart<'a> {
    base: &'a str,
}

#[derive(Template)]
#[template(path = "docs/reference.html")]
struct Reference<'a> {
    base: &'a str,
    about: &'a [Prose],
    groups: &'a [Group],
}

#[derive(Template)]
#[template(path = "docs/errors.html")]
struct Errors {
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "docs/error.html")]
struct Error {
    row: Row,
    cause: Prose,
    remedy: Prose,
    /// Where it can come from: anchor and title of each operation.
    from: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "docs/unknown.html")]
struct Unknown;

pub(super) async fn quick_start(State(server): State<Server>) -> Response {
    page(StatusCode::OK, &QuickStart { base: &server.inner.public_url })
}

pub(super) async fn reference(State(server): State<Server>) -> Response {
    let (about, groups) = (&REFERENCE.about, &REFERENCE.groups);
    page(StatusCode::OK, &Reference { base: &server.inner.public_url, about, groups })
}

pub(super) async fn errors() -> Response {
    page(StatusCode::OK, &Errors { rows: Kind::ALL.iter().map(|kind| kind.row()).collect() })
}

/// The page that `type` of every problem leads to.
pub(super) async fn error(Path(code): Path<String>) -> Response {
    let Some(kind) = Kind::named(&code) else { return page(StatusCode::NOT_FOUND, &Unknown) };
    let row = kind.row();
    let from = REFERENCE.operations_with(row.code);
    page(StatusCode::OK, &Error { row, cause: Prose::of(row.cause), remedy: Prose::of(row.remedy), from })
}

pub(super) async fn style() -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    (headers, STYLE).into_response()
}

fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page of the documentation could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
