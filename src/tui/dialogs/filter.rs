//! The menu of filters: saved ones, statuses, errors, batches, time windows; and the menu of time windows alone, for
//! the messages, the batches, the failures and the trends alike. What is ticked is a draft until Enter; Esc leaves the
//! list as it was.

mod choices; // what is ticked
mod count; // how many messages each line would show
mod draw;
mod lines;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::choices::Choices;
use self::lines::{ChoiceLine, FilterItem};
use super::window::TypedWindow;
use super::{Can, Changed, Dialog, Next, Press};
use crate::monitor::NoticeWeight;
use crate::tui::chrome::keys;
use crate::tui::shared::{Campaign, NamedFilters, Shared, ViewKind};
use crate::tui::widgets::menu::Menu;
use crate::tui::{Action, Context};

/// One of the two menus while it is open.
pub(in crate::tui) struct FilterMenu {
    choices: Choices,
    /// Whether it has time windows alone.
    is_of_times: bool,
}

impl FilterMenu {
    /// The menu on what the list of a campaign shows now.
    pub fn new(campaign: &Campaign, named: &NamedFilters) -> Self {
        let mut lines: Vec<ChoiceLine> = named.iter().cloned().map(ChoiceLine::of_named).collect();
        lines.push(ChoiceLine::new(FilterItem::Everything, "everything"));
        lines.extend(lines::classes(campaign));
        lines.extend(lines::statuses(&campaign.choice));
        lines.extend(lines::errors(campaign));
        let (batches, more) = lines::batches(campaign);
        lines.extend(batches);
        lines.extend(lines::windows(campaign));
        lines.push(ChoiceLine::new(FilterItem::Save, "save what is ticked …"));
        Self { choices: Choices::new(lines, more, campaign), is_of_times: false }
    }

    /// The menu of time windows on the one that is shown now.
    pub fn of_times(campaign: &Campaign) -> Self {
        let mut lines = vec![ChoiceLine::new(FilterItem::AllTimes, "all times")];
        lines.extend(lines::windows(campaign));
        lines.push(ChoiceLine::new(FilterItem::TypedWindow, "type from and to …"));
        Self { choices: Choices::new(lines, Vec::new(), campaign), is_of_times: true }
    }

    /// Runs the line under the cursor, or shows what was ticked.
    fn enter(&mut self, shared: &mut Shared) -> Next {
        match self.choices.selected() {
            Some(FilterItem::MoreBatches) => self.choices.list_more(),
            Some(FilterItem::Save) => shared.ask_name(self.choices.choice()),
            Some(FilterItem::TypedWindow) => TypedWindow::open(shared),
            _ => {
                let choice = self.choices.choice();
                match self.is_of_times {
                    true => shared.set_window(choice.window),
                    false => shared.show_chosen(choice),
                }
                return Next::Close;
            }
        }
        Next::Stay
    }

    /// Plans a retry of what Enter would show.
    fn plan(&self, shared: &mut Shared) {
        // What is planned is on the screen behind the plan: the list is shown, unless it is there as it is.
        let is_shown = self.choices.is_as_opened() && shared.view == ViewKind::Messages;
        shared.opens(|shared| {
            shared.close_detail();
            if !is_shown {
                shared.show_chosen(self.choices.choice());
            }
            shared.plan_shown();
        });
    }

    /// Deletes the saved filter under the cursor.
    fn delete(&mut self, shared: &mut Shared) {
        let Some(FilterItem::Named(named)) = self.choices.selected() else { return };
        let name = named.name.clone();
        if shared.named.delete(&name).is_some() {
            self.choices.take_out();
            let next = format!("{} brings it back", shared.keymap.name(Context::Menu, Action::Undo));
            shared.tell(NoticeWeight::Info, &format!("the filter `{name}` was deleted"), "", &next);
        }
    }

    /// Brings back the filter deleted last.
    fn bring_back(&mut self, shared: &mut Shared) {
        if let Some((index, named)) = shared.named.bring_back() {
            let what = format!("the filter `{}` is back", named.name);
            self.choices.put_in(index, named);
            shared.tell(NoticeWeight::Info, &what, "", "");
        }
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Next {
        match action {
            Action::Enter => return self.enter(shared),
            Action::Toggle => self.choices.toggle(),
            Action::Clear if !self.is_of_times => {
                shared.clear();
                return Next::Close;
            }
            Action::PlanRetry if !self.is_of_times => {
                self.plan(shared);
                return Next::Close;
            }
            Action::Delete => self.delete(shared),
            Action::Undo if !self.is_of_times => self.bring_back(shared),
            Action::Back | Action::Quit => return Next::Back,
            _ => self.choices.step(action, shared),
        }
        Next::Stay
    }
}

impl Dialog for FilterMenu {
    fn context(&self) -> Context {
        Context::Menu
    }

    fn can(&self, action: Action, shared: &Shared) -> Can {
        match action {
            Action::Enter => Can::Do("show"),
            Action::Toggle => Can::Do("tick"),
            Action::PlanRetry | Action::Undo | Action::Clear if self.is_of_times => Can::NotHere,
            Action::Delete if !matches!(self.choices.selected(), Some(FilterItem::Named(_))) => Can::NotHere,
            Action::Undo if !shared.named.can_bring_back() => Can::NotHere,
            Action::PlanRetry | Action::Delete | Action::Undo | Action::Clear => Can::Yes,
            Action::Back | Action::Quit | Action::Help => Can::Yes,
            _ if Menu::moves(action) => Can::Yes,
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
        let keys = keys::of_dialog(self, shared, [Action::Enter, Action::Toggle, Action::PlanRetry, Action::Delete, Action::Back]);
        let title = if self.is_of_times { "Show messages, batches, failures, trends of" } else { "Show messages that are" };
        self.choices.draw(shared, buffer, area, title, &keys)
    }
}

#[cfg(test)]
mod tests;
