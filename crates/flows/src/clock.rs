//! Where use cases get the time from. The binary hands in the system's clock; tests hand in one they move themselves.

use countersign_core::time::Timestamp;

/// A source of the present moment.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
}
