//! Lines to read in place of the view, with a title above them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::delivery::counted;
use crate::tui::shared::Shared;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::{Action, Role};

/// The widest text: longer lines are hard to read.
const WIDEST: usize = 100;

/// A page to read.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::tui) struct Page {
    /// How many lines it is scrolled down.
    scroll: usize,
}

impl Page {
    /// Whether an action scrolls.
    pub fn scrolls(action: Action) -> bool {
        use Action::{Down, First, HalfPageDown, HalfPageUp, Last, PageDown, PageUp, Up};
        matches!(action, Up | Down | PageUp | PageDown | HalfPageUp | HalfPageDown | First | Last)
    }

    /// Scrolls, where the action does that. `lines` makes the lines for so many columns.
    pub fn scroll(&mut self, action: Action, shared: &Shared, lines: impl FnOnce(usize) -> Vec<Line<'static>>) {
        let page = isize::from(shared.size().1.clamp(8, 999) as i16) - 7;
        let steps = match action {
            Action::Up => -1,
            Action::Down => 1,
            Action::PageUp => -page,
            Action::PageDown => page,
            Action::HalfPageUp => -(page + 1) / 2,
            Action::HalfPageDown => (page + 1) / 2,
            Action::First => isize::MIN,
            Action::Last => isize::MAX,
            _ => return,
        };
        let area = shared.layout().page();
        let last = lines(usize::from(area.width)).len().saturating_sub(room(area));
        self.scroll = self.scroll.min(last).saturating_add_signed(steps).min(last);
    }

    /// Draws it. The cursor is at its first line.
    pub fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect, title: &str, lines: &[Line<'static>]) -> Option<Position> {
        let scroll = self.scroll.min(lines.len().saturating_sub(room(area)));
        let below = lines.len().saturating_sub(scroll + room(area));
        draw_title(shared, buffer, area, title, below);
        let top = area.y + 2;
        for (y, line) in (top..area.bottom()).zip(lines.iter().skip(scroll)) {
            buffer.set_line(area.x, y, line, area.width);
        }
        Some(Position::new(area.x + 1, top))
    }
}

/// The title, and how many lines follow below.
pub(in crate::tui) fn draw_title(shared: &Shared, buffer: &mut Buffer, area: Rect, title: &str, below: usize) {
    let (heading, muted) = (shared.look.style(Role::Strong), shared.look.style(Role::Muted));
    let more = if below == 0 { String::new() } else { counted(below, "more line") };
    let line = Rect { height: 1.min(area.height), ..area };
    pieces::draw(buffer, line, vec![Piece::new(title, heading, 0)], vec![Piece::new(more, muted, 1)]);
}

/// How many lines fit below the title and the line under it.
pub(in crate::tui) fn room(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(2))
}

/// How wide text is on a page with so many columns: a blank one stays at each side.
pub(in crate::tui) fn text_width(columns: usize) -> usize {
    columns.saturating_sub(2).min(WIDEST)
}
