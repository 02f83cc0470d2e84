//! How a SQLite connection is opened: one writer per file among all processes, owner-only permissions, and
//! the settings that make a commit durable and idle memory small.

use crate::error::StorageError;
use rusqlite::{Connection, OpenFlags};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// 3.51.3: before it, a checkpoint racing a write could lose commits (sqlite.org/wal.html#the_wal_reset_bug).
const VERSION_NUMBER_MIN: i32 = 3_051_003;
/// Outside tools (backup, the sqlite3 shell) may hold the file for a moment.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Every statement of the program stays prepared.
const STATEMENTS_CACHED_MAX: usize = 512;

/// Takes the lock that keeps a second server off the file; held until dropped, and by the system's hand after
/// a crash.
pub(super) fn lock(database: &Path) -> Result<File, StorageError> {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    let file = owner_only(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StorageError::InUse { path: path.display().to_string() }),
        Err(TryLockError::Error(error)) => Err(file_error(&path, &error)),
    }
}

/// Creates the file if need be and takes it away from everyone but its owner. SQLite gives its WAL the same
/// permissions.
fn owner_only(path: &Path) -> Result<File, StorageError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|error| file_error(path, &error))?;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        file.set_permissions(mode).map_err(|error| file_error(path, &error))?;
    }
    Ok(file)
}

fn file_error(path: &Path, error: &std::io::Error) -> StorageError {
    StorageError::unavailable(format!("{}: {error}", path.display()))
}

pub(super) fn open_writer(path: &Path) -> Result<Connection, StorageError> {
    drop(owner_only(path)?);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(sqlite_error)?;
    assert_version()?;
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(sqlite_error)?;
    if mode != "wal" {
        return Err(StorageError::Configuration {
            reason: format!("{} is on a file system that cannot keep a write-ahead log", path.display()),
        });
    }
    // The writer checkpoints by itself, between commits. 16 MiB of cache is filled only when that much is
    // read.
    configure(
        &connection,
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 0;
         PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;",
    )?;
    Ok(connection)
}

pub(super) fn open_reader(path: &Path) -> Result<Connection, StorageError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(sqlite_error)?;
    configure(
        &connection,
        "PRAGMA query_only = ON; PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;",
    )?;
    Ok(connection)
}

pub(super) fn open_memory() -> Result<Connection, StorageError> {
    assert_version()?;
    let connection = Connection::open_in_memory().map_err(sqlite_error)?;
    configure(&connection, "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;")?;
    Ok(connection)
}

fn configure(connection: &Connection, pragmas: &str) -> Result<(), StorageError> {
    connection.busy_timeout(BUSY_TIMEOUT).map_err(sqlite_error)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED_MAX);
    connection.execute_batch(pragmas).map_err(sqlite_error)
}

fn assert_version() -> Result<(), StorageError> {
    if rusqlite::version_number() < VERSION_NUMBER_MIN {
        let reason = format!("SQLite {} can lose commits; 3.51.3 or newer is needed", rusqlite::version());
        return Err(StorageError::Configuration { reason });
    }
    Ok(())
}

/// SQLite's texts name tables and columns, never values.
pub(super) fn sqlite_error(error: rusqlite::Error) -> StorageError {
    use rusqlite::ErrorCode as Code;
    use rusqlite::ffi;
    // Long enough for the reason; the statement that follows it may be a whole migration.
    let text: String = error.to_string().chars().take(300).collect();
    let Some(failure) = error.sqlite_error() else {
        return StorageError::misuse(text);
    };
    match failure.code {
        Code::ConstraintViolation => match failure.extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_ROWID
            | ffi::SQLITE_CONSTRAINT_FOREIGNKEY => StorageError::conflict(text),
            _ => StorageError::misuse(text),
        },
        Code::DatabaseBusy | Code::DatabaseLocked => StorageError::busy(),
        Code::ReadOnly
        | Code::SystemIoFailure
        | Code::DiskFull
        | Code::CannotOpen
        | Code::OutOfMemory
        | Code::DatabaseCorrupt
        | Code::NotADatabase
        | Code::PermissionDenied
        | Code::OperationInterrupted
        | Code::FileLockingProtocolFailed => StorageError::unavailable(text),
        _ => StorageError::misuse(text),
    }
}
