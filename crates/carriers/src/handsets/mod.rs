//! The handsets' own little server: threads by number, live, and the operators' knobs. Pages in [`page`],
//! JSON here. The provider of calls in [`calls`].

mod calls;
mod page;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post, put};
use axum::{Form, Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use crate::hub::Hub;
use crate::operator::{Behaviour, OperatorConfig};
use crate::web;

#[derive(Clone)]
struct Handsets {
    hub: Arc<Hub>,
    stop: watch::Receiver<bool>,
    /// The `Authorization` of whoever may ask for calls. Never logged.
    calls_authorization: Arc<str>,
}

/// The whole server.
pub(crate) fn router(hub: Arc<Hub>, calls_token: &str, stop: watch::Receiver<bool>) -> Router {
    Router::new()
        .route("/", get(threads))
        .route("/operators", get(operators_page))
        .route("/operators/{name}", post(change_by_form))
        .route("/calls", post(calls::place))
        .route("/api/messages", get(messages))
        .route("/api/stream", get(stream))
        .route("/api/operators", get(operators))
        .route("/api/operators/{name}", put(change_by_json))
        .merge(web::assets())
        .layer(axum::middleware::map_response(web::guard))
        .with_state(Handsets { hub, stop, calls_authorization: format!("Bearer {calls_token}").into() })
}

#[derive(Deserialize)]
struct To {
    to: Option<String>,
}

impl To {
    /// The number asked for. A raw `+` in a query arrives as a space, so only the digits count.
    fn number(self) -> Option<String> {
        let asked = self.to.filter(|to| !to.trim().is_empty())?;
        let digits: String = asked.chars().filter(char::is_ascii_digit).collect();
        Some(format!("+{digits}"))
    }
}

async fn threads(State(at): State<Handsets>, Query(to): Query<To>) -> Html<String> {
    page::threads(&at.hub.handsets, to.number().as_deref())
}

async fn messages(State(at): State<Handsets>, Query(to): Query<To>) -> Response {
    let messages = at.hub.handsets.messages(to.number().as_deref());
    Json(messages.iter().map(|message| &**message).collect::<Vec<_>>()).into_response()
}

async fn stream(State(at): State<Handsets>, Query(to): Query<To>) -> impl IntoResponse {
    web::stream(&at.hub.handsets, to.number(), at.stop)
}

#[derive(Serialize)]
struct OperatorView {
    name: String,
    note: String,
    prefixes: Vec<String>,
    behaviour: Behaviour,
}

impl From<OperatorConfig> for OperatorView {
    fn from(config: OperatorConfig) -> Self {
        let OperatorConfig { name, note, prefixes, behaviour } = config;
        Self { name, note, prefixes, behaviour }
    }
}

async fn operators(State(at): State<Handsets>) -> Json<Vec<OperatorView>> {
    Json(at.hub.operators().into_iter().map(OperatorView::from).collect())
}

async fn operators_page(State(at): State<Handsets>) -> Html<String> {
    page::operators(&at.hub.operators(), None)
}

/// Knobs left out keep their value.
async fn change_by_json(
    State(at): State<Handsets>,
    Path(name): Path<String>,
    Json(changes): Json<Map<String, Value>>,
) -> Response {
    match at.hub.change(&name, changes) {
        Some(Ok(behaviour)) => Json(behaviour).into_response(),
        Some(Err(wrong)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "title": wrong }))).into_response()
        }
        None => (StatusCode::NOT_FOUND, Json(json!({ "title": "no such operator" }))).into_response(),
    }
}

async fn change_by_form(
    State(at): State<Handsets>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    // A browser says where a form came from; another site may not turn knobs here.
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    if !matches!(site, None | Some("same-origin" | "none")) {
        return (StatusCode::FORBIDDEN, "This form belongs to another site.").into_response();
    }
    let operators = at.hub.operators();
    let Some(operator) = operators.iter().find(|operator| operator.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match at.hub.change(&name, typed(&operator.behaviour, &fields)) {
        Some(Ok(_)) => Redirect::to(&format!("/operators#{name}")).into_response(),
        Some(Err(wrong)) => {
            let page = page::operators(&operators, Some((&name, &wrong)));
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Form fields as the JSON kinds that the knobs have now. What does not fit stays a string, and is refused
/// by name.
fn typed(behaviour: &Behaviour, fields: &HashMap<String, String>) -> Map<String, Value> {
    let knobs = serde_json::to_value(behaviour).unwrap_or_default();
    let value = |name: &str, typed: &str| match knobs.get(name) {
        Some(Value::Number(_)) => typed.trim().parse::<u64>().map_or_else(|_| json!(typed), Value::from),
        Some(Value::Bool(_)) => json!(typed == "true"),
        Some(Value::Array(_)) => json!(typed.split_whitespace().collect::<Vec<_>>()),
        _ => json!(typed.trim()),
    };
    fields.iter().map(|(name, typed)| (name.clone(), value(name, typed))).collect()
}
