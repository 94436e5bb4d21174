//! The journal in a SQLite file of the state folder.

mod lines;
mod row;
mod schema;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use self::lines::Stored;
use self::schema::{bring_up_to_date, check, explained, in_newest_format};
use super::files::{Files, Flaw};
use super::folder::{keep_file_private, named_without_locks, prepare, sync_names};
use super::form::{JournalBackend, JournalTransaction, RunLock};
use super::{RunId, StateError, run};

/// The database's name in the state folder.
pub(super) const FILE_NAME: &str = "journal.sqlite3";

/// How long another process may keep the database: its transactions take milliseconds, unless the disk is failing.
const PATIENCE: Duration = Duration::from_secs(5);

/// An open database.
#[derive(Debug)]
pub(super) struct Sqlite {
    folder: PathBuf,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    connection: Connection,
    /// Its files, if it is opened for writing.
    files: Option<Files>,
    /// What happened to them, once noticed: nothing is written after that.
    flaw: Option<Flaw>,
}

impl Sqlite {
    /// Opens the database of a folder for writing; creates folder and file where they are missing.
    pub fn open(folder: &Path) -> Result<Sqlite, StateError> {
        Self::opened(folder).map_err(|error| named_without_locks(folder, error))
    }

    fn opened(folder: &Path) -> Result<Sqlite, StateError> {
        prepare(folder)?;
        let path = folder.join(FILE_NAME);
        // SQLite gives its other files the permissions of this one.
        let unusable = |source| StateError::Folder { path: path.clone(), source };
        keep_file_private(&path).map_err(unusable)?;
        if std::fs::metadata(&path).map_err(unusable)?.len() == 0 {
            sync_names(folder).map_err(unusable)?;
        }
        let failed = |error| explained(error, &path, "opened");
        let mut connection =
            Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        check(&connection, &path)?;
        // SQLite silently opens read-only what it may not write.
        if connection.is_readonly("main").map_err(failed)? {
            return Err(StateError::ReadOnly { why: format!("`{}` cannot be written", path.display()) });
        }
        write_ahead(&connection, &path)?;
        // FULL: a commit is on disk when it returns. The second line is for macOS, whose usual
        // sync leaves the data in the drive's cache.
        connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        connection.pragma_update(None, "fullfsync", true).map_err(failed)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
        bring_up_to_date(&mut connection, &path)?;
        let files = Some(Files::of(&path));
        Ok(Sqlite { folder: folder.to_owned(), open: Mutex::new(Open { connection, files, flaw: None }) })
    }

    /// Opens an existing database for reading only.
    pub fn open_to_read(folder: &Path) -> Result<Sqlite, StateError> {
        let path = folder.join(FILE_NAME);
        // Opening a pipe for reading blocks until something writes to it.
        if std::fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(StateError::NotAJournal { path, flaw: "it is not a regular file".to_owned() });
        }
        let open = |immutable: bool| -> Result<Sqlite, StateError> {
            let failed = |error| explained(error, &path, "opened");
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = if immutable {
                Connection::open_with_flags(immutable_address(&path), flags | OpenFlags::SQLITE_OPEN_URI)
            } else {
                Connection::open_with_flags(&path, flags)
            };
            let connection = connection.map_err(failed)?;
            connection.busy_timeout(PATIENCE).map_err(failed)?;
            check(&connection, &path)?;
            // A file without tables is useless: every query would fail.
            connection.prepare("SELECT 1 FROM actions").map_err(failed)?;
            let connection = in_newest_format(connection, &path)?;
            Ok(Sqlite { folder: folder.to_owned(), open: Mutex::new(Open { connection, files: None, flaw: None }) })
        };
        // In a folder that cannot be written, a write-ahead log needs its index file to be there already; without it
        // the file can still be read as it is.
        open(false).or_else(|_| open(true))
    }

    /// A panic while the lock was held rolled the transaction back, so it can be used again.
    fn held(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops the database from growing, as a full disk would, or lets it grow again.
    #[cfg(test)]
    pub fn limit_pages(&self, is_full: bool) {
        let pages = if is_full { 30 } else { 1_000_000 };
        let limited = self.held().connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
        limited.unwrap();
    }

    /// A setting of the connection.
    #[cfg(test)]
    pub fn pragma<T: rusqlite::types::FromSql>(&self, name: &str) -> T {
        self.held().connection.pragma_query_value(None, name, |row| row.get(0)).unwrap()
    }
}

