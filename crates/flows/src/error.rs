//! What can break under a use case. A wrong code, a lock or a refusal is an outcome and never stands here.

use countersign_storage::StorageError;
use std::fmt;

/// Why a use case has no outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowError {
    /// Too much is waiting already. Nothing was done; try again then.
    Busy {
        /// Milliseconds to wait.
        retry_after_ms: u64,
    },
    /// Somebody else was first, or the same request is in flight. Nothing was done; asking again is safe.
    Conflict,
    /// Storage, or a part below it, is broken. The reason is for the log and never for a page.
    Broken {
        /// What, without values.
        reason: String,
    },
}

impl fmt::Display for FlowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FlowError::Busy { retry_after_ms } => write!(f, "busy, try again in {retry_after_ms} ms"),
            FlowError::Conflict => f.write_str("somebody else was first"),
            FlowError::Broken { reason } => f.write_str(reason),
        }
    }
}

impl std::error::Error for FlowError {}

impl From<StorageError> for FlowError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Busy { retry_after_ms } => FlowError::Busy { retry_after_ms },
            StorageError::Conflict { .. } => FlowError::Conflict,
            other => FlowError::Broken { reason: other.to_string() },
        }
    }
}
