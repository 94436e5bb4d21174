//! Filters and time windows are chosen and saved.

use super::super::Action;
use super::super::dialogs::{FilterMenu, TimesMenu};
use super::super::state::{FilterChoice, PromptKind, Shared, TimeWindow, ViewKind};
use crate::monitor::NoticeWeight;
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

    /// Asks for a name for the filter of the list.
    pub(in crate::tui) fn name_filter(&mut self) {
        if let Some(choice) = self.campaign().map(|campaign| campaign.choice.clone()) {
            self.ask_name(choice);
        }
    }

    /// Asks for a name where there is something to save.
    pub(in crate::tui) fn ask_name(&mut self, choice: FilterChoice) {
        if choice.is_for_one_campaign() {
            let why = if choice.batches.is_empty() { "nothing is ticked" } else { "a batch belongs to this campaign only" };
            self.tell(NoticeWeight::Info, "there is no filter to save", why, "tick a status, an error or a time first");
            return;
        }
        self.open_prompt(PromptKind::NameFilter(Box::new(choice)), "");
    }

    /// Saves a filter under the typed name, and shows it. Returns what is wrong with the name, where it is not saved.
    pub(in crate::tui) fn enter_name(&mut self, name: &str, choice: FilterChoice) -> String {
        if let Some(problem) = self.named.problem(name, &choice) {
            return problem;
        }
        let was_there = self.named.save(name, &choice);
        let done = if was_there { "is replaced" } else { "is saved" };
        let what = format!("the filter `{}` {done}", name.trim());
        let why = if choice.batches.is_empty() { "" } else { "without its batch, which belongs to this campaign only" };
        let next = format!("{} lists it first", self.keymap.name(self.pane(), Action::Filter));
        if self.campaign().is_some_and(|campaign| campaign.choice != choice) {
            self.show_chosen(choice);
        }
        self.tell(NoticeWeight::Info, &what, why, &next);
        String::new()
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
