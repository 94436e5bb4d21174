//! Esc goes back to where the user came from: from a dialog to what it was opened from, from a view to the
//! previous one.

use super::super::dialogs::Changed;
use super::super::state::{Beneath, OldDialog, OpenedFrom, Shared, ViewKind};
use crate::delivery::MessageId;

impl Shared {
    /// Opens something that Esc closes again to return to what is open now. Where it opens nothing, all stays as
    /// it is.
    pub(in crate::tui) fn open_from(&mut self, open: impl FnOnce(&mut Self)) {
        self.opens(open);
    }

    /// The same, and whether it opened anything.
    pub(in crate::tui) fn opens(&mut self, open: impl FnOnce(&mut Self)) -> bool {
        if self.has_nothing_open() {
            open(self);
            return !self.has_nothing_open() || !self.opening.is_empty();
        }
        let beneath = Beneath { dialog: std::mem::replace(&mut self.dialog, OldDialog::None), campaign: self.current };
        open(self);
        if self.has_nothing_open() {
            self.dialog = beneath.dialog;
            return !self.opening.is_empty();
        }
        self.beneath.push(beneath);
        true
    }

    /// Esc in a dialog: back to what it was opened from.
    pub(in crate::tui) fn close_dialog(&mut self) {
        self.dialog = OldDialog::None;
        let Some(beneath) = self.beneath.pop() else { return };
        if beneath.campaign != self.current && beneath.campaign < self.campaigns.len() {
            self.show_campaign(beneath.campaign);
        }
        self.dialog = beneath.dialog;
        // It followed no news meanwhile: a question is made again, and is another one from now on.
        self.refresh_dialog(&Changed { was_covered: true, ..Changed::default() });
    }

    /// Covered dialogs are forgotten once the view itself is on the screen.
    pub(in crate::tui) fn forget_beneath(&mut self) {
        if self.has_nothing_open() {
            self.beneath.clear();
        }
    }

    pub(in crate::tui) fn has_nothing_open(&self) -> bool {
        matches!(self.dialog, OldDialog::None) && self.help.is_none()
    }

    /// Where the user is in the view: Esc in what is opened there goes back to it.
    pub(in crate::tui) fn origin(&self) -> OpenedFrom {
        match self.campaign().and_then(|campaign| campaign.opened.as_ref()) {
            Some(opened) if self.view == ViewKind::Messages => OpenedFrom::Message(opened.message.clone()),
            _ => OpenedFrom::Pane(self.view),
        }
    }

    /// Shows a message in the list and opens it again; where it no longer exists, only the list.
    pub(in crate::tui) fn open_again(&mut self, message: &MessageId) {
        let height = self.list_height();
        let Some(campaign) = self.campaign_mut() else { return };
        let row = campaign.store.row(message);
        if let Some(index) = row.and_then(|row| campaign.list.position(&campaign.store, row)) {
            campaign.list.go(&campaign.store, index, height);
            self.open_detail();
        }
    }

    /// One step back: from messages that were opened from another view to that view, with the list as it was before;
    /// from any other view to the one it was opened from, otherwise to the messages.
    pub(in crate::tui) fn step_back(&mut self) -> bool {
        if self.view != ViewKind::Messages {
            self.leave_activity();
            match self.came_from.take() {
                Some(OpenedFrom::Pane(view)) => self.show_view(view),
                Some(OpenedFrom::Message(message)) => {
                    self.show_view(ViewKind::Messages);
                    self.open_again(&message);
                }
                None => self.show_view(ViewKind::Messages),
            }
            return true;
        }
        let Some(campaign) = self.campaign_mut() else { return false };
        let Some(drilled) = campaign.drilled.take() else { return false };
        campaign.choice = drilled.before;
        campaign.narrow();
        match drilled.from {
            OpenedFrom::Pane(view) => self.show_view(view),
            OpenedFrom::Message(message) => {
                self.show_view(ViewKind::Messages);
                self.open_again(&message);
            }
        }
        true
    }
}
