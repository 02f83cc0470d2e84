//! One pooled connection as a transaction's engine. BEGIN travels with the first statement; a transaction
//! that was not ended in order takes its connection out of the pool with it.

use super::error::{is_transient, postgres_error};
use crate::dialect::Texts;
use crate::error::StorageError;
use crate::tx::Access;
use crate::value::{Cell, Row, Value};
use deadpool_postgres::Object;
use futures_util::FutureExt;
use futures_util::future::{join, join_all};
use std::sync::Arc;
use tokio_postgres::Statement;
use tokio_postgres::types::{ToSql, Type};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing was sent.
    Fresh,
    /// BEGIN was sent.
    Open,
    /// COMMIT was sent.
    Committing,
    /// Ended in order.
    Ended,
}

pub(crate) struct PostgresSession {
    // `None` once the connection was given up.
    connection: Option<Object>,
    texts: Arc<Texts>,
    access: Access,
    state: State,
    transient: bool,
}

/// Statements sent together; up to 30, `join_all` starts its futures in their order, which is the order they
/// are run in.
const PIPELINE_MAX: usize = 30;

type Parameters<'a> = Vec<&'a (dyn ToSql + Sync)>;
type Answer<T> = Result<T, tokio_postgres::Error>;

impl PostgresSession {
    pub(super) fn new(connection: Object, texts: Arc<Texts>, access: Access) -> Self {
        Self { connection: Some(connection), texts, access, state: State::Fresh, transient: false }
    }

    pub(crate) async fn rows(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<Vec<Row>, StorageError> {
        let statement = self.prepare(sql).await?;
        let params = parameters(sql, &statement, params)?;
        let begin = self.begin();
        let connection = self.connection()?;
        let answer = after(begin, connection, connection.query(&statement, &params)).await;
        self.note(answer)?.iter().map(row).collect()
    }

    pub(crate) async fn execute(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<u64, StorageError> {
        let statement = self.prepare(sql).await?;
        must_not_answer(sql, &statement)?;
        let params = parameters(sql, &statement, params)?;
        let begin = self.begin();
        let connection = self.connection()?;
        let answer = after(begin, connection, connection.execute(&statement, &params)).await;
        self.note(answer)
    }

    pub(crate) async fn execute_each(
        &mut self,
        statements: &[crate::tx::Statement<'_>],
    ) -> Result<Vec<u64>, StorageError> {
        let prepared = self.prepare_each(statements).await?;
        for ((sql, _), (statement, _)) in statements.iter().zip(&prepared) {
            must_not_answer(sql, statement)?;
        }
        let mut changed = Vec::with_capacity(prepared.len());
        for chunk in prepared.chunks(PIPELINE_MAX) {
            let begin = self.begin();
            let connection = self.connection()?;
            let each = join_all(chunk.iter().map(|(text, params)| connection.execute(text, params)));
            let answers = after(begin, connection, each.map(Ok)).await;
            for answer in self.note(answers)? {
                changed.push(self.note(answer)?);
            }
        }
        Ok(changed)
    }

    pub(crate) async fn rows_each(
        &mut self,
        statements: &[crate::tx::Statement<'_>],
    ) -> Result<Vec<Vec<Row>>, StorageError> {
        let prepared = self.prepare_each(statements).await?;
        let mut found = Vec::with_capacity(prepared.len());
        for chunk in prepared.chunks(PIPELINE_MAX) {
            let begin = self.begin();
            let connection = self.connection()?;
            let each = join_all(chunk.iter().map(|(text, params)| connection.query(text, params)));
            let answers = after(begin, connection, each.map(Ok)).await;
            for answer in self.note(answers)? {
                found.push(self.note(answer)?.iter().map(row).collect::<Result<_, _>>()?);
            }
        }
        Ok(found)
    }

    async fn prepare_each<'a>(
        &mut self,
        statements: &'a [crate::tx::Statement<'a>],
    ) -> Result<Vec<(Statement, Parameters<'a>)>, StorageError> {
        let mut prepared = Vec::with_capacity(statements.len());
        for (sql, params) in statements {
            let statement = self.prepare(sql).await?;
            let params = parameters(sql, &statement, params)?;
            prepared.push((statement, params));
        }
        Ok(prepared)
    }

    pub(crate) async fn script(&mut self, text: &str) -> Result<(), StorageError> {
        let begin = self.begin();
        let connection = self.connection()?;
        let answer = after(begin, connection, connection.batch_execute(text)).await;
        self.note(answer)
    }

    /// Makes the transaction durable. From here on the step is never run again by us.
    pub(super) async fn commit(&mut self) -> Result<(), StorageError> {
        if self.state == State::Fresh {
            self.state = State::Ended;
            return Ok(());
        }
        self.state = State::Committing;
        match self.connection()?.batch_execute("COMMIT").await {
            Ok(()) => {
                self.state = State::Ended;
                Ok(())
            }
            // A refusal with a reason is a rollback, except when the server says that it is going away (class
            // 57).
            Err(error) if error.code().is_some_and(|code| !code.code().starts_with("57")) => {
                self.state = State::Ended;
                self.transient = is_transient(&error);
                Err(postgres_error(&error))
            }
            Err(error) if self.access == Access::Read => Err(postgres_error(&error)),
            Err(_) => Err(StorageError::CommitUnknown),
        }
    }

    /// Undoes what is open. Answers whether running the step again may help: nothing of it was committed, and
    /// either PostgreSQL asked for it or the connection broke.
    pub(super) async fn undo(&mut self) -> bool {
        match self.state {
            State::Fresh => self.transient || self.is_broken(),
            State::Ended => self.transient,
            State::Committing => false,
            State::Open => {
                let broken = self.is_broken();
                if !broken
                    && let Ok(connection) = self.connection()
                    && connection.batch_execute("ROLLBACK").await.is_ok()
                {
                    self.state = State::Ended;
                }
                self.transient || broken
            }
        }
    }

    fn is_broken(&self) -> bool {
        self.connection.as_ref().is_none_or(|connection| connection.is_closed())
    }

    pub(crate) async fn prepare(&mut self, sql: &'static str) -> Result<Statement, StorageError> {
        let text = self.texts.get(sql)?;
        let answer = self.connection()?.prepare_cached(&text).await;
        self.note(answer)
    }

    /// The BEGIN to send with the next statement, if it is the first.
    fn begin(&mut self) -> Option<&'static str> {
        let dialect = self.texts.dialect();
        let fresh = std::mem::replace(&mut self.state, State::Open) == State::Fresh;
        let begin = if self.access == Access::Read { dialect.begin_read() } else { dialect.begin_write() };
        fresh.then_some(begin)
    }

    fn connection(&self) -> Result<&Object, StorageError> {
        self.connection.as_ref().ok_or_else(|| StorageError::unavailable("the connection was given up"))
    }

    fn note<T>(&mut self, answer: Answer<T>) -> Result<T, StorageError> {
        answer.map_err(|error| {
            self.transient |= is_transient(&error);
            postgres_error(&error)
        })
    }
}

impl Drop for PostgresSession {
    fn drop(&mut self) {
        if matches!(self.state, State::Open | State::Committing)
            && let Some(connection) = self.connection.take()
        {
            drop(Object::take(connection));
        }
    }
}

/// Sends BEGIN and the statement together, so that a transaction costs no round trip to open.
async fn after<T>(
    begin: Option<&'static str>,
    connection: &Object,
    statement: impl Future<Output = Answer<T>>,
) -> Answer<T> {
    match begin {
        None => statement.await,
        Some(begin) => {
            let (begun, answer) = join(connection.batch_execute(begin), statement).await;
            begun.and(answer)
        }
    }
}

/// SQLite refuses rows that nobody asked for, so PostgreSQL does too.
fn must_not_answer(sql: &'static str, statement: &Statement) -> Result<(), StorageError> {
    match statement.columns() {
        [] => Ok(()),
        _ => Err(StorageError::misuse(format!("rows are returned and not asked for by: {sql}"))),
    }
}

/// The parameters in the types that the server inferred; like SQLite's STRICT tables, nothing is converted
/// silently.
fn parameters<'a>(
    sql: &'static str,
    statement: &Statement,
    values: &'a [Value<'a>],
) -> Result<Parameters<'a>, StorageError> {
    let wanted = statement.params();
    if wanted.len() != values.len() {
        let (given, wanted) = (values.len(), wanted.len());
        return Err(StorageError::misuse(format!("{given} parameters given, {wanted} wanted by: {sql}")));
    }
    let pairs = values.iter().zip(wanted).enumerate();
    let convert = |(index, (value, kind)): (usize, (&'a Value<'a>, &Type))| {
        parameter(value, kind).ok_or_else(|| {
            let number = index + 1;
            StorageError::misuse(format!("${number} is {} and should be {kind} in: {sql}", value.kind()))
        })
    };
    pairs.map(convert).collect()
}

