//! How wide the columns of the list are: left out by rank where room is short, never cut at the
//! edge.

use crate::delivery::{RetryAdvice, code_or_none};
use crate::tui::shared::{Column, ShownColumns, Sortable as _};
use crate::tui::text::width as text_width;

/// Columns before the first one: a mark for messages outside the loaded range or the filter, the
/// mark of the selected row, a blank.
pub(in crate::tui) const MARGIN: usize = 3;

/// From this many columns on a text is worth showing: a name, or that of a file.
pub(in crate::tui) const SHORTEST_TEXT: usize = 14;

/// How short a result can be cut before a column is left out for it.
const SHORTEST_RESULT: usize = 9;

/// From this many columns of text on there are two blanks between columns.
const ROOMY_TEXT: usize = 24;

/// How wide results are in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct ResultWidths {
    /// With whether to retry a failure in a word: `recipient_unavailable, yes`.
    pub short: usize,
    /// In full: `recipient_unavailable, retry yes`.
    pub full: usize,
}

impl ResultWidths {
    /// Of what has not failed: `for 3 h 10 min`, `no report from abroad`.
    const UNFAILED: Self = Self { short: 16, full: 21 };

    /// The longest code that the API publishes: `delivery_unknown_error ×2, retry maybe`. What is longer is cut.
    const LONGEST: Self = Self { short: 29, full: 38 };

    /// With failures of these codes, and whether each is worth a retry.
    pub fn of<'a>(errors: impl Iterator<Item = (&'a str, RetryAdvice)>) -> Self {
        errors.fold(Self::UNFAILED, |widths, (code, advice)| {
            let short = text_width(code_or_none(code)) + ", ".len() + text_width(advice.word());
            Self {
                short: widths.short.max(short).min(Self::LONGEST.short),
                full: widths.full.max(short + "retry ".len()).min(Self::LONGEST.full),
            }
        })
    }
}

/// Who gets the room that is left, in turn, and how wide it is then.
fn growing(result: ResultWidths, has_text: bool) -> [(Column, usize); 5] {
    [
        // The longest number that there is, or on a narrow screen one from a neighbouring country: `62 81200001234`.
        (Column::Recipient, if has_text { 16 } else { 14 }),
        // A name and a place, or a file and a language, tell more than the word "retry".
        (Column::Text, 36),
        (Column::Result, result.full),
        (Column::Text, usize::MAX),
        // Where a text has no room of its own, it is in the result's.
        (Column::Result, ResultWidths::LONGEST.full),
    ]
}

/// Which columns are shown, and what of them must be seen.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Needs<'a> {
    pub chosen: &'a ShownColumns,
    /// The column that the list is sorted by.
    pub ordered_by: Column,
    /// Whether that is not the default order: then its sign must be visible.
    pub is_ordered: bool,
    /// Whether any message is of a batch: otherwise the column would say nothing.
    pub has_batches: bool,
    pub result: ResultWidths,
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
        let says = |column: &Column| *column != Column::Batch || self.has_batches || self.ordered_by == Column::Batch;
        let mut wanted: Vec<Column> = self.chosen.shown().filter(is_left).collect();
        // A row without any column would be none.
        if wanted.iter().any(says) {
            wanted.retain(says);
        }
        wanted
    }

    fn width(&self, column: Column) -> usize {
        let usual = match column {
            // A time of any day has the same width, so that nothing moves at midnight.
            Column::Status | Column::Created | Column::Updated | Column::Recipient | Column::Template => 12,
            Column::Result => self.result.short,
            Column::Attempts | Column::Language => 8,
            Column::Batch => 7,
            Column::Text => SHORTEST_TEXT,
        };
        // Its name, a blank, and the sign of the order.
        if self.is_ordered && column == self.ordered_by { usual.max(text_width(column.label()) + 2) } else { usual }
    }

    /// Its rank: the highest is left out first.
    fn rank(&self, column: Column) -> u8 {
        match column {
            // Without it the order of the rows would be a riddle.
            _ if self.is_ordered && column == self.ordered_by => 0,
            Column::Status => 1,
            Column::Created => 2,
            Column::Recipient => 3,
            Column::Result => 4,
            // The user chose these.
            Column::Updated => 5,
            Column::Attempts => 6,
            Column::Language => 7,
            Column::Template => 8,
            // What a message says tells more than its batch's id.
            Column::Text => 9,
            Column::Batch => 10,
        }
    }

    /// Whether it stays where a result can be cut for it instead.
    fn is_firm(&self, column: Column) -> bool {
        self.rank(column) <= 4
    }
}

/// The columns, their widths and the blanks between two of them, for a list of `room` columns.
pub(in crate::tui) fn columns(room: usize, needs: Needs<'_>) -> (Vec<(Column, usize)>, usize) {
    let (tight, roomy) = (with_gap(room, needs, 1), with_gap(room, needs, 2));
    let has_long_text = roomy.iter().any(|(column, width)| *column == Column::Text && *width >= ROOMY_TEXT);
    // No column is left out or made narrower for the sake of blanks.
    let loses_nothing = roomy == tight && tight.iter().all(|(column, _)| *column != Column::Text);
    if has_long_text && roomy.len() == tight.len() || loses_nothing { (roomy, 2) } else { (tight, 1) }
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
    cut_result(&mut columns, over);
    while taken(&columns) > room
        && let Some(index) = worst(&columns).filter(|_| columns.len() > 1)
    {
        columns.remove(index);
    }
    let over = taken(&columns).saturating_sub(room);
    if let Some((_, width)) = columns.first_mut() {
        *width = width.saturating_sub(over).max(1);
    }
    let has_text = columns.iter().any(|(column, _)| *column == Column::Text);
    for (column, wide) in growing(needs.result, has_text) {
        let spare = room.saturating_sub(taken(&columns));
        if let Some((_, width)) = columns.iter_mut().find(|(known, _)| *known == column) {
            *width += spare.min(wide.saturating_sub(*width));
        }
    }
    columns
}

fn cut_result(columns: &mut [(Column, usize)], over: usize) {
    if let Some((_, width)) = columns.iter_mut().find(|(column, _)| *column == Column::Result) {
        *width = width.saturating_sub(over).max(SHORTEST_RESULT.min(*width));
    }
}

#[cfg(test)]
mod tests;
