//! Opening the journal.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::folder::{create_private, prepare, sync_names};
use super::schema::{bring_up_to_date, check, explained};
use super::{RunId, StateError, run};

/// The journal of a state folder. A clone is another handle on the same one.
#[derive(Debug, Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    connection: Mutex<Connection>,
    /// Which file it is, where the platform tells: SQLite goes on writing into one that was removed.
    identity: Option<FileIdentity>,
    /// Asked before and after every write: where it says no, the program has died there.
    #[cfg(test)]
    gate: Mutex<Option<Gate>>,
}

#[cfg(test)]
#[derive(Clone)]
struct Gate(Arc<dyn Fn() -> bool + Send + Sync>);

#[cfg(test)]
impl std::fmt::Debug for Gate {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Gate")
    }
}

/// The journal, or why nothing can be written into it: reading the API goes on without.
#[derive(Debug, Clone)]
pub enum JournalAccess {
    /// Actions can be written down, and so can be taken.
    Writable(Journal),
    /// No action may be taken.
    ReadOnly {
        /// What can still be read of it.
        journal: Option<Journal>,
        /// Why, and what to do about it.
        why: String,
    },
}

/// The database's name in the state folder.
pub(super) const FILE_NAME: &str = "journal.sqlite3";

/// How long another process may keep the database: its transactions take milliseconds, unless the
/// disk is at its end.
const PATIENCE: Duration = Duration::from_secs(5);

impl Journal {
    /// Opens the journal of a folder for writing; makes folder and file where they are missing.
    ///
    /// # Errors
    /// When it cannot be written, is damaged, or is open to others. A damaged file is left as it is.
    pub fn open(folder: &Path) -> Result<Journal, StateError> {
        prepare(folder)?;
        let path = folder.join(FILE_NAME);
        // SQLite gives its other files the permissions of this one.
        let unusable = |source| StateError::Folder { path: path.clone(), source };
        let file = create_private(&path).map_err(unusable)?;
        if file.metadata().map_err(unusable)?.len() == 0 {
            sync_names(folder).map_err(unusable)?;
        }
        drop(file);
        let failed = |error| explained(error, &path, "opened");
        let mut connection =
            Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        check(&connection, &path)?;
        // SQLite silently opens for reading what it may not write.
        if connection.is_readonly("main").map_err(failed)? {
            return Err(StateError::ReadOnly { why: format!("`{}` may not be written", path.display()) });
        }
        write_ahead(&connection, &path)?;
        // FULL: a commit is on disk when it returns. The second line is for macOS, whose usual
        // sync leaves the data in the drive's cache.
        connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        connection.pragma_update(None, "fullfsync", true).map_err(failed)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
        bring_up_to_date(&mut connection, &path)?;
        Ok(Journal::with(folder, connection))
    }

    /// Opens an existing journal for reading only.
    fn open_to_read(folder: &Path) -> Result<Journal, StateError> {
        let path = folder.join(FILE_NAME);
        let open = |immutable: bool| -> Result<Journal, StateError> {
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
            // A file without tables has nothing to tell, and every question to it would fail.
            connection.prepare("SELECT 1 FROM actions").map_err(failed)?;
            Ok(Journal::with(folder, connection))
        };
        // In a folder that cannot be written, a write-ahead log needs its index file to be there
        // already; without it the file can still be read as it stands.
        open(false).or_else(|_| open(true))
    }

