//! One action, a retry of a message or of a whole batch or the sending of a message or a file, from a person's yes to a
//! known outcome. No IO: steps in, stages out.

mod meanwhile;
mod reading;
mod sending; // what only the sending of a message needs
mod uploading; // what only that of a file needs

use std::time::Duration;

use jiff::Timestamp;

use super::budget::add;
use super::{ActionStage, Clock, Moment, Purpose};
use crate::action::{
    ActionEvidence, ActionNumber, BatchEvidence, ConfirmedAction, ConfirmedRetry, Created, Evidence, NextLookUp, PLAN_LIFE, Subject,
    UploadFile, look_up_again,
};
use crate::delivery::MessageId;
use crate::postman::{Call, Explanation, Refusal, WriteOutcome, backoff};
use crate::state::{ActionId, JournalEntry, Outcome};

pub(super) use meanwhile::{Check, Meanwhile, Skipped};
pub(super) use reading::{BatchPage, BatchPass, BatchPassProgress, Reread};
pub(super) use sending::KnownBefore;
use sending::ListPass;
use uploading::BatchSearch;

/// How often a try that provably did nothing is repeated before it is given up: with the pauses between, about three
/// minutes.
const TRIES: u32 = 8;

/// Which action: what its news carry.
#[derive(Debug, Clone)]
pub(super) struct ActionRef {
    /// The number given with the yes; `None` for one that an earlier run of the program left.
    pub number: Option<ActionNumber>,
    /// Its number in the journal, once it is recorded.
    pub id: Option<ActionId>,
    /// What it is about.
    pub subject: Subject,
    /// What it created, once its id is known.
    pub created: Option<Created>,
}

impl ActionRef {
    /// One that a person agreed to, not recorded yet.
    pub fn agreed(number: ActionNumber, subject: Subject) -> Self {
        Self { number: Some(number), id: None, subject, created: None }
    }
}

/// An action in progress.
#[derive(Debug)]
pub(super) struct ActiveAction {
    pub which: ActionRef,
    /// What is sent; `None` where another run of the program sent it, and of a file until its bytes are read.
    pub request: Option<Call>,
    /// The file that is sent.
    file: Option<UploadFile>,
    known: ActionEvidence,
    pub phase: ActionPhase,
    /// Whether it is part of a run, which decides when it is started.
    pub in_run: bool,
    /// How far this reading of its batch has come.
    pub pass: BatchPass,
    /// How far the search for a message that an earlier run sent has come in the campaign's list.
    search: ListPass,
    /// The same for the batch of a file.
    batch_search: BatchSearch,
    /// What is known of its message since the yes.
    pub meanwhile: Option<Meanwhile>,
    /// The batch as fully read after the yes; it matched what had been agreed to.
    read_again: Option<BatchEvidence>,
    /// How many of its failures had changed at the last reading.
    part: Option<usize>,
    /// How often its request was sent.
    tries: u32,
    /// Whether a person took it back while its request was under way: it is not sent again.
    pub called_off: bool,
    /// When the yes was given, or its run last moved: a yes does not hold forever. A repeat does not renew it.
    moved_at: Moment,
    /// How often in a row the message could not be read.
    unread: u32,
}

/// The phases of an action.
#[derive(Debug)]
pub(super) enum ActionPhase {
    /// Its intention must be recorded first.
    ToIntend(ConfirmedAction),
    /// Its intention is on disk, and its run has not reached it yet.
    Queued,
    /// The request may be sent from this time on.
    Ready { from: Timestamp },
    /// The request is under way.
    UnderWay,
    /// The outcome is unknown; the message is read at that time.
    Unknown { since: Timestamp, reads: u32, read_at: Timestamp, why: Explanation },
    /// It was accepted; the message is read at that time to see what becomes of it.
    Following { since: Timestamp, read_at: Timestamp },
    /// Nothing more is done.
    Over,
}

/// Whether a yes that was last renewed then has expired, by whichever clock shows more time passed.
pub(super) fn is_over(moved_at: Moment, now: Moment) -> bool {
    moved_at.age(now).unsigned_abs() > PLAN_LIFE
}

impl ActiveAction {
    fn with(which: ActionRef, known: ActionEvidence, phase: ActionPhase, moved_at: Moment) -> Self {
        let pass = BatchPass::default();
        Self {
            which,
            request: None,
            file: None,
            known,
            phase,
            in_run: false,
            pass,
            search: ListPass::default(),
            batch_search: BatchSearch::default(),
            meanwhile: None,
            read_again: None,
            part: None,
            tries: 0,
            called_off: false,
            moved_at,
            unread: 0,
        }
    }

