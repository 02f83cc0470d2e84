//! Where the SMSC's connections, the network and the handsets meet. Holds the locks; decides nothing about
//! messages.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_smpp::pdu::ShortMessage;
use countersign_smpp::receipt::MessageState;
use serde_json::{Map, Value};
use tokio::sync::{Notify, mpsc, watch};

use crate::account::{AccountBehaviour, AccountConfig};
use crate::callbacks::{CallbackUrl, Callbacks, Status};
use crate::clock::{Clock, rfc_3339};
use crate::inbox::{Inbox, Received};
use crate::network::{AccountNumber, Answer, Call, Due, Network, Origin, ProviderAnswer, ReceiptDue};
use crate::operator::{Behaviour, OperatorConfig};

/// Messages handed to a connection that it has not sent yet: as many as the network keeps on their way, so that a
/// client that submits faster than it takes receipts loses none.
pub(crate) const DELIVERIES_PER_CONNECTION_MAX: usize = 100_000;
/// Messages that wait for anybody to be bound.
const DELIVERIES_WAITING_MAX: usize = 100_000;

struct Receiver {
    account: AccountNumber,
    deliveries: mpsc::Sender<ShortMessage>,
}

/// A receipt, or a text from a handset, that nobody could be given.
struct Waiting {
    /// `None` for a text, which goes to whoever binds first.
    account: Option<AccountNumber>,
    connection: u64,
    message: ShortMessage,
}

struct Connections {
    /// Those bound to receive.
    receivers: BTreeMap<u64, Receiver>,
    opened: u64,
    /// Texts that handsets sent.
    texts: u16,
    waiting: VecDeque<Waiting>,
}

/// An account as it stands.
pub(crate) struct AccountView {
    pub(crate) config: AccountConfig,
    /// Connections that are bound to receive.
    pub(crate) receivers: usize,
}

pub(crate) struct Hub {
    pub(crate) clock: Clock,
    pub(crate) handsets: Inbox,
    network: Mutex<Network>,
    connections: Mutex<Connections>,
    callbacks: Callbacks,
    /// Something earlier may be due now.
    planned: Notify,
    /// Counts changes of accounts' knobs.
    account_changes: watch::Sender<u64>,
}

impl Hub {
    pub(crate) fn new(clock: Clock, network: Network, callbacks: Callbacks) -> Arc<Self> {
        Arc::new(Self {
            clock,
            handsets: Inbox::new(),
            network: Mutex::new(network),
            connections: Mutex::new(Connections {
                receivers: BTreeMap::new(),
                opened: 0,
                texts: 0,
                waiting: VecDeque::new(),
            }),
            callbacks,
            planned: Notify::new(),
            account_changes: watch::Sender::new(0),
        })
    }

    fn network(&self) -> MutexGuard<'_, Network> {
        self.network.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now_ms(&self) -> u64 {
        (self.clock)()
    }

    /// A number for a new connection, and word of every change of an account's knobs from now on.
    pub(crate) fn open(&self) -> (u64, watch::Receiver<u64>) {
        let mut connections = self.connections();
        connections.opened += 1;
        (connections.opened, self.account_changes.subscribe())
    }

    /// `None` when there is no such account.
    pub(crate) fn account_number(&self, system_id: &str) -> Option<AccountNumber> {
        self.network().account_number(system_id)
    }

    /// Whether binds of the account are refused now.
    pub(crate) fn is_unbound(&self, account: AccountNumber) -> bool {
        self.network().is_unbound(account)
    }

    /// The connection may be delivered to from now on.
    pub(crate) fn bound(&self, connection: u64, account: AccountNumber) -> mpsc::Receiver<ShortMessage> {
        let (sender, receiver) = mpsc::channel(DELIVERIES_PER_CONNECTION_MAX);
        let mut connections = self.connections();
        connections.receivers.insert(connection, Receiver { account, deliveries: sender });
        for waiting in std::mem::take(&mut connections.waiting) {
            let for_it = waiting.account.is_none_or(|for_account| for_account == account);
            if for_it {
                hand_over(&mut connections, Waiting { account: Some(account), ..waiting });
            } else {
                connections.waiting.push_back(waiting);
            }
        }
        receiver
    }

    /// The connection is gone; what it could not deliver goes to another of the account.
    pub(crate) fn closed(&self, connection: u64, account: AccountNumber, undelivered: Vec<ShortMessage>) {
        let mut connections = self.connections();
        connections.receivers.remove(&connection);
        for message in undelivered {
            hand_over(&mut connections, Waiting { account: Some(account), connection, message });
        }
    }

    /// A message that this connection cannot deliver itself.
    pub(crate) fn deliver(&self, connection: u64, account: AccountNumber, message: ShortMessage) {
        hand_over(&mut self.connections(), Waiting { account: Some(account), connection, message });
    }

    pub(crate) fn submit(&self, connection: u64, account: AccountNumber, message: &ShortMessage) -> Answer {
        let origin = Origin::Connection(connection);
        let answer = self.network().submit(self.now_ms(), account, origin, message);
        self.planned.notify_one();
        answer
    }

    pub(crate) fn call(&self, call: Call) -> ProviderAnswer {
        let answer = self.network().call(self.now_ms(), call);
        self.planned.notify_one();
        answer
    }

    /// A text that came over HTTP by this account.
    pub(crate) fn text(
        &self,
        account: AccountNumber,
        reference: String,
        callback: Option<Arc<CallbackUrl>>,
        message: &ShortMessage,
    ) -> ProviderAnswer {
        let answer = self.network().text(self.now_ms(), account, reference, callback, message);
        self.planned.notify_one();
        answer
    }

