//! The list on the screen: its heads, its rows, and the line below the last one.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::cells::{BESIDE_RESULT, RowLook, cell, head, is_number};
use super::widths::{MARGIN, Needs, ResultWidths, SHORTEST_TEXT, columns};
use super::{end, sum};
use crate::tui::Role;
use crate::tui::shared::{Campaign, Column, Item, ListCursor, Ordered, Shared, order_sign};
use crate::tui::text::{self, Align, fit};
use crate::tui::views::empty;

/// Draws the first line, the heads and the rows. Says where the selected row is.
pub(in crate::tui::views) fn draw(shared: &Shared, buffer: &mut Buffer, filter: Rect, heads: Rect, area: Rect) -> Option<Position> {
    sum::draw(shared, buffer, filter);
    let Some(campaign) = shared.campaign() else {
        empty::draw_without_campaign(shared, buffer, area);
        return None;
    };
    if campaign.list.len() == 0 {
        empty::draw(shared, campaign, buffer, area);
        return None;
    }
    let (columns, gap) = columns_of(shared, campaign, usize::from(area.width));
    let has_text = columns.iter().any(|(column, _)| *column == Column::Text);
    let wants_text = campaign.skipped_columns == 0 && shared.tables.columns.shown().any(|column| column == Column::Text);
    let columns = Columns { columns: &columns, gap, lacks_text: wants_text && !has_text };
    draw_heads(shared, campaign, buffer, heads, columns);
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
            Some(item) => draw_row(shared, campaign, buffer, row_area, item, columns, is_selected),
            None => {
                end::draw(shared, campaign, buffer, row_area, is_selected && campaign.list.cursor() == ListCursor::End);
                break;
            }
        }
    }
    cursor
}

/// The columns, their widths, and the blanks between two of them.
fn columns_of(shared: &Shared, campaign: &Campaign, width: usize) -> (Vec<(Column, usize)>, usize) {
    // Of the whole time window, so that no column moves while the list scrolls.
    let (since, until) = campaign.times();
    let errors = campaign.store.errors(since, until);
    let needs = Needs {
        chosen: &shared.tables.columns,
        ordered_by: Ordered::of_messages(campaign.list.order()).by,
        is_ordered: !campaign.list.is_newest_first(),
        has_batches: campaign.store.has_batches(),
        result: ResultWidths::of(errors.iter().map(|error| (&*error.error.code, error.retry))),
        skipped: campaign.skipped_columns,
    };
    columns(width, needs)
}

/// The column whose head is there.
pub(in crate::tui) fn head_at(shared: &Shared, heads: Rect, column: u16) -> Option<Column> {
    let campaign = shared.campaign().filter(|campaign| campaign.list.len() > 0)?;
    let (columns, gap) = columns_of(shared, campaign, usize::from(heads.width));
    let mut from = usize::from(heads.x) + MARGIN;
    let stands = |(head, width): &(Column, usize)| {
        let is_there = (from..from + width).contains(&usize::from(column));
        from += width + gap;
        is_there.then_some(*head)
    };
    columns.iter().find_map(stands)
}

/// The columns and the blanks between two of them.
#[derive(Clone, Copy)]
struct Columns<'a> {
    columns: &'a [(Column, usize)],
    gap: usize,
    /// Whether the text is wanted, and has no room.
    lacks_text: bool,
}

fn draw_heads(shared: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect, columns: Columns<'_>) {
    let order = Ordered::of_messages(campaign.list.order());
    let mut text = " ".repeat(MARGIN);
    for (column, width) in columns.columns {
        let align = if is_number(*column) { Align::Right } else { Align::Left };
        let name = head(campaign, *column);
        let signed = format!("{name} {}", order_sign(order.direction));
        let has_sign = *column == order.by && text::width(&signed) <= *width;
        let name = if has_sign { &signed } else { name };
        if *column == Column::Result && columns.lacks_text && *width >= BESIDE_RESULT + SHORTEST_TEXT {
            text.push_str(&fit(name, BESIDE_RESULT, align));
            text.push_str(&fit(head(campaign, Column::Text), *width - BESIDE_RESULT, align));
        } else {
            text.push_str(&fit(name, *width, align));
        }
        text.push_str(&" ".repeat(columns.gap));
    }
    buffer.set_stringn(area.x, area.y, text.trim_end(), usize::from(area.width), shared.look.style(Role::Heading));
}

fn draw_row(shared: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect, item: Item, columns: Columns<'_>, is_selected: bool) {
    let cells = campaign.store.cells(item.row);
    let look = RowLook { selected: is_selected.then(|| selected_style(shared, campaign)), left: item.left, lacks_text: columns.lacks_text };
    let base = look.selected.unwrap_or_else(|| shared.look.style(Role::Text));
    // Marked comes first: it decides what is retried. Then a row under the cursor that no longer matches; elsewhere
    // what is outside the loaded range.
    let apart = match (item.left, cells.covered) {
        _ if campaign.marked.holds(item.row) => "*",
        (true, _) => "–",
        (false, false) => "•",
        (false, true) => " ",
    };
    let mark = if is_selected { "›" } else { " " };
    if let Some(style) = look.selected {
        buffer.set_style(area, style);
    }
    buffer.set_stringn(area.x, area.y, format!("{apart}{mark} "), usize::from(area.width), base);
    // The blanks between the cells are there already.
    let mut from = MARGIN;
    for (column, width) in columns.columns {
        let x = area.x.saturating_add(u16::try_from(from).unwrap_or(u16::MAX));
        let line = Line::from(cell(shared, campaign, item.row, &cells, (*column, *width), look));
        buffer.set_line(x, area.y, &line, area.right().saturating_sub(x));
        from += width + columns.gap;
    }
}

/// How the selected row looks: in full while the list has the focus, otherwise bold with its mark.
pub(super) fn selected_style(shared: &Shared, campaign: &Campaign) -> ratatui::style::Style {
    let has_focus = campaign.opened.is_none() && shared.is_view_in_focus();
    shared.look.style(if has_focus { Role::Selected } else { Role::SelectedElsewhere })
}
