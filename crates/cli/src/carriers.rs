//! `countersign carriers`: the simulated carrier network as a process of its own. The demo starts it as its child
//! and stops it by closing its standard input, so that it never outlives the demo, however that ended.

use crate::{assemble, output};
use countersign_carriers::{CarrierConfig, demo_operators, start};
use countersign_flows::Clock;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::AsyncReadExt;

/// What to simulate, and where.
#[derive(clap::Args)]
pub(crate) struct CarriersArguments {
    /// One seed gives one behaviour.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Address of the SMSC; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:2775")]
    smpp: SocketAddr,
    /// Address of the handsets' page.
    #[arg(long, default_value = "127.0.0.1:8081")]
    handsets: SocketAddr,
    /// Address of the mailbox's SMTP intake.
    #[arg(long, default_value = "127.0.0.1:2525")]
    smtp: SocketAddr,
    /// Address of the mailbox's page.
    #[arg(long, default_value = "127.0.0.1:8082")]
    mailbox: SocketAddr,
    /// The account that may bind.
    #[arg(long, default_value = crate::demo::SMPP_SYSTEM_ID)]
    system_id: String,
    /// Its password; that of the simulated network only.
    #[arg(long, default_value = crate::demo::SMPP_PASSWORD)]
    password: String,
    /// The token of whoever may ask for calls; that of the simulated network only.
    #[arg(long, default_value = crate::demo::CALLS_TOKEN)]
    calls_token: String,
    /// Stop when standard input is closed.
    #[arg(long)]
    until_stdin_closes: bool,
}

/// Where the network is, as one line of JSON once it is ready.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ready {
    pub(crate) smpp: SocketAddr,
    pub(crate) handsets: SocketAddr,
    pub(crate) smtp: SocketAddr,
    pub(crate) mailbox: SocketAddr,
    pub(crate) calls_url: String,
}

/// Runs until it is told to stop.
pub(crate) async fn run(arguments: CarriersArguments) -> Result<(), String> {
    let clock = assemble::clock();
    let config = CarrierConfig {
        seed: arguments.seed,
        smpp_listen: arguments.smpp,
        handsets_listen: arguments.handsets,
        smtp_listen: arguments.smtp,
        mailbox_listen: arguments.mailbox,
        system_id: arguments.system_id,
        password: arguments.password,
        calls_token: arguments.calls_token,
        operators: demo_operators(),
    };
    let unix_ms = Arc::new(move || u64::try_from(clock.now().unix_ms()).unwrap_or(0));
    let running = start(config, unix_ms).await.map_err(|error| error.to_string())?;
    let ready = Ready {
        smpp: running.smpp,
        handsets: running.handsets,
        smtp: running.smtp,
        mailbox: running.mailbox,
        calls_url: running.calls_url.clone(),
    };
    output::say(&serde_json::to_string(&ready).map_err(|error| error.to_string())?);
    let mut stop = assemble::stop_signal();
    if arguments.until_stdin_closes {
        let mut input = tokio::io::stdin();
        let mut ignored = [0u8; 64];
        let closed = async { while matches!(input.read(&mut ignored).await, Ok(count) if count > 0) {} };
        tokio::select! {
            () = closed => {}
            _ = stop.changed() => {}
        }
    } else {
        let _ = stop.changed().await;
    }
    running.shutdown().await;
    Ok(())
}
