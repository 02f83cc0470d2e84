//! The exchange as a whole: its books, its browsers, its line to Countersign, its clock. Owns the parts; the
//! rules stand in the modules named after them.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Turn, Notify, OwnedMutexGuard};

use crate::countersign::Countersign;
use crate::keys::KeyRing;
use crate::ledger::Ledger;
use crate::moment::Clock;
use crate::passwords::Passwords;
use crate::secret::{Entropy, Secret, draw};
use crate::sessions::Sessions;
use crate::standing::Standings;
use crate::webhook::Seen;

/// One exchange, shared by its pages and its chores.
pub(crate) type Shared = Arc<House>;

/// See the module.
pub(crate) struct House {
    /// Where browsers and Countersign reach it; also the audience of its assertions.
    pub(crate) public_url: String,
    /// Where the Security Center is; also the issuer of assertions.
    pub(crate) security_url: String,
    pub(crate) ledger: Ledger,
    pub(crate) countersign: Countersign,
    pub(crate) keys: KeyRing,
    pub(crate) sessions: Sessions,
    pub(crate) passwords: Passwords,
    pub(crate) standings: Standings,
    pub(crate) seen: Seen,
    /// Given by the owner; otherwise the exchange registers an endpoint of its own and keeps that one's.
    pub(crate) webhook_secret: Option<Secret>,
    /// Wakes the chores before their time.
    pub(crate) wake: Notify,
    pub(crate) rates_put_ms: Mutex<Option<i64>>,
    pub(crate) is_registered: AtomicBool,
    /// By exit: whoever moves it holds its turn.
    pub(crate) turns: Mutex<HashMap<String, Arc<Turn<()>>>>,
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
}

impl House {
    pub(crate) fn now_ms(&self) -> i64 {
        (self.clock)()
    }

    /// A new id or key: a prefix and 128 random bits.
    pub(crate) fn draw(&self, prefix: &str) -> String {
        format!("{prefix}{}", draw(&self.entropy))
    }

    pub(crate) fn return_url(&self) -> String {
        format!("{}/return", self.public_url)
    }

    /// Waits for the turn to move an exit. While it is held, nobody else moves that one.
    pub(crate) async fn turn(&self, id: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(id.to_owned()).or_default())
        };
        turn.lock_owned().await
    }

    /// The secret that webhooks are signed with, once there is one.
    pub(crate) fn webhook_secret(&self) -> Option<Secret> {
        let registered =
            || self.ledger.read(|book| book.webhook.as_ref().map(|webhook| webhook.secret.clone()));
        self.webhook_secret.clone().or_else(registered)
    }
}
