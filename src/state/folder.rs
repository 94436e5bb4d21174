//! The state folder: where it is, that no one else can look into it, and whether its file system has locks.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::StateError;

/// Where the folder is: the one given, else `$POSTWATCH_STATE`, else `postwatch` in the platform's state folder
/// (`$XDG_STATE_HOME` or `~/.local/state`; `%LOCALAPPDATA%` on Windows).
///
/// # Errors
/// If none is given and there is no home folder.
pub fn folder(explicit: Option<&Path>, env: impl Fn(&str) -> Option<String>) -> Result<PathBuf, StateError> {
    if let Some(folder) = explicit {
        return Ok(folder.to_owned());
    }
    if let Some(folder) = env("POSTWATCH_STATE").filter(|folder| !folder.is_empty()) {
        return Ok(PathBuf::from(folder));
    }
    let base = etcetera::choose_base_strategy().map_err(|_| StateError::NoFolder)?;
    // Windows has no state folder; its cache folder is the one that stays on this machine.
    Ok(base.state_dir().unwrap_or_else(|| base.cache_dir()).join("postwatch"))
}

/// Creates a file that only its owner can use, from the first moment; an existing one is made so.
///
/// It is not opened: closing a database's file would drop the locks that this process has on it, and another process
/// would believe that the database is not open anywhere.
pub(super) fn keep_file_private(path: &Path) -> io::Result<()> {
    match private().create_new(true).open(path) {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    // A file that was copied here may be open to others; only its owner can change that.
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&fs::metadata(path)?) & 0o077 != 0 {
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    }
    Ok(())
}

/// Opens a file for writing; a new one is private to its owner from the first moment.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    private().create(true).truncate(false).open(path)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a new file's name durable: without this a power cut could lose the file, whatever was synced inside it.
#[cfg(unix)]
pub(super) fn sync_names(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()?;
    folder.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), |parent| {
        // The folder may be new, too. A parent that we may not read is not new.
        File::open(parent).map_or(Ok(()), |parent| parent.sync_all())
    })
}

/// Windows journals names itself and has no way to ask for more.
#[cfg(not(unix))]
pub(super) fn sync_names(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Creates the folder, or makes sure that an existing one is private enough.
pub(super) fn prepare(folder: &Path) -> Result<(), StateError> {
    let failed = |source| StateError::Folder { path: folder.to_owned(), source };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed)?;
    keep_private(folder)
}

#[cfg(unix)]
fn keep_private(folder: &Path) -> Result<(), StateError> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let failed = |source| StateError::Folder { path: folder.to_owned(), source };
    let metadata = fs::metadata(folder).map_err(failed)?;
    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != user && metadata.uid() != 0 {
        return Err(StateError::Foreign { path: folder.to_owned(), owner: metadata.uid() });
    }
    if metadata.mode() & 0o077 == 0 {
        return Ok(());
    }
    // A folder that holds only our files is closed to others. One that holds something else (`--state /tmp`) is not
    // ours to close.
    if metadata.uid() == user && holds_only_ours(folder).map_err(failed)? {
        return fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(failed);
    }
    if metadata.mode() & 0o022 != 0 {
        return Err(StateError::Exposed { path: folder.to_owned() });
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep_private(_folder: &Path) -> Result<(), StateError> {
    Ok(())
}

#[cfg(unix)]
fn holds_only_ours(folder: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let ours = name.to_str().is_some_and(|name| {
            // Each database has its own files next to it, named after it.
            let files = [super::sqlite::FILE_NAME, super::budget::FILE_NAME, super::session::FILE_NAME];
            files.iter().any(|file| name.starts_with(file)) || name.ends_with(".run")
        });
        if !ours {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The true error, where the cause is a file system without locks: network drives, mostly. SQLite then claims that
/// another process has its file.
pub(super) fn named_without_locks(folder: &Path, error: StateError) -> StateError {
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
    fn the_option_wins_over_the_variable_and_the_variable_over_the_platform() {
        let env = |name: &str| (name == "POSTWATCH_STATE").then(|| "/from/env".to_owned());
        assert_eq!(folder(Some(Path::new("given")), env).unwrap(), Path::new("given"));
        assert_eq!(folder(None, env).unwrap(), Path::new("/from/env"));
        assert!(folder(None, |_| None).unwrap().ends_with("postwatch"));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_is_made_private_when_it_is_the_programs_own() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let parent = tempfile::tempdir().unwrap();
        let new = parent.path().join("a/b");
        prepare(&new).unwrap();
        assert_eq!(mode(&new), 0o700);
        set(&new, 0o755);
        prepare(&new).unwrap();
        assert_eq!(mode(&new), 0o700, "an empty one is closed");

        fs::write(new.join("somebody's.txt"), "").unwrap();
        set(&new, 0o755);
        prepare(&new).unwrap();
        assert_eq!(mode(&new), 0o755, "one with other things in it is left as it is");
        set(&new, 0o777);
        let error = prepare(&new).unwrap_err();
        assert!(matches!(error, StateError::Exposed { .. }), "{error}");
        assert!(error.to_string().contains("chmod 700 "), "{error}");
    }

    #[test]
    fn a_file_system_without_locks_is_named_and_nothing_else_is_called_so() {
        let folder = tempfile::tempdir().unwrap();
        let busy = || StateError::database("written")("database is locked");
        let none = |_: &Path| Some(io::Error::from(io::ErrorKind::Unsupported));
        let reported = named_by(folder.path(), busy(), none).explained();
        assert!(reported.contains("does not support locks") && reported.contains("--state FOLDER"), "{reported}");
        assert!(!named_without_locks(folder.path(), busy()).explained().contains("does not support locks"), "this one takes them");
        assert!(matches!(named_by(folder.path(), StateError::NoFolder, none), StateError::NoFolder));
    }
}
