//! How wide the columns of the list are: left out by rank where room is short, never cut at the
//! edge.

use crate::tui::shared::{Column, ShownColumns, Sortable as _};

/// Columns before the first one: a mark for messages outside the loaded range or the filter, the
/// mark of the selected row, a blank.
pub(in crate::tui) const MARGIN: usize = 3;

/// From this many columns on a text is worth showing.
const SHORTEST_TEXT: usize = 16;

/// The longest code that the API publishes, `delivery_unknown_error`.
const LONGEST_ERROR: usize = 22;

/// How short an error's code can be cut before a column is left out for it.
const SHORTEST_ERROR: usize = 9;

/// How much longer a number from a neighbouring country is than one from Singapore: `62
/// 81200001234`.
const ABROAD: usize = 2;

/// From this many columns of text on there are two blanks between columns.
const ROOMY_TEXT: usize = 24;

/// How wide some columns must be for what is listed, and which of them are shown.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Needs<'a> {
    pub chosen: &'a ShownColumns,
    /// The column that the list is sorted by.
    pub ordered_by: Column,
    /// Whether that is not the default order: then its sign must be visible.
    pub is_ordered: bool,
    /// Whether messages of other days are listed: their times are longer.
    pub other_days: bool,
    /// How many of the columns that scroll are scrolled away.
    pub skipped: usize,
}

impl Needs<'_> {
    /// The columns to show, without those scrolled away.
    fn wanted(&self) -> Vec<Column> {
        let mut skipped = 0;
        let is_left = |column: &Column| {
            let is_skipped = !column.stays() && skipped < self.skipped;
            skipped += usize::from(is_skipped);
            !is_skipped
        };
        self.chosen.shown().filter(is_left).collect()
    }

    fn width(&self, column: Column) -> usize {
        let usual = match column {
            Column::Status | Column::Recipient => 12,
            Column::Created | Column::Updated => {
                if self.other_days {
                    12
                } else {
                    8
                }
            }
            Column::Error => LONGEST_ERROR - 1,
            Column::Retry | Column::Tried => 5,
            Column::Batch => 7,
            Column::Took => 10,
            Column::Language => 8,
            Column::Template => 12,
            Column::Text => SHORTEST_TEXT,
        };
        if self.is_ordered && column == self.ordered_by { usual.max(signed(column)) } else { usual }
    }

    /// Its rank: the highest is left out first.
    fn rank(&self, column: Column) -> u8 {
        match column {
            // Without it the order of the rows would be a riddle.
            _ if self.is_ordered && column == self.ordered_by => 0,
            Column::Status => 1,
            Column::Created => 2,
            Column::Recipient => 3,
            Column::Error => 4,
            Column::Retry => 5,
            // The user chose these.
            Column::Updated => 6,
            Column::Took => 7,
            Column::Tried => 8,
            Column::Language => 9,
            Column::Batch => 10,
            Column::Template => 11,
            Column::Text => 12,
        }
    }

    /// Whether it stays where an error's code can be cut for it instead.
    fn is_firm(&self, column: Column) -> bool {
        self.rank(column) <= 4
    }
}

/// How wide a head is with the sign of the order.
fn signed(column: Column) -> usize {
    column.label().len() + 2
}

/// The columns, their widths and the blanks between two of them, for a list of `room` columns.
pub(in crate::tui) fn columns(room: usize, needs: Needs<'_>) -> (Vec<(Column, usize)>, usize) {
    let (tight, roomy) = (with_gap(room, needs, 1), with_gap(room, needs, 2));
    let has_long_text = roomy.iter().any(|(column, width)| *column == Column::Text && *width >= ROOMY_TEXT);
    // No column is left out or made narrower for the sake of blanks.
    let loses_nothing = roomy == tight && tight.iter().all(|(column, _)| *column != Column::Text);
    if has_long_text || loses_nothing { (roomy, 2) } else { (tight, 1) }
}

fn with_gap(room: usize, needs: Needs<'_>, gap: usize) -> Vec<(Column, usize)> {
    // One blank column stays at the right edge.
    let room = room.saturating_sub(MARGIN + 1);
    let taken = |columns: &[(Column, usize)]| columns.iter().map(|(_, width)| width + gap).sum::<usize>().saturating_sub(gap);
    let mut columns: Vec<(Column, usize)> = needs.wanted().into_iter().map(|column| (column, needs.width(column))).collect();
    let worst = |columns: &[(Column, usize)]| (0..columns.len()).max_by_key(|index| needs.rank(columns[*index].0));
    while taken(&columns) > room
        && let Some(index) = worst(&columns).filter(|index| columns.len() > 1 && !needs.is_firm(columns[*index].0))
    {
        columns.remove(index);
    }
    // If even that does not fit, what must stay is made narrower, and left out only then.
    let over = taken(&columns).saturating_sub(room);
    cut_error(&mut columns, over);
    while taken(&columns) > room
        && let Some(index) = worst(&columns).filter(|_| columns.len() > 1)
    {
        columns.remove(index);
    }
    let over = taken(&columns).saturating_sub(room);
    if let Some((_, width)) = columns.first_mut() {
        *width = width.saturating_sub(over).max(1);
    }
    // In the default order the sign is shown where it costs nothing.
    let sign = signed(needs.ordered_by).saturating_sub(needs.width(needs.ordered_by));
    for (wanted, by) in [(Column::Recipient, ABROAD), (Column::Error, 1), (needs.ordered_by, sign), (Column::Text, usize::MAX)] {
        let spare = room.saturating_sub(taken(&columns));
        let is_last = wanted == Column::Text;
        if let Some((_, width)) = columns.iter_mut().find(|(column, _)| *column == wanted).filter(|_| is_last || by <= spare) {
            *width += by.min(spare);
        }
    }
    columns
}

fn cut_error(columns: &mut [(Column, usize)], over: usize) {
    if let Some((_, width)) = columns.iter_mut().find(|(column, _)| *column == Column::Error) {
        *width = width.saturating_sub(over).max(SHORTEST_ERROR.min(*width));
    }
}

#[cfg(test)]
mod tests;
