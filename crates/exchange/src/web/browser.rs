//! One request of a browser: its session, who is signed in, and the forms that it may send. Every form is
//! taken through [`Posted`], which no handler can get without the session's token and the browser's word that
//! the form was ours.

use std::collections::HashMap;
use std::net::SocketAddr;

use askama::Template;
use axum::Form;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request, State};
use axum::http::header::{COOKIE, HeaderValue, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use subtle::ConstantTimeEq as _;

use super::views::{Fault, Layout};
use super::words;
use crate::house::Shared;
use crate::secret::Secret;
use crate::sessions::Session;

/// The name that the demo's tests know.
const COOKIE_NAME: &str = "exchange_session";
/// Longest text taken from a field, in characters; the rest is cut off and will not validate.
const FIELD_CHARS_MAX: usize = 256;

/// Put on each request by [`recognise`].
#[derive(Clone)]
struct Browser {
    cookie: String,
    session: Session,
}

/// Finds the browser's session or begins one.
pub(crate) async fn recognise(State(house): State<Shared>, mut request: Request, next: Next) -> Response {
    let now_ms = house.now_ms();
    let given = cookie(request.headers());
    let known =
        given.and_then(|cookie| house.sessions.find(&cookie, now_ms).map(|session| (cookie, session)));
    let is_new = known.is_none();
    let (cookie, session) = known.unwrap_or_else(|| house.sessions.begin(None, now_ms));
    request.extensions_mut().insert(Browser { cookie: cookie.clone(), session });
    let mut response = next.run(request).await;
    if is_new && !response.headers().contains_key(SET_COOKIE) {
        set_cookie(response.headers_mut(), &cookie);
    }
    response
}

/// The session's cookie, if there is exactly one: of several, which only a neighbour sends, none counts.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let mut found = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value.to_owned());
    let first = found.next()?;
    if found.next().is_some() { None } else { Some(first) }
}

/// `Lax`, so that the link back from the Security Center finds the browser signed in. Not `Secure`: the
/// demo's exchange has no TLS.
fn set_cookie(headers: &mut HeaderMap, cookie: &str) {
    let text = format!("{COOKIE_NAME}={cookie}; Path=/; HttpOnly; SameSite=Lax");
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.insert(SET_COOKIE, value);
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) account: String,
}

/// Any request for a page.
pub(crate) struct Visit {
    pub(crate) house: Shared,
    pub(crate) cookie: String,
    pub(crate) session: Session,
    pub(crate) customer: Option<Customer>,
    pub(crate) client_ip: Option<String>,
    notice: Option<&'static str>,
}

impl FromRequestParts<Shared> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, house: &Shared) -> Result<Self, Response> {
        let Some(Browser { cookie, session }) = parts.extensions.get().cloned() else {
            return Err(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        };
        let of_user = |id: &String| {
            house.ledger.read(|book| {
                let user = book.users.get(id)?;
                Some(Customer { id: id.clone(), email: user.email.clone(), account: user.account.clone() })
            })
        };
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let notice = parts
            .uri
            .query()
            .and_then(|query| query.split('&').find_map(|pair| words::notice(pair.strip_prefix("notice=")?)));
        Ok(Self {
            house: house.clone(),
            customer: session.user.as_ref().and_then(of_user),
            client_ip: peer.map(|peer| peer.0.ip().to_string()),
            cookie,
            session,
            notice,
        })
    }
}

impl Visit {
    /// What the frame of a page needs. `here` is its address in the navigation.
    pub(crate) async fn layout(&self, here: &'static str) -> Layout {
        let banner = match &self.customer {
            Some(customer) => {
                let standing = self.house.standing(&customer.account).await;
                words::banner(&standing, self.house.now_ms())
            }
            None => None,
        };
        Layout {
            email: self.customer.as_ref().map(|customer| customer.email.clone()),
            csrf: self.session.form_token.clone(),
            security_url: self.house.security_url.clone(),
            here,
            now_ms: self.house.now_ms(),
            notice: self.notice,
            banner,
        }
    }

    /// A page about something that went wrong.
    pub(crate) async fn fault(
        &self,
        status: StatusCode,
        title: &'static str,
        text: &'static str,
    ) -> Response {
        page(status, &Fault { layout: self.layout("").await, title, text })
    }
}

/// A request by somebody who is signed in; anybody else is sent to sign in.
pub(crate) struct Member {
    pub(crate) visit: Visit,
    pub(crate) customer: Customer,
}

impl FromRequestParts<Shared> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, house: &Shared) -> Result<Self, Response> {
        let visit = <Visit as FromRequestParts<Shared>>::from_request_parts(parts, house).await?;
        match visit.customer.clone() {
            Some(customer) => Ok(Self { visit, customer }),
            None => Err(see_other("/signin")),
        }
    }
}

/// A form of ours.
pub(crate) struct Posted {
    pub(crate) visit: Visit,
    fields: HashMap<String, String>,
}

impl Posted {
    /// A field as it was typed, less the space around it; empty if it is not there.
    pub(crate) fn text(&self, name: &str) -> String {
        let text = self.fields.get(name).map(String::as_str).unwrap_or_default();
        text.trim().chars().take(FIELD_CHARS_MAX).collect()
    }

    /// A password: nothing is taken away from it.
    pub(crate) fn password(&self, name: &str) -> Secret {
        Secret::new(self.fields.get(name).cloned().unwrap_or_default())
    }

    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }
}

impl FromRequest<Shared> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, house: &Shared) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit = <Visit as FromRequestParts<Shared>>::from_request_parts(&mut parts, house).await?;
        let is_ours = came_from_us(&parts.headers, &house.public_url);
        let form =
            Form::<HashMap<String, String>>::from_request(Request::from_parts(parts, body), house).await;
        let Ok(Form(fields)) = form else {
            return Err(StatusCode::BAD_REQUEST.into_response());
        };
        let token = fields.get("csrf").map(String::as_bytes).unwrap_or_default();
        if is_ours && bool::from(visit.session.form_token.as_bytes().ct_eq(token)) {
            return Ok(Self { visit, fields });
        }
        let text =
            "This form is out of date. Go back, load the page again and send it once more. Nothing was done.";
        Err(visit.fault(StatusCode::FORBIDDEN, "Please send that again", text).await)
    }
}

/// What the browser says of the page that the form was on. Old browsers say nothing; then the token stands
/// alone.
fn came_from_us(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == public_url,
        (None, None) => true,
    }
}

/// A page.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be drawn");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// On to another page, after a form as after a link.
pub(crate) fn see_other(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    match HeaderValue::from_str(to) {
        Ok(value) => {
            response.headers_mut().insert(LOCATION, value);
            response
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The same with the cookie of a browser that was signed in or out.
pub(crate) fn see_other_as(to: &str, cookie: &str) -> Response {
    let mut response = see_other(to);
    set_cookie(response.headers_mut(), cookie);
    response
}
