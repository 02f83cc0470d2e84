//! One request of a browser: who it is, what language it reads, which form tokens are good. Everything a page needs
//! besides its own facts.

use super::views::{Area, Fault, FaultPage, HoldBanner, Kept, Layout, LocalPath, Notice, Theme};
use super::words::Words;
use crate::http::cookies::{self, Name};
use crate::http::peer::{self, Connection};
use crate::http::{csrf, layers::RequestId};
use crate::state::Server;
use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use countersign_flows::core::model::{AccountStatus, Actor};
use countersign_flows::core::session::Token;
use countersign_flows::core::staff as duties;
use countersign_flows::{Caller, FlowError, SignedIn, SignedInOperator};

/// A request of a browser.
pub(crate) struct Visit {
    pub(crate) server: Server,
    pub(crate) headers: HeaderMap,
    pub(crate) uri: Uri,
    pub(crate) words: &'static Words,
    /// The holder; none on pages of the console, which are no use of a holder's session.
    pub(crate) signed_in: Option<SignedIn>,
    /// The member of staff, on pages of the console only.
    pub(crate) operator: Option<SignedInOperator>,
    session_cookie: Option<String>,
    visitor: String,
    visitor_is_new: bool,
    theme: Theme,
    connection: Option<Connection>,
    request_id: String,
    method: Method,
}

impl FromRequestParts<Server> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Response> {
        let headers = parts.headers.clone();
        let preferences = cookies::read(&headers, server, Name::Preferences).unwrap_or_default();
        let (language, theme) = preferences.split_once('.').unwrap_or(("", ""));
        let chosen = Some(language).filter(|language| !language.is_empty());
        let visitor = cookies::read(&headers, server, Name::Visitor);
        let session_cookie = cookies::read(&headers, server, Name::Session);
        let mut visit = Visit {
            words: Words::choose(chosen, peer::accept_language(&headers)),
            theme: Theme::named(theme),
            visitor_is_new: visitor.is_none(),
            visitor: visitor
                .unwrap_or_else(|| Token::draw(server.inner.entropy.as_ref()).expose().to_owned()),
            connection: parts.extensions.get().copied(),
            request_id: parts.extensions.get().map(|id: &RequestId| id.0.clone()).unwrap_or_default(),
            signed_in: None,
            operator: None,
            session_cookie,
            server: server.clone(),
            headers,
            uri: parts.uri.clone(),
            method: parts.method.clone(),
        };
        if visit.area() == Area::Console {
            let Some(cookie) = visit.cookie(Name::Operator) else { return Ok(visit) };
            match server.flows().operator(server.service_id(), &cookie).await {
                Ok(operator) => visit.operator = operator,
                Err(error) => return Err(visit.broke(error)),
            }
        } else if let Some(cookie) = visit.session_cookie.clone() {
            match server.flows().session(server.service_id(), &cookie).await {
                Ok(signed_in) => visit.signed_in = signed_in,
                Err(error) => return Err(visit.broke(error)),
            }
        }
        Ok(visit)
    }
}

/// A request by somebody who is signed in; anybody else is sent to sign in.
pub(crate) struct Holder {
    pub(crate) visit: Visit,
    pub(crate) signed_in: SignedIn,
}

impl FromRequestParts<Server> for Holder {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Response> {
        let visit = <Visit as FromRequestParts<Server>>::from_request_parts(parts, server).await?;
        match visit.signed_in.clone() {
            Some(signed_in) => Ok(Holder { visit, signed_in }),
            None => Err(visit.sign_in_first()),
        }
    }
}

impl Visit {
    /// Whose pages these are.
    pub(crate) fn area(&self) -> Area {
        let path = self.uri.path();
        if path == "/console" || path.starts_with("/console/") { Area::Console } else { Area::Holder }
    }

    /// The cookie of the session that this page's forms are bound to.
    pub(crate) fn session_name(&self) -> Name {
        match self.area() {
            Area::Console => Name::Operator,
            Area::Holder => Name::Session,
        }
    }

