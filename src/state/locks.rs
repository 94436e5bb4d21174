//! File systems without locks: network drives, mostly. SQLite then claims that another process has its file.

use std::fs::TryLockError;
use std::io;
use std::path::Path;

use super::StateError;

/// The true error, where the cause is a file system without locks.
pub(super) fn named(folder: &Path, error: StateError) -> StateError {
    named_by(folder, error, refused)
}

fn named_by(folder: &Path, error: StateError, refused: impl Fn(&Path) -> Option<io::Error>) -> StateError {
    let may_come_of_it = matches!(error, StateError::Folder { .. } | StateError::Budget { .. } | StateError::Database { .. });
    match may_come_of_it.then(|| refused(folder)).flatten() {
        Some(source) => StateError::NoLocks { path: folder.to_owned(), source },
        None => error,
    }
}

/// The system's error for a lock in the folder; `None` where locking works, or no file can be created there. It is
/// tried on a separate file: closing the database's would drop the locks that this process has on it.
fn refused(folder: &Path) -> Option<io::Error> {
    let file = tempfile::tempfile_in(folder).ok()?;
    // Runs are locked in one way, databases in the other.
    if let Err(TryLockError::Error(error)) = file.try_lock() {
        return Some(error);
    }
    #[cfg(unix)]
    if let Err(error) = rustix::fs::fcntl_lock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        return Some(error.into());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_without_locks_is_named_and_nothing_else_is_called_so() {
        let folder = tempfile::tempdir().unwrap();
        let busy = || StateError::database("written")("database is locked");
        let none = |_: &Path| Some(io::Error::from(io::ErrorKind::Unsupported));
        let reported = named_by(folder.path(), busy(), none).explained();
        assert!(reported.contains("does not support locks") && reported.contains("--state FOLDER"), "{reported}");
        assert!(!named(folder.path(), busy()).explained().contains("does not support locks"), "this one takes them");
        assert!(matches!(named_by(folder.path(), StateError::NoFolder, none), StateError::NoFolder));
    }
}
