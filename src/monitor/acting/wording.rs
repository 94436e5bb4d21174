//! Retries in the journal's words.

use jiff::Timestamp;

use crate::retry::{ConfirmedBatchRetry, ConfirmedRetry};
use crate::state::{ActionKind, ReadFrom};
use crate::store::AnswerKind;

/// What a person agreed to.
#[derive(Debug)]
pub(in super::super) enum Wish {
    Message(ConfirmedRetry),
    Batch(ConfirmedBatchRetry),
}

impl Wish {
    /// The same as the journal writes it.
    pub fn intention(&self) -> Intended {
        match self {
            Wish::Message(retry) => message_intention(retry, "retry of one message"),
            Wish::Batch(retry) => {
                let plan = retry.plan();
                let action = ActionKind::RetryBatch { batch: plan.batch.clone(), failures: Some(retry.evidence().failures().to_vec()) };
                Intended {
                    action,
                    plan: format!("retry of a batch, planned {}", plan.planned_at),
                    planned_at: retry.confirmed_at(),
                    // Its rows were read at many times, none of which is the batch's.
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
    /// When what it is about was last read.
    pub read_at: Option<Timestamp>,
}

/// The retry of one message as the journal writes it; `plan` names what it is part of.
pub(in super::super) fn message_intention(retry: &ConfirmedRetry, plan: &str) -> Intended {
    let item = retry.item();
    let action = ActionKind::RetryMessage {
        message: item.message.clone(),
        attempts: item.attempts,
        newest_attempt: item.newest_attempt,
        read_from: read_from(&item.read_from),
    };
    let plan = format!("{plan}, planned {}", retry.planned_at());
    Intended { action, plan, planned_at: retry.confirmed_at(), read_at: Some(item.read_at) }
}

/// Which call told the attempts, in the journal's words.
fn read_from(kind: &AnswerKind) -> ReadFrom {
    match kind {
        AnswerKind::List | AnswerKind::Search => ReadFrom::List,
        AnswerKind::Batch(_) => ReadFrom::Batch,
        AnswerKind::Single | AnswerKind::Action => ReadFrom::Single,
    }
}

/// The same back. The batch's id plays no part in a comparison with a single reading.
pub(super) fn answer_kind(from: ReadFrom) -> AnswerKind {
    match from {
        ReadFrom::Single => AnswerKind::Single,
        ReadFrom::List | ReadFrom::Batch => AnswerKind::List,
    }
}

/// The API's words for the journal: a number in them would be personal, so long runs of digits are
/// hidden.
pub(super) fn impersonal(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let digits = rest[start..].bytes().take_while(u8::is_ascii_digit).count();
        out.push_str(&rest[..start]);
        let run = &rest[start..start + digits];
        out.push_str(if digits >= PERSONAL_DIGITS { "(number)" } else { run });
        rest = &rest[start + digits..];
    }
    out + rest
}

/// From how many digits in a row on they may be a recipient's.
const PERSONAL_DIGITS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_gets_no_number() {
        assert_eq!(impersonal("recipient 6580001234 is not valid (400)"), "recipient (number) is not valid (400)");
        assert_eq!(impersonal("S1234567A"), "S(number)A");
        assert_eq!(impersonal("no digits"), "no digits");
    }
}
