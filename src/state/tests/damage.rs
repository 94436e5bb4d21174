//! Files that are removed, replaced, cut or overwritten, before the program starts and while it runs: never a panic,
//! and no action based on a line that the next start would not find.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;

fn file(folder: &Path, ending: &str) -> PathBuf {
    folder.join(format!("journal.sqlite3{ending}"))
}

fn cut(path: &Path, length: u64) {
    fs::File::options().write(true).open(path).unwrap().set_len(length).unwrap();
}

/// A journal with an intention, which is in its log.
fn under_way() -> (tempfile::TempDir, Journal, Run, ActionId) {
    let folder = tempfile::tempdir().unwrap();
    // Its tables have left the log, as those of every journal but the first.
    drop(Journal::open(folder.path()).unwrap());
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin_run(run_id(1), &who(), at(0)).unwrap();
    let id = journal.intend(&retry(run.id(), "m")).unwrap();
    (folder, journal, run, id)
}

#[cfg(unix)]
#[rstest]
#[case::log_removed(|folder: &Path| fs::remove_file(file(folder, "-wal")).unwrap(), "removed or replaced")]
#[case::log_cut(|folder: &Path| cut(&file(folder, "-wal"), 0), "cut")]
#[case::log_cut_in_the_middle(|folder: &Path| cut(&file(folder, "-wal"), 5_000), "cut")]
#[case::log_replaced(|folder: &Path| replace(&file(folder, "-wal")), "removed or replaced")]
#[case::index_removed(|folder: &Path| fs::remove_file(file(folder, "-shm")).unwrap(), "removed or replaced")]
#[case::index_cut(|folder: &Path| cut(&file(folder, "-shm"), 10), "cut")]
#[case::log_and_index_removed(
    |folder: &Path| { fs::remove_file(file(folder, "-shm")).unwrap(); fs::remove_file(file(folder, "-wal")).unwrap(); },
    "removed or replaced"
)]
#[case::file_removed(|folder: &Path| fs::remove_file(file(folder, "")).unwrap(), "removed or replaced")]
#[case::file_cut(|folder: &Path| cut(&file(folder, ""), 0), "cut")]
#[case::file_cut_in_the_middle(|folder: &Path| cut(&file(folder, ""), 4_096), "cut")]
#[case::file_replaced(|folder: &Path| replace(&file(folder, "")), "removed or replaced")]
#[case::folder_removed(|folder: &Path| fs::remove_dir_all(folder).unwrap(), "removed or replaced")]
#[case::folder_moved(|folder: &Path| fs::rename(folder, folder.with_extension("moved")).unwrap(), "removed or replaced")]
fn what_happens_to_the_files_meanwhile_is_noticed_before_the_next_action(#[case] damage: fn(&Path), #[case] why: &str) {
    let (folder, journal, run, id) = under_way();
    assert!(journal.check().is_ok());
    damage(folder.path());
    let _ = journal.all(9);
    let refused = |error: StateError| {
        assert!(error.needs_opening() && error.to_string().contains(why), "{error}");
    };
    refused(journal.started(id, at(1)).unwrap_err());
    refused(journal.intend(&retry(run.id(), "n")).unwrap_err());
    refused(journal.check().unwrap_err());
    // It stays that way, whatever is put back.
    if !folder.path().exists() {
        fs::create_dir(folder.path()).unwrap();
    }
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::write(file(folder.path(), ending), vec![0; 1_000_000]);
    }
    refused(journal.intend(&retry(run.id(), "o")).unwrap_err());
    let _ = fs::remove_dir_all(folder.path().with_extension("moved"));
}

#[cfg(unix)]
fn replace(path: &Path) {
    let copy = path.with_extension("copy");
    fs::copy(path, &copy).unwrap();
    fs::rename(&copy, path).unwrap();
}

#[cfg(unix)]
#[test]
fn what_a_removed_log_held_is_saved() {
    let (folder, journal, run, id) = under_way();
    fs::remove_file(file(folder.path(), "-wal")).unwrap();
    assert!(journal.started(id, at(1)).is_err());
    drop((journal, run));
    let next = Journal::open(folder.path()).unwrap();
    assert_eq!(next.entry(id).unwrap().state, ActionState::Intended);
    let run = next.begin_run(run_id(2), &who(), at(2)).unwrap();
    assert!(next.intend(&retry(run.id(), "m")).unwrap_err().is_already_open());
}

#[cfg(unix)]
#[test]
fn the_end_of_one_that_lost_its_files_leaves_anothers_alone() {
    let (folder, journal, run, _) = under_way();
    fs::remove_dir_all(folder.path()).unwrap();
    let another = Journal::open(folder.path()).unwrap();
    let run_there = another.begin_run(run_id(2), &who(), at(2)).unwrap();
    let there = another.intend(&retry(run_there.id(), "m")).unwrap();
    assert!(journal.check().is_err());
    drop((journal, run));
    another.started(there, at(3)).unwrap();
    assert!(another.check().is_ok());
}

