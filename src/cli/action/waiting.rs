//! What a run waits for, and for how long: the retries without an outcome, outcomes that must be known before it
//! continues, and an API that drops every call.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::report::{OutcomeKind, ReportedOutcome};
use crate::postman::Explanation;

/// How long a run continues while every call is dropped.
pub(super) const LONGEST_STALL: Duration = Duration::from_secs(5 * 60);

/// How many dropped calls of a run are reported one by one.
const REPORTED_SINGLY: u32 = 5;

/// How often that is reported from then on.
const REPORT_EVERY: Duration = Duration::from_secs(20);

/// A pause that the run made itself. It lasts until the outcomes that caused it are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pause {
    waits_for: HashSet<String>,
    /// When the run last made progress, by the clock that cannot be set: the yes to it is valid from there.
    pub began_at: Timestamp,
}

/// The effect of an outcome on a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// None: others are still looked up, or it is not one of those waited for.
    Waits,
    /// All are known: the run can continue.
    GoesOn,
    /// One stays unknown: a person must look at it first.
    Ends,
}

impl Pause {
    /// A pause for these outcomes; `None` if there are none to wait for.
    pub fn new(unknown: HashSet<String>, began_at: Timestamp) -> Option<Self> {
        (!unknown.is_empty()).then_some(Self { waits_for: unknown, began_at })
    }

    /// An outcome arrived.
    pub fn take(&mut self, outcome: &ReportedOutcome) -> After {
        match outcome.outcome {
            _ if !self.waits_for.contains(&outcome.subject) => After::Waits,
            OutcomeKind::Unknown => After::Ends,
            OutcomeKind::Accepted | OutcomeKind::Refused | OutcomeKind::Skipped => {
                self.waits_for.remove(&outcome.subject);
                if self.waits_for.is_empty() { After::GoesOn } else { After::Waits }
            }
        }
    }
}

/// Since when nothing gets through.
#[derive(Debug)]
pub(super) struct RunStall {
    answered_at: Instant,
    /// Whether a call was dropped since then.
    drops: bool,
    /// How often that was reported, and when last.
    reported: u32,
    reported_at: Instant,
}

impl RunStall {
    /// Nothing has been dropped yet.
    pub fn new(now: Instant) -> Self {
        Self { answered_at: now, drops: false, reported: 0, reported_at: now }
    }

    /// The API answered a retry itself, with yes or no.
    pub fn answered(&mut self, now: Instant) {
        (self.answered_at, self.drops) = (now, false);
    }

    /// A call did nothing and is sent again, or is given up. Gives how long that has lasted, if it is time to report it.
    pub fn dropped(&mut self, now: Instant) -> Option<Duration> {
        self.drops = true;
        if self.reported >= REPORTED_SINGLY && now.duration_since(self.reported_at) < REPORT_EVERY {
            return None;
        }
        self.reported = self.reported.saturating_add(1);
        self.reported_at = now;
        Some(now.duration_since(self.answered_at))
    }

    /// When it will have lasted too long; `None` while calls get through.
    pub fn deadline(&self) -> Option<Instant> {
        self.drops.then(|| self.answered_at + LONGEST_STALL)
    }
}

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
    use std::time::Duration;

    use super::*;
    use crate::postman::Explanation;

    fn unknown(id: &str) -> ReportedOutcome {
        ReportedOutcome::unknown(id, &Explanation::new("", "", ""))
    }

    #[test]
    fn a_pause_ends_with_the_last_outcome_it_waits_for() {
        let pause = || Pause::new(["a", "b"].map(str::to_owned).into(), Timestamp::UNIX_EPOCH).unwrap();
        let mut known = pause();
        assert_eq!(known.take(&ReportedOutcome::accepted("a", None)), After::Waits);
        assert_eq!(known.take(&unknown("of before")), After::Waits, "it did not cause the pause");
        assert_eq!(known.take(&ReportedOutcome::accepted("b", None)), After::GoesOn);
        assert_eq!(pause().take(&unknown("b")), After::Ends);
        assert_eq!(Pause::new(HashSet::new(), Timestamp::UNIX_EPOCH), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_dropped_is_said_seldom_and_for_five_minutes() {
        let begun = Instant::now();
        let after = |seconds| begun + Duration::from_secs(seconds);
        let mut stall = RunStall::new(begun);
        assert_eq!(stall.deadline(), None);
        let reported: Vec<Option<u64>> =
            [1, 2, 3, 4, 5, 6, 24, 25, 44, 45].map(|at| stall.dropped(after(at)).map(|since| since.as_secs())).into();
        assert_eq!(reported, [Some(1), Some(2), Some(3), Some(4), Some(5), None, None, Some(25), None, Some(45)]);
        assert_eq!(stall.deadline(), Some(after(300)));
        stall.answered(after(60));
        assert_eq!(stall.deadline(), None, "one success begins it again");
        assert_eq!(stall.dropped(after(61)), None, "and what is said does not come more often for it");
        assert_eq!(stall.dropped(after(66)), Some(Duration::from_secs(6)));
        assert_eq!(stall.deadline(), Some(after(360)));
    }

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
