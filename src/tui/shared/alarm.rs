//! What calls a person: more failures than usual, and new errors.

use jiff::{SignedDuration, Timestamp};

use crate::delivery::{DeliveryError, Status, grouped};
use crate::monitor::{Notice, NoticeWeight};
use crate::postman::Explanation;
use crate::store::{Merged, status_index};
use crate::tui::Effect;
use crate::tui::shared::{Campaign, Shared};

/// How much must be loaded before "more than usual" means anything: the day that the usual share is
/// taken from, plus the last minutes.
const ENOUGH_LOADED: SignedDuration = SignedDuration::from_mins(24 * 60 + 15);

impl Shared {
    /// Calls once when a campaign starts to fail more than usual, and again only after it was well
    /// below that.
    pub(super) fn watch_failures(&mut self) {
        let now = self.now;
        let mut calls = Vec::new();
        for campaign in &mut self.campaigns {
            let fails = campaign.fails_too_often();
            if fails && !campaign.has_called && is_enough_loaded(campaign, now) {
                campaign.has_called = true;
                let recent = &campaign.recent;
                let share = recent.share().unwrap_or_default() * 100.0;
                let usual = recent.usual_share.map(|usual| format!("usually {:.1} %", usual * 100.0));
                let leading = recent.leading_error.as_ref().filter(|error| !error.code.is_empty());
                let why: Vec<String> = usual.into_iter().chain(leading.map(|error| format!("mostly {}", error.code))).collect();
                calls.push(Explanation::new(
                    format!("{}: {share:.1} % failed in the last {} minutes", campaign.settings.name, recent.minutes),
                    why.join(", "),
                    "3 shows the failures",
                ));
            }
            // Half the limit: a share that hovers around it must not call every minute.
            let is_high = campaign.recent.share().is_some_and(|share| share > campaign.failure_limit() / 2.0);
            campaign.has_called &= is_high;
        }
        self.call(NoticeWeight::Problem, calls);
    }

    /// Calls for errors with which a known message has just failed, and that were never loaded before:
    /// an error that a retry cleared for a while is not new.
    pub(super) fn call_new_errors(&mut self, index: usize, merged: &Merged) {
        let now = self.now;
        let Some(campaign) = self.campaigns.get_mut(index) else { return };
        let mut new: Vec<&DeliveryError> = Vec::new();
        for error in merged.changes.iter().filter_map(|change| change.error.as_ref()) {
            if !error.code.is_empty() && campaign.seen_errors.insert(error.clone()) {
                new.push(error);
            }
        }
        campaign.seen_errors.extend(campaign.store.counts().errors.iter().map(|count| count.error.clone()));
        if !is_enough_loaded(campaign, now) {
            return;
        }
        let calls = new.into_iter().map(|error| {
            Explanation::new(
                format!("{}: a new error, {}", campaign.settings.name, error.code),
                error.known().advice(),
                "3 shows the failures",
            )
        });
        let calls = calls.collect();
        self.call(NoticeWeight::Warning, calls);
    }

    /// Calls when a batch is finished that had messages on the way: nothing in it will change
    /// without a retry.
    pub(super) fn call_ended_batches(&mut self, index: usize, merged: &Merged) {
        let Some(campaign) = self.campaigns.get_mut(index).filter(|_| !merged.touched.is_empty()) else { return };
        let mut ended = Vec::new();
        for summary in campaign.store.batches() {
            if summary.open > 0 {
                campaign.moving_batches.insert(summary.batch.id);
            } else if summary.is_whole && campaign.moving_batches.remove(&summary.batch.id) {
                ended.push(summary);
            }
        }
        let name = &campaign.settings.name;
        let calls = ended.iter().map(|summary| {
            let of = |status: &Status| grouped(summary.by_status[status_index(Some(status))]);
            let file = summary.batch.file_name.as_deref().map(|file| format!(", {}", campaign.shown_name(file))).unwrap_or_default();
            Explanation::new(
                format!("{name}: batch {} is finished", summary.batch.id.short(false)),
                format!("{} delivered, {} failed{file}", of(&Status::Success), of(&Status::Failure)),
                "2 shows the batches",
            )
        });
        let calls = calls.collect();
        self.call(NoticeWeight::Info, calls);
    }

    fn call(&mut self, weight: NoticeWeight, texts: Vec<Explanation>) {
        if let Some(first) = texts.first().filter(|_| self.look.bell) {
            let more = if texts.len() > 1 { format!(", and {} more", texts.len() - 1) } else { String::new() };
            self.effects.push(Effect::Call(format!("{}{more}", first.what)));
        }
        for text in texts {
            self.notices.answer(Notice { at: self.now, weight, text });
        }
    }
}

/// Whether so much is loaded that "before" and "usual" mean something.
fn is_enough_loaded(campaign: &Campaign, now: Timestamp) -> bool {
    let coverage = campaign.store.coverage();
    coverage.complete || coverage.oldest.is_some_and(|oldest| now.duration_since(oldest) >= ENOUGH_LOADED)
}
