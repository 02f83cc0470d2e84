//! The only file that may name a difference between the engines. Statements and migrations are written once,
//! with `$n` parameters and the tokens below; this turns them into what an engine reads. Decides spelling,
//! never meaning.

use crate::error::StorageError;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Which engine reads the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// SQLite 3.51.3 or newer.
    Sqlite,
    /// PostgreSQL 13 or newer.
    Postgres,
}

/// Token, SQLite, PostgreSQL. STRICT because SQLite otherwise keeps a text in an integer column; rows stored
/// in key order because keys are time-ordered, so that inserts touch few pages.
const TOKENS: &[(&str, &str, &str)] = &[
    ("BYTES", "BLOB", "BYTEA"),
    ("INT", "INTEGER", "BIGINT"),
    ("TABLE_OPTIONS", "STRICT", ""),
    ("TABLE_OPTIONS_BY_KEY", "STRICT, WITHOUT ROWID", ""),
    // SQLite's one writer needs no row locks. Rows that only refer to a locked one are not kept waiting.
    ("FOR_UPDATE", "", "FOR NO KEY UPDATE"),
    ("SKIP_LOCKED", "", "FOR UPDATE SKIP LOCKED"),
    ("SKIP_LOCKED_ATTEMPTS", "", "FOR UPDATE OF attempts SKIP LOCKED"),
];

impl Dialect {
    /// The text as this engine reads it. Quoted literals and comments are left alone.
    ///
    /// # Errors
    /// [`StorageError::Misuse`] for a token that is not listed or not closed.
    pub(crate) fn translate(self, sql: &str) -> Result<String, StorageError> {
        let mut out = String::with_capacity(sql.len());
        let mut rest = sql;
        while let Some(at) = rest.find(['\'', '$', '{', '-']) {
            let (before, tail) = rest.split_at(at);
            out.push_str(before);
            rest = match tail.as_bytes()[0] {
                b'\'' => {
                    let end = tail[1..].find('\'').map_or(tail.len(), |end| end + 2);
                    out.push_str(&tail[..end]);
                    &tail[end..]
                }
                // An apostrophe in a comment opens no literal.
                b'-' => {
                    let comment =
                        if tail.starts_with("--") { tail.find('\n').unwrap_or(tail.len()) } else { 1 };
                    out.push_str(&tail[..comment]);
                    &tail[comment..]
                }
                // SQLite binds `$1` by order of first appearance; `?1` it binds by number, as PostgreSQL does
                // `$1`.
                b'$' => {
                    out.push(if self == Dialect::Sqlite { '?' } else { '$' });
                    &tail[1..]
                }
                _ => {
                    let unknown = || StorageError::misuse(format!("unknown token in: {}", first_line(sql)));
                    let end = tail.find('}').ok_or_else(unknown)?;
                    let (_, sqlite, postgres) =
                        TOKENS.iter().find(|(name, ..)| *name == &tail[1..end]).ok_or_else(unknown)?;
                    out.push_str(if self == Dialect::Sqlite { sqlite } else { postgres });
                    &tail[end + 1..]
                }
            };
        }
        out.push_str(rest);
        Ok(out)
    }

    /// What a writing transaction starts with. SQLite takes its write lock at once: a later upgrade could
    /// only fail.
    pub(crate) const fn begin_write(self) -> &'static str {
        match self {
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgres => "BEGIN ISOLATION LEVEL READ COMMITTED",
        }
    }

    /// What a reading transaction starts with: all its statements see one moment, as SQLite's readers always
    /// do.
    pub(crate) const fn begin_read(self) -> &'static str {
        match self {
            Dialect::Sqlite => "BEGIN",
            Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// What migrations run first, so that nodes that start together migrate one after another. SQLite's write
    /// lock does it already. Waiting for the other node and long table changes are allowed; the number is
    /// arbitrary and ours.
    pub(crate) const fn begin_migration(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => {
                "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0;
                 SELECT pg_advisory_xact_lock(4853029176401);"
            }
        }
    }
}

fn first_line(sql: &str) -> &str {
    sql.trim().lines().next().unwrap_or_default()
}

/// Each statement's text as the engine reads it, worked out once. Bounded by the number of statements in the
/// program.
pub(crate) struct Texts {
    dialect: Dialect,
    known: RwLock<HashMap<&'static str, Arc<str>>>,
}

impl Texts {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, known: RwLock::default() }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(crate) fn get(&self, sql: &'static str) -> Result<Arc<str>, StorageError> {
        // A panic while the lock was held cannot leave a half-made entry, so a poisoned map is still right.
        if let Some(text) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(sql) {
            return Ok(text.clone());
        }
        let text: Arc<str> = self.dialect.translate(sql)?.into();
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(sql, text.clone());
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_tokens_are_respelled_per_engine() {
        let sql = "SELECT a FROM t WHERE b = $2 AND c = $1 {SKIP_LOCKED}";
        assert_eq!(Dialect::Sqlite.translate(sql).unwrap(), "SELECT a FROM t WHERE b = ?2 AND c = ?1 ");
        assert_eq!(
            Dialect::Postgres.translate(sql).unwrap(),
            "SELECT a FROM t WHERE b = $2 AND c = $1 FOR UPDATE SKIP LOCKED"
        );
    }

    #[test]
    fn quoted_literals_and_comments_are_left_alone() {
        let sql = "-- it's {INT} of $1\nSELECT 1 - $1 -- '";
        assert_eq!(Dialect::Sqlite.translate(sql).unwrap(), "-- it's {INT} of $1\nSELECT 1 - ?1 -- '");
        let sql = "SELECT '$1 {INT}', 'it''s $2', $3";
        assert_eq!(Dialect::Sqlite.translate(sql).unwrap(), "SELECT '$1 {INT}', 'it''s $2', ?3");
        assert_eq!(Dialect::Sqlite.translate("SELECT 'open $1").unwrap(), "SELECT 'open $1");
    }

    #[test]
    fn an_unknown_or_open_token_is_refused() {
        for sql in ["CREATE TABLE t (a {BIGINT})", "CREATE TABLE t (a {INT"] {
            assert!(matches!(Dialect::Postgres.translate(sql), Err(StorageError::Misuse { .. })), "{sql}");
        }
    }
}
