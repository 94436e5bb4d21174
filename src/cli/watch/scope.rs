//! Which messages are watched.

use jiff::{SignedDuration, Timestamp};

use super::super::window::{AttemptWindow, NewestAttempt, Placement};
use crate::delivery::BatchId;
use crate::store::{Reach, RowNumber, Store};

/// Which messages are watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    /// Those of a batch; `None` for the campaign's.
    pub batch: Option<BatchId>,
    /// The requested time window, and how far back is loaded for it at the start.
    pub window: AttemptWindow,
}

impl Scope {
    /// Whether the user named a set of messages: then all of it counts, including those finished before.
    pub fn is_named(&self) -> bool {
        self.batch.is_some() || self.window.since.is_some()
    }

    /// Where a message is relative to the window. In a batch's watch nothing else is loaded.
    pub fn placement(&self, store: &Store, row: RowNumber) -> Placement {
        self.window.placement(store.cells(row).created_at, || NewestAttempt::of(&store.message(row)))
    }

    /// Whether a message is watched.
    pub fn has(&self, store: &Store, row: RowNumber) -> bool {
        self.placement(store, row) == Placement::In
    }

    /// Whether everything watched was read at least once.
    pub fn is_read(&self, reach: &Reach) -> bool {
        let far_enough = match (self.window.horizon, &reach.oldest) {
            _ if reach.complete => true,
            (Some(horizon), Some((oldest, _))) => *oldest <= horizon,
            _ => false,
        };
        far_enough && reach.gap.is_none()
    }

    /// How far back from `now` the worker has to read.
    pub fn history(&self, now: Timestamp) -> std::time::Duration {
        let back = self.window.horizon.map(|horizon| now.duration_since(horizon).max(SignedDuration::ZERO));
        back.and_then(|back| std::time::Duration::try_from(back).ok()).unwrap_or(std::time::Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::MessageId;
    use crate::store::Gap;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn reach(oldest: i64, complete: bool) -> Reach {
        Reach { oldest: Some((at(oldest), MessageId::new("m"))), complete, gap: None }
    }

    #[test]
    fn all_is_read_when_the_stretch_goes_to_the_horizon() {
        let scope = Scope { batch: None, window: AttemptWindow { horizon: Some(at(1000)), ..AttemptWindow::default() } };
        assert!(scope.is_read(&reach(1000, false)) && scope.is_read(&reach(2000, true)));
        assert!(!scope.is_read(&reach(1001, false)) && !scope.is_read(&Reach::default()));
        let gap = Some(Gap { newer: at(3000), older: at(2500) });
        assert!(!scope.is_read(&Reach { gap, ..reach(900, false) }));
        let whole = Scope { window: AttemptWindow::default(), ..scope };
        assert!(!whole.is_read(&reach(0, false)) && whole.is_read(&reach(0, true)));
    }

    #[test]
    fn the_worker_reads_back_to_the_horizon() {
        let scope = Scope { batch: None, window: AttemptWindow { horizon: Some(at(1000)), ..AttemptWindow::default() } };
        assert_eq!(scope.history(at(1060)), std::time::Duration::from_secs(60));
        assert_eq!(Scope { window: AttemptWindow::default(), ..scope }.history(at(0)), std::time::Duration::MAX);
    }
}
