//! Which files a database has open, and whether they are still the ones under its name.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Distinguishes one file from another under the same name: device and number.
pub(super) type FileIdentity = (u64, u64);

#[cfg(unix)]
pub(super) fn identity(path: &Path) -> Option<FileIdentity> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

/// Windows does not allow removing or replacing an open file.
#[cfg(not(unix))]
pub(super) fn identity(path: &Path) -> Option<FileIdentity> {
    path.exists().then_some((0, 0))
}

/// The files of an open database: the main one, its write-ahead log and the log's index. SQLite keeps writing into
/// files that were removed or replaced, and past the end of one that was cut.
#[derive(Debug)]
pub(super) struct Files([Known; 3]);

#[derive(Debug)]
struct Known {
    path: PathBuf,
    identity: Option<FileIdentity>,
    /// Its last length: none of them ever shrinks while it is open.
    length: u64,
}

/// What happened to a file meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It is missing, or it is another one.
    Gone(PathBuf),
    /// It is shorter than it was.
    Cut(PathBuf),
}

impl Files {
    /// The files as they are now, while the database is open. Where its name is a link, SQLite keeps the other two
    /// next to the link's target.
    pub fn of(database: &Path) -> Files {
        let target = std::fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
        Files(["", "-wal", "-shm"].map(|ending| {
            let mut name = OsString::from(if ending.is_empty() { database } else { &target });
            name.push(ending);
            let path = PathBuf::from(name);
            Known { identity: identity(&path), length: length(&path), path }
        }))
    }

    /// Whether the log, at this path, is the only file that is missing.
    pub fn only_log_is_missing(&self, gone: &Path) -> bool {
        let [database, log, index] = &self.0;
        let is_same = |known: &Known| known.identity.is_some() && identity(&known.path) == known.identity;
        gone == log.path && identity(&log.path).is_none() && is_same(database) && is_same(index)
    }

    /// Whether they are as they were; records their lengths.
    pub fn check(&mut self) -> Result<(), Flaw> {
        for known in &mut self.0 {
            if known.identity.is_none() || identity(&known.path) != known.identity {
                return Err(Flaw::Gone(known.path.clone()));
            }
            let length = length(&known.path);
            if length < known.length {
                return Err(Flaw::Cut(known.path.clone()));
            }
            known.length = length;
        }
        Ok(())
    }
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}
