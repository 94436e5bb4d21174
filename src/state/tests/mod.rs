//! Steps, claims, runs and notes; crashes and bad disks have files of their own.

mod crash;
mod damage;
mod disk;
mod elsewhere;
mod many;
mod older;

use std::fs;
use std::sync::Barrier;

use jiff::Timestamp;
use rstest::rstest;

use super::*;
use crate::delivery::{BatchId, CampaignId, MessageId};

const BASE: &str = "http://127.0.0.1:8025/api/v2";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn server() -> Server {
    Server::of(BASE)
}

fn campaign() -> CampaignId {
    CampaignId::new("campaign_a")
}

fn run_id(number: u32) -> RunId {
    RunId::new(at(0), number, 0xbeef)
}

fn who() -> Who {
    Who { user: "ann (uid 1000)".to_owned(), ssh_source: Some("192.0.2.7".to_owned()), sudo_user: None }
}

fn retry(run: &RunId, message: &str) -> Intention {
    Intention {
        run: run.clone(),
        base_url: BASE.to_owned(),
        server: server(),
        campaign: campaign(),
        action: ActionKind::RetryMessage {
            message: MessageId::new(message),
            attempts: Some(1),
            newest_attempt: Some(at(-60)),
            read_from: ReadFrom::List,
        },
        plan: "retry 3 failed messages".to_owned(),
        planned_at: at(0),
        read_at: None,
    }
}

fn refused() -> Outcome {
    Outcome::Refused {
        code: Some("too_many_message_attempts_error".to_owned()),
        reason: "recipient 6580001234 was tried 3 times".to_owned(),
        trace_id: Some("7c1e1234567-9b02".to_owned()),
    }
}

fn unknown() -> Outcome {
    Outcome::Unknown { reason: "the connection was reset".to_owned() }
}

fn not_sent() -> Outcome {
    Outcome::NotSent { reason: "the address was refused".to_owned() }
}

/// What stores the lines: all backends of the journal pass the same tests.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kept {
    InFile,
    InMemory,
}

struct Begun {
    journal: Journal,
    run: Run,
    /// If the backend keeps it in files.
    folder: Option<tempfile::TempDir>,
}

fn begun(kept: Kept) -> Begun {
    let folder = (kept == Kept::InFile).then(|| tempfile::tempdir().unwrap());
    let journal = folder.as_ref().map_or_else(Journal::in_memory, |folder| Journal::open(folder.path()).unwrap());
    let run = journal.begin_run(run_id(1), &who(), at(0)).unwrap();
    Begun { journal, run, folder }
}

impl Begun {
    /// An action that was brought into a state by the shortest route.
    fn action_in(&self, state: ActionState) -> ActionId {
        let id = self.journal.intend(&retry(self.run.id(), state.word())).unwrap();
        let went = |outcome: &Outcome| {
            self.journal.started(id, at(1)).unwrap();
            self.journal.outcome(id, outcome, at(2)).unwrap();
        };
        let resolved = |resolution: &Resolution| {
            went(&unknown());
            self.journal.resolve(id, resolution, at(3)).unwrap();
        };
        let reason = "it has more attempts".to_owned();
        match state {
            ActionState::Intended => {}
            ActionState::NotSent => went(&not_sent()),
            ActionState::Refused => went(&refused()),
            ActionState::Accepted => went(&Outcome::Accepted),
            ActionState::Unknown => went(&unknown()),
            ActionState::ResolvedAccepted => resolved(&Resolution::Accepted { reason }),
            ActionState::ResolvedNotAccepted => resolved(&Resolution::NotAccepted { reason }),
            ActionState::ResolvedByPerson => resolved(&Resolution::ByPerson { went: true, run: self.run.id().clone() }),
        }
        id
    }

    /// The same journal as seen by another process.
    fn elsewhere(&self) -> Journal {
        self.folder.as_ref().map_or_else(|| self.journal.clone(), |folder| Journal::open(folder.path()).unwrap())
    }

    fn state(&self, id: ActionId) -> ActionState {
        self.journal.entry(id).unwrap().state
    }
}

