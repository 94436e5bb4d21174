//! How many messages each line of a menu would show. What the store counts anyway costs nothing; the rest is
//! counted in parts, so that no key waits for it.

use jiff::{SignedDuration, Timestamp};

use super::choices::Choices;
use crate::tui::dialogs::Changed;
use crate::tui::shared::{Campaign, FilterChoice, Shared};

/// How many messages are checked before the keyboard is read again: some five milliseconds.
const AT_ONCE: usize = 500_000;

/// How long the next part waits, so that what was counted is drawn and keys are read.
const REST: SignedDuration = SignedDuration::from_millis(20);

impl Choices {
    /// Counts what is due, and everything again with the tick: messages and windows may have changed.
    pub fn refresh(&mut self, changed: &Changed, shared: &Shared) {
        if changed.is_tick {
            self.next = 0;
            self.is_result_due = true;
        }
        if changed.was_covered || self.due.is_none_or(|due| due <= shared.time_of_day()) {
            self.count_more(shared);
        }
    }

    /// Counts more of what was not counted yet.
    pub fn count_more(&mut self, shared: &Shared) {
        if let Some(campaign) = shared.campaign() {
            self.count(campaign);
        }
    }

    /// When the next part is counted, by the clock of the dashboard.
    pub fn due(&self, shared: &Shared) -> Option<Timestamp> {
        self.due.map(|due| shared.look.of_clock(due))
    }

    /// As much as one turn allows.
    pub(super) fn count(&mut self, campaign: &Campaign) {
        let number = |choice: &FilterChoice| {
            let filter = choice.filter(&campaign.zone, campaign.now);
            campaign.store.loaded_matching(&filter, campaign.now)
        };
        let mut looked_at = 0;
        if std::mem::take(&mut self.is_result_due) {
            self.result = Some(number(&self.choice()));
            looked_at += campaign.store.len();
        }
        while self.next < self.lines.len() && looked_at < AT_ONCE {
            let line = &mut self.lines[self.next];
            line.count = line.alone(self.draft.window).map(|choice| number(&choice));
            self.next += 1;
            looked_at += campaign.store.len().max(1);
        }
        let is_done = self.next >= self.lines.len();
        self.due = if is_done { None } else { campaign.now.checked_add(REST).ok() };
    }
}
