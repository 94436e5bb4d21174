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
    /// Created in this time window.
    pub window: TimeWindow,
}

impl FilterChoice {
    /// Whether it shows everything.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it has only batches, or nothing: then it means nothing to another campaign.
    pub fn is_for_one_campaign(&self) -> bool {
        *self == Self { batches: self.batches.clone(), ..Self::default() }
    }

    /// The same for any campaign: a batch belongs to one.
    #[must_use]
    pub fn for_every_campaign(&self) -> Self {
        Self { batches: Vec::new(), ..self.clone() }
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
