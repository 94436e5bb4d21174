//! Filters and time windows are chosen.

use super::super::dialogs::{FilterMenu, TimesMenu};
use super::super::state::{FilterChoice, Shared, TimeWindow, ViewKind};
use crate::tui::views::messages::PAGES_TO_FILL;

impl Shared {
    pub(in crate::tui) fn open_filter(&mut self) {
        if let Some(campaign) = self.campaign() {
            self.open(FilterMenu::new(campaign, &self.named));
        }
    }

    pub(in crate::tui) fn open_times(&mut self) {
        if let Some(campaign) = self.campaign() {
            self.open(TimesMenu::new(campaign));
        }
    }

    /// Narrows the list to what was chosen, and shows it.
    pub(in crate::tui) fn show_chosen(&mut self, choice: FilterChoice) {
        self.close_detail();
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.choice = choice;
        campaign.drilled = None;
        campaign.narrow();
        campaign.pages_to_fill = PAGES_TO_FILL;
        if self.view != ViewKind::Messages {
            self.leave_activity();
            self.show_view(ViewKind::Messages);
        }
        self.fill_window();
    }

    /// Uses another time window in the view on the screen.
    pub(in crate::tui) fn set_window(&mut self, window: TimeWindow) {
        self.close_detail();
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.choice.window = window;
        campaign.narrow();
        campaign.pages_to_fill = PAGES_TO_FILL;
        self.look_at_view();
        self.fill_window();
    }
}
