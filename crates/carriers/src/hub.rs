//! Where the SMSC's connections, the network and the handsets meet. Holds the locks; decides nothing about
//! messages.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_smpp::pdu::ShortMessage;
use tokio::sync::{Notify, mpsc};

use crate::clock::{Clock, rfc_3339};
use crate::inbox::{Inbox, Received};
use crate::network::{Answer, Call, CallAnswer, Due, Network};
use crate::operator::{Behaviour, OperatorConfig};

/// Receipts handed to a connection that it has not sent yet.
pub(crate) const RECEIPTS_PER_CONNECTION_MAX: usize = 1_024;
/// Receipts that wait for anybody to be bound.
const RECEIPTS_WAITING_MAX: usize = 10_000;

struct Connections {
    /// Those bound to receive.
    receivers: HashMap<u64, mpsc::Sender<ShortMessage>>,
    opened: u64,
    waiting: VecDeque<(u64, ShortMessage)>,
}

pub(crate) struct Hub {
    pub(crate) clock: Clock,
    pub(crate) handsets: Inbox,
    network: Mutex<Network>,
    connections: Mutex<Connections>,
    /// Something earlier may be due now.
    planned: Notify,
}

impl Hub {
    pub(crate) fn new(clock: Clock, network: Network) -> Arc<Self> {
        Arc::new(Self {
            clock,
            handsets: Inbox::new(),
            network: Mutex::new(network),
            connections: Mutex::new(Connections {
                receivers: HashMap::new(),
                opened: 0,
                waiting: VecDeque::new(),
            }),
            planned: Notify::new(),
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

    /// A number for a new connection.
    pub(crate) fn open(&self) -> u64 {
        let mut connections = self.connections();
        connections.opened += 1;
        connections.opened
    }

    /// The connection may be delivered to from now on.
    pub(crate) fn bound(&self, connection: u64) -> mpsc::Receiver<ShortMessage> {
        let (sender, receiver) = mpsc::channel(RECEIPTS_PER_CONNECTION_MAX);
        let mut connections = self.connections();
        connections.receivers.insert(connection, sender);
        let waiting = std::mem::take(&mut connections.waiting);
        for (origin, receipt) in waiting {
            hand_over(&mut connections, origin, receipt);
        }
        receiver
    }

    /// The connection is gone; what it could not deliver goes to another.
    pub(crate) fn closed(&self, connection: u64, undelivered: Vec<ShortMessage>) {
        let mut connections = self.connections();
        connections.receivers.remove(&connection);
        for receipt in undelivered {
            hand_over(&mut connections, connection, receipt);
        }
    }

    /// A receipt that this connection cannot deliver itself.
    pub(crate) fn receipt(&self, connection: u64, receipt: ShortMessage) {
        hand_over(&mut self.connections(), connection, receipt);
    }

    pub(crate) fn submit(&self, connection: u64, message: &ShortMessage) -> Answer {
        let answer = self.network().submit(self.now_ms(), connection, message);
        self.planned.notify_one();
        answer
    }

    pub(crate) fn call(&self, call: Call) -> CallAnswer {
        let answer = self.network().call(self.now_ms(), call);
        self.planned.notify_one();
        answer
    }

    /// The operators with their knobs as they stand now.
    pub(crate) fn operators(&self) -> Vec<OperatorConfig> {
        self.network().operators().cloned().collect()
    }

    /// Turns an operator's knobs; the error says in words what is wrong. `None` when there is no such
    /// operator.
    pub(crate) fn change(
        &self,
        name: &str,
        changes: serde_json::Map<String, serde_json::Value>,
    ) -> Option<Result<Behaviour, String>> {
        let mut network = self.network();
        let behaviour = network.behaviour_mut(name)?;
        let changed = behaviour.with(changes);
        if let Ok(changed) = &changed {
            *behaviour = changed.clone();
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
            for due in due {
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
            Due::Receipt(origin, receipt) => hand_over(&mut self.connections(), origin, receipt),
        }
    }
}

/// To the connection that submitted, or to any other, or into the waiting line.
fn hand_over(connections: &mut Connections, origin: u64, receipt: ShortMessage) {
    let mut undelivered = receipt;
    let own = connections.receivers.get(&origin);
    let others = connections.receivers.iter().filter(|(number, _)| **number != origin);
    for receiver in own.into_iter().chain(others.map(|(_, receiver)| receiver)) {
        match receiver.try_send(undelivered) {
            Ok(()) => return,
            Err(mpsc::error::TrySendError::Full(receipt) | mpsc::error::TrySendError::Closed(receipt)) => {
                undelivered = receipt
            }
        }
    }
    if connections.waiting.len() >= RECEIPTS_WAITING_MAX {
        connections.waiting.pop_front();
    }
    connections.waiting.push_back((origin, undelivered));
}
