//! What the knobs of operators and of accounts have in common: their bounds, how a change from outside is
//! laid over them, and how submits are counted against a rate.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Longest delay that can be set: ten minutes.
pub const DELAY_MS_MAX: u32 = 600_000;

/// These knobs with the named ones changed; the others stay. The error says in words what is wrong. Bounds
/// are the caller's.
pub(crate) fn laid_over<K: Serialize + DeserializeOwned>(
    knobs: &K,
    changes: Map<String, Value>,
) -> Result<K, String> {
    let Ok(Value::Object(mut laid)) = serde_json::to_value(knobs) else {
        return Err("the settings cannot be read".to_owned());
    };
    laid.extend(changes);
    serde_json::from_value(Value::Object(laid)).map_err(|error| error.to_string())
}

pub(crate) fn check_delays(delays: &[(&str, u32)]) -> Result<(), String> {
    match delays.iter().find(|(_, value)| *value > DELAY_MS_MAX) {
        Some((name, value)) => Err(format!("{name} is {value}, more than {DELAY_MS_MAX}")),
        None => Ok(()),
    }
}

pub(crate) fn check_order(least: (&str, u32), most: (&str, u32)) -> Result<(), String> {
    if least.1 > most.1 {
        return Err(format!("{} {} is above {} {}", least.0, least.1, most.0, most.1));
    }
    Ok(())
}

pub(crate) fn check_percents(percents: &[(&str, u8)]) -> Result<(), String> {
    match percents.iter().find(|(_, value)| *value > 100) {
        Some((name, value)) => Err(format!("{name} is {value}, more than 100")),
        None => Ok(()),
    }
}

/// Submits of the second being counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rate {
    second: u64,
    submits: u32,
}

impl Rate {
    /// Counts one submit. Whether it is above the rate; a rate of 0 is never exceeded.
    pub(crate) fn exceeds(&mut self, now_ms: u64, per_second_max: u32) -> bool {
        let second = now_ms / 1000;
        if self.second != second {
            *self = Self { second, submits: 0 };
        }
        self.submits = self.submits.saturating_add(1);
        per_second_max > 0 && self.submits > per_second_max
    }
}
