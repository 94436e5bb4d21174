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
    /// The same as the journal writes it: what is done, in which plan, and when it was decided.
    pub fn intention(&self) -> (ActionKind, String, Timestamp) {
        match self {
            Wish::Message(retry) => {
                (message_action(retry), format!("retry of one message, planned {}", retry.planned_at()), retry.confirmed_at())
            }
            Wish::Batch(retry) => {
                let plan = retry.plan();
                let action = ActionKind::RetryBatch {
                    batch: plan.batch.clone(),
                    failures: Some(u32::try_from(plan.failures).unwrap_or(u32::MAX)),
                    attempts: plan.is_loaded_whole().then_some(plan.attempts),
                };
                (action, format!("retry of a batch, planned {}", plan.planned_at), retry.confirmed_at())
            }
        }
    }
}

/// The retry of one message as the journal writes it.
pub(in super::super) fn message_action(retry: &ConfirmedRetry) -> ActionKind {
    let item = retry.item();
    ActionKind::RetryMessage {
        message: item.message.clone(),
        attempts: item.attempts,
        newest_attempt: item.newest_attempt,
        read_from: read_from(&item.read_from),
    }
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
