//! Reading a whole batch: which failures its retry covers, and what became of them afterwards.
//!
//! One change proves nothing about 58 failures: each was read before the request left, and each is compared by
//! itself. Server times are compared only with server times; no local clock decides anything.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::FRESH_ENOUGH;
use crate::delivery::{Message, MessageId, Status, agreeing, counted};
use crate::state::FailureSeen;

/// With this many attempts or more, the server may leave a failure out of its batch's retry.
const MAY_BE_LEFT_OUT: u32 = 3;

/// What the newest answer of a reading says about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Line {
    Failure {
        attempts: Option<u32>,
        newest_attempt: Option<Timestamp>,
    },
    Created,
    /// Any other status; whether it can still change.
    Other {
        is_open: bool,
    },
    /// The server did not say.
    NotGiven,
}

/// All pages of a batch, from the first one to the last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BatchReading {
    began_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    lines: HashMap<MessageId, Line>,
    bad: usize,
}

impl BatchReading {
    /// Adds a page whose request left at `asked_at`: its messages, whether each can still change, and how many rows
    /// could not be read. A message that comes twice counts once, as last reported. Returns whether the page had any
    /// message that earlier pages had not.
    pub fn add(&mut self, messages: impl IntoIterator<Item = (Message, bool)>, bad: usize, asked_at: Timestamp, now: Timestamp) -> bool {
        self.began_at.get_or_insert(asked_at);
        self.ended_at = Some(now);
        self.bad += bad;
        let before = self.lines.len();
        for (message, is_open) in messages {
            let line = match &message.status {
                Some(Status::Failure) => {
                    let seen = seen(&message);
                    Line::Failure { attempts: seen.attempts, newest_attempt: seen.newest_attempt }
                }
                Some(Status::Created) => Line::Created,
                Some(_) => Line::Other { is_open },
                None => Line::NotGiven,
            };
            self.lines.insert(message.id, line);
        }
        self.lines.len() > before
    }

    /// How many messages were read.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether no message was read.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How many rows could not be read.
    pub fn bad(&self) -> usize {
        self.bad
    }

    /// How many messages are still `created`.
    pub fn created(&self) -> usize {
        self.lines.values().filter(|line| **line == Line::Created).count()
    }

    /// How many messages can still change.
    pub fn open(&self) -> usize {
        self.lines.values().filter(|line| matches!(line, Line::Created | Line::Other { is_open: true })).count()
    }

    /// Whether a message is one of its failures.
    pub fn has_failed(&self, message: &MessageId) -> bool {
        matches!(self.lines.get(message), Some(Line::Failure { .. }))
    }

    /// Whether a later answer of another call disagrees about a message's failure.
    pub fn differs(&self, message: &Message) -> bool {
        match self.lines.get(&message.id) {
            Some(Line::Failure { newest_attempt, .. }) => {
                // Counts are compared only within one kind of call.
                let after = FailureSeen { attempts: None, ..seen(message) };
                let before = FailureSeen { message: message.id.clone(), attempts: None, newest_attempt: *newest_attempt };
                message.status.as_ref().is_some_and(|status| *status != Status::Failure) || is_newer(&before, &after)
            }
            _ => message.status == Some(Status::Failure),
        }
    }

    /// Its failures, as evidence for later.
    pub fn evidence(&self) -> BatchEvidence {
        let failure = |(message, line): (&MessageId, &Line)| match line {
            Line::Failure { attempts, newest_attempt } => {
                Some(FailureSeen { message: message.clone(), attempts: *attempts, newest_attempt: *newest_attempt })
            }
            _ => None,
        };
        let mut failures: Vec<FailureSeen> = self.lines.iter().filter_map(failure).collect();
        failures.sort_by(|left, right| left.message.cmp(&right.message));
        BatchEvidence(Arc::new(Evidence { failures, began_at: self.began_at, ended_at: self.ended_at }))
    }
}

/// What the journal keeps of a failed message.
fn seen(message: &Message) -> FailureSeen {
    let newest_attempt = message.attempts.iter().flatten().filter_map(|attempt| attempt.created_at).max();
    FailureSeen { message: message.id.clone(), attempts: message.tried(), newest_attempt }
}

/// Whether a failure was tried again since; both readings come from pages of the batch.
fn is_newer(before: &FailureSeen, after: &FailureSeen) -> bool {
    let more = matches!((before.attempts, after.attempts), (Some(before), Some(after)) if after > before);
    let newer = matches!((before.newest_attempt, after.newest_attempt), (Some(before), Some(after)) if after > before);
    more || newer
}

