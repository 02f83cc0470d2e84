//! One simulated operator: decides the fate of a message from its knobs and its own dice, and nothing else.
//! The same seed and the same order of submits give the same fates; every submit draws the same number of
//! dice, so that turning a knob does not change what befalls the others.
//!
//! It knows no sockets and no handsets: a fate is a list of delays.

mod behaviour;
mod demo;

use countersign_smpp::receipt::{DateForm, MessageState, ReceiptForm};
use countersign_smpp::status::Status;

use crate::account::{Mishap, Passage};
use crate::knobs::Rate;
use crate::random::{Dice, between, within_percent};

pub use behaviour::{Behaviour, Blocking, Congestion, Form, Honesty, Ids};
pub use demo::demo_operators;

/// An operator as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorConfig {
    /// Lower-case letters, digits and `-`: its name in addresses.
    pub name: String,
    /// What it is for, in a sentence, for the page.
    pub note: String,
    /// Numbers it serves, digits after the `+`; the longest match over all operators wins, and an empty one
    /// takes any.
    pub prefixes: Vec<String>,
    /// Its knobs.
    pub behaviour: Behaviour,
}

impl OperatorConfig {
    /// Says in words what is wrong.
    pub(crate) fn check(&self) -> Result<(), String> {
        let in_name = |at: u8| at.is_ascii_lowercase() || at.is_ascii_digit() || at == b'-';
        if self.name.is_empty() || self.name.len() > 30 || !self.name.bytes().all(in_name) {
            return Err("an operator's name is 1 to 30 of a-z, 0-9 and -".to_owned());
        }
        behaviour::check_prefixes("prefixes", &self.prefixes)?;
        self.behaviour.check().map_err(|wrong| format!("operator {}: {wrong}", self.name))
    }
}

/// What a submit asks of an operator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Submit<'a> {
    pub(crate) now_ms: u64,
    /// Unique in the whole network.
    pub(crate) number: u64,
    /// Digits after the `+`.
    pub(crate) destination: &'a str,
    /// After which the message is worth nothing.
    pub(crate) lifetime_ms: Option<u64>,
    /// SMPP `registered_delivery`.
    pub(crate) registered_delivery: u8,
    /// What the aggregator made of it before.
    pub(crate) passage: Passage,
}

/// What becomes of a submit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Refused(Status),
    /// The connection is dropped without an answer.
    Disconnected,
    Taken(Taken),
}

/// A message on its way, or one whose way has ended at the aggregator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The id in the answer.
    pub(crate) answer_id: String,
    /// When it is on the handset, once for each copy, in milliseconds from now.
    pub(crate) arrivals_after_ms: Vec<u64>,
    pub(crate) receipt: Option<PlannedReceipt>,
    pub(crate) sender_rewrite: Option<String>,
}

/// A receipt to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlannedReceipt {
    pub(crate) after_ms: u64,
    pub(crate) before_answer: bool,
    pub(crate) message_id: String,
    pub(crate) state: MessageState,
    pub(crate) error_code: u16,
    pub(crate) form: ReceiptForm,
}

/// An operator at work.
#[derive(Debug)]
pub(crate) struct Operator {
    pub(crate) config: OperatorConfig,
    dice: Dice,
    rate: Rate,
}

/// All that one submit draws, used or not.
struct Throw {
    delay: u64,
    loss: u64,
    duplicate: u64,
    duplicate_delay: u64,
    reorder: u64,
    disconnect: u64,
}

impl Operator {
    pub(crate) fn new(seed: u64, config: OperatorConfig) -> Self {
        let dice = Dice::new(seed, &config.name);
        Self { config, dice, rate: Rate::default() }
    }

    /// How many digits of the longest prefix that covers `digits`; `None` when none does.
    pub(crate) fn covers(&self, digits: &str) -> Option<usize> {
        let covering = self.config.prefixes.iter().filter(|prefix| digits.starts_with(prefix.as_str()));
        covering.map(String::len).max()
    }

    fn throw(&mut self) -> Throw {
        Throw {
            delay: self.dice.next(),
            loss: self.dice.next(),
            duplicate: self.dice.next(),
            duplicate_delay: self.dice.next(),
            reorder: self.dice.next(),
            disconnect: self.dice.next(),
        }
    }

    /// A submit for one of its numbers that it never sees draws its dice all the same.
    pub(crate) fn pass_over(&mut self) {
        self.throw();
    }

