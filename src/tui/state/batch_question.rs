//! The question before the retry of a whole batch: one call, for all its failures.
//!
//! Only part of a batch may be loaded. So the question has the worker load all of it, and again before that is a
//! minute old; without it there is no yes.

use jiff::{SignedDuration, Timestamp};

use super::planning::batch_plan;
use super::{Campaign, Count, OpenQuestion};
use crate::action::{BatchEvidence, BatchPlan, BatchReading, ConfirmedBatchRetry, PLAN_LIFE};
use crate::delivery::BatchId;
use crate::monitor::{BatchState, Generation};
use crate::postman::Explanation;
use crate::store::RowNumber;

/// When the batch is loaded again: early enough that the previous reading still holds meanwhile.
const READ_AGAIN: SignedDuration = SignedDuration::from_secs(45);

/// The phase of loading the batch.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum ReadingPhase {
    /// It should start.
    Wanted,
    /// Some of its messages were loaded.
    Reading {
        /// The number of the request.
        generation: Generation,
        /// How many.
        read: usize,
    },
    /// All of it was loaded.
    Whole,
    /// It could not be loaded.
    Failed {
        /// The number of the request.
        generation: Generation,
        /// What happened.
        why: Explanation,
        /// Whether it is tried again automatically.
        again: bool,
    },
}

/// A question about a batch.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct BatchQuestion {
    pub asked: OpenQuestion,
    /// What would be done.
    pub plan: BatchPlan,
    /// The count that was typed.
    pub count: Count,
    /// Why it is only a preview, whatever the batch's own state.
    pub refusal: Option<Explanation>,
    /// The phase of its loading.
    pub phase: ReadingPhase,
    /// The newest complete reading.
    reading: Option<BatchReading>,
    /// Whether that reading is recent enough to agree to, as of the newest event.
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

    /// When the complete reading ended.
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

    /// Whether the batch should be loaded, for the first time or again.
    pub fn wants_reading(&self, now: Timestamp) -> bool {
        let is_old = || self.read_at().is_none_or(|read_at| now.duration_since(read_at).abs() >= READ_AGAIN);
        match self.phase {
            ReadingPhase::Wanted => true,
            ReadingPhase::Whole => is_old(),
            ReadingPhase::Reading { .. } | ReadingPhase::Failed { .. } => false,
        }
    }

    /// The worker was asked to load it.
    pub fn reading_begins(&mut self, generation: Generation) {
        self.phase = ReadingPhase::Reading { generation, read: 0 };
    }

    /// The worker's report on a reading; one about an older reading is dropped. False where the batch is no longer
    /// known.
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

    /// Answers to other requests touched these rows: where one contradicts a known failure, the batch is loaded
    /// again, and the previous reading can no longer be agreed to. Whether any of them is in the batch.
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

    /// Makes the plan again. Where it now says something else, the question is asked again. False
    /// where the batch is no longer known.
    pub fn remake(&mut self, id: u64, campaign: &Campaign, now: Timestamp) -> bool {
        let Some(plan) = batch_plan(campaign, &self.plan.batch, self.reading.as_ref(), now) else { return false };
        let before = std::mem::replace(&mut self.plan, plan);
        if !before.says_the_same(&self.plan) {
            self.ask_again(id);
        }
        self.look_at(id, now);
        true
    }

    /// From now on it is another question.
    pub fn ask_again(&mut self, id: u64) {
        self.asked = OpenQuestion::new(id);
        self.count = Count::default();
    }

    /// A person said yes.
    pub fn confirm(self, now: Timestamp) -> Option<ConfirmedBatchRetry> {
        if self.can_run() && self.is_agreed() { self.plan.confirm(now) } else { None }
    }
}
