//! What is copied of a row. All of it as the screen shows it: masked where that is masked.

use super::super::state::{State, ViewKind};
use super::super::{Copied, Effect, view};
use crate::monitor::NoticeWeight;

impl State {
    /// Copies the row under the cursor.
    pub(super) fn copy_row(&mut self, effects: &mut Vec<Effect>) {
        let row = match self.view {
            ViewKind::Messages => view::message_row(self),
            ViewKind::Failures => view::failure_row(self),
            ViewKind::Batches => view::batch_row(self),
            ViewKind::Activity => None,
        };
        self.copy_word(row.map(|cells| cells.join("\t")), "the row", effects);
    }

    /// Copies the recipient's number.
    pub(super) fn copy_number(&mut self, effects: &mut Vec<Effect>) {
        let Some(campaign) = self.campaign() else { return };
        let is_masked = campaign.subject().is_some_and(|row| campaign.is_masked(row));
        let number = view::number(self);
        let what = if is_masked { "the masked number" } else { "the number" };
        self.copy_word(number, what, effects);
    }

    /// Copies a text, and says so without showing it: it may be personal.
    pub(super) fn copy_word(&mut self, text: Option<String>, what: &str, effects: &mut Vec<Effect>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            self.tell(NoticeWeight::Info, "there is nothing to copy", "", "");
            return;
        };
        effects.push(Effect::Copy(Copied(text)));
        // Whether a terminal takes it is never told.
        self.tell(NoticeWeight::Info, &format!("{what} was sent to the terminal's clipboard"), "", "");
    }
}
