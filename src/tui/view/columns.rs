//! Which columns the list has: dropped by rank where room is short, never cut at the edge.

/// How many columns can be scrolled away: whether a retry helps, tried, batch.
pub(in crate::tui) const OPTIONAL_COLUMNS: usize = 3;

/// Columns before the first one: a mark for messages outside the unbroken stretch or the filter, the
/// mark of the selected row, a blank.
pub(super) const MARGIN: usize = 3;

/// From how many columns on a text is worth showing.
const SHORTEST_TEXT: usize = 16;

/// The longest code that the API publishes, `delivery_unknown_error`.
const LONGEST_ERROR: usize = 22;

/// How much longer than one of Singapore a number of a neighbouring country is: `62 81200001234`.
const ABROAD: usize = 2;

/// A column of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// Sign and word.
    Status,
    /// When it was recorded.
    Created,
    /// Whom it is for.
    Recipient,
    /// Why it failed.
    Error,
    /// Whether a retry helps, or how far one is.
    Retry,
    /// How often it was tried.
    Tried,
    /// The batch.
    Batch,
    /// The text.
    Text,
}

impl Column {
    /// Its head.
    pub fn head(self) -> &'static str {
        match self {
            Column::Status => "status",
            Column::Created => "created",
            Column::Recipient => "recipient",
            Column::Error => "error",
            Column::Retry => "retry",
            Column::Tried => "tried",
            Column::Batch => "batch",
            Column::Text => "text",
        }
    }

    /// Whether it holds numbers, which stand to the right.
    pub fn is_number(self) -> bool {
        self == Column::Tried
    }
}

/// How wide some columns must be for what is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Needs {
    /// Whether messages of other days are listed, whose times are longer.
    pub other_days: bool,
    /// How many of the columns that may be left out are scrolled away.
    pub skipped: usize,
}

/// From how many columns of text on two blanks stand between columns.
const ROOMY_TEXT: usize = 24;

/// The columns, their widths and the blanks between two of them, for a list of `room` columns.
pub(super) fn columns(room: usize, needs: Needs) -> (Vec<(Column, usize)>, usize) {
    let (tight, roomy) = (with_gap(room, needs, 1), with_gap(room, needs, 2));
    let has_long_text = roomy.last().is_some_and(|(column, width)| *column == Column::Text && *width >= ROOMY_TEXT);
    // No column is left out, or made narrower, for the sake of blanks.
    let loses_nothing = roomy.len() == tight.len() && roomy[..4] == tight[..4] && tight.len() <= 4 + OPTIONAL_COLUMNS - needs.skipped;
    if has_long_text || loses_nothing { (roomy, 2) } else { (tight, 1) }
}

fn with_gap(room: usize, needs: Needs, gap: usize) -> Vec<(Column, usize)> {
    let created = if needs.other_days { 12 } else { 8 };
    let mut columns = vec![(Column::Status, 12), (Column::Created, created), (Column::Recipient, 12), (Column::Error, LONGEST_ERROR - 1)];
    let optional = [(Column::Retry, 5), (Column::Tried, 5), (Column::Batch, 7)];
    columns.extend(optional.into_iter().skip(needs.skipped));
    let taken = |columns: &[(Column, usize)]| columns.iter().map(|(_, width)| width + gap).sum::<usize>().saturating_sub(gap);
    // One blank column stays at the right edge.
    let room = room.saturating_sub(MARGIN + 1);
    while columns.len() > 4 && taken(&columns) > room {
        columns.pop();
    }
    let over = taken(&columns).saturating_sub(room);
    let spare = room.saturating_sub(taken(&columns));
    if let Some((_, width)) = columns.get_mut(3) {
        // What must stay is made narrower where even that does not fit.
        *width = width.saturating_sub(over).max(1);
    }
    let has_all = columns.len() == 4 + OPTIONAL_COLUMNS.saturating_sub(needs.skipped);
    if has_all && spare > SHORTEST_TEXT + gap {
        // The longest code has room first, then the longer numbers of other countries.
        let error = usize::from(spare > SHORTEST_TEXT + gap + 1);
        let abroad = if spare > SHORTEST_TEXT + gap + error + ABROAD { ABROAD } else { 0 };
        for (place, more) in [(3, error), (2, abroad)] {
            if let Some((_, width)) = columns.get_mut(place) {
                *width += more;
            }
        }
        columns.push((Column::Text, spare - gap - error - abroad));
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(60, false, 4)]
    #[case(80, false, 7)]
    #[case(80, true, 6)]
    #[case(120, true, 8)]
    fn columns_are_left_out_from_the_right(#[case] room: usize, #[case] other_days: bool, #[case] count: usize) {
        assert_eq!(columns(room, Needs { other_days, skipped: 0 }).0.len(), count);
    }

    #[test]
    fn beside_a_text_the_numbers_of_other_countries_are_whole() {
        let (columns, _) = columns(110, Needs { other_days: false, skipped: 0 });
        assert_eq!((columns[2], columns.last().map(|(column, _)| *column)), ((Column::Recipient, 14), Some(Column::Text)));
    }

    proptest! {
        #[test]
        fn they_always_fit(room in 57..400usize, other_days: bool, skipped in 0..=OPTIONAL_COLUMNS) {
            let (columns, gap) = columns(room, Needs { other_days, skipped });
            let taken: usize = columns.iter().map(|(_, width)| width + gap).sum::<usize>() - gap;
            prop_assert!(MARGIN + taken < room);
            prop_assert!(columns.iter().all(|(_, width)| *width >= 5));
            prop_assert_eq!(columns[3].0, Column::Error);
        }
    }
}
