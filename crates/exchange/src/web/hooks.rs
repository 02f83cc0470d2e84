//! The door for Countersign's webhooks. A delivery is believed only by its signature, its age and its
//! newness; what it says updates what is shown and releases what was called off. It never makes value leave:
//! for that the chores ask Countersign.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::book::Exit;
use crate::house::{House, Shared};
use crate::moment;
use crate::standing::Hold;
use crate::webhook;

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Data,
}

#[derive(Default, Deserialize)]
struct Data {
    #[serde(default)]
    action: String,
    #[serde(default)]
    account: String,
    reason: Option<String>,
    #[serde(default)]
    cause: String,
    #[serde(default)]
    ends_at: String,
}

/// 204 for what is taken, seen before or of no interest; 401 for what Countersign did not send.
pub(crate) async fn hear(State(house): State<Shared>, headers: HeaderMap, body: Bytes) -> StatusCode {
    // Not registered yet: Countersign will try again.
    let Some(secret) = house.webhook_secret() else { return StatusCode::SERVICE_UNAVAILABLE };
    let id = match webhook::verify(&secret, &headers, &body, house.now_ms()) {
        Ok(id) => id,
        Err(problem) => {
            tracing::warn!(?problem, "a webhook was refused");
            return StatusCode::UNAUTHORIZED;
        }
    };
    if let Ok(event) = serde_json::from_slice::<Event>(&body)
        && house.seen.is_new(&id, house.now_ms())
    {
        take(&house, &event).await;
    }
    StatusCode::NO_CONTENT
}

async fn take(house: &House, event: &Event) {
    let data = &event.data;
    match event.kind.as_str() {
        "action.canceled" | "action.lapsed" => {
            let waiting =
                house.ledger.read(|book| book.exit_by_action(&data.action).map(|exit| exit.id.clone()));
            let Some(id) = waiting else { return };
            let _turn = house.turn(&id).await;
            // One that is being redeemed ends with the answer to that.
            if house.ledger.read(|book| book.exits.get(&id).is_some_and(Exit::is_pending)) {
                house.release(&id, data.reason.as_deref().unwrap_or("lapsed"));
            }
        }
        "action.authorised" => house.wake.notify_one(),
        "hold.started" => {
            if let Some(until_ms) = moment::read(&data.ends_at) {
                let hold = Hold { cause: data.cause.clone(), until_ms };
                house.standings.hold_started(&data.account, hold);
            }
        }
        "account.frozen" => {
            house.standings.became(&data.account, "frozen");
            house.wake.notify_one();
        }
        "account.unfrozen" => house.standings.became(&data.account, "active"),
        _ => {}
    }
}
