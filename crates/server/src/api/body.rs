//! What comes in, from bytes to typed parameters in one step: media type, size, JSON, then each parameter by
//! name. Decides what is well-formed and refuses everything else (R9): unknown and repeated names, other
//! types, over-long texts, control characters. Says where a body went wrong and never what stood there (R10).

mod json;

use super::problem::Problem;
use super::problem::table::Kind;
use crate::state::Server;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use countersign_flows::core::id::{AccountId, ActionId, EventId, VerificationId, WebhookId};
use json::Json;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;

/// What an operation takes in its body.
pub(crate) trait Input: Sized {
    /// Whether no body at all, or `null`, stands for an empty object.
    const MAY_BE_ABSENT: bool = false;

    /// Takes the parameters out; whatever is left is unknown.
    fn read(fields: &mut Fields) -> Result<Self, Problem>;
}

/// The checked body of a request.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: Input> FromRequest<Server> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Problem> {
        let stated = states_json(request.headers());
        let says_nothing = request.headers().get(CONTENT_TYPE).is_none();
        if !stated && (!T::MAY_BE_ABSENT || !says_nothing) {
            return Err(Problem::new(Kind::ContentTypeUnsupported));
        }
        let bytes = Bytes::from_request(request, server).await.map_err(|rejection| {
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Kind::BodyTooLarge),
                _ => Problem::new(Kind::BodyMalformed).detail("The body ended before it was complete."),
            }
        })?;
        if bytes.is_empty() && T::MAY_BE_ABSENT {
            return T::read(&mut Fields::default()).map(Body);
        }
        if !stated {
            return Err(Problem::new(Kind::ContentTypeUnsupported));
        }
        let left = match json::read(&bytes)? {
            Json::Object(left) => left,
            Json::Null if T::MAY_BE_ABSENT => BTreeMap::new(),
            _ => return Err(Problem::new(Kind::BodyMalformed).detail("The body must be an object.")),
        };
        let mut fields = Fields { under: Cow::Borrowed(""), left };
        let input = T::read(&mut fields)?;
        fields.finish()?;
        Ok(Body(input))
    }
}

/// `application/json`, in UTF-8 if a character set is named, and not encoded further.
fn states_json(headers: &HeaderMap) -> bool {
    let mut all = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (all.next(), all.next()) else { return false };
    let Ok(text) = only.to_str() else { return false };
    let mut parts = text.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let is_utf8 = |part: &str| match part.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    };
    is_json && parts.all(is_utf8) && headers.get(CONTENT_ENCODING).is_none()
}

/// The parameters of an object that were not taken yet.
#[derive(Default)]
pub(crate) struct Fields {
    /// The object's own name with a dot, for naming its parameters; empty at the top.
    under: Cow<'static, str>,
    left: BTreeMap<String, Json>,
}

impl Fields {
    /// A text of at most `length_max` characters, if there is one. `null` says the same as leaving it out.
    pub(crate) fn text(&mut self, name: &str, length_max: usize) -> Result<Option<String>, Problem> {
        let text = match self.left.remove(name) {
            None | Some(Json::Null) => return Ok(None),
            Some(Json::Text(text)) => text,
            Some(_) => return Err(self.invalid(name, "It takes a string.")),
        };
        if text.chars().nth(length_max).is_some() {
            return Err(self.invalid(name, format!("It takes at most {length_max} characters.")));
        }
        Ok(Some(text))
    }

    /// A text that must be there.
    pub(crate) fn required_text(&mut self, name: &str, length_max: usize) -> Result<String, Problem> {
        if matches!(self.left.get(name), Some(Json::Null)) {
            return Err(self.invalid(name, "It takes a string."));
        }
        let found = self.text(name, length_max)?;
        found.ok_or_else(|| Problem::new(Kind::ParamMissing).param(self.path(name)))
    }

    /// A text as people write it, if there is one: not empty, and without characters that break or turn
    /// others.
    pub(crate) fn plain(&mut self, name: &str, length_max: usize) -> Result<Option<String>, Problem> {
        match self.text(name, length_max)? {
            Some(text) => self.checked_plain(name, text).map(Some),
            None => Ok(None),
        }
    }

    /// Such a text that must be there.
    pub(crate) fn required_plain(&mut self, name: &str, length_max: usize) -> Result<String, Problem> {
        let text = self.required_text(name, length_max)?;
        self.checked_plain(name, text)
    }

    fn checked_plain(&self, name: &str, text: String) -> Result<String, Problem> {
        if text.trim().is_empty() {
            return Err(self.invalid(name, "It must not be empty."));
        }
        if text.chars().any(misleads) {
            return Err(
                self.invalid(name, "It must not hold control characters or marks that turn the direction.")
            );
        }
        Ok(text)
    }

    /// A text that stands for a value, read by `read`; `wanted` says what it takes.
    pub(crate) fn value<T>(
        &mut self,
        name: &str,
        wanted: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        match self.text(name, VALUE_LENGTH_MAX)? {
            None => Ok(None),
            Some(text) => read(&text).map(Some).ok_or_else(|| self.invalid(name, wanted)),
        }
    }

