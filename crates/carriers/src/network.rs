//! The network behind the SMSC and the providers of calls and texts: which account a message came by, which
//! operator serves its number, what is on its way, and what falls due when. Time is a number passed in;
//! handsets and connections are told through [`Due`].

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use countersign_smpp::pdu::{Address, ShortMessage};
use countersign_smpp::receipt::ReceiptContent;
use countersign_smpp::status::Status;
use countersign_smpp::text::{Alphabet, Reassembler, decode};
use countersign_smpp::time::relative_ms;

use crate::account::{Account, AccountBehaviour, AccountConfig, Passage, Verdict};
use crate::callbacks::CallbackUrl;
use crate::operator::{Behaviour, Fate, Operator, OperatorConfig, PlannedReceipt, Submit};
use crate::random::Dice;

/// Arrivals and receipts on their way; beyond that the SMSC's queue is full.
const ON_THE_WAY_MAX: usize = 100_000;
const INCOMPLETE_MESSAGES_MAX: usize = 1_000;
const INCOMPLETE_MESSAGE_MS: u64 = 10 * 60 * 1000;
/// References that are remembered, so that asking again sends nothing a second time.
const REFERENCES_MAX: usize = 1_000;

/// A message or a call as a handset shows it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// With `+`.
    pub(crate) to: String,
    pub(crate) from: String,
    /// Of a call: what was said.
    pub(crate) text: String,
    pub(crate) call: bool,
    /// The id that the answer gave, of a message of several parts that of the last to arrive.
    pub(crate) message_id: String,
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

/// The answer to a call, or to a text that came over HTTP.
pub(crate) enum ProviderAnswer {
    Refused(Status),
    Disconnect,
    /// Its identifier. Whether it gets anywhere is another matter.
    Taken(String),
}

/// The place of an account in the order of configuration.
pub(crate) type AccountNumber = usize;

/// Who submitted a message, and so hears what became of it.
#[derive(Clone)]
pub(crate) enum Origin {
    /// The connection with this number, or another one of its account.
    Connection(u64),
    /// Whoever listens there; nobody, when there is no address.
    Callback(Option<Arc<CallbackUrl>>),
    /// The simulation without sockets.
    Simulation,
}

/// What became of a message, for whoever submitted it.
pub(crate) struct ReceiptDue {
    pub(crate) origin: Origin,
    pub(crate) account: AccountNumber,
    /// The id that the answer gave; the one in the receipt may be in another notation.
    pub(crate) answer_id: String,
    pub(crate) planned: PlannedReceipt,
    submitted_at_ms: u64,
    source: Address,
    destination: Address,
}

impl ReceiptDue {
    /// As the wire has it.
    pub(crate) fn write(&self) -> ShortMessage {
        let mut receipt = ShortMessage {
            source: self.destination.clone(),
            destination: self.source.clone(),
            ..ShortMessage::default()
        };
        let content = ReceiptContent {
            message_id: self.planned.message_id.clone(),
            state: self.planned.state,
            error_code: self.planned.error_code,
            submitted_at_ms: self.submitted_at_ms,
            done_at_ms: self.submitted_at_ms + self.planned.after_ms,
        };
        self.planned.form.apply(&content, &mut receipt);
        receipt
    }
}

/// Something whose time has come.
pub(crate) enum Due {
    Handset(Arrival),
    Receipt(Box<ReceiptDue>),
}

/// The answer to a submit.
pub(crate) enum Answer {
    Refused(Status),
    Disconnect,
    Taken {
        message_id: String,
        /// To be delivered before the answer goes out.
        receipt_first: Option<Box<ReceiptDue>>,
    },
}

enum Event {
    /// A copy of one part, with the sender that the handset sees, and its id.
    Part(Box<(ShortMessage, String)>),
    Receipt(Box<ReceiptDue>),
    Ring(Arrival),
}

/// What has been asked for under which reference, and the id it got; oldest first.
#[derive(Default)]
struct References(VecDeque<(String, String)>);

impl References {
    fn id(&self, reference: &str) -> Option<String> {
        self.0.iter().find(|(known, _)| known == reference).map(|(_, id)| id.clone())
    }

    fn keep(&mut self, reference: String, id: String) {
        if self.0.len() >= REFERENCES_MAX {
            self.0.pop_front();
        }
        self.0.push_back((reference, id));
    }
}

pub(crate) struct Network {
    operators: Vec<Operator>,
    accounts: Vec<Account>,
    dice: Dice,
    submits: u64,
    /// By time, then by order of planning.
    on_the_way: BTreeMap<(u64, u64), Event>,
    planned: u64,
    reassembler: Reassembler,
    calls: References,
    texts: References,
}

