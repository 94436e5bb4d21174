//! The question before the retry of a whole batch: one call, for all its failures.
//!
//! What is loaded of a batch may be a part of it. So the question asks the worker to read all of it, again before that
//! is a minute old, and there is no yes without it.

use jiff::{SignedDuration, Timestamp};

use super::planning::batch_plan;
use super::{Campaign, Count, OpenQuestion};
use crate::action::{BatchEvidence, BatchPlan, BatchReading, ConfirmedBatchRetry, PLAN_LIFE};
use crate::delivery::BatchId;
use crate::monitor::{BatchState, Generation};
use crate::postman::Explanation;
use crate::store::RowNumber;

/// When the batch is read again: early enough that the one before still holds meanwhile.
const READ_AGAIN: SignedDuration = SignedDuration::from_secs(45);

/// How far the reading of the batch is.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum ReadingPhase {
    /// It is to begin.
    Wanted,
    /// So many of its messages were read.
    Reading {
        /// Which question was asked for it.
        generation: Generation,
        /// How many.
        read: usize,
    },
    /// All of it was read.
    Whole,
    /// It could not be read.
    Failed {
        /// Which question was asked for it.
        generation: Generation,
        /// What happened.
        why: Explanation,
        /// Whether it is tried again by itself.
        again: bool,
    },
}

/// A question about a batch.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct BatchQuestion {
    /// Which question it is.
    pub asked: OpenQuestion,
    /// What would be done.
    pub plan: BatchPlan,
    /// The count that was typed.
    pub count: Count,
    /// Why it is a preview only, whatever the batch's own state.
    pub refusal: Option<Explanation>,
    /// How far its reading is.
    pub phase: ReadingPhase,
    /// The newest whole reading.
    reading: Option<BatchReading>,
    /// Whether that can be agreed to as of the newest event.
    is_current: bool,
    is_production: bool,
}

impl BatchQuestion {
    /// The question about a batch; `None` for one that no loaded message names.
    pub fn new(id: u64, campaign: &Campaign, batch: &BatchId, refusal: Option<Explanation>, now: Timestamp) -> Option<Self> {
        Some(Self {
            asked: OpenQuestion::new(id),
            plan: batch_plan(campaign, batch, None, now)?,
            count: Count::default(),
            refusal,
            phase: ReadingPhase::Wanted,
            reading: None,
            is_current: false,
            is_production: campaign.settings.host_kind.is_production(),
        })
    }

    /// Whether a yes would do anything.
    pub fn can_run(&self) -> bool {
        self.refusal.is_none() && self.plan.refusal.is_none() && self.is_current
    }

    /// The number that must be typed, where one must.
    pub fn needs_count(&self) -> Option<usize> {
        Some(self.plan.failures).filter(|number| self.can_run() && self.is_production && *number > 1)
    }

    /// Whether what was typed agrees.
    pub fn is_agreed(&self) -> bool {
        self.needs_count().is_none_or(|number| self.count.is(number))
    }

    /// Whether the plan is too old to be run.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.plan.planned_at).unsigned_abs() > PLAN_LIFE
    }

    /// When the whole reading ended.
    pub fn read_at(&self) -> Option<Timestamp> {
        self.plan.evidence.as_ref().and_then(BatchEvidence::ended_at)
    }

    /// Time has passed: a reading that is more than a minute old cannot be agreed to.
    pub fn look_at(&mut self, id: u64, now: Timestamp) {
        let is_current = self.plan.evidence.as_ref().is_some_and(|evidence| evidence.can_be_agreed_to(now));
        if is_current != self.is_current {
            self.is_current = is_current;
            self.ask_again(id);
        }
    }

    /// Whether the batch is to be read, for the first time or again.
    pub fn wants_reading(&self, now: Timestamp) -> bool {
        let is_old = || self.read_at().is_none_or(|read_at| now.duration_since(read_at).abs() >= READ_AGAIN);
        match self.phase {
            ReadingPhase::Wanted => true,
            ReadingPhase::Whole => is_old(),
            ReadingPhase::Reading { .. } | ReadingPhase::Failed { .. } => false,
        }
    }

    /// The worker was asked to read it.
    pub fn reading_begins(&mut self, generation: Generation) {
        self.phase = ReadingPhase::Reading { generation, read: 0 };
    }

    /// The worker's word about a reading; about an older one it is dropped. False where the batch is known no longer.
    pub fn reading_reported(&mut self, id: u64, campaign: &Campaign, generation: Generation, state: BatchState, now: Timestamp) -> bool {
        let asked = match &self.phase {
            ReadingPhase::Reading { generation, .. } | ReadingPhase::Failed { generation, .. } => *generation,
            ReadingPhase::Wanted | ReadingPhase::Whole => return true,
        };
        if asked != generation {
            return true;
        }
        self.phase = match state {
            BatchState::Reading(read) => ReadingPhase::Reading { generation, read },
            BatchState::Failed { why, again } => ReadingPhase::Failed { generation, why, again },
            BatchState::Whole(reading) => {
                self.reading = Some(reading);
                ReadingPhase::Whole
            }
        };
        let is_known = self.phase != ReadingPhase::Whole || self.remake(id, campaign, now);
        self.look_at(id, now);
        is_known
    }

    /// Answers to other questions touched these rows: where one says something else of a failure, the batch is read
    /// again, and what was read before is no longer agreed to. Whether any of them is of the batch.
    pub fn touched(&mut self, campaign: &Campaign, rows: &[RowNumber]) -> bool {
        let batch = self.plan.batch.as_str();
        let mut ours = rows.iter().filter(|row| campaign.store.cells(**row).batch == Some(batch)).peekable();
        let is_ours = ours.peek().is_some();
        if self.phase == ReadingPhase::Whole
            && let Some(reading) = &self.reading
            && ours.any(|row| reading.differs(&campaign.store.message(*row)))
        {
            (self.phase, self.reading) = (ReadingPhase::Wanted, None);
        }
        is_ours
    }

    /// Makes the plan anew. Where it says something else now, the question is asked anew. False
    /// where the batch is known no longer.
    pub fn remake(&mut self, id: u64, campaign: &Campaign, now: Timestamp) -> bool {
        let Some(plan) = batch_plan(campaign, &self.plan.batch, self.reading.as_ref(), now) else { return false };
        let before = std::mem::replace(&mut self.plan, plan);
        if !before.says_the_same(&self.plan) {
            self.ask_again(id);
        }
        self.look_at(id, now);
        true
    }

    /// It is another question from now on.
    pub fn ask_again(&mut self, id: u64) {
        self.asked = OpenQuestion::new(id);
        self.count = Count::default();
    }

    /// A person said yes.
    pub fn confirm(self, now: Timestamp) -> Option<ConfirmedBatchRetry> {
        if self.can_run() && self.is_agreed() { self.plan.confirm(now) } else { None }
    }
}
