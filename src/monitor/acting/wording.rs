//! How retries are worded in the journal.

use jiff::Timestamp;

use crate::action::{ConfirmedBatchRetry, ConfirmedRetry};
use crate::delivery::without_numbers;
use crate::state::{ActionKind, ReadFrom};
use crate::store::AnswerKind;

/// What a person agreed to.
#[derive(Debug)]
pub(in super::super) enum ConfirmedAction {
    Message(ConfirmedRetry),
    Batch(ConfirmedBatchRetry),
}

impl ConfirmedAction {
    /// The same, as written to the journal.
    pub fn intention(&self) -> Intended {
        match self {
            ConfirmedAction::Message(retry) => message_intention(retry, "retry of one message"),
            ConfirmedAction::Batch(retry) => {
                let plan = retry.plan();
                let action = ActionKind::RetryBatch { batch: plan.batch.clone(), failures: Some(retry.evidence().failures().to_vec()) };
                Intended {
                    action,
                    plan: format!("retry of a batch, planned {}", planned(plan.planned_at)),
                    planned_at: retry.confirmed_at(),
                    // Its rows were read at many times, none of which counts for the whole batch.
                    read_at: None,
                }
            }
        }
    }
}

/// What a person agreed to, in the journal's words.
pub(in super::super) struct Intended {
    /// What is done.
    pub action: ActionKind,
    /// The plan it belongs to.
    pub plan: String,
    /// When it was decided.
    pub planned_at: Timestamp,
    /// When its subject was last read.
    pub read_at: Option<Timestamp>,
}

/// The retry of one message as written to the journal; `plan` names what it is part of.
pub(in super::super) fn message_intention(retry: &ConfirmedRetry, plan: &str) -> Intended {
    let item = retry.item();
    let action = ActionKind::RetryMessage {
        message: item.message.clone(),
        attempts: item.attempts,
        newest_attempt: item.newest_attempt,
        read_from: read_from(&item.read_from),
    };
    let plan = format!("{plan}, planned {}", planned(retry.planned_at()));
    Intended { action, plan, planned_at: retry.confirmed_at(), read_at: Some(item.read_at) }
}

/// When a plan was made, to the millisecond like the journal's other times.
fn planned(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// Which call reported the attempts, in the journal's words.
fn read_from(kind: &AnswerKind) -> ReadFrom {
    match kind {
        AnswerKind::List | AnswerKind::Search => ReadFrom::List,
        AnswerKind::Batch(_) => ReadFrom::Batch,
        AnswerKind::Single | AnswerKind::Action => ReadFrom::Single,
    }
}

/// The reverse. The batch's id plays no part in a comparison with a single reading.
pub(super) fn answer_kind(from: ReadFrom) -> AnswerKind {
    match from {
        ReadFrom::Single => AnswerKind::Single,
        ReadFrom::List | ReadFrom::Batch => AnswerKind::List,
    }
}

/// The API's words for the journal: a number in them would be personal. Ids, dates and times stay.
pub(super) fn impersonal(words: &str) -> String {
    without_numbers(words).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_gets_no_number() {
        assert_eq!(impersonal("recipient 6580001234 is not valid (400)"), "recipient … is not valid (400)");
        assert_eq!(impersonal("S1234567A"), "S…A");
        assert_eq!(impersonal("no digits"), "no digits");
        let kept = "message_00000000-0000-4000-8000-000000000001 was retried elsewhere at 2026-11-28T15:02:58.123456789Z";
        assert_eq!(impersonal(kept), kept);
    }

    /// The plan's time is not a person's number, whatever count it is next to.
    #[test]
    fn a_plan_keeps_its_date_in_the_journal() {
        let at: Timestamp = "2026-11-28T15:02:58.905694994Z".parse().unwrap();
        for (messages, words) in [(1, "run of 1 message"), (2, "run of 2 messages"), (123_456, "run of 123,456 messages")] {
            let plan = format!("run of {}, planned {}", crate::delivery::counted(messages, "message"), planned(at));
            assert_eq!(plan, format!("{words}, planned 2026-11-28T15:02:58.905Z"));
            assert_eq!(without_numbers(&plan), plan);
        }
    }
}
