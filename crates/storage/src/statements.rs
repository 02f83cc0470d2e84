//! The list of every statement of this crate, so that all can be prepared on both engines without running
//! one: a typing error is found by a test, a schema that does not fit by `doctor`.

use crate::error::StorageError;
use crate::store::Store;
use crate::tx::{Step, Tx};
use crate::{keycheck, migrate, tables};

fn all() -> Vec<&'static str> {
    [migrate::STATEMENTS, keycheck::STATEMENTS, &tables::STATEMENTS.concat()].concat()
}

impl Store {
    /// Prepares every statement of the program against the schema of this database; answers how many there
    /// are.
    ///
    /// # Errors
    /// [`StorageError::Misuse`] naming what does not fit.
    pub async fn check_statements(&self) -> Result<usize, StorageError> {
        self.read(CheckStatements).await
    }
}

struct CheckStatements;

impl Step for CheckStatements {
    type Output = usize;

    async fn run(&self, tx: &mut Tx) -> Result<usize, StorageError> {
        let statements = all();
        for sql in &statements {
            let prepared = tx.prepare(sql).await;
            prepared.map_err(|error| StorageError::misuse(format!("{error}, in: {sql}")))?;
        }
        Ok(statements.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::Dialect;
    use std::path::Path;

    /// A statement that is not in the list would never be prepared by any test.
    #[test]
    fn every_statement_of_the_sources_is_listed() {
        let mut files = Vec::new();
        rust_files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut files);
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            let list =
                text.split("const STATEMENTS").nth(1).and_then(|rest| rest.split(';').next()).unwrap_or("");
            for line in text.lines().filter(|line| line.starts_with("const ") && line.contains(": &str =")) {
                let name = line["const ".len()..].split(':').next().unwrap();
                // Definitions are run as scripts, and the channel's name is no statement.
                let exempt = ["CREATE", "CHANNEL", "SESSION_OPTIONS"].contains(&name);
                assert!(exempt || list.contains(name), "{name} of {} is in no list", file.display());
            }
            let inline =
                ["tx.rows(\"", "tx.row_optional(\"", "tx.execute(\""].iter().any(|call| text.contains(call));
            assert!(!inline, "{} runs a statement without a name", file.display());
        }
    }

    /// Statements that read a whole small table, or run once at start.
    const MAY_SCAN: &[&str] = &[
        "schema_migrations",
        "key_checks",
        "services",
        "lease_node",
        "FROM route_standings ORDER",
        "route_controls",
        // What waits to be sealed: about a second of it, and read by `audit verify` alone.
        "FROM audit_waiting w",
        // Stops at the first; asked by `audit verify` alone, and only of a service that has no chain.
        "SELECT id FROM accounts WHERE service_id = $1 LIMIT 1",
    ];

    /// SQLite's planner stands for both: it has the same indexes, and no statistics to be clever with.
    #[test]
    fn no_statement_reads_a_whole_table() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        let history = crate::migrate::MIGRATIONS.iter().map(|migration| migration.sql);
        for definition in [crate::migrate::CREATE].into_iter().chain(history) {
            connection.execute_batch(&Dialect::Sqlite.translate(definition).unwrap()).unwrap();
        }
        for sql in super::all() {
            let explain = format!("EXPLAIN QUERY PLAN {}", Dialect::Sqlite.translate(sql).unwrap());
            let mut plan = connection.prepare(&explain).unwrap();
            let lines: Vec<String> =
                plan.raw_query().mapped(|row| row.get("detail")).map(Result::unwrap).collect();
            let scans = lines.iter().any(|line| line.starts_with("SCAN") && !line.contains("CONSTANT"));
            let allowed = MAY_SCAN.iter().any(|name| sql.contains(name));
            assert!(!scans || allowed, "{sql}\n{lines:#?}");
        }
    }

    fn rust_files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                rust_files(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs")
                && !path.ends_with("statements.rs")
            {
                found.push(path);
            }
        }
    }
}
