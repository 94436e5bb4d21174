//! Finding out what became of a retry whose answer was lost.
//!
//! The message is read and compared with what was known before the request left. It is never retried just to find
//! out.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::PlanItem;
use crate::delivery::{Message, Status};
use crate::store::AnswerKind;

/// How long a message must stay unchanged before a person is asked: failures were seen to surface 66 to 90 seconds
/// after an attempt.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The same of an upload: its rows can take more than a minute to appear.
pub const UPLOAD_PATIENCE: Duration = Duration::from_secs(300);

/// How often it must have been read unchanged before a person is asked.
pub const READS_NEEDED: u32 = 2;

/// The pauses between readings: short at first, then longer. The last one repeats.
const PAUSES_S: [u64; 4] = [1, 5, 15, 30];

/// What was known before the request left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// How many attempts the message had.
    pub attempts: Option<u32>,
    /// When the newest of them was made.
    pub newest_attempt: Option<Timestamp>,
    /// Which kind of answer gave that. Counts are compared only within one kind.
    pub read_from: AnswerKind,
}

impl From<&PlanItem> for Evidence {
    fn from(item: &PlanItem) -> Self {
        Self { attempts: item.attempts, newest_attempt: item.newest_attempt, read_from: item.read_from.clone() }
    }
}

/// What one reading of the message shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageFinding {
    /// The retry was accepted, this request or someone else's.
    Taken,
    /// Nothing has changed, so far.
    Unchanged,
}

impl Evidence {
    /// What a reading of the message shows about the retry.
    pub fn compare(&self, message: &Message, read_from: &AnswerKind) -> MessageFinding {
        let left_failure = message.status.as_ref().is_some_and(|status| *status != Status::Failure);
        let more_attempts =
            self.read_from == *read_from && matches!((self.attempts, message.tried()), (Some(before), Some(after)) if after > before);
        let newest = message.newest_attempt().and_then(|attempt| attempt.created_at);
        let newer_attempt = matches!((self.newest_attempt, newest), (Some(before), Some(after)) if after > before);
        if left_failure || more_attempts || newer_attempt { MessageFinding::Taken } else { MessageFinding::Unchanged }
    }
}

/// What to do next about an unknown outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextLookUp {
    /// Read the message again at this time.
    ReadAt(Timestamp),
    /// It has stayed unchanged for so long that a person must decide.
    Person,
}

/// When to look again, after `reads` readings that found nothing changed since the outcome became
/// unknown at `since`; with that much patience a person is asked.
pub fn look_up_again(patience: Duration, since: Timestamp, reads: u32, now: Timestamp) -> NextLookUp {
    let waited = now.duration_since(since);
    let patience = SignedDuration::try_from(patience).unwrap_or(SignedDuration::MAX);
    if reads >= READS_NEEDED && waited >= patience {
        return NextLookUp::Person;
    }
    let pause = PAUSES_S[usize::try_from(reads).unwrap_or(usize::MAX).min(PAUSES_S.len() - 1)];
    NextLookUp::ReadAt(now + SignedDuration::from_secs(i64::try_from(pause).unwrap_or(30)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Attempt, MessageId};
    use rstest::rstest;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + second).unwrap()
    }

    fn message(status: &str, attempts: &[i64]) -> Message {
        let attempt = |second: &i64| Attempt {
            status: None,
            created_at: Some(at(*second)),
            updated_at: None,
            sent_at: None,
            delivered_at: None,
            error: None,
        };
        Message {
            status: Some(Status::from_api(status)),
            attempts: Some(attempts.iter().map(attempt).collect()),
            ..Message::new(MessageId::new("m"))
        }
    }

    #[rstest]
    #[case("failure", &[0], AnswerKind::Single, MessageFinding::Unchanged)]
    #[case("created", &[0], AnswerKind::Single, MessageFinding::Taken)]
    #[case("failure", &[90, 0], AnswerKind::Single, MessageFinding::Taken)]
    #[case("failure", &[0, 0], AnswerKind::Single, MessageFinding::Taken)]
    #[case("failure", &[0, 0], AnswerKind::List, MessageFinding::Unchanged)]
    #[case("failure", &[], AnswerKind::Single, MessageFinding::Unchanged)]
    fn a_reading_is_compared_with_what_was_known(
        #[case] status: &str,
        #[case] attempts: &[i64],
        #[case] read_from: AnswerKind,
        #[case] finding: MessageFinding,
    ) {
        let evidence = Evidence { attempts: Some(1), newest_attempt: Some(at(0)), read_from: AnswerKind::Single };
        assert_eq!(evidence.compare(&message(status, attempts), &read_from), finding);
    }

    #[test]
    fn a_message_without_a_status_proves_nothing() {
        let evidence = Evidence { attempts: None, newest_attempt: None, read_from: AnswerKind::Single };
        assert_eq!(evidence.compare(&Message::new(MessageId::new("m")), &AnswerKind::Single), MessageFinding::Unchanged);
    }

    #[test]
    fn the_whole_schedule() {
        let mut now = at(0);
        let mut waits = Vec::new();
        for reads in 0.. {
            match look_up_again(PATIENCE, at(0), reads, now) {
                NextLookUp::ReadAt(next) => {
                    waits.push(next.duration_since(now).as_secs());
                    now = next;
                }
                NextLookUp::Person => break,
            }
        }
        assert_eq!(waits, [1, 5, 15, 30, 30, 30, 30]);
        assert!(now.duration_since(at(0)) >= SignedDuration::from_secs(120));
    }
}
