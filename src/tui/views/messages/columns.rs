//! Which columns the list of messages has, and in which order.

use crate::store::{Direction, SortBy};
use crate::tui::shared::Sortable;

/// A column of the list of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Column {
    /// Sign and word.
    Status,
    /// When it was recorded.
    Created,
    /// When its record last changed, as the API reports it.
    Updated,
    /// Whom it is for.
    Recipient,
    /// What came of it: why it failed, or how long it took.
    Result,
    /// The number of attempts.
    Attempts,
    Batch,
    /// The text's language.
    Language,
    /// The template's id.
    Template,
    /// What tells messages apart: values or body; while masked, the batch's file and the language.
    Text,
}

impl Column {
    /// All of them, in the order of decisions.
    pub const ALL: [Column; 10] = [
        Column::Status,
        Column::Created,
        Column::Updated,
        Column::Recipient,
        Column::Result,
        Column::Attempts,
        Column::Batch,
        Column::Language,
        Column::Template,
        Column::Text,
    ];

    /// Whether it is shown by default.
    fn is_usual(self) -> bool {
        !matches!(self, Column::Updated | Column::Attempts | Column::Language | Column::Template)
    }

    /// Whether it stays while the others scroll to the left: without these a row could be any message.
    pub fn stays(self) -> bool {
        matches!(self, Column::Status | Column::Created | Column::Recipient)
    }

    /// What the store sorts by for it; `None` where the store cannot sort by it.
    pub fn sort_by(self) -> Option<SortBy> {
        Some(match self {
            Column::Status => SortBy::Status,
            Column::Created => SortBy::Created,
            Column::Updated => SortBy::Updated,
            Column::Recipient => SortBy::Recipient,
            Column::Result => SortBy::Error,
            Column::Attempts => SortBy::Attempts,
            Column::Batch => SortBy::Batch,
            Column::Language | Column::Template | Column::Text => return None,
        })
    }
}

impl Sortable for Column {
    fn all() -> &'static [Self] {
        &Self::ALL
    }

    fn first() -> Self {
        Column::Created
    }

    fn can_sort(self) -> bool {
        self.sort_by().is_some()
    }

    fn name(self) -> &'static str {
        match self {
            Column::Status => "status",
            Column::Created => "created",
            Column::Updated => "updated",
            Column::Recipient => "recipient",
            Column::Result => "result",
            // As sessions of earlier versions have it.
            Column::Attempts => "tried",
            Column::Batch => "batch",
            Column::Language => "language",
            Column::Template => "template",
            Column::Text => "text",
        }
    }

    fn label(self) -> &'static str {
        if self == Column::Attempts { "attempts" } else { self.name() }
    }

    fn usual(self) -> Direction {
        match self {
            Column::Created | Column::Updated | Column::Attempts => Direction::Falling,
            _ => Direction::Rising,
        }
    }

    fn words(self, direction: Direction) -> &'static str {
        match (self, direction) {
            (Column::Status, Direction::Rising) => "failed first",
            (Column::Status, Direction::Falling) => "delivered first",
            (Column::Created | Column::Updated, Direction::Falling) => "newest first",
            (Column::Created | Column::Updated, Direction::Rising) => "oldest first",
            (Column::Recipient, Direction::Rising) => "lowest first",
            (Column::Recipient, Direction::Falling) => "highest first",
            (Column::Result, Direction::Rising) => "errors a to z",
            (Column::Result, Direction::Falling) => "errors z to a",
            (Column::Attempts, Direction::Falling) => "most first",
            (Column::Attempts, Direction::Rising) => "fewest first",
            (_, Direction::Rising) => "a to z",
            (_, Direction::Falling) => "z to a",
        }
    }

    fn named(name: &str) -> Option<Self> {
        // In earlier sessions errors have a column of their own.
        let name = if name == "error" { "result" } else { name };
        Self::ALL.into_iter().find(|column| column.name() == name)
    }
}

/// The columns in the order of the list, each with whether it is shown. At least one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct ShownColumns(Vec<(Column, bool)>);

impl Default for ShownColumns {
    fn default() -> Self {
        Self(Column::ALL.into_iter().map(|column| (column, column.is_usual())).collect())
    }
}

impl ShownColumns {
    /// All of them, shown or not.
    pub fn all(&self) -> &[(Column, bool)] {
        &self.0
    }

