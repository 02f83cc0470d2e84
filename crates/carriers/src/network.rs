//! The network behind the SMSC and the provider of calls: which operator serves a number, what is on its way,
//! and what falls due when. Time is a number passed in; handsets and connections are told through [`Due`].

use std::collections::{BTreeMap, VecDeque};

use countersign_smpp::pdu::{Address, ShortMessage};
use countersign_smpp::receipt::ReceiptContent;
use countersign_smpp::status::Status;
use countersign_smpp::text::{Alphabet, Reassembler, decode};
use countersign_smpp::time::relative_ms;

use crate::operator::{Behaviour, Fate, Operator, OperatorConfig, PlannedReceipt, Submit};
use crate::random::Dice;

/// Arrivals and receipts on their way; beyond that the SMSC's queue is full.
const ON_THE_WAY_MAX: usize = 100_000;
const INCOMPLETE_MESSAGES_MAX: usize = 1_000;
const INCOMPLETE_MESSAGE_MS: u64 = 10 * 60 * 1000;
/// Calls whose references are remembered, so that asking again rings no second time.
const CALLS_REMEMBERED_MAX: usize = 1_000;

/// A message or a call as a handset shows it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// With `+`.
    pub(crate) to: String,
    pub(crate) from: String,
    /// Of a call: what was said.
    pub(crate) text: String,
    pub(crate) call: bool,
}

/// A call to place.
pub(crate) struct Call {
    /// The caller's own name for it.
    pub(crate) reference: String,
    /// With `+`.
    pub(crate) to: String,
    pub(crate) from: String,
    /// What is said once somebody picks up.
    pub(crate) say: String,
}

/// The answer to a call.
pub(crate) enum CallAnswer {
    Refused(Status),
    Disconnect,
    /// Its identifier. Whether anybody picks up is another matter.
    Placed(String),
}

/// Something whose time has come.
pub(crate) enum Due {
    Handset(Arrival),
    /// For the connection with this number, or another one of the account.
    Receipt(u64, ShortMessage),
}

/// The answer to a submit.
pub(crate) enum Answer {
    Refused(Status),
    Disconnect,
    Taken {
        message_id: String,
        /// To be delivered before the answer goes out.
        receipt_first: Option<Box<ShortMessage>>,
    },
}

enum Event {
    /// A copy of one part, with the sender that the handset sees.
    Part(ShortMessage),
    Receipt(u64, ShortMessage),
    Ring(Arrival),
}

pub(crate) struct Network {
    operators: Vec<Operator>,
    dice: Dice,
    submits: u64,
    /// By time, then by order of planning.
    on_the_way: BTreeMap<(u64, u64), Event>,
    planned: u64,
    reassembler: Reassembler,
    /// References and identifiers, oldest first.
    calls: VecDeque<(String, String)>,
}

impl Network {
    /// Says in words what is wrong with the operators.
    pub(crate) fn new(seed: u64, operators: Vec<OperatorConfig>) -> Result<Self, String> {
        for (at, operator) in operators.iter().enumerate() {
            operator.check()?;
            if operators[..at].iter().any(|earlier| earlier.name == operator.name) {
                return Err(format!("two operators are named {}", operator.name));
            }
        }
        Ok(Self {
            operators: operators.into_iter().map(|config| Operator::new(seed, config)).collect(),
            dice: Dice::new(seed, "message ids"),
            submits: 0,
            on_the_way: BTreeMap::new(),
            planned: 0,
            reassembler: Reassembler::new(INCOMPLETE_MESSAGES_MAX, INCOMPLETE_MESSAGE_MS),
            calls: VecDeque::new(),
        })
    }

    pub(crate) fn operators(&self) -> impl Iterator<Item = &OperatorConfig> {
        self.operators.iter().map(|operator| &operator.config)
    }

    /// `None` when there is no such operator.
    pub(crate) fn behaviour_mut(&mut self, name: &str) -> Option<&mut Behaviour> {
        let operator = self.operators.iter_mut().find(|operator| operator.config.name == name)?;
        Some(&mut operator.config.behaviour)
    }

    /// The operator that serves a number.
    fn operator_for(&mut self, digits: &str) -> Option<&mut Operator> {
        let covering = self.operators.iter_mut().filter_map(|at| Some((at.covers(digits)?, at)));
        // Of equal lengths the first configured wins; max_by_key alone would give the last.
        let (_, operator) = covering.rev().max_by_key(|(length, _)| *length)?;
        Some(operator)
    }

