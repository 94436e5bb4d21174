//! A list of lines with a cursor, in a box. On a low screen it scrolls with its cursor and keeps its keys.

use std::ops::Range;

use ratatui::layout::{Position, Rect};

use super::frame;
use crate::tui::Action;
use crate::tui::shared::Shared;

/// Where the lines of a menu are: the same for drawing and for the mouse.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Menu {
    /// How wide the box is.
    pub columns: u16,
    /// How many lines can have the cursor.
    pub count: usize,
    /// The line that has it.
    pub cursor: usize,
    /// How many lines of the box stay above the others.
    pub heads: usize,
    /// How many lines its keys take, below the others.
    pub keys: usize,
}

impl Menu {
    /// The lines that have room.
    pub fn shown(&self, area: Rect) -> Range<usize> {
        let room = self.room(area);
        let top = (self.cursor + 1).saturating_sub(room);
        top..self.count.min(top + room)
    }

    /// Where the cursor is among the lines of the box.
    pub fn cursor_line(&self, area: Rect) -> usize {
        self.heads + self.cursor - self.shown(area).start
    }

    /// The line at a position on the screen.
    pub fn line_at(&self, area: Rect, at: Position) -> Option<usize> {
        let shown = self.shown(area);
        let inner = frame::room(area, self.columns, self.heads + shown.len() + self.keys);
        let line = usize::from(at.y.checked_sub(inner.y)?).checked_sub(self.heads)?;
        (inner.contains(at) && line < shown.len()).then_some(shown.start + line)
    }

    /// Whether a key moves the cursor.
    pub fn moves(action: Action) -> bool {
        matches!(action, Action::PreviousPane | Action::NextPane) || action.steps(1).is_some()
    }

    /// How many lines it moves it.
    pub fn steps(&self, action: Action, shared: &Shared) -> isize {
        let page = isize::try_from(self.room(shared.layout().body).saturating_sub(1).max(1)).unwrap_or(1);
        match action {
            Action::PreviousPane => -1,
            Action::NextPane => 1,
            _ => action.steps(page).unwrap_or(0),
        }
    }

    /// The line that has the cursor after a key; it stops at the ends.
    pub fn after(&self, action: Action, shared: &Shared) -> usize {
        self.cursor.saturating_add_signed(self.steps(action, shared)).min(self.count.saturating_sub(1))
    }

    fn room(&self, area: Rect) -> usize {
        usize::from(area.height).saturating_sub(2 + self.heads + self.keys).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_a_low_screen_it_scrolls_with_its_cursor() {
        let low = Rect::new(0, 0, 80, 10);
        let menu = |cursor| Menu { columns: 40, count: 12, cursor, heads: 1, keys: 2 };
        let seen = |cursor| (menu(cursor).shown(low), menu(cursor).cursor_line(low));
        assert_eq!(seen(0), (0..5, 1));
        assert_eq!(seen(4), (0..5, 5));
        assert_eq!(seen(11), (7..12, 5));
        assert_eq!(menu(11).shown(Rect { height: 40, ..low }), 0..12);
    }

    #[test]
    fn a_click_finds_the_line_that_is_shown_there() {
        let area = Rect::new(0, 0, 80, 10);
        let menu = Menu { columns: 40, count: 12, cursor: 11, heads: 1, keys: 2 };
        let at = |x, y| menu.line_at(area, Position::new(x, y));
        assert_eq!((at(30, 1), at(30, 2), at(30, 6), at(30, 7)), (None, Some(7), Some(11), None));
        assert_eq!((at(10, 2), at(30, 0), at(30, 9)), (None, None, None));
    }
}
