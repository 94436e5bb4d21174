//! What other runs did to the same subject, and the files of finished runs.

use super::*;

fn files(folder: &tempfile::TempDir) -> Vec<RunId> {
    let mut left = run::with_lock_file(folder.path()).unwrap();
    left.sort();
    left
}

#[rstest]
fn what_was_taken_after_the_reading_is_not_taken_again_unknowingly(#[values(Kept::InFile, Kept::InMemory)] kept: Kept) {
    let begun = begun(kept);
    let other = begun.journal.begin_run(run_id(2), &who(), at(0)).unwrap();
    let taken = begun.journal.intend(&retry(other.id(), "m")).unwrap();
    begun.journal.started(taken, at(1)).unwrap();
    begun.journal.outcome(taken, &Outcome::Accepted, at(2)).unwrap();
    let read = |second| Intention { read_at: Some(at(second)), ..retry(begun.run.id(), "m") };
    for second in [-5, 0, 1] {
        match begun.journal.intend(&read(second)) {
            Err(StateError::TakenSince { action, at: reported, run }) => assert_eq!((action, reported, &run), (taken, at(2), other.id())),
            answer => panic!("read at {second}: {answer:?}"),
        }
    }
    let both = begun.journal.intend_all(&[read(1), Intention { read_at: Some(at(1)), ..retry(begun.run.id(), "other") }]).unwrap();
    assert!(matches!(both[..], [Err(StateError::TakenSince { .. }), Ok(_)]));
    // Read after that, the person knew; the same run knows what it did itself.
    let own = Intention { read_at: Some(at(-5)), ..retry(other.id(), "m") };
    let own = begun.journal.intend(&own).unwrap();
    begun.journal.outcome(own, &not_sent(), at(3)).unwrap();
    begun.journal.intend(&read(122)).unwrap();
}

#[test]
fn what_was_known_of_a_retry_is_told_by_its_attempts_and_not_by_a_clock_that_was_set() {
    let read = |run: &RunId, attempts, newest, second| {
        let message = MessageId::new("m");
        let action = ActionKind::RetryMessage { message, attempts, newest_attempt: newest, read_from: ReadFrom::List };
        Intention { read_at: Some(at(second)), action, ..retry(run, "m") }
    };
    // How many attempts were seen, when the newest was made, and when by the wall clock; the other retry saw one of
    // second 0 and was accepted at second 3600, before the clock was set back by an hour.
    let cases = [
        ((Some(2), Some(at(60))), 10, true),
        ((Some(2), None), 10, true),
        ((None, Some(at(60))), 10, true),
        ((Some(1), Some(at(0))), 10, false),
        // Set back between the reading and the other's retry, it is later by the wall clock all the same.
        ((Some(1), Some(at(0))), 3_610, false),
        ((Some(1), Some(at(0))), 3_720, true),
        // Nothing to compare: the wall clock decides.
        ((None, None), 3_599, false),
        ((None, None), 3_600, true),
    ];
    for ((attempts, newest), second, is_taken) in cases {
        let begun = begun(Kept::InFile);
        let other = begun.journal.begin_run(run_id(2), &who(), at(0)).unwrap();
        let taken = begun.journal.intend(&read(other.id(), Some(1), Some(at(0)), 0)).unwrap();
        begun.journal.started(taken, at(3_599)).unwrap();
        begun.journal.outcome(taken, &Outcome::Accepted, at(3_600)).unwrap();
        let answer = begun.journal.intend(&read(begun.run.id(), attempts, newest, second));
        assert_eq!(answer.is_ok(), is_taken, "{attempts:?} {newest:?} read at {second}: {answer:?}");
    }
}

#[rstest]
fn messages_without_attempts_are_known_by_the_apis_code(#[values(Kept::InFile, Kept::InMemory)] kept: Kept) {
    let begun = begun(kept);
    let end = |message: &str, outcome: Outcome| {
        let id = begun.journal.intend(&retry(begun.run.id(), message)).unwrap();
        begun.journal.started(id, at(1)).unwrap();
        begun.journal.outcome(id, &outcome, at(2)).unwrap();
    };
    let other_code = Outcome::Refused { code: Some("parameter_invalid".to_owned()), reason: "3 attempts".to_owned(), trace_id: None };
    end("b", refused());
    end("a", refused());
    end("a", refused());
    end("other code", other_code);
    end("accepted", Outcome::Accepted);
    // The API changed its mind: what it accepted later can be planned again.
    end("later", refused());
    end("later", Outcome::Accepted);
    let code = "too_many_message_attempts_error";
    let reported = |campaign: &CampaignId| begun.journal.messages_refused_with(&server(), campaign, code).unwrap();
    assert_eq!(reported(&campaign()), ["a", "b"].map(MessageId::new));
    assert_eq!(reported(&CampaignId::new("campaign_b")), []);
}

