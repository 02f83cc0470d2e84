//! One SQLite connection as a transaction's engine: runs statements, never waits. Knows no table.

use super::connection::sqlite_error;
use crate::dialect::Texts;
use crate::error::StorageError;
use crate::tx::Access;
use crate::value::{Cell, Row, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection};
use std::sync::Arc;

pub(crate) struct SqliteSession {
    connection: Connection,
    texts: Arc<Texts>,
    access: Access,
}

impl SqliteSession {
    pub(super) fn new(connection: Connection, texts: Arc<Texts>, access: Access) -> Self {
        Self { connection, texts, access }
    }

    pub(super) fn connection_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// What the statements to come may do.
    pub(super) fn set_access(&mut self, access: Access) {
        self.access = access;
    }

    pub(super) fn begin(&mut self) -> Result<(), StorageError> {
        let dialect = self.texts.dialect();
        self.script(if self.access == Access::Read { dialect.begin_read() } else { dialect.begin_write() })
    }

    pub(super) fn commit(&mut self) -> Result<(), StorageError> {
        self.connection.execute_batch("COMMIT").map_err(|error| match sqlite_error(error) {
            // The log may hold the commit although writing it failed: after a crash it could come back.
            StorageError::Unavailable { .. } => StorageError::CommitUnknown,
            other => other,
        })
    }

    /// Undoes what is open, if SQLite has not done so already.
    pub(super) fn rollback(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "SQLite refused to roll back");
        }
    }

    pub(crate) fn script(&mut self, text: &str) -> Result<(), StorageError> {
        self.connection.execute_batch(text).map_err(sqlite_error)
    }

    pub(crate) fn rows(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<Row>, StorageError> {
        let mut statement = self.prepare(sql, params)?;
        let columns = statement.column_count();
        let mut found = statement.raw_query();
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(sqlite_error)? {
            let cells = (0..columns).map(|column| row.get_ref(column).map(cell).map_err(sqlite_error));
            rows.push(Row::new(cells.collect::<Result<_, _>>()?));
        }
        Ok(rows)
    }

    pub(crate) fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StorageError> {
        let changed = self.prepare(sql, params)?.raw_execute().map_err(sqlite_error)?;
        Ok(changed as u64)
    }

    pub(crate) fn prepare_only(&mut self, sql: &'static str) -> Result<(), StorageError> {
        let text = self.texts.get(sql)?;
        self.connection.prepare_cached(&text).map(|_| ()).map_err(sqlite_error)
    }

    fn prepare(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<CachedStatement<'_>, StorageError> {
        let text = self.texts.get(sql)?;
        let mut statement = self.connection.prepare_cached(&text).map_err(sqlite_error)?;
        // The writer's connection also reads, for a database in memory; a reader's would refuse by itself.
        if self.access == Access::Read && !statement.readonly() {
            return Err(StorageError::misuse(format!("a reading step tried to write: {sql}")));
        }
        if statement.parameter_count() != params.len() {
            return Err(StorageError::misuse(format!(
                "{} parameters given, {} wanted by: {sql}",
                params.len(),
                statement.parameter_count()
            )));
        }
        for (index, value) in params.iter().enumerate() {
            let value = match value {
                Value::Null => ValueRef::Null,
                Value::Int(value) => ValueRef::Integer(*value),
                Value::Text(value) => ValueRef::Text(value.as_bytes()),
                Value::Bytes(value) => ValueRef::Blob(value),
            };
            statement.raw_bind_parameter(index + 1, ToSqlOutput::Borrowed(value)).map_err(sqlite_error)?;
        }
        Ok(statement)
    }
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Int(value),
        ValueRef::Blob(value) => Cell::Bytes(value.to_vec()),
        ValueRef::Text(value) => match std::str::from_utf8(value) {
            Ok(text) => Cell::Text(text.to_owned()),
            Err(_) => Cell::Damaged("text in UTF-8"),
        },
        // SQLite turns an overflowing integer into a float.
        ValueRef::Real(_) => Cell::Damaged("an integer of 64 bits"),
    }
}
