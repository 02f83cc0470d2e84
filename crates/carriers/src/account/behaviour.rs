//! How an aggregator treats what its account hands it: every knob and its bounds.

use countersign_smpp::status::Status;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::knobs;

/// What every submit is refused with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Submits are taken.
    #[default]
    None,
    /// ESME_RSYSERR, 0x08: passing, says the standard.
    SystemError,
    /// ESME_RSUBMITFAIL, 0x45.
    SubmitFailed,
}

impl Refusal {
    pub(super) fn status(self) -> Option<Status> {
        match self {
            Self::None => None,
            Self::SystemError => Some(Status::SYSTEM_ERROR),
            Self::SubmitFailed => Some(Status::SUBMIT_FAILED),
        }
    }
}

/// Every knob of an account. The default is a friendly one: all goes on to the operators as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountBehaviour {
    /// Binds are refused, and one that stands is dropped.
    pub unbound: bool,
    /// Everything is taken, nothing arrives, nothing is reported.
    pub dead: bool,
    /// Every submit is refused.
    pub refuses: Refusal,
    /// Submits taken per second, the others throttled; 0 for any number.
    pub submits_per_second_max: u32,
    /// Nothing arrives, and receipts say DELIVRD.
    pub lying: bool,
    /// Messages that never arrive, and whose receipt says so.
    pub loss_percent: u8,
    /// Messages that never arrive, without any receipt.
    pub silent_loss_percent: u8,
    /// Least time that a message spends here before its operator has it.
    pub extra_delay_ms_min: u32,
    /// Most; each message's own is drawn evenly between the two.
    pub extra_delay_ms_max: u32,
}

impl AccountBehaviour {
    /// This behaviour with the named knobs changed; the others stay. The error says in words what is wrong.
    pub(crate) fn with(&self, changes: Map<String, Value>) -> Result<Self, String> {
        let changed: Self = knobs::laid_over(self, changes)?;
        changed.check()?;
        Ok(changed)
    }

    /// The bounds of every knob.
    pub(crate) fn check(&self) -> Result<(), String> {
        let least = ("extra_delay_ms_min", self.extra_delay_ms_min);
        let most = ("extra_delay_ms_max", self.extra_delay_ms_max);
        knobs::check_delays(&[least, most])?;
        knobs::check_order(least, most)?;
        knobs::check_percents(&[
            ("loss_percent", self.loss_percent),
            ("silent_loss_percent", self.silent_loss_percent),
        ])
    }
}
