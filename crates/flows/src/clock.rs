//! Where use cases get the time from. The binary hands in the system's clock; tests hand in one they move themselves.

use countersign_core::time::Timestamp;

/// A source of the present moment.
pub trait Clock: Send + Sync {
    /// Now, in UTC. Of two accounts of the time, the later: no code lives longer because a clock was set back.
    fn now(&self) -> Timestamp;

    /// What the clock on the wall says: for codes that another clock makes (R36), which a floor of ours would only
    /// miss.
    fn wall(&self) -> Timestamp {
        self.now()
    }

    /// The earliest moment that it can truly be: no hold ends sooner because a clock was set forward (R64).
    fn earliest(&self) -> Timestamp {
        self.now()
    }
}
