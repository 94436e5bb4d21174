//! Keys in a line for typing, and what the commands do.

use crate::tui::views::activity;
use crossterm::event::KeyEvent;

use super::super::dialogs::ResultsPage;
use super::super::state::{OldDialog, PaletteAction, Prompt, PromptKind, Shared, Typed, word_and_argument};
use super::super::{Action, Effect};
use crate::monitor::NoticeWeight;
use crate::tui::dialogs::ResumeQuestion;
use crate::tui::widgets::typed_line::TypedLine;

/// How many commands a page key moves: fewer than a small screen shows.
const PALETTE_PAGE: isize = 8;

impl Shared {
    pub(in crate::tui) fn open_prompt(&mut self, kind: PromptKind, text: &str) {
        let prompt = OldDialog::Prompt(Box::new(Prompt::new(kind, text)));
        // A line that was replaced by another one is nothing to go back to.
        match self.dialog {
            OldDialog::Prompt(_) => self.dialog = prompt,
            _ => self.open_from(|state| state.dialog = prompt),
        }
    }

    pub(in crate::tui) fn prompt_key(&mut self, action: Action, key: KeyEvent) {
        let is_empty = matches!(&self.dialog, OldDialog::Prompt(prompt) if prompt.input.is_empty());
        match action {
            Action::Back => self.close_dialog(),
            Action::Enter => self.enter_prompt(),
            Action::NextPane => self.complete(),
            Action::Up => self.go_palette(-1),
            Action::Down => self.go_palette(1),
            Action::PageUp => self.go_palette(-PALETTE_PAGE),
            Action::PageDown => self.go_palette(PALETTE_PAGE),
            Action::HalfPageDown => self.go_palette(PALETTE_PAGE / 2),
            Action::HalfPageUp if is_empty => self.go_palette(-PALETTE_PAGE / 2),
            Action::First if is_empty => self.go_palette(isize::MIN),
            Action::Last if is_empty => self.go_palette(isize::MAX),
            // The line itself handles moving within it.
            _ => self.type_prompt(key),
        }
    }

    /// A key that is text, or that edits the line.
    pub(in crate::tui) fn type_prompt(&mut self, key: KeyEvent) {
        self.edit_prompt(|input| input.key(key));
    }

    pub(in crate::tui) fn paste_prompt(&mut self, text: &str) {
        self.edit_prompt(|input| {
            input.paste_first(text);
            true
        });
    }

    fn edit_prompt(&mut self, edit: impl FnOnce(&mut TypedLine) -> bool) {
        let OldDialog::Prompt(prompt) = &mut self.dialog else { return };
        if edit(&mut prompt.input) {
            prompt.problem.clear();
            // Another text is another list: its cursor starts on the best match.
            prompt.chosen = None;
        }
    }

    /// Tab: completes the name of the command under the cursor.
    fn complete(&mut self) {
        let OldDialog::Prompt(prompt) = &self.dialog else { return };
        if prompt.kind != PromptKind::Command {
            return;
        }
        if let Some(entry) = self.chosen(prompt) {
            self.open_prompt(PromptKind::Command, &entry.name);
        }
    }

    fn go_palette(&mut self, steps: isize) {
        let OldDialog::Prompt(prompt) = &self.dialog else { return };
        if prompt.kind != PromptKind::Command {
            return;
        }
        let entries = self.palette(prompt.typed());
        let index = prompt.index(&entries).saturating_add_signed(steps).min(entries.len().saturating_sub(1));
        if let OldDialog::Prompt(prompt) = &mut self.dialog {
            prompt.chosen = entries.get(index).map(|entry| entry.doing);
            prompt.problem.clear();
        }
    }

    /// Enter: runs the command under the cursor. Returns what is wrong with it, where nothing is
    /// done.
    fn enter_command(&mut self, typed: &str) -> String {
        let chosen = match &self.dialog {
            OldDialog::Prompt(prompt) => self.chosen(prompt),
            _ => None,
        };
        let Some(entry) = chosen else {
            let nearest = self.nearest_command(typed).map(|name| format!("; the nearest is `{name}`")).unwrap_or_default();
            return format!("there is no command `{}`{nearest}", typed.trim());
        };
        let is_way_out = matches!(entry.doing, PaletteAction::Typed(Typed::Stop | Typed::Lock));
        if self.starting.is_some() && !is_way_out {
            return format!("`{}` is not available: a retry is about to start, and stop takes it back", entry.name);
        }
        if let Some(why) = entry.refusal {
            return format!("`{}` is not available: {why}", entry.name);
        }
        self.dialog = OldDialog::None;
        self.recent.note(&entry.name);
        match entry.doing {
            PaletteAction::Typed(command) => self.carry_out_command(command, word_and_argument(typed).1),
            PaletteAction::Action(action) => self.do_action(action),
        }
        String::new()
    }

    fn enter_prompt(&mut self) {
        let OldDialog::Prompt(prompt) = &self.dialog else { return };
        let (kind, typed) = (prompt.kind.clone(), prompt.typed().to_owned());
        let problem = match kind {
            PromptKind::Command => {
                let problem = self.enter_command(&typed);
                if problem.is_empty() {
                    // What the command opened stays open.
                    return;
                }
                problem
            }
        };
        if problem.is_empty() {
            self.dialog = OldDialog::None;
        } else if let OldDialog::Prompt(prompt) = &mut self.dialog {
            prompt.problem = problem;
        }
    }

    fn carry_out_command(&mut self, command: Typed, argument: &str) {
        match command {
            Typed::Unlock => self.begin_unlock(),
            Typed::Lock => self.lock(),
            Typed::NameFilter => self.name_filter(),
            Typed::Stop => self.stop_run(),
            Typed::Resume => ResumeQuestion::open(self),
            Typed::Results => ResultsPage::open(self),
            Typed::Rest => self.plan_not_started(),
            Typed::Resolve => activity::go_to_open(self),
            Typed::History => self.begin_history(argument),
            Typed::Reveal => self.ask_reveal(),
            Typed::Present => self.present(),
            Typed::Mouse => self.turn_mouse(),
            Typed::Reload => self.reload(),
        }
    }

    /// `:reload`. Only the present workers know what is under way, so it must end first.
    fn reload(&mut self) {
        if self.is_acting() {
            let next = format!("{} stops a run after the call under way", self.keymap.command("stop"));
            self.tell(NoticeWeight::Warning, "not reloaded: a retry is under way", "", &next);
            return;
        }
        self.effects.push(Effect::Reload);
    }
}
