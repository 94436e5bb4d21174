//! What readings show about an action: its outcome, where that was unknown, and what becomes of the message.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::super::{ActionStage, Moment};
use super::{ActionPhase, ActiveAction};
use crate::action::{ActionEvidence, BatchFinding, BatchReading, MessageFinding, NextLookUp, look_up_again};
use crate::delivery::{Message, MessageId, Status};
use crate::postman::{CallError, Cursor, Explanation, Refusal};
use crate::store::AnswerKind;

/// How often a retried or sent message is read at first.
const FOLLOW_SOON: SignedDuration = SignedDuration::from_secs(3);
const SOON: SignedDuration = SignedDuration::from_mins(2);
/// How often it is read later.
pub(super) const FOLLOW_LATER: SignedDuration = SignedDuration::from_secs(15);
/// After how long it is no longer followed individually: its stretch is read like any other.
pub(super) const FOLLOWED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// The longest pause between attempts to read a message that cannot be read.
const LONGEST_UNREAD: SignedDuration = SignedDuration::from_secs(60);
/// After how long a person must decide about an outcome that cannot be looked up.
const UNREAD_FOR: SignedDuration = SignedDuration::from_mins(30);

/// How many pages in a row may bring nothing new: cursors in a circle must stop somewhere, yet an empty page followed
/// by another is not the end.
const MOST_BARREN_PAGES: u32 = 20;

/// After how many readings a person is asked where only some failures have changed and the last two readings agree: a
/// server still at work would change more of them between readings.
const READS_OF_A_PART: u32 = 3;

/// A page of a batch.
pub(in super::super) struct BatchPage {
    /// Its messages, and whether each can still change.
    pub messages: Vec<(Message, bool)>,
    /// How many of its rows could not be read.
    pub bad: usize,
    /// Whether there are more pages, and where the next one begins.
    pub has_next: bool,
    pub next: Option<Cursor>,
    /// When its request left.
    pub asked_at: Timestamp,
}

/// A reading of all messages of a batch, page by page.
#[derive(Debug, Default)]
pub(in super::super) struct BatchPass {
    /// Where the next page begins; `None` for the first page.
    pub next: Option<Cursor>,
    reading: BatchReading,
    pages: u32,
    barren: u32,
}

/// How far a reading of a batch has come.
pub(in super::super) enum BatchPassProgress {
    /// There are more pages.
    More,
    /// It was the last one.
    Whole(BatchReading),
    /// The pages lead nowhere: the batch cannot be read completely.
    NoEnd,
}

impl BatchPass {
    /// How many messages have been read so far.
    pub fn len(&self) -> usize {
        self.reading.len()
    }

    /// Handles the next page.
    pub fn take(&mut self, page: BatchPage, now: Timestamp) -> BatchPassProgress {
        let is_new = self.reading.add(page.messages, page.bad, page.asked_at, now);
        self.pages += 1;
        self.barren = if is_new { 0 } else { self.barren + 1 };
        self.next = page.next.filter(|_| page.has_next);
        match (page.has_next, &self.next) {
            (false, _) => BatchPassProgress::Whole(std::mem::take(self).reading),
            (true, Some(_)) if self.barren < MOST_BARREN_PAGES => BatchPassProgress::More,
            (true, _) => {
                *self = Self::default();
                BatchPassProgress::NoEnd
            }
        }
    }
}

/// What a reading showed.
#[derive(Default)]
pub(in super::super) struct Reread {
    pub stage: Option<ActionStage>,
    /// Whether it resolved an unknown outcome.
    pub resolved: bool,
    /// Why its request is not sent, in the journal's words.
    pub not_sent: Option<String>,
    /// What is known so far of an unknown outcome, in the journal's words.
    pub known: Option<String>,
}

impl ActiveAction {
    /// The message was read, because its outcome was unknown or to see what becomes of it.
    pub fn read(&mut self, message: &Message, now: Timestamp) -> Reread {
        self.unread = 0;
        let Some(finding) = self.finding(message, &AnswerKind::Single) else { return Reread::default() };
        if matches!(self.phase, ActionPhase::Unknown { .. }) {
            return self.looked_up(finding, now);
        }
        self.followed(message, finding, now)
    }

    /// A page of messages contained it too: an answer to another call, requested at `asked_at`.
    pub fn noticed(&mut self, message: &Message, from: &AnswerKind, asked_at: Timestamp, now: Timestamp) -> Reread {
        let Some(finding) = self.finding(message, from) else { return Reread::default() };
        match &self.phase {
            ActionPhase::Unknown { since, .. } if finding == MessageFinding::Taken && asked_at >= *since => self.looked_up(finding, now),
            ActionPhase::Following { since, .. } if asked_at >= *since => self.followed(message, finding, now),
            _ => Reread::default(),
        }
    }

