//! The help: a line to search it by, then keys with what they do, and what signs, figures and words mean.

mod lines;

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Can, Dialog, Next, Press};
use crate::tui::shared::Shared;
use crate::tui::text::{Align, fit, width, wrap};
use crate::tui::widgets::page;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::typed_line::TypedLine;
use crate::tui::{Action, Context, Role};
use lines::HelpLine;

/// The width of the column of keys, signs and words.
const LEFT: usize = 18;

/// What comes before the typed words.
const SEARCH: &str = "search: ";

pub(in crate::tui) struct HelpPage {
    /// Where it was opened.
    about: Context,
    /// What has been typed.
    input: TypedLine,
    /// Which of the remaining lines has the cursor; the lines of a context never change while they are read.
    cursor: usize,
}

impl HelpPage {
    /// The help for the keys of a context.
    pub fn new(about: Context) -> Self {
        Self { about, input: TypedLine::default(), cursor: 0 }
    }

    /// The lines that match what was typed.
    fn lines(&self, shared: &Shared) -> Vec<HelpLine> {
        lines::matching(shared, self.about, self.input.value())
    }

    /// What Enter does.
    fn action(&self, shared: &Shared) -> Option<Action> {
        self.lines(shared).into_iter().nth(self.cursor)?.action
    }

    fn steps(&self, action: Action, shared: &Shared) -> Option<isize> {
        let page = isize::try_from(page::room(shared.layout().body).saturating_sub(1).max(1)).unwrap_or(1);
        match action {
            // The line itself uses these while there is text in it.
            Action::HalfPageUp | Action::First | Action::Last if !self.input.is_empty() => None,
            _ => action.steps(page),
        }
    }

    fn go(&mut self, steps: isize, shared: &Shared) {
        let last = self.lines(shared).len().saturating_sub(1);
        self.cursor = self.cursor.min(last).saturating_add_signed(steps).min(last);
    }

    /// Another text is another list: its cursor starts on the best match.
    fn edited(&mut self, shared: &Shared) {
        self.cursor = lines::best(&self.lines(shared), self.input.value());
    }

    /// A key that is text, or that edits the line.
    fn edit(&mut self, press: Press, shared: &Shared) -> Next {
        if press.key.code == KeyCode::Backspace && self.input.is_empty() {
            // There is nothing to delete: one step back, as everywhere outside text.
            return Next::Back;
        }
        if self.input.key(press.key) {
            self.edited(shared);
        }
        Next::Stay
    }
}

impl Dialog for HelpPage {
    fn context(&self) -> Context {
        Context::Help
    }

    fn covers(&self) -> bool {
        true
    }

    fn can(&self, action: Action, shared: &Shared) -> Can {
        match action {
            Action::Enter if self.action(shared).is_none() => Can::Not("this is only explained".into()),
            Action::Enter | Action::Back | Action::Help => Can::Yes,
            action if self.steps(action, shared).is_some() => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        let Some(action) = press.action else { return self.edit(press, shared) };
        match action {
            // One step back: first to everything, then out.
            Action::Back if !self.input.is_empty() => *self = Self::new(self.about),
            Action::Back | Action::Help => return Next::Back,
            Action::Enter => return self.action(shared).map_or(Next::Stay, Next::Do),
            _ => match self.steps(action, shared) {
                Some(steps) => self.go(steps, shared),
                None => return self.edit(press, shared),
            },
        }
        Next::Stay
    }

    fn paste(&mut self, text: &str, shared: &mut Shared) {
        self.input.paste_first(text);
        self.edited(shared);
    }

    /// The terminal's cursor is in the search line.
    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let style = |role| shared.look.style(role);
        let lines = self.lines(shared);
        let cursor = self.cursor.min(lines.len().saturating_sub(1));
        let (shown, more) = window(&painted(shared, &lines, cursor, usize::from(area.width)), page::room(area));
        page::draw_title(shared, buffer, area, &format!("Keys: {}", self.about.name()), more);
        let input_room = usize::from(area.width).saturating_sub(2 + width(SEARCH)).clamp(1, 30);
        let (text, column) = self.input.shown(input_room + 1);
        let is_empty = text.is_empty();
        let hint = match lines.get(cursor) {
            _ if is_empty => "type a word: retry, copy, mask, 429",
            Some(HelpLine { action: Some(_), .. }) => "Enter runs it",
            Some(_) => "",
            None => "nothing here has these words; Esc shows everything again",
        };
        let left = vec![
            Piece::new(SEARCH.trim_end(), style(Role::Accent), 0),
            Piece::new(text, style(Role::Strong), 0).gap(1),
            Piece::new(hint, style(Role::Muted), 1).gap(if is_empty { 1 } else { 2 }),
        ];
        let line = Rect { y: area.y + 1, height: 1.min(area.height.saturating_sub(1)), ..area };
        pieces::draw(buffer, line, left, Vec::new());
        let top = area.y + 2;
        for (y, line) in (top..area.bottom()).zip(&shown) {
            buffer.set_line(area.x, y, line, area.width);
        }
        let x = area.x + 1 + u16::try_from(width(SEARCH) + column).unwrap_or(0);
        Some(Position::new(x.min(area.right().saturating_sub(1)), area.y + 1))
    }
}

/// A line of the screen, and whether it belongs to the line with the cursor.
struct Painted {
    line: Line<'static>,
    is_chosen: bool,
}

fn painted(shared: &Shared, lines: &[HelpLine], cursor: usize, columns: usize) -> Vec<Painted> {
    let style = |role| shared.look.style(role);
    let room = page::text_width(columns);
    let mut painted = Vec::new();
    let mut heading = "";
    for (index, line) in lines.iter().enumerate() {
        let is_chosen = index == cursor;
        if line.heading != heading {
            heading = line.heading;
            if !painted.is_empty() {
                painted.push(Painted { line: Line::default(), is_chosen: false });
            }
            painted.push(Painted { line: Line::from(Span::styled(format!(" {heading}"), style(Role::Heading))), is_chosen: false });
        }
        // What is wider than its column pushes its text to the right instead of being cut.
        let what = if width(&line.what) >= LEFT { format!("{}  ", line.what) } else { fit(&line.what, LEFT, Align::Left) };
        let beside = room.saturating_sub(width(&what) + 3).max(10);
        for (row, text) in wrap(&line.text, beside).into_iter().enumerate() {
            let mark = if is_chosen && row == 0 { " › " } else { "   " };
            let what = if row == 0 { what.clone() } else { " ".repeat(width(&what)) };
            let spans = if is_chosen {
                let text = fit(&text, beside, Align::Left);
                vec![Span::styled(format!("{mark}{what}{text}"), style(Role::Selected))]
            } else {
                vec![Span::raw(mark), Span::styled(what, style(line.role)), Span::styled(text, style(Role::Text))]
            };
            painted.push(Painted { line: Line::from(spans), is_chosen });
        }
    }
    painted
}

/// As many lines as fit around the cursor, so that those before and after it are visible; and how many
/// follow below.
fn window(painted: &[Painted], room: usize) -> (Vec<Line<'static>>, usize) {
    let last = painted.iter().rposition(|line| line.is_chosen).unwrap_or(0);
    let first = painted.iter().position(|line| line.is_chosen).unwrap_or(0);
    let skipped = ((first + last) / 2).saturating_sub(room / 2).min(painted.len().saturating_sub(room));
    let below = painted.len().saturating_sub(skipped + room);
    (painted.iter().skip(skipped).take(room).map(|painted| painted.line.clone()).collect(), below)
}
