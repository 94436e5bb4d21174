//! The question before the retry of a whole batch: one call, for all its failures.

use jiff::Timestamp;

use super::planning::batch_plan;
use super::{Asked, Campaign, Count};
use crate::delivery::BatchId;
use crate::postman::Explanation;
use crate::retry::{BatchPlan, ConfirmedBatchRetry, PLAN_LIFE};

/// A question about a batch.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct BatchQuestion {
    /// Which question it is.
    pub asked: Asked,
    /// What would be done.
    pub plan: BatchPlan,
    /// The count that was typed.
    pub count: Count,
    /// Why it is a preview only, whatever the batch's own state.
    pub refusal: Option<Explanation>,
    is_production: bool,
}

impl BatchQuestion {
    /// The question about a batch; `None` for one that no loaded message names.
    pub fn new(id: u64, campaign: &Campaign, batch: &BatchId, refusal: Option<Explanation>, now: Timestamp) -> Option<Self> {
        Some(Self {
            asked: Asked::new(id),
            plan: batch_plan(campaign, batch, now)?,
            count: Count::default(),
            refusal,
            is_production: campaign.card.host_kind.is_production(),
        })
    }

    /// Whether a yes would do anything.
    pub fn can_run(&self) -> bool {
        self.refusal.is_none() && self.plan.refusal.is_none()
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

    /// Makes the plan anew. Where it says something else now, the question is asked anew. False
    /// where the batch is known no longer.
    pub fn remake(&mut self, id: u64, campaign: &Campaign, now: Timestamp) -> bool {
        let Some(plan) = batch_plan(campaign, &self.plan.batch, now) else { return false };
        let before = std::mem::replace(&mut self.plan, plan);
        if before != (BatchPlan { planned_at: before.planned_at, ..self.plan.clone() }) {
            self.ask_anew(id);
        }
        true
    }

    /// It is another question from now on.
    pub fn ask_anew(&mut self, id: u64) {
        self.asked = Asked::new(id);
        self.count = Count::default();
    }

    /// A person said yes.
    pub fn confirm(self, now: Timestamp) -> Option<ConfirmedBatchRetry> {
        if self.can_run() && self.is_agreed() { self.plan.confirm(now) } else { None }
    }
}
