//! Esc in a view goes back to where the user came from.

use super::super::state::{OpenedFrom, Shared, ViewKind};
use crate::delivery::MessageId;

impl Shared {
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
