//! Short lists: the window, the mark of the selected line, and where the terminal's cursor belongs.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::tui::Role;
use crate::tui::shared::Shared;

/// Columns before the first one: a blank, the mark of the selected line, a blank.
pub(in crate::tui) const MARGIN: usize = 3;

/// The first line of a window of `height` lines that holds the one at `index`.
pub(in crate::tui) fn top(index: usize, height: usize) -> usize {
    (index + 1).saturating_sub(height.max(1))
}

/// Draws `count` lines; the one at `selected` has the cursor. `line` makes one of them; it gets the
/// style of the selected line, which wins over the colours of its cells.
pub(in crate::tui) fn draw(
    state: &Shared,
    buffer: &mut Buffer,
    area: Rect,
    count: usize,
    selected: usize,
    line: impl Fn(usize, Option<Style>) -> Line<'static>,
) -> Option<Position> {
    draw_from(state, buffer, area, top(selected, usize::from(area.height)), count, selected, line)
}

/// The same from a line on, whether or not the one at `selected` is among those drawn.
pub(in crate::tui) fn draw_from(
    state: &Shared,
    buffer: &mut Buffer,
    area: Rect,
    top: usize,
    count: usize,
    selected: usize,
    line: impl Fn(usize, Option<Style>) -> Line<'static>,
) -> Option<Position> {
    let mut cursor = None;
    let role = if state.is_view_in_focus() { Role::Selected } else { Role::SelectedElsewhere };
    for (index, y) in (top..count).zip(area.y..area.bottom()) {
        let style = (index == selected).then(|| state.look.style(role));
        let mark = if style.is_some() { " › " } else { "   " };
        let mut spans = vec![Span::styled(mark, style.unwrap_or_else(|| state.look.style(Role::Text)))];
        spans.extend(line(index, style).spans);
        if let Some(style) = style {
            buffer.set_style(Rect { y, height: 1, ..area }, style);
            cursor = Some(Position::new(area.x + 1, y));
        }
        buffer.set_line(area.x, y, &Line::from(spans), area.width);
    }
    cursor
}
