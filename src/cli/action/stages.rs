//! The stage of each retry of a run, until it has an outcome.

use std::collections::HashMap;

use tokio::time::Instant;

use crate::postman::Explanation;

/// The stage of a retry that has no outcome yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ScriptedStage {
    /// No request left, or it provably did nothing.
    NotStarted,
    /// The request is on its way.
    UnderWay,
    /// Its outcome is being looked up, until that time.
    Unknown { until: Instant, why: Explanation },
}

/// The retries without an outcome, in the order of the plan.
#[derive(Debug)]
pub(super) struct ScriptedStages {
    order: Vec<String>,
    stages: HashMap<String, ScriptedStage>,
}

/// How many are in each stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moving {
    pub under_way: usize,
    pub unknown: usize,
    pub not_started: usize,
}

impl ScriptedStages {
    /// All of these, not started.
    pub fn of(ids: Vec<String>) -> Self {
        let stages = ids.iter().map(|id| (id.clone(), ScriptedStage::NotStarted)).collect();
        Self { order: ids, stages }
    }

    /// The stage of one; `None` if it has an outcome, or is not part of this run.
    pub fn get(&self, id: &str) -> Option<&ScriptedStage> {
        self.stages.get(id)
    }

    /// Sets its stage, unless it has an outcome.
    pub fn put(&mut self, id: &str, stage: ScriptedStage) {
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
        let count = |wanted: fn(&ScriptedStage) -> bool| self.stages.values().filter(|stage| wanted(stage)).count();
        Moving {
            under_way: count(|stage| matches!(stage, ScriptedStage::UnderWay)),
            unknown: count(|stage| matches!(stage, ScriptedStage::Unknown { .. })),
            not_started: count(|stage| matches!(stage, ScriptedStage::NotStarted)),
        }
    }

    /// When the first look-up of an outcome is given up.
    pub fn deadline(&self) -> Option<Instant> {
        self.stages.values().filter_map(ScriptedStage::until).min()
    }

    /// Those whose outcome has been looked up for long enough, with what happened to them.
    pub fn overdue(&self, now: Instant) -> Vec<(String, Explanation)> {
        let overdue = |id: &String| match self.stages.get(id)? {
            ScriptedStage::Unknown { until, why } if *until <= now => Some((id.clone(), why.clone())),
            _ => None,
        };
        self.order.iter().filter_map(overdue).collect()
    }

    /// All without an outcome, in the order of the plan.
    pub fn take(&mut self) -> Vec<(String, ScriptedStage)> {
        let mut stages = std::mem::take(&mut self.stages);
        std::mem::take(&mut self.order).into_iter().filter_map(|id| stages.remove(&id).map(|stage| (id, stage))).collect()
    }
}

impl ScriptedStage {
    fn until(&self) -> Option<Instant> {
        match self {
            ScriptedStage::Unknown { until, .. } => Some(*until),
            ScriptedStage::NotStarted | ScriptedStage::UnderWay => None,
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
        let mut stages = ScriptedStages::of(["a", "b", "c", "d"].map(str::to_owned).to_vec());
        stages.put("b", ScriptedStage::UnderWay);
        stages.put("c", ScriptedStage::Unknown { until: later, why: why("no answer") });
        stages.end("a");
        stages.put("a", ScriptedStage::UnderWay);
        assert_eq!(stages.get("a"), None, "an end stays one");
        assert_eq!(stages.moving(), Moving { under_way: 1, unknown: 1, not_started: 1 });
        assert_eq!(stages.deadline(), Some(later));
        assert_eq!(stages.overdue(now), []);
        assert_eq!(stages.overdue(later), [("c".to_owned(), why("no answer"))]);
        let left: Vec<String> = stages.take().into_iter().map(|(id, _)| id).collect();
        assert_eq!(left, ["b", "c", "d"]);
        assert!(stages.is_empty());
    }
}
