//! What people hold in their hands: messages by address, newest kept, bounded in addresses and in messages
//! of each. Handsets and the mailbox are two of these. Listeners hear of every message as it comes.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::sync::broadcast;

const ADDRESSES_MAX: usize = 500;
const MESSAGES_PER_ADDRESS_MAX: usize = 100;
/// Messages a slow listener may be behind before it misses some.
const LISTENER_BACKLOG_MAX: usize = 256;

/// A message that arrived, or a call that was answered. Never logged: it is somebody's code.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Received {
    pub(crate) to: String,
    pub(crate) from: String,
    /// Of a call: what was said.
    pub(crate) text: String,
    /// RFC 3339, UTC.
    pub(crate) received_at: String,
    /// Mail only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    /// Whether it was a call; left out when it was not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) call: bool,
    /// Order of arrival over all addresses.
    #[serde(skip)]
    pub(crate) number: u64,
}

#[derive(Default)]
struct Store {
    /// Oldest first.
    threads: HashMap<String, VecDeque<Arc<Received>>>,
    received: u64,
}

/// Messages by address.
pub(crate) struct Inbox {
    store: Mutex<Store>,
    arrivals: broadcast::Sender<Arc<Received>>,
}

impl Inbox {
    pub(crate) fn new() -> Self {
        Self { store: Mutex::default(), arrivals: broadcast::Sender::new(LISTENER_BACKLOG_MAX) }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a message under its `to`; its number is given here.
    pub(crate) fn keep(&self, mut message: Received) {
        let mut store = self.store();
        store.received += 1;
        message.number = store.received;
        let message = Arc::new(message);
        if !store.threads.contains_key(&message.to) && store.threads.len() >= ADDRESSES_MAX {
            let newest = |thread: &VecDeque<Arc<Received>>| thread.back().map(|at| at.number);
            let stalest = store.threads.iter().min_by_key(|(_, thread)| newest(thread));
            if let Some(address) = stalest.map(|(address, _)| address.clone()) {
                store.threads.remove(&address);
            }
        }
        let thread = store.threads.entry(message.to.clone()).or_default();
        if thread.len() >= MESSAGES_PER_ADDRESS_MAX {
            thread.pop_front();
        }
        thread.push_back(Arc::clone(&message));
        drop(store);
        // Nobody listening is no fault.
        let _ = self.arrivals.send(message);
    }

    /// Messages to one address, or to all, newest first.
    pub(crate) fn messages(&self, to: Option<&str>) -> Vec<Arc<Received>> {
        let store = self.store();
        let mut messages: Vec<_> = match to {
            Some(to) => store.threads.get(to).into_iter().flatten().cloned().collect(),
            None => store.threads.values().flatten().cloned().collect(),
        };
        messages.sort_by_key(|message| std::cmp::Reverse(message.number));
        messages
    }

    /// The newest message of each address, newest first.
    pub(crate) fn newest_by_address(&self) -> Vec<Arc<Received>> {
        let store = self.store();
        let mut newest: Vec<_> = store.threads.values().filter_map(|thread| thread.back().cloned()).collect();
        newest.sort_by_key(|message| std::cmp::Reverse(message.number));
        newest
    }

    /// Every message from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<Received>> {
        self.arrivals.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(to: &str, text: &str) -> Received {
        Received {
            to: to.to_owned(),
            from: "Acme".to_owned(),
            text: text.to_owned(),
            received_at: String::new(),
            subject: None,
            call: false,
            number: 0,
        }
    }

    fn texts(messages: &[Arc<Received>]) -> Vec<&str> {
        messages.iter().map(|message| message.text.as_str()).collect()
    }

    #[test]
    fn the_newest_comes_first_whoever_it_is_for() {
        let inbox = Inbox::new();
        for (to, text) in [("+1", "a"), ("+2", "b"), ("+1", "c")] {
            inbox.keep(message(to, text));
        }
        assert_eq!(texts(&inbox.messages(None)), ["c", "b", "a"]);
        assert_eq!(texts(&inbox.messages(Some("+1"))), ["c", "a"]);
        assert_eq!(texts(&inbox.messages(Some("+3"))), [""; 0]);
        assert_eq!(texts(&inbox.newest_by_address()), ["c", "b"]);
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_stalest_goes() {
        let inbox = Inbox::new();
        for count in 0..=MESSAGES_PER_ADDRESS_MAX {
            inbox.keep(message("+0", &count.to_string()));
        }
        let thread = inbox.messages(Some("+0"));
        assert_eq!((thread.len(), thread[0].text.as_str()), (100, "100"));
        assert_eq!(thread[99].text, "1");
        for address in 1..=ADDRESSES_MAX {
            inbox.keep(message(&format!("+{address}"), "x"));
        }
        assert_eq!(inbox.newest_by_address().len(), ADDRESSES_MAX);
        assert!(inbox.messages(Some("+0")).is_empty());
    }
}
