//! One account of the SMSC, which is one aggregator: decides from its knobs and its own dice what becomes of
//! a message before any operator sees it. The same seed and the same order of submits give the same verdicts;
//! every submit draws the same number of dice, so that turning a knob does not change what befalls the
//! others.
//!
//! It knows no passwords, no sockets and no operators.

mod behaviour;

use countersign_smpp::status::Status;

use crate::knobs::Rate;
use crate::random::{Dice, between, within_percent};

pub use behaviour::{AccountBehaviour, Refusal};

/// SMPP 3.4, 5.2.1: a `system_id` has at most 15 characters.
const SYSTEM_ID_LENGTH_MAX: usize = 15;

/// An account as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountConfig {
    /// Its name in binds and addresses: 1 to 15 letters and digits of ASCII, `-`, `_` and `.`.
    pub system_id: String,
    /// What it is for, in a sentence, for the page.
    pub note: String,
    /// Its knobs.
    pub behaviour: AccountBehaviour,
}

impl AccountConfig {
    /// One that hands everything on as it came.
    pub fn friendly(system_id: &str) -> Self {
        Self { system_id: system_id.to_owned(), note: String::new(), behaviour: AccountBehaviour::default() }
    }

    /// Says in words what is wrong.
    pub(crate) fn check(&self) -> Result<(), String> {
        let in_name = |at: u8| at.is_ascii_alphanumeric() || b"-_.".contains(&at);
        let length = 1..=SYSTEM_ID_LENGTH_MAX;
        if !length.contains(&self.system_id.len()) || !self.system_id.bytes().all(in_name) {
            return Err("a system_id is 1 to 15 of a-z, A-Z, 0-9, -, _ and .".to_owned());
        }
        self.behaviour.check().map_err(|wrong| format!("account {}: {wrong}", self.system_id))
    }
}

/// What an aggregator does to a message that it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Passage {
    pub(crate) extra_delay_ms: u64,
    /// Set when no operator is ever asked.
    pub(crate) mishap: Option<Mishap>,
}

/// How a message ends at the aggregator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// No receipt.
    Swallowed,
    /// A receipt that says so.
    Lost,
    /// A receipt that says DELIVRD.
    LiedAbout,
}

/// What becomes of a submit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Refused(Status),
    /// The connection is dropped without an answer.
    Disconnected,
    Taken(Passage),
}

/// An account at work.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) config: AccountConfig,
    dice: Dice,
    rate: Rate,
}

impl Account {
    pub(crate) fn new(seed: u64, config: AccountConfig) -> Self {
        // An operator may have the same name, and is to have other dice.
        let dice = Dice::new(seed, &format!("account {}", config.system_id));
        Self { config, dice, rate: Rate::default() }
    }

    pub(crate) fn judge(&mut self, now_ms: u64) -> Verdict {
        let (loss, silent_loss, delay) = (self.dice.next(), self.dice.next(), self.dice.next());
        let knobs = &self.config.behaviour;
        if knobs.unbound {
            return Verdict::Disconnected;
        }
        let over = self.rate.exceeds(now_ms, knobs.submits_per_second_max);
        let (least, most) = (u64::from(knobs.extra_delay_ms_min), u64::from(knobs.extra_delay_ms_max));
        let taken = |mishap| Verdict::Taken(Passage { extra_delay_ms: between(delay, least, most), mishap });
        if knobs.dead {
            return taken(Some(Mishap::Swallowed));
        }
        if let Some(status) = knobs.refuses.status() {
            return Verdict::Refused(status);
        }
        if over {
            return Verdict::Refused(Status::THROTTLED);
        }
        taken(if knobs.lying {
            Some(Mishap::LiedAbout)
        } else if within_percent(silent_loss, knobs.silent_loss_percent) {
            Some(Mishap::Swallowed)
        } else if within_percent(loss, knobs.loss_percent) {
            Some(Mishap::Lost)
        } else {
            None
        })
    }
}

#[cfg(test)]
mod tests;
