//! A line for typing in a box: what it asks for above it, why Enter did nothing below it.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::frame;
use super::typed_line::TypedLine;
use crate::tui::Role;
use crate::tui::dialogs::{Can, Dialog, Next, Press};
use crate::tui::key_line::KeyWord;
use crate::tui::keys::{Action, Context};
use crate::tui::shared::Shared;
use crate::tui::text::width;
use crate::tui::widgets::sentences::{self, Sentence};

/// The keys of such a box.
pub(in crate::tui) const CONTEXT: Context = Context::Prompt;

/// How many lines a problem has at most.
const PROBLEM: usize = 2;

/// What is typed in a box, and what is wrong with it.
#[derive(Debug, Default)]
pub(in crate::tui) struct LineBox {
    input: TypedLine,
    /// Why Enter did nothing; empty where it was not pressed since the text changed.
    problem: String,
}

impl LineBox {
    /// With this text, and what is wrong with it.
    pub fn new(text: &str, problem: String) -> Self {
        Self { input: TypedLine::with_text(text), problem }
    }

    /// With a text that the first typed letter replaces.
    pub fn proposed(text: &str) -> Self {
        Self { input: TypedLine::with_text(text).proposed(), problem: String::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.input.is_empty()
    }

    pub fn typed(&self) -> &str {
        self.input.value()
    }

    /// What a dialog of this line alone can do; Enter in the dialog's own words.
    pub fn can(action: Action, enter: &'static str) -> Can {
        match action {
            Action::Enter => Can::Do(enter),
            Action::Back => Can::Yes,
            _ => Can::NotHere,
        }
    }

    /// A key: Enter hands over what was typed, which either ends the dialog or is wrong.
    pub fn key(&mut self, press: Press, enter: impl FnOnce(&str) -> Result<Next, String>) -> Next {
        match press.action {
            Some(Action::Back) => return Next::Back,
            Some(Action::Enter) => match enter(self.input.value()) {
                Ok(outcome) => return outcome,
                Err(problem) => self.problem = problem,
            },
            Some(Action::HalfPageUp | Action::First | Action::Last) if self.input.is_empty() => {}
            _ => {
                self.edit(press.key);
            }
        }
        Next::Stay
    }

    /// A key that is text, or that moves within it. False where it does nothing.
    pub fn edit(&mut self, key: KeyEvent) -> bool {
        let has_edited = self.input.key(key);
        if has_edited {
            self.problem.clear();
        }
        has_edited
    }

    pub fn forget_problem(&mut self) {
        self.problem.clear();
    }

    /// Says why Enter did nothing.
    pub fn refuse(&mut self, problem: String) {
        self.problem = problem;
    }

    /// The first line of what was pasted.
    pub fn paste(&mut self, text: &str) {
        self.input.paste_first(text);
        self.problem.clear();
    }

    /// Draws it, with its own keys. The cursor is where the user types.
    pub fn draw(
        &self,
        dialog: &dyn Dialog,
        shared: &Shared,
        buffer: &mut Buffer,
        area: Rect,
        title: &str,
        above: Vec<Sentence>,
    ) -> Position {
        let room = frame::width(area, frame::WIDEST);
        let mut lines = sentences::lines(shared, above, room, usize::from(area.height).saturating_sub(2 + 1 + PROBLEM));
        let at = lines.len();
        let (line, column) = self.line(shared, "", room);
        lines.push(line);
        lines.extend(self.problem_lines(shared, room));
        lines.push(crate::tui::chrome::keys::line(shared, &keys(dialog, shared), room));
        frame::draw(shared, buffer, area, title, frame::WIDEST, &lines, (column, at))
    }

    /// The line itself after a sign, and the cursor's column.
    pub fn line(&self, shared: &Shared, sign: &'static str, room: usize) -> (Line<'static>, usize) {
        let (shown, column) = self.input.shown(room.saturating_sub(width(sign)).max(2));
        let role = if self.input.is_proposal() { Role::Selected } else { Role::Strong };
        let line = Line::from(vec![Span::styled(sign, shared.look.style(Role::Accent)), Span::styled(shown, shared.look.style(role))]);
        (line, width(sign) + column)
    }

    /// What is wrong with what was typed, in as few lines as it takes.
    pub fn problem_lines(&self, shared: &Shared, room: usize) -> Vec<Line<'static>> {
        if self.problem.is_empty() {
            return Vec::new();
        }
        sentences::lines(shared, vec![Sentence::new(self.problem.clone(), Role::Warning, 0)], room, PROBLEM)
    }

    pub fn has_problem(&self) -> bool {
        !self.problem.is_empty()
    }
}

/// The keys of a box with such a line.
pub(in crate::tui) fn keys(dialog: &dyn Dialog, shared: &Shared) -> Vec<KeyWord> {
    let mut named = crate::tui::chrome::keys::of_dialog(dialog, shared, [Action::Enter]);
    named.extend(crate::tui::chrome::keys::bound(shared, CONTEXT, [(Action::Back, "cancel")]));
    named
}
