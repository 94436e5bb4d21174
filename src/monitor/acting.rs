//! One retry, of a message or of a whole batch, on its way from a person's yes to a known end. Pure:
//! steps in, stages out.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::budget::add;
use super::{ActionStage, Purpose};
use crate::delivery::{BatchId, Message, MessageId, Status};
use crate::postman::{Cursor, Explanation, WriteOutcome, backoff};
use crate::retry::{BatchEvidence, BatchReading, ConfirmedBatchRetry, ConfirmedRetry, Evidence, Finding, Resolution, look_up_again};
use crate::state::{ActionId, ActionKind, JournalEntry, Outcome, ReadFrom};
use crate::store::AnswerKind;

/// How often a try that provably did nothing goes again before it is given up: with the pauses
/// between, about three minutes.
const TRIES: u32 = 8;

/// How often a retried message is read at first, and until which age of the retry.
const FOLLOW_SOON: SignedDuration = SignedDuration::from_secs(3);
const SOON: SignedDuration = SignedDuration::from_mins(2);
/// How often it is read later.
const FOLLOW_LATER: SignedDuration = SignedDuration::from_secs(15);
/// After how long it is no longer followed by itself: its stretch is read like any other.
const FOLLOWED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// How many pages of a batch are read at most to find its retry out: more than any file that the
/// API takes, so that cursors in a circle come to an end.
const LONGEST_PASS: u32 = 100;

/// What a retry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    /// One message.
    Message(MessageId),
    /// All failures of a batch.
    Batch(BatchId),
}

/// What was known before the request left.
#[derive(Debug)]
enum Known {
    Message(Evidence),
    Batch(BatchEvidence),
}

/// A retry on its way.
#[derive(Debug)]
pub(super) struct Acting {
    pub subject: Subject,
    known: Known,
    /// Its number in the journal, once it is written down.
    pub action: Option<ActionId>,
    pub phase: Phase,
    /// Whether it is part of a run, which decides when it is started.
    pub in_run: bool,
    /// How far the messages of its batch were read this time.
    pub pass: Pass,
    tries: u32,
}

/// A reading of all messages of a batch, page by page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Pass {
    /// Where the next page begins; `None` at the head.
    pub next: Option<Cursor>,
    /// What the pages so far say.
    pub reading: BatchReading,
    pages: u32,
}

/// Where it stands.
#[derive(Debug)]
pub(super) enum Phase {
    /// Its intention must be written down first.
    ToIntend(Wish),
    /// Its intention is on disk, and its run has not come to it yet.
    Queued,
    /// The request may leave, from then on.
    Ready { from: Timestamp },
    /// The request is on its way.
    UnderWay,
    /// The outcome is not known; the message is read at that time.
    Unknown { since: Timestamp, reads: u32, read_at: Timestamp, why: Explanation },
    /// It was taken; the message is read at that time to see what becomes of it.
    Following { since: Timestamp, read_at: Timestamp },
    /// Nothing more is done.
    Over,
}

/// What a person agreed to.
#[derive(Debug)]
pub(super) enum Wish {
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
pub(super) fn message_action(retry: &ConfirmedRetry) -> ActionKind {
    let item = retry.item();
    ActionKind::RetryMessage {
        message: item.message.clone(),
        attempts: item.attempts,
        newest_attempt: item.newest_attempt,
        read_from: read_from(&item.read_from),
    }
}

impl Acting {
    fn with(subject: Subject, known: Known, phase: Phase) -> Self {
        Self { subject, known, action: None, phase, in_run: false, pass: Pass::default(), tries: 0 }
    }

    /// A retry that a person agreed to.
    pub fn new(retry: ConfirmedRetry) -> Self {
        let item = retry.item();
        let (subject, known) = (Subject::Message(item.message.clone()), Known::Message(Evidence::from(item)));
        Self::with(subject, known, Phase::ToIntend(Wish::Message(retry)))
    }

    /// A message of a run whose intention is on disk.
    pub fn queued(retry: &ConfirmedRetry, action: ActionId) -> Self {
        let item = retry.item();
        let (subject, known) = (Subject::Message(item.message.clone()), Known::Message(Evidence::from(item)));
        Self { action: Some(action), in_run: true, ..Self::with(subject, known, Phase::Queued) }
    }

