//! The only place that prints: answers to standard output, problems and the log to standard error.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

/// A line for whoever asked.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // A closed pipe is the reader's choice, not a failure.
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// Says what went wrong and gives the exit code for it.
pub(crate) fn fail(problem: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr().lock(), "countersign: {problem}");
    ExitCode::FAILURE
}

/// Starts the log: warnings of libraries, and what we say ourselves (`COUNTERSIGN_LOG=debug` for more).
pub(crate) fn start_log(as_json: bool) {
    use tracing::level_filters::LevelFilter;
    let wanted = std::env::var("COUNTERSIGN_LOG").ok().and_then(|level| level.parse::<LevelFilter>().ok());
    let builder = tracing_subscriber::fmt()
        .with_max_level(wanted.unwrap_or(LevelFilter::INFO))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    if as_json { builder.json().init() } else { builder.init() }
}
