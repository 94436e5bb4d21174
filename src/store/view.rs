//! A list of row numbers that follows the store.

use jiff::Timestamp;

use super::{Filter, Merged, RowNumber, Store};

/// The rows that a filter shows, newest first by creation time and id.
#[derive(Debug, Clone)]
pub struct View {
    filter: Filter,
    now: Timestamp,
    rows: Vec<RowNumber>,
}

impl View {
    /// A view without rows yet: [`View::refresh`] fills it.
    pub fn new(filter: Filter) -> Self {
        Self { filter, now: Timestamp::MIN, rows: Vec::new() }
    }

    /// What it shows.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Builds the list anew from the store. What is open is judged by the newest answer's time.
    pub fn refresh(&mut self, store: &Store) {
        self.now = store.newest_answer().unwrap_or(Timestamp::MIN);
        self.rows = store.rows().filter(|row| store.matches(&self.filter, *row, self.now)).collect();
    }

    /// Follows a merge: rows that match now are put in their place, others leave.
    pub fn apply(&mut self, store: &Store, merged: &Merged) {
        if !merged.is_empty() {
            self.refresh(store);
        }
    }

    /// How many rows it shows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it shows none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row at a place, 0 being the first of the list.
    pub fn row(&self, index: usize) -> Option<RowNumber> {
        self.rows.get(index).copied()
    }

    /// The rows from a place on, for the visible window.
    pub fn rows_from(&self, index: usize) -> impl Iterator<Item = RowNumber> + '_ {
        self.rows.iter().skip(index).copied()
    }

    /// The place of a row in the list.
    pub fn position(&self, store: &Store, row: RowNumber) -> Option<usize> {
        let _ = store;
        self.rows.iter().position(|known| *known == row)
    }
}
