//! A forgotten password: proved at Countersign, then set anew. Nobody is signed in by it, and every browser
//! of the customer is signed out (R47).

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;

use super::browser::{Posted, Visit, page as draw, see_other};
use super::open::judge_password;
use super::views::{Alert, Door, NewPassword, Problems, Which};
use super::words;
use crate::book::Refused;
use crate::sessions::Purpose;

async fn door(visit: &Visit, status: StatusCode, email: String, alert: Option<Alert>) -> Response {
    let layout = visit.layout("/reset").await;
    draw(status, &Door { layout, which: Which::Reset, email, problems: Problems::default(), alert })
}

pub(crate) async fn page(visit: Visit) -> Response {
    door(&visit, StatusCode::OK, String::new(), None).await
}

pub(crate) async fn begin(form: Posted) -> Response {
    let (visit, email) = (&form.visit, form.text("email"));
    let Some(user) = visit.house.ledger.read(|book| book.user_by_email(&email).cloned()) else {
        let alert = Alert::plain("We can't reset a password for this email address here.");
        return door(visit, StatusCode::UNPROCESSABLE_ENTITY, email, Some(alert)).await;
    };
    let purpose = Purpose::Reset { user: user.id };
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

pub(crate) async fn new_page(visit: Visit) -> Response {
    if visit.session.resets.is_none() {
        return see_other("/reset");
    }
    let layout = visit.layout("/reset").await;
    draw(StatusCode::OK, &NewPassword { layout, problems: Problems::default() })
}

pub(crate) async fn set(form: Posted) -> Response {
    let visit = &form.visit;
    let Some(user) = visit.session.resets.clone() else { return see_other("/reset") };
    let password = form.password("password");
    let mut problems = Problems::default();
    judge_password(&password, &mut problems);
    if !problems.is_empty() {
        let layout = visit.layout("/reset").await;
        return draw(StatusCode::UNPROCESSABLE_ENTITY, &NewPassword { layout, problems });
    }
    let house = &visit.house;
    let hash = house.passwords.hash(&password).await;
    // Taken once: a second form of the same proof finds nothing.
    let may = house.sessions.change(&visit.cookie, |session| session.resets.take()).flatten().is_some();
    let is_set = may
        && hash.is_some_and(|hash| {
            let set = house.ledger.change(|book| {
                book.users.get_mut(&user).ok_or(Refused::Unknown)?.password_hash = hash;
                Ok(())
            });
            set.is_ok()
        });
    if !is_set {
        let text = "The password was not changed. Begin again.";
        return visit.fault(StatusCode::INTERNAL_SERVER_ERROR, "Something broke", text).await;
    }
    house.sessions.end_all_of(&user);
    see_other("/signin?notice=reset")
}
