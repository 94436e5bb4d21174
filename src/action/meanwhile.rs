//! Whether a message was retried elsewhere since a person agreed to its retry.

use std::cmp::Ordering;

use super::Evidence;
use crate::delivery::{Message, Status};
use crate::store::AnswerKind;

/// What a reading shows of a message that is about to be retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recheck {
    /// Still failed, as when a person agreed to its retry.
    AsAgreed,
    /// It has another status, more attempts or a newer one: it was retried elsewhere.
    Changed,
    /// The reading cannot be compared with what the person agreed to.
    Unclear,
}

impl Evidence {
    /// Compares a reading with what a person agreed to. Counts are compared only within one kind of call, times
    /// always.
    pub fn standing(&self, message: &Message, read_from: &AnswerKind) -> Recheck {
        let Some(status) = &message.status else { return Recheck::Unclear };
        if *status != Status::Failure {
            return Recheck::Changed;
        }
        let counts = self.attempts.zip(message.tried()).filter(|_| same_call(&self.read_from, read_from));
        let stamps = self.newest_attempt.zip(message.newest_attempt().and_then(|attempt| attempt.created_at));
        let count = counts.map(|(agreed, now)| now.cmp(&agreed));
        let stamp = stamps.map(|(agreed, now)| now.cmp(&agreed));
        match (count, stamp) {
            (Some(Ordering::Greater), _) | (_, Some(Ordering::Greater)) => Recheck::Changed,
            (_, Some(Ordering::Equal)) | (Some(Ordering::Equal), None) => Recheck::AsAgreed,
            // Where the API never gave either, the failure itself is all there is to check.
            (None, None) if self.is_empty() => Recheck::AsAgreed,
            // Less than was known before comes from an older copy of the server's data, and proves nothing.
            _ => Recheck::Unclear,
        }
    }

    /// Whether it has nothing to compare but the status.
    pub fn is_empty(&self) -> bool {
        self.attempts.is_none() && self.newest_attempt.is_none()
    }

    /// Takes over a reading's values where the plan had nothing to compare: the next reading is then compared with
    /// this one.
    pub fn adopt(&mut self, message: &Message, read_from: &AnswerKind) {
        if self.is_empty() {
            self.attempts = message.tried();
            self.newest_attempt = message.newest_attempt().and_then(|attempt| attempt.created_at);
            self.read_from = read_from.clone();
        }
    }
}

/// Whether two answers count attempts alike. A search is a list with a condition.
fn same_call(one: &AnswerKind, other: &AnswerKind) -> bool {
    let is_list = |kind: &AnswerKind| matches!(kind, AnswerKind::List | AnswerKind::Search);
    one == other || (is_list(one) && is_list(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Attempt, BatchId, MessageId};
    use jiff::Timestamp;
    use rstest::rstest;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + second).unwrap()
    }

    /// A message with this status and attempts of these times; one of time 0 has none.
    fn message(status: Option<&str>, attempts: Option<&[i64]>) -> Message {
        let attempt = |second: &i64| Attempt {
            status: None,
            created_at: (*second != 0).then(|| at(*second)),
            updated_at: None,
            sent_at: None,
            delivered_at: None,
            error: None,
        };
        Message {
            status: status.map(Status::from_api),
            attempts: attempts.map(|attempts| attempts.iter().map(attempt).collect()),
            ..Message::new(MessageId::new("m"))
        }
    }

    const LIST: AnswerKind = AnswerKind::List;
    const SINGLE: AnswerKind = AnswerKind::Single;

    #[rstest]
    #[case::the_same(Some("failure"), Some(&[60][..]), LIST, Recheck::AsAgreed)]
    #[case::another_status(Some("created"), Some(&[60][..]), LIST, Recheck::Changed)]
    #[case::delivered(Some("success"), None, SINGLE, Recheck::Changed)]
    #[case::no_status(None, Some(&[60][..]), LIST, Recheck::Unclear)]
    #[case::failed_again(Some("failure"), Some(&[90, 60][..]), LIST, Recheck::Changed)]
    #[case::failed_again_read_by_itself(Some("failure"), Some(&[90, 60][..]), SINGLE, Recheck::Changed)]
    #[case::more_without_times(Some("failure"), Some(&[0, 0][..]), LIST, Recheck::Changed)]
    #[case::more_of_another_call(Some("failure"), Some(&[0, 0][..]), SINGLE, Recheck::Unclear)]
    #[case::more_of_another_call_with_the_same_stamp(Some("failure"), Some(&[60, 50][..]), SINGLE, Recheck::AsAgreed)]
    #[case::a_list_that_shows_only_the_newest(Some("failure"), Some(&[90][..]), LIST, Recheck::Changed)]
    #[case::as_many_without_times(Some("failure"), Some(&[0][..]), LIST, Recheck::AsAgreed)]
    #[case::a_search_is_a_list(Some("failure"), Some(&[0][..]), AnswerKind::Search, Recheck::AsAgreed)]
    #[case::a_batch_is_not(Some("failure"), Some(&[0][..]), AnswerKind::Batch(BatchId::new("b")), Recheck::Unclear)]
    #[case::no_attempts_reported(Some("failure"), None, LIST, Recheck::Unclear)]
    #[case::an_older_state(Some("failure"), Some(&[30][..]), LIST, Recheck::Unclear)]
    fn a_reading_is_compared_with_what_was_agreed_to(
        #[case] status: Option<&str>,
        #[case] attempts: Option<&[i64]>,
        #[case] from: AnswerKind,
        #[case] standing: Recheck,
    ) {
        let agreed = Evidence { attempts: Some(1), newest_attempt: Some(at(60)), read_from: AnswerKind::List };
        assert_eq!(agreed.standing(&message(status, attempts), &from), standing);
    }

    #[test]
    fn without_anything_to_compare_a_failure_is_enough_and_the_next_reading_has_something() {
        let mut agreed = Evidence { attempts: None, newest_attempt: None, read_from: LIST };
        assert_eq!(agreed.standing(&message(Some("failure"), None), &LIST), Recheck::AsAgreed);
        assert_eq!(agreed.standing(&message(Some("sent"), None), &LIST), Recheck::Changed);
        let read = message(Some("failure"), Some(&[60]));
        assert_eq!(agreed.standing(&read, &SINGLE), Recheck::AsAgreed);
        agreed.adopt(&read, &SINGLE);
        assert_eq!(agreed.standing(&message(Some("failure"), Some(&[90, 60])), &SINGLE), Recheck::Changed);
        agreed.adopt(&message(Some("failure"), Some(&[90, 60])), &SINGLE);
        assert_eq!(agreed.newest_attempt, Some(at(60)), "what is there to compare stays");
    }
}