impl Open {
    /// Whether what is written would be found again: the files are still the ones under their names, and no shorter
    /// than they were. Once they are not, nothing more is written.
    fn check(&mut self) -> Result<(), StateError> {
        if self.flaw.is_none()
            && let Some(Err(flaw)) = self.files.as_mut().map(Files::check)
        {
            self.save(&flaw);
            self.flaw = Some(flaw);
        }
        Err(match &self.flaw {
            None => return Ok(()),
            Some(Flaw::Gone(path)) => StateError::FilesChanged { path: path.clone(), how: "removed or replaced" },
            Some(Flaw::Cut(path)) => StateError::FilesChanged { path: path.clone(), how: "cut" },
        })
    }

    /// Saves what a removed log still holds, and keeps SQLite from cleaning up on close what is no longer its own: it
    /// would remove another process's log, or write back pages that are gone.
    fn save(&self, flaw: &Flaw) {
        if let (Flaw::Gone(path), Some(files)) = (flaw, &self.files)
            && files.only_log_is_missing(path)
        {
            // What cannot be saved is lost with the file; nothing relies on it.
            let _ = self.connection.query_row("PRAGMA wal_checkpoint(FULL)", [], |_| Ok(()));
        }
        let _ = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
    }
}

impl JournalBackend for Sqlite {
    fn write(&self, work: &mut dyn FnMut(&mut dyn JournalTransaction) -> Result<(), StateError>) -> Result<(), StateError> {
        let mut open = self.held();
        open.check()?;
        let failed = StateError::database("written");
        let transaction = open.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        work(&mut Stored(&transaction))?;
        transaction.commit().map_err(failed)?;
        open.check()
    }

    fn read(&self, work: &mut dyn FnMut(&dyn JournalTransaction) -> Result<(), StateError>) -> Result<(), StateError> {
        let mut open = self.held();
        // A file that was cut cannot be read either: the index is memory-mapped, and touching its missing end would
        // kill the program.
        if let Err(cut) = open.check()
            && matches!(open.flaw, Some(Flaw::Cut(_)))
        {
            return Err(cut);
        }
        work(&Stored(&open.connection))
    }

    fn check(&self) -> Result<(), StateError> {
        self.held().check()
    }

    fn probe(&self) -> Result<(), StateError> {
        let mut open = self.held();
        open.check()?;
        let failed = StateError::database("written");
        let transaction = open.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        schema::write_same(&transaction).map_err(&failed)?;
        transaction.commit().map_err(failed)?;
        open.check()
    }

    fn lock(&self, run: &RunId) -> Result<RunLock, StateError> {
        let path = run::lock_path(&self.folder, run);
        Ok(Box::new(run::lock(&path).map_err(|source| named_without_locks(&self.folder, StateError::Folder { path, source }))?))
    }

    fn is_alive(&self, run: &RunId) -> bool {
        run::is_alive(&self.folder, run)
    }

    fn with_locks(&self) -> Vec<RunId> {
        run::with_lock_file(&self.folder).unwrap_or_default()
    }

    fn forget_lock(&self, run: &RunId, is_own: bool) {
        if is_own {
            // Removed while the lock is held, so that no process takes the file for a dead run's.
            let _ = std::fs::remove_file(run::lock_path(&self.folder, run));
        } else {
            run::remove_where_dead(&self.folder, run);
        }
    }
}

/// Turns the write-ahead log on, so that readers never wait for a writer.
pub(super) fn write_ahead(connection: &Connection, path: &Path) -> Result<(), StateError> {
    let failed = |error| explained(error, path, "opened");
    let mode = |connection: &Connection| connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
    // Changing the mode needs exclusive access, and SQLite does not wait for it: when several processes open a new
    // journal at once, one changes the mode and the others look again.
    let mut tries_left = 100;
    let mode = loop {
        match mode(connection) {
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) && tries_left > 0 => {
                tries_left -= 1;
                std::thread::sleep(PATIENCE / 100);
            }
            other => break other.map_err(failed)?,
        }
    };
    if mode.eq_ignore_ascii_case("wal") {
        return Ok(());
    }
    Err(StateError::ReadOnly {
        why: format!(
            "the file system of `{}` does not let processes share a database: name another folder with `--state FOLDER`",
            path.display()
        ),
    })
}

/// The address of a file that SQLite is to treat as immutable.
fn immutable_address(path: &Path) -> String {
    let mut address = String::from("file:");
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b'~' | b':' => address.push(char::from(byte)),
            // Windows' own separator; a URI needs the other one.
            b'\\' if cfg!(windows) => address.push('/'),
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address + "?immutable=1"
}
