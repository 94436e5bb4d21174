//! A list of row numbers that follows the store.

use std::cmp::{Ordering, Reverse};

use jiff::Timestamp;

use super::filter::Sieve;
use super::names::{FAILURE, NO_STATUS};
use super::row_list::RowList;
use super::row_set::RowSet;
use super::{Filter, Merged, Order, RowNumber, Store};

/// The rows that a filter shows, in an order; newest first by creation time and id at first.
///
/// It follows a store: [`View::refresh`] builds it anew, [`View::apply`] corrects it after a merge,
/// and nothing else changes it.
#[derive(Debug, Clone)]
pub struct View {
    filter: Filter,
    order: Order,
    now: Timestamp,
    rows: RowList,
    pinned: Option<RowNumber>,
}

impl View {
    /// A view without rows yet: [`View::refresh`] fills it.
    pub fn new(filter: Filter) -> Self {
        Self::ordered(filter, Order::default())
    }

    /// The same in another order.
    pub fn ordered(filter: Filter, order: Order) -> Self {
        Self { filter, order, now: Timestamp::MIN, rows: RowList::default(), pinned: None }
    }

    /// What it shows.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// In which order.
    pub fn order(&self) -> Order {
        self.order
    }

    /// Builds the list anew from the store. What is open is judged by the newest answer's time,
    /// and stays judged by it until the next time the list is built.
    pub fn refresh(&mut self, store: &Store) {
        self.refresh_at(store, store.newest_answer().unwrap_or(Timestamp::MIN));
    }

    /// The same, with what is open at `now`.
    pub fn refresh_at(&mut self, store: &Store, now: Timestamp) {
        self.now = now;
        let sieve = Sieve::new(store, &self.filter, now);
        let pinned = self.pinned;
        let mut rows: Vec<RowNumber> = if sieve.is_open() {
            store.rows().collect()
        } else {
            store.rows().filter(|row| sieve.passes(*row) || Some(*row) == pinned).collect()
        };
        sort(store, self.order, &mut rows);
        self.rows = RowList::from_ordered(&rows);
    }

    /// Follows a merge: rows that match now are put in their place, others leave.
    pub fn apply(&mut self, store: &Store, merged: &Merged) {
        // A row that moved cannot be found by its old place any more. In the orders by what
        // changes, any touched row may have moved: those are taken out wherever they are.
        let moves = merged.reordered || (self.order != Order::Newest && merged.touched.len() > merged.added.len());
        if moves {
            let mut touched = RowSet::default();
            merged.touched.iter().for_each(|row| touched.insert(*row));
            self.rows.retain(|row| !touched.contains(row));
        }
        let sieve = Sieve::new(store, &self.filter, self.now);
        let order = self.order;
        for row in merged.touched.iter().copied() {
            let compare = |left, right| compare(store, order, left, right);
            if sieve.passes(row) || self.pinned == Some(row) {
                self.rows.insert(row, compare);
            } else {
                self.rows.remove(row, compare);
            }
        }
    }

    /// Keeps a row in the list although it does not match any more, so that what is under the
    /// cursor does not jump away. The row kept before leaves if it does not match.
    pub fn pin(&mut self, store: &Store, row: Option<RowNumber>) {
        let before = std::mem::replace(&mut self.pinned, row);
        if let Some(before) = before.filter(|before| Some(*before) != row)
            && !self.shows(store, before)
        {
            self.rows.remove(before, |left, right| compare(store, self.order, left, right));
        }
    }

    /// Whether a row matches the filter by itself; one that is only kept does not.
    pub fn shows(&self, store: &Store, row: RowNumber) -> bool {
        store.matches(&self.filter, row, self.now)
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at a place, 0 being the first of the list.
    pub fn row(&self, index: usize) -> Option<RowNumber> {
        self.rows.get(index)
    }

    /// The rows from a place on, for the visible window.
    pub fn rows_from(&self, index: usize) -> impl Iterator<Item = RowNumber> + '_ {
        self.rows.iter_from(index)
    }

    /// The place of a row in the list.
    pub fn position(&self, store: &Store, row: RowNumber) -> Option<usize> {
        self.rows.position(row, |left, right| compare(store, self.order, left, right))
    }
}

fn sort(store: &Store, order: Order, rows: &mut Vec<RowNumber>) {
    match order {
        // The store's own order already.
        Order::Newest => {}
        // Comparing recipients where they lie would touch all memory once for each comparison.
        Order::Recipient => {
            let recipients = &store.columns.recipients;
            let mut keyed: Vec<(u128, u32, RowNumber)> =
                (0..).zip(&*rows).map(|(place, row)| (recipients.sort_key(row.index()), place, *row)).collect();
            keyed.sort_unstable_by(|(left_key, left_place, left), (right_key, right_place, right)| {
                let by_recipient = recipients.compare((*left_key, left.index()), (*right_key, right.index()));
                by_recipient.then_with(|| left_place.cmp(right_place))
            });
            *rows = keyed.into_iter().map(|(_, _, row)| row).collect();
        }
        _ => rows.sort_by(|left, right| compare_keys(store, order, *left, *right)),
    }
}

fn compare(store: &Store, order: Order, left: RowNumber, right: RowNumber) -> Ordering {
    compare_keys(store, order, left, right).then_with(|| store.columns.newest_first(left, right))
}

fn compare_keys(store: &Store, order: Order, left: RowNumber, right: RowNumber) -> Ordering {
    let columns = &store.columns;
    let (left, right) = (left.index(), right.index());
    match order {
        Order::Newest => Ordering::Equal,
        Order::Status => status_rank(columns.status[left]).cmp(&status_rank(columns.status[right])),
        Order::Recipient => {
            let key = |row| (columns.recipients.sort_key(row), row);
            columns.recipients.compare(key(left), key(right))
        }
        Order::Error => {
            let key = |row: usize| columns.names.error_of(columns.error[row]).map(|error| &error.code);
            (key(left).is_none(), key(left)).cmp(&(key(right).is_none(), key(right)))
        }
    }
}

/// Failures first, since they need a person; then by how far a message is from its end.
fn status_rank(status: u8) -> (Reverse<bool>, u8) {
    (Reverse(status == FAILURE), if status == NO_STATUS { u8::MAX } else { status })
}
