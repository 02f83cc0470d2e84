//! The handsets' own little server: threads by number, live, and the knobs of the network. Pages in [`page`],
//! their forms of knobs in [`knobs`], JSON here; texts from handsets in [`texts`]. The providers of calls and
//! of texts in [`calls`] and [`messages`].

mod calls;
mod knobs;
mod messages;
mod page;
mod provider;
mod texts;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, patch, post, put};
use axum::{Form, Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use self::page::{Sending, Wrong};
use crate::MessagesConfig;
use crate::account::{AccountBehaviour, AccountConfig};
use crate::hub::{AccountView, Hub};
use crate::operator::{Behaviour, OperatorConfig};
use crate::web;

#[derive(Clone)]
struct Handsets {
    hub: Arc<Hub>,
    stop: watch::Receiver<bool>,
    /// The `Authorization` of whoever may ask for calls. Never logged.
    calls_authorization: Arc<str>,
    messages: Option<Messages>,
}

/// The provider of texts.
#[derive(Clone)]
struct Messages {
    /// The `Authorization` of whoever may ask for texts. Never logged.
    authorization: Arc<str>,
    system_id: Arc<str>,
}

/// The whole server.
pub(crate) fn router(
    hub: Arc<Hub>,
    calls_token: &str,
    messages: Option<&MessagesConfig>,
    stop: watch::Receiver<bool>,
) -> Router {
    let messages = messages.map(|messages| Messages {
        authorization: format!("Bearer {}", messages.token).into(),
        system_id: messages.account.system_id.as_str().into(),
    });
    let calls_authorization = format!("Bearer {calls_token}").into();
    Router::new()
        .route("/", get(threads))
        .route("/texts", post(texts::by_form))
        .route("/operators", get(network_page))
        .route("/operators/{name}", post(change_by_form))
        .route("/routes/{system_id}", post(change_account_by_form))
        .route("/calls", post(calls::place))
        .route("/messages", post(messages::send))
        .route("/api/messages", get(messages_json))
        .route("/api/stream", get(stream))
        .route("/api/handsets/{number}/texts", post(texts::by_json))
        .route("/api/operators", get(operators))
        .route("/api/operators/{name}", put(change_by_json))
        .route("/api/routes", get(routes))
        .route("/api/routes/{system_id}", patch(change_account_by_json))
        .merge(web::assets())
        .layer(axum::middleware::map_response(web::guard))
        .with_state(Handsets { hub, stop, calls_authorization, messages })
}

#[derive(Deserialize)]
struct To {
    to: Option<String>,
    /// Where a text has just gone.
    sent: Option<String>,
    /// Present when nobody could be given that text yet.
    waits: Option<String>,
}

impl To {
    /// The number asked for. A raw `+` in a query arrives as a space, so only the digits count.
    fn number(self) -> Option<String> {
        let asked = self.to.filter(|to| !to.trim().is_empty())?;
        let digits: String = asked.chars().filter(char::is_ascii_digit).collect();
        Some(format!("+{digits}"))
    }
}

async fn threads(State(at): State<Handsets>, Query(mut to): Query<To>) -> Html<String> {
    let sending = match to.sent.take() {
        Some(sent) => Sending::Sent { to: sent, waits: to.waits.is_some() },
        None => Sending::Blank,
    };
    page::threads(&at.hub.handsets, to.number().as_deref(), &sending)
}

async fn messages_json(State(at): State<Handsets>, Query(to): Query<To>) -> Response {
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

#[derive(Serialize)]
struct RouteView {
    system_id: String,
    note: String,
    /// Connections that are bound to receive.
    receivers: usize,
    behaviour: AccountBehaviour,
}

impl From<AccountView> for RouteView {
    fn from(account: AccountView) -> Self {
        let AccountView { config: AccountConfig { system_id, note, behaviour }, receivers } = account;
        Self { system_id, note, receivers, behaviour }
    }
}

async fn routes(State(at): State<Handsets>) -> Json<Vec<RouteView>> {
    Json(at.hub.accounts().into_iter().map(RouteView::from).collect())
}

async fn network_page(State(at): State<Handsets>) -> Html<String> {
    page::network(&at.hub.accounts(), &at.hub.operators(), None)
}

/// Knobs left out keep their value.
async fn change_by_json(
    State(at): State<Handsets>,
    Path(name): Path<String>,
    Json(changes): Json<Map<String, Value>>,
) -> Response {
    changed(at.hub.change(&name, changes), "no such operator")
}

/// Knobs left out keep their value.
async fn change_account_by_json(
    State(at): State<Handsets>,
    Path(system_id): Path<String>,
    Json(changes): Json<Map<String, Value>>,
) -> Response {
    changed(at.hub.change_account(&system_id, changes), "no such account")
}

fn changed<B: Serialize>(outcome: Option<Result<B, String>>, unknown: &str) -> Response {
    match outcome {
        Some(Ok(behaviour)) => Json(behaviour).into_response(),
        Some(Err(wrong)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "title": wrong }))).into_response()
        }
        None => (StatusCode::NOT_FOUND, Json(json!({ "title": unknown }))).into_response(),
    }
}

/// A browser says where a form came from; another site may not turn knobs or send texts here.
fn from_elsewhere(headers: &HeaderMap) -> Option<Response> {
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    let elsewhere = !matches!(site, None | Some("same-origin" | "none"));
    elsewhere.then(|| (StatusCode::FORBIDDEN, "This form belongs to another site.").into_response())
}

async fn change_by_form(
    State(at): State<Handsets>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    if let Some(refusal) = from_elsewhere(&headers) {
        return refusal;
    }
    let operators = at.hub.operators();
    let Some(operator) = operators.iter().find(|operator| operator.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let outcome = at.hub.change(&name, knobs::typed(&operator.behaviour, &fields));
    changed_by_form(&at, ("operators", &name), &format!("/operators#{name}"), outcome.map(|at| at.map(drop)))
}

async fn change_account_by_form(
    State(at): State<Handsets>,
    Path(system_id): Path<String>,
    headers: HeaderMap,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    if let Some(refusal) = from_elsewhere(&headers) {
        return refusal;
    }
    let accounts = at.hub.accounts();
    let Some(account) = accounts.iter().find(|account| account.config.system_id == system_id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let outcome = at.hub.change_account(&system_id, knobs::typed(&account.config.behaviour, &fields));
    let done = format!("/operators#route-{system_id}");
    changed_by_form(&at, ("routes", &system_id), &done, outcome.map(|at| at.map(drop)))
}

fn changed_by_form(
    at: &Handsets,
    (folder, name): (&str, &str),
    done: &str,
    outcome: Option<Result<(), String>>,
) -> Response {
    match outcome {
        Some(Ok(())) => Redirect::to(done).into_response(),
        Some(Err(why)) => {
            let wrong = Wrong { folder, name, why: &why };
            let page = page::network(&at.hub.accounts(), &at.hub.operators(), Some(wrong));
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