#[test]
fn a_run_that_ends_in_good_order_takes_its_file_along() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let done = journal.begin_run(run_id(1), &who(), at(0)).unwrap();
    let id = journal.intend(&retry(done.id(), "m")).unwrap();
    journal.started(id, at(1)).unwrap();
    journal.outcome(id, &Outcome::Accepted, at(2)).unwrap();
    let open = journal.begin_run(run_id(2), &who(), at(0)).unwrap();
    journal.intend(&retry(open.id(), "n")).unwrap();
    journal.end_run(done).unwrap();
    journal.end_run(open).unwrap();
    assert_eq!(files(&folder), [run_id(2)]);
    assert_eq!(journal.all_open().unwrap()[0].holder, Holder::Orphan, "its lock ended with it");
}

#[test]
fn the_file_goes_with_the_last_thing_that_was_open() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let dead = journal.begin_run(run_id(1), &who(), at(0)).unwrap();
    let ids = ["a", "b"].map(|message| journal.intend(&retry(dead.id(), message)).unwrap());
    journal.started(ids[0], at(1)).unwrap();
    let here = journal.begin_run(run_id(2), &who(), at(3)).unwrap();
    // Alive, whatever its actions are.
    assert_eq!(journal.settle_orphans(&server(), &campaign(), at(4)).unwrap(), Settled::default());
    assert_eq!(files(&folder), [run_id(1), run_id(2)]);
    drop(dead);
    journal.settle_orphans(&server(), &campaign(), at(5)).unwrap();
    assert_eq!(files(&folder), [run_id(1), run_id(2)], "one of them is unknown");
    let reason = "it has more attempts".to_owned();
    journal.resolve(ids[0], &Resolution::Accepted { reason }, at(6)).unwrap();
    assert_eq!(files(&folder), [run_id(2)]);
    // A living run keeps its own, even with nothing open under it.
    let id = journal.intend(&retry(here.id(), "c")).unwrap();
    journal.started(id, at(7)).unwrap();
    journal.outcome(id, &unknown(), at(8)).unwrap();
    journal.resolve(id, &Resolution::NotAccepted { reason: "unchanged".to_owned() }, at(9)).unwrap();
    assert_eq!(files(&folder), [run_id(2)]);
}

#[rstest]
#[case::of_this_machine("http://127.0.0.1:8025/api/v2", "http://localhost:8025/api/v2")]
#[case::of_a_gateway("https://sms.agency.example/api/v2", "https://sms-2.agency.example:8443/postman")]
fn two_names_of_a_server_are_one_set_of_claims(#[values(Kept::InFile, Kept::InMemory)] kept: Kept, #[case] one: &str, #[case] other: &str) {
    let begun = begun(kept);
    let at_address =
        |base_url: &str| Intention { base_url: base_url.to_owned(), server: Server::of(base_url), ..retry(begun.run.id(), "m") };
    let id = begun.journal.intend(&at_address(one)).unwrap();
    let elsewhere = begun.elsewhere();
    let run = elsewhere.begin_run(run_id(2), &who(), at(0)).unwrap();
    let again = elsewhere.intend(&Intention { run: run.id().clone(), ..at_address(other) });
    assert!(matches!(again, Err(StateError::AlreadyOpen { action, .. }) if action == id), "{again:?}");
    assert_eq!(elsewhere.open_actions(&Server::of(other), &campaign()).unwrap()[0].entry.id, id);
    // What was accepted under one name is known under the other.
    begun.journal.started(id, at(1)).unwrap();
    begun.journal.outcome(id, &Outcome::Accepted, at(2)).unwrap();
    let again = elsewhere.intend(&Intention { run: run.id().clone(), read_at: Some(at(1)), ..at_address(other) });
    assert!(matches!(again, Err(StateError::TakenSince { action, .. }) if action == id), "{again:?}");
    let another_port = "http://localhost:9/api/v2";
    assert_eq!(elsewhere.open_actions(&Server::of(another_port), &campaign()).unwrap(), []);
}
