//! Keys in the menu of filters and in that of time windows.

use super::super::state::{Dialog, FilterChoice, FilterMenu, FilterMenuKind, MenuItem, PromptKind, State, TimeWindow, ViewKind};
use super::super::{Action, Effect, view};
use super::list::PAGES_TO_FILL;

impl State {
    pub(super) fn open_menu(&mut self, kind: FilterMenuKind) {
        if let Some(campaign) = self.campaign() {
            let mut menu = FilterMenu::new(kind, campaign, &self.named);
            menu.count(campaign);
            self.dialog = Dialog::Menu(Box::new(menu));
        }
    }

    pub(super) fn menu_key(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let page = view::menu_page(self);
        let Dialog::Menu(menu) = &mut self.dialog else { return };
        match action {
            Action::Up | Action::PreviousPane => menu.go(-1),
            Action::Down | Action::NextPane => menu.go(1),
            Action::PageUp => menu.go(-page),
            Action::PageDown => menu.go(page),
            Action::HalfPageUp => menu.go(-(page + 1) / 2),
            Action::HalfPageDown => menu.go((page + 1) / 2),
            Action::First => menu.go(isize::MIN),
            Action::Last => menu.go(isize::MAX),
            Action::Toggle => menu.toggle(),
            Action::Enter => self.enter_menu(effects),
            Action::PlanRetry if menu.kind == FilterMenuKind::Filter => {
                // What is planned is on the screen behind the plan: the list is shown, unless it is there as it is.
                let is_shown = menu.is_as_opened() && self.view == ViewKind::Messages;
                let choice = (!is_shown).then(|| menu.choice());
                self.dialog = Dialog::None;
                self.close_detail(effects);
                if let Some(choice) = choice {
                    self.show_chosen(choice, effects);
                }
                self.plan_shown();
            }
            Action::Delete => self.delete_named(),
            Action::Undo if menu.kind == FilterMenuKind::Filter => self.bring_named_back(),
            Action::Clear if menu.kind == FilterMenuKind::Times => self.set_window(TimeWindow::default(), effects),
            Action::Clear => {
                self.dialog = Dialog::None;
                self.clear(effects);
            }
            Action::Back | Action::Quit => self.close_dialog(effects),
            Action::Help => self.open_help(),
            _ => {}
        }
        self.count_menu();
    }

    /// Enter: runs the line under the cursor, or shows what was ticked.
    fn enter_menu(&mut self, effects: &mut Vec<Effect>) {
        let Dialog::Menu(menu) = &mut self.dialog else { return };
        match menu.selected() {
            Some(MenuItem::MoreBatches) => menu.list_more(),
            Some(MenuItem::TypedWindow) => {
                let typed = self.campaign().map(|campaign| campaign.choice.window.typed()).unwrap_or_default();
                self.open_prompt(PromptKind::Window, &typed);
            }
            Some(MenuItem::Save) => {
                let choice = menu.choice();
                self.ask_name(choice);
            }
            _ => {
                let (kind, choice) = (menu.kind, menu.choice());
                match kind {
                    FilterMenuKind::Filter => self.show_chosen(choice, effects),
                    FilterMenuKind::Times => self.set_window(choice.window, effects),
                }
            }
        }
    }

    /// Counts more of what the open menu has not counted yet.
    pub(super) fn count_menu(&mut self) {
        if let Dialog::Menu(menu) = &mut self.dialog
            && let Some(campaign) = self.campaigns.get(self.current)
        {
            menu.count(campaign);
        }
    }

    /// Narrows the list to what was chosen, and shows it.
    pub(super) fn show_chosen(&mut self, choice: FilterChoice, effects: &mut Vec<Effect>) {
        self.dialog = Dialog::None;
        self.close_detail(effects);
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.choice = choice;
        campaign.drilled = None;
        campaign.narrow();
        campaign.pages_to_fill = PAGES_TO_FILL;
        if self.view != ViewKind::Messages {
            self.leave_activity();
            self.show_view(ViewKind::Messages, effects);
        }
        self.fill_window(effects);
    }

    /// Uses another time window in the view on the screen.
    pub(super) fn set_window(&mut self, window: TimeWindow, effects: &mut Vec<Effect>) {
        self.dialog = Dialog::None;
        self.close_detail(effects);
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.choice.window = window;
        campaign.narrow();
        campaign.pages_to_fill = PAGES_TO_FILL;
        self.look_at_view();
        self.fill_window(effects);
    }
}
