//! A posted form: read, size and encoding checked, taken only from our own pages. What a refused form held is shown
//! again, so that nobody types twice.

use super::views::{Fault, Kept};
use super::visit::Visit;
use crate::http::{csrf, layers::BODY_BYTES_MAX};
use crate::state::Server;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;

/// The body of a request, as far as it was a form.
pub(crate) enum Form {
    Fields(Vec<(String, String)>),
    TooLarge,
    Unreadable,
}

impl FromRequest<Server> for Form {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, state: &Server) -> Result<Self, Self::Rejection> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_form = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if !is_form {
            return Ok(Form::Unreadable);
        }
        let Ok(body) = Bytes::from_request(request, state).await else { return Ok(Form::TooLarge) };
        if body.len() > BODY_BYTES_MAX || !is_utf8_once_decoded(&body) {
            return Ok(if body.len() > BODY_BYTES_MAX { Form::TooLarge } else { Form::Unreadable });
        }
        Ok(axum::extract::RawForm(body).fields())
    }
}

trait Fields {
    fn fields(self) -> Form;
}

impl Fields for axum::extract::RawForm {
    fn fields(self) -> Form {
        let text = String::from_utf8_lossy(&self.0).into_owned();
        let uri = format!("/?{text}");
        // The query reader is the form reader: one grammar (WHATWG URL, application/x-www-form-urlencoded).
        uri.parse()
            .ok()
            .and_then(|uri| axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).ok())
            .map_or(Form::Unreadable, |query| Form::Fields(query.0))
    }
}

/// The form reader puts U+FFFD where bytes are no UTF-8; a password changed like that could never be typed again.
fn is_utf8_once_decoded(body: &[u8]) -> bool {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&first, tail)) = rest.split_first() {
        let hex = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(0));
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    std::str::from_utf8(&bytes).is_ok()
}

/// The fields of a form that may be acted on.
#[derive(Default)]
pub(crate) struct Sent(Vec<(String, String)>);

impl Form {
    /// The fields, or the page that says why the form is not taken.
    pub(crate) fn open(self, visit: &Visit) -> Result<Sent, Box<Response>> {
        let fields = match self {
            Form::Fields(fields) => Sent(fields),
            Form::TooLarge => return Err(Box::new(visit.fault(Fault::TooLarge))),
            Form::Unreadable => return Err(Box::new(visit.fault(Fault::Unreadable))),
        };
        if csrf::is_ours(&visit.server, &visit.headers, fields.first("csrf")) {
            return Ok(fields);
        }
        let mut kept = Vec::new();
        kept.extend(
            fields.first("identifier").filter(|v| !v.is_empty()).map(|v| Kept::Identifier(v.to_owned())),
        );
        kept.extend(fields.first("number").filter(|v| !v.is_empty()).map(|v| Kept::Number(v.to_owned())));
        Err(Box::new(visit.fault_keeping(Fault::FormOutOfDate, kept)))
    }
}

impl Sent {
    /// The fields of a form that was read elsewhere.
    pub(super) fn of(fields: Vec<(String, String)>) -> Sent {
        Sent(fields)
    }

    pub(super) fn into_fields(self) -> Vec<(String, String)> {
        self.0
    }

    fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of a field that was sent, empty or not.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.first(name)
    }

    /// The value of a field; empty when it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.first(name).unwrap_or_default()
    }

    /// The value of a field as it is shown again: at most as long as any field of ours can be.
    pub(crate) fn shown(&self, name: &str) -> String {
        self.get(name).chars().take(300).collect()
    }
}