    /// Judges one submit_sm of a connection.
    pub(crate) fn submit(&mut self, now_ms: u64, connection: u64, message: &ShortMessage) -> Answer {
        let lifetime_ms = relative_ms(&message.validity_period);
        let fate = self.judge(now_ms, &message.destination.value, lifetime_ms, message.registered_delivery);
        let taken = match fate {
            Fate::Refused(status) => return Answer::Refused(status),
            Fate::Disconnected => return Answer::Disconnect,
            Fate::Taken(taken) => taken,
        };
        let mut shown = message.clone();
        if let Some(sender) = &taken.sender_rewrite {
            shown.source = Address::alphanumeric(sender);
        }
        for after_ms in taken.arrivals_after_ms {
            self.plan(now_ms + after_ms, Event::Part(shown.clone()));
        }
        let mut receipt_first = None;
        if let Some(planned) = taken.receipt {
            let receipt = write_receipt(now_ms, message, &planned);
            if planned.before_answer {
                receipt_first = Some(Box::new(receipt));
            } else {
                self.plan(now_ms + planned.after_ms, Event::Receipt(connection, receipt));
            }
        }
        Answer::Taken { message_id: taken.answer_id, receipt_first }
    }

    /// Judges one call: what befalls texts befalls calls, and one that is lost is not answered.
    pub(crate) fn call(&mut self, now_ms: u64, call: Call) -> CallAnswer {
        if let Some((_, id)) = self.calls.iter().find(|(reference, _)| *reference == call.reference) {
            return CallAnswer::Placed(id.clone());
        }
        let taken = match self.judge(now_ms, &call.to, None, 0) {
            Fate::Refused(status) => return CallAnswer::Refused(status),
            Fate::Disconnected => return CallAnswer::Disconnect,
            Fate::Taken(taken) => taken,
        };
        let from = taken.sender_rewrite.unwrap_or(call.from);
        let ring = Arrival { to: call.to, from, text: call.say, call: true };
        for after_ms in taken.arrivals_after_ms {
            self.plan(now_ms + after_ms, Event::Ring(ring.clone()));
        }
        if self.calls.len() >= CALLS_REMEMBERED_MAX {
            self.calls.pop_front();
        }
        self.calls.push_back((call.reference, taken.answer_id.clone()));
        CallAnswer::Placed(taken.answer_id)
    }

    fn judge(
        &mut self,
        now_ms: u64,
        destination: &str,
        lifetime_ms: Option<u64>,
        registered_delivery: u8,
    ) -> Fate {
        let digits: String = destination.chars().filter(char::is_ascii_digit).collect();
        if digits.is_empty() {
            return Fate::Refused(Status::INVALID_DESTINATION);
        }
        if self.on_the_way.len() >= ON_THE_WAY_MAX {
            return Fate::Refused(Status::QUEUE_FULL);
        }
        // Ids climb, and their last 16 bits are drawn, so that none can be guessed from its neighbour by a
        // test.
        self.submits += 1;
        let number = (self.submits << 16) | (self.dice.next() & 0xFFFF);
        let submit = Submit { now_ms, number, destination: &digits, lifetime_ms, registered_delivery };
        match self.operator_for(&digits) {
            Some(operator) => operator.judge(submit),
            None => Fate::Refused(Status::INVALID_DESTINATION),
        }
    }

    fn plan(&mut self, at_ms: u64, event: Event) {
        self.planned += 1;
        self.on_the_way.insert((at_ms, self.planned), event);
    }

    /// When something falls due next.
    pub(crate) fn next_due(&self) -> Option<u64> {
        self.on_the_way.first_key_value().map(|((at_ms, _), _)| *at_ms)
    }

    /// Takes out everything that is due.
    pub(crate) fn due(&mut self, now_ms: u64) -> Vec<Due> {
        let mut due = Vec::new();
        while self.next_due().is_some_and(|at_ms| at_ms <= now_ms) {
            match self.on_the_way.pop_first() {
                Some((_, Event::Part(part))) => {
                    // The handset puts the parts together, as real ones do.
                    if let Some(octets) = self.reassembler.push(now_ms, &part) {
                        due.push(Due::Handset(arrival(&part, &octets)));
                    }
                }
                Some((_, Event::Receipt(connection, receipt))) => {
                    due.push(Due::Receipt(connection, receipt));
                }
                Some((_, Event::Ring(ring))) => due.push(Due::Handset(ring)),
                None => break,
            }
        }
        due
    }
}

fn write_receipt(now_ms: u64, message: &ShortMessage, planned: &PlannedReceipt) -> ShortMessage {
    let mut receipt = ShortMessage {
        source: message.destination.clone(),
        destination: message.source.clone(),
        ..ShortMessage::default()
    };
    let content = ReceiptContent {
        message_id: planned.message_id.clone(),
        state: planned.state,
        error_code: planned.error_code,
        submitted_at_ms: now_ms,
        done_at_ms: now_ms + planned.after_ms,
    };
    planned.form.apply(&content, &mut receipt);
    receipt
}

fn arrival(part: &ShortMessage, octets: &[u8]) -> Arrival {
    let digits: String = part.destination.value.chars().filter(char::is_ascii_digit).collect();
    let international = part.source.ton == 1 && !part.source.value.starts_with('+');
    let text = decode(octets, part.data_coding, Alphabet::Gsm)
        .unwrap_or_else(|| format!("(binary message of {} octets)", octets.len()));
    Arrival {
        to: format!("+{digits}"),
        from: if international { format!("+{}", part.source.value) } else { part.source.value.clone() },
        text,
        call: false,
    }
}
