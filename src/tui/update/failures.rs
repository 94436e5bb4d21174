//! Keys in the view of failures.

use super::super::state::{FilterChoice, GroupKey, Shared, TimeWindow};
use super::super::{Action, view};
use crate::delivery::{RetryAdvice, Status};

impl Shared {
    pub(in crate::tui) fn failures_key(&mut self, action: Action) {
        match action {
            Action::Enter => self.show_group(),
            Action::Toggle => self.mark_group(),
            Action::Back | Action::Quit => {
                self.step_back();
            }
            Action::Clear => self.set_window(TimeWindow::default()),
            _ => {
                if let Some(steps) = self.steps(action) {
                    if let Some(campaign) = self.campaign_mut() {
                        campaign.failures.go(steps);
                    }
                } else {
                    self.common_key(action);
                }
            }
        }
    }

    /// How many lines a key moves in a list that is short enough to count.
    pub(in crate::tui) fn steps(&self, action: Action) -> Option<isize> {
        let page = isize::try_from(self.list_height().saturating_sub(1).max(1)).unwrap_or(1);
        Some(match action {
            Action::Up => -1,
            Action::Down => 1,
            Action::PageUp => -page,
            Action::PageDown => page,
            Action::HalfPageUp => -(page + 1) / 2,
            Action::HalfPageDown => (page + 1) / 2,
            Action::First => isize::MIN,
            Action::Last => isize::MAX,
            _ => return None,
        })
    }

    /// The same in a menu, which scrolls with its cursor where it has no room; Tab moves like Down.
    pub(in crate::tui) fn menu_steps(&self, action: Action) -> Option<isize> {
        let page = isize::try_from(view::menu_room(self).saturating_sub(1).max(1)).unwrap_or(1);
        Some(match action {
            Action::PreviousPane => -1,
            Action::NextPane => 1,
            Action::PageUp => -page,
            Action::PageDown => page,
            Action::HalfPageUp => -(page + 1) / 2,
            Action::HalfPageDown => (page + 1) / 2,
            _ => return self.steps(action),
        })
    }

    /// Enter: the messages of the line.
    fn show_group(&mut self) {
        let Some(campaign) = self.campaign() else { return };
        let Some(group) = campaign.failures.selected() else { return };
        let window = campaign.choice.window;
        let errors = match &group.key {
            GroupKey::Error(code) => vec![code.clone()],
            GroupKey::WorthRetry => {
                let worth_retry = campaign.failures.groups().iter().filter(|group| group.advice == RetryAdvice::Yes);
                worth_retry.filter_map(|group| if let GroupKey::Error(code) = &group.key { Some(code.clone()) } else { None }).collect()
            }
        };
        self.drill(FilterChoice { statuses: vec![Status::Failure], errors, window, ..FilterChoice::default() });
    }
}
