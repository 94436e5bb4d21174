//! A box over the visible background: one level of border, its title in the border.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::tui::Role;
use crate::tui::state::{Count, Shared};
use crate::tui::text::cut;

/// The widest box.
pub(in crate::tui) const WIDEST: u16 = 70;

/// How wide the lines of a box are that is at most so many columns wide.
pub(in crate::tui) fn width(area: Rect, columns: u16) -> usize {
    usize::from(columns.min(area.width).saturating_sub(4))
}

/// Draws a box with these lines in the middle of `area`. Says where the cursor is, which is given by column and line.
pub(in crate::tui) fn draw(
    state: &Shared,
    buffer: &mut Buffer,
    area: Rect,
    title: &str,
    columns: u16,
    lines: &[Line<'_>],
    (column, line): (usize, usize),
) -> Position {
    let inner = draw_box(state, buffer, frame(area, columns, lines.len()), title);
    for (y, line) in (inner.y..inner.bottom()).zip(lines) {
        buffer.set_line(inner.x, y, line, inner.width);
    }
    let after = |start: u16, steps: usize| start.saturating_add(u16::try_from(steps).unwrap_or(u16::MAX));
    Position::new(after(inner.x, column).min(inner.right().saturating_sub(1)), after(inner.y, line))
}

/// An empty box. Returns the room inside, with a blank column at each side.
fn draw_box(state: &Shared, buffer: &mut Buffer, frame: Rect, title: &str) -> Rect {
    let Rect { width, height, .. } = frame;
    let (text, rule) = (state.look.style(Role::Text), state.look.style(Role::Rule));
    for position in frame.positions() {
        buffer[position].reset();
        buffer[position].set_style(text);
    }
    if width < 6 || height < 3 {
        return Rect { width: 0, height: 0, ..frame };
    }
    let signs = ["─", "│", "┌", "┐", "└", "┘"];
    let (right, bottom) = (frame.right() - 1, frame.bottom() - 1);
    for x in frame.x..=right {
        for y in [frame.y, bottom] {
            buffer[(x, y)].set_symbol(signs[0]).set_style(rule);
        }
    }
    for y in frame.y..=bottom {
        for x in [frame.x, right] {
            buffer[(x, y)].set_symbol(signs[1]).set_style(rule);
        }
    }
    for (x, y, sign) in [(frame.x, frame.y, 2), (right, frame.y, 3), (frame.x, bottom, 4), (right, bottom, 5)] {
        buffer[(x, y)].set_symbol(signs[sign]);
    }
    let room = usize::from(width) - 4;
    // The border next to the title has a colour of its own, which the title must not take on.
    let title = format!(" {} ", cut(title, room.saturating_sub(2), state.look.ascii));
    for x in (frame.x + 1..right).take(crate::tui::text::width(&title)) {
        buffer[(x, frame.y)].reset();
        buffer[(x, frame.y)].set_style(text);
    }
    buffer.set_stringn(frame.x + 1, frame.y, title, room, state.look.style(Role::Strong));
    inner(frame)
}

/// Where a box for `rows` lines is in `area`.
fn frame(area: Rect, columns: u16, rows: usize) -> Rect {
    let width = columns.min(WIDEST).min(area.width);
    let height = u16::try_from(rows + 2).unwrap_or(u16::MAX).min(area.height);
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

fn inner(frame: Rect) -> Rect {
    Rect { x: frame.x + 2, y: frame.y + 1, width: frame.width.saturating_sub(4), height: frame.height.saturating_sub(2) }
}

/// The room inside such a box.
pub(in crate::tui) fn room(area: Rect, columns: u16, rows: usize) -> Rect {
    inner(frame(area, columns, rows))
}

/// The safe answer with the focus, or the count typed so far where one is asked for; and the cursor's column.
pub(in crate::tui) fn answer(state: &Shared, needs_count: Option<usize>, count: &Count) -> (Line<'static>, usize) {
    let Some(number) = needs_count else {
        return (Line::from(Span::styled("[ cancel ]", state.look.style(Role::Focus))), 1);
    };
    let prompt = Span::styled(format!("Type {number}, then Enter: "), state.look.style(Role::Strong));
    let line = Line::from(vec![prompt, Span::styled(count.typed.clone(), state.look.style(Role::Accent))]);
    let column = line.width();
    (line, column)
}
