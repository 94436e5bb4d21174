//! What readings say about a retry: how its unknown outcome ended, and what becomes of it.

use jiff::{SignedDuration, Timestamp};

use super::super::ActionStage;
use super::{Acting, Known, Phase};
use crate::delivery::{Message, Status};
use crate::postman::Cursor;
use crate::retry::{BatchReading, Finding, Resolution, look_up_again};
use crate::store::AnswerKind;

/// How often a retried message is read at first, and until which age of the retry.
const FOLLOW_SOON: SignedDuration = SignedDuration::from_secs(3);
const SOON: SignedDuration = SignedDuration::from_mins(2);
/// How often it is read later.
const FOLLOW_LATER: SignedDuration = SignedDuration::from_secs(15);
/// After how long it is no longer followed by itself: its stretch is read like any other.
const FOLLOWED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// How seldom a message is read at most that cannot be read.
const LONGEST_UNREAD: SignedDuration = SignedDuration::from_secs(60);
/// After how long a person must decide about an outcome that cannot be looked up.
const UNREAD_FOR: SignedDuration = SignedDuration::from_mins(30);

/// How many pages of a batch are read at most to find its retry out: more than any file that the
/// API takes, so that cursors in a circle come to an end.
const LONGEST_PASS: u32 = 100;

/// A reading of all messages of a batch, page by page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in super::super) struct Pass {
    /// Where the next page begins; `None` at the head.
    pub next: Option<Cursor>,
    /// What the pages so far say.
    pub reading: BatchReading,
    pages: u32,
}

/// What a reading showed.
#[derive(Default)]
pub(in super::super) struct Read {
    pub stage: Option<ActionStage>,
    /// Whether it cleared up an unknown outcome.
    pub resolved: bool,
}

impl Acting {
    /// The message was read, because its outcome was unknown or to see what becomes of it.
    pub fn read(&mut self, message: &Message, now: Timestamp) -> Read {
        self.unread = 0;
        let Known::Message(evidence) = &self.known else { return Read::default() };
        let finding = evidence.compare(message, &AnswerKind::Single);
        if matches!(self.phase, Phase::Unknown { .. }) {
            return self.looked_up(finding, now);
        }
        self.followed(message, finding, now)
    }

    /// A page of messages told it, too: an answer to another question, asked at `asked_at`.
    pub fn noticed(&mut self, message: &Message, from: &AnswerKind, asked_at: Timestamp, now: Timestamp) -> Read {
        let Known::Message(evidence) = &self.known else { return Read::default() };
        let finding = evidence.compare(message, from);
        match &self.phase {
            Phase::Unknown { since, .. } if finding == Finding::Taken && asked_at >= *since => self.looked_up(finding, now),
            Phase::Following { since, .. } if asked_at >= *since => self.followed(message, finding, now),
            _ => Read::default(),
        }
    }

    /// A page of the batch was read, of which `next` opens the following one. `ahead` is how far the
    /// server's clock is ahead of this machine's.
    pub fn read_page(
        &mut self,
        messages: impl Iterator<Item = (Message, bool)>,
        next: Option<Cursor>,
        ahead: SignedDuration,
        now: Timestamp,
    ) -> Read {
        for (message, open) in messages {
            self.pass.reading.add(&message, open);
        }
        self.unread = 0;
        self.pass.pages += 1;
        self.pass.next = next.filter(|_| self.pass.pages < LONGEST_PASS);
        if self.pass.next.is_some() {
            return Read::default();
        }
        let pass = std::mem::take(&mut self.pass);
        let newest_attempt = pass.reading.newest_attempt.and_then(|newest| newest.checked_sub(ahead).ok());
        let reading = BatchReading { newest_attempt, ..pass.reading };
        let Known::Batch(evidence) = &self.known else { return Read::default() };
        let finding = evidence.compare(&reading);
        match &mut self.phase {
            Phase::Unknown { .. } => self.looked_up(finding, now),
            Phase::Following { since, read_at } => {
                // A pass of many pages must not take the whole budget.
                *read_at = now + FOLLOW_LATER * i32::try_from(pass.pages).unwrap_or(1).max(1);
                if reading.open == 0 || now.duration_since(*since) > FOLLOWED_FOR {
                    self.phase = Phase::Over;
                }
                Read::default()
            }
            _ => Read::default(),
        }
    }

    /// Its unknown outcome was looked up.
    fn looked_up(&mut self, finding: Finding, now: Timestamp) -> Read {
        let Phase::Unknown { since, reads, read_at, why } = &mut self.phase else { return Read::default() };
        if finding == Finding::Taken {
            self.phase = Phase::Following { since: now, read_at: now };
            return Read { stage: Some(ActionStage::FoundAccepted), resolved: true };
        }
        *reads += 1;
        let why = why.clone();
        let look_up_at = match look_up_again(*since, *reads, now) {
            Resolution::ReadAt(next) => {
                *read_at = next;
                Some(next)
            }
            Resolution::Person => {
                self.phase = Phase::Over;
                None
            }
        };
        Read { stage: Some(ActionStage::Unknown { why, look_up_at }), resolved: false }
    }

    /// It was taken, and its message was read.
    fn followed(&mut self, message: &Message, finding: Finding, now: Timestamp) -> Read {
        let Phase::Following { since, read_at } = &mut self.phase else { return Read::default() };
        let gone = now.duration_since(*since);
        *read_at = now + if gone < SOON { FOLLOW_SOON } else { FOLLOW_LATER };
        // The failure that was retried is not yet the end of the retry.
        let status = message.status.clone().filter(|status| *status != Status::Failure || finding == Finding::Taken);
        let ended = status.as_ref().is_some_and(Status::is_final);
        if ended || gone > FOLLOWED_FOR {
            self.phase = Phase::Over;
        }
        Read { stage: status.map(|status| ActionStage::Followed { status }), resolved: false }
    }

    /// The message could not be read; it is tried again, ever more seldom, and not for ever: what
    /// cannot be looked up is a person's to decide.
    pub fn unread(&mut self, now: Timestamp) -> Read {
        // A reading of a batch begins anew: its cursor may be what was refused.
        self.pass = Pass::default();
        self.unread = self.unread.saturating_add(1);
        let pause = (FOLLOW_SOON * i32::try_from(self.unread).unwrap_or(i32::MAX)).min(LONGEST_UNREAD);
        match &mut self.phase {
            Phase::Unknown { since, why, .. } if now.duration_since(*since) > UNREAD_FOR => {
                let stage = ActionStage::Unknown { why: why.clone(), look_up_at: None };
                self.phase = Phase::Over;
                return Read { stage: Some(stage), resolved: false };
            }
            Phase::Following { since, .. } if now.duration_since(*since) > FOLLOWED_FOR => self.phase = Phase::Over,
            Phase::Unknown { read_at, .. } | Phase::Following { read_at, .. } => *read_at = now + pause,
            _ => {}
        }
        Read::default()
    }
}
