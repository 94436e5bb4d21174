//! The stage of each retry of a run, until it has an outcome.

use std::collections::HashMap;

use tokio::time::Instant;

use crate::postman::Explanation;

/// The stage of a retry that has no outcome yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RetryStage {
    /// No request left, or it provably did nothing.
    NotStarted,
    /// The request is on its way.
    UnderWay,
    /// Its outcome is being looked up, until that time.
    Unknown { until: Instant, why: Explanation },
}

/// The retries without an outcome, in the order of the plan.
#[derive(Debug)]
pub(super) struct RetryStages {
    order: Vec<String>,
    stages: HashMap<String, RetryStage>,
}

/// How many are in each stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moving {
    pub under_way: usize,
    pub unknown: usize,
    pub not_started: usize,
}

impl RetryStages {
    /// All of these, not started.
    pub fn of(ids: Vec<String>) -> Self {
        let stages = ids.iter().map(|id| (id.clone(), RetryStage::NotStarted)).collect();
        Self { order: ids, stages }
    }

    /// The stage of one; `None` if it has an outcome, or is not part of this run.
    pub fn get(&self, id: &str) -> Option<&RetryStage> {
        self.stages.get(id)
    }

    /// Sets its stage, unless it has an outcome.
    pub fn put(&mut self, id: &str, stage: RetryStage) {
        if let Some(standing) = self.stages.get_mut(id) {
            *standing = stage;
        }
    }

    /// It has an outcome.
    pub fn end(&mut self, id: &str) {
        self.stages.remove(id);
    }

    /// Whether all have an outcome.
    pub fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }

    /// How many are in each stage.
    pub fn moving(&self) -> Moving {
        let count = |wanted: fn(&RetryStage) -> bool| self.stages.values().filter(|stage| wanted(stage)).count();
        Moving {
            under_way: count(|stage| matches!(stage, RetryStage::UnderWay)),
            unknown: count(|stage| matches!(stage, RetryStage::Unknown { .. })),
            not_started: count(|stage| matches!(stage, RetryStage::NotStarted)),
        }
    }

    /// When the first look-up of an outcome is given up.
    pub fn deadline(&self) -> Option<Instant> {
        self.stages.values().filter_map(RetryStage::until).min()
    }

    /// Those whose outcome has been looked up for long enough, with what happened to them.
    pub fn overdue(&self, now: Instant) -> Vec<(String, Explanation)> {
        let overdue = |id: &String| match self.stages.get(id)? {
            RetryStage::Unknown { until, why } if *until <= now => Some((id.clone(), why.clone())),
            _ => None,
        };
        self.order.iter().filter_map(overdue).collect()
    }

    /// All without an outcome, in the order of the plan.
    pub fn take(&mut self) -> Vec<(String, RetryStage)> {
        let mut stages = std::mem::take(&mut self.stages);
        std::mem::take(&mut self.order).into_iter().filter_map(|id| stages.remove(&id).map(|stage| (id, stage))).collect()
    }
}

impl RetryStage {
    fn until(&self) -> Option<Instant> {
        match self {
            RetryStage::Unknown { until, .. } => Some(*until),
            RetryStage::NotStarted | RetryStage::UnderWay => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn why(what: &str) -> Explanation {
        Explanation::new(what.to_owned(), "", "")
    }

    #[tokio::test(start_paused = true)]
    async fn each_stands_somewhere_until_it_has_an_end() {
        let now = Instant::now();
        let later = now + Duration::from_secs(180);
        let mut stages_by_id = RetryStages::of(["a", "b", "c", "d"].map(str::to_owned).to_vec());
        stages_by_id.put("b", RetryStage::UnderWay);
        stages_by_id.put("c", RetryStage::Unknown { until: later, why: why("no answer") });
        stages_by_id.end("a");
        stages_by_id.put("a", RetryStage::UnderWay);
        assert_eq!(stages_by_id.get("a"), None, "an end stays one");
        assert_eq!(stages_by_id.moving(), Moving { under_way: 1, unknown: 1, not_started: 1 });
        assert_eq!(stages_by_id.deadline(), Some(later));
        assert_eq!(stages_by_id.overdue(now), []);
        assert_eq!(stages_by_id.overdue(later), [("c".to_owned(), why("no answer"))]);
        let left: Vec<String> = stages_by_id.take().into_iter().map(|(id, _)| id).collect();
        assert_eq!(left, ["b", "c", "d"]);
        assert!(stages_by_id.is_empty());
    }
}