    fn with(folder: &Path, connection: Connection) -> Journal {
        let identity = identity(&folder.join(FILE_NAME));
        Journal {
            inner: Arc::new(Inner {
                folder: folder.to_owned(),
                connection: Mutex::new(connection),
                identity,
                #[cfg(test)]
                gate: Mutex::new(None),
            }),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    /// The connection, for reading. A panic while it was held has rolled its transaction back, so
    /// it can be used again.
    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.inner.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does some work in one transaction that keeps every other writer out from its beginning, and
    /// that is on disk when this returns.
    pub(super) fn write<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StateError>,
    ) -> Result<T, StateError> {
        #[cfg(test)]
        self.pass()?;
        let failed = StateError::database(doing);
        let path = self.folder().join(FILE_NAME);
        if self.inner.identity.is_some() && identity(&path) != self.inner.identity {
            let why = format!("`{}` was removed or replaced while the program ran: start it again", path.display());
            return Err(StateError::ReadOnly { why });
        }
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        let done = work(&transaction)?;
        transaction.commit().map_err(failed)?;
        #[cfg(test)]
        self.pass()?;
        Ok(done)
    }

    /// Puts a gate before and after every write: a test's way to stop at one of them.
    #[cfg(test)]
    pub(crate) fn set_gate(&self, gate: impl Fn() -> bool + Send + Sync + 'static) {
        *self.inner.gate.lock().unwrap() = Some(Gate(Arc::new(gate)));
    }

    #[cfg(test)]
    fn pass(&self) -> Result<(), StateError> {
        let gate = self.inner.gate.lock().unwrap().clone();
        match gate {
            Some(gate) if !gate.0() => Err(StateError::ReadOnly { why: "the program stopped here".to_owned() }),
            _ => Ok(()),
        }
    }

    /// Whether a run's process lives.
    pub(super) fn is_alive(&self, id: &RunId) -> bool {
        run::is_alive(self.folder(), id)
    }
}

impl JournalAccess {
    /// Opens the journal of a folder as far as it can be.
    pub fn open(folder: &Path) -> JournalAccess {
        match Journal::open(folder) {
            Ok(journal) => JournalAccess::Writable(journal),
            Err(error) => {
                let journal = match &error {
                    StateError::NotAJournal { .. } | StateError::Newer { .. } => None,
                    _ => Journal::open_to_read(folder).ok(),
                };
                let why = match error {
                    StateError::ReadOnly { why } => why,
                    other => other.explained(),
                };
                JournalAccess::ReadOnly { journal, why }
            }
        }
    }

    /// The same for whoever only looks: a journal that is not there is not made. `None` where
    /// nothing was ever written down.
    ///
    /// # Errors
    /// When it cannot be told whether there is one.
    pub fn look(folder: &Path) -> Result<Option<JournalAccess>, StateError> {
        let path = folder.join(FILE_NAME);
        match path.try_exists() {
            Ok(exists) => Ok(exists.then(|| JournalAccess::open(folder))),
            Err(source) => Err(StateError::Folder { path, source }),
        }
    }

    /// The journal for writing.
    ///
    /// # Errors
    /// Why actions are refused.
    pub fn writable(&self) -> Result<&Journal, StateError> {
        match self {
            JournalAccess::Writable(journal) => Ok(journal),
            JournalAccess::ReadOnly { why, .. } => Err(StateError::ReadOnly { why: why.clone() }),
        }
    }

    /// The journal for reading, where there is one.
    pub fn readable(&self) -> Option<&Journal> {
        match self {
            JournalAccess::Writable(journal) => Some(journal),
            JournalAccess::ReadOnly { journal, .. } => journal.as_ref(),
        }
    }
}

/// What tells one file from another under the same name: device and number.
type FileIdentity = (u64, u64);

#[cfg(unix)]
fn identity(path: &Path) -> Option<FileIdentity> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Path) -> Option<FileIdentity> {
    None
}

/// Turns the write-ahead log on: readers then never wait for a writer.
pub(super) fn write_ahead(connection: &Connection, path: &Path) -> Result<(), StateError> {
    let failed = |error| explained(error, path, "opened");
    let mode = |connection: &Connection| connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
    // Changing the mode needs the file alone, and SQLite does not wait for that: when several
    // processes open a new journal at once, one changes it and the others look again.
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
        why: format!("the file system of `{}` does not let processes share a database: name another with `--state FOLDER`", path.display()),
    })
}

/// The address of a file that SQLite shall take as unchangeable.
fn immutable_address(path: &Path) -> String {
    let mut address = String::from("file:");
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b'~' | b':' => address.push(char::from(byte)),
            // Windows' own separator; in a URI it has to be the other one.
            b'\\' if cfg!(windows) => address.push('/'),
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address + "?immutable=1"
}