    /// A retry of a whole batch that a person agreed to.
    pub fn of_batch(retry: ConfirmedBatchRetry, now: Timestamp) -> Self {
        let plan = retry.plan();
        let evidence = BatchEvidence {
            attempts: plan.is_loaded_whole().then_some(plan.attempts),
            failures: Some(u32::try_from(plan.failures).unwrap_or(u32::MAX)),
            sent_at: now,
        };
        Self::with(Subject::Batch(plan.batch.clone()), Known::Batch(evidence), Phase::ToIntend(Wish::Batch(retry)))
    }

    /// A retry of an earlier run whose outcome nobody saw: its request left at `sent_at`, where
    /// that is known. With `reads` readings made already, it is read until a person must decide.
    pub fn left_over(entry: &JournalEntry, sent_at: Option<Timestamp>, reads: u32, now: Timestamp, why: Explanation) -> Option<Self> {
        let (subject, known) = match &entry.action {
            ActionKind::RetryMessage { message, attempts, newest_attempt, read_from } => {
                let evidence = Evidence { attempts: *attempts, newest_attempt: *newest_attempt, read_from: answer_kind(*read_from) };
                (Subject::Message(message.clone()), Known::Message(evidence))
            }
            ActionKind::RetryBatch { batch, failures, attempts } => {
                let sent_at = sent_at.unwrap_or(entry.planned_at);
                let evidence = BatchEvidence { attempts: *attempts, failures: *failures, sent_at };
                (Subject::Batch(batch.clone()), Known::Batch(evidence))
            }
            ActionKind::SendMessage { .. } | ActionKind::UploadBatch { .. } => return None,
        };
        let phase = Phase::Unknown { since: entry.changed_at, reads, read_at: now, why };
        Some(Self { action: Some(entry.id), ..Self::with(subject, known, phase) })
    }

    /// The message it is about, where it is about one.
    pub fn message(&self) -> Option<&MessageId> {
        match &self.subject {
            Subject::Message(message) => Some(message),
            Subject::Batch(_) => None,
        }
    }

    /// A run has come to it.
    pub fn start(&mut self, now: Timestamp) {
        if matches!(self.phase, Phase::Queued) {
            self.phase = Phase::Ready { from: now };
        }
    }

    /// Whether it provably did nothing so far and none of its requests is on its way.
    pub fn may_be_given_up(&self) -> bool {
        matches!(self.phase, Phase::Queued | Phase::Ready { .. })
    }

    /// When its unknown outcome is looked up next.
    pub fn look_up_at(&self) -> Option<Timestamp> {
        match &self.phase {
            Phase::Unknown { read_at, .. } => Some(*read_at),
            _ => None,
        }
    }

    /// A person wishes to look at once.
    pub fn look_up_now(&mut self, now: Timestamp) {
        if let Phase::Unknown { read_at, .. } = &mut self.phase {
            *read_at = now;
        }
    }

    /// When it next needs a call, and what for.
    pub fn due(&self) -> Option<(Timestamp, Purpose)> {
        match &self.phase {
            Phase::Ready { from } => Some((*from, Purpose::Retry)),
            Phase::Unknown { read_at, .. } => Some((*read_at, Purpose::Outcome)),
            Phase::Following { read_at, .. } => Some((*read_at, Purpose::Message)),
            Phase::ToIntend(_) | Phase::Queued | Phase::UnderWay | Phase::Over => None,
        }
    }

    /// Whether a second retry of the message would cross this one.
    pub fn is_open(&self) -> bool {
        matches!(self.phase, Phase::ToIntend(_) | Phase::Queued | Phase::Ready { .. } | Phase::UnderWay | Phase::Unknown { .. })
    }

    /// Its intention is on disk.
    pub fn intended(&mut self, action: ActionId, now: Timestamp) -> ActionStage {
        self.action = Some(action);
        self.phase = Phase::Ready { from: now };
        ActionStage::Intended
    }

    /// It cannot be done; nothing was sent.
    pub fn not_taken(&mut self, why: Explanation) -> ActionStage {
        self.phase = Phase::Over;
        ActionStage::NotTaken(why)
    }

    /// Its request leaves; the number of the try is the journal's.
    pub fn leaves(&mut self, try_number: u32, now: Timestamp) -> ActionStage {
        self.tries = try_number;
        if let Known::Batch(evidence) = &mut self.known {
            evidence.sent_at = now;
        }
        self.phase = Phase::UnderWay;
        ActionStage::UnderWay { try_number }
    }

