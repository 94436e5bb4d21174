//! How many messages each line of the menu would show. What the store counts anyway costs nothing; the rest is
//! counted in parts, so that no key waits for it.

use jiff::SignedDuration;

use super::FilterMenu;
use crate::tui::state::{Campaign, FilterChoice};

/// How many messages are checked before the keyboard is read again: some five milliseconds.
const AT_ONCE: usize = 500_000;

/// How long the next part waits, so that what was counted is drawn and keys are read.
const REST: SignedDuration = SignedDuration::from_millis(20);

impl FilterMenu {
    /// Everything must be counted again.
    pub fn recount(&mut self) {
        self.next = 0;
        self.is_result_due = true;
    }

    /// Counts what is due, as much as one turn allows.
    pub fn count(&mut self, campaign: &Campaign) {
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
            line.count = line.alone().map(|choice| number(&choice));
            self.next += 1;
            looked_at += campaign.store.len().max(1);
        }
        let is_done = self.next >= self.lines.len();
        self.due = if is_done { None } else { campaign.now.checked_add(REST).ok() };
    }
}
