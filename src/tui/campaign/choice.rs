//! Which messages the list shows, apart from the recipient searched for.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::TimeWindow;
use crate::delivery::{BatchId, Class, Status, code_or_none};
use crate::store::Filter;

/// Which messages the list shows. A message must match each kind of condition in at least one way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::tui) struct FilterChoice {
    pub statuses: Vec<Status>,
    /// In one of these classes; together with statuses, either is enough.
    pub classes: Vec<Class>,
    /// Failed with one of these codes; an empty one for failures without a reason.
    pub errors: Vec<String>,
    pub batches: Vec<BatchId>,
    /// Begun in this time window.
    pub window: TimeWindow,
}

impl FilterChoice {
    /// Everything of a time window.
    pub fn all_of(window: TimeWindow) -> Self {
        Self { window, ..Self::default() }
    }

    /// The same whatever the time.
    #[must_use]
    pub fn of_all_times(&self) -> Self {
        Self { window: TimeWindow::default(), ..self.clone() }
    }

    /// Whether it shows everything of its time window.
    pub fn is_window_alone(&self) -> bool {
        *self == Self::all_of(self.window)
    }

    /// Whether it has only batches, or nothing: then it means nothing to another campaign.
    pub fn is_for_one_campaign(&self) -> bool {
        self.for_every_campaign() == Self::default()
    }

    /// The same for any campaign: a batch belongs to one, and the window of the start was not chosen.
    #[must_use]
    pub fn for_every_campaign(&self) -> Self {
        let window = Some(self.window).filter(|window| *window != TimeWindow::at_first()).unwrap_or_default();
        Self { batches: Vec::new(), window, ..self.clone() }
    }

    /// The same within a time window, where it has none of its own.
    #[must_use]
    pub fn within(&self, window: TimeWindow) -> Self {
        Self { window: if self.window.is_all() { window } else { self.window }, ..self.clone() }
    }

    /// The store's filter for it at `now`.
    pub fn filter(&self, zone: &TimeZone, now: Timestamp) -> Filter {
        let (since, until) = self.window.times(zone, now);
        Filter {
            statuses: self.statuses.clone(),
            classes: self.classes.clone(),
            errors: self.errors.clone(),
            batches: self.batches.clone(),
            since,
            until,
            ..Filter::default()
        }
    }

    /// What it shows, a piece for each kind of condition: `failed: routing_error`, `batch a41f…22`, `last
    /// 24 h`.
    pub fn pieces(&self, zone: &TimeZone, now: Timestamp) -> Vec<String> {
        let mut pieces = Vec::new();
        // An error implies that they failed.
        let only_failed = self.classes.iter().all(|class| *class == Class::Failed) && self.statuses.iter().all(|it| *it == Status::Failure);
        if self.errors.is_empty() || !only_failed {
            let words = self.classes.iter().map(|class| class.word()).chain(self.statuses.iter().map(Status::word));
            pieces.push(words.collect::<Vec<_>>().join(", "));
        }
        if !self.errors.is_empty() {
            let codes = self.errors.iter().map(|code| code_or_none(code));
            pieces.push(format!("failed: {}", codes.collect::<Vec<_>>().join(", ")));
        }
        let batches = self.batches.iter().map(|batch| batch.short(false)).collect::<Vec<_>>().join(", ");
        match self.batches.len() {
            0 => {}
            1 => pieces.push(format!("batch {batches}")),
            _ => pieces.push(format!("batches {batches}")),
        }
        pieces.push(self.window.words(zone, now));
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }

    /// What it shows, in words.
    pub fn words(&self, zone: &TimeZone, now: Timestamp) -> String {
        self.pieces(zone, now).join(" · ")
    }
}

#[cfg(test)]
mod tests;
