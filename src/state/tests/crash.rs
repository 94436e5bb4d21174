//! The program stops at every step in turn, and starts again.

use std::fs;

use super::*;

/// What a program does to the journal, step by step, and what the server saw of it.
struct Program<'a> {
    journal: &'a Journal,
    steps_left: usize,
    sent: Vec<(usize, &'static str)>,
}

struct Stopped;

impl Program<'_> {
    fn step<T>(&mut self, step: impl FnOnce(&Journal) -> Result<T, StateError>) -> Result<T, Stopped> {
        if self.steps_left == 0 {
            return Err(Stopped);
        }
        self.steps_left -= 1;
        Ok(step(self.journal).unwrap())
    }

    fn send(&mut self, message: usize, answer: &'static str) -> Result<(), Stopped> {
        if self.steps_left == 0 {
            return Err(Stopped);
        }
        self.steps_left -= 1;
        self.sent.push((message, answer));
        Ok(())
    }

    /// Three messages: one accepted, one accepted after a rate-limit refusal, one unknown that is resolved.
    fn run(&mut self, run: &RunId) -> Result<(), Stopped> {
        for message in 0..3 {
            let id = self.step(|journal| journal.intend(&retry(run, &format!("m{message}"))))?;
            self.step(|journal| journal.started(id, at(1)))?;
            if message == 1 {
                self.send(message, "429")?;
                self.step(|journal| journal.goes_again(id, &refused(), at(2)))?;
                self.step(|journal| journal.started(id, at(3)))?;
            }
            self.send(message, "201")?;
            let outcome = if message == 2 { unknown() } else { Outcome::Accepted };
            self.step(|journal| journal.outcome(id, &outcome, at(4)))?;
            if message == 2 {
                let reason = "it has more attempts".to_owned();
                self.step(|journal| journal.resolve(id, &Resolution::Accepted { reason }, at(5)))?;
            }
        }
        Ok(())
    }
}

#[test]
fn wherever_the_program_stops_the_next_start_knows_what_may_have_been_taken() {
    let mut ended = false;
    let mut stop = 0;
    while !ended {
        let folder = tempfile::tempdir().unwrap();
        let image = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let run = journal.begin_run(run_id(1), &who(), at(0)).unwrap();
        let mut program = Program { journal: &journal, steps_left: stop, sent: Vec::new() };
        ended = program.run(run.id()).is_ok();
        let sent = program.sent;
        // The files while the database is open, which is what a killed process leaves: no clean exit has written the
        // log back.
        for file in fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), image.path().join(file.file_name())).unwrap();
        }

        let next = Journal::open(image.path()).unwrap();
        let next_run = next.begin_run(run_id(2), &who(), at(10)).unwrap();
        let settled = next.settle_orphans(&server(), &campaign(), at(10)).unwrap();
        for message in 0..3 {
            let name = format!("m{message}");
            let entries: Vec<_> = next.all(99).unwrap();
            let entry = entries.iter().find(|entry| entry.action.message().is_some_and(|id| id.as_str() == name));
            let taken = sent.contains(&(message, "201"));
            let state = entry.map(|entry| entry.state);
            use ActionState::{Accepted, NotSent, ResolvedAccepted, Unknown};
            if taken {
                assert!(matches!(state, Some(Accepted | Unknown | ResolvedAccepted)), "stop {stop}, {name}: {state:?}");
            } else {
                assert!(matches!(state, None | Some(NotSent | Unknown)), "stop {stop}, {name}: {state:?}");
            }
            // What may have been accepted cannot be taken again; the rest can.
            let again = next.intend(&retry(next_run.id(), &name));
            assert_eq!(again.is_err(), state == Some(Unknown), "stop {stop}, {name}: {state:?}");
            assert_eq!(settled.not_started.iter().any(|left| Some(left.id) == entry.map(|entry| entry.id)), state == Some(NotSent));
        }
        assert!(next.all(99).unwrap().iter().filter(|entry| entry.run == *next_run.id()).all(|entry| entry.state == ActionState::Intended));
        stop += 1;
    }
    assert!(stop > 14, "the stop came at every step: {stop}");
}