    /// What a reading of its message shows; `None` for a batch, which has many.
    fn finding(&self, message: &Message, from: &AnswerKind) -> Option<MessageFinding> {
        match &self.known {
            ActionEvidence::Message(evidence) => Some(evidence.compare(message, from)),
            // The message that a send created is there.
            ActionEvidence::Send(_) => Some(MessageFinding::Taken),
            ActionEvidence::Batch(_) | ActionEvidence::Upload(_) => None,
        }
    }

    /// Whether its batch, what went to its recipient, or its file must be read before its request may be sent: not if that was
    /// read within the last minute, or the last page of a reading that began after the yes has just arrived.
    pub fn must_read(&self, now: Timestamp) -> bool {
        match &self.known {
            ActionEvidence::Batch(evidence) => {
                let has_just_been = self.read_again.as_ref().is_some_and(|again| again.can_be_agreed_to(now));
                !evidence.is_fresh(now) && !has_just_been
            }
            ActionEvidence::Send(evidence) => evidence.must_read(now),
            ActionEvidence::Upload(evidence) => self.file_to_load().is_some() || evidence.must_read(now),
            ActionEvidence::Message(_) => false,
        }
    }

    /// A page of the batch was read. `singly` are the messages that were retried one by one since.
    pub fn read_page(&mut self, page: BatchPage, singly: &HashSet<MessageId>, moment: Moment) -> Reread {
        self.unread = 0;
        // A yes holds as long as what it waits for makes progress; one that has expired stays expired.
        if !self.has_expired(moment) {
            self.moved_at = moment;
        }
        let now = moment.steady;
        let pages = self.pass.pages + 1;
        match (self.pass.take(page, now), &self.phase) {
            (BatchPassProgress::More, _) => Reread::default(),
            (BatchPassProgress::NoEnd, ActionPhase::Ready { .. }) => {
                self.will_not_leave("the batch cannot be read completely: its pages lead nowhere")
            }
            (BatchPassProgress::NoEnd, _) => self.unread(now),
            (BatchPassProgress::Whole(reading), _) => self.read_whole(&reading, pages, singly, now),
        }
    }

    fn read_whole(&mut self, reading: &BatchReading, pages: u32, singly: &HashSet<MessageId>, now: Timestamp) -> Reread {
        let evidence = match &self.known {
            ActionEvidence::Batch(evidence) => evidence,
            ActionEvidence::Upload(_) => {
                self.batch_followed(reading, pages, now);
                return Reread::default();
            }
            ActionEvidence::Message(_) | ActionEvidence::Send(_) => return Reread::default(),
        };
        match &mut self.phase {
            ActionPhase::Ready { .. } => match evidence.changed_since(reading) {
                Some(words) => self.will_not_leave(&format!("changed meanwhile: {words}")),
                None => {
                    self.read_again = Some(reading.evidence());
                    Reread::default()
                }
            },
            ActionPhase::Unknown { .. } => {
                let finding = evidence.compare(reading, singly);
                self.looked_batch_up(finding, now)
            }
            ActionPhase::Following { since, read_at } => {
                // A reading of many pages must not take the whole budget.
                *read_at = now + FOLLOW_LATER * i32::try_from(pages).unwrap_or(1).max(1);
                if reading.open() == 0 || now.duration_since(*since) > FOLLOWED_FOR {
                    self.phase = ActionPhase::Over;
                }
                Reread::default()
            }
            _ => Reread::default(),
        }
    }

    /// The batch is not what was agreed to, or that cannot be known: nothing is sent.
    fn will_not_leave(&mut self, reason: &str) -> Reread {
        self.phase = ActionPhase::Over;
        let why = Explanation::new(
            format!("The batch was not retried: {reason}."),
            "It is no longer what was agreed to. Nothing was sent.",
            "Check the batch and plan its retry again if it still needs one.",
        );
        Reread { stage: Some(ActionStage::NotTaken(why)), not_sent: Some(reason.to_owned()), ..Reread::default() }
    }

    /// The unknown outcome of a batch's retry was looked up: only a change in all of its failures shows that it was
    /// accepted.
    fn looked_batch_up(&mut self, finding: BatchFinding, now: Timestamp) -> Reread {
        if finding.is_taken() {
            return self.looked_up(MessageFinding::Taken, now);
        }
        let stands_still = finding.is_part() && self.part == Some(finding.changed);
        self.part = Some(finding.changed);
        let mut read = self.looked_up(MessageFinding::Unchanged, now);
        if let ActionPhase::Unknown { reads, .. } = self.phase
            && stands_still
            && reads >= READS_OF_A_PART
        {
            self.phase = ActionPhase::Over;
        }
        if let Some(ActionStage::Unknown { why, look_up_at }) = &mut read.stage {
            *why = part_reported(finding, why);
            *look_up_at = look_up_at.filter(|_| !matches!(self.phase, ActionPhase::Over));
            read.known = Some(format!("{}; {}", finding.words(), why.why));
        }
        read
    }

