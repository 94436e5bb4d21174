//! The menu of order and columns: one line for each column of the view on the screen. Choices take effect
//! at once, behind the menu.

use super::{Column, Ordered, Shared, Sortable, ViewKind, order_sign};

/// The menu while it is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) struct OrderMenu {
    /// The line with the cursor.
    pub cursor: usize,
}

/// A line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct OrderLine {
    /// The column's label.
    pub name: &'static str,
    /// Whether the column is shown; `None` where it cannot be hidden.
    pub shown: Option<bool>,
    /// Which end comes first, and its sign, where the table is sorted by it.
    pub ordered: Option<(&'static str, &'static str)>,
    /// Whether the table can be sorted by it.
    pub can_order: bool,
}

impl Shared {
    /// The lines of the menu.
    pub(in crate::tui) fn order_lines(&self) -> Vec<OrderLine> {
        match self.view {
            ViewKind::Batches => lines_of(self.tables.batches),
            ViewKind::Failures => lines_of(self.tables.failures),
            ViewKind::Messages | ViewKind::Activity => {
                let line = |(column, shown): &(Column, bool)| OrderLine {
                    shown: Some(*shown),
                    can_order: column.sort_by().is_some(),
                    ..line(*column, self.tables.messages)
                };
                self.tables.columns.all().iter().map(line).collect()
            }
        }
    }

    /// Whether the columns of the view on the screen can be hidden and moved.
    pub(in crate::tui) fn has_columns(&self) -> bool {
        self.view == ViewKind::Messages
    }
}

fn lines_of<C: Sortable>(order: Ordered<C>) -> Vec<OrderLine> {
    C::all().iter().map(|column| line(*column, order)).collect()
}

fn line<C: Sortable>(column: C, order: Ordered<C>) -> OrderLine {
    let ordered = (column == order.by).then(|| (order.words(), order_sign(order.direction)));
    OrderLine { name: column.label(), shown: None, ordered, can_order: true }
}