    pub(crate) fn judge(&mut self, submit: Submit<'_>) -> Fate {
        let throw = self.throw();
        let Passage { extra_delay_ms, mishap } = submit.passage;
        if mishap.is_none() {
            if let Some(status) = self.refusal(&submit) {
                return Fate::Refused(status);
            }
            if within_percent(throw.disconnect, self.config.behaviour.disconnect_percent) {
                return Fate::Disconnected;
            }
        }
        let knobs = &self.config.behaviour;
        let (least, most) = (u64::from(knobs.delay_ms_min), u64::from(knobs.delay_ms_max));
        let mut after_ms = extra_delay_ms + between(throw.delay, least, most);
        if within_percent(throw.reorder, knobs.reorder_percent) {
            after_ms += u64::from(knobs.reorder_ms);
        }
        // An aggregator that loses a message writes the receipt itself, and is honest about it or not.
        let (state, honesty) = match mishap {
            None => (self.state(&submit, &throw, after_ms), knobs.receipts),
            Some(Mishap::Swallowed) => (MessageState::Undeliverable, Honesty::NoReceipts),
            Some(Mishap::Lost) => (MessageState::Undeliverable, Honesty::Honest),
            Some(Mishap::LiedAbout) => (MessageState::Undeliverable, Honesty::AlwaysDelivered),
        };
        let mut arrivals_after_ms = Vec::new();
        if state == MessageState::Delivered {
            arrivals_after_ms.push(after_ms);
            if within_percent(throw.duplicate, knobs.duplicate_percent) {
                arrivals_after_ms.push(after_ms + between(throw.duplicate_delay, least, most));
            }
        }
        let known_after_ms =
            if state == MessageState::Expired { submit.lifetime_ms.unwrap_or(after_ms) } else { after_ms };
        Fate::Taken(Taken {
            answer_id: answer_id(knobs.receipt_ids, submit.number),
            arrivals_after_ms,
            receipt: plan_receipt(knobs, honesty, &submit, state, known_after_ms),
            sender_rewrite: Some(knobs.sender_rewrite.clone()).filter(|sender| !sender.is_empty()),
        })
    }

    fn state(&self, submit: &Submit<'_>, throw: &Throw, after_ms: u64) -> MessageState {
        let knobs = &self.config.behaviour;
        if knobs.blocking == Blocking::Reject && listed(&knobs.blocked_prefixes, submit.destination) {
            MessageState::Rejected
        } else if submit.lifetime_ms.is_some_and(|lifetime_ms| after_ms > lifetime_ms) {
            MessageState::Expired
        } else if within_percent(throw.loss, knobs.loss_percent) {
            MessageState::Undeliverable
        } else {
            MessageState::Delivered
        }
    }

    fn refusal(&mut self, submit: &Submit<'_>) -> Option<Status> {
        let knobs = &self.config.behaviour;
        if self.rate.exceeds(submit.now_ms, knobs.submits_per_second_max) {
            return Some(match knobs.congestion {
                Congestion::Throttled => Status::THROTTLED,
                Congestion::QueueFull => Status::QUEUE_FULL,
            });
        }
        if listed(&knobs.voip_prefixes, submit.destination) {
            return Some(Status::INVALID_DESTINATION);
        }
        let blocked =
            knobs.blocking == Blocking::Refuse && listed(&knobs.blocked_prefixes, submit.destination);
        blocked.then_some(Status::SUBMIT_FAILED)
    }
}

fn listed(prefixes: &[String], digits: &str) -> bool {
    prefixes.iter().any(|prefix| digits.starts_with(prefix.as_str()))
}

fn answer_id(ids: Ids, number: u64) -> String {
    match ids {
        Ids::Same | Ids::HexThenDecimal => format!("{number:x}"),
        Ids::DecimalThenHex => number.to_string(),
    }
}

fn plan_receipt(
    knobs: &Behaviour,
    honesty: Honesty,
    submit: &Submit<'_>,
    state: MessageState,
    known_after_ms: u64,
) -> Option<PlannedReceipt> {
    let state = match honesty {
        Honesty::Honest => state,
        Honesty::AlwaysDelivered => MessageState::Delivered,
        Honesty::NoReceipts => return None,
    };
    // SMPP 3.4, 5.2.17: 1 asks for all, 2 for failures; 3, for successes, is from 5.0.
    let asked = match submit.registered_delivery & 0x03 {
        0 => false,
        1 => true,
        2 => state != MessageState::Delivered,
        _ => state == MessageState::Delivered,
    };
    let (text, tlvs) = match knobs.receipt_form {
        Form::Both => (true, true),
        Form::Text | Form::Bare => (true, false),
        Form::Tlv => (false, true),
    };
    let bare = knobs.receipt_form == Form::Bare;
    asked.then(|| PlannedReceipt {
        after_ms: if knobs.receipt_before_answer {
            0
        } else {
            known_after_ms + u64::from(knobs.receipt_delay_ms)
        },
        before_answer: knobs.receipt_before_answer,
        message_id: match knobs.receipt_ids {
            Ids::Same => format!("{:x}", submit.number),
            Ids::HexThenDecimal => submit.number.to_string(),
            Ids::DecimalThenHex => format!("{:X}", submit.number),
        },
        state,
        error_code: match state {
            MessageState::Delivered => 0,
            MessageState::Expired => 27,
            MessageState::Rejected => 69,
            _ => 1,
        },
        form: ReceiptForm {
            text,
            tlvs,
            dates: if bare { DateForm::Seconds } else { DateForm::Minutes },
            counts: !bare,
        },
    })
}

#[cfg(test)]
mod tests;
