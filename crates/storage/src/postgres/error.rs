//! What PostgreSQL's errors mean to a step. Only the SQLSTATE, the constraint's name and texts about the
//! statement itself are kept: the server's message and detail quote values (R10).

use crate::error::StorageError;
use tokio_postgres::error::SqlState;

/// Whether the same step may succeed if it is simply run again: serialisation failure or deadlock.
pub(super) fn is_transient(error: &tokio_postgres::Error) -> bool {
    let transient = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
    error.code().is_some_and(|code| transient.contains(code))
}

pub(super) fn postgres_error(error: &tokio_postgres::Error) -> StorageError {
    let Some(failure) = error.as_db_error() else {
        // Without a SQLSTATE it never reached the server or the answer never came; these texts name no host
        // and no value.
        return StorageError::unavailable(error.to_string());
    };
    let code = failure.code();
    match code.code() {
        "40001" | "40P01" => StorageError::conflict("serialisation"),
        "23505" | "23503" | "23P01" => StorageError::conflict(failure.constraint().unwrap_or("constraint")),
        "55P03" | "57014" | "53300" => StorageError::busy(),
        "28000" | "28P01" => StorageError::unavailable("PostgreSQL refuses the user or the password"),
        "3D000" => StorageError::unavailable("PostgreSQL has no database of this name"),
        state if ["08", "53", "57", "58"].contains(&&state[..2.min(state.len())]) => {
            StorageError::unavailable(format!("PostgreSQL answered SQLSTATE {state}"))
        }
        // Class 42 speaks of the statement's own names, which are ours.
        state if state.starts_with("42") => {
            StorageError::misuse(format!("PostgreSQL: {} (SQLSTATE {state})", failure.message()))
        }
        state => StorageError::misuse(format!(
            "PostgreSQL answered SQLSTATE {state} (table {}, column {}, constraint {})",
            failure.table().unwrap_or("-"),
            failure.column().unwrap_or("-"),
            failure.constraint().unwrap_or("-")
        )),
    }
}
