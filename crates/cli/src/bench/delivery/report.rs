//! What the simulation gave: a table for people, one line for programs.

use super::DeliveryArguments;
use super::crowd::Plan;
use serde_json::{Value, json};
use std::fmt::Write;

/// What one plan gave.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) people: u64,
    /// A code that worked was on the handset within a minute of the first request.
    pub(super) in_time: u64,
    /// From the first request to a code that worked, of everybody who got one, in milliseconds.
    pub(super) took_ms: Vec<u32>,
    pub(super) resends: u64,
    /// Messages that a route took: what is paid for.
    pub(super) messages: u64,
    /// Times that a route died.
    pub(super) deaths: u64,
    /// Times that a breaker opened.
    pub(super) openings: u64,
}

impl Outcome {
    fn percent_in_time(&self) -> f64 {
        self.in_time as f64 * 100.0 / self.people.max(1) as f64
    }

    fn percentile_s(&self, percent: usize) -> f64 {
        let mut sorted = self.took_ms.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).map_or(0.0, |took_ms| f64::from(*took_ms) / 1_000.0)
    }

    fn json(&self, plan: &Plan) -> Value {
        json!({
            "plan": plan.name,
            "routes": plan.routes,
            "people": self.people,
            "percent_within_60_s": (self.percent_in_time() * 1_000.0).round() / 1_000.0,
            "p50_s": self.percentile_s(50),
            "p95_s": self.percentile_s(95),
            "p99_s": self.percentile_s(99),
            "never": self.people - self.took_ms.len() as u64,
            "resends": self.resends,
            "messages_per_person": self.messages as f64 / self.people.max(1) as f64,
            "route_deaths": self.deaths,
            "breaker_openings": self.openings,
        })
    }
}

pub(super) fn json(arguments: &DeliveryArguments, rows: &[(Plan, Outcome)]) -> String {
    json!({
        "seed": arguments.seed,
        "verifications": arguments.verifications,
        "loss_percent": arguments.loss_percent,
        "death_every_s": arguments.death_every_s,
        "death_s": arguments.death_s,
        "simulated_s": arguments.span_ms() / 1_000,
        "plans": rows.iter().map(|(plan, row)| row.json(plan)).collect::<Vec<_>>(),
    })
    .to_string()
}

pub(super) fn table(arguments: &DeliveryArguments, rows: &[(Plan, Outcome)]) -> String {
    let mut text = format!(
        "{} people in 20 countries, {} s of simulated time, seed {}; each route loses {} % (half of it\n\
         without a word), one dies every {} s for {} s; people ask for at most two resends\n\n\
         {:<42} {:>9} {:>7} {:>7} {:>7} {:>7} {:>9} {:>9}\n",
        arguments.verifications,
        arguments.span_ms() / 1_000,
        arguments.seed,
        arguments.loss_percent,
        arguments.death_every_s,
        arguments.death_s,
        "",
        "in 60 s",
        "p50",
        "p95",
        "p99",
        "never",
        "messages",
        "resends",
    );
    for (plan, row) in rows {
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "{:<42} {:>7.2} % {:>5.1} s {:>5.1} s {:>5.1} s {:>7} {:>9.2} {:>9.2}",
            plan.name,
            row.percent_in_time(),
            row.percentile_s(50),
            row.percentile_s(95),
            row.percentile_s(99),
            row.people - row.took_ms.len() as u64,
            row.messages as f64 / row.people.max(1) as f64,
            row.resends as f64 / row.people.max(1) as f64,
        );
    }
    text.push_str(
        "\nmessages and resends are per person; a code counts when it is on the handset and still works",
    );
    text
}
