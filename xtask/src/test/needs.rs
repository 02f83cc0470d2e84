//! What the tests need of the machine, and how it comes there.
//!
//! Decides what is there, what Debian's package manager can add, and what a person is told elsewhere. Refuses
//! to install anything anywhere else, or to touch what is there already.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::step::{output, run};

/// The oldest Node.js whose test runner the browser tests use; Debian 12 has it.
const NODE_MAJOR_MIN: u32 = 18;

/// One thing that the tests run, where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Postgres,
    Python,
    Node,
    Npm,
    Chromium,
    Oathtool,
}

impl Need {
    /// Where it is on this machine: a program, or for PostgreSQL the folder of its programs.
    pub(crate) fn find(self) -> Option<PathBuf> {
        match self {
            Need::Postgres => postgres_programs(),
            Need::Python => on_path("python3").filter(|python| {
                output(Command::new(python).args(["-c", "import venv, ensurepip"])).is_some()
            }),
            Need::Node => {
                on_path("node").filter(|node| node_major(node).is_some_and(|major| major >= NODE_MAJOR_MIN))
            }
            Need::Npm => on_path("npm"),
            Need::Chromium => ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
                .into_iter()
                .find_map(on_path),
            Need::Oathtool => on_path("oathtool"),
        }
    }

    fn debian_packages(self) -> &'static [&'static str] {
        match self {
            Need::Postgres => &["postgresql"],
            Need::Python => &["python3", "python3-venv"],
            Need::Node => &["nodejs"],
            Need::Npm => &["npm"],
            // Without any font every text is zero wide, and the tests of layout mean nothing.
            Need::Chromium => &["chromium", "fonts-liberation"],
            Need::Oathtool => &["oathtool"],
        }
    }

    fn how_to_get(self) -> &'static str {
        match self {
            Need::Postgres => "PostgreSQL 14 or newer, the server: `initdb` and `postgres` on the PATH",
            Need::Python => "Python 3.9 or newer with venv: `python3` on the PATH",
            Need::Node => "Node.js 18 or newer: `node` on the PATH",
            Need::Npm => "npm, which comes with Node.js from most sources: `npm` on the PATH",
            Need::Chromium => "Chromium or Chrome: `chromium` or `google-chrome` on the PATH",
            Need::Oathtool => "oathtool of the OATH Toolkit, 2.6 or newer: `oathtool` on the PATH",
        }
    }
}

/// Makes sure that all of it is there, or says exactly what is missing and how to get it.
pub(crate) fn install(needs: &[Need]) -> Result<(), String> {
    let missing =
        |needs: &[Need]| needs.iter().copied().filter(|need| need.find().is_none()).collect::<Vec<_>>();
    let before = missing(needs);
    if before.is_empty() {
        return Ok(());
    }
    let Some(mut as_root) = package_manager() else {
        return Err(told(&before));
    };
    run(apt_get(&mut as_root).arg("update"))?;
    let packages = before.iter().flat_map(|need| need.debian_packages());
    let mut as_root = package_manager().ok_or_else(|| told(&before))?;
    run(apt_get(&mut as_root).args(["install", "--yes", "--no-install-recommends"]).args(packages))?;
    let after = missing(needs);
    if after.is_empty() { Ok(()) } else { Err(told(&after)) }
}

fn told(missing: &[Need]) -> String {
    let lines: Vec<String> = missing
        .iter()
        .map(|need| {
            format!(
                "  - {}\n    Debian: apt-get install {}",
                need.how_to_get(),
                need.debian_packages().join(" ")
            )
        })
        .collect();
    format!("this machine lacks:\n{}\nInstall that, then run the same command again.", lines.join("\n"))
}

/// A command that runs Debian's package manager as root without asking: as we are, or by a sudo that needs no
/// password.
fn package_manager() -> Option<Command> {
    on_path("apt-get")?;
    if is_root() {
        return Some(Command::new("env"));
    }
    on_path("sudo")?;
    output(Command::new("sudo").args(["-n", "true"]))?;
    let mut command = Command::new("sudo");
    command.args(["-n", "env"]);
    Some(command)
}

fn apt_get(as_root: &mut Command) -> &mut Command {
    as_root.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"])
}

pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).as_deref() == Some("0")
}

pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}

fn node_major(node: &Path) -> Option<u32> {
    output(Command::new(node).arg("--version"))?.trim_start_matches('v').split('.').next()?.parse().ok()
}

/// Debian keeps the server's programs off the PATH, in a folder per version: take the newest.
fn postgres_programs() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = debian
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, programs)| programs.join("initdb").is_file() && programs.join("postgres").is_file())
        .max();
    newest.map(|(_, programs)| programs).or_else(|| {
        let programs = on_path("initdb")?.parent()?.to_owned();
        programs.join("postgres").is_file().then_some(programs)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_with_how_to_get_it() {
        let text = told(&[Need::Postgres, Need::Chromium]);
        for part in
            ["PostgreSQL 14", "apt-get install postgresql", "apt-get install chromium fonts-liberation"]
        {
            assert!(text.contains(part), "{text}");
        }
        assert!(!text.contains("npm"), "{text}");
    }

    #[test]
    fn programs_are_found_where_they_are() {
        assert!(on_path("sh").is_some());
        assert_eq!(on_path("no-such-program-here"), None);
    }
}
