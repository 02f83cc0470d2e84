//! How an operator treats messages: every knob and its bounds.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::knobs;

const PREFIXES_MAX: usize = 64;

/// What a refused prefix is answered with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocking {
    /// At once: submit_sm_resp with ESME_RSUBMITFAIL.
    #[default]
    Refuse,
    /// Later: taken, then a receipt says REJECTD.
    Reject,
}

/// What a submit above the rate is answered with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Congestion {
    /// ESME_RTHROTTLED.
    #[default]
    Throttled,
    /// ESME_RMSGQFUL.
    QueueFull,
}

/// Whether receipts can be believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Honesty {
    /// They say what happened.
    #[default]
    Honest,
    /// They always say DELIVRD.
    AlwaysDelivered,
    /// There are none.
    NoReceipts,
}

/// The form of a receipt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Text and parameters.
    #[default]
    Both,
    /// Text alone.
    Text,
    /// Parameters alone.
    Tlv,
    /// Text alone, dates with seconds, no `sub:` and `dlvrd:`.
    Bare,
}

/// How the id in a receipt is written, compared with the one in the submit answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ids {
    /// Hexadecimal in both.
    #[default]
    Same,
    /// Hexadecimal, then decimal.
    HexThenDecimal,
    /// Decimal, then hexadecimal in upper case.
    DecimalThenHex,
}

/// Every knob of an operator. The default is a friendly one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// Least time until a message is on the handset.
    pub delay_ms_min: u32,
    /// Most time; each message's own is drawn evenly between the two.
    pub delay_ms_max: u32,
    /// Messages that never arrive.
    pub loss_percent: u8,
    /// Messages that arrive twice.
    pub duplicate_percent: u8,
    /// Messages held back so that later ones overtake them.
    pub reorder_percent: u8,
    /// How long those are held back.
    pub reorder_ms: u32,
    /// Submits answered by dropping the connection.
    pub disconnect_percent: u8,
    /// Submits taken per second; 0 for any number.
    pub submits_per_second_max: u32,
    /// What the others are told.
    pub congestion: Congestion,
    /// Regions that are blocked: digits after the `+`.
    pub blocked_prefixes: Vec<String>,
    /// How.
    pub blocking: Blocking,
    /// Ranges refused as VoIP with ESME_RINVDSTADR: digits after the `+`.
    pub voip_prefixes: Vec<String>,
    /// The sender that handsets see instead of the real one; empty to leave it.
    pub sender_rewrite: String,
    /// Whether receipts are true.
    pub receipts: Honesty,
    /// What they look like.
    pub receipt_form: Form,
    /// How their ids are written.
    pub receipt_ids: Ids,
    /// How long after the arrival they come.
    pub receipt_delay_ms: u32,
    /// Whether they come before the submit is even answered.
    pub receipt_before_answer: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            delay_ms_min: 200,
            delay_ms_max: 1_500,
            loss_percent: 0,
            duplicate_percent: 0,
            reorder_percent: 0,
            reorder_ms: 5_000,
            disconnect_percent: 0,
            submits_per_second_max: 0,
            congestion: Congestion::default(),
            blocked_prefixes: Vec::new(),
            blocking: Blocking::default(),
            voip_prefixes: Vec::new(),
            sender_rewrite: String::new(),
            receipts: Honesty::default(),
            receipt_form: Form::default(),
            receipt_ids: Ids::default(),
            receipt_delay_ms: 100,
            receipt_before_answer: false,
        }
    }
}

impl Behaviour {
    /// This behaviour with the named knobs changed; the others stay. The error says in words what is wrong.
    pub(crate) fn with(&self, changes: Map<String, Value>) -> Result<Self, String> {
        let changed: Self = knobs::laid_over(self, changes)?;
        changed.check()?;
        Ok(changed)
    }

    /// The bounds of every knob.
    pub(crate) fn check(&self) -> Result<(), String> {
        knobs::check_delays(&[
            ("delay_ms_min", self.delay_ms_min),
            ("delay_ms_max", self.delay_ms_max),
            ("reorder_ms", self.reorder_ms),
            ("receipt_delay_ms", self.receipt_delay_ms),
        ])?;
        knobs::check_order(("delay_ms_min", self.delay_ms_min), ("delay_ms_max", self.delay_ms_max))?;
        knobs::check_percents(&[
            ("loss_percent", self.loss_percent),
            ("duplicate_percent", self.duplicate_percent),
            ("reorder_percent", self.reorder_percent),
            ("disconnect_percent", self.disconnect_percent),
        ])?;
        check_prefixes("blocked_prefixes", &self.blocked_prefixes)?;
        check_prefixes("voip_prefixes", &self.voip_prefixes)?;
        let sender = &self.sender_rewrite;
        if sender.len() > 15 || !sender.chars().all(|at| at.is_ascii_graphic() || at == ' ') {
            return Err("sender_rewrite is more than 15 characters of printable ASCII".to_owned());
        }
        Ok(())
    }
}

/// A list of digit strings, bounded.
pub(crate) fn check_prefixes(name: &str, prefixes: &[String]) -> Result<(), String> {
    let well_formed = |prefix: &String| prefix.len() <= 15 && prefix.bytes().all(|at| at.is_ascii_digit());
    if prefixes.len() > PREFIXES_MAX || !prefixes.iter().all(well_formed) {
        return Err(format!("{name} takes at most {PREFIXES_MAX} entries of at most 15 digits, without +"));
    }
    Ok(())
}
