//! The result of a selection: the plan, and what is left out of it.

use jiff::Timestamp;

use crate::action::{BatchPlan, Plan};
use crate::delivery::MessageId;

/// A selected message that is not retried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LeftOutLine {
    /// The id of the message, or of the batch.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// What would be retried.
#[derive(Debug)]
pub(super) enum Agenda {
    /// Single messages, with a call for each.
    Messages(Plan),
    /// A batch as a whole, with one call.
    Batch {
        /// The plan.
        plan: BatchPlan,
        /// Its failures.
        failures: Vec<MessageId>,
        /// When the oldest and the newest of them were recorded.
        ages: Option<(Timestamp, Timestamp)>,
    },
}

/// The result of a selection.
#[derive(Debug)]
pub(super) struct Chosen {
    /// Exactly what would be retried.
    pub agenda: Agenda,
    /// The others.
    pub left_out: Vec<LeftOutLine>,
    /// What the user should know first.
    pub warnings: Vec<String>,
    /// Whether each was named: then leaving one out means that the request was not fully met.
    pub by_name: bool,
    /// The selection in words.
    pub words: String,
    /// How far back the list was loaded, as a sentence.
    pub loaded: Option<String>,
}

impl Chosen {
    /// How many messages would be retried.
    pub fn count(&self) -> usize {
        match &self.agenda {
            Agenda::Messages(plan) => plan.items.len(),
            Agenda::Batch { plan, .. } if plan.refusal.is_none() => plan.failures,
            Agenda::Batch { .. } => 0,
        }
    }

    /// The messages that would be retried.
    pub fn messages(&self) -> Vec<&MessageId> {
        match &self.agenda {
            Agenda::Messages(plan) => plan.items.iter().map(|item| &item.message).collect(),
            Agenda::Batch { plan, failures, .. } if plan.refusal.is_none() => failures.iter().collect(),
            Agenda::Batch { .. } => Vec::new(),
        }
    }

    /// How many calls it needs.
    pub fn calls(&self) -> usize {
        match &self.agenda {
            Agenda::Messages(plan) => plan.calls(),
            Agenda::Batch { plan, .. } => usize::from(plan.refusal.is_none()),
        }
    }

    /// When the oldest and the newest message of it were recorded.
    pub fn ages(&self) -> Option<(Timestamp, Timestamp)> {
        match &self.agenda {
            Agenda::Messages(plan) => plan.ages(),
            Agenda::Batch { plan, ages, .. } => ages.filter(|_| plan.refusal.is_none()),
        }
    }

    /// When the plan was made.
    pub fn planned_at(&self) -> Timestamp {
        match &self.agenda {
            Agenda::Messages(plan) => plan.planned_at,
            Agenda::Batch { plan, .. } => plan.planned_at,
        }
    }
}
