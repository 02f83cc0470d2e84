//! Cookies: one place that names them and their attributes (R45). Every one is `HttpOnly`, `SameSite=Lax`, host-only
//! and, over TLS, `Secure` with the `__Host-` prefix, so that no neighbouring host can plant one.

use crate::state::Server;
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderValue, SET_COOKIE};

/// The cookies of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// The signed-in session. Ends with the browser.
    Session,
    /// The known device. 90 days.
    Device,
    /// A sign-up or sign-in in progress.
    Journey,
    /// A binding, or another setting, whose new value is being entered.
    Binding,
    /// The confirm pages of this browser.
    Confirm,
    /// The access code of a ticket that was opened without signing in.
    Ticket,
    /// The recovery case that this browser follows, with its access code. 30 days.
    Case,
    /// The signed-in session of a member of staff. Ends with the browser.
    Operator,
    /// A sign-in of staff in progress, or an act of an admin that waits to be proved.
    OperatorJourney,
    /// The browser that a member of staff has come in from. 90 days.
    OperatorDevice,
    /// Random, given to every visitor: what form tokens are bound to.
    Visitor,
    /// Language and theme. One year.
    Preferences,
}

impl Name {
    const fn plain(self) -> &'static str {
        match self {
            Name::Session => "cs_session",
            Name::Device => "cs_device",
            Name::Journey => "cs_journey",
            Name::Binding => "cs_binding",
            Name::Confirm => "cs_confirm",
            Name::Ticket => "cs_ticket",
            Name::Case => "cs_case",
            Name::Operator => "cs_operator",
            Name::OperatorJourney => "cs_operator_journey",
            Name::OperatorDevice => "cs_operator_device",
            Name::Visitor => "cs_visitor",
            Name::Preferences => "cs_preferences",
        }
    }

    const fn max_age_s(self) -> Option<u32> {
        match self {
            Name::Session | Name::Operator => None,
            Name::Device | Name::OperatorDevice => Some(90 * 86_400),
            Name::Case => Some(30 * 86_400),
            Name::Journey | Name::Binding | Name::Confirm | Name::Ticket | Name::OperatorJourney => {
                Some(3_600)
            }
            Name::Visitor | Name::Preferences => Some(365 * 86_400),
        }
    }

    fn full(self, server: &Server) -> String {
        if server.is_secure() { format!("__Host-{}", self.plain()) } else { self.plain().to_owned() }
    }
}

/// Longest cookie value read; ours are 64 characters.
const VALUE_LENGTH_MAX: usize = 128;

/// The value of a cookie, if the request has it. Of several with one name, which only an attacker sends, none counts.
pub(crate) fn read(headers: &HeaderMap, server: &Server, name: Name) -> Option<String> {
    let wanted = name.full(server);
    let mut found = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == wanted)
        .map(|(_, value)| value.to_owned());
    let first = found.next()?;
    if found.next().is_some() || first.is_empty() || first.len() > VALUE_LENGTH_MAX {
        None
    } else {
        Some(first)
    }
}

/// Sets a cookie on an answer. `value` is ours: hexadecimal or a short word.
pub(crate) fn set(headers: &mut HeaderMap, server: &Server, name: Name, value: &str) {
    append(headers, server, name, value, name.max_age_s());
}

/// Takes a cookie back.
pub(crate) fn clear(headers: &mut HeaderMap, server: &Server, name: Name) {
    append(headers, server, name, "", Some(0));
}

fn append(headers: &mut HeaderMap, server: &Server, name: Name, value: &str, max_age_s: Option<u32>) {
    let secure = if server.is_secure() { "; Secure" } else { "" };
    let age = max_age_s.map(|age| format!("; Max-Age={age}")).unwrap_or_default();
    let cookie = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", name.full(server));
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        headers.append(SET_COOKIE, value);
    }
}
