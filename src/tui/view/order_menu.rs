//! The menu of order and columns.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{dialog, keys};
use crate::tui::key_line::KeyWord;
use crate::tui::state::{OrderLine, OrderMenu, Shared, ViewKind};
use crate::tui::text::{Align, fit, width};
use crate::tui::{Action, Context, Role};

/// How wide the box is.
const COLUMNS: u16 = 44;

/// How many lines its keys take: the box is narrow, so that much of the list stays in view.
pub(in crate::tui) const KEY_LINES: usize = 2;

/// How wide the names of the columns are.
const NAME: usize = 12;

/// Draws the menu. The terminal's cursor is on its line.
pub(in crate::tui) fn draw(state: &Shared, menu: &OrderMenu, buffer: &mut Buffer, area: Rect) -> Position {
    let columns = dialog::width(area, COLUMNS);
    let lines = state.order_lines();
    // On a low screen the menu scrolls with its cursor and keeps its keys.
    let room = usize::from(area.height.saturating_sub(2)).saturating_sub(KEY_LINES).max(1);
    let skipped = (menu.cursor + 1).saturating_sub(room);
    let shown = lines.iter().enumerate().skip(skipped).take(room);
    let mut shown: Vec<Line<'static>> = shown.map(|(index, line)| row(state, line, index == menu.cursor, columns)).collect();
    shown.extend(named(state).map(|named| keys::line(state, &named, columns)));
    let title = match state.view {
        ViewKind::Batches => "Order of the batches",
        ViewKind::Failures => "Order of the failures",
        ViewKind::Messages | ViewKind::Activity => "Order and columns",
    };
    dialog::draw(state, buffer, area, title, COLUMNS, &shown, (0, menu.cursor - skipped))
}

/// The keys of the menu, line by line.
fn named(state: &Shared) -> [Vec<KeyWord>; KEY_LINES] {
    let key = |action| state.keymap.key(Context::Menu, action);
    let mut first = keys::bound(state, Context::Menu, [(Action::Enter, "sort by it")]);
    let mut second = Vec::new();
    if state.has_columns() {
        first.extend(keys::bound(state, Context::Menu, [(Action::Toggle, "show/hide")]));
        second.extend(key(Action::Left).zip(key(Action::Right)).map(|(left, right)| KeyWord::new(format!("{left} {right}"), "move")));
    }
    second.extend(keys::bound(state, Context::Menu, [(Action::Clear, "default"), (Action::Back, "close")]));
    [first, second]
}

fn row(state: &Shared, line: &OrderLine, is_chosen: bool, columns: usize) -> Line<'static> {
    let ascii = state.look.ascii;
    let mark = if is_chosen { "› " } else { "  " };
    let tick = match line.shown {
        Some(true) => "[x] ",
        Some(false) => "[ ] ",
        None => "",
    };
    let (order, role) = match line.ordered {
        Some((words, sign)) => (format!("{sign} {words}"), Role::Accent),
        None if line.can_order => (String::new(), Role::Text),
        None => ("  cannot sort by it".to_owned(), Role::Muted),
    };
    let style = |role| state.look.style(if is_chosen { Role::Selected } else { role });
    let name = format!("{mark}{tick}{}", fit(line.name, NAME, Align::Left, ascii));
    let room = columns.saturating_sub(width(&name));
    Line::from(vec![Span::styled(name, style(Role::Text)), Span::styled(fit(&order, room, Align::Left, ascii), style(role))])
}
