//! Staff at the command line: the same acts as `/console/staff`, for whoever has the server itself. Here the last admin
//! can be reset, since nobody else could let them in again; links and keys are printed once.

use super::{address, answer, broken};
use crate::config::Config;
use clap::Subcommand;
use countersign_core::model::{Actor, Role, Service, StaffWish};
use countersign_core::operator::{StaffRefusal, has_joined};
use countersign_core::totp;
use countersign_flows::{Caller, Flows, NewOperator, OperatorAdd, StaffActed};
use serde_json::json;

/// What may be done about somebody's access.
#[derive(Subcommand)]
pub(super) enum OperatorAct {
    /// Change what they are there for.
    Roles {
        /// Their email address.
        email: String,
        /// All that they are there for from now on, separated by commas.
        #[arg(long, value_delimiter = ',', required = true)]
        role: Vec<String>,
        /// Why, for those who ask later.
        #[arg(long)]
        reason: String,
    },
    /// End their access, with every session.
    Disable {
        /// Their email address.
        email: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Give it back.
    Enable {
        /// Their email address.
        email: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Take back password, second factors and sessions, and print a link that lets them set both anew.
    Reset {
        /// Their email address.
        email: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

fn caller() -> Caller {
    Caller { actor: Actor::CommandLine, locale: "en".to_owned(), ..Caller::default() }
}

const TAKEN: &str = "this address has an operator already; nothing was changed";

pub(super) fn roles(names: &[String]) -> Result<Vec<Role>, String> {
    let read = |name: &String| {
        Role::from_text(name.trim()).ok_or_else(|| {
            let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
            format!("{name:?} is no role; there are {}", known.join(", "))
        })
    };
    names.iter().map(read).collect()
}

fn link_of(config: &Config, link: &str) -> String {
    format!("{}/console/join/{link}", config.public_url)
}

pub(super) async fn invite(
    flows: &Flows,
    config: &Config,
    new: NewOperator,
    as_json: bool,
) -> Result<(), String> {
    match flows.invite_operator(new, caller()).await.map_err(broken)? {
        OperatorAdd::Added { id, link } => {
            let url = link.map(|link| link_of(config, link.expose())).unwrap_or_default();
            let line = json!({"id": id.to_string(), "join_url": url});
            answer(as_json, &line, &format!("{id}\nTheir link, shown this once, for 24 hours:\n{url}"))
        }
        OperatorAdd::Taken => Err(TAKEN.to_owned()),
        OperatorAdd::NoRoles => Err("an operator needs at least one role".to_owned()),
    }
}

pub(super) async fn seed(
    flows: &Flows,
    config: &Config,
    new: NewOperator,
    password: &str,
    as_json: bool,
) -> Result<(), String> {
    let key = flows.draw_totp_key();
    let uri = totp::uri(&key, &format!("{} console", config.service), new.email.expose());
    if !flows.seed_operator(new, password, key, caller()).await.map_err(broken)? {
        return Err(TAKEN.to_owned());
    }
    let secret = totp::base32(&key);
    let line = json!({"added": true, "totp_secret": secret, "totp_uri": uri});
    answer(
        as_json,
        &line,
        &format!("The operator was added.\nThe key for their app, shown this once:\n{secret}\n{uri}"),
    )
}

pub(super) async fn list(flows: &Flows, service: &Service, as_json: bool) -> Result<(), String> {
    for entry in flows.staff(service.id).await.map_err(broken)? {
        let operator = entry.operator;
        let state = match (operator.disabled_at, has_joined(&operator)) {
            (Some(_), _) => "disabled",
            (None, false) => "invited",
            (None, true) => "has access",
        };
        let roles: Vec<&str> = operator.roles.iter().map(|role| role.as_str()).collect();
        let (email, seen) = (operator.email.expose(), entry.last_seen_at.map(|at| at.unix_ms()));
        let line = json!({
            "id": operator.id.to_string(), "email": email, "name": operator.name, "roles": roles, "state": state,
            "last_seen_ms": seen,
        });
        answer(as_json, &line, &format!("{}  {state:10} {email}  {}", operator.id, roles.join(",")))?;
    }
    Ok(())
}

pub(super) async fn act(
    flows: &Flows,
    config: &Config,
    service: &Service,
    act: OperatorAct,
    as_json: bool,
) -> Result<(), String> {
    let (email, reason, wish) = match act {
        OperatorAct::Roles { email, role, reason } => (email, reason, StaffWish::Roles(roles(&role)?)),
        OperatorAct::Disable { email, reason } => (email, reason, StaffWish::Disable),
        OperatorAct::Enable { email, reason } => (email, reason, StaffWish::Enable),
        OperatorAct::Reset { email, reason } => (email, reason, StaffWish::Reset),
    };
    if reason.trim().is_empty() {
        return Err("--reason must say why".to_owned());
    }
    let nobody = || format!("there is no operator {email:?}; `countersign admin operators` lists them");
    let found = flows.staff_member_by_email(service.id, address(&email)?).await.map_err(broken)?;
    let id = found.ok_or_else(nobody)?.entry.operator.id;
    match flows.act_on_operator(service.id, id, wish, &reason, caller()).await.map_err(broken)? {
        StaffActed::Done => answer(as_json, &json!({"id": id.to_string(), "changed": true}), "It is done."),
        StaffActed::Link(link) => {
            let url = link_of(config, link.expose());
            let line = json!({"id": id.to_string(), "changed": true, "join_url": url});
            answer(as_json, &line, &format!("Their link, shown this once, for 24 hours:\n{url}"))
        }
        StaffActed::Gone => Err(nobody()),
        StaffActed::Refused(refusal) => Err(match refusal {
            StaffRefusal::LastAdmin => "this is the last admin; make somebody else admin first",
            StaffRefusal::NoRoles => "an operator needs at least one role",
            StaffRefusal::Unchanged => "it is so already; nothing was changed",
            StaffRefusal::NotThere => "they have no access; enable them first",
            StaffRefusal::Oneself => "nobody changes their own access",
        }
        .to_owned()),
    }
}
