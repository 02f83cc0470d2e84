//! Signing in: the exchange's own password first, then whatever Countersign asks for. The session begins only
//! after the redemption, under a new cookie.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;

use super::browser::{Posted, Visit, page as draw, see_other, see_other_as};
use super::views::{Alert, Door, Problems, Which};
use super::words;
use crate::sessions::Purpose;

async fn door(visit: &Visit, status: StatusCode, email: String, alert: Option<Alert>) -> Response {
    let layout = visit.layout("/signin").await;
    draw(status, &Door { layout, which: Which::SignIn, email, problems: Problems::default(), alert })
}

pub(crate) async fn page(visit: Visit) -> Response {
    if visit.customer.is_some() {
        return see_other("/");
    }
    door(&visit, StatusCode::OK, String::new(), None).await
}

pub(crate) async fn enter(form: Posted) -> Response {
    let (visit, email) = (&form.visit, form.text("email"));
    let known = visit.house.ledger.read(|book| book.user_by_email(&email).cloned());
    let hash = known.as_ref().map(|user| &user.password_hash);
    let is_right = visit.house.passwords.is_right(&form.password("password"), hash).await;
    // One answer for an unknown address and for a wrong password, after the same work (R46).
    let Some(user) = known.filter(|_| is_right) else {
        let alert = Alert::plain("That email address and password don't go together.");
        return door(visit, StatusCode::UNPROCESSABLE_ENTITY, email, Some(alert)).await;
    };
    let purpose = Purpose::SignIn { user: user.id };
    let begun = visit
        .house
        .begin_errand(&visit.cookie, purpose, user.account, BTreeMap::new(), visit.client_ip.clone())
        .await;
    match begun {
        Ok(confirm_url) => see_other(confirm_url.expose()),
        Err(fault) => {
            let alert = words::refused(&visit.house, &fault);
            door(visit, StatusCode::CONFLICT, email, Some(alert)).await
        }
    }
}

pub(crate) async fn leave(form: Posted) -> Response {
    let house = &form.visit.house;
    house.sessions.end(&form.visit.cookie);
    let (cookie, _) = house.sessions.begin(None, house.now_ms());
    see_other_as("/signin?notice=left", &cookie)
}
