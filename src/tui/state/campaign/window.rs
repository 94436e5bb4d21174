//! Which part of a campaign is shown: its filter, and its time window, which moves on with the clock.

use jiff::Timestamp;

use super::Campaign;
use crate::store::{BatchSummary, Filter};
use crate::tui::state::Times;

impl Campaign {
    /// Lists what the filter and the find ask for, and groups the failures of the same time window.
    pub fn narrow(&mut self) {
        let filter =
            Filter { query: self.find.query.clone(), nothing: self.find.refusal.is_some(), ..self.choice.filter(&self.zone, self.now) };
        if filter != *self.list.filter() {
            self.list.set_filter(&self.store, filter);
            // The cursor may have left the unmasked row.
            self.marks.hide(self.subject());
        }
        self.failures.set_times(&self.store, self.times());
    }

    /// Moves a relative time window on with the clock.
    pub fn move_on(&mut self) {
        let times = self.times();
        self.list.set_times(&self.store, times);
        self.failures.set_times(&self.store, times);
    }

    /// The time window at the time of the newest event.
    pub fn times(&self) -> Times {
        self.choice.window.times(&self.zone, self.now)
    }

    /// How many loaded messages are in the time window.
    pub fn loaded_in_window(&self) -> usize {
        let (since, until) = self.times();
        self.store.loaded_between(since, until)
    }

    /// Whether every message of the time window is loaded.
    pub fn is_window_whole(&self) -> bool {
        let coverage = self.store.coverage();
        let reaches = |since: Timestamp| coverage.oldest.is_some_and(|oldest| oldest < since);
        coverage.gap.is_none() && (coverage.complete || self.times().0.is_some_and(reaches))
    }

    /// The batches uploaded in the time window, newest first, and those without a known time.
    pub fn batches_in_window(&self) -> Vec<BatchSummary> {
        let (since, until) = self.times();
        let mut batches = self.store.batches();
        batches.retain(|summary| {
            let is_in = |at: Timestamp| since.is_none_or(|since| at >= since) && until.is_none_or(|until| at < until);
            summary.batch.created_at.is_none_or(is_in)
        });
        batches
    }
}
