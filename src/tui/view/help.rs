//! The help: a line to search it by, then keys with what they do, and what signs, figures and words mean.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::pieces::{self, Piece};
use crate::tui::state::{HelpLine, Shared};
use crate::tui::text::{Align, fit, width, wrap};
use crate::tui::widgets::page;
use crate::tui::{Context, Role};

/// The width of the column of keys, signs and words.
const LEFT: usize = 18;

/// What comes before the typed words.
const SEARCH: &str = "search: ";

/// Draws the help for a context. The terminal's cursor is in the search line.
pub(in crate::tui) fn draw(state: &Shared, context: Context, buffer: &mut Buffer, body: Rect) -> Option<Position> {
    let style = |role| state.look.style(role);
    let lines = state.help_lines(context);
    let cursor = state.help.cursor.min(lines.len().saturating_sub(1));
    let room = page::room(body);
    let (shown, more) = window(&painted(state, &lines, cursor, usize::from(body.width)), room);
    let line = |y: u16| Rect { y: body.y + y, height: 1.min(body.height.saturating_sub(y)), ..body };
    page::draw_title(state, buffer, body, &format!("Keys: {}", context.name()), more);
    let input_room = usize::from(body.width).saturating_sub(2 + width(SEARCH)).clamp(1, 30);
    let (text, column) = state.help.input.shown(input_room + 1, state.look.ascii);
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
    pieces::draw(buffer, line(1), left, Vec::new(), state.look.ascii);
    let top = body.y + 2;
    for (y, line) in (top..body.bottom()).zip(&shown) {
        buffer.set_line(body.x, y, line, body.width);
    }
    let x = body.x + 1 + u16::try_from(width(SEARCH) + column).unwrap_or(0);
    Some(Position::new(x.min(body.right().saturating_sub(1)), body.y + 1))
}

/// A line of the screen, and whether it belongs to the line with the cursor.
struct Painted {
    line: Line<'static>,
    is_chosen: bool,
}

fn painted(state: &Shared, lines: &[HelpLine], cursor: usize, columns: usize) -> Vec<Painted> {
    let style = |role| state.look.style(role);
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
        let what =
            if width(&line.what) >= LEFT { format!("{}  ", line.what) } else { fit(&line.what, LEFT, Align::Left, state.look.ascii) };
        let beside = room.saturating_sub(width(&what) + 3).max(10);
        for (row, text) in wrap(&line.text, beside).into_iter().enumerate() {
            let mark = if is_chosen && row == 0 { " › " } else { "   " };
            let what = if row == 0 { what.clone() } else { " ".repeat(width(&what)) };
            let spans = if is_chosen {
                let text = fit(&text, beside, Align::Left, state.look.ascii);
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
