//! `countersign admin …`: what is set up once, by hand or by a script. Secrets come from standard input and leave on
//! standard output, once; never on the command line, where other processes can read them.

mod cases;
mod delivery;
mod desk;
mod staff;
mod tickets;

use crate::config;
use crate::{assemble, output};
use clap::{Args, Subcommand};
use countersign_core::address::{Address, Email};
use countersign_core::model::Service;
use countersign_flows::{FlowError, Flows, NewOperator};
use serde_json::json;
use std::io::Read;
use std::path::PathBuf;

/// An act and where the configuration is.
#[derive(Args)]
pub(crate) struct AdminArguments {
    /// The configuration file.
    #[arg(long, short, env = "COUNTERSIGN_CONFIG", default_value = "countersign.toml", global = true)]
    config: PathBuf,
    /// The service by name; the configured one if left out.
    #[arg(long, global = true)]
    service: Option<String>,
    /// Answer with JSON for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// List the services.
    Services,
    /// Make a service.
    ServiceAdd {
        /// The brand's name.
        name: String,
    },
    /// List the service's API keys.
    Keys,
    /// Make an API key and print it, once.
    KeyAdd {
        /// What to call it.
        name: String,
    },
    /// Stop an API key from working.
    KeyRevoke {
        /// Its id (`key_…`).
        id: String,
    },
    /// List the members of staff.
    Operators,
    /// Make somebody a member of staff: prints the link by which they set their password and second factor, once. With
    /// `--totp` the password is read from standard input and the key for their app is printed instead.
    OperatorAdd {
        /// Their email address.
        email: String,
        /// What they are there for: support, reviewer, fraud, delivery, admin, auditor; several with commas.
        #[arg(long, value_delimiter = ',', required = true)]
        role: Vec<String>,
        /// What colleagues call them.
        #[arg(long, default_value = "")]
        name: String,
        /// Without a link, for scripts: password from standard input, key for an authenticator app on standard output.
        #[arg(long)]
        totp: bool,
    },
    /// Change somebody's access.
    Operator {
        #[command(subcommand)]
        act: staff::OperatorAct,
    },
    /// Bring over an account whose email address is proved elsewhere; the password is read from standard input.
    AccountAdd {
        /// The holder's email address.
        email: String,
        /// Language of the account's messages.
        #[arg(long, default_value = "en")]
        locale: String,
    },
    /// List the recovery cases: those before the operators first.
    Cases {
        /// Those that are over instead.
        #[arg(long)]
        closed: bool,
    },
    /// Show a recovery case, or speak about it as one of the two voices that must agree.
    Case {
        #[command(subcommand)]
        act: cases::CaseAct,
    },
    /// List the routes: what operators want of each, and how it does.
    Routes,
    /// Pause, drain or resume a route.
    Route {
        #[command(subcommand)]
        act: delivery::RouteAct,
    },
    /// List the tickets that are neither solved nor closed.
    Tickets,
    /// Show, answer, assign or solve a ticket.
    Ticket {
        #[command(subcommand)]
        act: tickets::TicketAct,
    },
    /// Show the way of a message.
    Message {
        /// Its id (`msg_…`).
        id: String,
    },
    #[command(flatten)]
    Desk(desk::DeskAct),
}

/// Does one act.
pub(crate) async fn run(arguments: AdminArguments) -> Result<(), String> {
    let config = config::load(&arguments.config)?;
    let house = assemble::open(&config, assemble::clock()).await?;
    let flows = &house.flows;
    let name = arguments.service.as_deref().unwrap_or(&config.service);
    let json = arguments.json;
    match arguments.act {
        Act::Services => list_services(flows, json).await,
        Act::ServiceAdd { name } => {
            let service = assemble::service(flows, &name, false).await?;
            answer(json, &json!({"id": service.id.to_string()}), &format!("{} {}", service.id, service.name))
        }
        Act::Keys => list_keys(flows, &find(flows, name, &config.service).await?, json).await,
        Act::KeyAdd { name: key } => {
            add_key(flows, &find(flows, name, &config.service).await?, &key, json).await
        }
        Act::KeyRevoke { id } => {
            revoke_key(flows, &find(flows, name, &config.service).await?, &id, json).await
        }
        Act::Operators => staff::list(flows, &find(flows, name, &config.service).await?, json).await,
        Act::OperatorAdd { email, role, name: called, totp } => {
            let service = find(flows, name, &config.service).await?;
            let roles = staff::roles(&role)?;
            let new = NewOperator { service_id: service.id, email: address(&email)?, name: called, roles };
            if totp {
                staff::seed(flows, &config, new, &password()?, json).await
            } else {
                staff::invite(flows, &config, new, json).await
            }
        }
        Act::Operator { act } => {
            let service = find(flows, name, &config.service).await?;
            staff::act(flows, &config, &service, act, json).await
        }
        Act::AccountAdd { email, locale } => {
            let service = find(flows, name, &config.service).await?;
            let added = flows.import_account(service.id, address(&email)?, &password()?, &locale).await;
            said_once(json, added.map_err(broken)?, "account")
        }
        Act::Cases { closed } => {
            let service = find(flows, name, &config.service).await?;
            cases::list(flows, &service, closed, json).await
        }
        Act::Case { act } => {
            let service = find(flows, name, &config.service).await?;
            cases::act(flows, &service, act, json).await
        }
        Act::Routes => delivery::list(flows, &config, json).await,
        Act::Route { act } => {
            let service = find(flows, name, &config.service).await?;
            delivery::wish(flows, &config, &service, act, json).await
        }
        Act::Tickets => tickets::list(flows, &find(flows, name, &config.service).await?, json).await,
        Act::Ticket { act } => {
            let service = find(flows, name, &config.service).await?;
            tickets::act(flows, &service, act, json).await
        }
        Act::Message { id } => {
            let service = find(flows, name, &config.service).await?;
            delivery::message(flows, &service, &id, json).await
        }
        Act::Desk(act) => {
            let service = find(flows, name, &config.service).await?;
            desk::run(flows, &service, act, json).await
        }
    }
}

