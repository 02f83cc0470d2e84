//! The recorded words of the providers' own libraries are still what those libraries say.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot set itself up stops there

use serde_json::Value;
use std::process::Command;

/// Runs where the test command names a Python that has the libraries (see the script): they are many, and no test but
/// this needs them. The record itself is what the unit tests go by, with or without Python.
#[test]
fn the_oracle_still_says_what_was_recorded() {
    let Some(python) = std::env::var_os("COUNTERSIGN_TEST_PYTHON") else { return };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/providers/oracle.py");
    let output = Command::new(python).arg(script).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    if words.contains("ModuleNotFoundError") {
        return;
    }
    assert!(output.status.success(), "{words}");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let recorded: Value = serde_json::from_str(include_str!("fixtures/providers/oracle.json")).unwrap();
    assert_eq!(said, recorded);
}
