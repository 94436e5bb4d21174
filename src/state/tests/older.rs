//! Journals that earlier versions of the program wrote, kept as text, and what becomes of them.

use std::path::Path;

use super::*;

/// A journal of each earlier format, with open and closed entries of every kind.
const OLDER: [&str; 1] = [include_str!("format-1.sql")];

/// Puts a journal of an earlier format into a folder.
fn put(folder: &Path, text: &str) -> std::path::PathBuf {
    let path = folder.join("journal.sqlite3");
    rusqlite::Connection::open(&path).unwrap().execute_batch(text).unwrap();
    path
}

fn reported(journal: &Journal) -> String {
    let mut lines = String::new();
    for entry in journal.all(99).unwrap().iter().rev() {
        let tries = journal.tries(entry.id).unwrap();
        let ends: Vec<&str> = tries.iter().map(|one| one.outcome.map_or("?", ActionState::word)).collect();
        let subject = entry.action.subject();
        lines += &format!("{} {} {} {} {} [{}]\n", entry.id, entry.server, entry.campaign, subject, entry.state, ends.join(" "));
    }
    lines
}

const AS_NEWEST: &str = "\
1 loopback:8025 campaign_a message m1 accepted [refused accepted]
2 loopback:8025 campaign_a message m2 refused [refused]
3 loopback:8025 campaign_a message m3 unknown [unknown]
4 loopback:8025 campaign_a message m3 unknown [unknown]
5 remote campaign_b message m3 intended [?]
6 remote campaign_b message m3 intended []
7 remote campaign_b batch b1 unknown [unknown]
8 remote campaign_c message m3 resolved_by_person [unknown]
9 loopback:8026 campaign_a message m3 intended []
";

#[test]
fn every_older_journal_is_brought_up_to_date_with_all_its_lines() {
    for older in OLDER {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), older);
        let journal = Journal::open(folder.path()).unwrap();
        assert_eq!(reported(&journal), AS_NEWEST);
        assert_eq!(journal.notes(9).unwrap().len(), 1);
        // Once is enough.
        drop(journal);
        assert_eq!(reported(&Journal::open(folder.path()).unwrap()), AS_NEWEST);
    }
}

#[test]
fn what_lacks_evidence_says_so() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), OLDER[0]);
    let journal = Journal::open(folder.path()).unwrap();
    let batch = journal.entry(ActionId(7)).unwrap();
    assert_eq!(batch.action, ActionKind::RetryBatch { batch: BatchId::new("b1"), failures: None }, "two counts are no evidence");
    let message = journal.entry(ActionId(1)).unwrap();
    let newest_attempt = Some(at(-60));
    let read_from = ReadFrom::List;
    assert_eq!(message.action, ActionKind::RetryMessage { message: MessageId::new("m1"), attempts: Some(1), newest_attempt, read_from });
}

#[test]
fn old_open_lines_that_claim_the_same_stay_open_until_each_is_known() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), OLDER[0]);
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin_run(run_id(2), &who(), at(0)).unwrap();
    let again = || journal.intend(&retry(run.id(), "m3"));
    assert!(again().unwrap_err().is_already_open());
    let open: Vec<ActionId> = journal.open_actions(&server(), &campaign()).unwrap().iter().map(|open| open.entry.id).collect();
    assert_eq!(open, [ActionId(3), ActionId(4)], "both are looked up");
    journal.resolve(open[1], &Resolution::NotAccepted { reason: "unchanged".to_owned() }, at(1)).unwrap();
    assert!(again().unwrap_err().is_already_open(), "the other one is still open");
    journal.resolve(open[0], &Resolution::Accepted { reason: "more attempts".to_owned() }, at(2)).unwrap();
    again().unwrap();
    // Those of dead runs under a gateway's two names are settled together.
    let remote = Server::of("https://sms.agency.example/api/v2");
    let settled = journal.settle_orphans(&remote, &CampaignId::new("campaign_b"), at(3)).unwrap();
    assert_eq!(settled.unknown, [ActionId(5)]);
    assert_eq!(settled.not_started.iter().map(|entry| entry.id).collect::<Vec<_>>(), [ActionId(6)]);
}

#[test]
fn several_processes_that_open_an_older_journal_at_once_bring_it_up_to_date_once() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), OLDER[0]);
    let barrier = Barrier::new(6);
    let opened: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    reported(&Journal::open(folder.path()).unwrap())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(opened.iter().all(|reported| reported == AS_NEWEST), "{opened:?}");
}

#[test]
fn an_older_journal_that_can_only_be_read_is_read_in_the_newest_form_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), OLDER[0]);
    let before = fs::read(&path).unwrap();
    let error = StateError::ReadOnly { why: "the disk is read-only".to_owned() };
    let access = JournalAccess::without(folder.path(), error);
    assert_eq!(reported(access.readable().unwrap()), AS_NEWEST);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_death_while_it_is_brought_up_to_date_leaves_the_old_one_whole() {
    // The files as they are while the step is not committed yet: what a killed process leaves.
    let (folder, image) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = put(folder.path(), OLDER[0]);
    let mut connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    // So little memory that uncommitted changes are on the disk, too.
    connection.pragma_update(None, "cache_size", 1).unwrap();
    let transaction = connection.transaction().unwrap();
    let half = "ALTER TABLE actions ADD COLUMN server TEXT NOT NULL DEFAULT ''; DROP INDEX one_open_action;
                CREATE TABLE filler (text TEXT); INSERT INTO filler VALUES (zeroblob(100000)); UPDATE actions SET server = 'half'";
    transaction.execute_batch(half).unwrap();
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), image.path().join(file.file_name())).unwrap();
    }
    assert_eq!(reported(&Journal::open(image.path()).unwrap()), AS_NEWEST);
}
