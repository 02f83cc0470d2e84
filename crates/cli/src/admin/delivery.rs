//! `countersign admin routes`, `admin route …` and `admin message …`: what the console shows of delivery and does about
//! it, from the same rows. A route's connection is known to the server that drives it only, and this is none.

use super::{answer, broken};
use crate::config::Config;
use crate::output;
use clap::Subcommand;
use countersign_core::id::MessageId;
use countersign_core::model::{Actor, Service};
use countersign_core::route::{BreakerState, RouteWish};
use countersign_core::time::Timestamp;
use countersign_flows::{AttemptView, Caller, Flows, MessageTimeline, RouteView};
use serde_json::{Value, json};
use std::time::Duration;

/// What is wanted of a route.
#[derive(Subcommand)]
pub(super) enum RouteAct {
    /// No new messages; it stays connected, so that receipts still come.
    Pause(Target),
    /// No new messages, and its connections end once every answer has come.
    Drain(Target),
    /// It carries messages again.
    Resume(Target),
}

/// Which route, and why.
#[derive(clap::Args)]
pub(super) struct Target {
    /// Its name.
    name: String,
    /// Why, for those who ask later.
    #[arg(long)]
    reason: String,
}

/// Lists the routes of the configuration and those that the database knows of.
pub(super) async fn list(flows: &Flows, config: &Config, as_json: bool) -> Result<(), String> {
    let known = flows.routes().await.map_err(broken)?;
    for name in configured(config).filter(|name| !known.iter().any(|route| route.name == *name)) {
        let line = json!({"name": name, "wish": RouteWish::Active.as_str(), "breaker": "closed"});
        answer(as_json, &line, &format!("{name}  {}  nothing sent lately", RouteWish::Active.as_str()))?;
    }
    for route in &known {
        answer(as_json, &route_json(route), &route_line(route))?;
    }
    if !as_json {
        output::say("Connections are known to the server that drives a route: see the console.");
    }
    Ok(())
}

fn configured(config: &Config) -> impl Iterator<Item = &str> {
    let texts = config.smpp.iter().map(|route| route.name.as_str());
    let mails = config.smtp.iter().map(|route| route.name.as_str());
    let calls = config.voice.iter().map(|route| route.name.as_str());
    let posts = config.http.iter().map(|route| route.name.as_str());
    texts.chain(mails).chain(calls).chain(posts)
}

fn breaker_name(state: BreakerState) -> &'static str {
    match state {
        BreakerState::Closed => "closed",
        BreakerState::Open { .. } => "open",
        BreakerState::HalfOpen => "half_open",
        BreakerState::Probing => "probing",
    }
}

fn milliseconds(delay: Option<Duration>) -> Option<u64> {
    delay.map(|delay| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX))
}

fn route_json(route: &RouteView) -> Value {
    let recent = &route.recent;
    json!({
        "name": route.name,
        "wish": route.wish.as_str(),
        "reason": route.reason,
        "breaker": breaker_name(route.breaker),
        "shut_regions": route.shut.iter().map(|(region, _)| region).collect::<Vec<_>>(),
        "doubted_regions": route.doubts.iter().map(|(region, _)| region).collect::<Vec<_>>(),
        "last_15_minutes": {
            "sent": recent.sent,
            "accepted": recent.accepted,
            "delivered": recent.delivered,
            "failed": recent.refused + recent.lost + recent.failed,
            "overdue": recent.overdue,
            "p50_ms": milliseconds(recent.latency_quantile(500)),
            "p95_ms": milliseconds(recent.latency_quantile(950)),
        },
        "codes": route.settled.codes,
        "codes_entered": route.settled.converted,
    })
}

fn route_line(route: &RouteView) -> String {
    let recent = &route.recent;
    let p95 =
        recent.latency_quantile(950).map_or("-".to_owned(), |p95| format!("{:.1} s", p95.as_secs_f64()));
    let mut line = format!(
        "{}  {}  breaker {}  15 min: {} sent, {} delivered, {} failed, {} overdue, p95 {p95}  2 h: {} of {} codes \
         entered",
        route.name,
        route.wish.as_str(),
        breaker_name(route.breaker),
        recent.sent,
        recent.delivered,
        recent.refused + recent.lost + recent.failed,
        recent.overdue,
        route.settled.converted,
        route.settled.codes,
    );
    if !route.reason.is_empty() {
        line.push_str(&format!("  ({})", route.reason));
    }
    for (region, doubt) in &route.doubts {
        let place = if region.is_empty() { "everywhere" } else { region };
        line.push_str(&format!(
            "\n  receipts to be doubted, {place}: {} of 100 entered",
            doubt.converted_percent
        ));
    }
    line
}