    /// An action that a person agreed to at that moment.
    pub fn new(number: ActionNumber, action: ConfirmedAction, agreed_at: Moment) -> Self {
        let meanwhile = match &action {
            ConfirmedAction::RetryMessage(retry) => Some(Meanwhile::from(retry.item())),
            ConfirmedAction::RetryBatch(_) | ConfirmedAction::Send(_) | ConfirmedAction::Upload(_) => None,
        };
        let file = match &action {
            ConfirmedAction::Upload(upload) => Some(upload.plan().file().clone()),
            _ => None,
        };
        let which = ActionRef::agreed(number, action.subject());
        Self { request: action.call(), file, meanwhile, ..Self::with(which, action.evidence(), ActionPhase::ToIntend(action), agreed_at) }
    }

    /// A message of a run whose intention is on disk; the run last moved at `moved_at`.
    pub fn queued(which: ActionRef, retry: &ConfirmedRetry, moved_at: Moment) -> Self {
        let meanwhile = Some(Meanwhile::from(retry.item()));
        Self {
            request: Some(retry.call()),
            in_run: true,
            meanwhile,
            ..Self::with(which, ActionEvidence::Message(Evidence::from(retry.item())), ActionPhase::Queued, moved_at)
        }
    }

    /// An action of an earlier run whose answer was lost. With `reads` readings already made, it is read until a person
    /// must decide. `None` where there is nothing to compare, as in entries of an older journal: a person decides
    /// about those.
    pub fn left_over(entry: &JournalEntry, number: Option<ActionNumber>, reads: u32, clock: &Clock, why: Explanation) -> Option<Self> {
        let known = ActionEvidence::kept(&entry.action, entry.planned_at)?;
        let now = clock.moment();
        let phase = ActionPhase::Unknown { since: clock.steady_of(entry.changed_at), reads, read_at: now.steady, why };
        let which = ActionRef { number, id: Some(entry.id), subject: Subject::of(&entry.action)?, created: None };
        Some(Self::with(which, known, phase, now))
    }

    /// The message that is retried, or that a send created.
    pub fn message(&self) -> Option<&MessageId> {
        self.which.subject.message().or_else(|| self.which.created.as_ref()?.message())
    }

    /// Its run, which last moved at `moved_at`, has reached it: the yes to a run holds as long as it moves.
    pub fn start(&mut self, moved_at: Moment, now: Timestamp) {
        if matches!(self.phase, ActionPhase::Queued) {
            self.moved_at = moved_at;
            self.phase = ActionPhase::Ready { from: now };
        }
    }

    /// Whether it provably did nothing so far and no request of it is under way.
    pub fn may_be_given_up(&self) -> bool {
        matches!(self.phase, ActionPhase::Queued | ActionPhase::Ready { .. })
    }

    /// Whether no request of it is under way, so that a person can still take it back.
    pub fn may_be_taken_back(&self) -> bool {
        matches!(self.phase, ActionPhase::ToIntend(_)) || self.may_be_given_up()
    }

    /// When its unknown outcome is looked up next.
    pub fn look_up_at(&self) -> Option<Timestamp> {
        match &self.phase {
            ActionPhase::Unknown { read_at, .. } => Some(*read_at),
            _ => None,
        }
    }

    /// A person asks for a look right now.
    pub fn look_up_now(&mut self, now: Timestamp) {
        if let ActionPhase::Unknown { read_at, .. } = &mut self.phase {
            *read_at = now;
        }
    }

    /// When it next needs a call, and what for.
    pub fn due(&self) -> Option<(Timestamp, Purpose)> {
        match &self.phase {
            ActionPhase::Ready { from } => Some((*from, Purpose::Action)),
            // A search through many pages must not keep what was agreed to waiting.
            ActionPhase::Unknown { read_at, .. } if self.is_sought() && !self.knows_recipient() => Some((*read_at, Purpose::Message)),
            ActionPhase::Unknown { read_at, .. } if self.is_deep_in_search() => Some((*read_at, Purpose::Message)),
            ActionPhase::Unknown { read_at, .. } => Some((*read_at, Purpose::Outcome)),
            ActionPhase::Following { read_at, .. } => Some((*read_at, Purpose::Message)),
            ActionPhase::ToIntend(_) | ActionPhase::Queued | ActionPhase::UnderWay | ActionPhase::Over => None,
        }
    }

    /// Whether a second action on the same subject would collide with this one.
    pub fn is_open(&self) -> bool {
        matches!(
            self.phase,
            ActionPhase::ToIntend(_)
                | ActionPhase::Queued
                | ActionPhase::Ready { .. }
                | ActionPhase::UnderWay
                | ActionPhase::Unknown { .. }
        )
    }

    /// Its intention is on disk.
    pub fn intended(&mut self, action: ActionId, now: Timestamp) -> ActionStage {
        self.which.id = Some(action);
        self.phase = ActionPhase::Ready { from: now };
        ActionStage::Intended
    }

