//! Which road a message takes (section H): what each route may carry, how well it does, which one is next, and which
//! one lies. Pure: standings and counts come in as they were read from rows, a choice or a change of them goes out.
//! Refuses to know how a route speaks to its carrier, and how rows are kept.

mod board;
mod breaker;
mod carries;
mod choice;
mod counts;
mod suspect;

pub use board::{Board, Cell, Standing, Sums};
pub use breaker::{Breaker, BreakerState, Run};
pub use carries::{Carries, NameUse, SenderRule, sender_rule};
pub use choice::{Candidate, Choice, Need, NoRoute, Tried, Why, choose, has_other};
pub use counts::{Counts, LATENCY_BOUNDS_MS, Outcome, Tally};
pub use suspect::{Suspicion, suspicion};

use crate::model::named;
use crate::policy::Policy;
use crate::time::seconds;
use std::time::Duration;

named! {
    /// What operators want of a route.
    RouteWish {
        /// It carries messages.
        Active = "active",
        /// No new messages; it stays connected, so that receipts still come.
        Paused = "paused",
        /// As paused, and once every answer has come its connections are ended.
        Drained = "drained",
    }
}

/// How far back a route's speed and receipts are measured.
pub const RECENT: Duration = Duration::from_secs(15 * 60);

/// How far back its conversion is measured; codes younger than [`UNSETTLED`] are still being typed.
pub const SETTLED: Duration = Duration::from_secs(2 * 60 * 60);

/// How long a code may take to be entered before it counts as not entered.
pub const UNSETTLED: Duration = Duration::from_secs(2 * 60);

/// How long a receipt is waited for before the message takes another road: twice what nineteen of twenty took, within
/// the policy's bounds.
pub fn receipt_wait(p95: Option<Duration>, policy: &Policy) -> Duration {
    let (least, most) = (seconds(policy.receipt_wait_s_min), seconds(policy.receipt_wait_s_max));
    p95.map_or(most, |p95| (p95 * 2).clamp(least, most.max(least)))
}