    /// What the page's form sends back as `csrf`.
    pub(crate) fn csrf(&self) -> String {
        match self.area() {
            Area::Console => csrf::token(&self.server, &self.visitor, self.cookie(Name::Operator).as_deref()),
            Area::Holder => csrf::token(&self.server, &self.visitor, self.session_cookie.as_deref()),
        }
    }

    /// The cookies of the sessions that a form sent here may belong to. Language and theme are set from either side.
    pub(crate) fn form_sessions(&self) -> &'static [Name] {
        match (self.area(), self.uri.path()) {
            (Area::Console, _) => &[Name::Operator],
            (Area::Holder, "/preferences") => &[Name::Session, Name::Operator],
            (Area::Holder, _) => &[Name::Session],
        }
    }

    /// The fields every page has. `here` is the page's own path, when a GET of it shows the same page.
    pub(crate) fn layout(&self, here: &str) -> Layout {
        Layout {
            words: self.words,
            brand: self.server.inner.brand.clone(),
            theme: self.theme,
            csrf: self.csrf(),
            area: self.area(),
            signed_in: match &self.operator {
                Some(staff) => Some(staff.operator.email.masked()),
                None => self.signed_in.as_ref().map(name_of),
            },
            here: LocalPath::new(here),
            now_ms: self.now_ms(),
            notice: self.query("notice").and_then(|name| Notice::named(&name)),
            hold: self
                .signed_in
                .as_ref()
                .and_then(|signed_in| signed_in.hold.as_ref())
                .map(|hold| HoldBanner { cause: hold.cause, ends_at_ms: hold.ends_at.unix_ms() }),
            roles: self.operator.as_ref().map(|staff| staff.operator.roles.clone()).unwrap_or_default(),
            voice_from_ms: self
                .operator
                .as_ref()
                .and_then(|staff| duties::voice_from(&staff.operator, self.server.flows().now()))
                .map(|at| at.unix_ms()),
            frozen: self.signed_in.as_ref().is_some_and(|s| s.account.status == AccountStatus::Frozen),
        }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.server.flows().now().unix_ms()
    }

    /// What support needs to find this request in the log.
    pub(crate) fn reference(&self) -> String {
        self.request_id.clone()
    }

    pub(crate) fn theme(&self) -> Theme {
        self.theme
    }

    /// A value of the query, decoded.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let pairs: Vec<(String, String)> = axum::extract::Query::try_from_uri(&self.uri).ok()?.0;
        pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Who is asking, for the flows.
    pub(crate) fn caller(&self) -> Caller {
        Caller {
            ip: peer::ip(&self.server, &self.headers, self.connection),
            device_label: peer::device_label(&self.headers),
            device_token: self.cookie(match self.area() {
                Area::Console => Name::OperatorDevice,
                Area::Holder => Name::Device,
            }),
            locale: self.words.tag().to_owned(),
            actor: match (&self.operator, self.area()) {
                (Some(staff), _) => Actor::Operator(staff.operator.id),
                // At the console's door nobody is anybody yet.
                (None, Area::Console) => Actor::System,
                (None, Area::Holder) => Actor::Holder,
            },
        }
    }

    pub(crate) fn cookie(&self, name: Name) -> Option<String> {
        cookies::read(&self.headers, &self.server, name)
    }

    /// A page with its status.
    pub(crate) fn page(&self, status: StatusCode, page: &impl Template) -> Response {
        let html = match page.render() {
            Ok(html) => html,
            Err(error) => {
                tracing::error!(request = self.request_id, %error, "a page could not be rendered");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let mut response = (status, html).into_response();
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        self.greet(response.headers_mut());
        response
    }

    /// Somewhere else, by GET.
    pub(crate) fn redirect(&self, to: &str) -> Response {
        let mut response = StatusCode::SEE_OTHER.into_response();
        if let Ok(value) = HeaderValue::from_str(LocalPath::new(to).as_str()) {
            response.headers_mut().insert(LOCATION, value);
        }
        self.greet(response.headers_mut());
        response
    }

    fn greet(&self, headers: &mut HeaderMap) {
        if self.visitor_is_new {
            cookies::set(headers, &self.server, Name::Visitor, &self.visitor);
        }
    }

    /// A page for a request that cannot be answered with the page it asked for.
    pub(crate) fn fault(&self, fault: Fault) -> Response {
        self.fault_keeping(fault, Vec::new())
    }

    /// The same, showing what was typed so that it is not lost.
    pub(crate) fn fault_keeping(&self, fault: Fault, kept: Vec<Kept>) -> Response {
        let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let home = if self.area() == Area::Console { "/console" } else { "/security" };
        let page;
        let back = match (&fault, self.uri.path()) {
            (Fault::SessionEnded, _) => "/signin?notice=ended",
            (Fault::NotFound, _) => home,
            // Paths that only take forms have no page to go back to.
            (_, "/console/delivery/templates/edit" | "/console/delivery/templates/delete") => {
                "/console/delivery/templates"
            }
            (_, path) if path.starts_with("/console/signin") || path.starts_with("/console/join") => path,
            (_, path) if self.area() == Area::Console => {
                page = crate::console::nearest_page(path);
                &page
            }
            (_, "/signup/resend") => "/signup/code",
            (_, "/signin/resend") => "/signin/code",
            (_, "/signin/forgotten/resend") => "/signin/forgotten/code",
            (_, "/security/phone/prove/resend") => "/security/phone/prove/code",
            (_, "/security/phone/resend") => "/security/phone/code",
            (_, "/signup/text/done") => "/signup/text",
            (_, "/security/phone/text/done") => "/security/phone/text",
            (_, "/signout" | "/preferences") => "/security",
            (_, path) if path.starts_with("/confirm/") => page_of_confirmation(path),
            (_, path) if path.starts_with("/security/devices/") => "/security/devices",
            (_, path) => path,
        };
        let retry_after_s =
            if let Fault::Busy { retry_after_s } = &fault { Some(*retry_after_s) } else { None };
        let shown = FaultPage { layout: self.layout(home), back: LocalPath::new(back), fault, kept };
        let mut response = self.page(status, &shown);
        if let Some(seconds) = retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    /// What a flow that could not run looks like.
    pub(crate) fn broke(&self, error: FlowError) -> Response {
        match error {
            FlowError::Busy { retry_after_ms } => {
                let retry_after_s = u32::try_from(retry_after_ms.div_ceil(1_000)).unwrap_or(1).max(1);
                self.fault(Fault::Busy { retry_after_s })
            }
            FlowError::Conflict => self.fault(Fault::Busy { retry_after_s: 1 }),
            FlowError::Broken { reason } => {
                tracing::error!(request = self.request_id, reason, "a use case broke");
                self.fault(Fault::Internal { reference: self.request_id.clone() })
            }
        }
    }

    /// To the sign-in page: with a word about it, if there had been a session.
    fn sign_in_first(&self) -> Response {
        let had_session = self.session_cookie.is_some();
        if self.method != Method::GET && self.method != Method::HEAD {
            return self.fault(Fault::SessionEnded);
        }
        let mut response = self.redirect(if had_session { "/signin?notice=ended" } else { "/signin" });
        if had_session {
            cookies::clear(response.headers_mut(), &self.server, Name::Session);
        }
        response
    }
}

/// Where the forms of a confirm page were shown: `/confirm/{id}/way` is no page.
fn page_of_confirmation(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some((page, _)) if page != "/confirm" => page,
        _ => path,
    }
}

/// How a signed-in holder is called on pages: never in full, a screen may be seen by others.
fn name_of(signed_in: &SignedIn) -> String {
    signed_in.account.email.as_ref().map(|email| email.masked()).unwrap_or_default()
}

/// A fault page for a request of which nothing is known.
pub(crate) fn bare_fault(server: &Server, fault: Fault) -> Response {
    let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let layout = Layout {
        words: Words::choose(None, None),
        brand: server.inner.brand.clone(),
        theme: Theme::System,
        area: Area::Holder,
        csrf: String::new(),
        signed_in: None,
        here: LocalPath::new("/security"),
        now_ms: server.flows().now().unix_ms(),
        notice: None,
        hold: None,
        frozen: false,
        roles: Vec::new(),
        voice_from_ms: None,
    };
    let page = FaultPage { layout, back: LocalPath::new("/security"), fault, kept: Vec::new() };
    let Ok(html) = page.render() else { return status.into_response() };
    (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}
