//! Runs of the program, and whether one is still alive.
//!
//! Each run holds an operating system's lock on a file named after it. The system releases the lock when the process
//! ends, however it ends, so a lock that can be taken means a dead run, and one that cannot means that its actions
//! are under way elsewhere. A process number in the database would not do: numbers are reused.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::form::RunLock;

/// The name of one run of the program.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(String);

impl RunId {
    /// A name from the time, the process number and some randomness: two machines that share a
    /// folder can have the first two in common.
    pub fn new(at: Timestamp, process: u32, entropy: u32) -> Self {
        Self(format!("{}-{process}-{entropy:08x}", at.strftime("%Y%m%dT%H%M%SZ")))
    }

    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name from the journal; `None` for a text that could name a file elsewhere.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        fits.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A run in progress: as long as this value lives, its actions are "under way elsewhere" for every other process.
pub struct Run {
    pub(super) id: RunId,
    // Held for its lock, which ends when the value is dropped or the process ends.
    pub(super) _lock: RunLock,
}

impl PartialEq for Run {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Run").field(&self.id).finish()
    }
}

impl Run {
    /// The run's name.
    pub fn id(&self) -> &RunId {
        &self.id
    }
}

/// Takes the lock of a new run.
pub(super) fn lock(path: &Path) -> io::Result<File> {
    let file = super::folder::create_private(path)?;
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => io::Error::other("another process has its lock"),
        TryLockError::Error(error) => error,
    })?;
    Ok(file)
}

/// Whether a run's process is alive. When in doubt it counts as alive: better one action too many that waits for a
/// person than one that is taken twice.
pub(super) fn is_alive(folder: &Path, id: &RunId) -> bool {
    match File::open(lock_path(folder, id)) {
        // A shared lock is enough to find out, and two processes that look at once do not disturb each other.
        Ok(file) => file.try_lock_shared().is_err(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Removes the lock file of a run whose lock can be taken, while holding it. A file that cannot be removed does no
/// harm.
pub(super) fn remove_where_dead(folder: &Path, id: &RunId) {
    let path = lock_path(folder, id);
    if let Ok(file) = File::open(&path)
        && file.try_lock().is_ok()
    {
        let _ = std::fs::remove_file(&path);
    }
}

pub(super) fn lock_path(folder: &Path, id: &RunId) -> PathBuf {
    folder.join(format!("{id}{SUFFIX}"))
}

/// The runs that have a lock file in the folder.
pub(super) fn with_lock_file(folder: &Path) -> io::Result<Vec<RunId>> {
    let mut runs = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        runs.extend(name.to_str().and_then(|name| name.strip_suffix(SUFFIX)).and_then(RunId::from_text));
    }
    Ok(runs)
}

const SUFFIX: &str = ".run";
