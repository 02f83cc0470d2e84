//! The pages and the one door for webhooks: routes, assets, the headers of every answer. Handlers stand in
//! the modules below, one per page.

mod api_keys;
mod browser;
mod exit;
mod hooks;
mod open;
mod reset;
mod returning;
mod sell;
mod sign_in;
mod views;
mod wallet;
mod withdraw;
mod words;

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::chores::WEBHOOK_PATH;
use crate::house::Shared;

/// Our largest form is a few hundred bytes, and so is a webhook.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// A confirmation may take several calls to Countersign.
const REQUEST_MAX: Duration = Duration::from_secs(30);

/// Everything that is served. Fails if the Security Center's address cannot stand in a header.
pub(crate) fn router(house: Shared) -> Result<Router, String> {
    let policy = policy(&house.security_url)?;
    let pages = Router::new()
        .route("/", get(wallet::page))
        .route("/signin", get(sign_in::page).post(sign_in::enter))
        .route("/signout", post(sign_in::leave))
        .route("/open", get(open::page).post(open::begin))
        .route("/reset", get(reset::page).post(reset::begin))
        .route("/reset/new", get(reset::new_page).post(reset::set))
        .route("/return", get(returning::arrive))
        .route("/waiting", get(returning::wait))
        .route("/withdraw", get(withdraw::page).post(withdraw::place))
        .route("/sell", get(sell::page).post(sell::place))
        .route("/withdrawals/{id}", get(exit::page))
        .route("/sales/{id}", get(exit::page))
        .route("/withdrawals/{id}/cancel", post(exit::cancel))
        .route("/sales/{id}/cancel", post(exit::cancel))
        .route("/api-keys", get(api_keys::page).post(api_keys::begin))
        .route("/api-keys/{id}/delete", post(api_keys::delete))
        .route("/security", get(wallet::security))
        .fallback(wallet::nowhere)
        .layer(middleware::from_fn_with_state(house.clone(), browser::recognise));
    let doors = Router::new().route(WEBHOOK_PATH, post(hooks::hear)).merge(assets());
    Ok(doors
        .merge(pages)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(policy, guard))
        .with_state(house))
}

/// Nothing from elsewhere, nothing inline. Forms may lead on to the Security Center: a form that needs a
/// confirmation is answered with a redirect there, and browsers hold `form-action` against redirects too.
fn policy(security_url: &str) -> Result<HeaderValue, String> {
    let after_scheme = security_url.find("://").map_or(0, |at| at + 3);
    let path = security_url[after_scheme..].find('/').map_or(security_url.len(), |at| after_scheme + at);
    let origin = &security_url[..path];
    let is_origin = after_scheme > 0 && !origin.contains([';', ',', ' ', '\'', '"']);
    let text = format!(
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
         form-action 'self' {origin}"
    );
    let value = HeaderValue::from_str(&text).ok().filter(|_| is_origin);
    value.ok_or_else(|| "security_url is no address".to_owned())
}

async fn guard(State(policy): State<HeaderValue>, request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(REQUEST_MAX, next.run(request)).await;
    let mut response = answered.unwrap_or_else(|_| StatusCode::GATEWAY_TIMEOUT.into_response());
    let headers = response.headers_mut();
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// The style sheet, the script and the icon, all compiled in.
fn assets() -> Router<Shared> {
    let asset = |kind: &'static str, text: &'static str| {
        get(move || async move { ([(header::CONTENT_TYPE, kind)], text) })
    };
    Router::new()
        .route("/static/exchange.css", {
            asset("text/css; charset=utf-8", include_str!("../static/exchange.css"))
        })
        .route("/static/exchange.js", {
            asset("text/javascript; charset=utf-8", include_str!("../static/exchange.js"))
        })
        .route("/static/harbour.svg", asset("image/svg+xml", include_str!("../static/harbour.svg")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_may_lead_to_the_security_centre_and_nowhere_else() {
        let text = policy("https://security.example:8443/center").expect("a policy");
        let text = text.to_str().expect("ASCII");
        assert!(text.ends_with("form-action 'self' https://security.example:8443"), "{text}");
        assert!(text.starts_with("default-src 'self';"), "{text}");
        for wrong in ["security.example", "https://a; script-src *", "https://a b"] {
            assert!(policy(wrong).is_err(), "{wrong}");
        }
    }
}
