//! What stays in its place: SQL and engines in storage, the clock and randomness at the edge.
//!
//! Decides by string literals and by names in code. Refuses to follow calls: clippy's banned methods do that;
//! this check sees what clippy cannot (crates of random numbers, SQL in a string) and keeps the list of
//! exceptions short.

use super::source::words;
use super::tree::{Finding, Tree};

/// How statements begin. Upper case is the house's way to write SQL, and no sentence begins so.
const STATEMENTS: [&str; 13] = [
    "SELECT ",
    "INSERT INTO ",
    "INSERT OR ",
    "UPDATE ",
    "DELETE FROM ",
    "CREATE TABLE",
    "CREATE INDEX",
    "CREATE UNIQUE",
    "ALTER TABLE ",
    "DROP TABLE",
    "WITH ",
    "PRAGMA ",
    "BEGIN IMMEDIATE",
];

const ENGINES: [&str; 4] = ["rusqlite", "tokio_postgres", "deadpool_postgres", "libsqlite3_sys"];

/// Names that read the clock or draw randomness, as they stand in code.
const AMBIENT: [&str; 12] = [
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "Utc::now",
    "thread::sleep",
    "time::sleep",
    "getrandom::fill",
    "thread_rng",
    "OsRng",
    "SysRng",
    "Uuid::new_v4",
];

/// The files that may throughout, each with its reason. Anything else takes time and entropy as parameters,
/// or names its exception with a reason just above the call.
const MAY_READ_THE_WORLD: [(&str, &str); 2] = [
    ("crates/cli/src/world.rs", "the one place where the clock and the system's entropy come in"),
    ("xtask/src/step.rs", "tells how long a step took"),
];

/// How an exception is named: clippy's word for its banned methods.
const EXCEPTION: &str = "clippy::disallowed_methods";
const EXCEPTION_LINES_ABOVE_MAX: usize = 10;

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in tree.rust() {
        let Some(name) = file.crate_of_source() else { continue };
        if name == "storage" {
            continue;
        }
        for (line, text) in &source.strings {
            let statement = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\\' || c == 'n');
            if STATEMENTS.iter().any(|start| statement.starts_with(start)) {
                findings.push(
                    file.finding(*line, "SQL outside storage: add a statement to crates/storage and call it"),
                );
            }
        }
        for (at, _) in words(&source.code).filter(|(_, word)| ENGINES.contains(word)) {
            let line = file.line_of(&source.code, at);
            findings.push(
                file.finding(line, "an engine outside storage: only crates/storage knows which one runs"),
            );
        }
    }
    findings.extend(ambient(tree));
    findings
}

fn ambient(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in tree.rust() {
        if MAY_READ_THE_WORLD.iter().any(|(path, _)| *path == file.path) {
            continue;
        }
        let raw: Vec<&str> = file.text.lines().collect();
        for (at, _) in source.code.match_indices(EXCEPTION) {
            let line = file.line_of(&source.code, at);
            if !has_reason(raw[line - 1]) {
                findings.push(file.finding(line, "an exception without a reason: say why on the same line"));
            }
        }
        for name in AMBIENT {
            for (at, _) in source.code.match_indices(name) {
                let line = file.line_of(&source.code, at);
                let above = &raw[line.saturating_sub(1 + EXCEPTION_LINES_ABOVE_MAX)..line];
                if !above.iter().any(|line| line.contains(EXCEPTION) && has_reason(line)) {
                    let advice = format!(
                        "{name}: take time or entropy as a parameter, or make it an exception \
                                          with `#[allow({EXCEPTION})] // why`"
                    );
                    findings.push(file.finding(line, advice));
                }
            }
        }
    }
    findings
}

fn has_reason(line: &str) -> bool {
    let after = line.split_once(EXCEPTION).map_or("", |(_, after)| after);
    after.contains("reason =") || after.split_once("//").is_some_and(|(_, why)| why.trim().len() > 10)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{clean, lines};
    use super::*;

    #[test]
    fn sql_stays_in_storage() {
        let text =
            "//! x\nconst A: &str = \"SELECT 1\";\nconst B: &str = r#\"\n  INSERT INTO t VALUES (1)\"#;\n\
                    // SELECT 2\nconst C: &str = \"select a country\";\nconst D: &str = \"WITHOUT a
                    // doubt\";\n";
        assert_eq!(lines(check, "crates/flows/src/bind.rs", text), [2, 3]);
        assert!(clean(check, "crates/storage/src/accounts.rs", text));
        assert!(clean(check, "crates/flows/tests/bind.rs", text));
    }

    #[test]
    fn engines_stay_in_storage() {
        let text = "//! x\nuse rusqlite::Connection;\nfn a() { tokio_postgres::connect(); }\n";
        assert_eq!(lines(check, "crates/flows/src/bind.rs", text), [2, 3]);
    }

    #[test]
    fn the_clock_and_randomness_come_in_at_the_edge() {
        let text = "//! x\nfn a() {\n\
                    \x20   let now = std::time::SystemTime::now();\n    // Instant::now()\n    OsRng.fill();\n}\n";
        assert_eq!(lines(check, "crates/storage/src/clock.rs", text), [3, 5]);
        assert_eq!(lines(check, "crates/server/tests/slow.rs", text), [3, 5]);
        assert!(clean(check, "crates/cli/src/world.rs", text));
    }
    #[test]
    fn an_exception_needs_its_reason_beside_it() {
        let with = "//! x\n\
                    #[allow(clippy::disallowed_methods)] // the queue is full, so the loop waits\n\
                    let a = time::sleep(b);\n";
        assert!(clean(check, "crates/flows/src/dispatch.rs", with));
        let without = with.replace(" // the queue is full, so the loop waits", "");
        assert_eq!(lines(check, "crates/flows/src/dispatch.rs", &without), [2, 3]);
        let far = with.replace("\nlet", &format!("{}let", "\n".repeat(EXCEPTION_LINES_ABOVE_MAX + 2)));
        assert_eq!(lines(check, "crates/flows/src/dispatch.rs", &far), [14]);
    }
}
