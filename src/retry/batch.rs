//! The retry of a whole batch: one call for all its failures, useful or not.

use jiff::Timestamp;

use crate::delivery::BatchId;

/// What the retry of a whole batch would do, and whether retrying single messages is better.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchPlan {
    /// The batch.
    pub batch: BatchId,
    /// Its file.
    pub file_name: Option<String>,
    /// Its loaded messages in failure: all of them would be retried.
    pub failures: usize,
    /// Those among them for which a retry cannot help.
    pub useless: usize,
    /// The attempts of its loaded messages together, as last read: evidence for later.
    pub attempts: u32,
    /// How many of its messages are loaded, and how many it has.
    pub loaded: usize,
    /// How many messages it has, where told.
    pub total: Option<u32>,
    /// Why it cannot be retried as a whole now.
    pub refusal: Option<String>,
    /// Which way is better, and why.
    pub advice: String,
    /// When the plan was made.
    pub planned_at: Timestamp,
}

impl BatchPlan {
    /// Whether all of its messages are loaded, so that their attempts can be compared later.
    pub fn is_loaded_whole(&self) -> bool {
        self.total.is_some_and(|total| u64::from(total) == self.loaded as u64)
    }

    /// A person said yes; `None` where it cannot be retried.
    pub fn confirm(self, at: Timestamp) -> Option<ConfirmedBatchRetry> {
        self.refusal.is_none().then_some(ConfirmedBatchRetry { plan: self, confirmed_at: at })
    }
}

/// The retry of a whole batch that a person agreed to.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmedBatchRetry {
    plan: BatchPlan,
    confirmed_at: Timestamp,
}

impl ConfirmedBatchRetry {
    /// What was agreed to.
    pub fn plan(&self) -> &BatchPlan {
        &self.plan
    }

    /// When.
    pub fn confirmed_at(&self) -> Timestamp {
        self.confirmed_at
    }
}
