//! The menu of time windows: for the messages, the batches and the failures alike.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::filter::choices::Choices;
use super::filter::lines::{ChoiceLine, FilterItem, windows};
use super::{Can, Changed, Dialog, Next, Press, TypedWindow};
use crate::tui::chrome::keys;
use crate::tui::shared::{Campaign, Shared, TimeWindow};
use crate::tui::{Action, Context};

/// The menu while it is open.
pub(in crate::tui) struct TimesMenu {
    choices: Choices,
}

impl TimesMenu {
    /// The menu on the window that is shown now.
    pub fn new(campaign: &Campaign) -> Self {
        let mut lines = vec![ChoiceLine::new(FilterItem::AllTimes, "all times")];
        lines.extend(windows(campaign));
        lines.push(ChoiceLine::new(FilterItem::TypedWindow, "type from and to …"));
        Self { choices: Choices::new(lines, Vec::new(), campaign) }
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Next {
        match action {
            Action::Enter if self.choices.selected() == Some(&FilterItem::TypedWindow) => {
                TypedWindow::open(shared);
            }
            Action::Enter => {
                shared.set_window(self.choices.choice().window);
                return Next::Close;
            }
            Action::Toggle => self.choices.toggle(),
            Action::Clear => {
                shared.set_window(TimeWindow::default());
                return Next::Close;
            }
            Action::Back | Action::Quit => return Next::Back,
            _ => self.choices.step(action, shared),
        }
        Next::Stay
    }
}

impl Dialog for TimesMenu {
    fn context(&self) -> Context {
        Context::Menu
    }

    fn can(&self, action: Action, shared: &Shared) -> Can {
        match action {
            Action::Enter => Can::Do("show"),
            Action::Toggle => Can::Do("tick"),
            Action::Clear | Action::Back | Action::Quit | Action::Help => Can::Yes,
            _ if shared.menu_steps(action).is_some() => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        let Some(action) = press.action else { return Next::Stay };
        let outcome = self.act(action, shared);
        self.choices.count_more(shared);
        outcome
    }

    fn refresh(&mut self, changed: &Changed, shared: &mut Shared) -> Next {
        self.choices.refresh(changed, shared);
        Next::Stay
    }

    fn due(&self, shared: &Shared) -> Option<Timestamp> {
        self.choices.due(shared)
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let keys = keys::of_dialog(self, shared, [Action::Enter, Action::Toggle, Action::Back]);
        self.choices.draw(shared, buffer, area, "Show messages, batches and failures of", &keys)
    }
}
