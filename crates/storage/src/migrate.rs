//! The schema's history: numbered files, each run once, in order, under a lock, and remembered with its
//! checksum. Decides whether this program and this database fit; refuses to guess when they do not.

use crate::error::StorageError;
use crate::store::Store;
use crate::tx::{Step, Tx};
use crate::value::Value;
use sha2::{Digest, Sha256};

/// One file of `migrations/`. Once released it is never edited; a change is a new file.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its place, from 1 without gaps.
    pub number: i64,
    /// Its file name without number and ending.
    pub name: &'static str,
    /// Its text, with the tokens of `dialect.rs`.
    pub sql: &'static str,
}

/// The schema of this program.
pub const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "foundation", sql: include_str!("../migrations/0001_foundation.sql") },
    Migration { number: 2, name: "step_up", sql: include_str!("../migrations/0002_step_up.sql") },
    Migration { number: 3, name: "routes", sql: include_str!("../migrations/0003_routes.sql") },
    Migration { number: 4, name: "actors", sql: include_str!("../migrations/0004_actors.sql") },
    Migration { number: 5, name: "audit", sql: include_str!("../migrations/0005_audit.sql") },
    Migration { number: 6, name: "staff", sql: include_str!("../migrations/0006_staff.sql") },
    Migration { number: 7, name: "evidence", sql: include_str!("../migrations/0007_evidence.sql") },
    Migration { number: 8, name: "cases", sql: include_str!("../migrations/0008_cases.sql") },
    Migration { number: 9, name: "tickets", sql: include_str!("../migrations/0009_tickets.sql") },
    Migration { number: 10, name: "proposals", sql: include_str!("../migrations/0010_proposals.sql") },
    Migration { number: 11, name: "identity", sql: include_str!("../migrations/0011_identity.sql") },
];

pub(crate) const CREATE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    number {INT} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    checksum {BYTES} NOT NULL
) {TABLE_OPTIONS}";
const APPLIED: &str = "SELECT number, name, checksum FROM schema_migrations ORDER BY number";
const RECORD: &str = "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)";

pub(crate) const STATEMENTS: &[&str] = &[APPLIED, RECORD];

impl Store {
    /// Brings the schema up to this program's, in one transaction; answers the numbers of what was run. Nodes
    /// that start together do it one after another.
    ///
    /// # Errors
    /// [`StorageError::SchemaRefused`] when the database is newer than the program or its history is another
    /// one.
    pub async fn migrate(&self) -> Result<Vec<i64>, StorageError> {
        self.migrate_with(MIGRATIONS).await
    }

    /// As [`Store::migrate`], with another history: for tests of this crate and tools beside the product.
    ///
    /// # Errors
    /// As [`Store::migrate`].
    pub async fn migrate_with(&self, history: &'static [Migration]) -> Result<Vec<i64>, StorageError> {
        self.write(Migrate { history }).await
    }

    /// Whether the schema is this program's, without changing it: for a store that only reads.
    ///
    /// # Errors
    /// [`StorageError::SchemaRefused`] when it is older, newer, or another.
    pub async fn check_schema(&self) -> Result<(), StorageError> {
        self.read(CheckSchema).await
    }
}

struct CheckSchema;

impl Step for CheckSchema {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let applied = tx.rows(APPLIED, &[]).await?;
        let known = applied.iter().zip(MIGRATIONS);
        for (row, known) in known {
            if row.int(0)? != known.number || row.bytes(2)? != checksum(known) {
                return Err(StorageError::SchemaRefused { reason: changed(row.int(0)?, row.text(1)?) });
            }
        }
        match applied.len() {
            count if count > MIGRATIONS.len() => {
                Err(StorageError::SchemaRefused { reason: newer(count, MIGRATIONS.len()) })
            }
            count if count < MIGRATIONS.len() => Err(StorageError::SchemaRefused {
                reason: format!(
                    "the database is at migration {count} and this program is at {}; start the server, or run \
                     `countersign migrate`",
                    MIGRATIONS.len()
                ),
            }),
            _ => Ok(()),
        }
    }
}

struct Migrate {
    history: &'static [Migration],
}

impl Step for Migrate {
    type Output = Vec<i64>;

    async fn run(&self, tx: &mut Tx) -> Result<Vec<i64>, StorageError> {
        let dialect = tx.dialect();
        tx.script(dialect.begin_migration()).await?;
        tx.script(&dialect.translate(CREATE)?).await?;
        let applied = tx.rows(APPLIED, &[]).await?;
        for (row, known) in applied.iter().zip(self.history) {
            if row.int(0)? != known.number || row.bytes(2)? != checksum(known) {
                return Err(StorageError::SchemaRefused { reason: changed(row.int(0)?, row.text(1)?) });
            }
        }
        if applied.len() > self.history.len() {
            return Err(StorageError::SchemaRefused { reason: newer(applied.len(), self.history.len()) });
        }
        let missing = &self.history[applied.len()..];
        for migration in missing {
            tx.script(&dialect.translate(migration.sql)?).await?;
            let checksum = checksum(migration);
            let params = [Value::Int(migration.number), migration.name.into(), Value::from(&checksum)];
            tx.execute(RECORD, &params).await?;
        }
        Ok(missing.iter().map(|migration| migration.number).collect())
    }
}

fn checksum(migration: &Migration) -> [u8; 32] {
    Sha256::digest(migration.sql.as_bytes()).into()
}

fn changed(number: i64, name: &str) -> String {
    format!(
        "migration {number} ({name}) in the database is not the one this program knows; \
         run the version of the program that made this database, or restore a backup that fits"
    )
}

fn newer(applied: usize, known: usize) -> String {
    format!(
        "the database is at migration {applied} and this program knows {known}; \
         start the newer program, or restore the backup made before the upgrade"
    )
}
