//! What keeps a run from continuing, and for how long: outcomes that must be known first, and an API that drops every call.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::report::{OutcomeKind, ReportedOutcome};

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
            _ if !self.waits_for.contains(&outcome.id) => After::Waits,
            OutcomeKind::Unknown => After::Ends,
            OutcomeKind::Accepted | OutcomeKind::Refused | OutcomeKind::Skipped => {
                self.waits_for.remove(&outcome.id);
                if self.waits_for.is_empty() { After::GoesOn } else { After::Waits }
            }
        }
    }
}

/// Since when nothing gets through.
#[derive(Debug)]
pub(super) struct Stall {
    answered_at: Instant,
    /// Whether a call was dropped since then.
    drops: bool,
    /// How often that was reported, and when last.
    reported: u32,
    reported_at: Instant,
}

impl Stall {
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

#[cfg(test)]
mod tests {
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
        let mut stall = Stall::new(begun);
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
}
