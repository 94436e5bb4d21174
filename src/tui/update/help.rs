//! Keys in the help: its line is typed into, and Enter runs what is under the cursor.

use crossterm::event::{KeyCode, KeyEvent};

use super::super::state::{HelpSearch, Page, PageKind, Shared};
use super::super::{Action, Context, view};

impl Shared {
    /// The help for the present context.
    pub(in crate::tui) fn open_help(&mut self) {
        self.help = HelpSearch::default();
        self.page = Some(Page::new(PageKind::Help(self.context())));
    }

    pub(in crate::tui) fn help_key(&mut self, action: Action, key: KeyEvent) {
        let Some(PageKind::Help(context)) = self.page.map(|page| page.kind) else { return };
        let page = isize::try_from(view::page_room(self).saturating_sub(1).max(1)).unwrap_or(1);
        let is_empty = self.help.input.is_empty();
        match action {
            Action::Up => self.go_help(context, -1),
            Action::Down => self.go_help(context, 1),
            Action::PageUp => self.go_help(context, -page),
            Action::PageDown => self.go_help(context, page),
            Action::HalfPageDown => self.go_help(context, (page + 1) / 2),
            Action::HalfPageUp if is_empty => self.go_help(context, -(page + 1) / 2),
            Action::First if is_empty => self.go_help(context, isize::MIN),
            Action::Last if is_empty => self.go_help(context, isize::MAX),
            // One step back: first to everything, then out.
            Action::Back if !is_empty => self.help = HelpSearch::default(),
            Action::Back | Action::Help => self.page = None,
            Action::Enter => {
                let Some(action) = self.help_action() else { return };
                self.page = None;
                self.do_action(action);
            }
            _ => self.type_help(key),
        }
    }

    /// A key that is text, or that edits the line.
    pub(in crate::tui) fn type_help(&mut self, key: KeyEvent) {
        if key.code == KeyCode::Backspace && self.help.input.is_empty() {
            // There is nothing to delete: one step back, as everywhere outside text.
            self.page = None;
        } else if self.help.input.key(key) {
            self.help.cursor = self.help_best();
        }
    }

    pub(in crate::tui) fn paste_help(&mut self, text: &str) {
        self.help.input.paste_first(text);
        self.help.cursor = self.help_best();
    }

    fn go_help(&mut self, context: Context, steps: isize) {
        let last = self.help_lines(context).len().saturating_sub(1);
        self.help.cursor = self.help.cursor.min(last).saturating_add_signed(steps).min(last);
    }
}
