//! `countersign bench delivery`: how many people get their code within a minute when routes lose messages and die,
//! with the rules of this build and beside them a single route. The network is the simulated carriers' own, the
//! rules are the ones the dispatcher uses, and time is simulated, so that an hour takes seconds. The same seed gives
//! the same figures.

mod crowd;
mod ledger;
mod report;

use crate::output;
use countersign_core::policy::Policy;
use crowd::{Crowd, Plan};

/// What to simulate.
#[derive(clap::Args)]
pub(crate) struct DeliveryArguments {
    /// People who ask for a code.
    #[arg(long, default_value_t = 100_000)]
    verifications: u32,
    /// Of the network and of the people.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Percent of messages that each route loses: half of them with a negative receipt, half without a word.
    #[arg(long, default_value_t = 20)]
    loss_percent: u8,
    /// A route dies so often, in seconds; 0 for never.
    #[arg(long, default_value_t = 180)]
    death_every_s: u64,
    /// How long it stays dead, in seconds.
    #[arg(long, default_value_t = 120)]
    death_s: u64,
    /// People who ask within a second.
    #[arg(long, default_value_t = 20)]
    rate: u32,
    /// Print one line of JSON instead of the table.
    #[arg(long)]
    json: bool,
}

/// Simulates each plan, one after the other.
pub(crate) fn run(arguments: &DeliveryArguments) -> Result<(), String> {
    if !(1..=10_000_000).contains(&arguments.verifications) || !(1..=1_000).contains(&arguments.rate) {
        return Err("--verifications takes 1 to 10000000, --rate 1 to 1000".to_owned());
    }
    if arguments.loss_percent > 100 || arguments.death_s > 3_600 {
        return Err("--loss-percent takes 0 to 100, --death-s 0 to 3600".to_owned());
    }
    let plans = [
        Plan { name: "one route", routes: 1, fallbacks_max: 0 },
        Plan { name: "four routes, no fallback after a receipt", routes: 4, fallbacks_max: 0 },
        Plan { name: "four routes", routes: 4, fallbacks_max: Policy::default().fallbacks_max },
    ];
    let mut rows = Vec::new();
    for plan in plans {
        tracing::info!("simulating {}", plan.name);
        rows.push((plan, Crowd::new(arguments, plan)?.run()?));
    }
    output::say(&if arguments.json {
        report::json(arguments, &rows)
    } else {
        report::table(arguments, &rows)
    });
    Ok(())
}

impl DeliveryArguments {
    /// When the last person asks, in milliseconds of simulated time.
    fn span_ms(&self) -> u64 {
        u64::from(self.verifications) * 1_000 / u64::from(self.rate)
    }
}
