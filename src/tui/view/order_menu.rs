//! The menu of order and columns.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{dialog, sentences};
use crate::tui::state::{OrderLine, OrderMenu, State, ViewKind};
use crate::tui::text::{Align, fit};
use crate::tui::{Action, Context, Role};

/// How wide the box is.
const COLUMNS: u16 = 70;

/// How wide the names of the columns are.
const NAME: usize = 12;

/// Draws the menu. The terminal's cursor stands on its line.
pub(super) fn draw(state: &State, menu: &OrderMenu, buffer: &mut Buffer, area: Rect) -> Position {
    let columns = usize::from(COLUMNS.min(area.width).saturating_sub(4));
    let lines = state.order_lines();
    // On a low screen the menu scrolls with its cursor and keeps its keys.
    let room = usize::from(area.height.saturating_sub(3)).max(1);
    let skipped = (menu.cursor + 1).saturating_sub(room);
    let shown = lines.iter().enumerate().skip(skipped).take(room);
    let mut shown: Vec<Line<'static>> = shown.map(|(place, line)| row(state, line, place == menu.cursor, columns)).collect();
    shown.push(sentences::keys(state, &keys(state), columns));
    let rows = u16::try_from(shown.len()).unwrap_or(u16::MAX);
    let title = match state.view {
        ViewKind::Batches => "Order of the batches",
        ViewKind::Failures => "Order of the failures",
        ViewKind::Messages | ViewKind::Activity => "Order and columns",
    };
    let inner = dialog::draw(state, buffer, area, title, COLUMNS, rows);
    dialog::put(buffer, inner, &shown);
    Position::new(inner.x, inner.y + u16::try_from(menu.cursor - skipped).unwrap_or(0))
}

fn keys(state: &State) -> Vec<(String, String)> {
    let key = |action| state.keymap.key(Context::Menu, action);
    let mut keys = Vec::new();
    let mut put = |name: Option<String>, does: &str| keys.extend(name.map(|name| (name, does.to_owned())));
    put(key(Action::Enter), "order by it");
    if state.has_columns() {
        put(key(Action::Toggle), "show, hide");
        put(key(Action::Left).zip(key(Action::Right)).map(|(left, right)| format!("{left} {right}")), "move");
    }
    put(key(Action::Clear), "usual");
    put(key(Action::Back), "close");
    keys
}

fn row(state: &State, line: &OrderLine, is_chosen: bool, columns: usize) -> Line<'static> {
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
        None => ("  no order".to_owned(), Role::Muted),
    };
    let style = |role| state.look.style(if is_chosen { Role::Selected } else { role });
    let name = format!("{mark}{tick}{}", fit(line.name, NAME, Align::Left, ascii));
    let room = columns.saturating_sub(name.len());
    Line::from(vec![Span::styled(name, style(Role::Text)), Span::styled(fit(&order, room, Align::Left, ascii), style(role))])
}