    pub fn shown(&self) -> impl Iterator<Item = Column> + '_ {
        self.0.iter().filter(|(_, shown)| *shown).map(|(column, _)| *column)
    }

    /// How many steps the columns can be scrolled: the last one stays.
    pub fn scrolls(&self) -> usize {
        self.shown().filter(|column| !column.stays()).count().saturating_sub(1)
    }

    /// Shows a column, or hides it. False where it is the only one shown.
    pub fn turn(&mut self, column: Column) -> bool {
        if self.shown().eq([column]) {
            return false;
        }
        if let Some((_, shown)) = self.0.iter_mut().find(|(known, _)| *known == column) {
            *shown = !*shown;
        }
        true
    }

    pub fn show(&mut self, column: Column) {
        if let Some((_, shown)) = self.0.iter_mut().find(|(known, _)| *known == column) {
            *shown = true;
        }
    }

    /// Moves a column to the left (-1) or to the right (1). False at the ends.
    pub fn shift(&mut self, index: usize, steps: isize) -> bool {
        match index.checked_add_signed(steps) {
            Some(other) if other < self.0.len() && index < self.0.len() => {
                self.0.swap(index, other);
                true
            }
            _ => false,
        }
    }

    /// The columns by name: all in their order, and the hidden ones.
    pub fn saved(&self) -> (Vec<String>, Vec<String>) {
        let name = |(column, _): &(Column, bool)| column.name().to_owned();
        (self.0.iter().map(name).collect(), self.0.iter().filter(|(_, shown)| !shown).map(name).collect())
    }

    /// The columns with these names. Unknown ones are ignored, and missing ones get their default position.
    pub fn of_saved(names: &[String], hidden: &[String]) -> Self {
        let mut columns: Vec<(Column, bool)> = Vec::new();
        for name in names {
            if let Some(column) = Column::named(name).filter(|column| columns.iter().all(|(known, _)| known != column)) {
                columns.push((column, !hidden.contains(name)));
            }
        }
        let mut before = None;
        for column in Column::ALL {
            if columns.iter().all(|(known, _)| *known != column) {
                let after = columns.iter().position(|(known, _)| Some(*known) == before).map_or(0, |index| index + 1);
                columns.insert(after, (column, column.is_usual()));
            }
            before = Some(column);
        }
        if columns.iter().any(|(_, shown)| *shown) { Self(columns) } else { Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(of: &[&str]) -> Vec<String> {
        of.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn one_column_always_stays() {
        let mut columns = ShownColumns::default();
        for column in Column::ALL.into_iter().filter(|column| column.is_usual() && *column != Column::Batch) {
            assert!(columns.turn(column));
        }
        assert!(!columns.turn(Column::Batch), "the only one");
        assert!(columns.shown().eq([Column::Batch]));
        assert!(columns.turn(Column::Updated) && columns.turn(Column::Batch));
        assert!(columns.shown().eq([Column::Updated]));
    }

    #[test]
    fn a_column_moves_and_stops_at_the_ends() {
        let mut columns = ShownColumns::default();
        assert!(!columns.shift(0, -1) && !columns.shift(9, 1) && !columns.shift(10, -1));
        assert!(columns.shift(3, -1) && columns.shift(2, -1));
        assert!(columns.shown().take(3).eq([Column::Status, Column::Recipient, Column::Created]));
    }

    #[test]
    fn what_scrolls_leaves_the_last_one() {
        let mut columns = ShownColumns::default();
        assert_eq!(columns.scrolls(), 2, "result, batch");
        for column in [Column::Result, Column::Batch, Column::Text] {
            columns.turn(column);
        }
        assert_eq!(columns.scrolls(), 0);
    }

    #[test]
    fn names_of_another_version_are_taken_as_far_as_they_are_known() {
        let columns = ShownColumns::of_saved(&names(&["text", "colour", "status", "text", "created"]), &names(&["created", "colour"]));
        let (order, hidden) = columns.saved();
        assert_eq!(order[..3], ["text", "status", "created"]);
        assert_eq!(hidden, ["created", "updated", "tried", "language", "template"]);
        assert_eq!(order.len(), Column::ALL.len());
        assert_eq!(ShownColumns::of_saved(&[], &[]), ShownColumns::default());
        let all = names(&["status"]);
        assert!(ShownColumns::of_saved(&all, &all).shown().count() > 0, "what hides everything shows the rest");
    }

    #[test]
    fn the_columns_of_earlier_versions_have_their_successors() {
        let order = names(&["recipient", "status", "retry", "tried", "error", "took", "created", "text"]);
        let columns = ShownColumns::of_saved(&order, &names(&["took", "text"]));
        let expected = [Column::Recipient, Column::Status, Column::Attempts, Column::Batch, Column::Result, Column::Created];
        assert!(columns.shown().eq(expected), "{columns:?}");
        assert!(!ShownColumns::of_saved(&order, &names(&["error"])).shown().any(|column| column == Column::Result));
    }

    proptest! {
        #[test]
        fn what_was_chosen_comes_back(steps in prop::collection::vec((0..10usize, 0..3u8), 0..40)) {
            let mut columns = ShownColumns::default();
            for (index, kind) in steps {
                match kind {
                    0 => columns.turn(columns.all()[index].0),
                    1 => columns.shift(index, -1),
                    _ => columns.shift(index, 1),
                };
                prop_assert!(columns.shown().count() > 0);
            }
            let (order, hidden) = columns.saved();
            prop_assert_eq!(ShownColumns::of_saved(&order, &hidden), columns);
        }
    }
}
