//! Keys in the menu of filters and in that of time windows.

use super::super::state::{FilterChoice, FilterMenu, FilterMenuKind, MenuItem, OldDialog, PromptKind, Shared, TimeWindow, ViewKind};
use super::super::{Action, view};
use crate::tui::views::messages::PAGES_TO_FILL;

impl Shared {
    pub(in crate::tui) fn open_menu(&mut self, kind: FilterMenuKind) {
        if let Some(campaign) = self.campaign() {
            let mut menu = FilterMenu::new(kind, campaign, &self.named);
            menu.count(campaign);
            self.dialog = OldDialog::Menu(Box::new(menu));
        }
    }

    pub(in crate::tui) fn menu_key(&mut self, action: Action) {
        let page = view::menu_page(self);
        let OldDialog::Menu(menu) = &mut self.dialog else { return };
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
            Action::Enter => self.enter_menu(),
            Action::PlanRetry if menu.kind == FilterMenuKind::Filter => {
                // What is planned is on the screen behind the plan: the list is shown, unless it is there as it is.
                let is_shown = menu.is_as_opened() && self.view == ViewKind::Messages;
                let choice = (!is_shown).then(|| menu.choice());
                self.dialog = OldDialog::None;
                self.close_detail();
                if let Some(choice) = choice {
                    self.show_chosen(choice);
                }
                self.plan_shown();
            }
            Action::Delete => self.delete_named(),
            Action::Undo if menu.kind == FilterMenuKind::Filter => self.bring_named_back(),
            Action::Clear if menu.kind == FilterMenuKind::Times => self.set_window(TimeWindow::default()),
            Action::Clear => {
                self.dialog = OldDialog::None;
                self.clear();
            }
            Action::Back | Action::Quit => self.close_dialog(),
            Action::Help => self.open_help(),
            _ => {}
        }
        self.count_menu();
    }

    /// Enter: runs the line under the cursor, or shows what was ticked.
    fn enter_menu(&mut self) {
        let OldDialog::Menu(menu) = &mut self.dialog else { return };
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
                    FilterMenuKind::Filter => self.show_chosen(choice),
                    FilterMenuKind::Times => self.set_window(choice.window),
                }
            }
        }
    }

    /// Counts more of what the open menu has not counted yet.
    pub(in crate::tui) fn count_menu(&mut self) {
        if let OldDialog::Menu(menu) = &mut self.dialog
            && let Some(campaign) = self.campaigns.get(self.current)
        {
            menu.count(campaign);
        }
    }

    /// Narrows the list to what was chosen, and shows it.
    pub(in crate::tui) fn show_chosen(&mut self, choice: FilterChoice) {
        self.dialog = OldDialog::None;
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
        self.dialog = OldDialog::None;
        self.close_detail();
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.choice.window = window;
        campaign.narrow();
        campaign.pages_to_fill = PAGES_TO_FILL;
        self.look_at_view();
        self.fill_window();
    }
}
