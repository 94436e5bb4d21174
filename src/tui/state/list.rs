//! The list of messages: which rows it shows, where the cursor is, what is in the window.
//!
//! The cursor belongs to a message. Its index in the list is looked up again after every change, and the
//! window moves so that the row keeps its line on the screen.
//!
//! Newest first, the top follows the newest. In another order nothing is followed: there the cursor keeps
//! its row. Sorting a million rows takes longer than a key may, so a new order starts with the window
//! alone; the rest is sorted slice by slice, between keys.

mod sections; // what the filter shows, and what it would hide from a find

use self::sections::Sections;
use super::Times;
use crate::store::{Filter, Merged, Order, RowNumber, Store, Trimmed};

/// How many rows are sorted at once while nobody waits for them: a few milliseconds.
const SLICE: usize = 40_000;

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
    view: Sections,
    cursor: ListCursor,
    /// The index of the first line in the window.
    top: usize,
    /// Whether the cursor was put on the first row of an order automatically, and has not been moved
    /// since.
    untouched: bool,
    /// Up to where the rows were sorted slice by slice.
    sorted_to: usize,
}

impl List {
    /// An empty list without a filter.
    pub fn new() -> Self {
        Self {
            view: Sections::ordered(Filter::default(), Order::default()),
            cursor: ListCursor::Newest,
            top: 0,
            untouched: false,
            sorted_to: 0,
        }
    }

    /// Forgets all rows: they belong to a store that is gone. Filter and order stay.
    pub fn start_over(&mut self) {
        *self = Self { view: Sections::ordered(self.filter().clone(), self.view.kept().order()), ..Self::new() };
    }

    /// Whether the newest come first, so that the top can follow them and the end continues into the
    /// past.
    pub fn is_newest_first(&self) -> bool {
        self.view.kept().order() == Order::NEWEST
    }

    /// Whether all rows are sorted; otherwise [`List::sort_more`] has something to do.
    pub fn is_sorted(&self) -> bool {
        self.view.is_sorted()
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

    /// The messages that match, in its order once it is sorted.
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

    /// Follows a time window that has moved on. What leaves it under the cursor stays until the cursor moves.
    pub fn set_times(&mut self, store: &Store, times: Times) {
        let (since, until) = times;
        if (since, until) == (self.filter().since, self.filter().until) {
            return;
        }
        let line = self.index(store).saturating_sub(self.top);
        self.view.set_times(store, (since, until));
        if !self.view.is_sorted() {
            self.sorted_to = 0;
        }
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
        self.view.forget(store, trimmed);
        self.sorted_to = 0;
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
        self.view = Sections::ordered(filter, self.view.kept().order());
        self.view.refresh_roughly(store);
        self.sorted_to = 0;
        match self.cursor {
            ListCursor::Row(row) if !self.untouched && self.view.shows(store, row) => {
                self.view.pin(store, Some(row));
                self.top = self.index(store).saturating_sub(line);
            }
            _ => self.follow(store),
        }
    }

    /// Shows the same rows in another order. The row under the cursor keeps its line; where the cursor was
    /// not moved, the new order is shown from its first row.
    pub fn set_order(&mut self, store: &Store, order: Order) {
        if order == self.view.kept().order() {
            return;
        }
        let line = self.index(store).saturating_sub(self.top);
        self.view.set_order(store, order);
        self.sorted_to = 0;
        if self.untouched || self.cursor == ListCursor::Newest {
            self.follow(store);
        } else {
            self.top = self.index(store).saturating_sub(line);
        }
    }

    /// Sorts the rows of a window of `height` lines. Returns at once where all are sorted.
    pub fn sort_window(&mut self, store: &Store, height: usize) {
        if !self.view.is_sorted() {
            let top = self.top(store, height);
            self.view.sort_window(store, top..top + height);
        }
    }

    /// Sorts some more rows.
    pub fn sort_more(&mut self, store: &Store) {
        if self.view.is_sorted() {
            return;
        }
        let from = self.sorted_to;
        self.sorted_to = from + SLICE;
        if from < self.view.len() {
            self.view.sort_window(store, from..self.sorted_to);
        }
        if self.sorted_to >= self.view.len() {
            self.view.sort(store);
        }
    }

    /// Sorts all rows: going through them in their order needs that.
    pub fn sort_all(&mut self, store: &Store) {
        self.view.sort(store);
    }

    /// Moves the cursor to an index of the list, in a window of `height` lines; the index after the
    /// last row is the line that says how far the list goes.
    pub fn go(&mut self, store: &Store, index: usize, height: usize) {
        let index = index.min(self.len());
        self.view.sort_window(store, index..index + 1);
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
        self.view.sort_window(store, 0..1);
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