    /// Ties the parts of the next text from a handset together.
    pub(crate) fn text_reference(&self) -> u16 {
        let mut connections = self.connections();
        connections.texts = connections.texts.wrapping_add(1);
        connections.texts
    }

    /// Delivers a text from a handset, in its parts, by the first account that is neither dead nor unbound
    /// and has somebody to receive it; gives that account's `system_id`. `None` when it waits until somebody
    /// binds.
    pub(crate) fn text_in(&self, parts: Vec<ShortMessage>) -> Option<String> {
        let accounts: Vec<AccountConfig> = self.network().accounts().cloned().collect();
        let mut connections = self.connections();
        let account = accounts.iter().enumerate().find(|(number, account)| {
            let receives = connections.receivers.values().any(|receiver| receiver.account == *number);
            receives && !account.behaviour.dead && !account.behaviour.unbound
        });
        for message in parts {
            let waiting = Waiting { account: account.map(|(number, _)| number), connection: 0, message };
            hand_over(&mut connections, waiting);
        }
        account.map(|(_, account)| account.system_id.clone())
    }

    /// The operators with their knobs as they stand now.
    pub(crate) fn operators(&self) -> Vec<OperatorConfig> {
        self.network().operators().cloned().collect()
    }

    /// The accounts with their knobs as they stand now.
    pub(crate) fn accounts(&self) -> Vec<AccountView> {
        let configs: Vec<AccountConfig> = self.network().accounts().cloned().collect();
        let connections = self.connections();
        let receivers = |number| connections.receivers.values().filter(|at| at.account == number).count();
        let accounts = configs.into_iter().enumerate();
        accounts.map(|(number, config)| AccountView { config, receivers: receivers(number) }).collect()
    }

    /// Turns an operator's knobs; the error says in words what is wrong. `None` when there is no such
    /// operator.
    pub(crate) fn change(
        &self,
        name: &str,
        changes: Map<String, Value>,
    ) -> Option<Result<Behaviour, String>> {
        let mut network = self.network();
        let behaviour = network.behaviour_mut(name)?;
        let changed = behaviour.with(changes);
        if let Ok(changed) = &changed {
            *behaviour = changed.clone();
        }
        Some(changed)
    }

    /// Turns an account's knobs, as [`Hub::change`] does an operator's; connections hear of it.
    pub(crate) fn change_account(
        &self,
        system_id: &str,
        changes: Map<String, Value>,
    ) -> Option<Result<AccountBehaviour, String>> {
        let mut network = self.network();
        let behaviour = network.account_mut(system_id)?;
        let changed = behaviour.with(changes);
        if let Ok(changed) = &changed {
            *behaviour = changed.clone();
            drop(network);
            self.account_changes.send_modify(|changes| *changes += 1);
        }
        Some(changed)
    }

    /// Hands out what is due; runs until dropped.
    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            let now_ms = self.now_ms();
            let (due, next_due) = {
                let mut network = self.network();
                (network.due(now_ms), network.next_due())
            };
            for (_, due) in due {
                self.hand_out(now_ms, due);
            }
            let planned = self.planned.notified();
            match next_due {
                Some(at_ms) => {
                    let wait_ms = at_ms.saturating_sub(now_ms).max(1);
                    let wait = std::time::Duration::from_millis(wait_ms);
                    // Either way it is time to look again.
                    let _ = tokio::time::timeout(wait, planned).await;
                }
                None => planned.await,
            }
        }
    }

    fn hand_out(&self, now_ms: u64, due: Due) {
        match due {
            Due::Handset(arrival) => self.handsets.keep(Received {
                to: arrival.to,
                from: arrival.from,
                text: arrival.text,
                received_at: rfc_3339(now_ms),
                subject: None,
                call: arrival.call,
                number: 0,
            }),
            Due::Receipt(receipt) => self.report(*receipt),
        }
    }

    fn report(&self, receipt: ReceiptDue) {
        match &receipt.origin {
            Origin::Connection(connection) => {
                self.deliver(*connection, receipt.account, receipt.write());
            }
            Origin::Callback(Some(to)) => {
                let status = Status {
                    delivered: receipt.planned.state == MessageState::Delivered,
                    error: receipt.planned.error_code,
                    id: receipt.answer_id.clone(),
                };
                self.callbacks.tell(Arc::clone(to), status);
            }
            Origin::Callback(None) | Origin::Simulation => {}
        }
    }
}

/// To the connection that it belongs to, or to any other of the account, or into the waiting line.
fn hand_over(connections: &mut Connections, waiting: Waiting) {
    let Waiting { account, connection, message } = waiting;
    let of_account = |receiver: &Receiver| Some(receiver.account) == account;
    let own = connections.receivers.get(&connection).filter(|receiver| of_account(receiver));
    let others = connections.receivers.iter().filter(|(number, at)| **number != connection && of_account(at));
    let mut undelivered = message;
    for receiver in own.into_iter().chain(others.map(|(_, receiver)| receiver)) {
        match receiver.deliveries.try_send(undelivered) {
            Ok(()) => return,
            Err(mpsc::error::TrySendError::Full(message) | mpsc::error::TrySendError::Closed(message)) => {
                undelivered = message
            }
        }
    }
    if connections.waiting.len() >= DELIVERIES_WAITING_MAX {
        connections.waiting.pop_front();
    }
    connections.waiting.push_back(Waiting { account, connection, message: undelivered });
}
