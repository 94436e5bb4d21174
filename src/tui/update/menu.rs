//! Keys in the menu of statuses.

use super::super::state::{Dialog, FilterChoice, FilterMenu, State};
use super::super::{Action, Effect};
use super::list::PAGES_TO_FILL;

impl State {
    pub(super) fn open_menu(&mut self, effects: &mut Vec<Effect>) {
        self.close_detail(effects);
        if let Some(campaign) = self.campaign() {
            self.dialog = Dialog::Menu(FilterMenu::new(&campaign.choice));
        }
    }

    pub(super) fn menu_key(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let Dialog::Menu(menu) = &mut self.dialog else { return };
        match action {
            Action::Up | Action::PreviousPane => menu.go(-1),
            Action::Down | Action::NextPane => menu.go(1),
            Action::First | Action::PageUp | Action::HalfPageUp => menu.go(isize::MIN),
            Action::Last | Action::PageDown | Action::HalfPageDown => menu.go(isize::MAX),
            Action::Toggle => menu.toggle(),
            Action::Enter => {
                let choice = menu.choice();
                self.show_chosen(choice, effects);
            }
            Action::PlanRetry => {
                // What the list shows already is planned as it is, with the errors it was narrowed to.
                let choice = (!menu.is_as_opened()).then(|| menu.choice());
                self.dialog = Dialog::None;
                if let Some(choice) = choice {
                    self.show_chosen(choice, effects);
                }
                self.plan_shown();
            }
            Action::Clear => {
                self.dialog = Dialog::None;
                self.clear(effects);
            }
            Action::Back | Action::Quit | Action::Filter => self.dialog = Dialog::None,
            Action::Help => self.open_help(),
            _ => {}
        }
    }

    /// Narrows the list to what was chosen.
    fn show_chosen(&mut self, choice: FilterChoice, effects: &mut Vec<Effect>) {
        self.dialog = Dialog::None;
        if let Some(campaign) = self.campaign_mut() {
            // The statuses of a batch are asked for within it; "everything" leaves it.
            let batch = campaign.choice.batch.take().filter(|_| !choice.is_everything());
            campaign.choice = FilterChoice { batch, ..choice };
            campaign.drilled = None;
            campaign.narrow();
            campaign.pages_to_fill = PAGES_TO_FILL;
        }
        self.fill_window(effects);
    }
}
