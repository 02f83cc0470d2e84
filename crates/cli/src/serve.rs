//! `countersign serve`, `migrate`, `check-config`: the server on real routes, without any simulation.

use crate::carriers::{MESSAGES_SECRET, MESSAGES_TOKEN};
use crate::config::{self, Config};
use crate::{assemble, demo, output};
use countersign_core::model::Service;
use countersign_core::risk;
use countersign_delivery::providers::{HttpRouteConfig, ProviderConfig};
use std::path::Path;
use tokio::net::TcpListener;

/// Runs until it is told to stop.
pub(crate) async fn run(path: &Path) -> Result<(), String> {
    let config = config::load(path)?;
    refuse_demo_secrets(&config)?;
    let house = assemble::open(&config, assemble::clock()).await?;
    let services = house.flows.services().await.map_err(|error| format!("the database: {error}"))?;
    refuse_demo_data(&services)?;
    let service = assemble::service(&house.flows, &config.service, false).await?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("listen: {} cannot be listened on: {error}", config.listen))?;
    if config.smpp.is_empty() && config.http.is_empty() && config.gammu.is_empty() {
        tracing::warn!("no SMPP, HTTP or modem route is configured: no text message can be sent");
    }
    if config.smtp.is_empty() {
        tracing::warn!("no SMTP route is configured: no email can be sent");
    }
    let engine = assemble::start(&house, &config).await?;
    let bound = listener.local_addr().map_or(config.listen, |bound| bound);
    tracing::info!(listen = %bound, public = config.public_url, "ready");
    assemble::listen(&house, &config, &service, listener, assemble::stop_signal()).await?;
    engine.stop(&house).await;
    Ok(())
}

/// The demo's secrets are printed in its documentation: whoever runs on them has none.
fn refuse_demo_secrets(config: &Config) -> Result<(), String> {
    if config.master.iter().any(|(_, key)| key.0 == demo::MASTER_KEY) {
        return Err("keys.master: this is the demo's key, which everybody knows; draw one with \
                    `openssl rand -hex 32`"
            .to_owned());
    }
    if let Some(route) = config.smpp.iter().find(|route| route.password == demo::SMPP_PASSWORD) {
        return Err(format!(
            "routes.smpp {:?}: this is the demo's password, which everybody knows",
            route.name
        ));
    }
    if let Some(route) = config.voice.iter().find(|route| route.token == demo::CALLS_TOKEN) {
        return Err(format!(
            "routes.voice {:?}: this is the demo's token, which everybody knows",
            route.name
        ));
    }
    let is_demo_route = |route: &&HttpRouteConfig| match &route.provider {
        ProviderConfig::Generic(account) => {
            account.secret.as_ref().is_some_and(|secret| secret.expose() == MESSAGES_SECRET)
                || account.headers.values().any(|value| value.expose().contains(MESSAGES_TOKEN))
        }
        _ => false,
    };
    if let Some(route) = config.http.iter().find(is_demo_route) {
        return Err(format!(
            "routes.http {:?}: this is the demo's secret, which everybody knows",
            route.name
        ));
    }
    Ok(())
}

fn refuse_demo_data(services: &[Service]) -> Result<(), String> {
    match services.iter().find(|service| service.demo) {
        Some(service) => Err(format!(
            "this database was made by the demo (service {:?}): its accounts and passwords are known to everybody; \
             start with an empty one",
            service.name
        )),
        None => Ok(()),
    }
}

/// Brings the tables up to date, and stops.
pub(crate) async fn migrate(path: &Path) -> Result<(), String> {
    let config = config::load(path)?;
    assemble::open(&config, assemble::clock()).await?;
    output::say("The database is up to date.");
    Ok(())
}

/// Says what the configuration means.
pub(crate) fn check_config(path: &Path) -> Result<(), String> {
    let config = config::load(path)?;
    refuse_demo_secrets(&config)?;
    output::say(&format!("{}: good", path.display()));
    output::say(&format!(
        "  pages at {} for {:?}, listening on {}",
        config.public_url, config.service, config.listen
    ));
    output::say(&format!(
        "  routes: {} SMPP, {} over HTTP, {} modems, {} for calls, {} SMTP",
        config.smpp.len(),
        config.http.len(),
        config.gammu.len(),
        config.voice.len(),
        config.smtp.len()
    ));
    let worst = risk::of_policy(&config.policy).into_iter().map(|risk| risk.yearly).fold(0.0, f64::max);
    output::say(&format!(
        "  somebody who knows the password guesses through within a year: {worst:.1e} at most (`countersign policy \
         check` shows each action)"
    ));
    Ok(())
}
