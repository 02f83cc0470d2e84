//! Whether a number can receive codes now, and why not: the question that support is asked most (section G). The first
//! reason that stands in the way is the answer; every check is told beside it. Pure: facts come in as they were read.

use crate::binding::{NumberRefusal, judge_number};
use crate::limit::LimitKind;
use crate::lock::{self, Refusal};
use crate::model::*;
use crate::numbers::PhoneNumber;
use crate::policy::Policy;
use crate::time::Timestamp;

/// A counter of the send limits that the number's next code would add to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// By what it counts.
    pub kind: LimitKind,
    /// What it would hold after the next code.
    pub next: i64,
    /// The most it may hold.
    pub cap: i64,
    /// When its window ends.
    pub until: Timestamp,
}

/// How the routes stand that could carry a text to the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// At least one would take it now.
    Open,
    /// Those that go there are shut by their breakers, paused or not connected.
    Shut,
    /// None goes there.
    Nowhere,
    /// This process drives no routes: only the servers know.
    Unknown,
}

/// What was read about a number.
#[derive(Clone, Debug)]
pub struct NumberFacts<'a> {
    /// The number.
    pub number: &'a PhoneNumber,
    /// The account that has it bound, and since when it is suspended, if it is (B6).
    pub owner: Option<(&'a Account, &'a Binding)>,
    /// What is remembered of text codes: of the account that has it, or of the bare number.
    pub sms: &'a FactorState,
    /// What its next code would count towards.
    pub caps: &'a [Cap],
    /// How routes stand.
    pub reach: Reach,
}

/// Why a number cannot receive codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// Its line, its country or a list.
    Refused(NumberRefusal),
    /// Its account is frozen.
    Frozen,
    /// It seems to have changed hands: its text codes are suspended (B6).
    Suspended,
    /// Too many wrong codes.
    Locked {
        /// Wrong ones since the last right one.
        failures: u32,
        /// When it opens.
        until: Timestamp,
    },
    /// Too many wrong codes in a row or in a year: it must be bound again (R17, R20).
    Disabled {
        /// Wrong ones of a year.
        failures: u32,
    },
    /// Too many codes were sent without one being entered.
    SendingLocked {
        /// When sending is possible again.
        until: Timestamp,
    },
    /// A cap on sending.
    Capped {
        /// Which.
        kind: LimitKind,
        /// When its window ends.
        until: Timestamp,
    },
    /// No route takes a text to it now.
    RoutesShut,
    /// No route goes to its country.
    NoRoute,
}

/// Why not; none: it can.
pub fn blocked(facts: &NumberFacts<'_>, policy: &Policy, now: Timestamp) -> Option<Blocked> {
    refused(facts, policy).or_else(|| locked(facts.sms, policy, now)).or_else(|| capped(facts.caps)).or(
        match facts.reach {
            Reach::Open | Reach::Unknown => None,
            Reach::Shut => Some(Blocked::RoutesShut),
            Reach::Nowhere => Some(Blocked::NoRoute),
        },
    )
}

fn refused(facts: &NumberFacts<'_>, policy: &Policy) -> Option<Blocked> {
    if let Err(refusal) = judge_number(facts.number, policy) {
        return Some(Blocked::Refused(refusal));
    }
    match facts.owner {
        Some((account, _)) if account.status == AccountStatus::Frozen => Some(Blocked::Frozen),
        Some((_, binding)) if binding.suspended_at.is_some() => Some(Blocked::Suspended),
        _ => None,
    }
}

/// Why the factor lets no code through, if so.
pub fn locked(sms: &FactorState, policy: &Policy, now: Timestamp) -> Option<Blocked> {
    match lock::refusal(sms, policy, now) {
        Some(Refusal::Locked { until }) => Some(Blocked::Locked { failures: sms.in_a_row, until }),
        Some(Refusal::Disabled) => Some(Blocked::Disabled { failures: sms.failures_this_year }),
        None => lock::sending_locked_until(sms, now).map(|until| Blocked::SendingLocked { until }),
    }
}

/// The first cap that the next code would be over.
pub fn capped(caps: &[Cap]) -> Option<Blocked> {
    let over = caps.iter().find(|cap| cap.next > cap.cap)?;
    Some(Blocked::Capped { kind: over.kind, until: over.until })
}

#[cfg(test)]
#[path = "look_up_tests.rs"]
mod tests;
