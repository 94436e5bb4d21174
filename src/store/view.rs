//! A list of row numbers that follows the store.

mod times; // ranges of creation times

use std::ops::Range;

use jiff::Timestamp;

use super::attempts::NO_TIME;
use super::both::both;
use super::divide::Divider;
use super::filter::Sieve;
use super::order::{Direction, SortBy};
use super::rough::Rough;
use super::row_list::RowList;
use super::row_set::RowSet;
use super::{Filter, Merged, Order, RowNumber, Store, Trimmed};

/// From this many chunks of rows on, a second thread is worth starting.
const CHUNKS_WORTH_A_THREAD: usize = 50;

/// The rows that a filter shows, in an order; initially newest first by creation time and id.
///
/// It follows a store: [`View::refresh`] rebuilds it, [`View::apply`] updates it after a merge, [`View::forget`]
/// after a [`Store::trim`], and nothing else changes it.
///
/// Sorting a million rows takes longer than a key press may. So [`View::set_order`] only divides them into groups;
/// [`View::sort_window`] sorts a window at once, and [`View::sort`] all of it.
#[derive(Debug, Clone)]
pub struct View {
    filter: Filter,
    order: Order,
    now: Timestamp,
    rows: Listed,
    pinned: Option<RowNumber>,
}

#[derive(Debug, Clone)]
enum Listed {
    Sorted(RowList),
    Rough(Box<Rough>),
}

impl View {
    /// A view without rows yet: [`View::refresh`] fills it.
    pub fn new(filter: Filter) -> Self {
        Self::ordered(filter, Order::default())
    }

    /// The same in another order.
    pub fn ordered(filter: Filter, order: Order) -> Self {
        Self { filter, order, now: Timestamp::MIN, rows: Listed::Sorted(RowList::default()), pinned: None }
    }

    /// What it shows.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// In which order.
    pub fn order(&self) -> Order {
        self.order
    }

    /// Rebuilds the list from the store. Which messages are on the way is judged by the newest answer's time, until
    /// the list is built again.
    pub fn refresh(&mut self, store: &Store) {
        self.refresh_at(store, store.newest_answer().unwrap_or(Timestamp::MIN));
    }

    /// The same, with the messages on the way at `now`.
    pub fn refresh_at(&mut self, store: &Store, now: Timestamp) {
        self.divide(store, now);
        self.sort(store);
    }

    /// Like [`View::refresh`], but sorted only as far as by [`View::set_order`].
    pub fn refresh_roughly(&mut self, store: &Store) {
        self.divide(store, store.newest_answer().unwrap_or(Timestamp::MIN));
    }

    /// Shows the same rows in another order, not all of them in position yet: until [`View::sort`], only the windows
    /// given to [`View::sort_window`] are.
    pub fn set_order(&mut self, store: &Store, order: Order) {
        self.order = order;
        self.divide(store, self.now);
    }

    /// Whether every row is in position.
    pub fn is_sorted(&self) -> bool {
        matches!(self.rows, Listed::Sorted(_))
    }

    /// Puts the rows of this window in order.
    pub fn sort_window(&mut self, store: &Store, window: Range<usize>) {
        if let Listed::Rough(rough) = &mut self.rows {
            rough.sort_window(&store.columns, window);
        }
    }

    /// Puts the whole list in order.
    pub fn sort(&mut self, store: &Store) {
        if let Listed::Rough(_) = self.rows
            && let Listed::Rough(rough) = std::mem::replace(&mut self.rows, Listed::Sorted(RowList::default()))
        {
            self.rows = Listed::Sorted(rough.into_sorted(&store.columns));
        }
    }

    fn divide(&mut self, store: &Store, now: Timestamp) {
        self.now = now;
        let mut rows = self.matching(store);
        self.rows = match Divider::new(&store.columns, self.order) {
            Some(divider) => Listed::Rough(Box::new(Rough::new(&store.columns, self.order, divider, rows))),
            // The store's own order, or its reverse.
            None => {
                if self.order.direction == Direction::Rising {
                    rows.reverse();
                    let untimed = rows.partition_point(|row| store.columns.created[row.index()] == NO_TIME);
                    rows.rotate_left(untimed);
                }
                Listed::Sorted(RowList::from_ordered(&rows))
            }
        };
    }

