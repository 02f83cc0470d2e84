//! The project's own commands, in its own language and without a dependency, so that they build in a moment.
//!
//! Decides which command was asked for. Refuses to hold any work: each command is a module.

#![allow(clippy::print_stdout, clippy::print_stderr)] // telling a person what happens is its work

mod ci;
mod step;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use step::Steps;

const USAGE: &str = "\
cargo xtask test [--only rust|interop|browser] [--keep] [-- words for cargo test]
    installs what is missing (on Debian), starts a PostgreSQL of its own, runs all tests
cargo xtask tidy
    checks the house rules: import arrows, SQL only in storage, sizes, names, templates
cargo xtask ci
    fmt, tidy, cargo-deny when installed, clippy with warnings as errors, then test

The tests are told where things are:
    COUNTERSIGN_TEST_POSTGRES      address of a server whose account may create databases
    COUNTERSIGN_TEST_PYTHON        a Python with tests/interop/requirements.txt installed
    COUNTERSIGN_TEST_NODE          the Node.js program
    COUNTERSIGN_TEST_NODE_MODULES  tests/interop/node_modules
    COUNTERSIGN_TEST_CHROMIUM      the browser (browser tests)
    COUNTERSIGN_TEST_BINARY        the built `countersign` (browser tests)";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let root = checkout();
    let root = root.as_path();
    let mut steps = Steps::new();
    let result = match command.as_str() {
        "test" => test::Options::read(words).and_then(|options| test::run_all(root, &options, &mut steps)),
        "tidy" => tidy::run(root),
        "ci" => ci::run_all(root, &mut steps),
        _ => Err(USAGE.to_owned()),
    };
    print!("{}", steps.summary());
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{error}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the checkout: cargo tells where this package lives, one folder below.
fn checkout() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    package.and_then(|package| package.parent().map(Path::to_owned)).unwrap_or_else(|| PathBuf::from("."))
}