impl Network {
    /// Says in words what is wrong with the operators or the accounts.
    pub(crate) fn new(
        seed: u64,
        operators: Vec<OperatorConfig>,
        accounts: Vec<AccountConfig>,
    ) -> Result<Self, String> {
        for (at, operator) in operators.iter().enumerate() {
            operator.check()?;
            if operators[..at].iter().any(|earlier| earlier.name == operator.name) {
                return Err(format!("two operators are named {}", operator.name));
            }
        }
        for (at, account) in accounts.iter().enumerate() {
            account.check()?;
            if accounts[..at].iter().any(|earlier| earlier.system_id == account.system_id) {
                return Err(format!("two accounts are named {}", account.system_id));
            }
        }
        Ok(Self {
            operators: operators.into_iter().map(|config| Operator::new(seed, config)).collect(),
            accounts: accounts.into_iter().map(|config| Account::new(seed, config)).collect(),
            dice: Dice::new(seed, "message ids"),
            submits: 0,
            on_the_way: BTreeMap::new(),
            planned: 0,
            reassembler: Reassembler::new(INCOMPLETE_MESSAGES_MAX, INCOMPLETE_MESSAGE_MS),
            calls: References::default(),
            texts: References::default(),
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

    pub(crate) fn accounts(&self) -> impl Iterator<Item = &AccountConfig> {
        self.accounts.iter().map(|account| &account.config)
    }

    /// `None` when there is no such account.
    pub(crate) fn account_number(&self, system_id: &str) -> Option<AccountNumber> {
        self.accounts().position(|account| account.system_id == system_id)
    }

    /// `None` when there is no such account.
    pub(crate) fn account_mut(&mut self, system_id: &str) -> Option<&mut AccountBehaviour> {
        let account = self.accounts.iter_mut().find(|account| account.config.system_id == system_id)?;
        Some(&mut account.config.behaviour)
    }

    /// Empty when there is no such account.
    pub(crate) fn system_id(&self, account: AccountNumber) -> &str {
        self.accounts.get(account).map_or("", |account| account.config.system_id.as_str())
    }

    /// Whether binds of the account are refused; so they are when there is none.
    pub(crate) fn is_unbound(&self, account: AccountNumber) -> bool {
        self.accounts.get(account).is_none_or(|account| account.config.behaviour.unbound)
    }

    /// The operator that serves a number.
    fn operator_for(&mut self, digits: &str) -> Option<&mut Operator> {
        let covering = self.operators.iter_mut().filter_map(|at| Some((at.covers(digits)?, at)));
        // Of equal lengths the first configured wins; max_by_key alone would give the last.
        let (_, operator) = covering.rev().max_by_key(|(length, _)| *length)?;
        Some(operator)
    }

    /// Judges one submit_sm.
    pub(crate) fn submit(
        &mut self,
        now_ms: u64,
        account: AccountNumber,
        origin: Origin,
        message: &ShortMessage,
    ) -> Answer {
        let asked = Asked {
            destination: &message.destination.value,
            lifetime_ms: relative_ms(&message.validity_period),
            registered_delivery: message.registered_delivery,
        };
        let taken = match self.judge(now_ms, Some(account), &asked) {
            Fate::Refused(status) => return Answer::Refused(status),
            Fate::Disconnected => return Answer::Disconnect,
            Fate::Taken(taken) => taken,
        };
        let message_id = taken.answer_id;
        for after_ms in taken.arrivals_after_ms {
            let mut shown = message.clone();
            if let Some(sender) = &taken.sender_rewrite {
                shown.source = Address::alphanumeric(sender);
            }
            self.plan(now_ms + after_ms, Event::Part(Box::new((shown, message_id.clone()))));
        }
        let mut receipt_first = None;
        if let Some(planned) = taken.receipt {
            let receipt = Box::new(ReceiptDue {
                origin,
                account,
                answer_id: message_id.clone(),
                submitted_at_ms: now_ms,
                source: message.source.clone(),
                destination: message.destination.clone(),
                planned,
            });
            if receipt.planned.before_answer {
                receipt_first = Some(receipt);
            } else {
                self.report(now_ms + receipt.planned.after_ms, receipt);
            }
        }
        Answer::Taken { message_id, receipt_first }
    }

    /// Puts a receipt on its way.
    pub(crate) fn report(&mut self, at_ms: u64, receipt: Box<ReceiptDue>) {
        self.plan(at_ms, Event::Receipt(receipt));
    }

    /// Judges one text that came over HTTP; `reference` is the caller's own name for it.
    pub(crate) fn text(
        &mut self,
        now_ms: u64,
        account: AccountNumber,
        reference: String,
        callback: Option<Arc<CallbackUrl>>,
        message: &ShortMessage,
    ) -> ProviderAnswer {
        if let Some(id) = self.texts.id(&reference) {
            return ProviderAnswer::Taken(id);
        }
        match self.submit(now_ms, account, Origin::Callback(callback), message) {
            Answer::Refused(status) => ProviderAnswer::Refused(status),
            Answer::Disconnect => ProviderAnswer::Disconnect,
            Answer::Taken { message_id, receipt_first } => {
                // What is due now may well be heard before the answer.
                if let Some(receipt) = receipt_first {
                    self.report(now_ms, receipt);
                }
                self.texts.keep(reference, message_id.clone());
                ProviderAnswer::Taken(message_id)
            }
        }
    }

    /// Judges one call: what operators do to texts they do to calls, and one that is lost is not answered.
    pub(crate) fn call(&mut self, now_ms: u64, call: Call) -> ProviderAnswer {
        if let Some(id) = self.calls.id(&call.reference) {
            return ProviderAnswer::Taken(id);
        }
        let asked = Asked { destination: &call.to, lifetime_ms: None, registered_delivery: 0 };
        let taken = match self.judge(now_ms, None, &asked) {
            Fate::Refused(status) => return ProviderAnswer::Refused(status),
            Fate::Disconnected => return ProviderAnswer::Disconnect,
            Fate::Taken(taken) => taken,
        };
        let from = taken.sender_rewrite.unwrap_or(call.from);
        let message_id = taken.answer_id;
        let ring = Arrival { to: call.to, from, text: call.say, call: true, message_id: message_id.clone() };
        for after_ms in taken.arrivals_after_ms {
            self.plan(now_ms + after_ms, Event::Ring(ring.clone()));
        }
        self.calls.keep(call.reference, message_id.clone());
        ProviderAnswer::Taken(message_id)
    }

    /// The account first, where there is one, then the number's operator.
    fn judge(&mut self, now_ms: u64, account: Option<AccountNumber>, asked: &Asked<'_>) -> Fate {
        let account = account.and_then(|number| self.accounts.get_mut(number));
        let verdict = account.map_or(Verdict::Taken(Passage::default()), |account| account.judge(now_ms));
        let digits: String = asked.destination.chars().filter(char::is_ascii_digit).collect();
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
        let Some(operator) = self.operator_for(&digits) else {
            return Fate::Refused(Status::INVALID_DESTINATION);
        };
        let Asked { lifetime_ms, registered_delivery, .. } = *asked;
        let passage = match verdict {
            Verdict::Taken(passage) => passage,
            Verdict::Refused(status) => {
                operator.pass_over();
                return Fate::Refused(status);
            }
            Verdict::Disconnected => {
                operator.pass_over();
                return Fate::Disconnected;
            }
        };
        operator.judge(Submit {
            now_ms,
            number,
            destination: &digits,
            lifetime_ms,
            registered_delivery,
            passage,
        })
    }

    fn plan(&mut self, at_ms: u64, event: Event) {
        self.planned += 1;
        self.on_the_way.insert((at_ms, self.planned), event);
    }

    /// When something falls due next.
    pub(crate) fn next_due(&self) -> Option<u64> {
        self.on_the_way.first_key_value().map(|((at_ms, _), _)| *at_ms)
    }

    /// Takes out everything that is due, each with the moment it fell due.
    pub(crate) fn due(&mut self, now_ms: u64) -> Vec<(u64, Due)> {
        let mut due = Vec::new();
        while let Some(next) = self.on_the_way.first_entry().filter(|next| next.key().0 <= now_ms) {
            let ((at_ms, _), event) = next.remove_entry();
            match event {
                Event::Part(part) => {
                    let (part, message_id) = *part;
                    // The handset puts the parts together, as real ones do.
                    if let Some(octets) = self.reassembler.push(at_ms, &part) {
                        due.push((at_ms, Due::Handset(arrival(&part, &octets, message_id))));
                    }
                }
                Event::Receipt(receipt) => due.push((at_ms, Due::Receipt(receipt))),
                Event::Ring(ring) => due.push((at_ms, Due::Handset(ring))),
            }
        }
        due
    }
}

/// What is asked of the network, for a text or a call.
struct Asked<'a> {
    destination: &'a str,
    lifetime_ms: Option<u64>,
    registered_delivery: u8,
}

fn arrival(part: &ShortMessage, octets: &[u8], message_id: String) -> Arrival {
    let digits: String = part.destination.value.chars().filter(char::is_ascii_digit).collect();
    let international = part.source.ton == 1 && !part.source.value.starts_with('+');
    let text = decode(octets, part.data_coding, Alphabet::Gsm)
        .unwrap_or_else(|| format!("(binary message of {} octets)", octets.len()));
    Arrival {
        to: format!("+{digits}"),
        from: if international { format!("+{}", part.source.value) } else { part.source.value.clone() },
        text,
        call: false,
        message_id,
    }
}
