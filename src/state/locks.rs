//! File systems that take no locks: network drives, mostly. SQLite then says that somebody else has its file.

use std::fs::TryLockError;
use std::io;
use std::path::Path;

use super::StateError;

/// The error by its true name, where it comes of a folder whose file system takes no locks.
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

/// What the system says to a lock in the folder; `None` where it takes one, or no file can be made there.
/// It is tried on a file of its own: to close the database's would end the locks that this process has on it.
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
        assert!(reported.contains("takes no locks") && reported.contains("--state FOLDER"), "{reported}");
        assert!(!named(folder.path(), busy()).explained().contains("takes no locks"), "this one takes them");
        assert!(matches!(named_by(folder.path(), StateError::NoFolder, none), StateError::NoFolder));
    }
}
