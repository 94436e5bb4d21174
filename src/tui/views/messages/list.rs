//! The list of messages: which rows it shows, where the cursor is, what is in the window.
//!
//! The cursor belongs to a message. Its index in the list is looked up again after every change, and the
//! window moves so that the row keeps its line on the screen.
//!
//! Newest first, the top follows the newest. In another order nothing is followed: there the cursor keeps
//! its row. Sorting a million rows takes longer than a key may, so many are sorted on another thread: until
//! the answer comes, the list keeps the order that it has, and a new filter shows the newest first.

mod sections; // what the filter shows, and what it would hide from a find

use jiff::Timestamp;

use self::sections::ListSections;
use crate::monitor::Generation;
use crate::store::{Filter, Merged, Order, RowNumber, SortBy, Sorted, Store, Trimmed, Unsorted};
use crate::tui::shared::Times;

/// Up to this many rows are sorted at once, in some milliseconds.
const AT_ONCE: usize = 50_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum ListCursor {
    /// On the newest row, whichever that is: the list has not been touched yet.
    Newest,
    /// On a message.
    Row(RowNumber),
    /// On the last line, which says how far the list goes.
    End,
}

/// A line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Item {
    /// The message.
    pub row: RowNumber,
    /// Whether the filter does not match it: it stopped matching and stays until the cursor moves, or only the find
    /// shows it.
    pub left: bool,
}

/// The list of messages of one campaign.
#[derive(Debug)]
pub(in crate::tui) struct List {
    /// The rows. The one under the cursor is pinned, so that it stays whatever happens to it.
    view: ListSections,
    cursor: ListCursor,
    /// The index of the first line in the window.
    top: usize,
    /// Whether the cursor was put on the first row of an order automatically, and has not been moved
    /// since.
    untouched: bool,
    /// The order to show, once its rows are sorted.
    wanted: Order,
    /// Which request to sort is not answered yet.
    sorting: Option<Generation>,
}

impl List {
    /// An empty list without a filter.
    pub fn new() -> Self {
        Self {
            view: ListSections::ordered(Filter::default(), Order::default()),
            cursor: ListCursor::Newest,
            top: 0,
            untouched: false,
            wanted: Order::default(),
            sorting: None,
        }
    }

    /// Forgets all rows: they belong to a store that is gone. Filter and order stay.
    pub fn start_over(&mut self) {
        *self = Self { view: ListSections::ordered(self.filter().clone(), self.wanted), wanted: self.wanted, ..Self::new() };
    }

    /// Whether the newest come first, so that the top can follow them and the end continues into the
    /// past.
    pub fn is_newest_first(&self) -> bool {
        self.order() == Order::NEWEST
    }

    /// The order that its rows are in.
    pub fn order(&self) -> Order {
        self.view.kept().order()
    }

    /// Whether its rows are in the order to show; otherwise they are being sorted.
    pub fn is_sorted(&self) -> bool {
        self.view.are_in(self.wanted)
    }

    /// Whether its rows are to be sorted on another thread: one request at a time.
    pub fn needs_sorting(&self) -> bool {
        !self.is_sorted() && self.sorting.is_none()
    }

    /// What it shows.
    pub fn filter(&self) -> &Filter {
        self.view.kept().filter()
    }

    pub fn cursor(&self) -> ListCursor {
        self.cursor
    }

    /// How many message lines it has, including one that no longer matches the filter.
    pub fn len(&self) -> usize {
        self.view.len()
    }

    /// How many messages the filter shows.
    pub fn matching(&self, store: &Store) -> usize {
        let has_left = matches!(self.cursor, ListCursor::Row(row) if !self.view.shows(store, row));
        self.view.kept().len().saturating_sub(usize::from(has_left))
    }

    /// How many messages are listed below those because they match the find.
    pub fn below(&self) -> usize {
        self.view.below()
    }