    /// What came of its request. Gives the journal's line, whether it goes again by itself, and
    /// the stage.
    pub fn answered(&mut self, outcome: &WriteOutcome, now: Timestamp) -> Answered {
        let taken = |acting: &mut Self| {
            acting.phase = Phase::Following { since: now, read_at: now };
            Answered { outcome: Outcome::Accepted, goes_again: false, stage: ActionStage::Accepted }
        };
        // Only what was accepted needs no explanation.
        let Some(why) = outcome.explanation() else { return taken(self) };
        match outcome {
            WriteOutcome::Accepted { .. } => taken(self),
            WriteOutcome::Refused { rate_limited: true, code, reason, trace_id, retry_after, .. } => {
                let outcome = Outcome::Refused { code: code.clone(), reason: impersonal(reason), trace_id: trace_id.clone() };
                self.again_or(outcome, *retry_after, why, now, ActionStage::Refused)
            }
            WriteOutcome::Refused { code, reason, trace_id, .. } => {
                self.phase = Phase::Over;
                let outcome = Outcome::Refused { code: code.clone(), reason: impersonal(reason), trace_id: trace_id.clone() };
                Answered { outcome, goes_again: false, stage: ActionStage::Refused(why) }
            }
            WriteOutcome::NotSent { reason, .. } => {
                self.again_or(Outcome::NotSent { reason: impersonal(reason) }, None, why, now, ActionStage::NotSent)
            }
            WriteOutcome::Unknown { reason, .. } => {
                let outcome = Outcome::Unknown { reason: impersonal(reason) };
                let Resolution::ReadAt(read_at) = look_up_again(now, 0, now) else {
                    self.phase = Phase::Over;
                    return Answered { outcome, goes_again: false, stage: ActionStage::Unknown { why, look_up_at: None } };
                };
                self.phase = Phase::Unknown { since: now, reads: 0, read_at, why: why.clone() };
                Answered { outcome, goes_again: false, stage: ActionStage::Unknown { why, look_up_at: Some(read_at) } }
            }
        }
    }

    /// A try that provably did nothing goes again, until it has been tried often enough.
    fn again_or(
        &mut self,
        outcome: Outcome,
        retry_after: Option<Duration>,
        why: Explanation,
        now: Timestamp,
        over: impl FnOnce(Explanation) -> ActionStage,
    ) -> Answered {
        if self.tries >= TRIES {
            self.phase = Phase::Over;
            return Answered { outcome, goes_again: false, stage: over(why) };
        }
        // A fixed half of the jitter: one action at a time, so there is no crowd to spread.
        let pause = backoff(self.tries, 0.5).max(retry_after.unwrap_or_default());
        let from = add(now, pause.as_secs_f64());
        self.phase = Phase::Ready { from };
        Answered { outcome, goes_again: true, stage: ActionStage::GoesAgain { at: from, why } }
    }

    /// The message was read, because its outcome was unknown or to see what becomes of it.
    pub fn read(&mut self, message: &Message, now: Timestamp) -> Read {
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

    /// The message could not be read; it is tried again later.
    pub fn unread(&mut self, now: Timestamp) {
        // A reading of a batch begins anew: its cursor may be what was refused.
        self.pass = Pass::default();
        match &mut self.phase {
            Phase::Unknown { read_at, .. } | Phase::Following { read_at, .. } => *read_at = now + FOLLOW_SOON,
            _ => {}
        }
    }
}

/// What came of a request.
pub(super) struct Answered {
    /// What the journal writes.
    pub outcome: Outcome,
    /// Whether the action stays open and goes again by itself.
    pub goes_again: bool,
    pub stage: ActionStage,
}

/// What a reading showed.
#[derive(Default)]
pub(super) struct Read {
    pub stage: Option<ActionStage>,
    /// Whether it cleared up an unknown outcome.
    pub resolved: bool,
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
fn answer_kind(from: ReadFrom) -> AnswerKind {
    match from {
        ReadFrom::Single => AnswerKind::Single,
        ReadFrom::List | ReadFrom::Batch => AnswerKind::List,
    }
}

/// The API's words for the journal: a number in them would be personal, so long runs of digits are
/// hidden.
fn impersonal(words: &str) -> String {
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
