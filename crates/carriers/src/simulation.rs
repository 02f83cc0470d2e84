//! The network without sockets, on simulated time, for measuring: the same accounts and operators as behind
//! the SMSC, asked directly. One seed and one order of calls give one outcome.
//!
//! It refuses to know what a message is for, and who sends it again.

use countersign_smpp::receipt::MessageState;
use countersign_smpp::status::Status;

use crate::account::{AccountBehaviour, AccountConfig};
use crate::network::{Answer, Due, Network, Origin};
use crate::operator::OperatorConfig;
use crate::text::Text;

/// What a route learns at once of a message that it hands over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handed {
    /// The `command_status` of submit_sm_resp (SMPP 3.4, 5.1.3). While an account is unbound there is nobody
    /// to hand anything to, and this is 0x0D, ESME_RBINDFAIL.
    Refused(u32),
    /// The connection ended without an answer; the message is gone.
    Lost,
    /// On its way, as far as the account says.
    Taken {
        /// Names the message in what happens later.
        message_id: String,
    },
}

/// Something that came to pass. Times are milliseconds on the caller's own clock. Prints without the text.
#[derive(Clone, PartialEq, Eq)]
pub enum Happening {
    /// A text is on the handset. A message may arrive twice.
    Arrived {
        /// When.
        at_ms: u64,
        /// With `+`.
        to: String,
        /// As it was handed over.
        text: String,
        /// As [`Handed::Taken`] gave it.
        message_id: String,
    },
    /// A final receipt, which need not be true.
    Receipt {
        /// When.
        at_ms: u64,
        /// The account it came by.
        system_id: String,
        /// As [`Handed::Taken`] gave it, whatever notation the operator's receipts have.
        message_id: String,
        /// Whether it says DELIVRD.
        delivered: bool,
        /// Its `err:` field; 0 when delivered.
        error: u16,
    },
}

impl std::fmt::Debug for Happening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Arrived { at_ms, message_id, .. } => write!(f, "Arrived({message_id} at {at_ms})"),
            Self::Receipt { at_ms, message_id, delivered, error, .. } => {
                write!(f, "Receipt({message_id} at {at_ms}, delivered {delivered}, error {error})")
            }
        }
    }
}

/// A network on simulated time. Time is whatever the caller says, and should not run backwards. At most
/// 100,000 arrivals and receipts are on their way at once; beyond that submits are refused with 0x14.
pub struct Simulation {
    network: Network,
}

impl Simulation {
    /// The error says in words what is wrong with an operator or an account.
    pub fn new(
        seed: u64,
        operators: Vec<OperatorConfig>,
        accounts: Vec<AccountConfig>,
    ) -> Result<Self, String> {
        Ok(Self { network: Network::new(seed, operators, accounts)? })
    }

    /// Hands one message to an account. `to` is a number with `+`; `from` a name, a short code or a number
    /// with `+`. The lifetime counts in whole seconds, as on the wire. An account that is not there refuses
    /// with 0x0F.
    pub fn submit(
        &mut self,
        now_ms: u64,
        system_id: &str,
        to: &str,
        from: &str,
        text: &str,
        lifetime_ms: u64,
    ) -> Handed {
        let Some(account) = self.network.account_number(system_id) else {
            return Handed::Refused(Status::INVALID_SYSTEM_ID.0);
        };
        let Ok(message) = (Text { to, from, text, lifetime_ms: Some(lifetime_ms) }).message() else {
            return Handed::Refused(Status::INVALID_MESSAGE_LENGTH.0);
        };
        match self.network.submit(now_ms, account, Origin::Simulation, &message) {
            Answer::Refused(status) => Handed::Refused(status.0),
            Answer::Disconnect if self.network.is_unbound(account) => Handed::Refused(Status::BIND_FAILED.0),
            Answer::Disconnect => Handed::Lost,
            Answer::Taken { message_id, receipt_first } => {
                if let Some(receipt) = receipt_first {
                    self.network.report(now_ms, receipt);
                }
                Handed::Taken { message_id }
            }
        }
    }

    /// Takes out everything that has come to pass until `now_ms`, in the order of time.
    pub fn due(&mut self, now_ms: u64) -> Vec<Happening> {
        let due = self.network.due(now_ms);
        let happening = |(at_ms, due)| match due {
            Due::Handset(arrival) => Happening::Arrived {
                at_ms,
                to: arrival.to,
                text: arrival.text,
                message_id: arrival.message_id,
            },
            Due::Receipt(receipt) => Happening::Receipt {
                at_ms,
                system_id: self.network.system_id(receipt.account).to_owned(),
                message_id: receipt.answer_id,
                delivered: receipt.planned.state == MessageState::Delivered,
                error: receipt.planned.error_code,
            },
        };
        due.into_iter().map(happening).collect()
    }

    /// When something comes to pass next; `None` while nothing is on its way.
    pub fn next_due(&self) -> Option<u64> {
        self.network.next_due()
    }

    /// The knobs of an account, to be turned while it runs; `None` when there is none. Bounds are not checked
    /// here: percents above 100 count as 100, and a most below its least as the least.
    pub fn account_mut(&mut self, system_id: &str) -> Option<&mut AccountBehaviour> {
        self.network.account_mut(system_id)
    }
}

impl std::fmt::Debug for Simulation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Simulation(next due {:?})", self.next_due())
    }
}