#[cfg(unix)]
#[test]
fn a_journal_behind_a_link_is_used_and_a_changed_link_is_noticed() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let link = file(folder.path(), "");
    fs::write(elsewhere.path().join("real"), "").unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("real"), &link).unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin_run(run_id(1), &who(), at(0)).unwrap();
    journal.intend(&retry(run.id(), "m")).unwrap();
    fs::write(elsewhere.path().join("other"), "").unwrap();
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("other"), &link).unwrap();
    assert!(journal.intend(&retry(run.id(), "n")).unwrap_err().needs_opening());
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_journals_place_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "");
    assert!(std::process::Command::new("mkfifo").args(["-m", "600"]).arg(&path).status().unwrap().success());
    let (sender, done) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let error = Journal::open(folder.path()).unwrap_err();
        let access = JournalAccess::without(folder.path(), error);
        sender.send(access.writable().is_err() && access.readable().is_none()).unwrap();
    });
    let patience = std::time::Duration::from_secs(10);
    assert_eq!(done.recv_timeout(patience), Ok(true), "it waits for a writer");
}

#[cfg(unix)]
#[test]
fn looking_whether_the_file_is_private_ends_no_lock_on_it() {
    // Another program that closes the journal must not believe it is the last one and remove the log.
    let (folder, journal, _run, id) = under_way();
    drop(Journal::open(folder.path()).unwrap());
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["state::tests::damage::opens_and_closes_the_journal_that_is_named", "--exact", "--nocapture"])
        .env(NAMED, folder.path())
        .output()
        .unwrap();
    assert!(status.status.success(), "{status:?}");
    assert!(String::from_utf8_lossy(&status.stdout).contains("1 passed"), "{status:?}");
    journal.started(id, at(1)).unwrap();
}

/// The folder for the test below, which another process runs.
const NAMED: &str = "POSTWATCH_TEST_FOLDER";

#[test]
fn opens_and_closes_the_journal_that_is_named() {
    if let Some(folder) = std::env::var_os(NAMED) {
        drop(Journal::open(Path::new(&folder)).unwrap());
    }
}

#[test]
fn a_disk_that_is_full_refuses_and_can_be_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = std::sync::Arc::new(sqlite::Sqlite::open(folder.path()).unwrap());
    let journal = Journal::of(std::sync::Arc::clone(&sqlite));
    sqlite.limit_pages(true);
    let run = journal.begin_run(run_id(1), &who(), at(0)).unwrap();
    let many: Vec<Intention> = (0..2_000).map(|message| retry(run.id(), &message.to_string())).collect();
    let error = journal.intend_all(&many).unwrap_err();
    assert!(matches!(error, StateError::Database { .. }), "{error}");
    assert_eq!(journal.all_open().unwrap(), [], "all or none");
    sqlite.limit_pages(false);
    assert_eq!(journal.intend_all(&many).unwrap().len(), 2_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn bytes_that_are_overwritten_never_panic(
        ending in prop::sample::select(vec!["", "-wal", "-shm"]),
        holes in prop::collection::vec((0.0..1.0f64, prop::collection::vec(any::<u8>(), 1..300)), 1..5),
        meanwhile in any::<bool>(),
    ) {
        let (folder, image) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let journal = Journal::open(folder.path()).unwrap();
        let run = journal.begin_run(run_id(1), &who(), at(0)).unwrap();
        let messages: Vec<String> = (0..60).map(|message| format!("m{message}")).collect();
        let ids: Vec<ActionId> = messages.iter().map(|message| journal.intend(&retry(run.id(), message)).unwrap()).collect();
        // As a killed process leaves it, or while it keeps running.
        let damaged = if meanwhile { folder.path() } else { image.path() };
        for file in fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), image.path().join(file.file_name())).unwrap();
        }
        let path = file(damaged, ending);
        let mut bytes = fs::read(&path).unwrap();
        let length = bytes.len();
        for (index, hole) in holes {
            let start = (index * length as f64) as usize;
            let end = (start + hole.len()).min(length);
            bytes[start..end].copy_from_slice(&hole[..end - start]);
        }
        use std::io::Write as _;
        fs::File::options().write(true).open(&path).unwrap().write_all(&bytes).unwrap();
        if meanwhile {
            let _ = journal.started(ids[0], at(1));
            let _ = journal.intend(&retry(run.id(), "new"));
            let _ = journal.all(100);
            let _ = journal.check();
        } else if let Ok(next) = Journal::open(image.path()) {
            let next_run = next.begin_run(run_id(2), &who(), at(2));
            let _ = next.all(100);
            let _ = next.settle_orphans(&server(), &campaign(), at(2));
            if let Ok(next_run) = next_run {
                let _ = next.intend(&retry(next_run.id(), "m1"));
            }
        }
    }
}
