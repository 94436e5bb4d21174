//! The stage of each retry of a run, until it has an outcome.

use std::collections::{BTreeSet, HashMap};

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
    /// Counted as they change: both are asked for with every report of the worker.
    moving: Moving,
    /// Until when the unknown ones are looked up.
    deadlines: BTreeSet<(Instant, String)>,
}

/// How many are in each stage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Moving {
    pub under_way: usize,
    pub unknown: usize,
    pub not_started: usize,
}

impl ScriptedStages {
    /// All of these, not started.
    pub fn of(ids: Vec<String>) -> Self {
        let stages: HashMap<_, _> = ids.iter().map(|id| (id.clone(), ScriptedStage::NotStarted)).collect();
        let moving = Moving { not_started: stages.len(), ..Moving::default() };
        Self { order: ids, stages, moving, deadlines: BTreeSet::new() }
    }

    /// The stage of one; `None` if it has an outcome, or is not part of this run.
    pub fn get(&self, id: &str) -> Option<&ScriptedStage> {
        self.stages.get(id)
    }

    /// Sets its stage, unless it has an outcome.
    pub fn put(&mut self, id: &str, stage: ScriptedStage) {
        if self.end(id) {
            *self.moving.of(&stage) += 1;
            self.deadlines.extend(stage.until().map(|until| (until, id.to_owned())));
            self.stages.insert(id.to_owned(), stage);
        }
    }

    /// It has an outcome. Returns whether it had none before.
    pub fn end(&mut self, id: &str) -> bool {
        let Some(before) = self.stages.remove(id) else { return false };
        *self.moving.of(&before) -= 1;
        if let Some(until) = before.until() {
            self.deadlines.remove(&(until, id.to_owned()));
        }
        true
    }

    /// Whether all have an outcome.
    pub fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }

    /// How many are in each stage.
    pub fn moving(&self) -> Moving {
        self.moving
    }

    /// When the first look-up of an outcome is given up.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(until, _)| *until)
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
        let Self { order, mut stages, .. } = std::mem::replace(self, Self::of(Vec::new()));
        order.into_iter().filter_map(|id| stages.remove(&id).map(|stage| (id, stage))).collect()
    }
}

impl Moving {
    fn of(&mut self, stage: &ScriptedStage) -> &mut usize {
        match stage {
            ScriptedStage::NotStarted => &mut self.not_started,
            ScriptedStage::UnderWay => &mut self.under_way,
            ScriptedStage::Unknown { .. } => &mut self.unknown,
        }
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
