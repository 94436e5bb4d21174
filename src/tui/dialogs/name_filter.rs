//! The line for the name under which the filter of the list is saved.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Can, Dialog, Next, Press};
use crate::monitor::NoticeWeight;
use crate::tui::Role;
use crate::tui::keys::{Action, Context};
use crate::tui::shared::{FilterChoice, Shared};
use crate::tui::widgets::line_box::{self, LineBox};
use crate::tui::widgets::sentences::Sentence;

#[derive(Debug)]
pub(in crate::tui) struct NameFilter {
    choice: FilterChoice,
    line: LineBox,
}

impl Dialog for NameFilter {
    fn context(&self) -> Context {
        line_box::CONTEXT
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        LineBox::can(action, "save it")
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        self.line.key(press, |name| shared.save_filter(name, &self.choice).map(|()| Next::Close))
    }

    fn paste(&mut self, text: &str, _shared: &mut Shared) {
        self.line.paste(text);
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let words = self.choice.for_every_campaign().words(&shared.look.zone, shared.now);
        let mut above = vec![
            Sentence::new(words, Role::Strong, 0),
            Sentence::new("It is listed first in the filter menu of every campaign, and kept for the next start.", Role::Text, 2),
        ];
        if !self.choice.batches.is_empty() {
            above.push(Sentence::new("Without the batch, which belongs to this campaign only.", Role::Text, 1));
        }
        Some(self.line.draw(self, shared, buffer, area, "Save the filter", above))
    }
}

impl Shared {
    /// `:save-filter`: asks for a name for the filter of the list.
    pub(super) fn name_filter(&mut self) {
        if let Some(choice) = self.campaign().map(|campaign| campaign.choice.clone()) {
            self.ask_name(choice);
        }
    }

    /// Asks for a name where there is something to save.
    pub(super) fn ask_name(&mut self, choice: FilterChoice) {
        if choice.is_for_one_campaign() {
            let why = if choice.batches.is_empty() { "nothing is ticked" } else { "a batch belongs to this campaign only" };
            self.tell(NoticeWeight::Info, "there is no filter to save", why, "tick a status, an error or a time first");
            return;
        }
        self.open(NameFilter { choice, line: LineBox::default() });
    }

    /// Saves a filter under a name and shows it, or says what is wrong with the name.
    fn save_filter(&mut self, name: &str, choice: &FilterChoice) -> Result<(), String> {
        if let Some(problem) = self.named.problem(name, choice) {
            return Err(problem);
        }
        let was_there = self.named.save(name, choice);
        let done = if was_there { "is replaced" } else { "is saved" };
        let what = format!("the filter `{}` {done}", name.trim());
        let why = if choice.batches.is_empty() { "" } else { "without its batch, which belongs to this campaign only" };
        let next = format!("{} lists it first", self.keymap.name(self.pane(), Action::Filter));
        if self.campaign().is_some_and(|campaign| campaign.choice != *choice) {
            self.show_chosen(choice.clone());
        }
        self.tell(NoticeWeight::Info, &what, why, &next);
        Ok(())
    }
}
