//! From view to view, and back to where the user came from.

use crate::delivery::{Class, MessageId};
use crate::monitor::Command;
use crate::store::RowNumber;
use crate::tui::dialogs::FilterMenu;
use crate::tui::shared::{Campaign, Drilled, FilterChoice, OpenedFrom, Shared, TimeWindow, ViewKind};
use crate::tui::views::messages::PAGES_TO_FILL;

impl Shared {
    /// Shows a view, as its key does.
    pub(in crate::tui) fn go_to_view(&mut self, view: ViewKind) {
        if view == ViewKind::NotDelivered {
            return super::not_delivered::open(self);
        }
        if view != ViewKind::Activity {
            self.leave_activity();
        }
        self.came_from = None;
        if let Some(campaign) = self.campaign_mut() {
            campaign.end_detour();
            campaign.narrow();
        }
        self.show_view(view);
    }

    pub(in crate::tui) fn show_view(&mut self, view: ViewKind) {
        if view != ViewKind::Messages {
            self.close_detail();
        }
        if let Some(campaign) = self.campaign_mut() {
            campaign.marks.hide(None);
        }
        self.view = view;
        super::look(self);
    }

    /// Shows these messages; Esc goes back to where the user came from.
    pub(in crate::tui) fn drill(&mut self, choice: FilterChoice) {
        let from = self.origin();
        self.close_detail();
        self.end_find();
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.drilled = Some(Drilled { from, before: std::mem::replace(&mut campaign.choice, choice) });
        campaign.narrow();
        campaign.list.follow(&campaign.store);
        campaign.pages_to_fill = PAGES_TO_FILL;
        self.show_view(ViewKind::Messages);
        self.load_listed_batch();
        self.fill_window();
    }

    /// A find in the messages, from whichever view; Esc goes back to it.
    pub(in crate::tui) fn find_from_view(&mut self) {
        let from = self.view;
        if from == ViewKind::Messages {
            return;
        }
        if let Some(campaign) = self.campaign_mut() {
            campaign.drilled = Some(Drilled { from: OpenedFrom::Pane(from), before: campaign.choice.clone() });
        }
        self.show_view(ViewKind::Messages);
    }
}

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

    /// Whatever the list is narrowed to, this message must be in it. Returns what the list showed before.
    pub(in crate::tui) fn uncover(&mut self, row: RowNumber) -> FilterChoice {
        let is_shown = |shared: &Self| shared.campaign().is_some_and(|campaign| campaign.list.position(&campaign.store, row).is_some());
        if !is_shown(self) {
            self.clear();
        }
        let before = self.campaign().map(|campaign| campaign.choice.clone()).unwrap_or_default();
        if !is_shown(self)
            && let Some(campaign) = self.campaign_mut()
        {
            // It began before the time window, which is back when the user is.
            campaign.choice.window = TimeWindow::default();
            campaign.narrow();
        }
        before
    }

    /// Puts the cursor of the list on a message. False where the list does not have it.
    pub(in crate::tui) fn select_row_of_list(&mut self, row: RowNumber) -> bool {
        let height = self.list_height();
        let Some(campaign) = self.campaign_mut() else { return false };
        let Some(index) = campaign.list.position(&campaign.store, row) else { return false };
        campaign.list.go(&campaign.store, index, height);
        true
    }

    /// Selects the message that was sent last, once it is loaded, unless the user has pressed a key since the yes, or
    /// something is open.
    pub(in crate::tui) fn select_sent(&mut self) {
        let Some(campaign) = self.campaign() else { return };
        let Some((message, agreed_at)) = campaign.sent.to_select() else { return };
        let Some(row) = campaign.store.row(message) else { return };
        let is_free = campaign.opened.is_none() && !self.presence.has_acted_since(agreed_at) && self.has_nothing_open();
        if let Some(campaign) = self.campaign_mut() {
            campaign.sent.selected();
        }
        if is_free && self.view == ViewKind::Messages {
            self.uncover(row);
            self.select_row_of_list(row);
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
        if campaign.find.is_taken {
            // It belongs to the message that it goes back to.
            self.end_find();
        } else {
            campaign.narrow();
        }
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

impl Shared {
    pub(in crate::tui) fn open_filter(&mut self) {
        if let Some(campaign) = self.campaign() {
            self.open(FilterMenu::new(campaign, &self.named));
        }
    }

    pub(in crate::tui) fn open_times(&mut self) {
        if let Some(campaign) = self.campaign() {
            self.open(FilterMenu::of_times(campaign));
        }
    }

    /// Narrows the list to what was chosen, and shows it.
    pub(in crate::tui) fn show_chosen(&mut self, choice: FilterChoice) {
        self.close_detail();
        let Some(campaign) = self.campaign_mut() else { return };
        let window = choice.window;
        let is_other = window != campaign.choice.window;
        campaign.choice = choice;
        campaign.drilled = None;
        if is_other {
            campaign.choose_window(window);
        }
        campaign.narrow();
        campaign.pages_to_fill = PAGES_TO_FILL;
        self.read_window(self.campaigns.current());
        if self.view != ViewKind::Messages {
            self.leave_activity();
            self.show_view(ViewKind::Messages);
        }
        self.load_listed_batch();
        self.fill_window();
    }

    /// Lists the messages of these classes in the time window; Esc leads back.
    pub(in crate::tui) fn show_classes(&mut self, classes: Vec<Class>) {
        let Some(campaign) = self.campaign() else { return };
        let choice = FilterChoice { classes, window: campaign.choice.window, ..FilterChoice::default() };
        // Asked for a second time, they still lead back to where they were asked for first.
        match self.view == ViewKind::Messages && campaign.choice == choice && !campaign.find.is_on() {
            true => self.close_detail(),
            false => self.drill(choice),
        }
    }

    /// Uses another time window in the view on the screen.
    pub(in crate::tui) fn set_window(&mut self, window: TimeWindow) {
        self.close_detail();
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.choose_window(window);
        campaign.narrow();
        campaign.pages_to_fill = PAGES_TO_FILL;
        self.read_window(self.campaigns.current());
        super::look(self);
        self.fill_window();
    }

    /// Has a campaign loaded back to the start of its time window, where that is further than it is loaded by itself.
    pub(in crate::tui) fn read_window(&mut self, index: usize) {
        if let Some(back) = self.campaigns.get_mut(index).and_then(Campaign::history_for_window) {
            self.send_to(index, Command::ReadBack(back));
        }
    }
}
