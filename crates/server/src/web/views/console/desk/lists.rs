//! What is held and what is locked.

use askama::Template;
use countersign_flows::Lockout;
use countersign_flows::core::model::Hold;

use super::accounts::lift;
use super::factor_key;
use crate::web::views::guard::hold_cause;
use crate::web::views::{Layout, Page};
use crate::web::words::{Moment, Sentence, Words};

/// `GET /console/holds`
#[derive(Template)]
#[template(path = "console/desk/holds.html")]
pub(crate) struct ConsoleHolds {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// In force, the last to end first.
    pub(crate) rows: Vec<Hold>,
}

impl Page for ConsoleHolds {}

impl ConsoleHolds {
    fn ends(&self, hold: &Hold) -> Moment {
        Moment::full(hold.ends_at.unix_ms())
    }

    fn began(&self, hold: &Hold) -> Moment {
        Moment::full(hold.starts_at.unix_ms())
    }

    fn cause_key(&self, hold: &Hold) -> &'static str {
        hold_cause(hold.cause)
    }
}

/// `GET /console/lockouts`
#[derive(Template)]
#[template(path = "console/desk/lockouts.html")]
pub(crate) struct ConsoleLockouts {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Locked ones, the last to open first, then disabled ones, then sends.
    pub(crate) rows: Vec<Lockout>,
}

impl Page for ConsoleLockouts {}

impl ConsoleLockouts {
    fn factor_key(&self, row: &Lockout) -> &'static str {
        factor_key(row.factor)
    }

    fn lift(&self, row: &Lockout) -> String {
        lift(row.factor)
    }

    fn state<'w>(&self, row: &Lockout, words: &'w Words) -> Sentence<'w> {
        let until =
            |at: countersign_flows::core::time::Timestamp| Moment::near(at.unix_ms(), self.layout.now_ms);
        match (row.disabled_at, row.locked_until, row.sends_locked_until) {
            (Some(_), ..) => words.say("desk-factor-disabled"),
            (None, Some(at), _) => words.say("desk-factor-locked").set("until", until(at)),
            (None, None, Some(at)) => words.say("desk-factor-unsent").set("until", until(at)),
            (None, None, None) => words.say("desk-factor-works"),
        }
    }
}