#[rstest]
fn every_illegal_step_is_an_error_and_changes_nothing(#[values(Kept::InFile, Kept::InMemory)] kept: Kept) {
    for from in ActionState::ALL {
        let begun = begun(kept);
        let id = begun.action_in(from);
        if from == ActionState::Intended {
            begun.journal.started(id, at(4)).unwrap();
        }
        let before = begun.journal.entry(id).unwrap();
        let outcomes = [not_sent(), refused(), Outcome::Accepted, unknown()];
        for outcome in outcomes.iter().filter(|outcome| !from.may_become(outcome.state())) {
            let error = begun.journal.outcome(id, outcome, at(5)).unwrap_err();
            assert!(matches!(error, StateError::IllegalStep { .. }), "{from}: {error}");
        }
        let reason = String::new();
        let resolutions = [
            Resolution::Accepted { reason: reason.clone() },
            Resolution::NotAccepted { reason },
            Resolution::ByPerson { went: false, run: begun.run.id().clone() },
        ];
        for resolution in resolutions.iter().filter(|resolution| !from.may_become(resolution.state())) {
            let error = begun.journal.resolve(id, resolution, at(5)).unwrap_err();
            assert!(matches!(error, StateError::IllegalStep { .. }), "{from}: {error}");
        }
        assert!(begun.journal.started(id, at(5)).is_err(), "{from}: no second try");
        assert_eq!(begun.journal.entry(id).unwrap(), before);
    }
}

#[rstest]
fn a_try_is_needed_for_every_end_but_giving_up(#[values(Kept::InFile, Kept::InMemory)] kept: Kept) {
    let begun = begun(kept);
    let id = begun.journal.intend(&retry(begun.run.id(), "m")).unwrap();
    for outcome in [refused(), Outcome::Accepted, unknown()] {
        assert!(matches!(begun.journal.outcome(id, &outcome, at(1)), Err(StateError::IllegalTry { .. })), "{outcome:?}");
    }
    begun.journal.outcome(id, &not_sent(), at(1)).unwrap();
    assert_eq!(begun.state(id), ActionState::NotSent);
}

#[rstest]
fn every_try_has_a_line_of_its_own(#[values(Kept::InFile, Kept::InMemory)] kept: Kept) {
    let begun = begun(kept);
    let id = begun.journal.intend(&retry(begun.run.id(), "m")).unwrap();
    assert!(begun.journal.goes_again(id, &not_sent(), at(1)).is_err(), "nothing is under way");
    assert_eq!(begun.journal.started(id, at(1)).unwrap(), 1);
    assert!(matches!(begun.journal.started(id, at(1)), Err(StateError::IllegalTry { .. })), "one at a time");
    for outcome in [Outcome::Accepted, unknown()] {
        assert!(begun.journal.goes_again(id, &outcome, at(1)).is_err(), "it may have been taken");
    }
    begun.journal.goes_again(id, &refused(), at(2)).unwrap();
    assert_eq!(begun.state(id), ActionState::Intended);
    assert_eq!(begun.journal.started(id, at(3)).unwrap(), 2);
    begun.journal.outcome(id, &Outcome::Accepted, at(4)).unwrap();
    let tries = begun.journal.tries(id).unwrap();
    let ends: Vec<_> = tries.iter().map(|one| (one.number, one.started_at, one.ended_at, one.outcome)).collect();
    assert_eq!(ends, [(1, at(1), Some(at(2)), Some(ActionState::Refused)), (2, at(3), Some(at(4)), Some(ActionState::Accepted)),]);
    let entry = begun.journal.entry(id).unwrap();
    assert_eq!((entry.state, entry.tries, entry.code), (ActionState::Accepted, 2, None));
}

#[rstest]
fn a_run_that_is_stopped_while_it_waits_for_its_turn_keeps_the_refusal(#[values(Kept::InFile, Kept::InMemory)] kept: Kept) {
    let begun = begun(kept);
    let id = begun.journal.intend(&retry(begun.run.id(), "m")).unwrap();
    begun.journal.started(id, at(1)).unwrap();
    begun.journal.goes_again(id, &refused(), at(2)).unwrap();
    begun.journal.outcome(id, &refused(), at(3)).unwrap();
    assert_eq!(begun.state(id), ActionState::Refused);
}

#[rstest]
fn an_entry_tells_who_what_and_why_without_anything_personal(#[values(Kept::InFile, Kept::InMemory)] kept: Kept) {
    let begun = begun(kept);
    let id = begun.action_in(ActionState::Refused);
    let entry = begun.journal.entry(id).unwrap();
    assert_eq!((entry.run.clone(), entry.who.clone()), (begun.run.id().clone(), who()));
    assert_eq!(entry.action, retry(begun.run.id(), "refused").action);
    assert_eq!((entry.planned_at, entry.changed_at), (at(0), at(2)));
    assert_eq!(entry.reason.as_deref(), Some("recipient … was tried 3 times"));
    assert_eq!(entry.trace_id.as_deref(), Some("7c1e1234567-9b02"));
    assert_eq!(begun.journal.all(1).unwrap(), [entry]);
    for file in begun.folder.iter().flat_map(|folder| fs::read_dir(folder.path()).unwrap()) {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(10).any(|window| window == b"6580001234"));
    }
}

