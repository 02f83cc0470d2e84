//! Opening an account for somebody who has one at Countersign: found by email, proved by a sign-in there.
//! Whether an address has a Security Center account cannot be hidden here, because the next page is there or
//! is not; whether it has one at this exchange is told only after the proof.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;

use super::browser::{Posted, Visit, page as draw, see_other};
use super::views::{Alert, Door, Problems, Which};
use super::words;
use crate::passwords;
use crate::secret::Secret;
use crate::sessions::Purpose;
use crate::wire::Fault;

struct Filled {
    email: String,
    problems: Problems,
    alert: Option<Alert>,
}

async fn door(visit: &Visit, status: StatusCode, filled: Filled) -> Response {
    let layout = visit.layout("/open").await;
    let Filled { email, problems, alert } = filled;
    draw(status, &Door { layout, which: Which::Open, email, problems, alert })
}

pub(crate) async fn page(visit: Visit) -> Response {
    if visit.customer.is_some() {
        return see_other("/");
    }
    let filled = Filled { email: String::new(), problems: Problems::default(), alert: None };
    door(&visit, StatusCode::OK, filled).await
}

pub(crate) async fn begin(form: Posted) -> Response {
    let (visit, email, password) = (&form.visit, form.text("email"), form.password("password"));
    let mut problems = Problems::default();
    if !email.contains('@') {
        problems.add("email", "Enter an email address, like name@example.com.");
    }
    judge_password(&password, &mut problems);
    if !problems.is_empty() {
        let filled = Filled { email, problems, alert: None };
        return door(visit, StatusCode::UNPROCESSABLE_ENTITY, filled).await;
    }
    match send_off(visit, &email, &password).await {
        Ok(confirm_url) => see_other(confirm_url.expose()),
        Err(alert) => {
            let filled = Filled { email, problems: Problems::default(), alert: Some(alert) };
            door(visit, StatusCode::CONFLICT, filled).await
        }
    }
}

async fn send_off(visit: &Visit, email: &str, password: &Secret) -> Result<Secret, Alert> {
    let house = &visit.house;
    let account = match house.countersign.find_account(email).await {
        Ok(account) => account.id,
        Err(Fault::Refused(refusal)) if matches!(refusal.status, 404 | 422) => {
            return Err(Alert {
                text: "There is no Security Center account with this email address. Make one there first, \
                       then come back."
                    .to_owned(),
                code: refusal.code,
                hold_until: None,
                link: Some((format!("{}/signup", house.security_url), "Make a Security Center account")),
            });
        }
        Err(fault) => return Err(words::refused(house, &fault)),
    };
    let hash = house.passwords.hash(password).await;
    let password_hash = hash.ok_or_else(|| Alert::plain("Something broke on our side. Nothing was done."))?;
    let purpose = Purpose::Open { email: email.to_owned(), password_hash };
    house
        .begin_errand(&visit.cookie, purpose, account, BTreeMap::new(), visit.client_ip.clone())
        .await
        .map_err(|fault| words::refused(house, &fault))
}

/// Length is all that is asked: the password never stands alone (NIST SP 800-63B-4, 3.1.1.2).
pub(crate) fn judge_password(password: &Secret, problems: &mut Problems) {
    let text = password.expose();
    if text.chars().count() < passwords::LENGTH_MIN {
        problems.add("password", format!("Use at least {} characters.", passwords::LENGTH_MIN));
    } else if text.len() > passwords::BYTES_MAX {
        problems.add("password", "That is too long for a password.");
    }
}
