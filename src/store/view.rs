//! A list of row numbers that follows the store.

use jiff::Timestamp;

use super::counts::minute_of;
use super::filter::{Sieve, bounds};
use super::order::SortBy;
use super::row_list::RowList;
use super::row_set::RowSet;
use super::sort::{Sorted, Unsorted};
use super::{Filter, Merged, Order, RowNumber, Store, Trimmed};
use crate::delivery::Patience;

/// Up to this many rows are inserted or removed one by one when a range moves; for more, the list is rebuilt.
const FEW: usize = 5_000;

/// From this many chunks of rows on, a second thread is worth starting, which takes some 50 µs.
const CHUNKS_WORTH_A_THREAD: usize = 50;

/// The rows that a filter shows, in an order; initially newest first by creation time and id.
///
/// It follows a store: [`View::refresh`] rebuilds it, [`View::apply`] updates it after a merge, [`View::forget`]
/// after a [`Store::trim`], and nothing else changes it.
///
/// Sorting a million rows takes longer than a key press may. So [`View::start_sort`] gives what any thread can sort; the
/// list keeps its order and follows the store until [`View::finish_sort`].
#[derive(Debug, Clone)]
pub struct View {
    filter: Filter,
    order: Order,
    now: Timestamp,
    /// The minute and the patience by which classes were judged.
    judged: Option<(i64, Patience)>,
    rows: RowList,
    pinned: Option<RowNumber>,
    /// While its rows are sorted elsewhere: those that came, went or may have moved since.
    changed: Option<RowSet>,
}

impl View {
    /// A view without rows yet: [`View::refresh`] fills it.
    pub fn new(filter: Filter) -> Self {
        Self::ordered(filter, Order::default())
    }

    /// The same in another order.
    pub fn ordered(filter: Filter, order: Order) -> Self {
        Self { filter, order, now: Timestamp::MIN, judged: None, rows: RowList::default(), pinned: None, changed: None }
    }

    /// What it shows.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// In which order.
    pub fn order(&self) -> Order {
        self.order
    }

    /// Rebuilds the list from the store. Classes are judged by the newest answer's time, until [`View::move_on`].
    pub fn refresh(&mut self, store: &Store) {
        self.refresh_at(store, store.newest_answer().unwrap_or(Timestamp::MIN));
    }

    /// The same, with the classes at `now`.
    pub fn refresh_at(&mut self, store: &Store, now: Timestamp) {
        self.now = now;
        self.judged = self.judgement(store);
        self.changed = None;
        self.rows = Unsorted::new(&store.columns, self.order, self.matching(store)).sort().rows;
    }

    /// The rows that the filter shows, newest first. Two threads share the work: alone, one takes 15 ms to search a
    /// million recipients for four digits.
    fn matching(&self, store: &Store) -> Vec<RowNumber> {
        let sieve = Sieve::new(store, &self.filter, self.now);
        let chunks = store.order.chunks();
        if sieve.is_open() {
            return chunks.concat();
        }
        let passes = |row: &RowNumber| sieve.passes(*row) || Some(*row) == self.pinned;
        let of = |chunks: &[Vec<RowNumber>]| -> Vec<RowNumber> { chunks.iter().flatten().copied().filter(passes).collect() };
        if chunks.len() < CHUNKS_WORTH_A_THREAD {
            return of(chunks);
        }
        let (first, second) = chunks.split_at(chunks.len() / 2);
        std::thread::scope(|scope| {
            let second = scope.spawn(|| of(second));
            let mut rows = of(first);
            match second.join() {
                Ok(second) => rows.extend(second),
                Err(panic) => std::panic::resume_unwind(panic),
            }
            rows
        })
    }

    /// Shows the same rows in another order.
    pub fn set_order(&mut self, store: &Store, order: Order) {
        let sorted = self.start_sort(store, order).sort();
        self.finish_sort(store, sorted);
    }

    /// Its rows, to be sorted in another order. Until [`View::finish_sort`] it keeps the one it has.
    pub fn start_sort(&mut self, store: &Store, order: Order) -> Unsorted {
        let newest = if self.order == Order::NEWEST {
            self.rows.iter().collect()
        } else {
            let listed: RowSet = self.rows.iter().collect();
            store.order.iter().filter(|row| listed.contains(*row)).collect()
        };
        self.changed = Some(RowSet::default());
        Unsorted::new(&store.columns, order, newest)
    }

