//! A line for typing in a box: what it asks for above it, why Enter did nothing below it. And the dialogs that are
//! nothing else.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::frame;
use super::typed_line::TypedLine;
use crate::tui::chrome;
use crate::tui::dialogs::{Can, Dialog, Next, Press};
use crate::tui::key_line::KeyWord;
use crate::tui::keys::{Action, Context};
use crate::tui::shared::{OpenQuestion, Shared};
use crate::tui::text::width;
use crate::tui::widgets::sentences::{self, Sentence};
use crate::tui::{KeyRole, Role};

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

/// What a dialog asks for that is nothing but a line.
pub(in crate::tui) trait AsksLine {
    /// What Enter does, in a word or two.
    const ENTER: &'static str;

    /// The title of its box, and what is said above the line.
    fn says(&self, shared: &Shared) -> Option<(String, Vec<Sentence>)>;

    /// Enter: what was typed either ends the dialog or is wrong.
    fn enter(&mut self, typed: &str, shared: &mut Shared) -> Result<Next, String>;

    /// As [`Dialog::holds_rows`].
    fn holds_rows(&self) -> bool {
        false
    }

    /// As [`Dialog::asked`].
    fn asked(&self) -> Option<OpenQuestion> {
        None
    }

    /// As [`Dialog::role`], with what is typed.
    fn role(&self, _press: Press, _typed: &str, _shared: &Shared) -> Option<KeyRole> {
        None
    }
}

/// Such a dialog while it is open.
pub(in crate::tui) struct LineDialog<T> {
    pub asks: T,
    pub line: LineBox,
}

impl<T: AsksLine> Dialog for LineDialog<T> {
    fn context(&self) -> Context {
        CONTEXT
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        match action {
            Action::Enter => Can::Do(T::ENTER),
            Action::Back => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        let line = &mut self.line;
        match press.action {
            Some(Action::Back) => return Next::Back,
            Some(Action::Enter) => match self.asks.enter(line.typed(), shared) {
                Ok(outcome) => return outcome,
                Err(problem) => line.refuse(problem),
            },
            Some(Action::HalfPageUp | Action::First | Action::Last) if line.is_empty() => {}
            _ => {
                line.edit(press.key);
            }
        }
        Next::Stay
    }

    fn paste(&mut self, text: &str, _shared: &mut Shared) {
        self.line.paste(text);
    }

    /// The cursor is where the user types.
    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let (title, above) = self.asks.says(shared)?;
        let room = frame::width(area, frame::WIDEST);
        let mut lines = sentences::lines(shared, above, room, usize::from(area.height).saturating_sub(2 + 1 + PROBLEM));
        let at = lines.len();
        let (line, column) = self.line.line(shared, "", room);
        lines.push(line);
        lines.extend(self.line.problem_lines(shared, room));
        lines.push(chrome::keys::line(shared, &keys(self, shared), room));
        Some(frame::draw(shared, buffer, area, &title, frame::WIDEST, &lines, (column, at)))
    }

    fn holds_rows(&self) -> bool {
        self.asks.holds_rows()
    }

    fn asked(&self) -> Option<OpenQuestion> {
        self.asks.asked()
    }

    fn role(&self, press: Press, shared: &Shared) -> Option<KeyRole> {
        self.asks.role(press, self.line.typed(), shared)
    }
}

/// The keys of a box with such a line.
pub(in crate::tui) fn keys(dialog: &dyn Dialog, shared: &Shared) -> Vec<KeyWord> {
    let mut named = chrome::keys::of_dialog(dialog, shared, [Action::Enter]);
    named.extend(chrome::keys::bound(shared, CONTEXT, [(Action::Back, "cancel")]));
    named
}
