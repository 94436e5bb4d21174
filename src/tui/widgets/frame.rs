//! A box over the visible background: one level of border, its title in the border.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Padding, Widget};

use crate::tui::Role;
use crate::tui::shared::Shared;
use crate::tui::text::cut;

/// The widest box.
pub(in crate::tui) const WIDEST: u16 = 70;

/// How wide the lines of a box are that is at most so many columns wide.
pub(in crate::tui) fn width(area: Rect, columns: u16) -> usize {
    usize::from(columns.min(area.width).saturating_sub(4))
}

/// How wide the title of such a box can be.
pub(in crate::tui) fn title_width(area: Rect, columns: u16) -> usize {
    usize::from(columns.min(WIDEST).min(area.width).saturating_sub(6))
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

/// An empty box. Returns the room inside.
fn draw_box(state: &Shared, buffer: &mut Buffer, frame: Rect, title: &str) -> Rect {
    let text = state.look.style(Role::Text);
    Clear.render(frame, buffer);
    if frame.width < 6 || frame.height < 3 {
        buffer.set_style(frame, text);
        return Rect { width: 0, height: 0, ..frame };
    }
    let title = format!(" {} ", cut(title, usize::from(frame.width).saturating_sub(6)));
    // The border next to the title has a colour of its own, which the title must not take on.
    let strong = Style::reset().patch(text).patch(state.look.style(Role::Strong));
    block().style(text).border_style(state.look.style(Role::Rule)).title(Line::styled(title, strong)).render(frame, buffer);
    block().inner(frame)
}

/// A border, with a blank column inside at each side.
fn block() -> Block<'static> {
    Block::bordered().padding(Padding::horizontal(1))
}

/// Where a box for `rows` lines is in `area`.
fn frame(area: Rect, columns: u16, rows: usize) -> Rect {
    let width = columns.min(WIDEST).min(area.width);
    let height = u16::try_from(rows + 2).unwrap_or(u16::MAX).min(area.height);
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// The room inside such a box.
pub(in crate::tui) fn room(area: Rect, columns: u16, rows: usize) -> Rect {
    block().inner(frame(area, columns, rows))
}
