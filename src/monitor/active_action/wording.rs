//! How retries are worded in the journal.

use crate::delivery::without_numbers;
use crate::state::ReadFrom;
use crate::store::AnswerKind;

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
}
