//! Coming back from the Security Center: the address names an action, and whatever waited for it moves on.
//! What the address says of the outcome is not read; Countersign is asked (R11).

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::browser::{Visit, page as draw, see_other, see_other_as};
use super::exit;
use super::views::Waiting;
use super::words;
use crate::errand::Reached;
use crate::sessions::Purpose;

#[derive(Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    action: String,
}

pub(crate) async fn arrive(visit: Visit, Query(back): Query<Back>) -> Response {
    let found = visit.house.ledger.read(|book| book.exit_by_action(&back.action).cloned());
    if let Some(exit) = found {
        visit.house.settle(&exit.id).await;
        return see_other(&exit::path(&exit));
    }
    go_on(visit).await
}

/// The page of an errand that waits.
pub(crate) async fn wait(visit: Visit) -> Response {
    let Some(errand) = visit.session.errand.clone() else { return go_on(visit).await };
    match visit.house.run_errand(&visit.cookie).await {
        Reached::Waiting => {
            let layout = visit.layout("").await;
            let what = match errand.purpose {
                Purpose::SignIn { .. } => "Your sign-in waits for your confirmation.",
                Purpose::Open { .. } => "Your new account waits for your confirmation.",
                Purpose::Reset { .. } => "Your new password waits for your confirmation.",
                Purpose::CreateKey { .. } => "Your new API key waits for your confirmation.",
            };
            let waiting = Waiting {
                layout,
                what,
                fingerprint: errand.fingerprint,
                confirm_url: errand.confirm_url.expose().to_owned(),
                back: errand.purpose.page(),
                expires_ms: errand.expires_ms,
            };
            draw(StatusCode::OK, &waiting)
        }
        reached => lead(&visit, reached),
    }
}

async fn go_on(visit: Visit) -> Response {
    let reached = visit.house.run_errand(&visit.cookie).await;
    lead(&visit, reached)
}

fn lead(visit: &Visit, reached: Reached) -> Response {
    let to = match reached {
        Reached::Nothing => return see_other(visit.session.led_to.as_deref().unwrap_or("/")),
        Reached::Waiting => return see_other("/waiting"),
        Reached::Done { to, cookie: Some(cookie) } => return see_other_as(to, &cookie),
        Reached::Done { to, cookie: None } => to.to_owned(),
        Reached::Ended { page: "/open", reason } if reason == "exists" => "/signin?notice=exists".to_owned(),
        Reached::Ended { page, reason } => {
            // The reason goes into an address: only a word that there is a sentence for.
            let word = if words::notice(&reason).is_some() { reason.as_str() } else { "broken" };
            format!("{page}?notice={word}")
        }
    };
    visit.house.sessions.change(&visit.cookie, |session| session.led_to = Some(to.clone()));
    see_other(&to)
}
