//! What the exchange does unasked: moving open exits on, keeping its prices fresh at Countersign, and having
//! a webhook endpoint there. Each may fail and is tried again at the next round.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::asset::Asset;
use crate::book::{Book, State, Webhook};
use crate::house::House;
use crate::ledger::NotChanged;
use crate::moment;
use crate::wire::Fault;

const ROUND: Duration = Duration::from_secs(3);
const RATES_EVERY_MS: i64 = 60_000;
/// Where Countersign sends events.
pub(crate) const WEBHOOK_PATH: &str = "/webhooks/countersign";

/// Rounds without end.
pub(crate) async fn run(house: &House) {
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = rounds.tick() => {}
            () = house.wake.notified() => {}
        }
        round(house).await;
    }
}

/// Everything once.
pub(crate) async fn round(house: &House) {
    house.settle_all().await;
    if let Err(fault) = freshen_rates(house).await {
        tracing::warn!(%fault, "the rates could not be put");
    }
    if let Err(fault) = register(house).await {
        tracing::warn!(%fault, "the webhook could not be registered");
    }
}

/// After a start: a request whose action was never known here cannot be confirmed by anybody.
pub(crate) fn repair(house: &House) {
    let interrupted = |book: &Book| -> Vec<String> {
        let requested = book.exits.values().filter(|exit| exit.state == State::Requested);
        requested.map(|exit| exit.id.clone()).collect()
    };
    for id in house.ledger.read(interrupted) {
        house.release(&id, "interrupted");
    }
}

async fn freshen_rates(house: &House) -> Result<(), Fault> {
    let now_ms = house.now_ms();
    let is_due = |at_ms: &i64| now_ms.saturating_sub(*at_ms) >= RATES_EVERY_MS;
    if house
        .rates_put_ms
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .as_ref()
        .is_some_and(|at| !is_due(at))
    {
        return Ok(());
    }
    let rates: Vec<(&str, &str)> = Asset::ALL
        .into_iter()
        .filter(|asset| *asset != Asset::Btc)
        .map(|asset| (asset.code(), asset.btc_rate()))
        .collect();
    house.countersign.put_rates(&rates, &moment::rfc_3339(now_ms)).await?;
    *house.rates_put_ms.lock().unwrap_or_else(PoisonError::into_inner) = Some(now_ms);
    Ok(())
}

/// Makes sure that there is an endpoint whose secret we hold. Those of ours whose secret we lost are taken
/// down.
async fn register(house: &House) -> Result<(), Fault> {
    if house.webhook_secret.is_some() || house.is_registered.load(Ordering::Relaxed) {
        return Ok(());
    }
    let url = format!("{}{WEBHOOK_PATH}", house.public_url);
    let held = house.ledger.read(|book| book.webhook.clone());
    let mut stands = false;
    for endpoint in house.countersign.webhooks().await? {
        let is_held = held.as_ref().is_some_and(|held| held.id == endpoint.id && held.url == url);
        if is_held && endpoint.disabled_at.is_none() {
            stands = true;
        } else if endpoint.url == url {
            house.countersign.delete_webhook(&endpoint.id).await?;
        }
    }
    if !stands {
        let endpoint = house.countersign.add_webhook(&url).await?;
        let secret =
            endpoint.secret.ok_or_else(|| Fault::Unreachable("an endpoint without a secret".to_owned()))?;
        let webhook = Webhook { id: endpoint.id, url, secret };
        house
            .ledger
            .change(|book| {
                book.webhook = Some(webhook);
                Ok(())
            })
            .map_err(|error| match error {
                NotChanged::NotKept(error) => Fault::Unreachable(error.to_string()),
                NotChanged::Refused(_) => Fault::Unreachable("the book refused it".to_owned()),
            })?;
    }
    house.is_registered.store(true, Ordering::Relaxed);
    Ok(())
}
