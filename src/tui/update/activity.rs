//! Keys in the menu for an unknown outcome.

use super::super::Action;
use super::super::state::{OldDialog, OpenQuestion, ResolveLine, Shared};
use crate::monitor::{Command, NoticeWeight};

impl Shared {
    /// Keys in the menu of an unknown outcome, and in its question.
    pub(in crate::tui) fn resolve_key(&mut self, action: Action) {
        let id = self.next_question();
        let is_agreed = self.is_agreed();
        let steps = self.menu_steps(action);
        let OldDialog::Resolve(resolve) = &mut self.dialog else { return };
        match (action, &resolve.asking) {
            (Action::Help, _) => self.open_help(),
            // In the question every way out goes back to the menu, and only `y` gives the verdict.
            (Action::Back | Action::Quit | Action::Enter, Some(_)) => resolve.asking = None,
            (Action::Agree, Some((went, _))) if is_agreed => {
                let command = Command::Resolve { action: resolve.action, went: *went };
                self.dialog = OldDialog::None;
                self.effects.push(self.command(command));
            }
            (_, Some(_)) => {}
            (Action::Back | Action::Quit, None) => self.close_dialog(),
            (Action::Enter, None) => match resolve.line() {
                ResolveLine::LookUp => {
                    let command = Command::LookUp(resolve.action);
                    self.dialog = OldDialog::None;
                    self.effects.push(self.command(command));
                    self.tell(NoticeWeight::Info, "it is being looked up again", "", "");
                }
                ResolveLine::Went => resolve.asking = Some((true, OpenQuestion::new(id))),
                ResolveLine::DidNot => resolve.asking = Some((false, OpenQuestion::new(id))),
            },
            (_, None) => {
                if let Some(steps) = steps {
                    resolve.go(steps);
                }
            }
        }
    }

    /// Closes the menu of an action that has been resolved meanwhile.
    pub(in crate::tui) fn refresh_resolve(&mut self) {
        let OldDialog::Resolve(resolve) = &self.dialog else { return };
        let is_open = self.campaign().is_some_and(|campaign| campaign.actions.open().iter().any(|open| open.action == resolve.action));
        if !is_open {
            self.dialog = OldDialog::None;
            self.tell(NoticeWeight::Info, "its outcome is known by now", "", "");
        }
    }
}
