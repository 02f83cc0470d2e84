//! The book with a lock around it and a file under it. A change is made on a copy; it counts once the copy is
//! on disk, whole, and a change that fails or cannot be kept did not happen.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::book::{Book, Refused};

/// Why a change did not happen.
#[derive(Debug)]
pub(crate) enum NotChanged {
    Refused(Refused),
    /// The file could not be written.
    NotKept(io::Error),
}

impl From<Refused> for NotChanged {
    fn from(refused: Refused) -> Self {
        NotChanged::Refused(refused)
    }
}

/// The one book of an exchange.
pub(crate) struct Ledger {
    book: Mutex<Book>,
    path: Option<PathBuf>,
}

impl Ledger {
    /// Reads the book from its file, if there is one. Without a path it lives in memory.
    pub(crate) fn open(path: Option<PathBuf>) -> io::Result<Self> {
        let book = match path.as_deref().map(fs::read) {
            Some(Ok(bytes)) => serde_json::from_slice(&bytes)?,
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Some(Err(_)) | None => Book::default(),
        };
        Ok(Self { book: Mutex::new(book), path })
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&Book) -> T) -> T {
        look(&self.lock())
    }

    /// One step. The write to disk happens under the lock and blocks: a demo's book is a few kilobytes.
    pub(crate) fn change<T>(
        &self,
        step: impl FnOnce(&mut Book) -> Result<T, Refused>,
    ) -> Result<T, NotChanged> {
        let mut book = self.lock();
        let mut next = book.clone();
        let done = step(&mut next)?;
        if let Some(path) = &self.path {
            keep(path, &next).map_err(NotChanged::NotKept)?;
        }
        *book = next;
        Ok(done)
    }

    /// A step works on a copy, so a panic within it leaves the book as it was.
    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes beside the file and renames over it, so that a crash leaves the old book or the new one.
fn keep(path: &Path, book: &Book) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = create(&beside)?;
    file.write_all(&serde_json::to_vec_pretty(book)?)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

/// For this user's eyes only: the book holds the webhook's secret.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_fails_leaves_the_book_as_it_was() {
        let ledger = Ledger::open(None).expect("in memory");
        let refused: Result<(), NotChanged> = ledger.change(|book| {
            book.users.clear();
            book.webhook = None;
            book.exits.clear();
            Err(Refused::NotNow)
        });
        assert!(matches!(refused, Err(NotChanged::Refused(Refused::NotNow))));
    }

    #[test]
    fn a_book_that_cannot_be_kept_is_not_changed() {
        let nowhere = std::env::temp_dir().join("no-such-folder-of-the-exchange").join("book.json");
        let ledger = Ledger::open(Some(nowhere)).expect("a new book");
        let placed = ledger.change(|book| {
            book.webhook = Some(crate::book::Webhook {
                id: "whk_1".into(),
                url: String::new(),
                secret: crate::secret::Secret::new("s"),
            });
            Ok(())
        });
        assert!(matches!(placed, Err(NotChanged::NotKept(_))));
        assert!(ledger.read(|book| book.webhook.is_none()));
    }
}