/// Sets what is wanted of a route that the configuration or the database knows.
pub(super) async fn wish(
    flows: &Flows,
    config: &Config,
    service: &Service,
    act: RouteAct,
    as_json: bool,
) -> Result<(), String> {
    let (wish, target, said) = match act {
        RouteAct::Pause(target) => (RouteWish::Paused, target, "takes no new messages"),
        RouteAct::Drain(target) => {
            (RouteWish::Drained, target, "takes no new messages, and its connections end")
        }
        RouteAct::Resume(target) => (RouteWish::Active, target, "carries messages again"),
    };
    let Target { name, reason } = target;
    if reason.trim().is_empty() {
        return Err("--reason is empty; whoever asks later wants to know why".to_owned());
    }
    let known = flows.routes().await.map_err(broken)?;
    if !configured(config).chain(known.iter().map(|route| route.name.as_str())).any(|one| one == name) {
        return Err(format!("there is no route {name:?}; `countersign admin routes` lists them"));
    }
    let caller = Caller { actor: Actor::CommandLine, ..Caller::default() };
    flows.set_route_wish(service.id, &caller, &name, wish, reason.trim()).await.map_err(broken)?;
    answer(as_json, &json!({"name": name, "wish": wish.as_str()}), &format!("The route {name} {said}."))
}

/// Shows the way of one message.
pub(super) async fn message(flows: &Flows, service: &Service, id: &str, as_json: bool) -> Result<(), String> {
    let id: MessageId = id.parse().map_err(|_| format!("{id:?} is not a message's id (msg_…)"))?;
    let found = flows.message_timeline(service.id, id).await.map_err(broken)?;
    let found = found.ok_or_else(|| format!("there is no message {id} of this service"))?;
    answer(as_json, &message_json(&found), &message_text(&found))
}

fn message_json(found: &MessageTimeline) -> Value {
    let message = &found.message;
    let at = |at: Option<Timestamp>| at.map(|at| at.unix_ms());
    let attempt = |attempt: &AttemptView| {
        json!({
            "route": attempt.route,
            "why": attempt.why.map(|why| why.as_str()),
            "price_micros": attempt.price_micros,
            "status": attempt.status.as_str(),
            "error": attempt.error,
            "started_at_ms": attempt.started_at.unix_ms(),
            "updated_at_ms": attempt.updated_at.unix_ms(),
            "receipt_at_ms": at(attempt.receipt_at),
        })
    };
    json!({
        "id": message.id.to_string(),
        "channel": message.channel.as_str(),
        "to": message.to,
        "region": message.region,
        "purpose": message.purpose.map(|purpose| purpose.as_str()),
        "status": message.status.as_str(),
        "created_at_ms": message.created_at.unix_ms(),
        "expires_at_ms": message.expires_at.unix_ms(),
        "code_entered_at_ms": at(message.converted_at),
        "attempts": found.attempts.iter().map(attempt).collect::<Vec<_>>(),
    })
}

fn message_text(found: &MessageTimeline) -> String {
    let message = &found.message;
    let after = |at: Timestamp| {
        let after_ms = at.unix_ms() - message.created_at.unix_ms();
        format!("+{}.{:03} s", after_ms / 1_000, after_ms.rem_euclid(1_000))
    };
    let mut lines = vec![format!(
        "{}  {}  {}  {}",
        message.id,
        message.channel.as_str(),
        message.to,
        message.status.as_str()
    )];
    for (index, attempt) in found.attempts.iter().enumerate() {
        let why = attempt.why.map_or("?", |why| why.as_str());
        let code = if attempt.error.is_empty() { String::new() } else { format!(" {}", attempt.error) };
        let status = attempt.status.as_str();
        lines.push(format!(
            "{}  try {} over {} ({why})",
            after(attempt.started_at),
            index + 1,
            attempt.route
        ));
        lines.push(format!("{}  {status}{code}", after(attempt.updated_at)));
    }
    lines.extend(message.converted_at.map(|at| format!("{}  code entered", after(at))));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::model::{AttemptStatus, Channel, MessageStatus};
    use countersign_core::route::Why;

    #[test]
    fn a_message_is_told_in_order_with_the_time_since_its_decision() {
        let at = |ms: i64| Timestamp::from_unix_ms(1_800_000_000_000 + ms);
        let found = MessageTimeline {
            message: countersign_flows::MessageView {
                id: MessageId::from_bytes([1; 16]),
                channel: Channel::Sms,
                to: "+44 •••• 3456".to_owned(),
                region: "GB".to_owned(),
                purpose: None,
                status: MessageStatus::Submitted,
                route: "one".to_owned(),
                send: 0,
                created_at: at(0),
                expires_at: at(300_000),
                converted_at: Some(at(61_500)),
            },
            attempts: vec![AttemptView {
                route: "one".to_owned(),
                why: Some(Why::Fallback),
                price_micros: 7_500,
                status: AttemptStatus::Failed,
                error: "0x14".to_owned(),
                started_at: at(20),
                updated_at: at(1_230),
                receipt_at: None,
                converted_at: None,
            }],
        };
        let text = message_text(&found);
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(
            lines,
            ["+0.020 s  try 1 over one (fallback)", "+1.230 s  failed 0x14", "+61.500 s  code entered"]
        );
        assert_eq!(message_json(&found)["attempts"][0]["why"], "fallback");
    }
}
