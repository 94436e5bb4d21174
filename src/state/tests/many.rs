//! Several intentions in one step, and giving them up.

use super::*;

#[rstest]
fn all_intentions_are_written_or_none(#[values(Kept::InFile, Kept::InMemory)] kept: Kept) {
    let begun = begun(kept);
    let id = begun.run.id();
    let open = begun.journal.intend(&retry(id, "b")).unwrap();
    let all: Vec<Intention> = ["a", "b", "c", "a"].map(|message| retry(id, message)).to_vec();
    let taken = begun.journal.intend_all(&all).unwrap();
    let reported: Vec<Option<ActionId>> = taken
        .iter()
        .map(|taken| match taken {
            Ok(action) => Some(*action),
            Err(StateError::AlreadyOpen { action, .. }) if *action == open => None,
            // The second `a` meets the first.
            Err(StateError::AlreadyOpen { action, .. }) => Some(*action),
            Err(error) => panic!("{error}"),
        })
        .collect();
    assert_eq!((reported[1], reported[3]), (None, reported[0]));
    assert_eq!(begun.journal.open_actions(&server(), &campaign()).unwrap().len(), 3);

    // One that cannot be written takes the others with it.
    let unknown_run = run_id(99);
    assert!(begun.journal.intend_all(&[retry(id, "d"), retry(&unknown_run, "e")]).is_err());
    assert_eq!(begun.journal.open_actions(&server(), &campaign()).unwrap().len(), 3);
}

#[rstest]
fn several_processes_that_want_the_same_get_each_message_once(#[values(Kept::InFile, Kept::InMemory)] kept: Kept) {
    let begun = begun(kept);
    let runs: Vec<RunId> = (2..6).map(run_id).collect();
    let held: Vec<Run> = runs.iter().map(|run| begun.journal.begin_run(run.clone(), &who(), at(0)).unwrap()).collect();
    let barrier = Barrier::new(runs.len());
    let taken: Vec<usize> = std::thread::scope(|scope| {
        let threads: Vec<_> = runs
            .iter()
            .map(|run| {
                let (journal, barrier) = (begun.elsewhere(), &barrier);
                scope.spawn(move || {
                    let all: Vec<Intention> = (0..50).map(|message| retry(run, &message.to_string())).collect();
                    barrier.wait();
                    journal.intend_all(&all).unwrap().iter().filter(|taken| taken.is_ok()).count()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(taken.iter().sum::<usize>(), 50, "{taken:?}");
    drop(held);
}

#[rstest]
fn only_what_was_not_tried_is_given_up(#[values(Kept::InFile, Kept::InMemory)] kept: Kept) {
    let begun = begun(kept);
    let id = begun.run.id();
    let intend = |message: &str| begun.journal.intend(&retry(id, message)).unwrap();
    let (untried, under_way, dropped, accepted) = (intend("a"), intend("b"), intend("c"), intend("d"));
    begun.journal.started(under_way, at(1)).unwrap();
    begun.journal.started(dropped, at(1)).unwrap();
    begun.journal.goes_again(dropped, &refused(), at(2)).unwrap();
    begun.journal.started(accepted, at(1)).unwrap();
    begun.journal.outcome(accepted, &Outcome::Accepted, at(2)).unwrap();
    begun.journal.give_up(&[untried, under_way, dropped, accepted], "stopped", at(3)).unwrap();
    let state = |action| begun.journal.entry(action).unwrap().state;
    assert_eq!(
        [state(untried), state(under_way), state(dropped), state(accepted)],
        [ActionState::NotSent, ActionState::Intended, ActionState::NotSent, ActionState::Accepted]
    );
    assert_eq!(begun.journal.entry(untried).unwrap().reason.as_deref(), Some("stopped"));
    // What was given up can be planned again.
    assert!(begun.journal.intend(&retry(id, "a")).is_ok());
}
