//! What can go wrong below a use case. Every variant means that the world broke or that somebody erred in
//! code or set-up; a wrong code, a lock or a refusal is never an error here. Texts name tables, columns,
//! constraints and SQLSTATE codes, and never a value from a row (R10), which is why an engine's own detail
//! line is left out.

use std::fmt;

/// Why a step did not happen, or is not known to have happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorageError {
    /// The queue in front of the engine is full, or a lock could not be had in time. Nothing was done.
    Busy {
        /// When to try again, in milliseconds.
        retry_after_ms: u64,
    },
    /// The engine cannot be reached or cannot write. Nothing was done.
    Unavailable {
        /// What failed, without values.
        reason: String,
    },
    /// The connection broke between COMMIT and its answer: the step either happened whole or not at all.
    /// Whoever runs it again with the same identifiers is safe.
    CommitUnknown,
    /// Another step was first: a unique index or a guard refused the change. Nothing was done.
    Conflict {
        /// The constraint or guard.
        what: String,
    },
    /// A stored value is not what the code expects of its column.
    Corrupt {
        /// The column's place in the statement, from 0.
        column: usize,
        /// What it should hold.
        expected: &'static str,
    },
    /// A sealed value does not open: wrong key, or moved from another row, or changed.
    Sealed {
        /// Table and column, and what is wrong.
        what: String,
    },
    /// A statement or a step is written wrongly.
    Misuse {
        /// How.
        what: String,
    },
    /// A step panicked; its changes were undone.
    StepPanicked,
    /// The database's schema does not fit this program.
    SchemaRefused {
        /// Why, and what to do.
        reason: String,
    },
    /// The master keys given are not the ones that this database was written with.
    WrongMasterKey {
        /// Which, and what to do.
        reason: String,
    },
    /// Another process has the database file open for writing.
    InUse {
        /// The lock file.
        path: String,
    },
    /// The settings cannot be used.
    Configuration {
        /// Which and why.
        reason: String,
    },
}

impl StorageError {
    pub(crate) fn misuse(what: impl Into<String>) -> Self {
        Self::Misuse { what: what.into() }
    }

    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable { reason: reason.into() }
    }

    pub(crate) fn conflict(what: impl Into<String>) -> Self {
        Self::Conflict { what: what.into() }
    }

    pub(crate) const fn busy() -> Self {
        Self::Busy { retry_after_ms: RETRY_AFTER_MS }
    }
}

/// What a refused caller is told to wait. A full queue of 1,024 empties in well under this on any disk that
/// we measured.
const RETRY_AFTER_MS: u64 = 1_000;

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { retry_after_ms } => {
                write!(f, "the database is busy; try again in {retry_after_ms} ms")
            }
            Self::Unavailable { reason } => write!(f, "the database is unavailable: {reason}"),
            Self::CommitUnknown => {
                f.write_str("the connection was lost while committing; the outcome is unknown")
            }
            Self::Conflict { what } => write!(f, "a concurrent change was first ({what})"),
            Self::Corrupt { column, expected } => {
                write!(f, "stored value in result column {column} is not {expected}")
            }
            Self::Sealed { what } => write!(f, "a sealed value does not open: {what}"),
            Self::Misuse { what } => write!(f, "storage was used wrongly: {what}"),
            Self::StepPanicked => f.write_str("a storage step panicked; its changes were undone"),
            Self::SchemaRefused { reason } => write!(f, "the database schema does not fit: {reason}"),
            Self::WrongMasterKey { reason } => write!(f, "wrong master key: {reason}"),
            Self::InUse { path } => write!(
                f,
                "the database is in use by another process (lock file {path}); stop it or choose another file"
            ),
            Self::Configuration { reason } => write!(f, "storage settings: {reason}"),
        }
    }
}

impl std::error::Error for StorageError {}