fn parameter<'a>(value: &'a Value<'a>, kind: &Type) -> Option<&'a (dyn ToSql + Sync)> {
    match (value, kind) {
        (Value::Null, &Type::INT8) => Some(&None::<i64>),
        (Value::Null, &Type::TEXT) => Some(&None::<&str>),
        (Value::Null, &Type::BYTEA) => Some(&None::<&[u8]>),
        (Value::Int(value), &Type::INT8) => Some(value),
        (Value::Text(value), &Type::TEXT) => Some(value),
        (Value::Bytes(value), &Type::BYTEA) => Some(value),
        _ => None,
    }
}

fn row(row: &tokio_postgres::Row) -> Result<Row, StorageError> {
    (0..row.len()).map(|column| cell(row, column)).collect::<Result<_, _>>().map(Row::new)
}

fn cell(row: &tokio_postgres::Row, column: usize) -> Result<Cell, StorageError> {
    let read = match *row.columns()[column].type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(column).map(|value| value.map(Cell::Int)),
        // count(), EXISTS and comparisons: SQLite gives integers for all of them.
        Type::INT4 => row.try_get::<_, Option<i32>>(column).map(|value| value.map(|v| Cell::Int(v.into()))),
        Type::BOOL => row.try_get::<_, Option<bool>>(column).map(|value| value.map(|v| Cell::Int(v.into()))),
        Type::TEXT => row.try_get::<_, Option<String>>(column).map(|value| value.map(Cell::Text)),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(column).map(|value| value.map(Cell::Bytes)),
        // NUMERIC from sum(), for one: the statement must cast it.
        _ => return Err(StorageError::Corrupt { column, expected: "of a type that both engines share" }),
    };
    match read {
        Ok(value) => Ok(value.unwrap_or(Cell::Null)),
        Err(_) => Err(StorageError::Corrupt { column, expected: "readable as its own type" }),
    }
}