    /// The rows that the filter shows, newest first.
    fn matching(&self, store: &Store) -> Vec<RowNumber> {
        let sieve = Sieve::new(store, &self.filter, self.now);
        let pinned = self.pinned;
        let chunks = store.order.chunks();
        let of = |chunks: &[Vec<RowNumber>]| -> Vec<RowNumber> {
            if sieve.is_open() {
                return chunks.concat();
            }
            chunks.iter().flatten().copied().filter(|row| sieve.passes(*row) || Some(*row) == pinned).collect()
        };
        let in_turn = sieve.is_open() || chunks.len() < CHUNKS_WORTH_A_THREAD;
        let (first, second) = chunks.split_at(if in_turn { chunks.len() } else { chunks.len() / 2 });
        let (mut rows, more) = both(second.is_empty(), || of(first), || of(second));
        rows.extend(more);
        rows
    }

    /// Follows a merge: rows that match now are inserted, others removed.
    pub fn apply(&mut self, store: &Store, merged: &Merged) {
        self.sort(store);
        let Listed::Sorted(rows) = &mut self.rows else { return };
        // A row that moved can no longer be found by its old position. In orders by a changing column, any touched
        // row may have moved: those are removed wherever they are.
        let moves = merged.reordered || (self.order.by != SortBy::Created && merged.touched.len() > merged.added.len());
        if moves {
            let mut touched = RowSet::default();
            merged.touched.iter().for_each(|row| touched.insert(*row));
            rows.retain(|row| !touched.contains(row));
        }
        let sieve = Sieve::new(store, &self.filter, self.now);
        let order = self.order;
        for row in merged.touched.iter().copied() {
            let compare = |left, right| order.compare(store, left, right);
            if sieve.passes(row) || self.pinned == Some(row) {
                rows.insert(row, compare);
            } else {
                rows.remove(row, compare);
            }
        }
    }

    /// Follows a trim of the store.
    pub fn forget(&mut self, store: &Store, trimmed: &Trimmed) {
        if trimmed.is_empty() {
            return;
        }
        self.pinned = self.pinned.filter(|row| !trimmed.contains(*row));
        match &mut self.rows {
            Listed::Sorted(rows) => rows.retain(|row| !trimmed.contains(row)),
            Listed::Rough(_) => self.divide(store, self.now),
        }
    }

    /// Keeps a row in the list although it no longer matches, so that the row under the cursor does not jump away.
    /// The row kept before is removed if it does not match.
    pub fn pin(&mut self, store: &Store, row: Option<RowNumber>) {
        let before = std::mem::replace(&mut self.pinned, row);
        if let Some(before) = before.filter(|before| Some(*before) != row)
            && !self.shows(store, before)
        {
            self.sort(store);
            if let Listed::Sorted(rows) = &mut self.rows {
                rows.remove(before, |left, right| self.order.compare(store, left, right));
            }
        }
    }

    /// Whether a row itself matches the filter; one that is only kept does not.
    pub fn shows(&self, store: &Store, row: RowNumber) -> bool {
        store.matches(&self.filter, row, self.now)
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        match &self.rows {
            Listed::Sorted(rows) => rows.len(),
            Listed::Rough(rough) => rough.len(),
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at an index, 0 being the first of the list.
    pub fn row(&self, index: usize) -> Option<RowNumber> {
        match &self.rows {
            Listed::Sorted(rows) => rows.get(index),
            Listed::Rough(rough) => rough.row(index),
        }
    }

    /// The rows from an index on, for the visible window.
    pub fn rows_from(&self, index: usize) -> impl Iterator<Item = RowNumber> + '_ {
        let (sorted, rough) = match &self.rows {
            Listed::Sorted(rows) => (Some(rows.iter_from(index)), None),
            Listed::Rough(rough) => (None, Some(rough.rows_from(index))),
        };
        sorted.into_iter().flatten().chain(rough.into_iter().flatten())
    }

    /// The index of a row in the list: where it is, or will be once the list is sorted.
    pub fn position(&self, store: &Store, row: RowNumber) -> Option<usize> {
        match &self.rows {
            Listed::Sorted(rows) => rows.position(row, |left, right| self.order.compare(store, left, right)),
            Listed::Rough(rough) => rough.position(store, row),
        }
    }
}
