//! Where each retry of a run stands, until it has an end.

use std::collections::HashMap;

use tokio::time::Instant;

use crate::postman::Explanation;

/// Where a retry stands that has no end yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RetryStage {
    /// No request left, or it provably did nothing.
    NotStarted,
    /// The request is on its way.
    UnderWay,
    /// Its outcome is being looked up, until then.
    Unknown { until: Instant, why: Explanation },
}

/// The retries without an end, in the order of the plan.
#[derive(Debug)]
pub(super) struct Standings {
    order: Vec<String>,
    places: HashMap<String, RetryStage>,
}

/// How many stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moving {
    pub under_way: usize,
    pub unknown: usize,
    pub not_started: usize,
}

impl Standings {
    /// None of these was started.
    pub fn of(ids: Vec<String>) -> Self {
        let places = ids.iter().map(|id| (id.clone(), RetryStage::NotStarted)).collect();
        Self { order: ids, places }
    }

    /// Where one stands; `None` when it has an end, or is no part of this.
    pub fn get(&self, id: &str) -> Option<&RetryStage> {
        self.places.get(id)
    }

    /// It stands there now, unless it has an end.
    pub fn put(&mut self, id: &str, place: RetryStage) {
        if let Some(standing) = self.places.get_mut(id) {
            *standing = place;
        }
    }

    /// It has an end.
    pub fn end(&mut self, id: &str) {
        self.places.remove(id);
    }

    /// Whether all have an end.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// How many stand where.
    pub fn moving(&self) -> Moving {
        let count = |wanted: fn(&RetryStage) -> bool| self.places.values().filter(|place| wanted(place)).count();
        Moving {
            under_way: count(|place| matches!(place, RetryStage::UnderWay)),
            unknown: count(|place| matches!(place, RetryStage::Unknown { .. })),
            not_started: count(|place| matches!(place, RetryStage::NotStarted)),
        }
    }

    /// When the first search for an outcome is given up.
    pub fn deadline(&self) -> Option<Instant> {
        self.places.values().filter_map(RetryStage::until).min()
    }

    /// Those whose outcome has been looked for long enough, with what happened to them.
    pub fn overdue(&self, now: Instant) -> Vec<(String, Explanation)> {
        let overdue = |id: &String| match self.places.get(id)? {
            RetryStage::Unknown { until, why } if *until <= now => Some((id.clone(), why.clone())),
            _ => None,
        };
        self.order.iter().filter_map(overdue).collect()
    }

    /// All without an end, in the order of the plan.
    pub fn take(&mut self) -> Vec<(String, RetryStage)> {
        let mut places = std::mem::take(&mut self.places);
        std::mem::take(&mut self.order).into_iter().filter_map(|id| places.remove(&id).map(|place| (id, place))).collect()
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
        let mut standings = Standings::of(["a", "b", "c", "d"].map(str::to_owned).to_vec());
        standings.put("b", RetryStage::UnderWay);
        standings.put("c", RetryStage::Unknown { until: later, why: why("no answer") });
        standings.end("a");
        standings.put("a", RetryStage::UnderWay);
        assert_eq!(standings.get("a"), None, "an end stays one");
        assert_eq!(standings.moving(), Moving { under_way: 1, unknown: 1, not_started: 1 });
        assert_eq!(standings.deadline(), Some(later));
        assert_eq!(standings.overdue(now), []);
        assert_eq!(standings.overdue(later), [("c".to_owned(), why("no answer"))]);
        let left: Vec<String> = standings.take().into_iter().map(|(id, _)| id).collect();
        assert_eq!(left, ["b", "c", "d"]);
        assert!(standings.is_empty());
    }
}
