//! The messages that a person marked, to plan a retry of all of them at once.
//!
//! A mark belongs to a message, not to a position in a list: it survives every refresh and filter.
//! Row numbers identify messages as long as the store lives.

use std::collections::HashSet;

use crate::store::{RowNumber, Trimmed};

/// The marked messages of a campaign.
#[derive(Debug, Default)]
pub(in crate::tui) struct Marked {
    rows: HashSet<RowNumber>,
    /// The last marked message: a range starts there.
    last: Option<RowNumber>,
}

impl Marked {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether a message is marked.
    pub fn holds(&self, row: RowNumber) -> bool {
        self.rows.contains(&row)
    }

    /// Marks a message, or unmarks it.
    pub fn turn(&mut self, row: RowNumber) {
        if !self.rows.remove(&row) {
            self.rows.insert(row);
        }
        self.last = Some(row);
    }

    /// Marks these; where all of them are marked already, unmarks them.
    pub fn turn_all(&mut self, rows: &[RowNumber]) {
        let before = self.rows.len();
        self.rows.extend(rows);
        if self.rows.len() == before {
            for row in rows {
                self.rows.remove(row);
            }
        }
    }

    /// Marks these.
    pub fn add(&mut self, rows: impl IntoIterator<Item = RowNumber>) {
        self.rows.extend(rows);
    }

    /// Marks those of these that are not marked, and unmarks the others.
    pub fn invert(&mut self, rows: impl IntoIterator<Item = RowNumber>) {
        for row in rows {
            if !self.rows.remove(&row) {
                self.rows.insert(row);
            }
        }
    }

    /// Follows a trim of the store; a range can still start at an unmarked row.
    pub fn forget(&mut self, trimmed: &Trimmed) {
        self.last = self.last.filter(|row| !trimmed.contains(*row));
    }

    /// Where a range starts.
    pub fn last(&self) -> Option<RowNumber> {
        self.last
    }

    /// A range ended here: the next one continues from here.
    pub fn range_ended(&mut self, row: RowNumber) {
        self.last = Some(row);
    }

    /// Removes all marks.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The marked messages, in no order.
    pub fn rows(&self) -> impl Iterator<Item = RowNumber> + '_ {
        self.rows.iter().copied()
    }
}
