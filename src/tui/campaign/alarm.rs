//! What calls a person: more failures than usual, a stall, new errors, batches that are finished.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::Campaign;
use crate::delivery::{BatchId, Class, DeliveryError, grouped, percent};
use crate::postman::Explanation;
use crate::store::{Merged, Recent};
use crate::tui::shared::ViewKind;
use crate::tui::widgets::words::too_many_for;

/// How much must be loaded before "more than usual" means anything: the day that the usual share is
/// taken from, plus the last minutes.
const ENOUGH_LOADED: SignedDuration = SignedDuration::from_mins(24 * 60 + 15);

/// What a campaign called a person for, and what would be new to them.
#[derive(Debug, Default)]
pub(in crate::tui) struct Alarm {
    /// Whether it has called since its failures rose.
    has_called: bool,
    /// Whether it has called since nothing finishes any more.
    has_called_stall: bool,
    /// Every error that was ever among the loaded messages.
    seen_errors: HashSet<DeliveryError>,
    /// The batches that had messages on the way when last looked at.
    moving_batches: HashSet<BatchId>,
}

/// What a person is called for.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Alert {
    pub text: Explanation,
    /// The view of the campaign that shows more of it. Its key is named where the text is shown: which one leads there
    /// depends on the campaign that is on the screen then.
    pub view: Option<ViewKind>,
}

impl Alert {
    fn new(what: String, why: impl Into<String>, view: ViewKind) -> Self {
        Self { text: Explanation::new(what, why, ""), view: Some(view) }
    }
}

impl Alarm {
    /// The messages are forgotten.
    pub fn start_over(&mut self) {
        *self = Self { has_called: self.has_called, ..Self::default() };
    }
}

impl Campaign {
    /// Calls once when more fail than usual, and again only after it was well below that.
    pub fn rising_failures(&mut self, now: Timestamp) -> Option<Alert> {
        let recent = &self.recent;
        // Half the limit: a share that hovers around it must not call every minute.
        let limit = self.settings.failure_limit;
        let high = limit.max(recent.tolerated_share(limit).unwrap_or_default() * Recent::AS_USUAL);
        let is_high = recent.share().is_some_and(|share| share > high / 2.0) || self.fails_too_often();
        let calls = self.fails_too_often() && !self.alarm.has_called && self.is_enough_loaded(now);
        self.alarm.has_called = is_high && (self.alarm.has_called || calls);
        if !calls {
            return None;
        }
        let failed = match recent.share() {
            Some(share) => format!("{} failed", percent(share)),
            None => format!("{} of {} failed", grouped(recent.failed), grouped(recent.finished)),
        };
        let leading = recent.leading_error.as_ref().filter(|error| !error.code.is_empty());
        let leading = leading.map(|error| format!("mostly {}", error.code));
        let why: Vec<String> = std::iter::once(too_many_for(recent, limit)).chain(leading).collect();
        let what = format!("{}: {failed} in {} min", self.settings.name, recent.minutes);
        Some(Alert::new(what, why.join(", "), ViewKind::Failures))
    }

    /// Calls once when nothing finishes any more; `minute` writes a minute as a person reads it.
    pub fn stall(&mut self, minute: impl Fn(Timestamp) -> String) -> Option<Alert> {
        let had_called = std::mem::replace(&mut self.alarm.has_called_stall, self.recent.stall.is_some());
        let stall = self.recent.stall.filter(|_| !had_called)?;
        let what = format!("{}: nothing {}", self.settings.name, stall.finished(&minute));
        let why = format!("{}, perhaps because no reports come in", stall.unfinished(&minute));
        Some(Alert { text: Explanation::new(what, why, "ask Postman, if it goes on"), view: None })
    }

    /// Calls for errors with which a known message has just failed, and that were never loaded before:
    /// an error that a retry cleared for a while is not new.
    pub fn new_errors(&mut self, merged: &Merged, now: Timestamp) -> Vec<Alert> {
        let failed = merged.changes.iter().filter_map(|change| change.error.as_ref()).filter(|error| !error.code.is_empty());
        let new: Vec<&DeliveryError> = failed.filter(|error| self.alarm.seen_errors.insert((*error).clone())).collect();
        self.alarm.seen_errors.extend(self.store.counts().errors.iter().map(|count| count.error.clone()));
        let call = |error: &DeliveryError| {
            let what = format!("{}: a new error, {}", self.settings.name, error.code);
            Alert::new(what, error.known().advice(), ViewKind::Failures)
        };
        if self.is_enough_loaded(now) { new.into_iter().map(call).collect() } else { Vec::new() }
    }

    /// From now on the end of this batch is reported, even if it never seems to move.
    pub fn follow_batch(&mut self, batch: &BatchId) {
        self.alarm.moving_batches.insert(batch.clone());
    }

    /// Calls when a batch is finished that had messages on the way: nothing in it will change
    /// without a retry.
    pub fn ended_batches(&mut self, merged: &Merged) -> Vec<Alert> {
        let mut calls = Vec::new();
        if merged.touched.is_empty() {
            return calls;
        }
        let patience = self.store.patience(self.now);
        for summary in self.store.batches() {
            if summary.open > 0 {
                self.alarm.moving_batches.insert(summary.batch.id);
            } else if summary.is_whole && self.alarm.moving_batches.remove(&summary.batch.id) {
                let classes = summary.classes(self.now, patience);
                let of = |class: Class| grouped(classes[class]);
                let file = summary.batch.file_name.as_deref().map(|file| format!(", {}", self.shown_name(file))).unwrap_or_default();
                calls.push(Alert::new(
                    format!("{}: batch {} is finished", self.settings.name, summary.batch.id.short(false)),
                    format!("{} delivered, {} failed{file}", of(Class::Delivered), of(Class::Failed)),
                    ViewKind::Batches,
                ));
            }
        }
        calls
    }

    /// Whether so much is loaded that "before" and "usual" mean something.
    fn is_enough_loaded(&self, now: Timestamp) -> bool {
        let coverage = self.store.coverage();
        coverage.complete || coverage.oldest.is_some_and(|oldest| now.duration_since(oldest) >= ENOUGH_LOADED)
    }
}
