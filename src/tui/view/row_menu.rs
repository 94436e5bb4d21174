//! The menu of what can be done with a row, with the key of each line beside it.

use crate::tui::views::activity;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{dialog, keys};
use crate::delivery::code_or_none;
use crate::tui::state::{MenuKind, RowAction, RowLine, RowMenu, Shared, ViewKind};
use crate::tui::text::{Align, fit, width};
use crate::tui::{Action, Context, Role};

/// How wide the box is.
const COLUMNS: u16 = 64;

/// Draws the menu. The terminal's cursor is on its line.
pub(in crate::tui) fn draw(state: &Shared, menu: &RowMenu, buffer: &mut Buffer, area: Rect) -> Position {
    let columns = dialog::width(area, COLUMNS);
    let lines = state.menu_lines(menu.kind);
    let (cursor, skipped, room) = window(&lines, menu, area);
    // Reasons are aligned below each other.
    let reasons_at = lines.iter().filter(|line| line.refusal.is_some()).map(|line| width(&line.label) + 2).max().unwrap_or(0);
    let shown = lines.iter().enumerate().skip(skipped).take(room);
    let mut shown: Vec<Line<'static>> = shown.map(|(index, line)| row(state, line, index == cursor, (columns, reasons_at))).collect();
    let named = keys::bound(state, Context::Menu, [(Action::Enter, "do it"), (Action::Back, "close")]);
    shown.push(keys::line(state, &named, columns));
    dialog::draw(state, buffer, area, &title(state, menu.kind), COLUMNS, &shown, (0, cursor - skipped))
}

/// The index of the cursor, how many lines are scrolled away above, and how many have room: on a low
/// screen the menu scrolls with its cursor and keeps its keys.
fn window(lines: &[RowLine], menu: &RowMenu, area: Rect) -> (usize, usize, usize) {
    let cursor = lines.iter().position(|line| line.action == menu.cursor).unwrap_or(0);
    let room = usize::from(area.height.saturating_sub(3)).max(1);
    (cursor, (cursor + 1).saturating_sub(room), room)
}

/// The line at a position on the screen.
pub(in crate::tui) fn line_at(state: &Shared, menu: &RowMenu, area: Rect, at: Position) -> Option<RowAction> {
    let lines = state.menu_lines(menu.kind);
    let (_, skipped, room) = window(&lines, menu, area);
    let shown = lines.len().saturating_sub(skipped).min(room);
    let inner = dialog::room(area, COLUMNS, shown + 1);
    let line = usize::from(at.y.checked_sub(inner.y)?);
    (inner.contains(at) && line < shown).then(|| lines.get(skipped + line).map(|line| line.action)).flatten()
}

fn row(state: &Shared, line: &RowLine, is_chosen: bool, (columns, reasons_at): (usize, usize)) -> Line<'static> {
    let ascii = state.look.ascii;
    let mark = if is_chosen { "› " } else { "  " };
    let room = columns.saturating_sub(2 + 1 + width(&line.key));
    let words = match &line.refusal {
        Some(why) => format!("{}{why}", fit(&line.label, reasons_at.min(room), Align::Left, ascii)),
        None => line.label.clone(),
    };
    let words = fit(&words, room, Align::Left, ascii);
    let (of_words, of_key) = match (is_chosen, &line.refusal) {
        (true, _) => (Role::Selected, Role::Selected),
        (false, Some(_)) => (Role::Muted, Role::Muted),
        (false, None) => (Role::Text, Role::Accent),
    };
    Line::from(vec![
        Span::styled(format!("{mark}{words} "), state.look.style(of_words)),
        Span::styled(line.key.clone(), state.look.style(of_key)),
    ])
}

/// What the menu is about.
fn title(state: &Shared, kind: MenuKind) -> String {
    let title = of_row(state);
    if kind == MenuKind::Copy { format!("Copy of: {title}") } else { title }
}

fn of_row(state: &Shared) -> String {
    let subject = state.subject();
    match (state.view, subject.message, subject.batch, subject.error) {
        (ViewKind::Messages, Some(_), ..) => {
            format!("Message to {}", super::number(state).unwrap_or_else(|| "an unknown number".to_owned()))
        }
        (ViewKind::Batches, _, Some(batch), _) => format!("Batch {}", batch.short(false)),
        (ViewKind::Failures, _, _, Some(code)) => format!("Failed: {}", code_or_none(&code)),
        (ViewKind::Failures, _, _, None) => "All worth a retry".to_owned(),
        (ViewKind::Activity, Some(message), ..) if is_change(state) => format!("Message {}", message.short(true)),
        (_, Some(message), ..) => format!("The retry of {}", message.short(true)),
        (_, _, Some(batch), _) => format!("The retry of batch {}", batch.short(false)),
        _ => "Actions".to_owned(),
    }
}

/// Whether the line of the activity under the cursor is a change that was seen, and not an action.
fn is_change(state: &Shared) -> bool {
    state.campaign().and_then(activity::selected).is_some_and(|entry| !entry.is_action())
}