    /// Shows its rows in the order in which they were sorted. What happened to them since [`View::start_sort`] holds. If
    /// the list was built again since, it stays as it is.
    pub fn finish_sort(&mut self, store: &Store, sorted: Sorted) {
        let Some(changed) = self.changed.take() else { return };
        let still_listed: Vec<RowNumber> = self.rows.iter().filter(|row| changed.contains(*row)).collect();
        (self.order, self.rows) = (sorted.order, sorted.rows);
        self.rows.retain(|row| !changed.contains(row));
        for row in still_listed {
            self.rows.insert(row, |left, right| self.order.compare(store, left, right));
        }
    }

    /// Inserts those of the rows that are shown, and removes the others. One that may have moved must not be in the list
    /// any more.
    fn place(&mut self, store: &Store, rows: impl Iterator<Item = RowNumber>) {
        let sieve = Sieve::new(store, &self.filter, self.now);
        let order = self.order;
        for row in rows {
            let compare = |left, right| order.compare(store, left, right);
            if sieve.passes(row) || self.pinned == Some(row) {
                self.rows.insert(row, compare);
            } else {
                self.rows.remove(row, compare);
            }
            if let Some(changed) = &mut self.changed {
                changed.insert(row);
            }
        }
    }

    /// Follows a merge: rows that match now are inserted, others removed.
    pub fn apply(&mut self, store: &Store, merged: &Merged) {
        // A row that moved can no longer be found by its old position. In orders by a changing column, any touched
        // row may have moved: those are removed wherever they are.
        let moves = merged.reordered || (self.order.by != SortBy::Created && merged.touched.len() > merged.added.len());
        if moves {
            let touched: RowSet = merged.touched.iter().copied().collect();
            self.rows.retain(|row| !touched.contains(row));
        }
        self.place(store, merged.touched.iter().copied());
    }

    /// Shows another range of times of the same messages. A small move costs as much as the messages that it
    /// passed. The range of the hiding filter moves along.
    pub fn set_times(&mut self, store: &Store, since: Option<Timestamp>, until: Option<Timestamp>) {
        let filter = match &mut self.filter {
            Filter { hidden_by: Some(hidden_by), .. } => hidden_by,
            filter => filter,
        };
        let ((low_before, high_before), (low, high)) = (bounds(filter.since, filter.until), bounds(since, until));
        (filter.since, filter.until) = (since, until);
        let passed = [(low_before.min(low), low_before.max(low)), (high_before.min(high), high_before.max(high))];
        let passed = passed.into_iter().flat_map(|(from, to)| store.begun_between(from, to));
        let passed: Vec<RowNumber> = passed.take(FEW + 1).collect();
        if passed.len() > FEW { self.refresh_at(store, self.now) } else { self.place(store, passed.into_iter()) }
    }

    /// Follows the clock to `now`: where classes are wanted, what waits may have become overdue. Looks at what
    /// waits, once a minute and when patience changes.
    pub fn move_on(&mut self, store: &Store, now: Timestamp) {
        self.now = now;
        let judged = self.judgement(store);
        if judged != self.judged {
            self.judged = judged;
            self.place(store, store.tally.waiting.iter());
        }
    }

    /// What decides about the class of a row that waits; `None` where classes do not matter.
    fn judgement(&self, store: &Store) -> Option<(i64, Patience)> {
        self.filter.follows_clock().then(|| (minute_of(self.now.as_millisecond()), store.patience(self.now)))
    }

    /// Follows a trim of the store.
    pub fn forget(&mut self, trimmed: &Trimmed) {
        if trimmed.is_empty() {
            return;
        }
        self.pinned = self.pinned.filter(|row| !trimmed.contains(*row));
        self.rows.retain(|row| !trimmed.contains(row));
        if let Some(changed) = &mut self.changed {
            trimmed.rows().for_each(|row| changed.insert(row));
        }
    }

    /// Keeps a row in the list although it no longer matches, so that the row under the cursor does not jump away.
    /// The row kept before is removed if it does not match.
    pub fn pin(&mut self, store: &Store, row: Option<RowNumber>) {
        let before = std::mem::replace(&mut self.pinned, row);
        if let Some(before) = before.filter(|before| Some(*before) != row)
            && !self.shows(store, before)
        {
            self.place(store, std::iter::once(before));
        }
    }

    /// Whether a row itself matches the filter; one that is only kept does not.
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

    /// The row at an index, 0 being the first of the list.
    pub fn row(&self, index: usize) -> Option<RowNumber> {
        self.rows.get(index)
    }

    /// The rows from an index on, for the visible window.
    pub fn rows_from(&self, index: usize) -> impl Iterator<Item = RowNumber> + '_ {
        self.rows.iter_from(index)
    }

    /// The index of a row in the list.
    pub fn position(&self, store: &Store, row: RowNumber) -> Option<usize> {
        self.rows.position(row, |left, right| self.order.compare(store, left, right))
    }
}
