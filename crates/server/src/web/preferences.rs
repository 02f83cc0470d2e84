//! Language and theme: `POST /preferences`. Kept in a cookie; works signed out and without a script.

use super::form::Form;
use super::views::Theme;
use super::visit::Visit;
use super::words::Words;
use crate::http::cookies::{self, Name};
use axum::response::Response;

/// `POST /preferences`
pub(crate) async fn save(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let language = Words::named(sent.get("language")).unwrap_or(visit.words).tag();
    let theme = if sent.get("theme").is_empty() { visit.theme() } else { Theme::named(sent.get("theme")) };
    let mut response = visit.redirect(sent.get("back"));
    let value = format!("{language}.{}", theme.name());
    cookies::set(response.headers_mut(), &visit.server, Name::Preferences, &value);
    response
}
