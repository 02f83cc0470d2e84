//! The files of the checkout that the house rules speak of, and how a finding is told.
//!
//! Decides which files are read. Refuses to judge them.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::source::Source;

/// Folders that hold nothing of the project's own.
const NOT_OURS: [&str; 4] = ["target", "node_modules", ".git", "countersign-data"];

/// All files at once, so that a check can look at several together, and tests can make up a checkout.
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
}

/// One text file.
pub(crate) struct File {
    /// From the root, with `/` between folders.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Taken apart, when it is Rust.
    pub(crate) source: Option<Source>,
}

/// A rule broken somewhere, with what to do about it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) advice: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.advice)
    }
}

impl Tree {
    /// Reads every text file under `root`.
    pub(crate) fn read(root: &Path) -> io::Result<Tree> {
        let mut files = Vec::new();
        let mut folders: Vec<PathBuf> = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                let name = entry.file_name();
                if NOT_OURS.iter().any(|folder| *folder == name) {
                    continue;
                }
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file()
                    && let Ok(text) = String::from_utf8(fs::read(entry.path())?)
                {
                    files.push(File::new(&relative(root, &entry.path()), text));
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Tree { files })
    }

    pub(crate) fn rust(&self) -> impl Iterator<Item = (&File, &Source)> {
        self.files.iter().filter_map(|file| Some((file, file.source.as_ref()?)))
    }

    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

impl File {
    pub(crate) fn new(path: &str, text: impl Into<String>) -> File {
        let text = text.into();
        let source = path.ends_with(".rs").then(|| Source::read(&text));
        File { path: path.to_owned(), text, source }
    }

    pub(crate) fn finding(&self, line: usize, advice: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, advice: advice.into() }
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// A program wrote it and says so in its first lines; its shape is that program's.
    pub(crate) fn is_generated(&self) -> bool {
        self.text.lines().take(3).any(|line| line.contains(concat!("@", "generated")))
    }

    /// The crate's folder name, when this is one of its sources: `crates/core/src/…` is `core`.
    pub(crate) fn crate_of_source(&self) -> Option<&str> {
        let (name, below) = self.path.strip_prefix("crates/")?.split_once('/')?;
        below.starts_with("src/").then_some(name)
    }

    /// The line of a place in the text or in its code, from 1.
    pub(crate) fn line_of(&self, code: &str, at: usize) -> usize {
        1 + code[..at].matches('\n').count()
    }
}
