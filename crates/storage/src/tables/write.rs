//! One change as one statement: its text, its values, and how many rows it must touch. Built without a
//! database, run as a list, which PostgreSQL is sent in one go.

use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::Value;

/// A statement ready to run.
pub(crate) struct Write<'a> {
    sql: &'static str,
    params: Vec<Param<'a>>,
    /// What it is called when it does not touch exactly one row; `None` if any number will do.
    guard: Option<&'static str>,
}

enum Param<'a> {
    Borrowed(Value<'a>),
    Made(Vec<u8>),
    MadeText(String),
}

impl<'a> Write<'a> {
    /// A statement that must touch exactly one row; anything else is a conflict of this name.
    pub(crate) fn one(guard: &'static str, sql: &'static str) -> Self {
        Self { sql, params: Vec::with_capacity(16), guard: Some(guard) }
    }

    /// A statement that may touch any number of rows.
    pub(crate) fn any(sql: &'static str) -> Self {
        Self { sql, params: Vec::with_capacity(8), guard: None }
    }

    /// Binds the next parameter.
    pub(crate) fn bind(mut self, value: impl Into<Value<'a>>) -> Self {
        self.params.push(Param::Borrowed(value.into()));
        self
    }

    /// Binds bytes made for this statement, such as a sealed value.
    pub(crate) fn bind_made(mut self, bytes: Vec<u8>) -> Self {
        self.params.push(Param::Made(bytes));
        self
    }

    /// Binds a text made for this statement.
    pub(crate) fn bind_made_text(mut self, text: String) -> Self {
        self.params.push(Param::MadeText(text));
        self
    }

    /// Binds made bytes, or NULL.
    pub(crate) fn bind_made_optional(self, bytes: Option<Vec<u8>>) -> Self {
        match bytes {
            Some(bytes) => self.bind_made(bytes),
            None => self.bind(Value::Null),
        }
    }

    /// Binds a made text, or NULL.
    pub(crate) fn bind_made_text_optional(self, text: Option<String>) -> Self {
        match text {
            Some(text) => self.bind_made_text(text),
            None => self.bind(Value::Null),
        }
    }

    fn values(&self) -> Vec<Value<'_>> {
        self.params
            .iter()
            .map(|param| match param {
                Param::Borrowed(value) => *value,
                Param::Made(bytes) => Value::Bytes(bytes),
                Param::MadeText(text) => Value::Text(text),
            })
            .collect()
    }
}

/// Runs the statements in order.
///
/// # Errors
/// [`StorageError::Conflict`] naming the first guard that did not touch exactly one row.
pub(crate) async fn run(tx: &mut Tx, writes: &[Write<'_>]) -> Result<(), StorageError> {
    let statements: Vec<_> = writes.iter().map(|write| (write.sql, write.values())).collect();
    let changed = tx.execute_each(&statements).await?;
    for (write, changed) in writes.iter().zip(changed) {
        if let Some(guard) = write.guard
            && changed != 1
        {
            return Err(StorageError::conflict(guard));
        }
    }
    Ok(())
}