async fn add_key(flows: &Flows, service: &Service, name: &str, as_json: bool) -> Result<(), String> {
    let made = flows.create_api_key(service.id, name, &assemble::by_hand()).await.map_err(broken)?;
    let secret = made.secret.expose();
    let line = json!({"id": made.key.id.to_string(), "api_key": secret});
    answer(as_json, &line, &format!("{}\nThe key, shown this once:\n{secret}", made.key.id))
}

async fn revoke_key(flows: &Flows, service: &Service, id: &str, as_json: bool) -> Result<(), String> {
    let id = id.parse().map_err(|_| format!("{id:?} is not a key's id (key_…)"))?;
    let revoked = flows.revoke_api_key(service.id, id, &assemble::by_hand()).await;
    revoked.map_err(|error| match error {
        FlowError::Conflict => "the service has no such key, or it is revoked already".to_owned(),
        other => broken(other),
    })?;
    answer(as_json, &json!({"revoked": true}), "The key no longer works.")
}

fn broken(error: FlowError) -> String {
    format!("the database: {error}")
}

async fn find(flows: &Flows, name: &str, configured: &str) -> Result<Service, String> {
    if name == configured {
        return assemble::service(flows, name, false).await;
    }
    let services = flows.services().await.map_err(broken)?;
    let found = services.into_iter().find(|service| service.name == name);
    found.ok_or_else(|| format!("there is no service {name:?}; `countersign admin services` lists them"))
}

fn address(text: &str) -> Result<Address, String> {
    Email::parse(text).map(Address::Email).map_err(|_| format!("{text:?} is not an email address"))
}

fn password() -> Result<String, String> {
    let mut text = String::new();
    std::io::stdin()
        .take(4_096)
        .read_to_string(&mut text)
        .map_err(|error| format!("the password: {error}"))?;
    let password = text.trim_end_matches(['\r', '\n']).to_owned();
    if password.chars().count() < 8 {
        return Err("the password, read from standard input, has fewer than 8 characters".to_owned());
    }
    Ok(password)
}

fn answer(as_json: bool, json: &serde_json::Value, text: &str) -> Result<(), String> {
    output::say(&if as_json { json.to_string() } else { text.to_owned() });
    Ok(())
}

fn said_once(as_json: bool, added: bool, what: &str) -> Result<(), String> {
    if !added {
        return Err(format!("this address has an {what} already; nothing was changed"));
    }
    answer(as_json, &json!({"added": true}), &format!("The {what} was added."))
}

async fn list_services(flows: &Flows, as_json: bool) -> Result<(), String> {
    for service in flows.services().await.map_err(broken)? {
        let line = json!({"id": service.id.to_string(), "name": service.name, "demo": service.demo});
        answer(as_json, &line, &format!("{}  {}", service.id, service.name))?;
    }
    Ok(())
}

async fn list_keys(flows: &Flows, service: &Service, as_json: bool) -> Result<(), String> {
    for key in flows.api_keys(service.id).await.map_err(broken)? {
        let state = if key.revoked_at.is_some() { "revoked" } else { "works" };
        let line = json!({"id": key.id.to_string(), "name": key.name, "state": state});
        answer(as_json, &line, &format!("{}  {state:8} {}", key.id, key.name))?;
    }
    Ok(())
}
