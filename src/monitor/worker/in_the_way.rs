//! Why an action is not taken, in words: another one on the same subject is under way, or the journal is broken.

use jiff::{Timestamp, Unit};

use crate::action::Subject;
use crate::postman::Explanation;
use crate::state::{ActionState, RunId, StateError};

/// This process is already doing it.
pub(super) fn already_under_way(subject: &Subject) -> Explanation {
    let what = match subject {
        Subject::Send(_) => "The same message to this number is under way already.".to_owned(),
        Subject::Upload(_) => "The same file is under way already.".to_owned(),
        Subject::Message(_) | Subject::Batch(_) => format!("Another action on {} is under way already.", subject.words().it),
    };
    reported(what, "It waits for its turn, or its outcome is not known yet.".to_owned(), "Wait for its outcome.")
}

/// Another run is doing it, or left its outcome unknown.
pub(super) fn under_way_elsewhere(subject: &Subject, run: &RunId, since: Timestamp, state: ActionState) -> Explanation {
    let it = subject.words().it;
    let since = to_the_second(since);
    match state {
        ActionState::Unknown => reported(
            format!("Another Postwatch {} {it}, and its outcome is not known yet (run {run}, since {since}).", subject.words().past),
            "A second request could send it twice. Nothing was sent from here.".to_owned(),
            "It is being looked up; if it stays unknown, a person decides in the activity view.",
        ),
        _ => reported(
            format!("Another Postwatch is {} {it} (run {run}, since {since}).", subject.words().present),
            "The first yes counts. Nothing was sent from here.".to_owned(),
            "Wait for its outcome: it is being read again.",
        ),
    }
}

/// An action of another run, or of this one, was accepted after what the person saw was read.
pub(super) fn taken_since(subject: &Subject, is_own: bool, run: &RunId, at: Timestamp) -> Explanation {
    let who = if is_own { "This" } else { "Another" };
    let (it, done) = (subject.words().it, subject.words().past);
    reported(
        format!("{who} Postwatch has just {done} {it} (run {run}, at {}).", to_the_second(at)),
        "That was after it was read here, so the plan was out of date. Nothing was sent from here.".to_owned(),
        match subject {
            Subject::Send(_) => "Check what went to this number.",
            Subject::Upload(_) => "Check the batches: the same file would send everyone a second message.",
            Subject::Message(_) | Subject::Batch(_) => "It is being read again. Make a new plan if it still needs a retry.",
        },
    )
}

/// What to do when the journal's files have changed.
const OPEN_AGAIN: &str = "Nothing is sent without it. `:reload` opens it again, and so does a restart.";

pub(super) fn journal_broken(error: &StateError) -> Explanation {
    reported(
        "The journal of actions cannot be used.".to_owned(),
        error.explained(),
        if error.needs_opening() { OPEN_AGAIN } else { "Nothing is sent without it. Fix the state folder and start again." },
    )
}

fn reported(what: String, why: String, next: &str) -> Explanation {
    Explanation::new(what, why, next.to_owned())
}

/// As the journal command shows times, without fractions of a second.
pub(super) fn to_the_second(at: Timestamp) -> Timestamp {
    at.round(Unit::Second).unwrap_or(at)
}