/// Whether there is nothing to compare now, although there was at the earlier reading.
fn cannot_be_compared(before: &FailureSeen, after: &FailureSeen) -> bool {
    let count = before.attempts.is_some() && after.attempts.is_some();
    let stamp = before.newest_attempt.is_some() && after.newest_attempt.is_some();
    (before.attempts.is_some() || before.newest_attempt.is_some()) && !count && !stamp
}

/// The failures of a batch, each as read before the request that retries them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchEvidence(Arc<Evidence>);

/// Shared, because there can be thousands and plans are copied.
#[derive(Debug, PartialEq, Eq)]
struct Evidence {
    failures: Vec<FailureSeen>,
    began_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

/// How many of a batch's failures have changed since the request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchFinding {
    /// How many have changed.
    pub changed: usize,
    /// How many a retry of the batch must change.
    pub of: usize,
}

impl BatchFinding {
    /// Whether the retry was taken: all of them have changed.
    pub fn is_taken(self) -> bool {
        self.of > 0 && self.changed == self.of
    }

    /// Whether only some have: someone else retried them, or the server has not reached the others yet.
    pub fn is_part(self) -> bool {
        self.changed > 0 && self.changed < self.of
    }

    /// In words: `3 of 58 changed`.
    pub fn words(self) -> String {
        format!("{} of {} changed", self.changed, self.of)
    }
}

impl BatchEvidence {
    /// From what the journal kept.
    pub fn kept(failures: &[FailureSeen]) -> Self {
        Self(Arc::new(Evidence { failures: failures.to_vec(), began_at: None, ended_at: None }))
    }

    /// Each failure.
    pub fn failures(&self) -> &[FailureSeen] {
        &self.0.failures
    }

    /// When the last of its pages was read.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.0.ended_at
    }

    /// Whether the whole batch was read within the last minute.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        is_recent(self.0.began_at, now)
    }

    /// Whether a person may agree to it: its last page was read within the last minute. Where the reading took longer
    /// than that, the batch is read again after the yes.
    pub fn can_be_agreed_to(&self, now: Timestamp) -> bool {
        is_recent(self.0.ended_at, now)
    }

    /// What a full reading after the request shows. `singly` are the messages that were retried one by one from here
    /// since: their changes say nothing about the batch.
    pub fn compare(&self, reading: &BatchReading, singly: &HashSet<MessageId>) -> BatchFinding {
        let counted = || self.failures().iter().filter(|seen| !singly.contains(&seen.message));
        let finding = |failures: &mut dyn Iterator<Item = &FailureSeen>| {
            failures.fold(BatchFinding { changed: 0, of: 0 }, |finding, seen| BatchFinding {
                changed: finding.changed + usize::from(has_changed(seen, reading)),
                of: finding.of + 1,
            })
        };
        let sure = finding(&mut counted().filter(|seen| seen.attempts.is_none_or(|attempts| attempts < MAY_BE_LEFT_OUT)));
        // Where the server may leave out every one of them, only a change in all of them proves that it did not.
        if sure.of > 0 { sure } else { finding(&mut counted()) }
    }

    /// How the batch, as read after the yes, differs from the one that was agreed to. Any change counts, even fewer
    /// failures: someone else is acting on it, and a yes to 58 is no yes to a different 57.
    pub fn changed_since(&self, reading: &BatchReading) -> Option<String> {
        let agreed: HashSet<&MessageId> = self.failures().iter().map(|seen| &seen.message).collect();
        let is_same = |before: &FailureSeen| match reading.lines.get(&before.message) {
            Some(Line::Failure { attempts, newest_attempt }) => {
                let after = FailureSeen { message: before.message.clone(), attempts: *attempts, newest_attempt: *newest_attempt };
                !is_newer(before, &after) && !cannot_be_compared(before, &after)
            }
            _ => false,
        };
        let changed = self.failures().iter().filter(|before| !is_same(before)).count();
        let new = reading.lines.iter().filter(|(id, line)| matches!(line, Line::Failure { .. }) && !agreed.contains(id)).count();
        let parts = [
            (changed, format!("{changed} of its {} changed", counted(self.failures().len(), "failure"))),
            (new, format!("{new} more failed")),
            (reading.created(), format!("{} {} \"created\"", reading.created(), agreeing(reading.created(), "is", "are"))),
            (reading.bad, format!("{} could not be read", counted(reading.bad, "row"))),
        ];
        let words: Vec<String> = parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}