    /// Its unknown outcome was looked up.
    pub(super) fn looked_up(&mut self, finding: MessageFinding, now: Timestamp) -> Reread {
        let ActionPhase::Unknown { since, reads, read_at, why } = &mut self.phase else { return Reread::default() };
        if finding == MessageFinding::Taken {
            self.phase = ActionPhase::Following { since: now, read_at: now };
            return Reread { stage: Some(ActionStage::FoundAccepted), resolved: true, ..Reread::default() };
        }
        *reads += 1;
        let why = why.clone();
        let look_up_at = match look_up_again(self.which.subject.patience(), *since, *reads, now) {
            NextLookUp::ReadAt(next) => {
                *read_at = next;
                Some(next)
            }
            NextLookUp::Person => {
                self.phase = ActionPhase::Over;
                None
            }
        };
        Reread { stage: Some(ActionStage::Unknown { why, look_up_at }), ..Reread::default() }
    }

    /// It was accepted, and its message was read.
    fn followed(&mut self, message: &Message, finding: MessageFinding, now: Timestamp) -> Reread {
        let ActionPhase::Following { since, read_at } = &mut self.phase else { return Reread::default() };
        let gone = now.duration_since(*since);
        *read_at = now + if gone < SOON { FOLLOW_SOON } else { FOLLOW_LATER };
        // The failure that was retried is not yet the result of the retry.
        let status = message.status.clone().filter(|status| *status != Status::Failure || finding == MessageFinding::Taken);
        let ended = status.as_ref().is_some_and(Status::is_final);
        if ended || gone > FOLLOWED_FOR {
            self.phase = ActionPhase::Over;
        }
        Reread { stage: status.map(|status| ActionStage::Followed { status }), ..Reread::default() }
    }

    /// Reading its subject was refused: a retry that waits for it is not sent.
    pub fn unreadable(&mut self, error: &CallError, now: Timestamp) -> Reread {
        if !matches!(self.phase, ActionPhase::Ready { .. }) {
            return self.unread(now);
        }
        let why = error.explanation();
        let reason = format!("the batch could not be read before its retry: {}", why.what);
        if !error.is_refusal() {
            // Something other than the API answered: that says nothing about the batch.
            self.phase = ActionPhase::Over;
            let what = "The batch was not retried: it could not be read again first".to_owned();
            let stage = ActionStage::NotSent(Explanation { what, why: why.reason(), ..why });
            return Reread { stage: Some(stage), not_sent: Some(reason), ..Reread::default() };
        }
        let read = self.will_not_leave(&reason);
        match error.status().filter(|_| error.is_access_refused()) {
            Some(status) => Reread { stage: Some(ActionStage::Refused(Refusal { code: None, status, why, check: None })), ..read },
            None => read,
        }
    }

    /// The message could not be read; it is read again, less and less often, but not forever: an outcome that cannot
    /// be looked up is for a person to decide.
    pub fn unread(&mut self, now: Timestamp) -> Reread {
        // A reading of several pages starts over: its cursor may be what was refused.
        self.pass = BatchPass::default();
        self.search_again();
        self.search_batch_again();
        self.unread = self.unread.saturating_add(1);
        let pause = (FOLLOW_SOON * i32::try_from(self.unread).unwrap_or(i32::MAX)).min(LONGEST_UNREAD);
        match &mut self.phase {
            ActionPhase::Unknown { since, why, .. } if now.duration_since(*since) > UNREAD_FOR => {
                let stage = ActionStage::Unknown { why: why.clone(), look_up_at: None };
                self.phase = ActionPhase::Over;
                return Reread { stage: Some(stage), ..Reread::default() };
            }
            ActionPhase::Following { since, .. } if now.duration_since(*since) > FOLLOWED_FOR => self.phase = ActionPhase::Over,
            ActionPhase::Unknown { read_at, .. } | ActionPhase::Following { read_at, .. } | ActionPhase::Ready { from: read_at } => {
                *read_at = now + pause;
            }
            _ => {}
        }
        Reread::default()
    }
}

/// First how many have changed, then why the answer was lost.
fn part_reported(finding: BatchFinding, why: &Explanation) -> Explanation {
    Explanation::new(
        format!("{}.", finding.words()),
        why.reason(),
        "Check the messages of the batch, then say in the activity view whether it went.",
    )
    .with_trace(why.trace_id.clone())
}
