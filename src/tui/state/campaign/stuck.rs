//! How many messages are overdue.

use jiff::{SignedDuration, Timestamp};

use crate::store::Store;

/// Up to this many messages on the way, counting them takes less than half a millisecond.
const FEW: usize = 5_000;

/// How old the figure may get with up to that many, and with more. No key waits for it, and what is stuck
/// has been for ten minutes at least.
const LONGEST_AGES: [SignedDuration; 2] = [SignedDuration::from_secs(1), SignedDuration::from_secs(10)];

/// How many messages are stuck, and as of when.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::tui) struct StuckCount {
    /// Created, queued or sending for longer than ten minutes and the campaign's own p99.
    pub before_provider: usize,
    /// With the telco for more than 48 h, only Singapore numbers.
    pub with_telco: usize,
    as_of: Option<Timestamp>,
}

impl StuckCount {
    /// All of them.
    pub fn total(&self) -> usize {
        self.before_provider + self.with_telco
    }

    /// Counts them again where the figure is too old.
    pub(super) fn count(&mut self, store: &Store, now: Timestamp) {
        // A clock that was set back makes every figure too old.
        let longest = LONGEST_AGES[usize::from(store.counts().open > FEW)];
        if self.as_of.is_some_and(|as_of| as_of <= now && now.duration_since(as_of) < longest) {
            return;
        }
        let stuck = store.stuck(now);
        *self = Self { before_provider: stuck.before_provider.len(), with_telco: stuck.with_telco.len(), as_of: Some(now) };
    }
}
