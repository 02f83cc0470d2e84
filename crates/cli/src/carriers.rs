//! `countersign carriers`: the simulated carrier network as a process of its own. The demo starts it as its child
//! and stops it by closing its standard input, so that it never outlives the demo, however that ended.

use crate::{assemble, output};
use countersign_carriers::{
    AccountConfig, AuthenticatorEntry, Behaviour, CarrierConfig, MessagesConfig, OperatorConfig, Routes,
    demo_operators, start_with_routes,
};
use countersign_flows::Clock;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::AsyncReadExt;

/// The accounts of the simulated SMSC when none is named, one for each of the demo's routes. Public.
pub(crate) const SYSTEM_IDS: [&str; 3] = [crate::demo::SMPP_SYSTEM_ID, "demo-2", "demo-3"];
/// The account by which texts go that come over HTTP. Public.
pub(crate) const MESSAGES_SYSTEM_ID: &str = "demo-http";
/// The token of the simulated provider of texts. Public.
pub(crate) const MESSAGES_TOKEN: &str = "demo-messages";
/// What that provider signs its callbacks with. Public.
pub(crate) const MESSAGES_SECRET: &str = "demo-messages-key-that-is-no-secret";

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
    /// An account that may bind, with faults of its own; may be given several times.
    #[arg(long, default_values = SYSTEM_IDS)]
    system_id: Vec<String>,
    /// The password of all accounts; that of the simulated network only.
    #[arg(long, default_value = crate::demo::SMPP_PASSWORD)]
    password: String,
    /// The token of whoever may ask for calls; that of the simulated network only.
    #[arg(long, default_value = crate::demo::CALLS_TOKEN)]
    calls_token: String,
    /// The token of whoever may ask for texts over HTTP; that of the simulated network only.
    #[arg(long, default_value = MESSAGES_TOKEN)]
    messages_token: String,
    /// What status callbacks of such texts are signed with; that of the simulated network only.
    #[arg(long, default_value = MESSAGES_SECRET)]
    messages_secret: String,
    /// An entry of the simulated authenticator app, `NAME=KEY` with the key in base32; may be given several times.
    #[arg(long, value_name = "NAME=KEY")]
    authenticator: Vec<String>,
    /// Deliver at once, with no operator's habits: for measuring.
    #[arg(long)]
    instant: bool,
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
    pub(crate) messages_url: String,
}

/// Runs until it is told to stop.
pub(crate) async fn run(arguments: CarriersArguments) -> Result<(), String> {
    let clock = assemble::clock();
    let entry = |text: &String| {
        AuthenticatorEntry::read(text).ok_or_else(|| "--authenticator takes NAME=KEY, in base32".to_owned())
    };
    let routes = Routes {
        authenticator: arguments.authenticator.iter().map(entry).collect::<Result<_, _>>()?,
        accounts: arguments.system_id.iter().map(|system_id| account(system_id)).collect(),
        messages: Some(MessagesConfig {
            account: AccountConfig {
                note: "What the provider of texts over HTTP hands on.".to_owned(),
                ..AccountConfig::friendly(MESSAGES_SYSTEM_ID)
            },
            token: arguments.messages_token,
            secret: arguments.messages_secret,
        }),
    };
    let config = CarrierConfig {
        seed: arguments.seed,
        smpp_listen: arguments.smpp,
        handsets_listen: arguments.handsets,
        smtp_listen: arguments.smtp,
        mailbox_listen: arguments.mailbox,
        system_id: arguments.system_id.into_iter().next().unwrap_or_default(),
        password: arguments.password,
        calls_token: arguments.calls_token,
        operators: if arguments.instant { vec![instant()] } else { demo_operators() },
    };
    let unix_ms = Arc::new(move || u64::try_from(clock.now().unix_ms()).unwrap_or(0));
    let running = start_with_routes(config, routes, unix_ms).await.map_err(|error| error.to_string())?;
    let ready = Ready {
        smpp: running.smpp,
        handsets: running.handsets,
        smtp: running.smtp,
        mailbox: running.mailbox,
        calls_url: running.calls_url.clone(),
        messages_url: running.messages_url.clone(),
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

fn account(system_id: &str) -> AccountConfig {
    let note = "A friendly aggregator, until its settings say otherwise.".to_owned();
    AccountConfig { note, ..AccountConfig::friendly(system_id) }
}

/// One operator for every number, without delays.
fn instant() -> OperatorConfig {
    let behaviour =
        Behaviour { delay_ms_min: 0, delay_ms_max: 0, receipt_delay_ms: 0, ..Behaviour::default() };
    OperatorConfig {
        name: "instant".to_owned(),
        note: "Everything arrives at once.".to_owned(),
        prefixes: vec![String::new()],
        behaviour,
    }
}
