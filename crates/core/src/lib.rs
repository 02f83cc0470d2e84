//! The rules of Countersign. Every function here is a decision: same inputs, same answer. Nothing reads a clock, draws
//! randomness, touches a database or chooses words; those come in as arguments or go out as data.
//!
//! The shape is the same everywhere: what was loaded, what is asked, the policy, `now` and a source of entropy go
//! in; an outcome and the list of changes to save come out. A wrong code, a lock or a refusal is an outcome, never
//! an error.

pub mod account;
pub mod action;
pub mod address;
pub mod amount;
pub mod audit;
pub mod binding;
pub mod case;
pub mod change;
pub mod code;
pub mod digest;
pub mod enrolment;
pub mod entropy;
pub mod event;
pub mod fingerprint;
pub mod freeze;
pub mod hold;
pub mod id;
pub mod identity;
pub mod jws;
pub mod level;
pub mod limit;
pub mod lock;
pub mod look_up;
pub mod model;
pub mod notice;
pub mod operator;
pub mod outbox;
pub mod password;
pub mod policy;
pub mod proof;
pub mod proposal;
pub mod protect;
pub mod reach;
pub mod recovery;
pub mod requirement;
pub mod reverse;
pub mod risk;
pub mod route;
pub mod session;
pub mod staff;
#[cfg(test)]
#[path = "stage_tests.rs"]
pub(crate) mod stage;
pub mod template;
pub mod ticket;
pub mod time;
pub mod totp;
pub mod trading_password;
pub mod verification;
pub mod webhook;

pub use countersign_numbers as numbers;

/// What was decided, and what has to be saved for it to be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision<O> {
    /// The answer for whoever asked.
    pub outcome: O,
    /// Saved together, in one transaction, before anyone hears the outcome.
    pub changes: Vec<change::Change>,
}

impl<O> Decision<O> {
    /// An answer that changes nothing.
    pub fn only(outcome: O) -> Self {
        Self { outcome, changes: Vec::new() }
    }

    /// The same changes with the outcome seen another way.
    pub fn map<P>(self, see: impl FnOnce(O) -> P) -> Decision<P> {
        Decision { outcome: see(self.outcome), changes: self.changes }
    }
}
