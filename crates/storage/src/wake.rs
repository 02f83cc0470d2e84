//! Telling waiting tasks that something was committed, so that nobody polls in a tight loop. A wake carries
//! no data: whoever hears it reads the rows. It may come too often, and after a crash or a lost connection
//! not at all, so that listeners also look by themselves now and then.

use std::sync::Arc;
use tokio::sync::watch;

/// What a step may announce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Messages are waiting to be sent.
    Outbox,
    /// Relying parties are waiting to be told.
    Webhooks,
    /// What operators want of a route has changed, or a breaker has opened or closed.
    Routes,
}

impl Topic {
    /// Every topic, in the order of their numbers.
    pub const ALL: [Topic; 3] = [Topic::Outbox, Topic::Webhooks, Topic::Routes];

    /// Its name on the wire between nodes.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Topic::Outbox => "outbox",
            Topic::Webhooks => "webhooks",
            Topic::Routes => "routes",
        }
    }
}

/// Topics announced by a transaction that is not committed yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Announced([bool; Topic::ALL.len()]);

impl Announced {
    pub(crate) fn add(&mut self, topic: Topic) {
        self.0[topic as usize] = true;
    }

    pub(crate) fn topics(self) -> impl Iterator<Item = Topic> {
        Topic::ALL.into_iter().filter(move |topic| self.0[*topic as usize])
    }
}

/// Where commits meet listeners, one per store.
pub(crate) struct Hub {
    counts: [watch::Sender<u64>; Topic::ALL.len()],
}

impl Hub {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { counts: std::array::from_fn(|_| watch::Sender::new(0)) })
    }

    pub(crate) fn fire(&self, topic: Topic) {
        self.counts[topic as usize].send_modify(|count| *count = count.wrapping_add(1));
    }

    pub(crate) fn fire_all(&self, announced: Announced) {
        announced.topics().for_each(|topic| self.fire(topic));
    }

    pub(crate) fn subscribe(self: &Arc<Self>, topic: Topic) -> Wake {
        let mut count = self.counts[topic as usize].subscribe();
        // What came before the listener was there is news to it.
        if *count.borrow() != 0 {
            count.mark_changed();
        }
        Wake { count, _hub: self.clone() }
    }
}

/// A listener's end. Commits between two calls of [`Wake::changed`] are remembered, as one.
pub struct Wake {
    count: watch::Receiver<u64>,
    // Keeps the sending end alive, so that waiting ends only with a wake.
    _hub: Arc<Hub>,
}

impl Wake {
    /// Returns at once if something was announced since the last call, or, the first time, since the store
    /// was opened; else when it is.
    pub async fn changed(&mut self) {
        if self.count.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
