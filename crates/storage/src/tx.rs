//! A transaction as a business step sees it: run a statement, get rows. One concrete type over both engines,
//! so that each step is written once. A statement that fails ends the transaction: the step cannot carry on,
//! on either engine, because PostgreSQL could not. Knows no table.

use crate::dialect::Dialect;
use crate::error::StorageError;
use crate::postgres::PostgresSession;
use crate::sqlite::SqliteSession;
use crate::value::{Row, Value};
use crate::wake::{Announced, Topic};
use std::future::Future;

/// A business step: everything that one command reads and writes.
///
/// It may be run more than once before it commits (the batch it was part of was undone, or PostgreSQL asked
/// for another try), so it keeps no state between runs and touches nothing outside its transaction. It awaits
/// only its [`Tx`].
pub trait Step: Send + Sync + 'static {
    /// What it finds out; leaves the store only after the commit.
    type Output: Send + 'static;

    /// Runs the step. An error undoes it.
    fn run(&self, tx: &mut Tx) -> impl Future<Output = Result<Self::Output, StorageError>> + Send;
}

/// Whether a step may change anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

pub(crate) enum Session {
    Sqlite(Box<SqliteSession>),
    Postgres(Box<PostgresSession>),
}

/// One of several statements to be run in order: text and parameters.
pub(crate) type Statement<'a> = (&'static str, Vec<Value<'a>>);

/// An open transaction.
pub struct Tx {
    session: Session,
    shard: i64,
    announced: Announced,
    failed: bool,
}

impl Tx {
    pub(crate) fn new(session: Session, shard: i64) -> Self {
        Self { session, shard, announced: Announced::default(), failed: false }
    }

    /// Runs a statement that answers with rows. Parameters are written `$1`, `$2`, … and given in that order.
    pub async fn rows(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<Row>, StorageError> {
        self.check(params)?;
        let result = match &mut self.session {
            Session::Sqlite(session) => session.rows(sql, params),
            Session::Postgres(session) => session.rows(sql, params).await,
        };
        self.note(result)
    }

    /// Runs a statement that answers with at most one row; a second row is [`StorageError::Misuse`].
    pub async fn row_optional(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<Option<Row>, StorageError> {
        let mut rows = self.rows(sql, params).await?;
        if rows.len() > 1 {
            return self.note(Err(StorageError::misuse(format!("more than one row from: {sql}"))));
        }
        Ok(rows.pop())
    }

    /// Runs a statement for its effect; answers how many rows it changed.
    pub async fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StorageError> {
        self.check(params)?;
        let result = match &mut self.session {
            Session::Sqlite(session) => session.execute(sql, params),
            Session::Postgres(session) => session.execute(sql, params).await,
        };
        self.note(result)
    }

    /// Has the engine read a statement without running it.
    pub(crate) async fn prepare(&mut self, sql: &'static str) -> Result<(), StorageError> {
        let result = match &mut self.session {
            Session::Sqlite(session) => session.prepare_only(sql),
            Session::Postgres(session) => session.prepare(sql).await.map(|_| ()),
        };
        self.note(result)
    }

    /// Runs several statements for their effect, in order; PostgreSQL is sent them in one go.
    pub(crate) async fn execute_each(
        &mut self,
        statements: &[Statement<'_>],
    ) -> Result<Vec<u64>, StorageError> {
        statements.iter().try_for_each(|(_, params)| self.check(params))?;
        let result = match &mut self.session {
            Session::Sqlite(session) => {
                statements.iter().map(|(sql, params)| session.execute(sql, params)).collect()
            }
            Session::Postgres(session) => session.execute_each(statements).await,
        };
        self.note(result)
    }

    /// As [`Tx::execute_each`], for statements that answer with rows.
    pub(crate) async fn rows_each(
        &mut self,
        statements: &[Statement<'_>],
    ) -> Result<Vec<Vec<Row>>, StorageError> {
        statements.iter().try_for_each(|(_, params)| self.check(params))?;
        let result = match &mut self.session {
            Session::Sqlite(session) => {
                statements.iter().map(|(sql, params)| session.rows(sql, params)).collect()
            }
            Session::Postgres(session) => session.rows_each(statements).await,
        };
        self.note(result)
    }

    /// Which of the rows of a shared counter this transaction adds to; transactions that run at the same time
    /// differ.
    pub(crate) fn shard(&self) -> i64 {
        self.shard
    }

    /// Wakes the listeners of `topic`, here and on other nodes, once this transaction is committed.
    pub fn wake(&mut self, topic: Topic) {
        self.announced.add(topic);
    }

    /// Runs several statements without parameters, already in the engine's spelling.
    pub(crate) async fn script(&mut self, text: &str) -> Result<(), StorageError> {
        let result = match &mut self.session {
            Session::Sqlite(session) => session.script(text),
            Session::Postgres(session) => session.script(text).await,
        };
        self.note(result)
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match &self.session {
            Session::Sqlite(_) => Dialect::Sqlite,
            Session::Postgres(_) => Dialect::Postgres,
        }
    }

    fn check(&mut self, params: &[Value<'_>]) -> Result<(), StorageError> {
        if self.failed {
            return Err(StorageError::misuse("a step went on after a statement had failed"));
        }
        let result = Value::check(params);
        self.note(result)
    }

    fn note<T>(&mut self, result: Result<T, StorageError>) -> Result<T, StorageError> {
        self.failed |= result.is_err();
        result
    }

    /// The step's own answer, unless it hid a failed statement.
    pub(crate) fn judge<T>(&self, answer: Result<T, StorageError>) -> Result<T, StorageError> {
        match answer {
            Ok(_) if self.failed => Err(StorageError::misuse("a step hid a failed statement")),
            other => other,
        }
    }

    /// What was announced so far; forgets it, together with any failure, for the next transaction.
    pub(crate) fn reset(&mut self) -> Announced {
        self.failed = false;
        std::mem::take(&mut self.announced)
    }

    pub(crate) fn session_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}
