//! What in a campaign needs a person, and what it allows.

use jiff::{SignedDuration, Timestamp};

use super::Campaign;
use crate::monitor::Connection;
use crate::tui::state::RunRecord;

/// How long a read-only campaign stays unlocked without an action.
const UNLOCKED: SignedDuration = SignedDuration::from_mins(15);

impl Campaign {
    /// The share of failures in the last minutes above which it needs a person: twice the usual, and
    /// never less than the limit.
    pub fn failure_limit(&self) -> f64 {
        self.recent.usual_share.map_or(self.settings.failure_limit, |usual| (usual * 2.0).max(self.settings.failure_limit))
    }

    /// Whether more failed in the last minutes than that.
    pub fn fails_too_often(&self) -> bool {
        self.recent.share().is_some_and(|share| share > self.failure_limit())
    }

    /// Whether actions are refused now.
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.settings.read_only && self.unlocked_until.is_none_or(|until| until <= now)
    }

    /// Unlocks it for actions.
    pub fn unlock(&mut self, now: Timestamp) {
        self.unlocked_until = Some(now + UNLOCKED);
    }

    /// An action was taken: an unlocked campaign stays unlocked for the full time again.
    pub fn acted(&mut self, now: Timestamp) {
        if self.unlocked_until.is_some() {
            self.unlock(now);
        }
    }

    /// Whether a run is under way or has paused itself.
    pub fn has_run(&self) -> bool {
        // A run without any report is under way as long as its retries are: it may have been
        // refused as a whole.
        self.run.as_ref().is_some_and(|run| !run.is_over() && (run.news.is_some() || self.actions.is_acting()))
    }

    /// How many lines the run takes.
    pub fn run_rows(&self) -> u16 {
        match &self.run {
            Some(_) if self.has_run() => 3,
            Some(run) if run.news.is_none() => 0,
            Some(run) if !run.is_read || self.actions.followed().open > 0 => 1,
            _ => 0,
        }
    }

    /// Whether it needs a person: it cannot be read, an outcome must be decided, or too much fails.
    pub fn needs_person(&self) -> bool {
        self.settings.broken.is_some()
            || matches!(self.connection, Connection::Refused { .. })
            || self.actions.needs_person()
            || self.run.as_ref().is_some_and(RunRecord::is_paused)
            || self.fails_too_often()
    }
}