/// Whether a reading after the request shows that a failure was tried again.
fn has_changed(before: &FailureSeen, reading: &BatchReading) -> bool {
    match reading.lines.get(&before.message) {
        Some(Line::Failure { attempts, newest_attempt }) => {
            is_newer(before, &FailureSeen { message: before.message.clone(), attempts: *attempts, newest_attempt: *newest_attempt })
        }
        Some(Line::Created | Line::Other { .. }) => true,
        // A missing answer proves nothing.
        Some(Line::NotGiven) | None => false,
    }
}

/// Within the last minute; a time in the future means a clock was set back, and proves nothing.
fn is_recent(at: Option<Timestamp>, now: Timestamp) -> bool {
    at.is_some_and(|at| at <= now && now.duration_since(at).unsigned_abs() <= FRESH_ENOUGH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::Attempt;
    use proptest::prelude::*;
    use rstest::rstest;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + second).unwrap()
    }

    /// A message with attempts at these seconds, newest first; `None` for one whose attempts were not given.
    fn message(number: usize, status: &str, attempts: Option<&[i64]>) -> (Message, bool) {
        let attempt = |second: &i64| Attempt {
            status: None,
            created_at: Some(at(*second)),
            updated_at: None,
            sent_at: None,
            delivered_at: None,
            error: None,
        };
        let status = (!status.is_empty()).then(|| Status::from_api(status));
        let attempts = attempts.map(|attempts| attempts.iter().map(attempt).collect());
        (Message { status, attempts, ..Message::new(MessageId::new(format!("message_{number}"))) }, false)
    }

    fn reading(messages: Vec<(Message, bool)>) -> BatchReading {
        let mut reading = BatchReading::default();
        reading.add(messages, 0, at(0), at(1));
        reading
    }

    fn failures(count: usize, attempts: &[i64]) -> Vec<(Message, bool)> {
        (0..count).map(|number| message(number, "failure", Some(attempts))).collect()
    }

    fn found(before: Vec<(Message, bool)>, after: Vec<(Message, bool)>) -> BatchFinding {
        reading(before).evidence().compare(&reading(after), &HashSet::new())
    }

    #[rstest]
    #[case::nothing_new("failure", Some(&[0][..]), false)]
    #[case::more_attempts("failure", Some(&[90, 0][..]), true)]
    #[case::more_attempts_with_one_stamp("failure", Some(&[0, 0][..]), true)]
    #[case::one_attempt_of_later("failure", Some(&[90][..]), true)]
    #[case::created("created", Some(&[0][..]), true)]
    #[case::delivered("success", None, true)]
    #[case::no_attempts_given("failure", None, false)]
    #[case::no_status_given("", Some(&[90, 0][..]), false)]
    fn a_failure_has_changed(#[case] status: &str, #[case] attempts: Option<&[i64]>, #[case] changed: bool) {
        let finding = found(failures(1, &[0]), vec![message(0, status, attempts)]);
        assert_eq!((finding.changed == 1, finding.is_taken()), (changed, changed));
    }

    /// One of 58 is retried from the portal, and the server never saw the batch's retry.
    #[test]
    fn one_of_many_proves_nothing_and_all_of_them_do() {
        let mut after = failures(58, &[0]);
        after[7] = message(7, "created", Some(&[60, 0]));
        let finding = found(failures(58, &[0]), after);
        assert_eq!((finding.is_taken(), finding.is_part(), finding.words().as_str()), (false, true, "1 of 58 changed"));
        let all = (0..58).map(|number| message(number, if number % 2 == 0 { "created" } else { "success" }, None)).collect();
        assert!(found(failures(58, &[0]), all).is_taken());
        let none = found(failures(58, &[0]), failures(58, &[0]));
        assert_eq!((none.is_taken(), none.is_part(), none.words().as_str()), (false, false, "0 of 58 changed"));
    }

    #[test]
    fn what_was_retried_singly_from_here_does_not_count() {
        let singly: HashSet<MessageId> = [MessageId::new("message_0")].into();
        let mut after = failures(3, &[0]);
        after[0] = message(0, "created", None);
        let evidence = reading(failures(3, &[0])).evidence();
        assert_eq!(evidence.compare(&reading(after.clone()), &singly), BatchFinding { changed: 0, of: 2 });
        after[1] = message(1, "created", None);
        after[2] = message(2, "success", None);
        assert!(evidence.compare(&reading(after.clone()), &singly).is_taken());
        // Where nothing else is left, there is nothing to conclude.
        let alone = reading(failures(1, &[0])).evidence();
        assert!(!alone.compare(&reading(after), &singly).is_taken());
    }

    #[test]
    fn what_the_server_may_leave_out_does_not_count_unless_all_may_be() {
        let mut before = failures(3, &[0]);
        before[2] = message(2, "failure", Some(&[2, 1, 0]));
        let mut after = before.clone();
        after[0] = message(0, "created", None);
        assert!(found(before.clone(), after.clone()).is_part());
        after[1] = message(1, "created", None);
        assert!(found(before, after).is_taken());
        let used_up = failures(2, &[2, 1, 0]);
        let mut after = used_up.clone();
        after[0] = message(0, "created", None);
        assert!(!found(used_up.clone(), after.clone()).is_taken());
        after[1] = message(1, "created", None);
        assert!(found(used_up, after).is_taken());
    }

    #[test]
    fn a_message_that_comes_twice_counts_once_as_it_was_told_last() {
        let mut pages = BatchReading::default();
        assert!(pages.add(failures(2, &[0]), 0, at(0), at(1)));
        assert!(!pages.add(failures(2, &[0]), 0, at(2), at(3)), "nothing new");
        assert!(pages.add(vec![message(1, "created", None), message(2, "failure", None)], 1, at(4), at(90)));
        assert_eq!((pages.len(), pages.created(), pages.bad()), (3, 1, 1));
        let evidence = pages.evidence();
        assert_eq!(evidence.failures().iter().map(|seen| seen.message.as_str()).collect::<Vec<_>>(), ["message_0", "message_2"]);
        // It took longer than a minute: it can be agreed to, and is read again after the yes.
        assert_eq!(
            (evidence.is_fresh(at(91)), evidence.can_be_agreed_to(at(91)), evidence.can_be_agreed_to(at(151))),
            (false, true, false)
        );
        assert!(!evidence.can_be_agreed_to(at(89)), "a clock that was set back proves nothing");
    }

    #[rstest]
    #[case::nothing(vec![], None)]
    #[case::tried_again(vec![message(1, "failure", Some(&[90, 0]))], Some("1 of its 3 failures changed"))]
    #[case::fewer(vec![message(1, "success", Some(&[90, 0]))], Some("1 of its 3 failures changed"))]
    #[case::more(vec![message(9, "failure", Some(&[0]))], Some("1 more failed"))]
    #[case::created(vec![message(2, "created", None)], Some("1 of its 3 failures changed, 1 is \"created\""))]
    #[case::nothing_to_compare(vec![message(0, "failure", None)], Some("1 of its 3 failures changed"))]
    fn another_batch_than_was_agreed_to(#[case] instead: Vec<(Message, bool)>, #[case] words: Option<&str>) {
        let agreed = reading(failures(3, &[0])).evidence();
        let mut now = reading(failures(3, &[0]));
        now.add(instead, 0, at(5), at(6));
        assert_eq!(agreed.changed_since(&now).as_deref(), words);
    }

    #[test]
    fn one_that_is_not_there_any_more_has_changed_and_proves_nothing() {
        let agreed = reading(failures(3, &[0])).evidence();
        let now = reading(failures(2, &[0]));
        assert_eq!(agreed.changed_since(&now).as_deref(), Some("1 of its 3 failures changed"));
        assert_eq!(agreed.compare(&now, &HashSet::new()), BatchFinding { changed: 0, of: 3 });
    }

    #[test]
    fn where_no_attempt_was_ever_given_a_fresh_failure_is_enough() {
        let agreed = reading(vec![message(0, "failure", None)]).evidence();
        assert_eq!(agreed.changed_since(&reading(vec![message(0, "failure", None)])), None);
    }

    proptest! {
        /// Whatever order the pages come in and however often: taken if and only if each has changed.
        #[test]
        fn taken_means_that_each_has_changed(
            changed in prop::collection::vec(any::<bool>(), 1..40), order in any::<prop::sample::Index>(), page in 1..9_usize,
        ) {
            let evidence = reading(failures(changed.len(), &[0])).evidence();
            let mut after: Vec<_> = changed
                .iter()
                .enumerate()
                .map(|(number, changed)| if *changed { message(number, "sent", None) } else { message(number, "failure", Some(&[0])) })
                .collect();
            let by = order.index(after.len());
            after.rotate_left(by);
            let mut reading = BatchReading::default();
            for (index, page) in after.chunks(page).enumerate() {
                // A page that grows shows the end of the one before again.
                reading.add(page.iter().cloned().chain(after.get(index).cloned()), 0, at(0), at(1));
            }
            let finding = evidence.compare(&reading, &HashSet::new());
            prop_assert_eq!(finding.is_taken(), changed.iter().all(|changed| *changed));
            prop_assert_eq!(finding.changed, changed.iter().filter(|changed| **changed).count());
        }
    }
}