    /// It could not be started; nothing was sent.
    pub fn not_taken(&mut self, why: Explanation) -> ActionStage {
        self.phase = ActionPhase::Over;
        ActionStage::NotTaken(why)
    }

    /// Whether the yes is too old to send its request now: the program was paused, suspended or held back for so long
    /// that what the person saw may be out of date.
    pub fn has_expired(&self, now: Moment) -> bool {
        is_over(self.moved_at, now)
    }

    /// Its yes has expired, so it is not sent.
    pub fn expire(&mut self) -> (Outcome, ActionStage) {
        self.phase = ActionPhase::Over;
        let reason = "the yes was more than five minutes old when its turn came".to_owned();
        let why = Explanation::new(
            format!("The {} was not sent.", self.which.subject.words().noun),
            "Its turn came more than five minutes after the yes: calls were paused or held back.",
            self.which.subject.words().again,
        );
        (Outcome::NotSent { reason }, ActionStage::NotSent(why))
    }

    /// It cannot be sent again, because that could not be recorded.
    pub fn give_up(&mut self, why: Explanation) -> ActionStage {
        self.phase = ActionPhase::Over;
        ActionStage::NotSent(why)
    }

    /// Its request is sent. Journal lines of tries that were closed before that do not count.
    pub fn leaves(&mut self) -> ActionStage {
        self.tries += 1;
        self.phase = ActionPhase::UnderWay;
        ActionStage::UnderWay { try_number: self.tries }
    }

    /// The outcome of its request. Returns the journal's line, whether it is sent again automatically, and the stage.
    pub fn answered(&mut self, outcome: &WriteOutcome, now: Timestamp) -> Answered {
        let taken = |active: &mut Self| {
            active.phase = ActionPhase::Following { since: now, read_at: now };
            Answered { outcome: Outcome::Accepted, goes_again: false, stage: ActionStage::Accepted }
        };
        // Only an accepted action needs no explanation.
        let Some(why) = outcome.explanation() else { return taken(self) };
        match outcome {
            WriteOutcome::Accepted { .. } => taken(self),
            WriteOutcome::Refused { code, reason, check, trace_id, status, rate_limited, retry_after } => {
                let outcome = Outcome::Refused { code: code.clone(), reason: reason.clone(), trace_id: trace_id.clone() };
                // What the code means for a single message would mislead.
                let why = match (&self.which.subject, check) {
                    (Subject::Upload(_), None) if code.as_deref() == Some("parameter_invalid") => {
                        let next = "Correct the file and send it again.";
                        Explanation::new(format!("Postman: \"{reason}\""), "No message was made.", next).with_trace(trace_id.clone())
                    }
                    _ => why,
                };
                let refused = |why| ActionStage::Refused(Refusal { code: code.clone(), status: *status, why, check: check.clone() });
                if *rate_limited {
                    return self.again_or(outcome, *retry_after, why, now, refused);
                }
                self.phase = ActionPhase::Over;
                Answered { outcome, goes_again: false, stage: refused(why) }
            }
            WriteOutcome::NotSent { reason, .. } => {
                self.again_or(Outcome::NotSent { reason: reason.clone() }, None, why, now, ActionStage::NotSent)
            }
            WriteOutcome::Unknown { reason, .. } => {
                let outcome = Outcome::Unknown { reason: reason.clone() };
                let NextLookUp::ReadAt(read_at) = look_up_again(self.which.subject.patience(), now, 0, now) else {
                    self.phase = ActionPhase::Over;
                    return Answered { outcome, goes_again: false, stage: ActionStage::Unknown { why, look_up_at: None } };
                };
                self.phase = ActionPhase::Unknown { since: now, reads: 0, read_at, why: why.clone() };
                Answered { outcome, goes_again: false, stage: ActionStage::Unknown { why, look_up_at: Some(read_at) } }
            }
        }
    }

    /// A try that provably did nothing is repeated, until it has been tried often enough.
    fn again_or(
        &mut self,
        outcome: Outcome,
        retry_after: Option<Duration>,
        why: Explanation,
        now: Timestamp,
        over: impl FnOnce(Explanation) -> ActionStage,
    ) -> Answered {
        if self.tries >= TRIES {
            self.phase = ActionPhase::Over;
            return Answered { outcome, goes_again: false, stage: over(why) };
        }
        // A fixed half of the jitter: with one action at a time there is no crowd to spread out.
        let pause = backoff(self.tries, 0.5).max(retry_after.unwrap_or_default());
        let from = add(now, pause.as_secs_f64());
        self.phase = ActionPhase::Ready { from };
        Answered { outcome, goes_again: true, stage: ActionStage::GoesAgain { at: from, why } }
    }
}

/// The outcome of a request.
pub(super) struct Answered {
    /// What is written to the journal.
    pub outcome: Outcome,
    /// Whether the action stays open and is sent again automatically.
    pub goes_again: bool,
    pub stage: ActionStage,
}
