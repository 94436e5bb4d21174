//! Sorting the rows of a list: at once, or on another thread while the list goes on. A million rows take longer than
//! a key may wait.

use super::RowNumber;
use super::attempts::NO_TIME;
use super::columns::Columns;
use super::order::{Direction, Order, SortBy, status_rank};
use super::recipients::NOT_REPORTED_KEY;
use super::row_list::RowList;

/// Rows with what they are sorted by. Plain data: any thread can sort it, whatever becomes of the store meanwhile.
#[derive(Clone, PartialEq, Eq)]
pub struct Unsorted {
    order: Order,
    /// Newest first.
    rows: Vec<RowNumber>,
    keys: Vec<Key>,
    /// The rows without a key, which come last: those without a value in the column, newest first. In the orders by
    /// creation, all rows as they will be.
    keyless: Vec<RowNumber>,
}

/// What a row is sorted by.
// The value takes 16 bytes in every column, although most need less: 1,000,000 rows are sorted in the same time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    value: u128,
    /// What decides among long recipients with the same beginning.
    rank: u32,
    /// The row's index in [`Unsorted::rows`]: among equals the newest comes first.
    index: u32,
}

/// Rows in an order.
#[derive(Clone, PartialEq, Eq)]
pub struct Sorted {
    pub(super) order: Order,
    pub(super) rows: RowList,
}

impl Unsorted {
    /// Rows, given newest first, for an order.
    pub(super) fn new(columns: &Columns, order: Order, newest: Vec<RowNumber>) -> Self {
        let mut unsorted = Self { order, rows: Vec::new(), keys: Vec::new(), keyless: Vec::new() };
        // The column is chosen once, not for each row.
        match order.by {
            SortBy::Created => unsorted.keyless = by_creation(columns, order.direction, newest),
            SortBy::Updated => {
                // With the highest bit turned, negative numbers sort before the others.
                let key = |time: i64| (time != NO_TIME).then_some(u128::from(time as u64 ^ 1 << 63));
                unsorted.fill(newest, |row| key(columns.updated[row]));
            }
            SortBy::Status => unsorted.fill(newest, |row| status_rank(columns.status[row]).map(u128::from)),
            SortBy::Attempts => {
                unsorted.fill(newest, |row| Some(columns.tries[row]).filter(|tries| *tries != 0).map(u128::from));
            }
            SortBy::Error => {
                let ranks = ranks(std::iter::once(None).chain(columns.names.errors().map(|error| Some(&*error.code))));
                unsorted.fill(newest, |row| ranks[columns.error[row] as usize]);
            }
            SortBy::Batch => {
                let ranks = ranks(std::iter::once(None).chain(columns.batches.numbers().map(|number| columns.batches.id(number))));
                unsorted.fill(newest, |row| ranks[columns.batch[row] as usize]);
            }
            SortBy::Recipient => unsorted.fill_recipients(columns, newest),
        }
        unsorted
    }

    fn fill(&mut self, newest: Vec<RowNumber>, value: impl Fn(usize) -> Option<u128>) {
        self.fill_ranked(newest, |row| value(row).map(|value| (value, 0)));
    }

    fn fill_recipients(&mut self, columns: &Columns, newest: Vec<RowNumber>) {
        let recipients = &columns.recipients;
        let value = |row| Some(recipients.sort_key(row)).filter(|key| *key != NOT_REPORTED_KEY);
        let long = recipients.long_ranks();
        if long.is_empty() {
            self.fill(newest, value);
        } else {
            self.fill_ranked(newest, |row| value(row).map(|value| (value, long.get(&row).copied().unwrap_or_default())));
        }
    }

    fn fill_ranked(&mut self, newest: Vec<RowNumber>, key: impl Fn(usize) -> Option<(u128, u32)>) {
        self.keys.reserve_exact(newest.len());
        let falling = self.order.direction == Direction::Falling;
        for (index, row) in (0..).zip(newest.iter().copied()) {
            match key(row.index()) {
                Some((value, rank)) if falling => self.keys.push(Key { value: !value, rank: !rank, index }),
                Some((value, rank)) => self.keys.push(Key { value, rank, index }),
                None => self.keyless.push(row),
            }
        }
        self.rows = newest;
    }

    /// Sorts them.
    pub fn sort(mut self) -> Sorted {
        self.keys.sort_unstable();
        let keyed = self.keys.iter().map(|key| self.rows[key.index as usize]);
        let rows = RowList::from_ordered(keyed.chain(self.keyless.iter().copied()));
        Sorted { order: self.order, rows }
    }
}

/// The store's own order, or its reverse. Rows without a time come last in both.
fn by_creation(columns: &Columns, direction: Direction, newest: Vec<RowNumber>) -> Vec<RowNumber> {
    let mut rows = newest;
    if direction == Direction::Rising {
        rows.reverse();
        let untimed = rows.partition_point(|row| columns.created[row.index()] == NO_TIME);
        rows.rotate_left(untimed);
    }
    rows
}

/// The ranks of texts among all of them, equal ones sharing a rank.
fn ranks<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> Vec<Option<u128>> {
    let texts: Vec<Option<&str>> = texts.collect();
    let mut sorted: Vec<&str> = texts.iter().copied().flatten().collect();
    sorted.sort_unstable();
    sorted.dedup();
    texts.into_iter().map(|text| sorted.binary_search(&text?).ok().map(|rank| rank as u128)).collect()
}

impl Sorted {
    /// The order that they are in.
    pub fn order(&self) -> Order {
        self.order
    }
}

impl std::fmt::Debug for Unsorted {
    /// Only how many rows: their keys can be personal.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Unsorted({} rows, {:?})", self.keys.len() + self.keyless.len(), self.order)
    }
}

impl std::fmt::Debug for Sorted {
    /// Only how many rows: there can be a million.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Sorted({} rows, {:?})", self.rows.len(), self.order)
    }
}