    /// A value that must be there.
    pub(crate) fn required_value<T>(
        &mut self,
        name: &str,
        wanted: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Problem> {
        if matches!(self.left.get(name), Some(Json::Null)) {
            return Err(self.invalid(name, wanted));
        }
        let found = self.value(name, wanted, read)?;
        found.ok_or_else(|| Problem::new(Kind::ParamMissing).param(self.path(name)))
    }

    /// True or false, if it is said.
    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>, Problem> {
        match self.left.remove(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Flag(flag)) => Ok(Some(flag)),
            Some(_) => Err(self.invalid(name, "It takes true or false.")),
        }
    }

    /// An object, read by its own rules; `under` is its name with a dot.
    pub(crate) fn object<T: Input>(&mut self, name: &str, under: &'static str) -> Result<Option<T>, Problem> {
        match self.left.remove(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Object(left)) => read_object(Cow::Borrowed(under), left).map(Some),
            Some(_) => Err(self.invalid(name, "It takes an object.")),
        }
    }

    /// An object of texts under names of the caller's own; none of it stands for an empty one.
    pub(crate) fn texts(&mut self, name: &str) -> Result<BTreeMap<String, String>, Problem> {
        let wanted = "It takes an object whose values are strings.";
        match self.left.remove(name) {
            None | Some(Json::Null) => Ok(BTreeMap::new()),
            Some(Json::Object(left)) => left
                .into_iter()
                .map(|(key, value)| match value {
                    Json::Text(text) => Ok((key, text)),
                    _ => Err(self.invalid(name, wanted)),
                })
                .collect(),
            Some(_) => Err(self.invalid(name, wanted)),
        }
    }

    /// A list of one to `count_max` objects, each read by its own rules, that must be there.
    pub(crate) fn required_objects<T: Input>(
        &mut self,
        name: &'static str,
        count_max: usize,
    ) -> Result<Vec<T>, Problem> {
        let wanted = || format!("It takes a list of 1 to {count_max} objects.");
        let list = match self.left.remove(name) {
            None => return Err(Problem::new(Kind::ParamMissing).param(self.path(name))),
            Some(Json::List(list)) if (1..=count_max).contains(&list.len()) => list,
            Some(_) => return Err(self.invalid(name, wanted())),
        };
        let read = |(index, item): (usize, Json)| match item {
            Json::Object(left) => read_object(Cow::Owned(format!("{name}[{index}].")), left),
            _ => Err(self.invalid(name, wanted())),
        };
        list.into_iter().enumerate().map(read).collect()
    }

    /// What this parameter is called in a problem.
    fn path(&self, name: &str) -> String {
        format!("{}{name}", self.under)
    }

    fn invalid(&self, name: &str, wanted: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
        Problem::new(Kind::ParamInvalid).param(self.path(name)).detail(wanted)
    }

    fn finish(self) -> Result<(), Problem> {
        if self.left.is_empty() {
            return Ok(());
        }
        let problem = Problem::new(Kind::ParamUnknown);
        // The unknown name itself is what somebody else wrote, so only its place is told.
        Err(match self.under.strip_suffix('.') {
            Some(object) => problem.param(object.to_owned()),
            None => problem,
        })
    }
}

fn read_object<T: Input>(under: Cow<'static, str>, left: BTreeMap<String, Json>) -> Result<T, Problem> {
    let mut fields = Fields { under, left };
    let value = T::read(&mut fields)?;
    fields.finish()?;
    Ok(value)
}

/// Longest text that stands for a value: an identifier, a region, an enumerated word.
const VALUE_LENGTH_MAX: usize = 64;

/// Characters that change how others look: control characters (so no line can be added to a message, R13),
/// line and paragraph separators, and the marks that turn the direction of reading (UAX 9, 2.1-2.4).
fn misleads(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// An identifier in the path. One that is misspelt, or of another kind, names nothing: the answer is the same
/// as for an id that never was (R77).
pub(crate) struct Id<T>(pub(crate) T);

/// What can be named in a path.
pub(crate) trait Named: FromStr {
    /// The answer when there is none.
    const ABSENT: Kind;
}

impl Named for VerificationId {
    const ABSENT: Kind = Kind::VerificationNotFound;
}

impl Named for AccountId {
    const ABSENT: Kind = Kind::AccountNotFound;
}

impl Named for ActionId {
    const ABSENT: Kind = Kind::ActionNotFound;
}

impl Named for WebhookId {
    const ABSENT: Kind = Kind::WebhookNotFound;
}

impl Named for EventId {
    const ABSENT: Kind = Kind::DeliveryNotFound;
}

impl<T: Named> FromRequestParts<Server> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let absent = || Problem::new(T::ABSENT);
        let Path(text) = Path::<String>::from_request_parts(parts, server).await.map_err(|_| absent())?;
        text.parse().map(Id).map_err(|_| absent())
    }
}

/// Two identifiers in the path, the one that holds the other first.
pub(crate) struct Ids<A, B>(pub(crate) A, pub(crate) B);

impl<A: Named, B: Named> FromRequestParts<Server> for Ids<A, B> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let (outer, inner) = (|| Problem::new(A::ABSENT), || Problem::new(B::ABSENT));
        let Path((holder, held)) =
            Path::<(String, String)>::from_request_parts(parts, server).await.map_err(|_| outer())?;
        Ok(Self(holder.parse().map_err(|_| outer())?, held.parse().map_err(|_| inner())?))
    }
}
