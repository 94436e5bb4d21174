//! Why an action is not taken, in words: somebody has the same in hand, or the journal is broken.

use jiff::{Timestamp, Unit};

use super::super::acting::Subject;
use crate::postman::Explanation;
use crate::state::{ActionState, RunId, StateError};

/// This process has it in hand already.
pub(super) fn already_under_way(subject: &Subject) -> Explanation {
    let what = match subject {
        Subject::Message(_) => "This message is being retried already.",
        Subject::Batch(_) => "This batch is being retried already.",
    };
    reported(what.to_owned(), "An action on it is under way, or its outcome is not known yet.".to_owned(), "Wait for its outcome.")
}

/// Another run has it in hand: one that is alive, or one that left its outcome unknown.
pub(super) fn under_way_elsewhere(subject: &Subject, run: &RunId, since: Timestamp, state: ActionState) -> Explanation {
    let it = name(subject);
    let since = to_the_second(since);
    match state {
        ActionState::Unknown => reported(
            format!("Another Postwatch retried {it}, and its outcome is not known yet (run {run}, since {since})."),
            "A second retry could send it twice. Nothing was sent from here.".to_owned(),
            "It is being looked up; what stays unknown is for a person to decide, in the activity view.",
        ),
        _ => reported(
            format!("Another Postwatch is retrying {it} (run {run}, since {since})."),
            "Whoever says yes first has it. Nothing was sent from here.".to_owned(),
            "Wait for its outcome: it is being read again.",
        ),
    }
}

/// Another run's retry was taken after the row that the person saw was read.
pub(super) fn taken_elsewhere(subject: &Subject, run: &RunId, at: Timestamp) -> Explanation {
    let it = name(subject);
    reported(
        format!("Another Postwatch has just retried {it} (run {run}, at {}).", to_the_second(at)),
        "That was after it was read here, so the plan was made from an older state. Nothing was sent from here.".to_owned(),
        "It is being read again. Plan it anew, if it still needs a retry.",
    )
}

/// What a person does where the journal's files are not what they were.
const OPEN_AGAIN: &str = "Nothing is retried without it. `:reload` opens it again, and so does a new start.";

pub(super) fn journal_broken(error: &StateError) -> Explanation {
    reported(
        "The journal of actions cannot be used.".to_owned(),
        error.explained(),
        if error.needs_opening() { OPEN_AGAIN } else { "Nothing is retried without it. Fix the state folder and start again." },
    )
}

fn name(subject: &Subject) -> &'static str {
    match subject {
        Subject::Message(_) => "this message",
        Subject::Batch(_) => "this batch",
    }
}

fn reported(what: String, why: String, next: &str) -> Explanation {
    Explanation::new(what, why, next.to_owned())
}

/// As the journal command tells times, without the parts of a second.
fn to_the_second(at: Timestamp) -> Timestamp {
    at.round(Unit::Second).unwrap_or(at)
}
