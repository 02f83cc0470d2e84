//! A program that nobody here wrote, under a script of `tests/interop`: it tells what it sees as lines of
//! JSON.

use serde::de::DeserializeOwned;
use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// What the test command tells.
pub(crate) fn told(name: &str) -> OsString {
    std::env::var_os(name)
        .unwrap_or_else(|| panic!("{name} is not set: run the tests with `cargo xtask test`"))
}

/// A running script; it ends when its standard input does, and is killed when this is dropped.
pub(crate) struct Peer {
    lines: Lines<BufReader<ChildStdout>>,
    _stdin: ChildStdin,
    _process: Child,
}

impl Peer {
    pub(crate) fn start(program: &str, script: &str, environment: &[(&str, OsString)]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/interop").join(script);
        let mut process = Command::new(told(program))
            .arg(script)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the peer starts");
        let lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        Self { lines, _stdin: process.stdin.take().expect("piped"), _process: process }
    }

    /// What it saw next.
    pub(crate) async fn saw<T: DeserializeOwned>(&mut self) -> T {
        let line = self.lines.next_line().await.expect("readable").expect("still running");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }
}