#[rstest]
#[case::batch(ActionKind::RetryBatch { batch: BatchId::new("batch_a"), failures: Some(vec![
    FailureSeen { message: MessageId::new("m1"), attempts: Some(1), newest_attempt: Some(at(-60)) },
    FailureSeen { message: MessageId::new("m2"), attempts: None, newest_attempt: None },
]) })]
#[case::batch_without_evidence(ActionKind::RetryBatch { batch: BatchId::new("batch_a"), failures: None })]
#[case::batch_without_failures(ActionKind::RetryBatch { batch: BatchId::new("batch_a"), failures: Some(Vec::new()) })]
#[case::send(ActionKind::SendMessage {
    fingerprint: "00ff".to_owned(),
    language: "tamil".to_owned(),
    known: Some(vec![MessageId::new("m1"), MessageId::new("m2")]),
    created: None,
})]
#[case::first_send(ActionKind::SendMessage {
    fingerprint: "00ff".to_owned(),
    language: "english".to_owned(),
    known: Some(Vec::new()),
    created: None,
})]
#[case::send_without_evidence(ActionKind::SendMessage {
    fingerprint: "00ff".to_owned(),
    language: "english".to_owned(),
    known: None,
    created: None,
})]
#[case::upload(ActionKind::UploadBatch {
    file_name: "reminders.csv".to_owned(),
    rows: 20,
    sha256: "9f86d081".to_owned(),
    newest: Some(at(-60)),
    created: None,
})]
#[case::first_upload(ActionKind::UploadBatch { file_name: "a.csv".to_owned(), rows: 1, sha256: "9f86d081".to_owned(), newest: None, created: None })]
fn every_kind_of_action_comes_back_as_it_was_and_is_claimed(
    #[values(Kept::InFile, Kept::InMemory)] kept: Kept,
    #[case] action: ActionKind,
) {
    let begun = begun(kept);
    let intention = Intention { action, ..retry(begun.run.id(), "") };
    let id = begun.journal.intend(&intention).unwrap();
    assert_eq!(begun.journal.entry(id).unwrap().action, intention.action);
    assert!(begun.journal.intend(&intention).unwrap_err().is_already_open());
}

#[rstest]
fn a_message_is_claimed_until_its_end_is_known(#[values(Kept::InFile, Kept::InMemory)] kept: Kept) {
    for state in ActionState::ALL {
        let begun = begun(kept);
        let id = begun.action_in(state);
        let again = begun.journal.intend(&retry(begun.run.id(), state.word()));
        match again {
            Err(StateError::AlreadyOpen { action, since, run, state: open }) => {
                assert!(state.is_open(), "{state}");
                assert_eq!((action, since, &run, open), (id, at(0), begun.run.id(), state));
            }
            other => assert!(!state.is_open() && other.is_ok(), "{state}: {other:?}"),
        }
        let elsewhere = Intention { campaign: CampaignId::new("campaign_b"), ..retry(begun.run.id(), state.word()) };
        begun.journal.intend(&elsewhere).unwrap();
    }
}

#[test]
fn of_many_handles_that_claim_a_message_at_once_exactly_one_wins() {
    let folder = tempfile::tempdir().unwrap();
    let barrier = Barrier::new(8);
    let claim = |number: u32| {
        barrier.wait();
        // Opening a new journal at once is part of it.
        let opened = Journal::open(folder.path()).and_then(|journal| {
            let run = journal.begin_run(run_id(number), &who(), at(0))?;
            Ok((journal, run))
        });
        // Nobody fails before the others have passed: they would wait at the barrier forever.
        barrier.wait();
        let claim = |message: i32| match &opened {
            Ok((journal, run)) => journal.intend(&retry(run.id(), &format!("m{message}"))).map(drop),
            Err(_) => Ok(()),
        };
        let results: Vec<_> = (0..5).map(claim).collect();
        barrier.wait();
        let _ = opened.unwrap_or_else(|error| panic!("{}", error.explained()));
        let won = |result| match result {
            Ok(()) => true,
            Err(StateError::AlreadyOpen { .. }) => false,
            Err(error) => panic!("{}", StateError::explained(&error)),
        };
        results.into_iter().map(won).collect::<Vec<bool>>()
    };
    let claims: Vec<Vec<bool>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|number| scope.spawn(move || claim(number))).collect::<Vec<_>>();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for message in 0..5 {
        assert_eq!(claims.iter().filter(|claims| claims[message]).count(), 1, "m{message}: {claims:?}");
    }
}