    /// The line at an index; `None` for the last line of the list and beyond.
    pub fn item(&self, store: &Store, index: usize) -> Option<Item> {
        let row = self.view.row(index)?;
        // Of the rows that the filter shows, only the one under the cursor can have stopped
        // matching.
        let is_below = index >= self.view.kept().len();
        let left = is_below || (self.cursor == ListCursor::Row(row) && !self.view.shows(store, row));
        Some(Item { row, left })
    }

    /// The messages that match, in its order.
    pub fn rows(&self, store: &Store) -> impl Iterator<Item = RowNumber> + '_ {
        let left = match self.cursor {
            ListCursor::Row(row) if !self.view.shows(store, row) => Some(row),
            _ => None,
        };
        self.view.kept().rows_from(0).filter(move |row| Some(*row) != left)
    }

    /// The messages of all its lines, including one that no longer matches the filter.
    pub fn listed(&self) -> impl Iterator<Item = RowNumber> + '_ {
        self.view.rows()
    }

    /// The index of a message.
    pub fn position(&self, store: &Store, row: RowNumber) -> Option<usize> {
        self.view.position(store, row)
    }

    /// The message under the cursor.
    pub fn selected(&self) -> Option<RowNumber> {
        match self.cursor {
            ListCursor::Newest => self.view.row(0),
            ListCursor::Row(row) => Some(row),
            ListCursor::End => None,
        }
    }

    /// The index of the cursor.
    pub fn index(&self, store: &Store) -> usize {
        match self.cursor {
            ListCursor::Newest => 0,
            ListCursor::End => self.len(),
            ListCursor::Row(row) => self.view.position(store, row).unwrap_or(0),
        }
    }

    /// The index of the first line in a window of that height with the cursor in it.
    pub fn top(&self, store: &Store, height: usize) -> usize {
        let (height, index) = (height.max(1), self.index(store));
        // No empty lines below the last one while there are rows above.
        let highest = (self.len() + 1).saturating_sub(height);
        let top = self.top.min(highest);
        if index < top { index } else { top.max((index + 1).saturating_sub(height)) }
    }

    /// Follows a merge. The row under the cursor keeps its line; at the top, untouched, the list
    /// follows the newest.
    pub fn apply(&mut self, store: &Store, merged: &Merged) {
        let (index, before) = (self.index(store), self.view.len());
        let line = index.saturating_sub(self.top);
        self.view.apply(store, merged);
        match self.cursor {
            ListCursor::Newest => {
                self.top = 0;
                self.hold_first(store);
                return;
            }
            // Rows that were loaded further back appear under the cursor.
            ListCursor::End if self.view.len() > before => self.put(store, index),
            ListCursor::End | ListCursor::Row(_) => {}
        }
        self.top = self.index(store).saturating_sub(line);
    }

    /// Follows the clock, and a time window that has moved on with it. What leaves the list under the cursor stays until
    /// the cursor moves.
    pub fn move_on(&mut self, store: &Store, times: Times, now: Timestamp) {
        let (since, until) = times;
        if (since, until) == (self.filter().since, self.filter().until) && !self.filter().follows_clock() {
            return;
        }
        let line = self.index(store).saturating_sub(self.top);
        self.view.move_on(store, (since, until), now);
        match self.cursor {
            ListCursor::Newest => self.top = 0,
            // The first row of an order was not chosen: it leaves with the others.
            ListCursor::Row(row) if self.untouched && !self.view.shows(store, row) => self.follow(store),
            ListCursor::End | ListCursor::Row(_) => self.top = self.index(store).saturating_sub(line),
        }
    }

    /// Follows a trim of the store; the row under the cursor is not among those that left.
    pub fn forget(&mut self, store: &Store, trimmed: &Trimmed) {
        let line = self.index(store).saturating_sub(self.top);
        self.view.forget(trimmed);
        self.top = self.index(store).saturating_sub(line);
    }

    /// Puts the cursor on an index and keeps its row.
    fn put(&mut self, store: &Store, index: usize) {
        let row = self.view.row(index);
        self.cursor = row.map_or(ListCursor::End, ListCursor::Row);
        self.view.pin(store, row);
    }

    /// Shows other rows. The cursor stays on its message where that is still shown.
    pub fn set_filter(&mut self, store: &Store, filter: Filter) {
        let line = self.index(store).saturating_sub(self.top);
        self.view = ListSections::ordered(filter, Order::NEWEST);
        self.view.refresh(store);
        self.sort_few(store);
        match self.cursor {
            ListCursor::Row(row) if !self.untouched && self.view.shows(store, row) => {
                self.view.pin(store, Some(row));
                self.top = self.index(store).saturating_sub(line);
            }
            _ => self.follow(store),
        }
    }

    /// Shows the same rows in another order, from the first one on: few at once, many when they are sorted. If the cursor
    /// is moved until then, its row keeps its line.
    pub fn set_order(&mut self, store: &Store, order: Order) {
        if order != self.wanted {
            self.wanted = order;
            self.follow(store);
            self.reorder(store, |list| list.sort_few(store));
        }
    }

    /// Sorts the rows where that takes no longer than a key may.
    fn sort_few(&mut self, store: &Store) {
        if !self.is_sorted() && (self.wanted.by == SortBy::Created || self.view.len() <= AT_ONCE) {
            self.view.set_order(store, self.wanted);
        }
    }

    /// Its rows, to be sorted on another thread. `generation` marks the answer.
    pub fn start_sort(&mut self, store: &Store, generation: Generation) -> Vec<Unsorted> {
        self.sorting = Some(generation);
        self.view.start_sort(store, self.wanted)
    }

    /// Takes the answer to [`List::start_sort`]. It is dropped where another filter or order is wanted by now.
    pub fn finish_sort(&mut self, store: &Store, generation: Generation, sorted: Vec<Sorted>) {
        if self.sorting != Some(generation) {
            return;
        }
        self.sorting = None;
        if sorted.first().is_some_and(|sorted| sorted.order() == self.wanted) {
            self.reorder(store, |list| list.view.finish_sort(store, sorted));
        }
    }

    /// Changes the order and keeps the cursor's place.
    fn reorder(&mut self, store: &Store, change: impl FnOnce(&mut Self)) {
        let (line, before) = (self.index(store).saturating_sub(self.top), self.order());
        change(self);
        if self.order() == before {
            return;
        }
        if self.untouched || self.cursor == ListCursor::Newest {
            self.follow(store);
        } else {
            self.top = self.index(store).saturating_sub(line);
        }
    }

    /// Moves the cursor to an index of the list, in a window of `height` lines; the index after the
    /// last row is the line that says how far the list goes.
    pub fn go(&mut self, store: &Store, index: usize, height: usize) {
        let index = index.min(self.len());
        self.untouched = false;
        let line = index.saturating_sub(self.top(store, height));
        let above = self.top(store, height).saturating_sub(index);
        self.put(store, index);
        // A row that was only kept for the cursor is gone now: the others keep their lines.
        self.top = (self.index(store) + above).saturating_sub(line);
        self.top = self.top(store, height);
    }

    /// Back to the first row; newest first, the list follows it from then on.
    pub fn follow(&mut self, store: &Store) {
        self.cursor = ListCursor::Newest;
        self.view.pin(store, None);
        self.top = 0;
        self.untouched = false;
        self.hold_first(store);
    }

    /// In another order than newest first, a row that appears above the first one must not take the cursor.
    fn hold_first(&mut self, store: &Store) {
        if self.is_newest_first() || self.cursor != ListCursor::Newest || self.view.len() == 0 {
            return;
        }
        self.put(store, 0);
        self.untouched = true;
    }

    /// Holds the row under the cursor: the user is doing something with it.
    pub fn hold(&mut self, store: &Store) {
        if let (ListCursor::Newest, Some(row)) = (self.cursor, self.selected()) {
            self.cursor = ListCursor::Row(row);
            self.view.pin(store, Some(row));
        }
    }
}

#[cfg(test)]
mod tests;
