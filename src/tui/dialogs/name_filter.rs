//! The line for the name under which the filter of the list is saved.

use super::Next;
use crate::monitor::NoticeWeight;
use crate::tui::Role;
use crate::tui::keys::Action;
use crate::tui::shared::{FilterChoice, Shared};
use crate::tui::widgets::line_box::{AsksLine, LineBox, LineDialog};
use crate::tui::widgets::sentences::Sentence;

struct NameFilter(FilterChoice);

impl AsksLine for NameFilter {
    const ENTER: &'static str = "save it";

    fn says(&self, shared: &Shared) -> Option<(String, Vec<Sentence>)> {
        let words = self.0.for_every_campaign().words(&shared.look.zone, shared.now);
        let mut above = vec![
            Sentence::new(words, Role::Strong, 0),
            Sentence::new("It is listed first in the filter menu of every campaign, and kept for the next start.", Role::Text, 2),
        ];
        if !self.0.batches.is_empty() {
            above.push(Sentence::new("Without the batch, which belongs to this campaign only.", Role::Text, 1));
        }
        Some(("Save the filter".to_owned(), above))
    }

    fn enter(&mut self, name: &str, shared: &mut Shared) -> Result<Next, String> {
        shared.save_filter(name, &self.0).map(|()| Next::Close)
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
        self.open(LineDialog { asks: NameFilter(choice), line: LineBox::default() });
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
