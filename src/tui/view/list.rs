//! The list of messages. Only the rows in the window are turned into cells.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::across::besides;
use super::cells::{RowLook, cell, is_number};
use super::columns::{MARGIN, Needs, columns};
use super::empty;
use crate::delivery::grouped;
use crate::store::RowNumber;
use crate::tui::state::{Campaign, Column, Item, ListCursor, ServerAnswer, Shared, Sortable as _, order_sign};
use crate::tui::text::{self, Align, cut, fit};
use crate::tui::{Action, Context, Role};

/// Draws the heads and the rows. Says where the selected row is.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, heads: Rect, area: Rect) -> Option<Position> {
    let Some(campaign) = state.campaign() else {
        empty::draw_without_campaign(state, buffer, area);
        return None;
    };
    if campaign.list.len() == 0 {
        empty::draw(state, campaign, buffer, area);
        return None;
    }
    let (columns, gap) = columns_of(state, campaign, usize::from(area.width));
    let columns = Columns { columns: &columns, gap };
    draw_heads(state, buffer, heads, columns);
    let height = usize::from(area.height);
    let top = campaign.list.top(&campaign.store, height);
    let selected = campaign.list.index(&campaign.store);
    let mut cursor = None;
    for (line, y) in (area.y..area.bottom()).enumerate() {
        let index = top + line;
        let row_area = Rect { y, height: 1, ..area };
        let is_selected = index == selected;
        if is_selected {
            cursor = Some(Position::new(area.x + 1, y));
        }
        match campaign.list.item(&campaign.store, index) {
            Some(item) => draw_row(state, campaign, buffer, row_area, item, columns, is_selected),
            None => {
                draw_end(state, campaign, buffer, row_area, is_selected && campaign.list.cursor() == ListCursor::End);
                break;
            }
        }
    }
    cursor
}

/// The columns, their widths, and the blanks between two of them.
fn columns_of(state: &Shared, campaign: &Campaign, width: usize) -> (Vec<(Column, usize)>, usize) {
    let needs = Needs {
        chosen: &state.tables.columns,
        ordered_by: state.tables.messages.by,
        is_ordered: !campaign.list.is_newest_first(),
        other_days: lists_other_days(state, campaign),
        skipped: campaign.skipped_columns,
    };
    columns(width, needs)
}

/// The column whose head is there.
pub(in crate::tui) fn head_at(state: &Shared, heads: Rect, column: u16) -> Option<Column> {
    let campaign = state.campaign().filter(|campaign| campaign.list.len() > 0)?;
    let (columns, gap) = columns_of(state, campaign, usize::from(heads.width));
    let mut from = usize::from(heads.x) + MARGIN;
    let stands = |(head, width): &(Column, usize)| {
        let is_there = (from..from + width).contains(&usize::from(column));
        from += width + gap;
        is_there.then_some(*head)
    };
    columns.iter().find_map(stands)
}

/// Whether messages of another day than today can scroll into the window.
fn lists_other_days(state: &Shared, campaign: &Campaign) -> bool {
    let day = |row: RowNumber| {
        let at = campaign.store.cells(row).created_at?;
        Some(at.to_zoned_datetime(state.look.zone.clone()).date())
    };
    let today = state.time_of_day().to_zoned_datetime(state.look.zone.clone()).date();
    if !campaign.list.is_newest_first() {
        // The oldest one can be anywhere.
        let oldest = campaign.store.coverage().oldest.map(|at| at.to_zoned_datetime(state.look.zone.clone()).date());
        return campaign.store.coverage().islands > 0 || oldest.is_some_and(|day| day != today);
    }
    let last = campaign.list.len().checked_sub(1).and_then(|index| campaign.list.item(&campaign.store, index));
    last.and_then(|item| day(item.row)).is_some_and(|day| day != today)
}

/// The columns and the blanks between two of them.
#[derive(Clone, Copy)]
struct Columns<'a> {
    columns: &'a [(Column, usize)],
    gap: usize,
}

fn draw_heads(state: &Shared, buffer: &mut Buffer, area: Rect, columns: Columns<'_>) {
    let mut text = " ".repeat(MARGIN);
    for (column, width) in columns.columns {
        let align = if is_number(*column) { Align::Right } else { Align::Left };
        let order = state.tables.messages;
        let name = if column.label().len() <= *width { column.label() } else { column.name() };
        let signed = format!("{name} {}", order_sign(order.direction));
        let has_sign = *column == order.by && signed.len() <= *width;
        text.push_str(&fit(if has_sign { &signed } else { name }, *width, align, state.look.ascii));
        text.push_str(&" ".repeat(columns.gap));
    }
    buffer.set_stringn(area.x, area.y, text.trim_end(), usize::from(area.width), state.look.style(Role::Heading));
}

