//! The menu of filters, and that of time windows.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{dialog, keys};
use crate::delivery::grouped;
use crate::tui::state::{Campaign, FilterMenu, FilterMenuKind, MenuItem, MenuLine, Shared};
use crate::tui::text::{Align, cut, fit, width};
use crate::tui::{Action, Context, Role, sign};

/// How wide the box is.
const COLUMNS: u16 = dialog::WIDEST;

/// How wide the names of the sections are, including a blank.
const SECTION: usize = 7;

/// How wide a count is.
const COUNT: usize = 10;

/// The lines of the box besides those of the menu: the result and the keys.
const OTHERS: usize = 2;

/// How many lines of a menu fit.
fn room(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(2)).saturating_sub(OTHERS).max(1)
}

/// How many lines a page key moves.
pub(in crate::tui) fn page(state: &Shared) -> isize {
    let page = room(state.layout().body).saturating_sub(1).max(1);
    isize::try_from(page).unwrap_or(1)
}

/// Draws the menu. The cursor is on its line.
pub(in crate::tui) fn draw(state: &Shared, menu: &FilterMenu, buffer: &mut Buffer, area: Rect) -> Position {
    let Some(campaign) = state.campaign() else { return Position::new(area.x, area.y) };
    let room = room(area);
    // On a low screen the menu scrolls with its cursor and keeps its keys.
    let skipped = (menu.cursor + 1).saturating_sub(room);
    let columns = dialog::width(area, COLUMNS);
    let mut lines = vec![result(state, campaign, menu, columns)];
    let mut section = "";
    for (index, line) in menu.lines.iter().enumerate().skip(skipped).take(room) {
        let name = if line.section() == section && index > skipped { "" } else { line.section() };
        section = line.section();
        lines.push(draw_line(state, menu, line, name, index == menu.cursor, columns));
    }
    let below = menu.lines.len().saturating_sub(skipped + room);
    lines.push(named_keys(state, menu, below, columns));
    let title = match menu.kind {
        FilterMenuKind::Filter => "Show messages that are",
        FilterMenuKind::Times => "Show messages, batches and failures of",
    };
    dialog::draw(state, buffer, area, title, COLUMNS, &lines, (SECTION, menu.cursor - skipped + 1))
}

/// What Enter would show, and how much that is.
fn result(state: &Shared, campaign: &Campaign, menu: &FilterMenu, columns: usize) -> Line<'static> {
    let words = menu.choice().words(&campaign.zone, campaign.now);
    let words = if words.is_empty() { "everything".to_owned() } else { words };
    let number = menu.result.map_or_else(|| "…".to_owned(), grouped);
    let of = format!(": {number} of {} loaded", grouped(campaign.store.coverage().loaded));
    // The figure is never cut, whatever happens to the words.
    let words = cut(&words, columns.saturating_sub(width(&of)), state.look.ascii).into_owned();
    Line::from(vec![Span::styled(words, state.look.style(Role::Accent)), Span::styled(of, state.look.style(Role::Strong))])
}

fn draw_line(state: &Shared, menu: &FilterMenu, line: &MenuLine, section: &str, is_selected: bool, columns: usize) -> Line<'static> {
    let ascii = state.look.ascii;
    let style = state.look.style(if is_selected { Role::Selected } else { Role::Text });
    let mark = if is_selected { "›" } else { " " };
    let tick = match menu.tick(&line.item) {
        Some(true) => "[x]",
        Some(false) => "[ ]",
        None => "   ",
    };
    let text = match &line.item {
        MenuItem::Status(status) => format!("{} {}", sign(status, ascii), line.text),
        _ => line.text.clone(),
    };
    let number = match line.count {
        Some(number) => grouped(number),
        None if line.leads_on() => String::new(),
        None => "…".to_owned(),
    };
    let room = columns.saturating_sub(SECTION + COUNT);
    Line::from(vec![
        // Only the word: without colours a heading is underlined.
        Span::styled(section.to_owned(), state.look.style(Role::Heading)),
        Span::raw(" ".repeat(SECTION.saturating_sub(width(section)))),
        Span::styled(fit(&format!("{mark} {tick} {text}"), room, Align::Left, ascii), style),
        Span::styled(fit(&number, COUNT, Align::Right, ascii), style),
    ])
}

/// The keys, and how many lines there are below.
fn named_keys(state: &Shared, menu: &FilterMenu, below: usize, columns: usize) -> Line<'static> {
    let more = if below > 0 { format!("  {} more below", grouped(below)) } else { String::new() };
    let mut named = keys::bound(state, Context::Menu, [(Action::Enter, "show"), (Action::Toggle, "tick")]);
    if menu.kind == FilterMenuKind::Filter {
        named.extend(keys::bound(state, Context::Menu, [(Action::PlanRetry, "plan these")]));
    }
    if matches!(menu.selected(), Some(MenuItem::Named(_))) {
        named.extend(keys::bound(state, Context::Menu, [(Action::Delete, "delete")]));
    }
    named.extend(keys::bound(state, Context::Menu, [(Action::Back, "close")]));
    let mut line = keys::line(state, &named, columns.saturating_sub(width(&more)));
    let rest = columns.saturating_sub(line.width());
    line.push_span(Span::styled(fit(&more, rest, Align::Right, state.look.ascii), state.look.style(Role::Muted)));
    line
}
