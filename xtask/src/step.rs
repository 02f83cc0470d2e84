//! Steps with a number, a name and a duration, and commands that fail with what was run.
//!
//! Decides how progress is told. Refuses to know what a step does.

use std::process::Command;
use std::time::{Duration, Instant};

/// Steps done one after another; the first that fails ends them.
pub(crate) struct Steps {
    done: Vec<(String, Duration)>,
}

impl Steps {
    pub(crate) fn new() -> Steps {
        Steps { done: Vec::new() }
    }

    /// Runs one step, telling its name before and its duration after.
    pub(crate) fn run<T>(
        &mut self,
        name: &str,
        step: impl FnOnce() -> Result<T, String>,
    ) -> Result<T, String> {
        let number = self.done.len() + 1;
        println!("\n[{number}] {name}");
        let (result, took) = timed(step);
        println!(
            "[{number}] {name}: {} in {}",
            if result.is_ok() { "done" } else { "FAILED" },
            seconds(took)
        );
        self.done.push((name.to_owned(), took));
        result.map_err(|error| format!("step {number} ({name}): {error}"))
    }

    /// Every step with what it took, and all together.
    pub(crate) fn summary(&self) -> String {
        if self.done.is_empty() {
            return String::new();
        }
        let total: Duration = self.done.iter().map(|(_, took)| *took).sum();
        let lines = self.done.iter().map(|(name, took)| format!("  {:>9}  {name}\n", seconds(*took)));
        format!("\n{}  {:>9}  in all\n", lines.collect::<String>(), seconds(total))
    }
}

#[allow(clippy::disallowed_methods)] // a step's duration is told to a person; nothing is decided by it
fn timed<T>(step: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = step();
    (result, start.elapsed())
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// Runs a command to its end with our own output; an exit other than 0 is an error that names it.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    println!("    $ {}", shown(command));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{}` ended with {status}", shown(command))),
        Err(error) => Err(format!("`{}` did not start: {error}", shown(command))),
    }
}

/// Runs a command to its end and returns what it printed; `None` when it failed or is not there.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