fn draw_row(state: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect, item: Item, columns: Columns<'_>, is_selected: bool) {
    let cells = campaign.store.cells(item.row);
    let look = RowLook { selected: is_selected.then(|| selected_style(state, campaign)), left: item.left };
    let base = look.selected.unwrap_or_else(|| state.look.style(Role::Text));
    // Marked comes first: it decides what is retried. Then a row under the cursor that no longer matches; elsewhere
    // what is outside the loaded range.
    let apart = match (item.left, cells.covered) {
        _ if campaign.marked.holds(item.row) => "*",
        (true, _) => "–",
        (false, false) => "•",
        (false, true) => " ",
    };
    let mark = if is_selected { "›" } else { " " };
    let mut spans = vec![Span::styled(format!("{apart}{mark} "), base)];
    for column in columns.columns {
        spans.extend(cell(state, campaign, item.row, &cells, *column, look));
        spans.push(Span::styled(" ".repeat(columns.gap), base));
    }
    if let Some(style) = look.selected {
        buffer.set_style(area, style);
    }
    buffer.set_line(area.x, area.y, &Line::from(spans), area.width);
}

/// How the selected row looks: in full while the list has the focus, otherwise bold with its mark.
fn selected_style(state: &Shared, campaign: &Campaign) -> ratatui::style::Style {
    state.look.style(if campaign.opened.is_some() { Role::SelectedElsewhere } else { Role::Selected })
}

/// The last line: how far the list goes, and how to load more.
fn draw_end(state: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect, is_selected: bool) {
    let style = if is_selected { selected_style(state, campaign) } else { state.look.style(Role::Muted) };
    let mark = if is_selected { "›" } else { " " };
    let width = usize::from(area.width);
    let text = format!(" {mark} {}", end_words(state, campaign, width.saturating_sub(MARGIN)));
    if is_selected {
        buffer.set_style(area, style);
    }
    buffer.set_stringn(area.x, area.y, cut(&text, width, state.look.ascii), width, style);
}

/// The text of the last line. In another order than newest first it says that the order covers what is
/// loaded: the rest can belong anywhere.
fn end_words(state: &Shared, campaign: &Campaign, room: usize) -> String {
    let words = reach_words(state, campaign);
    if campaign.list.is_newest_first() {
        return words;
    }
    let order = state.tables.messages;
    let loaded = match campaign.store.coverage() {
        coverage if coverage.dropped > 0 || campaign.find.is_on() => String::new(),
        coverage => format!("{} loaded, ", grouped(coverage.loaded)),
    };
    // Where room is short, the sign in the head says which end comes first.
    let orders = [format!("sorted {}", order.sentence()), format!("sorted by {}", order.by.label()), format!("by {}", order.by.label())];
    let mut sentences = orders.map(|order| format!("{order}: {loaded}{words}")).into_iter();
    let fitting = sentences.clone().find(|sentence| text::width(sentence) <= room);
    fitting.or_else(|| sentences.next_back()).unwrap_or_default()
}

fn reach_words(state: &Shared, campaign: &Campaign) -> String {
    if campaign.find.is_on() {
        let here = campaign.list.matching(&campaign.store) + campaign.list.below();
        let loaded = format!("{} in what is loaded, {}", grouped(here), state.how_far(campaign));
        return match campaign.find.server() {
            _ if campaign.find.is_reading_further() => "loading more from the server".to_owned(),
            ServerAnswer::Answered { found, more: true, beside, .. } => {
                // Enter elsewhere opens a message.
                let enter = format!("{} on this line loads more", state.keymap.name(Context::Messages, Action::Enter));
                match beside.others {
                    0 => format!("{} loaded of what the server found · {enter}", grouped(*found)),
                    _ => format!("{} found so far; the server did not search · {enter}", grouped(*found)),
                }
            }
            ServerAnswer::Answered { found, more: false, beside, .. } if !beside.is_nothing() => {
                format!("{} found by the server; {}", grouped(*found), besides(beside, false))
            }
            ServerAnswer::Answered { found, more: false, .. } => format!("all that the server found: {}", grouped(*found)),
            ServerAnswer::NotAsked | ServerAnswer::Asking | ServerAnswer::Failed(_) => loaded,
        };
    }
    let how_far = state.how_far(campaign);
    let coverage = campaign.store.coverage();
    if coverage.dropped > 0 {
        format!("kept {}, {how_far} · max_messages keeps more", grouped(coverage.loaded))
    } else if campaign.is_window_whole() && !campaign.choice.window.is_all() {
        let words = campaign.choice.window.words(&state.look.zone, state.now);
        format!("the whole window, {words} · {} shows other times", state.key_for(Action::TimeWindow))
    } else if coverage.complete {
        how_far
    } else if campaign.further_asked {
        format!("{how_far} · reading further back")
    } else {
        format!("{how_far} · {} reads further back", state.key_for(Action::Enter))
    }
}
