//! Filters are saved, deleted, and brought back.

use super::super::state::{FilterChoice, MenuItem, OldDialog, PromptKind, Shared};
use super::super::{Action, Context};
use crate::monitor::NoticeWeight;

impl Shared {
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

    /// Deletes the filter under the menu's cursor.
    pub(in crate::tui) fn delete_named(&mut self) {
        let OldDialog::Menu(menu) = &mut self.dialog else { return };
        let Some(MenuItem::Named(named)) = menu.selected() else { return };
        let name = named.name.clone();
        if self.named.delete(&name).is_some() {
            menu.take_out();
            let next = format!("{} brings it back", self.keymap.name(Context::Menu, Action::Undo));
            self.tell(NoticeWeight::Info, &format!("the filter `{name}` was deleted"), "", &next);
        }
    }

    /// Brings back the filter deleted last.
    pub(in crate::tui) fn bring_named_back(&mut self) {
        let OldDialog::Menu(menu) = &mut self.dialog else { return };
        if let Some((index, named)) = self.named.bring_back() {
            let what = format!("the filter `{}` is back", named.name);
            menu.put_in(index, named);
            self.tell(NoticeWeight::Info, &what, "", "");
        }
    }
}
