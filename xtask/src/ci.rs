//! What every change must pass: form, lints, house rules, licences, then the one test command.
//!
//! Decides the order (cheap first). Refuses to have tests of its own: a person who runs `cargo xtask test`
//! sees the same.

use std::path::Path;

use crate::step::{Steps, output, run};
use crate::test::{self, cargo};
use crate::tidy;

pub(crate) fn run_all(root: &Path, steps: &mut Steps) -> Result<(), String> {
    steps.run("cargo fmt", || run(cargo(root).args(["fmt", "--all", "--check"])))?;
    steps.run("tidy", || tidy::run(root))?;
    steps.run("cargo deny", || licences(root))?;
    steps.run("cargo clippy", || {
        run(cargo(root).args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
    })?;
    test::run_all(root, &test::Options::all(), steps)
}

/// Advisories need the network's own database, so they are for a person to ask; the rest is decided by
/// `deny.toml`.
fn licences(root: &Path) -> Result<(), String> {
    if output(cargo(root).args(["deny", "--version"])).is_none() {
        println!("    skipped: cargo-deny is not installed (cargo install --locked cargo-deny)");
        return Ok(());
    }
    run(cargo(root).args(["deny", "check", "bans", "licenses", "sources"]))
}
