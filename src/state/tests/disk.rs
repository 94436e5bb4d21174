//! Permissions, damage, and folders that cannot be used.

use std::fs;
use std::path::Path;

use super::*;

#[test]
fn an_intention_is_on_disk_when_it_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin_run(run_id(1), &who(), at(0)).unwrap();
    let id = journal.intend(&retry(run.id(), "m")).unwrap();
    let sqlite = sqlite::Sqlite::open(folder.path()).unwrap();
    let (mode, synchronous): (String, i64) = (sqlite.pragma("journal_mode"), sqlite.pragma("synchronous"));
    assert_eq!((mode.as_str(), synchronous), ("wal", 2), "2 is FULL");
    assert_eq!(Journal::open(folder.path()).unwrap().entry(id).unwrap().state, ActionState::Intended);
}

#[cfg(unix)]
#[test]
fn no_one_else_can_look_into_any_of_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("state");
    let journal = Journal::open(&folder).unwrap();
    let run = journal.begin_run(run_id(1), &who(), at(0)).unwrap();
    journal.intend(&retry(run.id(), "m")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let mut names = Vec::new();
    for file in fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().unwrap().to_string_lossy().into_owned());
    }
    names.sort();
    let lock = format!("{}.run", run.id());
    assert_eq!(names, [lock.as_str(), "journal.sqlite3", "journal.sqlite3-shm", "journal.sqlite3-wal"]);
}

#[test]
fn a_damaged_file_is_explained_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite3");
    let nonsense = b"this is no database at all, but it is long enough to look at. ".repeat(100);
    fs::write(&path, &nonsense).unwrap();
    let error = Journal::open(folder.path()).unwrap_err();
    assert!(matches!(error, StateError::NotAJournal { .. }), "{error}");
    assert!(error.to_string().contains("it was left as it is: move it away to start a new one"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), nonsense);
    let access = JournalAccess::open(folder.path());
    assert!(access.readable().is_none());
    assert!(access.writable().unwrap_err().to_string().contains("is damaged"));
}

#[test]
fn damage_inside_a_journal_is_found_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite3");
    {
        let journal = Journal::open(folder.path()).unwrap();
        let run = journal.begin_run(run_id(1), &who(), at(0)).unwrap();
        for message in 0..200 {
            journal.intend(&retry(run.id(), &format!("m{message}"))).unwrap();
        }
    }
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xa5);
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(Journal::open(folder.path()), Err(StateError::NotAJournal { .. })));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn another_programs_database_and_a_newer_format_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite3");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    assert!(matches!(Journal::open(folder.path()), Err(StateError::NotAJournal { .. })));
    fs::remove_file(&path).unwrap();

    drop(Journal::open(folder.path()).unwrap());
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let error = Journal::open(folder.path()).unwrap_err();
    assert!(error.to_string().contains("written by a newer version of Postwatch (format 999"), "{error}");
}

#[test]
fn a_folder_that_cannot_be_is_explained_and_refuses_actions_only() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    let access = JournalAccess::open(&file.join("state"));
    assert!(access.readable().is_none());
    let why = access.writable().unwrap_err().to_string();
    assert!(why.starts_with("the journal can only be read: the state folder's `") && why.contains("cannot be used: "), "{why}");
}

#[cfg(unix)]
#[test]
fn a_journal_that_can_only_be_read_is_still_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let id = {
        let journal = Journal::open(folder.path()).unwrap();
        let run = journal.begin_run(run_id(1), &who(), at(0)).unwrap();
        journal.intend(&retry(run.id(), "m")).unwrap()
    };
    // Permission bits do not bind root, so the refusal is provoked with a shared folder that is open to all.
    fs::write(folder.path().join("other.txt"), "").unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let access = JournalAccess::open(folder.path());
    assert!(matches!(access.writable(), Err(StateError::ReadOnly { .. })));
    let journal = access.readable().unwrap();
    assert_eq!(journal.entry(id).unwrap().state, ActionState::Intended);
    assert_eq!(journal.all_open().unwrap()[0].holder, Holder::Orphan);
    assert!(journal.begin_run(run_id(2), &who(), at(1)).is_err());
    assert!(journal.started(id, at(1)).is_err());
}

#[cfg(unix)]
#[test]
fn a_write_protected_folder_refuses_actions_and_is_still_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite3");
    let id = {
        let journal = Journal::open(folder.path()).unwrap();
        let run = journal.begin_run(run_id(1), &who(), at(0)).unwrap();
        journal.intend(&retry(run.id(), "m")).unwrap()
    };
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(&path, 0o400);
    set(folder.path(), 0o500);
    let access = JournalAccess::open(folder.path());
    // Permission bits do not bind root: for it there is nothing to refuse.
    let is_root = rustix::process::geteuid().is_root();
    assert_eq!(access.writable().is_ok(), is_root);
    assert_eq!(access.readable().unwrap().entry(id).unwrap().state, ActionState::Intended);
    set(folder.path(), 0o700);
}