#[rstest]
fn an_action_of_a_run_that_lives_is_left_alone_and_of_a_dead_one_is_settled(#[values(Kept::InFile, Kept::InMemory)] kept: Kept) {
    let begun = begun(kept);
    let (here, elsewhere) = (&begun.journal, begun.elsewhere());
    let run = elsewhere.begin_run(run_id(2), &who(), at(0)).unwrap();
    let untried = elsewhere.intend(&retry(run.id(), "untried")).unwrap();
    let tried = elsewhere.intend(&retry(run.id(), "tried")).unwrap();
    elsewhere.started(tried, at(1)).unwrap();
    let between = elsewhere.intend(&retry(run.id(), "between")).unwrap();
    elsewhere.started(between, at(1)).unwrap();
    elsewhere.goes_again(between, &refused(), at(2)).unwrap();

    let holders = || here.open_actions(&server(), &campaign()).unwrap().iter().map(|open| open.holder).collect::<Vec<_>>();
    assert_eq!(holders(), [Holder::Alive; 3]);
    assert_eq!(here.settle_orphans(&server(), &campaign(), at(5)).unwrap(), Settled::default());

    drop(run);
    assert_eq!(holders(), [Holder::Orphan; 3]);
    assert_eq!(here.settle_orphans(&server(), &CampaignId::new("another"), at(5)).unwrap(), Settled::default());
    let settled = here.settle_orphans(&server(), &campaign(), at(5)).unwrap();
    assert_eq!(settled.unknown, [tried]);
    assert_eq!(settled.not_started.iter().map(|entry| entry.id).collect::<Vec<_>>(), [untried, between]);
    assert_eq!(here.settle_orphans(&server(), &campaign(), at(6)).unwrap(), Settled::default(), "once is enough");
    let open = here.all_open().unwrap();
    assert_eq!(open.iter().map(|open| (open.entry.id, open.entry.state)).collect::<Vec<_>>(), [(tried, ActionState::Unknown)]);
    assert_eq!(open[0].last_try.as_ref().unwrap().outcome, Some(ActionState::Unknown));
}

#[test]
fn lock_files_of_dead_runs_stay_only_while_something_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let with_open = journal.begin_run(run_id(1), &who(), at(0)).unwrap();
    let id = journal.intend(&retry(with_open.id(), "m")).unwrap();
    journal.started(id, at(1)).unwrap();
    let without = journal.begin_run(run_id(2), &who(), at(0)).unwrap();
    let alive = journal.begin_run(run_id(3), &who(), at(0)).unwrap();
    drop((with_open, without));
    let next = journal.begin_run(run_id(4), &who(), at(9)).unwrap();
    let mut left = run::with_lock_file(folder.path()).unwrap();
    left.sort();
    assert_eq!(left, [run_id(1), run_id(3), run_id(4)]);
    drop((alive, next));
    journal.outcome(id, &unknown(), at(10)).unwrap();
    journal.resolve(id, &Resolution::ByPerson { went: false, run: run_id(4) }, at(11)).unwrap();
    assert_eq!(journal.entry(id).unwrap().resolved_run, Some(run_id(4)));
    let _last = journal.begin_run(run_id(5), &who(), at(12)).unwrap();
    assert_eq!(run::with_lock_file(folder.path()).unwrap(), [run_id(5)]);
}

#[rstest]
fn a_run_must_be_begun_and_only_once(#[values(Kept::InFile, Kept::InMemory)] kept: Kept) {
    let begun = begun(kept);
    let stranger = run_id(9);
    assert!(matches!(begun.journal.intend(&retry(&stranger, "m")), Err(StateError::NoSuchRun { .. })));
    let again = begun.journal.begin_run(begun.run.id().clone(), &who(), at(1));
    assert!(matches!(again, Err(StateError::SameRun { .. })));
    assert!(matches!(begun.journal.started(ActionId(77), at(1)), Err(StateError::NoSuchAction { .. })));
}

#[rstest]
fn notes_are_kept_with_who_it_was(#[values(Kept::InFile, Kept::InMemory)] kept: Kept) {
    let begun = begun(kept);
    let note = Note {
        run: begun.run.id().clone(),
        at: at(1),
        kind: NoteKind::Reveal,
        base_url: Some(BASE.to_owned()),
        campaign: Some(campaign()),
        detail: "1 message".to_owned(),
    };
    begun.journal.note(&note).unwrap();
    let export = Note { kind: NoteKind::Export, campaign: None, base_url: None, ..note.clone() };
    begun.journal.note(&export).unwrap();
    let entry = |note| NoteEntry { note, who: who() };
    assert_eq!(begun.journal.notes(9).unwrap(), [entry(export), entry(note.clone())]);
    assert_eq!(begun.journal.notes(1).unwrap().len(), 1);
    assert!(begun.journal.note(&Note { run: run_id(9), ..note }).is_err());
}
