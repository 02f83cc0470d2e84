//! The one test command: a machine with Rust, a C compiler and Debian's package manager is enough.
//!
//! Decides what the tests get: a PostgreSQL of their own, Python and Node.js packages, a browser, each told
//! to them by an environment variable. Refuses to run less than asked: what is missing is an error, never a
//! skipped test.

mod needs;
mod packages;
mod postgres;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::step::{Steps, run};
use needs::Need;
use postgres::Postgres;

/// Which tests to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    All,
    Rust,
    Interop,
    Browser,
}

/// The command line of `cargo xtask test`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    part: Part,
    keep: bool,
    cargo_test: Vec<String>,
}

impl Options {
    /// Everything, as a newcomer and the CI run it.
    pub(crate) fn all() -> Options {
        Options { part: Part::All, keep: false, cargo_test: Vec::new() }
    }

    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options::all();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--keep" => options.keep = true,
                "--only" => {
                    options.part = match words.next().as_deref() {
                        Some("rust") => Part::Rust,
                        Some("interop") => Part::Interop,
                        Some("browser") => Part::Browser,
                        other => {
                            let got = other.unwrap_or("nothing");
                            return Err(format!("--only takes rust, interop or browser, not {got}"));
                        }
                    }
                }
                "--" => options.cargo_test = words.by_ref().collect(),
                other => return Err(format!("unknown option {other}")),
            }
        }
        Ok(options)
    }

    fn needs(&self) -> Vec<Need> {
        match self.part {
            Part::Browser => vec![Need::Node, Need::Npm, Need::Chromium, Need::Oathtool],
            Part::Rust | Part::Interop => vec![Need::Postgres, Need::Python, Need::Node, Need::Npm],
            Part::All => {
                let browser = [Need::Node, Need::Npm, Need::Chromium, Need::Oathtool];
                [Need::Postgres, Need::Python].into_iter().chain(browser).collect()
            }
        }
    }

    fn cargo_arguments(&self) -> Vec<String> {
        let mut arguments = vec!["test".to_owned()];
        if self.cargo_test.is_empty() {
            arguments.push("--workspace".to_owned());
        }
        if self.part == Part::Interop {
            arguments.extend(["--test".to_owned(), "interop*".to_owned()]);
        }
        arguments.extend(self.cargo_test.iter().cloned());
        arguments
    }
}

/// Runs the steps; what was started is stopped whatever happens.
pub(crate) fn run_all(root: &Path, options: &Options, steps: &mut Steps) -> Result<(), String> {
    let programs = build_folder()?;
    let target = programs.parent().unwrap_or(&programs).to_owned();
    steps
        .run("look for what the tests need, install what Debian has", || needs::install(&options.needs()))?;
    if options.part != Part::Browser {
        rust_tests(root, &target, options, steps)?;
    }
    if matches!(options.part, Part::All | Part::Browser) {
        browser_tests(root, &programs, steps)?;
    }
    Ok(())
}

fn rust_tests(root: &Path, target: &Path, options: &Options, steps: &mut Steps) -> Result<(), String> {
    let python =
        steps.run("Python packages for interop", || packages::python(&found(Need::Python)?, root, target))?;
    let modules = steps.run("Node.js packages for interop", || {
        packages::node(&found(Need::Npm)?, &root.join("tests/interop"))
    })?;
    let server =
        steps.run("PostgreSQL", || Postgres::start(&found(Need::Postgres)?, target, options.keep))?;
    steps.run("cargo test", || {
        run(cargo(root)
            .args(options.cargo_arguments())
            .env("COUNTERSIGN_TEST_POSTGRES", server.address())
            .env("COUNTERSIGN_TEST_PYTHON", &python)
            .env("COUNTERSIGN_TEST_NODE", found(Need::Node)?)
            .env("COUNTERSIGN_TEST_NODE_MODULES", &modules))
    })
}

fn browser_tests(root: &Path, programs: &Path, steps: &mut Steps) -> Result<(), String> {
    let folder = root.join("tests/browser");
    // Named one by one: what Node.js makes of a folder differs between its versions.
    let files = test_files(&folder)?;
    steps.run("Node.js packages for the browser tests", || packages::node(&found(Need::Npm)?, &folder))?;
    steps.run("build the product", || run(cargo(root).args(["build", "--package", "countersign-cli"])))?;
    steps.run("browser tests", || {
        run(Command::new(found(Need::Node)?)
            // Most of the time goes by waiting: for the next code of an app, for two minutes to pass.
            .args(["--test", "--test-reporter=spec", "--test-concurrency=2"])
            .args(files)
            .current_dir(&folder)
            .env("COUNTERSIGN_TEST_BINARY", programs.join("countersign"))
            .env("COUNTERSIGN_TEST_CHROMIUM", found(Need::Chromium)?)
            .env("COUNTERSIGN_TEST_OATHTOOL", found(Need::Oathtool)?))
    })
}

fn found(need: Need) -> Result<PathBuf, String> {
    need.find().ok_or_else(|| format!("{need:?} is gone"))
}

/// The folder of the programs that this same cargo builds: ours is one of them.
fn build_folder() -> Result<PathBuf, String> {
    let ourselves = env::current_exe().map_err(|error| format!("where are we? {error}"))?;
    ourselves.parent().map(Path::to_owned).ok_or_else(|| "where are we?".to_owned())
}

pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(root);
    command
}

fn test_files(folder: &Path) -> Result<Vec<OsString>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<OsString> = entries
        .flatten()
        .map(|entry| entry.file_name())
        .filter(|name| name.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    if files.is_empty() { Err(format!("{}: no *.test.mjs to run", folder.display())) } else { Ok(files) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, String> {
        Options::read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn no_option_means_everything() {
        let options = read("").unwrap();
        assert_eq!(options, Options::all());
        assert_eq!(options.needs().len(), 6);
        assert_eq!(options.cargo_arguments(), ["test", "--workspace"]);
    }

    #[test]
    fn a_part_needs_its_own_things_only() {
        let browser = read("--only browser --keep").unwrap();
        assert!(browser.keep && !browser.needs().contains(&Need::Postgres));
        let rust = read("--only rust -- -p countersign-storage races").unwrap();
        assert!(!rust.needs().contains(&Need::Chromium));
        assert_eq!(rust.cargo_arguments(), ["test", "-p", "countersign-storage", "races"]);
        let interop = read("--only interop").unwrap();
        assert_eq!(interop.cargo_arguments(), ["test", "--workspace", "--test", "interop*"]);
    }

    #[test]
    fn unknown_words_are_refused() {
        for line in ["--only", "--only all", "browser", "--quick"] {
            assert!(read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_folder_without_browser_tests_is_an_error() {
        let folder = env::temp_dir().join(format!("countersign-xtask-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("page.mjs"), "").unwrap();
        assert!(test_files(&folder).is_err());
        fs::write(folder.join("b.test.mjs"), "").unwrap();
        fs::write(folder.join("a.test.mjs"), "").unwrap();
        assert_eq!(test_files(&folder).unwrap(), ["a.test.mjs", "b.test.mjs"]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
